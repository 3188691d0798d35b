"""The course of a backlog: samples, thinned to a table, and drawn as a small SVG. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_WIDTH: Final = 760
_HEIGHT: Final = 300
_LEFT: Final = 70
_RIGHT: Final = 60
_TOP: Final = 34
_BOTTOM: Final = 40
_PENDING: Final = "#1f6fb2"
_MEMORY: Final = "#c2571a"


@dataclass(frozen=True, slots=True)
class Sample:
    """One moment."""

    seconds: float
    phase: str
    """`fill` or `drain`."""
    pending: int
    delivered: int
    rss: float
    """Megabytes (10^6 bytes) resident in the forwarder process."""


def table(samples: Sequence[Sample], lines: int = 24) -> list[str]:
    """At most about `lines` samples, evenly taken; the last one always."""
    step = max(1, len(samples) // lines)
    chosen = [*samples[:-1:step], *samples[-1:]]
    head = f"{'seconds':>8}  {'phase':<6}{'pending':>10}{'delivered':>11}{'RSS MB':>8}"
    return [
        head,
        *(f"{s.seconds:>8.0f}  {s.phase:<6}{s.pending:>10,}{s.delivered:>11,}{s.rss:>8.0f}" for s in chosen),
    ]


def svg(samples: Sequence[Sample], limit: float, title: str) -> str:
    """Pending records and memory over time, with the memory limit as a dashed line."""
    most = max(1, *(s.pending for s in samples))
    highest = max(limit, *(s.rss for s in samples)) * 1.1
    end = max(1.0, samples[-1].seconds)

    def line(colour: str, values: Sequence[float], top: float) -> str:
        points = " ".join(f"{_x(s.seconds, end):.1f},{_y(v, top):.1f}" for s, v in zip(samples, values, strict=True))
        return f'<polyline fill="none" stroke="{colour}" stroke-width="1.5" points="{points}"/>'

    turn = next((s.seconds for s in samples if s.phase == "drain"), end)
    right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
        f'font-size="11">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
        f'<text x="{_LEFT}" y="18" font-size="13">{title}</text>',
        f'<path d="M{_LEFT} {_TOP}V{bottom}H{right}V{_TOP}" fill="none" stroke="#888"/>',
        _rule(_x(turn, end), _TOP, _x(turn, end), bottom, "#888"),
        _text(_x(turn, end) - 4, _TOP + 12, "destination recovers", "#555", "end"),
        _rule(_LEFT, _y(limit, highest), right, _y(limit, highest), _MEMORY),
        _text(_LEFT + 4, _y(limit, highest) - 4, f"limit {limit:.0f} MB", _MEMORY),
        line(_PENDING, [s.pending for s in samples], most * 1.1),
        line(_MEMORY, [s.rss for s in samples], highest),
    ]
    for share in (0.0, 0.5, 1.0):
        parts += [
            _text(_LEFT - 6, _y(share, 1.1) + 4, f"{share * most:,.0f}", _PENDING, "end"),
            _text(right + 6, _y(share, 1.1) + 4, f"{share * highest / 1.1:.0f} MB", _MEMORY),
            _text(_x(share * end, end), bottom + 16, f"{share * end:.0f} s", "#333", "middle"),
        ]
    parts += [
        _text(_LEFT, _HEIGHT - 8, "records pending on disk", _PENDING),
        _text(right, _HEIGHT - 8, "memory of the forwarder process", _MEMORY, "end"),
        "</svg>\n",
    ]
    return "\n".join(parts)


def _x(seconds: float, end: float) -> float:
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * seconds / end


def _y(value: float, top: float) -> float:
    return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * value / top


def _rule(x1: float, y1: float, x2: float, y2: float, colour: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-dasharray="4 3"/>'


def _text(x: float, y: float, words: str, colour: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{words}</text>'
