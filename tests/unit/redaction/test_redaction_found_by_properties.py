"""P4: the smallest examples of what the properties of whole records found. Whoever repairs one removes its mark."""

import json
from typing import Any, Final

import pytest
from locust_failure_forwarder.config.models import RedactionConfig
from locust_failure_forwarder.redaction import Redactor

SECRET: Final = "Zq7n0tReal9x"  # no word that makes a text worth a look


def _draft(url: str, request_body: str, message: str) -> dict[str, Any]:
    return {
        "request": {"url": url, "name": "/", "headers": {}, "body": request_body},
        "response": None,
        "error": {"message": message, "traceback": "at line 3 of nothing in particular, " * 2},
        "context": {},
    }


@pytest.mark.parametrize("letters", [12, 16])
def test_p4_escaped_chinese_in_one_text_hides_no_secret_in_the_next(letters: int) -> None:
    """The unescaped form is not ASCII, though the text is: a match behind it is taken for one of a later text."""
    body = "%E5%BA%93" * letters
    draft = _draft("/", body, f"api_key: {SECRET}")
    assert SECRET not in json.dumps(Redactor(RedactionConfig()).redact_draft(draft))


@pytest.mark.parametrize("delimiter", ["%23", "%26"])
def test_p4_value_of_an_encoded_parameter_goes_whole(delimiter: str) -> None:
    masked = Redactor(RedactionConfig()).redact_text(f"https://x.test/?%E5%AF%86%E7%A0%81=n0t{delimiter}{SECRET}")
    assert SECRET not in masked


@pytest.mark.parametrize("depth", [4, 5, 6])
def test_p4_escaped_chinese_name_in_json_in_json_is_read(depth: int) -> None:
    tree: Any = {"密码": SECRET}
    for _ in range(depth):
        tree = {"raw": json.dumps(tree)}
    assert SECRET not in json.dumps(Redactor(RedactionConfig()).redact_value(tree))
