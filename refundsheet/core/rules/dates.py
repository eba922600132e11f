"""Rules about dates that do not fit each other or the status."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

from refundsheet.core.cells import TOLERANCE
from refundsheet.core.desk import Desk
from refundsheet.core.model import Moment, RefundCase

Ask: TypeAlias = Callable[[RefundCase, Desk], str | None]
"""A rule as it is asked of a case: a sentence where it is broken."""


def in_order(earlier: str, later: str, sentence: str) -> Ask:
    """A rule that one date of a case does not lie before another one.

    Args:
        earlier: The field of the date that comes first.
        later: The field of the other.
        sentence: What to say where it does not.
    """

    def ask(case: RefundCase, desk: Desk) -> str | None:  # noqa: ARG001 - every rule is asked alike
        first: Moment | None = getattr(case, earlier)
        if first is None:
            return None
        second: Moment | None = getattr(case, later)
        return sentence if second is not None and _before(second, first) else None

    return ask


approved_early = in_order(
    "requested_at",
    "approved_at",
    "The approval is earlier than the date received. Correct the one that is wrong.",
)
paid_before_received = in_order(
    "requested_at",
    "paid_at",
    "The payment is earlier than the date received. Correct the one that is wrong.",
)
paid_before_approved = in_order(
    "approved_at",
    "paid_at",
    "The payment is earlier than the approval. Correct the one that is wrong.",
)
resolved_before_received = in_order(
    "requested_at",
    "resolved_at",
    "The resolution date is earlier than the date received. Correct the one that is wrong.",
)
resolved_before_approved = in_order(
    "approved_at",
    "resolved_at",
    "The resolution date is earlier than the approval. Correct the one that is wrong.",
)
acted_early = in_order(
    "requested_at",
    "last_action_at",
    "The last action is earlier than the date received. Correct the one that is wrong.",
)
deadline_early = in_order(
    "requested_at",
    "deadline",
    "The deadline is earlier than the date received. Correct the one that is wrong.",
)


def resolved_but_open(case: RefundCase, desk: Desk) -> str | None:  # noqa: ARG001
    """A resolution date on an open case: it was reopened, or the date is wrong."""
    if case.resolved_at is None:
        return None
    return (
        "There is a resolution date, but the status says the case is open. "
        "Clear the date, or close the case."
    )


def received_missing(case: RefundCase, desk: Desk) -> str | None:  # noqa: ARG001
    """A case of which nobody knows when it began."""
    if case.requested_at is not None:
        return None
    return "The date received is blank, so the case is left out of the figures on speed."


def closed_without_date(case: RefundCase, desk: Desk) -> str | None:  # noqa: ARG001
    """A closed case whose day of closing nobody knows."""
    if case.resolved_at is not None:
        return None
    return "Closed without a resolution date, so it is left out of the figures on speed."


def paid_without_date(case: RefundCase, desk: Desk) -> str | None:
    """Money that was paid nobody knows when; a replacement is not paid at all."""
    if case.paid_at is not None or not desk.recognise(case.status).status.payout:
        return None
    return "Paid without a date of payment, so it is left out of the figures on payouts."


def approval_unknown(case: RefundCase, desk: Desk) -> str | None:
    """A case that jumped over its approval, or was approved before anybody looked."""
    if case.approved_at is not None or not desk.recognise(case.status).status.payout:
        return None
    return "Approval time unknown, so the case is left out of the figures on decisions and payouts."


def snoozed_but_closed(case: RefundCase, desk: Desk) -> str | None:  # noqa: ARG001
    """A reminder put off that would never have come."""
    if case.snooze_until is None:
        return None
    return "The case is closed, so there is nothing to snooze. Clear the date."


def _before(one: Moment, other: Moment) -> bool:
    """Whether one lies before the other; where one is a day alone, days decide.

    What people type may be some minutes ahead of the clock that stamps.
    """
    if isinstance(one, datetime) and isinstance(other, datetime):
        # By UTC: within one zone Python compares what the clocks show, and an hour comes twice a year.
        return one < other and one.astimezone(UTC) + TOLERANCE < other.astimezone(UTC)
    return _day(one) < _day(other)


def _day(moment: Moment) -> Moment:
    return moment.date() if isinstance(moment, datetime) else moment
