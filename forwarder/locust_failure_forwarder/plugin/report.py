"""The accounts of P1 as lines of text, from the status the forwarder process sent. Pure."""

from typing import Any


def account_lines(status: dict[str, Any]) -> list[str]:
    """One line for each route: what was captured and what became of it."""
    return [_line(route) for route in status.get("routes", [])]


def _line(route: dict[str, Any]) -> str:
    reasons = ", ".join(f"{reason} {count}" for reason, count in sorted(route["dropped"].items()))
    dropped = sum(route["dropped"].values())
    return (
        f"{route['destination']}/{route['kind']}: captured {route['captured']} = delivered {route['delivered']}"
        f" + pending {route['pending']} + dead {route['dead']} + dropped {dropped}{f' ({reasons})' if reasons else ''}"
    )


def pending(status: dict[str, Any]) -> int:
    """Records still to be delivered, over all routes."""
    return sum(route["pending"] for route in status.get("routes", []))


def with_lost(status: dict[str, Any], lost: dict[str, int]) -> dict[str, Any]:
    """The status with records that never reached the forwarder process added to every failures route."""
    if not lost:
        return status
    routes: list[dict[str, Any]] = []
    for route in status.get("routes", []):
        changed = dict(route)
        if route["kind"] == "failures":
            changed["dropped"] = {
                reason: route["dropped"].get(reason, 0) + lost.get(reason, 0) for reason in {*route["dropped"], *lost}
            }
            changed["captured"] = route["captured"] + sum(lost.values())
        routes.append(changed)
    return {**status, "routes": routes}
