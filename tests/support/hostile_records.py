"""Alerts and summaries whose names, texts and numbers are anything at all, for Hypothesis."""

from typing import Any, Final

from hypothesis import strategies as st
from locust_failure_forwarder.events import Event
from locust_failure_schemas import Affected, DeliveryCount, EndpointCount, ErrorCount
from support.samples import alert, event, node, run, summary

HOSTILE: Final = st.one_of(
    st.text(),
    st.text(alphabet="&<>`@*_~|!#[](){}:\\\"'/ \n\u202e😀中", max_size=60),
    st.sampled_from(
        [
            "<!channel>",
            "@here",
            "<@U1>",
            "@everyone",
            "[click](https://evil.example)",
            "https://evil.example",
            "{{ 7*7 }}",
            '"}],"x":[{"',
            "&" * 5000,
            "😀" * 5000,
            "中" * 5000,
            "\n" * 5000,
            "`" * 5000,
            "<" * 5000,
            "\\" * 5000,
            '"' * 5000,
        ]
    ),
)
COUNT: Final = st.integers(min_value=0, max_value=2**63)
LABELS: Final = st.dictionaries(HOSTILE, HOSTILE, max_size=3)
ENDPOINT: Final = st.builds(EndpointCount, method=HOSTILE, name=HOSTILE, requests=COUNT, failures=COUNT)
ERROR: Final = st.builds(
    ErrorCount, method=HOSTILE, name=HOSTILE, message=HOSTILE, count=st.integers(min_value=1, max_value=2**63)
)
AFFECTED: Final = st.builds(
    Affected,
    method=HOSTILE,
    name=HOSTILE,
    message=st.none() | HOSTILE,
    value=st.floats(min_value=0, max_value=1e12),
    requests=COUNT,
    failures=COUNT,
)
CONDITIONS: Final = st.sampled_from(
    ["failure_ratio", "spike", "failures_per_second", "new_failure", "no_requests", "slow_requests"]
)
NUMBER: Final = st.floats(min_value=0, max_value=1e12)
CATEGORIES: Final = st.dictionaries(
    st.sampled_from(["server_error", "read_timeout", "assertion"]), st.integers(min_value=1, max_value=2**63)
)
SHARED: Final[dict[str, st.SearchStrategy[Any]]] = {
    "run": st.builds(run, name=HOSTILE.filter(bool), environment=st.none() | HOSTILE, labels=LABELS),
    "node": st.builds(node, host=HOSTILE),
    "requests": COUNT,
    "failures": COUNT,
    "top_endpoints": st.lists(ENDPOINT, max_size=5).map(tuple),
    "top_errors": st.lists(ERROR, max_size=5).map(tuple),
}
ALERTS: Final = st.builds(
    alert,
    rule=HOSTILE.filter(bool),
    condition=CONDITIONS | HOSTILE,
    state=st.sampled_from(["firing", "resolved"]),
    resolution=st.sampled_from([None, "recovered", "test_ended", "other"]),
    severity=st.sampled_from(["info", "warning", "critical"]),
    value=NUMBER,
    threshold=NUMBER,
    before=st.none() | NUMBER,
    window_s=st.floats(min_value=1e-6, max_value=1e9),
    users=COUNT,
    labels=LABELS,
    trend=st.lists(st.none() | st.floats(min_value=0, max_value=1), max_size=100).map(tuple),
    trend_step_s=st.floats(min_value=1e-6, max_value=1e9),
    unit=st.sampled_from(["ratio", "per_second", "milliseconds", "count", "other"]),
    scope=st.sampled_from(["test", "endpoint", "failure", "other"]),
    repeat=COUNT,
    folded_episodes=COUNT,
    peak=st.none() | NUMBER,
    episode_requests=st.none() | COUNT,
    episode_failures=st.none() | COUNT,
    quota_used=st.booleans(),
    percentile=st.none() | st.floats(min_value=0.1, max_value=100),
    top_s=st.none() | NUMBER,
    affected=st.lists(AFFECTED, max_size=10).map(tuple),
    affected_count=COUNT,
    **SHARED,
)
SUMMARIES: Final = st.builds(
    summary,
    users_peak=COUNT,
    user_errors=COUNT,
    alerts_fired=COUNT,
    duration_s=st.floats(min_value=0, max_value=1e9),
    categories=CATEGORIES,
    deliveries=st.lists(
        st.builds(DeliveryCount, destination=HOSTILE.filter(bool), captured=COUNT, delivered=COUNT, pending=COUNT),
        max_size=8,
    ).map(tuple),
    **SHARED,
)


def alert_events() -> st.SearchStrategy[Event]:
    """Events of alerts."""
    return ALERTS.map(lambda record: event("alerts", record=record))


def events() -> st.SearchStrategy[Event]:
    """Events of alerts and summaries."""
    return st.one_of(alert_events(), SUMMARIES.map(lambda record: event("summaries", record=record)))
