"""PyYAML's errors in plain words. Pure; repeats nothing of the file, since PyYAML's own texts quote it."""

from dataclasses import dataclass
from typing import Final

import yaml

from .places import Finding, Place


@dataclass(frozen=True, slots=True)
class _Words:
    sign: str
    """What PyYAML's text of the problem contains."""
    message: str
    hint: str = ""
    at_start: bool = False
    """Whether the place that helps is where the construct began."""


_QUOTE: Final = "Put the value in quotes if it begins with a special character such as @ ` % * & ! | >."
_UNQUOTED_VARIABLE: Final = 'Inside { } and [ ] a variable must be in quotes: "${NAME}".'
_TABLE: Final = (
    _Words("'\\t' that cannot start", "a tab is not allowed here", "Indent with blanks."),
    _Words("that cannot start any token", "a value cannot begin with this character", _QUOTE),
    _Words(
        "mapping values are not allowed",
        "a second `:` in one line, or wrong indentation",
        "Text that contains a colon followed by a blank must be in quotes.",
    ),
    _Words("sequence entries are not allowed", "a list entry is not allowed here", "Check the indentation."),
    _Words("mapping keys are not allowed", "a key is not allowed here", "Check the indentation."),
    _Words(
        "could not find expected ':'",
        "a key without a `:`",
        "Write `key: value`, with a blank after the colon.",
        at_start=True,
    ),
    _Words("found unexpected end of stream", "this quote is never closed", at_start=True),
    _Words("unexpected document separator", "this quote is never closed", at_start=True),
    _Words(
        "unknown escape character",
        "an unknown escape in double quotes",
        "In single quotes a backslash is just a backslash.",
    ),
    _Words(
        "escape sequence of",
        "an incomplete escape in double quotes",
        "In single quotes a backslash is just a backslash.",
    ),
    _Words("undefined alias", "an alias whose anchor is not defined above", _QUOTE),
    _Words("duplicate anchor", "an anchor that is defined twice"),
    _Words("second occurrence", "an anchor that is defined twice"),
    _Words("another document", "a second document begins here", "The file must hold one document; remove the `---`."),
    _Words("expected ',' or ']'", "this `[` list is not closed, or a comma is missing", _UNQUOTED_VARIABLE),
    _Words("expected ',' or '}'", "this `{` mapping is not closed, or a comma is missing", _UNQUOTED_VARIABLE),
    _Words(
        "expected <block end>",
        "this does not fit the lines above",
        "Check the indentation; keys of one mapping start in the same column.",
    ),
    _Words("expected alphabetic or numeric", "a value cannot begin with this character", _QUOTE),
    _Words("chomping or indentation", "a value cannot begin with this character", _QUOTE),
    _Words("tag", "tags (`!name`) are not supported", _QUOTE),
)


def syntax_finding(error: yaml.YAMLError, text: str) -> Finding:
    """What PyYAML found wrong with `text`, in our words, with its place."""
    if isinstance(error, yaml.reader.ReaderError):
        before = text[: error.position]
        place = Place(before.count("\n") + 1, len(before) - before.rfind("\n"))
        return Finding((), "a control character that YAML does not allow", place=place)
    if not isinstance(error, yaml.MarkedYAMLError):
        return Finding((), "this is not valid YAML")
    said = f"{error.context or ''} {error.problem or ''}"
    words = next((entry for entry in _TABLE if entry.sign in said), None)
    message, hint = (
        (words.message, words.hint) if words else ("this is not valid YAML", "Check indentation and quotes.")
    )
    mark = error.problem_mark or error.context_mark
    if words and words.at_start:
        mark = error.context_mark or mark
    return Finding((), message, hint, Place(mark.line + 1, mark.column + 1) if mark else None)
