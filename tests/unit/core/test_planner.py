"""From what is known to what is written: stamps, IDs and our own columns, each on its condition."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from refundsheet.core.cells import CELL_ERROR
from refundsheet.core.model import Change, Outcome, Severity, Violation
from refundsheet.core.planner import cell_text, row_check_text
from refundsheet.core.serials import to_serial
from tests.passes import HEADERS, ZONE, Log, Passed, case


def an_adopted_log(*rows: dict[str, object], headers: tuple[str, ...] = HEADERS) -> Log:
    log = Log([dict(row) for row in rows], headers=headers)
    log.run()
    return log


def change_of(passed: Passed, field: str) -> Change:
    return next(change for change in passed.decisions.changes if change.field == field)


def test_a_complete_new_row_gets_an_id_first_and_its_stamps_when_the_id_stands() -> None:
    log = an_adopted_log(case("RB-2024-007"))
    log.add(case("", order="#2", received=""))
    log.run()
    assert log.run().changes == {("#2", "case_id"): "RB-2024-008"}
    assert list(log.run().changes) == [("RB-2024-008", "requested_at")]


def test_the_id_rests_on_what_the_row_says() -> None:
    log = an_adopted_log(case("R-1"))
    log.add(case("", order="#2"))
    log.run()
    change = change_of(log.run(), "case_id")
    assert change.premise == ("order_id", "customer_name", "requested_at", "reason", "status")
    assert change.before is None


def test_minted_ids_are_unique_and_a_removed_one_is_not_used_again() -> None:
    log = an_adopted_log(case("R-1"), case("R-2"))
    del log.rows[1]
    for _ in range(12):
        log.run()
    log.add(case("", order="#2"), case("", order="#3"))
    log.settle()
    assert [row["Case ID"] for row in log.rows] == ["R-1", "R-3", "R-4"]


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(case("", order="", customer=""), id="about nobody"),
        pytest.param(case("", status="", reason=""), id="about nothing"),
        pytest.param(case(" "), id="a space is not a blank cell"),
        pytest.param(case("#REF!"), id="nor is an error"),
    ],
)
def test_a_row_that_is_not_complete_gets_no_id(row: dict[str, object]) -> None:
    log = an_adopted_log(case("R-1"))
    log.add(row)
    assert log.settle().changes == {}


def test_old_rows_get_their_ids_only_on_request() -> None:
    log = an_adopted_log(case("", order="#1"))
    assert log.settle().changes == {}
    passed = log.run(backfill=True)
    assert passed.changes == {("#1", "case_id"): "R-2026-0001"}
    why = change_of(passed, "case_id").reason
    assert why == "backfilled: the row is complete and had no Case ID"
    assert log.known("r-2026-0001").backfilled == ("case_id",)


def test_a_log_without_a_column_of_ids_gets_none() -> None:
    log = an_adopted_log(case("", order="#1"), headers=HEADERS[1:])
    assert log.run(backfill=True).changes == {}


@pytest.mark.parametrize(
    ("row", "stamped"),
    [
        pytest.param({"status": "Refunded", "last_action": 46325.5}, 46325.5, id="closed"),
        pytest.param({"status": "New", "last_action": 46325.5}, None, id="open"),
        pytest.param({"status": "Refunded"}, None, id="nobody knows when"),
        pytest.param({"status": "Refunded", "last_action": 46321.0}, None, id="before the request"),
        pytest.param({"status": "Refunded", "last_action": 99999999.0}, None, id="no true date"),
        pytest.param({"status": "Refunded", "last_action": "1 May 2026"}, None, id="a text"),
        pytest.param(
            {"status": "Refunded", "last_action": 46325.5, "resolved": "?"}, None, id="filled"
        ),
    ],
)
def test_backfill_closes_old_cases_on_the_day_of_their_last_action(
    row: dict[str, object], stamped: float | None
) -> None:
    log = an_adopted_log(case("R-1", **row))
    changes = log.run(backfill=True).changes
    assert changes == ({} if stamped is None else {("R-1", "resolved_at"): stamped})


def test_what_was_backfilled_is_marked_until_somebody_corrects_it() -> None:
    log = an_adopted_log(case("R-1", status="Refunded", last_action=46325.5))
    passed = log.run(backfill=True)
    why = change_of(passed, "resolved_at").reason
    assert why == "backfilled: the last action of a closed case"
    assert log.known("r-1").backfilled == ("resolved_at",)
    log.rows[0]["Amount"] = 3
    log.run()
    assert log.known("r-1").backfilled == ("resolved_at",)
    log.rows[0]["Resolution Date"] = 46324.0
    log.run()
    assert log.known("r-1").backfilled == ()


def test_a_backfilled_date_is_taken_back_on_reopening_and_the_next_one_was_seen() -> None:
    log = an_adopted_log(case("R-1", status="Refunded", last_action=46325.5))
    log.run(backfill=True)
    log.rows[0]["Status"] = "Under Review"
    assert log.run().changes["R-1", "resolved_at"] is None
    log.rows[0]["Status"] = "Rejected"
    assert log.run().changes["R-1", "resolved_at"] == to_serial(log.now, ZONE)
    assert log.known("r-1").backfilled == ()


def test_backfill_needs_the_column_it_fills() -> None:
    headers = tuple(h for h in HEADERS if h != "Resolution Date")
    row = case("R-1", status="Refunded", last_action=46325.5)
    log = an_adopted_log(row, headers=headers)
    assert log.run(backfill=True).changes == {}


def test_a_new_case_is_not_backfilled() -> None:
    log = an_adopted_log(case("R-1"))
    log.add(case("R-2", status="Refunded", last_action=46325.5, received=46320.0))
    log.settle()
    assert log.run(backfill=True).changes == {}


def test_a_stamp_rests_on_the_status_it_comes_from_and_on_whose_case_it_is() -> None:
    log = an_adopted_log(case("R-1"))
    log.rows[0]["Status"] = "Rejected"
    passed = log.run()
    whose = ("order_id", "customer_name")
    assert change_of(passed, "resolved_at").premise == ("status", *whose)
    assert change_of(passed, "last_action_at").premise == ("status", "notes", *whose)
    assert change_of(passed, "resolved_at").reason == "status became Rejected"


def test_a_stamp_without_a_column_waits_for_one() -> None:
    log = an_adopted_log(case("R-1"), headers=("Case ID", "Status"))
    log.rows[0]["Status"] = "Rejected"
    assert log.run().changes == {}


def test_our_own_stamp_may_be_renewed_and_a_changed_one_not() -> None:
    log = an_adopted_log(case("R-1"))
    log.rows[0]["Status"] = "Under Review"
    log.run()
    log.rows[0]["Status"] = "New"
    assert list(log.run().changes) == [("R-1", "last_action_at")]
    log.rows[0]["Date of Last Action"] += 0.5
    log.run()
    log.rows[0]["Status"] = "Under Review"
    assert log.run().changes == {}


def test_a_flag_is_raised_and_cleared_by_itself() -> None:
    log = an_adopted_log(case("R-1", received=46329.0))
    log.rows[0]["Status"] = "Approved"
    log.run()
    assert not log.rows[0].get("Follow-up")
    log.wait(days=3)
    log.run()
    assert log.rows[0]["Follow-up"].startswith("Overdue: Approved since Mon 2 Nov 09:02, limit 2")
    assert log.rows[0]["Follow-up By"] == pytest.approx(46330.3764, abs=1e-3)
    assert log.run().decisions.changes == ()
    log.rows[0]["Status"] = "Refunded"
    cleared = [c for c in log.run().decisions.changes if c.field == "follow_up"]
    assert [c.reason for c in cleared] == ["Follow-up: the reason is gone"]
    assert (log.rows[0]["Follow-up"], log.rows[0]["Follow-up By"]) == ("", "")


def test_a_date_of_ours_that_comes_back_with_other_digits_is_not_written_again() -> None:
    log = an_adopted_log(case("R-1", received=46300.0))
    log.rows[0]["Follow-up By"] += 1e-9
    assert log.run().decisions.changes == ()


def test_a_flag_carried_to_another_row_is_put_right() -> None:
    log = an_adopted_log(case("R-1", status="Nonsense"), case("R-2"))
    log.rows[1]["Row Check"] = log.rows[0]["Row Check"]
    log.rows[0]["Row Check"] = ""
    log.run()
    assert 'Status "Nonsense"' in log.rows[0]["Row Check"]
    assert log.rows[1]["Row Check"] == ""


@pytest.mark.parametrize("header", ["Follow-up", "Follow-up By", "Row Check"])
def test_what_people_type_into_our_columns_is_theirs_until_it_is_emptied(header: str) -> None:
    log = an_adopted_log(case("R-1", status="what?", received=46300.0))
    said = log.rows[0][header]
    assert said
    log.rows[0][header] = "mine"
    log.run()
    assert log.rows[0][header] == "mine"
    log.rows[0][header] = ""
    log.run()
    assert log.rows[0][header] == said


def test_the_date_beside_a_follow_up_of_somebody_is_left_alone() -> None:
    log = an_adopted_log(case("R-1", received=46300.0, follow_up="ask Bo", follow_up_by=""))
    passed = log.run()
    assert "r-1" in passed.decisions.flags
    assert (log.rows[0]["Follow-up"], log.rows[0]["Follow-up By"]) == ("ask Bo", "")


def test_a_flag_whose_answer_was_lost_is_still_ours() -> None:
    log = an_adopted_log(case("R-1"))
    log.rows[0]["Status"] = "what?"
    lost = change_of(log.run(outcome=Outcome.UNKNOWN), "row_check").after
    log.rows[0]["Row Check"] = lost
    log.rows[0]["Status"] = "New"
    log.run()
    assert log.rows[0]["Row Check"] == ""


def test_a_copy_is_offered_an_id_that_is_free() -> None:
    log = an_adopted_log(case("R-1"), case("R-2"))
    log.add(case("R-1", order="#5"))
    log.run()
    said = log.rows[2]["Row Check"]
    assert "R-1 is the Case ID of 2 rows, and this one looks like the copy." in said
    assert said.endswith("R-1-2 is free.")
    assert not log.rows[0].get("Row Check")


def test_what_told_a_row_from_others_with_its_id_is_still_true_when_it_is_written() -> None:
    log = an_adopted_log(case("R-1"), case("R-2"))
    log.add(case("R-1", order="#5"))
    log.run()
    for row in log.rows:
        row["Status"] = "Approved"

    changes = [change for change in log.run().decisions.changes if change.field == "approved_at"]

    tells = {"amount", "reason"}
    assert {change.case: tells <= {*change.premise} for change in changes} == {
        "r-1": True,
        "r-2": False,
    }


def _lost_its_id(log: Log) -> None:
    log.rows[0]["Case ID"] = ""


def _may_be_either(log: Log) -> None:
    log.rows = [case("", order="#9"), log.rows[2]]


@pytest.mark.parametrize("is_in_doubt", [_lost_its_id, _may_be_either])
def test_what_is_said_to_a_row_without_an_id_rests_on_what_the_row_says(
    is_in_doubt: Callable[[Log], None],
) -> None:
    log = an_adopted_log(case("R-1"), case("R-2"), case("R-3", customer="Bo Lind"))
    is_in_doubt(log)
    [change] = [one for one in log.run().decisions.changes if one.field == "row_check"]
    assert {"order_id", "customer_name"} <= {*change.premise}


def test_sorting_does_not_rewrite_what_is_said_about_copies() -> None:
    log = an_adopted_log(*(case("R-1", order=f"#{n}") for n in range(4)))
    log.rows.reverse()
    assert log.run().decisions.changes == ()


def test_an_error_in_a_cell_is_said_once_it_stays() -> None:
    log = an_adopted_log(case("R-1", amount="#REF!"))
    assert log.run().rules(0) == []
    assert log.run().rules(0) == [CELL_ERROR]
    assert "shows #REF!" in log.rows[0]["Row Check"]
    log.rows[0]["Amount"] = 3
    log.run()
    assert log.rows[0]["Row Check"] == ""


def test_the_worst_comes_first_and_notes_stay_out_of_the_sheet() -> None:
    row = case("R-1", status="what?", resolved=46000.0, reason="My own")
    log = an_adopted_log(row)
    assert log.run().rules(0) == [
        "resolved_before_received",
        "unknown_status",
        "resolved_but_open",
        "reason_not_listed",
    ]
    said = log.rows[0]["Row Check"]
    assert said.startswith("The resolution date is earlier")
    assert "My own" not in said


def test_a_long_row_check_is_cut_to_what_a_glance_can_read() -> None:
    many = [Violation("x", Severity.PROBLEM, "", f"{n} " * 30) for n in range(20)]
    text = row_check_text(many)
    assert (len(text), text[-1]) == (500, "…")


def test_half_typed_rows_hear_no_complaint() -> None:
    log = an_adopted_log(case("R-1"))
    log.add(case("R-2", status="what?", amount="ten"))
    passed = log.run()
    assert passed.decisions.violations == {}
    log.run()
    assert "what?" in log.rows[1]["Row Check"]


def test_a_log_without_our_columns_gets_no_word_in_them() -> None:
    log = an_adopted_log(case("R-1", status="what?"), headers=HEADERS[:12])
    passed = log.run()
    assert passed.rules(0) == ["unknown_status"]
    assert passed.decisions.changes == ()


@pytest.mark.parametrize(
    ("value", "text"), [(46330.25, "46330.250000"), (3, "3.000000"), ("Stale", "Stale")]
)
def test_our_cells_are_remembered_to_the_second(value: float | str, text: str) -> None:
    assert cell_text(value) == text


def test_stamps_are_whole_seconds() -> None:
    log = an_adopted_log(case("R-1"))
    log.now += timedelta(microseconds=700_000)
    log.rows[0]["Status"] = "Rejected"
    stamp = log.run().changes["R-1", "resolved_at"]
    assert stamp == to_serial(log.now.replace(microsecond=0), ZONE)


def test_a_stamp_at_midnight_is_still_recognised_as_ours() -> None:
    log = an_adopted_log(case("R-1"))
    log.now = log.now.replace(hour=23, minute=59)
    log.rows[0]["Status"] = "Rejected"
    assert log.run().changes["R-1", "resolved_at"] == int(log.rows[0]["Resolution Date"])
    passed = log.run()
    assert (passed.observations, passed.changes) == ([], {})
    log.rows[0]["Status"] = "New"
    assert log.run().changes["R-1", "resolved_at"] is None


def test_a_reopened_case_is_not_told_off_for_the_date_that_is_being_taken_back() -> None:
    log = an_adopted_log(case("R-1"))
    log.rows[0]["Status"] = "Refunded"
    assert ("R-1", "resolved_at") in log.run().changes
    log.rows[0]["Status"] = "Under Review"

    passed = log.run()

    assert passed.changes["R-1", "resolved_at"] is None
    assert "resolved_but_open" not in passed.rules(0)


def test_why_a_cell_is_blank_is_said_until_people_fill_it_in_or_move_the_case_on() -> None:
    log = Log([case(f"R-{n}") for n in (1, 2, 3)], protected=frozenset({"Resolution Date"}))
    log.run()
    for row in log.rows:
        row["Status"] = "Rejected"
    log.settle()
    assert [row["Row Check"][:15] for row in log.rows] == ["Resolution Date"] * 3

    log.row("R-1")["Resolution Date"] = 46327.0
    log.row("R-2")["Status"] = "Under Review"
    log.row("R-3")["Resolution Date"] = "soon"
    log.run()
    log.row("R-1")["Resolution Date"] = ""
    log.settle()

    assert [log.row(f"R-{n}").get("Row Check", "") for n in (1, 2)] == ["", ""]
    assert "could not be filled in" not in log.row("R-3")["Row Check"]
