"""What the user may add: keys, patterns, and names to keep."""

import json
from typing import Any

import pytest
from locust_failure_forwarder.config.models import RedactionConfig
from locust_failure_forwarder.redaction import Redactor


def redactor(**fields: Any) -> Redactor:
    return Redactor(RedactionConfig(**fields))


@pytest.mark.parametrize(
    "key", ["employeeNo", "employee_no", "EMPLOYEE-NO", "employeeno", "my_employee_no", "employee.no"]
)
def test_own_key_is_masked_whatever_its_case_and_separators(key: str) -> None:
    own = redactor(keys=("employee_no",))
    assert own.redact_value({key: "17", "a": 1}) == {key: "[REDACTED:custom]", "a": 1}
    assert own.redact_text(f"{key}=17, a=1") == f"{key}=[REDACTED:custom], a=1"
    assert own.redact_text(f"/x?{key}=17&a=1") == f"/x?{key}=[REDACTED:custom]&a=1"


@pytest.mark.parametrize("key", ["employee_no_count", "employee", "no"])
def test_own_key_masks_no_other(key: str) -> None:
    assert redactor(keys=("employee_no",)).redact_value({key: "17"}) == {key: "17"}


def test_own_key_may_be_a_word_that_is_safe_otherwise() -> None:
    assert redactor(keys=("username", "内部编号")).redact_value({"username": "bob", "内部编号": "x"}) == {
        "username": "[REDACTED:custom]",
        "内部编号": "[REDACTED:custom]",
    }


def test_kept_key_is_not_masked_by_its_name() -> None:
    keeping = redactor(keep=("pin", "session-id", "theme", "state"))
    tree: Any = {"PIN": "1234", "sessionId": "abc12345", "session": {"id": "a1b2c3d4"}, "password": "n0t-real"}
    assert keeping.redact_value(tree) == {
        **tree,
        "password": "[REDACTED:password]",
        "session": {"id": "[REDACTED:session]"},
    }
    assert keeping.redact_text("/x?session_id=abc12345&token=a") == "/x?session_id=abc12345&token=[REDACTED:token]"
    assert keeping.redact_text("Cookie: theme=dark; sid=a") == "Cookie: theme=dark; sid=[REDACTED:cookie]"


def test_kept_key_is_still_searched_for_known_shapes() -> None:
    assert redactor(keep=("password",)).redact_value({"password": "ann@example.com"}) == {
        "password": "[REDACTED:email]"
    }


def test_own_pattern_is_masked_in_every_text() -> None:
    own = redactor(patterns=(r"EMP-\d+",))
    assert own.redact_text("no EMP-17 here") == "no [REDACTED:custom] here"
    assert own.redact_value({"a": ["EMP-17", {"b": "x EMP-18 y"}]}) == {
        "a": ["[REDACTED:custom]", {"b": "x [REDACTED:custom] y"}]
    }
    assert own.redact_text('{"a":"EMP-17"}') == '{"a":"[REDACTED:custom]"}'


def test_own_pattern_sees_numbers_in_json() -> None:
    masked = redactor(patterns=(r"\b99\d{8}\b",)).redact_text('{"a": 9912345678, "b": 12}')
    assert json.loads(masked) == {"a": "[REDACTED:custom]", "b": 12}


def test_own_pattern_never_damages_a_mask() -> None:
    own = redactor(patterns=("[A-Z]{8}", "[a-z]{5,}", ":"))
    once = own.redact_text("password=n0t-real")
    assert own.redact_text(once) == once
    assert "[REDACTED:password]" in once or once == "[REDACTED:custom]=[REDACTED:password]"


def test_own_pattern_that_matches_nothing_masks_nothing() -> None:
    assert redactor(patterns=("x*",)).redact_text("abc") == "abc"


def test_own_pattern_is_linear_on_hostile_text() -> None:
    assert redactor(patterns=("(a+)+$",)).redact_text("a" * 50_000 + "b") == "a" * 50_000 + "b"


def test_pattern_that_re2_refuses_is_an_error_at_once() -> None:
    with pytest.raises(Exception, match="invalid perl operator"):
        redactor(patterns=("(?=x)",))
