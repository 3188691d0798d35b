"""The committed batches of each minor version, and the same as a later minor version might send them.

Imports nothing but the standard library: the schemas are also tested where no forwarder is installed.
"""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parent.parent / "golden" / "schemas"
SINCE_1_0: Final = tuple(
    f"{kind}.{size}" for kind in ("failures", "alerts", "summaries") for size in ("complete", "minimal")
)
SINCE_1_1: Final = ("alerts.1.1.complete", "summaries.1.1.complete")
NAMES: Final = SINCE_1_0 + SINCE_1_1
NEWEST: Final = ("failures.complete", "alerts.1.1.complete", "summaries.1.1.complete")
"""What has every field there is."""
FREE_MAPS: Final = frozenset({"labels", "headers", "context", "redactions", "categories"})
"""Fields whose keys are data, where a further key is no unknown field."""

Place = tuple[str | int, ...]
"""Where a value stands: keys and indexes from the top."""


def body(name: str) -> bytes:
    """The committed bytes, such as of `failures.complete`."""
    return (FOLDER / ("1.1" if name in SINCE_1_1 else "1.0") / f"{name}.json").read_bytes()


def document(name: str) -> dict[str, Any]:
    """The same, decoded."""
    return json.loads(body(name))


def encode(value: object) -> bytes:
    """JSON of a changed document."""
    return json.dumps(value).encode()


def places(value: Any, place: Place = ()) -> Iterator[Place]:
    """The place of every value within, containers included, the top excluded."""
    items: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        items = list(value.items())  # pyright: ignore[reportUnknownArgumentType]  # any decoded JSON
    elif isinstance(value, list):
        items = list(enumerate(value))  # pyright: ignore[reportUnknownArgumentType]  # any decoded JSON
    for key, item in items:
        yield (*place, key)
        yield from places(item, (*place, key))


def at(value: Any, place: Place) -> Any:
    """The value at `place`."""
    for key in place:
        value = value[key]
    return value


def replaced(value: dict[str, Any], place: Place, new: object) -> dict[str, Any]:
    """A copy with `new` at `place`."""
    changed = copy.deepcopy(value)
    at(changed, place[:-1])[place[-1]] = new
    return changed


def later_minor(value: dict[str, Any]) -> dict[str, Any]:
    """The batch as version 1.1 might send it: an unknown key in every object, unknown values in every open list."""
    later = copy.deepcopy(value) | {"schema_version": "1.1"}
    objects = [place for place in places(later) if isinstance(at(later, place), dict)]
    for place in [(), *(place for place in objects if not FREE_MAPS.intersection(place))]:
        at(later, place)["added_in_1_1"] = {"nested": [1, "two", None]}
    open_lists = {"category": "quota_exceeded", "severity": "disaster", "role": "observer", "resolution": "silenced"}
    open_lists |= {"unit": "furlongs", "scope": "universe"}
    for place in list(places(later)):
        if place[-1] in open_lists and isinstance(at(later, place), str):
            at(later, place[:-1])[place[-1]] = open_lists[str(place[-1])]
        if place[-1] == "categories":
            at(later, place).update({"quota_exceeded": 3, "solar_flare": 4})
    return later
