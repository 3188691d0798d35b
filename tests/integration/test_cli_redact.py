"""`failure-forwarder redact`: what it prints is what would leave, and a bad line is named and never repeated (P4)."""

import json
from pathlib import Path

import pytest
from locust_failure_schemas import FailureRecord
from support.cli import cli, config
from support.samples import failure


def _line(**changes: object) -> bytes:
    value = json.loads(failure().model_dump_json()) | changes
    return json.dumps(value).encode() + b"\n"


def test_redact_masks_records_line_by_line() -> None:
    line = _line(context={"password": "not-a-real-password", "tenant": "acme"})
    result = cli("redact", stdin=line + b"\n" + _line(sequence=2))
    assert result.exit_code == 0, result.stderr
    first, second = (FailureRecord.model_validate_json(text) for text in result.stdout.splitlines())
    assert first.context["tenant"] == "acme"
    assert first.redactions["password"] >= 1
    assert "not-a-real-password" not in result.output
    assert second.sequence == 2
    assert result.stderr == ""
    assert cli("redact", stdin=result.stdout_bytes).stdout == result.stdout, "what is redacted stays as it is"


def test_redact_takes_further_rules_from_a_configuration(tmp_path: Path) -> None:
    path = config(tmp_path, extra="redaction: {keys: [loyalty-number], keep: [password]}\n")
    line = _line(context={"loyaltyNumber": "not-a-real-number"})
    assert "not-a-real-number" in cli("redact", stdin=line).stdout
    assert "not-a-real-number" not in cli("redact", "--config", path, stdin=line).stdout


def test_redact_with_a_bad_configuration(tmp_path: Path) -> None:
    assert cli("redact", "-c", tmp_path / "nothing.yaml").exit_code == 2


def test_redact_of_nothing_is_nothing() -> None:
    result = cli("redact")
    assert (result.exit_code, result.output) == (0, "")


SECRET = "not-a-real-secret"


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        (SECRET.encode() + b"\n", "not JSON"),
        (b'{"id": "\xff"}\n', "not JSON"),
        (b'"' + SECRET.encode() + b'"\n', "Input should be an object"),
        (_line(id=SECRET), "id: Input should be a valid UUID"),
        (_line(**{SECRET: 1}), "holds a key that a FailureRecord does not have"),
        (_line(error={SECRET: 1}), "error.type: Field required"),
        (_line(elapsed_ms=SECRET), "elapsed_ms: Input should be a valid number"),
        (_line(redactions={SECRET: 0}), "redactions: Input should be greater than or equal to 1"),
        (_line(request={"method": "GET", "name": "/", "headers": {SECRET: 1}}), "request.headers: Input should be"),
    ],
)
def test_redact_names_a_bad_line_without_repeating_it_and_goes_on(bad: bytes, problem: str) -> None:
    result = cli("redact", stdin=_line() + bad + _line(sequence=3))
    assert result.exit_code == 1
    (told,) = result.stderr.splitlines()
    assert told.startswith(f"line 2 is no FailureRecord: {problem}")
    assert [FailureRecord.model_validate_json(text).sequence for text in result.stdout.splitlines()] == [1, 3]
    assert SECRET not in result.output
