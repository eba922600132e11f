"""The clocks of a case: since when its status lasts, and how long the desk has worked on it.

A limit is counted by the clock of the status, which starts anew with every status. What is measured
from the request to the decision or the end goes through pauses, while others are waited for, and a
case that is opened again has been closed for a while.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import zip_longest
from typing import assert_never

from refundsheet.core.calendar import BusinessCalendar, Moment, Pause
from refundsheet.core.desk import Desk, Meaning, Span, Status, Unit
from refundsheet.core.memory import Remembered, Visit


@dataclass(frozen=True, slots=True)
class Watch:
    """The clock that runs for a case in its present status.

    Attributes:
        is_exact: Whether its start was seen; else the case has been so "at least since".
    """

    since: Moment
    is_exact: bool


def watch_of(known: Remembered, status: Status) -> Watch | None:
    """From when the status's limits count; None where nothing tells.

    From entering it. Only of an open case an action, as a note, starts the clock anew.
    """
    entered = _entered(known, status)
    if status.meaning is not Meaning.OPEN:
        return entered
    acted = later(known.acted_at, known.case.last_action_at)
    since = later(entered.since if entered else None, acted)
    if since is None:
        return None
    was_seen = (entered is not None and entered.is_exact) or since is known.acted_at
    return Watch(since, is_exact=was_seen)


def _entered(known: Remembered, status: Status) -> Watch | None:
    if known.status_since is not None:
        return Watch(known.status_since, is_exact=True)
    case = known.case
    if known.visits and known.visits[0].not_before is not None:
        # The row was typed on the day of the request, and the case is open since it was made.
        received = case.requested_at if status.meaning is Meaning.OPEN else None
        return Watch(received or known.first_seen, is_exact=True)
    told = known.found_since or case.last_action_at or case.requested_at
    if told is None and not known.adopted:
        told = known.first_seen
    return None if told is None else Watch(told, is_exact=False)


def is_old_case(
    known: Remembered, desk: Desk, calendar: BusinessCalendar, baseline: datetime
) -> bool:
    """Whether an adopted case was left alone for so long that it is listed, and not flagged.

    So is one that holds no date to tell how old it is, until somebody touches its row.
    """
    if not known.adopted or known.still_since > known.first_seen:
        return False
    if known.status_since is not None or known.acted_at is not None:
        return False  # as the History tab told a new ledger
    case = known.case
    last = later(case.last_action_at, case.requested_at) or case.deadline
    return last is None or baseline - calendar.opening(last) >= timedelta(days=desk.old_case_days)


def later(one: Moment | None, other: Moment | None) -> Moment | None:
    """The later of two moments, as far as there are any."""
    if one is None or other is None:
        return one or other
    if isinstance(one, datetime) and isinstance(other, datetime):
        return max(one, other, key=datetime.timestamp)
    # A day without a time may be the same day as the other: the one with a time says more.
    days = _day(one), _day(other)
    if days[0] == days[1]:
        return one if isinstance(one, datetime) else other
    return one if days[0] > days[1] else other


def _day(moment: Moment) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


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
