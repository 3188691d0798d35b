"""`${NAME}` and `${file:/path}` inside text values; `$${` stands for `${`. Reads the named files, nothing else.

One pass: what a variable or file holds is never looked into again. Its content is in no message.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, cast

from .files import Unreadable, read_text
from .places import Finding, KeyPath
from .suggest import closest, sentences

MAX_FILE_BYTES: Final = 64 * 1024
"""Largest file that `${file:…}` reads."""

STAND_IN: Final = "stand-in"
"""What a text becomes whose variable or file is missing, so that the rest can still be validated."""

_REFERENCE: Final = re.compile(r"\$\$\{|\$\{([^{}]*)\}|\$\{")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SHELL_DEFAULT: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*:[-=?+].*", re.DOTALL)
_FORMS: Final = "Write ${NAME} or ${file:/path}; for a literal ${ write $${."


@dataclass(frozen=True, slots=True)
class Interpolated:
    """Data without references, and what could not be resolved."""

    data: dict[str, object] = field(repr=False)
    findings: tuple[Finding, ...]

    @property
    def broken(self) -> frozenset[KeyPath]:
        """Paths whose value is only a stand-in."""
        return frozenset(finding.path for finding in self.findings)


def interpolate(data: Mapping[str, object], env: Mapping[str, str], folder: Path) -> Interpolated:
    """`data` with every reference in a text value resolved.

    Args:
        data: mappings, lists and scalars as `source` gives them; stays as it is.
        env: the environment variables.
        folder: where relative paths of `${file:…}` start: the folder of the configuration file.
    """
    pass_ = _Pass(env, folder)
    resolved = {key: pass_.value(value, (key,)) for key, value in data.items()}
    return Interpolated(resolved, tuple(pass_.findings))


@dataclass(slots=True)
class _Pass:
    env: Mapping[str, str] = field(repr=False)
    folder: Path
    findings: list[Finding] = field(default_factory=list[Finding])

    def value(self, value: object, path: KeyPath) -> object:
        if isinstance(value, str):
            return self._text(value, path)
        if isinstance(value, dict):
            entries = cast("dict[str, object]", value)
            return {key: self.value(item, (*path, key)) for key, item in entries.items()}
        if isinstance(value, list):
            return [self.value(item, (*path, index)) for index, item in enumerate(cast("list[object]", value))]
        return value

    def _text(self, text: str, path: KeyPath) -> str:
        if "${" not in text:
            return text
        pieces = list(self._pieces(text))
        found = dict.fromkeys(
            Finding(path, piece.message, piece.hint) for piece in pieces if isinstance(piece, _Missing)
        )
        self.findings.extend(found)
        return STAND_IN if found else "".join(cast("list[str]", pieces))

    def _pieces(self, text: str) -> "Iterator[str | _Missing]":
        end = 0
        for match in _REFERENCE.finditer(text):
            yield text[end : match.start()]
            end = match.end()
            if match[0] == "$${":
                yield "${"
            elif match[1] is None:
                yield _Missing("`${` without its `}`", _FORMS)
            else:
                yield self._resolve(match[1])
        yield text[end:]

    def _resolve(self, reference: str) -> "str | _Missing":
        if reference.startswith("file:") and reference != "file:":
            return self._file(reference.removeprefix("file:"))
        if _NAME.fullmatch(reference):
            return self._variable(reference)
        if _SHELL_DEFAULT.fullmatch(reference):
            return _Missing("default values inside `${}` are not supported", _FORMS)
        return _Missing("the text inside `${}` is not the name of a variable", _FORMS)

    def _variable(self, name: str) -> "str | _Missing":
        value = self.env.get(name)
        if value is None:
            similar = closest(name, self.env, cutoff=0.85)
            suggestion = f"`{similar}` is set; was it meant?" if similar else ""
            return _Missing(
                f"environment variable `{name}` is not set",
                sentences(suggestion, f"Set it before the start: export {name}=…"),
            )
        if not value:
            return _Missing(
                f"environment variable `{name}` is set, but empty, which counts as missing", "Give it a value."
            )
        if any("\ud800" <= character <= "\udfff" for character in value):
            return _Missing(f"environment variable `{name}` is not UTF-8 text", "Set it to UTF-8 text.")
        return value

    def _file(self, name: str) -> "str | _Missing":
        content = read_text(self.folder / name, MAX_FILE_BYTES)
        if isinstance(content, Unreadable):
            hint = "" if Path(name).is_absolute() else "Relative paths start at the folder of this configuration file."
            return _Missing(f"file `{name}` {content.reason}", hint)
        content = content.removesuffix("\r\n" if content.endswith("\r\n") else "\n")
        return content or _Missing(f"file `{name}` is empty, which counts as missing", "Write the value into it.")


@dataclass(frozen=True, slots=True)
class _Missing:
    message: str
    hint: str
