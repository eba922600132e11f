"""Exact look-ups in long columns, answered from an index because the engine walks the column each time."""

from dataclasses import replace

from refundsheet.localsheets.display import CellError
from refundsheet.localsheets.formulas.book import Area, Book, Formula, Value

#: Signs that make a text a pattern, which only the engine knows how to match.
WILDCARDS = frozenset("*?~")


class Lookups:
    """Where each value of a column stands first."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._indexes: dict[Area, dict[object, int] | None] = {}

    def offset(self, wanted: Value, area: Area) -> int | None:
        """How far below the area's top its first column holds the value; None where it does not."""
        index = self._index(area)
        return None if index is None else index.get(_key(wanted))

    def answers(self, wanted: Value, area: Area) -> bool:
        """Whether the index can tell: the value is plain, and so is all of the column."""
        if wanted is None or isinstance(wanted, CellError):
            return False
        if isinstance(wanted, str) and not WILDCARDS.isdisjoint(wanted):
            return False
        return self._index(area) is not None

    def _index(self, area: Area) -> dict[object, int] | None:
        column = replace(area, last_column=area.first_column)
        if column not in self._indexes:
            self._indexes[column] = self._built(column)
        return self._indexes[column]

    def _built(self, column: Area) -> dict[object, int] | None:
        if self._book.has_formula_in(column):
            return None
        index: dict[object, int] = {}
        for row, _, value in self._book.used(column):
            if not isinstance(value, Formula):
                index.setdefault(_key(value), row - column.first_row)
        return index


def _key(value: Value) -> object:
    """What Google compares: texts ignoring case, and 1 is not TRUE."""
    match value:
        case bool():
            return ("truth", value)
        case str():
            return ("text", value.casefold())
        case _:
            return value
