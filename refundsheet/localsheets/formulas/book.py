"""The sheets an evaluation sees: their cells, how far they reach, and where formulas stand."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Protocol

from refundsheet.localsheets.display import CellError
from refundsheet.localsheets.formulas.tokens import name_key

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


class Grid(Protocol):
    """A sheet that tells about itself, for those who would have to copy it to hand it over."""

    @property
    def formulas(self) -> Mapping[tuple[int, int], Formula]:
        """Its formulas by row and column."""
        ...

    @property
    def last_row(self) -> int:
        """The last row in use; 0 for a blank sheet."""
        ...

    @property
    def last_column(self) -> int:
        """The last column in use; 0 for a blank sheet."""
        ...

    def value(self, row: int, column: int) -> Value | Formula:
        """What a cell holds."""
        ...

    def used(
        self, first_row: int, last_row: int, first_column: int, last_column: int
    ) -> Iterable[tuple[int, int, Value | Formula]]:
        """The cells of an area that hold something, those of a column from top to bottom."""
        ...


class _MappedGrid:
    """A grid over a mapping."""

    def __init__(self, cells: SheetCells) -> None:
        self._cells = cells
        self.formulas = {key: cell for key, cell in cells.items() if isinstance(cell, Formula)}
        self.last_row = max(cells, default=(0, 0))[0]
        self.last_column = max(map(itemgetter(1), cells), default=0)

    def value(self, row: int, column: int) -> Value | Formula:
        return self._cells.get((row, column))

    def used(
        self, first_row: int, last_row: int, first_column: int, last_column: int
    ) -> Iterator[tuple[int, int, Value | Formula]]:
        get = self._cells.get
        for column in range(first_column, last_column + 1):
            for row in range(first_row, last_row + 1):
                cell = get((row, column))
                if cell is not None:
                    yield row, column, cell


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

    def __init__(self, sheets: Mapping[str, SheetCells | Grid], names: Mapping[str, str]) -> None:
        """Look through the sheets once, for their formulas and their used rows and columns."""
        self.names = {name_key(name): text for name, text in names.items()}
        self.sheets: dict[str, Grid] = {
            title: _MappedGrid(cells) if isinstance(cells, Mapping) else cells
            for title, cells in sheets.items()
        }
        self._titles = {title.casefold(): title for title in sheets}
        grids = self.sheets.values()
        #: The last row and column in use on any sheet: open ranges end there.
        self.last_row = max((grid.last_row for grid in grids), default=0)
        self.last_column = max((grid.last_column for grid in grids), default=0)

    def title(self, wanted: str) -> str | None:
        """A sheet's title as it is spelled; None without such a sheet."""
        return self._titles.get(wanted.casefold())

    def whole(self, sheet: str) -> Area:
        """All used cells of a sheet."""
        return Area(sheet, 0, self.last_row, 0, self.last_column)

    def value(self, sheet: str, row: int, column: int) -> Value | Formula:
        """What a cell holds."""
        return self.sheets[sheet].value(row, column)

    def used(self, area: Area) -> Iterable[tuple[int, int, Value | Formula]]:
        """The cells of an area that hold something."""
        grid = self.sheets[area.sheet]
        return grid.used(
            area.first_row,
            min(area.last_row, grid.last_row),
            area.first_column,
            min(area.last_column, grid.last_column),
        )

    def has_formula_in(self, area: Area) -> bool:
        """Whether a formula stands in an area."""
        return any(
            area.first_row <= row <= area.last_row
            and area.first_column <= column <= area.last_column
            for row, column in self.sheets[area.sheet].formulas
        )
