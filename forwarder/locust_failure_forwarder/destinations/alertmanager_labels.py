"""The labels of an episode at Alertmanager: they are its identity, equal when it begins and when it is over. Pure."""

import re
from collections.abc import Mapping
from typing import Final

from locust_failure_schemas import Alert

from .notice import PLAIN

_LONGEST: Final = 300
"""UTF-16 units of a value."""
_NOT_ALLOWED: Final = re.compile(r"[^a-zA-Z0-9_]")


def labels_of(alert: Alert, configured: Mapping[str, str]) -> dict[str, str]:
    """What identifies the episode and what the user routes by.

    The rule's name and the ids are always ours. `severity`, `run` and `environment` give way to a label of the same
    name, of the configuration first, then of the rule, then of the run. Characters that a label's name cannot have
    (data model of Prometheus) become `_`.
    """
    own = {"severity": alert.severity, "run": alert.run.name, "environment": alert.run.environment or ""}
    given = {_name(name): value for name, value in {**alert.run.labels, **alert.labels}.items()}
    identity = {"alertname": alert.rule, "run_id": str(alert.run.id), "episode_id": str(alert.episode_id)}
    labels = own | given | dict(configured) | identity
    # An empty value is no label to Alertmanager.
    return {name: PLAIN.foreign(value, _LONGEST) for name, value in sorted(labels.items()) if value}


def _name(name: str) -> str:
    usable = _NOT_ALLOWED.sub("_", name) or "_"
    return f"_{usable}" if usable[0].isdigit() else usable
