"""JSON by a template: Jinja in its sandbox, with every value encoded where it stands. Pure; opens no file.

Within quotes a value becomes text, outside of them a JSON value of its own: `"text": "{{ alert.rule }} fires"`,
`"users": {{ alert.users }}`. So no name or error can end a string or add a key, and nobody has to remember `tojson`.
For that, each value is rendered as JSON between two marks that stand nowhere else, and put in its place by what
surrounds it.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from jinja2 import StrictUndefined, Undefined
from jinja2 import Template as JinjaTemplate
from jinja2.sandbox import ImmutableSandboxedEnvironment

from .words import duration, percent

MAX_BYTES: Final = 256 * 1024
"""Of what a template renders."""

_OPEN, _CLOSE = "\x02", "\x03"
"""YAML allows no control characters in a template, and JSON escapes them in values."""
_VALUE: Final = re.compile(f"{_OPEN}([^{_OPEN}{_CLOSE}]*){_CLOSE}")
_TOKEN: Final = re.compile(rf'{_VALUE.pattern}|\\.|"|\n', re.DOTALL)


class RenderedError(ValueError):
    """What a template rendered cannot be sent. Never quotes it."""

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        self.line = line
        """Of what was rendered, counted from 1."""
        self.column = column
        """The same."""
        super().__init__(message)


class Template:
    """One compiled template."""

    def __init__(self, source: str, made_in: ImmutableSandboxedEnvironment | None = None) -> None:
        """Compile it, in an environment of its own unless one is given.

        Raises:
            jinja2.TemplateSyntaxError: it cannot be. Quotes the template, which may hold secrets.
        """
        self._template: JinjaTemplate = (made_in or environment()).from_string(source)

    def render(self, values: Mapping[str, Any]) -> bytes:
        """The JSON for these values, without needless blanks.

        Raises:
            RenderedError: it is no JSON, or too long.
            Exception: whatever an expression of the template raises, such as `jinja2.UndefinedError`.
        """
        text = _placed(self._template.render(values))
        try:
            parsed = json.loads(text, parse_constant=_refuse_constant)
        except json.JSONDecodeError as error:
            raise RenderedError(f"what it renders is no JSON ({error.msg})", error.lineno, error.colno) from None
        except (ValueError, RecursionError):
            raise RenderedError("what it renders is no JSON") from None
        encoded = json.dumps(parsed, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        if len(encoded) > MAX_BYTES:
            raise RenderedError(f"what it renders is longer than {MAX_BYTES // 1024} KiB")
        return encoded


def environment(undefined: type[Undefined] = StrictUndefined) -> ImmutableSandboxedEnvironment:
    """What templates are compiled in."""
    made = ImmutableSandboxedEnvironment(
        undefined=undefined, autoescape=False, keep_trailing_newline=True, finalize=_marked
    )
    filters: dict[str, Callable[..., Any]] = {"percent": percent, "duration": duration, "tojson": _same}
    made.filters.update(filters)  # pyright: ignore[reportUnknownMemberType] - untyped in jinja2
    return made


def _same(value: object) -> object:
    """Values are encoded without it; that it is written all the same, out of habit, does no harm."""
    return value


def _marked(value: object) -> str:
    """A value of an expression, as JSON between marks.

    Raises:
        jinja2.UndefinedError: there is no such value.
        TypeError, ValueError: JSON knows no such value.
    """
    if isinstance(value, Undefined):
        str(value)  # raises, unless what is missing is only noted
        value = None
    return f"{_OPEN}{json.dumps(value, allow_nan=False)}{_CLOSE}"


def _placed(rendered: str) -> str:
    """Every marked value as what surrounds it asks for."""
    within = False

    def place(match: re.Match[str]) -> str:
        nonlocal within
        if match[1] is not None:
            return json.dumps(_text(json.loads(match[1])))[1:-1] if within else _value(match[1])
        if match[0] == '"':
            within = not within
        return match[0]

    return _TOKEN.sub(place, rendered)


def _value(encoded: str) -> str:
    value = json.loads(encoded)
    # What `{% set x %}…{% endset %}` has gathered is text that holds marks itself.
    return json.dumps(_unmarked(value)) if isinstance(value, str) and _OPEN in value else encoded


def _text(value: object) -> str:
    """A value within a text."""
    if isinstance(value, str):
        return _unmarked(value)
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def _unmarked(text: str) -> str:
    def plain(match: re.Match[str]) -> str:
        try:
            return _text(json.loads(match[1]))
        except ValueError:  # not one of ours
            return ""

    return _VALUE.sub(plain, text)


def _refuse_constant(name: str) -> None:
    raise ValueError(name)
