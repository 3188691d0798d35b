"""Draws a case with a secret: place, kind, encodings, cut, slot. Nothing here knows what a redactor can do."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from . import headers, json_texts, markup, running_text, slots, trees, urls, wrappers
from .draw import Draw
from .keys import CHINESE_KINDS, KINDS
from .lookalikes import Pair, neighbours
from .model import Case, Planted, Rank, Secret
from .secrets_of import BARE_KINDS, draw_secret

_DIRECT: Final = (
    "authorization",
    "cookie",
    "set-cookie",
    "key header",
    "context tree",
    "label",
    "echo",
    *urls.BUILDERS,
)
PLACES: Final = (
    *(name for name in trees.BUILDERS),
    *json_texts.DIALECTS,
    *markup.BUILDERS,
    *running_text.BUILDERS,
    "bare",
    *_DIRECT,
)

_KNOWN_WHEN_CUT: Final = ("private key", "provider token", "jwt", "webhook url")
"""Shapes that begin with what tells them; half a card without a name beside it is only digits."""


def secret_case(draw: Draw, number: int) -> Case:
    """One case; the number alone decides the place, so that all are met equally often."""
    place = PLACES[number % len(PLACES)]
    chinese = draw.chance(0.25)
    near = neighbours(draw, 3, chinese=chinese and draw.chance(0.7))
    if place in _DIRECT:
        return _direct(draw, number, place, near, chinese=chinese)
    rank: Rank = running_text.BUILDERS[place][1] if place in running_text.BUILDERS else 2
    kind = draw.choice(BARE_KINDS if place == "bare" else [k for k in CHINESE_KINDS if chinese] or KINDS)
    secret = draw_secret(draw, kind, chinese=chinese, at_most=0 if place == "bare" and kind != "private key" else rank)
    secret, escaped = _escaped_key(draw, secret) if place in ("json", "form", "json nested") else (secret, False)
    planted = _text(draw, place, secret, near)
    keep = tuple(dict.fromkeys(w for pair in (*near, (secret.key, "")) for w in pair if w and w in planted.text))
    if escaped:
        keep = tuple(word for word in keep if word != secret.key)
        planted = replace(planted, encoding="escaped key")
    return _finish(draw, number, replace(planted, keep=keep), secret)


def _text(draw: Draw, place: str, secret: Secret, near: list[Pair]) -> Planted:
    if place in trees.BUILDERS:
        text = json_texts.dump(draw, trees.BUILDERS[place](draw, secret, near), secret.key)
        return Planted(place, text, (), "application/json", is_json=True)
    if place in json_texts.DIALECTS:
        return Planted(place, json_texts.DIALECTS[place](draw, secret, near), (), "application/json")
    if place in markup.BUILDERS:
        text, content_type = markup.BUILDERS[place](draw, secret, near)
        return Planted(place, text, (), content_type)
    builder = running_text.bare if place == "bare" else running_text.BUILDERS[place][0]
    return Planted(place, builder(draw, secret, near), ())


def _escaped_key(draw: Draw, secret: Secret) -> tuple[Secret, bool]:
    """The name in full width, or with a character of no width in it: it reads the same, and is not."""
    if not secret.key.isascii() or draw.chance(0.85):
        return secret, False
    if draw.chance(0.5):
        return replace(secret, key="".join(chr(ord(c) + 0xFEE0) for c in secret.key)), True
    return replace(secret, key=secret.key[:2] + "\u200b" + secret.key[2:]), True


def _finish(draw: Draw, number: int, planted: Planted, secret: Secret) -> Case:
    """Wrap, cut and place, so that half of all cases are hard."""
    if draw.chance(0.62):
        if draw.chance(0.8):
            names = [*wrappers.QUOTING, *wrappers.QUOTING, *wrappers.ENCODING]
            planted = wrappers.wrap(draw, planted, draw.sample(names, draw.choice((1, 1, 2, 3))))
        whole = planted.place == "bare" and secret.kind not in _KNOWN_WHEN_CUT
        if not whole and (planted.encoding in ("plain", "escaped key") or draw.chance(0.25)):
            core = next((core for core in secret.cores if core in planted.text), secret.cores[0])
            planted = wrappers.cut(draw, planted, secret.key, core)
    return _case(number, planted, secret, slots.place(draw, planted))


def _case(number: int, planted: Planted, secret: Secret, placed: slots.Placed) -> Case:
    return Case(
        number=number,
        place=planted.place,
        slot=placed.slot,
        kind=secret.kind,
        cores=secret.cores,
        keep=planted.keep,
        changes=placed.changes,
        encoding=planted.encoding,
        depth=planted.depth,
        cut=planted.cut,
        language="zh" if secret.chinese else "en",
        traceback=placed.traceback,
        labels=placed.labels,
        json_fields=placed.json_fields,
    )


def _direct(draw: Draw, number: int, place: str, near: list[Pair], *, chinese: bool) -> Case:
    if place in urls.BUILDERS:
        return _url(draw, number, place, near, chinese=chinese)
    if place in ("context tree", "label", "echo"):
        return _tree(draw, number, place, near, chinese=chinese)
    side = "request"
    if place == "authorization":
        kind, (rows, cores, keep) = headers.authorization(draw, near)
        secret = Secret(kind, rows[0][0], rows[0][1], cores)
    else:
        build, kinds = _HEADERS[place]
        secret = draw_secret(draw, draw.choice(kinds), at_most=0)
        rows, cores, keep = build(draw, secret, near)
        side = "response" if place == "set-cookie" else "request"
    if draw.chance(0.4):
        changes: dict[str, Any] = {f"{side}_headers": [[name, value] for name, value in rows]}
        return _case(number, Planted(place, "", keep), secret, slots.Placed(f"{side} header", changes))
    draw.shuffle(rows)
    sign = draw.choice(("", "> ", "< "))
    as_json = draw.chance(0.4)
    text = json.dumps(dict(rows)) if as_json else "\n".join(f"{sign}{name}: {value}" for name, value in rows)
    kept = tuple(word for word in keep if word in text)
    return _finish(draw, number, Planted(place, text, kept, is_json=as_json), secret)


_HEADERS: Final[dict[str, tuple[Callable[[Draw, Secret, list[Pair]], headers.Planted], tuple[str, ...]]]] = {
    "cookie": (headers.cookie, ("session", "session", "csrf", "token")),
    "set-cookie": (headers.set_cookie, ("session", "session", "csrf", "token")),
    "key header": (headers.key_header, ("api key", "token", "csrf", "session", "secret", "password", "otp")),
}


def _url(draw: Draw, number: int, place: str, near: list[Pair], *, chinese: bool) -> Case:
    kind = draw.choice([k for k in (CHINESE_KINDS if chinese else KINDS) if k != "private key"])
    secret = draw_secret(draw, kind, chinese=chinese, at_most=1)
    url, cores, keep = urls.BUILDERS[place](draw, secret, near)
    kinds = {
        "url userinfo": "password",
        "url oauth": "oauth code",
        "url path": "token",
        "url matrix": "session",
        "url signed": "signature",
    }
    secret = replace(secret, kind=kinds.get(place, secret.kind), cores=cores)
    keep = tuple(word for word in keep if word)
    where = draw.choice(("url", "url", "name", "header", "text", "text"))
    if where == "text" or (where == "name" and len(url) > 500):
        text = draw.choice(
            (
                f"503 Server Error: Service Unavailable for url: {url}",
                f"GET {url} failed",
                f"Max retries exceeded with url: {url} (Caused by timeout)",
                f"请求 {url} 失败",
                json.dumps({"link": url}),
                f'<a href="{url.replace("&", "&amp;")}">retry</a>',
                f"curl -v '{url}'",
            )
        )
        return _finish(draw, number, Planted(place, text, keep), secret)
    if where == "header":
        side, name = draw.choice((("response", "Location"), ("request", "Referer"), ("response", "Refresh")))
        placed = slots.Placed(
            f"{side} header", {f"{side}_headers": [[name, ("0; url=" if name == "Refresh" else "") + url]]}
        )
    else:
        placed = slots.Placed(where, {where: url})
    return _case(number, Planted(place, url, keep), secret, placed)


def _tree(draw: Draw, number: int, place: str, near: list[Pair], *, chinese: bool) -> Case:
    kind = draw.choice(CHINESE_KINDS if chinese else KINDS)
    secret = draw_secret(draw, kind, chinese=chinese)
    keep = tuple(word for pair in near for word in pair)
    if place == "label":
        placed = slots.Placed("label", {}, labels=dict([(secret.key, secret.value), *near]))
    elif place == "context tree":
        placed = slots.Placed(
            "context", {"context": draw.choice((trees.flat, trees.nested, trees.name_value))(draw, secret, near)}
        )
    else:
        while secret.rank > 1 or len(secret.value) < 8:
            secret = draw_secret(draw, "password")
        said = draw.choice(("{} is not allowed", "no account matches {}", "rejected: {}", "值 {} 无效")).format(
            secret.value
        )
        sent = {"request_body": json.dumps(dict([(secret.key, secret.value), *near]), ensure_ascii=False)}
        where = draw.choice(("message", "response_body"))
        placed = slots.Placed("several", {**sent, where: said if where == "message" else said.encode()})
    return _case(number, Planted(place, "", keep), secret, placed)
