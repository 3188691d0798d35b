"""pydantic's validation errors in plain words, with suggestions. Pure; no message repeats an input value.

Any value of a configuration may be a secret, so none of pydantic's own texts is passed on: they quote inputs here and
there (`union_tag_invalid`), and may in later versions where they do not today.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final, cast, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from pydantic_core.core_schema import ErrorType

from .places import Finding, KeyPath, TextError, TextFault, replaced, show_key
from .shape import Spot, choices, discriminator, fields, follow, home_of
from .suggest import closest, did_you_mean, listing, sentences

_MAPPING: Final = "expected a mapping of keys"
_LIST: Final = "expected a list"
_URL: Final = "expected a URL such as https://host/path"
_TEXTS: Final[Mapping[str, str]] = {
    "missing": "required key is missing",
    "extra_forbidden": "unknown key",
    "union_tag_not_found": "required key is missing",
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "dict_type": _MAPPING,
    "mapping_type": _MAPPING,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "set_type": _LIST,
    "frozen_set_type": _LIST,
    "iterable_type": _LIST,
    "bool_type": "expected true or false",
    "bool_parsing": "expected true or false",
    "int_type": "expected a whole number",
    "int_parsing": "expected a whole number",
    "int_parsing_size": "expected a whole number of fewer digits",
    "int_from_float": "expected a whole number",
    "float_type": "expected a number",
    "float_parsing": "expected a number",
    "finite_number": "expected a finite number",
    "string_type": "expected text",
    "string_not_ascii": "expected ASCII characters only",
    "string_too_short": "expected at least {min_length} characters",
    "string_too_long": "expected at most {max_length} characters",
    "greater_than": "must be greater than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "multiple_of": "must be a multiple of {multiple_of}",
    "too_short": "expected at least {min_length} entries",
    "too_long": "expected at most {max_length} entries",
    "url_type": _URL,
    "url_parsing": _URL,
    "url_syntax_violation": _URL,
    "url_scheme": "expected a URL that begins with {expected_schemes}",
    "url_too_long": "expected a URL of at most {max_length} characters",
}
_OWN_ERRORS: Final = ("value_error", "assertion_error")
_SHORTEST_LEAK: Final = 4
"""Shorter values occur in any sentence, by chance."""


def with_meant_tags(error: ValidationError, model: type[BaseModel], data: Mapping[str, object]) -> dict[str, object]:
    """The data with each discriminator that is only misspelled as it was meant; empty if there is none.

    Nothing below a misspelled one was looked at.
    """
    meant: dict[str, object] = {}
    for details in error.errors(include_url=False):
        spot = follow(model, details["loc"])
        key = discriminator(spot.expected)
        if details["type"] == "union_tag_invalid" and key:
            written = cast("Mapping[str, object]", details["input"]).get(key)
            if match := closest(str(written), choices(spot.expected)):
                meant = replaced(meant or data, (*spot.path, key), match)
    return meant


def explain(error: ValidationError, model: type[BaseModel]) -> list[Finding]:
    """One finding for each error, in pydantic's order. A key that is only misspelled is not also called missing."""
    findings: list[Finding] = []
    meant: set[KeyPath] = set()
    missing: list[Finding] = []
    all_details = error.errors(include_url=False)
    places = [details["loc"] for details in all_details]
    for details in all_details:
        place = details["loc"]
        if details["type"] == "too_short" and any(p[: len(place)] == place and len(p) > len(place) for p in places):
            continue  # it is only empty because its entries were refused, each with an error of its own
        spot = follow(model, details["loc"])
        if isinstance(cause := details.get("ctx", {}).get("error"), TextError):
            findings += [_of_text(fault, spot) for fault in cause.faults]
            continue
        finding = _finding(details, spot)
        (missing if details["type"] == "missing" else findings).append(finding)
        if details["type"] == "extra_forbidden" and (match := _close_field(spot)):
            meant.add((*spot.path[:-1], match))
    return findings + [finding for finding in missing if finding.path not in meant]


def _finding(details: ErrorDetails, spot: Spot) -> Finding:
    kind = details["type"]
    if kind == "extra_forbidden":
        return Finding(spot.path, _TEXTS[kind], _unknown_key_hint(spot), of_key=True)
    if kind == "missing":
        return Finding(spot.path, _TEXTS[kind], sentences(_allowed(spot), _description(spot)))
    if kind in ("union_tag_not_found", "union_tag_invalid"):
        return _tag_finding(details, spot)
    allowed = choices(spot.expected)
    if kind in ("literal_error", "enum"):
        return Finding(spot.path, f"expected {_one_of(allowed)}", _of_choices(details["input"], allowed))
    message = _message(details)
    if spot.is_key:
        return Finding(spot.path, f"this key: {message}", of_key=True)
    if details["input"] is None:
        return Finding(spot.path, f"no value is given; {message}", _empty_hint(spot))
    return Finding(spot.path, message, _hint(message, details["input"], spot))


def _of_text(fault: TextFault, spot: Spot) -> Finding:
    return Finding(spot.path, fault.message, fault.hint, line=fault.line, column=fault.column, name=fault.name)


def _message(details: ErrorDetails) -> str:
    kind = details["type"]
    context = details.get("ctx", {})
    if kind in ("string_too_short", "too_short") and context.get("min_length") == 1:
        return "must not be empty"
    if kind in ("too_short", "too_long") and isinstance(details["input"], str):
        kind = f"string_{kind}"  # a secret text, of which pydantic says "length" as of a list
    if kind in _TEXTS:
        return _TEXTS[kind].format_map({key: _plain(value) for key, value in context.items()})
    if kind in _OWN_ERRORS:
        return _guarded(str(context.get("error", "")), details["input"])
    if kind in get_args(ErrorType):
        return "is not valid"
    return _guarded(details["msg"], details["input"])  # a PydanticCustomError: the words are a validator's own


def _plain(value: object) -> object:
    """`1000` for a bound of `1000.0`."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _guarded(message: str, value: object) -> str:
    """A validator's message, unless it repeats the input after all."""
    leaks = any(
        len(leaf) >= _SHORTEST_LEAK and re.search(rf"(?<![\w./:-]){re.escape(leaf)}(?![\w./:-])", message)
        for leaf in _leaves(value)
    )
    return "is not valid" if leaks or not message else message


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for item in cast("Mapping[object, object]", value).values():
            yield from _leaves(item)
    elif isinstance(value, list | tuple):
        for item in cast("list[object]", value):
            yield from _leaves(item)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def _tag_finding(details: ErrorDetails, spot: Spot) -> Finding:
    """A union whose discriminator is missing or names no member: the finding is about that key."""
    key = discriminator(spot.expected) or "type"
    allowed = choices(spot.expected)
    path = (*spot.path, key)
    entries = cast("Mapping[str, object]", details["input"])  # pydantic asks mappings alone for their tag
    if key in entries:
        return Finding(path, f"expected {_one_of(allowed)}", did_you_mean(entries[key], allowed))
    similar = closest(key, entries)
    misspelled = f"Is `{show_key(similar)}` meant to be `{key}`?" if similar else ""
    return Finding(path, "required key is missing", sentences(misspelled, f"Allowed: {listing(allowed)}."))


def _unknown_key_hint(spot: Spot) -> str:
    if spot.owner is None:
        return ""
    key = str(spot.path[-1])
    home = home_of(key, spot.owner)
    elsewhere = f"It belongs under `{home}`." if home else ""
    suggestion = did_you_mean(key, fields(spot.owner))
    return sentences(elsewhere or suggestion, f"Allowed here: {listing(fields(spot.owner))}.")


def _close_field(spot: Spot) -> str | None:
    return closest(str(spot.path[-1]), fields(spot.owner)) if spot.owner else None


def _of_choices(value: object, allowed: tuple[str, ...]) -> str:
    if isinstance(value, str) and value in allowed:  # the choice is a number
        return "Write it without quotes."
    return did_you_mean(value, allowed)


def _hint(message: str, value: object, spot: Spot) -> str:
    allowed = choices(spot.expected)
    if message == _MAPPING and (key := discriminator(spot.expected)):
        return f"It begins with `{key}`, {_one_of(allowed)}."
    if message == _MAPPING and isinstance(value, list):
        return "Write `name: value` for each entry, without the `-`."
    if message == _LIST and isinstance(value, Mapping):
        return "Begin each entry with `- `."
    if message == _LIST:
        return f"Write it in brackets, for example [{listing(allowed[:2]) or 'a, b'}]."
    if message == _TEXTS["string_type"] and not isinstance(value, Mapping | list):
        return "Put the value in quotes."
    return f"Allowed: {listing(allowed)}." if allowed else ""


def _empty_hint(spot: Spot) -> str:
    field = fields(spot.owner).get(str(spot.path[-1])) if spot.owner and spot.path else None
    return "" if field is None or field.is_required() else "Remove the key to use its default."


def _allowed(spot: Spot) -> str:
    allowed = choices(spot.expected)
    return f"Allowed: {listing(allowed)}." if allowed else ""


def _description(spot: Spot) -> str:
    field = fields(spot.owner).get(str(spot.path[-1])) if spot.owner else None
    return (field.description or "").replace("\n", " ") if field else ""


def _one_of(allowed: tuple[str, ...]) -> str:
    if not allowed:
        return "another value"
    return f"`{allowed[0]}`" if len(allowed) == 1 else f"one of: {listing(allowed)}"
