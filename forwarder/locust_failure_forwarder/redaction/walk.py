"""A walk over one JSON tree: values under sensitive keys, names beside values, pairs in lists. Builds a new tree."""

import re
from collections.abc import Callable, Container, Mapping, Sequence
from typing import Final, TypeAlias, cast

from pydantic import JsonValue

from . import idioms
from .command_lines import argument_kinds, argument_spans
from .kept import Node, below, holds
from .keys import KeyNames, Sensitive
from .marks import Tally, UnredactableError, apply, unique
from .text import TextRedactor
from .values import secret_spans

MAX_DEPTH: Final = 64
_LONG_NUMBER: Final = 10**9
_KEY_LIKE: Final = re.compile(r"(?:\#?/)?(?:[^/]{1,64}/){0,8}(?P<key>[\w.\-\[\]$]{1,64}(?:\ [\w.\-]{1,32}){0,2})")
_FEW: Final = 4
_CODE: Final = 12
_IDENTIFIER: Final = re.compile(r"[a-z]+(?:_[a-z]+)*|[a-z]+(?:[A-Z][a-z]+)+|[A-Z][a-z]*(?:-[A-Z][a-z]*)+")
_HEADER: Final = re.compile(r"[A-Za-z][A-Za-z0-9\-]{1,60}")
_Leaf: TypeAlias = Callable[[str], str]


class Walk:
    """One pass over one tree."""

    def __init__(
        self,
        keys: KeyNames,
        text: TextRedactor,
        tally: Tally,
        leaf: _Leaf,
        number: Callable[[int], JsonValue],
        name: _Leaf,
        plain: Container[str],
        kept: Node | None = None,
    ) -> None:
        self._keys = keys
        self._text = text
        self._tally = tally
        self._leaf = leaf
        self._number = number
        self._name = name
        self._plain = plain
        self._kept = kept

    def value(self, value: JsonValue, key: str | None, sensitive: Sensitive | None, depth: int) -> JsonValue:
        """The value of `key`, which is `sensitive` or not."""
        if isinstance(value, str):
            return self._masked(value, sensitive) if sensitive else self._leaf(value)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int | float):
            return self._of_number(value, sensitive)
        if depth >= MAX_DEPTH:
            raise UnredactableError
        if isinstance(value, dict):
            return self._of_object(value, key, sensitive, depth + 1)
        if isinstance(cast(object, value), list | tuple):  # callers may hand in what is no JSON
            return self._of_list(value, key, sensitive, depth + 1)
        raise UnredactableError

    def _masked(self, text: str, sensitive: Sensitive) -> str:
        spans = secret_spans(sensitive, text, self._keys)
        return self._text.redact_rest(apply(text, spans, self._tally), self._tally) if spans else self._leaf(text)

    def _of_number(self, number: float, sensitive: Sensitive | None) -> JsonValue:
        if sensitive is None:
            if isinstance(number, int) and number >= _LONG_NUMBER:
                return self._number(number)
            return number
        text = str(number)
        spans = secret_spans(sensitive, text, self._keys)
        return apply(text, spans, self._tally) if spans else number

    def _of_object(
        self, members: Mapping[str, JsonValue], parent: str | None, above: Sensitive | None, depth: int
    ) -> JsonValue:
        special = self._special(members)
        kept, self._kept = self._kept, None
        judge, judge_within = self._keys.judge, self._keys.judge_within
        result: dict[str, JsonValue] = {}
        for key, value in members.items():
            sensitive = judge(key) if parent is None else judge_within(parent, key)
            if sensitive is None and (special or above):
                sensitive = special.get(key) if special else None
                sensitive = sensitive or (self._keys.inherit(above, key) if above else None)
            child: str | None = key
            if kept and holds(kept, key):
                self._kept = below(kept, key)
                if self._kept is None:  # at this very place
                    sensitive = child = None
            shown = key if key in self._plain else unique(self._name(key), key, members, result)
            if sensitive is None and isinstance(value, str):  # the usual case, without a call
                result[shown] = self._leaf(value)
            else:
                result[shown] = self.value(value, child, sensitive, depth)
            self._kept = None
        return result

    def _of_list(
        self, items: Sequence[JsonValue], key: str | None, sensitive: Sensitive | None, depth: int
    ) -> JsonValue:
        if kept := self._kept:
            return [self._of_item(kept, index, item, key, sensitive, depth) for index, item in enumerate(items)]
        if (
            len(items) == 2
            and sensitive is None
            and depth > 1
            and isinstance(items[0], str)
            and isinstance(items[1], str)
        ):
            name = self._named(items[0])
            if name and self._is_header_pair(*cast("Sequence[str]", items)):
                return [items[0], self._masked(items[1], name)]
        if sensitive is None and any(isinstance(item, str) and item[:1] == "-" for item in items[:-1]):
            return self._of_arguments(items, key, depth)
        if sensitive is None and len(items) > 3 and _is_flat(items):
            return self._of_flat(cast("Sequence[str]", items))
        if sensitive is None and len(items) > 1 and all(map(_is_pair, items)):
            pairs = cast("Sequence[Sequence[str]]", items)
            return [
                [self._leaf(name), self._masked(value, named) if (named := self._named(name)) else self._leaf(value)]
                for name, value in pairs
            ]
        return [self.value(item, key, sensitive, depth) for item in items]

    def _of_item(
        self, kept: Node, index: int, item: JsonValue, key: str | None, sensitive: Sensitive | None, depth: int
    ) -> JsonValue:
        self._kept = None
        if holds(kept, str(index)):
            self._kept = below(kept, str(index))
            if self._kept is None:
                key = sensitive = None
        result = self.value(item, key, sensitive, depth)
        self._kept = None
        return result

    def _of_arguments(self, items: Sequence[JsonValue], key: str | None, depth: int) -> JsonValue:
        """The words of a command, maybe."""
        found = argument_kinds(items, self._keys)
        result: list[JsonValue] = []
        for index, item in enumerate(items):
            if index in found and isinstance(item, str) and (spans := argument_spans(found[index], item, self._keys)):
                result.append(apply(item, spans, self._tally))
            else:
                result.append(self.value(item, key, None, depth))
        return result

    def _of_flat(self, items: Sequence[str]) -> JsonValue:
        """Names and values by turns, as Node.js has its `rawHeaders`."""
        result: list[JsonValue] = []
        for name, value in zip(items[::2], items[1::2], strict=True):
            named = self._named(name)
            result += [self._leaf(name), self._masked(value, named) if named else self._leaf(value)]
        return result

    def _is_header_pair(self, name: str, value: str) -> bool:
        """`["Authorization", "Bearer …"]`; a list of two words may just be a list of names."""
        if self._named(value) or _IDENTIFIER.fullmatch(value):
            return False
        return not name.islower() or "-" in name or "_" in name or any(map(str.isdigit, value))

    def _special(self, members: Mapping[str, JsonValue]) -> dict[str, Sensitive] | None:
        """Members that are sensitive for what stands beside them."""
        if not idioms.VALUE_KEYS.isdisjoint(members):
            for key, value in members.items():
                known = key in idioms.NAME_KEYS or (len(members) <= _FEW and key not in idioms.VALUE_KEYS)
                if known and isinstance(value, str | list) and (named := self._named(value)):
                    return dict.fromkeys(idioms.VALUE_KEYS, named)
        if "code" in members and _is_oauth(members):
            return {
                key: Sensitive(kind)
                for key, kind in idioms.OAUTH.items()
                if not self._keys.is_kept(key) and kind not in self._keys.off
            }
        return None

    def _named(self, name: JsonValue) -> Sensitive | None:
        if isinstance(name, list) and name:
            name = name[-1]
        match = _KEY_LIKE.fullmatch(name) if isinstance(name, str) else None
        return self._keys.judge(match["key"]) if match else None


def _is_oauth(members: Mapping[str, JsonValue]) -> bool:
    """Whether `code` and `state` are those of OAuth 2: for a sibling that nothing else has, or if both look random."""
    if len(idioms.OAUTH_SIBLINGS.intersection(members) - idioms.OAUTH.keys()) > 0:
        return True
    code = members["code"]
    return "state" in members and isinstance(code, str) and len(code) >= _CODE and any(map(str.isdigit, code))


def _is_flat(items: Sequence[JsonValue]) -> bool:
    """Names of headers at every other place, and not at the others."""
    if len(items) % 2 or not all(isinstance(item, str) for item in items):
        return False
    names, values = cast("Sequence[str]", items[::2]), cast("Sequence[str]", items[1::2])
    dashed = sum("-" in name for name in names)
    return dashed > 0 and all(map(_HEADER.fullmatch, names)) and not all(map(_HEADER.fullmatch, values))


def _is_pair(item: JsonValue) -> bool:
    return isinstance(item, list) and len(item) == 2 and isinstance(item[0], str) and isinstance(item[1], str)
