"""What the cases of the last weeks are about and come to: shares by reason and product, and amounts."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import Decimal

from refundsheet.core.desk import Meaning
from refundsheet.core.memory import Remembered
from refundsheet.core.statistics.course import NO_RECEIPT, closed_at
from refundsheet.core.statistics.facts import Facts
from refundsheet.core.statistics.figures import Column, Measure, Number, Table, left_out

#: So many categories are named; the others share a line.
SHOWN = 20

NO_AMOUNT = "no readable amount"
NO_PAYMENT_DATE = "paid on a day nobody knows"


def by_reason(facts: Facts) -> Table:
    """What the cases of the last weeks were asked for."""
    names = facts.reasons
    recent = _received_lately(facts)
    return _shares(
        "by_reason", "By reason", "Reason", (names[known.case.reason] for known in recent), facts
    )


def by_product(facts: Facts) -> Table:
    """Which products the cases of the last weeks are about."""
    names = facts.products
    recent = _received_lately(facts)
    return _shares(
        "by_product",
        "By product",
        "Product",
        (names[known.case.product] for known in recent),
        facts,
    )


def amounts(facts: Facts) -> Table:
    """What was asked for, paid and is still to be paid, each currency by itself."""
    sums: defaultdict[str, list[Decimal]] = defaultdict(lambda: [Decimal(), Decimal(), Decimal()])
    counts: Counter[str] = Counter()
    unread = undated = 0
    for known in facts.cases:
        case, is_received = known.case, facts.is_recent(known.case.requested_at)
        status = facts.status(case.status)
        is_paid = status.meaning is Meaning.PAID and status.payout
        paid_at = (case.paid_at or closed_at(known, facts)) if is_paid else None
        parts = is_received, facts.is_recent(paid_at), status.meaning is Meaning.APPROVED
        undated += is_paid and paid_at is None
        if case.amount is None:
            unread += any(parts)
        elif any(parts):
            currency = facts.currency(case)
            counts[currency] += is_received
            for place, counts_here in enumerate(parts):
                sums[currency][place] += case.amount if counts_here else 0
    return Table(
        "amounts",
        "Amounts by currency",
        f"Amounts of the cases received in {facts.period}, of those paid in it, and of those that "
        "are approved and unpaid now; currencies are never added to each other.",
        (
            Column("Currency", Measure.TEXT),
            Column("Cases received"),
            Column("Asked for", Measure.AMOUNT),
            Column("Paid", Measure.AMOUNT),
            Column("Approved and unpaid", Measure.AMOUNT),
        ),
        tuple((currency, counts[currency], *sums[currency]) for currency in sorted(sums)),
        counts.total(),
        left_out(unread, NO_AMOUNT) + left_out(undated, NO_PAYMENT_DATE) + facts.typing,
    )


def _shares(name: str, title: str, head: str, words: Iterable[str], facts: Facts) -> Table:
    counts = Counter(words)
    total = counts.total()
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    rows: list[tuple[str, *tuple[Number, ...]]] = [
        (word, counts[word], counts[word] / total) for word in ranked[:SHOWN]
    ]
    if rest := ranked[SHOWN:]:
        others = sum(counts[word] for word in rest)
        rows.append((f"{len(rest)} others", others, others / total))
    undated = sum(known.case.requested_at is None for known in facts.cases)
    return Table(
        name,
        title,
        f"Share of the cases received in {facts.period}. It is no rate of refunds: how much was "
        "sold is not known here.",
        (Column(head, Measure.TEXT), Column("Cases"), Column("Share", Measure.SHARE)),
        tuple(rows),
        total,
        left_out(undated, NO_RECEIPT) + facts.typing,
    )


def _received_lately(facts: Facts) -> Iterable[Remembered]:
    return (known for known in facts.cases if facts.is_recent(known.case.requested_at))
