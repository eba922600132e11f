"""FilterCriteria: whether a filter shows a cell, by what it shows, a condition or a colour."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import floor

from refundsheet.localsheets.cell_formats import CellFormat
from refundsheet.localsheets.entry import enter
from refundsheet.localsheets.rows import Cell
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.shown import shown

_FIRST_DAY = date(1899, 12, 30)
_WHITE: Json = {"red": 1, "green": 1, "blue": 1}
_CHANNELS = ("red", "green", "blue")

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
#: Days from today that a relative date means.
_RELATIVE_DAYS = {
    "PAST_YEAR": -365,
    "PAST_MONTH": -30,
    "PAST_WEEK": -7,
    "YESTERDAY": -1,
    "TODAY": 0,
    "TOMORROW": 1,
}


@dataclass(frozen=True, slots=True)
class Criteria:
    """What a column of a filter lets through."""

    locale: str
    today: date
    hidden: frozenset[str] = frozenset()
    condition: Json = field(default_factory=dict[str, object])
    background: Json | None = None
    foreground: Json | None = None

    def lets_through(self, cell: Cell) -> bool:
        """Whether a row with this cell is shown."""
        text = "" if cell.value is None else shown(cell.value, cell.format, self.locale)
        return (
            text not in self.hidden
            and (not self.condition or self._holds(cell, text))
            and _has(cell.format, self.background, "backgroundColor", _WHITE)
            and _has(cell.format, self.foreground, "foregroundColor", {})
        )

    def _holds(self, cell: Cell, text: str) -> bool:
        """Whether the condition holds; a formula is not asked, and hides nothing."""
        kind: str = self.condition["type"]
        wanted: list[Json] = self.condition.get("values", [])
        if kind in {"BLANK", "NOT_BLANK"}:
            return (text == "") == (kind == "BLANK")
        if kind in _TEXTS:
            sought = wanted[0].get("userEnteredValue", "")
            return _TEXTS[kind](text.casefold(), sought.casefold())
        family, _, end = kind.partition("_")
        if end not in _COMPARISONS or family not in {"NUMBER", "DATE"}:
            return True
        found = cell.value
        if isinstance(found, (bool, str)) or not isinstance(found, (int, float)):
            return end == "NOT_EQ"
        numbers = [self._number(value) for value in wanted]
        if None in numbers:
            return end == "NOT_EQ"
        found = floor(found) if family == "DATE" else found
        return _COMPARISONS[end](found, [number for number in numbers if number is not None])

    def _number(self, value: Json) -> float | None:
        """A condition's value as a number: dates as the days they are."""
        if "relativeDate" in value:
            days = _RELATIVE_DAYS.get(value["relativeDate"], 0)
            return (self.today + timedelta(days=days) - _FIRST_DAY).days
        entered = enter(value.get("userEnteredValue", ""), locale=self.locale, today=self.today)
        number = entered.value
        return None if isinstance(number, (bool, str)) or number is None else number


def criteria_from(body: Json, locale: str, today: date) -> Criteria:
    """The criteria of one column."""
    return Criteria(
        locale=locale,
        today=today,
        hidden=frozenset(body.get("hiddenValues", ())),
        condition=body.get("condition", {}),
        background=_colour(body, "visibleBackgroundColor"),
        foreground=_colour(body, "visibleForegroundColor"),
    )


def _colour(body: Json, name: str) -> Json | None:
    style: Json = body.get(f"{name}Style", {})
    return style.get("rgbColor") or body.get(name)


def _has(look: CellFormat | None, wanted: Json | None, name: str, default: Json) -> bool:
    """Whether a cell has a colour; one that was given none has Google's default."""
    if wanted is None:
        return True
    data: Json = look.data if look else {}
    if name == "foregroundColor":
        data = data.get("textFormat", {})
    found: Json = data.get(name, default)
    return all(found.get(channel, 0) == wanted.get(channel, 0) for channel in _CHANNELS)
