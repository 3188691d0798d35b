"""The accounts of P1 as a run's summary has them: this node's own, and those that a master's workers told it. Pure."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from locust_failure_schemas import DeliveryCount

from .counters import Account, RouteKey

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
"""What the configuration takes as a destination's name."""


def delivery_counts(
    accounts: Mapping[RouteKey, Account], told: object, clean: Callable[[str], str]
) -> tuple[DeliveryCount, ...]:
    """By destination, in the order of the configuration.

    Args:
        accounts: of this node's own log.
        told: `accounts` of the `summary` frame; what is no account is left out.
        clean: redacts the names of destinations that this node does not have itself (P4).
    """
    sums = {key.destination: account for key, account in accounts.items() if key.kind == "failures"}
    for name, account in _told(told).items():
        shown = name if name in sums else clean(name)
        sums[shown] = sums.get(shown, Account()) + account
    return tuple(
        DeliveryCount(
            destination=destination,
            captured=account.captured,
            delivered=account.delivered,
            pending=account.pending,
            dead=account.dead,
            dropped=sum(account.dropped.values()),
        )
        for destination, account in sums.items()
        if account.captured
    )


def _told(told: object) -> dict[str, Account]:
    if not isinstance(told, dict):
        return {}
    found = {name: _account(parts) for name, parts in cast("dict[Any, Any]", told).items() if _is_name(name)}
    return {name: account for name, account in found.items() if account is not None}


def _is_name(value: object) -> bool:
    return isinstance(value, str) and _NAME.fullmatch(value) is not None


def _account(parts: object) -> Account | None:
    """One whose parts add up, or none."""
    if not isinstance(parts, dict):
        return None
    names = ("captured", "delivered", "pending", "dead", "dropped")
    counts: list[Any] = [cast("dict[Any, Any]", parts).get(name) for name in names]
    if not all(type(count) is int and count >= 0 for count in counts) or counts[0] != sum(counts[1:]):
        return None
    captured, delivered, _, dead, dropped = counts
    return Account(captured, delivered, dead, {"of workers": dropped})
