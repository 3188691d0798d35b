"""Where in a record a text can stand. Returns the change of a frame's payload, or what a frame cannot carry."""

from dataclasses import dataclass, field
from typing import Any, Final

from .draw import Draw
from .model import Planted

_OTHER_TYPES: Final = ("text/plain", "application/json", "application/octet-stream", "text/html", "application/xml", "")


@dataclass(frozen=True, slots=True)
class Placed:
    """A text in its slot."""

    slot: str
    changes: dict[str, Any]
    traceback: str | None = None
    labels: dict[str, str] = field(default_factory=dict[str, str])
    json_fields: tuple[str, ...] = ()


def place(draw: Draw, planted: Planted) -> Placed:
    """Put the text somewhere, bodies most often."""
    one_line = planted.text.isprintable()
    slot = draw.choice(
        ("body", "body", "body", "body", "message", "message", "context", "traceback", "header", "label")
    )
    if slot == "body" or (slot in {"header", "label"} and not one_line):
        return _body(draw, planted)
    if slot == "message":
        return Placed("error message", {"message": planted.text})
    if slot == "context":
        return Placed("context", {"context": _context(draw, planted.text)})
    if slot == "traceback":
        return Placed("traceback", {}, traceback=planted.text)
    if slot == "label":
        return Placed("label", {}, labels={"note": planted.text})
    side = draw.choice(("request", "response"))
    name = draw.choice(("X-Debug", "X-Error-Detail", "Warning", "X-Payload"))
    return Placed(f"{side} header", {f"{side}_headers": [[name, planted.text]]})


def _body(draw: Draw, planted: Planted) -> Placed:
    side = draw.choice(("request", "response"))
    kind, wrong = planted.content_type, draw.chance(0.25)
    if wrong:
        kind = draw.choice([other for other in _OTHER_TYPES if other != kind])
    body: str | bytes = planted.text
    if draw.chance(0.7):
        body = planted.text.encode()
        if not planted.text.isascii() and draw.chance(0.15):
            body, kind = planted.text.encode("gb18030"), "text/plain; charset=gb18030"
    changes: dict[str, Any] = {f"{side}_body": body, f"{side}_headers": [["Content-Type", kind]] if kind else []}
    if planted.cut.startswith("end"):
        changes[f"{side}_body_cut"] = draw.chance(0.5)
    slot = f"{side} body" + (", wrongly declared" if wrong else "")
    return Placed(slot, changes, json_fields=(f"{side}.body",) if planted.is_json else ())


def _context(draw: Draw, text: str) -> dict[str, Any]:
    value: Any = text.encode() if draw.chance(0.2) else text
    for _ in range(draw.randrange(4)):
        value = draw.choice(([value, 7], {"step": value}, {"tenant": "acme", "last": value}))
    return {"journey": value, "tenant": "acme"}
