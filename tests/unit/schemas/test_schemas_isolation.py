"""The package stands alone: a receiver installs it without Locust."""

import subprocess
import sys

import locust_failure_schemas

FOREIGN = ("locust", "gevent", "msgpack", "httpx", "tenacity", "locust_failure_forwarder")


def test_package_loads_nothing_of_locust_or_the_forwarder() -> None:
    code = "import sys, locust_failure_schemas, locust_failure_schemas.json_schema; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "pydantic" in loaded
    assert [name for name in FOREIGN if name in loaded] == []


def test_every_public_name_is_there_and_documented() -> None:
    assert len(set(locust_failure_schemas.__all__)) == len(locust_failure_schemas.__all__)
    for name in locust_failure_schemas.__all__:
        assert hasattr(locust_failure_schemas, name)


def test_package_is_typed() -> None:
    from importlib.resources import files

    assert files("locust_failure_schemas").joinpath("py.typed").is_file()
    assert files("locust_failure_schemas").joinpath("json", "failure-batch.schema.json").is_file()
