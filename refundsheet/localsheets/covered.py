"""Cells a merge covers: whatever is written to them vanishes (observed)."""

from __future__ import annotations

from collections.abc import Iterator

from refundsheet.localsheets.sheet import Sheet
from refundsheet.localsheets.workbook import Spreadsheet


def clear_covered(book: Spreadsheet) -> None:
    """Take away what came into cells that a merge covers; formats and notes stay."""
    for sheet in book.sheets:
        for row, column in list(_covered(sheet)):
            cell = sheet.cell(row, column)
            if cell.value is not None or cell.formula is not None:
                sheet.put(row, column, cell.with_content(None))


def _covered(sheet: Sheet) -> Iterator[tuple[int, int]]:
    """Every cell of a merge but its first, as far as rows hold anything."""
    for body in sheet.objects.get("merges", ()):
        box = sheet.bounded(body)
        for row in range(box.row_start, min(box.row_end, len(sheet.rows))):
            for column in range(box.column_start, min(box.column_end, sheet.row(row).width)):
                if (row, column) != (box.row_start, box.column_start):
                    yield row, column
