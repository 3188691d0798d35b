"""What programs do to a text before they put it elsewhere: quote it, escape it, encode it, and cut it."""

import base64
import gzip
import json
import zlib
from collections.abc import Callable
from dataclasses import replace
from html import escape
from typing import Final
from urllib.parse import quote, quote_plus

from .draw import Draw
from .model import Planted


def in_json(draw: Draw, text: str) -> str:
    """As a string of a JSON document."""
    name = draw.choice(("body", "message", "raw", "payload", "detail"))
    tree = (
        {"n": draw.randrange(90), name: text} if draw.chance(0.5) else {name: text, "status": draw.randrange(400, 600)}
    )
    return json.dumps(tree, ensure_ascii=draw.chance(0.5), separators=draw.choice((None, (",", ":"))))


def in_repr(draw: Draw, text: str) -> str:
    """As Python shows it in a message."""
    return draw.choice(("request body was {!r}", "Unexpected answer: {!r} (status 400)", "got {!r}")).format(text)


def in_bytes_repr(draw: Draw, text: str) -> str:
    """As Python shows the bytes of it."""
    return draw.choice(("data={!r}", "sent {!r}", "ConnectionError: while sending {!r}")).format(text.encode())


def with_entities(draw: Draw, text: str) -> str:
    """As a page shows it; quotes by name or by number."""
    style = draw.randrange(3)
    escaped = escape(text)
    if style == 1:
        escaped = escaped.replace("&quot;", "&#34;").replace("&#x27;", "&#39;")
    elif style == 2:
        escaped = escaped.replace("&quot;", "&#x22;")
    return f"<pre>{escaped}</pre>"


def percent(draw: Draw, text: str) -> str:
    """As the value of a query or form."""
    return f"page={draw.randrange(90)}&data={draw.choice((quote(text, safe=''), quote_plus(text)))}"


def percent_twice(draw: Draw, text: str) -> str:
    """As a query within a query."""
    return f"next={quote(quote(text, safe=''), safe='')}"


def unicode_escapes(draw: Draw, text: str) -> str:
    r"""With `"` as `\u0022`, as some serializers write it into scripts."""
    del draw
    body = text.replace("\\", "\\\\").replace('"', "\\u0022").replace("<", "\\u003c").replace("&", "\\u0026")
    return 'var state = "' + body.replace("\n", "\\n").replace("\r", "\\r") + '";'


def _carried(draw: Draw, data: str, *, uri: bool = True) -> str:
    """What is encoded stands in a text of its own."""
    forms = (
        json.dumps({"n": 7, "payload": data}),
        f"payload={quote(data, safe='')}",
        f"could not decode {data} as a message",
        data,
        f"data:application/json;base64,{data}",
    )
    return draw.choice(forms if uri else forms[:-1])


def base64_standard(draw: Draw, text: str) -> str:
    """RFC 4648, 4."""
    return _carried(draw, base64.b64encode(text.encode()).decode())


def base64_url(draw: Draw, text: str) -> str:
    """RFC 4648, 5, mostly without padding."""
    return _carried(draw, base64.urlsafe_b64encode(text.encode()).decode().rstrip("="))


def base64_twice(draw: Draw, text: str) -> str:
    """Kubernetes secrets within a manifest that is encoded itself."""
    return _carried(draw, base64.b64encode(base64.b64encode(text.encode())).decode())


def hexadecimal(draw: Draw, text: str) -> str:
    """Two digits a byte, of either case."""
    data = text.encode().hex()
    return _carried(draw, data.upper() if draw.chance(0.3) else data, uri=False)


def compressed(draw: Draw, text: str) -> str:
    """gzip or zlib, then base64, as queues and SAML do."""
    data = gzip.compress(text.encode(), mtime=0) if draw.chance(0.7) else zlib.compress(text.encode())
    return _carried(draw, base64.b64encode(data).decode())


Wrapper = Callable[[Draw, str], str]
QUOTING: Final[dict[str, Wrapper]] = {
    "json string": in_json,
    "repr": in_repr,
    "bytes repr": in_bytes_repr,
    "html entities": with_entities,
    "percent": percent,
    "percent twice": percent_twice,
    "unicode escapes": unicode_escapes,
}
"""What these wrap stays readable: neighbours of a secret must survive."""
ENCODING: Final[dict[str, Wrapper]] = {
    "base64": base64_standard,
    "base64url": base64_url,
    "base64 twice": base64_twice,
    "hex": hexadecimal,
    "gzip": compressed,
}
"""What these wrap is unreadable: the whole run may be masked."""


def wrap(draw: Draw, planted: Planted, encodings: list[str]) -> Planted:
    """The text in all of these, the first the innermost."""
    for name in encodings:
        opaque = name in ENCODING
        text = (ENCODING if opaque else QUOTING)[name](draw, planted.text)
        planted = replace(
            planted,
            text=text,
            keep=() if opaque else planted.keep,
            encoding=name if planted.encoding == "plain" else f"{planted.encoding} + {name}",
            depth=planted.depth + 1,
            is_json=name == "json string" or (opaque and text.startswith("{")),
            content_type="application/json" if text.startswith("{") else "text/plain",
        )
    return planted


def cut(draw: Draw, planted: Planted, key: str, core: str) -> Planted:
    """The text as a limit leaves it: its end missing, within the value or after it, or its beginning."""
    text = planted.text
    at = text.find(core)
    style = draw.choice(("end within value", "end after value", "beginning"))
    if at < 0 or (style == "end within value" and len(core) < 10):
        return _cut(planted, text[: draw.randrange(len(text) * 6 // 10, len(text))], "end somewhere")
    if style == "end within value":
        kept = at + draw.randrange(8, len(core))
        return _cut(planted, text[:kept] + draw.choice(("", "", "...", "…", " [truncated]")), style)
    if style == "end after value":
        return _cut(planted, text[: min(len(text) - 1, at + len(core) + draw.randrange(3))], style)
    start = text.find(key)
    if start < 2:
        return planted
    begin = draw.randrange(1, start)
    return _cut(planted, draw.choice(("", "...")) + text[begin:], style)


def _cut(planted: Planted, text: str, style: str) -> Planted:
    keep = tuple(word for word in planted.keep if word in text)
    return replace(planted, text=text, keep=keep, cut=style, is_json=False)
