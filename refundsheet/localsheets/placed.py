"""Formulas that hold for many cells: written for one, read at another as a copy would read there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from refundsheet.localsheets import references
from refundsheet.localsheets.a1 import Box
from refundsheet.localsheets.formulas.book import Formula, Grid
from refundsheet.localsheets.formulas.evaluation import Key, evaluate
from refundsheet.localsheets.formulas.tokens import End, Kind, Reference, Token, tokens_of
from refundsheet.localsheets.rows import Value
from refundsheet.localsheets.sheet import Sheet
from refundsheet.localsheets.sheet_grid import SheetGrid
from refundsheet.localsheets.workbook import Spreadsheet

#: Functions that tell cells apart although no reference does.
_BY_PLACE = frozenset({"ROW", "COLUMN", "INDIRECT", "OFFSET", "CELL"})
_MARK = "\N{SECTION SIGN}rule"


@dataclass(frozen=True, slots=True)
class Placed:
    """A formula, the cell it is written for, and the cells it is wanted for."""

    text: str
    row: int
    column: int
    box: Box


class Results:
    """What placed formulas of one tab come to, all evaluated at once."""

    def __init__(self, book: Spreadsheet, sheet: Sheet, wanted: Sequence[Placed]) -> None:
        """Evaluate each formula once a cell, or once a row or column where that is the same."""
        self._wanted = wanted
        self._varies = [_varies(each.text) for each in wanted]
        self._titles = [f"{_free_mark(book)}{number}" for number in range(len(wanted))]
        self._values = self._evaluated(book, sheet) if wanted else {}

    def _evaluated(self, book: Spreadsheet, sheet: Sheet) -> Mapping[Key, Value]:
        """Each formula on a tab of its own, at the places of the cells, beside the book's tabs."""
        grids: dict[str, Grid | dict[tuple[int, int], Value | Formula]] = {
            each.title: SheetGrid(each, with_formulas=False) for each in book.sheets
        }
        for number, title in enumerate(self._titles):
            grids[title] = self._cells(number, sheet)
        found = evaluate(grids, now=book.local_now, locale=book.locale, names=book.named_texts())
        return found.values

    def _cells(self, number: int, sheet: Sheet) -> dict[tuple[int, int], Value | Formula]:
        placed, (by_row, by_column) = self._wanted[number], self._varies[number]
        text, box = _on_tab(placed.text, sheet.title), placed.box
        rows = range(box.row_start, box.row_end) if by_row else (placed.row,)
        columns = range(box.column_start, box.column_end) if by_column else (placed.column,)
        return {
            (row, column): Formula(references.shift(text, row - placed.row, column - placed.column))
            for row in rows
            for column in columns
        }

    def at(self, number: int, row: int, column: int) -> Value:
        """What the formula of that number comes to in a cell."""
        placed, (by_row, by_column) = self._wanted[number], self._varies[number]
        place = (row if by_row else placed.row, column if by_column else placed.column)
        return self._values.get((self._titles[number], *place))


def _free_mark(book: Spreadsheet) -> str:
    """What no title of the book begins with."""
    mark = _MARK
    while any(sheet.title.startswith(mark) for sheet in book.sheets):
        mark += _MARK
    return mark


def _on_tab(text: str, title: str) -> str:
    """The formula with its references naming the tab they mean."""
    return "".join(
        token.text
        if token.reference is None or token.reference.sheet is not None
        else token.reference.on(title).text
        for token in tokens_of(text)
    )


def _varies(text: str) -> tuple[bool, bool]:
    """Whether a formula may come to something else from row to row, from column to column."""
    by_row = by_column = False
    inside: list[bool] = []
    before: Token | None = None
    for token in tokens_of(text):
        if token.kind is Kind.OPEN:
            called = before is not None and before.kind is Kind.FUNCTION
            inside.append(called or any(inside))
        elif token.kind is Kind.CLOSE and inside:
            inside.pop()
        if token.text.upper() in _BY_PLACE or _meets(token.reference, in_call=any(inside)):
            return True, True
        for end in _ends(token.reference):
            by_row |= end.row is not None and not end.row_fixed
            by_column |= end.column is not None and not end.column_fixed
        before = token if token.kind is not Kind.SPACE else before
    return by_row, by_column


def _meets(reference: Reference | None, *, in_call: bool) -> bool:
    """Whether a reference is a range outside functions: the one cell that meets the formula's place."""
    return reference is not None and reference.last is not None and not in_call


def _ends(reference: Reference | None) -> tuple[End, ...]:
    return () if reference is None else (reference.first, reference.last or reference.first)
