"""Colour scales: a cell's fill by where its number lies between the points of a gradient rule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import floor

from refundsheet.localsheets.a1 import Box
from refundsheet.localsheets.conditions import Conditions, Wanted, number_of
from refundsheet.localsheets.rows import Cell
from refundsheet.localsheets.schema import Json, float32
from refundsheet.localsheets.sheet import Sheet

_CHANNELS = ("red", "green", "blue")
#: A colour has 256 steps a channel.
_STEPS = 255


@dataclass(frozen=True, slots=True)
class _Point:
    """A number of the scale and the colour there."""

    number: float
    colour: tuple[float, ...]


class Gradient:
    """A gradient rule over the cells of its ranges."""

    def __init__(
        self, conditions: Conditions, rule: Json, origin: tuple[int, int], areas: list[Box]
    ) -> None:
        """Read the points; `areas` are all cells of the rule, which its ends are taken from."""
        self._conditions = conditions
        self._areas = areas
        self._origin = origin
        here = Box(conditions.sheet.sheet_id, origin[0], origin[0] + 1, origin[1], origin[1] + 1)
        names = ("minpoint", "midpoint", "maxpoint")
        self._asked: list[tuple[Json, Wanted]] = [
            (rule[name], conditions.value(rule[name].get("value", ""), origin, here))
            for name in names
            if name in rule
        ]

    def look(self, cell: Cell, _row: int, _column: int) -> Json:
        """The fill of a cell; none where there is no number or no scale."""
        number = number_of(cell.value)
        if number is None or self._points is None:
            return {}
        colour = _between(self._points, number)
        shown = {
            name: float32(floor(value * _STEPS + 0.5) / _STEPS)
            for name, value in zip(_CHANNELS, colour, strict=True)
            if floor(value * _STEPS + 0.5)
        }
        return {"backgroundColor": shown, "backgroundColorStyle": {"rgbColor": shown}}

    @cached_property
    def _points(self) -> list[_Point] | None:
        """The points in their order; None where one of them is nowhere."""
        numbers = sorted(_numbers(self._conditions.sheet, self._areas))
        points: list[_Point] = []
        for body, wanted in self._asked:
            value = number_of(self._conditions.value_at(wanted, *self._origin))
            number = _place(body["type"], value, numbers)
            if number is None:
                return None
            colour: Json = body.get("color", {})
            points.append(_Point(number, tuple(colour.get(name, 0.0) for name in _CHANNELS)))
        return points


def _numbers(sheet: Sheet, areas: list[Box]) -> Iterator[float]:
    for area in areas:
        for row in sheet.rows[area.row_start : area.row_end]:
            for value in row.values[area.column_start : area.column_end]:
                number = number_of(value)
                if number is not None:
                    yield number


def _place(kind: str, value: float | None, numbers: list[float]) -> float | None:
    """Where a point lies on the scale, as Google's reference gives it for each kind."""
    if kind == "NUMBER":
        return value
    if not numbers:
        return None
    low, high = numbers[0], numbers[-1]
    if kind in {"MIN", "MAX"}:
        return low if kind == "MIN" else high
    if value is None:
        return None
    if kind == "PERCENT":
        return high * value / 100 + low * (1 - value / 100)
    return _percentile(numbers, min(max(value / 100, 0.0), 1.0))


def _percentile(numbers: list[float], share: float) -> float:
    """PERCENTILE of sorted numbers: between two of them in proportion."""
    place = share * (len(numbers) - 1)
    below = floor(place)
    above = min(below + 1, len(numbers) - 1)
    return numbers[below] + (numbers[above] - numbers[below]) * (place - below)


def _between(points: list[_Point], number: float) -> tuple[float, ...]:
    """The colour of a number; before the first and after the last point that point's own."""
    below = points[0]
    if number <= below.number:
        return below.colour
    for above in points[1:]:
        if number < above.number:
            share = (number - below.number) / (above.number - below.number)
            pairs = zip(below.colour, above.colour, strict=True)
            return tuple(one + (other - one) * share for one, other in pairs)
        below = above
    return below.colour
