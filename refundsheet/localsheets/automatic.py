"""How a formula's result is shown where its cell has no number format of its own."""

from __future__ import annotations

from refundsheet.localsheets.display import NumberFormat
from refundsheet.localsheets.formulas.results import First, Given, Joined, Like, Result, result_of
from refundsheet.localsheets.sheet import Sheet

_DAYS = frozenset({"DATE", "DATE_TIME"})
_MONEY = frozenset({"CURRENCY", "PERCENT"})
#: How many formulas that repeat each other are looked through at once.
_DEEPEST = 60


class Automatic:
    """The number formats of one book's formulas, each worked out once."""

    def __init__(self, sheets: list[Sheet], *, decimal_comma: bool) -> None:
        self._titled = {sheet.title.casefold(): sheet for sheet in sheets}
        self._decimal_comma = decimal_comma
        self._known: dict[tuple[int, int, int], NumberFormat | None] = {}
        self._depth = 0
        #: Whether what was asked last leads too deep to be known yet.
        self._lost = False

    def learn(self, places: list[tuple[Sheet, int, int]]) -> None:
        """Work out many: downwards, then up again, so that long chains are short either way."""
        for sheet, row, column in [*places, *reversed(places)]:
            self._lost = False
            self.of(sheet, row, column)

    def of(self, sheet: Sheet, row: int, column: int) -> NumberFormat | None:
        """What a cell's number is shown by: its own format, or its formula's."""
        look = sheet.row(row).format(column)
        if look and look.number_format:
            return look.number_format
        formula = sheet.row(row).formula(column)
        if formula is None:
            return None
        key = (sheet.sheet_id, row, column)
        if key in self._known:
            return self._known[key]
        if self._depth > _DEEPEST:
            self._lost = True
            return None
        self._known[key] = None
        self._depth += 1
        found = self._format(result_of(formula, decimal_comma=self._decimal_comma), sheet)
        self._depth -= 1
        if self._lost:
            del self._known[key]
        else:
            self._known[key] = found
        return found

    def _format(self, found: Result, sheet: Sheet) -> NumberFormat | None:
        if isinstance(found, Given):
            return NumberFormat(found.type, "")
        if isinstance(found, Like):
            title, first = found.reference.sheet, found.reference.first
            there = sheet if title is None else self._titled.get(title.casefold())
            return there and self.of(there, first.row or 0, first.column or 0)
        if isinstance(found, First):
            formats = (self._format(option, sheet) for option in found.options)
            return next(filter(None, formats), None)
        if isinstance(found, Joined):
            left, right = self._format(found.left, sheet), self._format(found.right, sheet)
            return _joined(found.sign, left, right)
        return None


def _joined(
    sign: str, left: NumberFormat | None, right: NumberFormat | None
) -> NumberFormat | None:
    """A date and a number are a date, two dates a number; money times a number is money."""
    types = {found.type for found in (left, right) if found}
    if sign in {"+", "-"}:
        if sign == "-" and left and right and {left.type, right.type} <= _DAYS:
            return None
        return left or right
    if types <= _MONEY and (left is None or right is None or left.type != right.type):
        return next((found for found in (left, right) if found and found.type == "CURRENCY"), None)
    return None
