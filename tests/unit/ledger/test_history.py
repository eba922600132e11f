"""The history in the ledger, and what of it was sent to the History tab."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from refundsheet.core.history import By, Entry
from refundsheet.core.model import Change
from refundsheet.ledger.errors import ImpossibleTransitionError, LedgerDamagedError
from refundsheet.ledger.ledger import Ledger
from refundsheet.ledger.logbook import months_before
from refundsheet.ledger.records import Addition, IntentState, Learnt, SheetKey

NINE = datetime(2026, 11, 2, 9, tzinfo=UTC)
TEN, ELEVEN, NOON = (NINE + timedelta(hours=hours) for hours in (1, 2, 3))


def entry(case: str, at: datetime = NINE, run: int = 1) -> Entry:
    return Entry(
        case=case,
        label=case.upper(),
        field="paid_at",
        before=None,
        after=46000.123456789,
        by=By.US,
        why="\x00 half a pair \ud800",
        run=run,
        not_before=at - timedelta(minutes=1),
        not_after=at,
    )


def keep(ledger: Ledger, sheet: SheetKey, *entries: Entry) -> None:
    ledger.record(sheet, Learnt(at=NINE, history=entries))


def cases(addition: Addition | None) -> list[str]:
    return [one.case for one in addition.entries] if addition else []


def test_an_entry_comes_back_as_it_was(ledger: Ledger, sheet: SheetKey) -> None:
    keep(ledger, sheet, entry("r-1"), entry("r-2"))

    assert ledger.history(sheet) == [entry("r-1"), entry("r-2")]
    assert ledger.history(SheetKey("another", 0)) == []


def test_entries_are_found_by_case_and_by_run(ledger: Ledger, sheet: SheetKey) -> None:
    first, second = entry("r-1", run=1), entry("r-2", run=2)
    keep(ledger, sheet, first, second)

    assert ledger.history(sheet, case="r-1") == [first]
    assert ledger.history(sheet, run=2) == [second]
    assert ledger.history(sheet, case="r-1", run=2) == []


def test_entries_follow_a_renamed_case(ledger: Ledger, sheet: SheetKey) -> None:
    keep(ledger, sheet, entry("r-1"))

    ledger.record(sheet, Learnt(at=TEN, renamed={"r-1": "r-7"}))

    assert ledger.history(sheet, case="r-7") == [replace(entry("r-1"), case="r-7")]


def test_an_entry_that_cannot_be_read_is_damage(ledger: Ledger, sheet: SheetKey) -> None:
    keep(ledger, sheet, entry("r-1"))
    with ledger._writing() as connection:
        connection.execute(text("UPDATE history SET entry = '[1]'"))

    with pytest.raises(LedgerDamagedError, match="The history of r-1"):
        ledger.history(sheet)


def test_outcomes_and_history_are_stored_together_or_not_at_all(
    ledger: Ledger, sheet: SheetKey
) -> None:
    change = Change(
        case="r-1", label="R-1", row=2, field="paid_at", before=None, after=1.5, reason="paid"
    )
    run = ledger.begin_pass(sheet, NINE)
    [number] = ledger.intend(sheet, run, [change], nonce="n", expected=[[]])
    ledger.record(
        sheet, Learnt(at=NINE, history=[entry("r-1")], outcomes={number: (IntentState.LOST, "")})
    )

    with pytest.raises(ImpossibleTransitionError):
        ledger.record(
            sheet, Learnt(at=TEN, history=[entry("r-2")], outcomes={number: (IntentState.DONE, "")})
        )

    assert ledger.history(sheet) == [entry("r-1")]
    assert ledger.intents(sheet)[0].at == NINE


# What is to be added to the tab


def test_nothing_is_to_be_added_where_nothing_changed(ledger: Ledger, sheet: SheetKey) -> None:
    assert ledger.next_addition(sheet, NINE, 10) is None


def test_the_same_entries_come_under_the_same_mark_until_they_are_confirmed(
    ledger: Ledger, sheet: SheetKey
) -> None:
    keep(ledger, sheet, entry("r-1"))
    first = ledger.next_addition(sheet, NINE, 10)
    keep(ledger, sheet, entry("r-2"))

    again = ledger.next_addition(sheet, TEN, 10)
    assert again == first
    assert first
    ledger.confirm(sheet, first)
    then = ledger.next_addition(sheet, ELEVEN, 10)

    assert (cases(first), cases(then)) == (["r-1"], ["r-2"])
    assert then
    assert then.mark != first.mark


def test_many_entries_go_in_several_additions(ledger: Ledger, sheet: SheetKey) -> None:
    keep(ledger, sheet, *(entry(f"r-{number}") for number in range(5)))
    sent: list[list[str]] = []

    while addition := ledger.next_addition(sheet, NINE, 2):
        sent.append(cases(addition))
        ledger.confirm(sheet, addition)

    assert sent == [["r-0", "r-1"], ["r-2", "r-3"], ["r-4"]]


def test_a_mark_is_outdated_when_no_request_can_be_under_way(
    ledger: Ledger, sheet: SheetKey
) -> None:
    marks: list[int] = []
    outdated: list[tuple[int, ...]] = []
    for minutes in (0, 1, 12, 13):
        at = NINE + timedelta(minutes=minutes)
        keep(ledger, sheet, entry("r-1", at))
        addition = ledger.next_addition(sheet, at, 10)
        assert addition
        marks.append(addition.mark)
        outdated.append(addition.outdated)
        ledger.confirm(sheet, addition)

    assert outdated[:2] == [(), ()]
    assert outdated[2] == (marks[0],)  # the latest one stays: it says how far the tab has come
    assert outdated[3] == (marks[1],)


def test_logs_have_additions_of_their_own(ledger: Ledger, sheet: SheetKey) -> None:
    other = SheetKey("another", 0)
    keep(ledger, sheet, entry("r-1"))
    keep(ledger, other, entry("r-2"))
    first = ledger.next_addition(sheet, NINE, 10)
    assert first
    ledger.confirm(sheet, first)

    assert cases(ledger.next_addition(other, NINE, 10)) == ["r-2"]


# Upkeep


def test_pruning_drops_only_what_the_tab_has(ledger: Ledger, sheet: SheetKey) -> None:
    keep(ledger, sheet, entry("r-1", NINE), entry("r-2", NOON))
    first = ledger.next_addition(sheet, NINE, 2)
    assert first
    ledger.confirm(sheet, first)
    keep(ledger, sheet, entry("r-3", NINE))

    ledger.prune(TEN)

    assert [one.case for one in ledger.history(sheet)] == ["r-2", "r-3"]
    assert cases(ledger.next_addition(sheet, NOON, 10)) == ["r-3"]


def test_an_upkeep_is_remembered_with_the_size_it_left(ledger: Ledger, sheet: SheetKey) -> None:
    before = ledger.upkeep(sheet)
    done = ledger.keep_up(sheet, NOON, before=NINE)

    assert before is None
    assert ledger.upkeep(sheet) == done
    assert done.at == NOON
    assert done.size > 0


@pytest.mark.parametrize(
    ("at", "months", "before"),
    [
        pytest.param("2026-11-02", 24, "2024-11-02", id="two years"),
        pytest.param("2026-01-31", 1, "2025-12-28", id="over the year's end"),
        pytest.param("2026-03-31", 1, "2026-02-28", id="to a shorter month"),
        pytest.param("2026-12-05", 12, "2025-12-05", id="a December"),
    ],
)
def test_months_are_those_of_the_calendar(at: str, months: int, before: str) -> None:
    found = months_before(datetime.fromisoformat(at).replace(tzinfo=UTC), months)

    assert found.date().isoformat() == before
