"""Rows whose case nobody can tell, and what their people are asked to do about it."""

from refundsheet.core.model import RefundCase, Violation
from refundsheet.core.rules.catalogue import violation

DUPLICATE_ID = "duplicate_id"
TWIN_ROWS = "twin_rows"
ID_REMOVED = "id_removed"


def duplicate(case: RefundCase, rows: int, *, is_copy: bool) -> Violation:
    """Several rows have one ID, or none and one content.

    Args:
        case: What the row says.
        rows: How many they are.
        is_copy: Whether another one is known to be the case.
    """
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


def ambiguous(case: RefundCase) -> Violation:
    """A row without an ID may be one of several cases."""
    sentence = (
        f"This row has no Case ID, and could be one of several cases of "
        f"{case.order_id or case.customer_name or case.product}. Type its Case ID."
    )
    return violation(TWIN_ROWS, sentence, "case_id")


def lost_id(case: RefundCase) -> Violation:
    """A row says what a case did, but for its ID."""
    what, name = _named_by(case)
    sentence = (
        f"The {what} is gone; by the rest of the row it was {name}. "
        "Type it in again, or another one if this is a new case."
    )
    return violation(ID_REMOVED, sentence, "case_id")


def taken_id(case: RefundCase) -> Violation:
    """A row has the ID of a case that lacks it now, and may get it back."""
    what, name = _named_by(case)
    sentence = (
        f"{name} was the {what} of another row, which is gone or lacks it now. "
        "Type it in there again, or give this row another one."
    )
    return violation(DUPLICATE_ID if case.case_id else TWIN_ROWS, sentence, "case_id")


def _named_by(case: RefundCase) -> tuple[str, str]:
    """What names the case, and the name."""
    return ("Case ID", case.case_id) if case.case_id else ("order", case.order_id)
