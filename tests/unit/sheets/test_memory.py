"""The in-memory twin judges writes as the real sheet does."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from refundsheet.core.model import Change, Layout, Outcome, Plan, Receipt
from refundsheet.errors import AnswerLostError, SheetUnavailableError
from refundsheet.sheets.memory import Formula, MemorySheetStore, values_answer
from tests.journals import ListJournal

HEADERS = ("Case ID", "Order ID", "Status", "Resolution Date", "Follow-up")
FIELDS = ("case_id", "order_id", "status", "resolved_at", "follow_up")
#: The key of a row without an ID (core/keys.py).
NAMELESS = "\x1e0123"
ROWS: list[list[Any]] = [
    list(HEADERS),
    ["R-1", "1001", "Refunded"],
    ["R-2", "1002", "Approved"],
    ["", "1003", "Refunded"],
]


def store_of(rows: list[list[Any]] = ROWS) -> MemorySheetStore:
    return MemorySheetStore(rows)


def change(row: int, field: str = "resolved_at", **more: Any) -> Change:
    values: dict[str, Any] = {
        "case": f"r-{row}",
        "label": f"R-{row}",
        "before": None,
        "after": 46349.5,
        "premise": ("status",),
    }
    return Change(row=row, field=field, reason="status is closed", **{**values, **more})


def plan_of(*changes: Change, rows: list[list[Any]] = ROWS) -> Plan:
    columns = {field: index for index, field in enumerate(FIELDS)}
    as_read = {number: tuple(row) for number, row in enumerate(rows, 1)}
    return Plan(changes, Layout(1, HEADERS, columns), as_read)


def write(store: MemorySheetStore, *changes: Change) -> tuple[Receipt, ...]:
    return store.write(plan_of(*changes), ListJournal())


def outcomes(receipts: tuple[Receipt, ...]) -> list[Outcome]:
    return [receipt.outcome for receipt in receipts]


def test_a_change_that_finds_its_case_is_written() -> None:
    store = store_of()

    receipts = write(store, change(2))

    assert outcomes(receipts) == [Outcome.DONE]
    assert store.cell(2, 3) == 46349.5
    assert (store.requests.reads, store.requests.writes) == (1, 1)


def sort(store: MemorySheetStore) -> None:
    store.rows[1:] = reversed(store.rows[1:])


def insert(store: MemorySheetStore) -> None:
    store.rows.insert(1, ["R-0", "1000", "Refunded"])


def delete(store: MemorySheetStore) -> None:
    del store.rows[1]


def copy_above(store: MemorySheetStore) -> None:
    store.rows.insert(1, list(store.rows[1]))


def stamp(store: MemorySheetStore) -> None:
    store.type(2, 3, 46000)


def reopen(store: MemorySheetStore) -> None:
    store.type(2, 2, "New")


def rename_header(store: MemorySheetStore) -> None:
    store.type(1, 3, "Done on")


def other_id(store: MemorySheetStore) -> None:
    store.type(2, 0, "R-9")


@pytest.mark.parametrize("people", [sort, insert, delete, stamp, reopen, rename_header, other_id])
def test_a_change_that_people_overtook_is_lost_and_writes_nothing(
    people: Callable[[MemorySheetStore], None],
) -> None:
    store = store_of()
    before_us = store_of()
    people(before_us)
    store.between = lambda: people(store) if store.requests.writes else None

    receipts = write(store, change(2))

    assert outcomes(receipts) == [Outcome.LOST]
    assert store.rows == before_us.rows


def test_a_row_copied_above_itself_is_seen_by_its_neighbours() -> None:
    store = store_of()
    copy_above(store)

    assert outcomes(write(store, change(3))) == [Outcome.LOST]
    assert outcomes(write(store, change(2))) == [Outcome.LOST]


def test_a_row_without_an_id_is_known_by_all_that_people_wrote() -> None:
    store = store_of()
    store.type(4, 1, "1009")

    assert outcomes(write(store, change(4, "case_id", case=NAMELESS, after="R-3"))) == [
        Outcome.LOST
    ]


def test_the_changes_of_one_row_stand_or_fall_together() -> None:
    store = store_of()
    store.type(2, 4, "a person's note")
    flag = change(2, "follow_up", after="Stale", premise=())

    receipts = write(store, change(2), flag, change(3))

    assert outcomes(receipts) == [Outcome.LOST, Outcome.LOST, Outcome.DONE]
    assert store.cell(2, 3) is None


def test_a_formula_and_a_protected_cell_are_never_written() -> None:
    store = store_of()
    store.type(2, 3, Formula("=TODAY()"))
    store.protected.add((3, 3))

    receipts = write(store, change(2), change(3))

    assert outcomes(receipts) == [Outcome.REFUSED, Outcome.REFUSED]
    assert [receipt.detail for receipt in receipts] == [
        "a formula stands there",
        "the cell is protected against refundsheet",
    ]


def test_a_lost_answer_leaves_it_open_whether_it_was_written() -> None:
    store = store_of()

    def lose() -> None:
        if store.requests.writes:
            raise AnswerLostError("no answer")

    store.answering = lose

    assert outcomes(write(store, change(2))) == [Outcome.UNKNOWN]
    assert store.cell(2, 3) == 46349.5


def test_a_request_that_never_arrives_changes_nothing() -> None:
    store = store_of()

    def cut() -> None:
        raise SheetUnavailableError("the line is cut")

    store.between = cut

    with pytest.raises(SheetUnavailableError):
        write(store, change(2))
    assert store.rows == ROWS


def test_many_changes_take_several_requests() -> None:
    rows = [list(HEADERS), *([f"R-{number}", "1", "Refunded"] for number in range(150))]
    store = store_of(rows)

    receipts = store.write(
        plan_of(*(change(row) for row in range(2, 152)), rows=rows), ListJournal()
    )

    assert set(outcomes(receipts)) == {Outcome.DONE}
    assert store.requests.writes == 2


def test_a_plan_of_nothing_sends_nothing() -> None:
    store = store_of()

    assert write(store) == ()
    assert store.requests.reads == 0


@pytest.mark.parametrize(
    ("rows", "values"),
    [
        pytest.param([["a", "b"]], [["a", "b"]], id="plain"),
        pytest.param([["a", None, "", None]], [["a"]], id="trailing blanks"),
        pytest.param([[None, "b"]], [["", "b"]], id="a blank between"),
        pytest.param([["a"], [], ["c"], [None]], [["a"], [], ["c"]], id="blank rows"),
        pytest.param([[3.0, 2.5, True, False, 0]], [[3, 2.5, True, False, 0]], id="numbers"),
    ],
)
def test_the_answer_has_googles_shape(rows: list[list[Any]], values: list[list[Any]]) -> None:
    answer = json.loads(values_answer("abc", "Joan's log", rows))

    assert answer["valueRanges"] == [
        {"range": "'Joan''s log'!A1:Z1000", "majorDimension": "ROWS", "values": values}
    ]


def test_a_tab_without_content_has_no_values() -> None:
    assert "values" not in json.loads(values_answer("abc", "A", []))["valueRanges"][0]


def test_a_whole_number_is_written_without_a_fraction() -> None:
    assert b"[[46037,46037.25]]" in values_answer("abc", "A", [[46037.0, 46037.25]])


def test_the_range_reaches_over_the_widest_row() -> None:
    answer = json.loads(values_answer("abc", "A", [["x"] * 29, *[["y"]] * 1200]))

    assert answer["valueRanges"][0]["range"] == "'A'!A1:AC1201"


def test_more_flags_than_can_be_judged_go_in_one_request() -> None:
    rows = [list(HEADERS), *([f"R-{number}", "1", "New"] for number in range(150))]
    store = store_of(rows)
    flags = [change(row, "follow_up", after="Stale", premise=()) for row in range(2, 152)]

    store.write(plan_of(*flags, rows=rows), ListJournal())

    assert store.requests.writes == 1


def test_what_is_about_to_leave_is_in_the_journal_first() -> None:
    store, journal = store_of(), ListJournal()
    seen: list[int] = []
    store.between = lambda: seen.append(len(journal.batches))

    receipts = store.write(plan_of(change(2)), journal)

    assert seen == [0, 1]
    assert journal.receipts == list(receipts)
    (condition,) = journal.conditions
    assert {"0": "R-1", "2": "Refunded", "old_nonce": None}.items() <= condition.items()


def test_after_a_lost_answer_nothing_more_is_sent() -> None:
    rows = [list(HEADERS), *([f"R-{number}", "1", "Refunded"] for number in range(150))]
    store = store_of(rows)

    def lose() -> None:
        if store.requests.writes:
            raise AnswerLostError("no answer")

    store.answering = lose

    receipts = store.write(
        plan_of(*(change(row) for row in range(2, 152)), rows=rows), ListJournal()
    )

    assert outcomes(receipts) == [Outcome.UNKNOWN] * 100
    assert store.requests.writes == 1


def test_a_fence_is_one_write() -> None:
    store = store_of()

    store.fence()

    assert (store.requests.reads, store.requests.writes) == (0, 1)
