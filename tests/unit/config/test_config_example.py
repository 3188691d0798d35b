"""config.example.yaml loads as it stands, shows every key, and its values are the defaults it says they are."""

import re
from pathlib import Path
from typing import Final, get_args

import pytest
from locust_failure_forwarder.config.alert_rules import DEFAULT_RULES, FailureRatioRule, NewFailureRule, SpikeRule
from locust_failure_forwarder.config.models import (
    BatchConfig,
    CaptureConfig,
    FlushConfig,
    LogConfig,
)
from locust_failure_forwarder.config.shape import fields
from locust_failure_forwarder.destinations import Settings, load_settings
from locust_failure_forwarder.destinations.http import HttpConfig
from locust_failure_forwarder.destinations.slack import SlackConfig
from locust_failure_forwarder.errors import ConfigError
from pydantic import BaseModel

EXAMPLE: Final = Path(__file__).parents[3] / "config.example.yaml"
ENV: Final = {
    "MONITORING_API_KEY": "not-a-real-token",
    "SLACK_WEBHOOK_URL": "https://hooks.slack.com/services/not-a-real-token",
}


def test_example_loads_as_it_stands() -> None:
    config = load_settings(EXAMPLE, ENV)
    assert isinstance(config.destinations["monitoring"], HttpConfig)
    assert isinstance(config.destinations["slack"], SlackConfig)


def test_example_needs_the_two_variables_that_it_names() -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(EXAMPLE, {})
    assert [problem.message for problem in caught.value.problems] == [
        f"environment variable `{name}` is not set" for name in ENV
    ]
    assert all(f"{name}=" in EXAMPLE.read_text(encoding="utf-8") for name in ENV)


def test_example_shows_every_key_there_is() -> None:
    shown = {word.split(":")[0].strip("{,# -") for word in EXAMPLE.read_text(encoding="utf-8").split() if ":" in word}
    models = models_in(Settings)
    assert {HttpConfig, SlackConfig, BatchConfig, FailureRatioRule, SpikeRule, NewFailureRule} <= models
    assert {key for model in models for key in fields(model)} - shown == set()


def test_example_writes_out_defaults_where_it_says_so() -> None:
    config = load_settings(EXAMPLE, ENV)
    rule = DEFAULT_RULES[0]
    assert isinstance(rule, FailureRatioRule)
    written: list[tuple[BaseModel, BaseModel]] = [
        (config.capture, CaptureConfig()),
        (config.log, LogConfig()),
        (config.flush, FlushConfig()),
        (config.destinations["monitoring"].batch, BatchConfig()),
        (config.rules[0], rule.model_copy(update={"resolve_below": rule.resolve_limit})),
        *zip(config.rules[1:], DEFAULT_RULES[1:], strict=True),
    ]
    assert [value for value, _ in written] == [default for _, default in written]
    for destination in config.destinations.values():
        defaults = fields(type(destination))
        assert destination.send == defaults["send"].default
        assert destination.timeout == defaults["timeout"].default


def test_alternatives_in_comments_load_too(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("bm90LWEtcmVhbC1rZXk=")
    text = EXAMPLE.read_text(encoding="utf-8").replace("/run/secrets/webhook-signing-key", str(key))
    bearer, compression = '      bearer: "${MONITORING_API_KEY}"\n', "    compression: gzip"
    variants = [
        uncommented(text.replace(bearer, ""), "basic:"),
        uncommented(text.replace(bearer, ""), "header:"),
        uncommented(text.replace(compression, "    compression: none"), "signature:", "  standard_webhooks:"),
    ]
    for variant in variants:
        assert variant != text
        (tmp_path / "config.yaml").write_text(variant, encoding="utf-8")
        assert load_settings(tmp_path / "config.yaml", ENV | {"MONITORING_PASSWORD": "not-a-real-password"})


def test_destinations_in_comments_load_too(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    commented = re.findall(r"^  # ([a-z]+):\n((?:  #   .*\n)+)", text, flags=re.MULTILINE)
    assert commented
    for name, lines in commented:
        used = f"  {name}:\n" + re.sub(r"^  # ", "  ", lines, flags=re.MULTILINE)
        file = tmp_path / f"{name}.yaml"
        file.write_text(text.replace(f"  # {name}:\n{lines}", used), encoding="utf-8")
        env = ENV | dict.fromkeys(re.findall(r"\$\{([A-Z_]+)\}", used), "not-a-real-secret")
        env |= {variable: "x" * 32 for variable in env if variable.endswith("_KEY")}
        env |= {"APPRISE_ADDRESS": "json://apprise.example/x"}
        env |= {variable: f"https://{variable}.example/x" for variable in env if variable.endswith("_URL")}
        assert load_settings(file, env).destinations[name].type == name  # pyright: ignore[reportAttributeAccessIssue] - all have one


def uncommented(text: str, *keys: str) -> str:
    for key in keys:
        assert text.count(f"# {key}") == 1, key
        text = text.replace(f"# {key}", key)
    return text


def models_in(annotation: object) -> set[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        inner = (models_in(field.annotation) for field in annotation.model_fields.values())
        return {annotation}.union(*inner)
    return {model for argument in get_args(annotation) for model in models_in(argument)}
