"""Trees as JSON text in the ways serializers differ, and texts that are JSON but for a little."""

import json
from typing import Any

from .draw import Draw
from .lookalikes import Pair
from .model import Secret


def dump(draw: Draw, tree: Any, key: str) -> str:
    """JSON, with or without blanks and escapes; sometimes the key has escapes that no serializer needs."""
    ascii_only = draw.chance(0.5)
    text = json.dumps(tree, ensure_ascii=ascii_only, indent=draw.choice((None, None, None, 2)))
    if draw.chance(0.3):
        text = json.dumps(tree, ensure_ascii=ascii_only, separators=(",", ":"))
    if draw.chance(0.05) and len(key) > 2 and f'"{key}"' in text:
        text = text.replace(f'"{key}"', f'"{key[0]}\\u{ord(key[1]):04x}{key[2:]}"')
    return text


def _object(draw: Draw, secret: Secret, near: list[Pair]) -> dict[str, str]:
    pairs = [(secret.key, secret.value), *near]
    draw.shuffle(pairs)
    return dict(pairs)


def lines(draw: Draw, secret: Secret, near: list[Pair]) -> str:
    """One document a line."""
    return "\n".join(json.dumps(part) for part in ({"n": 1}, _object(draw, secret, near), dict(near[:1])))


def script(draw: Draw, secret: Secret, near: list[Pair]) -> str:
    """JSONP, a guard before it, or an event of a stream."""
    text = json.dumps(_object(draw, secret, near), ensure_ascii=False)
    return draw.choice(("callback({});", ")]}}',\n{}", "event: login\ndata: {}\n\n", "window.state = {};")).format(text)


def relaxed(draw: Draw, secret: Secret, near: list[Pair]) -> str:
    """As JavaScript, Ruby, Go and Java print it: bare names, single quotes, arrows, commas at the end."""
    value = secret.value
    quoted = "'" + value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"
    double = '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    simple = secret.rank == 0
    shapes = (
        "{ " + ", ".join([f"{secret.key}: {quoted}", *(f"{k}: '{v}'" for k, v in near)]) + ", }",
        "{" + ", ".join([*(f'"{k}"=>"{v}"' for k, v in near), f'"{secret.key}"=>{double}']) + "}",
        "{" + ", ".join([*(f":{k} => '{v}'" for k, v in near), f":{secret.key} => {quoted}"]) + "}",
        "Login{" + ", ".join([f"{k}='{v}'" for k, v in near[:1]] + [f"{secret.key}={quoted}"]) + "}",
    )
    bare = (
        "map[" + " ".join([f"{k}:{v}" for k, v in near[:1]] + [f"{secret.key}:{value}"]) + "]",
        "Login(" + ", ".join([f"{secret.key}={value}", *(f"{k}={v}" for k, v in near)]) + ")",
    )
    return draw.choice((*shapes, *bare) if simple else shapes)


DIALECTS = {"json lines": lines, "json in script": script, "relaxed json": relaxed}
