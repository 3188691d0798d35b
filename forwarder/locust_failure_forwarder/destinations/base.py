"""What every destination is: a config model, a pure `encode`, a pure `read`. Does no I/O and knows no HTTP client.

A destination file defines one subclass of `DestinationConfig` and one of `Destination`. Nothing here waits,
retries or counts; `pipeline/` does.
"""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, TypeAlias
from uuid import UUID

from ..config.models import DestinationConfig
from ..events import Event, Kind


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request, ready to be sent. Everything but `method` may hold secrets: never log it."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """The answer: `headers` with names in lower case, at most the first 64 KiB of `body`."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Delivered:
    """The destination has taken responsibility for the events."""


@dataclass(frozen=True, slots=True)
class Retry:
    """Not now. The events stay where they are."""

    reason: str
    after: float | None = None
    """Seconds the destination asked us to wait, if it did; holds for the whole destination."""
    needs_repair: bool = False
    """True where only a person can mend it (credentials, address): try rarely, keep everything."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """Never. The same bytes would be refused again."""

    reason: str
    splittable: bool = False
    """True where a part of the batch may be accepted: too large, or one bad record among good ones."""
    status: int | None = None
    """HTTP status of the answer, if there was one."""
    answer: str | None = None
    """The beginning of the answer, redacted; the pipeline fills it in."""


@dataclass(frozen=True, slots=True)
class Simplify:
    """Refused for its form: encode once more with `plain=True`."""

    reason: str


@dataclass(frozen=True, slots=True)
class Itemised:
    """The destination judged each event by itself. Events that are not named were delivered."""

    verdicts: Mapping[UUID, Delivered | Retry | Rejected]


Plain: TypeAlias = Delivered | Retry | Rejected
"""What a status alone can mean."""
Verdict: TypeAlias = Plain | Simplify | Itemised


@dataclass(frozen=True, slots=True)
class Batch:
    """Events of one kind and one origin, in the order of the log. Never empty."""

    kind: Kind
    destination: str
    """Name of the destination in the configuration."""
    events: Sequence[Event]

    @property
    def id(self) -> str:
        """32 hex digits that depend on the destination and the ordered event ids alone, so a retry has the same."""
        digest = hashlib.sha256(self.destination.encode())
        for event in self.events:
            digest.update(event.id.bytes)
        return digest.hexdigest()[:32]


class Destination(ABC):
    """One configured place to send to. Stateless; safe to call from any stage."""

    max_records: ClassVar[int | None] = None
    """Upper bound of records in a batch that the wire demands, whatever the user configures."""
    max_bytes: ClassVar[int | None] = None
    """Upper bound of a batch's encoded bytes that the wire demands."""
    min_interval: ClassVar[float] = 0.0
    """Least seconds between two requests."""

    @property
    @abstractmethod
    def config(self) -> DestinationConfig:
        """The configuration it was made from."""

    @abstractmethod
    def encode(self, batch: Batch, now: datetime, *, plain: bool = False) -> HttpRequest:
        """The request that carries `batch`; called anew for each attempt, at `now` (UTC).

        `plain` asks for the simplest form, after `read` answered `Simplify`.
        """

    @abstractmethod
    def read(self, response: HttpResponse, now: datetime) -> Verdict:
        """What the answer means for every event of the batch. Reasons never quote a URL or a secret."""

    @abstractmethod
    def probe(self, now: datetime) -> HttpRequest:
        """A harmless request that shows whether address and credentials work, for `check --send-test`."""


DestinationFactory: TypeAlias = Callable[[str, DestinationConfig], Destination]
