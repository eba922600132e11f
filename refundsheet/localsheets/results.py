"""The results of formulas put into their cells: values, links, and how a number is shown."""

from __future__ import annotations

from dataclasses import replace

from refundsheet.localsheets import schema
from refundsheet.localsheets.automatic import Automatic
from refundsheet.localsheets.formulas.evaluation import Evaluation
from refundsheet.localsheets.locales import locale_named
from refundsheet.localsheets.rows import AUTOMATIC, Value
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.sheet import Sheet

#: What a result leaves in a cell's `other`.
_RESULTS = frozenset({"hyperlink", AUTOMATIC})


def show_results(sheets: list[Sheet], found: Evaluation, locale: str) -> None:
    """Put what all formulas came to into their cells."""
    by_title = {sheet.title: sheet for sheet in sheets}
    automatic = Automatic(sheets, decimal_comma=locale_named(locale).decimal == ",")
    automatic.learn([(by_title[title], row, column) for title, row, column in found.values])
    for (title, row, column), value in found.values.items():
        sheet = by_title[title]
        link = found.links.get((title, row, column))
        more: Json = {"hyperlink": link} if link else {}
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            number = automatic.of(sheet, row, column)
            look = sheet.row(row).format(column)
            if number and not (look and look.number_format):
                more[AUTOMATIC] = {"type": number.type, "pattern": number.pattern}
        _show_result(sheet, (row, column), value, more)


def _show_result(sheet: Sheet, place: tuple[int, int], value: Value, more: Json) -> None:
    """A formula's result in its cell; or in a blank cell it spread into."""
    cell = sheet.cell(*place)
    if isinstance(value, float):
        value = schema.plain_number(value)
    other = {name: kept for name, kept in (cell.other or {}).items() if name not in _RESULTS} | more
    if cell.formula is None:
        sheet.put(*place, replace(cell, value=value, other=other or None, spilled=True))
    elif (cell.other or {}) != other:
        sheet.put(*place, replace(cell, value=value, other=other or None))
    elif cell.value != value or type(cell.value) is not type(value):
        sheet.own(place[0]).put_value(place[1], value)


def clear_spilled(sheet: Sheet) -> None:
    """Take away what array formulas spread into other cells."""
    for index, row in enumerate(sheet.rows):
        for column, extra in list((row.more or {}).items()):
            if extra.spilled:
                sheet.put(index, column, sheet.cell(index, column).with_content(None))
