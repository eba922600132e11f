"""findReplace and trimWhitespace: cells whose text is changed where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from refundsheet.localsheets.a1 import Box
from refundsheet.localsheets.errors import RequestError
from refundsheet.localsheets.grid_data import shown
from refundsheet.localsheets.ranges import check_writable, grid_box, grid_sheet
from refundsheet.localsheets.rows import Cell
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.sheet import Sheet
from refundsheet.localsheets.workbook import Spreadsheet
from refundsheet.localsheets.writing import InputOption, entered

_WHITESPACE = re.compile(r"[ \t\n\r\f\v]+")


@dataclass(slots=True)
class _Counts:
    """What a findReplace changed."""

    values: int = 0
    formulas: int = 0
    occurrences: int = 0
    rows: set[tuple[int, int]] = field(default_factory=set[tuple[int, int]])
    sheets: set[int] = field(default_factory=set[int])

    def shown(self) -> Json:
        return {
            "valuesChanged": self.values,
            "formulasChanged": self.formulas,
            "rowsChanged": len(self.rows),
            "sheetsChanged": len(self.sheets),
            "occurrencesChanged": self.occurrences,
        }


def find_replace(book: Spreadsheet, request: Json) -> Json:
    """Replace a text or regex in what cells show, and with `includeFormulas` in formulas."""
    # What is searched with takes five megabytes that most servers never need.
    from refundsheet.localsheets.batch_update.searching import search_of  # noqa: PLC0415

    search = search_of(request)
    formulas = bool(request.get("includeFormulas"))
    counts = _Counts()
    for box in _scope(book, request):
        sheet = book.sheet(box.sheet_id)
        for row, column, old in _filled(sheet, box):
            if old.formula is not None and not formulas:
                continue
            text, times = search(_text(book, old))
            if times:
                check_writable(book, Box(box.sheet_id, row, row + 1, column, column + 1))
                sheet.put(row, column, entered(book, old, text, InputOption.USER_ENTERED))
                _count(counts, old, (box.sheet_id, row), times)
    book.stale = True
    return counts.shown()


def _count(counts: _Counts, old: Cell, row: tuple[int, int], times: int) -> None:
    if old.formula is None:
        counts.values += 1
    else:
        counts.formulas += 1
    counts.occurrences += times
    counts.rows.add(row)
    counts.sheets.add(row[0])


def _scope(book: Spreadsheet, request: Json) -> list[Box]:
    """The cells to search: exactly one of a range, a tab, or every tab."""
    scopes = [name for name in ("range", "sheetId") if name in request]
    scopes += ["allSheets"] if request.get("allSheets") else []
    if len(scopes) != 1:
        raise RequestError("Exactly one of range, sheetId or allSheets must be specified.")
    if "range" in request:
        return [grid_box(book, request["range"])]
    if "sheetId" in request:
        return [grid_sheet(book, request["sheetId"]).whole]
    return [sheet.whole for sheet in book.sheets]


def _filled(sheet: Sheet, box: Box) -> Iterator[tuple[int, int, Cell]]:
    """The cells of a box in which something was entered, each with its row and column."""
    for row in range(box.row_start, min(box.row_end, len(sheet.rows))):
        for column in range(box.column_start, min(box.column_end, sheet.row(row).width)):
            cell = sheet.cell(row, column)
            if cell.formula is not None or (cell.value is not None and not cell.spilled):
                yield row, column, cell


def _text(book: Spreadsheet, cell: Cell) -> str:
    """What is searched: a formula as it is written, anything else as it is shown."""
    return cell.formula or shown(cell.value, cell.look, book.locale)


def trim_whitespace(book: Spreadsheet, request: Json) -> Json:
    """Trim texts and leave one space where there was more; the result is never read anew."""
    box = grid_box(book, request.get("range", {}))
    check_writable(book, box)
    sheet = book.sheet(box.sheet_id)
    changed = 0
    for row, column, old in _filled(sheet, box):
        if old.formula is not None or not isinstance(old.value, str):
            continue
        text = _WHITESPACE.sub(" ", old.value).strip(" ")
        if text != old.value:
            sheet.put(row, column, replace(old, value=text or None))
            changed += 1
    book.stale = True
    return {"cellsChangedCount": changed}


HANDLERS = {"findReplace": find_replace, "trimWhitespace": trim_whitespace}
