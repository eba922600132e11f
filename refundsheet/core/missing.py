"""Cases that no row holds under their IDs: which row may be which of them."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import islice

from refundsheet.core.keys import (
    FINGERPRINT_FIELDS,
    NAMELESS,
    comparable_id,
    fingerprint,
    is_anonymous,
    is_provisional,
    likeness,
    root_of,
)
from refundsheet.core.memory import Remembered
from refundsheet.core.model import RefundCase

#: So many of the cases that left one trace are looked at.
_LOOKED_AT = 8


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


class Index:
    """Cases that were not found under their keys, to be looked for by what their rows said.

    Args:
        absent: These cases, by key.
        print_of: The fingerprint that a case keeps when it gets another name.
    """

    def __init__(
        self, absent: Mapping[str, Remembered], print_of: Callable[[RefundCase], str]
    ) -> None:
        self._print_of = print_of
        self.alike = defaultdict[str, _Alike](_Alike)
        #: A trace to the cases that left it, those with a Case ID apart from those without.
        self.named = defaultdict[str, list[str]](list)
        self.nameless = defaultdict[str, list[str]](list)
        for key, known in absent.items():
            # A case gets another name within one read.
            own_print = fingerprint if known.missing_reads else print_of
            if print_ := own_print(known.case):
                self.alike[print_].add(key, known)
            by_trace = self.nameless if is_provisional(key) else self.named
            for trace in traces(known.case):
                by_trace[trace].append(key)
            if is_provisional(key) or is_anonymous(known.case):
                for trace in _details(known.case):
                    by_trace[trace].append(key)

    def has_one_like(self, print_: str) -> bool:
        """Whether one case alone said what has this fingerprint."""
        return print_ in self.alike and self.alike[print_].is_one

    def has_alike(self, case: RefundCase) -> bool:
        """Whether one of the cases said the same as this row."""
        return self._print_of(case) in self.alike

    def take_alike(self, case: RefundCase, *, to_the_letter: bool = False) -> str | None:
        """The one case that said the same as this row; of several the likest one."""
        alike = self.alike.get(self._print_of(case)) or self.alike.get(fingerprint(case))
        return alike.take(case, to_the_letter=to_the_letter) if alike else None


def resembling(
    key: str, case: RefundCase, index: Index, absent: Mapping[str, Remembered]
) -> list[str]:
    """Up to two missing cases that this row may be, though some of its cells were corrected."""
    is_nameless = key.startswith(NAMELESS)
    # A row with an ID of its own is another case than one that had an ID, too.
    by_trace = (index.nameless, index.named) if is_nameless else (index.nameless,)
    found = (
        old
        for trace in (*traces(case), *_details(case))
        for cases in by_trace
        for old in cases.get(trace, ())[:_LOOKED_AT]
        # Of one that was gone before it may well say a little by chance.
        if is_nameless or not absent[old].missing_reads or is_like(case, absent[old].case)
    )
    return list(islice(dict.fromkeys(found), 2))


def may_be_one_of(lost: Mapping[str, Remembered], key: str, case: RefundCase, index: Index) -> bool:
    """Whether a row with another ID may be one of these cases, though that is more than a rename.

    The case stood there at the last read, with its ID or without, and said the same but for one cell.
    """
    if key.startswith(NAMELESS):
        return False
    found = (old for trace in traces(case) for old in index.named.get(trace, ())[:_LOOKED_AT])
    known = (lost[old] for old in found if old in lost)
    return any(one.settled and not one.missing_reads and is_almost(case, one.case) for one in known)


def is_like(one: RefundCase, other: RefundCase) -> bool:
    """Whether at most two of the cells that hardly ever change are not the same."""
    return likeness(one, other) >= len(FINGERPRINT_FIELDS) - 2


def is_almost(one: RefundCase, other: RefundCase) -> bool:
    """Whether at most one of the cells that hardly ever change is not the same."""
    return likeness(one, other) >= len(FINGERPRINT_FIELDS) - 1


def traces(case: RefundCase) -> Iterator[str]:
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
