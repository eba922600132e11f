"""What became of the flags since the desk closed last: how many cases are new, how many cleared."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from refundsheet.core.calendar import BusinessCalendar
from refundsheet.core.follow_up import words

_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagSpan:
    """A reason for which a case was flagged, from when to when.

    Attributes:
        case: The key of the case.
        cleared_at: When the reason was gone; None while it stands.
    """

    case: str
    raised_at: datetime
    cleared_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagChanges:
    """What became of the flags since a time.

    Attributes:
        new: How many cases are flagged now that were not then.
        cleared: How many cases were flagged then or later, and are not any more.
    """

    since: datetime
    new: int
    cleared: int


def last_close(calendar: BusinessCalendar, now: datetime) -> datetime:
    """When the desk closed on the last working day before today."""
    day = now.astimezone(calendar.zone).date() - _DAY
    while not calendar.elapsed(day, day):
        day -= _DAY
    return calendar.closing(day)


def changes_since(since: datetime, spans: Iterable[FlagSpan]) -> FlagChanges:
    """What became of the flags since a time.

    Args:
        since: The time.
        spans: Every reason that stood then or later; earlier ones do no harm.
    """
    start = since.timestamp()  # by instants: within one zone Python compares what the clocks show
    before, now, ended = set[str](), set[str](), set[str]()
    for span in spans:
        if span.cleared_at is None:
            now.add(span.case)
        elif span.cleared_at.timestamp() > start:
            ended.add(span.case)
        else:
            continue
        if span.raised_at.timestamp() <= start:
            before.add(span.case)
    return FlagChanges(since=since, new=len(now - before), cleared=len(ended - now))


def headline(overdue: int, cases: int, changes: FlagChanges | None, now: datetime) -> str:
    """What a team lead wants to know first, as in ``12 overdue, 3 new since Mon 17:00, 2 cleared``.

    Args:
        overdue: How many cases are past a limit.
        cases: How many need somebody for whatever reason.
        changes: What changed; None where nobody knows how it was before.
        now: The time of the pass, in the sheet's zone.
    """
    parts = [f"{overdue} overdue"] if cases else ["Nothing needs attention"]
    if changes is not None:
        since = f"since {_lately(changes.since, now)}"
        if cases:
            parts += [f"{changes.new} new {since}", f"{changes.cleared} cleared"]
        else:
            parts.append(f"{changes.cleared} cleared {since}")
    if not cases:
        return ", ".join(parts)
    return f"{', '.join(parts)} · {cases} {'case' if cases == 1 else 'cases'} in all"


def _lately(moment: datetime, now: datetime) -> str:
    """A moment of the last days by its weekday, an earlier one by its date."""
    said = words(moment, now)
    if now.timestamp() - moment.timestamp() >= _WEEK.total_seconds():
        return said
    return f"{said.partition(' ')[0]} {moment.astimezone(now.tzinfo):%H:%M}"
