"""How a team works: its statuses and their limits, its reasons, its hours. Config fills these."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from difflib import get_close_matches
from enum import Enum
from functools import cached_property, lru_cache
from math import ceil
from typing import Self

from refundsheet.core.columns import comparable
from refundsheet.core.model import Severity
from refundsheet.core.slips import is_slip


class Meaning(Enum):
    """What a status says about the case; the labels are the team's."""

    OPEN = "open"
    WAITING = "waiting"
    APPROVED = "approved"
    PAID = "paid"
    CLOSED = "closed"

    def __init__(self, value: str) -> None:
        #: Whether every clock of the case has stopped; asked for millions of times.
        self.is_closed = value in ("paid", "closed")


class Unit(Enum):
    """What a span is counted in."""

    BUSINESS_HOURS = "business hour"
    BUSINESS_DAYS = "business day"
    CALENDAR_DAYS = "day"


_SPAN = re.compile(r"(\d+(?:\.\d+)?)\s*(business hour|business day|day|bh|bd|d)s?", re.IGNORECASE)
_UNITS = {"bh": Unit.BUSINESS_HOURS, "bd": Unit.BUSINESS_DAYS, "d": Unit.CALENDAR_DAYS} | {
    unit.value: unit for unit in Unit
}


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time as people set limits: ``2 business days``, ``6 business hours``, ``14 days``."""

    amount: float
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a span; ValueError says which forms there are."""
        match = _SPAN.fullmatch(text.strip())
        if match is None or not float(match[1]):
            raise ValueError(
                f'"{text}" is not a length of time: write for example "2 business days", '
                f'"6 business hours" or "14 days"'
            )
        span = cls(float(match[1]), _UNITS[match[2].lower()])
        if span.unit is Unit.CALENDAR_DAYS and not span.amount.is_integer():
            raise ValueError(f'"{text}": days of the calendar are counted whole')
        return span

    def is_never_before(self, later: "Span", business_day: timedelta) -> bool:
        """Whether this length of time cannot be up before the other, whenever both begin.

        Args:
            later: The length of time that should be the longer one.
            business_day: What one business day stands for.
        """
        if Unit.CALENDAR_DAYS not in (self.unit, later.unit):
            return self.in_business_days(business_day) >= later.in_business_days(business_day)
        if later.unit is self.unit:
            return self.amount >= later.amount
        # A business day is at least a day of the calendar, but for the last one.
        is_business = later.unit is Unit.CALENDAR_DAYS
        return is_business and ceil(self.in_business_days(business_day)) - 1 >= later.amount

    def in_business_days(self, business_day: timedelta) -> float:
        """How many business days it stands for, unless it is counted in days of the calendar."""
        if self.unit is Unit.BUSINESS_HOURS:
            return timedelta(hours=self.amount) / business_day
        return self.amount

    def __str__(self) -> str:
        return f"{self.amount:g} {self.unit.value}{'' if self.amount == 1 else 's'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A status of the team's list.

    Attributes:
        due_soon: From when the case is said to be due soon (None: never).
        limit: When it becomes Stale, Overdue or, while waiting, is due a Nudge.
        escalate: The second limit.
        longest_pause: For how long the clock of the case stands still while it waits; None: until it
            goes on. A hold of the team's own has such an end, and then becomes Stale.
        urgent: Whether its cases come before the others that are flagged alike.
        payout: Whether money is to be paid on entering it; a replacement ends a case without.
        synonyms: Other labels that are understood as this one and left as they stand.
    """

    label: str
    meaning: Meaning
    payout: bool = True
    due_soon: Span | None = None
    limit: Span | None = None
    escalate: Span | None = None
    longest_pause: Span | None = None
    urgent: bool = False
    synonyms: tuple[str, ...] = ()


def _status(
    label: str,
    meaning: Meaning,
    limits: str = "",
    *synonyms: str,
    payout: bool = True,
    urgent: bool = False,
) -> Status:
    """``limits`` is "due soon / limit / escalate / longest pause", a dash where there is none."""
    spans = [None if part in ("-", "") else Span.parse(part) for part in limits.split(" / ")]
    due_soon, limit, escalate, longest_pause = spans + [None] * (4 - len(spans))
    return Status(
        label=label,
        meaning=meaning,
        due_soon=due_soon,
        limit=limit,
        escalate=escalate,
        longest_pause=longest_pause,
        payout=payout,
        urgent=urgent,
        synonyms=synonyms,
    )


#: The statuses a team starts with, and the words that are understood as they stand.
DEFAULT_STATUSES = (
    _status(
        "New", Meaning.OPEN, "6 bh / 1 bd / 2 bd",
        "Open", "Received", "Opened", "Draft", "Submitted", "Requested", "Refund Requested",
        "To Do",
    ),
    _status(
        "Under Review", Meaning.OPEN, "1.5 bd / 2 bd / 4 bd",
        "Pending", "In Progress", "In Review", "Escalated", "Appealed", "Reopened", "Active",
        "Review", "Investigating", "Ongoing", "Under Investigation", "Reviewing",
    ),
    _status(
        "Awaiting Customer", Meaning.WAITING, "- / 5 bd / 10 bd",
        "Waiting", "Awaiting Platform", "Awaiting User Info", "Waiting for Customer",
        "Awaiting Info", "Waiting on Customer", "Pending Customer", "Awaiting Response",
        "Awaiting Reply",
    ),
    _status(
        "Awaiting Return", Meaning.WAITING, "- / 7 bd / 14 d",
        "Waiting for Return", "Awaiting Item", "Return Pending", "Return Requested",
        "Return Label Sent",
    ),
    _status("On Hold", Meaning.WAITING, "8 bd / 10 bd / - / 10 bd", "Hold", "Paused"),
    _status(
        "Approved", Meaning.APPROVED, "1.5 bd / 2 bd / 4 bd",
        "Accepted", "Refund Approved", "Awaiting Refund", "To Be Refunded",
    ),
    _status(
        "Processing", Meaning.APPROVED, "4 bd / 5 bd / 10 bd",
        "Payment Requested", "Refund in Progress", "Refund Processing",
    ),
    _status(
        "Payout Failed", Meaning.OPEN, "- / 1 bd / 2 bd",
        "Payment Failed", "Refund Failed", urgent=True,
    ),
    _status(
        "Refunded", Meaning.PAID, "",
        "Processed", "Paid", "Completed", "Refund Issued", "Refund Sent", "Refund Completed",
        "Refund Processed", "Fully Refunded", "Partially Refunded", "Reimbursed",
    ),
    _status(
        "Replaced", Meaning.PAID, "",
        "Replacement Sent", "Replacement Issued", "Exchanged", "Reshipped", payout=False,
    ),
    _status(
        "Store Credit", Meaning.PAID, "",
        "Credit Issued", "Store Credit Issued", "Voucher Sent", payout=False,
    ),
    _status(
        "Rejected", Meaning.CLOSED, "",
        "Denied", "Declined", "Refused", "Not Approved", "Refund Denied", "Deny",
    ),
    _status("Cancelled", Meaning.CLOSED, "", "Canceled", "Withdrawn"),
    _status("Duplicate", Meaning.CLOSED),
    _status("Closed", Meaning.CLOSED, "", "Resolved", "Done", "Solved", "Finished"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A reason of the team's list.

    Attributes:
        synonyms: Other words that are counted as this one and left as they stand: the usual ones,
            and what a reason was called before it was renamed or merged into this.
        needs_note: Whether it explains nothing by itself, so that the notes must.
    """

    label: str
    synonyms: tuple[str, ...] = ()
    needs_note: bool = False


def _reason(label: str, *synonyms: str, needs_note: bool = False) -> Reason:
    return Reason(label=label, synonyms=synonyms, needs_note=needs_note)


#: The reasons a team starts with.
DEFAULT_REASONS = (
    _reason(
        "Damaged or defective",
        "Damaged", "Defective", "Broken", "Faulty", "Damaged in transit", "Damaged item",
        "Defective item", "Not working",
    ),
    _reason(
        "Wrong item", "Wrong product", "Incorrect item", "Wrong item sent", "Wrong item received",
        "Received wrong item",
    ),
    _reason(
        "Not as described", "Item not as described", "Different from description",
        "Not as advertised", "Not as pictured",
    ),
    _reason(
        "Missing item or part", "Missing item", "Missing items", "Missing part", "Missing parts",
        "Incomplete", "Incomplete order",
    ),
    _reason(
        "Late or never arrived",
        "Late", "Late delivery", "Arrived late", "Never arrived", "Not delivered", "Not received",
        "Item not received", "Lost in transit", "Lost",
    ),
    _reason("Size or fit", "Wrong size", "Too small", "Too large", "Too big", "Does not fit"),
    _reason(
        "Changed mind", "Changed my mind", "Change of mind", "No longer needed", "No longer wanted",
        "Unwanted", "Buyer's remorse",
    ),
    _reason(
        "Duplicate order or charge", "Duplicate order", "Duplicate charge", "Charged twice",
        "Ordered twice", "Duplicate",
    ),
    _reason(
        "Fraud or unauthorised", "Fraud", "Fraudulent", "Unauthorised", "Unauthorized",
        "Fraud or unauthorized", "Unauthorised charge", "Unauthorized charge",
    ),
    _reason(
        "Goodwill or price adjustment", "Goodwill", "Price adjustment", "Price match",
    ),
    _reason("Other", "Others", "Misc", "Miscellaneous", "Something else", needs_note=True),
)  # fmt: skip

#: How alike a wording must be to be suggested: in lower ones most letters agree by chance.
_ALIKE = 0.75

#: What an unknown status is treated as: somebody still has to act on it.
UNKNOWN_STATUS = _status("", Meaning.OPEN, "1.5 bd / 2 bd / 4 bd")


@dataclass(frozen=True, slots=True)
class Recognition:
    """What a status cell means; the cell itself is never rewritten.

    Attributes:
        status: The team's status; ``UNKNOWN_STATUS`` where nothing is near.
        is_known: Whether it was understood at all.
        suggestion: The label that was probably meant, where the cell holds a near miss.
    """

    status: Status
    is_known: bool = True
    suggestion: str = ""


@dataclass(frozen=True, slots=True)
class ListedReason:
    """How a reason cell stands to the team's list.

    Attributes:
        reason: The reason it is counted as; None where it is not on the list.
        suggestion: The label it comes nearest to, where it is not on the list.
        is_slip: Whether it is that label, or a synonym of it, but for one typo.
    """

    reason: Reason | None = None
    suggestion: str = ""
    is_slip: bool = False


_NINE_TO_FIVE = ((time(9), time(17)),)


@dataclass(frozen=True)
class Desk:
    """Everything the team's settings tell the core.

    Attributes:
        hours: ISO weekday (1 is Monday) to its opening intervals.
        holidays: Days on which the desk is closed.
        half_days: Days to their own opening intervals, be they holidays or not.
        grace_reads: For how many reads in a row a new row must stand still before it is touched.
        grace_seconds: And for how long.
        last_action_fields: The fields whose change counts as an action on the case.
        old_case_days: Open cases untouched for this long at adoption are one line, not flags.
        legal_days: Calendar days the law gives for a refund, counted from the request; None is off.
        legal_warning_days: From which of these days on a warning is due.
        grades: How much rules matter to this team, where it differs from the catalogue
            (core/rules/catalogue.py); None for a rule that is switched off.
        case_ids: The pattern minted IDs continue, where the log itself shows none: a prefix with
            ``{year}`` and the number's digits as ``#``.
        decision_target: Within which time a case shall be approved or rejected.
        resolution_target: Within which time it shall be closed.
    """

    statuses: tuple[Status, ...] = DEFAULT_STATUSES
    reasons: tuple[Reason, ...] = DEFAULT_REASONS
    hours: Mapping[int, tuple[tuple[time, time], ...]] = field(
        default_factory=lambda: dict.fromkeys(range(1, 6), _NINE_TO_FIVE)
    )
    holidays: frozenset[date] = frozenset()
    half_days: Mapping[date, tuple[tuple[time, time], ...]] = field(
        default_factory=dict[date, tuple[tuple[time, time], ...]]
    )
    grace_reads: int = 2
    grace_seconds: float = 60
    last_action_fields: tuple[str, ...] = ("status", "notes")
    old_case_days: int = 60
    legal_days: int | None = 14
    legal_warning_days: int = 10
    grades: Mapping[str, Severity | None] = field(default_factory=dict[str, Severity | None])
    case_ids: str = "R-{year}-####"
    decision_target: Span = Span(4, Unit.BUSINESS_DAYS)
    resolution_target: Span = Span(10, Unit.BUSINESS_DAYS)

    @cached_property
    def labels(self) -> dict[str, Status]:
        """Every comparable label and synonym to its status; the team's own labels win."""
        names = {comparable(word): status for status in self.statuses for word in status.synonyms}
        return names | {comparable(status.label): status for status in self.statuses}

    @cached_property
    def recognise(self) -> Callable[[str], Recognition]:
        """The meaning of a status cell; answers are kept, since a log repeats its labels."""
        return lru_cache(maxsize=4096)(self._recognise)

    def _recognise(self, label: str) -> Recognition:
        key = comparable(label)
        if key in self.labels:
            return Recognition(self.labels[key])
        # Of two statuses that may be meant neither is taken.
        near = {status.label: status for name, status in self.labels.items() if is_slip(key, name)}
        if len(near) != 1:
            return Recognition(UNKNOWN_STATUS, is_known=False)
        (status,) = near.values()
        return Recognition(status, suggestion=status.label)

    def is_respelled(self, before: str, after: str) -> bool:
        """Whether a status cell says the same in other letters, as after a slip was put right."""
        if comparable(before) == comparable(after):
            return True
        was, now = self.recognise(before), self.recognise(after)
        return was.status is now.status and bool(was.suggestion or now.suggestion)

    @cached_property
    def listed_reason(self) -> Callable[[str], ListedReason]:
        """How a reason cell stands to the list; answers are kept as for statuses."""
        return lru_cache(maxsize=4096)(self._listed_reason)

    @cached_property
    def _reason_names(self) -> dict[str, Reason]:
        """Every comparable label and synonym to its reason; labels win."""
        names = {comparable(word): reason for reason in self.reasons for word in reason.synonyms}
        return names | {comparable(reason.label): reason for reason in self.reasons}

    def _listed_reason(self, text: str) -> ListedReason:
        key = comparable(text)
        if key in self._reason_names:
            return ListedReason(self._reason_names[key])
        near = {reason.label for name, reason in self._reason_names.items() if is_slip(key, name)}
        if len(near) == 1:
            return ListedReason(suggestion=near.pop(), is_slip=True)
        alike = get_close_matches(key, self._reason_names, n=1, cutoff=_ALIKE) if key else []
        return ListedReason(suggestion=self._reason_names[alike[0]].label if alike else "")

    def canonical_reason(self, text: str) -> str:
        """The reason a cell is counted under: the label of the list, else the wording as typed.

        A synonym counts as its reason, so that a reason that was renamed or merged takes the old
        rows along. What only comes near to one does not: that is asked in Row Check.
        """
        listed = self.listed_reason(text).reason
        return listed.label if listed else " ".join(text.split())
