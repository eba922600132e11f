"""The sheets an evaluation sees: their cells, how far they reach, and where formulas stand."""

from collections.abc import Mapping
from dataclasses import dataclass
from operator import itemgetter

from refundsheet.localsheets.display import CellError

#: What a cell holds, or what a formula came to.
Value = str | float | bool | CellError | None


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell's formula."""

    #: With its leading `=`.
    text: str
    #: What it came to when it was last evaluated; used where it calls what is not known here.
    last: Value = None


#: The cells of a sheet by zero-based row and column.
SheetCells = Mapping[tuple[int, int], Value | Formula]


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of a sheet; both ends belong to it."""

    sheet: str
    first_row: int
    last_row: int
    first_column: int
    last_column: int


class Book:
    """All sheets of an evaluation."""

    def __init__(self, sheets: Mapping[str, SheetCells], names: Mapping[str, str]) -> None:
        """Look through the sheets once, for their formulas and their used rows and columns."""
        self.sheets = sheets
        self.names = {name.casefold(): text for name, text in names.items()}
        self.formulas: dict[str, dict[tuple[int, int], Formula]] = {}
        self._titles = {title.casefold(): title for title in sheets}
        self.last_row = self.last_column = 0
        for title, cells in sheets.items():
            self.formulas[title] = {
                key: cell for key, cell in cells.items() if isinstance(cell, Formula)
            }
            self.last_row = max(self.last_row, max(cells, default=(0, 0))[0])
            self.last_column = max(self.last_column, max(map(itemgetter(1), cells), default=0))

    def title(self, wanted: str) -> str | None:
        """A sheet's title as it is spelled; None without such a sheet."""
        return self._titles.get(wanted.casefold())

    def whole(self, sheet: str) -> Area:
        """All used cells of a sheet."""
        return Area(sheet, 0, self.last_row, 0, self.last_column)

    def value(self, sheet: str, row: int, column: int) -> Value | Formula:
        """What a cell holds."""
        return self.sheets[sheet].get((row, column))

    def has_formula_in(self, area: Area) -> bool:
        """Whether a formula stands in an area."""
        return any(
            area.first_row <= row <= area.last_row
            and area.first_column <= column <= area.last_column
            for row, column in self.formulas[area.sheet]
        )
