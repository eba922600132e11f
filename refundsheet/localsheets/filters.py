"""Which rows a tab's basic filter hides."""

from __future__ import annotations

from refundsheet.localsheets.a1 import Box
from refundsheet.localsheets.conditions import Conditions
from refundsheet.localsheets.criteria import Criteria, criteria_from
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.sheet import Sheet
from refundsheet.localsheets.workbook import Spreadsheet


def hidden_rows(book: Spreadsheet, sheet: Sheet, among: range | None = None) -> set[int]:
    """The zero-based rows the basic filter hides; a row hidden by hand is not among them.

    Worked out from what the cells hold now, as if the filter were applied anew after each change.
    """
    hidden: set[int] = set()
    for body in sheet.objects.get("basicFilter", ()):
        span: Json = body.get("range", {})
        first = span.get("startRowIndex", 0) + 1
        end = min(span.get("endRowIndex", sheet.row_count), sheet.row_count)
        rows = range(first, end) if among is None else _overlap(range(first, end), among)
        rules = _rules(book, sheet, body, rows)
        hidden.update(row for row in rows if rules and not _is_shown(sheet, row, rules))
    return hidden


def _overlap(one: range, other: range) -> range:
    return range(max(one.start, other.start), min(one.stop, other.stop))


def _is_shown(sheet: Sheet, row: int, rules: list[tuple[int, Criteria]]) -> bool:
    return all(
        criteria.lets_through(sheet.cell(row, column), row, column) for column, criteria in rules
    )


def _rules(book: Spreadsheet, sheet: Sheet, body: Json, rows: range) -> list[tuple[int, Criteria]]:
    """The criteria by column, from either spelling."""
    found = {int(column): criteria for column, criteria in body.get("criteria", {}).items()}
    for spec in body.get("filterSpecs", []):
        found[spec.get("columnIndex", 0)] = spec.get("filterCriteria", {})
    first: int = body.get("range", {}).get("startRowIndex", 0) + 1
    conditions = Conditions(book, sheet)
    return [
        (column, _criteria(conditions, each, first, column, rows)) for column, each in found.items()
    ]


def _criteria(conditions: Conditions, body: Json, first: int, column: int, rows: range) -> Criteria:
    """The criteria of one column; a formula is written for the first row below the header."""
    condition = None
    if "condition" in body:
        box = Box(conditions.sheet.sheet_id, rows.start, rows.stop, column, column + 1)
        condition = conditions.read(body["condition"], (first, column), box)
    return criteria_from(body, conditions.locale, condition)
