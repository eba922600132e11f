"""deleteDuplicates: the one request whose effect depends on what the cells hold."""

from __future__ import annotations

from dataclasses import replace

from refundsheet.localsheets import references
from refundsheet.localsheets.a1 import Box
from refundsheet.localsheets.display import CellError
from refundsheet.localsheets.grid_data import shown
from refundsheet.localsheets.ranges import check_writable, grid_box, lines
from refundsheet.localsheets.rows import EMPTY_CELL, Cell
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.sheet import Sheet
from refundsheet.localsheets.switches import Compare
from refundsheet.localsheets.workbook import Spreadsheet


def delete_duplicates(book: Spreadsheet, request: Json) -> Json:
    """Remove rows of a range equal to an earlier one; what follows moves up inside the range.

    The first is kept. Shown values are compared, letter case and formats do not count, and rows
    hidden by a filter are removed too (documented).
    """
    box = grid_box(book, request.get("range", {}))
    check_writable(book, box)
    sheet = book.sheet(box.sheet_id)
    book.calculate_for(box)
    columns = _compared(book, request.get("comparisonColumns", []), box)
    kept = _first_of_each(book, sheet, box, columns)
    _close_up(book, sheet, box, kept)
    book.stale = True
    return {"duplicatesRemovedCount": box.rows - len(kept)}


def _compared(book: Spreadsheet, ranges: list[Json], box: Box) -> list[int]:
    """The columns that count; all of the range's when none are named."""
    if not ranges:
        return list(range(box.column_start, box.column_end))
    found: list[int] = []
    for body in ranges:
        named = lines(book, {"dimension": "COLUMNS"} | body)
        found.extend(range(named.start, named.end))
    return found


def _first_of_each(book: Spreadsheet, sheet: Sheet, box: Box, columns: list[int]) -> list[int]:
    seen: set[tuple[object, ...]] = set()
    kept: list[int] = []
    for row in range(box.row_start, box.row_end):
        key = tuple(_key(book, sheet.cell(row, column)) for column in columns)
        if key not in seen:
            seen.add(key)
            kept.append(row)
    return kept


def _key(book: Spreadsheet, cell: Cell) -> object:
    """What two cells must share to be duplicates."""
    switches, value = book.context.switches, cell.value
    if value is None or value == "":
        return "" if switches.duplicates_blank_is_empty else repr(value)
    if switches.duplicates_compare is Compare.VALUE:
        if isinstance(value, str):
            return value.casefold()
        return (type(value).__name__ if isinstance(value, (bool, CellError)) else "number", value)
    return shown(value, cell.look, book.locale).casefold()


def _close_up(book: Spreadsheet, sheet: Sheet, box: Box, kept: list[int]) -> None:
    """Lay the kept rows at the top of the range; blank what is left below."""
    columns = range(box.column_start, box.column_end)
    moves = [(old, new) for new, old in enumerate(kept, start=box.row_start) if old != new]
    cells = [(new, [_lifted(sheet.cell(old, c), old, new) for c in columns]) for old, new in moves]
    blank = range(box.row_start + len(kept), box.row_end)
    cells += [(row, [EMPTY_CELL] * len(columns)) for row in blank]
    for row, line in cells:
        for column, cell in zip(columns, line, strict=True):
            new, look = cell, sheet.row(row).format(column)
            if cell.format is not look and not book.context.switches.duplicates_move_formats:
                new = replace(cell, format=look)
            sheet.put(row, column, new)


def _lifted(cell: Cell, old_row: int, new_row: int) -> Cell:
    if cell.formula is None:
        return cell
    return replace(cell, formula=references.shift(cell.formula, new_row - old_row, 0))


HANDLERS = {"deleteDuplicates": delete_duplicates}
