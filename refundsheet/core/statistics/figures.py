"""What the figures come to: a value, what it means in one line, and how many cases it rests on.

Whoever shows them (the Summary tab, the terminal, the page, JSON) meets these records and no others.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum

Number = int | float | Decimal


class Measure(Enum):
    """What a number counts, and so how it is written."""

    CASES = "cases"
    #: from 0 to 1
    SHARE = "share"
    AMOUNT = "amount"
    DAYS = "days"
    AVERAGE = "average"
    #: events to be expected in a year
    A_YEAR = "a year"
    TEXT = "text"


class Clock(Enum):
    """Which time a duration is counted in."""

    BUSINESS = "business"
    CALENDAR = "calendar"


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
        value: The number; amounts are Decimals. None where there is nothing to compute it from.
        definition: What exactly was counted, in one line.
        used: How many cases it rests on.
        left_out: The cases it could not use.
        unit: The currency of an amount.
    """

    name: str
    label: str
    value: Number | None
    definition: str
    used: int
    left_out: tuple[LeftOut, ...] = ()
    unit: str = ""
    measure: Measure = Measure.CASES


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    head: str
    measure: Measure = Measure.CASES


@dataclass(frozen=True, slots=True)
class Table:
    """Figures of one kind, a row each.

    Attributes:
        columns: All columns; the first one names the rows.
        rows: The name of each row and its numbers; None where there is nothing to compute it from.
        is_running: Whether the last row is about a time that is not over yet: it is shown apart.
    """

    name: str
    title: str
    definition: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, *tuple[Number | str | None, ...]], ...]
    used: int
    left_out: tuple[LeftOut, ...] = ()
    is_running: bool = False


@dataclass(frozen=True, slots=True)
class Estimate:
    """A time by which a share of the cases is done, with its 95 % limits; None is "not reached yet"."""

    value: timedelta | None
    lower: timedelta | None
    upper: timedelta | None


@dataclass(frozen=True, slots=True)
class Duration:
    """How long something takes, the cases in which it has not happened yet among them.

    Attributes:
        clock: Which time it is counted in.
        day: What one day of that time is: the opening hours of a business day, or 24 hours.
        median: The time by which half of the cases are done; None where there are too few to say.
        late: The same for nine in ten.
        ended: The cases in which it has happened.
        still_open: Those in which it has not.
    """

    name: str
    label: str
    definition: str
    clock: Clock
    day: timedelta
    median: Estimate | None
    late: Estimate | None
    ended: int
    still_open: int
    left_out: tuple[LeftOut, ...] = ()

    @property
    def used(self) -> int:
        """How many cases it rests on."""
        return self.ended + self.still_open


class Dimension(Enum):
    """What cases are told apart by, where it is asked whether they become more."""

    ALL = "all"
    REASON = "reason"
    PRODUCT = "product"


@dataclass(frozen=True, slots=True)
class Spike:
    """More cases than chance explains, as it is announced.

    Attributes:
        category: The reason or product; "" for all cases together.
        text: What it is, in words: how many came when, and how many usually do.
        since: The Monday of the week with which it began.
        is_since_seen: False where it may have begun before the weeks that were looked at.
        is_new: Whether it began with the last complete week.
        normal_since: The Monday of the week with which it was back to normal; None while in force.
        count: The cases of the weeks it is told of, the last ones that were too many.
        first_week: The Monday of the first of these.
        weeks: How many they are.
        usual_low: Nine in ten stretches of as many weeks had from so many
        usual_high: to so many cases.
        baseline_weeks: The number of weeks it was compared with.
        ratio: The count as a multiple of what is usual.
        cases: What people call the cases, the first of them.
        keys: How each of these is known; "" where that is in doubt.
        parts: What rose more than the rest while all cases together rose: a part of this news.
    """

    dimension: Dimension
    category: str
    text: str
    since: date
    is_since_seen: bool
    is_new: bool
    normal_since: date | None
    count: int
    first_week: date
    weeks: int
    usual_low: int
    usual_high: int
    baseline_weeks: int
    ratio: float
    cases: tuple[str, ...]
    keys: tuple[str, ...] = ()
    parts: tuple["Spike", ...] = ()


@dataclass(frozen=True, slots=True)
class SpikeWatch:
    """All spikes in force, and those that ended in the last weeks.

    Attributes:
        spikes: All cases together first, then what is in force, then what is over.
        learnt: How many weeks there are to compare with, while they are too few; else None.
        to_learn: How many it takes.
    """

    name: str
    label: str
    definition: str
    spikes: tuple[Spike, ...]
    learnt: int | None
    to_learn: int
    used: int
    left_out: tuple[LeftOut, ...] = ()

    @property
    def all_up(self) -> Spike | None:
        """The rise of all cases together, while it is in force."""
        for spike in self.spikes:
            if spike.dimension is Dimension.ALL and spike.normal_since is None:
                return spike
        return None


@dataclass(frozen=True, slots=True)
class SwitchedOff:
    """A figure that cannot be computed on this log, and why."""

    name: str
    label: str
    why: str


def left_out(cases: int, why: str) -> tuple[LeftOut, ...]:
    """One reason, where there is anything to say."""
    return (LeftOut(cases, why),) if cases else ()
