"""Suggestions: the closest of the allowed words, and lists of words. Pure."""

import difflib
from collections.abc import Iterable
from typing import Final

_SHORTEST_PART: Final = 3


def closest(word: str, allowed: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The allowed word that `word` was probably meant to be, or is the half of; case, `-` and `_` do not matter."""
    by_form = {_form(candidate): candidate for candidate in allowed}
    form = _form(word)
    matches = difflib.get_close_matches(form, by_form, n=1, cutoff=cutoff)
    if not matches and len(form) >= _SHORTEST_PART:  # `url` for `webhook_url`
        longer = [other for other in by_form if other.endswith(f"_{form}") or other.startswith(f"{form}_")]
        matches = longer if len(longer) == 1 else []
    return by_form[matches[0]] if matches else None


def did_you_mean(word: object, allowed: Iterable[str]) -> str:
    """A sentence, or nothing if no allowed word is close. Names an allowed word only, never `word`."""
    match = closest(word, allowed) if isinstance(word, str) else None
    return f"Did you mean `{match}`?" if match else ""


def listing(words: Iterable[str]) -> str:
    """`a, b, c`."""
    return ", ".join(words)


def sentences(*parts: str) -> str:
    """The parts that say something, as one text."""
    return " ".join(part for part in parts if part)


def _form(word: str) -> str:
    return word.strip().lower().replace("-", "_")
