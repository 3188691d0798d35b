"""Holds what an oracle wrote down against what was sent and against the forwarder's accounts. Pure; reads no log.

The rules are those of P1 and P2: nothing committed is missing, nothing is invented, and a record comes again only where
the answer that took it was lost, given up by the client, or cut off by a crash.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from .oracle_book import Book, Exchange


@dataclass(frozen=True, slots=True)
class Claim:
    """What the forwarder was given and what it may have done with it."""

    sent: frozenset[UUID]
    """All that may arrive."""
    committed: frozenset[UUID]
    """All that must have arrived, or be dead: what the forwarder acknowledged."""
    dead: frozenset[UUID] = frozenset()
    """Its dead letters."""
    crashes: tuple[float, ...] = ()
    """Monotonic times at which it was killed."""
    window: int = 0
    """Records that may come again after each crash, although they were acknowledged."""
    answers_get_lost: bool = False
    """A proxy on the way may have kept our answers from the forwarder, so it may have sent anything again."""


def all_sent(ids: Collection[UUID], dead: Collection[UUID] = ()) -> Claim:
    """The claim of a forwarder that was never killed: all of `ids` are committed."""
    return Claim(frozenset(ids), frozenset(ids), frozenset(dead))


def account_of(claim: Claim) -> dict[str, Any]:
    """What the account of the route must say once all is over (P1)."""
    captured, dead = len(claim.committed), len(claim.dead)
    return {"captured": captured, "delivered": captured - dead, "pending": 0, "dead": dead, "dropped": {}}


def problems(book: Book, claim: Claim, account: Mapping[str, Any] | None = None) -> list[str]:
    """Every breach of the rules, in words; empty if there is none."""
    found = [f"a body that cannot be read: {reason}" for reason in book.unreadable]
    # Held against answers, not against what was kept: what the forwarder counts as delivered was confirmed to it.
    found += _differ("committed, but never acknowledged", claim.committed - claim.dead - book.acknowledged)
    found += _differ("dead, but acknowledged", claim.dead & book.acknowledged)
    found += _differ("invented", set(book.seen) - claim.sent)
    found += _differ("dead, but never sent", claim.dead - claim.sent)
    found += _batch_ids(book.exchanges)
    if not claim.answers_get_lost:
        found += _repeats(book.exchanges, claim)
    if account is not None:
        expected = account_of(claim)
        said = {key: account[key] for key in expected}
        if said != expected:
            found.append(f"the account says {said}, but it must be {expected}")
    return found


def impatient(book: Book, grace: float = 0.5) -> list[str]:
    """Requests that came although an answer had asked to wait (P7).

    For `grace` seconds after the answer, requests that were under way when it arrived are let pass.
    """
    return [
        f"came {later.arrived - e.answered_at:.2f} s after an answer that asked for {e.asked_to_wait:.2f} s"
        for e in book.exchanges
        if e.answered_at is not None and e.asked_to_wait is not None
        for later in book.exchanges
        if e.answered_at + grace < later.arrived < e.answered_at + e.asked_to_wait - 0.05
    ]


def _differ(what: str, ids: Collection[UUID]) -> list[str]:
    sample = ", ".join(str(i) for i in islice(sorted(ids), 3))
    return [f"{len(ids)} {what}: {sample}"] if ids else []


def _batch_ids(exchanges: Sequence[Exchange]) -> list[str]:
    """One batch id means one list of ids; the Idempotency-Key is the batch id."""
    found: list[str] = []
    known: dict[str, tuple[UUID, ...]] = {}
    for e in exchanges:
        if e.batch_id is None:
            continue
        if known.setdefault(e.batch_id, e.ids) != e.ids:
            found.append(f"batch {e.batch_id} came with other records")
        if e.idempotency_key != e.batch_id:
            found.append(f"batch {e.batch_id} came with the Idempotency-Key {e.idempotency_key}")
        if len(set(e.ids)) != len(e.ids):
            found.append(f"batch {e.batch_id} holds a record twice")
    return found


def _repeats(exchanges: Sequence[Exchange], claim: Claim) -> list[str]:
    """Records that came again although the forwarder must have heard that they were kept."""
    found: set[UUID] = set()
    crashed: set[UUID] = set()
    acknowledged: dict[UUID, Exchange] = {}
    for e in sorted(exchanges, key=lambda e: e.arrived):
        for i in e.ids:
            before = acknowledged.get(i)
            if before is None:
                continue
            if any(before.arrived < at <= e.arrived for at in claim.crashes):
                crashed.add(i)
            elif i not in e.left_before:
                found.add(i)
        if e.acknowledged:
            acknowledged.update(dict.fromkeys(e.ids, e))
    if len(crashed) > claim.window * len(claim.crashes):
        found |= crashed
    return _differ("came again although acknowledged", found)
