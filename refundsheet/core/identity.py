"""Which row is which case: a row number means nothing from one moment to the next.

A row is known by its Case ID; without one by a fingerprint of its content. Where two rows claim one
identity, or one row could be two cases, nobody guesses: the row is in doubt and is not written to.
"""

import hashlib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count
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

_INVISIBLE = {"Cf", "Cc"}  # right-to-left marks, zero-width spaces, stray control characters

_what_it_says = attrgetter(*FINGERPRINT_FIELDS)


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
    field = id_field(layout)
    alone, shared, blank = _by_key(rows, "case_id" if field == "case_id" else "order_id")
    known = {row.number: KnownRow(row, "") for row in blank}
    rivals = _remembered_rivals(memory) if shared else {}
    vanished = _vanished(memory, alone, shared) if shared else {}
    rekeyed: dict[str, str] = {}
    for key, group in shared.items():
        for claimant in _claimants(key, group, memory, rivals.get(key, ()), vanished):
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
        elif _is_elsewhere(row.case, remembered.case):
            movers.append((key, row))
        else:
            known[row.number] = KnownRow(row, remembered.key, remembered)
    # The record of a case whose ID stands in several rows belongs to one of them.
    theirs = {key for key in shared if not _has_left(key, shared[key], memory, rivals)}
    found = {entry.key for entry in known.values()}
    found.update(theirs, rekeyed)
    gone = sorted(key for key in memory.cases if key not in found)
    absent = {key: memory.cases[key] for key in gone if not memory.cases[key].removed}
    unsure = (entry.row for entry in known.values() if entry.doubt is not None)
    elsewhere = _elsewhere(strangers, unsure) if movers else {}
    moved = list(_moved(movers, elsewhere, absent, memory, rekeyed))
    taken = rekeyed.keys() | {entry.key for entry in moved if entry.key not in rekeyed.values()}
    rest = {key: case for key, case in absent.items() if key not in taken}
    held: set[str] = set()
    for entry in (*moved, *_strangers(strangers, rest, rekeyed, held)):
        known[entry.row.number] = entry
    found.update((entry.key for entry in known.values()), theirs, rekeyed, held)
    return Recognised(
        rows=tuple(known[row.number] for row in rows),
        rekeyed=rekeyed,
        absent=tuple(key for key in absent if key not in found),
        id_field=field,
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


def _is_elsewhere(case: RefundCase, remembered: RefundCase) -> bool:
    """Whether the row under an ID tells of something else than the ID's case did."""
    return case is not remembered and _what_it_says(case) != _what_it_says(remembered)


def _remembered_rivals(memory: Memory) -> dict[str, list[Remembered]]:
    """What is remembered of rows that shared a key, by that key."""
    rivals = defaultdict[str, list[Remembered]](list)
    for key, known in memory.cases.items():
        if _RIVAL in key:
            rivals[root_of(key)].append(known)
    return rivals


def _has_left(
    key: str, rows: Sequence[Row], memory: Memory, rivals: Mapping[str, Sequence[Remembered]]
) -> bool:
    """Whether a case that was told from the rows that shared its ID is no longer one of them.

    Where one of these was corrected instead, there are more of them than were known beside the case.
    """
    known = memory.cases.get(key)
    if known is None or any(not _is_elsewhere(row.case, known.case) for row in rows):
        return False
    if known.missing_since or known.unseen_since:
        return known.missing_since is not None  # else it is one of the rows since that read
    return len(rows) <= sum(not rival.missing_reads for rival in rivals.get(key, ()))


def _vanished(
    memory: Memory, alone: Mapping[str, Row], shared: Mapping[str, Sequence[Row]]
) -> dict[str, Remembered]:
    """The cases that stand nowhere under their IDs, by what their rows said; none where several did."""
    found: dict[str, Remembered] = {}
    several = set[str]()
    for key, known in memory.cases.items():
        root = root_of(key)
        rows = [alone[root]] if root in alone else shared.get(root, ())
        stands = any(not _is_elsewhere(row.case, known.case) for row in rows)
        if not stands and not known.removed:
            print_ = fingerprint(known.case)
            several |= {print_} & found.keys()
            found[print_] = known
    return {print_: known for print_, known in found.items() if print_ and print_ not in several}


def root_of(key: str) -> str:
    """The key that a row shares with others; a key that is nobody else's as it is."""
    return key.partition(_RIVAL)[0]


def _claimants(
    key: str,
    rows: list[Row],
    memory: Memory,
    rivals: Sequence[Remembered],
    vanished: Mapping[str, Remembered],
) -> Iterator[KnownRow]:
    """Rows with one key: the one whose other content is as last seen keeps it, if it is just one.

    The others are remembered beside it, each under a number, so that a row that gets an ID of its
    own is not taken for a new case.
    """
    same_as_before = _as_before(rows, memory.cases.get(key))
    original = same_as_before[0] if len(same_as_before) == 1 else None
    # Where no row says what the case did, any of them may be it.
    unknown = None if same_as_before else memory.cases.get(key)
    by_print = defaultdict[str, list[Remembered]](list)
    for rival in rivals:
        by_print[fingerprint(rival.case)].append(rival)
    numbers = _numbered(key, {rival.key for rival in rivals})
    matched = _matched([row for row in _in_order(rows) if row is not original], by_print)
    edited = sorted(chain(*by_print.values()), key=attrgetter("key"), reverse=True)
    if original is not None:
        yield KnownRow(original, key, memory.cases[key])
    for row, same in matched:
        remembered = same or (edited.pop() if edited else None)
        # A row that says what one without an ID said may be that one, there before; and one that
        # says what a case did whose ID is gone is that case under another's ID.
        print_ = fingerprint(row.case)
        model = vanished.get(print_) or memory.cases.get(print_, unknown)
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

    def take(self, case: RefundCase) -> str | None:
        """The case that a row is: the one that said the same to the letter, or the only one."""
        if len(self._cases) == 1:
            return next(iter(self._cases))
        same = self._to_the_letter().get(_unnamed(case), [])
        if not same and not self.is_one:
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
    return replace(case, case_id="")


class _Index:
    """Cases that were not found under their keys, to be looked for by what their rows said."""

    def __init__(self, absent: Mapping[str, Remembered]) -> None:
        self.alike = defaultdict[str, _Alike](_Alike)
        #: A trace to the cases that left it, those with a Case ID apart from those without.
        self.named = defaultdict[str, list[str]](list)
        self.nameless = defaultdict[str, list[str]](list)
        #: Those without that were there at the last read.
        self.just_left = defaultdict[str, list[str]](list)
        for key, known in absent.items():
            print_ = fingerprint(known.case)
            if print_:
                self.alike[print_].add(key, known)
            by_trace = self.nameless if is_provisional(key) else self.named
            traces = list(_traces(known.case))
            if is_provisional(key) or _is_anonymous(known.case):
                traces.append(_details(known.case))
            for trace in traces:
                by_trace[trace].append(key)
                if is_provisional(key) and not known.missing_reads:
                    self.just_left[trace].append(key)

    def has_one_like(self, print_: str) -> bool:
        """Whether one case alone said what has this fingerprint."""
        return print_ in self.alike and self.alike[print_].is_one

    def take_alike(self, case: RefundCase) -> str | None:
        """The one case that said the same as this row; of several the likest one."""
        alike = self.alike.get(fingerprint(case))
        return alike.take(case) if alike else None


def _elsewhere(strangers: Iterable[tuple[str, Row]], unsure: Iterable[Row]) -> Mapping[str, bool]:
    """What the rows say that are nobody's for certain, and whether one that says so has an ID."""
    found = {key: False for key, _ in strangers if key.startswith(_NAMELESS)}
    named = (row for key, row in strangers if not key.startswith(_NAMELESS))
    return found | {fingerprint(row.case): True for row in chain(named, unsure)}


def _moved(
    rows: Sequence[tuple[str, Row]],
    elsewhere: Mapping[str, bool],
    absent: Mapping[str, Remembered],
    memory: Memory,
    rekeyed: dict[str, str],
) -> Iterator[KnownRow]:
    """Rows whose ID belonged to other content: corrected cells, or IDs that changed places."""
    if not rows:
        return
    index = _Index(absent)
    # The rows that stood beside a case at the read before.
    rivals = {
        root_of(old): old for old in absent if _RIVAL in old and not absent[old].missing_reads
    }
    for key, row in rows:
        case = memory.cases[key]
        print_ = fingerprint(case.case)
        has_id = elsewhere.get(print_)
        beside = rivals.get(key) if has_id or case.missing_since else None
        if beside and _likeness(row.case, case.case) > _likeness(row.case, absent[beside].case):
            beside = None
        old = index.take_alike(row.case) or beside
        if old in rekeyed:
            old = None
        lacks_id = has_id is False and index.has_one_like(print_)
        # What stood beside the case under its own ID is not another case, unless the case itself
        # stands under another one now.
        is_beside = old is not None and root_of(old) == key
        if not has_id and (lacks_id or (beside and not case.removed)):
            yield _beside_its_owner(key, row, old, memory, rekeyed)
        elif old is None or (is_beside and not case.removed and not has_id):
            yield KnownRow(row, key, case)
        else:
            rekeyed[old] = key
            yield KnownRow(row, key, absent[old])


def _likeness(one: RefundCase, other: RefundCase) -> int:
    """In how many of the cells that hardly ever change two rows say the same."""
    return sum(map(eq, _what_it_says(one), _what_it_says(other)))


def _beside_its_owner(
    key: str, row: Row, old: str | None, memory: Memory, rekeyed: dict[str, str]
) -> KnownRow:
    """A row that is alone under the ID of a case that lacks it now, and may get it back.

    The case keeps its record; the row is remembered beside it, as if both had the ID.
    """
    if old is not None and root_of(old) == key:
        return KnownRow(row, old, memory.cases[old], _taken_id(row.case))
    rival = next(_numbered(key, memory.cases))
    if old is None:
        # It may be the case, or one that is new: then nothing of the case's history is its own.
        return KnownRow(row, rival, as_hearsay(memory.cases[key]), _taken_id(row.case))
    rekeyed[old] = rival
    return KnownRow(row, rival, memory.cases[old], _taken_id(row.case))


def _strangers(
    rows: list[tuple[str, Row]],
    absent: Mapping[str, Remembered],
    rekeyed: dict[str, str],
    held: set[str],
) -> Iterator[KnownRow]:
    """Rows under a key nobody remembers: a missing case under another name, or a new one.

    Args:
        rows: The rows and their new keys.
        absent: The cases that are missing, by key.
        rekeyed: Gets old key to new, of those that were found.
        held: Gets the keys of those that may be one of several rows: they are not missing.
    """
    index = _Index(absent)
    unlike: list[tuple[str, Row]] = []
    # Those with an ID first: of two that are alike, the case is the one that has a name.
    for key, row in sorted(rows, key=lambda one: (one[0].startswith(_NAMELESS), one[0])):
        old = index.take_alike(row.case)
        if old is None:
            unlike.append((key, row))
        else:
            yield _renamed(old, key, row, absent, rekeyed)
    index = _Index({key: case for key, case in absent.items() if key not in rekeyed})
    wanted = {key: _resembling(key, row.case, index) for key, row in unlike}
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


def _resembling(key: str, case: RefundCase, index: _Index) -> list[str]:
    """Up to two missing cases that this row may be, though some of its cells were corrected."""
    # A row with an ID of its own is another case than one that had an ID, too, or was gone before.
    by_trace = (index.nameless, index.named) if key.startswith(_NAMELESS) else (index.just_left,)
    traces = (*_traces(case), _details(case))
    found = (old for trace in traces for cases in by_trace for old in cases.get(trace, ())[:2])
    return list(dict.fromkeys(found))[:2]


def _traces(case: RefundCase) -> Iterator[str]:
    """What a row keeps while others of its cells are corrected: any one of these tells it."""
    if case.order_id:
        yield f"order {comparable_id(case.order_id)}"
    if case.customer_name:
        yield f"customer {comparable_id(case.customer_name)}"
    if case.requested_at:
        yield f"received {case.requested_at} {_details(case)}"


def _details(case: RefundCase) -> str:
    """What tells a row whose order and customer were blank, or are no more what they were."""
    return f"details {case.product} {case.amount} {case.requested_at} {case.reason}"


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
