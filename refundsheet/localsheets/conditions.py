"""BooleanConditions: whether one holds for a cell, in a conditional format or in a filter."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from math import floor

from refundsheet.localsheets.a1 import Box
from refundsheet.localsheets.display import CellError, display
from refundsheet.localsheets.entry import enter
from refundsheet.localsheets.placed import Placed, Results
from refundsheet.localsheets.rows import Cell, Value
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.sheet import Sheet
from refundsheet.localsheets.shown import shown
from refundsheet.localsheets.workbook import Spreadsheet

_FIRST_DAY = date(1899, 12, 30)

Compare = Callable[[float, list[float]], bool]
#: Number and date conditions by the end of their name.
_COMPARISONS: dict[str, Compare] = {
    "GREATER": lambda found, wanted: found > wanted[0],
    "GREATER_THAN_EQ": lambda found, wanted: found >= wanted[0],
    "LESS": lambda found, wanted: found < wanted[0],
    "LESS_THAN_EQ": lambda found, wanted: found <= wanted[0],
    "EQ": lambda found, wanted: found in wanted,
    "NOT_EQ": lambda found, wanted: found not in wanted,
    "BETWEEN": lambda found, wanted: min(wanted) <= found <= max(wanted),
    "NOT_BETWEEN": lambda found, wanted: not min(wanted) <= found <= max(wanted),
    "BEFORE": lambda found, wanted: found < wanted[0],
    "AFTER": lambda found, wanted: found > wanted[0],
    "ON_OR_BEFORE": lambda found, wanted: found <= wanted[0],
    "ON_OR_AFTER": lambda found, wanted: found >= wanted[0],
}
#: Text conditions, of what is shown and wanted in small letters.
_TEXTS: dict[str, Callable[[str, str], bool]] = {
    "TEXT_CONTAINS": lambda found, wanted: wanted in found,
    "TEXT_NOT_CONTAINS": lambda found, wanted: wanted not in found,
    "TEXT_STARTS_WITH": lambda found, wanted: found.startswith(wanted),
    "TEXT_ENDS_WITH": lambda found, wanted: found.endswith(wanted),
    "TEXT_EQ": lambda found, wanted: found == wanted,
    "TEXT_NOT_EQ": lambda found, wanted: found != wanted,
}
_BLANKS = frozenset({"BLANK", "NOT_BLANK"})


class Conditions:
    """The conditions of one tab, read one after the other; their formulas are evaluated together."""

    def __init__(self, book: Spreadsheet, sheet: Sheet) -> None:
        self._book = book
        self.sheet = sheet
        self._placed: list[Placed] = []
        self.locale = book.locale
        self.today = book.local_now.date()

    def read(self, body: Json, origin: tuple[int, int], box: Box) -> Condition:
        """A condition to be asked of the cells of a box; its formulas are written for `origin`."""
        values: list[Json] = body.get("values", [])
        wanted = tuple(self._wanted(value, origin, box) for value in values)
        return Condition(body["type"], wanted, self)

    def _wanted(self, body: Json, origin: tuple[int, int], box: Box) -> Wanted:
        if "relativeDate" in body:
            return Wanted((relative_day(body["relativeDate"], self.today) - _FIRST_DAY).days)
        return self.value(body.get("userEnteredValue", ""), origin, box)

    def value(self, text: str, origin: tuple[int, int], box: Box) -> Wanted:
        """What a text written for `origin` means for the cells of a box, as if typed there."""
        typed = enter(text, locale=self.locale, today=self.today)
        if typed.formula is None:
            return Wanted(typed.value, text)
        self._placed.append(Placed(typed.formula, *origin, box))
        return Wanted(formula=len(self._placed) - 1)

    @cached_property
    def _results(self) -> Results:
        """Made when the first cell asks: all conditions have been read by then."""
        self._book.calculate()
        return Results(self._book, self.sheet, self._placed)

    def value_at(self, wanted: Wanted, row: int, column: int) -> Value:
        """What a condition's value is for a cell."""
        if wanted.formula is None:
            return wanted.value
        return self._results.at(wanted.formula, row, column)

    def text_at(self, wanted: Wanted, row: int, column: int) -> str:
        """The text as it was written; of a formula, as its result is shown."""
        if wanted.formula is None:
            return wanted.text
        return display(self.value_at(wanted, row, column), None, locale=self.locale)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One value of a condition: what it is and how it was written, or the number of a formula."""

    value: Value = None
    text: str = ""
    formula: int | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """A BooleanCondition, asked of cells."""

    kind: str
    wanted: tuple[Wanted, ...]
    among: Conditions

    def holds(self, cell: Cell, row: int, column: int) -> bool:
        """Whether it holds for a cell; a kind that only validation has holds for every cell."""
        if self.kind == "CUSTOM_FORMULA":
            return _is_true(self.among.value_at(self.wanted[0], row, column))
        text = "" if cell.value is None else shown(cell.value, cell.look, self.among.locale)
        if self.kind in _BLANKS:
            return (text == "") == (self.kind == "BLANK")
        if self.kind in _TEXTS:
            sought = self.among.text_at(self.wanted[0], row, column)
            return _TEXTS[self.kind](text.casefold(), sought.casefold())
        family, _, end = self.kind.partition("_")
        if end not in _COMPARISONS or family not in {"NUMBER", "DATE"}:
            return True
        found = number_of(cell.value)
        wanted = [number_of(self.among.value_at(one, row, column)) for one in self.wanted]
        numbers = [number for number in wanted if number is not None]
        if found is None or len(numbers) < len(wanted):
            return end == "NOT_EQ"
        return _COMPARISONS[end](floor(found) if family == "DATE" else found, numbers)


def relative_day(name: str, today: date) -> date:
    """The day a relative date means: a month or a year before today is the same day of it."""
    match name:
        case "PAST_YEAR":
            return _months_before(today, 12)
        case "PAST_MONTH":
            return _months_before(today, 1)
        case "PAST_WEEK":
            return today - timedelta(days=7)
        case "YESTERDAY":
            return today - timedelta(days=1)
        case "TOMORROW":
            return today + timedelta(days=1)
        case _:
            return today


def _months_before(day: date, months: int) -> date:
    """The same day so many months ago, or the last one of a month too short."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def number_of(value: Value) -> float | None:
    """A value as the number it is; None for anything else."""
    if isinstance(value, (bool, str, CellError)) or value is None:
        return None
    return value


def _is_true(value: Value) -> bool:
    """Whether a custom formula came to TRUE; numbers but 0 count as true."""
    return not isinstance(value, (str, CellError)) and bool(value)
