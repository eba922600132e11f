"""autoFill: a range's cells go on into the cells beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from refundsheet.localsheets import references
from refundsheet.localsheets.a1 import Box
from refundsheet.localsheets.batch_update.series import Run
from refundsheet.localsheets.errors import RequestError
from refundsheet.localsheets.intervals import ROWS
from refundsheet.localsheets.ranges import axis_of, check_writable, grid_box
from refundsheet.localsheets.rows import Cell
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.sheet import Sheet
from refundsheet.localsheets.workbook import Spreadsheet


@dataclass(frozen=True, slots=True)
class _Fill:
    source: Box
    axis: str
    #: Negative: before the source.
    length: int

    @property
    def target(self) -> Box:
        """The cells that are filled."""
        box, length = self.source, self.length
        if self.axis == ROWS:
            start, end = box.row_start, box.row_end
            span = (end, end + length) if length > 0 else (start + length, start)
            return replace(box, row_start=span[0], row_end=span[1])
        start, end = box.column_start, box.column_end
        span = (end, end + length) if length > 0 else (start + length, start)
        return replace(box, column_start=span[0], column_end=span[1])


def auto_fill(book: Spreadsheet, request: Json) -> None:
    """Fill beside a source, named or found at the filled end of a range."""
    if ("range" in request) == ("sourceAndDestination" in request):
        raise RequestError("Exactly one of range or sourceAndDestination must be specified.")
    if "range" in request:
        fill = _found_fill(book, grid_box(book, request["range"]))
    else:
        fill = _named_fill(book, request["sourceAndDestination"])
    if fill is None or not fill.length:
        return
    sheet = book.sheet(fill.source.sheet_id)
    if not sheet.whole.holds(fill.target):
        raise RequestError("The range to fill exceeds the grid limits of the sheet.")
    check_writable(book, fill.target)
    _apply(book, sheet, fill, alternate=bool(request.get("useAlternateSeries")))
    book.stale = True


def _named_fill(book: Spreadsheet, body: Json) -> _Fill:
    source = grid_box(book, body.get("source", {}))
    return _Fill(source, axis_of(body), body.get("fillLength", 0))


def _found_fill(book: Spreadsheet, box: Box) -> _Fill | None:
    """The filled cells of a range at one of its edges; the rest of the range is to be filled."""
    sheet = book.sheet(box.sheet_id)
    cells = [
        (row, column)
        for row in range(box.row_start, min(box.row_end, len(sheet.rows)))
        for column in range(box.column_start, min(box.column_end, sheet.row(row).width))
        if _holds_data(sheet.cell(row, column))
    ]
    if not cells:
        return None
    rows, columns = [row for row, _ in cells], [column for _, column in cells]
    if min(rows) == box.row_start and max(rows) + 1 < box.row_end:
        end = max(rows) + 1
        return _Fill(replace(box, row_end=end), ROWS, box.row_end - end)
    if min(columns) == box.column_start and max(columns) + 1 < box.column_end:
        end = max(columns) + 1
        return _Fill(replace(box, column_end=end), "COLUMNS", box.column_end - end)
    if min(rows) > box.row_start:
        start = min(rows)
        return _Fill(replace(box, row_start=start), ROWS, box.row_start - start)
    start = min(columns)
    return _Fill(replace(box, column_start=start), "COLUMNS", box.column_start - start)


def _holds_data(cell: Cell) -> bool:
    return cell.value is not None or cell.formula is not None


def _apply(book: Spreadsheet, sheet: Sheet, fill: _Fill, *, alternate: bool) -> None:
    box, down = fill.source, fill.axis == ROWS
    across = range(box.column_start, box.column_end) if down else range(box.row_start, box.row_end)
    along = range(box.row_start, box.row_end) if down else range(box.column_start, box.column_end)
    if fill.length < 0:
        along = along[::-1]
    step = 1 if fill.length > 0 else -1
    for line in across:
        places = [(at, line) if down else (line, at) for at in along]
        cells = [sheet.cell(*place) for place in places]
        run = Run(cells, book.locale, backwards=step < 0, alternate=alternate)
        for number in range(1, abs(fill.length) + 1):
            at = along[-1] + step * number
            target = (at, line) if down else (line, at)
            source = places[(number - 1) % len(places)]
            _put(sheet, source, target, run.filled(number))


def _put(sheet: Sheet, source: tuple[int, int], target: tuple[int, int], cell: Cell) -> None:
    """A filled cell brings content, format and rule; a note stays where it is."""
    formula = cell.formula
    if formula is not None:
        formula = references.shift(formula, target[0] - source[0], target[1] - source[1])
    old = sheet.cell(*target)
    sheet.put(*target, replace(cell, formula=formula, note=old.note, spilled=False))


HANDLERS = {"autoFill": auto_fill}
