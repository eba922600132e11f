"""How long a case took, by the desk's own hours: waiting for others, and being closed, left out.

The limits of flags need none of this, for their clocks start anew with every status. What is
measured from the request to the decision or the end goes through pauses, and a case that is opened
again has been closed for a while.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import assert_never

from refundsheet.core.calendar import BusinessCalendar, Moment, Pause
from refundsheet.core.desk import Desk, Meaning, Span, Unit
from refundsheet.core.memory import Visit


def after(since: Moment, span: Span, calendar: BusinessCalendar) -> datetime:
    """When a length of time is up."""
    match span.unit:
        case Unit.BUSINESS_DAYS:
            return calendar.add(since, calendar.business_days(span.amount))
        case Unit.BUSINESS_HOURS:
            return calendar.add(since, timedelta(hours=span.amount))
        case Unit.CALENDAR_DAYS:
            return calendar.add_calendar_days(since, round(span.amount))
        case _:
            assert_never(span.unit)


def working_time(  # noqa: PLR0913 - a period of a case, and whose hours and words count
    visits: Sequence[Visit],
    desk: Desk,
    calendar: BusinessCalendar,
    since: Moment,
    until: Moment,
    *,
    with_pauses: bool = False,
) -> timedelta:
    """Business time of a period in which the case was the desk's to work on.

    Args:
        visits: The case's timeline (core/memory.py), oldest first. Before the first one its clock
            runs, and the last one lasts to the end of the period.
        desk: What the statuses mean, and for how long the clock stands still in each.
        calendar: The desk's hours.
        since: The start of the period, as the request.
        until: Its end, as now or the end of the case.
        with_pauses: Whether waiting for others counts as well; being closed never does.
    """
    stopped = [*_closed(visits, desk)]
    if not with_pauses:
        stopped += pauses(visits, desk, calendar)
    return calendar.elapsed_excluding(since, until, stopped)


def pauses(visits: Sequence[Visit], desk: Desk, calendar: BusinessCalendar) -> Iterator[Pause]:
    """When the case waited for others, each time no longer than its status may stop the clock."""
    for visit, left_at in _stays(visits):
        status = desk.recognise(visit.status).status
        if status.meaning is not Meaning.WAITING:
            continue
        if status.longest_pause is None:
            yield visit.at, left_at
        else:
            over = after(visit.at, status.longest_pause, calendar)
            yield visit.at, over if left_at is None else min(over, left_at, key=datetime.timestamp)


def _closed(visits: Sequence[Visit], desk: Desk) -> Iterator[Pause]:
    for visit, left_at in _stays(visits):
        if desk.recognise(visit.status).status.meaning.is_closed:
            yield visit.at, left_at


def _stays(visits: Sequence[Visit]) -> Iterator[tuple[Visit, datetime | None]]:
    """Every visit with the time at which the case left that status; None where it is still in it."""
    for visit, following in zip_longest(visits, visits[1:]):
        yield visit, None if following is None else following.at
