"""Configuration files for tests: two small destinations, a valid file, and loaders that return what is wrong."""

import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAlias

import pytest
from locust_failure_forwarder.config.load import load_config
from locust_failure_forwarder.config.models import Config, ConfigModel, DestinationConfig
from locust_failure_forwarder.errors import ConfigError, Problem
from locust_failure_forwarder.events import Kind
from pydantic import AfterValidator, Field, SecretStr


def _check_url(url: SecretStr) -> SecretStr:
    if not url.get_secret_value().startswith("https://"):
        raise ValueError("expected an address such as https://api.example.com")
    return url


Url = Annotated[SecretStr, AfterValidator(_check_url)]


class LoginConfig(ConfigModel):
    """A mapping inside a destination."""

    token: SecretStr
    """The token of the API."""


class ApiConfig(DestinationConfig):
    """A destination that gets everything unless told otherwise."""

    type: Literal["api"]
    url: Url
    """Where to post."""
    send: Annotated[tuple[Kind, ...], Field(min_length=1)] = ("failures", "alerts", "summaries")
    login: LoginConfig | None = None


class ChatConfig(DestinationConfig):
    """A destination that gets alerts unless told otherwise."""

    type: Literal["chat"]
    room: str
    send: Annotated[tuple[Kind, ...], Field(min_length=1)] = ("alerts",)


SampleConfig: TypeAlias = Config[Annotated[ApiConfig | ChatConfig, Field(discriminator="type")]]

VALID: Final = """\
version: 1
destinations:
  api:
    type: api
    url: https://api.example.com
"""


def load(folder: Path, text: str, env: Mapping[str, str] | None = None, model: type[Config[Any]] = SampleConfig) -> Any:
    """The configuration in `text`, from a file named `config.yaml` in `folder`."""
    file = folder / "config.yaml"
    file.write_text(textwrap.dedent(text), encoding="utf-8")
    return load_config(file, model, env or {})


def load_error(folder: Path, text: str, env: Mapping[str, str] | None = None) -> ConfigError:
    """The error that `text` is refused with."""
    with pytest.raises(ConfigError) as caught:
        load(folder, text, env)
    return caught.value


def problems(folder: Path, text: str, env: Mapping[str, str] | None = None) -> tuple[Problem, ...]:
    """All problems that `text` is refused with."""
    return load_error(folder, text, env).problems


def only_problem(folder: Path, text: str, env: Mapping[str, str] | None = None) -> Problem:
    """The one problem that `text` is refused with."""
    (problem,) = problems(folder, text, env)
    return problem
