"""Reads rate limits from an answer's headers: how long nothing should be sent. Pure; does not wait.

`Retry-After` is RFC 9110, 10.2.3. `RateLimit` is draft-ietf-httpapi-ratelimit-headers (`"policy";r=left;t=seconds`);
`RateLimit-Remaining` and `RateLimit-Reset` are its earlier form, in delta seconds. With `X-` before them they were
never specified: where the reset is a large number it is a time (epoch seconds, as GitHub sends), else delta seconds.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from .retry_after import parse_retry_after

LONGEST: Final = 900.0
"""Seconds; the bound for what `RateLimit` asks for."""
_EPOCH: Final = 1_000_000_000
_NUMBER: Final = re.compile(r"\d{1,12}(?:\.\d{1,6})?")
_PARAMETER: Final = re.compile(r";\s*(r|t)\s*=\s*(\d{1,12})(?=\s*(?:[;,]|$))")


def hold(status: int, headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds for which the destination wants nothing more from us; None if it does not say.

    `Retry-After` counts with any answer but a success, limits with every answer that says that nothing is left, and
    with 429 whatever it says is left.

    Args:
        status: of the answer.
        headers: names in lower case.
        now: aware; what times are measured from.
    """
    if not 200 <= status <= 299 and (asked := parse_retry_after(headers, now)) is not None:
        return asked
    remaining, reset = _limits(headers, now)
    if reset is None or not (remaining == 0 or status == 429):
        return None
    return min(max(reset, 0.0), LONGEST)


def _limits(headers: Mapping[str, str], now: datetime) -> tuple[float | None, float | None]:
    """What is left of the tightest limit, and the seconds until it is renewed."""
    if (combined := headers.get("ratelimit")) is not None:
        policies = [dict(_PARAMETER.findall(item)) for item in combined.split(",")]
        known = [(float(p["r"]), float(p["t"])) for p in policies if "r" in p and "t" in p]
        if known:
            return min(known, key=lambda limit: (limit[0], -limit[1]))  # of equal ones the last to be renewed
    for prefix in ("ratelimit-", "x-ratelimit-", "x-rate-limit-"):
        remaining, reset = _number(headers.get(f"{prefix}remaining")), _number(headers.get(f"{prefix}reset"))
        if reset is not None:
            return remaining, reset - now.timestamp() if reset >= _EPOCH else reset
    return None, None


def _number(value: str | None) -> float | None:
    text = "" if value is None else value.strip()
    return float(text) if _NUMBER.fullmatch(text) else None
