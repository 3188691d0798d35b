"""Every destination under every HTTP status: the table is written here a second time, by hand, from RFC 9110."""

import pytest
from locust_failure_forwarder.destinations.base import (
    Delivered,
    HttpResponse,
    Itemised,
    Rejected,
    Retry,
    Simplify,
    Verdict,
)
from support.destination_cases import CASES, SECRETS, Case
from support.samples import NOW

STATUSES = range(100, 600)
SPLITTABLE = {400, 413, 422}
NEEDS_REPAIR = {401, 402, 403, 404, 405, 407, 410, 415, 421} | set(range(300, 400))
PASSING = {408, 409, 425, 429} | set(range(500, 600)) | set(range(100, 200))
REFUSED = set(range(400, 500)) - SPLITTABLE - NEEDS_REPAIR - PASSING

FOREIGN_BODY = b"<html>please sign in, canary-from-the-body</html>"

by_case = pytest.mark.parametrize("case", CASES, ids=str)


def read(case: Case, status: int, body: bytes = b"", **headers: str) -> Verdict:
    return case.make().read(HttpResponse(status=status, headers=headers, body=body), NOW)


@by_case
def test_every_status_has_a_verdict_of_the_kind_its_class_asks_for(case: Case) -> None:
    destination = case.make()
    for status in STATUSES:
        verdict = destination.read(HttpResponse(status), NOW)
        match verdict:
            case Delivered():
                assert 200 <= status <= 299, status
            case Retry(needs_repair=True):
                assert status in NEEDS_REPAIR, status
            case Retry():
                assert status in PASSING or 200 <= status <= 299, status
            case Rejected():
                assert status in SPLITTABLE | REFUSED, status
            case Simplify() | Itemised():
                pytest.fail(f"{status} alone says nothing about the form, nor about single records")


@by_case
def test_reasons_name_the_status_and_quote_neither_body_nor_secret(case: Case) -> None:
    """P4: a reason goes to logs, status and dead letters."""
    destination = case.make()
    for status in STATUSES:
        verdict = destination.read(
            HttpResponse(status, {"location": "https://canary-from-a-header"}, FOREIGN_BODY), NOW
        )
        if isinstance(verdict, Delivered):
            continue
        assert not isinstance(verdict, Itemised)
        assert verdict.reason.startswith(f"{status}")
        assert len(verdict.reason) > 8, "a number alone helps nobody"
        for secret in (*SECRETS, "canary"):
            assert secret not in verdict.reason


@by_case
@pytest.mark.parametrize("status", [100, 301, 401, 404, 408, 409, 425, 429, 500, 502, 503, 504])
def test_every_retry_carries_the_wait_that_was_asked_for(case: Case, status: int) -> None:
    """P7"""
    verdict = case.make().read(HttpResponse(status, {"retry-after": "7"}), NOW)
    assert isinstance(verdict, Retry)
    assert verdict.after == 7.0


@by_case
@pytest.mark.parametrize("status", [429, 503])
def test_without_retry_after_the_wait_is_left_to_the_sender(case: Case, status: int) -> None:
    verdict = read(case, status)
    assert isinstance(verdict, Retry)
    assert verdict.after is None


@by_case
@pytest.mark.parametrize("status", [-1, 0, 99, 600, 999, 10**9])
def test_a_number_that_is_no_status_loses_nothing(case: Case, status: int) -> None:
    assert isinstance(read(case, status), Retry)


@pytest.mark.parametrize("status", sorted(SPLITTABLE))
def test_only_destinations_that_are_safe_to_resend_ask_for_halves(status: int) -> None:
    """P6: halving resends what may have been accepted; the http API knows it by its id, Slack would post it twice."""
    for case in CASES:
        verdict = read(case, status)
        assert isinstance(verdict, Rejected)
        assert verdict.splittable == case.name.startswith("http"), case.name


@pytest.mark.parametrize("status", range(200, 300))
def test_http_takes_every_2xx_for_delivered(status: int) -> None:
    assert read(CASES[0], status, FOREIGN_BODY) == Delivered()
