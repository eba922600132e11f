"""All that is wrong with a log, put together by rule: what ``check`` tells of ten thousand rows."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from refundsheet.core.model import Change, Severity, Violation
from refundsheet.core.rules.catalogue import CATALOGUE, RULE_BY_ID, Rule

#: The rules by which nobody knows when something happened.
_TIMES = ("received_missing", "approval_unknown", "paid_without_date", "closed_without_date")

#: A row with so many problems and warnings is pointed out.
_MANY = 3

Place: TypeAlias = tuple[int, str]
"""The number of a row, and the field a sentence about it is about."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence, and every place it is said of, top to bottom."""

    sentence: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class BrokenRule:
    """A rule with all that is said by it.

    Attributes:
        severity: How much it matters to this team.
        remarks: What is said most often first.
        rows: How many rows break it.
    """

    rule: Rule
    severity: Severity
    remarks: tuple[Remark, ...]
    rows: int


def by_rule(violations: Mapping[int, Iterable[Violation]]) -> tuple[BrokenRule, ...]:
    """What is wrong with the rows, the rules that matter most first.

    Args:
        violations: Row number to what is wrong with the row.
    """
    found: dict[str, dict[str, list[Place]]] = {}
    severities: dict[str, Severity] = {}
    for row in sorted(violations):
        for one in violations[row]:
            severities[one.rule] = one.severity
            said = found.setdefault(one.rule, {}).setdefault(one.gist or one.sentence, [])
            said.append((row, one.field))
    places = {rule.id: place for place, rule in enumerate(CATALOGUE)}
    order = sorted(found, key=lambda rule: (-severities[rule], places[rule]))
    return tuple(_broken(rule, severities[rule], found[rule]) for rule in order)


def _broken(rule: str, severity: Severity, said: Mapping[str, list[Place]]) -> BrokenRule:
    often_first = sorted(said, key=lambda sentence: -len(said[sentence]))
    rows = {row for places in said.values() for row, _ in places}
    remarks = tuple(Remark(sentence, tuple(said[sentence])) for sentence in often_first)
    return BrokenRule(RULE_BY_ID[rule], severity, remarks, len(rows))


def times_unknown(
    violations: Mapping[int, Iterable[Violation]], changes: Iterable[Change]
) -> tuple[BrokenRule, ...]:
    """What nobody saw happen and no cell tells, once a pass has written: it is not made up.

    Args:
        violations: Row number to what is wrong with the row.
        changes: What the pass writes.
    """
    filled = {(change.row, change.field) for change in changes if change.after is not None}
    unknown = {
        row: [v for v in found if v.rule in _TIMES and (row, v.field) not in filled]
        for row, found in violations.items()
    }
    return by_rule(unknown)


def worst_rows(violations: Mapping[int, Iterable[Violation]]) -> tuple[tuple[int, int, int], ...]:
    """The rows with many problems or warnings: number, problems and warnings; most first."""
    rows: list[tuple[int, int, int]] = []
    for number, found in violations.items():
        counts = Counter(one.severity for one in found)
        problems, warnings = counts[Severity.PROBLEM], counts[Severity.WARNING]
        if problems + warnings >= _MANY:
            rows.append((number, problems, warnings))
    return tuple(sorted(rows, key=lambda row: (-row[1], -row[2], row[0])))
