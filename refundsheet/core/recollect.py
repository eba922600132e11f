"""A ledger that was lost, or missed something: what the History tab and the cells still tell of it.

What nobody saw happen is not made up: the log is adopted as it stands, and nothing in it is stamped.
But our own texts are ours again, stamps that History says are ours and that still stand may be put
right, and an ID that was ever used is not given a second time.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from refundsheet.core.columns import BY_FIELD, OUR_FIELDS, Kind, Writer
from refundsheet.core.desk import Desk
from refundsheet.core.follow_up import FlagKind, words
from refundsheet.core.history import By, Entry
from refundsheet.core.identity import KnownRow, Recognised
from refundsheet.core.keys import comparable_id, is_provisional
from refundsheet.core.memory import Memory, Remembered, Visit, bounded
from refundsheet.core.model import Cell, RefundCase
from refundsheet.core.observe import REMOVED_AFTER_READS
from refundsheet.core.parse import cell
from refundsheet.core.planner import BACKFILLED, SEPARATOR, Context, cell_text, decide
from refundsheet.core.serials import same_serial, to_moment, to_serial

_STAMPED = tuple(name for name, column in BY_FIELD.items() if column.writer is Writer.TEAM_THEN_US)

#: How every text of follow_up.py reads, whatever the status, the limits, the dates and the advice.
_FLAG = re.compile(
    r"((Due soon|Nudge|Stale|Overdue|Escalate): .+ since .+, (second )?limit .+, (due|passed) .+"
    r"|Deadline: (ends|passed|received .+ legal .+ (end|ended)) .+"
    r"|Reopened: .+ since .+, after .+"
    r"|Possible double refund: .+ since .+, and .+ ha(s|ve) the same .+)"
    r"\. [A-Z][^.?]+[.?]( Also: .+\.)?",
    re.DOTALL,
)

#: What has no limit is by when it began.
_BY_ITS_BEGINNING = (f"{FlagKind.REOPENED.word}: ", f"{FlagKind.POSSIBLE_DOUBLE.word}: ")


def recollect(context: Context, recognised: Recognised, entries: Sequence[Entry]) -> Context:
    """What the first pass with a new ledger judges the log by.

    Args:
        context: With a memory that is empty and every case just seen for the first time.
        recognised: The rows.
        entries: What stands on the History tab, oldest first; none where there is no such tab.
    """
    texts = {*_texts_told(entries), *_texts_standing(recognised, context)}
    by_case = defaultdict[str, list[Entry]](list)
    for entry in entries:
        by_case[comparable_id(entry.label)].append(entry)
    observed = context.observed
    cases = {
        key: _restored(known, by_case[key], context) if key in by_case else known
        for key, known in observed.cases.items()
    }
    gone: dict[str, Remembered] = {}
    if "case_id" in context.layout.columns:
        used = {comparable_id(name): name for name in _ids_used(entries)}
        # Also an ID that several rows share stands in the log, though no case is known by it alone.
        standing = {comparable_id(known.row.case.case_id) for known in recognised.rows}
        gone = {key: _gone(key, used[key], context.now) for key in used.keys() - standing}
    memory = context.memory
    return replace(
        context,
        memory=replace(memory, texts=memory.texts | texts, cases={**memory.cases, **gone}),
        observed=replace(observed, cases=cases | gone, changed=observed.changed | gone.keys()),
    )


def catch_up(context: Context, recognised: Recognised, entries: Sequence[Entry]) -> Memory:
    """The memory with what somebody else's ledger has seen and written since, as History tells.

    What was seen is no news where the row still says so, and gets no stamp a second time, whether that
    stands or was cleared; what was written is ours; no ID is given twice. What happened after that is
    observed as ever.

    Args:
        context: With the memory as it is in this ledger, an older copy say.
        recognised: The rows as this memory knows them.
        entries: What stands on the History tab, oldest first.
    """
    memory = context.memory
    last_read, zone = memory.last_read_at or context.now, context.calendar.zone
    by_case = defaultdict[str, list[Entry]](list)
    for entry in entries:
        by_case[comparable_id(entry.label)].append(entry)
    cases = dict(memory.cases)
    for known in recognised.rows:
        told = _told_of(known, by_case)
        since = (known.remembered and known.remembered.unseen_since) or last_read
        missed = [entry for entry in told if _is_missed(entry, since, known.remembered, zone)]
        if missed and known.remembered is not None and known.doubt is None:
            caught = _caught_up(known.remembered, known.row.case, missed, zone)
            told_last = [entry for entry in missed if entry.field == "status"]
            if _is_of(known, told):
                caught = _from_the_last_status(caught, known.remembered, told_last, context)
            cases[caught.key] = _restored(caught, told, context)
    used = {comparable_id(name): name for name in _ids_used(entries)}
    unknown = used.keys() - cases.keys() if "case_id" in context.layout.columns else ()
    cases |= {key: _gone(key, used[key], context.now) for key in unknown}
    return replace(memory, cases=cases, texts=memory.texts | {*_texts_told(entries)})


def _is_missed(entry: Entry, since: datetime, known: Remembered | None, zone: ZoneInfo) -> bool:
    """Whether a ledger that has read last at a time does not know yet what an entry tells."""
    if entry.not_after != since or known is None:
        return entry.not_after > since
    # Two passes may read in one second, and the first of them die before it knows what it wrote.
    if entry.by is By.US:
        return entry.field in known.owed
    return entry.field in _CELLS and not _says(getattr(known.case, entry.field), entry, zone)


def _told_of(known: KnownRow, by_case: Mapping[str, list[Entry]]) -> list[Entry]:
    """What is told of a row's case, also under the IDs that it had since this ledger knew it.

    What is told under an ID from before the case had it is told of another case.
    """
    key, was = known.key, known.remembered.key if known.remembered else known.key
    entries, told = by_case.get(key, []), list[Entry]()
    while key != was:
        renames = (
            n for n, entry in enumerate(entries) if entry.field == "case_id" and _id_before(entry)
        )
        last = max(renames, default=None)
        if last is None:
            break
        told = entries[last:] + told
        key, at = _id_before(entries[last]), entries[last].not_after
        entries = [entry for entry in by_case.get(key, []) if entry.not_after < at]
    return entries + told


def _id_before(entry: Entry) -> str:
    return comparable_id(str(entry.before or ""))


def _caught_up(
    known: Remembered, case: RefundCase, missed: Sequence[Entry], zone: ZoneInfo
) -> Remembered:
    """The case with the cells that say what somebody else has seen in them, or put there."""
    latest = {entry.field: entry for entry in missed}
    seen = {
        field: getattr(case, field)
        for field, entry in latest.items()
        if field in _CELLS and _says(getattr(case, field), entry, zone)
    }
    owed = {field: stamp for field, stamp in known.owed.items() if field not in latest}
    # What was stamped was no longer being typed, and got what was due on its entry.
    stamped = any(entry.by is By.US and entry.field in _STAMPED for entry in missed)
    settled = known.settled or stamped
    return replace(known, case=replace(known.case, **seen), owed=owed, settled=settled)


def _is_of(known: KnownRow, told: Iterable[Entry]) -> bool:
    """Whether what is told under a row's ID is told of its case, as far as History shows."""
    was = known.remembered.key if known.remembered else known.key
    renames = (entry for entry in told if entry.field == "case_id" and _id_before(entry))
    return known.key == was or is_provisional(was) or any(renames)


def _from_the_last_status(
    caught: Remembered, known: Remembered, told: Sequence[Entry], context: Context
) -> Remembered:
    """The case with the status that was seen last: what its cell says otherwise has come since.

    Only where the tale begins with the status that is known, and goes on from each to the next;
    else some of it may be told of another case that had the ID meanwhile.
    """
    status = known.case.status
    for entry in told:
        if not context.desk.is_respelled(status, str(entry.before or "")):
            return caught
        status = str(entry.after or "")
    if not told or caught.case.status != known.case.status:
        return caught  # nothing is told, or the cell says it
    # By a clock that may have been ahead of ours.
    until = min(context.now, told[-1].not_after)
    return replace(caught, case=replace(caught.case, status=status), unseen_since=until)


_CELLS = frozenset(field.name for field in fields(RefundCase))


def _says(held: object, entry: Entry, zone: ZoneInfo) -> bool:
    """Whether a cell holds what an entry says was put there last."""
    if entry.by is By.US:
        return _holds(held, entry, zone)
    if not isinstance(held, str):
        return True  # dates and amounts that people typed are the cause of no stamp
    told = str(entry.after or "")
    if entry.field == "notes":  # of which History has but the beginning of what was added
        return told.removesuffix("…") in held
    return held.split() == told.split()


def is_flag_text(held: Cell) -> bool:
    """Whether a Follow-up cell reads as only refundsheet writes them."""
    return isinstance(held, str) and _FLAG.fullmatch(held) is not None


def _texts_told(entries: Iterable[Entry]) -> Iterator[str]:
    for entry in entries:
        if entry.by is By.US and entry.field in OUR_FIELDS:
            yield from (cell_text(value) for value in (entry.before, entry.after) if value)


def _texts_standing(recognised: Recognised, context: Context) -> Iterator[str]:
    """What stands in our own columns and reads as ours, whatever is left of History."""
    layout = context.layout
    said = decide(recognised, context).violations.values()
    sentences = {violation.sentence for found in said for violation in found}
    for known in recognised.rows:
        flag, by = (cell(known.row, name, layout) for name in ("follow_up", "follow_up_by"))
        if is_flag_text(flag):
            yield str(flag)
            if isinstance(by, (int, float)) and _says_when(str(flag), by, context):
                yield cell_text(by)
        found = cell(known.row, "row_check", layout)
        if isinstance(found, str) and _is_ours(found, sentences):
            yield found


def _says_when(flag: str, by: float, context: Context) -> bool:
    """Whether a flag names the time beside it as the one it is by; others were typed there."""
    when = words(to_moment(by, context.calendar.zone), context.now)
    verbs = "since" if flag.startswith(_BY_ITS_BEGINNING) else "due|passed|ends?|ended"
    return re.search(rf"\b({verbs}) {re.escape(when)}(?! \d\d:)", flag) is not None


def _is_ours(found: str, sentences: set[str]) -> bool:
    """Whether a Row Check cell is made of sentences that some row's check says now."""
    *whole, last = found.split(SEPARATOR)
    cut = last.removesuffix("…")
    ends = last in sentences or (cut != last and any(s.startswith(cut) for s in sentences))
    return ends and all(part in sentences for part in whole)


def _ids_used(entries: Iterable[Entry]) -> Iterator[str]:
    for entry in entries:
        if entry.has_id:
            yield entry.label
        if entry.field == "case_id":
            yield from (str(value) for value in (entry.before, entry.after) if value)


def _gone(key: str, case_id: str, now: datetime) -> Remembered:
    """A case of which no more is known than that its ID was in use."""
    return Remembered(
        key=key,
        case=RefundCase(case_id=case_id),
        adopted=True,
        first_seen=now,
        still_since=now,
        settled=True,
        missing_since=now,
        missing_reads=REMOVED_AFTER_READS,
        removed=True,
    )


def _restored(known: Remembered, entries: Sequence[Entry], context: Context) -> Remembered:
    """The case with what was seen and written of it, as far as it still stands."""
    latest: Mapping[str, Entry] = {entry.field: entry for entry in entries}
    status = latest.get("status")
    entered = status is not None and status.after == known.case.status
    ours = dict(_still_ours(known, latest, context))
    return replace(
        known,
        written={**known.written, **ours},
        backfilled=tuple(name for name in ours if latest[name].why.startswith(BACKFILLED)),
        status_since=status.at if status is not None and entered else known.status_since,
        visits=_visits(entries, context.desk) if entered else known.visits,
        acted_at=max(_acted(entries, context.desk), default=known.acted_at),
    )


def _visits(entries: Iterable[Entry], desk: Desk) -> tuple[Visit, ...]:
    """The statuses a case went through, as far back as History tells."""
    visits: list[Visit] = []
    for entry in entries:
        left, entered = str(entry.before or ""), str(entry.after or "")
        if entry.field == "status" and not desk.is_respelled(left, entered):
            visits = visits or [Visit(status=left, not_before=None, not_after=entry.at)]
            visits.append(Visit(status=entered, not_before=entry.at, not_after=entry.at))
    return bounded(tuple(visits))


def _still_ours(
    known: Remembered, latest: Mapping[str, Entry], context: Context
) -> Iterator[tuple[str, Cell]]:
    for name in _STAMPED:
        entry = latest.get(name)
        if entry is None or entry.by is not By.US:
            continue
        held = getattr(known.case, name)
        if held is not None and _holds(held, entry, context.calendar.zone):
            yield name, entry.after


def _holds(held: Any, entry: Entry, zone: ZoneInfo) -> bool:
    """Whether a cell holds what we put there."""
    if BY_FIELD[entry.field].kind is not Kind.MOMENT or held is None:
        return held == entry.after
    return isinstance(entry.after, (int, float)) and same_serial(to_serial(held, zone), entry.after)


def _acted(entries: Iterable[Entry], desk: Desk) -> Iterator[datetime]:
    for entry in entries:
        if entry.by is By.TEAM and entry.field in desk.last_action_fields:
            yield entry.at
