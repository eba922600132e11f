"""The records that pass between the rooms: what was read, what is known, what is to be written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Any

#: A cell as Google's API gives it, unformatted. ``None`` and ``""`` are both a blank cell.
Cell = str | int | float | bool | None

#: A cell that means a time: with a time of day (zone-aware) or a date alone.
Moment = date | datetime


class Severity(IntEnum):
    """How much a violation matters to the person at the desk."""

    NOTE = 1  # shown by ``check`` only
    WARNING = 2
    PROBLEM = 3


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that a row breaks.

    Attributes:
        field: The field the sentence is about; "" where it is about the row as a whole.
        sentence: What is wrong and what to do, for a colleague in customer support.
        gist: The part of it that other rows share; "" where that is all of it.
    """

    rule: str
    severity: Severity
    field: str
    sentence: str
    gist: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundCase:
    """What the team wrote in a row. Text fields are "" and the others None where a cell is blank."""

    case_id: str = ""
    customer_name: str = ""
    order_id: str = ""
    product: str = ""
    amount: Decimal | None = None
    currency: str = ""
    requested_at: Moment | None = None
    reason: str = ""
    status: str = ""
    owner: str = ""
    notes: str = ""
    last_action_at: Moment | None = None
    approved_at: Moment | None = None
    paid_at: Moment | None = None
    resolved_at: Moment | None = None
    deadline: Moment | None = None
    snooze_until: Moment | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the log's columns are, found by their headers.

    Attributes:
        header_row: The sheet's row number of the headers, counted from 1.
        headers: The header cells as they stand, left to right.
        columns: Field name to column index, counted from 0.
        violations: Headers that are missing, blank over data, or there twice.
    """

    header_row: int
    headers: tuple[str, ...]
    columns: Mapping[str, int]
    violations: tuple[Violation, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the log, with its number.

    Attributes:
        number: The sheet's row number, counted from 1. It means nothing after the read.
        cells: The cells as read, by column index; blank ones at the end may be there or not.
        case: What the cells say.
        violations: What is wrong with the cells one by one.
    """

    number: int
    cells: tuple[Any, ...]
    case: RefundCase
    violations: tuple[Violation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What the log's tab held when we read it.

    Attributes:
        values: The body of Google's ``values:batchGet`` answer (JSON), unformatted, dates as serials;
            empty once they were parsed.
        start: Where in it the log's range begins, the last one; 0 where it is the only one.
        zone: The spreadsheet's time zone, in which its serial numbers have their meaning.
        locale: The spreadsheet's locale, which decides how typed dates and amounts read.
        read_at: When the answer had arrived.
        marks: The first row of our hidden tab: the nonce, and the lease (core/lease.py).
        settings: The Settings tab's rows; None where there is no such tab.
    """

    spreadsheet_id: str
    sheet_id: int
    title: str
    zone: str
    locale: str
    read_at: datetime
    values: bytes = field(repr=False)
    start: int = 0
    marks: tuple[Cell, ...] = ()
    settings: tuple[tuple[Cell, ...], ...] | None = None


class Outcome(Enum):
    """What became of a change."""

    DONE = "done"
    #: The row, the premise or the cell was no longer as expected: an ordinary lost race.
    LOST = "lost"
    #: The answer was lost: it may have been written, and nobody resends it blindly.
    UNKNOWN = "unknown"
    #: It was written, but is not where it was put: a merged cell, or a row a filter hides.
    VANISHED = "vanished"
    #: It was written over something that only looked like what was expected.
    FALSE_MATCH = "false_match"
    #: What a false match had replaced was put back.
    UNDONE = "undone"
    #: It could not be put back: people are told.
    UNRESOLVED = "unresolved"
    #: Google, or a rule of ours (formula, merge, protection), does not let us write there.
    REFUSED = "refused"
    #: Nothing was sent: it waits until people take a filter away, or until a later pass has time.
    WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One cell to write, with the condition under which it may be written.

    Attributes:
        case: The key by which the case is known (core/keys.py).
        label: What people call the case: its ID as it stands, else its order.
        row: Where the case stood in the read this was planned from.
        field: The column to write.
        before: What the cell must still hold; None is blank.
        after: What it shall hold; numbers are serials where the column is a moment.
        reason: Why, in words for the History tab.
        premise: The fields whose content the reason rests on; all must be as read.
        takes_back: Whether it undoes an earlier write of ours, which is then not made again.
        backfills: Whether it completes what happened before anybody looked.
    """

    case: str
    label: str
    row: int
    field: str
    before: Cell
    after: Cell
    reason: str
    premise: tuple[str, ...] = ()
    takes_back: bool = False
    backfills: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """All changes of a pass, with the read they were planned from."""

    changes: tuple[Change, ...]
    layout: Layout
    #: Row number to the cells as read: what a guarded write expects to find.
    rows: Mapping[int, tuple[Any, ...]]
    #: What stood in the nonce's place at that read, "" for nothing: whoever writes changes it. None
    #: where it was not read.
    nonce: str | None = None
    #: The zone in which the changes' serials have their meaning; "" where it does not matter.
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one change, and how we know."""

    change: Change
    outcome: Outcome
    detail: str = ""
