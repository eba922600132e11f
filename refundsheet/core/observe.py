"""What people did since the last read, and which timestamps that owes to their cases."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import attrgetter

from refundsheet.core.cells import CELL_ERROR
from refundsheet.core.columns import COLUMNS, CUSTOMER_AND_ORDER, Kind, Writer
from refundsheet.core.desk import Desk, Meaning
from refundsheet.core.identity import KnownRow, Recognised
from refundsheet.core.keys import FINGERPRINT_FIELDS, is_provisional, root_of
from refundsheet.core.memory import (
    Memory,
    Observation,
    Owed,
    Remembered,
    Seen,
    Visit,
    is_vague,
    timeline,
    with_visit,
)
from refundsheet.core.model import Cell, Moment, RefundCase, Row

TEAM_FIELDS = tuple(column.field for column in COLUMNS if column.writer is not Writer.US)
MOMENT_FIELDS = tuple(
    column.field
    for column in COLUMNS
    if column.kind is Kind.MOMENT and column.writer is not Writer.US
)

#: A cut row is absent until it is pasted; only after this it counts as removed.
REMOVED_AFTER_READS = 3
REMOVED_AFTER = timedelta(minutes=10)

#: A cell that shows an error for fewer reads than these is still being calculated.
UNREAD_READS = 3


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
    #: The fields that have a column, and those of them that had one at the read before, too.
    fields: frozenset[str]
    compared: tuple[str, ...]
    now: datetime
    #: The earliest moment at which a change that is seen now can have happened.
    not_before: datetime | None
    #: The keys of the rows in doubt that share their IDs with nobody, and of those like nobody there.
    alone: frozenset[str]
    unlike: frozenset[str]

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
    present, before = _with_both(fields), _with_both(memory.fields)
    # A column that was not there at the last read is learnt silently: its cells are not news.
    compared = tuple(field for field in TEAM_FIELDS if field in present and field in before)
    this = _Pass(memory, desk, present, compared, now, memory.last_read_at, *_apart(recognised))
    cases = dict(memory.cases)
    observations: list[Observation] = []
    changed: set[str] = set(recognised.rekeyed.values())
    for old in recognised.rekeyed:
        cases.pop(old, None)
    for known in recognised.rows:
        if not _teaches(known):
            continue
        seen = _seen(known, this, observations)
        if seen is not known.remembered:
            # Without news, too: the next read meets the very same record, and need not compare it.
            cases[known.key] = seen
            if seen != known.remembered:
                changed.add(known.key)
    changed |= _note_doubts(recognised, cases, this)
    forgotten = _note_absent(recognised.absent, cases, this)
    changed |= _note_returned(present - before, recognised, cases, this)
    changed |= set(recognised.absent) - forgotten
    return Observed(cases, frozenset(changed), frozenset(forgotten), tuple(observations))


def _teaches(known: KnownRow) -> bool:
    """Whether a row tells anything of its case: what is in doubt does not, of the case it may be."""
    return bool(known.key) and (known.doubt is None or is_provisional(known.key))


def _with_both(fields: frozenset[str]) -> frozenset[str]:
    """The fields with those that stand in one combined column."""
    both = {"customer_name", "order_id"} if CUSTOMER_AND_ORDER.field in fields else set[str]()
    return fields | both


def _seen(known: KnownRow, this: _Pass, observations: list[Observation]) -> Remembered:
    """What is to be remembered of a row's case; the very same record where that was read before."""
    case, before = known.row.case, known.remembered
    if before is None or before.is_hearsay:
        return _first_seen(known, this)
    if known.doubt is not None:
        return _in_doubt(known, before, this)
    unchanged = before.case is case and before.key == known.key
    is_usual = before.settled and not (before.unread or before.missing_reads or before.unseen_since)
    if unchanged and is_usual:
        return before
    if before.unseen_since:
        this = replace(this, not_before=before.unseen_since)
    unread = _unread(known.row, before)
    if unread:
        # What a cell says while it shows an error is no news: it stays as it was.
        case = replace(case, **{field: getattr(before.case, field) for field in unread})
    fields = tuple(field for field in this.compared if not _is_first_reading(field, before))
    changes = tuple(_changes(before.case, case, fields))
    observations.extend(_observation(known.key, field, before, case, this) for field in changes)
    found = replace(
        before,
        key=known.key,
        case=case,
        unread=unread,
        missing_since=None,
        missing_reads=0,
        unseen_since=None,
        removed=False,
        moved_to="",
    )
    return _after(found, before, changes, known.row, this)


def _in_doubt(known: KnownRow, before: Remembered, this: _Pass) -> Remembered:
    """What is to be remembered of a row without a name of its own.

    What it says is learnt, and is no news of anybody: it may be the row beside it that said
    something else. Of a case that is alone under another's ID, what was done to it is told once it has
    a name again, also where others come by meanwhile that cannot be mistaken for it.
    """
    case = known.row.case
    is_still_it = (
        before.unseen_since
        and known.key in this.unlike
        and _what_tells(case) == _what_tells(before.case)
    )
    if not (before.settled and (known.key in this.alone or is_still_it)):
        return replace(before, key=known.key, case=case)
    tells = {field: getattr(case, field) for field in FINGERPRINT_FIELDS}
    since = before.unseen_since or this.not_before
    return replace(before, key=known.key, case=replace(before.case, **tells), unseen_since=since)


_what_tells = attrgetter(*FINGERPRINT_FIELDS)


def _apart(recognised: Recognised) -> tuple[frozenset[str], frozenset[str]]:
    """The keys of the rows in doubt that share their IDs with nobody, and of those like nobody there."""
    unsure = [known for known in recognised.rows if known.doubt and is_provisional(known.key)]
    if not unsure:
        return frozenset(), frozenset()
    roots = Counter(root_of(known.key) for known in unsure)
    alike = Counter((root_of(known.key), _what_tells(known.row.case)) for known in unsure)
    told = {known.key for known in recognised.rows if known.key in roots and not known.doubt}
    alone = (
        known.key
        for known in unsure
        if roots[root_of(known.key)] == 1 and root_of(known.key) not in told
    )
    unlike = (
        known.key for known in unsure if alike[root_of(known.key), _what_tells(known.row.case)] == 1
    )
    return frozenset(alone), frozenset(unlike)


def _first_seen(known: KnownRow, this: _Pass) -> Remembered:
    case = known.row.case
    # A case that was there before this ledger was is adopted whenever it turns up.
    is_old = this.is_baseline or known.remembered is not None or known.may_be_old
    adopted = is_old and _is_begun(case, this)
    first = Remembered(
        key=known.key,
        case=case,
        adopted=adopted,
        first_seen=this.now,
        still_since=this.now,
        settled=adopted,
        unread=_unread(known.row, None),
        visits=() if adopted else (_entry(case, this),),
    )
    return first if adopted or known.doubt else _settle(first, known.row, this)


def _entry(case: RefundCase, this: _Pass) -> Visit:
    """The case's entry into its status, seen by this read."""
    return Visit(status=case.status, not_before=this.not_before, not_after=this.now)


def _is_begun(case: RefundCase, this: _Pass) -> bool:
    """Whether the row is about something: in a template IDs and statuses may be filled in ahead."""
    tells = _BEGUN & this.fields
    return not tells or any(getattr(case, field) not in (None, "") for field in tells)


def _is_complete(case: RefundCase, this: _Pass) -> bool:
    """Whether the row says whose case it is, and what it is about or how it stands."""
    names = _WHOSE & this.fields
    is_named = not names or any(getattr(case, field) for field in names)
    return is_named and bool(case.status or case.reason)


_WHOSE = frozenset({"customer_name", "order_id"})
_BEGUN = _WHOSE | {"product", "amount", "notes"} | set(MOMENT_FIELDS)


def _unread(row: Row, before: Remembered | None) -> Mapping[str, int]:
    """The fields whose cells show an error now, with how many reads in a row have found one."""
    if not row.violations:
        return _NOTHING_UNREAD
    so_far = before.unread if before else _NOTHING_UNREAD
    fields = _with_both(frozenset(v.field for v in row.violations if v.rule == CELL_ERROR))
    return {
        field: min(so_far.get(field, 0) + 1, UNREAD_READS)
        for field in sorted(fields - {CUSTOMER_AND_ORDER.field})
    }


_NOTHING_UNREAD: Mapping[str, int] = {}


def _is_first_reading(field: str, before: Remembered) -> bool:
    """Whether a cell may have had its content all along, behind an error that stood from the start."""
    return field in before.unread and getattr(before.case, field) in (None, "")


def _after(
    found: Remembered, before: Remembered, changes: tuple[str, ...], row: Row, this: _Pass
) -> Remembered:
    """The record of a case that was known, after one more read found it."""
    if not before.settled:
        if not (changes and _is_typed_long_ago(before, this)):
            return _settle(_still(found, before.case, changes, this), row, this)
        entered = _entered(replace(found, case=before.case), this)
        found = replace(entered, case=found.case)
    if changes:
        kept = {field: value for field, value in before.written.items() if field not in changes}
        undone = _still_undone(before, changes) if before.undone else before.undone
        found = replace(
            found,
            written=kept,
            backfilled=tuple(field for field in before.backfilled if field not in changes),
            undone=undone,
            barred=_still_barred(before, changes) if before.barred else before.barred,
            still_since=this.now,
            found_since=_found_since(before),
        )
        found = _acted(found, before.case, changes, this)
    return _without_filled(found, row)


def _is_typed_long_ago(before: Remembered, this: _Pass) -> bool:
    """Whether a row was whole before a gap so long that what is another now was changed, not typed."""
    return is_vague(this.not_before, this.now) and _is_complete(before.case, this)


def _found_since(before: Remembered) -> Moment | None:
    """What the row told of how long it has had its status, before our own stamps stand in it."""
    if before.status_since is not None or before.found_since is not None:
        return before.found_since
    return before.case.last_action_at or before.case.requested_at


def _still_undone(before: Remembered, changes: tuple[str, ...]) -> Mapping[str, Cell]:
    """What was taken back is written again once people have worked on the case; but for its ID."""
    kept = {"case_id"} - set(changes)
    return {field: value for field, value in before.undone.items() if field in kept}


def _still_barred(before: Remembered, changes: tuple[str, ...]) -> Mapping[str, str]:
    """Whoever fills a cell in, or moves the case on, has seen that it was blank."""
    if "status" in changes:
        return {}
    return {field: why for field, why in before.barred.items() if field not in changes}


def _without_filled(found: Remembered, row: Row) -> Remembered:
    """What people filled in themselves is not owed any more, not even when they clear it later."""
    if not found.owed:
        return found
    odd = {violation.field for violation in row.violations}
    owed = {
        field: stamp
        for field, stamp in found.owed.items()
        if field in found.written or not (field in odd or getattr(found.case, field))
    }
    return found if len(owed) == len(found.owed) else replace(found, owed=owed)


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
        not_before=this.not_before,
        not_after=this.now,
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _still(
    found: Remembered, before: RefundCase, changes: tuple[str, ...], this: _Pass
) -> Remembered:
    """A row that may still be typed in: count how long it has stood unchanged."""
    if not changes:
        reads = min(found.still_reads + 1, max(this.desk.grace_reads, found.still_reads))
        return replace(found, still_reads=reads)
    is_new = _is_complete(found.case, this) and not _is_complete(before, this)
    first_seen = this.now if is_new else found.first_seen
    # Until it is settled it has been in no other status than the one it will be entered with.
    entered = _entry(found.case, this) if is_new else _retyped(found)
    return replace(
        found, still_since=this.now, still_reads=1, first_seen=first_seen, visits=(entered,)
    )


def _retyped(found: Remembered) -> Visit:
    """The first visit with the status that its row says now."""
    return replace(timeline(found)[0], status=found.case.status)


def _settle(found: Remembered, row: Row, this: _Pass) -> Remembered:
    """Take a row for complete once it has stood still long enough, and note what it is owed."""
    still_for = (this.now - found.still_since).total_seconds()
    if found.still_reads < this.desk.grace_reads or still_for < this.desk.grace_seconds:
        return found
    if not _is_complete(found.case, this) or "status" in found.unread:
        return found
    return _without_filled(_entered(found, this), row)


def _entered(found: Remembered, this: _Pass) -> Remembered:
    """A row that nobody types in any more: a case, with the timestamps it is owed on its entry."""
    owed = {"requested_at": Owed(found.first_seen, "the request was first seen here")}
    case, visits = found.case, found.visits
    if _is_backdated(case.requested_at, found.first_seen, this):
        visits = (replace(timeline(found)[0], not_before=None),)
    else:
        owed |= _owed_on_entering(case.status, found.first_seen, "the case was entered as", this)
    return replace(found, settled=True, owed=owed, visits=visits)


def _is_backdated(requested_at: Moment | None, first_seen: datetime, this: _Pass) -> bool:
    """Whether the request was received on another day than the row was typed on."""
    if requested_at is None:
        return False
    zone = this.now.tzinfo  # the sheet's
    is_day = not isinstance(requested_at, datetime)
    day = requested_at if is_day else requested_at.astimezone(zone).date()
    return day != first_seen.astimezone(zone).date()


def _acted(
    found: Remembered, before: RefundCase, changes: tuple[str, ...], this: _Pass
) -> Remembered:
    """A settled case that people changed: what happened, and which timestamps follow from it."""
    owed = {field: stamp for field, stamp in found.owed.items() if field not in changes}
    acted = [field for field in this.desk.last_action_fields if field in changes]
    if acted and "last_action_at" not in changes:
        owed["last_action_at"] = Owed(this.now, _action(acted, found.case))
    if "status" in changes:
        owed = _owed_after_status(owed, found, before, changes, this)
        if not this.desk.is_respelled(before.status, found.case.status):
            visits = with_visit(found, before.status, _entry(found.case, this))
            found = replace(found, status_since=this.now, found_since=None, visits=visits)
    if acted:
        found = replace(found, acted_at=this.now, first_action=_first_action(found, this))
    return replace(found, owed=owed)


def _first_action(found: Remembered, this: _Pass) -> Seen | None:
    """What was the first action on a case, once there is another one."""
    if found.adopted or found.first_action is not None or found.acted_at is not None:
        return found.first_action
    return Seen(not_before=this.not_before, not_after=this.now)


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
    old = this.desk.recognise(before.status)
    was, now = old.status.meaning, this.desk.recognise(found.case.status).status.meaning
    if was is now:
        return owed
    due = _owed_on_entering(found.case.status, this.now, "status became", this)
    # A day of closing stands while the case goes from one closed status to the next, also by way
    # of one that nobody understands.
    if was.is_closed or (not old.is_known and found.case.resolved_at):
        due.pop("resolved_at", None)
    stamps = ("approved_at", "paid_at", "resolved_at")
    kept = {field: stamp for field, stamp in owed.items() if field not in stamps}
    return kept | {field: stamp for field, stamp in due.items() if field not in changes}


def _owed_on_entering(label: str, at: datetime, event: str, this: _Pass) -> dict[str, Owed]:
    """The timestamps a case is due on entering a status."""
    status = this.desk.recognise(label).status
    stamp = Owed(at, f"{event} {label}")
    fields = {
        "approved_at": status.meaning is Meaning.APPROVED,
        "paid_at": status.meaning is Meaning.PAID and status.payout,
        "resolved_at": status.meaning.is_closed,
    }
    return {field: stamp for field, applies in fields.items() if applies}


def _note_doubts(recognised: Recognised, cases: dict[str, Remembered], this: _Pass) -> set[str]:
    """Note since when nobody knows what a case says, because several rows may be it.

    A case whose row lacks its ID is noted as missing, too, though no read missed the row.
    """
    unsure = {known.key for known in recognised.rows if known.doubt is not None}
    if not unsure:
        return set()
    certain = {known.key for known in recognised.rows if known.doubt is None}
    changed: set[str] = set()
    for key in cases.keys() & {root_of(key) for key in unsure} - certain:
        known = cases[key]
        noted = replace(known, unseen_since=known.unseen_since or this.not_before)
        if key in unsure:  # its row is there, and lacks its ID
            noted = replace(noted, missing_since=known.missing_since or this.now, missing_reads=0)
        if noted != known:
            cases[key] = noted
            changed.add(key)
    return changed


def _note_returned(
    fields: frozenset[str], recognised: Recognised, cases: dict[str, Remembered], this: _Pass
) -> set[str]:
    """Note which cells nobody has read yet of cases that could not be told when columns came back.

    What these say is learnt silently as soon as the case is told, as that of all others is now.
    """
    returned = [field for field in TEAM_FIELDS if field in fields]
    if not returned:
        return set()
    learnt = {known.key for known in recognised.rows if _teaches(known)} - this.alone
    unread = cases.keys() - learnt
    for key in unread:
        blank = [field for field in returned if getattr(cases[key].case, field) in (None, "")]
        cases[key] = replace(cases[key], unread={**cases[key].unread, **dict.fromkeys(blank, 1)})
    return unread


def _note_absent(absent: Iterable[str], cases: dict[str, Remembered], this: _Pass) -> set[str]:
    """Count the reads that did not hold a case; forget the rows that never got beyond typing."""
    forgotten: set[str] = set()
    for key in absent:
        if cases[key].settled:
            cases[key] = _missing(cases[key], this)
        else:
            del cases[key]
            forgotten.add(key)
    return forgotten


def _missing(known: Remembered, this: _Pass) -> Remembered:
    """A case that was not found: removed only after several reads and some minutes."""
    # A case that lacks its ID is missing, too, but its row is there.
    since = (known.missing_since if known.missing_reads else None) or this.now
    reads = known.missing_reads + 1
    removed = reads >= REMOVED_AFTER_READS and this.now - since >= REMOVED_AFTER
    unseen = known.unseen_since or this.not_before
    return replace(
        known, missing_since=since, missing_reads=reads, removed=removed, unseen_since=unseen
    )


def newly_removed(memory: Memory, observed: Observed) -> tuple[str, ...]:
    """The keys of the cases that count as removed since this read."""
    return tuple(
        key
        for key in sorted(observed.changed)
        if key in observed.cases
        and observed.cases[key].removed
        and not (key in memory.cases and memory.cases[key].removed)
    )


def with_places(observed: Observed, places: Mapping[str, str]) -> Observed:
    """With the tabs on which removed cases were found, by key."""
    moved = {key: replace(observed.cases[key], moved_to=tab) for key, tab in places.items()}
    return replace(observed, cases={**observed.cases, **moved}) if moved else observed
