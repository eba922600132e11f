"""Cases that may refund the same thing twice, and orders that may be one though they are spelled apart.

Several cases of one order are legal: part of an order is refunded, and later another part. So two
cases are only ever *possibly* one refund made twice, and people have the last word: once the notes of
one name the other, they have looked at it, and nothing more is said.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from itertools import combinations
from typing import TypeAlias

from refundsheet.core.columns import comparable
from refundsheet.core.desk import Desk, Meaning
from refundsheet.core.keys import comparable_id
from refundsheet.core.model import RefundCase

#: The rule that names them (core/rules/catalogue.py); switched off, it raises no flag either.
POSSIBLE_DOUBLE = "possible_double_refund"

#: Two refunds of one amount to one customer that were asked for no further apart than this.
DAYS_APART = 7

#: Of more cases than these the others are counted, not named.
_MOST_NAMED = 4

#: What more cases share than this is no order's number: a shop's name, an airline.
_MOST_TOGETHER = 20

KeyedCase: TypeAlias = tuple[str, RefundCase]
"""A case with the key by which it is known (core/keys.py)."""


class Likeness(Enum):
    """What two cases share."""

    ORDER = "the same order"
    CUSTOMER_AND_AMOUNT = "the same customer and amount"


@dataclass(frozen=True, slots=True)
class Double:
    """Another case that may refund the same thing.

    Attributes:
        key: How the other case is known.
        label: What people call it: its Case ID, "" where it has none.
    """

    key: str
    label: str
    likeness: Likeness


_Candidate: TypeAlias = tuple[str, RefundCase, bool]
"""A key, its case, and whether the refund is granted: approved or paid."""


def marks(case: RefundCase) -> tuple[int, int]:
    """A number for the order of a case, and one for its customer and amount; 0 where it has none.

    Cases that ``possible_doubles`` or ``alike_orders`` may tell of beside each other have the same
    number. That others may have it too, by chance, costs a look at them and changes nothing.
    """
    order = hash(bare_order(comparable_id(case.order_id))) or 1 if case.order_id else 0
    payee = hash(_payee(case)) or 1 if _has_payee(case) else 0
    return order, payee


def _has_payee(case: RefundCase) -> bool:
    """Whether it says who is to get how much since when."""
    return bool(case.amount and case.customer_name and case.requested_at)


def _payee(case: RefundCase) -> tuple[object, ...]:
    return case.amount, case.currency, comparable_id(case.customer_name)


def possible_doubles(cases: Iterable[KeyedCase], desk: Desk) -> dict[str, tuple[Double, ...]]:
    """Which cases may refund what another one refunds too.

    Two cases of one order may be doubles once both are approved or paid. Two of one customer and
    amount, received within ``DAYS_APART`` days, may be even before, unless they name two orders:
    then too only once both are approved or paid. Cases of two products are none, nor is a case
    that was closed without payment.

    Args:
        cases: The cases of the log; those in doubt about who they are left out.
        desk: The team's settings.

    Returns:
        Key to the other cases, for each case that has any; those of its order first.
    """
    orders, amounts = _Groups(), _Groups()
    for key, case in cases:
        meaning = desk.recognise(case.status).status.meaning
        if meaning is Meaning.CLOSED:
            continue
        is_granted = meaning in _GRANTED
        if is_granted and case.order_id:
            orders.add(comparable_id(case.order_id), (key, case, is_granted))
        if _has_payee(case):
            amounts.add(_payee(case), (key, case, is_granted))
    found = defaultdict[str, dict[str, Double]](dict)
    for likeness, pairs in (
        (Likeness.ORDER, _of_one_order(orders)),
        (Likeness.CUSTOMER_AND_AMOUNT, _of_one_amount(amounts)),
    ):
        for one, other in pairs:
            if not (_are_apart(one[1], other[1]) or _is_known(one[1], other[1])):
                _add(found[one[0]], other, likeness)
                _add(found[other[0]], one, likeness)
    return {key: tuple(others.values()) for key, others in found.items()}


def _add(others: dict[str, Double], other: _Candidate, likeness: Likeness) -> None:
    key, case, _ = other
    others.setdefault(key, Double(key, case.case_id, likeness))


_GRANTED = (Meaning.APPROVED, Meaning.PAID)

_Pairs: TypeAlias = Iterator[tuple[_Candidate, _Candidate]]


class _Groups:
    """Candidates that share something; most share nothing, and get no list of their own."""

    def __init__(self) -> None:
        self._first: dict[object, _Candidate] = {}
        self._shared: dict[object, list[_Candidate]] = {}

    def add(self, shared: object, candidate: _Candidate) -> None:
        """Put a candidate to those that share this."""
        first = self._first.setdefault(shared, candidate)
        if first is not candidate:
            self._shared.setdefault(shared, [first]).append(candidate)

    def __iter__(self) -> Iterator[list[_Candidate]]:
        return iter(self._shared.values())


def _of_one_order(orders: _Groups) -> _Pairs:
    for group in orders:
        if len(group) <= _MOST_TOGETHER:
            yield from combinations(group, 2)


def _of_one_amount(amounts: _Groups) -> _Pairs:
    for group in amounts:
        yield from _close_together(sorted(group, key=_day))


def _close_together(group: Sequence[_Candidate]) -> _Pairs:
    """The pairs within some days of each other, of candidates in the order of their days."""
    for index, one in enumerate(group):
        for other in group[index + 1 : index + _MOST_TOGETHER]:
            if (_day(other) - _day(one)).days > DAYS_APART:
                break
            if (one[2] and other[2]) or not _name_two_orders(one[1], other[1]):
                yield one, other


def _day(candidate: _Candidate) -> date:
    received = candidate[1].requested_at
    assert received is not None  # noqa: S101 - it was looked at before the candidate was taken
    return received.date() if isinstance(received, datetime) else received


def _name_two_orders(one: RefundCase, other: RefundCase) -> bool:
    orders = comparable_id(one.order_id), comparable_id(other.order_id)
    return all(orders) and bare_order(orders[0]) != bare_order(orders[1])


def _are_apart(one: RefundCase, other: RefundCase) -> bool:
    """Whether the cases name two products: parts of an order are refunded each by itself."""
    products = comparable(one.product), comparable(other.product)
    return all(products) and products[0] != products[1]


def _is_known(one: RefundCase, other: RefundCase) -> bool:
    """Whether people have looked at the two: the notes of one name the other."""
    return _is_named(one.case_id, other.notes) or _is_named(other.case_id, one.notes)


def _is_named(case_id: str, notes: str) -> bool:
    name = comparable_id(case_id)
    pattern = rf"(?<!\w){re.escape(name)}(?!\w)"
    return bool(name) and re.search(pattern, comparable_id(notes)) is not None


_WHAT_IS_SHARED = {
    Likeness.ORDER: "are about one order, and approved or paid",
    Likeness.CUSTOMER_AND_AMOUNT: "are of one customer and amount, received within "
    f"{DAYS_APART} days",
}


def sentences(case_id: str, others: Iterable[Double]) -> Iterator[str]:
    """What to tell the people who have a case with doubles: a sentence for each way they are alike.

    Args:
        case_id: The ID of the case; "" where it has none.
        others: Its doubles.
    """
    by_likeness = defaultdict[Likeness, list[str]](list)
    for other in others:
        by_likeness[other.likeness].append(other.label or "a case without an ID")
    for likeness, labels in by_likeness.items():
        # Sorted, so that all of them are told the same.
        *first, last = _named(sorted((case_id or "this case", *labels)))
        yield (
            f"Possible double refund: {', '.join(first)} and {last} {_WHAT_IS_SHARED[likeness]}. "
            "If both are right, name one in the notes of the other."
        )


def _named(labels: Sequence[str]) -> Iterator[str]:
    yield from labels[:_MOST_NAMED]
    if len(labels) > _MOST_NAMED:
        yield f"{len(labels) - _MOST_NAMED} more"


_BARE_ORDER = re.compile(r"(?:order|ord|no|nr|[\W_])*(\d{3,})")


def bare_order(comparable_order: str) -> str:
    """The number of an order without what some people write before it: ``#1001`` and ``ord-1001``."""
    match = _BARE_ORDER.fullmatch(comparable_order)
    return match[1] if match else comparable_order


def alike_orders(cases: Iterable[KeyedCase]) -> dict[str, RefundCase]:
    """Cases whose order is probably another case's, spelled another way: a suggestion, no more.

    Returns:
        Key to one of the cases with the other spelling, the one that most of them share.
    """
    orders = [(comparable_id(case.order_id), key, case) for key, case in cases if case.order_id]
    first: dict[str, str] = {}
    mixed = {
        bare
        for order, _, _ in orders
        if first.setdefault(bare := bare_order(order), order) != order
    }
    spelled = defaultdict[str, defaultdict[str, list[KeyedCase]]](lambda: defaultdict(list))
    if mixed:
        for order, key, case in orders:
            if (bare := bare_order(order)) in mixed:
                spelled[bare][order].append((key, case))
    alike: dict[str, RefundCase] = {}
    for spellings in spelled.values():
        usual = max(spellings, key=lambda order, of=spellings: len(of[order]))
        _, model = spellings[usual][0]
        for order, group in spellings.items():
            if order != usual:
                alike |= {key: model for key, _ in group}
    return alike
