"""sortRange and randomizeRange: rows of a range put in order, or out of it."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from refundsheet.localsheets import cell_formats, references
from refundsheet.localsheets.a1 import Box
from refundsheet.localsheets.display import CellError
from refundsheet.localsheets.errors import RequestError
from refundsheet.localsheets.ranges import check_writable, grid_box, open_box
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.sheet import Sheet
from refundsheet.localsheets.workbook import Spreadsheet

#: Ascending: numbers, then text, then truth values, then errors. Blanks come last either way.
_NUMBER, _TEXT, _BOOLEAN, _ERROR = range(4)


_COLOURS = frozenset(
    {"backgroundColor", "backgroundColorStyle", "foregroundColor", "foregroundColorStyle"}
)


def sort_range(book: Spreadsheet, request: Json) -> None:
    """Sort rows by `sortSpecs` (absolute columns), ties in their old order, blanks last."""
    box = grid_box(book, request.get("range", {}))
    check_writable(book, box)
    sheet = book.sheet(box.sheet_id)
    book.calculate_for(box)
    specs: list[Json] = request.get("sortSpecs", [])
    if not specs:
        raise RequestError("Must specify at least one sort spec.")
    _check_merges(book, sheet, box)
    sort_rows(book, sheet, box, specs)


def _check_merges(book: Spreadsheet, sheet: Sheet, box: Box) -> None:
    merges = [open_box(book, body) for body in sheet.objects.get("merges", ())]
    if any(merge.rows > 1 and merge.meets(box) for merge in merges):
        raise RequestError("You can't sort a range with vertical merges.")


def sort_rows(book: Spreadsheet, sheet: Sheet, box: Box, specs: list[Json]) -> None:
    """Sort the rows of a box, each key a stable sort, the last key first."""
    order = list(range(box.row_start, min(box.row_end, max(len(sheet.rows), box.row_start))))
    for spec in reversed(specs):
        column: int = spec.get("dimensionIndex", 0)
        if not 0 <= column < sheet.column_count:
            raise RequestError(f"dimensionIndex[{column}] must be a column of the sheet")
        if spec.keys() & _COLOURS:
            order = _by_colour(book, sheet, order, spec)
            continue
        filled = [row for row in order if _rank(sheet, row, column) is not None]
        blank = [row for row in order if _rank(sheet, row, column) is None]
        filled.sort(
            key=lambda row: _rank(sheet, row, column) or (),
            reverse=spec.get("sortOrder") == "DESCENDING",
        )
        order = filled + blank
    sheet.swap_rows(box.row_start, order, (box.column_start, box.column_end))
    _shift_formulas(sheet, box, order)
    book.stale = True


def _by_colour(book: Spreadsheet, sheet: Sheet, order: list[int], spec: Json) -> list[int]:
    """Cells of the colour go to the top, descending to the bottom; the rest stays as it was."""
    wanted = cell_formats.mirror_colors("SortSpec", spec)
    background = "backgroundColor" in wanted
    colour: Json = wanted.get("backgroundColor" if background else "foregroundColor", {})

    def has_it(row: int) -> bool:
        entered = sheet.row(row).format(spec.get("dimensionIndex", 0))
        layers = [entered.data] if entered else []
        look = cell_formats.effective(book.properties["defaultFormat"], "LEFT", *layers)
        shown = look if background else look["textFormat"]
        return shown.get("backgroundColor" if background else "foregroundColor", {}) == colour

    descending = spec.get("sortOrder") == "DESCENDING"
    return sorted(order, key=lambda row: has_it(row) is descending)


def _rank(sheet: Sheet, row: int, column: int) -> tuple[Any, ...] | None:
    value = sheet.row(row).value(column)
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return (_BOOLEAN, value)
    if isinstance(value, (int, float)):
        return (_NUMBER, value)
    if isinstance(value, CellError):
        return (_ERROR, "")
    return (_TEXT, value.casefold(), value.swapcase())


def _shift_formulas(sheet: Sheet, box: Box, order: list[int]) -> None:
    for new, old in enumerate(order, start=box.row_start):
        row = sheet.row(new)
        if new == old or not row.more:
            continue
        for column in list(row.more):
            formula = row.formula(column)
            if formula is not None and box.column_start <= column < box.column_end:
                cell = sheet.cell(new, column)
                moved = references.shift(formula, new - old, 0)
                sheet.put(new, column, replace(cell, formula=moved))


def randomize_range(book: Spreadsheet, request: Json) -> None:
    """Shuffle the rows of a range."""
    box = grid_box(book, request.get("range", {}))
    check_writable(book, box)
    sheet = book.sheet(box.sheet_id)
    _check_merges(book, sheet, box)
    order = list(range(box.row_start, box.row_end))
    secrets.SystemRandom().shuffle(order)
    sheet.swap_rows(box.row_start, order, (box.column_start, box.column_end))
    _shift_formulas(sheet, box, order)
    book.stale = True


HANDLERS = {"sortRange": sort_range, "randomizeRange": randomize_range}
