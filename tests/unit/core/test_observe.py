"""What people did since the last read, and what that owes to their cases."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refundsheet.core.memory import Memory
from refundsheet.core.model import Outcome
from refundsheet.core.observe import observe
from refundsheet.core.serials import to_serial
from tests.passes import HEADERS, MONDAY, ZONE, Log, case

STATUSES = ("New", "Under Review", "Approved", "Refunded", "Rejected", "Rfunded", "what?", "")


def serial(moment: datetime) -> float:
    return to_serial(moment, ZONE)


def an_adopted_log(*rows: dict[str, Any]) -> Log:
    log = Log(list(rows))
    log.run()
    return log


def test_the_first_read_learns_everything_and_stamps_nothing() -> None:
    log = Log([case("R-1", received=""), case("", status="Refunded", order="#2", received="")])
    passed = log.run()
    assert passed.changes == {}
    assert all(known.adopted and known.settled for known in log.memory.cases.values())


def test_a_new_row_is_left_in_peace_until_it_has_stood_still() -> None:
    log = an_adopted_log(case("R-1"))
    log.add(case("R-2", received=""))
    first_seen = log.now + timedelta(minutes=1)
    assert log.run().changes == {}
    assert log.run().changes == {("R-2", "requested_at"): serial(first_seen)}


def test_typing_on_starts_the_stillness_anew() -> None:
    log = an_adopted_log(case("R-1"))
    log.add(case("R-2", received=""))
    for note in ("c", "ca", "cal", "called"):
        log.rows[1]["Notes & Communications"] = note
        assert log.run().changes == {}
    assert ("R-2", "requested_at") in log.run().changes


def test_reads_in_quick_succession_are_no_stillness() -> None:
    log = an_adopted_log(case("R-1"))
    log.add(case("R-2", received=""))
    log.run()
    log.wait(seconds=-50)
    assert log.run().changes == {}


def test_ids_filled_down_ahead_are_no_requests() -> None:
    log = an_adopted_log(case("R-1"))
    log.add({"Case ID": "R-2", "Status": "New"}, {"Case ID": "R-3"})
    for _ in range(5):
        assert log.run().changes == {}
    assert not log.run().observed.changed
    log.rows[1] |= {"Customer Name": "Bo Lind"}
    completed = log.now + timedelta(minutes=1)
    assert log.settle() is not None
    assert log.rows[1]["Date Request Received"] == serial(completed)


def test_rows_of_a_template_at_the_start_are_cases_only_when_they_are_filled_in() -> None:
    log = an_adopted_log(case("R-1"), {"Case ID": "R-2", "Status": "New"})
    log.rows[1] |= {"Order ID": "#2"}
    log.settle()
    assert log.rows[1]["Date Request Received"]
    assert not log.rows[1].get("Date of Last Action")


def test_a_log_of_ids_and_statuses_alone_is_adopted_whole() -> None:
    log = Log([{"Case ID": "R-1", "Status": "New"}], headers=("Case ID", "Status"))
    log.run()
    assert log.known("r-1").adopted


def test_an_earlier_date_that_people_typed_is_kept_and_nothing_is_made_up_around_it() -> None:
    log = an_adopted_log(case("R-1"))
    log.add(case("R-2", received=46300.0, status="Refunded"))
    assert log.settle().changes == {}


def test_a_case_entered_closed_today_was_closed_today() -> None:
    log = an_adopted_log(case("R-1"))
    today = serial(log.now.replace(hour=0))
    log.add(case("R-2", received=today, status="Refunded"))
    seen = log.now + timedelta(minutes=1)
    log.settle()
    assert log.rows[1]["Resolution Date"] == log.rows[1]["Date Paid"] == serial(seen)


def test_a_time_of_today_is_today_in_the_zone_of_the_sheet() -> None:
    log = an_adopted_log(case("R-1"))
    log.now = datetime(2026, 11, 4, 0, 30, tzinfo=ZONE)  # still the 3rd by UTC
    log.add(case("R-2", received=serial(log.now), status="Approved"))
    log.settle()
    assert log.rows[1]["Date Approved"]


@pytest.mark.parametrize(
    ("was", "becomes", "stamped"),
    [
        ("New", "Under Review", {"last_action_at"}),
        ("New", "Approved", {"last_action_at", "approved_at"}),
        ("Approved", "Refunded", {"last_action_at", "paid_at", "resolved_at"}),
        ("Approved", "Replaced", {"last_action_at", "resolved_at"}),
        ("New", "Rejected", {"last_action_at", "resolved_at"}),
        ("Refunded", "Closed", {"last_action_at"}),
        ("Refunded", "New", {"last_action_at"}),
        pytest.param("New", "Refnded", {"last_action_at", "paid_at", "resolved_at"}, id="slip"),
        pytest.param("New", "whatever", {"last_action_at"}, id="unknown is open"),
        pytest.param("New", "", {"last_action_at"}, id="blank"),
    ],
)
def test_a_new_status_stamps_what_it_means(was: str, becomes: str, stamped: set[str]) -> None:
    log = an_adopted_log(case("R-1", status=was))
    log.rows[0]["Status"] = becomes
    at = log.now + timedelta(minutes=1)
    assert log.run().changes == {("R-1", field): serial(at) for field in stamped}


def test_notes_are_an_action_and_other_cells_are_not() -> None:
    log = an_adopted_log(case("R-1"), case("R-2"))
    log.rows[0]["Notes & Communications"] = "called"
    log.rows[1]["Amount"] = 99
    assert list(log.run().changes) == [("R-1", "last_action_at")]


def test_blanks_between_words_are_no_change() -> None:
    log = an_adopted_log(case("R-1", notes="called  her", status="New"))
    log.rows[0] |= {"Notes & Communications": " called her ", "Status": "New "}
    passed = log.run()
    assert (passed.observations, passed.changes) == ([], {})


def test_who_dates_the_action_themselves_is_believed() -> None:
    log = an_adopted_log(case("R-1"))
    log.rows[0] |= {
        "Status": "Refunded",
        "Date of Last Action": 46325.0,
        "Resolution Date": 46325.0,
    }
    assert list(log.run().changes) == [("R-1", "paid_at")]


def test_a_date_that_stood_before_is_never_overwritten() -> None:
    log = an_adopted_log(case("R-1", last_action=46325.0, resolved=46325.0, paid="soon"))
    log.rows[0]["Status"] = "Refunded"
    assert log.run().changes == {}


@pytest.mark.parametrize("typed", [46325.0, "03/04/2026", "yesterday", "-"])
def test_who_clears_what_they_typed_finds_it_blank(typed: object) -> None:
    log = an_adopted_log(case("R-1", status="New", last_action=typed, resolved=typed))
    log.rows[0]["Status"] = "Refunded"
    log.run()
    log.rows[0] |= {"Date of Last Action": "", "Resolution Date": ""}
    assert log.run().changes == {}


def test_a_cleared_last_action_stays_blank_until_the_next_action() -> None:
    log = an_adopted_log(case("R-1"))
    log.rows[0]["Status"] = "Under Review"
    log.run()
    log.rows[0]["Date of Last Action"] = ""
    assert [log.run().changes for _ in range(3)] == [{}, {}, {}]
    log.rows[0]["Notes & Communications"] = "called"
    assert list(log.run().changes) == [("R-1", "last_action_at")]


def test_a_received_date_that_was_unreadable_is_not_replaced_when_it_is_cleared() -> None:
    log = an_adopted_log(case("R-1"))
    log.add(case("R-2", received="03/04/2026"))
    log.settle()
    log.rows[1]["Date Request Received"] = ""
    assert log.run().changes == {}


def test_our_own_stamps_are_nobodys_action() -> None:
    log = an_adopted_log(case("R-1"))
    log.rows[0]["Status"] = "Refunded"
    log.run()
    passed = log.run()
    assert (passed.observations, passed.changes, passed.observed.changed) == ([], {}, frozenset())


def test_forty_statuses_filled_down_are_forty_actions_at_one_time() -> None:
    log = an_adopted_log(*(case(f"R-{n}") for n in range(40)))
    for row in log.rows:
        row["Status"] = "Under Review"
    changes = log.run().changes
    assert len(changes) == 40
    assert set(changes.values()) == {serial(log.now)}


def test_a_stamp_that_lost_its_race_keeps_its_time() -> None:
    log = an_adopted_log(case("R-1"))
    log.rows[0]["Status"] = "Under Review"
    lost = log.run(outcome=Outcome.LOST).changes
    assert log.run().changes == lost
    assert log.run().changes == {}


def test_who_fills_in_after_a_lost_race_is_believed() -> None:
    log = an_adopted_log(case("R-1"))
    log.rows[0]["Status"] = "Rejected"
    log.run(outcome=Outcome.LOST)
    log.rows[0] |= {"Resolution Date": 46325.0, "Date of Last Action": 46325.0}
    log.run()
    log.rows[0] |= {"Resolution Date": "", "Date of Last Action": ""}
    assert log.run().changes == {}


def test_a_case_opened_again_loses_our_date_of_closing_and_gets_a_new_one() -> None:
    log = an_adopted_log(case("R-1"))
    log.rows[0]["Status"] = "Rejected"
    log.run()
    first = log.rows[0]["Resolution Date"]
    log.rows[0]["Status"] = "Under Review"
    assert log.run().changes["R-1", "resolved_at"] is None
    log.rows[0]["Status"] = "Rejected"
    log.run()
    assert log.rows[0]["Resolution Date"] > first


def test_a_date_of_closing_that_people_typed_survives_the_reopening() -> None:
    log = an_adopted_log(case("R-1", status="Rejected", resolved=46325.0))
    log.rows[0]["Status"] = "Under Review"
    log.run()
    assert log.rows[0]["Resolution Date"] == 46325.0


@pytest.mark.parametrize("between", ["", "who knows", "#REF!", "Loading..."])
def test_a_closed_case_does_not_lose_its_date_to_a_status_nobody_understands(between: str) -> None:
    log = an_adopted_log(case("R-1"))
    log.rows[0]["Status"] = "Rejected"
    log.run()
    closed = log.rows[0]["Resolution Date"]
    log.rows[0]["Status"] = between
    log.run()
    log.rows[0]["Status"] = "Rejected"
    log.run()
    assert log.rows[0]["Resolution Date"] == closed


@pytest.mark.parametrize("header", [h for h in HEADERS[:12] if h != "Case ID"])
@pytest.mark.parametrize("error", ["#REF!", "Loading...", "#N/A"])
def test_an_error_in_a_cell_is_not_a_change(header: str, error: str) -> None:
    dates = {"last_action": 46325.0, "approved": 46325.0, "paid": 46325.0, "resolved": 46325.0}
    log = an_adopted_log(case("R-1", status="Refunded", notes="called", **dates))
    held = log.rows[0][header]
    for cell in (error, held):
        log.rows[0][header] = cell
        passed = log.run()
        assert (passed.observations, passed.changes) == ([], {})


def test_a_change_behind_an_error_is_seen_when_the_error_goes() -> None:
    log = an_adopted_log(case("R-1", status="New"))
    log.rows[0]["Status"] = "Loading..."
    log.run()
    log.rows[0]["Status"] = "Rejected"
    assert log.run().observations == [("r-1", "status", "New", "Rejected")]


def test_statuses_that_were_loading_at_the_start_are_learnt_when_they_come() -> None:
    log = an_adopted_log(*(case(f"R-{n}", status="Loading...") for n in range(3)))
    log.run()
    for row in log.rows:
        row["Status"] = "Refunded"
    passed = log.run()
    assert (passed.observations, passed.changes) == ([], {})
    log.rows[0]["Status"] = "Closed"
    assert list(log.run().changes) == [("R-0", "last_action_at")]


def test_a_new_row_whose_status_is_loading_is_not_complete() -> None:
    log = an_adopted_log(case("R-1"))
    log.add(case("R-2", received="", status="Loading..."))
    assert log.settle().changes == {}
    log.rows[1]["Status"] = "New"
    assert ("R-2", "requested_at") in log.settle().changes or log.rows[1]["Date Request Received"]


def test_customer_and_order_of_one_column_are_compared_too() -> None:
    both = "Customer Name & Order ID"
    log = Log([{"Case ID": "R-1", both: "Ada, #1001", "Status": "New"}])
    log.headers = ("Case ID", both, "Status")
    log.run()
    log.rows[0][both] = "#REF!"
    assert log.run().observations == []
    log.rows[0][both] = "Ada, #1002"
    assert log.run().observations == [("r-1", "order_id", "#1001", "#1002")]


def test_a_column_that_comes_back_is_learnt_silently() -> None:
    log = an_adopted_log(case("R-1", notes="called"))
    log.headers = tuple("Scribbles" if h.startswith("Notes") else h for h in HEADERS)
    assert log.run().observations == []
    log.headers = HEADERS
    log.rows[0]["Notes & Communications"] = "called twice"
    passed = log.run()
    assert (passed.observations, passed.changes) == ([], {})


def test_moved_columns_change_nothing() -> None:
    log = an_adopted_log(case("R-1", status="New"), case("", order="#2"))
    log.headers = tuple(reversed(HEADERS))
    passed = log.run()
    assert (passed.observations, passed.changes) == ([], {})


@pytest.mark.parametrize("header", ["Case ID", "Order ID", "Customer Name"])
@pytest.mark.parametrize("gone_for", [1, 15])
def test_a_renamed_header_and_its_return_stamp_nothing(header: str, gone_for: int) -> None:
    named = (case(f"R-{n}", received="", customer=f"Ada {n}") for n in range(3))
    nameless = (case("", order=f"#{n}", received="", customer=f"Bo {n}") for n in range(3))
    log = an_adopted_log(*named, *nameless)
    log.headers = tuple(f"My own {h}" if h == header else h for h in HEADERS)
    for row in log.rows:
        row[f"My own {header}"] = row[header]
    for _ in range(gone_for):
        assert log.run().changes == {}
    log.headers = HEADERS
    for _ in range(4):
        assert log.run().changes == {}


def test_a_case_is_removed_after_three_reads_and_ten_minutes() -> None:
    log = an_adopted_log(case("R-1"), case("R-2"))
    del log.rows[0]
    for _ in range(10):
        log.run()
        assert not log.known("r-1").removed
    log.run()
    assert log.known("r-1").removed
    assert log.run().recognised.absent == ()


def test_time_alone_removes_nothing() -> None:
    log = an_adopted_log(case("R-1"), case("R-2"))
    del log.rows[0]
    log.run()
    log.wait(hours=5)
    log.run()
    assert not log.known("r-1").removed


@pytest.mark.parametrize("case_id", ["R-1", ""])
def test_a_removed_row_that_comes_back_is_the_old_one(case_id: str) -> None:
    row = case(case_id, order="#1", received="")
    log = an_adopted_log(row, case("R-2"))
    log.rows.remove(row)
    for _ in range(15):
        log.run()
    log.rows.append(row)
    for _ in range(4):
        assert log.run().changes == {}


def test_a_row_cut_while_it_was_typed_is_forgotten() -> None:
    log = an_adopted_log(case("R-1"))
    log.add(case("R-2"))
    log.run()
    del log.rows[1]
    passed = log.run()
    assert passed.observed.forgotten == {"r-2"}
    assert "r-2" not in log.memory.cases


def test_a_row_that_was_just_typed_before_an_outage_did_not_begin_as_what_it_became_meanwhile() -> (
    None
):
    log = an_adopted_log(case("R-1"))
    log.add(case("R-2", received=""))
    log.run()
    typed = log.now
    log.wait(days=3)
    log.rows[1]["Status"] = "Approved"
    log.settle()
    assert log.rows[1]["Date Request Received"] == serial(typed)
    assert log.rows[1]["Date Approved"] == serial(typed + timedelta(days=3, minutes=1))
    assert [visit.status for visit in log.known("r-2").visits] == ["New", "Approved"]


def test_a_row_that_was_being_typed_before_an_outage_begins_when_it_is_seen_whole() -> None:
    log = an_adopted_log(case("R-1"))
    log.add({"Case ID": "R-2", "Order ID": "#2"})
    log.run()
    log.wait(days=3)
    log.rows[1]["Status"] = "Approved"
    log.settle()
    assert [visit.status for visit in log.known("r-2").visits] == ["Approved"]


def test_what_is_observed_lies_between_two_reads() -> None:
    log = an_adopted_log(case("R-1"))
    before = log.now
    log.wait(hours=3)
    log.rows[0] |= {"Status": "Approved", "Amount": ""}
    seen = {o.field: o for o in log.run().observed.observations}
    assert (seen["status"].not_before, seen["status"].not_after) == (before, log.now)
    assert (seen["amount"].before, seen["amount"].after) == ("12.50", "")


@pytest.mark.parametrize("first", ["", "R-1"])
def test_an_id_typed_on_two_rows_and_then_put_right_on_the_other_makes_no_case_new(
    first: str,
) -> None:
    bare = {"order": "", "customer": "", "received": "", "reason": "Size or fit"}
    log = an_adopted_log(case(first, **bare, amount=1), case("R-2", order="", received=""))
    log.rows[0] |= {"Case ID": "R-2"}
    log.run()
    log.rows[1] |= {"Case ID": "R-3"}
    for _ in range(6):
        assert [field for _, field in log.run().changes if field == "requested_at"] == []
    assert all(known.adopted for known in log.memory.cases.values())


def test_a_desk_may_count_other_columns_as_actions() -> None:
    log = an_adopted_log(case("R-1"))
    log.desk = type(log.desk)(last_action_fields=("amount",))
    log.rows[0] |= {"Amount": 3, "Notes & Communications": "called"}
    passed = log.run()
    assert passed.decisions.changes[0].reason == "amount changed"


def test_after_a_restart_an_unchanged_log_says_nothing_new() -> None:
    log = an_adopted_log(case("R-1"), case("", order="#2"))
    log.forget_objects()
    passed = log.run()
    assert (passed.observations, passed.changes, passed.observed.changed) == ([], {}, frozenset())


def test_after_a_restart_a_row_is_compared_with_what_is_remembered_only_once() -> None:
    log = an_adopted_log(case("R-1"))
    log.forget_objects()
    log.run()
    learnt = log.memory.cases["r-1"]
    log.run()
    assert log.memory.cases["r-1"] is learnt
    assert learnt.case is log.recognise().rows[0].row.case


def test_nothing_to_compare_with_is_nothing_observed() -> None:
    log = Log([case("R-1")])
    observed = observe(log.recognise(), frozenset(), Memory(), log.desk, MONDAY)
    assert observed.observations == ()


_CELLS = {
    "Case ID": st.sampled_from(["", "R-1", "R-2", "R-3"]),
    "Order ID": st.sampled_from(["", "#1", "#2"]),
    "Customer Name": st.sampled_from(["", "Ada", "Bo"]),
    "Status": st.sampled_from(STATUSES),
    "Notes & Communications": st.sampled_from(["", "called"]),
    "Date Request Received": st.sampled_from(["", 46322.0, 46328.5]),
    "Resolution Date": st.sampled_from(["", 46325.0, "soon"]),
}
_A_LOG = st.lists(st.fixed_dictionaries(_CELLS), max_size=7)


@given(rows=_A_LOG, data=st.data())
def test_sorting_is_nobodys_action(rows: list[dict[str, Any]], data: st.DataObject) -> None:
    log = an_adopted_log(*(dict(row) for row in rows))
    log.settle()
    for _ in range(3):
        log.rows = data.draw(st.permutations(log.rows))
        passed = log.run()
        assert (passed.observations, passed.changes) == ([], {})
        assert not any(known.owed for known in log.memory.cases.values())


@given(before=_A_LOG, after=_A_LOG)
def test_once_people_rest_a_second_pass_finds_nothing_to_do(
    before: list[dict[str, Any]], after: list[dict[str, Any]]
) -> None:
    log = an_adopted_log(*(dict(row) for row in before))
    log.rows = [dict(row) for row in after]
    for _ in range(
        30
    ):  # what may be one of several missing rows waits for them to count as removed
        log.run()
    passed = log.run()
    assert (passed.decisions.changes, passed.observations) == ((), [])
    assert passed.observed.changed == frozenset()


@given(rows=_A_LOG, data=st.data())
def test_no_old_row_is_ever_stamped_as_received(
    rows: list[dict[str, Any]], data: st.DataObject
) -> None:
    log = an_adopted_log(
        *(dict(row, **{"Date Request Received": "", "Amount": n + 1}) for n, row in enumerate(rows))
    )
    for _ in range(4):
        if log.rows:
            row = data.draw(st.sampled_from(log.rows))
            header = data.draw(st.sampled_from(["Case ID", "Order ID", "Status", "Customer Name"]))
            # Who clears an ID and types another one says that this is a new case.
            cells = _CELLS[header].filter(bool) if header == "Case ID" else _CELLS[header]
            row[header] = data.draw(cells)
            log.rows = data.draw(st.permutations(log.rows))
        passed = log.run()
        assert not [field for _, field in passed.changes if field == "requested_at"]


@pytest.mark.parametrize(
    ("rows", "typed"),
    [
        pytest.param(
            [("", ""), ("R-1", ""), ("R-2", "")],
            [(0, "R-1"), (1, "R-2"), (1, "#1"), (2, "R-3")],
            id="each takes the next one's",
        ),
        pytest.param(
            [("", ""), ("R-1", ""), ("R-2", "")],
            [(0, "R-1"), (0, "R-2"), (0, "#1"), (2, "R-1")],
            id="one takes two after each other",
        ),
        pytest.param(
            [("R-2", "#1"), ("R-1", "#1"), ("R-1", "#1"), ("R-1", "")],
            [(2, "R-2"), (0, "R-1")],
            id="from one that several have to another",
        ),
        pytest.param(
            [("R-1", "#1"), ("", ""), ("R-2", "#1")],
            [(2, "R-1"), (1, "R-1"), (0, "R-3"), (1, "#1")],
            id="the one whose ID it was leaves it to the others",
        ),
    ],
)
def test_an_old_case_is_no_new_one_however_ids_are_mixed_up(
    rows: list[tuple[str, str]], typed: list[tuple[int, str]]
) -> None:
    blank = {"Customer Name": "", "Date Request Received": ""}
    contents = enumerate({"Case ID": name, "Order ID": order} for name, order in rows)
    log = an_adopted_log(*(case() | blank | cells | {"Amount": n} for n, cells in contents))
    lines, stamped = list(log.rows), list[str]()
    for line, content in typed:
        lines[line]["Order ID" if content.startswith("#") else "Case ID"] = content
        stamped += [field for _, field in log.run().changes]
    stamped += [field for _, field in log.settle().changes]
    assert "requested_at" not in stamped


def _copied_and_corrected(received: Any, *others: dict[str, Any], passes: int) -> Log:
    """Two rows have the ID R-4, and neither says what the case did since so many passes."""
    log = an_adopted_log(case("R-4", order="#4", amount=1, received=received), *others)
    log.add(dict(log.rows[0]) | {"Order ID": "#9"})
    log.settle()
    log.rows[0]["Order ID"] = "#44"
    for _ in range(passes):
        log.run()
    return log


_SINCE = pytest.mark.parametrize("passes", [0, 3])


@_SINCE
def test_a_case_that_is_corrected_to_say_what_a_copied_one_said_stays_itself(passes: int) -> None:
    refunded = case("R-1", order="#3", amount=1, status="Refunded")
    log = _copied_and_corrected(46322.0, refunded, passes=passes)
    log.rows[1]["Order ID"] = "#4"
    passed = log.run()
    assert passed.observations == [("r-1", "order_id", "#3", "#4")]
    assert passed.changes == {}


@_SINCE
def test_a_nameless_row_beside_a_copied_case_is_not_taken_for_it(passes: int) -> None:
    approved = case("", order="#3", amount=3, status="Approved")
    log = _copied_and_corrected(46322.0, approved, passes=passes)
    log.rows[1]["Order ID"] = "#33"
    assert log.run().doubts == ["duplicate_id", None, "duplicate_id"]


@_SINCE
@pytest.mark.parametrize(
    "row",
    [
        pytest.param(case("", order="#77", amount=7, received=""), id="of the same customer"),
        pytest.param(case("R-9", order="#4", amount=1, received=""), id="that says the same"),
    ],
)
def test_a_new_row_beside_a_copied_case_is_a_new_case(passes: int, row: dict[str, Any]) -> None:
    log = _copied_and_corrected(row["Date Request Received"], passes=passes)
    log.add(row)
    log.settle()
    assert log.rows[2]["Date Request Received"]
    assert log.rows[2]["Case ID"]


def _cleared(log: Log, row: dict[str, Any]) -> None:
    row["Case ID"] = ""
    log.run()
    log.run()
    row["Case ID"] = "R-9"


def _cut(log: Log, row: dict[str, Any]) -> None:
    log.rows.remove(row)
    log.run()
    log.rows.append(row)
    row["Case ID"] = "R-9"


def _beside_a_correction(log: Log, row: dict[str, Any]) -> None:
    log.rows[1]["Order ID"] = "#55"
    row["Case ID"] = "R-9"


@pytest.mark.parametrize("leaves", [_cleared, _cut, _beside_a_correction])
def test_a_case_that_leaves_its_id_to_two_copies_is_old_under_another_one(
    leaves: Callable[[Log, dict[str, Any]], None],
) -> None:
    log = an_adopted_log(case("R-2", order="#2", received="", status="Approved"))
    log.add(case("R-2", order="#5"), case("R-2", order="#6"))
    log.settle()
    leaves(log, log.rows[0])
    passed = log.run()
    assert ("r-9", "case_id", "R-2", "R-9") in passed.observations
    assert (passed.changes, log.settle().changes) == ({}, {})


def test_a_case_whose_id_is_cleared_beside_its_copies_is_asked_for_its_id_as_long_as_it_lacks_it() -> (
    None
):
    log = an_adopted_log(case("R-2", order="#2", received="", status="Approved"))
    log.add(case("R-2", order="#5"), case("R-2", order="#6"))
    log.settle()
    log.rows[0]["Case ID"] = ""
    for _ in range(20):
        passed = log.run()
        assert (passed.doubts[0], passed.changes) == ("id_removed", {})
    log.add(case("R-2", order="#7"))
    for _ in range(5):
        passed = log.run()
        assert (passed.doubts[0], passed.changes) == ("id_removed", {})


def _beside_one_copy(copy: dict[str, Any]) -> Log:
    """A paid case without dates, and a copy that was corrected, under one ID."""
    log = an_adopted_log(case("R-1", order="#1", received="", status="Refunded"))
    log.add(copy)
    return log


def _is_cleared(log: Log) -> None:
    log.settle()
    log.rows[0]["Case ID"] = ""


def _is_cleared_at_once(log: Log) -> None:
    log.rows[0]["Case ID"] = ""


def _is_cleared_and_corrected(log: Log) -> None:
    _is_cleared(log)
    log.run()
    log.rows[0]["Amount"] = 7
    log.run()
    log.rows[1]["Amount"] = 8


def _is_cleared_and_its_second_copy_goes(log: Log) -> None:
    log.add(case("R-1", order="#14", received="", status="Refunded"))
    _is_cleared(log)
    log.run()
    log.rows.pop()


@pytest.mark.parametrize(
    "case_loses_its_id",
    [
        _is_cleared,
        _is_cleared_at_once,
        _is_cleared_and_corrected,
        _is_cleared_and_its_second_copy_goes,
    ],
)
def test_a_case_that_lacks_its_id_keeps_its_record_from_the_row_that_is_alone_under_it(
    case_loses_its_id: Callable[[Log], None],
) -> None:
    log = _beside_one_copy(case("R-1", order="#13", received="", status="Refunded"))
    case_loses_its_id(log)
    for _ in range(20):
        passed = log.run()
        assert (passed.doubts, passed.changes) == (["id_removed", "duplicate_id"], {})
    assert "lacks it now" in log.rows[1]["Row Check"]

    log.rows[1]["Case ID"] = "R-8"
    assert log.run().doubts == ["id_removed", None]
    log.rows[0]["Case ID"] = "R-1"
    assert log.settle().doubts == [None, None]

    assert log.known("r-1").adopted
    assert not log.rows[0]["Date Request Received"]


@pytest.mark.parametrize("status", ["Refunded", "New"])
def test_the_copy_is_a_case_of_its_own_once_the_one_without_an_id_has_another(status: str) -> None:
    log = _beside_one_copy(case("R-1", order="#13", received="", status=status))
    log.settle()
    log.rows[0]["Case ID"] = ""
    log.run()
    log.rows[0]["Case ID"] = "R-9"
    passed = log.settle()
    assert passed.doubts == [None, None]
    assert log.rows[1]["Date Request Received"]
    assert bool(log.rows[1].get("Date Paid")) is (status == "Refunded")


def test_the_copy_of_a_case_that_was_deleted_without_its_id_is_dated_once_that_is_removed() -> None:
    log = _beside_one_copy(case("R-1", order="#13", received="", status="New"))
    log.settle()
    log.rows[0]["Case ID"] = ""
    log.run()
    del log.rows[0]
    assert log.run().doubts == ["duplicate_id"]
    log.wait(minutes=10)
    for _ in range(4):
        log.run()
    assert log.rows[0]["Date Request Received"]


def test_a_case_that_lacks_its_id_keeps_its_record_from_the_case_that_is_given_it() -> None:
    paid = {"received": "", "status": "Refunded"}
    log = an_adopted_log(case("R-1", **paid), case("R-2", **paid))
    log.rows[0]["Case ID"] = ""
    log.run()
    log.rows[1]["Case ID"] = "R-1"
    for _ in range(5):
        passed = log.run()
        assert (passed.doubts, passed.changes) == (["id_removed", "duplicate_id"], {})
    log.rows[0]["Case ID"] = "R-9"
    assert (log.run().doubts, log.settle().changes) == ([None, None], {})
    assert log.known("r-9").adopted
    assert log.known("r-1").adopted


def test_of_cases_that_are_alike_the_one_that_gets_another_id_is_not_taken_for_new() -> None:
    alike = {"order": "#1", "received": ""}
    log = an_adopted_log(case("R-1", **alike), case("R-2", status="Approved", **alike))
    del log.rows[0]
    log.run()
    log.rows[0]["Case ID"] = "R-9"
    assert log.run().observations == [("r-9", "case_id", "R-2", "R-9")]
    assert log.settle().changes == {}


def test_a_case_that_leaves_its_id_to_a_row_that_was_another_one_stays_old() -> None:
    log = an_adopted_log(case("R-1", order="#1", received=""), case("", order="#2", received=""))
    log.add(dict(log.rows[1]))
    log.run()
    log.rows[1]["Case ID"] = "R-1"
    log.run()
    log.rows[0]["Case ID"] = "R-9"
    assert log.settle().changes == {}
    assert log.known("r-9").adopted


def _with_a_double_that_was_deleted() -> Log:
    double = case("R-1", order="#5", received="", status="Refunded")
    log = an_adopted_log(case("R-1", order="#1", received="", status="Approved"), double)
    log.add(case("R-3", customer="Bo Lind"))
    log.run()
    log.rows.remove(double)
    log.run()
    return log


def test_a_case_corrected_while_a_row_like_it_stands_elsewhere_is_not_taken_for_its_deleted_double() -> (
    None
):
    log = _with_a_double_that_was_deleted()
    log.add(log.rows[0] | {"Case ID": "R-3"})
    log.run()
    log.rows[0]["Order ID"] = "#2"
    passed = log.run()
    assert passed.observations == [("r-1", "order_id", "#1", "#2")]
    assert passed.changes == {}


def test_a_row_that_is_pasted_and_corrected_is_not_in_doubt_for_a_double_long_gone() -> None:
    log = _with_a_double_that_was_deleted()
    row = log.rows.pop(0)
    log.run()
    log.add(row | {"Amount": 9})
    assert log.run().observations == [("r-1", "amount", "12.50", "9.00")]


def test_a_lost_id_that_is_typed_again_ends_the_doubt_though_the_row_was_corrected() -> None:
    log = _beside_one_copy(case("R-1", order="#13", received="", status="Refunded"))
    log.settle()
    log.rows[0]["Case ID"] = ""
    log.run()
    log.rows[0]["Amount"] = 7
    log.run()
    log.rows.pop()
    log.run()
    log.rows[0]["Case ID"] = "R-1"
    assert log.run().observations == [("r-1", "amount", "12.50", "7.00")]
    assert log.settle().changes == {}


def test_a_case_that_lacked_its_id_for_long_may_be_cut_and_pasted_like_any_other() -> None:
    log = _beside_one_copy(case("R-1", order="#13", received="", status="New"))
    log.settle()
    log.rows[0]["Case ID"] = ""
    log.run()
    log.wait(hours=1)
    log.run()
    row = log.rows.pop(0)
    for _ in range(4):
        log.run()
    log.add(row)
    for _ in range(4):
        passed = log.run()
        assert (passed.doubts, passed.changes) == (["duplicate_id", "id_removed"], {})


@pytest.mark.parametrize("then", ["R-4", "R-1"])
def test_what_was_done_to_a_case_under_an_id_that_another_row_lacks_is_told_afterwards(
    then: str,
) -> None:
    log = an_adopted_log(case("R-1"), case("R-4", order="#4", customer="Bo Lind"))
    log.rows[0]["Case ID"] = ""
    log.run()
    last_told = log.now
    log.rows[1]["Case ID"] = "R-1"
    log.run()
    log.rows[1]["Status"] = "Refunded"
    assert log.run().changes == {}
    log.rows[1]["Case ID"] = then
    log.rows[0]["Case ID"] = "R-9"

    passed = log.run()

    key = then.lower()
    assert (key, "status", "New", "Refunded") in passed.observations
    assert log.known(key).visits[-1].not_before == last_told
    assert (then, "paid_at") in passed.changes
    assert log.settle().changes == {}


def test_it_is_told_also_where_a_third_row_came_by_meanwhile() -> None:
    log = an_adopted_log(case("R-1"), case("R-4", order="#4", customer="Bo Lind"))
    log.rows[0]["Case ID"] = ""
    log.run()
    log.rows[1]["Case ID"] = "R-1"
    log.run()
    log.add(case("R-1", order="#77", customer="Cy Ode"))
    log.run()
    log.rows[1]["Status"] = "Refunded"
    log.run()
    log.rows.pop()
    log.run()
    log.rows[1]["Case ID"] = "R-4"
    assert ("R-4", "paid_at") in log.run().changes


@pytest.mark.parametrize("taker", [0, 1])
def test_a_case_that_lacks_its_id_keeps_its_record_also_once_it_was_corrected(taker: int) -> None:
    paid = {"received": "", "status": "Refunded"}
    log = an_adopted_log(case("R-1", **paid), case("R-4", order="#4", customer="Bo", **paid))
    log.rows[0]["Case ID"] = ""
    log.run()
    log.rows[0]["Amount"] = 7
    log.run()
    log.add(case("R-1", order="#9", customer="Cy Ode"))
    if taker == 0:
        log.rows[1]["Case ID"] = log.rows.pop()["Case ID"]
    for _ in range(5):
        passed = log.run()
        assert (passed.doubts[0], passed.doubts[-1]) == ("id_removed", "duplicate_id")
        assert (passed.changes, passed.observations) == ({}, [])


def test_a_row_typed_under_an_id_that_another_row_lacks_gets_nothing_of_the_others_history() -> (
    None
):
    log = an_adopted_log(case("R-1", status="Approved", received=""))
    log.rows[0]["Status"] = "Refunded"
    log.run(outcome=Outcome.LOST)
    assert log.known("r-1").owed
    log.rows[0]["Case ID"] = ""
    log.run()
    log.add(case("R-1", order="#7", customer="Bo Lind"))
    log.run()
    log.rows[0]["Case ID"] = "R-9"
    log.settle()
    assert log.known("r-1").adopted
    assert not log.known("r-1").owed
    assert log.known("r-1").acted_at is None


@pytest.mark.parametrize("statuses", [("Approved", "New"), ("New", "Approved")])
def test_of_two_rows_that_only_their_status_tells_apart_the_one_that_gets_an_id_keeps_its_own(
    statuses: tuple[str, str],
) -> None:
    log = an_adopted_log(*(case("", order="#1", status=status) for status in statuses))
    log.run()
    log.rows[0]["Case ID"] = "R-9"
    passed = log.run()
    assert passed.observations == [("r-9", "case_id", "", "R-9")]
    assert passed.changes == {}


# A case that nobody can tell for a while


def copied(log: Log) -> None:
    """Two rows say one ID, and neither what the case did."""
    log.add(dict(log.rows[0]))
    for number, row in enumerate(log.rows):
        row["Order ID"] = f"another {number}"


def kept(log: Log) -> None:
    del log.rows[1]


def cut(log: Log) -> None:
    log.rows.insert(0, case("R-2"))
    log.rows.pop()


def pasted(log: Log) -> None:
    log.rows[0] = case("R-1")


def without_id(log: Log) -> None:
    log.rows[0]["Case ID"] = ""


def with_id(log: Log) -> None:
    log.rows[0]["Case ID"] = "R-1"


@pytest.mark.parametrize(
    ("goes", "comes"),
    [
        pytest.param(copied, kept, id="its ID stood in two rows"),
        pytest.param(cut, pasted, id="its row was cut"),
        pytest.param(without_id, with_id, id="its ID was missing"),
    ],
)
def test_a_change_of_a_case_that_could_not_be_told_may_have_happened_all_the_while(
    goes: Callable[[Log], None], comes: Callable[[Log], None]
) -> None:
    log = Log([case("R-1")])
    log.run()
    last_told = log.now
    goes(log)
    log.run()
    log.run()
    comes(log)
    log.rows[0]["Status"] = "Rejected"

    passed = log.run()

    [seen] = [one for one in passed.observed.observations if one.field == "status"]
    assert (seen.not_before, seen.not_after) == (last_told, log.now)
    assert log.known("r-1").visits[-1].not_before == last_told
    assert log.rows[0]["Resolution Date"] == to_serial(log.now, ZONE)
    log.rows[0]["Status"] = "New"
    assert log.run().observed.observations[0].not_before == log.now - timedelta(minutes=1)


@pytest.mark.parametrize("header", ["Notes & Communications", "Amount", "Order ID"])
@pytest.mark.parametrize("is_cut", [False, True])
def test_a_column_that_came_back_while_a_case_could_not_be_told_is_learnt_silently(
    header: str, *, is_cut: bool
) -> None:
    log = an_adopted_log(case("R-1", notes="called", status="Approved"), case("R-2"))
    log.headers = tuple(name for name in HEADERS if name != header)
    log.run()
    log.headers = HEADERS
    row = log.rows[0]
    if is_cut:
        log.rows.remove(row)
    else:
        row["Case ID"] = ""
    log.run()
    if is_cut:
        log.rows.append(row)
    else:
        row["Case ID"] = "R-1"

    passed = log.run()

    assert (passed.changes, passed.observations) == ({}, [])
    row["Notes & Communications"] = "called twice"
    assert ("r-1", "last_action_at") in {
        (key, field) for key, case in log.run().observed.cases.items() for field in case.owed
    }
