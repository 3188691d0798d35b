"""Strategies for secrets, for names that give them away, and for the texts that carry both. Decides no outcome.

All of it is what `docs/redaction.md` promises: names in any style of writing, places, and encodings around them.
"""

import base64
import gzip
import hashlib
import json
from collections.abc import Callable, Mapping
from html import escape
from typing import Final
from urllib.parse import quote, quote_plus

from hypothesis import strategies as st

_WORDS: Final = (
    ("password",),
    ("passwd",),
    ("new", "password"),
    ("db", "password"),
    ("access", "token"),
    ("refresh", "token"),
    ("client", "secret"),
    ("api", "key"),
    ("x", "api", "key"),
    ("session", "id"),
    ("csrf", "token"),
    ("private", "key"),
)
_CHINESE: Final = ("密码", "新密码", "密钥", "令牌")
_STYLES: Final[tuple[Callable[[tuple[str, ...]], str], ...]] = (
    "_".join,
    "-".join,
    "".join,
    ".".join,
    lambda words: "_".join(words).upper(),
    lambda words: words[0] + "".join(word.title() for word in words[1:]),
    lambda words: "".join(word.title() for word in words),
    lambda words: "-".join(word.title() for word in words),
)


def _styled(words: tuple[str, ...], style: Callable[[tuple[str, ...]], str]) -> str:
    return style(words)


ASCII_KEYS: Final = st.builds(_styled, st.sampled_from(_WORDS), st.sampled_from(_STYLES))
"""Names of credentials: snake_case, kebab-case, glued, dotted, UPPER, camelCase, PascalCase, Header-Case."""
KEYS: Final = st.one_of(ASCII_KEYS, st.sampled_from(_CHINESE))

_SIGNS: Final = "-_.~!*$^@:/+#%"


def _secret(number: int, signs: str) -> str:
    """Letters and digits that stand nowhere else by chance, however small the number; signs between them."""
    digest = base64.b64encode(hashlib.sha256(b"%d" % number).digest(), altchars=b"xy").decode()[:14]
    return f"Q7{digest[:7]}{signs}{digest[7:]}z4"


_NUMBERS: Final = st.integers(0, 2**32)
PLAIN_SECRETS: Final = st.builds(_secret, _NUMBERS, st.sampled_from(["", "-", "_"]))
"""Secrets that every syntax can hold without quotes."""
SECRETS: Final = st.one_of(PLAIN_SECRETS, st.builds(_secret, _NUMBERS, st.text(_SIGNS, max_size=3)))


def _json(key: str, secret: str) -> str:
    return json.dumps({"order": 17, key: secret, "sku": "A-1"})


def _element(key: str) -> str:
    return key.replace(" ", "")


FORMS: Final[Mapping[str, Callable[[str, str], str]]] = {
    "JSON": _json,
    "JSON with escapes": lambda k, s: json.dumps({"a": [{k: s}]}).replace("s", "\\u0073"),
    "deep JSON": lambda k, s: json.dumps({"a": [{"b": {"c": [[{k: s}]]}}], "n": 1}, ensure_ascii=False),
    "JSON in JSON": lambda k, s: json.dumps({"n": 1, "raw": json.dumps({k: s, "a": 1})}),
    "JSON in JSON in JSON": lambda k, s: json.dumps({"raw": json.dumps({"raw": json.dumps({k: s})})}),
    "name and value": lambda k, s: json.dumps({"fields": [{"name": k, "value": s}, {"name": "sku", "value": "A-1"}]}),
    "list of pairs": lambda k, s: json.dumps({"rows": [["sku", "A-1"], [k, s]]}),
    "validation error": lambda k, s: json.dumps({"detail": [{"loc": ["body", k], "msg": "too short", "input": s}]}),
    "cut JSON": lambda k, s: f'{{"order": 17, "{k}": "{s}',
    "cut JSON behind": lambda k, s: f'{{"order": 17, "{k}": "{s}", "note": "leave at th',
    "form": lambda k, s: f"order=17&{quote_plus(k)}={quote_plus(s)}&sku=A-1",
    "query": lambda k, s: f"see https://shop.example.com/a?page=2&{quote(k)}={quote(s, safe='')}&size=5 for more",
    "XML": lambda k, s: f"<order><id>17</id><{_element(k)}>{escape(s)}</{_element(k)}></order>",
    "XML attribute": lambda k, s: f'<order id="17" {_element(k)}="{escape(s)}"/>',
    "XML field": lambda k, s: f'<form><field name="{k}">{escape(s)}</field></form>',
    "multipart": lambda k, s: (
        f'--b\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{s}\r\n'
        '--b\r\nContent-Disposition: form-data; name="sku"\r\n\r\nA-1\r\n--b--\r\n'
    ),
    "GraphQL": lambda k, s: json.dumps(
        {"query": "mutation($i: In!) { buy(i: $i) { id } }", "variables": {"i": {k: s}}}
    ),
    "repr": lambda k, s: f"call with { ({'order': 17, k: s, 'sku': 'A-1'})!r} failed",
    "repr of bytes": lambda k, s: f"sent {_json(k, s).encode()!r}",
    "setting": lambda k, s: f'order=17 {k}="{s}" sku=A-1',
    "HTML entities": lambda k, s: f"<pre>{escape(_json(k, s))}</pre>",
    "percent": lambda k, s: f"page=2&data={quote(_json(k, s), safe='')}",
    "percent twice": lambda k, s: f"next={quote(quote(_json(k, s), safe=''), safe='')}",
    "base64": lambda k, s: json.dumps({"payload": base64.b64encode(_json(k, s).encode()).decode()}),
    "base64url": lambda k, s: f"got {base64.urlsafe_b64encode(_json(k, s).encode()).decode().rstrip('=')} back",
    "hex": lambda k, s: f"got {_json(k, s).encode().hex()} back",
    "gzip": lambda k, s: json.dumps({"p": base64.b64encode(gzip.compress(_json(k, s).encode(), mtime=0)).decode()}),
}
"""By place or encoding, what makes a text of a name and its secret."""
RAW: Final[Mapping[str, Callable[[str, str], str]]] = {
    "log": lambda k, s: f"level=error {k}={s} order=17",
    "colon": lambda k, s: f"bad request, {k}: {s}",
    "option": lambda k, s: f"run --{k.replace('_', '-').replace('.', '-')} {s} --verbose",
}
"""The same where nothing quotes the secret."""

Text = tuple[str, str, str]
"""Form, text, secret."""


def _text(forms: Mapping[str, Callable[[str, str], str]]) -> Callable[[str, str, str], Text]:
    return lambda form, key, secret: (form, forms[form](key, secret), secret)


TEXTS: Final[st.SearchStrategy[Text]] = st.one_of(
    st.builds(_text(FORMS), st.sampled_from(sorted(FORMS)), KEYS, SECRETS),
    st.builds(_text(RAW), st.sampled_from(sorted(RAW)), ASCII_KEYS, PLAIN_SECRETS),
)
