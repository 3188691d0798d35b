"""`Redactor`: all of redaction for one record. Fails closed: what cannot be judged is replaced whole (P4).

keys      which keys are sensitive, by their words            words.py keys.py
values    what of such a value must go                        values.py cookies.py
shapes    secrets that show by themselves                     shapes.py numbers.py checksums.py
pairs     `key: value` in free text                           pairs.py extents.py
urls      query, fragment, path; form bodies                  urls.py
text      all of these, behind one scan                       text.py linear.py marks.py
trees     JSON                                                trees.py
bodies    JSON, form or text                                  bodies.py
taint     the same literal elsewhere in the record            taint.py
cache     a value seen before                                 cache.py
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, cast

from locust_failure_schemas import FailureRecord
from pydantic import JsonValue
from typing_extensions import TypeIs

from ..config.models import RedactionConfig
from .bodies import BodyRedactor
from .cache import CLEAN, ByteCache, Entry, Headers, Key, Sightings, cost_of
from .keys import KeyNames
from .marks import UNREDACTABLE, Tally, apply
from .taint import Taint
from .text import TextRedactor
from .trees import TreeRedactor
from .values import secret_spans

CACHE_BYTES: Final = 16 * 1024 * 1024
_UNREDACTABLE: Final = "unredactable"
_NAMES_WITHOUT_RESPONSE: Final = ("url", "body", "headers", "name", "message", "traceback")
_NAMES: Final = ("url", "body", "headers", "name", "body", "headers", "message", "traceback")
_TEXTS: Final = ("url", "name", "body", "message", "traceback")


class Redactor:
    """Masks secrets, built from the `redaction` section of the configuration. Not for several threads.

    Raises:
        re2.error: one of the configured patterns is none that RE2 takes (loading a configuration checks that before).
    """

    def __init__(self, config: RedactionConfig) -> None:
        self._keys = KeyNames(config.keys, config.keep)
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
        tally = Tally()
        request, response, error = dict(draft["request"]), draft["response"], dict(draft["error"])
        keys: list[Key] = [("text", request["url"] or ""), *_message_keys(request), ("text", request["name"])]
        owners = [request] * 4
        if response is not None:
            response = dict(response)
            keys += _message_keys(response)
            owners += [response] * 2
        keys += [("text", error["message"]), ("text", error["traceback"] or "")]
        owners += [error] * 2
        names = _NAMES if response is not None else _NAMES_WITHOUT_RESPONSE
        for owner, name, entry in zip(owners, names, self._entries(keys), strict=True):
            if entry is not CLEAN:
                owner[name] = entry.settle(tally)
        context = self._context(draft["context"], tally)
        result = {**draft, "request": request, "response": response, "error": error, "context": context}
        if "run" in draft:
            run = draft["run"]
            result["run"] = {**run, "labels": self._labels(run["labels"], tally)}
        if tally.literals:
            _spread(result, tally)
        before = draft.get("redactions")
        result["redactions"] = _sum(before, tally.counts) if before else tally.counts
        return result

    def redact(self, record: FailureRecord) -> FailureRecord:
        """A record without secrets. One that was redacted before comes back equal."""
        draft = self.redact_draft(record.model_dump())
        return FailureRecord.model_validate(draft)

    def redact_text(self, text: str) -> str:
        """A text without secrets."""
        tally = Tally()
        masked = self._guard("text", text, tally)
        return Taint(tally.literals).redact(masked, tally) if tally.literals else masked

    def redact_value(self, value: JsonValue) -> JsonValue:
        """A JSON tree without secrets; keys are honoured and stay."""
        tally = Tally()
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
            if _is_headers(key):
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
        texts = ["\n".join(self._plain(key)) if _is_headers(key) else key[1] for key in keys]
        try:
            clean = self._text.clean(texts)
            return [
                yes and (_is_headers(key) or self._bodies.is_plain(*key)) for yes, key in zip(clean, keys, strict=True)
            ]
        except Exception:  # noqa: BLE001 - the values are then judged one by one, each failing closed by itself
            return [False] * len(keys)

    def _plain(self, headers: Headers) -> list[str]:
        return [value for name, value in headers if not self._keys.judge(name)]

    def _headers(self, headers: Headers, *, clean: bool) -> Entry:
        tally = Tally()
        result = dict(headers)
        for name, value in headers:
            if self._keys.judge(name):
                result[name] = self._guard(f"header {name}", value, tally)
        if not clean and not self._are_clean(self._plain(headers)):
            for name, value in headers:
                if not self._keys.judge(name):
                    result[name] = self._guard("text", value, tally)
        return _entry(result, tally) if tally.counts or result != dict(headers) else CLEAN

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
        return {
            name: self._guard(f"header {name}" if self._keys.judge(name) else "text", value, tally)
            for name, value in labels.items()
        }

    def _context(self, context: dict[str, JsonValue], tally: Tally) -> dict[str, JsonValue]:
        if not context:
            return {}
        masked = self._tree(context, tally)
        return cast(dict[str, JsonValue], masked) if isinstance(masked, dict) else {_UNREDACTABLE: masked}

    def _tree(self, tree: JsonValue, tally: Tally) -> JsonValue:
        found = Tally()
        try:
            masked = self._trees.redact(tree, found)
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
        found = Tally()
        try:
            masked = self._redact_at(place)(text, found)
        except Exception:  # noqa: BLE001 - fails closed, whatever the reason
            return Entry(UNREDACTABLE, ((_UNREDACTABLE, 1),))
        return CLEAN if masked is text and not found.counts else _entry(masked, found)

    def _redact_at(self, place: str) -> Callable[[str, Tally], str]:
        if place.startswith("header "):
            return lambda text, tally: self._header(place[7:], text, tally)
        content_type = "application/x-www-form-urlencoded" if place == "form" else ""
        return lambda text, tally: self._bodies.redact(text, content_type, tally)


def _message_keys(part: Mapping[str, Any]) -> list[Key]:
    headers, body = part["headers"], part["body"] or ""
    form = "urlencoded" in headers.get("content-type", "")
    return [("form" if form else "body", body), tuple(headers.items())]


def _is_headers(key: Key) -> TypeIs[Headers]:
    return not key or isinstance(key[0], tuple)


def _entry(value: Any, tally: Tally) -> Entry:
    return Entry(value, tuple(tally.counts.items()), tuple(tally.literals.items()))


def _spread(draft: dict[str, Any], tally: Tally) -> None:
    """Mask the literals everywhere in a draft that was just built."""
    parts = [draft["request"], draft["error"], *([draft["response"]] if draft["response"] else [])]
    texts = [text for part in parts for name in _TEXTS if (text := part.get(name))]
    for part in parts:
        if "headers" in part:
            texts += part["headers"].values()
    together = "\n".join(texts)
    taint = None
    for literal in tally.literals:
        if literal in together:  # mostly not, and one look is cheaper than twenty
            taint = Taint(tally.literals)
            break
    if taint is not None:
        for part in parts:
            for name in _TEXTS:
                if text := part.get(name):
                    part[name] = taint.redact(text, tally)
            if "headers" in part:
                part["headers"] = {name: taint.redact(value, tally) for name, value in part["headers"].items()}
    if draft["context"]:
        draft["context"] = (taint or Taint(tally.literals)).redact_tree(draft["context"], tally)


def _sum(before: Mapping[str, int], counts: Mapping[str, int]) -> dict[str, int]:
    return {kind: before.get(kind, 0) + counts.get(kind, 0) for kind in {**before, **counts}}
