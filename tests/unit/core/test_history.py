"""What people changed and what we wrote, as rows of the History tab, and read back from them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refundsheet.core.columns import header_names
from refundsheet.core.history import (
    HEADERS,
    WHOLE_ROW,
    By,
    Entry,
    added,
    empty_page,
    explain,
    from_rows,
    may_go,
    oldest_rows,
    seen,
    to_row,
    told_rows,
    written,
)
from refundsheet.core.memory import Memory, Observation, Remembered
from refundsheet.core.model import Cell, Change, Layout, RefundCase
from refundsheet.core.observe import Observed
from refundsheet.core.pages import PageCell, Style
from refundsheet.core.serials import to_serial

PARIS = ZoneInfo("Europe/Paris")
NINE = datetime(2026, 11, 2, 9, tzinfo=UTC)
LAYOUT = Layout(1, ("Ticket", "State", "Paid"), {"case_id": 0, "status": 1, "paid_at": 2})
NAMES = header_names()


def remembered(key: str, **changes: Any) -> Remembered:
    case = changes.pop("case", RefundCase(case_id=key.upper(), order_id="1001", status="New"))
    return Remembered(
        key=key, case=case, adopted=False, first_seen=NINE, still_since=NINE, **changes
    )


def observation(field: str, before: str, after: str, *, minutes: int = 1) -> Observation:
    return Observation(
        case="r-1",
        field=field,
        before=before,
        after=after,
        not_before=NINE - timedelta(minutes=minutes),
        not_after=NINE,
    )


def told(one: Observation) -> Entry:
    observed = Observed({"r-1": remembered("r-1")}, frozenset(), frozenset(), (one,))
    [entry] = seen(Memory(), observed, 7, NINE)
    return entry


def entry(**changes: Any) -> Entry:
    parts: dict[str, Any] = {
        "case": "r-1",
        "label": "R-1",
        "field": "status",
        "before": "New",
        "after": "Paid",
        "by": By.TEAM,
        "why": "",
        "run": 7,
        "not_before": NINE,
        "not_after": NINE,
    }
    return Entry(**(parts | changes))


@pytest.mark.parametrize(
    ("field", "before", "after", "shown"),
    [
        pytest.param("status", "New", "Paid", ("New", "Paid"), id="both sides"),
        pytest.param("owner", "", "Ada", ("", "Ada"), id="from blank"),
        pytest.param(
            "deadline",
            "2026-11-02",
            "2026-11-03 10:00:00+01:00",
            ("2026-11-02", "2026-11-03 10:00:00"),
            id="times as the sheet shows them",
        ),
        pytest.param("notes", "a\nb", "a\nb\nc", ("", "c"), id="what was added to Notes"),
        pytest.param("notes", "called", "", ("", ""), id="Notes emptied"),
        pytest.param("notes", "", "x" * 300, ("", "x" * 199 + "…"), id="of long Notes the start"),
        pytest.param("product", "", "x" * 3000, ("", "x" * 999 + "…"), id="of any long text"),
    ],
)
def test_a_change_is_told_with_what_history_may_hold(
    field: str, before: str, after: str, shown: tuple[str, str]
) -> None:
    change = told(observation(field, before, after))

    assert (change.before, change.after) == shown
    assert (change.label, change.by, change.run) == ("R-1", By.TEAM, 7)


@pytest.mark.parametrize(
    ("before", "after", "new"),
    [
        pytest.param("one two", "one and two", "and", id="in the middle"),
        pytest.param("two", "one two", "one", id="before it"),
        pytest.param("aaa", "aaaa", "a", id="of the same letters"),
        pytest.param("one two", "one", "", id="nothing"),
        pytest.param("one", "two", "two", id="instead of it"),
    ],
)
def test_what_was_added_to_a_text_is_found(before: str, after: str, new: str) -> None:
    assert added(before, after) == new


@given(st.text(), st.text(), st.text())
def test_an_insertion_is_never_told_longer_than_it_was(start: str, new: str, end: str) -> None:
    assert len(added(start + end, start + new + end)) <= len(new)


@pytest.mark.parametrize(
    ("minutes", "between", "at"),
    [
        pytest.param(1, "", NINE, id="between two ordinary reads"),
        pytest.param(10, "", NINE, id="just not an outage"),
        pytest.param(
            120,
            "≈ Mon 2 Nov 08:00 - Mon 2 Nov 10:00",
            NINE - timedelta(hours=1),
            id="in an outage: the middle",
        ),
    ],
)
def test_a_row_says_when_it_happened(minutes: int, between: str, at: datetime) -> None:
    row = to_row(told(observation("status", "New", "Paid", minutes=minutes)), LAYOUT, PARIS)

    assert row[0] == PageCell(to_serial(at, PARIS), Style.MOMENT)
    assert row[1].value == between


def test_a_cell_we_wrote_is_told_with_its_reason_and_under_the_logs_own_header() -> None:
    change = Change(
        case="r-1",
        label="R-1",
        row=2,
        field="paid_at",
        before=None,
        after=to_serial(NINE, PARIS),
        reason="backfilled: the last action of a closed case",
    )

    row = to_row(written(change, 7, NINE), LAYOUT, PARIS)

    assert [cell.value for cell in row[2:]] == [
        "R-1",
        "Paid",
        "",
        "2026-11-02 10:00:00",
        "refundsheet",
        "backfilled: the last action of a closed case",
        7,
        "0",
    ]


def test_a_minted_id_is_what_its_case_is_called() -> None:
    change = Change(
        case="\x1eprint",
        label="1001",
        row=2,
        field="case_id",
        before=None,
        after="R-9",
        reason="new",
    )

    assert written(change, 7, NINE).label == "R-9"


def test_a_row_without_an_id_is_named_in_parentheses() -> None:
    change = Change(
        case="\x1eprint", label="1001", row=2, field="row_check", before=None, after="!", reason=""
    )

    assert not written(change, 7, NINE).has_id
    assert written(change, 7, NINE).label == "(1001)"


def test_a_case_that_leaves_the_log_and_comes_back_is_told() -> None:
    here, gone = remembered("r-1"), remembered("r-1", removed=True, missing_since=NINE)

    def of(before: Remembered, after: Remembered) -> list[tuple[Cell, Cell, str]]:
        observed = Observed({"r-1": after}, frozenset({"r-1", "r-2"}), frozenset(), ())
        entries = seen(Memory(cases={"r-1": before}), observed, 7, NINE)
        return [(one.before, one.after, one.field) for one in entries]

    assert of(here, gone) == [("R-1 · 1001 · New", "", WHOLE_ROW)]
    assert of(gone, here) == [("", "R-1 · 1001 · New", WHOLE_ROW)]
    assert of(gone, gone) == []


def test_a_case_that_takes_the_id_of_a_removed_one_is_not_told_to_be_that_one_come_back() -> None:
    gone = remembered("r-1", removed=True, missing_since=NINE)
    observed = Observed({"r-1": remembered("r-1")}, frozenset({"r-1"}), frozenset(), ())

    assert seen(Memory(cases={"r-1": gone}), observed, 7, NINE, renamed=["r-1"]) == ()


def test_a_change_of_a_case_nobody_remembers_is_told_under_its_key() -> None:
    observed = Observed({}, frozenset(), frozenset(), (observation("status", "New", "Paid"),))

    assert [one.label for one in seen(Memory(), observed, 7, NINE)] == ["r-1"]


# Why a cell holds what it holds

STAMP = entry(field="paid_at", by=By.US, before=None, after=46000.5, why="paid")


@pytest.mark.parametrize(
    ("case", "field", "held", "is_known"),
    [
        pytest.param("R-1", "paid_at", 46000.5, True, id="by its ID"),
        pytest.param("r-1", "paid_at", 46000.5 + 1e-9, True, id="by its key, to the second"),
        pytest.param("R-1", "paid_at", 46001.5, False, id="another value"),
        pytest.param("R-1", "paid_at", "soon", False, id="a text"),
        pytest.param("R-1", "paid_at", None, False, id="blank"),
        pytest.param("R-2", "paid_at", 46000.5, False, id="another case"),
        pytest.param("R-1", "status", "Paid", False, id="what the team wrote"),
    ],
)
def test_a_cell_is_explained_only_by_what_we_wrote_there(
    case: str, field: str, held: Cell, *, is_known: bool
) -> None:
    assert (explain([entry(), STAMP], case, field, held) is STAMP) is is_known


def test_a_cell_we_emptied_is_explained() -> None:
    emptied = entry(field="paid_at", by=By.US, before=46000.5, after=None)

    assert explain([STAMP, emptied], "R-1", "paid_at", "") is emptied
    assert explain([STAMP, emptied], "R-1", "paid_at", 46000.5) is None


def test_the_tab_begins_with_its_headers_and_warns_who_types_in_it() -> None:
    page = empty_page("History")

    assert tuple(cell.value for cell in page.cells.values()) == HEADERS
    assert len(page.widths) == len(HEADERS)
    assert page.warning


# Back from the tab


def rows_of(*entries: Entry) -> list[list[Cell]]:
    layout = Layout(1, (), {})
    return [list(HEADERS), *([c.value for c in to_row(one, layout, PARIS)] for one in entries)]


FIELDS = st.sampled_from(["status", "notes", "follow_up", "case_id", WHOLE_ROW])
TEXTS = st.text(max_size=30)
INSTANTS = st.datetimes(
    min_value=datetime(2020, 1, 1),  # noqa: DTZ001 - hypothesis wants naive bounds
    max_value=datetime(2040, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
).map(lambda at: at.replace(microsecond=0))


@pytest.mark.parametrize(
    "until",
    [
        pytest.param(datetime(2026, 11, 3, 8, 30, 12, tzinfo=PARIS), id="a night"),
        pytest.param(datetime(2027, 1, 4, 9, 0, 59, tzinfo=PARIS), id="the turn of the year"),
        pytest.param(
            datetime(2026, 10, 25, 2, 59, 30, tzinfo=PARIS), id="the hour that comes twice"
        ),
    ],
)
def test_an_interval_is_read_back_to_the_minute_in_which_it_ended(until: datetime) -> None:
    one = replace(
        observation("status", "New", "Paid"),
        not_before=until - timedelta(hours=20),
        not_after=until,
    )

    [back] = from_rows(rows_of(told(one)), NAMES, PARIS)

    assert timedelta() <= back.not_after - until < timedelta(minutes=1)
    assert abs(back.at - told(one).at) <= timedelta(seconds=1)


@pytest.mark.parametrize("between", ["≈ Mon 2 Nov 09:00 - Sat 29 Feb 24:61", "some time", 7])
def test_an_interval_that_somebody_typed_over_is_none(between: Cell) -> None:
    head, row = rows_of(told(observation("status", "New", "Paid", minutes=300)))
    row[1] = between

    [back] = from_rows([head, row], NAMES, PARIS)

    assert back.not_after == back.not_before == back.at


@given(FIELDS, TEXTS, TEXTS, st.sampled_from(By), INSTANTS)
def test_what_stands_on_the_tab_is_read_back(
    field: str, before: str, after: str, by: By, at: datetime
) -> None:
    one = entry(
        field=field, before=before, after=after, by=by, not_before=at, not_after=at, why="x"
    )

    [back] = from_rows(rows_of(one), NAMES, PARIS)

    assert (back.label, back.field, back.by, back.run) == ("R-1", field, by, 7)
    assert (back.before or "", back.after or "") == (before, after)
    assert to_serial(back.at, PARIS) == to_serial(at, PARIS)


@pytest.mark.parametrize("stamp", [46000.5, 46000.123456, 46000.0, None])
def test_a_stamp_is_read_back_to_the_second(stamp: float | None) -> None:
    one = entry(field="paid_at", before=None, after=stamp, by=By.US)

    [back] = from_rows(rows_of(one), NAMES, PARIS)

    assert explain([back], "R-1", "paid_at", stamp) is back


def test_entries_come_oldest_first_however_people_sorted_them() -> None:
    early = entry(not_before=NINE - timedelta(hours=1), not_after=NINE - timedelta(hours=1))
    head, *rows = rows_of(early, entry())

    back = from_rows([head, *reversed(rows)], NAMES, PARIS)

    assert [one.not_after for one in back] == [early.not_after, NINE]


def test_people_may_have_moved_the_columns() -> None:
    rows = [list(reversed(row)) for row in rows_of(entry())]

    assert [one.after for one in from_rows(rows, NAMES, PARIS)] == ["Paid"]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({0: "yesterday"}, id="no time"),
        pytest.param({0: True}, id="a checkbox for a time"),
        pytest.param({0: 1e9}, id="no time there is"),
        pytest.param({3: "Colour"}, id="no column we know"),
        pytest.param({6: "Ada"}, id="somebody else"),
    ],
)
def test_whatever_else_stands_on_the_tab_is_passed_over(changes: dict[int, Cell]) -> None:
    head, row = rows_of(entry())
    for column, value in changes.items():
        row[column] = value

    assert from_rows([["our remarks"], head, row, [], ["short"]], NAMES, PARIS) == ()


def test_a_tab_without_headers_tells_nothing() -> None:
    assert from_rows(rows_of(entry())[1:], NAMES, PARIS) == ()


def test_a_tab_from_before_rows_were_numbered_is_read_too() -> None:
    rows = [row[:-1] for row in rows_of(entry(number=12))]

    assert [one.number for one in from_rows(rows_of(entry(number=12)), NAMES, PARIS)] == [12]
    assert [one.number for one in from_rows(rows, NAMES, PARIS)] == [0]


# Trimming


def hours_ago(hours: int, **changes: Any) -> Entry:
    at = NINE - timedelta(hours=hours)
    return entry(not_before=at, not_after=at, **changes)


@pytest.mark.parametrize(
    ("rows", "most", "gone"),
    [
        pytest.param(10, 10, 0, id="as many as it may have"),
        pytest.param(11, 10, 0, id="a tenth more is left for another day"),
        pytest.param(12, 10, 2, id="then all that are too many leave at once"),
    ],
)
def test_the_oldest_rows_are_too_many_however_people_sorted_them(
    rows: int, most: int, gone: int
) -> None:
    head, *lines = rows_of(*(hours_ago(hours, number=99 - hours) for hours in range(rows)))
    told = told_rows([head, *lines[3:], ["a remark"], *lines[:3]], NAMES, PARIS)

    found = oldest_rows(told, most)

    assert [row.entry.number for row in found] == [100 - rows + place for place in range(gone)]


@pytest.mark.parametrize(
    ("row", "kept", "goes"),
    [
        pytest.param({}, entry(number=5), True, id="the ledger tells the same"),
        pytest.param({}, None, False, id="a ledger that was lost since does not know it"),
        pytest.param({}, entry(number=5, after="Open"), False, id="or knows something else by that number"),
        pytest.param({}, entry(number=5, run=8), False, id="of another run"),
        pytest.param({3: "State"}, entry(number=5), True, id="the column had another header then"),
        pytest.param({7: "because I say so"}, entry(number=5), False, id="somebody has typed into it"),
        pytest.param({12: "look at this"}, entry(number=5), False, id="or beside it"),
        pytest.param({0: 45000.5}, None, True, id="so old that the ledger would not keep it"),
        pytest.param({0: 45000.5, 12: "look"}, None, False, id="but for what people added"),
    ],
)  # fmt: skip
def test_a_row_goes_only_where_nothing_is_lost_with_it(
    row: dict[int, Cell], kept: Entry | None, *, goes: bool
) -> None:
    head, cells = rows_of(entry(number=5))
    cells += [""] * 4
    for column, value in row.items():
        cells[column] = value
    [told] = told_rows([head, cells], header_names({"status": "State"}) | NAMES, PARIS)

    assert may_go(told, kept, LAYOUT, PARIS, NINE - timedelta(days=365)) is goes


def test_a_day_without_a_time_and_an_odd_run_are_read_too() -> None:
    head, row = rows_of(entry(field="paid_at", by=By.US, before="odd", after=46000.0))
    row[0], row[8] = 46000, "seven"

    [back] = from_rows([head, row], NAMES, PARIS)

    assert (back.run, back.before, back.after) == (0, "odd", 46000.0)
    assert (back.not_after.hour, back.not_after.tzinfo) == (0, PARIS)
