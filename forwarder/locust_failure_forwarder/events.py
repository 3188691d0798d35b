"""`Event`: one sealed record between the log and the destinations. A frozen value; no I/O."""

from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

Kind = Literal["failures", "alerts", "summaries"]
KINDS: Final[tuple[Kind, ...]] = ("failures", "alerts", "summaries")


@dataclass(frozen=True, slots=True)
class Origin:
    """The run and node an event belongs to, as the JSON of the schemas package's `Run` and `Node`."""

    run: bytes
    node: bytes


@dataclass(frozen=True, slots=True)
class Event:
    """One validated, redacted record as it lies in the log."""

    position: int
    """Place in the log, counted from 1; what cursors point at."""
    kind: Kind
    id: UUID
    origin: Origin
    body: bytes
    """JSON of the schemas package's `FailureRecord`, `Alert` or `RunSummary`."""
