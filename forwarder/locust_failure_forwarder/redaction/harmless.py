"""Values that hold nothing although their key is sensitive: remarks, placeholders, source code. Pure."""

import re
from typing import Final

from . import idioms

_PLACEHOLDER: Final = re.compile(
    r"""\$\d{1,2} | \?(?:\sand\b.*|\sor\b.*)? | %s | %\(\w{1,60}\)s | :[a-z_]{2,40} | @p\d{1,2}
        | \$\{[A-Za-z_][\w.]{0,60}\} | \$[A-Z][A-Z0-9_]{2,60} | \$\(\w{1,60}\) | %[A-Z][A-Z0-9_]{2,60}%
        | \{{1,3}\s?[a-z_][a-z_.]{0,60}(?:\(\))?\s?\}{1,3} | <[A-Za-z][A-Za-z\ _\-]{0,40}>
    """,
    re.VERBOSE,
)
"""Of SQL, shells and templates."""
_REMARK: Final = re.compile(
    r"""\b(?:is|are|was|were)\s(?:required|missing|invalid|empty|incorrect|wrong|expired|too|not|blank|mandatory|weak)\b
        | \b(?:must|should|cannot|can't|may\snot|does\snot|doesn't|do\snot|don't|did\snot|has\snot|has\sexpired)\b
        | \b(?:at\s(?:least|most)|too\s(?:short|long|weak|common)|not\s(?:found|match|valid|allowed|provided))\b
        | \b(?:expected|unexpected|missing|invalid|required)\b.*\b(?:string|field|value|characters?|type|parameter)\b
    """,
    re.VERBOSE,
)
"""In a value of several words."""
_CHINESE_REMARK: Final = re.compile(
    "(?:不能|不可|不得|不正确|不正確|不匹配|不一致|不存在|不合法|必须|必須|必填|应|應|长度|長度|格式|请|請|至少|最少|最多|太短|太长"
    "|过短|过长|过期|已|未|为空|為空|错误|錯誤|无效|無效|需|缺少|非法)"
)
_BEGINS: Final = re.compile(r"(?:[a-z]+(?:'[a-z]+)?[\s,:]|[\"'`\u2018\u201c\\])")
"""What is no word may be the secret itself: `abc123 is not valid`."""
_ASCII_WORD: Final = re.compile(r"[A-Za-z]|[0-9]{4}")
_LEAST_WORDS: Final = 3
_LONGEST: Final = 400


_ROOTS: Final = (
    "self|cls|this|settings|config|conf|cfg|options|opts|os|env|environ|process|request|req|res|resp|response|data|args"
    "|kwargs|params|form|payload|body|secrets|user|client|session|obj|ctx|context|props|state|app|account|credentials|creds"
)
_EXPRESSION: Final = re.compile(
    rf"(?:(?:await|new|not)\s)?(?:{_ROOTS})(?:\.[A-Za-z_]{{1,60}}){{1,5}}+(?=[\s,;()\[\]}}]|$)|(?:{_ROOTS})\[[\"'\\A-Za-z]"
)


def is_harmless(value: str) -> bool:
    """Whether a value is a remark or a placeholder: `null`, `required`, `must be at least 8 characters`, `$1`."""
    lowered = value.strip(" .!\t\r\n").lower()
    if lowered in idioms.HARMLESS:
        return True
    if not lowered or (lowered[0] == lowered[-1] and lowered == lowered[0] * len(lowered) and not lowered.isalnum()):
        return True  # `***` was masked elsewhere
    if " " in lowered:
        if lowered.partition(" ")[0] in idioms.PROSE:
            return True
        if len(lowered) < _LONGEST and lowered.count(" ") >= _LEAST_WORDS - 1 and _REMARK.search(lowered):
            return _BEGINS.match(lowered) is not None
    if lowered[0] in "$?%:@{<":
        return _PLACEHOLDER.fullmatch(value.strip()) is not None
    if lowered.isascii() or _ASCII_WORD.search(lowered):
        return False
    return _CHINESE_REMARK.search(lowered) is not None


def is_source(text: str, at: int) -> bool:
    """Whether an expression of a programming language begins at `at`: `settings.API_KEY`, `os.environ["X"]`."""
    return _EXPRESSION.match(text, at) is not None
