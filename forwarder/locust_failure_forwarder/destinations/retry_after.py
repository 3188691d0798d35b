"""Reads the `Retry-After` header (RFC 9110, section 10.2.3). Pure; does not decide whether to wait."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

LONGEST: Final = 86_400.0
"""Seconds; a destination that asks for more than a day is asked again after a day."""

_SECONDS: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")


def parse_retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait, from 0 to `LONGEST`; None where the header is absent or makes no sense.

    Args:
        headers: names in lower case.
        now: aware; what an HTTP-date is measured from.
    """
    value = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(value):
        return min(float(value), LONGEST)
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    # A date with the zone "-0000", or without any, comes back naive; HTTP knows no zone but UTC.
    aware = date if date.tzinfo is not None else date.replace(tzinfo=UTC)
    return min(max((aware - now).total_seconds(), 0.0), LONGEST)
