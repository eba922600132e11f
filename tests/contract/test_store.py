"""What every store promises: the same suite runs on the one in memory and on the one over HTTP."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Protocol

import pytest
import requests
import stamina
from hypothesis import given, settings
from hypothesis import strategies as st

from refundsheet.core.columns import BY_FIELD
from refundsheet.core.model import Cell, Change, Layout, Outcome, Plan, Receipt
from refundsheet.core.pages import (
    Page,
    PageAddition,
    PageCell,
    PageCells,
    PageEdit,
    Style,
    difference,
)
from refundsheet.errors import MissingTabError, RefusedError
from refundsheet.localsheets.server import LocalServer
from refundsheet.sheets.google import GoogleSheetStore, open_store
from refundsheet.sheets.memory import MemorySheetStore
from refundsheet.sheets.store import Setup, SheetStore, Tab
from refundsheet.sheets.transport import Requests
from tests.journals import ListJournal

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HEADERS = ("Case ID", "Order ID", "Status", "Resolution Date")
LOG: list[list[Cell]] = [
    list(HEADERS),
    ["R-1", "00123", "Refunded"],
    ["R-2", "1002", "Approved", 46037.25],
    ["R-3", "1003", "Refunded"],
    ["", "1004", "New"],
]
#: A person's own column, beside the columns refundsheet knows.
FOLLOW_UP = BY_FIELD["follow_up"]
FOLLOW_UP_BY = BY_FIELD["follow_up_by"]


class World(Protocol):
    """A spreadsheet with people in it, and our store on it."""

    store: SheetStore

    @property
    def requests(self) -> Requests: ...

    def type(self, row: int, column: int, value: Cell) -> None:
        """A person types into a cell; the row is counted from 1, the column from 0."""
        ...

    def insert_row(self, row: int) -> None: ...

    def rename_log(self, title: str) -> None: ...

    def remove_page(self, title: str) -> None: ...

    def type_on_page(self, title: str, row: int, column: int, value: Cell) -> None:
        """A person types on a tab of ours."""
        ...

    def page(self, title: str) -> dict[tuple[int, int], Cell]:
        """What a tab of ours holds: text, numbers and formulas."""
        ...


class InMemory:
    def __init__(self, rows: Sequence[Sequence[Cell]]) -> None:
        self.memory = MemorySheetStore(rows, zone="Europe/Paris", locale="fr_FR")
        self.store: SheetStore = self.memory

    @property
    def requests(self) -> Requests:
        return self.memory.requests

    def type(self, row: int, column: int, value: Cell) -> None:
        self.memory.type(row, column, value)

    def insert_row(self, row: int) -> None:
        self.memory.rows.insert(row - 1, [])

    def rename_log(self, title: str) -> None:
        self.memory.title = title

    def remove_page(self, title: str) -> None:
        del self.memory.pages[title]

    def type_on_page(self, title: str, row: int, column: int, value: Cell) -> None:
        self.memory.pages[title][row - 1, column] = PageCell(value)

    def page(self, title: str) -> dict[tuple[int, int], Cell]:
        cells = self.memory.pages[title].items()
        return {place: cell.value for place, cell in cells if cell.value not in {None, ""}}


class OverHttp:
    """The same on a local server, with people who use another client."""

    def __init__(self, server: LocalServer, rows: Sequence[Sequence[Cell]]) -> None:
        self._people = requests.Session()
        self._people.headers["Authorization"] = "Bearer people"
        self._base = f"{server.base_url}/v4/spreadsheets"
        grid = {"rowCount": 40, "columnCount": 6}
        tab = {"sheetId": 77, "title": "Refund Log", "gridProperties": grid}
        properties = {"title": "Refunds", "locale": "fr_FR", "timeZone": "Europe/Paris"}
        book = self._post("", {"properties": properties, "sheets": [{"properties": tab}]})
        self._book = f"/{book['spreadsheetId']}"
        self._put("'Refund Log'!A1", rows)
        self.google: GoogleSheetStore = open_store(
            book["spreadsheetId"],
            log_tab="Refund Log",
            hidden_tab="refundsheet",
            base_url=server.base_url,
        )
        self.store: SheetStore = self.google

    @property
    def requests(self) -> Requests:
        return self.google.client.requests

    def type(self, row: int, column: int, value: Cell) -> None:
        self._put(f"'{self.google.log.title}'!{chr(65 + column)}{row}", [[value]])

    def insert_row(self, row: int) -> None:
        rows = {"sheetId": 77, "dimension": "ROWS", "startIndex": row - 1, "endIndex": row}
        self.change({"insertDimension": {"range": rows}})

    def rename_log(self, title: str) -> None:
        properties = {"sheetId": 77, "title": title}
        self.change({"updateSheetProperties": {"properties": properties, "fields": "title"}})

    def remove_page(self, title: str) -> None:
        self.change({"deleteSheet": {"sheetId": self.tab(title)["sheetId"]}})

    def type_on_page(self, title: str, row: int, column: int, value: Cell) -> None:
        self._put(f"'{title}'!{chr(65 + column)}{row}", [[value]])

    def page(self, title: str) -> dict[tuple[int, int], Cell]:
        answer = self._get(f"/values/'{title}'?valueRenderOption=FORMULA")
        return {
            (row, column): value
            for row, cells in enumerate(answer.get("values", []))
            for column, value in enumerate(cells)
            if value != ""
        }

    def cells(
        self, row: int, first: int, end: int, title: str = "Refund Log"
    ) -> list[Mapping[str, Any]]:
        """A stretch of a row with formats, rules and notes."""
        place = f"'{title}'!{chr(65 + first)}{row}:{chr(64 + end)}{row}"
        mask = "sheets.data.rowData.values(userEnteredFormat,dataValidation,note)"
        answer = self._get(f"?ranges={place}&fields={mask}")
        return answer["sheets"][0]["data"][0]["rowData"][0]["values"]

    def hidden_columns(self, first: int, end: int) -> list[bool]:
        place = f"'Refund Log'!{chr(65 + first)}1:{chr(64 + end)}1"
        answer = self._get(f"?ranges={place}&fields=sheets.data.columnMetadata.hiddenByUser")
        columns = answer["sheets"][0]["data"][0]["columnMetadata"]
        return [column.get("hiddenByUser", False) for column in columns]

    def protections(self, title: str) -> list[bool]:
        """Whether each protection of a tab is a warning only."""
        sheets = self._get("?fields=sheets(properties.title,protectedRanges)")["sheets"]
        sheet = next(s for s in sheets if s["properties"]["title"] == title)
        return [range_.get("warningOnly", False) for range_ in sheet["protectedRanges"]]

    def tab(self, title: str) -> Mapping[str, Any]:
        sheets = self._get("?fields=sheets.properties")["sheets"]
        return next(s["properties"] for s in sheets if s["properties"]["title"] == title)

    def resize(self, columns: int) -> None:
        properties = {"sheetId": 77, "gridProperties": {"columnCount": columns}}
        fields = "gridProperties.columnCount"
        self.change({"updateSheetProperties": {"properties": properties, "fields": fields}})

    def change(self, *wanted: Mapping[str, Any]) -> None:
        """A person changes something."""
        self._post(f"{self._book}:batchUpdate", {"requests": list(wanted)})

    def close(self) -> None:
        self._people.close()
        self.google.client.session.close()

    def _put(self, start: str, rows: Sequence[Sequence[Cell]]) -> None:
        path = f"{self._book}/values/{start}?valueInputOption=RAW"
        answer = self._people.put(self._base + path, json={"values": rows}, timeout=5)
        answer.raise_for_status()

    def _get(self, path: str) -> dict[str, Any]:
        answer = self._people.get(self._base + self._book + path, timeout=5)
        answer.raise_for_status()
        return answer.json()

    def _post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        answer = self._people.post(self._base + path, json=body, timeout=5)
        assert answer.ok, answer.text
        return answer.json()


MakeWorld = Callable[[Sequence[Sequence[Cell]]], World]


@pytest.fixture
def over_http(local_server: LocalServer) -> Iterator[Callable[..., OverHttp]]:
    made: list[OverHttp] = []

    def make(rows: Sequence[Sequence[Cell]]) -> OverHttp:
        made.append(OverHttp(local_server, rows))
        return made[-1]

    yield make
    for world in made:
        world.close()


@pytest.fixture(params=["memory", "http"])
def make_world(request: pytest.FixtureRequest) -> MakeWorld:
    return InMemory if request.param == "memory" else request.getfixturevalue("over_http")


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    return make_world(LOG)


def rows_of(world: World) -> list[list[Any]]:
    answer = json.loads(world.store.read(NOW).values)
    return answer["valueRanges"][-1].get("values", [])


def tab(world: World, title: str) -> Tab:
    found = world.store.describe().tab(title)
    assert found is not None
    return found


# Reading


def test_a_read_gives_each_cell_as_it_is(world: World) -> None:
    assert rows_of(world) == LOG


@pytest.mark.parametrize(
    ("rows", "values"),
    [
        pytest.param([], [], id="an empty tab"),
        pytest.param([["a", "", "c", ""], [""], ["d"], [""]], [["a", "", "c"], [], ["d"]], id="blanks"),
        pytest.param([[1, 2.5, True, False]], [[1, 2.5, True, False]], id="numbers and truth values"),
        pytest.param([["12E3", "Nan", "=1+1", "é🌵", "a\nb"]], [["12E3", "Nan", "=1+1", "é🌵", "a\nb"]], id="text"),
    ],
)  # fmt: skip
def test_a_read_has_googles_shape(
    make_world: MakeWorld, rows: list[list[Cell]], values: list[list[Any]]
) -> None:
    assert rows_of(make_world(rows)) == values


def test_a_snapshot_says_when_it_was_read_and_what_its_numbers_mean(world: World) -> None:
    snapshot = world.store.read(NOW)

    assert (snapshot.zone, snapshot.locale) == ("Europe/Paris", "fr_FR")
    assert (snapshot.title, snapshot.read_at) == ("Refund Log", NOW)


def test_once_described_a_read_is_one_request(world: World) -> None:
    world.store.describe()

    world.store.read(NOW)

    assert (world.requests.reads, world.requests.writes) == (2, 0)


def test_a_renamed_log_is_still_read(world: World) -> None:
    sheet_id = world.store.read(NOW).sheet_id
    world.rename_log("Joan's log 2026")

    snapshot = world.store.read(NOW)

    assert (snapshot.title, snapshot.sheet_id) == ("Joan's log 2026", sheet_id)


def test_a_description_names_the_tabs_ignoring_case(world: World) -> None:
    book = world.store.describe()

    found = book.tab("refund log")
    assert found is not None
    assert found.row_count >= len(LOG)
    assert book.tab("Summary") is None


def test_the_log_and_the_book_are_asked_for_once(world: World) -> None:
    assert world.store.log.title == "Refund Log"
    assert world.store.book.zone == "Europe/Paris"

    assert world.requests == Requests(reads=1)


# Setting up


def test_our_columns_come_after_the_last_header_and_move_nothing_away(world: World) -> None:
    world.type(2, 4, "somebody's remark beyond the headers")
    setup = Setup(columns=(FOLLOW_UP, FOLLOW_UP_BY), column_index=4, header_row=1)

    world.store.prepare(setup)

    rows = rows_of(world)
    assert rows[0] == [*HEADERS, "Follow-up", "Follow-up By"]
    assert rows[1] == [
        "R-1",
        "00123",
        "Refunded",
        "",
        "",
        "",
        "somebody's remark beyond the headers",
    ]
    assert rows[2:] == LOG[2:]
    assert world.requests.writes == 1


def test_our_tabs_are_made_in_the_same_request(world: World) -> None:
    page = Page("Summary", {}, widths=(200,), frozen_rows=1)

    world.store.prepare(
        Setup(columns=(FOLLOW_UP,), column_index=4, pages=(page,), hidden_tab="ours")
    )

    assert world.requests.writes == 1
    assert not tab(world, "Summary").hidden
    assert tab(world, "ours").hidden


def test_with_nothing_to_set_up_nothing_is_sent(world: World) -> None:
    world.store.prepare(Setup())

    assert world.requests == Requests()


# Publishing

SUMMARY = Page(
    "Summary",
    {
        (0, 0): PageCell("Refunds", Style.TITLE),
        (2, 0): PageCell("Open", Style.COLUMN_HEAD),
        (2, 1): PageCell("=1+1 is no sum", Style.TEXT),
        (3, 0): PageCell(12, Style.COUNT),
        (3, 1): PageCell("=1+1", Style.TEXT, is_formula=True),
        (3, 2): PageCell(True),
        (4, 0): PageCell(46037.5, Style.MOMENT),
    },
    widths=(200, 90),
    frozen_rows=1,
)
SUMMARY_VALUES = {
    (0, 0): "Refunds",
    (2, 0): "Open",
    (2, 1): "=1+1 is no sum",
    (3, 0): 12,
    (3, 1): "=1+1",
    (3, 2): True,
    (4, 0): 46037.5,
}


def test_a_page_is_published_into_a_tab_of_its_own(world: World) -> None:
    world.store.publish([difference({}, SUMMARY)])

    assert world.page("Summary") == SUMMARY_VALUES
    assert world.requests.writes == 1


def test_only_what_differs_is_overwritten(world: World) -> None:
    world.store.publish([difference({}, SUMMARY)])
    cells = {**SUMMARY.cells, (3, 0): PageCell(13, Style.COUNT)}
    del cells[4, 0]

    world.store.publish([difference(SUMMARY.cells, Page("Summary", cells))])

    changed = {**SUMMARY_VALUES, (3, 0): 13}
    del changed[4, 0]
    assert world.page("Summary") == changed
    assert world.requests.writes == 2


def test_a_small_tab_is_read_along_in_the_same_request(world: World) -> None:
    page = Page("Settings", {(0, 0): PageCell("Setting"), (2, 1): PageCell(14)})
    world.store.publish([difference({}, page)])
    world.store.read(NOW)
    asked = world.requests.reads
    snapshot = world.store.read(NOW, "Settings")
    assert world.requests.reads == asked + 1
    assert snapshot.settings is not None
    assert [list(filter(None, row)) for row in snapshot.settings] == [["Setting"], [], [14]]
    assert world.store.read(NOW).settings is None
    assert world.store.read(NOW, "Nothing").settings is None


def test_several_pages_go_in_one_request(world: World) -> None:
    queue = Page("Needs attention", {(0, 0): PageCell("12 overdue")})

    world.store.publish([difference({}, SUMMARY), difference({}, queue)])

    assert world.requests.writes == 1
    assert world.page("Needs attention") == {(0, 0): "12 overdue"}


def test_an_unchanged_page_sends_nothing(world: World) -> None:
    world.store.publish([difference({}, SUMMARY)])

    world.store.publish([difference(SUMMARY.cells, SUMMARY)])

    assert world.requests.writes == 1


def test_a_page_that_somebody_removed_comes_back_whole(world: World) -> None:
    world.store.publish([difference({}, SUMMARY)])
    world.remove_page("Summary")

    world.store.publish([PageEdit(SUMMARY, {(3, 0): PageCell(12, Style.COUNT)})])

    assert world.page("Summary") == SUMMARY_VALUES


def test_a_page_that_people_fill_in_stays_away_once_they_removed_it(world: World) -> None:
    theirs = Page("Settings", {(0, 0): PageCell("Settings")}, is_theirs=True)
    world.store.publish([difference({}, SUMMARY)])
    world.store.prepare(Setup(pages=(theirs,)))
    note = PageEdit(replace(theirs, cells={}), {(5, 9): PageCell("not a number")})
    world.store.publish([note])
    assert world.page("Settings")[5, 9] == "not a number"
    world.remove_page("Settings")

    world.store.publish([note, PageEdit(SUMMARY, {(3, 0): PageCell(12, Style.COUNT)})])

    assert world.page("Summary")[3, 0] == 12
    assert "Settings" not in {tab.title for tab in world.store.describe().tabs}


def test_a_page_grows_beyond_its_grid(world: World) -> None:
    world.store.publish([difference({}, SUMMARY)])
    far = Page("Summary", {**SUMMARY.cells, (700, 30): PageCell("far")})

    world.store.publish([difference(SUMMARY.cells, far)])

    assert world.page("Summary")[700, 30] == "far"


TEXTS = st.sampled_from(["Stale", "=NOW()", "'0012", "two\nlines", "é🌵"])
CELLS = st.builds(
    PageCell,
    st.one_of(TEXTS, st.integers(-5, 5), st.booleans(), st.none()),
    st.sampled_from(Style),
)
EDITIONS = st.lists(
    st.dictionaries(st.tuples(st.integers(0, 6), st.integers(0, 4)), CELLS, max_size=20),
    min_size=1,
    max_size=3,
)


def test_whatever_was_published_before_a_page_holds_its_last_edition(world: World) -> None:
    published: dict[str, PageCells] = {"Summary": {}}

    @given(EDITIONS)
    @settings(max_examples=15)
    def publish(editions: list[PageCells]) -> None:
        for cells in editions:
            world.store.publish([difference(published["Summary"], Page("Summary", cells))])
            published["Summary"] = cells
            expected = {place: cell.value for place, cell in cells.items()}
            assert world.page("Summary") == {
                place: value for place, value in expected.items() if value is not None
            }

    world.store.publish([PageEdit(Page("Summary", {}))])
    publish()


# Adding rows

HISTORY = Page(
    "History",
    {(0, 0): PageCell("When", Style.COLUMN_HEAD), (0, 1): PageCell("Case", Style.COLUMN_HEAD)},
    widths=(130, 110),
    frozen_rows=1,
    warning="only added to",
)
HEAD = ("When", "Case")


def addition(mark: int, *cases: str, outdated: tuple[int, ...] = ()) -> PageAddition:
    rows = tuple((PageCell(46037.5, Style.MOMENT), PageCell(case)) for case in cases)
    return PageAddition(HISTORY, rows, mark, outdated)


def test_rows_are_added_below_what_stands_there(world: World) -> None:
    world.store.prepare(Setup(pages=(HISTORY,)))
    world.store.publish([], addition(1, "R-1", "=1+1"))
    world.type_on_page("History", 5, 1, "our own remark")

    world.store.publish([], addition(2, "R-2"))

    rows = [(46037.5, "R-1"), (46037.5, "=1+1"), ("", ""), ("", "our own remark")]
    assert padded(world.store.read_page("History")) == [HEAD, *rows, (46037.5, "R-2")]


def padded(rows: Sequence[Sequence[Cell]]) -> list[tuple[Cell, ...]]:
    """The rows with their trailing blank cells, which an answer leaves out."""
    return [(*row, *("",) * (2 - len(row))) for row in rows]


def test_rows_and_pages_go_in_one_request(world: World) -> None:
    world.store.describe()
    reads, writes = world.requests.reads, world.requests.writes

    world.store.publish([difference({}, SUMMARY)], addition(1, "R-1"))

    assert (world.requests.reads - reads, world.requests.writes - writes) == (0, 1)
    assert world.page("Summary") == SUMMARY_VALUES
    assert padded(world.store.read_page("History")) == [HEAD, (46037.5, "R-1")]


def test_the_rows_of_one_mark_are_added_once_and_the_pages_published_all_the_same(
    world: World,
) -> None:
    world.store.publish([], addition(1, "R-1"))

    world.store.publish([difference({}, SUMMARY)], addition(1, "R-1"))
    world.store.publish([], addition(1, "R-1"))

    assert padded(world.store.read_page("History")) == [HEAD, (46037.5, "R-1")]
    assert world.page("Summary") == SUMMARY_VALUES


def test_outdated_marks_go_and_the_others_still_hold(world: World) -> None:
    for mark in (1, 2):
        world.store.publish([], addition(mark, f"R-{mark}"))
    world.store.publish([], addition(3, "R-3", outdated=(1,)))

    world.store.publish([], addition(2, "R-2"))

    cases = [row[1] for row in world.store.read_page("History")]
    assert cases == ["Case", "R-1", "R-2", "R-3"]


def test_rows_are_added_to_a_new_tab_where_somebody_removed_it(world: World) -> None:
    world.store.publish([], addition(1, "R-1"))
    world.remove_page("History")

    world.store.publish([], addition(2, "R-2"))

    assert padded(world.store.read_page("History")) == [HEAD, (46037.5, "R-2")]


def test_a_tab_that_is_not_there_holds_nothing(world: World) -> None:
    assert world.store.read_page("History") == ()


def test_a_tab_that_somebody_removed_since_we_knew_of_it_holds_nothing(world: World) -> None:
    world.store.publish([], addition(1, "R-1"))
    world.remove_page("History")

    assert world.store.read_page("History") == ()


# Rows that leave


def test_rows_leave_a_tab_wherever_they_stand_and_nothing_else_does(world: World) -> None:
    world.store.publish([], addition(1, "R-1", "R-2", "R-3", "R-4"))
    world.type_on_page("History", 7, 1, "our own remark")
    world.type_on_page("History", 4, 2, "somebody looked into it")
    read = world.store.read_page("History")
    world.type_on_page("History", 9, 0, "typed meanwhile")
    writes = world.requests.writes

    world.store.remove_rows("History", [read[1], read[3][:2], read[4]])

    assert world.requests.writes == writes + 1
    left = [tuple(filter(None, row)) for row in world.store.read_page("History")]
    assert list(filter(None, left)) == [
        HEAD,
        (46037.5, "R-2"),
        (46037.5, "R-3", "somebody looked into it"),
        ("our own remark",),
        ("typed meanwhile",),
    ]


def test_nothing_is_sent_where_no_row_is_to_leave(world: World) -> None:
    world.store.publish([], addition(1, "R-1"))
    writes = world.requests.writes

    world.store.remove_rows("History", [])
    world.store.remove_rows("No such tab", [(46037.5, "R-1")])

    assert world.requests.writes == writes


# Writing


def change(row: int, field: str = "resolved_at", **more: Any) -> Change:
    values: dict[str, Any] = {
        "case": f"r-{row - 1}",
        "label": f"R-{row - 1}",
        "before": None,
        "after": 46349.5,
        "premise": ("status",),
    }
    return Change(row=row, field=field, reason="status is closed", **{**values, **more})


def plan_of(*changes: Change) -> Plan:
    fields = ("case_id", "order_id", "status", "resolved_at")
    columns = {field: index for index, field in enumerate(fields)}
    rows = {number: tuple(row) for number, row in enumerate(LOG, 1)}
    return Plan(changes, Layout(1, HEADERS, columns), rows)


def write(world: World, *changes: Change) -> tuple[Receipt, ...]:
    world.store.prepare(Setup(hidden_tab="refundsheet"))
    return world.store.write(plan_of(*changes), ListJournal())


def test_a_change_that_finds_its_case_is_written(world: World) -> None:
    receipts = write(world, change(2), change(4))

    assert [receipt.outcome for receipt in receipts] == [Outcome.DONE, Outcome.DONE]
    rows = rows_of(world)
    assert rows[1] == ["R-1", "00123", "Refunded", 46349.5]
    assert rows[3] == ["R-3", "1003", "Refunded", 46349.5]
    assert rows[2] == LOG[2]


def typed_first(world: World) -> None:
    world.type(2, 3, 46000)


def reopened(world: World) -> None:
    world.type(2, 2, "New")


def renamed_case(world: World) -> None:
    world.type(2, 0, "R-9")


def moved_down(world: World) -> None:
    world.insert_row(2)


def renamed_header(world: World) -> None:
    world.type(1, 3, "Done on")


@pytest.mark.parametrize(
    "people_do", [typed_first, reopened, renamed_case, moved_down, renamed_header]
)
def test_a_change_that_people_overtook_writes_nothing(
    world: World, people_do: Callable[[World], None]
) -> None:
    world.store.describe()
    people_do(world)
    as_people_left_it = rows_of(world)

    receipts = write(world, change(2))

    assert [receipt.outcome for receipt in receipts] == [Outcome.LOST]
    assert rows_of(world) == as_people_left_it


def test_a_plan_of_nothing_sends_nothing(world: World) -> None:
    assert world.store.write(plan_of(), ListJournal()) == ()

    assert world.requests == Requests()


def test_a_write_costs_one_read_and_one_write(world: World) -> None:
    world.store.prepare(Setup(hidden_tab="refundsheet"))
    world.store.describe()
    world.store.write(plan_of(change(3)), ListJournal())  # the first one tries the sheet out before
    reads, writes = world.requests.reads, world.requests.writes

    world.store.write(plan_of(change(2), change(4)), ListJournal())

    assert (world.requests.reads - reads, world.requests.writes - writes) == (1, 1)


def test_every_change_is_in_the_journal_and_settled_by_its_receipt(world: World) -> None:
    world.store.prepare(Setup(hidden_tab="refundsheet"))
    journal = ListJournal()

    receipts = world.store.write(plan_of(change(2), change(4)), journal)

    assert journal.batches == [[change(2), change(4)]]
    assert journal.receipts == list(receipts)


def test_a_fence_is_one_write(world: World) -> None:
    world.store.prepare(Setup(hidden_tab="refundsheet"))
    world.store.describe()
    writes = world.requests.writes

    world.store.fence()

    assert world.requests.writes == writes + 1


# What only a server can show

CURRENCY = {"numberFormat": {"type": "CURRENCY", "pattern": "$0.00"}}
BOLD = {"textFormat": {"bold": True}}
LAST_COLUMN = {"sheetId": 77, "startColumnIndex": 3, "endColumnIndex": 4}


def dress_last_column(world: OverHttp) -> None:
    """People made the last column one of checkboxes in a currency, under a bold header, and hid it."""
    looks = {"userEnteredFormat": CURRENCY, "dataValidation": {"condition": {"type": "BOOLEAN"}}}
    head = {**LAST_COLUMN, "endRowIndex": 1}
    columns = {"sheetId": 77, "dimension": "COLUMNS", "startIndex": 3, "endIndex": 4}
    hidden = {"range": columns, "properties": {"hiddenByUser": True}, "fields": "hiddenByUser"}
    world.change(
        {"repeatCell": {"range": LAST_COLUMN, "cell": looks, "fields": "*"}},
        {"repeatCell": {"range": head, "cell": {"userEnteredFormat": BOLD}, "fields": "*"}},
        {"updateDimensionProperties": hidden},
    )


@pytest.mark.parametrize("grid_columns", [4, 6])
def test_our_columns_look_like_their_neighbour_but_hold_what_is_ours(
    over_http: Callable[..., OverHttp], grid_columns: int
) -> None:
    world = over_http([[]])
    world.resize(grid_columns)
    dress_last_column(world)

    world.store.prepare(Setup(columns=(FOLLOW_UP, FOLLOW_UP_BY), column_index=4))

    heads, cells = world.cells(1, 4, 6), world.cells(2, 4, 6)
    assert [head["userEnteredFormat"]["textFormat"]["bold"] for head in heads] == [True, True]
    formats = [cell["userEnteredFormat"].get("numberFormat") for cell in cells]
    assert formats == [None, {"type": "DATE_TIME", "pattern": "yyyy-mm-dd hh:mm"}]
    assert not any("dataValidation" in cell for cell in (*heads, *cells))
    assert world.hidden_columns(4, 6) == [False, False]


def test_what_people_made_of_our_page_survives_its_next_edition(
    over_http: Callable[..., OverHttp],
) -> None:
    world = over_http(LOG)
    world.store.publish([difference({}, SUMMARY)])
    sheet_id = world.tab("Summary")["sheetId"]
    theirs = {"userEnteredFormat": {"textFormat": {"fontFamily": "Lobster"}}, "note": "ask Joan"}
    cells = {"sheetId": sheet_id, "startRowIndex": 3, "endRowIndex": 4, "endColumnIndex": 1}
    world.change(
        {"repeatCell": {"range": cells, "cell": theirs, "fields": "userEnteredFormat,note"}}
    )
    edited = Page("Summary", {**SUMMARY.cells, (3, 0): PageCell(13, Style.COUNT)})

    world.store.publish([difference(SUMMARY.cells, edited)])

    [cell] = world.cells(4, 0, 1, "Summary")
    assert cell["userEnteredFormat"]["textFormat"]["fontFamily"] == "Lobster"
    assert cell["note"] == "ask Joan"
    assert world.page("Summary")[3, 0] == 13


def test_an_edition_whose_answer_is_lost_is_sent_again(
    over_http: Callable[..., OverHttp], local_server: LocalServer
) -> None:
    world = over_http(LOG)
    world.store.publish([difference({}, SUMMARY)])
    local_server.set_control(faults=[{"kind": "503_after", "match": "batchUpdate"}])
    edited = Page("Summary", {**SUMMARY.cells, (3, 0): PageCell(13, Style.COUNT)})

    with stamina.set_testing(True, attempts=5, cap=True):
        world.store.publish([difference(SUMMARY.cells, edited)])

    assert world.page("Summary")[3, 0] == 13


@pytest.mark.parametrize("fault", ["503_after", "cut_after", "truncated", "late"])
def test_rows_whose_answer_is_lost_are_there_once(
    over_http: Callable[..., OverHttp], local_server: LocalServer, fault: str
) -> None:
    world = over_http(LOG)
    world.store.prepare(Setup(pages=(HISTORY,)))
    planned = {"kind": fault, "match": "batchUpdate", "delay_seconds": 0.3}
    local_server.set_control(faults=[planned])

    with stamina.set_testing(True, attempts=5, cap=True):
        world.store.publish([difference({}, SUMMARY)], addition(1, "R-1"))
    time.sleep(0.5)  # a late request has arrived by now

    assert padded(world.store.read_page("History")) == [HEAD, (46037.5, "R-1")]
    assert world.page("Summary") == SUMMARY_VALUES


def test_who_types_on_a_page_with_a_warning_is_warned(over_http: Callable[..., OverHttp]) -> None:
    world = over_http(LOG)

    world.store.prepare(Setup(pages=(HISTORY, SUMMARY)))

    assert world.protections("History") == [True]
    assert world.tab("History")["gridProperties"]["frozenRowCount"] == 1


def test_added_moments_are_shown_as_such(over_http: Callable[..., OverHttp]) -> None:
    world = over_http(LOG)

    world.store.publish([], addition(1, "R-1"))

    [cell] = world.cells(2, 0, 1, "History")
    assert cell["userEnteredFormat"]["numberFormat"]["type"] == "DATE_TIME"


def test_a_page_has_its_frozen_rows(over_http: Callable[..., OverHttp]) -> None:
    world = over_http(LOG)

    world.store.publish([difference({}, SUMMARY)])

    assert world.tab("Summary")["gridProperties"]["frozenRowCount"] == 1


def test_the_hidden_tab_warns_who_types_in_it(over_http: Callable[..., OverHttp]) -> None:
    world = over_http(LOG)

    world.store.prepare(Setup(hidden_tab="refundsheet"))

    assert world.protections("refundsheet") == [True]


def test_a_hidden_tab_that_somebody_removed_is_made_anew(
    over_http: Callable[..., OverHttp],
) -> None:
    world = over_http(LOG)
    write(world, change(2))
    world.remove_page("refundsheet")

    receipts = world.store.write(plan_of(change(4)), ListJournal())

    assert [receipt.outcome for receipt in receipts] == [Outcome.DONE]
    assert world.tab("refundsheet")["hidden"]


def test_a_fence_behind_a_removed_tab_holds(over_http: Callable[..., OverHttp]) -> None:
    world = over_http(LOG)
    write(world, change(2))
    world.remove_page("refundsheet")

    world.store.fence()

    assert world.tab("refundsheet")["hidden"]


def test_a_write_whose_answer_is_lost_is_said_to_be_unknown(
    over_http: Callable[..., OverHttp], local_server: LocalServer
) -> None:
    world = over_http(LOG)
    world.store.prepare(Setup(hidden_tab="refundsheet"))
    world.store.write(plan_of(change(3)), ListJournal())  # the first one tries the sheet out before
    local_server.set_control(faults=[{"kind": "cut_after", "match": "batchUpdate"}])

    receipts = world.store.write(plan_of(change(2)), ListJournal())

    assert [receipt.outcome for receipt in receipts] == [Outcome.UNKNOWN]
    assert rows_of(world)[1] == ["R-1", "00123", "Refunded", 46349.5]


@pytest.mark.parametrize(
    ("role", "said"),
    [
        pytest.param(
            "none", "is not shared with refundsheet as an editor: press Share", id="nobody"
        ),
        pytest.param("reader", "is not shared with refundsheet as an editor", id="a reader"),
    ],
)
def test_a_spreadsheet_that_is_not_shared_is_said_so(
    over_http: Callable[..., OverHttp], local_server: LocalServer, role: str, said: str
) -> None:
    world = over_http(LOG)
    local_server.set_control(access={world.google.client.spreadsheet_id: role})

    with pytest.raises(RefusedError, match=said):
        world.store.prepare(Setup(hidden_tab="refundsheet"))


def test_a_wrong_id_is_said_so(local_server: LocalServer) -> None:
    store = open_store("1wrong", hidden_tab="refundsheet", base_url=local_server.base_url)

    with pytest.raises(RefusedError, match='There is no spreadsheet with the id "1wrong"'):
        store.read(NOW)


def test_a_log_that_is_not_there_is_said_with_the_tabs_there_are(
    over_http: Callable[..., OverHttp], local_server: LocalServer
) -> None:
    spreadsheet_id = over_http(LOG).google.client.spreadsheet_id
    store = open_store(
        spreadsheet_id, log_tab="Cases", hidden_tab="ours", base_url=local_server.base_url
    )

    with pytest.raises(MissingTabError, match='no tab "Cases": its tabs are "Refund Log"; name'):
        store.read(NOW)


@pytest.mark.parametrize("fault", ["429", "500", "503", "html_502", "cut_before", "truncated"])
def test_a_read_outlives_a_passing_fault(
    over_http: Callable[..., OverHttp], local_server: LocalServer, fault: str
) -> None:
    world = over_http(LOG)
    local_server.set_control(faults=[{"kind": fault, "match": "batchGet"}])

    with stamina.set_testing(True, attempts=5, cap=True):
        assert rows_of(world) == LOG
