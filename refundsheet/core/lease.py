"""Who may write to a log: the lease in the first row of the hidden tab, and how it is understood."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum

from refundsheet.core.model import Cell

#: A lease that is not renewed ends by itself after this.
LASTS = timedelta(minutes=15)
#: It is renewed when it is so old.
RENEWED_EVERY = timedelta(minutes=5)

_NONCE = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Holder:
    """One who may hold the lease: a ledger, of which all processes that share it are one.

    Attributes:
        ledger: The ledger's own id.
        who: Its machine and place, for people.
        spreadsheet_id: The spreadsheet: a copy of it has a copied lease in it, which is none.
        run: The number of its latest pass.
        is_new: Whether it has never read this log.
    """

    ledger: str
    who: str
    spreadsheet_id: str
    run: int
    is_new: bool


class Tenure(Enum):
    """What the lease means for one who reads it."""

    OURS = "ours"
    #: Nobody holds it: it may be taken, by a write of its own.
    FREE = "free"
    #: Another ledger holds it.
    OTHERS = "another's"
    #: It names our ledger, and the sheet has seen passes of which our ledger knows nothing.
    RESTORED = "from a later ledger"


@dataclass(frozen=True, slots=True)
class Standing:
    """The lease as one holder finds it.

    Attributes:
        since: When ours was last renewed.
        sentence: Why nothing may be written; "" where it may, once the lease is taken.
        has_missed: Whether the sheet has been written to by one who knew more than this ledger.
    """

    tenure: Tenure
    since: datetime | None = None
    sentence: str = ""
    has_missed: bool = False

    def is_due(self, now: datetime) -> bool:
        """Whether it has to be written again."""
        return self.since is None or not timedelta() <= now - self.since < RENEWED_EVERY


@dataclass(frozen=True, slots=True)
class _Lease:
    ledger: str
    who: str
    until: datetime
    spreadsheet_id: str
    run: int


def lease_cells(holder: Holder, now: datetime) -> tuple[str, ...]:
    """The lease as it stands beside the nonce: ledger, who, until when, spreadsheet, latest pass."""
    until = (now + LASTS).astimezone(UTC).isoformat(timespec="seconds")
    return (holder.ledger, holder.who, until, holder.spreadsheet_id, str(holder.run))


def stands(
    marks: Sequence[Cell], holder: Holder, knows: Callable[[str], bool], now: datetime
) -> Standing:
    """What the first row of the hidden tab means for a holder.

    Args:
        marks: Its cells as read: the nonce, then the lease.
        holder: Whoever asks.
        knows: Whether a nonce is one that the holder's ledger remembers to have written.
        now: The time of the pass, in the sheet's zone.
    """
    lease = _read(marks[1:])
    if lease is None or lease.spreadsheet_id != holder.spreadsheet_id:
        return Standing(Tenure.FREE)
    if lease.ledger == holder.ledger:
        if lease.run > holder.run or not _is_known(marks[0], knows):
            return Standing(Tenure.RESTORED, sentence=_RESTORED, has_missed=True)
        # One that has ended is still ours while nobody took it: whoever does changes the nonce.
        return Standing(Tenure.OURS, lease.until - LASTS)
    # A new ledger where another one was is its successor: of two at one place only one is left.
    if lease.until <= now or (holder.is_new and lease.who == holder.who):
        return Standing(Tenure.FREE, has_missed=True)
    return Standing(Tenure.OTHERS, sentence=_others(lease, now), has_missed=True)


def kept_by(marks: Sequence[Cell], now: datetime) -> str:
    """Who writes to this log just now, as a sentence; "" where nobody does.

    Args:
        marks: The cells of the hidden tab's first row as read.
        now: The time of the command.
    """
    lease = _read(marks[1:])
    if lease is None or lease.until <= now:
        return ""
    return (
        f"A refundsheet ({lease.who}) has written to this log within the last minutes: if it runs as "
        "a service, stop it first, or its next pass adds all of it again."
    )


def _is_known(nonce: Cell, knows: Callable[[str], bool]) -> bool:
    """Whatever is no nonce was typed by somebody, and proves nothing of another writer."""
    return not (isinstance(nonce, str) and _NONCE.fullmatch(nonce)) or knows(nonce)


def _read(cells: Sequence[Cell]) -> _Lease | None:
    """The lease, or None where the cells hold none that can be understood."""
    try:
        ledger, who, until, spreadsheet_id, run = (str(cell) for cell in cells)
        ends = datetime.fromisoformat(until)
        return _Lease(ledger, who, ends, spreadsheet_id, int(run)) if ends.tzinfo else None
    except ValueError:
        return None


_RESTORED = (
    "The sheet has seen later passes than this ledger remembers, as if an older copy of it had been "
    "put back, so nothing is written. If this ledger is to go on, run: refundsheet sync --take-over"
)


def _others(lease: _Lease, now: datetime) -> str:
    return (
        f"Another refundsheet ({lease.who}) keeps this log, for now until "
        f"{lease.until.astimezone(now.tzinfo):%Y-%m-%d %H:%M}, so this one only looks on and writes "
        "nothing. To let this one keep it instead, run: refundsheet sync --take-over"
    )
