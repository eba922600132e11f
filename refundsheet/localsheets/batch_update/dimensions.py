"""Rows and columns: insert, delete, move, append, size, hide."""

from __future__ import annotations

from refundsheet.localsheets import masks
from refundsheet.localsheets.a1 import Box
from refundsheet.localsheets.batch_update.cells import read_mask
from refundsheet.localsheets.cell_formats import CellFormat
from refundsheet.localsheets.errors import RequestError
from refundsheet.localsheets.intervals import COLUMNS, ROWS, Move, Splice
from refundsheet.localsheets.ranges import (
    Lines,
    axis_of,
    check_order,
    check_writable,
    grid_sheet,
    line_name,
    lines,
)
from refundsheet.localsheets.rows import Cell, Dimension
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.sheet import Sheet
from refundsheet.localsheets.workbook import Spreadsheet

FROZEN = {ROWS: "frozenRowCount", COLUMNS: "frozenColumnCount"}


def insert_dimension(book: Spreadsheet, request: Json) -> None:
    """Insert blank rows or columns that look like their neighbour before or after."""
    body: Json = request.get("range", {})
    sheet, axis = grid_sheet(book, body.get("sheetId", 0)), axis_of(body)
    for field in ("startIndex", "endIndex"):
        if field not in body:
            raise RequestError(f"range.{field} must be set")
    start, end = check_order(body["startIndex"], body["endIndex"])
    before = bool(request.get("inheritFromBefore"))
    if before and not start:
        raise RequestError("inheritFromBefore cannot be true if startIndex is 0")
    size = sheet.count(axis)
    if start >= size and not before:
        raise RequestError(
            f"range.startIndex must be less than the grid size ({size})"
            " if inheritFromBefore is false."
        )
    if start > size:
        raise RequestError(f"range.startIndex must be at most the grid size ({size}).")
    book.check_growth(sheet, axis, end - start)
    book.shift(Splice(sheet.sheet_id, axis, start, start, end - start))
    _inherit(sheet, axis, start, end, start - 1 if before else end)


def _inherit(sheet: Sheet, axis: str, start: int, end: int, neighbour: int) -> None:
    """New lines take the formats of their neighbour, nothing else."""
    if axis == ROWS:
        formats = sheet.row(neighbour).formats
        for index in range(start, end) if formats else ():
            sheet.own(index).formats = formats
        return
    for index, row in enumerate(sheet.rows):
        look: CellFormat | None = row.format(neighbour)
        for column in range(start, end) if look else ():
            sheet.put(index, column, Cell(format=look))


def delete_dimension(book: Spreadsheet, request: Json) -> None:
    """Delete rows or columns; at least one of each stays."""
    body: Json = request.get("range", {})
    sheet, axis = grid_sheet(book, body.get("sheetId", 0)), axis_of(body)
    name, count, first = line_name(axis), sheet.count(axis), body.get("startIndex", 0)
    if first >= count:
        raise RequestError(
            f"Cannot delete a {name} that doesn't exist."
            f" Tried to delete {name} index {first} but there are only {count} {name}s."
        )
    found = lines(book, body)
    _check_lines_writable(book, found)
    check_left(axis, count - (found.end - found.start), _unfrozen_left(found))
    book.shift(Splice(found.sheet.sheet_id, found.axis, found.start, found.end, 0))
    _unfreeze(found)


def check_left(axis: str, left: int, unfrozen: int) -> None:
    """Refuse to leave a tab without lines, or with frozen ones alone.

    Raises:
        RequestError: in Google's words.
    """
    if left < 1:
        raise RequestError(f"You can't delete all the {line_name(axis)}s on the sheet.")
    if unfrozen < 1:
        raise RequestError(
            f"Sorry, it is not possible to delete all non-frozen {line_name(axis)}s."
        )


def _unfrozen_left(found: Lines) -> int:
    grid: Json = found.sheet.properties.get("gridProperties", {})
    frozen, count = grid.get(FROZEN[found.axis], 0), found.sheet.count(found.axis)
    return count - frozen - max(found.end - max(found.start, frozen), 0)


def _unfreeze(found: Lines) -> None:
    """Frozen lines that were deleted are frozen no more."""
    field = FROZEN[found.axis]
    grid: Json = found.sheet.properties.get("gridProperties", {})
    frozen = grid.get(field, 0)
    left = frozen - max(min(found.end, frozen) - found.start, 0)
    if left != frozen:
        kept = {name: value for name, value in grid.items() if name != field}
        grid = kept | ({field: left} if left else {})
        found.sheet.properties = {**found.sheet.properties, "gridProperties": grid}


def _check_lines_writable(book: Spreadsheet, found: Lines) -> None:
    sheet = found.sheet
    rows = (found.start, found.end) if found.axis == ROWS else (0, sheet.row_count)
    columns = (0, sheet.column_count) if found.axis == ROWS else (found.start, found.end)
    check_writable(book, Box(sheet.sheet_id, *rows, *columns))


def move_dimension(book: Spreadsheet, request: Json) -> None:
    """Move rows or columns before another; the destination counts in the old order."""
    found = lines(book, request.get("source", {}))
    _check_lines_writable(book, found)
    to = request.get("destinationIndex", 0)
    count = found.sheet.count(found.axis)
    if found.start <= to <= found.end:
        raise RequestError(
            f"destinationIndex[{to}] must be outside the requested range[{found.start}-{found.end}]"
        )
    if not 0 <= to <= count:
        raise RequestError(f"destinationIndex[{to}] is after last {line_name(found.axis)}[{count}]")
    book.shift(Move(found.sheet.sheet_id, found.axis, found.start, found.end, to))


def append_dimension(book: Spreadsheet, request: Json) -> None:
    """Grow the grid at its end."""
    sheet, axis = grid_sheet(book, request.get("sheetId", 0)), axis_of(request)
    length = request.get("length", 0)
    if length < 1:
        raise RequestError(f"length[{length}] must be greater than 0")
    book.resize(sheet, axis, sheet.count(axis) + length)


def update_dimension_properties(book: Spreadsheet, request: Json) -> None:
    """Set the size of rows or columns, hide or show them."""
    mask = read_mask(request, "DimensionProperties")
    found = lines(book, request.get("range", {}))
    new: Json = request.get("properties", {})
    for index in range(found.start, found.end):
        old = found.sheet.dimension(found.axis, index)
        hidden, size = old.hidden_by_user, old.pixel_size
        if masks.wants(mask, "hiddenByUser"):
            hidden = bool(new.get("hiddenByUser"))
        if masks.wants(mask, "pixelSize"):
            size = new.get("pixelSize", 0)
        found.sheet.put_dimension(found.axis, index, Dimension(size, hidden, old.metadata))


def auto_resize_dimensions(book: Spreadsheet, request: Json) -> None:
    """Fit columns to their longest text; rows go back to the default height."""
    found = lines(book, request.get("dimensions", {}))
    for index in range(found.start, found.end):
        old = found.sheet.dimension(found.axis, index)
        size = None if found.axis == ROWS else _fitting_width(found.sheet, index)
        resized = Dimension(size, old.hidden_by_user, old.metadata)
        found.sheet.put_dimension(found.axis, index, resized)


#: Pixels a character of the default font takes, and what a cell adds at its sides.
_CHARACTER, _SIDES = 7, 9


def _fitting_width(sheet: Sheet, column: int) -> int | None:
    shown = (row.value(column) for row in sheet.rows)
    longest = max((len(str(value)) for value in shown if value is not None), default=0)
    return longest * _CHARACTER + _SIDES if longest else None


HANDLERS = {
    "insertDimension": insert_dimension,
    "deleteDimension": delete_dimension,
    "moveDimension": move_dimension,
    "appendDimension": append_dimension,
    "updateDimensionProperties": update_dimension_properties,
    "autoResizeDimensions": auto_resize_dimensions,
}
