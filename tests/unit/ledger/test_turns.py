"""Processes that share a ledger take turns, and its marks tell what it has written."""

import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from refundsheet.core.model import Change
from refundsheet.ledger import turns
from refundsheet.ledger.errors import LedgerTakenError
from refundsheet.ledger.ledger import Ledger
from refundsheet.ledger.records import Learnt, SheetKey

NINE = datetime(2026, 11, 2, 9, tzinfo=UTC)

HOLD = """
import sys
from refundsheet.ledger.ledger import Ledger

with Ledger.open(sys.argv[1]) as ledger, ledger.turn(lambda: None):
    print("mine", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def another_process_at_work(url: str) -> Generator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HOLD, url]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:  # noqa: S603 - our own
        assert process.stdout
        assert process.stdout.readline() == "mine\n"
        yield process
        process.kill()


def test_a_turn_is_taken_at_once_where_nobody_has_it(ledger: Ledger) -> None:
    waited: list[str] = []

    with ledger.turn(lambda: waited.append("yes")):
        pass
    with ledger.turn(lambda: waited.append("yes")):
        pass

    assert waited == []


def test_a_process_waits_for_its_turn(url: str, ledger: Ledger) -> None:
    waited: list[str] = []
    with another_process_at_work(url) as other:

        def let_it_finish() -> None:
            waited.append("yes")
            assert other.stdin
            other.stdin.write("\n")
            other.stdin.flush()

        with ledger.turn(let_it_finish):
            assert other.wait(10) == 0

    assert waited == ["yes"]


def test_a_process_does_not_wait_for_ever(url: str, ledger: Ledger) -> None:
    with (
        another_process_at_work(url),
        pytest.raises(LedgerTakenError, match="was not done after 0 seconds"),
        turns.turn(ledger._engine, "here", lambda: None, patience=0.3),
    ):
        pass


def test_the_turn_of_a_process_that_died_is_free(url: str, ledger: Ledger) -> None:
    with another_process_at_work(url):
        pass

    with ledger.turn(lambda: None):
        pass


def test_a_ledger_in_memory_belongs_to_one_process() -> None:
    with Ledger.open("sqlite://") as ledger, ledger.turn(lambda: None), ledger.turn(lambda: None):
        pass


def test_every_ledger_has_an_id_of_its_own(url: str) -> None:
    with Ledger.open(url) as one, Ledger.open(url) as same, Ledger.open("sqlite://") as other:
        assert one.id == same.id != other.id
        assert one.who == same.who != other.who


def test_a_mark_is_known_by_the_ledger_that_left_it(ledger: Ledger, sheet: SheetKey) -> None:
    ledger.leave_mark(sheet, "first")
    for number in range(40):
        ledger.leave_mark(sheet, f"mark {number}")

    assert ledger.knows_mark(sheet, "first")
    assert not ledger.knows_mark(sheet, "never")
    assert not ledger.knows_mark(SheetKey("another", 0), "first")


def test_the_marks_of_intents_are_known_too(ledger: Ledger, sheet: SheetKey) -> None:
    change = Change(case="r-1", label="R-1", row=2, field="status", before="", after="x", reason="")
    number = ledger.begin_pass(sheet, NINE)
    ledger.intend(sheet, number, [change], nonce="of a batch", expected=[{}])

    assert ledger.knows_mark(sheet, "of a batch")


def test_the_zone_of_the_last_read_is_remembered(ledger: Ledger, sheet: SheetKey) -> None:
    ledger.record(sheet, Learnt(at=NINE, book=("Europe/Berlin", "de_DE")))
    ledger.record(sheet, Learnt(at=NINE))

    memory = ledger.recall(sheet)
    assert (memory.zone, memory.locale) == ("Europe/Berlin", "de_DE")
