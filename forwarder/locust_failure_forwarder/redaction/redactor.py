"""`Redactor`: all of redaction for one record. Fails closed: what cannot be judged is replaced whole (P4).

keys      which keys are sensitive, by their words            words.py keys.py kept.py
values    what of such a value must go                        values.py literals.py cookies.py
shapes    secrets that show by themselves                     shapes.py numbers.py checksums.py
pairs     `key: value` in free text                           pairs.py extents.py unquoted.py beside.py markup.py
prose     what sentences say of a secret                      prose.py harmless.py echoes.py
formats   tables, SQL, command lines, parts                   tables.py sql.py command_lines.py multipart.py
urls      query, fragment, path; form bodies                  urls.py
encoded   what hides behind escapes, base64, hex, gzip        escapes.py wrappers.py lookalikes.py
text      all of these, behind one scan                       text.py linear.py
trees     JSON                                                trees.py walk.py idioms.py
bodies    JSON, form or text                                  bodies.py
taint     the same literal elsewhere in the record            taint.py literals.py
marks     what stands in a secret's place                     marks.py marker.py
record    its parts, one guard for all of them                guard.py drafts.py
cache     a value seen before                                 cache.py
"""

import secrets
from collections.abc import Mapping
from typing import Any, Final, cast

from locust_failure_schemas import FailureRecord
from pydantic import JsonValue

from ..config.models import RedactionConfig
from ..config.secret_kinds import PERSONAL
from .cache import CLEAN, Key
from .drafts import (
    NAMES,
    NAMES_WITHOUT_RESPONSE,
    holds_header,
    message_keys,
    spread,
    total,
    with_url,
    without_url,
)
from .guard import UNREDACTABLE_KIND, Guard
from .kept import holds, is_path, kept_places
from .keys import KeyNames
from .marker import Marker
from .marks import Tally
from .taint import Taint
from .text import TextRedactor

_KEY_BYTES: Final = 32


class Redactor:
    """Masks secrets, built from the `redaction` section of the configuration. Not for several threads.

    Under `mode: hash`, equal secrets get equal marks as long as the key is the same: `hash_key` of the configuration,
    or else `key`, or else a random one.

    Raises:
        re2.error: one of the configured patterns is none that RE2 takes (loading a configuration checks that before).
    """

    def __init__(self, config: RedactionConfig, key: bytes | None = None) -> None:
        off = config.off if config.personal else PERSONAL
        if config.hash_key is not None:
            key = config.hash_key.get_secret_value().encode()
        self._marker = Marker(config.mode, config.modes, key or secrets.token_bytes(_KEY_BYTES))
        self._kept = kept_places(config.keep)
        self._keys = KeyNames(
            config.keys,
            (rule for rule in config.keep if not is_path(rule)),
            frozenset({*off, *config.i_accept_leaking_credentials}),
        )
        self._values = Guard(self._keys, TextRedactor(self._keys, config.patterns), self._kept, self._marker)

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
        entries = self._values.entries(keys)
        for owner, name, entry in zip(owners, names, entries, strict=True):
            if entry is not CLEAN:
                owner[name] = entry.settle(tally)
        for name in with_url_in:
            error[name] = with_url(error[name], request["url"], entries[0], tally)
        for owner, name in ((request, "method"), (error, "type")):
            if text := owner.get(name):
                owner[name] = self._values.value("text", text, tally)
        if self._kept:
            self._keep_headers(draft, request, response, tally)
        context = self._context(draft["context"], tally)
        result = {**draft, "request": request, "response": response, "error": error, "context": context}
        if user := draft.get("user"):
            result["user"] = {
                name: self._values.value("text", text, tally) if text else text for name, text in user.items()
            }
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
        masked = self._values.value("text", text, tally)
        return Taint(tally.literals).redact(masked, tally) if tally.literals else masked

    def redact_value(self, value: JsonValue) -> JsonValue:
        """A JSON tree without secrets; keys are honoured and stay."""
        tally = Tally(self._marker)
        masked = self._values.tree(value, tally)
        return Taint(tally.literals).redact_tree(masked, tally) if tally.literals else masked

    def _labels(self, labels: Mapping[str, str], tally: Tally) -> dict[str, str]:
        kept = self._kept.get("run.labels", {})
        return {
            name: self._values.value(
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
                    name: self._values.value("text", value, tally)
                    if holds_header(self._kept, side, name)
                    else part["headers"][name]
                    for name, value in draft[side]["headers"].items()
                }

    def _context(self, context: dict[str, JsonValue], tally: Tally) -> dict[str, JsonValue]:
        if not context:
            return {}
        masked = self._values.known_tree(context, tally, self._kept.get("context"))
        return cast(dict[str, JsonValue], masked) if isinstance(masked, dict) else {UNREDACTABLE_KIND: masked}
