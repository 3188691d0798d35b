# Works on a machine that has only python3 (3.11 or later) and make: every target makes .venv first if it has to.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SCHEMAS_VENV := .venv-schemas
BENCH_VENV := .venv-bench
TOOLS := ruff 'pyright[nodejs]' import-linter pytest pytest-xdist hypothesis jsonschema trustme types-PyYAML types-gevent types-psutil types-jsonschema
PEERS := opentelemetry-sdk opentelemetry-exporter-otlp-proto-http sentry-sdk detect-secrets

SECONDS ?= 60
SEED ?= 1
EXAM ?=

# Containers like to set it. The tests start a hundred processes, and each would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test chaos redaction-exam test-all check fmt bench schema clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

$(VENV)/.ready: constraints.txt schemas/pyproject.toml forwarder/pyproject.toml Makefile
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed; set PYTHON=…"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv module is missing; on Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@echo "installing into $(VENV) …"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e ./schemas -e './forwarder[apprise]' $(TOOLS)
	@touch $@

# The schemas package has to work for people who do not have Locust: it is tested without it.
$(SCHEMAS_VENV)/.ready: constraints.txt schemas/pyproject.toml Makefile
	@echo "installing into $(SCHEMAS_VENV) …"
	@$(PYTHON) -m venv --clear $(SCHEMAS_VENV)
	@$(SCHEMAS_VENV)/bin/pip install --quiet --disable-pip-version-check -c constraints.txt -e ./schemas pytest hypothesis
	@touch $@

# The peers that `make bench` compares with; they are no dependencies of anything here.
$(BENCH_VENV)/.ready: constraints.txt Makefile
	@echo "installing into $(BENCH_VENV) …"
	@$(PYTHON) -m venv --clear $(BENCH_VENV)
	@$(BENCH_VENV)/bin/pip install --quiet --disable-pip-version-check -c constraints.txt $(PEERS)
	@touch $@

demo: $(VENV)/.ready ## a real load test against a failing shop, forwarded to a monitoring API and Slack on this machine
	@$(BIN)/failure-forwarder demo

test: $(VENV)/.ready $(SCHEMAS_VENV)/.ready ## all tests
	$(SCHEMAS_VENV)/bin/pytest tests/unit/schemas -q
	$(BIN)/pytest -q -n 4 --dist worksteal --ignore tests/unit/schemas

chaos: $(VENV)/.ready ## a real load test under faults and kills, then the ledger; SECONDS=60 SEED=1
	@PYTHONPATH=tests $(BIN)/python tests/chaos/run.py --seconds $(SECONDS) --seed $(SEED)

redaction-exam: $(VENV)/.ready ## secrets and lookalikes in thousands of places, a new exam for each SEED; fails below the goals
	@PYTHONPATH=tests $(BIN)/python -m redaction_exam.run --seed $(SEED) $(EXAM)

check: $(VENV)/.ready ## format, lint, types, import rules, JSON Schema drift
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/python -m locust_failure_schemas.json_schema --check

fmt: $(VENV)/.ready ## format and fix what can be fixed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.ready $(BENCH_VENV)/.ready ## measure, beside OpenTelemetry, sentry-sdk, detect-secrets; figures are for ratios within one run
	$(BIN)/python benchmarks/redaction_speed.py --peers $(BENCH_VENV)/bin/python
	@PYTHONPATH=. $(BIN)/python benchmarks/redaction_growth.py
	$(BIN)/python benchmarks/refine_speed.py
	$(BIN)/python benchmarks/forwarder_throughput.py --peers $(BENCH_VENV)/bin/python

schema: $(VENV)/.ready ## write the JSON Schema files anew
	$(BIN)/python -m locust_failure_schemas.json_schema --write

clean: ## remove what make has made
	rm -rf $(VENV) $(SCHEMAS_VENV) $(BENCH_VENV) demo-output .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
