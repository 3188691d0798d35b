"""P7: how long an answer's headers ask us to send nothing. Headers come from anybody; none may break or silence us."""

from datetime import timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from locust_failure_forwarder.destinations.rate_limit import LONGEST, hold
from locust_failure_forwarder.destinations.retry_after import LONGEST as LONGEST_RETRY_AFTER
from support.samples import NOW

EPOCH = int(NOW.timestamp())

TABLE: list[tuple[int, dict[str, str], float | None]] = [
    # Retry-After counts with anything but a success
    (503, {"retry-after": "7"}, 7.0),
    (429, {"retry-after": "7"}, 7.0),
    (404, {"retry-after": "7"}, 7.0),
    (301, {"retry-after": "7"}, 7.0),
    (503, {"retry-after": format_datetime(NOW + timedelta(seconds=90), usegmt=True)}, 90.0),
    (503, {"retry-after": "0"}, 0.0),
    (200, {"retry-after": "7"}, None),
    (204, {"retry-after": "7"}, None),
    (299, {"retry-after": "7"}, None),
    (503, {"retry-after": "soon"}, None),
    (503, {"retry-after": "9999999"}, LONGEST_RETRY_AFTER),
    # and before the limits, which say less
    (429, {"retry-after": "7", "ratelimit": '"default";r=0;t=60'}, 7.0),
    (429, {"retry-after": "soon", "ratelimit": '"default";r=0;t=60'}, 60.0),
    (200, {"retry-after": "7", "ratelimit": '"default";r=0;t=60'}, 60.0),
    # draft-ietf-httpapi-ratelimit-headers
    (200, {"ratelimit": '"default";r=0;t=60'}, 60.0),
    (200, {"ratelimit": '"default";r=1;t=60'}, None),
    (429, {"ratelimit": '"default";r=1;t=60'}, 60.0),
    (503, {"ratelimit": '"default";r=1;t=60'}, None),
    (200, {"ratelimit": "default ; r = 0 ; t = 60 "}, 60.0),
    (200, {"ratelimit": '"default";pk=:cHsdsRa894==:;r=0;t=60;x'}, 60.0),
    (200, {"ratelimit": '"default";t=60;r=0'}, 60.0),
    (200, {"ratelimit": '"default";r=0'}, None),
    (200, {"ratelimit": '"default";r=0;t=soon'}, None),
    (200, {"ratelimit": '"default";r=0;t=-5'}, None),
    (200, {"ratelimit": '"default";r=0;t=6x'}, None),
    (200, {"ratelimit": '"default";r=0;t=999999999999'}, LONGEST),
    (200, {"ratelimit": '"default";r=0;t=9999999999999'}, None),
    (200, {"ratelimit": ""}, None),
    (200, {"ratelimit": ";;;,,,===;r=;t="}, None),
    # several policies: the tightest, and of those that are used up the one that lasts longest
    (200, {"ratelimit": '"minute";r=0;t=20, "day";r=500;t=3000'}, 20.0),
    (200, {"ratelimit": '"minute";r=3;t=20, "day";r=500;t=3000'}, None),
    (200, {"ratelimit": '"minute";r=0;t=20, "hour";r=0;t=600'}, 600.0),
    (200, {"ratelimit": '"hour";r=0;t=600, "minute";r=0;t=20'}, 600.0),
    (429, {"ratelimit": '"minute";r=3;t=20, "day";r=500;t=3000'}, 20.0),
    (200, {"ratelimit": '"broken";r=0, "minute";r=0;t=20'}, 20.0),
    # its earlier form, in seconds from now
    (200, {"ratelimit-remaining": "0", "ratelimit-reset": "30"}, 30.0),
    (200, {"ratelimit-remaining": "4", "ratelimit-reset": "30"}, None),
    (200, {"ratelimit-remaining": "0"}, None),
    (200, {"ratelimit-reset": "30"}, None),
    (429, {"ratelimit-reset": "30"}, 30.0),
    (429, {"ratelimit-remaining": "4", "ratelimit-reset": "30"}, 30.0),
    (200, {"ratelimit": "limit=100, remaining=0, reset=50", "ratelimit-remaining": "0", "ratelimit-reset": "30"}, 30.0),
    # what was never specified: seconds from now, or a time
    (200, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "30"}, 30.0),
    (200, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "2.5"}, 2.5),
    (200, {"x-rate-limit-remaining": "0", "x-rate-limit-reset": "30"}, 30.0),
    (200, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": f"{EPOCH + 45}"}, 45.0),
    (429, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": f"{EPOCH - 45}"}, 0.0),
    (200, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": f"{EPOCH + 86_400}"}, LONGEST),
    (200, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": f"{EPOCH}000"}, None),  # milliseconds, as nobody sends
    (200, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "30", "ratelimit-reset": "x"}, 30.0),
    (200, {"x-ratelimit-remaining": " 0 ", "x-ratelimit-reset": " 30 "}, 30.0),
    # nonsense is as if it were absent
    (200, {"x-ratelimit-remaining": "none", "x-ratelimit-reset": "30"}, None),
    (200, {"x-ratelimit-remaining": "-1", "x-ratelimit-reset": "30"}, None),
    (200, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "-30"}, None),
    (200, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1e3"}, None),
    (200, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "nan"}, None),
    (200, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "inf"}, None),
    (200, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "9" * 400}, None),
    (200, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "Mon, 04 May 2026 09:33:00 GMT"}, None),
    (200, {}, None),
    (429, {}, None),
    (503, {}, None),
]


@pytest.mark.parametrize(("status", "headers", "seconds"), TABLE, ids=str)
def test_headers_mean(status: int, headers: dict[str, str], seconds: float | None) -> None:
    assert hold(status, headers, NOW) == seconds


NAMES = st.sampled_from(
    [
        "retry-after",
        "ratelimit",
        "ratelimit-remaining",
        "ratelimit-reset",
        "x-ratelimit-remaining",
        "x-ratelimit-reset",
        "x-rate-limit-remaining",
        "x-rate-limit-reset",
    ]
)
VALUES = (
    st.text()
    | st.integers().map(str)
    | st.floats().map(str)
    | st.from_regex(r'"[a-z]{0,3}";r=\d{0,20};t=\d{0,20}(, [a-z]{0,3};t=\d{0,3};r=\d{0,2}){0,3}')
)


@settings(deadline=None)
@given(st.integers(100, 599), st.dictionaries(NAMES, VALUES))
def test_p7_no_header_breaks_it_or_holds_a_destination_for_long(status: int, headers: dict[str, str]) -> None:
    seconds = hold(status, headers, NOW)
    assert seconds is None or 0 <= seconds <= (LONGEST_RETRY_AFTER if "retry-after" in headers else LONGEST)


@settings(deadline=None)
@given(st.integers(200, 299), VALUES)
def test_p7_a_success_with_room_left_never_holds(status: int, value: str) -> None:
    """Whatever Retry-After says: on a success it is about something else."""
    assert hold(status, {"retry-after": value, "ratelimit-remaining": "1", "ratelimit-reset": "30"}, NOW) is None
