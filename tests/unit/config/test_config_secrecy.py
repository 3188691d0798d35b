"""No message about a configuration repeats a value, whatever it is and wherever it stands (P4, P9)."""

import tempfile
import traceback
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Annotated, Any, Final, cast

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from locust_failure_forwarder.config.load import load_config
from locust_failure_forwarder.config.models import Config
from locust_failure_forwarder.config.places import KeyPath
from locust_failure_forwarder.destinations import load_settings
from locust_failure_forwarder.errors import ConfigError
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError
from support.config_cases import ApiConfig

FULL: Final[dict[str, object]] = {
    "version": 1,
    "run": {"name": "n", "environment": "e", "labels": {"team": "t"}},
    "capture": {"request_body": True, "response_body": True, "max_body_bytes": 1},
    "redaction": {"keys": ["a"], "patterns": ["b"], "keep": ["c"]},
    "destinations": {
        "bearer": {
            "type": "http",
            "url": "https://api.example.com",
            "auth": {"bearer": "x"},
            "headers": {"X-Team": "t"},
            "compression": "none",
            "signature": {"standard_webhooks": "c2VjcmV0"},
            "send": ["failures", "alerts", "summaries"],
            "batch": {"max_records": 1, "max_bytes": 1, "max_age": 1},
            "timeout": 1,
        },
        "basic": {"type": "http", "url": "https://a.example", "auth": {"basic": {"username": "u", "password": "p"}}},
        "header": {"type": "http", "url": "https://a.example", "auth": {"header": {"name": "X-Key", "value": "v"}}},
        "slack": {"type": "slack", "webhook_url": "https://hooks.example.com", "send": ["alerts"], "timeout": 1},
        "hook": {"type": "webhook", "url": "https://a.example", "secrets": {"room": "r"}, "body": "{{ kind }}"},
    },
    "alerts": [
        {
            "name": "a", "when": "failure_ratio", "above": 0.5, "over": 1, "min_requests": 1, "resolve_below": 0.1,
            "resolve_after": 1, "severity": "info",
        }
    ],
    "log": {"directory": "d", "max_size": "1MiB", "retain": 1},
    "flush": {"deadline": 1},
}  # fmt: skip
"""Every key of the file, so that a value can be planted in each."""


FEW: Final = {"slack": {"type": "slack", "webhook_url": "https://hooks.example.com"}}
"""The least that a file needs."""


def paths(value: object, path: KeyPath = ()) -> Iterator[KeyPath]:
    entries: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        entries = list(cast("dict[str | int, object]", value).items())
    elif isinstance(value, list):
        entries = list(enumerate(cast("list[object]", value)))
    if path:
        yield path
    for key, item in entries:
        yield from paths(item, (*path, key))


ALL_PATHS: Final = tuple(paths(FULL))


def planted(path: KeyPath, value: object) -> dict[str, Any]:
    """The value at this key, amid the keys of the same section alone: a full file takes five times as long to read."""
    section = str(path[0])
    data: dict[str, Any] = {"version": 1, "destinations": FEW} | {section: deepcopy(FULL[section])}
    for name in path[1:2] if section == "destinations" else ():
        data[section] = {name: data[section][name]}
    here: Any = data
    for part in path[:-1]:
        here = here[part]
    here[path[-1]] = value
    return data | {"unknown": 1}  # so that there is always a message to look at


def refusal(text: str, env: dict[str, str] | None = None, files: dict[str, str] | None = None) -> ConfigError:
    with tempfile.TemporaryDirectory() as folder:
        for name, content in (files or {}).items():
            (Path(folder) / name).write_text(content, encoding="utf-8")
        file = Path(folder) / "config.yaml"
        file.write_text(text, encoding="utf-8")
        with pytest.raises(ConfigError) as caught:
            load_settings(file, env or {})
        return caught.value


def said(error: ConfigError) -> str:
    """All that any way of printing the error shows."""
    return "\n".join([str(error), repr(error), repr(error.problems), *traceback.format_exception(error)])


def test_full_file_is_valid_and_has_every_key_so_that_planting_reaches_all(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(yaml.safe_dump(FULL))
    assert load_settings(tmp_path / "c.yaml", {}).model_fields_set == set(Config.model_fields)
    assert len(ALL_PATHS) > 70


SECRET: Final = "notARealToken4711"
SHAPES: Final = (
    SECRET,
    f"https://user:{SECRET}@hooks.example.com/services/x y",
    f"Bearer {SECRET}\n",
    f"-{SECRET}",
    f"5{SECRET}",
    f"(?<={SECRET}(",
    f"${{{SECRET}-4711",
    f"${{{SECRET}-4711}}",
    f"密码 {SECRET} é",
    [SECRET],
    [[SECRET, 5]],
    {"type": SECRET},
    {"bearer": SECRET, "basic": SECRET},
)


@pytest.mark.parametrize("path", ALL_PATHS, ids=lambda path: ".".join(map(str, path)))
def test_value_planted_at_any_key_is_in_no_message_p4_p9(path: KeyPath) -> None:
    for shape in SHAPES:
        message = said(refusal(yaml.safe_dump(planted(path, shape), allow_unicode=True)))
        assert SECRET.lower() not in message.lower(), shape
        assert "unknown: unknown key" in message


@pytest.mark.parametrize("path", ALL_PATHS, ids=lambda path: ".".join(map(str, path)))
def test_value_of_a_variable_or_file_is_in_no_message_p4_p9(path: KeyPath) -> None:
    for reference in ("${TOKEN}", "x${TOKEN}", "${file:token}", "${TOKENN}", "{{ ${TOKEN} }}", "{{ ${file:token}.x }}"):
        text = yaml.safe_dump(planted(path, reference))
        message = said(refusal(text, {"TOKEN": f"{SECRET} x"}, {"token": f"{SECRET}\n"}))
        assert SECRET.lower() not in message.lower(), reference


@pytest.mark.parametrize(
    "value",
    [
        f"@{SECRET}", f"`{SECRET}", f"%{SECRET}", f"*{SECRET}", f"&{SECRET}", f"&{SECRET} {SECRET}", f"!{SECRET}",
        f"!{SECRET}!x y", f"!<{SECRET}> x", f"|{SECRET}", f">{SECRET}", f"'{SECRET}", f'"{SECRET}', f'"\\{SECRET}"',
        f"[{SECRET}", f"{{{SECRET}", f"a: {SECRET}: b", f"- {SECRET}", f"{SECRET}\n{SECRET}", f"\t{SECRET}",
        f'"\\ud800{SECRET}"', f"{SECRET}\x01", f"? {SECRET}", f"{{token:{SECRET}}}", f"!!binary {SECRET}",
        f"!!python/name:{SECRET} x", f"<<: {SECRET}", f"{{<<: {SECRET}}}", f"{{[{SECRET}]: x}}",
    ],
)  # fmt: skip
def test_value_that_breaks_the_syntax_is_in_no_message_p4_p9(value: str) -> None:
    text = f"version: 1\nunknown: 1\nflush:\n  deadline: {value}\nlog: {{}}\n"
    assert SECRET.lower() not in said(refusal(text)).lower()


_WORDS = st.text(st.sampled_from("QXZJqxzj0123456789"), min_size=12, max_size=40)


@settings(deadline=None)  # a file is written for each example
@given(
    path=st.sampled_from(ALL_PATHS), secret=_WORDS, around=st.sampled_from(["{}", "https://{}/", "a {}", "{}%", "{}:"])
)
def test_no_random_value_is_in_a_message_p4_p9(path: KeyPath, secret: str, around: str) -> None:
    message = said(refusal(yaml.safe_dump(planted(path, around.format(secret)))))
    assert secret not in message


def _echo(value: str) -> str:
    raise ValueError(f"cannot use {value}")


def _echo_in_own_type(value: str) -> str:
    raise PydanticCustomError("echo", "cannot use {value}", {"value": value})


class EchoConfig(ApiConfig):
    """A destination whose author forgot the rule."""

    plain: Annotated[str, AfterValidator(_echo)] = ""
    custom: Annotated[str, AfterValidator(_echo_in_own_type)] = ""


def test_validator_that_repeats_its_value_is_not_passed_on_p4_p9(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(
        "version: 1\ndestinations:\n  a:\n    type: api\n    url: https://api.example.com\n"
        f"    plain: {SECRET}\n    custom: {SECRET}\n"
    )
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path / "c.yaml", Config[EchoConfig], {})
    assert SECRET not in said(caught.value)
    assert [(problem.key, problem.message) for problem in caught.value.problems] == [
        ("destinations.a.plain", "is not valid"),
        ("destinations.a.custom", "is not valid"),
    ]
