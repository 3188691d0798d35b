"""The ledger of the fault tests finds each breach it is there to find: one that is always content proves nothing."""

from dataclasses import replace

import pytest
from support.fault_plan import FAULTS, GOOD, Fault, How, Plan
from support.fault_run import ids_of
from support.oracle_book import Book, Exchange
from support.oracle_ledger import Claim, account_of, all_sent, impatient, problems

FIRST, SECOND = tuple(sorted(ids_of([1, 2]))), tuple(sorted(ids_of([3, 4])))
CLAIM = all_sent([*FIRST, *SECOND])


def _taken(at: float, ids: tuple[object, ...] = FIRST, batch_id: str = "a", **changes: object) -> Exchange:
    """A batch that was kept and acknowledged at once."""
    exchange = Exchange(at, GOOD, batch_id, batch_id, status=200, kept=True, answered_at=at + 0.01)
    for name, value in {"ids": ids, **changes}.items():
        setattr(exchange, name, value)
    return exchange


def _found(*exchanges: Exchange, claim: Claim = CLAIM) -> str:
    return "; ".join(problems(Book(list(exchanges)), claim, account_of(claim)))


SECOND_TAKEN = _taken(9, SECOND, "b")


def test_it_is_content_when_each_record_was_acknowledged_once() -> None:
    assert _found(_taken(1), SECOND_TAKEN) == ""


def test_it_is_content_with_a_repetition_after_a_lost_answer() -> None:
    assert _found(_taken(1, answered_at=None), _taken(2), SECOND_TAKEN) == ""


def test_it_is_content_with_a_repetition_after_the_client_had_given_up() -> None:
    assert _found(_taken(1), _taken(2, left_before=frozenset(FIRST)), SECOND_TAKEN) == ""


@pytest.mark.parametrize(
    ("exchanges", "found"),
    [
        ((_taken(1),), "2 committed, but never acknowledged"),
        ((_taken(1, answered_at=None), SECOND_TAKEN), "2 committed, but never acknowledged"),
        ((_taken(1, kept=False), SECOND_TAKEN), "2 committed, but never acknowledged"),
        ((_taken(1), _taken(2), SECOND_TAKEN), "2 came again although acknowledged"),
        ((_taken(1), _taken(2, left_before=frozenset(FIRST[:1])), SECOND_TAKEN), "1 came again although acknowledged"),
        ((_taken(1), _taken(2, answered_at=None), SECOND_TAKEN), "2 came again although acknowledged"),
        ((_taken(1), SECOND_TAKEN, _taken(2, tuple(ids_of([5])), "c")), "1 invented"),
        ((_taken(1, FIRST[:1]), _taken(2, FIRST[1:]), SECOND_TAKEN), "batch a came with other records"),
        ((_taken(1, idempotency_key="z"), SECOND_TAKEN), "with the Idempotency-Key z"),
        ((_taken(1, FIRST * 2), SECOND_TAKEN), "batch a holds a record twice"),
    ],
)
def test_it_names_the_breach(exchanges: tuple[Exchange, ...], found: str) -> None:
    assert found in _found(*exchanges)


def test_a_dead_letter_is_neither_missing_nor_may_it_have_been_acknowledged() -> None:
    claim = replace(CLAIM, dead=frozenset(SECOND))
    assert _found(_taken(1), claim=claim) == ""
    assert "2 dead, but acknowledged" in _found(_taken(1), SECOND_TAKEN, claim=claim)


def test_after_a_crash_no_more_than_the_window_may_come_again() -> None:
    exchanges = (_taken(1), _taken(3), SECOND_TAKEN)
    assert _found(*exchanges, claim=replace(CLAIM, crashes=(2.0,), window=2)) == ""
    assert "2 came again" in _found(*exchanges, claim=replace(CLAIM, crashes=(2.0,), window=1))
    assert "2 came again" in _found(*exchanges, claim=replace(CLAIM, crashes=(4.0,), window=2))


def test_accounts_are_held_to_the_record() -> None:
    book = Book([_taken(1), SECOND_TAKEN])
    wrong = account_of(CLAIM) | {"delivered": 3, "pending": 1}
    assert "the account says" in "; ".join(problems(book, CLAIM, wrong))


def test_a_body_that_could_not_be_read_is_a_breach() -> None:
    assert problems(Book([_taken(1), SECOND_TAKEN], ["body: not JSON"]), CLAIM) == [
        "a body that cannot be read: body: not JSON"
    ]


def test_a_request_within_the_wait_that_was_asked_for_is_impatient() -> None:
    asked = Exchange(1.0, Fault(status=429, retry_after="seconds"), answered_at=1.0, asked_to_wait=2.0)
    assert len(impatient(Book([asked, _taken(2)]))) == 1
    assert impatient(Book([asked, _taken(1.2), _taken(3.01)])) == []


def test_one_round_of_a_plan_holds_each_fault_once_and_the_seed_gives_the_order() -> None:
    def dealt(seed: int) -> list[Fault]:
        plan = Plan(seed)
        cards: list[Fault] = []
        while not plan.round_over:
            cards.append(plan.deal())
        return cards

    assert all(dealt(1).count(fault) == 1 for fault in FAULTS)
    assert dealt(1).count(GOOD) == len(FAULTS)
    assert dealt(1) == dealt(1) != dealt(2)


def test_a_stopped_plan_is_good() -> None:
    plan = Plan(1, [Fault(How.RESET)], good=0)
    assert plan.deal().how is How.RESET
    plan.stop()
    assert plan.deal() == GOOD
