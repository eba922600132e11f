"""From what a request names (A1 text, GridRange, DimensionRange) to the cells of a tab."""

from __future__ import annotations

from dataclasses import dataclass

from refundsheet.localsheets import a1, errors
from refundsheet.localsheets.a1 import Box, Cells
from refundsheet.localsheets.errors import RequestError
from refundsheet.localsheets.intervals import COLUMNS, ROWS
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.sheet import Sheet
from refundsheet.localsheets.workbook import Spreadsheet

_EVERYTHING = Cells(None, None, None, None, single=False)


@dataclass(frozen=True, slots=True)
class Reach:
    """A range of the `values` methods, resolved."""

    sheet: Sheet
    #: Clamped to the grid.
    box: Box
    #: As asked; a missing bound is open.
    asked: Cells

    @property
    def echoed(self) -> str:
        """The range as answers name it."""
        return a1.echo(self.sheet.title, self.box)


def resolve(book: Spreadsheet, text: str) -> Reach:
    """The cells a range text names.

    Raises:
        ApiError: 400, no such sheet or name, or wholly outside the grid.
    """
    sheet, cells = _found(book, text)
    rows = _clamped(cells.row_start, cells.row_end, sheet.row_count)
    columns = _clamped(cells.column_start, cells.column_end, sheet.column_count)
    if rows is None or columns is None:
        named = a1.echo_open(sheet.title, cells)
        raise errors.invalid(errors.exceeds_grid(named, sheet.row_count, sheet.column_count))
    return Reach(sheet, Box(sheet.sheet_id, *rows, *columns), cells)


def are_the_same(book: Spreadsheet, text: str, other: str) -> bool:
    """Whether two texts name the same cells, be they on the grid or beyond it.

    Raises:
        ApiError: 400, no such sheet or name.
    """
    return _place(book, text) == _place(book, other)


def _place(book: Spreadsheet, text: str) -> tuple[object, ...]:
    sheet, cells = _found(book, text)
    rows, columns = (cells.row_start, cells.row_end), (cells.column_start, cells.column_end)
    return (
        sheet.sheet_id,
        cells.single,
        _clamped(*rows, sheet.row_count) or rows,
        _clamped(*columns, sheet.column_count) or columns,
    )


def _found(book: Spreadsheet, text: str) -> tuple[Sheet, Cells]:
    found = _find(book, text)
    if found is None or not found[0].row_count:
        raise errors.unparsable_range(text)
    return found


def _find(book: Spreadsheet, text: str) -> tuple[Sheet, Cells] | None:
    title, rest, _ = a1.split(text)
    if title is not None:
        sheet = book.sheet_titled(title)
        if sheet is None:
            return None
        if rest is None:
            return sheet, _EVERYTHING
        cells = a1.parse_cells(rest)
        return (sheet, cells) if cells else _named(book, rest, sheet)
    return _find_bare(book, rest or "")


def _find_bare(book: Spreadsheet, text: str) -> tuple[Sheet, Cells] | None:
    """A lone word: a named range wins over cells of the first tab, they over a tab's title."""
    named = _named(book, text, None)
    if named:
        return named
    cells = a1.parse_cells(text)
    if cells:
        return book.sheets[0], cells
    sheet = book.sheet_titled(text)
    return (sheet, _EVERYTHING) if sheet else None


def _named(book: Spreadsheet, name: str, on: Sheet | None) -> tuple[Sheet, Cells] | None:
    named = book.named_range(name)
    if named is None:
        return None
    target: Json = named["range"]
    sheet = book.sheet(target.get("sheetId", 0))
    if on is not None and on is not sheet:
        return None
    return sheet, Cells(
        _plus_one(target.get("startRowIndex")),
        target.get("endRowIndex"),
        _plus_one(target.get("startColumnIndex")),
        target.get("endColumnIndex"),
        single=False,
    )


def _plus_one(index: int | None) -> int | None:
    return None if index is None else index + 1


def _clamped(start: int | None, end: int | None, count: int) -> tuple[int, int] | None:
    first = (start or 1) - 1
    if first >= count:
        return None
    return first, min(count if end is None else end, count)


def grid_box(book: Spreadsheet, body: Json) -> Box:
    """The cells a GridRange names, cut to the grid; a missing bound is open.

    Raises:
        RequestError: no such tab, or wholly outside its grid.
    """
    sheet = grid_sheet(book, body.get("sheetId", 0))
    for name, index in body.items():
        if name != "sheetId" and index < 0:
            raise RequestError(f"{name}[{index}] must be at least 0")
    rows = _span(body, "startRowIndex", "endRowIndex", sheet.row_count)
    columns = _span(body, "startColumnIndex", "endColumnIndex", sheet.column_count)
    if rows is None or columns is None:
        asked = Cells(
            _plus_one(body.get("startRowIndex")),
            body.get("endRowIndex"),
            _plus_one(body.get("startColumnIndex")),
            body.get("endColumnIndex"),
            single=False,
        )
        named = a1.echo_open(sheet.title, asked)
        raise RequestError(errors.exceeds_grid(named, sheet.row_count, sheet.column_count))
    return Box(sheet.sheet_id, *rows, *columns)


def grid_sheet(book: Spreadsheet, sheet_id: int) -> Sheet:
    """A tab with cells.

    Raises:
        RequestError: there is none of that id, or it is a chart's.
    """
    sheet = book.sheet(sheet_id)
    if sheet.properties["sheetType"] != "GRID":
        raise errors.no_grid(sheet_id)
    return sheet


def _span(body: Json, start_field: str, end_field: str, count: int) -> tuple[int, int] | None:
    start, end = body.get(start_field, 0), body.get(end_field, count)
    if start >= end and start < count:
        raise RequestError(f"{end_field}[{end}] must be after {start_field}[{start}]")
    return (start, min(end, count)) if start < count else None


def grid_range(box: Box) -> Json:
    """A box as a GridRange, all bounds given."""
    return {
        "sheetId": box.sheet_id,
        "startRowIndex": box.row_start,
        "endRowIndex": box.row_end,
        "startColumnIndex": box.column_start,
        "endColumnIndex": box.column_end,
    }


@dataclass(frozen=True, slots=True)
class Lines:
    """Rows or columns start..end of a tab."""

    sheet: Sheet
    axis: str
    start: int
    end: int


def lines(book: Spreadsheet, body: Json) -> Lines:
    """The rows or columns a DimensionRange names, cut to the grid; a missing bound is open.

    Raises:
        RequestError: no such tab, no dimension named, or outside the grid.
    """
    sheet = grid_sheet(book, body.get("sheetId", 0))
    axis = axis_of(body)
    count = sheet.count(axis)
    start, end = check_order(body.get("startIndex", 0), body.get("endIndex", count))
    if start >= count:
        raise RequestError(f"startIndex[{start}] is after last {line_name(axis)} in sheet[{count}]")
    return Lines(sheet, axis, start, min(end, count))


def check_order(start: int, end: int) -> tuple[int, int]:
    """The two again.

    Raises:
        RequestError: before the grid, or backwards.
    """
    if min(start, end) < 0:
        raise RequestError("DimensionRange indexes must be >= 0")
    if start >= end:
        raise RequestError(f"endIndex[{end}] must be after startIndex[{start}]")
    return start, end


def axis_of(body: Json, field: str = "dimension") -> str:
    """`ROWS` or `COLUMNS` from a request.

    Raises:
        RequestError: neither is named.
    """
    axis = body.get(field)
    if axis not in {ROWS, COLUMNS}:
        raise RequestError(f"No {field} specified.")
    return axis


def line_name(axis: str) -> str:
    """What a refusal calls one of them."""
    return "row" if axis == ROWS else "column"


def check_writable(book: Spreadsheet, box: Box) -> None:
    """Refuse a write onto a range protected against the caller; warnings never block.

    Raises:
        ApiError: in Google's words.
    """
    for protection in book.sheet(box.sheet_id).objects.get("protectedRanges", ()):
        if may_edit(book, protection):
            continue
        if box.meets(protected_box(book, protection)) and not _let_through(book, protection, box):
            raise errors.protected()


def may_edit(book: Spreadsheet, protection: Json) -> bool:
    """Whether a protection is open to the caller."""
    editors: list[str] = protection.get("editors", {}).get("users", [])
    return bool(protection.get("warningOnly")) or book.context.caller in editors


def _let_through(book: Spreadsheet, protection: Json, box: Box) -> bool:
    """Whether a box lies in one of the ranges a protected sheet leaves open."""
    holes: list[Json] = protection.get("unprotectedRanges", [])
    return any(open_box(book, hole).holds(box) for hole in holes)


def protected_box(book: Spreadsheet, protection: Json) -> Box:
    """The cells of a protection: its range, or where its named range or table lies now."""
    backing: Json = protection.get("range", {})
    for named in book.named_ranges:
        if named["namedRangeId"] == protection.get("namedRangeId"):
            backing = named["range"]
    for sheet in book.sheets:
        for table in sheet.objects.get("tables", ()):
            if table["tableId"] == protection.get("tableId"):
                backing = table["range"]
    return open_box(book, backing)


def open_box(book: Spreadsheet, body: Json) -> Box:
    """A stored GridRange as a box; unlike `grid_box` nothing is refused."""
    sheet = book.sheet(body.get("sheetId", 0))
    return Box(
        sheet.sheet_id,
        body.get("startRowIndex", 0),
        min(body.get("endRowIndex", sheet.row_count), sheet.row_count),
        body.get("startColumnIndex", 0),
        min(body.get("endColumnIndex", sheet.column_count), sheet.column_count),
    )
