"""Values that a template names and that there are not: found by rendering it and going on. Pure.

Jinja's `StrictUndefined` ends the rendering at the first one. The same uses that end it are noted here instead.
"""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from jinja2 import StrictUndefined
from jinja2.exceptions import SecurityError
from jinja2.utils import missing


@dataclass(frozen=True, slots=True)
class Missing:
    """One use of a value that is not there."""

    name: str | None
    """What was asked for; None if it has no name, such as the first of an empty list."""
    line: int | None
    """Of the template, counted from 1."""
    unsafe: bool
    """Whether the sandbox keeps it back."""
    at_top: bool
    """Whether it was to be a value of the template, and not of another value."""
    owner: object = field(compare=False, repr=False)
    """The value that does not have it."""


def noting(found: dict[Missing, None]) -> type[StrictUndefined]:
    """A type of undefined values for one rendering that notes each use in `found`, once, and goes on with nothing."""

    class Noted(StrictUndefined):
        __slots__ = ()

        def _note(self) -> None:
            name = self._undefined_name
            at_top = self._undefined_obj is missing
            unsafe = issubclass(self._undefined_exception, SecurityError)
            known = name if isinstance(name, str) else None
            found[Missing(known, _line(), unsafe, at_top, None if at_top else self._undefined_obj)] = None

        def _itself(self, *_: Any, **__: Any) -> Any:
            self._note()
            return self

        def _no(self, *_: Any) -> bool:
            self._note()
            return False

        def __getattr__(self, name: str) -> Any:
            if name[:2] == "__" and name[-2:] == "__":
                raise AttributeError(name)
            return self._itself()

        def __ne__(self, other: object) -> bool:
            return not self._no()

        def __str__(self) -> str:
            self._note()
            return ""

        def __len__(self) -> int:
            self._note()
            return 0

        def __float__(self) -> float:
            self._note()
            return 0.0

        def __iter__(self) -> Iterator[Any]:
            self._note()
            return iter(())

        def __hash__(self) -> int:
            self._note()
            return 0

        __call__ = __getitem__ = _itself
        __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _itself
        __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = _itself
        __pow__ = __rpow__ = __pos__ = __neg__ = _itself
        __int__ = __len__
        __eq__ = __lt__ = __le__ = __gt__ = __ge__ = __bool__ = __contains__ = _no

    return Noted


def _line() -> int | None:
    """The line of the template that is being rendered: its compiled code knows the lines it was made from."""
    frame = inspect.currentframe()
    while frame is not None:
        template = frame.f_globals.get("__jinja_template__")
        if template is not None:
            return template.get_corresponding_lineno(frame.f_lineno)
        frame = frame.f_back
    return None
