"""Failures that repeat one that was refined before in all but the moment: refined once, numbered and timed anew.

Pure but for the bounded memory. Decides nothing: what it returns is what the stages would return again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import msgpack  # pyright: ignore[reportMissingTypeStubs] - it has none
import orjson
from locust_failure_schemas import FailureRecord
from pydantic import TypeAdapter, ValidationError
from typing_extensions import TypedDict

from ..redaction.cache import ByteCache, Sightings
from .runs import RunState
from .validate import EpochSeconds, Id, Milliseconds, Sequence

KNOWN_BYTES: Final = 8 * 1024 * 1024
_OVERHEAD: Final = 4000
"""Bytes of a remembered record besides its texts, roughly."""
_packb: Any = msgpack.packb  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]


class Moment(TypedDict):
    """What of a captured failure is its own even if all else repeats. Bounds as in `CapturedFailure`."""

    id: Id
    sequence: Sequence
    at: EpochSeconds
    elapsed_ms: Milliseconds


_OWN: Final = tuple(Moment.__annotations__)
_MOMENT: Final = TypeAdapter(Moment).validator
_RECORD: Final = TypeAdapter(FailureRecord).validator
_CHANGING: Final = ("id", "sequence", "occurred_at", "elapsed_ms")
"""The fields of the record that come from the moment."""


@dataclass(frozen=True, slots=True)
class Known:
    """A record that passed all stages, without its moment."""

    run: RunState
    fields: Mapping[str, Any]
    """Of the record, validated."""
    written: Mapping[str, orjson.Fragment]
    """The same as JSON."""


class KnownRecords:
    """Remembers records by the whole content of their frames, so that none is ever taken for another."""

    def __init__(self) -> None:
        self._cache = ByteCache[bytes, Known](KNOWN_BYTES, _cost)
        self._sightings = Sightings()

    def key(self, payload: Mapping[str, Any]) -> bytes | None:
        """All that was captured but the moment, each value with its type; None if it is no payload from a frame."""
        rest = dict(payload)
        try:
            for name in _OWN:
                del rest[name]
            packed: bytes = _packb(rest, unicode_errors="surrogatepass")
        except (KeyError, TypeError, ValueError, OverflowError):
            return None
        return packed

    def again(self, key: bytes, payload: Mapping[str, Any]) -> tuple[RunState, FailureRecord, bytes] | None:
        """The run, the record and its JSON, if the like was seen before; None where the stages have to judge."""
        known = self._cache.get(key)
        if known is None:
            return None
        try:
            moment = _MOMENT.validate_python({name: payload[name] for name in _OWN})
            fields = {
                **known.fields,
                "id": UUID(bytes=moment["id"]),
                "sequence": moment["sequence"],
                "occurred_at": datetime.fromtimestamp(moment["at"], UTC),
                "elapsed_ms": moment["elapsed_ms"],
            }
            record: FailureRecord = _RECORD.validate_python(fields)
        except ValidationError:
            return None
        return known.run, record, orjson.dumps({**vars(record), **known.written}, option=orjson.OPT_UTC_Z)

    def remember(self, key: bytes, run: RunState, record: FailureRecord) -> None:
        """Keep what became of a frame, if the like came before."""
        if not self._sightings.again(key):
            return
        fields = {name: value for name, value in vars(record).items() if name not in _CHANGING}
        try:
            written = {name: orjson.Fragment(orjson.dumps(value, default=vars)) for name, value in fields.items()}
        except orjson.JSONEncodeError:  # integers of more than 64 bits
            return
        self._cache.put(key, Known(run, fields, written))


def _cost(key: bytes, known: Known) -> int:
    del known  # its texts are those of the key, as objects and as JSON
    return 3 * len(key) + _OVERHEAD
