"""Draws a case without a secret: lookalikes and sentences in all the places where secrets stand."""

import base64
import json
import string
from dataclasses import replace
from typing import Any, Final

from . import json_texts, markup, running_text, slots, trees, wrappers
from .draw import Draw
from .lookalikes import lookalike
from .model import Case, Planted, Secret
from .prose import sentence

PLACES: Final = (
    "sentence", "header", "url", "context tree", "block",
    "json", "json nested", "name/value list", "json:api", "graphql", "form", "multipart", "xml element",
    "xml attribute", "xml <field name>", "soap", "html form", "exception", "traceback", "settings", "log line",
)  # fmt: skip
_CODE_IS_SECRET: Final = ("url", "form", "multipart")
"""Where `code` is OAuth's more often than an error's."""


def benign_case(draw: Draw, number: int) -> Case:
    """One case; the number alone decides the place."""
    place = PLACES[number % len(PLACES)]
    chinese = draw.chance(0.25)
    kind, pair = lookalike(draw, chinese=chinese)
    near = [lookalike(draw, chinese=chinese)[1] for _ in range(2)]
    while len({pair[0], near[0][0], near[1][0]}) < 3 or (place in _CODE_IS_SECRET and "code" in dict([pair, *near])):
        kind, pair = lookalike(draw, chinese=chinese)
        near = [lookalike(draw, chinese=chinese)[1] for _ in range(2)]
    one = Secret(kind, pair[0], pair[1], ())
    text, content_type = "", "text/plain"
    if place == "sentence":
        kind, text = "prose", sentence(draw, chinese=chinese)
    elif place == "block":
        kind, text = _block(draw)
    elif place == "header":
        return _placed(number, place, kind, slots.Placed(*_header(draw, pair)))
    elif place == "url":
        return _placed(number, place, kind, slots.Placed(*_url(pair, near)))
    elif place == "context tree":
        tree = trees.nested(draw, one, near)
        return _placed(number, place, kind, slots.Placed("context", {"context": tree}))
    elif place in trees.BUILDERS:
        text, content_type = json_texts.dump(draw, trees.BUILDERS[place](draw, one, near), "\0"), "application/json"
        if draw.chance(0.2):
            text = json.dumps({**json.loads(text), "password": draw.choice((None, "", None)), "token": None})
            kind = "empty values"
    elif place in markup.BUILDERS:
        text, content_type = markup.BUILDERS[place](draw, one, near)
    else:
        text = running_text.BUILDERS[place][0](draw, one, near)
    planted = Planted(place, text, (), content_type)
    if draw.chance(0.3):
        names = [*wrappers.QUOTING, *wrappers.ENCODING]
        planted = wrappers.wrap(draw, planted, draw.sample(names, draw.choice((1, 1, 2))))
    if draw.chance(0.15):
        planted = replace(
            planted, text=planted.text[: draw.randrange(len(planted.text) // 2, len(planted.text))], cut="end somewhere"
        )
    case = _placed(number, place, kind, slots.place(draw, planted))
    return replace(
        case, encoding=planted.encoding, depth=planted.depth, cut=planted.cut, language="zh" if chinese else "en"
    )


def _placed(number: int, place: str, kind: str, placed: slots.Placed) -> Case:
    return Case(
        number, place, placed.slot, kind, (), (), placed.changes, traceback=placed.traceback, labels=placed.labels
    )


def _header(draw: Draw, pair: tuple[str, str]) -> tuple[str, dict[str, Any]]:
    key, value = pair
    side = draw.choice(("request", "response"))
    name = key.replace("_", "-") if key.isascii() else "X-Request-Id"
    if draw.chance(0.25):
        agent = (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.6367.91 Safari/537.36"
        )
        name, value = draw.choice(
            (
                ("User-Agent", agent),
                (
                    "WWW-Authenticate",
                    'Bearer realm="shop", error="invalid_token", error_description="The token expired"',
                ),
                ("Access-Control-Allow-Headers", "Authorization, X-CSRF-Token, Content-Type"),
                ("Vary", "Cookie, Authorization"),
                ("Content-Security-Policy", "script-src 'self'; report-uri /csp"),
                ("Cache-Control", "private, max-age=600"),
                ("X-RateLimit-Remaining", draw.digits(3)),
                ("If-None-Match", f'"{draw.hex(32)}"'),
                ("Idempotency-Key", draw.uuid()),
                ("Content-MD5", base64.b64encode(draw.randbytes(16)).decode()),
                ("X-Amzn-Trace-Id", f"Root=1-{draw.hex(8)}-{draw.hex(24)}"),
            )
        )
        if name in ("WWW-Authenticate", "Access-Control-Allow-Headers", "Vary", "Content-Security-Policy"):
            side = "response"
    return f"{side} header", {f"{side}_headers": [[name, value]]}


def _url(pair: tuple[str, str], near: list[tuple[str, str]]) -> tuple[str, dict[str, Any]]:
    query = markup.form(Draw(pair[1]), Secret("", pair[0], pair[1], ()), near)[0]
    return "url", {"url": f"https://shop.example.com/password/reset/step-2?{query}#token-list"}


def _block(draw: Draw) -> tuple[str, str]:
    """Blocks of characters that look like keys: certificates, public keys, images, digests, ids in rows."""
    rows = "\n".join(base64.b64encode(draw.randbytes(48)).decode() for _ in range(4))
    name = draw.choice(("CERTIFICATE", "PUBLIC KEY", "RSA PUBLIC KEY", "CERTIFICATE REQUEST"))
    image = base64.b64encode(b"\x89PNG\r\n\x1a\n" + draw.randbytes(90)).decode()
    return draw.choice(
        (
            ("certificate", f"-----BEGIN {name}-----\n{rows}\n-----END {name}-----"),
            ("image", f'<img alt="chart" src="data:image/png;base64,{image}">'),
            ("digests", "\n".join(f"{draw.hex(64)}  dist/{draw.word()}.whl" for _ in range(3))),
            ("ids", ", ".join(draw.uuid() for _ in range(5))),
            ("numbers", " ".join(draw.digits(draw.randrange(1, 9)) for _ in range(20))),
            (
                "table",
                "\n".join(
                    f"{draw.word()},{draw.digits(4)},{draw.digits(3)}.{draw.text(string.digits, 2)}" for _ in range(5)
                ),
            ),
            ("hexdump", "\n".join(f"{n * 16:08x}  " + " ".join(draw.hex(2) for _ in range(16)) for n in range(4))),
            ("css", ".token-list{color:#" + draw.hex(6) + ";padding:4px 12px}#password-hint{display:none}"),
            (
                "script",
                "function tokenize(author){return author.split(/\\s+/).length>3}var passwordField=document.forms[0];",
            ),
            ("sql", "SELECT id, token_count, password_changed_at FROM users ORDER BY password_changed_at"),
        )
    )
