"""The cells of a box as the `values` methods read them: fast, since a log is read again and again."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from itertools import chain, repeat
from typing import Any

from refundsheet.localsheets.a1 import Box
from refundsheet.localsheets.cell_formats import CellFormat
from refundsheet.localsheets.display import NumberFormat, display
from refundsheet.localsheets.intervals import ROWS
from refundsheet.localsheets.rows import Row, Value
from refundsheet.localsheets.sheet import Sheet

_TIME_FAMILY = frozenset({"DATE", "TIME", "DATE_TIME"})
Formats = tuple[CellFormat | None, ...]
_MOST_TEXTS = 65_536


class Render(Enum):
    """Google's valueRenderOption."""

    FORMATTED_VALUE = "FORMATTED_VALUE"
    UNFORMATTED_VALUE = "UNFORMATTED_VALUE"
    FORMULA = "FORMULA"


@dataclass(frozen=True, slots=True)
class Rendering:
    """How a read wants its values."""

    render: Render = Render.FORMATTED_VALUE
    #: Dates as their serial number; else as the text they show.
    serial_dates: bool = True
    major: str = ROWS


def matrix(sheet: Sheet, box: Box, how: Rendering, locale: str) -> list[list[Any]]:
    """The cells of a box by rows, trailing blanks cut off. Only for reading: rows may be the sheet's."""
    start, end = box.column_start, box.column_end
    formulas = how.render is Render.FORMULA
    sources = sheet.rows[box.row_start : box.row_end]
    rows: list[list[Any]] = []
    for row in sources:
        cells = row.values
        if start or len(cells) > end:
            cells = cells[start:end]
        if formulas and row.more:
            cells = _with_formulas(row, cells, box)
        if cells and cells[-1] is None:
            cells = _trimmed(cells)
        rows.append(cells)
    while rows and not rows[-1]:
        rows.pop()
    if how.render is Render.FORMATTED_VALUE:
        return _shown(rows, _formats(sources, start), locale)
    if not how.serial_dates:
        return _with_shown_dates(rows, _formats(sources, start), locale)
    return [
        ["" if cell is None else cell for cell in cells] if None in cells else cells
        for cells in rows
    ]


def _formats(rows: list[Row], start: int) -> list[Formats]:
    looks = (row.looks if row.more else row.formats for row in rows)
    return [found[start:] if start else found for found in looks]


def transposed(rows: list[list[Any]]) -> list[list[Any]]:
    """The same cells by columns, trailing blanks cut off."""
    width = max(map(len, rows), default=0)
    columns = [[row[place] if place < len(row) else "" for row in rows] for place in range(width)]
    for column in columns:
        while column and column[-1] == "":
            column.pop()
    return columns


def _trimmed(cells: list[Any]) -> list[Any]:
    end = len(cells)
    while end and cells[end - 1] is None:
        end -= 1
    return cells[:end]


def _with_formulas(row: Row, cells: list[Any], box: Box) -> list[Any]:
    """Formulas in place of what they show; one may show nothing at all."""
    found = [row.formula(column) for column in range(box.column_start, box.column_end)]
    cells = cells + [None] * (len(found) - len(cells))
    return [
        cell if formula is None else formula for cell, formula in zip(cells, found, strict=True)
    ]


class _Texts(dict[Value, str]):
    """What values of one type show under one number format, worked out when first met.

    Of one type: 1 and TRUE are equal in Python.
    """

    __slots__ = ("_format", "_locale")

    def __init__(self, number_format: NumberFormat | None, _kind: type, locale: str) -> None:
        super().__init__()
        self._format, self._locale = number_format, locale

    def __missing__(self, value: Value) -> str:
        if len(self) >= _MOST_TEXTS:
            self.clear()
        text = self[value] = display(value, self._format, locale=self._locale)
        return text


#: Places of a row, each with the table that tells what its cell shows.
_Plan = list[tuple[int, _Texts]]
_texts = lru_cache(maxsize=1024)(_Texts)


def _shown(rows: list[list[Any]], formats: list[Formats], locale: str) -> list[list[Any]]:
    """Rows as the texts they show.

    What is to be done with a row is worked out once for all rows of the same formats and types.
    """
    plans: dict[tuple[Any, ...], _Plan] = {}
    texts: list[list[Any]] = []
    for cells, look in zip(rows, formats, strict=False):
        kinds = (look, *map(type, cells))
        plan = plans.get(kinds)
        if plan is None:
            plan = plans[kinds] = _plan(look, kinds[1:], locale)
        if plan:
            cells = cells.copy()  # noqa: PLW2901 (the row as it will be shown)
            for place, table in plan:
                cells[place] = table[cells[place]]
        texts.append(cells)
    return texts


def _plan(look: Formats, kinds: tuple[type, ...], locale: str) -> _Plan:
    """The cells of a row that do not simply show the text they hold."""
    found = [look[place] if place < len(look) else None for place in range(len(kinds))]
    formats = [each.number_format if each else None for each in found]
    return [
        (place, _texts(number_format, kind, locale))
        for place, (number_format, kind) in enumerate(zip(formats, kinds, strict=True))
        if kind is not str or (number_format and "@" in number_format.pattern)
    ]


def _with_shown_dates(
    rows: list[list[Any]], formats: list[Formats], locale: str
) -> list[list[Any]]:
    """Rows with dates and times as the texts they show, all else as it is."""

    def shown(cell: Any, look: CellFormat | None) -> Any:
        found = look.number_format if look else None
        if cell is None:
            return ""
        if found is None or found.type not in _TIME_FAMILY or isinstance(cell, str):
            return cell
        return display(cell, found, locale=locale)

    return [
        list(map(shown, cells, chain(looks, repeat(None))))
        for cells, looks in zip(rows, formats, strict=False)
    ]


__all__ = ["Render", "Rendering", "matrix", "transposed"]
