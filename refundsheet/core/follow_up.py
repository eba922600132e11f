"""Which case needs a follow-up, since when and why, in words that do not change by themselves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from math import inf
from typing import Self

from refundsheet.core.calendar import BusinessCalendar
from refundsheet.core.clocks import Watch, after, watch_of
from refundsheet.core.columns import quoted
from refundsheet.core.desk import Desk, Meaning, Span, Status
from refundsheet.core.memory import Remembered
from refundsheet.core.model import Moment
from refundsheet.core.rules.doubles import Double

#: How long before a deadline of the Deadline column a warning is due.
DEADLINE_WARNING = timedelta(hours=24)

#: Of more doubles than these the others are counted.
_MOST_NAMED = 3


class FlagKind(IntEnum):
    """The kinds of flags, the more pressing the greater.

    Of several reasons the most pressing one speaks, and the others are named after it. Money that
    may leave twice comes first, for it is hard to get back; then what is late, from the second limit
    down to the first; then what will be late, and what others have to be reminded of.
    """

    DUE_SOON = 1
    NUDGE = 2
    REOPENED = 3
    DEADLINE_NEAR = 4
    STALE = 5
    OVERDUE = 6
    DEADLINE_PASSED = 7
    ESCALATE = 8
    POSSIBLE_DOUBLE = 9

    @property
    def word(self) -> str:
        """What the Follow-up cell begins with."""
        return _WORDS[self]

    @property
    def key(self) -> str:
        """How the ledger calls it; stable."""
        return self.name.lower()

    @property
    def is_overdue(self) -> bool:
        """Whether it counts in the figure "overdue"."""
        return self in _OVERDUE


_WORDS = {
    FlagKind.DUE_SOON: "Due soon",
    FlagKind.NUDGE: "Nudge",
    FlagKind.REOPENED: "Reopened",
    FlagKind.DEADLINE_NEAR: "Deadline",
    FlagKind.STALE: "Stale",
    FlagKind.OVERDUE: "Overdue",
    FlagKind.DEADLINE_PASSED: "Deadline",
    FlagKind.ESCALATE: "Escalate",
    FlagKind.POSSIBLE_DOUBLE: "Possible double refund",
}

_OVERDUE = frozenset(
    {FlagKind.STALE, FlagKind.OVERDUE, FlagKind.DEADLINE_PASSED, FlagKind.ESCALATE}
)


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that asks for somebody.

    Attributes:
        text: A sentence of fixed facts, with no running count, and what to do.
        by: When it was or is due; where nothing is due at a time, since when it is so.
        brief: The facts in a few words, for when another reason is more pressing.
    """

    kind: FlagKind
    text: str
    by: datetime
    brief: str = ""


@dataclass(frozen=True, slots=True)
class Flag:
    """Why a case needs somebody.

    Attributes:
        kind: The most pressing reason's.
        text: The Follow-up cell.
        by: The Follow-up By cell.
        reasons: All reasons, the most pressing first.
        is_urgent: Whether the status is one to act on before others of the kind.
    """

    kind: FlagKind
    text: str
    by: datetime
    reasons: tuple[Reason, ...] = ()
    is_urgent: bool = False

    @classmethod
    def of(cls, reasons: Sequence[Reason], *, is_urgent: bool) -> Self:
        """The flag for one or more reasons."""
        first, *others = sorted(reasons, key=lambda reason: -reason.kind)
        also = f" Also: {'; '.join(other.brief for other in others)}." if others else ""
        return cls(first.kind, first.text + also, first.by, (first, *others), is_urgent)

    @property
    def is_overdue(self) -> bool:
        """Whether the case counts in the figure "overdue", whichever reason is more pressing."""
        return self.kind.is_overdue or any(reason.kind.is_overdue for reason in self.reasons)

    @property
    def rank(self) -> tuple[int, bool, float]:
        """The order of the queue: worst first, then the urgent ones, then what is due longest."""
        return -self.kind, not self.is_urgent, self.by.timestamp()


@dataclass(slots=True)
class Timer:
    """The time of a pass, and until when all that was asked of it has the same answer.

    Attributes:
        now: The time of the pass, in the sheet's zone.
        holds_until: The next moment, in seconds since 1970, at which something that was asked for
            will have come; infinity where all of it has.
    """

    now: datetime
    holds_until: float = inf

    def has_come(self, moment: datetime, early: timedelta = timedelta()) -> bool:
        """Whether a moment has come, or will so early before it."""
        # By instants: within one zone Python compares what the clocks show.
        comes = moment.timestamp() - early.total_seconds()
        if comes <= self.now.timestamp():
            return True
        self.holds_until = min(self.holds_until, comes)
        return False


def follow_up(
    known: Remembered,
    desk: Desk,
    calendar: BusinessCalendar,
    timer: Timer,
    doubles: Sequence[Double] = (),
) -> Flag | None:
    """Why somebody has to look at a case, if there is a reason.

    Until the moment that the timer then holds, and within one year of one zone, the answer for the
    same case is the same.

    Args:
        known: The case.
        desk: The team's settings.
        calendar: The desk's hours.
        timer: The time of the pass; learns until when the answer holds.
        doubles: The other cases that may refund the same thing.
    """
    status = desk.recognise(known.case.status).status
    measure = _Measure(known, status, desk, calendar, timer)
    if measure.is_snoozed():
        return None
    reasons = list(measure.reasons(doubles))
    return Flag.of(reasons, is_urgent=status.urgent) if reasons else None


@dataclass(frozen=True, slots=True)
class _Measure:
    """A case, and all it is measured by."""

    known: Remembered
    status: Status
    desk: Desk
    calendar: BusinessCalendar
    timer: Timer

    def reasons(self, doubles: Sequence[Double]) -> Iterator[Reason]:
        """Every reason to look at the case, in no order."""
        watch = watch_of(self.known, self.status)
        if doubles and (reason := self._double(watch, doubles)):
            yield reason
        if self.status.meaning.is_closed:
            return
        if watch is not None and (reason := self._by_limit(watch)):
            yield reason
        for reason in (self._by_deadline(), self._by_law(), self._reopened()):
            if reason is not None:
                yield reason

    def is_snoozed(self) -> bool:
        """Whether people want to hear nothing of the case until a day."""
        until = self.known.case.snooze_until
        return until is not None and not self.timer.has_come(self.calendar.opening(until))

    def _words(self, moment: Moment) -> str:
        return words(moment, self.timer.now)

    @property
    def _label(self) -> str:
        return quoted(self.known.case.status) or "No status"

    def _since(self, watch: Watch) -> str:
        since = "since" if watch.is_exact else "at least since"
        return f"{self._label} {since} {self._words(watch.since)}"

    # --- the limits of the status ---

    def _by_limit(self, watch: Watch) -> Reason | None:
        """Escalate, Stale / Overdue / Nudge or Due soon."""
        status = self.status
        due = self._due(watch, status.limit)
        second = self._due(watch, status.escalate)
        if second is not None:
            # Of limits in days and in business days the second may be up first over a weekend.
            second = max(second, due or second, key=datetime.timestamp)
            if self.timer.has_come(second):
                ask = _ESCALATE_WAITING if status.meaning is Meaning.WAITING else _ESCALATE
                limit = f"second limit {status.escalate}, passed"
                return self._limit_reason(FlagKind.ESCALATE, watch, limit, second, ask)
        if due is None:
            return None
        if self.timer.has_come(due):
            kind = _kind_at_limit(status)
        else:
            soon = self._due(watch, status.due_soon)
            if soon is None or not self.timer.has_come(soon):
                return None
            kind = FlagKind.DUE_SOON
        return self._limit_reason(kind, watch, f"limit {status.limit}, due", due, _advice(status))

    def _due(self, watch: Watch, span: Span | None) -> datetime | None:
        return None if span is None else after(watch.since, span, self.calendar)

    def _limit_reason(
        self, kind: FlagKind, watch: Watch, limit: str, due: datetime, advice: str
    ) -> Reason:
        when = self._words(due)
        text = f"{kind.word}: {self._since(watch)}, {limit} {when}. {advice}"
        return Reason(kind, text, due, f"{kind.word.lower()}, due {when}")

    # --- deadlines ---

    def _by_deadline(self) -> Reason | None:
        """The Deadline column, honoured as it is."""
        deadline = self.known.case.deadline
        if deadline is None:
            return None
        end = self.calendar.closing(deadline)
        if not self.timer.has_come(end, early=DEADLINE_WARNING):
            return None
        if self.timer.has_come(end):
            kind, says, advice = FlagKind.DEADLINE_PASSED, "passed", "Answer at once."
        else:
            kind, says, advice = FlagKind.DEADLINE_NEAR, "ends", "Answer before then."
        brief = f"deadline {says} {self._words(deadline)}"
        return Reason(kind, f"Deadline: {says} {self._words(deadline)}. {advice}", end, brief)

    def _by_law(self) -> Reason | None:
        """The days the law gives for a refund: calendar days, whatever the status says."""
        received, days = self.known.case.requested_at, self.desk.legal_days
        if received is None or days is None:
            return None
        end = self.calendar.add_calendar_days(received, days)
        if self.timer.has_come(end):
            kind, verb = FlagKind.DEADLINE_PASSED, "ended"
        elif self.timer.has_come(self._legal_warning(received)):
            kind, verb = FlagKind.DEADLINE_NEAR, "end"
        else:
            return None
        facts = f"the legal {days} days {verb} {self._words(end)} (check your law)"
        text = f"Deadline: received {self._words(received)}, {facts}. Decide or pay."
        return Reason(kind, text, end, facts)

    def _legal_warning(self, received: Moment) -> datetime:
        """From when to warn: a day without a time warns from its opening, not from its closing."""
        days = self.desk.legal_warning_days
        if isinstance(received, datetime):
            return self.calendar.add_calendar_days(received, days)
        return self.calendar.opening(received + timedelta(days=days))

    # --- what happened ---

    def _reopened(self) -> Reason | None:
        """A case that was closed and is the desk's again, until somebody acts on it.

        Who opens it again may be another than who has to go on with it. So the flag stands until the
        next action: a note, say, or another status. While others are waited for, none is due.
        """
        known, since = self.known, self.known.status_since
        if since is None or not known.visits or self.status.meaning is Meaning.WAITING:
            return None
        left = self._closed_status_left()
        if not left or (known.acted_at and known.acted_at.timestamp() > since.timestamp()):
            return None
        when = self._words(since)
        text = f"Reopened: {self._label} since {when}, after {quoted(left)}. {_REOPENED}"
        return Reason(FlagKind.REOPENED, text, since, f"reopened {when}")

    def _closed_status_left(self) -> str:
        """The closed status from which the case came into its present one; "" where there is none.

        A status that nobody understands tells nothing: what was before it counts.
        """
        *earlier, present = self.known.visits
        if not self.desk.recognise(present.status).is_known:
            return ""
        for visit in reversed(earlier):
            found = self.desk.recognise(visit.status)
            if found.is_known:
                return visit.status if found.status.meaning.is_closed else ""
        return ""

    def _double(self, watch: Watch | None, doubles: Sequence[Double]) -> Reason | None:
        """Another case that may refund the same; what was closed before refundsheet came is left."""
        known = self.known
        if self.status.meaning.is_closed and known.adopted and known.status_since is None:
            return None
        since = watch or Watch(known.first_seen, is_exact=False)
        likeness = doubles[0].likeness
        names = sorted({double.label for double in doubles if double.likeness is likeness})
        have = "have" if len(names) > 1 else "has"
        others = _listed(names)
        text = (
            f"{FlagKind.POSSIBLE_DOUBLE.word}: {self._since(since)}, and {others} {have} "
            f"{likeness.value}. {_DOUBLE}"
        )
        by = self.calendar.opening(since.since)
        return Reason(FlagKind.POSSIBLE_DOUBLE, text, by, f"possible double of {others}")


def _listed(names: Sequence[str]) -> str:
    """The names of cases, or how many there are."""
    shown = [quoted(name) or "a case without an ID" for name in names[:_MOST_NAMED]]
    if len(names) > _MOST_NAMED:
        return f"{', '.join(shown)} and {len(names) - _MOST_NAMED} more"
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))


# What to do, as the last sentence of each text. core/recollect.py knows our texts by their form.
_WHAT_TO_DO = {
    Meaning.OPEN: "Act on it or change the status.",
    Meaning.WAITING: "Remind them, or change the status.",
    Meaning.APPROVED: "Pay it or change the status.",
}
_URGENT = "Urgent: act on it first, or change the status."
_ON_HOLD = "Go on with it, or change the status."
_ESCALATE = "Ask a team lead."
_ESCALATE_WAITING = "Close the case?"
_REOPENED = "Say in the notes what happens next."
_DOUBLE = "Compare them before any money goes; if both are right, name the other case in the notes."


def _advice(status: Status) -> str:
    if status.urgent:
        return _URGENT
    return _ON_HOLD if status.longest_pause else _WHAT_TO_DO[status.meaning]


def _kind_at_limit(status: Status) -> FlagKind:
    if status.meaning is Meaning.APPROVED:
        return FlagKind.OVERDUE
    # A pause that ends by itself is a hold of our own: there is nobody to nudge.
    is_nudge = status.meaning is Meaning.WAITING and status.longest_pause is None
    return FlagKind.NUDGE if is_nudge else FlagKind.STALE


def words(moment: Moment, now: datetime) -> str:
    """A moment as in ``Tue 3 Nov 09:10``; the year is named where it is another."""
    local = moment.astimezone(now.tzinfo) if isinstance(moment, datetime) else moment
    year = "" if local.year == now.year else f" {local.year}"
    day = f"{_WEEKDAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1]}{year}"
    return f"{day} {local:%H:%M}" if isinstance(local, datetime) else day


# Not strftime's names: they follow the server's locale.
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
