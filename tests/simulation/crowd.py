"""Chooses what people do, by Hypothesis or by a dice: one list of possibilities for both."""

import random
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from hypothesis import strategies as st

from tests.simulation.people import (
    FIELDS,
    Act,
    Around,
    Beside,
    Clear,
    CopyRow,
    CutRow,
    DeleteRow,
    Extent,
    FillDown,
    InsertColumn,
    InsertRow,
    MeddleWithLastWritten,
    Meddling,
    MoveColumn,
    MoveRow,
    PasteRows,
    RenameHeader,
    RestoreHeaders,
    Sort,
    Type,
    TypeFormula,
    Undo,
    Undoing,
    Where,
)
from tests.simulation.wire import Fault, Moment

_T = TypeVar("_T")

#: Rows and numbers are taken modulo what there is.
_MOST = 11
_STAMPED = ("last_action_at", "approved_at", "resolved_at", "requested_at")


class Dice(Protocol):
    """Something that chooses."""

    def pick(self, choices: Sequence[_T]) -> _T:
        """One of them."""
        ...

    def number(self, most: int) -> int:
        """From 0 to the most."""
        ...


class Drawn:
    """Chooses as Hypothesis wants it."""

    def __init__(self, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
        self._draw = draw

    def pick(self, choices: Sequence[_T]) -> _T:
        return choices[self._draw(st.integers(0, len(choices) - 1))]

    def number(self, most: int) -> int:
        return self._draw(st.integers(0, most))


class Thrown:
    """Chooses by a seed."""

    def __init__(self, seed: int | str) -> None:
        self.random = random.Random(seed)

    def pick(self, choices: Sequence[_T]) -> _T:
        return self.random.choice(choices)

    def number(self, most: int) -> int:
        return self.random.randint(0, most)


def _type_status(dice: Dice) -> Act:
    return Type(dice.number(_MOST), "status", dice.number(_MOST))


def _type(dice: Dice) -> Act:
    return Type(dice.number(_MOST), dice.pick(FIELDS), dice.number(_MOST))


def _type_time(dice: Dice) -> Act:
    return Type(dice.number(_MOST), dice.pick(_STAMPED), dice.number(_MOST))


def _clear(dice: Dice) -> Act:
    return Clear(dice.number(_MOST), dice.pick(FIELDS))


def _sort(dice: Dice) -> Act:
    return Sort(dice.pick(FIELDS), bool(dice.number(1)), dice.pick(tuple(Extent)))


def _copy(dice: Dice) -> Act:
    return CopyRow(dice.number(_MOST), dice.pick(tuple(Where)), dice.pick(tuple(Extent)))


_ROWS: tuple[Callable[[Dice], Act], ...] = (
    _type_status,
    _type_status,
    _type,
    _type_time,
    _clear,
    lambda dice: TypeFormula(dice.number(_MOST), dice.pick(FIELDS[3:])),
    lambda dice: FillDown(dice.number(_MOST), dice.pick(FIELDS)),
    lambda dice: PasteRows(dice.number(_MOST), 1 + dice.number(2), bool(dice.number(1))),
    lambda dice: InsertRow(dice.number(_MOST)),
    lambda dice: DeleteRow(dice.number(_MOST)),
    lambda dice: MoveRow(dice.number(_MOST), dice.number(_MOST)),
    _sort,
    _sort,
    _copy,
    lambda dice: CutRow(dice.number(_MOST)),
    lambda dice: MeddleWithLastWritten(dice.pick(tuple(Meddling)), dice.number(_MOST)),
    lambda dice: Undo(dice.pick(tuple(Undoing))),
)
_COLUMNS: tuple[Callable[[Dice], Act], ...] = (
    lambda dice: RenameHeader(dice.pick(FIELDS), bool(dice.number(1))),
    lambda dice: RestoreHeaders(),
    lambda dice: RestoreHeaders(),
    lambda dice: InsertColumn(dice.number(_MOST)),
    lambda dice: MoveColumn(dice.number(_MOST), dice.number(_MOST)),
)
_ALWAYS = (Around.LATE_ONES_ARRIVE,)


def an_act(dice: Dice, beside: Sequence[Around] = _ALWAYS) -> Act:
    """Something people do: mostly in cells and rows, sometimes with columns or beside the log."""
    kind = dice.number(19)
    if kind < 16:
        return dice.pick(_ROWS)(dice)
    if kind < 18:
        return dice.pick(_COLUMNS)(dice)
    return Beside(dice.pick(beside), dice.number(_MOST), dice.pick(FIELDS))


def acts(dice: Dice, most: int, beside: Sequence[Around]) -> tuple[Act, ...]:
    """From none to some of them."""
    return tuple(an_act(dice, beside) for _ in range(dice.number(most)))


def a_moment(dice: Dice, beside: Sequence[Around], *, faults: bool) -> Moment:
    """A request of a pass, with people around it."""
    fault = Fault.NONE
    if faults and dice.number(3) == 0:
        fault = dice.pick(tuple(Fault))
    return Moment(acts(dice, 2, beside), fault, acts(dice, 1, beside))


def a_script(dice: Dice, beside: Sequence[Around], *, faults: bool) -> tuple[Moment, ...]:
    """What goes on around the requests of a pass; after its end all is quiet."""
    return tuple(a_moment(dice, beside, faults=faults) for _ in range(dice.number(6)))
