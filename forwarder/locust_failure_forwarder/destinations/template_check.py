"""Whether a template works for every kind of record, in plain words. Pure; no message repeats any of the template.

Jinja's own texts quote it, and a template may hold secrets.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from types import TracebackType
from typing import Any, Final, cast

from jinja2 import TemplateSyntaxError, UndefinedError
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS
from jinja2.tests import TESTS

from ..config.places import LineError
from ..config.suggest import did_you_mean, listing, sentences
from .template import RenderedError, Template

_MISSING: Final = re.compile(r"'([^']*)' is undefined|has no attribute '([^']*)'|has no element")
_TAGS: Final = ("for", "endfor", "if", "elif", "else", "endif", "set", "endset", "macro", "endmacro", "filter", "raw")
_HOW: Final = (
    "Write {{ value }} within quotes for a part of a text and without quotes for the value itself; put commas between "
    "entries, and none after the last."
)


def check_template(source: str, samples: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
    """Compile `source` and render it for each sample, which has a name for the message.

    Raises:
        LineError: it does not work; says where.
    """
    try:
        template = Template(source)
    except TemplateSyntaxError as error:
        problem = _syntax(error, source)
    except (RecursionError, MemoryError, OverflowError, SyntaxError):
        problem = LineError("this template cannot be compiled")
    else:
        problem = next(_faults(source, template, samples), None)
    if problem is not None:
        raise problem  # out here, so that no `__context__` carries the template along


def _faults(source: str, template: Template, samples: Iterable[tuple[str, Mapping[str, Any]]]) -> Iterator[LineError]:
    for name, values in samples:
        try:
            template.render(values)
        except RenderedError as error:
            line = error.line if _keeps_lines(source) else None
            yield LineError(f"for {name}, {error}", line, _HOW)
        except UndefinedError as error:
            yield _undefined(name, error, values)
        except SecurityError as error:
            yield LineError(f"for {name}: the sandbox does not allow this", _line(error.__traceback__))
        except Exception as error:  # noqa: BLE001 - expressions of a template may raise anything
            hint = "An {% if %} around it may help."
            yield LineError(f"for {name}, it fails ({type(error).__name__})", _line(error.__traceback__), hint)


def _syntax(error: TemplateSyntaxError, source: str) -> LineError:
    said = error.message or ""
    line = min(error.lineno, source.count("\n") + 1)
    if match := re.fullmatch(r"No (filter|test) named '(.*)'\.", said, re.DOTALL):
        known = [*_names(match[1])]
        return LineError(f"no such {match[1]}", line, did_you_mean(match[2], known))
    if match := re.match(r"Encountered unknown tag '(\w+)'", said):
        hint = sentences(did_you_mean(match[1], _TAGS), f"Known tags: {listing(_TAGS)}.")
        return LineError("no such tag, or one that does not belong here", line, hint)
    if said.startswith("Unexpected end of template"):
        return LineError(
            "a block is opened and never closed", line, "Each {% if %} and {% for %} needs its {% end… %}."
        )
    hint = "Expressions are {{ … }}, statements {% … %}, comments {# … #}; see jinja.palletsprojects.com."
    return LineError("this is not Jinja's syntax", line, hint)


def _undefined(sample: str, error: UndefinedError, values: Mapping[str, Any]) -> LineError:
    match = _MISSING.search(error.message or "")
    missing = (match[1] or match[2] or "") if match else ""
    known = sorted(values) if match and match[1] else sorted(set(_keys(values)))
    hint = did_you_mean(missing, known)
    if match and match[1]:
        hint = sentences(hint, f"There are: {listing(known)}.")
    elif not hint or (error.message or "").startswith("'None' "):
        hint = "`alert` is null for a summary and `summary` for an alert: {% if alert %} … {% else %} … {% endif %}."
    return LineError(f"for {sample}, there is no such value", _line(error.__traceback__), hint)


def _keys(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in cast("Mapping[str, object]", value).items():
            yield key
            yield from _keys(item)
    elif isinstance(value, list):
        for item in cast("list[object]", value):
            yield from _keys(item)


def _names(kind: str) -> Iterable[str]:
    return ("percent", "duration", *FILTERS) if kind == "filter" else tuple(TESTS)


def _line(traceback: TracebackType | None) -> int | None:
    """The line of the template that was being rendered: Jinja writes its own frames with the template's lines."""
    line: int | None = None
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == "<template>":
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line


def _keeps_lines(source: str) -> bool:
    """Whether each line that is rendered is that of the template."""
    return "{%" not in source and "{#" not in source
