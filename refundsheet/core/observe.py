"""What people did since the last read, and which timestamps that owes to their cases."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from refundsheet.core.columns import COLUMNS, Writer
from refundsheet.core.desk import Desk
from refundsheet.core.identity import KnownRow, Recognised, is_provisional
from refundsheet.core.memory import Memory, Observation, Owed, Remembered
from refundsheet.core.model import Moment, RefundCase

TEAM_FIELDS = tuple(column.field for column in COLUMNS if column.writer is not Writer.US)

#: A cut row is absent until it is pasted; only after this it counts as removed.
REMOVED_AFTER_READS = 3
REMOVED_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Observed:
    """What is known of the cases after a read.

    Attributes:
        cases: Key to what is now remembered, for every case that was found or is missing.
        changed: The keys of those whose record differs from what was remembered before.
        forgotten: Keys that stand for nothing any more: half-typed rows that have moved on.
        observations: What people changed.
    """

    cases: Mapping[str, Remembered]
    changed: frozenset[str]
    forgotten: frozenset[str]
    observations: tuple[Observation, ...]


NOTHING_OBSERVED = Observed({}, frozenset(), frozenset(), ())


@dataclass(frozen=True, slots=True)
class _Pass:
    """What every case of one read is judged by."""

    memory: Memory
    desk: Desk
    fields: tuple[str, ...]
    now: datetime

    @property
    def is_baseline(self) -> bool:
        return self.memory.baseline_at is None


def observe(
    recognised: Recognised,
    fields: frozenset[str],
    memory: Memory,
    desk: Desk,
    now: datetime,
) -> Observed:
    """Compare every row with what was last seen of its case.

    Args:
        recognised: The rows of this read, and whose they are.
        fields: The fields whose columns this read had.
        memory: What was remembered before it.
        desk: The team's settings.
        now: The time of the pass; everything seen in one read gets one time.
    """
    # A column that was not there at the last read is learnt silently: its cells are not news.
    compared = tuple(f for f in TEAM_FIELDS if f in fields and f in memory.fields)
    this = _Pass(memory, desk, compared, now)
    cases = dict(memory.cases)
    observations: list[Observation] = []
    changed: set[str] = set(recognised.rekeyed.values())
    for old in recognised.rekeyed:
        cases.pop(old, None)
    for known in recognised.rows:
        if not known.key or (known.doubt is not None and known.remembered is not None):
            continue  # what is in doubt teaches nothing new
        seen = _seen(known, this, observations)
        if seen is not known.remembered:
            cases[known.key] = seen
            changed.add(known.key)
    forgotten: set[str] = set()
    for key in recognised.absent:
        missing = _missing(memory.cases[key], now)
        if missing is None:
            del cases[key]
            forgotten.add(key)
        else:
            cases[key] = missing
            changed.add(key)
    return Observed(cases, frozenset(changed), frozenset(forgotten), tuple(observations))


def _seen(known: KnownRow, this: _Pass, observations: list[Observation]) -> Remembered:
    case, before = known.row.case, known.remembered
    if before is None:
        first = Remembered(
            key=known.key,
            case=case,
            adopted=this.is_baseline,
            first_seen=this.now,
            still_since=this.now,
            settled=this.is_baseline,
        )
        return first if first.settled or known.doubt else _settle(first, this)
    if before.case is case and before.settled and not before.missing_reads:
        return before
    changes = tuple(_changes(before.case, case, this.fields))
    observations.extend(_observation(known.key, field, before, case, this) for field in changes)
    return _after(before, known.key, case, changes, this)


def _after(
    before: Remembered, key: str, case: RefundCase, changes: tuple[str, ...], this: _Pass
) -> Remembered:
    """The record of a case that was known, after one more read found it."""
    found = replace(before, key=key, case=case, missing_since=None, missing_reads=0, removed=False)
    if not before.settled:
        return _settle(_still(found, changes, this), this)
    if not changes:
        return before if found == before else found
    kept = {field: value for field, value in before.written.items() if field not in changes}
    return _acted(replace(found, written=kept), before.case, changes, this)


def _changes(before: RefundCase, after: RefundCase, fields: tuple[str, ...]) -> Iterator[str]:
    """The fields people changed; blanks around and between words are not a change."""
    for field in fields:
        old, new = getattr(before, field), getattr(after, field)
        if old != new and not (
            isinstance(old, str) and isinstance(new, str) and old.split() == new.split()
        ):
            yield field


def _observation(
    key: str, field: str, before: Remembered, after: RefundCase, this: _Pass
) -> Observation:
    return Observation(
        case=key,
        field=field,
        before=_text(getattr(before.case, field)),
        after=_text(getattr(after, field)),
        not_before=this.memory.last_read_at,
        not_after=this.now,
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _still(found: Remembered, changes: tuple[str, ...], this: _Pass) -> Remembered:
    """A row that may still be typed in: count how long it has stood unchanged."""
    if changes:
        return replace(found, still_since=this.now, still_reads=1)
    return replace(found, still_reads=found.still_reads + 1)


def _settle(found: Remembered, this: _Pass) -> Remembered:
    """Take a row for complete once it has stood still long enough, and note what it is owed."""
    still_for = (this.now - found.still_since).total_seconds()
    if found.still_reads < this.desk.grace_reads or still_for < this.desk.grace_seconds:
        return found
    owed = dict(found.owed)
    case = found.case
    if case.requested_at is None:
        owed["requested_at"] = Owed(found.first_seen, "the request was first seen here")
    if not _is_backdated(case.requested_at, found.first_seen):
        owed |= _owed_on_entering(case.status, found.first_seen, "the case was entered as", this)
    return replace(found, settled=True, owed=owed)


def _is_backdated(requested_at: Moment | None, first_seen: datetime) -> bool:
    """Whether the request was received on another day than the row was typed on."""
    if requested_at is None:
        return False
    day = requested_at.date() if isinstance(requested_at, datetime) else requested_at
    zone = requested_at.tzinfo if isinstance(requested_at, datetime) else None
    seen_on = (first_seen.astimezone(zone) if zone else first_seen).date()
    return day != seen_on


def _acted(
    found: Remembered, before: RefundCase, changes: tuple[str, ...], this: _Pass
) -> Remembered:
    """A settled case that people changed: what happened, and which timestamps follow from it."""
    owed = dict(found.owed)
    acted = [field for field in this.desk.last_action_fields if field in changes]
    if acted and "last_action_at" not in changes:
        owed["last_action_at"] = Owed(this.now, _action(acted, found.case))
    if "last_action_at" in changes:
        owed.pop("last_action_at", None)
    status_since = found.status_since
    if "status" in changes:
        status_since = this.now
        owed = _owed_after_status(owed, found, before, changes, this)
    return replace(
        found,
        owed=owed,
        status_since=status_since,
        acted_at=this.now if acted else found.acted_at,
    )


def _action(acted: list[str], case: RefundCase) -> str:
    if "status" in acted:
        return f"status became {case.status or 'blank'}"
    return f"{' and '.join(acted)} changed"


def _owed_after_status(
    owed: dict[str, Owed],
    found: Remembered,
    before: RefundCase,
    changes: tuple[str, ...],
    this: _Pass,
) -> dict[str, Owed]:
    old = this.desk.recognise(before.status).status.meaning
    new = this.desk.recognise(found.case.status).status.meaning
    if old is not new:
        for field in ("approved_at", "paid_at", "resolved_at"):
            owed.pop(field, None)
        due = _owed_on_entering(found.case.status, this.now, "status became", this)
        if old.is_closed:
            due.pop("resolved_at", None)  # closed already; the day it was closed stands
        owed |= {field: stamp for field, stamp in due.items() if field not in changes}
    return owed


def _owed_on_entering(label: str, at: datetime, event: str, this: _Pass) -> dict[str, Owed]:
    """The timestamps a case is due on entering a status."""
    status = this.desk.recognise(label).status
    stamp = Owed(at, f"{event} {label}")
    fields = {
        "approved_at": status.meaning.value == "approved",
        "paid_at": status.meaning.value == "paid" and status.payout,
        "resolved_at": status.meaning.is_closed,
    }
    return {field: stamp for field, applies in fields.items() if applies}


def _missing(known: Remembered, now: datetime) -> Remembered | None:
    """A case that was not found: removed only after several reads and some minutes."""
    if not known.settled:
        return None
    since = known.missing_since or now
    reads = known.missing_reads + 1
    removed = reads >= REMOVED_AFTER_READS and now - since >= REMOVED_AFTER
    if removed and is_provisional(known.key):
        return None
    return replace(known, missing_since=since, missing_reads=reads, removed=removed)
