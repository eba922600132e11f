"""What a formula's result is, a date, a time or like some cell: so Google shows it, unless told how.

The rules are those people see in the browser; nothing written tells them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from refundsheet.localsheets.formulas.tokens import Kind, Reference, Token
from refundsheet.localsheets.formulas.tree import (
    Braces,
    Call,
    FormulaParseError,
    FormulaTooLargeError,
    Group,
    Node,
    Sequence,
    tree_of,
)

#: Functions whose results are of one type, whatever they are given.
_TYPES = {
    "TODAY": "DATE",
    "DATE": "DATE",
    "EDATE": "DATE",
    "EOMONTH": "DATE",
    "WORKDAY": "DATE",
    "WORKDAY.INTL": "DATE",
    "TO_DATE": "DATE",
    "NOW": "DATE_TIME",
    "TIME": "TIME",
    "TO_PERCENT": "PERCENT",
    "TO_DOLLARS": "CURRENCY",
}
#: Functions whose result is like one of their arguments, by the arguments looked at in turn.
_LIKE = {
    **dict.fromkeys(("MAX", "MIN", "SUM", "AVERAGE", "MEDIAN", "LARGE", "SMALL"), slice(0, None)),
    **dict.fromkeys(("MAXIFS", "MINIFS", "SUMIFS", "AVERAGEIFS", "INDEX", "IFERROR"), slice(0, 1)),
    **dict.fromkeys(("UNIQUE", "SORT", "FILTER", "ARRAYFORMULA", "ABS"), slice(0, 1)),
    "IF": slice(1, None),
}
_COMPARING = frozenset({"=", "<>", "<", ">", "<=", ">=", "&"})
_WHOLE = frozenset({"%", "^", ":", "!", "#", "@"})


@dataclass(frozen=True, slots=True)
class Given:
    """Of this type."""

    type: str


@dataclass(frozen=True, slots=True)
class Like:
    """Like the first cell of a reference."""

    reference: Reference


@dataclass(frozen=True, slots=True)
class Joined:
    """What two results come to under a sign."""

    sign: str
    left: Result
    right: Result


@dataclass(frozen=True, slots=True)
class First:
    """Like the first of several that is like anything."""

    options: tuple[Result, ...]


Result = Given | Like | Joined | First | None


@lru_cache(maxsize=65_536)
def result_of(formula: str, *, decimal_comma: bool) -> Result:
    """What is known of a formula's result before its cells are looked at."""
    try:
        return _sequence(tree_of(formula, decimal_comma=decimal_comma))
    except (FormulaParseError, FormulaTooLargeError):
        return None


def _sequence(nodes: Sequence) -> Result:
    if len(nodes) == 1:
        return _node(nodes[0])
    signs = [_sign(node) for node in nodes]
    if any(sign in _COMPARING or sign in _WHOLE for sign in signs):
        return None
    for level in ("+-", "*/"):
        for place in range(len(nodes) - 1, 0, -1):
            if signs[place] and signs[place] in level and not signs[place - 1]:
                left, right = _sequence(nodes[:place]), _sequence(nodes[place + 1 :])
                return Joined(signs[place], left, right) if left or right else None
    return _sequence(nodes[1:]) if len(nodes) > 1 and signs[0] else None


def _sign(node: Node) -> str:
    return node.text if isinstance(node, Token) and node.kind is Kind.OPERATOR else ""


def _node(node: Node) -> Result:
    if isinstance(node, Token):
        return Like(node.reference) if node.reference else None
    if isinstance(node, Braces):
        return _sequence(node.rows[0][0]) if node.rows and node.rows[0] else None
    if isinstance(node, Group):
        return _sequence(node.parts[0]) if len(node.parts) == 1 else None
    return _call(node)


def _call(call: Call) -> Result:
    if call.name in _TYPES:
        return Given(_TYPES[call.name])
    if call.name not in _LIKE:
        return None
    options = tuple(filter(None, map(_sequence, call.arguments[_LIKE[call.name]])))
    return First(options) if options else None
