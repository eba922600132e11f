"""What is remembered between passes: the cases as last seen, and what was observed of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from refundsheet.core.model import Cell, Moment, RefundCase

#: A gap between two reads that is longer than this is an outage: what happened in it has no one time.
LONG_GAP = timedelta(minutes=10)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

#: Of a case that went to and fro, the first visits are kept and the latest ones, and no more.
FIRST_VISITS = 3
MOST_VISITS = 50


#: Most cases have none of what is kept by field, and half a million empty dictionaries are memory:
#: they share this one, which nobody may write into, as into no record.
_NOTHING: Mapping[str, Any] = {}


def _nothing() -> Mapping[str, Any]:
    return _NOTHING


def is_vague(not_before: datetime | None, not_after: datetime) -> bool:
    """Whether something happened at some time in a long gap between two reads, or before any read."""
    return not_before is None or _gap(not_before, not_after) > LONG_GAP


def likely_time(not_before: datetime | None, not_after: datetime) -> datetime:
    """When something happened that two reads in a row enclose.

    The later read, which is when it was stamped and at most a poll late; the middle of a long gap;
    and the later read again where there was none before it.
    """
    if not_before is None or (gap := _gap(not_before, not_after)) <= LONG_GAP:
        return not_after
    middle = not_before.astimezone(UTC) + gap / 2
    return middle.astimezone(not_after.tzinfo)


def _gap(since: datetime, until: datetime) -> timedelta:
    if since.tzinfo is UTC or since.tzinfo is not until.tzinfo:
        return until - since
    # Two times of one zone would be subtracted by its wall clock.
    return (until - _EPOCH) - (since - _EPOCH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Something that happened to a case, with the interval in which it did.

    Attributes:
        not_before: The read before; None where it happened before anybody looked.
        not_after: The read that showed it.
    """

    not_before: datetime | None
    not_after: datetime

    @property
    def at(self) -> datetime:
        """When it happened, as well as it is known."""
        return likely_time(self.not_before, self.not_after)

    @property
    def is_vague(self) -> bool:
        """Whether its time is not known to within a usual poll."""
        return is_vague(self.not_before, self.not_after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit(Seen):
    """The entry of a case into a status; it stays there until its next visit.

    Attributes:
        status: The cell's text as it stood on entering; a spelling put right later is no new visit.
    """

    status: str


@dataclass(frozen=True, slots=True)
class Owed:
    """A timestamp that is due to a case since an event was seen, until its cell is filled."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What is known of a case beyond what its row says now.

    Attributes:
        key: How the case is known (core/keys.py).
        case: Its content as last seen. Cells we wrote count as seen once their receipt came.
        adopted: It was there before refundsheet: what happened to it earlier was not seen.
        first_seen: The first read that held it.
        still_since: The read since which its content stands as people left it.
        still_reads: How many reads in a row found that content.
        settled: It has stood still long enough once; it is no longer being typed in.
        status_since: When it entered its status, where that was seen.
        found_since: Where it was not, the last action or receipt that its row told of, as it was
            when somebody touched it first: later actions make its status no younger.
        acted_at: When its last action was seen.
        visits: The statuses it went through, oldest first; see ``timeline``. Empty while it has
            been in one alone since its adoption, as most cases are.
        first_action: The first action on it that was seen; None for adopted cases.
        written: Field to exactly what refundsheet wrote there, while it still stands.
        backfilled: The fields refundsheet completed although nobody saw when it happened: no figure
            on speed rests on them.
        undone: Field to what refundsheet wrote there and was told to take back: not written again.
        owed: Field to the timestamp it is due; a lost race leaves it due, with its time.
        barred: Field to why refundsheet could not fill it in, until people fill it in or the case goes on.
        unread: Field to how many reads in a row its cell showed an error, as #REF! or Loading…; 1 also
            where its column came back while nobody could tell the case.
        missing_since: The first of the reads in a row that did not hold it, or held it without its ID.
        missing_reads: How many did not hold it since it was last there.
        unseen_since: The last read that told what it said, while it is missing or nobody knows which row
            it is: whatever changes meanwhile can have happened since.
        removed: It was missing long enough to count as removed.
        moved_to: The tab on which its ID was found then; "" where it was on none.
    """

    key: str
    case: RefundCase
    adopted: bool
    first_seen: datetime
    still_since: datetime
    still_reads: int = 1
    settled: bool = False
    status_since: datetime | None = None
    found_since: Moment | None = None
    acted_at: datetime | None = None
    visits: tuple[Visit, ...] = ()
    first_action: Seen | None = None
    written: Mapping[str, Cell] = field(default_factory=_nothing)
    backfilled: tuple[str, ...] = ()
    undone: Mapping[str, Cell] = field(default_factory=_nothing)
    owed: Mapping[str, Owed] = field(default_factory=_nothing)
    barred: Mapping[str, str] = field(default_factory=_nothing)
    unread: Mapping[str, int] = field(default_factory=_nothing)
    missing_since: datetime | None = None
    missing_reads: int = 0
    unseen_since: datetime | None = None
    removed: bool = False
    moved_to: str = ""

    @property
    def is_hearsay(self) -> bool:
        """Whether no read ever held it: a new ledger knows from History that its ID was in use."""
        return self.removed and self.missing_since == self.first_seen


def timeline(known: Remembered) -> tuple[Visit, ...]:
    """Every status the case is known to have been in, oldest first; at least the present one.

    The first visit has no ``not_before`` where the entry was not seen: the case is adopted, or its
    row was typed on a later day than its request came.
    """
    return known.visits or (_as_found(known, known.case.status),)


def with_visit(known: Remembered, left: str, entered: Visit) -> tuple[Visit, ...]:
    """The visits of a case that has left one status for another."""
    return bounded((*(known.visits or (_as_found(known, left),)), entered))


def bounded(visits: tuple[Visit, ...]) -> tuple[Visit, ...]:
    """The first and the latest visits; those between them are as if they had been one."""
    if len(visits) <= MOST_VISITS:
        return visits
    return visits[:FIRST_VISITS] + visits[FIRST_VISITS - MOST_VISITS :]


def _as_found(known: Remembered, status: str) -> Visit:
    """The visit to a status that is remembered from before visits were."""
    since = known.status_since
    return Visit(status=status, not_before=since, not_after=since or known.first_seen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """All that is remembered of one log.

    Attributes:
        baseline_at: When the log was first read whole; None before that.
        last_read_at: The previous read, the earliest moment a change seen now can have happened.
        fields: The fields whose columns the last read had; another that appears is learnt silently.
        cases: Key to what is remembered, removed cases among them: their IDs are never used again.
        texts: Every text refundsheet ever wrote into its own columns, for whatever case.
        headers: Each of the team's fields with the column it was read from, and how that was headed.
        zone: The spreadsheet's time zone at the last read; "" where it is not known.
        locale: Its locale then.
        waiting: The keys of the cases whose rows wait since part of the log was sorted without the rest.
    """

    baseline_at: datetime | None = None
    last_read_at: datetime | None = None
    fields: frozenset[str] = frozenset()
    cases: Mapping[str, Remembered] = field(default_factory=dict[str, Remembered])
    texts: frozenset[str] = frozenset()
    headers: Mapping[str, tuple[int, str]] = field(default_factory=dict[str, tuple[int, str]])
    zone: str = ""
    locale: str = ""
    waiting: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """A change people made to a case, with the interval in which it happened.

    Attributes:
        before: The cell's text as History shows it; "" is blank.
        not_before: The read before; None where nobody had read yet.
        not_after: The read that showed it.
    """

    case: str
    field: str
    before: str
    after: str
    not_before: datetime | None
    not_after: datetime
