"""The accounts of P1 as lines of text, from the status the forwarder process sent. Pure."""

from typing import Any


def account_lines(status: dict[str, Any]) -> list[str]:
    """One line for each route that had anything: what was captured and what became of it."""
    lines = [_line(route) for route in status.get("routes", []) if route["captured"]]
    if not lines and (failed := sum(status.get("categories", {}).values())):
        return [f"captured {failed}, and no destination takes failures"]
    return lines or ["nothing was captured"]


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


def after_loss(status: dict[str, Any], captured: int, dropped: dict[str, int]) -> dict[str, Any]:
    """The accounts when the forwarder process has not said its last word: its latest status, and what we know better.

    Args:
        status: the latest the process said, up to a second old.
        captured: failures of this Locust process.
        dropped: those of them that are on no disk, by reason.

    What the process delivered after its latest status still counts as pending: nobody is left to tell.
    """
    routes: list[dict[str, Any]] = []
    for route in status.get("routes", []):
        changed = dict(route)
        if route["kind"] == "failures":
            reasons = {**route["dropped"], **dropped}
            changed["dropped"] = reasons
            changed["captured"] = captured
            changed["pending"] = captured - route["delivered"] - route["dead"] - sum(reasons.values())
        routes.append(changed)
    return {**status, "routes": routes}


def with_late(status: dict[str, Any], dropped: dict[str, int]) -> dict[str, Any]:
    """The final accounts, with the failures that were dropped after the forwarder process was told to finish."""
    routes: list[dict[str, Any]] = []
    for route in status.get("routes", []):
        changed = dict(route)
        if dropped and route["kind"] == "failures":
            changed["captured"] += sum(dropped.values())
            changed["dropped"] = {
                reason: route["dropped"].get(reason, 0) + dropped.get(reason, 0)
                for reason in {**route["dropped"], **dropped}
            }
        routes.append(changed)
    return {**status, "routes": routes}
