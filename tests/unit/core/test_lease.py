"""Who may write: what the first row of the hidden tab means for a ledger."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from refundsheet.core.clock import clock_sentence, set_back
from refundsheet.core.lease import Holder, Standing, Tenure, lease_cells, stands
from refundsheet.core.memory import Memory, Remembered, Seen, Visit
from refundsheet.core.model import RefundCase

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
NONCE = "0123456789abcdef" * 2
US = Holder(ledger="us", who="ledger.sqlite on desk", spreadsheet_id="book", run=7, is_new=False)
THEM = Holder(ledger="them", who="ledger.sqlite on shelf", spreadsheet_id="book", run=9, is_new=False)  # fmt: skip


def standing(
    holder: Holder, *, nonce: Any = NONCE, after: timedelta = timedelta(), known: str = NONCE
) -> Standing:
    """How we stand to a lease of somebody's, some time after it was written."""
    marks = (nonce, *lease_cells(holder, NOW))
    return stands(marks, US, lambda mark: mark == known, NOW + after)


MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("holder", "after", "tenure"),
    [
        pytest.param(US, MINUTE, Tenure.OURS, id="ours"),
        pytest.param(US, 20 * MINUTE, Tenure.OURS, id="ours, ended, and nobody took it"),
        pytest.param(THEM, 14 * MINUTE, Tenure.OTHERS, id="another's"),
        pytest.param(THEM, 15 * MINUTE, Tenure.FREE, id="another's, ended"),
        pytest.param(replace(THEM, spreadsheet_id="original"), MINUTE, Tenure.FREE, id="copied with the spreadsheet"),
        pytest.param(replace(US, spreadsheet_id="original"), MINUTE, Tenure.FREE, id="ours, copied with the spreadsheet"),
        pytest.param(replace(US, run=8), MINUTE, Tenure.RESTORED, id="ours of a later pass"),
    ],
)  # fmt: skip
def test_a_lease_is_held_until_it_ends(holder: Holder, after: timedelta, tenure: Tenure) -> None:
    found = standing(holder, after=after)

    assert found.tenure is tenure
    assert bool(found.sentence) is (tenure in {Tenure.OTHERS, Tenure.RESTORED})


def test_a_nonce_our_ledger_does_not_know_was_written_by_a_later_one() -> None:
    assert standing(US, known="another").tenure is Tenure.RESTORED


@pytest.mark.parametrize("typed", ["", None, "hello", 12, True, "0123", NONCE.upper()])
def test_what_a_person_typed_there_proves_nothing(typed: Any) -> None:
    assert standing(US, nonce=typed, known="another").tenure is Tenure.OURS


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param((), id="nothing"),
        pytest.param(("them",), id="a part"),
        pytest.param(("them", "who", "tomorrow", "book", "9"), id="no time"),
        pytest.param(("them", "who", "2026-11-02T10:00:00", "book", "9"), id="a time of no zone"),
        pytest.param(("them", "who", "2026-11-02T10:00:00+00:00", "book", "many"), id="no number"),
        pytest.param((46000, True, None, "", 1.5), id="other things"),
    ],
)
def test_what_is_no_lease_holds_nobody_off(cells: tuple[Any, ...]) -> None:
    found = stands((NONCE, *cells), US, lambda _: False, NOW)

    assert (found.tenure, found.sentence) == (Tenure.FREE, "")
    assert found.is_due(NOW)


def test_a_new_ledger_succeeds_the_one_at_its_place() -> None:
    before, after = replace(US, ledger="lost"), replace(US, is_new=True)
    marks = (NONCE, *lease_cells(before, NOW))

    assert stands(marks, after, lambda _: False, NOW).tenure is Tenure.FREE
    assert stands(marks, US, lambda _: False, NOW).tenure is Tenure.OTHERS
    elsewhere = replace(after, who="another place")
    assert stands(marks, elsewhere, lambda _: False, NOW).tenure is Tenure.OTHERS


@pytest.mark.parametrize(("minutes", "due"), [(0, False), (4, False), (5, True), (-1, True)])
def test_ours_is_renewed_every_five_minutes(minutes: int, due: bool) -> None:  # noqa: FBT001
    assert standing(US).is_due(NOW + minutes * MINUTE) is due


def test_the_sentence_says_who_holds_it_and_what_to_do() -> None:
    assert standing(THEM).sentence == (
        "Another refundsheet (ledger.sqlite on shelf) keeps this log, for now until 2026-11-02 09:15, "
        "so this one only looks on and writes nothing. "
        "To let this one keep it instead, run: refundsheet sync --take-over"
    )


# The clock


@pytest.mark.parametrize(
    ("ahead", "refused"), [(-60, False), (0, False), (5, False), (6, True), (60 * 24, True)]
)
def test_a_ledger_from_the_future_is_refused(ahead: int, refused: bool) -> None:  # noqa: FBT001
    memory = Memory(last_read_at=NOW + ahead * MINUTE)

    assert bool(clock_sentence(memory, NOW)) is refused
    assert clock_sentence(Memory(), NOW) == ""


def test_an_accepted_clock_forgets_the_future() -> None:
    later = NOW + 60 * MINUTE
    typed = Remembered(key="r-1", case=RefundCase(), adopted=False, first_seen=NOW, still_since=later)  # fmt: skip
    cut = replace(typed, key="r-2", still_since=NOW, missing_since=later)
    still = replace(typed, key="r-3", still_since=NOW)
    memory = Memory(last_read_at=later, cases={"r-1": typed, "r-2": cut, "r-3": still})

    after = set_back(memory, NOW)

    assert after.last_read_at == NOW
    assert after.cases["r-1"].still_since == NOW
    assert after.cases["r-2"].missing_since == NOW
    assert after.cases["r-3"] is still
    assert set_back(after, NOW) is after


def test_no_clock_of_a_case_starts_in_a_future_that_was_none() -> None:
    later = NOW + 60 * MINUTE
    acted = Remembered(
        key="r-1",
        case=RefundCase(),
        adopted=False,
        first_seen=NOW,
        still_since=NOW,
        status_since=later,
        acted_at=later,
        visits=(Visit(status="New", not_before=None, not_after=later),),
        first_action=Seen(not_before=NOW, not_after=later),
    )

    after = set_back(Memory(last_read_at=later, cases={"r-1": acted}), NOW).cases["r-1"]

    assert (after.status_since, after.acted_at) == (NOW, NOW)
    assert after.visits == (Visit(status="New", not_before=None, not_after=NOW),)
    assert after.first_action == Seen(not_before=NOW, not_after=NOW)
