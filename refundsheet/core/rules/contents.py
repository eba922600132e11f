"""Rules about who and what a case is about: customer, order, owner, amount, currency."""

from refundsheet.core.amounts import is_currency
from refundsheet.core.columns import quoted
from refundsheet.core.desk import Desk
from refundsheet.core.model import RefundCase


def nobody_named(case: RefundCase, desk: Desk) -> str | None:  # noqa: ARG001 - every rule is asked alike
    """A case of nobody, about nothing."""
    if case.order_id or case.customer_name:
        return None
    return "There is neither a customer nor an order. Type one, so that people know whose case this is."


def order_missing(case: RefundCase, desk: Desk) -> str | None:  # noqa: ARG001
    """A customer's case without the order it is about."""
    if case.order_id or not case.customer_name:
        return None
    return "There is no order, so an order refunded twice would go unnoticed."


def customer_missing(case: RefundCase, desk: Desk) -> str | None:  # noqa: ARG001
    """An order's case without its customer."""
    if case.customer_name or not case.order_id:
        return None
    return "There is no customer, so a customer refunded twice would go unnoticed."


def owner_missing(case: RefundCase, desk: Desk) -> str | None:  # noqa: ARG001
    """An open case that is nobody's to do."""
    return None if case.owner.strip() else "The case is open, and assigned to nobody."


def approved_without_amount(case: RefundCase, desk: Desk) -> str | None:  # noqa: ARG001
    """Money to be paid, nobody knows how much."""
    if case.amount is not None:
        return None
    return "The refund is approved, and there is no amount. Type what is to be paid."


def currency_unknown(case: RefundCase, desk: Desk) -> str | None:  # noqa: ARG001
    """A currency that is none we know of."""
    if not case.currency or is_currency(case.currency):
        return None
    return (
        f'Currency "{quoted(case.currency)}" is not known, so it is added up by itself. '
        "Use a code such as EUR or USD."
    )
