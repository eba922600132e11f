"""What every case is held to: a rule is a function with an id, and RULES knows them all.

A rule sees one case and the team's settings. It answers with a sentence for a colleague in customer
support, or None where the rule is kept. How much it matters stands in the catalogue, beside the rules
about single cells and about several rows.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache

from refundsheet.core.columns import CUSTOMER_AND_ORDER
from refundsheet.core.desk import Desk, Meaning
from refundsheet.core.model import RefundCase, Violation
from refundsheet.core.rules import contents, dates, reasons, statuses
from refundsheet.core.rules.catalogue import violation


@dataclass(frozen=True, slots=True)
class CaseRule:
    """One check of a case.

    Attributes:
        id: Its id in the catalogue.
        field: The column the sentence is about.
        ask: Answers with the sentence, where the rule is broken.
        besides: Other columns without which the rule cannot be asked.
        meanings: What the status must mean for the rule to be asked.
        is_lack: Whether it is broken by a blank cell: nobody is told of that where the cell holds
            something that could not be read.
    """

    id: str
    field: str
    ask: dates.Ask
    besides: tuple[str, ...] = ()
    meanings: tuple[Meaning, ...] = tuple(Meaning)
    is_lack: bool = False


_CLOSED = tuple(meaning for meaning in Meaning if meaning.is_closed)
_NOT_CLOSED = tuple(meaning for meaning in Meaning if not meaning.is_closed)
_GRANTED = (Meaning.APPROVED, Meaning.PAID)

#: Left out by the planner while refundsheet takes its own date back.
RESOLVED_BUT_OPEN = "resolved_but_open"

RULES = (
    CaseRule("no_status", "status", statuses.no_status, meanings=(Meaning.OPEN,), is_lack=True),
    CaseRule("unknown_status", "status", statuses.unknown_status, meanings=(Meaning.OPEN,)),
    CaseRule("status_near_miss", "status", statuses.status_near_miss),
    CaseRule("approved_before_received", "approved_at", dates.approved_early, ("requested_at",)),
    CaseRule("paid_before_received", "paid_at", dates.paid_before_received, ("requested_at",)),
    CaseRule("paid_before_approved", "paid_at", dates.paid_before_approved, ("approved_at",)),
    CaseRule(
        "resolved_before_received", "resolved_at", dates.resolved_before_received, ("requested_at",)
    ),
    CaseRule(
        "resolved_before_approved", "resolved_at", dates.resolved_before_approved, ("approved_at",)
    ),
    CaseRule("acted_before_received", "last_action_at", dates.acted_early, ("requested_at",)),
    CaseRule("deadline_before_received", "deadline", dates.deadline_early, ("requested_at",)),
    CaseRule(RESOLVED_BUT_OPEN, "resolved_at", dates.resolved_but_open, meanings=_NOT_CLOSED),
    CaseRule("received_missing", "requested_at", dates.received_missing, is_lack=True),
    CaseRule(
        "closed_without_date", "resolved_at", dates.closed_without_date, meanings=_CLOSED, is_lack=True
    ),
    CaseRule(
        "paid_without_date", "paid_at", dates.paid_without_date, meanings=(Meaning.PAID,), is_lack=True
    ),
    CaseRule(
        "approval_unknown", "approved_at", dates.approval_unknown, meanings=_GRANTED, is_lack=True
    ),
    CaseRule("snoozed_but_closed", "snooze_until", dates.snoozed_but_closed, meanings=_CLOSED),
    CaseRule("nobody_named", "order_id", contents.nobody_named, ("customer_name",), is_lack=True),
    CaseRule("order_missing", "order_id", contents.order_missing, is_lack=True),
    CaseRule("customer_missing", "customer_name", contents.customer_missing, is_lack=True),
    CaseRule("owner_missing", "owner", contents.owner_missing, meanings=_NOT_CLOSED, is_lack=True),
    CaseRule(
        "approved_without_amount", "amount", contents.approved_without_amount,
        meanings=(Meaning.APPROVED,), is_lack=True,
    ),
    CaseRule("currency_unknown", "currency", contents.currency_unknown),
    CaseRule("reason_near_miss", "reason", reasons.reason_near_miss),
    CaseRule("other_needs_note", "reason", reasons.other_needs_note, ("notes",)),
    CaseRule("reason_missing", "reason", reasons.reason_missing, is_lack=True),
    CaseRule("reason_not_listed", "reason", reasons.reason_not_listed),
)  # fmt: skip


def check(
    case: RefundCase, desk: Desk, fields: frozenset[str], odd: Collection[str] = ()
) -> Iterator[Violation]:
    """Every rule the case breaks, of those whose columns the log has.

    Args:
        case: What the team wrote.
        desk: The team's settings.
        fields: The fields that have a column.
        odd: The fields whose cell holds something that could not be read.
    """
    meaning = desk.recognise(case.status).status.meaning
    for rule in _rules_for(fields, meaning):
        sentence = rule.ask(case, desk)
        if sentence is not None and not (rule.is_lack and rule.field in odd):
            yield violation(rule.id, sentence, rule.field)


@lru_cache(maxsize=256)
def _rules_for(fields: frozenset[str], meaning: Meaning) -> tuple[CaseRule, ...]:
    if CUSTOMER_AND_ORDER.field in fields:
        fields |= {"customer_name", "order_id"}
    return tuple(
        rule
        for rule in RULES
        if meaning in rule.meanings and fields.issuperset((rule.field, *rule.besides))
    )
