"""Rules about several cases at once: what only the rest of the log shows."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from refundsheet.core.columns import quoted
from refundsheet.core.desk import Desk
from refundsheet.core.memory import Remembered
from refundsheet.core.model import RefundCase, Violation
from refundsheet.core.rules.catalogue import is_on, violation
from refundsheet.core.rules.doubles import (
    POSSIBLE_DOUBLE,
    Double,
    KeyedCase,
    alike_orders,
    sentences,
)

CURRENCY_MISSING = "currency_missing"
ORDER_ALIKE = "order_alike"


def about_orders(
    cases: Sequence[KeyedCase], doubles: Mapping[str, tuple[Double, ...]], desk: Desk
) -> dict[str, list[Violation]]:
    """Key to what is wrong with the order of a case beside the others.

    Args:
        cases: The cases of the log that may share an order or a customer with another one; those in
            doubt about who they are left out.
        doubles: Which of them may refund what another one refunds (core/rules/doubles.py).
        desk: The team's settings.
    """
    found = defaultdict[str, list[Violation]](list)
    labels = {key: case.case_id for key, case in cases if key in doubles} if doubles else {}
    for key, others in doubles.items():
        for sentence in sentences(labels[key], others):
            found[key].append(violation(POSSIBLE_DOUBLE, sentence, "order_id"))
    if is_on(ORDER_ALIKE, desk.grades):
        for key, other in alike_orders(cases).items():
            found[key].append(violation(ORDER_ALIKE, _alike(other), "order_id"))
    return found


def _alike(other: RefundCase) -> str:
    whose = f" of {other.case_id}" if other.case_id else ""
    return f"The order may be {quoted(other.order_id)}{whose}, spelled another way."


_NO_CURRENCY = violation(
    CURRENCY_MISSING,
    "The amount has no currency, so it is added up apart from the others. Type its currency.",
    "amount",
)


def about_currency(
    cases: Sequence[Remembered], desk: Desk, shown_currency: str = ""
) -> Iterator[tuple[str, Violation]]:
    """The key of each case whose amount names no currency, where most amounts of the log do.

    Args:
        cases: The cases of the log; those in doubt about who they are left out.
        desk: The team's settings.
        shown_currency: The currency in which amounts are shown that name none; "" for no one.
    """
    if shown_currency or not is_on(CURRENCY_MISSING, desk.grades):
        return
    blank = [one for one in cases if one.case.amount is not None and not one.case.currency]
    if blank and sum(one.case.currency != "" for one in cases) > len(blank):
        for one in blank:
            yield one.key, _NO_CURRENCY
