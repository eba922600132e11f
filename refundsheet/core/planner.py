"""From what is known to what is to be written: every change with its reason and its condition."""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain, count

from refundsheet.core.calendar import BusinessCalendar
from refundsheet.core.case_ids import next_ids
from refundsheet.core.cells import CELL_ERROR
from refundsheet.core.columns import BY_FIELD, CUSTOMER_AND_ORDER
from refundsheet.core.desk import Desk
from refundsheet.core.doubts import DUPLICATE_ID
from refundsheet.core.flagging import Flagged, flag_cases, flag_of, is_listed_instead
from refundsheet.core.follow_up import Flag, Timer, words
from refundsheet.core.identity import KnownRow, Recognised
from refundsheet.core.judged import AGAIN, NOTHING_JUDGED, Beside, Judged, sharing
from refundsheet.core.keys import FINGERPRINT_FIELDS, comparable_id, is_provisional, root_of
from refundsheet.core.memory import Memory, Remembered
from refundsheet.core.model import Cell, Change, Layout, Row, Severity, Violation
from refundsheet.core.observe import UNREAD_READS, Observed
from refundsheet.core.parse import cell
from refundsheet.core.rules.across import about_currency, about_orders
from refundsheet.core.rules.catalogue import graded, is_on, violation
from refundsheet.core.rules.date_order import DATE_SWAPPED, swapped_dates
from refundsheet.core.rules.dates import acted_early
from refundsheet.core.rules.doubles import POSSIBLE_DOUBLE, KeyedCase, possible_doubles
from refundsheet.core.rules.registry import RESOLVED_BUT_OPEN, check
from refundsheet.core.serials import same_serial, to_serial

_NAMES = ("order_id", "customer_name", CUSTOMER_AND_ORDER.field)

#: The fields a stamp's reason rests on, besides the case itself and the cell.
_PREMISES = {
    "requested_at": _NAMES,
    "last_action_at": ("status", "notes"),
    "approved_at": ("status",),
    "paid_at": ("status",),
    "resolved_at": ("status",),
}

#: Begins the reason of what completes a case from before refundsheet: History tells it by that.
BACKFILLED = "backfilled"

#: Stands between the sentences of the Row Check cell.
SEPARATOR = " • "

#: Of a longer text of problems the end is left out: a cell has to be read at a glance.
_ROW_CHECK_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Context:
    """What every row of a pass is judged by.

    Attributes:
        memory: What was remembered before this read; its texts are the ones that are ours.
        observed: What is known of the cases after it.
        calendar: The desk's hours in the sheet's zone.
        now: The time of the pass, in the sheet's zone.
        backfill: Whether cases that were there before refundsheet are completed too.
        shown_currency: The currency in which the log shows amounts that name none; "" for no one.
    """

    layout: Layout
    memory: Memory
    observed: Observed
    desk: Desk
    calendar: BusinessCalendar
    now: datetime
    backfill: bool = False
    shown_currency: str = ""


@dataclass(frozen=True, slots=True)
class Decisions:
    """What a pass decided, before anything is written.

    Attributes:
        changes: Every cell to write.
        flags: Key to the flag of each case that needs somebody, whether its cell is ours or not.
        old: The keys of the open cases that are so old that they are listed and not flagged.
        violations: Row number to everything wrong with it, worst first.
        judged: What the next pass need not judge again.
    """

    changes: tuple[Change, ...]
    flags: Mapping[str, Flag] = field(default_factory=dict[str, Flag])
    old: tuple[str, ...] = ()
    violations: Mapping[int, tuple[Violation, ...]] = field(
        default_factory=dict[int, tuple[Violation, ...]]
    )
    judged: Judged = field(default=NOTHING_JUDGED, compare=False, repr=False)


def decide(recognised: Recognised, context: Context, before: Judged = NOTHING_JUDGED) -> Decisions:
    """Every change the log needs now; a row in doubt gets no more than the reason in Row Check.

    Args:
        recognised: Which row is which case.
        context: What the rows are judged by.
        before: What an earlier pass has judged: it saves time, and makes no difference.
    """
    rows, at = recognised.rows, context.now.timestamp()
    cases = _settled(rows, context)
    before = before.by(_premises(context), at).in_order_of(cases)
    orders, payees = before.marked(cases)
    beside = _beside(recognised, cases, sharing(cases, orders, payees), context)
    standing = before.standing(rows, cases, beside.unlike(before.beside), at)
    checks = _checks(recognised, beside, context)
    minted = _new_ids(recognised, context)
    verdicts = [
        None if stands else _verdict(known, case, minted.get(known.key, ()), checks, context)
        for known, case, stands in zip(rows, cases, standing, strict=True)
    ]
    flags, old, violations = _with_standing(cases, verdicts, before)
    judged = Judged(
        premises=_premises(context),
        at=at,
        rows=[known.row for known in rows],
        cases=cases,
        holds_until=_holding(verdicts, before.holds_until),
        orders=orders,
        payees=payees,
        beside=beside,
        flags=flags,
        old=old,
        violations=violations,
    )
    changes = chain.from_iterable(verdict.changes for verdict in verdicts if verdict is not None)
    return Decisions(
        changes=tuple(_told_apart(changes, rows, context.layout)),
        flags=flags,
        old=tuple(case.key for case, is_old in zip(cases, old, strict=True) if case and is_old),
        violations={
            known.row.number: found for known, found in zip(rows, violations, strict=True) if found
        },
        judged=judged,
    )


def _told_apart(
    changes: Iterable[Change], rows: Iterable[KnownRow], layout: Layout
) -> Iterator[Change]:
    """The changes, which rest on whose case it is, too, and not on its ID alone.

    People may sort the content of the log and leave its IDs where they are. And of several rows of
    one ID one keeps the bare key, because the rest of it is as last seen, as does a row that lacks its
    ID: there the changes rest on all that told the row from others. Not on the date received: one
    batch may fill it.
    """
    in_doubt = {known.key for known in rows if known.doubt is not None}
    several = {root_of(key) for key in in_doubt if root_of(key) != key}
    several |= {key for key in in_doubt if not is_provisional(key)}
    whose = [name for name in _NAMES if name in layout.columns]
    telling = [
        name
        for name in (*FINGERPRINT_FIELDS, *whose)
        if name in layout.columns and name not in _PREMISES
    ]
    for change in changes:
        names = telling if change.case in several else whose
        yield replace(change, premise=tuple(dict.fromkeys((*change.premise, *names))))


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What a pass says of one row.

    Attributes:
        is_old: Whether its case is listed, and not flagged.
        holds_until: The time, in seconds since 1970, before which all this stands while nothing
            else changes.
    """

    flag: Flag | None = None
    is_old: bool = False
    violations: tuple[Violation, ...] = ()
    changes: tuple[Change, ...] = ()
    holds_until: float = AGAIN


_NOTHING_YET = _Verdict()


def _verdict(
    known: KnownRow,
    case: Remembered | None,
    minted: tuple[Change, ...],
    checks: "_Checks",
    context: Context,
) -> _Verdict:
    after = context.observed.cases.get(known.key)
    if not is_settled(known, after):
        return _NOTHING_YET
    timer, flag, is_old, stamps = Timer(context.now), None, False, minted
    if case is not None:
        desk, calendar = context.desk, context.calendar
        is_old = is_listed_instead(case, desk, calendar, _baseline(context))
        others = checks.beside.doubles.get(known.key, ())
        flag = None if is_old else flag_of(case, desk, calendar, timer, others)
        stamps = (*minted, *_stamps(known, case, context))
    found = _violations(known, after, checks)
    if any(stamp.field == "resolved_at" and stamp.after is None for stamp in stamps):
        found = tuple(v for v in found if v.rule != RESOLVED_BUT_OPEN)  # it is being put right
    unlike = tuple(_unlike(known, flag, found, context))
    is_done = case is not None and not stamps and not unlike
    due = (*stamps, *_our_cells(known, unlike, context))
    changes = tuple(_without_undone(due, after)) if after and after.undone else due
    return _Verdict(flag, is_old, found, changes, timer.holds_until if is_done else AGAIN)


def _with_standing(
    cases: Sequence[Remembered | None], verdicts: Iterable[_Verdict | None], before: Judged
) -> tuple[dict[str, Flag], bytearray, list[tuple[Violation, ...]]]:
    """Flags, old cases and violations by these verdicts; where there is none, by those before."""
    flags: dict[str, Flag] = {}
    old = bytearray(len(cases))
    violations: list[tuple[Violation, ...]] = []
    judged_before = zip(before.old, before.violations, strict=True)
    for place, (case, verdict, (was_old, stood)) in enumerate(
        zip(cases, verdicts, judged_before, strict=True)
    ):
        if verdict is not None:
            flag, old[place] = verdict.flag, verdict.is_old
            violations.append(verdict.violations)
        else:
            flag, old[place] = before.flags.get(case.key) if case else None, was_old
            violations.append(stood)
        if flag is not None and case is not None:
            flags[case.key] = flag
    return flags, old, violations


def _holding(verdicts: Iterable[_Verdict | None], before: Iterable[float]) -> "array[float]":
    return array(
        "d",
        (
            stood if verdict is None else verdict.holds_until
            for verdict, stood in zip(verdicts, before, strict=True)
        ),
    )


def _premises(context: Context) -> tuple[object, ...]:
    """What all rows alike are judged by; the time but for its year, which dates are worded by."""
    now, baseline = context.now, _baseline(context)
    return (
        context.desk,
        context.calendar,
        context.layout,
        context.backfill,
        (baseline, baseline.tzinfo),
        (now.year, now.tzinfo),
    )


def _baseline(context: Context) -> datetime:
    return context.memory.baseline_at or context.now


def _settled(rows: Iterable[KnownRow], context: Context) -> list[Remembered | None]:
    """Of each row its case, if it is no longer being typed in, and certainly that case's."""
    found = context.observed.cases.get
    return [
        after
        if known.doubt is None and (after := found(known.key)) is not None and after.settled
        else None
        for known in rows
    ]


def flagged_by(recognised: Recognised, context: Context) -> Flagged:
    """The flags alone, as other settings in the context would have them, say."""
    cases = (case for case in _settled(recognised.rows, context) if case is not None)
    return flag_cases(cases, context.desk, context.calendar, _baseline(context), context.now)


def _without_undone(changes: Sequence[Change], after: Remembered) -> Iterator[Change]:
    """What people had refundsheet take back is not written again."""
    for change in changes:
        is_undone = change.field in after.undone
        if not (is_undone and _same(after.undone[change.field], change.after)):
            yield change


def is_settled(known: KnownRow, after: Remembered | None) -> bool:
    """Whether a row is no longer being typed in; what is in doubt is told at once."""
    return known.doubt is not None or (after is not None and after.settled)


@dataclass(frozen=True, slots=True)
class _Checks:
    """What the rows of a pass are checked by.

    Attributes:
        layout: Where the columns are.
        fields: The fields that have one.
        free: Key to the ID that is offered to a copy.
        beside: What the cases say of each other.
    """

    desk: Desk
    layout: Layout
    fields: frozenset[str]
    free: Mapping[str, str]
    beside: Beside


def _beside(
    recognised: Recognised,
    cases: Iterable[Remembered | None],
    sharing: Sequence[KeyedCase],
    context: Context,
) -> Beside:
    """What the cases say of each other; some of them may share an order or a customer."""
    grades = context.desk.grades
    doubles = possible_doubles(sharing, context.desk) if is_on(POSSIBLE_DOUBLE, grades) else {}
    violations = about_orders(sharing, doubles, context.desk)
    settled = [case for case in cases if case is not None]
    for key, blank in about_currency(settled, context.desk, context.shown_currency):
        violations[key].append(blank)
    if is_on(DATE_SWAPPED, grades):
        for key, swapped in swapped_dates(recognised.rows, context.layout):
            violations[key].append(swapped)
    return Beside(doubles=doubles, violations=dict(violations))


def _checks(recognised: Recognised, beside: Beside, context: Context) -> _Checks:
    return _Checks(
        desk=context.desk,
        layout=context.layout,
        fields=frozenset(context.layout.columns),
        free=_free_ids(recognised, context),
        beside=beside,
    )


def _violations(
    known: KnownRow, after: Remembered | None, checks: _Checks
) -> tuple[Violation, ...]:
    """Everything wrong with a row, worst first."""
    unread = after.unread if after else {}
    found = [
        one
        for one in known.row.violations
        # Loading… is no problem yet.
        if one.rule != CELL_ERROR or unread.get(one.field, UNREAD_READS) >= UNREAD_READS
    ]
    if known.doubt is not None:
        found.append(_with_free_id(known.doubt, checks.free.get(known.key)))
    is_read = not unread or known.doubt is not None
    case = known.row.case if after is None or is_read else after.case
    odd = [one.field for one in known.row.violations]
    found += check(case, checks.desk, checks.fields, odd)
    found += checks.beside.violations.get(known.key, ())
    if after and after.barred:
        found += _not_filled_in(known.row, after.barred, checks.layout)
    return graded(found, checks.desk.grades) if found else ()


def _not_filled_in(row: Row, barred: Mapping[str, str], layout: Layout) -> Iterator[Violation]:
    """Why cells are blank that refundsheet would have filled in."""
    for name, why in barred.items():
        if name in layout.columns and cell(row, name, layout) is None:
            sentence = (
                f"{BY_FIELD[name].header} could not be filled in: {why.rstrip('.')}. "
                "Type it in, or let refundsheet write there."
            )
            yield violation("not_filled_in", sentence, name)


def _with_free_id(doubt: Violation, free: str | None) -> Violation:
    gist = doubt.sentence
    return replace(doubt, sentence=f"{gist} {free} is free.", gist=gist) if free else doubt


def row_check_text(violations: Sequence[Violation]) -> str:
    """The Row Check cell: problems and warnings, worst first, a sentence each."""
    sentences = [v.sentence for v in violations if v.severity >= Severity.WARNING]
    text = SEPARATOR.join(dict.fromkeys(sentences))
    return text if len(text) <= _ROW_CHECK_LENGTH else text[: _ROW_CHECK_LENGTH - 1] + "…"


def _new_ids(recognised: Recognised, context: Context) -> dict[str, tuple[Change, ...]]:
    """A Case ID for every complete row that has none, by key."""
    nameless = [
        known
        for known in recognised.rows
        if not known.row.case.case_id and _needs_id(known, context)  # most have one
    ]
    if not nameless:
        return {}
    ids = next_ids(_used_ids(recognised, context), context.desk.case_ids, context.now.year)
    return {
        known.key: (_minted(known, minted, context),)
        for known, minted in zip(nameless, ids, strict=False)
    }


def _minted(known: KnownRow, minted: str, context: Context) -> Change:
    is_old = context.observed.cases[known.key].adopted
    reason = "the row is complete and had no Case ID"
    fields = (*_NAMES, "requested_at", "reason", "status")
    premise = tuple(field for field in fields if field in context.layout.columns)
    why = f"{BACKFILLED}: {reason}" if is_old else reason
    change = _change(known, "case_id", minted, reason=why, premise=premise)
    return replace(change, backfills=is_old)


def _used_ids(recognised: Recognised, context: Context) -> Iterator[str]:
    """Every Case ID that stands in the log or is remembered from it."""
    for known in recognised.rows:
        if known.row.case.case_id:
            yield known.row.case.case_id
    for case in context.memory.cases.values():
        if case.case.case_id:
            yield case.case.case_id
        if case.undone and (taken_back := case.undone.get("case_id")):
            yield str(taken_back)


def _free_ids(recognised: Recognised, context: Context) -> dict[str, str]:
    """An ID to offer to each copy, by key: made of its own, so that the offer stays as it is."""
    copies = {
        known.key: known.row.case.case_id
        for known in recognised.rows
        if known.doubt is not None and known.doubt.rule == DUPLICATE_ID
    }
    taken = {comparable_id(used) for used in _used_ids(recognised, context)} if copies else set()
    offers: dict[str, str] = {}
    for key in sorted(copies):
        named = (f"{copies[key]}-{number}" for number in count(2))
        offers[key] = next(offer for offer in named if comparable_id(offer) not in taken)
        taken.add(comparable_id(offers[key]))
    return offers


def _needs_id(known: KnownRow, context: Context) -> bool:
    after = context.observed.cases.get(known.key)
    if known.doubt is not None or after is None or not after.settled:
        return False
    if "case_id" in after.undone:
        return False  # people had it taken back, and want none of another number either
    if "case_id" not in context.layout.columns or cell(known.row, "case_id", context.layout):
        return False
    case = known.row.case
    is_complete = bool(case.order_id or case.customer_name) and bool(case.status or case.reason)
    return is_complete and (context.backfill or not after.adopted)


def _stamps(known: KnownRow, after: Remembered, context: Context) -> Iterator[Change]:
    """The timestamps the case is due, once it has an ID that tells where they belong."""
    if is_provisional(known.key):
        return
    for name, owed in after.owed.items():
        if name in context.layout.columns and _may_stamp(known.row, name, after, context):
            serial = to_serial(owed.at.replace(microsecond=0), context.calendar.zone)
            yield _stamp(known, name, serial, owed.reason, context)
    said = context.desk.recognise(after.case.status)
    is_closed = said.status.meaning.is_closed
    resolved = cell(known.row, "resolved_at", context.layout)
    # A status that nobody understands, or none, does not tell that the case was opened again.
    if said.is_known and not is_closed and _is_ours(after, "resolved_at", resolved):
        yield _stamp(known, "resolved_at", None, "the case was opened again", context)
    if context.backfill and after.adopted and is_closed and resolved is None:
        yield from _backfilled_resolution(known, context)


def _backfilled_resolution(known: KnownRow, context: Context) -> Iterator[Change]:
    """The last action of a case that was closed before anybody looked, as the day of its closing."""
    case = known.row.case
    acted = cell(known.row, "last_action_at", context.layout)
    is_date = isinstance(acted, (int, float)) and case.last_action_at is not None
    if is_date and "resolved_at" in context.layout.columns and not acted_early(case, context.desk):
        reason = f"{BACKFILLED}: the last action of a closed case"
        change = _stamp(known, "resolved_at", acted, reason, context)
        yield replace(change, backfills=True)


def _may_stamp(row: Row, name: str, after: Remembered, context: Context) -> bool:
    """A blank cell may be stamped, and one that still holds exactly what refundsheet wrote."""
    held = cell(row, name, context.layout)
    return held is None or _is_ours(after, name, held)


def _is_ours(after: Remembered, name: str, held: Cell) -> bool:
    written = after.written.get(name)
    return (
        isinstance(written, (int, float))
        and isinstance(held, (int, float))
        and same_serial(written, held)
    )


def _stamp(known: KnownRow, name: str, after: Cell, reason: str, context: Context) -> Change:
    premise = tuple(field for field in _PREMISES[name] if field in context.layout.columns)
    held = cell(known.row, name, context.layout)
    return _change(known, name, after, reason=reason, premise=premise, before=held)


def _unlike(
    known: KnownRow, flag: Flag | None, found: Sequence[Violation], context: Context
) -> Iterator[tuple[str, Cell, Cell]]:
    """The Follow-up and Row Check cells that differ from what they shall say: what they hold, and that."""
    layout = context.layout
    wanted: tuple[tuple[str, Cell], ...] = (
        ("follow_up", flag.text if flag else None),
        ("follow_up_by", to_serial(flag.by, context.calendar.zone) if flag else None),
        ("row_check", (row_check_text(found) or None) if found else None),
    )
    for name, after in wanted:
        held = cell(known.row, name, layout)
        if held != after and name in layout.columns and not _same(held, after):
            yield name, held, after


def _our_cells(
    known: KnownRow, unlike: Iterable[tuple[str, Cell, Cell]], context: Context
) -> Iterator[Change]:
    """What is to be written into those cells, as far as they are ours."""
    layout, memory = context.layout, context.memory
    for name, held, after in unlike:
        flag_held = cell(known.row, "follow_up", layout) if name == "follow_up_by" else None
        if not (is_our_text(held, memory) and is_our_text(flag_held, memory)):
            continue  # somebody typed there: it is theirs until it is emptied
        premise = ("status",) if "status" in layout.columns else ()
        why = _why(name, after, context)
        yield _change(known, name, after, reason=why, premise=premise, before=held)


def is_our_text(held: Cell, memory: Memory) -> bool:
    """Whether a cell of our own columns holds what refundsheet once wrote, for whatever case."""
    return held is None or cell_text(held) in memory.texts


def cell_text(value: Cell) -> str:
    """A cell of our own columns as it is remembered; serials to the second."""
    return f"{value:.6f}" if isinstance(value, (int, float)) else str(value)


def _same(held: Cell, after: Cell) -> bool:
    if isinstance(held, (int, float)) and isinstance(after, (int, float)):
        return same_serial(held, after)
    return held == after


def _why(name: str, after: Cell, context: Context) -> str:
    header = BY_FIELD[name].header
    if after is None:
        return f"{header}: the reason is gone"
    return f"{header} as of {words(context.now, context.now)}"


def _change(  # noqa: PLR0913 - a change is what it is
    known: KnownRow,
    name: str,
    after: Cell,
    *,
    reason: str,
    premise: tuple[str, ...],
    before: Cell = None,
) -> Change:
    case = known.row.case
    return Change(
        case=known.key,
        label=case.case_id or case.order_id or case.customer_name,
        row=known.row.number,
        field=name,
        before=before,
        after=after,
        reason=reason,
        premise=premise,
    )
