"""Which row is which case: a row number means nothing from one moment to the next.

A row is known by its Case ID; without one by a fingerprint of its content. Where two rows claim one
identity, or one row could be two cases, nobody guesses: the row is in doubt and is not written to.
"""

import hashlib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, count, islice
from operator import attrgetter, eq

from refundsheet.core.columns import CUSTOMER_AND_ORDER
from refundsheet.core.memory import Memory, Remembered, as_hearsay
from refundsheet.core.model import Layout, RefundCase, Row, Violation
from refundsheet.core.rules.catalogue import violation

#: What hardly ever changes in a case's life, and tells one row from another.
FINGERPRINT_FIELDS = (
    "order_id",
    "customer_name",
    "product",
    "amount",
    "currency",
    "requested_at",
    "reason",
)

DUPLICATE_ID = "duplicate_id"
TWIN_ROWS = "twin_rows"
ID_REMOVED = "id_removed"

#: Begins the key of a row without an ID; no ID is compared with it, for IDs hold no such letter.
_NAMELESS = "\x1e"
#: Stands before the number of a row that shares its key with others.
_RIVAL = "\x1f"

#: So many of the cases that left one trace are looked at.
_LOOKED_AT = 8

_INVISIBLE = {"Cf", "Cc"}  # right-to-left marks, zero-width spaces, stray control characters

_what_it_says = attrgetter(*FINGERPRINT_FIELDS)
_what_it_says_beside_its_order = attrgetter(*FINGERPRINT_FIELDS[1:])


@dataclass(frozen=True, slots=True)
class KnownRow:
    """A row and the case it is.

    Attributes:
        key: How the case is known; "" where there is nothing to know the row by.
        remembered: What is known of the case, None for one never seen.
        doubt: Why the row must not be stamped.
    """

    row: Row
    key: str
    remembered: Remembered | None = None
    doubt: Violation | None = None


@dataclass(frozen=True, slots=True)
class _Past:
    """What is remembered, as the rows of one read are compared with it.

    Attributes:
        cases: Key to what is remembered.
        rivals: Key to what is remembered of the rows that shared it.
        vanished: What a row said to its case, of those that stand nowhere under their IDs; none where
            several said that.
        is_by_order: Whether orders name the cases, for want of IDs.
    """

    cases: Mapping[str, Remembered]
    is_by_order: bool
    rivals: dict[str, list[Remembered]] = field(default_factory=dict[str, list[Remembered]])
    vanished: dict[str, Remembered] = field(default_factory=dict[str, Remembered])

    def print_of(self, case: RefundCase) -> str:
        """The fingerprint that a case keeps when it gets another name."""
        return fingerprint(replace(case, order_id="") if self.is_by_order else case)

    def is_elsewhere(self, case: RefundCase, remembered: RefundCase) -> bool:
        """Whether the row under an ID tells of something else than the ID's case did."""
        if case is remembered:
            return False
        what_it_says = _what_it_says_beside_its_order if self.is_by_order else _what_it_says
        return what_it_says(case) != what_it_says(remembered)


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


def comparable_id(text: str) -> str:
    """The ID as it is compared: no case, no spaces around, no invisible marks, no full width."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        text = "".join(mark for mark in text if unicodedata.category(mark) not in _INVISIBLE)
    # Splitting drops the separators that our own keys are made of, too.
    return " ".join(text.split()).casefold()


def fingerprint(case: RefundCase) -> str:
    """A key for a row without an ID; "" where it holds nothing to know it by."""
    tells = case.product or case.amount is not None or case.requested_at
    if _is_anonymous(case) and not tells:
        return ""
    content = _RIVAL.join(map(str, _what_it_says(case)))
    return _NAMELESS + hashlib.blake2b(content.encode(), digest_size=12).hexdigest()


def is_provisional(key: str) -> bool:
    """Whether the key is not a Case ID of its own: a row without one, or with a shared one."""
    return key.startswith(_NAMELESS) or _RIVAL in key


def id_field(layout: Layout) -> str:
    """The column that names a case in this log."""
    names = ("case_id", "order_id", CUSTOMER_AND_ORDER.field)
    return next(name for name in names if name in layout.columns)


def recognise(rows: Sequence[Row], layout: Layout, memory: Memory) -> Recognised:
    """Tell each row's case, by ID first, then by content; doubt where that is not certain."""
    named_by = id_field(layout)
    past = _Past(memory.cases, is_by_order=named_by != "case_id")
    alone, shared, blank = _by_key(rows, "order_id" if past.is_by_order else "case_id")
    known = {row.number: KnownRow(row, "") for row in blank}
    if shared:
        past = replace(
            past, rivals=_remembered_rivals(past), vanished=_vanished(past, alone, shared)
        )
    rekeyed: dict[str, str] = {}
    for key, group in shared.items():
        for claimant in _claimants(key, group, past):
            known[claimant.row.number] = claimant
    claimed = {entry.key for entry in known.values()}
    for entry in known.values():
        old = entry.remembered.key if entry.remembered is not None else entry.key
        if old not in claimed and old not in alone and old not in shared:
            rekeyed.setdefault(old, entry.key)
    strangers: list[tuple[str, Row]] = []
    movers: list[tuple[str, Row]] = []
    for key, row in alone.items():
        remembered = memory.cases.get(key)
        if remembered is None:
            strangers.append((key, row))
        elif past.is_elsewhere(row.case, remembered.case):
            movers.append((key, row))
        else:
            known[row.number] = KnownRow(row, remembered.key, remembered)
    # The record of a case whose ID stands in several rows belongs to one of them.
    theirs = {key for key in shared if not _has_left(key, shared[key], past)}
    found = {entry.key for entry in known.values()}
    found.update(theirs, rekeyed)
    gone = sorted(key for key in memory.cases if key not in found)
    absent = {key: memory.cases[key] for key in gone if not memory.cases[key].removed}
    unsure = (entry.row for entry in known.values() if entry.doubt is not None)
    elsewhere = _elsewhere(strangers if movers else (), unsure, past)
    moved = list(_moved(movers, elsewhere, absent, past, rekeyed))
    taken = rekeyed.keys() | {entry.key for entry in moved if entry.key not in rekeyed.values()}
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
    for key in [key for key in shared if key.startswith(_NAMELESS)]:
        if _is_anonymous(shared[key][0].case):
            blank += shared.pop(key)  # rows of a template: there is no saying which is which
    return alone, shared, blank


def _is_anonymous(case: RefundCase) -> bool:
    return not (case.order_id or case.customer_name)


def _remembered_rivals(past: _Past) -> dict[str, list[Remembered]]:
    rivals = defaultdict[str, list[Remembered]](list)
    for key, known in past.cases.items():
        if _RIVAL in key:
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


def root_of(key: str) -> str:
    """The key that a row shares with others; a key that is nobody else's as it is."""
    return key.partition(_RIVAL)[0]


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
    numbers = _numbered(key, {rival.key for rival in rivals})
    matched = _matched([row for row in _in_order(rows) if row is not original], by_print)
    edited = sorted(chain(*by_print.values()), key=attrgetter("key"), reverse=True)
    if original is not None:
        yield KnownRow(original, key, past.cases[key])
    for row, same in matched:
        remembered = same or (edited.pop() if edited else None)
        # A row that says what one without an ID said may be that one, there before; and one that
        # says what a case did whose ID is gone is that case under another's ID.
        print_ = past.print_of(row.case)
        model = past.vanished.get(print_) or past.cases.get(print_, unknown)
        doubt = _duplicate(row.case, len(rows), is_copy=original is not None)
        rival = remembered.key if remembered else next(numbers)
        yield KnownRow(row, rival, remembered or model, doubt)


def _numbered(key: str, taken: Container[str]) -> Iterator[str]:
    """The keys that are free for rows that share one."""
    return (rival for n in count(1) if (rival := f"{key}{_RIVAL}{n}") not in taken)


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


def _duplicate(case: RefundCase, rows: int, *, is_copy: bool) -> Violation:
    if case.case_id:
        sentence = (
            f"{case.case_id} is the Case ID of {rows} rows, and this one looks like the copy. "
            "Give it a Case ID of its own."
            if is_copy
            else f"{case.case_id} is the Case ID of {rows} rows. "
            "Give all but one of them another ID, so that each gets its own dates and reminders."
        )
    else:
        name = case.order_id or case.customer_name
        sentence = (
            f"{rows} rows without a Case ID are about {name}, so they are hard to tell apart. "
            "Give each a Case ID, or delete the ones too many."
        )
    rule = DUPLICATE_ID if case.case_id else TWIN_ROWS
    return violation(rule, sentence, "case_id")


class _Alike:
    """Cases that were not found under their keys and said the same, each for one row."""

    def __init__(self) -> None:
        self._cases: dict[str, Remembered] = {}
        self._roots = Counter[str]()
        self._by_words: dict[RefundCase, list[str]] | None = None

    def add(self, key: str, known: Remembered) -> None:
        """One more of them."""
        self._cases[key] = known
        self._roots[root_of(key)] += 1

    @property
    def is_one(self) -> bool:
        """Whether all are one case's: which of the rows that shared an ID is which is no matter."""
        return len(self._roots) == 1

    def take(self, case: RefundCase, *, to_the_letter: bool) -> str | None:
        """The case that a row is: the one that said the same to the letter, or else the only one."""
        if len(self._cases) == 1 and not to_the_letter:
            return next(iter(self._cases))
        same = self._to_the_letter().get(_unnamed(case), [])
        while same and same[-1] not in self._cases:
            same.pop()
        if not same and (to_the_letter or not self.is_one):
            return None
        likest = same.pop() if same else next(reversed(self._cases))
        del self._cases[likest]
        self._roots -= Counter([root_of(likest)])
        return likest

    def _to_the_letter(self) -> dict[RefundCase, list[str]]:
        """The cases by all they said but their IDs; those that were there at the last read last."""
        if self._by_words is None:
            self._by_words = defaultdict(list)
            for key in sorted(self._cases, key=lambda key: -self._cases[key].missing_reads):
                self._by_words[_unnamed(self._cases[key].case)].append(key)
        return self._by_words


def _unnamed(case: RefundCase) -> RefundCase:
    # Those that are compared have one order, or orders name them.
    return replace(case, case_id="", order_id="")


class _Index:
    """Cases that were not found under their keys, to be looked for by what their rows said."""

    def __init__(self, absent: Mapping[str, Remembered], past: _Past) -> None:
        self._print_of = past.print_of
        self.alike = defaultdict[str, _Alike](_Alike)
        #: A trace to the cases that left it, those with a Case ID apart from those without.
        self.named = defaultdict[str, list[str]](list)
        self.nameless = defaultdict[str, list[str]](list)
        for key, known in absent.items():
            # A case gets another name within one read.
            print_of = fingerprint if known.missing_reads else past.print_of
            if print_ := print_of(known.case):
                self.alike[print_].add(key, known)
            by_trace = self.nameless if is_provisional(key) else self.named
            for trace in _traces(known.case):
                by_trace[trace].append(key)
            if is_provisional(key) or _is_anonymous(known.case):
                for trace in _details(known.case):
                    by_trace[trace].append(key)

    def has_one_like(self, print_: str) -> bool:
        """Whether one case alone said what has this fingerprint."""
        return print_ in self.alike and self.alike[print_].is_one

    def take_alike(self, case: RefundCase, *, to_the_letter: bool = False) -> str | None:
        """The one case that said the same as this row; of several the likest one."""
        alike = self.alike.get(self._print_of(case)) or self.alike.get(fingerprint(case))
        return alike.take(case, to_the_letter=to_the_letter) if alike else None


@dataclass(frozen=True, slots=True)
class _Elsewhere:
    """What the rows say that are nobody's for certain.

    Attributes:
        named: What those with an ID say. Rows that share a key are remembered beside it, and need no
            other record: they count as named.
        nameless: What those without one say.
        by_trace: What those without one keep while some of their cells are corrected.
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
        found = (self.by_trace.get(trace) for trace in _traces(known.case))
        likeness = _likeness(row.case, known.case)
        return any(case and _likeness(case, known.case) >= likeness for case in found)


def _elsewhere(
    strangers: Sequence[tuple[str, Row]], unsure: Iterable[Row], past: _Past
) -> _Elsewhere:
    named = [row for key, row in strangers if not key.startswith(_NAMELESS)]
    nameless = [(key, row.case) for key, row in strangers if key.startswith(_NAMELESS)]
    return _Elsewhere(
        named=frozenset(past.print_of(row.case) for row in chain(named, unsure)),
        nameless=frozenset(key for key, _ in nameless),
        by_trace={trace: case for _, case in nameless for trace in _traces(case)},
    )


def _moved(
    rows: Sequence[tuple[str, Row]],
    elsewhere: _Elsewhere,
    absent: Mapping[str, Remembered],
    past: _Past,
    rekeyed: dict[str, str],
) -> Iterator[KnownRow]:
    """Rows whose ID belonged to other content: corrected cells, or IDs that changed places."""
    if not rows:
        return
    # A case that left before stood beside these rows then.
    index = _Index(
        {old: known for old, known in absent.items() if _RIVAL in old or not known.missing_reads},
        past,
    )
    # The rows that stood beside a case at the read before.
    rivals = {
        root_of(old): old for old in absent if _RIVAL in old and not absent[old].missing_reads
    }
    for key, row in rows:
        case = past.cases[key]
        print_ = past.print_of(case.case)
        has_id = print_ in elsewhere.named
        beside = rivals.get(key) if has_id or case.missing_since else None
        if beside and _likeness(row.case, case.case) > _likeness(row.case, past.cases[beside].case):
            beside = None
        # Where orders name the cases, a cell that was corrected can make a row say what another did.
        old = index.take_alike(row.case, to_the_letter=past.is_by_order) or beside
        if old in rekeyed:
            old = None
        lacks_id = index.has_one_like(print_) and elsewhere.lacks_its_id(case, print_, row)
        # What stood beside the case under its own ID is not another case, unless the case itself
        # stands under another one now.
        is_beside = old is not None and root_of(old) == key
        if not has_id and (lacks_id or (beside and not case.removed)):
            yield _beside_its_owner(key, row, old, past, rekeyed)
        elif old is None or (is_beside and not case.removed and not has_id):
            yield KnownRow(row, key, case)
        else:
            rekeyed[old] = key
            yield KnownRow(row, key, past.cases[old])


def _likeness(one: RefundCase, other: RefundCase) -> int:
    """In how many of the cells that hardly ever change two rows say the same."""
    return sum(map(eq, _what_it_says(one), _what_it_says(other)))


def _beside_its_owner(
    key: str, row: Row, old: str | None, past: _Past, rekeyed: dict[str, str]
) -> KnownRow:
    """A row that is alone under the ID of a case that lacks it now, and may get it back.

    The case keeps its record; the row is remembered beside it, as if both had the ID.
    """
    if old is not None and root_of(old) == key:
        return KnownRow(row, old, past.cases[old], _taken_id(row.case))
    rival = next(_numbered(key, past.cases))
    if old is None:
        # It may be the case, or one that is new: then nothing of the case's history is its own.
        return KnownRow(row, rival, as_hearsay(past.cases[key]), _taken_id(row.case))
    rekeyed[old] = rival
    return KnownRow(row, rival, past.cases[old], _taken_id(row.case))


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
    index = _Index(absent, past)
    unlike: list[tuple[str, Row]] = []
    # Those with an ID first: of two that are alike, the case is the one that has a name.
    for key, row in sorted(rows, key=lambda one: (one[0].startswith(_NAMELESS), one[0])):
        old = index.take_alike(row.case)
        if old is None:
            unlike.append((key, row))
        else:
            yield _renamed(old, key, row, absent, rekeyed)
    index = _Index({key: case for key, case in absent.items() if key not in rekeyed}, past)
    wanted = {key: _resembling(key, row.case, index, absent) for key, row in unlike}
    claims = Counter(old for found in wanted.values() for old in found)
    for key, row in unlike:
        found = [old for old in wanted[key] if absent[old].settled or claims[old] == 1]
        if len(found) == 1 and claims[found[0]] == 1:
            yield _renamed(found[0], key, row, absent, rekeyed)
        elif found and key.startswith(_NAMELESS):
            held.update(found)
            yield KnownRow(row, "", None, _ambiguous(row.case))
        else:
            yield KnownRow(row, key)


def _renamed(
    old: str, key: str, row: Row, absent: Mapping[str, Remembered], rekeyed: dict[str, str]
) -> KnownRow:
    """The row as the case that was known under another key."""
    if key.startswith(_NAMELESS) and not is_provisional(old):
        return KnownRow(row, old, absent[old], _lost_id(absent[old].case))
    rekeyed.setdefault(old, key)
    return KnownRow(row, key, absent[old])


def _resembling(
    key: str, case: RefundCase, index: _Index, absent: Mapping[str, Remembered]
) -> list[str]:
    """Up to two missing cases that this row may be, though some of its cells were corrected."""
    is_nameless = key.startswith(_NAMELESS)
    # A row with an ID of its own is another case than one that had an ID, too.
    by_trace = (index.nameless, index.named) if is_nameless else (index.nameless,)
    found = (
        old
        for trace in (*_traces(case), *_details(case))
        for cases in by_trace
        for old in cases.get(trace, ())[:_LOOKED_AT]
        # Of one that was gone before it may well say a little by chance.
        if is_nameless or not absent[old].missing_reads or _is_like(case, absent[old].case)
    )
    return list(islice(dict.fromkeys(found), 2))


def _is_like(one: RefundCase, other: RefundCase) -> bool:
    """Whether at most two of the cells that hardly ever change are not the same."""
    return _likeness(one, other) >= len(FINGERPRINT_FIELDS) - 2


def _traces(case: RefundCase) -> Iterator[str]:
    """What a row keeps while others of its cells are corrected: any one of these tells it."""
    if case.order_id:
        yield f"order {comparable_id(case.order_id)}"
    if case.customer_name:
        yield f"customer {comparable_id(case.customer_name)}"
    if case.requested_at:
        yield f"received {case.requested_at} {case.product} {case.amount} {case.reason}"


def _details(case: RefundCase) -> Iterator[str]:
    """What tells a row whose order and customer were blank, or are no more what they were."""
    details = (case.product, case.amount, case.requested_at, case.reason)
    if any(detail not in (None, "") for detail in details):
        yield f"details {details}"


def _ambiguous(case: RefundCase) -> Violation:
    sentence = (
        f"This row has no Case ID, and could be one of several cases of "
        f"{case.order_id or case.customer_name or case.product}. Type its Case ID."
    )
    return violation(TWIN_ROWS, sentence, "case_id")


def _lost_id(case: RefundCase) -> Violation:
    what, name = _named_by(case)
    sentence = (
        f"The {what} is gone; by the rest of the row it was {name}. "
        "Type it in again, or another one if this is a new case."
    )
    return violation(ID_REMOVED, sentence, "case_id")


def _taken_id(case: RefundCase) -> Violation:
    what, name = _named_by(case)
    sentence = (
        f"{name} was the {what} of another row, which is gone or lacks it now. "
        "Type it in there again, or give this row another one."
    )
    return violation(DUPLICATE_ID if case.case_id else TWIN_ROWS, sentence, "case_id")


def _named_by(case: RefundCase) -> tuple[str, str]:
    """What names the case, and the name."""
    return ("Case ID", case.case_id) if case.case_id else ("order", case.order_id)
