"""Which keys are sensitive, by their words. Cached; never looks at values."""

import re
import unicodedata
from collections.abc import Container, Iterable
from functools import lru_cache
from typing import Final, NamedTuple

from . import idioms
from . import words as w
from .escapes import may_be_escaped, unescape
from .lookalikes import INVISIBLE, fold
from .marks import MARK, MARK_START

_WORD: Final = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[^\W\d_A-Z]+|[A-Z]+|\d+")
_MAX_KEY: Final = 200
"""Characters of a key that are looked at, from its end: `very.long.path.password`."""
_CACHED: Final = 8192
_CHINESE_SAFE: Final = tuple(w.CHINESE_SAFE)

_SMALL_KINDS: Final = frozenset({"authorization", "credentials", "session"})
"""An object under such a key holds harmless parts too, so its members are judged by their own names."""


def split(key: str) -> tuple[str, ...]:
    """Words of a key in lower case: camelCase, kebab-case, snake_case, dots and brackets all separate.

    Compatibility forms (full-width letters) count as what they look like; invisible characters do not count.
    """
    key = key[-_MAX_KEY:]
    if MARK_START in key:
        key = MARK.sub("", key)
    if not key.isascii():
        key = INVISIBLE.sub("", unicodedata.normalize("NFKC", key))
    return tuple(word.lower() for word in _WORD.findall(key))


def letters(key: str) -> str:
    """A name without case and separators: how the user's own `keys` and `keep` are compared."""
    return "".join(split(key))


class Sensitive(NamedTuple):
    """What a key says about its value."""

    kind: str
    weak: bool = False
    """True where the word means other things too, so the value must look the part."""
    plural: bool = False
    """True for `tokens` and the like: a number is how many there are."""


class KeyNames:
    """The classifier: the built-in vocabulary, the user's further `keys`, and the names to `keep`."""

    def __init__(self, keys: Iterable[str] = (), keep: Iterable[str] = (), off: Container[str] = ()) -> None:
        self.off = off
        """Kinds that are not masked."""
        self._own = {split(key) for key in keys if split(key)}
        self._own_letters = {"".join(words) for words in self._own}
        self._keep = {letters(key) for key in keep}
        self.judge = lru_cache(maxsize=_CACHED)(self._judge)
        """What a key holds, or None: `judge("newPassword").kind == "password"`."""
        self.judge_within = lru_cache(maxsize=_CACHED)(self._judge_within)
        """The same for a key inside an object that is the value of another key: `session: {id: …}`."""

    @property
    def own(self) -> Iterable[tuple[str, ...]]:
        """The user's own keys, as words."""
        return self._own

    def is_kept(self, key: str) -> bool:
        """Whether the user asked to leave this key alone."""
        return letters(key) in self._keep if self._keep else False

    def _judge(self, key: str) -> Sensitive | None:
        words = split(key)
        joined = "".join(words)
        if not words or joined in self._keep:
            return None
        if joined in self._own_letters or self._holds_own(words):
            return Sensitive("custom")
        if key.lower().endswith(w.FILE_ENDINGS):
            return None
        if may_be_escaped(key) and (plain := unescape(key)) is not None:
            return self._judge(plain.text)
        found = _classify(words) or _chinese(joined) or self._judge_folded(key)
        return None if found is None or found.kind in self.off else found

    def _judge_folded(self, key: str) -> Sensitive | None:
        """A key of letters that only look like the usual ones."""
        if key.isascii() or (folded := fold(key)) == key:
            return None
        return self._judge(folded)

    def _judge_within(self, parent: str, key: str) -> Sensitive | None:
        if (own := self.judge(key)) or self.is_kept(key):
            return own
        outer, inner = split(parent), split(key)
        if not outer or not inner:
            return None
        above = self.judge(parent)
        found = (above and self.inherit(above, key)) or _pair_across(outer[-1], inner)
        return None if found is None or found.kind in self.off else found

    def inherit(self, above: Sensitive, key: str) -> Sensitive | None:
        """What `above`, said of an object, says of its member `key`: `tokens: {a: …}` but not `token: {type: …}`."""
        if above.weak or above.kind in _SMALL_KINDS or self.is_kept(key) or _is_safe(split(key)):
            return None
        return above

    def _holds_own(self, words: tuple[str, ...]) -> bool:
        return any(
            words[i : i + len(own)] == own and (i + len(own) == len(words) or not _is_safe(words))
            for own in self._own
            for i in range(len(words) - len(own) + 1)
        )


def _pair_across(outer: str, inner: tuple[str, ...]) -> Sensitive | None:
    for length in (1, 2, 3):
        kind = w.PAIRS.get((outer, *inner[:length]))
        if kind and (length >= len(inner) or not _is_safe(inner)):
            return Sensitive(kind)
    return None


def _is_safe(words: tuple[str, ...]) -> bool:
    last = next((word for word in reversed(words) if not word.isdigit()), "")
    return last in w.SAFE


def _classify(words: tuple[str, ...]) -> Sensitive | None:
    if not w.NEVER.isdisjoint(words) or (len(words) > 1 and words[0] in w.PREDICATES):
        return None
    safe = _is_safe(words)
    kind = w.STRONG.get("".join(words)) or _by_pair(words, safe=safe)
    if kind is None and not safe:
        kind = _by_word(words) or _glued(words)
    if kind is None:
        return _weak(words)
    return Sensitive(kind, plural=not w.PLURALS.isdisjoint(words[-1:]))


def _by_pair(words: tuple[str, ...], *, safe: bool) -> str | None:
    count = len(words)
    while count and words[count - 1].isdigit():
        count -= 1
    for start in range(count):
        for end in range(start + 2, min(start + 4, count) + 1):
            kind = w.PAIRS.get(words[start:end])
            if kind and (end == count or not safe):
                return kind
    if words[0] == "x" and words[-1] == "key" and w.NO_KEY.isdisjoint(words):
        return "key"  # of a header, such as `X-Functions-Key`
    return None


def _by_word(words: tuple[str, ...]) -> str | None:
    return next((w.STRONG[word] for word in reversed(words) if word in w.STRONG), None)


def _glued(words: tuple[str, ...]) -> str | None:
    for word in (*words, "".join(words[-2:])):  # of `x-rapidapi-key` the last two
        if word in w.GLUED_START:
            return w.GLUED_START[word]
        for end, kind in w.GLUED.items():
            if word.endswith(end):
                return kind
    return None


def _weak(words: tuple[str, ...]) -> Sensitive | None:
    last = "".join(words[-1:])
    if last == "address" and not w.NO_ADDRESS.isdisjoint(words):
        return None
    kind = w.WEAK.get(last)
    return Sensitive(kind, weak=True) if kind else None


def _chinese(key: str) -> Sensitive | None:
    if key.isascii() or key.endswith(_CHINESE_SAFE) or key.startswith(w.CHINESE_YES_NO):
        return None
    kind = next((kind for word, kind in w.CHINESE.items() if word in key), None)
    if kind is None or (kind == "address" and any(word in key for word in w.CHINESE_NO_ADDRESS)):
        return None
    return Sensitive(kind)


def stems(own: Iterable[tuple[str, ...]] = ()) -> list[str]:
    """RE2 patterns of which at least one matches within every key that can be sensitive."""
    single = {*w.STRONG, *w.WEAK, *w.CHINESE, *idioms.QUERY_ONLY, *w.GLUED, *w.GLUED_START}
    single = {word for word in single if not any(other != word and other in word for other in single)}
    spelled = {*((word,) for word in single), *w.PAIRS, *own}
    patterns = (r"[\s_.\-]?".join(re.escape(word) for word in words) for words in spelled)
    return sorted(patterns, key=_longest_first)


def _longest_first(pattern: str) -> tuple[int, str]:
    return -len(pattern), pattern
