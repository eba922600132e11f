"""How a run of cells goes on: numbers and dates by their step, names in order, texts by their end."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeGuard

from refundsheet.localsheets import schema
from refundsheet.localsheets.locales import locale_named
from refundsheet.localsheets.rows import Cell, Value

#: What a cell so many places after the last one of the run shows.
Series = Callable[[int], Value]
_NUMBERED = re.compile(r"(.*?)(\d{1,15})\Z", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Run:
    """The source cells in the direction of filling."""

    cells: Sequence[Cell]
    locale: str
    #: Filling upwards or to the left: a single date or number counts down.
    backwards: bool
    #: The other of two ways: a single value counts on, several are repeated.
    alternate: bool

    def filled(self, place: int) -> Cell:
        """The cell `place` steps (from 1) after the run; its formula is not shifted yet."""
        source = self.cells[(place - 1) % len(self.cells)]
        series = None if source.formula is not None else self._series()
        if series is None:
            return source
        return source.with_content(series(place))

    def _series(self) -> Series | None:
        """How the values go on; None where they are just repeated."""
        if any(cell.formula is not None for cell in self.cells):
            return None
        values = [cell.value for cell in self.cells]
        numbers = [float(value) for value in values if _is_number(value)]
        if len(numbers) == len(values):
            return self._numbers(numbers)
        texts = [value for value in values if isinstance(value, str)]
        if len(texts) < len(values):
            return None
        return self._names(texts) or self._numbered(texts)

    def _numbers(self, numbers: list[float]) -> Series | None:
        dated = all(_is_date(cell) for cell in self.cells)
        single = len(numbers) == 1
        if self.alternate != (single and not dated):
            return None
        step = self._single_step if single else _slope(numbers)
        last = numbers[-1] if single or _even(numbers) else _fitted_end(numbers, step)
        return lambda place: schema.plain_number(round(last + step * place, 9))

    @property
    def _single_step(self) -> int:
        return -1 if self.backwards else 1

    def _numbered(self, texts: list[str]) -> Series | None:
        """`Item 1`: the number at the end counts on; its zeros in front are kept."""
        matches = [_NUMBERED.match(text) for text in texts]
        found = [match for match in matches if match]
        if self.alternate or len(found) < len(texts) or len({match[1] for match in found}) > 1:
            return None
        numbers = [int(match[2]) for match in found]
        step = self._single_step if len(numbers) == 1 else numbers[-1] - numbers[-2]
        width, head = len(found[-1][2]), found[-1][1]
        if len(numbers) > 1 and not _even([float(number) for number in numbers]):
            return None
        return lambda place: f"{head}{abs(numbers[-1] + step * place):0{width}d}"

    def _names(self, texts: list[str]) -> Series | None:
        """Days and months of the locale, and English ones, go on in their order."""
        if self.alternate:
            return None
        for names in _lists(self.locale):
            places = [_place(names, text) for text in texts]
            if None in places:
                continue
            known = [place for place in places if place is not None]
            step = self._single_step if len(known) == 1 else known[-1] - known[-2]
            start = known[-1]
            return lambda place, names=names: names[(start + step * place) % len(names)]
        return None


def _lists(locale: str) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for code in (locale, "en_US"):
        words = locale_named(code).words
        found += [words.days, words.short_days, words.months, words.short_months]
    return found


def _place(names: tuple[str, ...], text: str) -> int | None:
    return names.index(text) if text in names else None


def _is_number(value: Value) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_date(cell: Cell) -> bool:
    number = cell.format.number_format if cell.format else None
    return number is not None and number.type in {"DATE", "DATE_TIME"}


def _even(numbers: list[float]) -> bool:
    steps = {round(after - before, 9) for before, after in pairwise(numbers)}
    return len(steps) <= 1


def _slope(numbers: list[float]) -> float:
    """The step of the straight line nearest to the numbers."""
    if _even(numbers):
        return numbers[1] - numbers[0]
    middle, mean = (len(numbers) - 1) / 2, sum(numbers) / len(numbers)
    over = sum((place - middle) * (number - mean) for place, number in enumerate(numbers))
    return over / sum((place - middle) ** 2 for place in range(len(numbers)))


def _fitted_end(numbers: list[float], step: float) -> float:
    """Where the nearest straight line stands at the last number."""
    return sum(numbers) / len(numbers) + step * (len(numbers) - 1) / 2
