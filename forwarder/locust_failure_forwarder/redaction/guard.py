"""Single values of a record: from the cache, or judged. Fails closed: what cannot be judged becomes a mark (P4)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, cast

import orjson
from pydantic import JsonValue

from .bodies import BodyRedactor
from .cache import CLEAN, ByteCache, Entry, Headers, Key, Sightings, cost_of
from .drafts import entry_of, is_headers
from .kept import Node
from .keys import KeyNames
from .marker import Marker
from .marks import UNREDACTABLE, Tally, apply
from .text import TextRedactor
from .trees import TreeRedactor
from .values import secret_spans

CACHE_BYTES: Final = 16 * 1024 * 1024
UNREDACTABLE_KIND: Final = "unredactable"


class Guard:
    """Redacts values by the place where they stand: `text`, `body`, `form`, or `header` and its name."""

    def __init__(self, keys: KeyNames, text: TextRedactor, kept: Mapping[str, Node], marker: Marker) -> None:
        self._keys = keys
        self._text = text
        self._trees = TreeRedactor(keys, text)
        self._bodies = BodyRedactor(text, self._trees)
        self._kept = kept
        self._marker = marker
        self._cache = ByteCache[Key, Entry](CACHE_BYTES, cost_of)
        self._sightings = Sightings()

    def entries(self, keys: Sequence[Key]) -> list[Entry]:
        """What became of each value, from the cache if it was seen before; one look at all the others together."""
        entries = [self._cache.get(key) for key in keys]
        if None not in entries:
            return cast(list[Entry], entries)
        new = [index for index, entry in enumerate(entries) if entry is None]
        for index, clean in zip(new, self._look([keys[index] for index in new]), strict=True):
            key = keys[index]
            if is_headers(key):
                entry = self._headers(key, clean=clean)
            elif clean:
                entry = CLEAN
            else:
                entry = self._judge(*key)
            entries[index] = entry
            self._keep(key, entry)
        return cast(list[Entry], entries)

    def value(self, place: str, text: str, tally: Tally) -> str:
        """The redacted form of `text`, from the cache if it was seen at this place before; the mark if it fails."""
        entry = self._cache.get((place, text))
        if entry is None:
            entry = self._judge(place, text)
            self._keep((place, text), entry)
        return text if entry is CLEAN else entry.settle(tally)

    def known_tree(self, tree: JsonValue, tally: Tally, kept: Node | None = None) -> JsonValue:
        """The same as `tree`, for one that may well come again; those that held no secret are remembered."""
        try:
            key = ("tree", orjson.dumps(tree).decode())
        except (TypeError, ValueError):  # such as an integer of more than 64 bits
            return self.tree(tree, tally, kept)
        if self._cache.get(key) is CLEAN:
            return tree
        found = Tally(self._marker)
        masked = self.tree(tree, found, kept)
        if found.counts:
            tally.add(found)
        elif masked == tree:
            self._keep(key, CLEAN)
        return masked

    def tree(self, tree: JsonValue, tally: Tally, kept: Node | None = None) -> JsonValue:
        """A JSON tree without secrets; the mark if it cannot be judged."""
        found = Tally(self._marker)
        try:
            masked = self._trees.redact(tree, found, kept=kept)
        except Exception:  # noqa: BLE001 - fails closed, whatever the reason
            return tally.note(UNREDACTABLE_KIND)
        tally.add(found)
        return masked

    def _look(self, keys: Sequence[Key]) -> list[bool]:
        """Whether there is surely nothing to mask; of headers, in those that their names do not give away."""
        texts = ["\n".join(self._plain(key)) if is_headers(key) else key[1] for key in keys]
        try:
            clean = self._text.clean(texts)
            return [
                yes and (is_headers(key) or self._bodies.is_plain(*key)) for yes, key in zip(clean, keys, strict=True)
            ]
        except Exception:  # noqa: BLE001 - the values are then judged one by one, each failing closed by itself
            return [False] * len(keys)

    def _plain(self, headers: Headers) -> list[str]:
        return [value for name, value in headers if not self._keys.judge(name)]

    def _headers(self, headers: Headers, *, clean: bool) -> Entry:
        tally = Tally(self._marker)
        result = dict(headers)
        for name, value in headers:
            if self._keys.judge(name):
                result[name] = self.value(f"header {name}", value, tally)
        if not clean and not self._are_clean(self._plain(headers)):
            for name, value in headers:
                if not self._keys.judge(name):
                    result[name] = self.value("text", value, tally)
        return entry_of(result, tally) if tally.counts or result != dict(headers) else CLEAN

    def _are_clean(self, values: list[str]) -> bool:
        """Whether one look at all values says that none needs a mask."""
        together = "\n".join(values)
        try:
            return not self._text.may_hold_secret(together) or not self._text.spans(together)
        except Exception:  # noqa: BLE001 - the values are then judged one by one, each failing closed by itself
            return False

    def _header(self, name: str, value: str, tally: Tally) -> str:
        sensitive = self._keys.judge(name)
        spans = secret_spans(sensitive, value, self._keys) if sensitive else []
        return self._text.redact_rest(apply(value, spans, tally), tally) if spans else self._text.redact(value, tally)

    def _keep(self, key: Key, entry: Entry) -> None:
        if self._sightings.again(key):
            self._cache.put(key, entry)

    def _judge(self, place: str, text: str) -> Entry:
        found = Tally(self._marker)
        try:
            masked = self._redact_at(place)(text, found)
        except Exception:  # noqa: BLE001 - fails closed, whatever the reason
            return Entry(UNREDACTABLE, ((UNREDACTABLE_KIND, 1),))
        return CLEAN if masked is text and not found.counts else entry_of(masked, found)

    def _redact_at(self, place: str) -> Callable[[str, Tally], str]:
        if place.startswith("header "):
            return lambda text, tally: self._header(place[7:], text, tally)
        place, _, path = place.partition(" ")
        content_type = "application/x-www-form-urlencoded" if place == "form" else ""
        kept = self._kept.get(path)
        return lambda text, tally: self._bodies.redact(text, content_type, tally, kept)
