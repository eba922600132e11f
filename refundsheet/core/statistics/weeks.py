"""ISO weeks in the sheet's zone: which are complete, what they are called, what falls into them.

A week is named by its Monday, a plain date, so that weeks subtract and sort across year ends and
the 53rd week needs no thought.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from refundsheet.core.calendar import BusinessCalendar, Moment

WEEK = timedelta(days=7)
#: a week with fewer business days is a closed one and stays out of every baseline
OPEN_WEEK_DAYS = 3


def local_day(moment: Moment, zone: ZoneInfo) -> date:
    """The day of a cell, on the wall of the sheet's zone."""
    if not isinstance(moment, datetime):
        return moment
    return (moment if moment.tzinfo is zone else moment.astimezone(zone)).date()


def monday_of(moment: Moment, zone: ZoneInfo) -> date:
    """The week a cell falls into."""
    day = local_day(moment, zone)
    return day - timedelta(days=day.weekday())


def week_start(monday: date, zone: ZoneInfo) -> datetime:
    """The instant a week starts at."""
    return datetime.combine(monday, time.min, zone)


def complete_weeks(first: date, now: datetime, zone: ZoneInfo) -> tuple[date, ...]:
    """All complete weeks from the one a day lies in to the last before the current one."""
    start = monday_of(first, zone)
    return tuple(start + WEEK * n for n in range((monday_of(now, zone) - start) // WEEK))


def last_complete_weeks(count: int, now: datetime, zone: ZoneInfo) -> tuple[date, ...]:
    """So many weeks, oldest first, up to the last complete one."""
    return complete_weeks(monday_of(now, zone) - WEEK * count, now, zone)


def label(monday: date) -> str:
    """The week's ISO name, such as 2026-W53."""
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02}"


def weekly_counts(
    moments: Iterable[Moment], weeks: Sequence[date], zone: ZoneInfo
) -> tuple[int, ...]:
    """How many cells fall into each of the weeks; those of other weeks are left out."""
    index = {monday: n for n, monday in enumerate(weeks)}
    counts = Counter(index.get(monday_of(moment, zone)) for moment in moments)
    return tuple(counts[n] for n in range(len(weeks)))


def is_open_week(monday: date, calendar: BusinessCalendar) -> bool:
    """Whether the shop worked: three business days, or all that its usual week has."""
    usual = sum(1 for hours in calendar.weekly_hours.values() if hours)
    days = (monday + timedelta(days=n) for n in range(7))
    return sum(1 for day in days if calendar.elapsed(day, day)) >= min(OPEN_WEEK_DAYS, usual)
