"""`Redactor`: all of redaction for one record. Fails closed: what cannot be judged is replaced whole (P4).

keys      which keys are sensitive, by their words            words.py keys.py kept.py
values    what of such a value must go                        values.py literals.py cookies.py
shapes    secrets that show by themselves                     shapes.py numbers.py checksums.py
pairs     `key: value` in free text                           pairs.py extents.py markup.py multipart.py
commands  options of command lines                            command_lines.py
urls      query, fragment, path; form bodies                  urls.py
encoded   what hides behind escapes, base64, hex, gzip        escapes.py wrappers.py lookalikes.py
text      all of these, behind one scan                       text.py linear.py
trees     JSON                                                trees.py
bodies    JSON, form or text                                  bodies.py
taint     the same literal elsewhere in the record            taint.py literals.py
marks     what stands in a secret's place                     marks.py marker.py
cache     a value seen before                                 cache.py drafts.py
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, cast

from locust_failure_schemas import FailureRecord
from pydantic import JsonValue

from ..config.models import RedactionConfig
from ..config.secret_kinds import PERSONAL
from .bodies import BodyRedactor
from .cache import CLEAN, ByteCache, Entry, Headers, Key, Sightings, cost_of
from .drafts import (
    NAMES,
    NAMES_WITHOUT_RESPONSE,
    entry_of,
    holds_header,
    is_headers,
    message_keys,
    spread,
    total,
    with_url,
    without_url,
)
from .kept import Node, holds, is_path, kept_places
from .keys import KeyNames
from .marker import Marker
from .marks import UNREDACTABLE, Tally, apply
from .taint import Taint
from .text import TextRedactor
from .trees import TreeRedactor
from .values import secret_spans

CACHE_BYTES: Final = 16 * 1024 * 1024
_UNREDACTABLE: Final = "unredactable"
_KEY_BYTES: Final = 32


class Redactor:
    """Masks secrets, built from the `redaction` section of the configuration. Not for several threads.

    Under `mode: hash`, equal secrets get equal marks from one and the same redactor: `key` is random unless given.

    Raises:
        re2.error: one of the configured patterns is none that RE2 takes (loading a configuration checks that before).
    """

    def __init__(self, config: RedactionConfig, key: bytes | None = None) -> None:
        off = config.off if config.personal else PERSONAL
        self._marker = Marker(config.mode, config.modes, secrets.token_bytes(_KEY_BYTES) if key is None else key)
        self._kept = kept_places(config.keep)
        self._keys = KeyNames(
            config.keys,
            (rule for rule in config.keep if not is_path(rule)),
            frozenset({*off, *config.i_accept_leaking_credentials}),
        )
        self._text = TextRedactor(self._keys, config.patterns)
        self._trees = TreeRedactor(self._keys, self._text)
        self._bodies = BodyRedactor(self._text, self._trees)
        self._cache = ByteCache[Key, Entry](CACHE_BYTES, cost_of)
        self._sightings = Sightings()

    def redact_draft(self, draft: dict[str, Any]) -> dict[str, Any]:
        """A new draft without secrets, in which `redactions` counts what was masked, by kind.

        Args:
            draft: a record in the making, in the shape of `FailureRecord`; `run` may be missing. Only text that
                came from requests, responses, exceptions and users is looked at.
        """
        tally = Tally(self._marker)
        request, response, error = dict(draft["request"]), draft["response"], dict(draft["error"])
        keys: list[Key] = [
            ("text", request["url"] or ""),
            *message_keys(request, "request", self._kept),
            ("text", request["name"]),
        ]
        owners = [request] * 4
        if response is not None:
            response = dict(response)
            keys += message_keys(response, "response", self._kept)
            owners += [response] * 2
        url = request["url"] or ""
        said = {name: without_url(error[name] or "", url) for name in ("message", "traceback")}
        with_url_in = [name for name, text in said.items() if text != (error[name] or "")]
        error.update((name, said[name]) for name in with_url_in)
        keys += [("text", text) for text in said.values()]
        owners += [error] * 2
        names = NAMES if response is not None else NAMES_WITHOUT_RESPONSE
        entries = self._entries(keys)
        for owner, name, entry in zip(owners, names, entries, strict=True):
            if entry is not CLEAN:
                owner[name] = entry.settle(tally)
        for name in with_url_in:
            error[name] = with_url(error[name], request["url"], entries[0], tally)
        if self._kept:
            self._keep_headers(draft, request, response, tally)
        context = self._context(draft["context"], tally)
        result = {**draft, "request": request, "response": response, "error": error, "context": context}
        if "run" in draft:
            run = draft["run"]
            result["run"] = {**run, "labels": self._labels(run["labels"], tally)}
        if tally.literals:
            spread(result, tally)
        before = draft.get("redactions")
        result["redactions"] = total(before, tally.counts) if before else tally.counts
        return result

    def redact(self, record: FailureRecord) -> FailureRecord:
        """A record without secrets. One that was redacted before comes back equal."""
        draft = self.redact_draft(record.model_dump())
        return FailureRecord.model_validate(draft)

    def redact_text(self, text: str) -> str:
        """A text without secrets."""
        tally = Tally(self._marker)
        masked = self._guard("text", text, tally)
        return Taint(tally.literals).redact(masked, tally) if tally.literals else masked

    def redact_value(self, value: JsonValue) -> JsonValue:
        """A JSON tree without secrets; keys are honoured and stay."""
        tally = Tally(self._marker)
        masked = self._tree(value, tally)
        return Taint(tally.literals).redact_tree(masked, tally) if tally.literals else masked

    def _entries(self, keys: Sequence[Key]) -> list[Entry]:
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
                result[name] = self._guard(f"header {name}", value, tally)
        if not clean and not self._are_clean(self._plain(headers)):
            for name, value in headers:
                if not self._keys.judge(name):
                    result[name] = self._guard("text", value, tally)
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

    def _labels(self, labels: Mapping[str, str], tally: Tally) -> dict[str, str]:
        kept = self._kept.get("run.labels", {})
        return {
            name: self._guard(
                f"header {name}" if self._keys.judge(name) and not holds(kept, name) else "text", value, tally
            )
            for name, value in labels.items()
        }

    def _keep_headers(
        self, draft: Mapping[str, Any], request: dict[str, Any], response: dict[str, Any] | None, tally: Tally
    ) -> None:
        """Put back the headers that rules of `keep` name, in their old order; known shapes are masked in them too."""
        for side, part in (("request", request), ("response", response)):
            if part is not None and f"{side}.headers" in self._kept:
                part["headers"] = {
                    name: self._guard("text", value, tally)
                    if holds_header(self._kept, side, name)
                    else part["headers"][name]
                    for name, value in draft[side]["headers"].items()
                }

    def _context(self, context: dict[str, JsonValue], tally: Tally) -> dict[str, JsonValue]:
        if not context:
            return {}
        masked = self._tree(context, tally, self._kept.get("context"))
        return cast(dict[str, JsonValue], masked) if isinstance(masked, dict) else {_UNREDACTABLE: masked}

    def _tree(self, tree: JsonValue, tally: Tally, kept: Node | None = None) -> JsonValue:
        found = Tally(self._marker)
        try:
            masked = self._trees.redact(tree, found, kept=kept)
        except Exception:  # noqa: BLE001 - fails closed, whatever the reason
            return tally.note(_UNREDACTABLE)
        tally.add(found)
        return masked

    def _guard(self, place: str, text: str, tally: Tally) -> str:
        """The redacted form of `text`, from the cache if it was seen at this place before; the mark if it fails."""
        entry = self._cache.get((place, text))
        if entry is None:
            entry = self._judge(place, text)
            self._keep((place, text), entry)
        return text if entry is CLEAN else entry.settle(tally)

    def _keep(self, key: Key, entry: Entry) -> None:
        if self._sightings.again(key):
            self._cache.put(key, entry)

    def _judge(self, place: str, text: str) -> Entry:
        found = Tally(self._marker)
        try:
            masked = self._redact_at(place)(text, found)
        except Exception:  # noqa: BLE001 - fails closed, whatever the reason
            return Entry(UNREDACTABLE, ((_UNREDACTABLE, 1),))
        return CLEAN if masked is text and not found.counts else entry_of(masked, found)

    def _redact_at(self, place: str) -> Callable[[str, Tally], str]:
        if place.startswith("header "):
            return lambda text, tally: self._header(place[7:], text, tally)
        place, _, path = place.partition(" ")
        content_type = "application/x-www-form-urlencoded" if place == "form" else ""
        kept = self._kept.get(path)
        return lambda text, tally: self._bodies.redact(text, content_type, tally, kept)
