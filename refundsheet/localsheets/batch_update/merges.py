"""mergeCells and unmergeCells, and the merges a paste brings along."""

from __future__ import annotations

from dataclasses import replace

from refundsheet.localsheets.a1 import Box
from refundsheet.localsheets.errors import RequestError
from refundsheet.localsheets.ranges import check_writable, grid_box, grid_range, open_box
from refundsheet.localsheets.rows import Cell
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.sheet import Sheet
from refundsheet.localsheets.workbook import Spreadsheet


def merge_cells(book: Spreadsheet, request: Json) -> None:
    """Merge a range whole, by rows or by columns; merges it touches are replaced."""
    box = grid_box(book, request.get("range", {}))
    check_writable(book, box)
    sheet = book.sheet(box.sheet_id)
    _check_frozen(sheet, box)
    parts = _parts(box, request.get("mergeType", "MERGE_ALL"))
    kept = _apart(book, sheet, box)
    new = tuple(grid_range(part) for part in parts if part.rows * part.columns > 1)
    sheet.put_objects("merges", kept + new)
    for part in parts:
        _keep_first(sheet, part)
    book.stale = True


def _parts(box: Box, merge_type: str) -> list[Box]:
    if merge_type == "MERGE_ROWS":
        rows = range(box.row_start, box.row_end)
        return [replace(box, row_start=row, row_end=row + 1) for row in rows]
    if merge_type == "MERGE_COLUMNS":
        columns = range(box.column_start, box.column_end)
        return [replace(box, column_start=column, column_end=column + 1) for column in columns]
    return [box]


def _check_frozen(sheet: Sheet, box: Box) -> None:
    grid: Json = sheet.properties.get("gridProperties", {})
    if box.column_start < grid.get("frozenColumnCount", 0) < box.column_end:
        raise RequestError("You can't merge frozen and non-frozen columns")
    if box.row_start < grid.get("frozenRowCount", 0) < box.row_end:
        raise RequestError("You can't merge frozen and non-frozen rows")


def _apart(book: Spreadsheet, sheet: Sheet, box: Box) -> tuple[Json, ...]:
    """The merges that do not touch a box."""
    merges = sheet.objects.get("merges", ())
    return tuple(body for body in merges if not box.meets(open_box(book, body)))


def _keep_first(sheet: Sheet, box: Box) -> None:
    """A merge keeps its first filled cell, at the top left."""
    first: Cell | None = None
    for row in range(box.row_start, min(box.row_end, len(sheet.rows))):
        for column in range(box.column_start, min(box.column_end, sheet.row(row).width)):
            cell = sheet.cell(row, column)
            if cell.value is None and cell.formula is None:
                continue
            first = first or cell
            sheet.put(row, column, cell.with_content(None))
    if first is not None:
        corner = sheet.cell(box.row_start, box.column_start)
        filled = corner.with_content(first.value, first.formula, first.other)
        sheet.put(box.row_start, box.column_start, filled)


def unmerge_cells(book: Spreadsheet, request: Json) -> None:
    """Take apart every merge a range touches."""
    box = grid_box(book, request.get("range", {}))
    sheet = book.sheet(box.sheet_id)
    sheet.put_objects("merges", _apart(book, sheet, box))


def copy_merges(book: Spreadsheet, source: Box, target: Box) -> None:
    """Repeat the merges inside a copied range over the range it was pasted to."""
    found = [
        box
        for box in (
            open_box(book, body) for body in book.sheet(source.sheet_id).objects.get("merges", ())
        )
        if source.holds(box)
    ]
    sheet = book.sheet(target.sheet_id)
    new = [
        grid_range(moved_box(box, source, replace(target, row_start=down, column_start=across)))
        for box in found
        for down in range(target.row_start, target.row_end, source.rows)
        for across in range(target.column_start, target.column_end, source.columns)
    ]
    if new:
        sheet.put_objects("merges", _apart(book, sheet, target) + tuple(new))


def move_merges(book: Spreadsheet, source: Box, target: Box, *, keep: bool) -> None:
    """Let the merges inside a cut range go where it was pasted, or just take them apart.

    Raises:
        RequestError: a merge lies half inside the range.
    """
    sheet, goal = book.sheet(source.sheet_id), book.sheet(target.sheet_id)
    boxes = [open_box(book, body) for body in sheet.objects.get("merges", ())]
    touched = [box for box in boxes if box.meets(source)]
    if not all(source.holds(box) for box in touched):
        raise RequestError("You can't cut and paste part of a merged cell.")
    sheet.put_objects("merges", _apart(book, sheet, source))
    new = [grid_range(moved_box(box, source, target)) for box in touched if keep]
    goal.put_objects("merges", _apart(book, goal, target) + tuple(new))


def moved_box(box: Box, source: Box, target: Box) -> Box:
    """A box inside the source, where it lies in the target."""
    down = target.row_start - source.row_start
    across = target.column_start - source.column_start
    return Box(
        target.sheet_id,
        box.row_start + down,
        box.row_end + down,
        box.column_start + across,
        box.column_end + across,
    )


HANDLERS = {"mergeCells": merge_cells, "unmergeCells": unmerge_cells}
