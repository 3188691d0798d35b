"""The options that several commands share."""

from typing import get_args

from locust_failure_forwarder.commands.options import KindName
from locust_failure_forwarder.events import KINDS, Kind


def test_kind_takes_every_kind_there_is() -> None:
    assert tuple(kind.value for kind in KindName) == KINDS == get_args(Kind)
