"""A state machine of the log, over a real SQLite file: everything that can happen to it, in any order. P1, P2.

Held against `support/log_model.py`. How it crashes: `support/crashing_log.py`.
"""

import random
import sys
from collections.abc import Callable
from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from locust_failure_forwarder.events import Kind, Origin
from locust_failure_forwarder.pipeline.counters import RouteKey
from locust_failure_forwarder.pipeline.log import EVERYTHING, LAST, DeadLetter, Flight, Log, NewEvent, Span
from locust_failure_forwarder.pipeline.log_letters import dead_letters
from locust_failure_forwarder.pipeline.log_space import used
from support.crashing_log import CrashingLog, Trouble
from support.log_model import LogModel, RouteModel

ROUTES = (RouteKey("monitoring", "failures"), RouteKey("archive", "failures"), RouteKey("slack", "alerts"))
KINDS: tuple[Kind, ...] = ("failures", "failures", "failures", "alerts", "summaries")
"""How often each kind comes; no route wants summaries."""
ORIGINS = [Origin(b'{"id":"%d"}' % number, b"{}") for number in range(8)]
EMPTY_LOG = 70_000
"""Bytes of a log without events, roughly: a bound below that leaves none."""

# Seeds rather than lists and numbers: Hypothesis prefers small ones, and a small log has little to get wrong.
seeds = st.integers(0, 2**32)
trouble = st.builds(Trouble, st.integers(1, 60) | st.integers(1, 500), st.booleans())
troubles = st.one_of(st.none(), st.none(), st.none(), trouble)
steps = st.sampled_from(
    ["append"] * 2
    + ["take"] * 3
    + ["replay", "begin_anew"] * 2
    + ["settle"] * 3
    + ["shrink", "empty_the_write_ahead_log"]
)


class LogMachine(RuleBasedStateMachine):
    """`history` has what the file held after each commit that a power cut may undo, and the model of that moment."""

    def __init__(self) -> None:
        super().__init__()
        self.disk = CrashingLog(ROUTES)
        self.model = LogModel({key: RouteModel() for key in ROUTES})
        self.flights: dict[int, Flight] = {}
        self.numbers = 0
        self.retired: set[int] = set()

    @property
    def log(self) -> Log:
        return self.disk.log

    @initialize()
    def begin_history(self) -> None:
        self.disk.checkpoint()
        self.history = [(self.disk.contents(), self.model.copied())]

    # -- what a running process does ---------------------------------------------------------------------------

    # One rule, not one for each kind of step: of many, Hypothesis leaves out most in any one example.
    @rule(step=steps, seed=seeds, trouble=troubles)
    def step(self, step: str, seed: int, trouble: Trouble | None) -> None:
        getattr(self, step)(random.Random(seed), trouble)

    def append(self, chance: random.Random, trouble: Trouble | None) -> None:
        origins = [*[chance.choice(ORIGINS)] * 20, chance.choice(ORIGINS)]
        events = [self.new_event(chance, chance.choice(origins)) for _ in range(chance.randrange(30))]
        letters = [DeadLetter(chance.choice(KINDS), "invalid", b"x" * 20) for _ in range(chance.randrange(3))]
        dropped = {
            reason: chance.randrange(1, 4) for reason in ("buffer_full", "capture_error") if chance.random() < 0.2
        }
        received = self.model.received + chance.choice([1, 30]) if chance.random() < 0.7 else 0
        if self.commits(trouble, lambda: self.log.append(events, letters, ROUTES, dropped=dropped, received=received)):
            self.model.append(events, letters, dropped, received)

    def new_event(self, chance: random.Random, origin: Origin) -> NewEvent:
        self.numbers += 1
        return NewEvent(chance.choice(KINDS), UUID(int=self.numbers), origin, b"x" * chance.choice([10, 300, 2500]))

    def take(self, chance: random.Random, trouble: Trouble | None) -> None:
        for _ in range(chance.randrange(1, 5)):
            self.take_in(EVERYTHING, chance, trouble)

    def replay(self, chance: random.Random, trouble: Trouble | None) -> None:
        """One that was asked for a time: takes nothing if it begins after its end, or after all there is."""
        if chance.random() < 0.5:
            self.begin_anew(chance, None)
        first, last = (chance.randrange(self.model.last_position + 2) for _ in range(2))
        self.take_in(chance.choice([Span(first, last), Span(1, last), Span(first), Span(LAST)]), chance, trouble)

    def take_in(self, span: Span, chance: random.Random, trouble: Trouble | None) -> None:
        """The model says which events come; those that a crash interrupted come first, as they were."""
        key = chance.choice(ROUTES)
        max_records, max_bytes = chance.choice([2, 5, 1000]), chance.choice([1, 3000, 10**6])
        taken: list[Flight | None] = []
        if not self.commits(
            trouble, lambda: taken.append(self.log.take(key, max_records, max_bytes, set(self.flights), span))
        ):
            return
        (flight,) = taken
        expected = self.model.routes[key].take(max_records, max_bytes, span)
        assert list(flight.events if flight else ()) == expected
        if flight is not None:
            assert flight.id not in self.retired | set(self.flights)
            self.flights[flight.id] = flight
            self.model.routes[key].under_way[flight.id] = expected
        self.write_history()

    def settle(self, chance: random.Random, trouble: Trouble | None) -> None:
        while not self.flights and any(route.pending() for route in self.model.routes.values()):
            self.take_in(EVERYTHING, chance, None)
        if not self.flights:
            return
        flight = chance.choice(list(self.flights.values()))
        bad_share = chance.choice([0, 0.3, 1])
        bad = [event for event in flight.events if chance.random() < bad_share]
        letters = [DeadLetter(e.kind, "422: refused", e.body, e, 422, "no") for e in bad]
        late: list[int] = []
        if self.commits(trouble, lambda: late.append(self.log.settle(flight, len(flight.events) - len(bad), letters))):
            assert late == [self.model.routes[flight.key].settle(flight, {event.position for event in bad})]
            self.model.letters += len(bad)
            self.retired.add(flight.id)
            del self.flights[flight.id]

    def shrink(self, chance: random.Random, trouble: Trouble | None) -> None:
        dead_bytes = chance.choice([0, 1000, 10**6])
        share = chance.choice([0, 0.5, 0.8, 0.9])
        lost: list[dict[RouteKey, int]] = []
        bound = EMPTY_LOG + int(share * max(0, used(self.log.connection) - EMPTY_LOG))
        if not self.commits(trouble, lambda: lost.append(self.log.shrink(bound, dead_bytes))):
            return
        oldest = self.ask("SELECT min(position) FROM events")
        end = self.model.last_position if oldest is None else oldest - 1
        counts = {key: route.give_up(end) for key, route in self.model.routes.items()}
        assert lost == [{key: count for key, count in counts.items() if count}]
        assert self.ask("SELECT coalesce(sum(length(body)), 0) FROM dead_letters") <= dead_bytes

    def ask(self, statement: str) -> Any:
        (answer,) = self.log.connection.execute(statement).fetchone()
        return answer

    # -- what goes wrong ---------------------------------------------------------------------------------------

    def commits(self, trouble: Trouble | None, use: Callable[[], object]) -> bool:
        done = self.disk.commits(use, trouble)
        if not done and trouble is not None and trouble.killed:
            self.forget_what_is_under_way()
        return done

    def forget_what_is_under_way(self) -> None:
        """The process that knew of it is gone."""
        self.flights = {}
        self.model.crash()

    def empty_the_write_ahead_log(self, chance: random.Random, trouble: Trouble | None) -> None:
        """As SQLite does now and then, or as we do when the disk is full; then what is settled goes, too."""
        if chance.random() < 0.5:
            self.log.relieve()
        self.begin_history()

    def begin_anew(self, chance: random.Random, trouble: Trouble | None) -> None:
        how = chance.choice(["closed", "killed", "power cut"])
        if how == "power cut":
            self.cut_power(chance)
        else:
            committed = self.disk.contents()
            (self.disk.close_in_good_order if how == "closed" else self.disk.kill)()
            assert self.disk.contents() == committed
        self.forget_what_is_under_way()
        if how != "killed":
            self.begin_history()

    def cut_power(self, chance: random.Random) -> None:
        """What was committed last may be gone, but only whole, and only from the end."""
        self.disk.cut_power(chance.random(), chance.randbytes(chance.choice([0, 50, 5000])))
        states = [state for state, _ in self.history]
        found = self.disk.contents()
        assert found in states
        self.model = self.history[states.index(found)][1]
        self.retired.clear()  # what a power cut undid, it undid for the ids of flights, too

    # -- what always holds -------------------------------------------------------------------------------------

    @invariant()
    def p1_the_accounts_are_those_of_the_model_and_balance_with_what_lies_there(self) -> None:
        accounts = self.log.accounts()
        middle = Span(self.model.last_position // 3, 2 * self.model.last_position // 3)
        for key, route in self.model.routes.items():
            assert accounts[key] == route.account
            assert route.account.pending == self.log.unsettled(key) == len(route.pending())
            assert self.log.unsettled(key, middle) == len(route.pending(middle))
            assert all(count > 0 for count in accounts[key].dropped.values())
        assert self.log.received == self.model.received

    @invariant()
    def dead_letters_stay_counted_and_in_order(self) -> None:
        ids = [letter.id for letter in dead_letters(self.log.connection, self.log.origin)]
        assert ids == sorted(ids)
        assert len(ids) <= self.model.letters == sum(route.account.dead for route in self.model.routes.values())

    @invariant()
    def write_history(self) -> None:
        found = self.disk.contents()
        if found != self.history[-1][0]:
            self.history.append((found, self.model.copied()))

    def teardown(self) -> None:
        try:
            if sys.exc_info()[0] is None:  # or else this would hide the step that failed
                self.p2_the_next_process_delivers_what_is_pending_and_nothing_else()
        finally:
            self.disk.close()

    def p2_the_next_process_delivers_what_is_pending_and_nothing_else(self) -> None:
        self.disk.kill()
        self.forget_what_is_under_way()
        for key, route in self.model.routes.items():
            pending = [event.id for event in route.pending()]
            delivered: list[UUID] = []
            while (flight := self.log.take(key, 7, 4000)) is not None:
                delivered += [event.id for event in flight.events]
                assert self.log.settle(flight, len(flight.events)) == 0
            assert sorted(delivered) == pending
            assert self.log.unsettled(key) == self.log.accounts()[key].pending == 0


LogMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=50, deadline=None)
TestLogMachine = LogMachine.TestCase
