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

from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from locust_failure_schemas import FailureRecord
from pydantic import JsonValue

from ..config.models import RedactionConfig
from .bodies import BodyRedactor
from .cache import ByteCache, Entry
from .keys import KeyNames
from .marks import UNREDACTABLE, Tally, apply
from .taint import Taint
from .text import TextRedactor
from .trees import TreeRedactor
from .values import secret_spans

CACHE_BYTES: Final = 16 * 1024 * 1024
_UNREDACTABLE: Final = "unredactable"
_TEXTS: Final = ("url", "name", "body", "message", "traceback")
_NOTHING: Final = Tally()
"""Shared by all cached values that needed no mask; never added to."""


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
        self._cache = ByteCache(CACHE_BYTES)

    def redact_draft(self, draft: dict[str, Any]) -> dict[str, Any]:
        """A new draft without secrets, in which `redactions` counts what was masked, by kind.

        Args:
            draft: a record in the making, in the shape of `FailureRecord`; `run` may be missing. Only text that
                came from requests, responses, exceptions and users is looked at.
        """
        tally = Tally()
        request, response, error = draft["request"], draft["response"], draft["error"]
        result = {
            **draft,
            "request": {**request, "url": self._optional(request["url"], tally), **self._common(request, tally)}
            | {"name": self._guard("text", request["name"], tally)},
            "response": None if response is None else {**response, **self._common(response, tally)},
            "error": {
                **error,
                "message": self._guard("text", error["message"], tally),
                "traceback": self._optional(error["traceback"], tally),
            },
            "context": self._context(draft["context"], tally),
        }
        if "run" in draft:
            run = draft["run"]
            result["run"] = {**run, "labels": self._labels(run["labels"], tally)}
        if tally.literals:
            _spread(result, Taint(tally.literals), tally)
        result["redactions"] = _sum(draft.get("redactions") or {}, tally.counts)
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

    def _common(self, part: Mapping[str, Any], tally: Tally) -> dict[str, Any]:
        headers, body = part["headers"], part["body"]
        if body is not None:
            content_type = headers.get("content-type", "")
            body = self._guard("form" if "urlencoded" in content_type else "body", body, tally)
        return {"headers": self._headers(headers, tally), "body": body}

    def _headers(self, headers: Mapping[str, str], tally: Tally) -> dict[str, str]:
        result = dict(headers)
        plain: list[str] = []
        for name, value in headers.items():
            if self._keys.judge(name):
                result[name] = self._guard(f"header {name}", value, tally)
            else:
                plain.append(name)
        if not self._are_clean([headers[name] for name in plain]):
            for name in plain:
                result[name] = self._guard("text", headers[name], tally)
        return result

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
        return {key: self._guard("text", value, tally) for key, value in labels.items()}

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

    def _optional(self, text: str | None, tally: Tally) -> str | None:
        return None if text is None else self._guard("text", text, tally)

    def _guard(self, place: str, text: str, tally: Tally) -> str:
        """The redacted form of `text`, from the cache if it was seen at this place before; the mark if it fails."""
        entry = self._cache.get(place, text)
        if entry is None:
            found = Tally()
            try:
                masked = self._redact_at(place)(text, found)
            except Exception:  # noqa: BLE001 - fails closed, whatever the reason
                found = Tally({_UNREDACTABLE: 1})
                masked = UNREDACTABLE
            entry = Entry(masked, found if found.counts else _NOTHING)
            self._cache.put(place, text, entry)
        if entry.tally.counts:
            tally.add(entry.tally)
        return entry.text

    def _redact_at(self, place: str) -> Callable[[str, Tally], str]:
        if place.startswith("header "):
            return lambda text, tally: self._header(place[7:], text, tally)
        content_type = "application/x-www-form-urlencoded" if place == "form" else ""
        return lambda text, tally: self._bodies.redact(text, content_type, tally)


def _spread(draft: dict[str, Any], taint: Taint, tally: Tally) -> None:
    """Mask the literals everywhere in a draft that was just built."""
    parts = [draft["request"], draft["error"], *([draft["response"]] if draft["response"] else [])]
    texts = [text for part in parts for name in _TEXTS if (text := part.get(name))]
    texts += [text for part in parts if "headers" in part for text in part["headers"].values()]
    if taint.is_in("\n".join(texts)):  # mostly not, and one look is cheaper than twenty
        for part in parts:
            for name in _TEXTS:
                if text := part.get(name):
                    part[name] = taint.redact(text, tally)
            if "headers" in part:
                part["headers"] = {name: taint.redact(value, tally) for name, value in part["headers"].items()}
    if draft["context"]:
        draft["context"] = taint.redact_tree(draft["context"], tally)


def _sum(before: Mapping[str, int], counts: Mapping[str, int]) -> dict[str, int]:
    return {kind: before.get(kind, 0) + counts.get(kind, 0) for kind in {**before, **counts}}
