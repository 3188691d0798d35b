"""What an exception was, as names and numbers. Never asks an exception for more than its attributes and one `str()`."""

import errno as errno_names
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Final

_MAX_CHAIN: Final = 6
_MAX_FRAMES: Final = 30
MAX_TEXT: Final = 16 * 1024
"""Characters of one text that are copied."""

_names_by_type: dict[type, tuple[str, ...]] = {}


def qualified_name(cls: type) -> str:
    """`module.Class`, or `Class` for a builtin."""
    return cls.__qualname__ if cls.__module__ == "builtins" else f"{cls.__module__}.{cls.__qualname__}"


def _names(cls: type) -> tuple[str, ...]:
    """The class and its bases, most special first. Cached: a test raises few types, many times."""
    names = _names_by_type.get(cls)
    if names is None:
        ends = (object, BaseException, Exception)
        names = tuple(qualified_name(base) for base in cls.__mro__ if base not in ends)
        if len(_names_by_type) < 1000:
            _names_by_type[cls] = names
    return names


def _chain(exception: BaseException) -> Iterator[BaseException]:
    """The exception, then what it wraps: `.original` (geventhttpclient), `.reason` and args (urllib3), causes."""
    queue: list[BaseException] = [exception]
    seen: set[int] = set()
    while queue and len(seen) < _MAX_CHAIN:
        current = queue.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        wrapped = (
            getattr(current, "original", None),
            current.__cause__,
            getattr(current, "reason", None),
            *current.args[:3],
            current.__context__,
        )
        queue.extend(inner for inner in wrapped if isinstance(inner, BaseException))


def describe(exception: BaseException | str) -> dict[str, Any]:
    """Type names along the chain, the first error number, and the message.

    Custom clients may pass a text instead of an exception; its type is then `str`.
    """
    if not isinstance(exception, BaseException):
        return {"types": ["str"], "errno": None, "message": str(exception)[:MAX_TEXT]}
    types: list[str] = []
    number: int | None = None
    for link in _chain(exception):
        types += _names(type(link))
        code = link.errno if isinstance(link, OSError) else None
        if number is None and isinstance(code, int) and code in errno_names.errorcode:
            number = code
    return {"types": types or ["BaseException"], "errno": number, "message": _text(exception)[:MAX_TEXT]}


def _text(exception: BaseException) -> str:
    try:
        return str(exception)
    except Exception as error:  # noqa: BLE001 - the user's __str__ may raise anything; the record must not be lost for it
        return f"<str() of the exception raised {type(error).__name__}>"


def traceback_frames(tb: TracebackType | None) -> list[tuple[str, int, str]]:
    """File, line and function of the last frames; source lines are read later, in the other process."""
    frames: list[tuple[str, int, str]] = []
    while tb is not None:
        code = tb.tb_frame.f_code
        frames.append((code.co_filename, tb.tb_lineno, code.co_name))
        tb = tb.tb_next
    return frames[-_MAX_FRAMES:]
