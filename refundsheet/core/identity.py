"""Which row is which case: a row number means nothing from one moment to the next.

A row is known by its Case ID; without one by a fingerprint of its content. Where two rows claim one
identity, or one row could be two cases, nobody guesses: the row is in doubt and is not written to.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from operator import attrgetter

from refundsheet.core.columns import CUSTOMER_AND_ORDER
from refundsheet.core.doubts import ambiguous, duplicate, lost_id, taken_id
from refundsheet.core.keys import (
    NAMELESS,
    RIVAL,
    comparable_id,
    fingerprint,
    is_anonymous,
    is_provisional,
    likeness,
    numbered,
    root_of,
    what_it_says,
    what_it_says_beside_its_order,
)
from refundsheet.core.memory import Memory, Remembered
from refundsheet.core.missing import Index, is_almost, is_like, may_be_one_of, resembling, traces
from refundsheet.core.model import Layout, RefundCase, Row, Violation


@dataclass(frozen=True, slots=True)
class KnownRow:
    """A row and the case it is.

    Attributes:
        key: How the case is known; "" where there is nothing to know the row by.
        remembered: What is known of the case, None for one never seen.
        doubt: Why the row must not be stamped.
        may_be_old: Whether a case of which nothing is known may have been there before all the same.
    """

    row: Row
    key: str
    remembered: Remembered | None = None
    doubt: Violation | None = None
    may_be_old: bool = False


@dataclass(frozen=True, slots=True)
class _Past:
    """What is remembered, as the rows of one read are compared with it.

    Attributes:
        cases: Key to what is remembered.
        rivals: Key to what is remembered of the rows that shared it.
        vanished: What a row said to its case, of those that stand nowhere under their IDs; none where
            several said that.
        other: What the rows say that stand alone under IDs of which this is not known.
        is_by_order: Whether orders name the cases, for want of IDs.
    """

    cases: Mapping[str, Remembered]
    is_by_order: bool
    rivals: dict[str, list[Remembered]] = field(default_factory=dict[str, list[Remembered]])
    vanished: dict[str, Remembered] = field(default_factory=dict[str, Remembered])
    other: frozenset[str] = frozenset()

    def print_of(self, case: RefundCase) -> str:
        """The fingerprint that a case keeps when it gets another name."""
        return fingerprint(replace(case, order_id="") if self.is_by_order else case)

    def is_elsewhere(self, case: RefundCase, remembered: RefundCase) -> bool:
        """Whether the row under an ID tells of something else than the ID's case did."""
        if case is remembered:
            return False
        says = what_it_says_beside_its_order if self.is_by_order else what_it_says
        return says(case) != says(remembered)


@dataclass(frozen=True, slots=True)
class Recognised:
    """The rows of a read as cases.

    Attributes:
        rows: Every row, top to bottom.
        rekeyed: Old key to new, for cases that were given an ID or another one.
        absent: The keys that are remembered and were not found.
        id_field: The column that names a case: ``case_id``, else the order's.
    """

    rows: tuple[KnownRow, ...]
    rekeyed: Mapping[str, str]
    absent: tuple[str, ...]
    id_field: str


def id_field(layout: Layout) -> str:
    """The column that names a case in this log."""
    names = ("case_id", "order_id", CUSTOMER_AND_ORDER.field)
    return next(name for name in names if name in layout.columns)


def recognise(rows: Sequence[Row], layout: Layout, memory: Memory) -> Recognised:
    """Tell each row's case, by ID first, then by content; doubt where that is not certain."""
    named_by = id_field(layout)
    rivals = _remembered_rivals(memory.cases)
    past = _Past(memory.cases, is_by_order=named_by != "case_id", rivals=rivals)
    alone, shared, blank = _by_key(rows, "order_id" if past.is_by_order else "case_id")
    known = {row.number: KnownRow(row, "") for row in blank}
    if shared:
        past = replace(
            past,
            vanished=_vanished(past, alone, shared),
            other=frozenset(_other(past, alone)),
        )
    for key, group in shared.items():
        for claimant in _claimants(key, group, past):
            known[claimant.row.number] = claimant
    rekeyed = _rekeyed_to_shared(known.values(), alone.keys() | shared.keys())
    same, movers, strangers = _by_memory(alone, past)
    known |= {entry.row.number: entry for entry in same}
    # The record of a case whose ID stands in several rows belongs to one of them.
    theirs = {key for key in shared if not _has_left(key, shared[key], past)}
    found = {entry.key for entry in known.values()}
    found.update(theirs, rekeyed)
    gone = sorted(key for key in memory.cases if key not in found)
    absent = {key: memory.cases[key] for key in gone if not memory.cases[key].removed}
    unsure = (entry.row for entry in known.values() if entry.doubt is not None)
    elsewhere = _elsewhere(strangers, unsure, past) if movers else None
    moved = list(_moved(movers, elsewhere, absent, past, rekeyed)) if elsewhere else []
    moved = [_left_by_its_case(entry, rekeyed, past) for entry in moved]
    own = {entry.key for entry in moved if entry.remembered is not None}
    taken = rekeyed.keys() | own - {*rekeyed.values()}
    rest = {key: case for key, case in absent.items() if key not in taken}
    held: set[str] = set()
    for entry in (*moved, *_strangers(strangers, rest, past, rekeyed, held)):
        known[entry.row.number] = entry
    found.update((entry.key for entry in known.values()), theirs, rekeyed, held)
    return Recognised(
        rows=tuple(known[row.number] for row in rows),
        rekeyed=rekeyed,
        absent=tuple(key for key in absent if key not in found),
        id_field=named_by,
    )


def _by_key(
    rows: Sequence[Row], field: str
) -> tuple[dict[str, Row], dict[str, list[Row]], list[Row]]:
    """Rows with a key of their own, those that share one, and those with nothing to know them by."""
    alone: dict[str, Row] = {}
    shared: dict[str, list[Row]] = {}
    blank: list[Row] = []
    name_of = attrgetter(field)
    for row in rows:
        key = comparable_id(name_of(row.case)) or fingerprint(row.case)
        if not key:
            blank.append(row)
        elif key in shared:
            shared[key].append(row)
        elif key in alone:
            shared[key] = [alone.pop(key), row]
        else:
            alone[key] = row
    for key in [key for key in shared if key.startswith(NAMELESS)]:
        if is_anonymous(shared[key][0].case):
            blank += shared.pop(key)  # rows of a template: there is no saying which is which
    return alone, shared, blank


def _rekeyed_to_shared(known: Collection[KnownRow], keys: Collection[str]) -> dict[str, str]:
    """Old key to new, of the cases whose rows share a key now and stand under their own no more."""
    claimed = {entry.key for entry in known}
    rekeyed: dict[str, str] = {}
    for entry in known:
        old = entry.remembered.key if entry.remembered is not None else entry.key
        if old not in claimed and old not in keys:
            rekeyed.setdefault(old, entry.key)
    return rekeyed


def _by_memory(
    alone: Mapping[str, Row], past: _Past
) -> tuple[list[KnownRow], list[tuple[str, Row]], list[tuple[str, Row]]]:
    """Rows that say what their cases did, rows that say something else, and rows of no case known."""
    same: list[KnownRow] = []
    movers: list[tuple[str, Row]] = []
    strangers: list[tuple[str, Row]] = []
    for key, row in alone.items():
        remembered = past.cases.get(key)
        if remembered is None:
            strangers.append((key, row))
        elif past.is_elsewhere(row.case, remembered.case):
            movers.append((key, row))
        else:
            same.append(KnownRow(row, remembered.key, remembered))
    return same, movers, strangers


def _remembered_rivals(cases: Mapping[str, Remembered]) -> dict[str, list[Remembered]]:
    rivals = defaultdict[str, list[Remembered]](list)
    for key, known in cases.items():
        if RIVAL in key:
            rivals[root_of(key)].append(known)
    return rivals


def _has_left(key: str, rows: Sequence[Row], past: _Past) -> bool:
    """Whether a case that was told from the rows that shared its ID is no longer one of them.

    Where one of these was corrected instead, there are more of them than were known beside the case.
    """
    known = past.cases.get(key)
    if known is None or any(not past.is_elsewhere(row.case, known.case) for row in rows):
        return False
    if known.missing_since or known.unseen_since:
        return known.missing_since is not None  # else it is one of the rows since that read
    return len(rows) <= sum(not rival.missing_reads for rival in past.rivals.get(key, ()))


def _vanished(
    past: _Past, alone: Mapping[str, Row], shared: Mapping[str, Sequence[Row]]
) -> dict[str, Remembered]:
    found: dict[str, Remembered] = {}
    several = set[str]()
    for key, known in past.cases.items():
        root = root_of(key)
        rows = [alone[root]] if root in alone else shared.get(root, ())
        stands = any(not past.is_elsewhere(row.case, known.case) for row in rows)
        if not stands and not known.removed:
            print_ = past.print_of(known.case)
            several |= {print_} & found.keys()
            found[print_] = known
    return {print_: known for print_, known in found.items() if print_ and print_ not in several}


def _other(past: _Past, alone: Mapping[str, Row]) -> Iterator[str]:
    for key, row in alone.items():
        if key not in past.cases or past.is_elsewhere(row.case, past.cases[key].case):
            yield past.print_of(row.case)


def _claimants(key: str, rows: list[Row], past: _Past) -> Iterator[KnownRow]:
    """Rows with one key: the one whose other content is as last seen keeps it, if it is just one.

    The others are remembered beside it, each under a number, so that a row that gets an ID of its
    own is not taken for a new case.
    """
    same_as_before = _as_before(rows, past.cases.get(key))
    original = same_as_before[0] if len(same_as_before) == 1 else None
    # Where no row says what the case did, any of them may be it.
    unknown = None if same_as_before else past.cases.get(key)
    by_print = defaultdict[str, list[Remembered]](list)
    rivals = past.rivals.get(key, ())
    for rival in rivals:
        by_print[fingerprint(rival.case)].append(rival)
    numbers = numbered(key, {rival.key for rival in rivals})
    matched = _matched([row for row in _in_order(rows) if row is not original], by_print)
    others = sorted(chain(*by_print.values()), key=attrgetter("key"), reverse=True)
    edited = [
        rival
        for rival in others
        if not (rival.missing_reads or past.print_of(rival.case) in past.other)
    ]
    is_one_missing = any(rival.missing_reads and not rival.removed for rival in others)
    if original is not None:
        yield KnownRow(original, key, past.cases[key])
    for row, same in matched:
        remembered = same or (edited.pop() if edited else None)
        # A row that says what one without an ID said may be that one, there before; and one that
        # says what a case did whose ID is gone is that case under another's ID.
        print_ = past.print_of(row.case)
        model = past.vanished.get(print_) or past.cases.get(print_, unknown)
        doubt = duplicate(row.case, len(rows), is_copy=original is not None)
        rival = remembered.key if remembered else next(numbers)
        yield KnownRow(row, rival, remembered or model, doubt, may_be_old=is_one_missing)


def _matched(
    rows: Sequence[Row], by_print: Mapping[str, list[Remembered]]
) -> list[tuple[Row, Remembered | None]]:
    """Each row with one that was remembered of the same content; what is alike to the letter first."""
    found: dict[int, Remembered] = {}
    for to_the_letter in (True, False):
        for row in rows:
            same = by_print.get(fingerprint(row.case), [])
            like = (known for known in same if not to_the_letter or known.case == row.case)
            known = None if row.number in found else next(like, None)
            if known is not None:
                same.remove(known)
                found[row.number] = known
    return [(row, found.get(row.number)) for row in rows]


def _in_order(rows: Iterable[Row]) -> list[Row]:
    """The rows in an order that sorting the sheet does not change."""
    return sorted(rows, key=lambda row: fingerprint(row.case))


def _as_before(rows: list[Row], remembered: Remembered | None) -> list[Row]:
    """The rows whose content is as last seen."""
    expected = fingerprint(remembered.case) if remembered else None
    return [row for row in rows if fingerprint(row.case) == expected]


@dataclass(frozen=True, slots=True)
class _Elsewhere:
    """What the rows say that are nobody's for certain.

    Attributes:
        named: What those with an ID say. Rows that share a key are remembered beside it, and need no
            other record: they count as named.
        nameless: What those without one say.
        by_trace: A trace to a row without one that leaves it.
    """

    named: frozenset[str]
    nameless: frozenset[str]
    by_trace: Mapping[str, RefundCase]

    def lacks_its_id(self, known: Remembered, print_: str, row: Row) -> bool:
        """Whether a row without an ID is this case, or rather is it than the row that has its ID.

        That may be one that was corrected, where the last read knew that the case lacks its ID.
        """
        if print_ in self.nameless:
            return True
        if known.missing_since is None or known.missing_reads or known.removed:
            return False
        found = (self.by_trace.get(trace) for trace in traces(known.case))
        least = likeness(row.case, known.case)
        return any(case and likeness(case, known.case) >= least for case in found)


def _elsewhere(
    strangers: Sequence[tuple[str, Row]], unsure: Iterable[Row], past: _Past
) -> _Elsewhere:
    named = [row for key, row in strangers if not key.startswith(NAMELESS)]
    nameless = [(key, row.case) for key, row in strangers if key.startswith(NAMELESS)]
    return _Elsewhere(
        named=frozenset(past.print_of(row.case) for row in chain(named, unsure)),
        nameless=frozenset(key for key, _ in nameless),
        by_trace={trace: case for _, case in nameless for trace in traces(case)},
    )


def _moved(
    rows: Sequence[tuple[str, Row]],
    elsewhere: _Elsewhere,
    absent: Mapping[str, Remembered],
    past: _Past,
    rekeyed: dict[str, str],
) -> Iterator[KnownRow]:
    """Rows whose ID belonged to other content: corrected cells, or IDs that changed places."""
    # A case that left before stood beside these rows then.
    index = Index(
        {old: known for old, known in absent.items() if RIVAL in old or not known.missing_reads},
        past.print_of,
    )
    # The rows that stood beside a case at the read before.
    rivals = {root_of(old): old for old in absent if RIVAL in old and not absent[old].missing_reads}
    under = dict(rows)
    said = elsewhere.named | elsewhere.nameless | {past.print_of(row.case) for _, row in rows}
    for key, row in rows:
        case = past.cases[key]
        print_ = past.print_of(case.case)
        has_id = print_ in elsewhere.named
        beside = rivals.get(key) if has_id or case.missing_since else None
        if beside and likeness(row.case, case.case) > likeness(row.case, past.cases[beside].case):
            beside = None
        # Where orders name the cases, a cell that was corrected can make a row say what another did.
        old = index.take_alike(row.case, to_the_letter=past.is_by_order) or beside
        own = under.get(old or "")
        if old in rekeyed or (
            old
            and own
            and not (print_ in said or index.has_alike(own.case))
            and _stays(own.case, old, case, past)
        ):
            old = None
        lacks_id = index.has_one_like(print_) and elsewhere.lacks_its_id(case, print_, row)
        # What stood beside the case under its own ID is not another case, unless it says other
        # things or the case itself stands under another one now.
        is_beside = old is not None and root_of(old) == key and is_like(row.case, case.case)
        if not has_id and (lacks_id or (beside and not case.removed)):
            yield _beside_its_owner(key, row, old, past, rekeyed)
        elif old is None and has_id and not is_almost(row.case, case.case):
            yield KnownRow(row, key, may_be_old=True)
        elif old is None or (is_beside and not case.removed and not has_id):
            yield KnownRow(row, key, case)
        else:
            rekeyed[old] = key
            yield KnownRow(row, key, past.cases[old])


def _left_by_its_case(entry: KnownRow, rekeyed: Mapping[str, str], past: _Past) -> KnownRow:
    """A row that has the ID of a case, which another row is now, or was: of this one nothing is known."""
    known = entry.remembered
    if known is None or known.key != entry.key:
        return entry
    if entry.key in rekeyed or _stood_beside(entry.row.case, known, past):
        return KnownRow(entry.row, entry.key, may_be_old=True)
    return entry


def _stood_beside(case: RefundCase, known: Remembered, past: _Past) -> bool:
    """Whether a row stood beside the one that was the case, and says nothing that is new."""
    rivals = past.rivals.get(known.key, ()) if known.unseen_since is None else ()
    return any(not rival.missing_reads and rival.case == case for rival in rivals)


def _stays(case: RefundCase, key: str, other: Remembered, past: _Past) -> bool:
    """Whether a row is still the case of its ID, corrected, though another row says what that did.

    Where rows move under IDs that stay, what the other row said before stands somewhere else, and
    what this one says is no liker to its own case.
    """
    own = past.cases[key].case
    names = {case.customer_name} if past.is_by_order else {case.customer_name, case.order_id}
    has_name = not names.isdisjoint({own.customer_name, own.order_id} - {""})
    return has_name and is_like(case, own) and likeness(case, own) > likeness(case, other.case)


def _beside_its_owner(
    key: str, row: Row, old: str | None, past: _Past, rekeyed: dict[str, str]
) -> KnownRow:
    """A row that is alone under the ID of a case that lacks it now, and may get it back.

    The case keeps its record; the row is remembered beside it, as if both had the ID.
    """
    if old is not None and root_of(old) == key:
        return KnownRow(row, old, past.cases[old], taken_id(row.case))
    rival = next(numbered(key, past.cases))
    if old is None:
        # It may be the case, or one that is new: then nothing of the case's history is its own.
        return KnownRow(row, rival, None, taken_id(row.case), may_be_old=True)
    rekeyed[old] = rival
    return KnownRow(row, rival, past.cases[old], taken_id(row.case))


def _strangers(
    rows: list[tuple[str, Row]],
    absent: Mapping[str, Remembered],
    past: _Past,
    rekeyed: dict[str, str],
    held: set[str],
) -> Iterator[KnownRow]:
    """Rows under a key nobody remembers: a missing case under another name, or a new one.

    Args:
        rows: The rows and their new keys.
        absent: The cases that are missing, by key.
        past: All that is remembered.
        rekeyed: Gets old key to new, of those that were found.
        held: Gets the keys of those that may be one of several rows: they are not missing.
    """
    index = Index(absent, past.print_of)
    unlike: list[tuple[str, Row]] = []
    alike: set[str] = set()
    # Those with an ID first: of two that are alike, the case is the one that has a name.
    for key, row in sorted(rows, key=lambda one: (one[0].startswith(NAMELESS), one[0])):
        old = index.take_alike(row.case)
        if old is None:
            unlike.append((key, row))
        else:
            alike.add(old)
            yield _renamed(old, key, row, absent, rekeyed)
    left = {key: case for key, case in absent.items() if key not in alike}
    index = Index(left, past.print_of)
    wanted = {key: resembling(key, row.case, index, left) for key, row in unlike}
    claims = Counter(old for found in wanted.values() for old in found)
    lost = {key: case for key, case in left.items() if not claims[key]}
    for key, row in unlike:
        found = [old for old in wanted[key] if absent[old].settled or claims[old] == 1]
        if len(found) == 1 and claims[found[0]] == 1:
            yield _renamed(found[0], key, row, absent, rekeyed)
        elif found and key.startswith(NAMELESS):
            held.update(found)
            yield KnownRow(row, "", None, ambiguous(row.case))
        else:
            claimed = (absent[old] for old in found)
            is_one = any(one.settled and is_almost(row.case, one.case) for one in claimed)
            is_old = is_one or may_be_one_of(lost, key, row.case, index)
            yield KnownRow(row, key, may_be_old=is_old)


def _renamed(
    old: str, key: str, row: Row, absent: Mapping[str, Remembered], rekeyed: dict[str, str]
) -> KnownRow:
    """The row as the case that was known under another key."""
    if key.startswith(NAMELESS) and not is_provisional(old):
        return KnownRow(row, old, absent[old], lost_id(absent[old].case))
    rekeyed.setdefault(old, key)
    return KnownRow(row, key, absent[old])
