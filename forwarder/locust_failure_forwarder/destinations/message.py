"""What the destinations for people have in common: which events they take, and how an event becomes a notice. Pure."""

from datetime import datetime
from typing import Annotated, Literal

from locust_failure_schemas import Alert, RunSummary
from pydantic import BeforeValidator, ConfigDict, Field

from ..config.models import DestinationConfig
from ..events import KINDS, Event
from ..version import VERSION
from .links import LinksConfig
from .notice import Moment, Notice
from .notice_alert import of_alert
from .notice_summary import of_summary
from .words import utc

MessageKind = Literal["alerts", "summaries"]


def _refuse_failures(kind: object) -> object:
    if kind == "failures":
        raise ValueError(
            "a message for each failed request would flood the channel; send alerts here, and records to a "
            "destination of type `http`"
        )
    return kind


Taken = Annotated[MessageKind, BeforeValidator(_refuse_failures)]


def _refuse_others(kind: object) -> object:
    if kind in KINDS and kind != "alerts":
        raise ValueError("it takes alerts alone; send the other kinds to a destination of another type")
    return kind


class AlertConfig(DestinationConfig):
    """A destination that keeps track of alerts and knows nothing else."""

    model_config = ConfigDict(hide_input_in_errors=True)

    send: Annotated[  # pyright: ignore[reportIncompatibleVariableOverride] - narrower, which is safe as models are frozen
        tuple[Annotated[Literal["alerts"], BeforeValidator(_refuse_others)], ...], Field(min_length=1)
    ] = ("alerts",)
    """Kinds of events it gets: `alerts`."""
    links: LinksConfig = LinksConfig()
    """What an alert offers to open."""


class MessageConfig(DestinationConfig):
    """A destination that people read."""

    model_config = ConfigDict(hide_input_in_errors=True)

    send: Annotated[  # pyright: ignore[reportIncompatibleVariableOverride] - narrower, which is safe as models are frozen
        tuple[Taken, ...], Field(min_length=1)
    ] = ("alerts", "summaries")
    """Kinds of events it gets: `alerts`, `summaries` or both."""
    links: LinksConfig = LinksConfig()
    """What a message offers to open."""


def read_event(event: Event) -> Alert | RunSummary:
    """The record of an alert or summary. Read tolerantly: the log may have been written by a later minor version.

    Raises:
        ValueError: it is a failure, which is never routed to people, or no valid record.
    """
    if event.kind == "alerts":
        return Alert.read(event.body)
    if event.kind == "summaries":
        return RunSummary.read(event.body)
    raise ValueError("failures are not sent to people")


def read_alert(event: Event) -> Alert:
    """As `read_event`, for destinations that take alerts alone.

    Raises:
        ValueError: it is something else, or no valid record.
    """
    record = read_event(event)
    if not isinstance(record, Alert):
        raise ValueError("this destination takes alerts alone")  # noqa: TRY004 - of its value, the kind, not of its type
    return record


def notice_of(record: Alert | RunSummary, links: LinksConfig, calls: tuple[str, ...] = ()) -> Notice:
    """What to say of `record`; `calls` is whom to call if it is an alert that fires."""
    if isinstance(record, Alert):
        return of_alert(record, links.of(record), calls)
    return of_summary(record, links.of(record))


def probe_notice(now: datetime) -> Notice:
    """What `check --send-test` sends: it says of itself that it is a test."""
    return Notice(
        headline=(f"🧪 Test message from failure-forwarder, sent {utc(now)}: nothing failed",),
        tone="neutral",
        fields=(
            ("Sent", (Moment(now),)),
            ("Meaning", ("alerts and summaries of load tests will arrive here",)),
        ),
        context=(f"locust-failure-forwarder {VERSION}",),
    )
