"""What is learnt from receipts, and what is not."""

import pytest

from refundsheet.core.advance import advance
from refundsheet.core.memory import Owed, Remembered
from refundsheet.core.model import Cell, Change, Outcome, Receipt, RefundCase
from refundsheet.core.serials import to_moment
from tests.passes import MONDAY, ZONE, Log, case

KNOWN = Remembered(
    key="r-1",
    case=RefundCase(case_id="R-1", status="Rejected"),
    adopted=True,
    first_seen=MONDAY,
    still_since=MONDAY,
    owed={"resolved_at": Owed(MONDAY, "status became Rejected")},
    written={"last_action_at": 46328.0},
)


def a_receipt(
    field: str,
    after: Cell,
    outcome: Outcome = Outcome.DONE,
    key: str = "r-1",
    *,
    backfills: bool = False,
) -> Receipt:
    change = Change(
        case=key,
        label="R-1",
        row=2,
        field=field,
        before=None,
        after=after,
        reason="so",
        backfills=backfills,
    )
    return Receipt(change, outcome, "in a test")


def learnt(receipt: Receipt) -> Remembered:
    return advance({"r-1": KNOWN}, [receipt], ZONE).cases["r-1"]


def test_a_stamp_that_was_written_is_known_and_owed_no_more() -> None:
    after = learnt(a_receipt("resolved_at", 46328.5))
    assert after.owed == {}
    assert after.written == {"last_action_at": 46328.0, "resolved_at": 46328.5}
    assert after.case.resolved_at == to_moment(46328.5, ZONE)


def test_a_stamp_that_was_taken_back_is_ours_no_more() -> None:
    after = learnt(a_receipt("last_action_at", None))
    assert (after.written, after.case.last_action_at) == ({}, None)


def test_what_completed_an_old_case_is_known_as_such_while_it_stands() -> None:
    completed = [a_receipt("resolved_at", 46328.5, backfills=True)]
    assert learnt(*completed).backfilled == ("resolved_at",)
    twice = advance({"r-1": learnt(*completed)}, completed, ZONE).cases["r-1"]
    assert twice.backfilled == ("resolved_at",)
    stamped = advance({"r-1": twice}, [a_receipt("resolved_at", 46329.5)], ZONE).cases["r-1"]
    assert stamped.backfilled == ()


@pytest.mark.parametrize("outcome", [Outcome.LOST, Outcome.UNKNOWN, Outcome.FALSE_MATCH])
def test_what_was_not_written_stays_owed(outcome: Outcome) -> None:
    assert learnt(a_receipt("resolved_at", 46328.5, outcome)) is KNOWN


@pytest.mark.parametrize(
    ("outcome", "owed"),
    [
        pytest.param(Outcome.REFUSED, {}, id="nothing is owed where we may not write"),
        pytest.param(Outcome.UNRESOLVED, {}, id="nor what may be written and cleared"),
        pytest.param(Outcome.VANISHED, KNOWN.owed, id="a merge may be taken apart"),
    ],
)
def test_why_a_cell_could_not_be_filled_in_is_known(
    outcome: Outcome, owed: dict[str, Owed]
) -> None:
    refused = a_receipt("resolved_at", 46328.5, outcome)
    after = learnt(refused)
    assert (after.owed, after.barred) == (owed, {"resolved_at": "in a test"})
    assert advance({"r-1": after}, [refused], ZONE).cases["r-1"] is after


def test_a_cell_that_was_filled_in_at_last_is_barred_no_more() -> None:
    barred = learnt(a_receipt("resolved_at", 46328.5, Outcome.REFUSED))
    after = advance({"r-1": barred}, [a_receipt("resolved_at", 46328.5)], ZONE).cases["r-1"]
    assert after.barred == {}


def test_a_date_that_could_not_be_cleared_is_not_a_blank_cell() -> None:
    assert learnt(a_receipt("last_action_at", None, Outcome.REFUSED)) is KNOWN


def test_a_row_that_got_its_id_is_known_by_it() -> None:
    advanced = advance({"r-1": KNOWN}, [a_receipt("case_id", "R-2026-0001")], ZONE)
    assert advanced.renamed == {"r-1": "r-2026-0001"}
    assert advanced.cases["r-2026-0001"].case.case_id == "R-2026-0001"
    assert "r-1" not in advanced.cases
    assert advanced.changed == {"r-2026-0001"}


NOT_SENT = (Outcome.REFUSED, Outcome.WAITING)


@pytest.mark.parametrize("outcome", NOT_SENT)
def test_a_text_that_was_never_sent_is_not_ours_where_people_have_put_it(outcome: Outcome) -> None:
    receipts = [a_receipt("follow_up_by", 46328.375718, outcome)]
    assert advance({"r-1": KNOWN}, receipts, ZONE).texts == frozenset()


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome not in NOT_SENT])
def test_a_text_of_ours_is_known_whatever_became_of_it(outcome: Outcome) -> None:
    advanced = advance({"r-1": KNOWN}, [a_receipt("row_check", "Mend it.", outcome)], ZONE)
    assert advanced.texts == {"Mend it."}
    assert advanced.cases["r-1"] is KNOWN


def test_a_cleared_cell_of_ours_leaves_no_text() -> None:
    assert advance({"r-1": KNOWN}, [a_receipt("row_check", None)], ZONE).texts == frozenset()


def test_a_receipt_of_a_row_without_a_record_teaches_nothing() -> None:
    advanced = advance({"r-1": KNOWN}, [a_receipt("row_check", "Mend it.", key="x")], ZONE)
    assert advanced.cases == {"r-1": KNOWN}


def test_an_unchanged_log_plans_nothing_the_second_time() -> None:
    log = Log([case(f"R-{n}", status=status) for n, status in enumerate(("what?", "New", ""))])
    log.run()
    log.add(case("", order="#9", received=""))
    log.settle()
    log.run()
    assert log.run().decisions.changes == ()
