"""A write is noted before it leaves, and what is known of it only ever moves on."""

import itertools
import signal
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from refundsheet.core.model import Change, Outcome
from refundsheet.ledger.errors import ImpossibleTransitionError
from refundsheet.ledger.ledger import Ledger
from refundsheet.ledger.records import IntentState, SheetKey

NINE = datetime(2026, 11, 2, 9, tzinfo=UTC)
PLANNED, SENT, DONE, LOST, UNKNOWN, EXPIRED, FALSE_MATCH, UNDONE, UNRESOLVED, VANISHED, REFUSED = (
    IntentState
)


def change(case: str = "R-1", after: float | str = 46037.3958) -> Change:
    return Change(
        case=case,
        label=case,
        row=7,
        field="resolved_at",
        before=None,
        after=after,
        reason="status became Refunded",
        premise=("status",),
    )


def sent(ledger: Ledger, sheet: SheetKey, *changes: Change) -> list[int]:
    number = ledger.begin_pass(sheet, NINE)
    return ledger.intend(
        sheet, number, changes, nonce="n1", expected=[["R-1", None]] * len(changes)
    )


def test_an_intent_keeps_the_whole_change(ledger: Ledger, sheet: SheetKey) -> None:
    run = ledger.begin_pass(sheet, NINE)
    (number,) = ledger.intend(sheet, run, [change()], nonce="ab12", expected=[["R-1", 1.0, None]])

    (intent,) = ledger.open_intents(sheet)

    assert intent.number == number
    assert intent.pass_number == run
    assert intent.change == change()
    assert isinstance(intent.change.premise, tuple)
    assert (intent.nonce, intent.expected) == ("ab12", ["R-1", 1.0, None])
    assert intent.state is SENT


def test_numbers_come_in_the_order_of_the_changes(ledger: Ledger, sheet: SheetKey) -> None:
    cases = [f"R-{number}" for number in range(250)]

    numbers = sent(ledger, sheet, *(change(case) for case in cases))

    assert {intent.number: intent.change.case for intent in ledger.open_intents(sheet)} == dict(
        zip(numbers, cases, strict=True)
    )


def test_a_settled_intent_is_open_no_more(ledger: Ledger, sheet: SheetKey) -> None:
    first, second = sent(ledger, sheet, change(), change("R-2"))

    ledger.settle({first: (DONE, ""), second: (UNKNOWN, "no answer")})

    (still_open,) = ledger.open_intents(sheet)
    assert (still_open.number, still_open.state, still_open.detail) == (
        second,
        UNKNOWN,
        "no answer",
    )
    assert [intent.number for intent in ledger.intents(sheet, states=[DONE])] == [first]


def test_one_impossible_step_holds_back_the_others(ledger: Ledger, sheet: SheetKey) -> None:
    first, second = sent(ledger, sheet, change(), change("R-2"))
    ledger.settle({first: (LOST, "")})

    with pytest.raises(ImpossibleTransitionError, match=f"Intent {first} is lost .* done"):
        ledger.settle({second: (DONE, ""), first: (DONE, "")})

    assert [intent.number for intent in ledger.open_intents(sheet)] == [second]


def test_an_intent_nobody_noted_cannot_be_settled(ledger: Ledger) -> None:
    with pytest.raises(ImpossibleTransitionError, match="not in the ledger"):
        ledger.settle({404: (DONE, "")})


def test_settling_the_same_again_changes_only_the_detail(ledger: Ledger, sheet: SheetKey) -> None:
    (number,) = sent(ledger, sheet, change())
    ledger.settle({number: (UNKNOWN, "no answer")})

    ledger.settle({number: (UNKNOWN, "no answer to the fence either")})

    assert ledger.open_intents(sheet)[0].detail == "no answer to the fence either"


def test_nothing_to_intend_and_nothing_to_settle_is_fine(ledger: Ledger, sheet: SheetKey) -> None:
    assert sent(ledger, sheet) == []
    ledger.settle({})


def test_changes_without_their_expectation_are_not_noted(ledger: Ledger, sheet: SheetKey) -> None:
    run = ledger.begin_pass(sheet, NINE)

    with pytest.raises(ValueError, match="zip"):
        ledger.intend(sheet, run, [change(), change()], nonce="n", expected=[[]])

    assert not ledger.open_intents(sheet)


def test_intents_are_found_by_pass_and_by_case(ledger: Ledger, sheet: SheetKey) -> None:
    sent(ledger, sheet, change("R-1"), change("R-2"))
    (later,) = sent(ledger, sheet, change("R-1"))
    run = ledger.passes(sheet)[0].number

    assert [intent.number for intent in ledger.intents(sheet, pass_number=run)] == [later]
    assert len(ledger.intents(sheet, case="R-1")) == 2


def test_every_outcome_of_a_write_that_left_is_a_state() -> None:
    known = {IntentState(outcome.value) for outcome in set(Outcome) - {Outcome.WAITING}}

    assert all(SENT.may_become(state) for state in known)


ALLOWED = {
    PLANNED: {SENT, LOST, REFUSED},
    SENT: {DONE, LOST, UNKNOWN, EXPIRED, FALSE_MATCH, UNDONE, UNRESOLVED, VANISHED, REFUSED},
    UNKNOWN: {DONE, LOST, EXPIRED, FALSE_MATCH, UNDONE, UNRESOLVED, VANISHED, REFUSED},
    EXPIRED: {DONE, UNRESOLVED},
    DONE: {FALSE_MATCH, UNDONE},
    FALSE_MATCH: {UNDONE, UNRESOLVED},
    UNRESOLVED: {UNDONE},
    VANISHED: {DONE, UNDONE, UNRESOLVED},
    LOST: set[IntentState](),
    UNDONE: set[IntentState](),
    REFUSED: set[IntentState](),
}


@pytest.mark.parametrize(
    ("state", "later"),
    [pytest.param(a, b, id=f"{a.value}-{b.value}") for a, b in itertools.product(ALLOWED, ALLOWED)],
)
def test_knowledge_moves_on_as_specified(state: IntentState, later: IntentState) -> None:
    assert state.may_become(later) is (later in ALLOWED[state])


def test_what_may_still_be_applied_is_open() -> None:
    assert {state for state in IntentState if state.is_open} == {PLANNED, SENT, UNKNOWN}


NOTE_AND_WAIT = """
import sys, time
from datetime import datetime, UTC
from refundsheet.core.model import Change
from refundsheet.ledger.ledger import Ledger
from refundsheet.ledger.records import SheetKey
ledger, sheet = Ledger.open(sys.argv[1]), SheetKey("1kWf7", 0)
change = Change(
    case="R-1", label="R-1", row=7, field="paid_at", before=None, after=1.5, reason="paid"
)
run = ledger.begin_pass(sheet, datetime(2026, 11, 2, 9, tzinfo=UTC))
(number,) = ledger.intend(sheet, run, [change], nonce="n1", expected=[["R-1"]])
print(number, flush=True)
time.sleep(60)
"""


def test_an_intent_outlives_a_process_that_is_killed(url: str, sheet: SheetKey) -> None:
    command = [sys.executable, "-c", NOTE_AND_WAIT, url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own
        assert process.stdout is not None
        number = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)

    with Ledger.open(url) as ledger:
        (intent,) = ledger.open_intents(sheet)

    assert (intent.number, intent.state, intent.change.after) == (number, SENT, 1.5)
