"""P4 under attack: whatever a text repeats, redaction raises nothing, leaks nothing, and its time grows linearly.

Growth is told from the ratio of two runs of one process, CPU time only, and the bound lies halfway between linear and
quadratic: for four times the text four times the work passes, sixteen times does not, on any machine.
"""

# ruff: noqa: RUF001 - Chinese colons are a part of what is tested

import time
from itertools import count
from typing import Any, Final

import pytest
from locust_failure_forwarder.config.models import RedactionConfig
from locust_failure_forwarder.redaction import Redactor
from locust_failure_forwarder.redaction.text import MAX_LENGTH
from support.hostile_texts import UNITS, hostile

SECRET: Final = "n0t-a-real-hunter2"
SIZES: Final = (1_000, 4_000, 16_000, 64_000)
MEASURABLE: Final = 0.002
"""Seconds; a ratio of less tells about the clock."""
ENOUGH: Final = 0.025
"""Seconds; who was linear up to here need not be tried with a longer text."""
BETWEEN: Final = 9
"""Four for linear work, sixteen for quadratic."""
LONG: Final = ("digits", "CJK", "backslashes", "NUL", "semicolons", "brackets", "private keys", "URL queries")
REDACTOR: Final = Redactor(RedactionConfig())

_NUMBERS: Final = count()


def _seconds(text: str) -> float:
    fresh = f"{next(_NUMBERS)} {text}"  # what came before is remembered
    started = time.process_time()
    REDACTOR.redact_text(fresh)
    return time.process_time() - started


def _growth(unit: str) -> tuple[float, int]:
    """By how much more four times the text costs, at the first size where that can be told; and that size."""
    before = _seconds(hostile(UNITS[unit], SIZES[0]))
    for size in SIZES[1:]:
        took = _seconds(hostile(UNITS[unit], size))
        if before > MEASURABLE and (took / before > BETWEEN or took > ENOUGH):
            return took / before, size
        before = took
    return 0.0, SIZES[-1]


@pytest.mark.parametrize("unit", UNITS)
def test_time_grows_linearly_with_hostile_text(unit: str) -> None:
    tries = [_growth(unit)]
    while tries[-1][0] > BETWEEN and len(tries) < 4:  # the machine may have been busy with something else
        tries.append(_growth(unit))
    ratio, size = min(tries)
    assert ratio <= BETWEEN, f"{ratio:.0f} times the time for four times the text, at {size} characters"


@pytest.mark.parametrize("unit", UNITS)
def test_p4_a_secret_behind_hostile_text_is_masked(unit: str) -> None:
    for between in ("\n", " ", "; "):
        text = f"{hostile(UNITS[unit], 3_000)}{between}password={SECRET}{between}"
        assert SECRET not in REDACTOR.redact_text(text)


@pytest.mark.parametrize("unit", LONG)
def test_one_value_longer_than_any_that_is_read_raises_nothing_and_costs_no_more_than_its_field(unit: str) -> None:
    text = hostile(UNITS.get(f"run of {unit}") or UNITS[f"open {unit}"], MAX_LENGTH + 1_000)
    redacted = REDACTOR.redact_draft(_draft(f"{text} password={SECRET}"))
    assert SECRET not in str(redacted)
    assert redacted["request"]["method"] == "POST"


@pytest.mark.parametrize("opener", ["[", "{", '{"a":', '["a",', '[{"a":[', "(", "<a>", '{"password":'])
def test_nesting_of_64000_brackets_raises_nothing(opener: str) -> None:
    text = opener * 64_000
    for broken in (text, text + SECRET, f'{{"note":"{SECRET}"}}'[:1] + text, '{"a":' + text):
        redacted = REDACTOR.redact_draft(_draft(broken))
        assert isinstance(redacted["response"]["body"], str)


@pytest.mark.parametrize("half", [0xD800, 0xDFFF, 0xDCFF, 0xD83D])
@pytest.mark.parametrize(
    "around", ["{}", "password={}", '{{"a":"{}","password":"x"}}', "a={}&b=c", "http://a/?q={}", "密码：{}"]
)
def test_p4_half_a_surrogate_pair_anywhere_raises_nothing_and_leaks_nothing(half: int, around: str) -> None:
    redacted = REDACTOR.redact_draft(_draft(f"{around.format(chr(half))} password={SECRET}"))
    assert SECRET not in repr(redacted)
    str(redacted).encode()  # what leaves can be written


def _draft(text: str) -> dict[str, Any]:
    return {
        "request": {"method": "POST", "url": text, "name": text, "headers": {"a": text, "cookie": text}, "body": text},
        "response": {"headers": {"set-cookie": text}, "body": text},
        "error": {"type": "str", "message": text, "traceback": text},
        "context": {"a": text},
    }
