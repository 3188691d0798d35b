"""`RunSummary`: what a finished run came to. Sent once for each run, by the master or the local process."""

from typing import Annotated, Any, Final, cast, get_args
from uuid import UUID

from pydantic import AwareDatetime, BeforeValidator, Field, FiniteFloat, ValidationInfo

from ._base import READING, Model
from .common import EndpointCount, ErrorCount, Node, Run
from .failure import Category, OpenCategory

_CATEGORIES: Final = frozenset(get_args(Category))


def _add_up_unknown(value: object, info: ValidationInfo) -> object:
    """Categories that this version does not know all read as `unknown`: add their counts, or the last would win."""
    if info.context is not READING or not isinstance(value, dict):
        return value
    counts = cast("dict[str, Any]", value)
    if counts.keys() <= _CATEGORIES or any(type(count) is not int for count in counts.values()):
        return counts  # nothing to add up, or wrong anyway, which the field's own type reports
    known = {name: count for name, count in counts.items() if name in _CATEGORIES}
    strange = sum(count for name, count in counts.items() if name not in _CATEGORIES)
    return {**known, "unknown": known.get("unknown", 0) + strange}


class DeliveryCount(Model):
    """What became of captured failures, for one destination; the parts add up to `captured`."""

    destination: Annotated[str, Field(min_length=1, examples=["monitoring"])]
    """Its name in the configuration."""
    captured: Annotated[int, Field(ge=0, examples=[172])]
    """Failures captured for it since the process, or each worker's, began."""
    delivered: Annotated[int, Field(ge=0, examples=[160])]
    """Acknowledged by it."""
    pending: Annotated[int, Field(ge=0, examples=[12])]
    """Kept on disk, still to be delivered."""
    dead: Annotated[int, Field(ge=0, examples=[0])] = 0
    """Refused for good, kept as dead letters."""
    dropped: Annotated[int, Field(ge=0, examples=[0])] = 0
    """Lost, for whatever counted reason."""


class RunSummary(Model):
    """The end of a run, in numbers that Locust counted."""

    id: Annotated[UUID, Field(examples=["01976a60-0000-7000-8000-000000000003"])]
    """UUIDv7 of this summary; the same in every retry. OpenTelemetry: `log.record.uid`."""
    sequence: Annotated[int, Field(ge=1, examples=[1])]
    """Counts up by one for each summary of a node, so that a gap shows a loss."""
    occurred_at: Annotated[AwareDatetime, Field(examples=["2026-05-04T09:40:00Z"])]
    """When the summary was made, UTC. OpenTelemetry: `Timestamp`."""
    run: Run
    """The test run."""
    node: Node
    """The Locust process that made it."""
    started_at: Annotated[AwareDatetime, Field(examples=["2026-05-04T09:30:00Z"])]
    """When the run began, UTC."""
    ended_at: Annotated[AwareDatetime, Field(examples=["2026-05-04T09:40:00Z"])]
    """When the run ended, UTC."""
    duration_s: Annotated[FiniteFloat, Field(ge=0, examples=[600.0])]
    """Length of the run in seconds."""
    users_peak: Annotated[int, Field(ge=0, examples=[50])]
    """Highest number of users seen running."""
    requests: Annotated[int, Field(ge=0, examples=[24000])]
    """Requests of the whole run, failed ones included."""
    failures: Annotated[int, Field(ge=0, examples=[172])]
    """Failed requests of the whole run, as Locust counted them."""
    user_errors: Annotated[int, Field(ge=0, examples=[0])] = 0
    """Exceptions in the user's own code, the `user_error` of `categories`; Locust does not count them as failed
    requests."""
    alerts_fired: Annotated[int, Field(ge=0, examples=[1])] = 0
    """Alert episodes that began during the run."""
    categories: Annotated[dict[OpenCategory, Annotated[int, Field(ge=1)]], BeforeValidator(_add_up_unknown)] = Field(
        default_factory=dict[Category, int], examples=[{"server_error": 170, "read_timeout": 2}]
    )
    """Failures that this node captured, by category. On a master these are the counts of its workers as of their last
    reports: where a report came late, was lost, or a worker runs without the plugin, their sum, `user_error` apart, is
    below `failures`. Categories that a later minor version adds are added up under `unknown`."""
    top_endpoints: tuple[EndpointCount, ...] = ()
    """The endpoints with the most failures, worst first."""
    top_errors: tuple[ErrorCount, ...] = ()
    """The most frequent errors, most frequent first."""
    deliveries: tuple[DeliveryCount, ...] = ()
    """What had become of the failures when the summary was made, by destination; deliveries may still go on. On a
    master these are the sums of its workers' accounts as of their last reports. Since 1.1; empty where no failure was
    captured."""
