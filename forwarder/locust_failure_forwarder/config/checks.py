"""What no single key can tell: rules between keys, patterns for RE2, certificates. No message repeats a value.

Pure but for the files of certificates (`tls`).

Works on the data as it was written and skips whatever is not well-formed, so that these findings come together with
those of the models instead of one start later.
"""

from collections.abc import Iterator, Mapping
from typing import Final, cast

from pydantic import BaseModel

from ..events import KINDS
from .patterns import pattern_fault
from .places import Finding, KeyPath
from .rule_checks import check_rules
from .secret_kinds import CREDENTIALS, KEPT_ROOTS, OTHERS, PERSONAL, UNREDACTABLE
from .shape import fields, model_at
from .suggest import did_you_mean, listing, sentences
from .tls import check_tls

_PLACE_BEGINS: Final = ("request.", "response.", "context.", "run.")


def check(data: Mapping[str, object], model: type[BaseModel]) -> list[Finding]:
    """All findings about interpolated data that `model` may or may not accept."""
    sends = {name: _send(name, entry, model) for name, entry in _mapping(data.get("destinations")).items()}
    return [
        *check_rules(_list(data.get("alerts"))),
        *_check_routes(data, sends),
        *_check_duplicate_kinds(data),
        *_check_redaction(_mapping(data.get("redaction"))),
        *check_tls(_mapping(data.get("destinations"))),
    ]


def _send(name: str, entry: object, model: type[BaseModel]) -> tuple[str, ...] | None:
    """The kinds a destination gets, by the file or by default; None if that cannot be told."""
    written = _mapping(entry).get("send")
    if written is None and (destination := model_at(model, ("destinations", name), entry)):
        field = fields(destination).get("send")
        written = field.get_default(call_default_factory=True) if field else None  # pyright: ignore[reportUnknownMemberType]  # Any
    kinds = tuple(cast("list[object]", written)) if isinstance(written, list | tuple) else ()
    return tuple(str(kind) for kind in kinds) if kinds and all(kind in KINDS for kind in kinds) else None


def _check_routes(data: Mapping[str, object], sends: Mapping[str, tuple[str, ...] | None]) -> Iterator[Finding]:
    rules = data.get("alerts")
    if rules == []:
        for name, kinds in sends.items():
            if kinds and set(kinds) == {"alerts"}:
                yield Finding(
                    ("destinations", name, "send"),
                    "this destination gets nothing: it takes alerts only, and `alerts` is an empty list",
                    "Add a rule to `alerts`, remove `alerts` to use the default rules, or send it another kind.",
                )
    if _list(rules) and sends and all(kinds is not None and "alerts" not in kinds for kinds in sends.values()):
        yield Finding(
            ("alerts",),
            "no destination receives these alerts",
            "Add `alerts` to the `send` of a destination, or remove the rules.",
        )


def _check_duplicate_kinds(data: Mapping[str, object]) -> Iterator[Finding]:
    for name, entry in _mapping(data.get("destinations")).items():
        kinds = _list(_mapping(entry).get("send"))
        for index, kind in enumerate(kinds):
            if kind in KINDS and kind in kinds[:index]:
                yield Finding(("destinations", name, "send", index), "listed twice", "Remove one of the two.")


def _check_redaction(redaction: Mapping[str, object]) -> Iterator[Finding]:
    yield from _check_patterns(_list(redaction.get("patterns")))
    yield from _check_kinds(redaction)
    yield from _check_places(_list(redaction.get("keep")))
    sensitive = {_letters(key) for key in _list(redaction.get("keys"))}
    for section in ("keys", "keep"):
        for index, key in enumerate(_list(redaction.get(section))):
            if isinstance(key, str) and not _letters(key):
                yield Finding(("redaction", section, index), "expected a name with a letter or digit")
            elif section == "keep" and isinstance(key, str) and _letters(key) in sensitive:
                message = "this name is in `redaction.keys` too"
                yield Finding(("redaction", section, index), message, "It cannot be both masked and kept.")


def _check_places(kept: list[object]) -> Iterator[Finding]:
    for index, rule in enumerate(kept):
        if not isinstance(rule, str) or not rule.startswith(_PLACE_BEGINS):
            continue
        root = next((root for root in KEPT_ROOTS if rule.startswith(f"{root}.")), None)
        if root is None or "" in rule.split("."):
            hint = f"A place is one of {listing(KEPT_ROOTS)}, a dot, and keys with dots between them."
            yield Finding(("redaction", "keep", index), "this is no place of a record", hint)


def _check_patterns(patterns: list[object]) -> Iterator[Finding]:
    for index, written in enumerate(patterns):
        path: KeyPath = ("redaction", "patterns", index)
        pattern = written
        if isinstance(written, Mapping):
            entry = _mapping(cast("object", written))
            pattern = entry.get("re2")
            if entry.get("kind") in (*OTHERS[1:], UNREDACTABLE):
                yield Finding((*path, "kind"), "this kind has a meaning of its own", "Choose another name.")
            path = (*path, "re2")
        if isinstance(pattern, str) and (fault := pattern_fault(pattern)):
            yield Finding(path, fault.message, fault.hint)


def _check_kinds(redaction: Mapping[str, object]) -> Iterator[Finding]:
    own = [_mapping(pattern).get("kind") for pattern in _list(redaction.get("patterns"))]
    known = [*CREDENTIALS, *PERSONAL, *OTHERS, *(kind for kind in own if isinstance(kind, str))]
    for kind in _mapping(redaction.get("modes")):
        if kind not in known:
            hint = sentences(did_you_mean(kind, known), f"Known kinds: {listing(known)}.")
            yield Finding(("redaction", "modes", kind), "no such kind", hint, of_key=True)
        elif kind not in own and (left_alone := _why_left_alone(kind, redaction)):
            message = f"this kind is never masked: {left_alone}"
            yield Finding(("redaction", "modes", kind), message, "Remove one of the two.", of_key=True)
    if redaction.get("personal") is False and _list(redaction.get("off")):
        yield Finding(("redaction", "off"), "says nothing more, as `personal` is false", "Remove one of the two.")


def _why_left_alone(kind: str, redaction: Mapping[str, object]) -> str:
    """What keeps a kind from being masked at all, if anything does."""
    if redaction.get("personal") is False and kind in PERSONAL:
        return "`personal` is false"
    lists = ("off", PERSONAL), ("i_accept_leaking_credentials", CREDENTIALS)
    return next((f"`{key}` has it" for key, kinds in lists if kind in kinds and kind in _list(redaction.get(key))), "")


def _letters(key: object) -> str:
    """A key's name without case and separators, as redaction compares it."""
    return "".join(character for character in str(key).casefold() if character.isalnum())


def _mapping(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else {}


def _list(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []
