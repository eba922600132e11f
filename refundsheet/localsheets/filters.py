"""Which rows a tab's basic filter hides."""

from __future__ import annotations

from refundsheet.localsheets.grid_data import shown
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.sheet import Sheet
from refundsheet.localsheets.workbook import Spreadsheet


def hidden_rows(book: Spreadsheet, sheet: Sheet) -> set[int]:
    """The zero-based rows hidden by `hiddenValues`; a row hidden by hand is not among them."""
    hidden: set[int] = set()
    for body in sheet.objects.get("basicFilter", ()):
        span: Json = body.get("range", {})
        first = span.get("startRowIndex", 0) + 1
        for index in range(first, min(span.get("endRowIndex", sheet.row_count), sheet.row_count)):
            if any(_hides(book, sheet, index, *rule) for rule in _rules(body)):
                hidden.add(index)
    return hidden


def _rules(body: Json) -> list[tuple[int, frozenset[str]]]:
    """(column, hidden texts) from either spelling of the criteria."""
    specs = [(spec.get("columnIndex", 0), spec) for spec in body.get("filterSpecs", [])]
    criteria = [(column, spec.get("filterCriteria", {})) for column, spec in specs]
    criteria += [(int(column), found) for column, found in body.get("criteria", {}).items()]
    return [(column, frozenset(found.get("hiddenValues", []))) for column, found in criteria]


def _hides(book: Spreadsheet, sheet: Sheet, row: int, column: int, texts: frozenset[str]) -> bool:
    cell = sheet.cell(row, column)
    text = "" if cell.value is None else shown(cell.value, cell.format, book.locale)
    return text in texts
