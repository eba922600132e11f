"""Every rule there is: what it is called, how much it matters, and what it says in one line.

Rules about single cells are asked where cells are read (core/cells.py), those about one case in the
modules beside this one, those about several rows where rows are told apart (core/doubts.py) and in
across.py. All of them take their severity from here, and a team may give them another.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from refundsheet.core.model import Severity, Violation


@dataclass(frozen=True, slots=True)
class Rule:
    """One check of the log.

    Attributes:
        id: What it is called in the settings and the JSON output; stable.
        field: The column it is about; "" where it is asked of several.
        meaning: What is wrong with a row that breaks it.
    """

    id: str
    severity: Severity
    field: str
    meaning: str


_PROBLEM, _WARNING, _NOTE = Severity.PROBLEM, Severity.WARNING, Severity.NOTE

#: All rules; of those that matter alike the more important first, as Row Check lists them.
CATALOGUE = (
    Rule("header_twice", _PROBLEM, "", "Two columns have headers of one meaning, so neither is used"),
    Rule("duplicate_id", _PROBLEM, "case_id", "Several rows claim one Case ID"),
    Rule("twin_rows", _PROBLEM, "case_id", "Rows without a Case ID cannot be told apart"),
    Rule("id_removed", _PROBLEM, "case_id", "The Case ID of a known case is gone"),
    Rule("id_lost_digits", _PROBLEM, "", "The sheet turned an ID into a number that may have lost digits"),
    Rule("date_ambiguous", _PROBLEM, "", "A date is text and could be two days, as 03/04/2026"),
    Rule("date_short_year", _PROBLEM, "", "A date is text with a year of two digits"),
    Rule("date_swapped", _PROBLEM, "", "The sheet may have taken the day of a date for its month"),
    Rule("date_unreadable", _PROBLEM, "", "A date cannot be read"),
    Rule("date_in_future", _PROBLEM, "", "A date of the past lies in the future"),
    Rule("date_too_early", _PROBLEM, "", "A date lies before the year 2000"),
    Rule("date_too_far", _PROBLEM, "", "A deadline or snooze date is more than five years ahead"),
    Rule("amount_unreadable", _PROBLEM, "amount", "The amount cannot be read"),
    Rule("approved_before_received", _PROBLEM, "approved_at", "Approved before the request was received"),
    Rule("paid_before_received", _PROBLEM, "paid_at", "Paid before the request was received"),
    Rule("paid_before_approved", _PROBLEM, "paid_at", "Paid before it was approved"),
    Rule("resolved_before_received", _PROBLEM, "resolved_at", "Resolved before the request was received"),
    Rule("resolved_before_approved", _PROBLEM, "resolved_at", "Resolved before it was approved"),
    Rule("possible_double_refund", _WARNING, "", "Two cases may refund the same thing"),
    Rule("cell_error", _WARNING, "", "A formula shows an error, as #REF!"),
    Rule("no_status", _WARNING, "status", "The status is blank"),
    Rule("unknown_status", _WARNING, "status", "The status is not on the list; the case counts as open"),
    Rule("status_near_miss", _WARNING, "status", "The status has a typo; it is understood"),
    Rule("resolved_but_open", _WARNING, "resolved_at", "There is a resolution date, but the case is open"),
    Rule("acted_before_received", _WARNING, "last_action_at", "The last action was before the request"),
    Rule("deadline_before_received", _WARNING, "deadline", "The deadline was before the request"),
    Rule("nobody_named", _WARNING, "order_id", "There is neither a customer nor an order"),
    Rule("not_filled_in", _WARNING, "", "A date or an ID could not be written: the cell is protected, merged or a formula"),
    Rule("only_spaces", _WARNING, "", "A cell refundsheet would fill in looks blank and holds spaces"),
    Rule("id_is_checkbox", _WARNING, "", "An ID is a checkbox"),
    Rule("approved_without_amount", _WARNING, "amount", "Approved, and nobody knows how much"),
    Rule("amount_negative", _WARNING, "amount", "The amount is negative"),
    Rule("currency_conflict", _WARNING, "amount", "The amount names another currency than its column"),
    Rule("currency_unknown", _WARNING, "currency", "The currency is not known; it is added up by itself"),
    Rule("currency_missing", _WARNING, "amount", "The amount has no currency, and most others have one"),
    Rule("reason_near_miss", _WARNING, "reason", "The reason has a typo; it is counted by itself"),
    Rule("other_needs_note", _WARNING, "reason", "The reason explains nothing, and there are no notes"),
    Rule("received_missing", _NOTE, "requested_at", "The date received is blank"),
    Rule("closed_without_date", _NOTE, "resolved_at", "Closed, and nobody knows when"),
    Rule("paid_without_date", _NOTE, "paid_at", "Paid, and nobody knows when"),
    Rule("approval_unknown", _NOTE, "approved_at", "Approved or paid, and nobody knows when it was approved"),
    Rule("order_missing", _NOTE, "order_id", "There is no order"),
    Rule("customer_missing", _NOTE, "customer_name", "There is no customer"),
    Rule("order_alike", _NOTE, "order_id", "The order may be another case's, spelled another way"),
    Rule("reason_missing", _NOTE, "reason", "There is no reason"),
    Rule("reason_not_listed", _NOTE, "reason", "The reason is not on the list; it is counted by itself"),
    Rule("owner_missing", _NOTE, "owner", "The case is open, and assigned to nobody"),
    Rule("snoozed_but_closed", _NOTE, "snooze_until", "A closed case is snoozed"),
    Rule("amount_zero", _NOTE, "amount", "The amount is 0"),
    Rule("date_is_text", _NOTE, "", "A date is text, though one that can be read"),
    Rule("id_is_number", _NOTE, "", "An ID is a number, so leading zeros are lost"),
    Rule("placeholder", _NOTE, "", 'A cell says "n/a", "-" or the like, and is read as blank'),
    Rule("header_blank", _NOTE, "", "A column holds data and has no header"),
)  # fmt: skip

RULE_BY_ID: Mapping[str, Rule] = {rule.id: rule for rule in CATALOGUE}

#: How a team may grade rules: id to severity, None for a rule that is switched off.
Grades = Mapping[str, Severity | None]

_PLACES = {rule.id: place for place, rule in enumerate(CATALOGUE)}


@lru_cache(maxsize=1024)  # most say the same of many rows: a hundred thousand records are memory
def violation(rule: str, sentence: str, field: str) -> Violation:
    """A broken rule of the catalogue, as severe as it is there."""
    return Violation(rule, RULE_BY_ID[rule].severity, field, sentence)


def graded(found: Iterable[Violation], grades: Grades) -> tuple[Violation, ...]:
    """Violations as much as they matter to a team, worst first; those of no matter are left out."""
    kept = list(found)
    if grades:
        severities = ((one, grades.get(one.rule, one.severity)) for one in kept)
        kept = [
            one if one.severity is severity else replace(one, severity=severity)
            for one, severity in severities
            if severity is not None
        ]
    if len(kept) > 1:
        kept.sort(key=lambda one: (-one.severity, _PLACES[one.rule]))
    return tuple(kept)


def is_on(rule: str, grades: Grades) -> bool:
    """Whether a team wants to hear of a rule at all."""
    return grades.get(rule, Severity.NOTE) is not None
