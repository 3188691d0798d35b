"""What a master reads of a worker's report when it is of another shape: workers are other machines. P3."""

from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from locust_failure_forwarder.plugin.tally import KEY, Tally, read_report

RUN = "72" * 16


@pytest.mark.parametrize(
    "categories",
    [
        *({"tls": value} for value in (-1, 0, True, 1.5, "7", None, 2**60)),
        *({name: 1} for name in (7, "x" * 65, None, b"tls")),
    ],
    ids=repr,
)
def test_what_is_no_count_is_left_out(categories: dict[Any, Any]) -> None:
    report = {"run": RUN, "source": "a", "categories": {**categories, "dns": 2}}
    assert read_report(report, RUN) == ("a", Counter(dns=2))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=8,
)


@given(_JSON, _JSON, _JSON)
def test_p3_no_garbage_is_counted_or_raises(whole: Any, source: Any, categories: Any) -> None:
    shaped = {"run": RUN, "source": source, "categories": categories}
    for report in (whole, shaped, {**shaped, "run": whole}):
        found = read_report(report, RUN)
        assert found is None or all(type(count) is int and count > 0 for count in found[1].values())


@given(_JSON)
def test_p3_a_report_of_any_shape_raises_nothing(data: Any) -> None:
    tally = Tally(SimpleNamespace(runner=None, parsed_options=None))
    tally.on_worker_report(client_id="1", data=data)
    tally.on_worker_report(client_id="1", data={KEY: data})
    assert tally.of_workers() == {}
