"""insertRange and deleteRange: cells put in or taken out, those behind them moving up or over."""

from __future__ import annotations

from dataclasses import dataclass, replace

from refundsheet.localsheets import references
from refundsheet.localsheets.a1 import Box
from refundsheet.localsheets.errors import RequestError
from refundsheet.localsheets.intervals import ROWS, Splice
from refundsheet.localsheets.ranges import axis_of, check_writable, grid_box, open_box
from refundsheet.localsheets.rows import EMPTY_CELL, Cell
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.sheet import Sheet
from refundsheet.localsheets.workbook import Spreadsheet

_SPLITS_MERGE = "You can't perform a shift that would split a merged cell."
_SPLITS_TABLE = "You can't perform a shift that would split a table."


@dataclass(frozen=True, slots=True)
class _Lane:
    """The cells that move: from the range to the end of the grid."""

    box: Box
    axis: str
    size: int

    @property
    def start(self) -> int:
        return self.box.row_start if self.axis == ROWS else self.box.column_start


def insert_range(book: Spreadsheet, request: Json) -> None:
    """Put blank cells in; the grid grows where content would fall off its end."""
    lane = _lane(book, request)
    _check(book, lane)
    sheet = book.sheet(lane.box.sheet_id)
    _make_room(book, sheet, lane)
    _move(sheet, lane, lane.size)
    splice = Splice(sheet.sheet_id, lane.axis, lane.start, lane.start, lane.size)
    book.follow_block(lane.box, splice)
    book.check_size()


def make_room(book: Spreadsheet, sheet: Sheet, box: Box) -> None:
    """Push what lies in and below a box down by its height; the grid grows where needed."""
    if box.row_end > sheet.row_count:
        book.resize(sheet, ROWS, box.row_end)
    lane = _Lane(replace(box, row_end=sheet.row_count), ROWS, box.rows)
    _make_room(book, sheet, lane)
    _move(sheet, lane, lane.size)
    book.follow_block(lane.box, Splice(sheet.sheet_id, ROWS, lane.start, lane.start, lane.size))


def delete_range(book: Spreadsheet, request: Json) -> None:
    """Take cells out; what lies behind them in their columns or rows closes up."""
    lane = _lane(book, request)
    _check(book, lane)
    sheet = book.sheet(lane.box.sheet_id)
    _move(sheet, lane, -lane.size)
    end = lane.start + lane.size
    book.follow_block(lane.box, Splice(sheet.sheet_id, lane.axis, lane.start, end, 0))


def _lane(book: Spreadsheet, request: Json) -> _Lane:
    box = grid_box(book, request.get("range", {}))
    axis = axis_of(request, "shiftDimension")
    sheet = book.sheet(box.sheet_id)
    if axis == ROWS:
        return _Lane(replace(box, row_end=sheet.row_count), axis, box.rows)
    return _Lane(replace(box, column_end=sheet.column_count), axis, box.columns)


def _check(book: Spreadsheet, lane: _Lane) -> None:
    """Refuse what would tear a merge or a table, and what is protected."""
    check_writable(book, lane.box)
    sheet = book.sheet(lane.box.sheet_id)
    if _meets_array(sheet, lane):
        raise RequestError("You cannot insert or delete cells over an array formula.")
    whole = [(open_box(book, body), _SPLITS_MERGE) for body in sheet.objects.get("merges", ())]
    whole += [
        (open_box(book, body["range"]), _SPLITS_TABLE) for body in sheet.objects.get("tables", ())
    ]
    for box, refusal in whole:
        if box.meets(lane.box) and not _moves_whole(box, lane):
            raise RequestError(refusal)


def _meets_array(sheet: Sheet, lane: _Lane) -> bool:
    """Whether an array formula fills one of the cells of the range itself."""
    box, end = lane.box, lane.start + lane.size
    asked = replace(box, row_end=end) if lane.axis == ROWS else replace(box, column_end=end)
    return any(
        sheet.cell(row, column).spilled
        for row in range(asked.row_start, min(asked.row_end, len(sheet.rows)))
        for column in range(asked.column_start, min(asked.column_end, sheet.row(row).width))
    )


def _moves_whole(box: Box, lane: _Lane) -> bool:
    start = box.row_start if lane.axis == ROWS else box.column_start
    return start >= lane.start and references.lies_in_lane(box, lane.box, lane.axis)


def _make_room(book: Spreadsheet, sheet: Sheet, lane: _Lane) -> None:
    box, down = lane.box, lane.axis == ROWS
    ends = [
        row + 1 if down else sheet.row(row).width
        for row in range(box.row_start, min(box.row_end, len(sheet.rows)))
        if _any(sheet, lane, row)
    ]
    needed = max(ends, default=0) + lane.size
    if ends and needed > sheet.count(lane.axis):
        book.resize(sheet, lane.axis, needed)


def _any(sheet: Sheet, lane: _Lane, row: int) -> bool:
    columns = range(lane.box.column_start, min(lane.box.column_end, sheet.row(row).width))
    return any(sheet.cell(row, column) != EMPTY_CELL for column in columns)


def _move(sheet: Sheet, lane: _Lane, by: int) -> None:
    """Lay the lane's cells `by` places further; blanks come in where nothing moves to."""
    box, down = lane.box, lane.axis == ROWS
    kept: dict[tuple[int, int], Cell] = {}
    for row in range(box.row_start, min(box.row_end, len(sheet.rows))):
        for column in range(box.column_start, min(box.column_end, sheet.row(row).width)):
            cell = sheet.cell(row, column)
            if cell == EMPTY_CELL:
                continue
            sheet.put(row, column, EMPTY_CELL)
            place = (row + by, column) if down else (row, column + by)
            if place[0 if down else 1] >= lane.start:
                kept[place] = cell
    for place, cell in kept.items():
        sheet.put(*place, cell)


HANDLERS = {"insertRange": insert_range, "deleteRange": delete_range}
