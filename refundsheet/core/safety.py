"""Evidence that we misread the sheet: that part of a plan is held back, and the rest goes on."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from refundsheet.core.columns import (
    BY_FIELD,
    CUSTOMER_AND_ORDER,
    OUR_FIELDS,
    Kind,
    Writer,
    quoted,
)
from refundsheet.core.identity import KnownRow, Recognised
from refundsheet.core.keys import is_provisional
from refundsheet.core.memory import Memory, Remembered
from refundsheet.core.model import Change, Layout, RefundCase, Snapshot
from refundsheet.core.serials import to_serial
from refundsheet.core.sorted_apart import sorted_apart

#: So many cases may vanish or be renamed between two reads; a team clears out old ones now and then.
_ALWAYS_PLAUSIBLE = 20
_SHARE = 0.25

#: So many cells were not carried to another column one by one.
_CARRIED_OVER = 20

#: Where more than half of the log says something else, so many cases are enough to be surprised.
_FEW = 5

_OVERRIDE = "refundsheet sync --allow-large-change"


@dataclass(frozen=True, slots=True)
class Withheld:
    """What a pass leaves alone until people have looked.

    Attributes:
        sentences: Why, and how to go on, a line each.
        rows: The numbers of the rows that are neither learnt nor written.
        absent: Whether cases that were not found are not counted as missing.
        stamps: Whether no timestamp is written at all.
        headers: Whether the headers are not believed, and so nothing that stands under them.
        waiting: The keys of the cases whose rows wait until a sort of part of the log is undone.
    """

    sentences: tuple[str, ...] = ()
    rows: frozenset[int] = frozenset()
    absent: bool = False
    stamps: bool = False
    headers: bool = False
    waiting: frozenset[str] = frozenset()

    def __add__(self, other: "Withheld") -> "Withheld":
        return Withheld(
            self.sentences + other.sentences,
            self.rows | other.rows,
            self.absent or other.absent,
            self.stamps or other.stamps,
            self.headers or other.headers,
            self.waiting | other.waiting,
        )


NOTHING_WITHHELD = Withheld()


def implausible(
    recognised: Recognised,
    layout: Layout,
    memory: Memory,
    snapshot: Snapshot,
    elsewhere: Collection[str] = (),
) -> Withheld:
    """What of a read cannot be believed at once.

    Args:
        recognised: Whose the rows are.
        layout: Where the columns are now.
        memory: What was remembered.
        snapshot: The read.
        elsewhere: The keys of cases that stand on another tab of the file now: they did not vanish.
    """
    found = _other_zone(memory, snapshot)
    other_headers = _other_headers(recognised, layout, memory, elsewhere)
    if other_headers.headers:  # whatever else is odd comes of that; what waits, waits on
        return found + other_headers + Withheld(waiting=memory.waiting)
    found += _many_gone(recognised, memory, elsewhere) + _many_renamed(recognised, memory)
    found += _sorted_apart(recognised, memory)
    for field in ("status", "notes"):
        found += _carried_over(recognised, field)
    return found


def withhold(recognised: Recognised, withheld: Withheld) -> Recognised:
    """The rows without what cannot be believed: nobody knows yet whose those rows are."""
    if not (withheld.rows or withheld.absent):
        return recognised
    rows = tuple(
        KnownRow(known.row, "") if known.row.number in withheld.rows else known
        for known in recognised.rows
    )
    kept = {known.key for known in rows}
    return replace(
        recognised,
        rows=rows,
        rekeyed={old: new for old, new in recognised.rekeyed.items() if new in kept},
        absent=() if withheld.absent else recognised.absent,
    )


def headers_of(layout: Layout) -> Mapping[str, tuple[int, str]]:
    """Each of the team's fields, with the column it is read from and how that one is headed."""
    return {
        field: (column, layout.headers[column])
        for field, column in layout.columns.items()
        if field not in OUR_FIELDS
    }


def _other_headers(
    recognised: Recognised, layout: Layout, memory: Memory, elsewhere: Collection[str]
) -> Withheld:
    """Columns may be moved, and headers be renamed; but then the cases still say what they said."""
    if "case_id" in memory.headers and "case_id" not in layout.columns and _settled(memory):
        sentence = _without_ids(layout, memory)
        return Withheld((sentence,), _numbers(recognised.rows), absent=True, headers=True)
    changed = [
        field
        for field, header in headers_of(layout).items()
        if memory.headers.get(field, header) != header
    ]
    misread = {field: _others(field, recognised, memory, elsewhere) for field in changed}
    misread = {field: count for field, count in misread.items() if _is_most(*count)}
    if not misread:
        return NOTHING_WITHHELD
    names = [f'"{layout.headers[layout.columns[field]]}"' for field in misread]
    others, known = max(misread.values())
    sentence = (
        f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'} read from another column than "
        f"before, where {others} of {known} cases say something else, as if headers had been "
        "exchanged, so nothing is written in the log. Put the headers back; if all is as it should "
        f"be, run: {_OVERRIDE}"
    )
    return Withheld((sentence,), _numbers(recognised.rows), absent=True, headers=True)


def _without_ids(layout: Layout, memory: Memory) -> str:
    _, header = memory.headers["case_id"]
    if any(found.field == "case_id" for found in layout.violations):
        return (
            "Several columns are headed as the one of the Case IDs, so nobody can tell which row is "
            "which case, and nothing is written in the log. Give all but one of them another header."
        )
    return (
        f'The column "{header}" with the Case IDs is not there any more, so nobody can tell which '
        "row is which case, and nothing is written in the log. Put its header back; if the log is "
        f"to go on without it, run: {_OVERRIDE}"
    )


def _others(
    field: str, recognised: Recognised, memory: Memory, elsewhere: Collection[str]
) -> tuple[int, int]:
    """How many cases say something else in a field than before, of how many that say anything."""
    if field == recognised.id_field:
        gone = set(recognised.absent) - set(elsewhere) | recognised.rekeyed.keys()
        return len(gone), _settled(memory)
    field = "order_id" if field == CUSTOMER_AND_ORDER.field else field
    said = [pair for pair in _then_and_now(recognised, field) if pair != (None, None)]
    return sum(then != now for then, now in said), len(said)


def _then_and_now(recognised: Recognised, field: str) -> Iterator[tuple[object, object]]:
    """What each case said in a field, and what it says now; None is a blank."""
    for known in recognised.rows:
        if known.doubt is None and known.remembered is not None:
            then, now = known.remembered.case, known.row.case
            yield getattr(then, field) or None, getattr(now, field) or None


def _is_most(some: int, of: int) -> bool:
    return some >= _FEW and 2 * some > of


def _many_gone(recognised: Recognised, memory: Memory, elsewhere: Collection[str]) -> Withheld:
    known = _settled(memory)
    absent = (memory.cases[key] for key in recognised.absent if key not in elsewhere)
    gone = sum(case.settled and not case.missing_reads for case in absent)
    if gone <= max(_ALWAYS_PLAUSIBLE, _SHARE * known):
        return NOTHING_WITHHELD
    sentence = (
        f"{gone} of {known} known cases are not in the log any more, so none of them is taken for "
        "removed, and rows that are new since then get no dates and no IDs. If it is as it should "
        f"be, run: {_OVERRIDE}"
    )
    renamed = set(recognised.rekeyed.values())
    rows = _numbers(k for k in recognised.rows if k.remembered is None or k.key in renamed)
    return Withheld((sentence,), rows, absent=True)


def _many_renamed(recognised: Recognised, memory: Memory) -> Withheld:
    """An ID that is typed into a row without one is no other name for a case."""
    renamed = {new for old, new in recognised.rekeyed.items() if not is_provisional(old)}
    known = _settled(memory)
    if len(renamed) <= max(_ALWAYS_PLAUSIBLE, _SHARE * known):
        return NOTHING_WITHHELD
    sentence = (
        f"{len(renamed)} of {known} known cases have another ID than before, so their rows are left "
        f"alone. If it is as it should be, run: {_OVERRIDE}"
    )
    return Withheld((sentence,), _numbers(k for k in recognised.rows if k.key in renamed))


def _settled(memory: Memory) -> int:
    return sum(case.settled and not case.removed for case in memory.cases.values())


def _sorted_apart(recognised: Recognised, memory: Memory) -> Withheld:
    apart = sorted_apart(recognised, memory.cases, memory.waiting)
    # Several rows may claim the key of a case that waits.
    rows = [known for known in recognised.rows if apart.keys & _keys(known)]
    if not rows:
        return NOTHING_WITHHELD
    first, others = _name(rows[0]), len(rows) - 1
    which = f"{len(rows)} rows ({first} and {others} more) are" if others else f"1 row ({first}) is"
    sentence = (
        f"Cells under {_listed(apart.fields)} stand on the rows of other cases than before, as if part "
        f"of the log had been sorted without the rest, so {which} left alone. Undo the sort in the "
        f"sheet; if all is as it should be, run: {_OVERRIDE}"
    )
    return Withheld((sentence,), _numbers(rows), waiting=apart.keys & memory.cases.keys())


def _keys(known: KnownRow) -> set[str]:
    return {known.key, known.remembered.key} if known.remembered else {known.key}


def _name(known: KnownRow) -> str:
    name = known.row.case.case_id or known.row.case.order_id
    return quoted(name) if name else f"row {known.row.number}"


def _listed(fields: Iterable[str]) -> str:
    """The columns by their usual headers, as a sentence names them."""
    *most, last = (BY_FIELD[field].header for field in fields)
    return f"{', '.join(most)} and {last}" if most else last


#: What tells one column's cells from another's; dates and amounts are alike by chance.
_WORDS = tuple(
    name
    for name, column in BY_FIELD.items()
    if column.kind in {Kind.TEXT, Kind.IDENTIFIER} and column.writer is not Writer.US
)


def _carried_over(recognised: Recognised, field: str) -> Withheld:
    """Cells of one column that were put under the header of another."""
    changed = [
        (known.remembered.case, getattr(known.row.case, field), known)
        for known in recognised.rows
        if known.doubt is None
        and known.remembered is not None
        and getattr(known.row.case, field) != getattr(known.remembered.case, field)
    ]
    known = sum(k.remembered is not None for k in recognised.rows)
    for other in _WORDS if len(changed) >= _FEW else ():
        carried = [row for then, now, row in changed if now and now == getattr(then, other)]
        if other != field and (len(carried) >= _CARRIED_OVER or _is_most(len(carried), known)):
            sentence = (
                f"Under {BY_FIELD[field].header}, {len(carried)} cases have what stood under "
                f"{BY_FIELD[other].header} before, as if a column had been pasted under another's header, "
                "so their rows are left alone. Undo it in the sheet; if all is as it should be, run: "
                f"{_OVERRIDE}"
            )
            return Withheld((sentence,), _numbers(row for _, _, row in changed))
    return NOTHING_WITHHELD


def _numbers(rows: Iterable[KnownRow]) -> frozenset[int]:
    return frozenset(known.row.number for known in rows)


def _other_zone(memory: Memory, snapshot: Snapshot) -> Withheld:
    sentences = tuple(
        f"The spreadsheet's {what} is now {now}, and was {before}, so no timestamp is written. "
        f"Change it back in File > Settings; if it is as it should be, run: {_OVERRIDE}"
        for what, before, now in (
            ("time zone", memory.zone, snapshot.zone),
            ("locale", memory.locale, snapshot.locale),
        )
        if before not in {"", now}
    )
    return Withheld(sentences, stamps=bool(sentences))


def in_zone(memory: Memory, zone: str) -> Memory:
    """The memory with its wall clock read in another zone, as the sheet's own numbers are."""
    if memory.zone in {"", zone}:
        return memory
    cases = {key: _in_zone(known, ZoneInfo(zone)) for key, known in memory.cases.items()}
    return replace(memory, cases=cases)


_FIELDS = tuple(field.name for field in fields(RefundCase))


def _in_zone(known: Remembered, zone: ZoneInfo) -> Remembered:
    moments = {
        name: moment.replace(tzinfo=zone)
        for name in _FIELDS
        if isinstance(moment := getattr(known.case, name), datetime)
    }
    if isinstance(known.found_since, datetime):
        known = replace(known, found_since=known.found_since.replace(tzinfo=zone))
    return replace(known, case=replace(known.case, **moments)) if moments else known


def hold_back(
    changes: Iterable[Change],
    withheld: Withheld,
    cases: Mapping[str, Remembered],
    zone: ZoneInfo,
) -> tuple[tuple[Change, ...], Withheld]:
    """The changes that may be made, and what is withheld besides: people's cells emptied in bulk.

    Args:
        changes: All that was decided.
        withheld: What is withheld already.
        cases: What is known of the cases.
        zone: The sheet's.
    """
    left = [change for change in changes if not (withheld.stamps and _is_stamp(change))]
    unexplained = set(_unexplained(left, cases, zone))
    if len(unexplained) <= _ALWAYS_PLAUSIBLE:
        return tuple(left), withheld
    sentence = (
        f"{len(unexplained)} dates would be emptied though nobody changed the status of their cases, "
        "as if the meaning of a status had become another in the settings, so they are left. If it "
        f"is as it should be, run: {_OVERRIDE}"
    )
    kept = tuple(change for change in left if change not in unexplained)
    return kept, withheld + Withheld((sentence,))


def _is_stamp(change: Change) -> bool:
    return change.field != "case_id" and BY_FIELD[change.field].writer is not Writer.US


def _unexplained(
    changes: Iterable[Change], cases: Mapping[str, Remembered], zone: ZoneInfo
) -> Iterator[Change]:
    """Dates of ours to be emptied while the status is the one under which they were written."""
    for change in changes:
        if change.after is None and _is_stamp(change) and isinstance(change.before, (int, float)):
            since = cases[change.case].status_since
            if since is None or to_serial(since, zone) <= change.before:
                yield change
