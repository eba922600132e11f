"""Which case needs a follow-up, since when and why, in words that do not change by themselves."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from refundsheet.core.calendar import BusinessCalendar
from refundsheet.core.clocks import after
from refundsheet.core.columns import quoted
from refundsheet.core.desk import Desk, Meaning, Status
from refundsheet.core.memory import Remembered
from refundsheet.core.model import Moment, RefundCase

#: How long before a deadline of the Deadline column a warning is due.
DEADLINE_WARNING = timedelta(hours=24)


class FlagKind(IntEnum):
    """The kinds of flags, the more pressing the greater."""

    DUE_SOON = 1
    NUDGE = 2
    DEADLINE_NEAR = 3
    STALE = 4
    OVERDUE = 5
    DEADLINE_PASSED = 6
    ESCALATE = 7

    @property
    def word(self) -> str:
        """What the Follow-up cell begins with."""
        return _WORDS[self]

    @property
    def is_overdue(self) -> bool:
        """Whether it counts in the figure "overdue" (domain: Stale, Overdue, Escalate, passed)."""
        return self >= FlagKind.STALE


_WORDS = {
    FlagKind.DUE_SOON: "Due soon",
    FlagKind.NUDGE: "Nudge",
    FlagKind.DEADLINE_NEAR: "Deadline",
    FlagKind.STALE: "Stale",
    FlagKind.OVERDUE: "Overdue",
    FlagKind.ESCALATE: "Escalate",
    FlagKind.DEADLINE_PASSED: "Deadline",
}

_WHAT_TO_DO = {
    Meaning.OPEN: "Act on it or change the status.",
    Meaning.WAITING: "Remind them, or change the status.",
    Meaning.APPROVED: "Pay it or change the status.",
}


@dataclass(frozen=True, slots=True)
class Flag:
    """Why a case needs somebody.

    Attributes:
        text: The Follow-up cell: fixed facts, no running count.
        by: The Follow-up By cell: when it was or is due.
    """

    kind: FlagKind
    text: str
    by: datetime


@dataclass(frozen=True, slots=True)
class Watch:
    """The clock that runs for a case in its present status."""

    since: Moment
    #: False where the start was not seen, so that the case has been so "at least since".
    is_exact: bool


def follow_up(
    known: Remembered, desk: Desk, calendar: BusinessCalendar, baseline: datetime, now: datetime
) -> Flag | None:
    """The most pressing reason to look at a case, if there is one."""
    case = known.case
    status = desk.recognise(case.status).status
    if status.meaning.is_closed or _is_snoozed(case, calendar, now):
        return None
    watch = watch_of(known, status)
    if watch is not None and is_old_case(known, watch, desk, calendar, baseline):
        return None
    flags = [_by_limit(case, status, watch, calendar, now)] if watch else []
    flags += [_by_deadline(case, calendar, now), _by_law(case, desk, calendar, now)]
    return max((flag for flag in flags if flag), key=lambda flag: flag.kind, default=None)


def watch_of(known: Remembered, status: Status) -> Watch | None:
    """From when the status's limits count; None where the case holds no date at all."""
    case = known.case
    # Only while a case is open does an action on it start its clock anew.
    is_open = status.meaning is Meaning.OPEN
    acted = _later(known.acted_at if is_open else None, case.last_action_at)
    if known.status_since is not None:
        since = _later(known.status_since, acted) if is_open else None
        return Watch(since or known.status_since, is_exact=True)
    seen = acted or case.requested_at
    if seen is not None:
        is_exact = not known.adopted or (is_open and known.acted_at is not None)
        return Watch(seen, is_exact)
    return None if known.adopted else Watch(known.first_seen, is_exact=True)


def is_old_case(
    known: Remembered, watch: Watch, desk: Desk, calendar: BusinessCalendar, baseline: datetime
) -> bool:
    """Whether an adopted case had been left alone for so long that it is listed, not flagged."""
    if not known.adopted or known.status_since is not None or known.acted_at is not None:
        return False
    return baseline - calendar.opening(watch.since) >= timedelta(days=desk.old_case_days)


def _later(one: Moment | None, other: Moment | None) -> Moment | None:
    if one is None or other is None:
        return one or other
    if isinstance(one, datetime) and isinstance(other, datetime):
        return max(one, other)
    # A day without a time may be the same day as the other: the one with a time says more.
    by_day = _day(one), _day(other)
    if by_day[0] == by_day[1]:
        return one if isinstance(one, datetime) else other
    return one if by_day[0] > by_day[1] else other


def _day(moment: Moment) -> Moment:
    return moment.date() if isinstance(moment, datetime) else moment


def _is_snoozed(case: RefundCase, calendar: BusinessCalendar, now: datetime) -> bool:
    return case.snooze_until is not None and now < calendar.opening(case.snooze_until)


def _by_limit(
    case: RefundCase, status: Status, watch: Watch, calendar: BusinessCalendar, now: datetime
) -> Flag | None:
    """Escalate, Stale / Overdue / Nudge or Due soon, by the limits of the status."""
    label = quoted(case.status) or "No status"
    if status.escalate and now >= (passed := after(watch.since, status.escalate, calendar)):
        facts = _facts(label, watch, f"second limit {status.escalate}, passed", passed, now)
        ask = "Close the case?" if status.meaning is Meaning.WAITING else "Ask a team lead."
        return Flag(FlagKind.ESCALATE, f"Escalate: {facts} {ask}", passed)
    if not status.limit:
        return None
    due = after(watch.since, status.limit, calendar)
    if now >= due:
        kind = _kind_at_limit(status)
    elif status.due_soon and now >= after(watch.since, status.due_soon, calendar):
        kind = FlagKind.DUE_SOON
    else:
        return None
    facts = _facts(label, watch, f"limit {status.limit}, due", due, now)
    return Flag(kind, f"{kind.word}: {facts} {_WHAT_TO_DO[status.meaning]}", due)


def _kind_at_limit(status: Status) -> FlagKind:
    if status.meaning is Meaning.APPROVED:
        return FlagKind.OVERDUE
    # A pause that ends by itself is a hold of our own: there is nobody to nudge.
    is_nudge = status.meaning is Meaning.WAITING and status.longest_pause is None
    return FlagKind.NUDGE if is_nudge else FlagKind.STALE


def _facts(label: str, watch: Watch, limit: str, due: datetime, now: datetime) -> str:
    since = "since" if watch.is_exact else "at least since"
    return f"{label} {since} {words(watch.since, now)}, {limit} {words(due, now)}."


def _by_deadline(case: RefundCase, calendar: BusinessCalendar, now: datetime) -> Flag | None:
    if case.deadline is None:
        return None
    end = calendar.closing(case.deadline)
    if now < end - DEADLINE_WARNING:
        return None
    if now < end:
        text = f"Deadline: ends {words(case.deadline, now)}. Answer before then."
        return Flag(FlagKind.DEADLINE_NEAR, text, end)
    text = f"Deadline: passed {words(case.deadline, now)}. Answer at once."
    return Flag(FlagKind.DEADLINE_PASSED, text, end)


def _by_law(case: RefundCase, desk: Desk, calendar: BusinessCalendar, now: datetime) -> Flag | None:
    """The days the law gives for a refund: calendar days, whatever the status says."""
    if desk.legal_days is None or case.requested_at is None:
        return None
    if now < calendar.add_calendar_days(case.requested_at, desk.legal_warning_days):
        return None
    end = calendar.add_calendar_days(case.requested_at, desk.legal_days)
    verb = "end" if now < end else "ended"
    kind = FlagKind.DEADLINE_NEAR if now < end else FlagKind.DEADLINE_PASSED
    text = (
        f"Deadline: received {words(case.requested_at, now)}, the {desk.legal_days} days of the law "
        f"(check yours) {verb} {words(end, now)}. Decide or pay."
    )
    return Flag(kind, text, end)


def words(moment: Moment, now: datetime) -> str:
    """A moment as in ``Tue 3 Nov 09:10``; the year is named where it is another."""
    local = moment.astimezone(now.tzinfo) if isinstance(moment, datetime) else moment
    year = "" if local.year == now.year else f" {local.year}"
    day = f"{_WEEKDAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]}{year}"
    return f"{day} {local:%H:%M}" if isinstance(local, datetime) else day


# Not strftime's names: they follow the server's locale.
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
