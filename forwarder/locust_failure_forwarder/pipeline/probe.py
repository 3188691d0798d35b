"""One harmless request to a destination, and its answer in plain words. For `check --send-test`."""

from dataclasses import dataclass
from datetime import UTC, datetime

from ..config.models import DestinationConfig
from ..destinations import build
from ..destinations.base import Delivered, Itemised, Rejected, Retry
from .deliver import NetworkError
from .transports import transport_for


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """Whether the destination would take our events, and what it said."""

    destination: str
    ok: bool
    answer: str


def no_answer(error: NetworkError) -> str:
    """`no answer: connection refused`, `no answer within 10 s`."""
    return error.reason if error.reason.startswith("no answer") else f"no answer: {error.reason}"


async def probe(name: str, config: DestinationConfig) -> ProbeResult:
    """Send the destination's probe once."""
    destination = build(name, config)
    async with transport_for(config) as transport:
        try:
            response = await transport.send(destination.probe(datetime.now(UTC)))
        except NetworkError as error:
            return ProbeResult(name, ok=False, answer=no_answer(error))
    match destination.read(response, datetime.now(UTC)):
        case Delivered():
            return ProbeResult(name, ok=True, answer=f"{response.status}, accepted")
        case Retry(reason) | Rejected(reason):
            return ProbeResult(name, ok=False, answer=f"not accepted: {_with_status(response.status, reason)}")
        case Itemised():
            return ProbeResult(name, ok=True, answer=f"{response.status}, judged record by record")
        case other:
            return ProbeResult(
                name, ok=False, answer=f"refused for its form: {_with_status(response.status, other.reason)}"
            )


def _with_status(status: int, reason: str) -> str:
    return reason if reason.startswith(str(status)) else f"{status}: {reason}"
