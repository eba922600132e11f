"""A tab as formulas read it: in place, without a copy of its cells."""

from __future__ import annotations

from collections.abc import Iterator

from refundsheet.localsheets.formulas.book import Formula
from refundsheet.localsheets.rows import Value
from refundsheet.localsheets.sheet import Sheet


class SheetGrid:
    """A tab behind the `Grid` protocol of the formulas."""

    def __init__(self, sheet: Sheet, *, with_formulas: bool = True) -> None:
        """Look through the rows once, for formulas and for how far the cells reach.

        Without its formulas a tab is what they came to last.
        """
        self._rows = sheet.rows
        self.formulas: dict[tuple[int, int], Formula] = {}
        self.last_row = max(sheet.values_end() - 1, 0)
        self.last_column = max(max((len(row.values) for row in sheet.rows), default=0) - 1, 0)
        for index, row in enumerate(sheet.rows if with_formulas else ()):
            for column, extra in (row.more or {}).items():
                if extra.formula is not None:
                    self.formulas[index, column] = Formula(extra.formula, row.value(column))
                    self.last_row = max(self.last_row, index)
                    self.last_column = max(self.last_column, column)

    def value(self, row: int, column: int) -> Value | Formula:
        """What a cell holds."""
        formula = self.formulas.get((row, column))
        if formula is not None:
            return formula
        return self._rows[row].value(column) if row < len(self._rows) else None

    def used(
        self, first_row: int, last_row: int, first_column: int, last_column: int
    ) -> Iterator[tuple[int, int, Value | Formula]]:
        """The cells of an area that hold something, those of a column from top to bottom."""
        rows = self._rows[first_row : last_row + 1]
        for column in range(first_column, last_column + 1):
            for index, row in enumerate(rows, start=first_row):
                values = row.values
                value = values[column] if column < len(values) else None
                if row.more and (index, column) in self.formulas:
                    yield index, column, self.formulas[index, column]
                elif value is not None:
                    yield index, column, value
