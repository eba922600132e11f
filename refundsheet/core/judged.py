"""What the last pass judged, so that a row about which nothing is new is not judged again.

A verdict on a row rests on the row, on what is remembered of its case, on the cases that share its
order or its customer, on the settings, and on the time. While all of these are as they were it
stands; a row of which any may be another is judged anew. So a pass that was given what the one
before it judged decides what it would have decided without.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from math import inf
from typing import TypeVar

from refundsheet.core.follow_up import Flag
from refundsheet.core.identity import KnownRow
from refundsheet.core.memory import Remembered
from refundsheet.core.model import Row, Violation
from refundsheet.core.rules.doubles import Double, KeyedCase, marks

_Value = TypeVar("_Value")

#: A row that wants something written, is in doubt or is still typed in: the next pass judges it.
AGAIN = -inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What the other cases of the log say of a case.

    Attributes:
        doubles: Key to the other cases that may refund the same thing.
        violations: Key to what is wrong with a case beside the others.
    """

    doubles: Mapping[str, tuple[Double, ...]] = field(default_factory=dict[str, tuple[Double, ...]])
    violations: Mapping[str, Sequence[Violation]] = field(
        default_factory=dict[str, Sequence[Violation]]
    )

    def unlike(self, other: "Beside") -> frozenset[str]:
        """The keys of the cases of which the others say something else."""
        doubles = _unlike(self.doubles, other.doubles)
        return frozenset((*doubles, *_unlike(self.violations, other.violations)))


def _unlike(one: Mapping[str, object], other: Mapping[str, object]) -> Iterator[str]:
    return (key for key in one.keys() | other.keys() if one.get(key) != other.get(key))


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The verdicts of a pass, and what each of them rests on.

    A hundred thousand of them are kept from pass to pass: so there is no record for each, but a
    place in every sequence, and all that is no number is the pass's own.

    Attributes:
        premises: What all rows alike were judged by.
        at: When, in seconds since 1970.
        rows: The rows, top to bottom; None where there was none.
        cases: Of each row its case; None where that is in doubt, or not settled.
        holds_until: Of each row the time before which its verdict holds; see ``Timer``.
        orders: Of each row the mark of its order (core/rules/doubles.py).
        payees: Of each row the mark of its customer and amount.
        beside: What the cases said of each other.
        flags: Key to flag.
        old: Of each row whether its case was listed instead.
        violations: Of each row everything wrong with it.
    """

    premises: tuple[object, ...] = ()
    at: float = -inf
    rows: Sequence[Row | None] = ()
    cases: Sequence[Remembered | None] = ()
    holds_until: Sequence[float] = ()
    orders: Sequence[int] = ()
    payees: Sequence[int] = ()
    beside: Beside = Beside()
    flags: Mapping[str, Flag] = field(default_factory=dict[str, Flag])
    old: Sequence[int] = b""
    violations: Sequence[tuple[Violation, ...]] = ()

    def by(self, premises: tuple[object, ...], at: float) -> "Judged":
        """What of it may stand when rows are judged by these premises, at this time."""
        return self if premises == self.premises and self.at <= at else NOTHING_JUDGED

    def in_order_of(self, cases: Sequence[Remembered | None]) -> "Judged":
        """The same for other rows: each place tells of the case that is there now."""
        keys, were = list(map(_key, cases)), list(map(_key, self.cases))
        if keys == were:
            return self
        places = {key: place for place, key in enumerate(were)}
        # A case that was not there has the place behind the last.
        order = [places.get(key, -1) for key in keys]
        return replace(
            self,
            rows=_picked((*self.rows, None), order),
            cases=_picked((*self.cases, None), order),
            holds_until=array("d", _picked((*self.holds_until, AGAIN), order)),
            orders=array("q", _picked((*self.orders, 0), order)),
            payees=array("q", _picked((*self.payees, 0), order)),
            old=bytes(_picked((*self.old, 0), order)),
            violations=_picked((*self.violations, ()), order),
        )

    def standing(
        self,
        rows: Iterable[KnownRow],
        cases: Iterable[Remembered | None],
        unlike: AbstractSet[str],
        at: float,
    ) -> list[bool]:
        """Of which rows the verdict stands.

        Args:
            rows: The rows.
            cases: Their cases, which these verdicts are in order of.
            unlike: The keys of the cases of which others say something new.
            at: The time of the pass.
        """
        return [
            case is case_before
            and at < holds_until
            and (known.row is before or _is_same(known.row, before))
            and known.key not in unlike
            for known, before, case, case_before, holds_until in zip(
                rows, self.rows, cases, self.cases, self.holds_until, strict=True
            )
        ]

    def marked(self, cases: Sequence[Remembered | None]) -> tuple["array[int]", "array[int]"]:
        """The marks of the cases in whose order this is, by order and by payee."""
        orders, payees = array("q", self.orders), array("q", self.payees)
        for place, (case, before) in enumerate(zip(cases, self.cases, strict=True)):
            if case is not before:
                orders[place], payees[place] = marks(case.case) if case else (0, 0)
        return orders, payees


NOTHING_JUDGED = Judged()


def sharing(
    cases: Iterable[Remembered | None], orders: Sequence[int], payees: Sequence[int]
) -> list[KeyedCase]:
    """The cases that may share something with another one, top to bottom; the others need no look."""
    same_order, same_payee = _repeated(orders), _repeated(payees)
    return [
        (case.key, case.case)
        for case, order, payee in zip(cases, orders, payees, strict=True)
        if case is not None and (order in same_order or payee in same_payee)
    ]


def _repeated(numbers: Iterable[int]) -> set[int]:
    once, repeated = {0}, set[int]()
    for number in numbers:
        if number not in once:
            once.add(number)
        elif number:
            repeated.add(number)
    return repeated


def _key(case: Remembered | None) -> str:
    return "" if case is None else case.key


def _is_same(row: Row, before: Row | None) -> bool:
    """Whether a row is the one before but for its place; what is read anew counts as another."""
    return (
        before is not None
        and row.cells is before.cells
        and row.case is before.case
        and row.violations is before.violations
    )


def _picked(values: Sequence[_Value], places: Iterable[int]) -> list[_Value]:
    return list(map(values.__getitem__, places))
