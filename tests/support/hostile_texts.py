"""Texts that make patterns slow, of any length: openers of every kind that never close, runs, half characters.

A unit is repeated to the length that is asked for; what stands before and after it is written once.
"""

# ruff: noqa: RUF001 - Chinese colons are a part of what is tested

from typing import Final

Unit = tuple[str, str, str]
"""Once before, again and again, once after."""

_NAMES: Final = (
    "password",
    "token",
    "Authorization",
    "Cookie",
    "phone",
    "address",
    "name",
    "card_number",
    "密码",
    "手机号",
)
_SIGNS: Final = (
    "=",
    ": ",
    '="',
    "='",
    '": "',
    "': '",
    '\\": \\"',
    "&quot;:&quot;",
    "%22%3A%22",
    "%3D",
    "\\u0022:\\u0022",
    "：",
)
_RUNS: Final = {
    "digits": "4",
    "digit groups": "4111 ",
    "digit dashes": "555-",
    "CJK": "密",
    "CJK words": "密码是",
    "backslashes": "\\",
    "escaped quotes": '\\"',
    "escapes": "\\u0070",
    "halves of an escape": "\\u",
    "double quotes": '"',
    "single quotes": "'",
    "NUL": "\0",
    "blanks": " ",
    "lines": "\r\n",
    "percent": "%",
    "percent of percent": "%25",
    "entities": "&amp;",
    "halves of an entity": "&#",
    "plus": "+",
    "base64": "QUJD",
    "base64 padding": "QUJD= ",
    "hex": "6a",
    "letters": "a",
    "capitals": "A",
    "dots": "a.",
    "dashes": "-",
    "at signs": "a@",
    "colons": "a:",
    "commas": "a,",
    "equals": "a=",
    "semicolons": "a=b;",
    "ampersands": "a=b&",
    "slashes": "/a",
    "question marks": "?a",
    "brackets": "[",
    "closed brackets": "[]",
    "braces": "{",
    "parentheses": "(",
    "angles": "<",
    "invisible": "a\u200b",
    "full width": "\uff41",
    "emoji": "😀",
    "combining": "e\u0301",
}
_OPENERS: Final = {
    "JSON objects": '{"a":',
    "JSON lists": '["a",',
    "JSON in JSON": '{\\"password\\":',
    "name and value": '{"name":"password","value":"',
    "value and name": '"value":"n0t-real","name":',
    "loc and input": '"loc":["body","password"],"input":',
    "private keys": "-----BEGIN PRIVATE KEY-----",
    "ends of keys": "-----END PRIVATE KEY-----",
    "certificates": "-----BEGIN CERTIFICATE-----",
    "JWT": "eyJhbGci",
    "JWT with dots": "eyJhbGciOiJIUzI1NiJ9.",
    "URLs": "http://a?b=",
    "userinfo": "http://a:b",
    "schemes": "://",
    "URL queries": "?token=x",
    "fragments": "#token=x",
    "webhooks": "https://hooks.slack.com/services/",
    "elements": "<password>",
    "empty elements": "<password/>",
    "escaped elements": "&lt;password&gt;",
    "CDATA": "<password><![CDATA[",
    "named elements": '<field name="password">',
    "attributes": '<a password="',
    "attributes of one": ' password=""',
    "comments": "<!--",
    "parts": 'Content-Disposition: form-data; name="password"\r\n',
    "complete parts": '--b\r\nContent-Disposition: form-data; name="password"\r\n\r\n',
    "cookies": "Cookie: a=b; ",
    "set-cookies": "Set-Cookie: sid=x; Path=/, ",
    "bearers": "Bearer ",
    "digests": 'Digest username="a", response="',
    "IBANs": "DE89 ",
    "e-mails": "a@b.c",
    "prefixes of tokens": "gh" + "p_",
    "calls": "login(password=",
    "lists of values": '"tokens":[',
    "arrows": '"password"=>',
    "options": " --password ",
    "harmless values": 'password="must be ',
    "harmless lines": "password: required\n",
    "harmless in quotes": "password 'is wrong ",
    "marks": "token=[REDACTED:token] ",
    "halves of a mark": "[REDACTED:",
    "base64 of JSON": "eyJwYXNzd29yZCI6Ing",
    "GraphQL": "login(password:$p){",
    "data URIs": "data:text/plain;base64,QQ",
    "prose": "the password is ",
    "prose in Chinese": "密码是 ",
}
UNITS: Final[dict[str, Unit]] = {
    **{f"run of {name}": ("", run, "") for name, run in _RUNS.items()},
    **{f"{name} in a value": ('{"password": "', run, '"}') for name, run in _RUNS.items() if name != "brackets"},
    **{f"{name} after a key": ("password=", run, "") for name, run in _RUNS.items()},
    **{f"open {name}": ("", opener, "") for name, opener in _OPENERS.items()},
    **{
        f"open {name} in JSON": ('{"a":"', opener.replace("\\", "\\\\").replace('"', '\\"'), '"}')
        for name, opener in _OPENERS.items()
    },
    **{f"{name}{sign!r}": ("", name + sign, "") for name in _NAMES for sign in _SIGNS},
    **{f"{name}{sign!r} and a word": ("", name + sign + "x1y2z3 ", "") for name in _NAMES[:3] for sign in _SIGNS},
}


def hostile(unit: Unit, length: int) -> str:
    """The text of about this many characters."""
    before, again, after = unit
    return before + again * ((length - len(before) - len(after)) // len(again)) + after
