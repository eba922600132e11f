"""The requests that set up tabs and columns, and write cells."""

import json
from itertools import islice
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refundsheet.core.columns import BY_FIELD
from refundsheet.core.model import Cell
from refundsheet.core.pages import Page, PageCell, Style
from refundsheet.core.summary_page import summary_frame
from refundsheet.sheets.layout import (
    add_columns,
    add_page,
    extended_value,
    grow,
    in_bodies,
    page_size,
    put_cells,
    rectangles,
)
from refundsheet.sheets.store import Setup, Tab
from tests.discovery import Sent, mistakes

LOG = Tab(sheet_id=7, title="Refund Log", row_count=1000, column_count=20)
PLACES = st.sets(st.tuples(st.integers(0, 12), st.integers(0, 8)), max_size=60)


def not_understood(requests: list[dict[str, Any]]) -> list[str]:
    return mistakes(Sent("POST", "/v4/spreadsheets/abc:batchUpdate", {"requests": requests}))


@given(PLACES)
def test_rectangles_hold_each_place_once_and_nothing_else(places: set[tuple[int, int]]) -> None:
    covered = [
        (row, column)
        for box in rectangles(places)
        for row in range(box.row, box.end_row)
        for column in range(box.column, box.end_column)
    ]

    assert sorted(covered) == sorted(places)


def test_a_full_block_is_one_rectangle() -> None:
    block = [(row, column) for row in range(3, 9) for column in range(2, 5)]

    assert len(list(rectangles(block))) == 1


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        pytest.param(None, {}, id="blank"),
        pytest.param("", {}, id="empty text"),
        pytest.param("=1+1", {"stringValue": "=1+1"}, id="text is never a formula"),
        pytest.param("'00123", {"stringValue": "'00123"}, id="text is kept letter by letter"),
        pytest.param(True, {"boolValue": True}, id="a truth value is no number"),
        pytest.param(0, {"numberValue": 0}, id="zero is not blank"),
        pytest.param(46037.5, {"numberValue": 46037.5}, id="a serial"),
        pytest.param(float("nan"), {}, id="no number"),
        pytest.param("x" * 50_001, {"stringValue": "x" * 50_000}, id="Google's longest text"),
    ],
)
def test_each_value_is_sent_as_what_it_is(value: Cell, sent: dict[str, Any]) -> None:
    assert extended_value(value) == sent


def test_a_formula_is_one_only_where_it_is_said() -> None:
    assert extended_value("=NOW()", is_formula=True) == {"formulaValue": "=NOW()"}


@pytest.mark.parametrize("style", Style)
def test_google_understands_every_style(style: Style) -> None:
    assert not_understood(list(put_cells(1, {(0, 0): PageCell("a", style)}))) == []


def test_a_column_of_one_style_is_styled_by_one_request() -> None:
    cells = {(row, 0): PageCell(row, Style.COUNT) for row in range(500)}

    kinds = [next(iter(request)) for request in put_cells(1, cells)]

    assert kinds == ["updateCells", "repeatCell"]


def test_a_page_too_large_for_one_request_goes_in_several() -> None:
    cells = {(row, column): PageCell("x" * 90) for row in range(5000) for column in range(8)}

    bodies = list(in_bodies(put_cells(1, cells)))

    assert len(bodies) > 1
    assert all(len(json.dumps({"requests": body})) < 2_000_000 for body in bodies)
    sent = [
        request["updateCells"] for body in bodies for request in body if "updateCells" in request
    ]
    assert sum(len(update["rows"]) for update in sent) == 5000


def test_requests_that_fit_stay_together() -> None:
    assert len(list(in_bodies(put_cells(1, {(row, 0): PageCell(row) for row in range(900)})))) == 1


@given(PLACES, st.integers(1, 30))
def test_slices_hold_what_their_rectangle_holds(places: set[tuple[int, int]], most: int) -> None:
    for box in rectangles(places):
        slices = list(box.slices(most))

        assert [part.row for part in slices[1:]] == [part.end_row for part in slices[:-1]]
        assert (slices[0].row, slices[-1].end_row) == (box.row, box.end_row)
        assert {(part.column, part.end_column) for part in slices} == {(box.column, box.end_column)}


def test_an_emptied_cell_loses_its_value_and_its_style() -> None:
    values, style = put_cells(1, {(4, 2): None})

    assert values["updateCells"]["rows"] == [{"values": [{}]}]
    assert style["repeatCell"]["cell"] == {}


def test_a_page_gets_a_tab_that_holds_it() -> None:
    page = Page("Summary", {(900, 30): PageCell("far")}, widths=(200, 90), frozen_rows=2)

    made, *widths = islice(add_page(5, page), 3)

    assert made["addSheet"]["properties"]["gridProperties"] == {
        "rowCount": 901,
        "columnCount": 31,
        "frozenRowCount": 2,
    }
    assert [width["updateDimensionProperties"]["properties"] for width in widths] == [
        {"pixelSize": 200},
        {"pixelSize": 90},
    ]
    assert not_understood([made, *widths]) == []


def test_a_tab_grows_by_what_is_missing_and_never_shrinks() -> None:
    assert list(grow(LOG, 1200, 4)) == [
        {"appendDimension": {"sheetId": 7, "dimension": "ROWS", "length": 200}}
    ]


OURS = (BY_FIELD["follow_up"], BY_FIELD["follow_up_by"])


@pytest.mark.parametrize(
    ("index", "first"),
    [
        pytest.param(
            12,
            {
                "insertDimension": {
                    "range": {
                        "sheetId": 7,
                        "dimension": "COLUMNS",
                        "startIndex": 12,
                        "endIndex": 14,
                    },
                    "inheritFromBefore": True,
                }
            },
            id="inside the grid",
        ),
        pytest.param(
            20,
            {"appendDimension": {"sheetId": 7, "dimension": "COLUMNS", "length": 2}},
            id="at the grid's end",
        ),
    ],
)
def test_our_columns_are_fresh_ones(index: int, first: dict[str, Any]) -> None:
    requests = list(add_columns(LOG, Setup(columns=OURS, column_index=index, header_row=3)))

    assert requests[0] == first
    assert requests[-1]["updateCells"] == {
        "start": {"sheetId": 7, "rowIndex": 2, "columnIndex": index},
        "rows": [
            {
                "values": [
                    {"userEnteredValue": {"stringValue": "Follow-up"}},
                    {"userEnteredValue": {"stringValue": "Follow-up By"}},
                ]
            }
        ],
        "fields": "userEnteredValue",
    }
    assert not_understood(requests) == []


def test_our_columns_take_over_no_dropdown_and_no_currency() -> None:
    requests = list(add_columns(LOG, Setup(columns=OURS, column_index=12)))

    cleared = [request["repeatCell"] for request in requests if "repeatCell" in request]
    assert [clear["fields"] for clear in cleared[::2]] == ["dataValidation"] * 2
    formats = [clear["cell"]["userEnteredFormat"].get("numberFormat") for clear in cleared[1::2]]
    assert formats == [None, {"type": "DATE_TIME", "pattern": "yyyy-mm-dd hh:mm"}]


@pytest.mark.parametrize("weeks", [4, 26, 300])
def test_a_tab_is_made_large_enough_for_the_figures_its_charts_draw(weeks: int) -> None:
    page = summary_frame("Summary", weeks)
    assert page_size(page)[0] >= max(chart.end_row for chart in page.charts)
