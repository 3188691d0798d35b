"""What is wrong with a template, in words of ours. Pure; no message repeats any of the template.

A name is handed on beside the message: only who knows the file can tell whether it is the file's own.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

from jinja2 import TemplateSyntaxError

from ..config.places import TextFault
from ..config.suggest import did_you_mean, listing, sentences
from .template_missing import Missing
from .template_names import Unknown
from .template_tree import Spot, spot_of_error, spot_of_open_block

_TAGS: Final = ("for", "endfor", "if", "elif", "else", "endif", "set", "endset", "macro", "endmacro", "filter", "raw")
_ONE_OF_TWO: Final = (
    "`alert` is null for a summary and `summary` for an alert: {% if alert %} … {% else %} … {% endif %}."
)
_MOST_LISTED: Final = 40


def of_syntax(error: TemplateSyntaxError, source: str) -> TextFault:
    """What Jinja cannot read."""
    said = error.message or ""
    spot = spot_of_error(error, source)
    if match := re.match(r"Encountered unknown tag '(\w+)'", said):
        hint = sentences(did_you_mean(match[1], _TAGS), f"Known tags: {listing(_TAGS)}.")
        return TextFault("no such tag, or one that does not belong here", hint, spot.line, spot.column, match[1])
    if said.startswith("Unexpected end of template"):
        hint = "Each {% if %} and {% for %} needs its {% end… %}."
        opened = spot_of_open_block(source, _innermost(said)) or Spot(spot.line)
        return TextFault("a block is opened and never closed", hint, opened.line, opened.column)
    hint = "Expressions are {{ … }}, statements {% … %}, comments {# … #}; see jinja.palletsprojects.com."
    return TextFault("this is not Jinja's syntax", hint, spot.line, spot.column)


def _innermost(said: str) -> str:
    match = re.search(r"block that needs to be closed is '(\w+)'", said)
    return match[1] if match else ""


def of_unknown(unknown: Unknown) -> TextFault:
    """A name that means nothing for any record."""
    suggestion = did_you_mean(unknown.name, unknown.known)
    hint = suggestion if unknown.what != "value" else _with_names(suggestion, unknown.known, always=unknown.at_top)
    name = "" if unknown.is_text else unknown.name
    return TextFault(f"no such {unknown.what}", hint, unknown.spot.line, unknown.spot.column, name)


def of_missing(missing: Missing, sample: str, values: Mapping[str, Any], column: int | None) -> TextFault:
    """A value that one record does not have."""
    if missing.unsafe:
        return TextFault(f"for {sample}: the sandbox does not allow this", "", missing.line, column)
    name = missing.name or ""
    if missing.name is None or isinstance(missing.owner, list | tuple):
        hint = "The list has fewer entries; an {% if %} around it may help."
    elif missing.at_top:
        hint = _with_names(did_you_mean(name, values), tuple(values), always=True)
    elif missing.owner is None:
        hint = _ONE_OF_TWO
    elif missing.owner == {}:
        hint = "There is nothing in it."
    else:
        owner = missing.owner
        known = tuple(cast("Mapping[str, object]", owner)) if isinstance(owner, Mapping) else ()
        hint = _with_names(did_you_mean(name, known or sorted(set(_keys(values)))), known, always=False)
    return TextFault(f"for {sample}, there is no such value", hint, missing.line, column, name)


def _with_names(suggestion: str, names: Sequence[str], *, always: bool) -> str:
    listed = names and (always or not suggestion) and len(names) <= _MOST_LISTED
    return sentences(suggestion, f"There are: {listing(sorted(names))}." if listed else "")


def _keys(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in cast("Mapping[str, object]", value).items():
            yield key
            yield from _keys(item)
    elif isinstance(value, list):
        for item in cast("list[object]", value):
            yield from _keys(item)
