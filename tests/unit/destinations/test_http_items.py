"""P6: a `207` that judges each record by itself. The answer comes from anybody; none may break it."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from locust_failure_forwarder.destinations.base import Delivered, HttpResponse, Itemised, Rejected, Retry
from locust_failure_forwarder.destinations.http_items import read_items
from support.samples import uuid7

ONE, TWO, THREE = (uuid7(number) for number in (1, 2, 3))


def _read(answer: object, status: int = 207) -> Itemised | None:
    return read_items(HttpResponse(status, {}, json.dumps(answer).encode()))


def _results(*results: object) -> dict[str, Any]:
    return {"results": list(results)}


def test_each_record_gets_the_verdict_of_its_own_status() -> None:
    verdict = _read(
        _results(
            {"id": str(ONE), "status": 201},
            {"id": str(TWO), "status": 422, "reason": "`sku` is unknown"},
            {"id": str(THREE), "status": 503},
        )
    )
    assert verdict is not None
    one, two, three = (verdict.verdicts[event_id] for event_id in (ONE, TWO, THREE))
    assert one == Delivered()
    assert isinstance(two, Rejected)
    assert (two.status, two.answer, two.splittable) == (422, "`sku` is unknown", False)
    assert isinstance(three, Retry)


@pytest.mark.parametrize("status", [401, 403, 404, 410, 301])
def test_what_ails_one_record_is_not_our_configuration(status: int) -> None:
    verdict = _read(_results({"id": str(ONE), "status": status}))
    assert verdict is not None
    only = verdict.verdicts[ONE]
    assert isinstance(only, Retry)
    assert not only.needs_repair


@pytest.mark.parametrize("status", [200, 201, 202, 206, 208, 400, 503])
def test_no_other_status_is_read(status: int) -> None:
    assert _read(_results({"id": str(ONE), "status": 422}), status) is None


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        {},
        "results",
        5,
        {"results": None},
        {"results": 5},
        {"results": {}},
        {"results": []},
        {"results": {"id": str(ONE), "status": 422}},
        _results(None),
        _results([]),
        _results("id"),
        _results({}),
        _results({"id": str(ONE)}),
        _results({"status": 422}),
        _results({"id": 5, "status": 422}),
        _results({"id": None, "status": 422}),
        _results({"id": [], "status": 422}),
        _results({"id": "no id", "status": 422}),
        _results({"id": str(ONE), "status": "422"}),
        _results({"id": str(ONE), "status": True}),
        _results({"id": str(ONE), "status": 422.0}),
    ],
    ids=json.dumps,
)
def test_an_answer_that_names_no_record_says_what_its_status_says(answer: object) -> None:
    assert _read(answer) is None


def test_an_item_that_cannot_be_read_hides_none_of_the_others() -> None:
    verdict = _read(_results({"id": 5, "status": 422}, {"id": str(ONE), "status": 422}, "?"))
    assert verdict is not None
    assert isinstance(verdict.verdicts[ONE], Rejected)
    assert len(verdict.verdicts) == 1


@pytest.mark.parametrize("reason", [None, 5, "", ["x"], "x" * 10_000])
def test_p4_a_reason_is_text_and_whole_for_half_a_secret_could_not_be_redacted(reason: object) -> None:
    verdict = _read(_results({"id": str(ONE), "status": 422, "reason": reason}))
    assert verdict is not None
    only = verdict.verdicts[ONE]
    assert isinstance(only, Rejected)
    assert only.answer == (str(reason) if reason else None)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_no_body_breaks_it(body: bytes) -> None:
    assert read_items(HttpResponse(207, {}, body)) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "status", "reason"]), inner),
    max_leaves=6,
)


@settings(deadline=None)
@given(st.lists(JSON, max_size=3), st.integers(-1000, 1000) | JSON)
def test_no_list_of_results_breaks_it(results: list[object], status: object) -> None:
    verdict = _read(_results(*results, {"id": str(ONE), "status": status}))
    assert verdict is None or set(verdict.verdicts) == {ONE}
