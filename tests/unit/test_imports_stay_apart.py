"""What each process loads, seen in `sys.modules`: import-linter does not see a heavy parent package."""

import subprocess
import sys

PLUGIN_MODULES = (
    "locust_failure_forwarder, locust_failure_forwarder.plugin.attach, locust_failure_forwarder.plugin.__main__"
)
FORWARDER_MODULES = "locust_failure_forwarder.pipeline.__main__, locust_failure_forwarder.pipeline.replay"


def _loaded(statement: str) -> set[str]:
    program = f"{statement}\nimport sys\nprint(*sys.modules)"
    result = subprocess.run([sys.executable, "-P", "-c", program], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in result.stdout.split()}


def test_the_locust_process_loads_no_library_of_the_forwarder_process() -> None:
    loaded = _loaded(f"import {PLUGIN_MODULES}; locust_failure_forwarder.install()")
    assert "locust" in loaded
    assert not {"pydantic", "httpx", "tenacity", "sqlite3", "yaml", "rich", "typer", "slack_sdk"} & loaded


def test_the_forwarder_process_loads_nothing_of_locust() -> None:
    loaded = _loaded(f"import {FORWARDER_MODULES}")
    assert "httpx" in loaded
    assert not {"locust", "gevent", "requests", "flask"} & loaded


def test_the_package_itself_loads_neither() -> None:
    assert not {"locust", "gevent", "pydantic", "msgpack"} & _loaded("import locust_failure_forwarder")


def test_the_schemas_load_pydantic_alone() -> None:
    loaded = _loaded("import locust_failure_schemas")
    assert "pydantic" in loaded
    assert not {"locust", "gevent", "httpx", "locust_failure_forwarder"} & loaded


def test_every_module_of_both_packages_can_be_imported() -> None:
    program = (
        "import pkgutil, importlib, locust_failure_forwarder as f, locust_failure_schemas as s\n"
        "for p in (f, s):\n"
        "    for m in pkgutil.walk_packages(p.__path__, p.__name__ + '.'):\n"
        "        'locustfile' in m.name or importlib.import_module(m.name)\n"
    )
    subprocess.run([sys.executable, "-P", "-c", program], check=True)
