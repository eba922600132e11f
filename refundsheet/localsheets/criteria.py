"""FilterCriteria: whether a filter shows a cell, by what it shows, a condition or a colour."""

from __future__ import annotations

from dataclasses import dataclass

from refundsheet.localsheets.cell_formats import CellFormat
from refundsheet.localsheets.conditions import Condition
from refundsheet.localsheets.rows import Cell
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.shown import shown

_WHITE: Json = {"red": 1, "green": 1, "blue": 1}
_CHANNELS = ("red", "green", "blue")


@dataclass(frozen=True, slots=True)
class Criteria:
    """What a column of a filter lets through."""

    locale: str
    hidden: frozenset[str] = frozenset()
    condition: Condition | None = None
    background: Json | None = None
    foreground: Json | None = None

    def lets_through(self, cell: Cell, row: int, column: int) -> bool:
        """Whether a row with this cell is shown."""
        text = "" if cell.value is None else shown(cell.value, cell.look, self.locale)
        return (
            text not in self.hidden
            and (self.condition is None or self.condition.holds(cell, row, column))
            and _has(cell.format, self.background, "backgroundColor", _WHITE)
            and _has(cell.format, self.foreground, "foregroundColor", {})
        )


def criteria_from(body: Json, locale: str, condition: Condition | None) -> Criteria:
    """The criteria of one column."""
    return Criteria(
        locale=locale,
        hidden=frozenset(body.get("hiddenValues", ())),
        condition=condition,
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
