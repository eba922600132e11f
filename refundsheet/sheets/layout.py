"""The requests that set up our tabs and columns, and how a cell of ours looks."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from math import isfinite
from operator import itemgetter
from typing import Any

from refundsheet.core.columns import Column, Kind
from refundsheet.core.model import Cell
from refundsheet.core.pages import (
    Alarm,
    Chart,
    ChartKind,
    Choice,
    Page,
    PageAddition,
    PageCell,
    Style,
)
from refundsheet.errors import RefusedError
from refundsheet.sheets.store import Setup, Tab

#: One entry of a batchUpdate's ``requests``.
Request = dict[str, Any]
#: Row and column, counted from 0.
Place = tuple[int, int]

#: Google refuses a cell with more characters.
LONGEST_TEXT = 50_000
#: Google recommends 2 MB for a request; this leaves room for what JSON puts around it.
LARGEST_BODY = 1_800_000
_CELLS_A_REQUEST = 4000
#: The key of the entries that mark what was added; keys count against a limit, so it is short.
_MARK = "r"
#: The key of the entries that say that a column or a tab is ours; they follow it wherever it is moved.
MARK_KEY = "refundsheet"
#: A new tab of ours begins so large; publishing makes it larger where that is not enough.
PAGE_ROWS, PAGE_COLUMNS = 200, 16
HIDDEN_ROWS, HIDDEN_COLUMNS = 1000, 26

_DATE_TIME = {"type": "DATE_TIME", "pattern": "yyyy-mm-dd hh:mm"}
_WIDTHS = {"follow_up": 380, "follow_up_by": 130, "row_check": 320}
_OUR_COLUMN_WIDTH = 160


def _grey(lightness: float) -> Request:
    return _colour(lightness, lightness, lightness)


def _colour(red: float, green: float, blue: float) -> Request:
    return {"rgbColor": {"red": red, "green": green, "blue": blue}}


#: A warning is bold on a pale ground: it is seen on a grey print and by people who see no red.
_PALE_YELLOW = _colour(1, 0.95, 0.8)
_TOP = {"verticalAlignment": "TOP"}
_NUMBER = {**_TOP, "horizontalAlignment": "RIGHT"}

_FORMATS: Mapping[Style, Request] = {
    Style.TITLE: {"textFormat": {"bold": True, "fontSize": 14}},
    Style.BIG: {
        "textFormat": {"bold": True, "fontSize": 20},
        "horizontalAlignment": "LEFT",
        "numberFormat": {"type": "NUMBER", "pattern": "#,##0"},
    },
    Style.BIG_SHARE: {
        "textFormat": {"bold": True, "fontSize": 20},
        "horizontalAlignment": "LEFT",
        "numberFormat": {"type": "PERCENT", "pattern": "0%"},
    },
    Style.LINE: {**_TOP, "wrapStrategy": "OVERFLOW_CELL"},
    Style.TENTHS: {**_NUMBER, "numberFormat": {"type": "NUMBER", "pattern": "#,##0.0"}},
    Style.HEADING: {"textFormat": {"bold": True, "fontSize": 11}},
    Style.COLUMN_HEAD: {
        "textFormat": {"bold": True},
        "backgroundColorStyle": _grey(0.9),
        "verticalAlignment": "BOTTOM",
        "wrapStrategy": "WRAP",
    },
    Style.TEXT: {**_TOP, "wrapStrategy": "WRAP"},
    Style.NOTE: {
        **_TOP,
        "textFormat": {"italic": True, "foregroundColorStyle": _grey(0.35)},
        "wrapStrategy": "OVERFLOW_CELL",
    },
    Style.DEFINITION: {
        **_TOP,
        "textFormat": {"italic": True, "foregroundColorStyle": _grey(0.35)},
        "wrapStrategy": "WRAP",
    },
    Style.WARNING: {
        **_TOP,
        "textFormat": {"bold": True},
        "backgroundColorStyle": _PALE_YELLOW,
        "wrapStrategy": "WRAP",
    },
    Style.COUNT: {**_NUMBER, "numberFormat": {"type": "NUMBER", "pattern": "#,##0"}},
    Style.MONEY: {**_NUMBER, "numberFormat": {"type": "NUMBER", "pattern": "#,##0.00"}},
    Style.PERCENT: {**_NUMBER, "numberFormat": {"type": "PERCENT", "pattern": "0%"}},
    Style.DAYS: {**_NUMBER, "numberFormat": {"type": "NUMBER", "pattern": "#,##0.0"}},
    Style.DATE: {**_TOP, "numberFormat": {"type": "DATE", "pattern": "yyyy-mm-dd"}},
    Style.MOMENT: {**_TOP, "numberFormat": _DATE_TIME},
}

#: Told apart in print, and by people who see no red or green (Okabe and Ito's set).
_SERIES_COLOURS = (_colour(0, 0.45, 0.7), _colour(0.84, 0.37, 0), _colour(0, 0.62, 0.45))

#: What a style decides; anything else about a cell's look is left as people made it.
_STYLE_FIELDS = ",".join(
    f"userEnteredFormat.{name}"
    for name in (
        "numberFormat",
        "textFormat.bold",
        "textFormat.italic",
        "textFormat.fontSize",
        "textFormat.foregroundColorStyle",
        "backgroundColorStyle",
        "horizontalAlignment",
        "verticalAlignment",
        "wrapStrategy",
    )
)


def extended_value(value: Cell, *, is_formula: bool = False) -> Request:
    """A value as Google's ExtendedValue: text is never parsed, and {} is a blank cell."""
    match value:
        case None | "":
            return {}
        case bool():
            return {"boolValue": value}
        case str():
            return {"formulaValue" if is_formula else "stringValue": value[:LONGEST_TEXT]}
        case _:
            return {"numberValue": value} if isfinite(value) else {}


@dataclass(frozen=True, slots=True)
class Rectangle:
    """Cells that lie together; the ends are the first row and column that do not belong to it."""

    row: int
    column: int
    end_row: int
    end_column: int

    def grid_range(self, sheet_id: int) -> Request:
        """The same as Google's GridRange."""
        return {
            "sheetId": sheet_id,
            "startRowIndex": self.row,
            "endRowIndex": self.end_row,
            "startColumnIndex": self.column,
            "endColumnIndex": self.end_column,
        }

    def slices(self, most_cells: int) -> "Iterator[Rectangle]":
        """The same cells in slices of whole rows, each of no more cells than that."""
        rows = max(1, most_cells // (self.end_column - self.column))
        for row in range(self.row, self.end_row, rows):
            yield replace(self, row=row, end_row=min(row + rows, self.end_row))


def rectangles(places: Iterable[Place]) -> Iterator[Rectangle]:
    """The places as few rectangles: runs within a row, equal runs below each other joined."""
    open_runs: dict[tuple[int, int], Rectangle] = {}
    for row, in_row in groupby(sorted(places), key=itemgetter(0)):
        still_open: dict[tuple[int, int], Rectangle] = {}
        for column, end in _runs([column for _row, column in in_row]):
            above = open_runs.pop((column, end), None)
            if above is not None and above.end_row != row:
                yield above
                above = None
            top = above.row if above is not None else row
            still_open[column, end] = Rectangle(top, column, row + 1, end)
        yield from open_runs.values()
        open_runs = still_open
    yield from open_runs.values()


def _runs(columns: Sequence[int]) -> Iterator[tuple[int, int]]:
    start = columns[0]
    for column, following in zip(columns, (*columns[1:], None), strict=True):
        if following != column + 1:
            yield start, column + 1
            start = following if following is not None else 0


def add_page(sheet_id: int, page: Page) -> Iterator[Request]:
    """Make a tab for a page, large enough for it, with its widths and frozen rows."""
    rows, columns = page_size(page)
    grid = {"rowCount": rows, "columnCount": columns}
    if page.frozen_rows:
        grid["frozenRowCount"] = page.frozen_rows
    yield {
        "addSheet": {
            "properties": {"sheetId": sheet_id, "title": page.title, "gridProperties": grid}
        }
    }
    for index, width in enumerate(page.widths):
        yield _column_properties(sheet_id, index, {"pixelSize": width})
    if page.warning:
        yield _warning(sheet_id, page.warning)
    yield from put_cells(sheet_id, page.cells)
    for choice in page.choices:
        yield _offer(sheet_id, choice)
    for chart in page.charts:
        yield _draw(sheet_id, chart)
    for alarm in page.alarms:
        yield _watch(sheet_id, alarm)
    yield mark_tab(sheet_id)


def mark_tab(sheet_id: int) -> Request:
    """Say that a tab is ours."""
    return _mark({"sheetId": sheet_id}, "tab")


def mark_column(sheet_id: int, index: int, field: str) -> Request:
    """Say that a column is ours, and which one."""
    return _mark({"dimensionRange": _columns(sheet_id, index, index + 1)}, field)


def _mark(location: Request, value: str) -> Request:
    entry = {
        "metadataKey": MARK_KEY,
        "metadataValue": value,
        "location": location,
        "visibility": "DOCUMENT",
    }
    return {"createDeveloperMetadata": {"developerMetadata": entry}}


def _draw(sheet_id: int, chart: Chart) -> Request:
    def over(column: int) -> Request:
        cells = Rectangle(chart.row, column, chart.end_row, column + 1)
        return {"sourceRange": {"sources": [cells.grid_range(sheet_id)]}}

    axis = "BOTTOM_AXIS" if chart.kind is ChartKind.BAR else "LEFT_AXIS"
    series = [
        {"series": over(column), "targetAxis": axis, "colorStyle": colour}
        for column, colour in zip(chart.series, _SERIES_COLOURS, strict=False)
    ]
    spec = {
        "title": chart.title,
        "basicChart": {
            "chartType": chart.kind.name,
            "legendPosition": "BOTTOM_LEGEND" if len(series) > 1 else "NO_LEGEND",
            "headerCount": 1,
            "domains": [{"domain": over(chart.domain)}],
            "series": series,
        },
    }
    row, column = chart.anchor
    anchor = {"sheetId": sheet_id, "rowIndex": row, "columnIndex": column}
    place = {"anchorCell": anchor, "widthPixels": 620, "heightPixels": 360}
    return {"addChart": {"chart": {"spec": spec, "position": {"overlayPosition": place}}}}


def _watch(sheet_id: int, alarm: Alarm) -> Request:
    cells = Rectangle(alarm.row, alarm.column, alarm.row + 1, alarm.column + 1)
    looks = {
        "backgroundColorStyle": _colour(0.7, 0.1, 0.1),
        "textFormat": {"bold": True, "foregroundColorStyle": _colour(1, 1, 1)},
    }
    condition = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": alarm.formula}]}
    rule = {
        "ranges": [cells.grid_range(sheet_id)],
        "booleanRule": {"condition": condition, "format": looks},
    }
    return {"addConditionalFormatRule": {"rule": rule, "index": 0}}


def _offer(sheet_id: int, choice: Choice) -> Request:
    """A dropdown that lets other values pass, since refundsheet says what is wrong with them; or ticks."""
    values = [{"userEnteredValue": option} for option in choice.options]
    condition = {"type": "ONE_OF_LIST", "values": values} if values else {"type": "BOOLEAN"}
    cells = Rectangle(choice.row, choice.column, choice.end_row, choice.column + 1)
    rule = {"condition": condition, "showCustomUi": True}
    return {"setDataValidation": {"range": cells.grid_range(sheet_id), "rule": rule}}


def _warning(sheet_id: int, description: str) -> Request:
    """Who types in a tab of ours is warned, not barred."""
    protected = {"range": {"sheetId": sheet_id}, "description": description, "warningOnly": True}
    return {"addProtectedRange": {"protectedRange": protected}}


def page_size(page: Page) -> tuple[int, int]:
    """How many rows and columns a page's tab is made with."""
    rows, columns = extent(page.cells)
    return (
        max(PAGE_ROWS, rows, page.frozen_rows + 1, *(chart.end_row for chart in page.charts)),
        max(PAGE_COLUMNS, columns, len(page.widths)),
    )


def extent(places: Iterable[Place]) -> tuple[int, int]:
    """How many rows and columns a tab must have to hold these places."""
    rows, columns = 0, 0
    for row, column in places:
        rows, columns = max(rows, row + 1), max(columns, column + 1)
    return rows, columns


def add_hidden_tab(sheet_id: int, title: str) -> Iterator[Request]:
    """Make the tab that people need not see."""
    grid = {"rowCount": HIDDEN_ROWS, "columnCount": HIDDEN_COLUMNS}
    properties = {"sheetId": sheet_id, "title": title, "hidden": True, "gridProperties": grid}
    yield {"addSheet": {"properties": properties}}
    yield _warning(sheet_id, "refundsheet keeps the receipts of what it writes here.")
    yield mark_tab(sheet_id)


def grow(tab: Tab, rows: int, columns: int) -> Iterator[Request]:
    """Make a tab larger where it is smaller than that; appending never takes anything away."""
    wanted = (("ROWS", rows - tab.row_count), ("COLUMNS", columns - tab.column_count))
    for dimension, missing in wanted:
        if missing > 0:
            yield {
                "appendDimension": {
                    "sheetId": tab.sheet_id,
                    "dimension": dimension,
                    "length": missing,
                }
            }


def put_cells(sheet_id: int, cells: Mapping[Place, PageCell | None]) -> Iterator[Request]:
    """Write cells: the values in rectangles, then each style in rectangles.

    A style said once for a whole column keeps the request of a queue of ten thousand rows small.
    """
    for rectangle in rectangles(cells):
        for part in rectangle.slices(_CELLS_A_REQUEST):
            yield _put_values(sheet_id, part, cells)
    for style, places in _by_style(cells).items():
        for rectangle in rectangles(places):
            yield {
                "repeatCell": {
                    "range": rectangle.grid_range(sheet_id),
                    "cell": {"userEnteredFormat": _FORMATS[style]} if style else {},
                    "fields": _STYLE_FIELDS,
                }
            }


def empty_below(tab: Tab, row: int, columns: int) -> Iterator[Request]:
    """Empty a list's columns from a row to the end of its tab, whatever came to stand there."""
    if row < tab.row_count:
        below = {"sheetId": tab.sheet_id, "startRowIndex": row, "endColumnIndex": columns}
        fields = f"userEnteredValue,{_STYLE_FIELDS}"
        yield {"repeatCell": {"range": below, "cell": {}, "fields": fields}}


def empty_rows(tab: Tab) -> Iterator[Request]:
    """Empty all cells of a tab below its first row."""
    if tab.row_count > 1:
        below = {"sheetId": tab.sheet_id, "startRowIndex": 1}
        yield {"repeatCell": {"range": below, "cell": {}, "fields": "userEnteredValue"}}


def add_rows(sheet_id: int, addition: PageAddition) -> Iterator[Request]:
    """Put rows below whatever stands on a tab, unless those of this mark were put there before.

    A batch is carried out whole or not at all, and Google refuses to make an entry of metadata whose
    id is in use: so the first request lets the batch pass only once, however late a lost one arrives.
    """
    entry = {
        "metadataId": addition.mark,
        "metadataKey": _MARK,
        "location": {"spreadsheet": True},
        "visibility": "DOCUMENT",
    }
    yield {"createDeveloperMetadata": {"developerMetadata": entry}}
    yield {
        "appendCells": {
            "sheetId": sheet_id,
            "rows": [{"values": [_added(cell) for cell in row]} for row in addition.rows],
            "fields": "userEnteredValue,userEnteredFormat.numberFormat",
        }
    }
    for mark in addition.outdated:
        lookup = {"developerMetadataLookup": {"metadataId": mark}}
        yield {"deleteDeveloperMetadata": {"dataFilter": lookup}}


def was_added(error: BaseException | None) -> bool:
    """Whether Google refused rows because their mark is there already.

    After a lost answer the refusal of the second try is the cause of the error.
    """
    if isinstance(error, RefusedError):
        about_mark = error.google.startswith("Invalid requests[0].createDeveloperMetadata")
        return about_mark and "above the limit" not in error.google
    return error is not None and was_added(error.__cause__)


def _added(cell: PageCell) -> Request:
    """A cell of a new row: its value, and how a number is shown."""
    number_format = _FORMATS[cell.style].get("numberFormat")
    looks = {"userEnteredFormat": {"numberFormat": number_format}} if number_format else {}
    return {**_cell_data(cell), **looks}


def in_bodies(requests: Iterable[Request]) -> Iterator[list[Request]]:
    """The requests in order, as few batches as Google's size for a request allows."""
    body: list[Request] = []
    size = 0
    for request in requests:
        length = len(json.dumps(request))
        if body and size + length > LARGEST_BODY:
            yield body
            body, size = [], 0
        body.append(request)
        size += length
    if body:
        yield body


def _put_values(
    sheet_id: int, rectangle: Rectangle, cells: Mapping[Place, PageCell | None]
) -> Request:
    columns = range(rectangle.column, rectangle.end_column)
    return {
        "updateCells": {
            "start": {
                "sheetId": sheet_id,
                "rowIndex": rectangle.row,
                "columnIndex": rectangle.column,
            },
            "rows": [
                {"values": [_cell_data(cells[row, column]) for column in columns]}
                for row in range(rectangle.row, rectangle.end_row)
            ],
            "fields": "userEnteredValue",
        }
    }


def _cell_data(cell: PageCell | None) -> Request:
    value = extended_value(cell.value, is_formula=cell.is_formula) if cell else {}
    return {"userEnteredValue": value} if value else {}


def _by_style(cells: Mapping[Place, PageCell | None]) -> dict[Style | None, list[Place]]:
    styles: dict[Style | None, list[Place]] = {}
    for place, cell in cells.items():
        styles.setdefault(cell.style if cell else None, []).append(place)
    return styles


def add_columns(log: Tab, setup: Setup) -> Iterator[Request]:
    """Put our columns into the log: fresh ones, so that nothing people type meanwhile is under them.

    They look like their left neighbour, but for what its kind of content brings with it: a dropdown,
    a checkbox or a currency format would be wrong for ours.
    """
    if not setup.columns:
        return
    start, end = setup.column_index, setup.column_index + len(setup.columns)
    yield from _fresh_columns(log, start, end)
    for index, column in enumerate(setup.columns, start):
        yield from _dress_column(log.sheet_id, index, setup.header_row, column)
        yield mark_column(log.sheet_id, index, column.field)
    yield _headers(log.sheet_id, setup)


def _fresh_columns(log: Tab, start: int, end: int) -> Iterator[Request]:
    if start < log.column_count:
        columns = _columns(log.sheet_id, start, end)
        yield {"insertDimension": {"range": columns, "inheritFromBefore": start > 0}}
        return
    yield from grow(log, 0, end)
    if start > 0:
        yield {
            "copyPaste": {
                "source": _whole_columns(log.sheet_id, start - 1, start),
                "destination": _whole_columns(log.sheet_id, start, end),
                "pasteType": "PASTE_FORMAT",
            }
        }


def _dress_column(sheet_id: int, index: int, header_row: int, column: Column) -> Iterator[Request]:
    yield {
        "repeatCell": {
            "range": _whole_columns(sheet_id, index, index + 1),
            "cell": {},
            "fields": "dataValidation",
        }
    }
    looks: Request = {"wrapStrategy": "CLIP", "horizontalAlignment": "LEFT"}
    if column.kind is Kind.MOMENT:
        looks["numberFormat"] = _DATE_TIME
    yield {
        "repeatCell": {
            "range": {**_whole_columns(sheet_id, index, index + 1), "startRowIndex": header_row},
            "cell": {"userEnteredFormat": looks},
            "fields": "userEnteredFormat.numberFormat,userEnteredFormat.wrapStrategy,"
            "userEnteredFormat.horizontalAlignment",
        }
    }
    width = _WIDTHS.get(column.field, _OUR_COLUMN_WIDTH)
    yield _column_properties(sheet_id, index, {"pixelSize": width, "hiddenByUser": False})


def _headers(sheet_id: int, setup: Setup) -> Request:
    values = [{"userEnteredValue": {"stringValue": column.header}} for column in setup.columns]
    return {
        "updateCells": {
            "start": {
                "sheetId": sheet_id,
                "rowIndex": setup.header_row - 1,
                "columnIndex": setup.column_index,
            },
            "rows": [{"values": values}],
            "fields": "userEnteredValue",
        }
    }


def _column_properties(sheet_id: int, index: int, properties: Request) -> Request:
    return {
        "updateDimensionProperties": {
            "range": _columns(sheet_id, index, index + 1),
            "properties": properties,
            "fields": ",".join(properties),
        }
    }


def _columns(sheet_id: int, start: int, end: int) -> Request:
    return {"sheetId": sheet_id, "dimension": "COLUMNS", "startIndex": start, "endIndex": end}


def _whole_columns(sheet_id: int, start: int, end: int) -> Request:
    return {"sheetId": sheet_id, "startColumnIndex": start, "endColumnIndex": end}
