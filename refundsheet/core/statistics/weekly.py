"""What each week brought: received, resolved, opened again, and how many were open at its end."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from refundsheet.core.memory import Remembered
from refundsheet.core.statistics.course import (
    NO_RECEIPT,
    NO_RESOLUTION,
    TOO_EARLY,
    closed_at,
    closings_seen,
    is_before,
    openings_seen,
)
from refundsheet.core.statistics.facts import Facts
from refundsheet.core.statistics.figures import Column, LeftOut, Measure, Table, left_out
from refundsheet.core.statistics.weeks import WEEK, last_complete_weeks, local_day, monday_of


@dataclass(slots=True)
class _Days:
    """The days on which cases came and went, of each kind together."""

    received: list[date] = field(default_factory=list[date])
    opened_again: list[date] = field(default_factory=list[date])
    #: receipts, and openings of cases that were seen to be closed before
    came: list[date] = field(default_factory=list[date])
    went: list[date] = field(default_factory=list[date])
    unplaced: Counter[str] = field(default_factory=Counter[str])


def weekly(facts: Facts) -> Table:
    """Received, resolved, opened again and backlog of the last complete weeks, and the running one."""
    zone = facts.calendar.zone
    running = monday_of(facts.now, zone)
    starts = (*last_complete_weeks(facts.weeks, facts.now, zone), running)
    days = _days(facts)
    return Table(
        "weekly",
        "What each week brought",
        "Weeks from Monday in the sheet's zone; open at its end is what was received or opened again "
        "and not resolved when the week ended. The last line is the running week, so far.",
        (
            Column("Week from", Measure.TEXT),
            Column("Received"),
            Column("Resolved"),
            Column("Opened again"),
            Column("Open at its end"),
        ),
        tuple(_line(start, days) for start in starts),
        len(days.received),
        left_out(days.unplaced.pop(NO_RECEIPT, 0), NO_RECEIPT)
        + tuple(LeftOut(n, f"{why} (received only)") for why, n in days.unplaced.most_common())
        + facts.typing,
        is_running=True,
    )


def _line(start: date, days: _Days) -> tuple[str, int, int, int, int]:
    end = start + WEEK
    return (
        start.isoformat(),
        _between(days.received, start, end),
        _between(days.went, start, end),
        _between(days.opened_again, start, end),
        bisect_left(days.came, end) - bisect_left(days.went, end),
    )


def _between(days: Sequence[date], start: date, end: date) -> int:
    return bisect_left(days, end) - bisect_left(days, start)


def _days(facts: Facts) -> _Days:
    days = _Days()
    for known in facts.cases:
        _place(known, days, facts)
    for column in (days.received, days.opened_again, days.came, days.went):
        column.sort()
    return days


def _place(known: Remembered, days: _Days, facts: Facts) -> None:
    """Note on which days a case came and went."""
    received, zone = known.case.requested_at, facts.calendar.zone
    if received is None:
        days.unplaced[NO_RECEIPT] += 1
        return
    days.received.append(local_day(received, zone))
    days.opened_again += (local_day(at, zone) for at in openings_seen(known, facts))
    if facts.meaning(known.case.status).is_closed:
        closed = closed_at(known, facts)
        if closed is None or is_before(closed, received, zone):
            days.unplaced[NO_RESOLUTION if closed is None else TOO_EARLY] += 1
            return
        days.went.append(local_day(closed, zone))
    days.came.append(local_day(received, zone))
    for closed, again in closings_seen(known, facts):
        if again is not None:
            days.went.append(local_day(closed, zone))
            days.came.append(local_day(again, zone))
