"""P1 as the plugin prints it."""

from typing import Any

from locust_failure_forwarder.plugin.report import account_lines, after_loss, pending, with_late


def _status(**changes: Any) -> dict[str, Any]:
    route = {"destination": "api", "kind": "failures", "captured": 8, "delivered": 5, "pending": 1, "dead": 1,
             "dropped": {"log_full": 1}}  # fmt: skip
    alerts: dict[str, Any] = {
        "destination": "api",
        "kind": "alerts",
        "captured": 2,
        "delivered": 2,
        "pending": 0,
        "dead": 0,
        "dropped": {},
    }
    return {"routes": [route | changes, alerts], "log": "x.db"}


def test_each_route_is_one_line_with_its_reasons() -> None:
    assert account_lines(_status()) == [
        "api/failures: captured 8 = delivered 5 + pending 1 + dead 1 + dropped 1 (log_full 1)",
        "api/alerts: captured 2 = delivered 2 + pending 0 + dead 0 + dropped 0",
    ]


def test_failures_that_no_destination_takes_are_not_called_nothing() -> None:
    assert account_lines({"routes": []}) == ["nothing was captured"]
    counted = {"categories": {"server_error": 3, "dns": 1}}
    assert account_lines({"routes": [], **counted}) == ["captured 4, and no destination takes failures"]
    assert len(account_lines(_status() | counted)) == 2


def test_pending_is_summed_over_the_routes() -> None:
    assert pending(_status()) == 1
    assert pending({}) == 0


def test_p1_what_never_reached_a_disk_is_added_to_the_failures_alone() -> None:
    corrected = after_loss(_status(), captured=20, dropped={"forwarder_down": 6, "buffer_full": 2})
    failures, alerts = corrected["routes"]
    assert failures["captured"] == 20
    assert failures["dropped"] == {"log_full": 1, "forwarder_down": 6, "buffer_full": 2}
    assert failures["pending"] == 20 - 5 - 1 - 9
    assert alerts["captured"] == 2


def test_p1_drops_the_process_knows_of_already_are_not_counted_twice() -> None:
    (failures, _) = after_loss(_status(dropped={"buffer_full": 2}), captured=8, dropped={"buffer_full": 2})["routes"]
    assert failures["dropped"] == {"buffer_full": 2}
    assert failures["captured"] == failures["delivered"] + failures["pending"] + failures["dead"] + 2


def test_routes_without_anything_are_not_printed_and_nothing_at_all_is_said() -> None:
    numbers = {"captured": 0, "delivered": 0, "pending": 0, "dead": 0, "dropped": dict[str, int]()}
    empty = {"destination": "api", "kind": "summaries", **numbers}
    assert account_lines({"routes": [empty, *_status()["routes"]]}) == account_lines(_status())
    assert account_lines({"routes": [empty]}) == ["nothing was captured"]


def test_p1_what_came_after_the_last_word_is_added_to_the_failures_alone() -> None:
    failures, alerts = with_late(_status(dropped={"log_full": 1, "too_late": 1}), {"too_late": 4, "buffer_full": 2})[
        "routes"
    ]
    assert failures["captured"] == 8 + 4 + 2
    assert failures["dropped"] == {"log_full": 1, "too_late": 5, "buffer_full": 2}
    assert failures["pending"] == 1
    assert alerts["captured"] == 2


def test_without_anything_late_the_last_word_stands() -> None:
    assert with_late(_status(), {}) == _status()
    assert with_late({}, {"too_late": 3}) == {"routes": []}
