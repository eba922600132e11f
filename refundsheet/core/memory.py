"""What is remembered between passes: the cases as last seen, and what was observed of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from refundsheet.core.model import Cell, RefundCase


@dataclass(frozen=True, slots=True)
class Owed:
    """A timestamp that is due to a case since an event was seen, until its cell is filled."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What is known of a case beyond what its row says now.

    Attributes:
        key: How the case is known (core/identity.py).
        case: Its content as last seen. Cells we wrote count as seen once their receipt came.
        adopted: It was there before refundsheet: what happened to it earlier was not seen.
        first_seen: The first read that held it.
        still_since: The read since which its content stands unchanged.
        still_reads: How many reads in a row found that content.
        settled: It has stood still long enough once; it is no longer being typed in.
        status_since: When it entered its status, where that was seen.
        acted_at: When its last action was seen.
        written: Field to exactly what refundsheet wrote there, while it still stands.
        undone: Field to what refundsheet wrote there and was told to take back: not written again.
        owed: Field to the timestamp it is due; a lost race leaves it due, with its time.
        unread: Field to how many reads in a row its cell showed an error, as #REF! or Loading….
        missing_since: The first of the reads in a row that did not hold it.
        missing_reads: How many these are.
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
    acted_at: datetime | None = None
    written: Mapping[str, Cell] = field(default_factory=dict[str, Cell])
    undone: Mapping[str, Cell] = field(default_factory=dict[str, Cell])
    owed: Mapping[str, Owed] = field(default_factory=dict[str, Owed])
    unread: Mapping[str, int] = field(default_factory=dict[str, int])
    missing_since: datetime | None = None
    missing_reads: int = 0
    removed: bool = False
    moved_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """All that is remembered of one log.

    Attributes:
        baseline_at: When the log was first read whole; None before that.
        last_read_at: The previous read, the earliest moment a change seen now can have happened.
        fields: The fields whose columns the last read had; another that appears is learnt silently.
        cases: Key to what is remembered, removed cases among them: their IDs are never used again.
        texts: Every text refundsheet ever wrote into its own columns, for whatever case.
        zone: The spreadsheet's time zone at the last read; "" where it is not known.
        locale: Its locale then.
    """

    baseline_at: datetime | None = None
    last_read_at: datetime | None = None
    fields: frozenset[str] = frozenset()
    cases: Mapping[str, Remembered] = field(default_factory=dict[str, Remembered])
    texts: frozenset[str] = frozenset()
    zone: str = ""
    locale: str = ""


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
