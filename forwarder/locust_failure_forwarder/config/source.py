"""Reads a YAML file into plain data and the place of every key. Knows neither the models nor `${NAME}`.

Keys are the text that was written. A plain value is a number, `true`, `false` or null only in its simplest writing
(`5`, `0.5`, `true`, `null`, nothing); all else is text, so that a label `1.10`, `010`, `no` or `2024-05-01` stays
what was written instead of what YAML 1.1 makes of it. Anchors, aliases and merge keys work, within bounds.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, cast

import yaml

from ..errors import ConfigError, Problem
from .files import Unreadable, read_text
from .places import Finding, KeyPath, Place, to_problem
from .yaml_places import place_of, scalar_text, text_column, text_line
from .yaml_words import syntax_finding

MAX_BYTES: Final = 256 * 1024
"""Largest file that is read."""
MAX_NODES: Final = 20_000
"""Most keys and values after aliases are written out; stops files that grow exponentially."""
MAX_DEPTH: Final = 50
"""Deepest nesting."""

_TAG: Final = "tag:yaml.org,2002:"
_TEXT_TAGS: Final = frozenset({f"{_TAG}str", f"{_TAG}value", f"{_TAG}merge"})
_PLAIN_TAGS: Final = frozenset(_TAG + name for name in ("null", "bool", "int", "float", "timestamp"))
_PLAIN_VALUES: Final[Mapping[str, bool | None]] = {"true": True, "false": False, "null": None, "~": None, "": None}
_PLAIN_INTEGER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_PLAIN_FRACTION: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,17}")


@dataclass(frozen=True, slots=True)
class Source:
    """A file that could be read as a mapping, with what is wrong in it so far."""

    data: dict[str, object] = field(repr=False)
    places: Mapping[KeyPath, Place]
    """Where each key and list entry stands; the top is `()`."""
    findings: tuple[Finding, ...] = ()
    broken: frozenset[KeyPath] = frozenset()
    """Paths whose value is only a stand-in; anything else wrong with them follows from a finding."""


def read_source(path: Path, shown: str, list_key: str = "") -> Source:
    """The data of the file at `path`; a bare list is taken for the value of `list_key`, if one is given.

    Raises:
        ConfigError: nothing can be said about the content: the file cannot be read, is no YAML, or is no mapping.
            Its source is `shown`.
    """
    text = read_text(path, MAX_BYTES)
    if isinstance(text, Unreadable):
        hint = f"Looked for {path.absolute()}." if text.reason == "does not exist" else ""
        problem = Problem(f"the file {text.reason}", line=text.line, column=text.column, hint=hint)
        raise ConfigError(shown, [problem])
    outcome = parse(text, list_key)
    if isinstance(outcome, Finding):
        raise ConfigError(shown, [to_problem(outcome, {})])
    return outcome


def parse(text: str, list_key: str = "") -> Source | Finding:
    """The data of a YAML text, or why there is none; `list_key` as for `read_source`. Never raises."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        return syntax_finding(error, text)
    except RecursionError:
        return Finding((), "the file is nested too deeply")
    if root is None or scalar_text(root) == "":
        needs = f"`{list_key}`" if list_key else "`version` and `destinations`"
        return Finding((), "the file is empty", f"It needs at least {needs}; see config.example.yaml.")
    reader = _Reader()
    if list_key and isinstance(root, yaml.SequenceNode):
        return reader.read(lambda: {list_key: reader.sequence(root, (list_key,), frozenset())})
    if not isinstance(root, yaml.MappingNode):
        return Finding(
            (), "expected a mapping of keys at the top of the file", "Begin with `version: 1`.", place_of(root)
        )
    return reader.read(lambda: reader.mapping(root, (), frozenset()))


class _RefusedError(Exception):
    """The whole file is refused."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        super().__init__(finding)


class _Reader:
    """Turns YAML nodes into data; gathers places and findings on the way."""

    def __init__(self) -> None:
        self.places: dict[KeyPath, Place] = {}
        self.findings: list[Finding] = []
        self.broken: set[KeyPath] = set()
        self._nodes = 0

    def read(self, data: Callable[[], dict[str, object]]) -> Source | Finding:
        """What `data` makes of a file, or why it is refused."""
        try:
            return Source(data(), self.places, tuple(self.findings), frozenset(self.broken))
        except _RefusedError as refused:
            return refused.finding

    def mapping(self, node: yaml.MappingNode, path: KeyPath, above: frozenset[int]) -> dict[str, object]:
        self.places.setdefault(path, place_of(node))
        inside = self._enter(node, path, above)
        data: dict[str, object] = {}
        for key, (key_node, value_node) in self._entries(node, path, inside).items():
            line = text_line(value_node)
            column = text_column(value_node) if line is not None else None
            self.places[(*path, key)] = replace(place_of(key_node), text_line=line, text_column=column)
            data[key] = self._value(value_node, (*path, key), inside)
        return data

    def _value(self, node: yaml.Node, path: KeyPath, above: frozenset[int]) -> object:
        if isinstance(node, yaml.MappingNode) and node.tag == f"{_TAG}map":
            return self.mapping(node, path, above)
        if isinstance(node, yaml.SequenceNode) and node.tag == f"{_TAG}seq":
            return self.sequence(node, path, above)
        self._enter(node, path, above)
        text = scalar_text(node)
        if text is None or node.tag not in _TEXT_TAGS | _PLAIN_TAGS:
            return self._stand_in(
                node, path, "YAML tags (`!name`) are not supported", "Put a value that begins with ! in quotes."
            )
        if _is_torn(text):
            return self._stand_in(
                node, path, "half of a surrogate pair", "Write the character itself, not its escapes."
            )
        return text if node.tag in _TEXT_TAGS else _plain(text)

    def sequence(self, node: yaml.SequenceNode, path: KeyPath, above: frozenset[int]) -> list[object]:
        inside = self._enter(node, path, above)
        data: list[object] = []
        for index, item in enumerate(cast("list[yaml.Node]", node.value)):
            self.places[(*path, index)] = place_of(item)
            data.append(self._value(item, (*path, index), inside))
        return data

    def _entries(
        self, node: yaml.MappingNode, path: KeyPath, inside: frozenset[int]
    ) -> dict[str, tuple[yaml.Node, yaml.Node]]:
        """The keys of one mapping: its own, then those of its merge keys that it has not."""
        entries: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        merged: list[dict[str, tuple[yaml.Node, yaml.Node]]] = []
        for key_node, value_node in cast("list[tuple[yaml.Node, yaml.Node]]", node.value):
            key = scalar_text(key_node)
            if key_node.tag == f"{_TAG}merge":
                merged.extend(
                    self._entries(source, path, self._enter(source, path, inside))
                    for source in self._merge_sources(value_node, path)
                )
            elif key is None or _is_torn(key):
                self._find(
                    path, key_node, "a key must be plain text", "A value that begins with { or [ must be in quotes."
                )
            elif key in entries:
                first = place_of(entries[key][0])
                message = f"duplicate key, first written in line {first.line}"
                self._find((*path, key), key_node, message, "Remove or rename one of the two.")
            else:
                entries[key] = (key_node, value_node)
        for other in merged:
            for key, entry in other.items():
                entries.setdefault(key, entry)
        return entries

    def _merge_sources(self, node: yaml.Node, path: KeyPath) -> Iterator[yaml.MappingNode]:
        candidates = cast("list[yaml.Node]", node.value) if isinstance(node, yaml.SequenceNode) else [node]
        for candidate in candidates:
            if isinstance(candidate, yaml.MappingNode):
                yield candidate
            else:
                self._find(path, candidate, "`<<` takes a mapping or a list of mappings", "Write `<<: *name`.")

    def _enter(self, node: yaml.Node, path: KeyPath, above: frozenset[int]) -> frozenset[int]:
        """Counts a node and returns the nodes above its content; refuses what would not end."""
        self._nodes += 1
        if id(node) in above:
            raise _RefusedError(Finding(path, "an anchor that contains itself", place=place_of(node)))
        if len(above) >= MAX_DEPTH:
            raise _RefusedError(Finding(path[:1], f"nested deeper than {MAX_DEPTH} levels", place=place_of(node)))
        if self._nodes > MAX_NODES:
            message = f"more than {MAX_NODES} keys and values once aliases are written out"
            raise _RefusedError(Finding(path[:1], message, place=place_of(node)))
        return above | {id(node)}

    def _stand_in(self, node: yaml.Node, path: KeyPath, message: str, hint: str) -> None:
        self._find(path, node, message, hint)
        self.broken.add(path)

    def _find(self, path: KeyPath, node: yaml.Node, message: str, hint: str) -> None:
        finding = Finding(path, message, hint, place_of(node))
        # a mapping that is used through aliases is read again, but its own faults are reported once
        if not any(other.place == finding.place and other.message == message for other in self.findings):
            self.findings.append(finding)


def _is_torn(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


def _plain(text: str) -> str | int | float | bool | None:
    if text in _PLAIN_VALUES:
        return _PLAIN_VALUES[text]
    if _PLAIN_INTEGER.fullmatch(text) and text != "-0":
        return int(text)
    if _PLAIN_FRACTION.fullmatch(text) and str(float(text)) == text:
        return float(text)
    return text
