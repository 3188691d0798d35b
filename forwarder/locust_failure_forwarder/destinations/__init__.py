"""Every destination there is: the union of their configs, and `build`. To add one, name it here and nowhere else."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import Field

from ..config.load import load_config
from ..config.models import Config, DestinationConfig
from .alertmanager import AlertmanagerConfig, AlertmanagerDestination
from .apprise import AppriseConfig, AppriseDestination
from .base import Destination
from .discord import DiscordConfig, DiscordDestination
from .http import HttpConfig, HttpDestination
from .pagerduty import PagerdutyConfig, PagerdutyDestination
from .slack import SlackConfig, SlackDestination
from .teams import TeamsConfig, TeamsDestination
from .webhook import WebhookConfig, WebhookDestination

_Pagers: TypeAlias = AlertmanagerConfig | PagerdutyConfig
_Chats: TypeAlias = SlackConfig | TeamsConfig | DiscordConfig
AnyDestination: TypeAlias = Annotated[
    HttpConfig | _Chats | _Pagers | WebhookConfig | AppriseConfig, Field(discriminator="type")
]
"""The config of any destination, told apart by `type`."""

Settings: TypeAlias = Config[AnyDestination]
"""The whole configuration file."""


def build(name: str, config: DestinationConfig) -> Destination:
    """The destination that `config` describes, under its `name` in the file.

    Raises:
        TypeError: `config` is none of `AnyDestination`.
    """
    match config:
        case HttpConfig():
            return HttpDestination(name, config)
        case SlackConfig():
            return SlackDestination(name, config)
        case AlertmanagerConfig():
            return AlertmanagerDestination(name, config)
        case PagerdutyConfig():
            return PagerdutyDestination(name, config)
        case TeamsConfig():
            return TeamsDestination(name, config)
        case DiscordConfig():
            return DiscordDestination(name, config)
        case WebhookConfig():
            return WebhookDestination(name, config)
        case AppriseConfig():
            return AppriseDestination(name, config)
        case _:
            raise TypeError(f"no destination takes a {type(config).__name__}")


def load_settings(path: str | Path, env: Mapping[str, str]) -> Settings:
    """Read, resolve and validate the file at `path`; secrets named in it come from `env` or files.

    Raises:
        ConfigError: it cannot be used; carries every problem found.
    """
    return load_config(path, Settings, env)


__all__ = ["AnyDestination", "Settings", "build", "load_settings"]
