"""What every row is held to: a rule is a function with an id, and RULES knows them all.

A rule sees one case and the team's settings. It answers with a sentence for a colleague in customer
support, or None where the rule is kept. Rules about single cells live where cells are read
(parse.py), rules about several rows where rows are told apart (identity.py).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from refundsheet.core.desk import Desk
from refundsheet.core.model import RefundCase, Severity, Violation
from refundsheet.core.rules import dates, reasons, statuses


@dataclass(frozen=True, slots=True)
class Rule:
    """One check of a row, with how much a violation of it matters.

    Attributes:
        field: The column the sentence is about.
        besides: Other columns without which the rule cannot be asked.
    """

    id: str
    severity: Severity
    field: str
    check: Callable[[RefundCase, Desk], str | None]
    besides: tuple[str, ...] = ()


#: Left out by the planner while refundsheet takes its own date back.
RESOLVED_BUT_OPEN = "resolved_but_open"

RULES = (
    Rule("unknown_status", Severity.WARNING, "status", statuses.unknown_status),
    Rule("status_near_miss", Severity.WARNING, "status", statuses.status_near_miss),
    Rule("no_status", Severity.WARNING, "status", statuses.no_status),
    Rule("resolved_before_received", Severity.PROBLEM, "resolved_at", dates.resolved_early),
    Rule(RESOLVED_BUT_OPEN, Severity.WARNING, "resolved_at", dates.resolved_but_open),
    Rule("closed_without_date", Severity.NOTE, "resolved_at", dates.closed_without_date),
    Rule("other_needs_note", Severity.WARNING, "reason", reasons.other_needs_note, ("notes",)),
    Rule("reason_near_miss", Severity.WARNING, "reason", reasons.reason_near_miss),
    Rule("reason_not_listed", Severity.NOTE, "reason", reasons.reason_not_listed),
)


def check(case: RefundCase, desk: Desk, fields: frozenset[str]) -> Iterator[Violation]:
    """Every rule the case breaks, of those whose column the log has."""
    for rule in _rules_for(fields):
        sentence = rule.check(case, desk)
        if sentence is not None:
            yield Violation(rule.id, rule.severity, rule.field, sentence)


@lru_cache(maxsize=64)
def _rules_for(fields: frozenset[str]) -> tuple[Rule, ...]:
    return tuple(rule for rule in RULES if fields.issuperset((rule.field, *rule.besides)))
