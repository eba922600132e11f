"""Which row is which case: a row number means nothing from one moment to the next.

A row is known by its Case ID; without one by a fingerprint of its content. Where two rows claim one
identity, or one row could be two cases, nobody guesses: the row is in doubt and is not written to.
"""

import hashlib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from refundsheet.core.memory import Memory, Remembered
from refundsheet.core.model import Layout, RefundCase, Row, Severity, Violation

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

#: Begins the key of a row without an ID; no ID is compared with it, for IDs hold no such letter.
_NAMELESS = "\x1e"
#: Stands before the number of a row that shares its key with others.
_RIVAL = "\x1f"

_INVISIBLE = {"Cf", "Cc"}  # right-to-left marks, zero-width spaces, stray control characters


@dataclass(frozen=True, slots=True)
class KnownRow:
    """A row and the case it is.

    Attributes:
        key: How the case is known; "" where the row is in doubt.
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
        id_field: The field that names a case: ``case_id``, else ``order_id``.
    """

    rows: tuple[KnownRow, ...]
    rekeyed: Mapping[str, str]
    absent: tuple[str, ...]
    id_field: str


def comparable_id(text: str) -> str:
    """The ID as it is compared: no case, no spaces around, no invisible marks, no full width."""
    if text.isascii():
        return text.strip().casefold()
    plain = unicodedata.normalize("NFKC", text)
    visible = "".join(letter for letter in plain if unicodedata.category(letter) not in _INVISIBLE)
    return " ".join(visible.split()).casefold()


def fingerprint(case: RefundCase) -> str:
    """A key for a row without an ID; "" where it holds nothing to know it by."""
    if not (case.order_id or case.customer_name):
        return ""
    content = _RIVAL.join(str(getattr(case, field)) for field in FINGERPRINT_FIELDS)
    return _NAMELESS + hashlib.blake2b(content.encode(), digest_size=12).hexdigest()


def is_provisional(key: str) -> bool:
    """Whether the key is not a Case ID of its own: a row without one, or with a shared one."""
    return key.startswith(_NAMELESS) or _RIVAL in key


def id_field(layout: Layout) -> str:
    """The field that names a case in this log."""
    return "case_id" if "case_id" in layout.columns else "order_id"


def recognise(rows: Sequence[Row], layout: Layout, memory: Memory) -> Recognised:
    """Tell each row's case, by ID first, then by content; doubt where that is not certain."""
    field = id_field(layout)
    groups = defaultdict[str, list[Row]](list)
    for row in rows:
        groups[comparable_id(getattr(row.case, field)) or fingerprint(row.case)].append(row)
    known = {row.number: KnownRow(row, "") for row in groups.pop("", [])}
    strangers: list[tuple[str, Row]] = []
    rivals = _remembered_rivals(memory) if any(len(group) > 1 for group in groups.values()) else {}
    for key, group in groups.items():
        if len(group) > 1:
            known |= _claimants(key, group, memory, rivals.get(key, ()))
        elif key in memory.cases:
            known[group[0].number] = KnownRow(group[0], key, memory.cases[key])
        else:
            strangers.append((key, group[0]))
    found = {entry.key for entry in known.values()}
    absent = {
        key: case for key, case in memory.cases.items() if key not in found and not case.removed
    }
    rekeyed = dict[str, str]()
    known |= _strangers(strangers, absent, rekeyed)
    found |= {entry.key for entry in known.values()} | rekeyed.keys()
    return Recognised(
        rows=tuple(known[row.number] for row in rows),
        rekeyed=rekeyed,
        absent=tuple(key for key in absent if key not in found),
        id_field=field,
    )


def _remembered_rivals(memory: Memory) -> dict[str, list[Remembered]]:
    """What is remembered of rows that shared a key, by that key."""
    rivals = defaultdict[str, list[Remembered]](list)
    for key, known in memory.cases.items():
        if _RIVAL in key:
            rivals[key.partition(_RIVAL)[0]].append(known)
    return rivals


def _claimants(
    key: str, rows: list[Row], memory: Memory, rivals: Sequence[Remembered]
) -> Iterator[tuple[int, KnownRow]]:
    """Rows with one key: the one whose other content is as last seen keeps it, if it is just one.

    The others are remembered beside it, each under a number, so that a row that gets an ID of its
    own is not taken for a new case.
    """
    original = _original(rows, memory.cases.get(key))
    by_print = defaultdict[str, list[Remembered]](list)
    for rival in rivals:
        by_print[fingerprint(rival.case)].append(rival)
    taken = {rival.key for rival in rivals}
    numbers = (f"{key}{_RIVAL}{n}" for n in count(1) if f"{key}{_RIVAL}{n}" not in taken)
    for row in rows:
        if row is original:
            yield row.number, KnownRow(row, key, memory.cases[key])
            continue
        same = by_print[fingerprint(row.case)]
        remembered = same.pop() if same else None
        doubt = _duplicate(row, rows, is_copy=original is not None)
        rival = remembered.key if remembered else next(numbers)
        yield row.number, KnownRow(row, rival, remembered, doubt)


def _original(rows: list[Row], remembered: Remembered | None) -> Row | None:
    if remembered is None:
        return None
    expected = fingerprint(remembered.case)
    same = [row for row in rows if fingerprint(row.case) == expected]
    return same[0] if len(same) == 1 else None


def _duplicate(row: Row, rows: list[Row], *, is_copy: bool) -> Violation:
    name = row.case.case_id or row.case.order_id
    if not row.case.case_id:
        return _twins(name or row.case.customer_name, len(rows))
    others = [str(other.number) for other in rows if other is not row]
    also = ", ".join(others[:3]) + (", …" if others[3:] else "")
    advice = (
        "This one looks like the copy: give it an ID of its own."
        if is_copy
        else "Give one of them another ID; until then none of them is stamped."
    )
    sentence = f"{name} stands in row{'s' if others[1:] else ''} {also} too. {advice}"
    return Violation("duplicate_id", Severity.PROBLEM, "case_id", sentence)


def _twins(name: str, rows: int) -> Violation:
    sentence = (
        f"{rows} rows without a Case ID say the same ({name}), so they cannot be told apart. "
        "Give each an ID, or delete the extra ones."
    )
    return Violation("twin_rows", Severity.PROBLEM, "case_id", sentence)


def _strangers(
    rows: list[tuple[str, Row]], absent: Mapping[str, Remembered], rekeyed: dict[str, str]
) -> Iterator[tuple[int, KnownRow]]:
    """Rows under a key nobody remembers: a missing case under another name, or a new one."""
    by_print = _unique(absent.items())
    same_print = Counter(fingerprint(row.case) for _, row in rows)
    by_order = defaultdict[str, list[str]](list)
    for key, case in absent.items():
        by_order[_order(case.case)].append(key)
    for key, row in rows:
        print_ = fingerprint(row.case)
        nameless = key.startswith(_NAMELESS)
        old = by_print.get(print_) if same_print[print_] == 1 else None
        if old is not None and nameless and not old.startswith(_NAMELESS):
            yield row.number, KnownRow(row, old, absent[old], _lost_id(absent[old]))
            continue
        if old is None and nameless:
            corrected = [k for k in by_order[_order(row.case)] if k.startswith(_NAMELESS)]
            if len(corrected) > 1:
                doubt = _twins(row.case.order_id or row.case.customer_name, len(corrected))
                yield row.number, KnownRow(row, key, None, doubt)
                continue
            old = corrected[0] if corrected and corrected[0] not in rekeyed else None
        if old is not None:
            rekeyed[old] = key
        yield row.number, KnownRow(row, key, absent.get(old or ""))


def _unique(absent: Iterable[tuple[str, Remembered]]) -> dict[str, str]:
    """Fingerprint to key, of the absent cases that no other absent case resembles.

    Rows that shared one ID count as one: which of them is which makes no difference.
    """
    keys = defaultdict[str, list[str]](list)
    for key, known in absent:
        keys[fingerprint(known.case)].append(key)
    return {
        print_: found[0]
        for print_, found in keys.items()
        if print_ and len({key.partition(_RIVAL)[0] for key in found}) == 1
    }


def _order(case: RefundCase) -> str:
    """What a row without an ID keeps while its other cells are corrected."""
    return comparable_id(case.order_id) or case.customer_name


def _lost_id(lost: Remembered) -> Violation:
    sentence = f"The Case ID is gone; it was {lost.case.case_id}. Type it in again."
    return Violation("id_removed", Severity.PROBLEM, "case_id", sentence)
