"""The course of a case: when it was received, first acted on, decided, paid and closed.

What people typed or were stamped counts first, then what was seen of the status. What nobody saw is
no 0 and no guess: such a case is left out, with the reason.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from refundsheet.core.calendar import Pause
from refundsheet.core.desk import Meaning, Status
from refundsheet.core.memory import Remembered, timeline
from refundsheet.core.model import Moment
from refundsheet.core.statistics.facts import Facts
from refundsheet.core.statistics.weeks import local_day

NO_RECEIPT = "no readable date of receipt"
NO_RESOLUTION = "closed without a resolution date"
BACKFILLED = "its resolution date was backfilled"
TOO_EARLY = "its dates contradict each other"
ONE_READ = "both within one read, so that the time between them is unknown"
BEFORE_US = "there before refundsheet, so that it was not seen"
BACKDATED = "typed on a later day than received"
CLOSED_UNSEEN = "closed before anything else was seen of it"
APPROVAL_UNKNOWN = "approval time unknown"
PAYMENT_UNKNOWN = "payment time unknown"
WITHOUT_MONEY = "ended without a payment"


@dataclass(frozen=True, slots=True)
class Stretch:
    """From one event of a case to another; an end of None means that it has not come yet."""

    start: Moment
    end: Moment | None


#: What a figure on time asks of each case: the stretch, or why there is none to be known, or None
#: where the case is not concerned.
StretchOf = Callable[[Remembered, Facts], Stretch | str | None]


def to_first_action(known: Remembered, facts: Facts) -> Stretch | str:
    """From the receipt to the first change of status or notes."""
    received = known.case.requested_at
    if received is None:
        return NO_RECEIPT
    if known.adopted:
        return BEFORE_US
    if timeline(known)[0].not_before is None:
        return BACKDATED
    if known.first_action is not None:
        return _stretch(received, known.first_action.at, facts)
    return CLOSED_UNSEEN if _is_closed(known, facts) else Stretch(received, None)


def to_decision(known: Remembered, facts: Facts) -> Stretch | str:
    """From the receipt to the approval, or to the closing without a payment."""
    received = known.case.requested_at
    if received is None:
        return NO_RECEIPT
    if known.adopted and "approved_at" not in facts.fields:
        return BEFORE_US  # who was approved cannot be told from who was not
    decided = known.case.approved_at or _entered(known, facts, _is_decided)
    if decided is None:
        return _closed_without_payment(known, facts)
    is_one = _is_one_read(known, "requested_at", "approved_at")
    return ONE_READ if is_one else _stretch(received, decided, facts)


def _closed_without_payment(known: Remembered, facts: Facts) -> Stretch | str:
    """To the decision, of a case whose approval was not seen: its closing may tell."""
    meaning = facts.meaning(known.case.status)
    if meaning is Meaning.CLOSED:
        return to_resolution(known, facts)
    if meaning in _DECIDED or known.case.requested_at is None:
        return APPROVAL_UNKNOWN
    return Stretch(known.case.requested_at, None)


def to_payout(known: Remembered, facts: Facts) -> Stretch | str | None:
    """From the approval to the payment, of the cases that are or were to be paid."""
    case = known.case
    status = facts.status(case.status)
    approved = case.approved_at or _entered(known, facts, _is_approved)
    is_paid = status.meaning is Meaning.PAID
    if approved is None and not is_paid and status.meaning is not Meaning.APPROVED:
        return None
    if status.meaning is Meaning.CLOSED or (is_paid and not _pays(status)):
        return WITHOUT_MONEY
    if approved is None:
        return APPROVAL_UNKNOWN
    paid = case.paid_at or _entered(known, facts, _pays)
    if paid is None:
        return PAYMENT_UNKNOWN if is_paid else Stretch(approved, None)
    is_one = _is_one_read(known, "approved_at", "paid_at")
    return ONE_READ if is_one else _stretch(approved, paid, facts)


def to_resolution(known: Remembered, facts: Facts) -> Stretch | str:
    """From the receipt to the closing that still stands."""
    received = known.case.requested_at
    if received is None:
        return NO_RECEIPT
    if not _is_closed(known, facts):
        return Stretch(received, None)
    closed = closed_at(known, facts)
    if closed is None:
        return NO_RESOLUTION
    if is_backfilled(known):
        return BACKFILLED
    if _is_one_read(known, "requested_at", "resolved_at"):
        return ONE_READ
    return _stretch(received, closed, facts)


def closed_at(known: Remembered, facts: Facts) -> Moment | None:
    """When a case that is closed was closed; None where nobody knows."""
    if known.case.resolved_at is not None:
        return known.case.resolved_at
    closings = [closing for closing, again in closings_seen(known, facts) if again is None]
    return closings[-1] if closings else None


def closings_seen(known: Remembered, facts: Facts) -> Iterator[tuple[datetime, datetime | None]]:
    """Every closing that was seen, with the time the case was opened again, None while it is not."""
    closed: datetime | None = None
    for before, step in pairwise(facts.steps(known)):
        was, now = before.status.meaning.is_closed, step.status.meaning.is_closed
        if now and not was:
            closed = step.at
        elif was and not now and closed is not None:
            yield closed, step.at
            closed = None
    if closed is not None:
        yield closed, None


def openings_seen(known: Remembered, facts: Facts) -> Iterator[datetime]:
    """Every time a closed case was seen to be opened again."""
    for before, step in pairwise(facts.steps(known)):
        if before.status.meaning.is_closed and not step.status.meaning.is_closed:
            yield step.at


def last_acted(known: Remembered, facts: Facts) -> Moment | None:
    """The last action on a case: as its row says, or later, where that was seen."""
    said, seen = known.case.last_action_at, known.acted_at
    if seen is None or (said is not None and not is_before(said, seen, facts.calendar.zone)):
        return said
    return seen


def pauses(known: Remembered, facts: Facts) -> list[Pause]:
    """The times in which a case waited for somebody outside, or was closed."""
    steps = facts.steps(known)
    ends: tuple[Moment | None, ...] = (*(step.at for step in steps[1:]), None)
    return [
        (step.at, end)
        for step, end in zip(steps, ends, strict=False)
        if step.status.meaning in _STANDING_STILL
    ]


def is_backfilled(known: Remembered) -> bool:
    """Whether the resolution date is one that refundsheet took from the last action."""
    return "resolved_at" in known.backfilled


_DECIDED = (Meaning.APPROVED, Meaning.PAID, Meaning.CLOSED)
_STANDING_STILL = (Meaning.WAITING, Meaning.PAID, Meaning.CLOSED)


def _is_decided(status: Status) -> bool:
    return status.meaning in _DECIDED


def _is_approved(status: Status) -> bool:
    return status.meaning is Meaning.APPROVED


def _pays(status: Status) -> bool:
    """Whether entering the status is a payment; a replacement ends a case without one."""
    return status.meaning is Meaning.PAID and status.payout


def _is_closed(known: Remembered, facts: Facts) -> bool:
    return facts.meaning(known.case.status).is_closed


def _entered(
    known: Remembered, facts: Facts, is_there: Callable[[Status], bool]
) -> datetime | None:
    """When the case was first seen to enter one of some statuses from another one."""
    for before, step in pairwise(facts.steps(known)):
        if is_there(step.status) and not is_there(before.status):
            return step.at
    return None


def _is_one_read(known: Remembered, earlier: str, later: str) -> bool:
    """Whether one read showed both, so that both bear its time."""
    written = known.written
    return later in written and written.get(earlier) == written[later]


def _stretch(start: Moment, end: Moment, facts: Facts) -> Stretch | str:
    return TOO_EARLY if is_before(end, start, facts.calendar.zone) else Stretch(start, end)


def is_before(one: Moment, other: Moment, zone: ZoneInfo) -> bool:
    """Whether one lies before the other; where one is a day alone, days decide."""
    if isinstance(one, datetime) and isinstance(other, datetime):
        # Two times of one zone are compared by its wall clock, which once a year goes back.
        is_plain = one.tzinfo is not other.tzinfo or one.utcoffset() == other.utcoffset()
        return one < other if is_plain else one.astimezone(UTC) < other.astimezone(UTC)
    return local_day(one, zone) < local_day(other, zone)
