"""Whatever is asked, the answer is Google's: whole or not at all, and the same from every side."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from refundsheet.localsheets.errors import ApiError, RequestError
from refundsheet.localsheets.server import LocalServer
from tests.unit.localsheets.callers import Book, Caller
from tests.unit.localsheets.desk import Desk
from tests.unit.localsheets.requests_drawn import requests_

Json = dict[str, Any]
#: What Google itself answers with 500 (observed): a chart of neither domains nor series.
_INTERNAL = ("addChart", "updateChartSpec")
_GRID = {"rowCount": 9, "columnCount": 7}
_TABS = [
    {"properties": {"sheetId": number, "title": title, "gridProperties": _GRID}}
    for number, title in ((0, "Sheet1"), (1, "Two"))
]
_CELLS = st.lists(
    st.lists(st.sampled_from([1, 2.5, "a", "", None, True, "=A1", "5%", "=B2*2"]), max_size=4),
    max_size=4,
)


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[Any]:
    made: list[Desk] = []

    def make() -> Desk:
        made.append(Desk(tmp_path / f"{len(made)}.db", sheets=_TABS))
        return made[-1]

    return iter(make, None)


def _shown_cells(tab: Json) -> list[list[Any]]:
    """The values `get` shows of a tab, trimmed as `values` trims them."""
    rows = [
        [_scalar(cell.get("effectiveValue", {})) for cell in row.get("values", [])]
        for row in tab["data"][0].get("rowData", [])
    ]
    for row in rows:
        while row and row[-1] == "":
            row.pop()
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _scalar(value: Json) -> Any:
    return "#" if "errorValue" in value else _unmarked(next(iter(value.values()), ""))


def _unmarked(value: Any) -> Any:
    """Errors and texts that look like one are the same to `values`."""
    return "#" if str(value).startswith("#") else value


def _read_values(desk: Desk, title: str) -> list[list[Any]]:
    quoted = "'" + title.replace("'", "''") + "'"
    rows = desk.read(quoted)
    return [[_unmarked(cell) for cell in row] for row in rows]


def _check_agreement(desk: Desk) -> None:
    for tab in desk.state()["sheets"]:
        if tab["properties"]["sheetType"] == "GRID":
            assert _shown_cells(tab) == _read_values(desk, tab["properties"]["title"])


def _try_batch(desk: Desk, batch: list[Json]) -> None:
    before = desk.state()
    try:
        answer = desk.ask("POST", f"{desk.book}:batchUpdate", {"requests": batch})
    except (ApiError, RequestError) as refusal:
        code = refusal.code if isinstance(refusal, ApiError) else 400
        known = {400, 501} | (
            {500} if any(name in one for one in batch for name in _INTERNAL) else set()
        )
        assert code in known
        assert desk.state() == before
    else:
        assert len(answer["replies"]) == len(batch)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    batches=st.lists(st.lists(requests_(), min_size=1, max_size=3), max_size=5),
    cells=_CELLS,
)
def test_random_requests_leave_the_sheet_whole_and_of_one_mind(
    desks: Iterator[Desk], batches: list[list[Json]], cells: list[list[Any]]
) -> None:
    desk = next(desks)
    desk.write("A1", cells)
    for batch in batches:
        _try_batch(desk, batch)
        _check_agreement(desk)
    assert desk.reopened().state() == desk.state()


@pytest.mark.timeout(150)
def test_twenty_clients_at_once_lose_nothing_and_are_answered_in_order(
    server: LocalServer, caller: Caller, book: Book
) -> None:
    """Each appends its own numbers, as many as the time allows, and counts what was acknowledged."""
    seconds = 60 if os.environ.get("HYPOTHESIS_PROFILE") == "ci" else 3
    acknowledged: list[list[int]] = [[] for _ in range(20)]
    book.batch({"updateSheetProperties": _WIDE_GRID})

    def work(client: int) -> None:
        end = time.monotonic() + seconds
        number = 0
        while time.monotonic() < end:
            number += 1
            query = {"valueInputOption": "RAW", "insertDataOption": "INSERT_ROWS"}
            path = f"{book.path}/values/A1:append"
            body = {"values": [[f"c{client}", number]]}
            if caller.call("POST", path, body, **query).status_code == 200:
                acknowledged[client].append(number)

    crowd = [threading.Thread(target=work, args=(client,)) for client in range(20)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    rows = book.read("A:B")
    for client, numbers in enumerate(acknowledged):
        assert numbers
        assert [number for name, number in rows if name == f"c{client}"] == numbers
    assert len(rows) == sum(len(numbers) for numbers in acknowledged)


_WIDE_GRID = {
    "properties": {"sheetId": 0, "gridProperties": {"columnCount": 2}},
    "fields": "gridProperties.columnCount",
}
