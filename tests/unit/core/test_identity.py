"""Whose row is it, after people sorted, copied, cut, renamed and half-typed."""

from collections.abc import Callable
from time import perf_counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refundsheet.core.identity import id_field
from refundsheet.core.keys import comparable_id, fingerprint, is_provisional
from refundsheet.core.model import Layout, RefundCase
from tests.passes import HEADERS, Log, case


@pytest.mark.parametrize(
    ("typed", "compared"),
    [
        pytest.param("R-1042", "r-1042", id="letter case does not matter"),
        pytest.param("  R-1 ", "r-1", id="nor spaces around"),
        pytest.param("R\u00a01", "r 1", id="nor the kind of space"),
        pytest.param("R  1", "r 1", id="nor how many"),
        pytest.param("\u200fR-1\u200b", "r-1", id="nor marks nobody sees"),
        pytest.param("\uff32\uff0d\uff11", "r-1", id="nor full width"),
        pytest.param("00123", "00123", id="leading zeros do"),
        pytest.param("12E3", "12e3", id="and it is no number"),
        pytest.param("A\x1fB\x1e", "a b", id="our own separators never get into a key"),
    ],
)
def test_ids_are_compared_as_people_see_them(typed: str, compared: str) -> None:
    assert comparable_id(typed) == compared


def test_a_row_that_says_nothing_of_a_case_has_no_fingerprint() -> None:
    assert fingerprint(RefundCase(status="New", reason="Other", owner="Ana")) == ""


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        (("case_id", "order_id", "status"), "case_id"),
        (("order_id", "status"), "order_id"),
        (("customer_and_order", "status"), "customer_and_order"),
    ],
)
def test_the_column_that_names_a_case_is_one_the_log_has(
    columns: tuple[str, ...], field: str
) -> None:
    layout = Layout(1, columns, {name: index for index, name in enumerate(columns)})
    assert id_field(layout) == field


def test_a_row_is_known_by_its_id_wherever_it_stands() -> None:
    log = Log([case("R-1"), case("R-2"), case("R-3")])
    log.run()
    log.rows.reverse()
    assert log.run().keys == ["r-3", "r-2", "r-1"]


def test_a_row_without_an_id_is_known_by_its_content() -> None:
    log = Log([case(order="#1"), case(order="#2")])
    first, second = log.run().keys
    log.rows.reverse()
    assert log.run().keys == [second, first]
    assert is_provisional(first)


def test_a_row_with_nothing_to_know_it_by_has_no_key() -> None:
    log = Log([{"Status": "New"}, {"Status": "New"}])
    assert log.run().keys == ["", ""]


def test_an_id_typed_into_a_known_row_is_no_new_case() -> None:
    log = Log([case(order="#1")])
    (nameless,) = log.run().keys
    log.rows[0]["Case ID"] = "R-7"
    passed = log.run()
    assert passed.recognised.rekeyed == {nameless: "r-7"}
    assert log.known("r-7").adopted


def test_a_corrected_id_is_a_rename() -> None:
    log = Log([case("R-1"), case("R-2")])
    log.run()
    log.rows[0]["Case ID"] = "R-1001"
    passed = log.run()
    assert passed.recognised.rekeyed == {"r-1": "r-1001"}
    assert passed.observations == [("r-1001", "case_id", "R-1", "R-1001")]
    assert sorted(log.memory.cases) == ["r-1001", "r-2"]


def test_ids_that_changed_places_are_renames_and_nobody_acted() -> None:
    log = Log([case("R-1", status="New"), case("R-2", status="Refunded"), case("R-3")])
    log.run()
    log.rows[0]["Case ID"], log.rows[1]["Case ID"] = "R-2", "R-1"
    passed = log.run()
    assert passed.recognised.rekeyed == {"r-1": "r-2", "r-2": "r-1"}
    assert {field for _, field, _, _ in passed.observations} == {"case_id"}
    assert passed.changes == {}


def test_a_row_pasted_over_another_is_not_the_case_that_is_corrected_where_it_stands() -> None:
    log = Log([case("R-1", order="#1"), case("R-3", order="#3", customer="Bo Lind")])
    log.run()
    log.rows[1] = log.rows[0] | {"Case ID": "R-3"}
    log.rows[0]["Order ID"] = ""
    passed = log.run()
    assert passed.recognised.rekeyed == {}
    assert {(one[0], one[1]) for one in passed.observations} == {
        ("r-1", "order_id"),
        ("r-3", "order_id"),
        ("r-3", "customer_name"),
    }


def _pushed_down(log: Log) -> None:
    log.rows.insert(
        0, {**log.rows[0], "Customer Name": "Di Ray", "Order ID": "#4", "Status": "New"}
    )


def _pushed_down_from_the_last(log: Log) -> None:
    log.rows.insert(2, case(order="#4", customer="Di Ray", status="Approved", received=""))


def _pulled_up(log: Log) -> None:
    log.rows = [*log.rows[1:], {}]


def _pulled_up_and_typed_in(log: Log) -> None:
    log.rows = [*log.rows[1:], case(order="#4", customer="Di Ray", received="")]


@pytest.mark.parametrize(
    "is_moved", [_pushed_down, _pushed_down_from_the_last, _pulled_up, _pulled_up_and_typed_in]
)
@pytest.mark.parametrize(
    "columns", [HEADERS, tuple(set(HEADERS) - {"Amount", "Reason for Refund"})]
)
def test_rows_that_move_under_ids_that_stay_are_the_cases_they_were(
    is_moved: Callable[[Log], None], columns: tuple[str, ...]
) -> None:
    people = (("Ada Moreau", "Refunded"), ("Bo Lind", "New"), ("Cy Ode", "Approved"))
    rows = [
        case(f"R-{number}", order=f"#{number}", customer=customer, status=status, received="")
        for number, (customer, status) in enumerate(people, 1)
    ]
    log = Log(rows, headers=tuple(header for header in HEADERS if header in columns))
    log.run()
    is_moved(log)
    for number, row in enumerate(log.rows, 1):
        row["Case ID"] = f"R-{number}"
    log.run()
    assert log.settle().changes == {}
    dates = [header for header in HEADERS if "Date" in header]
    assert not [(header, row) for header in dates for row in log.rows if row.get(header)]


def test_a_column_of_ids_sorted_by_itself_stamps_nothing() -> None:
    statuses = ("New", "Refunded", "Approved", "Under Review")
    log = Log([case(f"R-{n}", status=statuses[n % 4], order=f"#{n}") for n in range(40)])
    log.run()
    for row, n in zip(log.rows, reversed(range(40)), strict=True):
        row["Case ID"] = f"R-{n}"
    assert log.run().changes == {}
    assert log.run().changes == {}


def test_corrected_content_under_an_id_is_the_same_case() -> None:
    log = Log([case("R-1"), case("R-2")])
    log.run()
    log.rows[0] |= {"Order ID": "#99", "Amount": 3}
    passed = log.run()
    assert passed.recognised.rekeyed == {}
    assert {(o[0], o[1]) for o in passed.observations} == {("r-1", "order_id"), ("r-1", "amount")}


def test_the_copy_of_a_row_is_in_doubt_and_the_original_is_not() -> None:
    log = Log([case("R-1")])
    log.run()
    log.add(case("R-1", order="#5"))
    passed = log.run()
    assert passed.doubts == [None, "duplicate_id"]
    assert passed.keys[0] == "r-1"


def test_where_copy_and_original_are_alike_both_are_in_doubt() -> None:
    log = Log([case("R-1")])
    log.run()
    log.add(case("R-1"))
    assert log.run().doubts == ["duplicate_id", "duplicate_id"]


def test_a_case_that_stands_twice_is_not_missing() -> None:
    log = Log([case("R-1")])
    log.run()
    log.add(case("R-1"))
    for _ in range(12):
        log.run()
    assert not log.known("r-1").missing_reads


def test_a_copy_with_an_id_of_its_own_is_a_case_of_its_own() -> None:
    log = Log([case("R-1", status="Refunded", resolved=46325.0)])
    log.run()
    log.add(case("R-1", status="Refunded", resolved=46325.0))
    log.run()
    log.rows[1]["Case ID"] = "R-2"
    passed = log.run()
    assert passed.doubts == [None, None]
    assert not log.known("r-2").adopted
    assert log.known("r-1").adopted


def test_of_two_rows_with_one_id_at_the_start_neither_is_ever_taken_for_new() -> None:
    log = Log([case("R-1", order="#1", received=""), case("R-1", order="#2", received="")])
    assert log.run().doubts == ["duplicate_id", "duplicate_id"]
    log.rows[1]["Case ID"] = "R-2"
    assert log.settle().changes == {}
    assert log.known("r-1").adopted
    assert log.known("r-2").adopted


def test_a_copy_keeps_its_number_when_the_rows_are_sorted() -> None:
    log = Log([case("R-1", order="#2"), case("R-1", order="#1")])
    first = log.run().keys
    log.rows.reverse()
    assert log.run().keys == first[::-1]


def test_twins_without_an_id_are_in_doubt() -> None:
    log = Log([case(order="#1"), case(order="#1")])
    assert log.run().doubts == ["twin_rows", "twin_rows"]


@pytest.mark.parametrize("deleted", [0, 1])
def test_the_twin_that_is_left_is_not_taken_for_new(deleted: int) -> None:
    log = Log([case(order="#1", received=""), case(order="#1", received="")])
    log.run()
    del log.rows[deleted]
    assert log.settle().changes == {}


def test_the_twin_that_gets_an_id_is_not_taken_for_new() -> None:
    log = Log([case(order="#1", received=""), case(order="#1", received="")])
    log.run()
    log.rows[0]["Case ID"] = "R-1"
    log.run()
    log.rows[1]["Case ID"] = "R-2"
    assert log.settle().changes == {}


def test_twins_that_get_their_ids_at_once_are_not_taken_for_new() -> None:
    log = Log([case(order="#1", received=""), case(order="#1", received="")])
    log.run()
    log.rows[0]["Case ID"], log.rows[1]["Case ID"] = "R-1", "R-2"
    assert log.settle().changes == {}


def test_many_twins_that_get_their_ids_at_once_are_all_old_though_one_has_another_status() -> None:
    statuses = ("New", "Approved", "Under Review", "Rejected")
    log = Log([case("", order="#1", received="", status=status) for status in statuses])
    log.run()
    for row, case_id in zip(log.rows, ("R-1", "R-4", "R-3", "R-2"), strict=True):
        row["Case ID"] = case_id
    log.rows[0]["Status"] = "Waiting for Customer"
    log.settle()
    assert not any(row["Date Request Received"] for row in log.rows)
    assert all(log.known(key).adopted for key in ("r-1", "r-2", "r-3", "r-4"))


def test_of_a_nameless_row_and_its_copy_either_may_be_the_old_one() -> None:
    log = Log([case(order="#1", received="")])
    log.run()
    log.add(case(order="#1", received=""))
    log.run()
    log.rows[0]["Case ID"] = "R-1"
    assert log.settle().changes == {}


def test_what_a_row_said_beside_the_case_of_its_id_is_no_news_when_it_is_left_alone() -> None:
    log = Log([case("R-1", status="Approved")])
    log.run()
    log.add(log.rows[0] | {"Status": "Waiting on Customer"})
    log.rows[0]["Date Request Received"] = 46300.0
    assert log.settle().doubts == ["duplicate_id", None]
    log.rows.pop()
    assert log.run().changes == {}
    assert log.settle().changes == {}
    log.rows[0]["Status"] = "Refunded"
    assert ("R-1", "resolved_at") in log.run().changes


def test_an_old_row_that_gets_an_id_in_use_stays_old_when_that_is_corrected() -> None:
    log = Log([case("", order="#1", received=""), case("R-3", order="#3")])
    log.run()
    log.rows[0]["Case ID"] = "R-3"
    for _ in range(15):
        assert log.run().doubts == ["duplicate_id", None]
    log.rows[0]["Case ID"] = "R-4"
    assert log.settle().changes == {}


def test_an_original_that_was_corrected_beside_its_copy_stays_the_old_one() -> None:
    log = Log([case("R-1", order="#1", received="")])
    log.run()
    log.add(case("R-1", order="#2", received=""))
    log.run()
    log.rows[0]["Order ID"] = "#3"
    log.run()
    del log.rows[1]
    assert log.settle().changes == {}
    assert log.known("r-1").adopted


def test_a_row_whose_id_was_cleared_waits_for_it() -> None:
    log = Log([case("R-1"), case("R-2")])
    log.run()
    log.rows[0]["Case ID"] = ""
    passed = log.run()
    assert passed.doubts == ["id_removed", None]
    assert "R-1" in log.rows[0]["Row Check"]
    assert log.settle().changes == {}


def test_a_cleared_id_is_missed_though_the_order_is_corrected_next() -> None:
    log = Log([case("R-1", received="")])
    log.run()
    log.rows[0]["Case ID"] = ""
    log.run()
    log.rows[0]["Order ID"] = "#77"
    for _ in range(20):
        assert log.run().changes == {}
    log.rows[0]["Case ID"] = "R-1"
    assert log.settle().changes == {}


@pytest.mark.parametrize(
    "edits",
    [
        pytest.param(({"Case ID": "R-9", "Order ID": "#7"},), id="in one go"),
        pytest.param(({"Case ID": "", "Order ID": "#7"}, {"Case ID": "R-9"}), id="cleared first"),
        pytest.param(
            ({"Case ID": ""}, {"Order ID": "#7"}, {"Case ID": "R-9"}), id="one after the other"
        ),
    ],
)
def test_a_case_that_gets_another_id_and_a_correction_is_not_taken_for_new(
    edits: tuple[dict[str, str], ...],
) -> None:
    log = Log([case("R-1", received="", status="Refunded"), case("R-2")])
    log.run()
    for edit in edits:
        log.rows[0] |= edit
        log.run()
    assert log.settle().changes == {}
    assert log.known("r-9").adopted
    assert not log.rows[0].keys() & {"Date of Last Action", "Date Paid", "Resolution Date"}


def test_a_row_given_an_id_in_use_is_its_own_case_when_the_other_row_is_deleted() -> None:
    log = Log(
        [
            case("R-1", order="#1"),
            case("R-2", order="#2", customer="Bo Lind", reason="Other", status="Refunded"),
        ]
    )
    log.run()
    log.rows[1]["Case ID"] = "R-1"
    log.run()
    del log.rows[0]
    assert {(one[0], one[1]) for one in log.run().observations} <= {("r-1", "case_id")}
    assert log.settle().changes == {}


@pytest.mark.parametrize(("reads", "is_new"), [(1, False), (15, True)])
def test_a_copy_is_not_the_case_that_had_the_same_id_by_mistake_and_is_gone(
    reads: int, *, is_new: bool
) -> None:
    log = Log([case("R-1", order="#1"), case("R-2", order="#2", customer="Bo Lind")])
    log.run()
    log.rows[1]["Case ID"] = "R-1"
    log.run()
    del log.rows[1]
    for _ in range(reads):
        log.run()
    log.add(log.rows[0] | {"Date Request Received": "", "Order ID": "#5"})
    log.run()
    log.rows[1]["Case ID"] = "R-5"
    log.settle()
    assert log.known("r-5").adopted is not is_new
    assert bool(log.rows[1]["Date Request Received"]) is is_new
    assert "#2" in {known.case.order_id for known in log.memory.cases.values()}


def test_an_old_row_that_is_given_an_id_and_corrected_stays_old_beside_the_next_of_its_customer() -> (
    None
):
    log = Log([case("", order="#1", received="", status="Refunded")])
    log.run()
    log.rows[0] |= {"Case ID": "R-7", "Amount": 99}
    log.add(case("R-8", order="#8", amount=3, received=""))
    log.settle()
    assert not log.rows[0].get("Date Request Received")
    assert log.rows[1]["Date Request Received"]


def _while_another_is_typed(log: Log) -> None:
    log.rows[2]["Case ID"] = "R-3"
    log.add(case("R-1", order="#9", customer="Di Ray", received=""))


def _while_another_gets_it(log: Log) -> None:
    log.rows[2]["Case ID"] = "R-3"
    log.rows[1]["Case ID"] = "R-1"


@pytest.mark.parametrize("is_put_right", [_while_another_is_typed, _while_another_gets_it])
def test_a_row_that_had_an_id_in_use_is_itself_when_that_is_put_right(
    is_put_right: Callable[[Log], None],
) -> None:
    customers = (("Ada", "New"), ("Bo", "Approved"), ("Cy", "Refunded"))
    log = Log(
        [
            case(f"R-{n}", order=f"#{n}", customer=customer, amount=n, status=status, received="")
            for n, (customer, status) in enumerate(customers, 1)
        ]
    )
    log.run()
    log.rows[2]["Case ID"] = "R-1"
    log.run()
    is_put_right(log)
    log.settle()
    dates = ("Date Request Received", "Date Paid", "Resolution Date")
    assert not any(log.rows[2].get(name) for name in dates)


def test_a_row_is_not_taken_for_a_case_that_another_row_is() -> None:
    log = Log([case("R-1", order="#1"), case("R-2", customer="Bo Lind")])
    log.run()
    log.rows[0]["Case ID"] = ""
    log.add(case("", order="#99", amount=3, received=""))
    assert log.run().doubts == ["id_removed", None, None]


def _beside_a_row_without_its_id(log: Log) -> None:
    log.rows[0]["Case ID"] = ""
    log.run()
    log.add(case("R-3", order="#1", received=""))


def _corrected_while_it_is_typed(log: Log) -> None:
    log.add(case("R-2", order="#2", received=""))
    log.run()
    log.rows[1] |= {"Case ID": "R-3", "Order ID": "#3"}


def _instead_of_an_archived_one(log: Log) -> None:
    log.rows[0] = case("R-3", order="#3", received="")


@pytest.mark.parametrize(
    "is_typed",
    [_beside_a_row_without_its_id, _corrected_while_it_is_typed, _instead_of_an_archived_one],
)
def test_the_next_case_of_a_customer_is_new(is_typed: Callable[[Log], None]) -> None:
    log = Log([case("R-1", order="#1"), case("R-9", customer="Bo Lind")])
    log.run()
    del log.rows[1]
    log.run()
    is_typed(log)
    log.settle()
    assert log.rows[-1]["Date Request Received"]


@pytest.mark.parametrize(
    "correction",
    [
        pytest.param({"Order ID": "#2"}, id="another order"),
        pytest.param({"Customer Name": "Bo Lind"}, id="another customer"),
        pytest.param({"Customer Name": "Bo Lind", "Order ID": "#2"}, id="both"),
        pytest.param({"Reason for Refund": "Other", "Amount": 3}, id="other details"),
        pytest.param({"Case ID": "R-9", "Order ID": "#2"}, id="an ID, and another order"),
    ],
)
def test_an_old_row_without_an_id_stays_old_while_it_is_corrected(
    correction: dict[str, Any],
) -> None:
    log = Log([case(order="#1", received="")])
    log.run()
    log.rows[0] |= correction
    assert log.settle().changes == {}


def test_an_old_row_without_a_name_stays_old_when_it_gets_one() -> None:
    log = Log([case(customer="", order="", received="", notes="called")])
    log.run()
    log.rows[0]["Customer Name"] = "Ada Moreau"
    assert log.settle().changes == {}


def test_a_row_that_may_be_either_of_two_old_ones_is_asked_for_its_id() -> None:
    log = Log([case(order="#1"), case(order="#2"), case("R-1", customer="Bo")])
    log.run()
    log.rows[0] |= {"Order ID": "#3"}
    log.rows[1] |= {"Order ID": "#4"}
    for _ in range(15):
        passed = log.run()
        assert passed.doubts == ["twin_rows", "twin_rows", None]
        assert passed.changes == {}
        assert not any(case.missing_reads for case in log.memory.cases.values())


def test_a_new_row_is_not_taken_for_another_customers_that_was_gone_before() -> None:
    headers = ("Case ID", "Customer Name", "Status", "Date Request Received", "Row Check")
    known = {"Customer Name": "Ada Moreau", "Status": "Approved"}
    log = Log([{"Case ID": "R-1", "Customer Name": "Cy Ode", "Status": "New"}, known], headers)
    log.run()
    log.rows.remove(known)
    log.run()
    log.add({"Case ID": "R-9", "Customer Name": "Bo Lind", "Status": "New"})
    log.settle()
    assert log.rows[-1]["Date Request Received"]


def test_a_lost_id_typed_again_is_no_doubt_beside_a_half_typed_row_of_the_customer() -> None:
    log = Log([case("R-1", order="#7")])
    log.run()
    log.rows[0]["Case ID"] = ""
    log.run()
    log.rows[0] |= {"Case ID": "R-1", "Amount": 99}
    log.add({"Customer Name": "Ada Moreau"})
    assert log.run().observations == [("r-1", "amount", "12.50", "99.00")]


def test_half_typed_rows_of_one_customer_are_nobody_in_doubt() -> None:
    log = Log([case("R-1", customer="Bo")])
    log.run()
    log.add(
        {"Customer Name": "Ada", "Order ID": "#1"},
        {"Customer Name": "Ada", "Order ID": "#2"},
    )
    log.run()
    log.rows[1]["Order ID"], log.rows[2]["Order ID"] = "#11", "#22"
    assert log.run().doubts == [None, None, None]


def test_an_id_that_shows_an_error_for_one_read_is_not_lost() -> None:
    log = Log([case("R-1", status="New")])
    log.run()
    log.rows[0]["Case ID"] = "#REF!"
    passed = log.run()
    assert (passed.observations, passed.changes) == ([], {})
    log.rows[0]["Case ID"] = "R-1"
    passed = log.run()
    assert (passed.observations, passed.keys, passed.changes) == ([], ["r-1"], {})


def test_a_cut_row_is_the_same_case_when_it_is_pasted() -> None:
    log = Log([case("R-1"), case("R-2")])
    log.run()
    cut = log.rows.pop(0)
    assert log.run().recognised.absent == ("r-1",)
    log.rows.append(cut)
    passed = log.run()
    assert (passed.keys, passed.observations) == (["r-2", "r-1"], [])
    assert not log.known("r-1").missing_reads


def test_two_rows_alike_where_one_case_was_lost_are_both_old() -> None:
    log = Log([case("R-1", received=""), case("R-2", order="#2")])
    log.run()
    log.rows[0] = case("R-8", order="#R-1", received="")
    log.add(case("R-9", order="#R-1", received=""))
    assert log.settle().changes == {}


def test_a_rename_and_its_copy_without_an_id_leave_the_copy_in_doubt() -> None:
    log = Log([case("R-1", received=""), case("R-2", order="#2")])
    log.run()
    log.rows[0] = case("R-8", order="#R-1", received="")
    log.add(case("", order="#R-1", received=""))
    passed = log.run()
    assert passed.doubts == [None, None, "id_removed"]
    assert passed.recognised.rekeyed == {"r-1": "r-8"}


def test_a_log_without_case_ids_goes_by_its_orders() -> None:
    headers = ("Order ID", "Customer Name", "Status", "Row Check")
    log = Log(
        [
            {"Order ID": "#1", "Customer Name": "Ada", "Status": "New"},
            {"Order ID": "#2", "Customer Name": "Bo", "Status": "New"},
            {"Order ID": "#2", "Customer Name": "Cy", "Status": "New"},
        ],
        headers=headers,
    )
    passed = log.run()
    assert passed.keys[0] == "#1"
    assert passed.doubts == [None, "twin_rows", "twin_rows"]


def _by_order(*rows: dict[str, Any]) -> Log:
    """An adopted log without Case IDs."""
    log = Log(list(rows), headers=tuple(name for name in HEADERS if name != "Case ID"))
    log.run()
    return log


def _archived(log: Log) -> None:
    log.rows.pop(0)
    log.run()
    log.rows[0]["Amount"] = 10


def _exchanged(log: Log) -> None:
    log.rows[0]["Amount"], log.rows[1]["Amount"] = 20, 10


@pytest.mark.parametrize("corrected", [_archived, _exchanged])
def test_where_orders_name_the_cases_a_corrected_amount_makes_no_row_another_order(
    corrected: Callable[[Log], None],
) -> None:
    log = _by_order(
        case(order="#1", amount=10, received=""),
        case(order="#2", amount=20, received="", status="Approved"),
    )
    corrected(log)
    passed = log.run()
    assert {(one[0], one[1]) for one in passed.observations} <= {("#1", "amount"), ("#2", "amount")}
    assert passed.changes == {}


def test_where_orders_name_the_cases_the_next_order_of_a_customer_is_a_new_case() -> None:
    log = _by_order(case(order="#1", received="", status="Approved"), case(order="#2"))
    del log.rows[0]
    log.run()
    log.add(case(order="#9", received=""))
    log.settle()
    assert log.rows[-1]["Date Request Received"]


def test_where_orders_name_the_cases_twins_may_be_cut_and_pasted() -> None:
    log = _by_order(case(order="#1", received=""), case(order="#1", received="", status="Approved"))
    rows, log.rows = log.rows, []
    log.run()
    log.rows = rows[:1]
    assert log.settle().changes == {}


@pytest.mark.parametrize("copies", [0, 1])
def test_where_orders_name_the_cases_a_corrected_order_is_a_rename(copies: int) -> None:
    log = _by_order(case(order="#1", received="", status="Refunded"))
    log.add(*[case(order="#1", amount=3)] * copies)
    log.settle()
    log.rows[0]["Order ID"] = "#8"
    passed = log.run()
    assert passed.observations == [("#8", "order_id", "#1", "#8")]
    assert (passed.changes, log.settle().changes) == ({}, {})
    assert log.known("#8").adopted


def test_where_orders_name_the_cases_doubts_speak_of_orders() -> None:
    log = _by_order(case(order="#1"))
    log.add(case(order="#1", amount=3), case(order="#1", amount=4))
    log.settle()
    log.rows[0]["Order ID"] = ""
    assert log.run().doubts == ["id_removed", "twin_rows", "twin_rows"]
    said = log.rows[0]["Row Check"]
    assert said.startswith("The order is gone; by the rest of the row it was #1.")
    log.rows.pop()
    assert log.run().doubts == ["id_removed", "twin_rows"]
    said = log.rows[1]["Row Check"]
    assert said.startswith("#1 was the order of another row, which is gone or lacks it now.")


def test_one_column_of_customer_and_order_names_a_case_by_its_order() -> None:
    headers = ("Customer Name & Order ID", "Status")
    log = Log([{headers[0]: "Ada Moreau, #1001", "Status": "New"}], headers=headers)
    passed = log.run()
    assert passed.keys == ["#1001"]
    assert passed.recognised.id_field == "customer_and_order"


_ROWS = st.lists(
    st.builds(
        case,
        st.sampled_from(["", "R-1", "R-2", "R-3", "r-3 "]),
        order=st.sampled_from(["", "#1", "#2", "#3"]),
        customer=st.sampled_from(["", "Ada", "Bo"]),
    ),
    max_size=8,
    unique_by=lambda row: (row["Case ID"].strip().lower(), row["Order ID"], row["Customer Name"]),
)


@given(before=_ROWS, after=_ROWS, data=st.data())
def test_any_order_of_the_rows_gives_every_row_the_same_key(
    before: list[dict[str, Any]], after: list[dict[str, Any]], data: st.DataObject
) -> None:
    log = Log(before)
    log.run()
    log.rows = after
    upright = {id(row): known.key for row, known in zip(after, _rows(log), strict=True)}
    log.rows = data.draw(st.permutations(after))
    turned = {id(row): known.key for row, known in zip(log.rows, _rows(log), strict=True)}
    assert upright == turned


def _rows(log: Log) -> Any:
    return log.recognise().rows


def _seconds_to_recognise(log: Log) -> float:
    read = log.read()
    begun = perf_counter()
    log.recognise()
    assert read
    return perf_counter() - begun


def test_many_strangers_and_many_missing_cases_take_no_quadratic_time() -> None:
    log = Log([case("", order=f"#{n}", customer="Amazon") for n in range(4_000)])
    log.run()
    log.rows = [case("", order=f"#x{n}", customer="Amazon") for n in range(4_000)]
    assert _seconds_to_recognise(log) < 4


def test_many_cases_alike_that_all_get_other_ids_take_no_quadratic_time() -> None:
    log = Log([case(f"R-{n}", order="", customer="Amazon") for n in range(4_000)])
    log.run()
    for number, row in enumerate(log.rows):
        row["Case ID"] = f"RB-{number}"
    assert _seconds_to_recognise(log) < 4


def test_rows_that_are_alike_but_for_their_notes_keep_their_own_notes() -> None:
    log = Log([case("R-1", notes=f"call {number}") for number in range(30)])
    log.run()
    log.forget_objects()

    assert log.run().observations == []
