"""Sizes, durations and ratios as people write them. Pure; error messages never repeat the input."""

import re
from collections.abc import Callable
from typing import Annotated, Final, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field

N = TypeVar("N", int, float)

_SIZES: Final = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}
_DURATIONS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
# Larger numbers are slips, and overflow what dates and files can hold.
_LARGEST_SIZE: Final = 2**50
_LONGEST_DURATION: Final = 36_500 * 86_400.0
_NUMBER_AND_UNIT: Final = re.compile(r"\s*([+-]?\d+(?:\.\d+)?)\s*([A-Za-z%]*)\s*")


def _split(value: object, expected: str) -> tuple[float, str]:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"expected {expected}")  # noqa: TRY004  # a TypeError would pass through pydantic
    match = _NUMBER_AND_UNIT.fullmatch(str(value))
    if match is None:
        raise ValueError(f"expected {expected}")
    return float(match[1]), match[2]


def parse_size(value: object) -> int:
    """Bytes. A bare number is bytes; units are B, KB, MB, GB and KiB, MiB, GiB.

    Raises:
        ValueError: not a size, negative, or above 1 PiB.
    """
    expected = "a size such as 512KiB, 1MiB or a number of bytes"
    number, unit = _split(value, expected)
    factor = _SIZES.get(unit.upper())
    if factor is None:
        raise ValueError(f"expected {expected}")
    if number < 0:
        raise ValueError(f"must not be negative; expected {expected}")
    if number * factor > _LARGEST_SIZE:
        raise ValueError("must be at most 1048576GiB")
    return int(number * factor)


def parse_duration(value: object) -> float:
    """Seconds. A bare number is seconds; units are ms, s, m, h, d.

    Raises:
        ValueError: not a duration, negative, or above 100 years.
    """
    expected = "a duration such as 500ms, 10s, 5m or 7d"
    number, unit = _split(value, expected)
    factor = _DURATIONS.get(unit or "s")
    if factor is None:
        raise ValueError(f"expected {expected}")
    if number < 0:
        raise ValueError(f"must not be negative; expected {expected}")
    if number * factor > _LONGEST_DURATION:
        raise ValueError("must be at most 36500d")
    return number * factor


def parse_ratio(value: object) -> float:
    """A number from 0 to 1, written as `5%` or `0.05`.

    Raises:
        ValueError: not a ratio, or outside 0 to 1.
    """
    expected = "a share such as 5% or 0.05, from 0 to 100%"
    number, unit = _split(value, expected)
    if unit not in ("", "%"):
        raise ValueError(f"expected {expected}")
    ratio = number / 100 if unit == "%" else number
    if not 0 <= ratio <= 1:
        raise ValueError(f"expected {expected}")
    return ratio


def parse_percentile(value: object) -> float:
    """A percentile above 0 and below 100, written as `95`, `99.9`, `p95` or `95%`.

    Raises:
        ValueError: it is none, or a quantile such as `0.95`, which would be the fastest requests.
    """
    expected = "a percentile such as 95 or 99.9"
    text = value.strip().lower().removeprefix("p") if isinstance(value, str) else value
    number, unit = _split(text, expected)
    if unit not in ("", "%") or number <= 0:
        raise ValueError(f"expected {expected}")
    if number >= 100:
        raise ValueError(f"must be less than 100; expected {expected}")
    if number < 1:
        raise ValueError(f"expected {expected}, not a share of 1")
    return number


def bounds(parse: Callable[[object], N], *, least: str = "", most: str = "") -> AfterValidator:
    """Bounds of what `parse` returns, which messages show as they are given here: as users write them."""
    low, high = parse(least) if least else None, parse(most) if most else None

    def check(value: N) -> N:
        if low is not None and value < low:
            raise ValueError(f"must be at least {least}")
        if high is not None and value > high:
            raise ValueError(f"must be at most {most}")
        return value

    return AfterValidator(check)


Percentile = Annotated[float, BeforeValidator(parse_percentile)]
Size = Annotated[int, BeforeValidator(parse_size)]
Duration = Annotated[float, BeforeValidator(parse_duration)]
PositiveSize = Annotated[int, BeforeValidator(parse_size), Field(gt=0)]
PositiveDuration = Annotated[float, BeforeValidator(parse_duration), Field(gt=0)]
Ratio = Annotated[float, BeforeValidator(parse_ratio)]
