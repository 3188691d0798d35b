"""Values without quotes, and names without quotes that stand on a line of their own: settings, YAML, source code. Pure.

Bounded and possessive patterns, so every function is linear.
"""

import re
from typing import Final

from . import idioms
from .extents import PARAMETER, QUOTE, bare_end, phrase_end, quoted_end
from .harmless import is_harmless, is_source
from .keys import KeyNames, Sensitive

Part = tuple[int, int]

_BEFORE_PARAMETER: Final = ("?", "&", "&amp;", "%5B", "%5b")
_LINE_BEFORE: Final = re.compile(r"(?:^|\n)[ \t]{0,12}(?:(?:->|<-|[-*+<>#]|export|set|ENV|SET)[ \t])?$")
_LINE_VALUE: Final = re.compile(
    r"""[^\s"'`<>\[\]{}()&?=,;\\][^\s"'`<>&=\\\u3000-\u9fff]*+(?<![,;)\]}])(?=[ \t]{0,4}\r?(?:\n|$))"""
)
"""All of a line, in settings and heads of messages; brackets and commas in it are its own."""
_NEXT_NAME: Final = re.compile(r"""["']?[\w.\-]{1,60}+["']?\s{0,2}[:=](?:\s|$)|-\s""")
_BLOCK: Final = re.compile(r"[|>][+\-]?\d?[ \t]{0,8}\r?\n(?P<indent>[ \t]{1,40})(?=\S)")
"""A block scalar of YAML."""
_NAMED_BEFORE: Final = re.compile(r"\b(?:name|key):[ \t]{1,4}$")
_VALUE_LINE: Final = re.compile(
    rf"[ \t]{{0,4}}\r?\n[ \t]{{1,40}}(?:value|val|default):[ \t]{{1,4}}(?P<opening>{QUOTE})?"
)
_STATUS: Final = re.compile(r"\d{3}\b")
_CALL: Final = re.compile(r"[A-Za-z_][\w.]{0,80}\(")
_VARIABLE: Final = re.compile(r"\$([A-Za-z_]\w{0,60}+)(?=[\s,;)\]}]|$)")
_IDENTIFIER: Final = re.compile(r"[A-Za-z_]\w{0,60}+(?=\s?[,)}])")
_COMPARED: Final = re.compile(r"[A-Za-z_]{1,60}+(?=[\s:),]|$)")
_WORD: Final = re.compile(r"[A-Za-z]{2,30}+(?=\s)")
_FIRST: Final = frozenset(
    {
        "the",
        "this",
        "your",
        "value",
        "values",
        "field",
        "input",
        "length",
        "characters",
        "it",
        "both",
        "please",
        "enter",
    }
)
_LONG_LINE: Final = 200
_USER_AND_PASSWORD: Final = re.compile(
    rf"""\s?=\s?(?:[\w.]{{0,40}}[Aa]uth\w{{0,20}})?\(\s{{0,4}}(?:\w{{1,20}}=)?(?:{QUOTE}[^"'\n\\]{{0,80}}{QUOTE}|[\w.]{{1,60}})
         ,\s{{0,4}}(?:\w{{1,20}}=)?(?P<opening>{QUOTE})""",
    re.VERBOSE,
)
_PROSE_FOLLOWS: Final = re.compile(r"[a-z]+ [a-z]")
_PROSE_KINDS: Final = {"authorization", "token", "key", "secret", "code", "session"}
_REMARKS: Final = (
    idioms.HARMLESS
    | idioms.PROSE
    | {"the", "a", "an", "and", "or", "but", "for", "in", "of", "to", "from", "with", "by", "if", "when", "see"}
)
_LONG_REMARK: Final = 40
_PHRASES: Final = ("phrase", "phrases", "mnemonic")
"""Ends of keys whose values have several words."""


def unquoted(text: str, before: str, key: Part, sign: str, at: int, sensitive: Sensitive, keys: KeyNames) -> Part:
    """A value at `at` without quotes; empty if it is none. `before` are the characters before the key."""
    name = text[slice(*key)]
    if "\n" in sign and _NEXT_NAME.match(text, at):
        return at, at
    if block := _BLOCK.match(text, at):
        return block.end(), _block_end(text, block)
    if before.endswith("/") and "=" not in sign.replace("=>", "") and _STATUS.match(text, at):
        return at, at  # `POST /oauth/token -> 503`
    if before.endswith(_BEFORE_PARAMETER) and (parameter := PARAMETER.match(text, at)):
        return at, parameter.end()
    if is_source(text, at) or _is_variable(text, before, name, sign, at, keys) or _is_remark(text, at, keys):
        return at, at
    if (not before or "\n" in before) and _LINE_BEFORE.search(before) and (line := _LINE_VALUE.match(text, at)):
        return at, line.end()
    if _CALL.match(text, at):
        return at, at
    return at, _bare(text, at, sensitive, name)


def named_on_line_before(text: str, before: str, end: int) -> Part | None:
    """`- name: DB_PASSWORD`, and `value: …` on the next line; the name ends at `end`."""
    match = _VALUE_LINE.match(text, end)
    if match is None or not _NAMED_BEFORE.search(before):
        return None
    at = match.end()
    if match["opening"]:
        close = quoted_end(text, at, match["opening"])
        return at, len(text) if close is None else close
    line = _LINE_VALUE.match(text, at)
    return at, line.end() if line else bare_end(text, at, "")


def user_and_password(text: str, end: int) -> Part | None:
    """The second of `auth=("bob", "…")`, and of `auth=HTTPBasicAuth("bob", "…")`; the name ends at `end`."""
    match = _USER_AND_PASSWORD.match(text, end)
    if match is None:
        return None
    close = quoted_end(text, match.end(), match["opening"])
    return match.end(), len(text) if close is None else close


def _block_end(text: str, block: "re.Match[str]") -> int:
    """To the first line that is indented less."""
    end = text.find("\n", block.end())
    while end >= 0 and text.startswith(block["indent"], end + 1):
        end = text.find("\n", end + 1)
    return len(text) if end < 0 else end


def _is_remark(text: str, at: int, keys: KeyNames) -> bool:
    """`password: Passwords do not match`: a sentence that begins with a word of the vocabulary."""
    word = _WORD.match(text, at)
    if word is None or not (word[0].lower() in _FIRST or keys.judge(word[0])):
        return False
    end = text.find("\n", at, at + _LONG_LINE)
    return is_harmless(text[at : end if end >= 0 else at + _LONG_LINE])


def _is_variable(text: str, before: str, name: str, sign: str, at: int, keys: KeyNames) -> bool:
    """A variable that is named like a secret: `$password`, `== expected_token:`, `{"password": password}`."""
    if "==" in sign:
        compared = _COMPARED.match(text, at)
        return compared is not None and keys.judge(compared[0]) is not None
    if text[at] == "$":
        variable = _VARIABLE.match(text, at)
        return variable is not None and keys.judge(variable[1]) is not None
    if before.endswith(('"', "'")):
        identifier = _IDENTIFIER.match(text, at)
        return identifier is not None and identifier[0].lower() == name.lower()
    return False


def _bare(text: str, at: int, sensitive: Sensitive, key: str) -> int:
    end = bare_end(text, at, sensitive.kind)
    if end - at < _LONG_REMARK and text[at:end].lower() in _REMARKS:
        return at
    if key.lower().endswith(_PHRASES):
        return phrase_end(text, at, end, sure=not key.lower().startswith("pass"))
    if sensitive.kind in _PROSE_KINDS and _PROSE_FOLLOWS.match(text, at):
        return at
    return phrase_end(text, at, end) if sensitive.kind == "password" else end
