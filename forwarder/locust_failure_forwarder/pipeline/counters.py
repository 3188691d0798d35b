"""The accounts of P1: for each route, what was captured and what became of it. Pure values; the log stores them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ..events import Kind


@dataclass(frozen=True, slots=True, order=True)
class RouteKey:
    """One destination and one kind of events."""

    destination: str
    kind: Kind

    def __str__(self) -> str:
        return f"{self.destination}/{self.kind}"


@dataclass(frozen=True, slots=True)
class Account:
    """captured = delivered + pending + dead + dropped, at any moment."""

    captured: int = 0
    delivered: int = 0
    dead: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict[str, int])

    @property
    def pending(self) -> int:
        """What is neither delivered nor given up."""
        return self.captured - self.delivered - self.dead - sum(self.dropped.values())

    def plus(
        self, *, captured: int = 0, delivered: int = 0, dead: int = 0, dropped: Mapping[str, int] | None = None
    ) -> "Account":
        """A new account with these added. A count may be negative, to take back what was counted too early."""
        sums = dict(self.dropped)
        for reason, count in (dropped or {}).items():
            sums[reason] = sums.get(reason, 0) + count
        sums = {reason: count for reason, count in sums.items() if count}
        return replace(
            self,
            captured=self.captured + captured,
            delivered=self.delivered + delivered,
            dead=self.dead + dead,
            dropped=sums,
        )

    def __add__(self, other: "Account") -> "Account":
        return self.plus(captured=other.captured, delivered=other.delivered, dead=other.dead, dropped=other.dropped)


def as_json(key: RouteKey, account: Account, state: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The account as `status` and the frames carry it, with the route's `state`: what holds it up, and the like."""
    return {
        "destination": key.destination,
        "kind": key.kind,
        "captured": account.captured,
        "delivered": account.delivered,
        "pending": account.pending,
        "dead": account.dead,
        "dropped": dict(account.dropped),
        "note": None,
        **(state or {}),
    }


def key_of(route: Mapping[str, Any]) -> RouteKey:
    """The route that `as_json` described."""
    return RouteKey(route["destination"], route["kind"])


def from_json(route: Mapping[str, Any]) -> Account:
    """The account that `as_json` described."""
    return Account(route["captured"], route["delivered"], route["dead"], dict(route["dropped"]))
