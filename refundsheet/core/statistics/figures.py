"""What every figure is made of: a value, what it means in one line, and how many cases it rests on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from refundsheet.core.calendar import BusinessCalendar
from refundsheet.core.desk import Desk, Meaning
from refundsheet.core.follow_up import Flag
from refundsheet.core.model import RefundCase

Number = int | float | Decimal


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Cases a figure could not use, and why."""

    cases: int
    why: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with its definition.

    Attributes:
        name: What it is called in the JSON output; stable.
        label: What people read.
        value: The number; amounts are Decimals.
        definition: What exactly was counted, in one line.
        used: How many cases it rests on.
        left_out: The cases it could not use.
        unit: "" for a count, else a currency.
    """

    name: str
    label: str
    value: Number
    definition: str
    used: int
    left_out: tuple[LeftOut, ...] = ()
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Figures of one kind, a row each.

    Attributes:
        columns: The heads of all columns; the first one names the rows.
        rows: The name of each row and its numbers.
    """

    name: str
    title: str
    definition: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, *tuple[Number, ...]], ...]
    used: int
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What the figures are computed from.

    Attributes:
        cases: Every case of the log.
        flags: Key to flag, of the cases that need somebody.
        now: The time of the figures, rounded down to the hour, in the sheet's zone.
        being_typed: How many rows were left out because somebody is still typing them.
    """

    cases: Sequence[RefundCase]
    flags: Mapping[str, Flag]
    desk: Desk
    calendar: BusinessCalendar
    now: datetime
    being_typed: int = 0
    _meanings: dict[str, Meaning] = field(default_factory=dict[str, Meaning], repr=False)

    def meaning(self, case: RefundCase) -> Meaning:
        """What the case's status means."""
        found = self._meanings.get(case.status)
        if found is None:
            found = self.desk.recognise(case.status).status.meaning
            self._meanings[case.status] = found
        return found

    def of(self, *meanings: Meaning) -> list[RefundCase]:
        """The cases whose status has one of these meanings."""
        return [case for case in self.cases if self.meaning(case) in meanings]

    @property
    def typing(self) -> tuple[LeftOut, ...]:
        """The rows that are no cases yet, as a reason to name."""
        return (LeftOut(self.being_typed, "still being typed"),) if self.being_typed else ()


def left_out(cases: int, why: str) -> tuple[LeftOut, ...]:
    """One reason, where there is anything to say."""
    return (LeftOut(cases, why),) if cases else ()
