"""The parts of a record in the making that redaction looks at. Pure; decides nothing."""

from collections.abc import Mapping
from typing import Any, Final

import orjson
from pydantic import JsonValue
from typing_extensions import TypeIs

from .cache import CLEAN, Entry, Headers, Key
from .kept import Node, holds
from .marks import Tally
from .taint import Taint

NAMES_WITHOUT_RESPONSE: Final = ("url", "body", "headers", "name", "message", "traceback")
NAMES: Final = ("url", "body", "headers", "name", "body", "headers", "message", "traceback")
STAND_IN: Final = "\x1a"
"""ASCII calls it SUBSTITUTE."""
_LONG_URL: Final = 12
_TEXTS: Final = ("url", "name", "body", "message", "traceback")


def without_url(text: str, url: str) -> str:
    """A message in which `STAND_IN` stands for the URL of the request: then it is the same for many URLs.

    JSON stays as it is, and so does a message that has a `STAND_IN` of its own.
    """
    if len(url) < _LONG_URL or url not in text or STAND_IN in text or text.lstrip()[:1] in ("{", "["):
        return text
    return text.replace(url, STAND_IN)


def with_url(text: str, url: str, entry: Entry, tally: Tally) -> str:
    """The message again, with the URL as it was redacted, which is counted as often as it stands there."""
    for _ in range(text.count(STAND_IN)):
        if entry is not CLEAN:
            entry.settle(tally)
    return text.replace(STAND_IN, url)


def message_keys(part: Mapping[str, Any], side: str, kept: Mapping[str, Node]) -> list[Key]:
    """Body and headers of a message, for the cache; the body's place says whether rules of `keep` speak of it."""
    headers, body = part["headers"], part["body"] or ""
    place = "form" if "urlencoded" in headers.get("content-type", "") else "body"
    if kept:
        place = f"{place} {side}.body" if f"{side}.body" in kept else place
        headers = {name: value for name, value in headers.items() if not holds_header(kept, side, name)}
    return [(place, body), tuple(headers.items())]


def holds_header(kept: Mapping[str, Node], side: str, name: str) -> bool:
    """Whether a rule of `keep` names this header."""
    node = kept.get(f"{side}.headers")
    return node is not None and holds(node, name.lower())


def is_headers(key: Key) -> TypeIs[Headers]:
    """Whether it is a key for headers."""
    return not key or isinstance(key[0], tuple)


def entry_of(value: Any, tally: Tally) -> Entry:
    """What the cache keeps of a value that was redacted."""
    return Entry(value, tuple(tally.counts.items()), tuple(tally.literals.items()))


def spread(draft: dict[str, Any], tally: Tally) -> None:
    """Mask the literals everywhere in a draft that was just built."""
    parts = [draft["request"], draft["error"], *([draft["response"]] if draft["response"] else [])]
    texts = [text for part in parts for name in _TEXTS if (text := part.get(name))]
    for part in parts:
        if "headers" in part:
            texts += part["headers"].values()
    together = "\n".join(texts)
    taint = None
    for literal in tally.literals:
        if literal in together:  # mostly not, and one look is cheaper than twenty
            taint = Taint(tally.literals)
            break
    if taint is not None:
        for part in parts:
            for name in _TEXTS:
                if text := part.get(name):
                    part[name] = taint.redact(text, tally)
            if "headers" in part:
                part["headers"] = {name: taint.redact(value, tally) for name, value in part["headers"].items()}
    if draft["context"] and _may_stand_in(draft["context"], tally):
        draft["context"] = (taint or Taint(tally.literals)).redact_tree(draft["context"], tally)


def _may_stand_in(tree: JsonValue, tally: Tally) -> bool:
    """Whether a walk may find a literal; each is known as JSON spells it."""
    try:
        text = orjson.dumps(tree).decode()
    except (TypeError, ValueError):  # such as an integer of more than 64 bits
        return True
    return any(literal in text for literal in tally.literals)


def total(before: Mapping[str, int], counts: Mapping[str, int]) -> dict[str, int]:
    """The counts of two rounds together."""
    return {kind: before.get(kind, 0) + counts.get(kind, 0) for kind in {**before, **counts}}
