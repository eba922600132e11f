"""How the desk stands now: what is open, unpaid, overdue, by whom and for how long."""

from collections import Counter, defaultdict
from decimal import Decimal
from math import floor

from refundsheet.core.desk import Meaning
from refundsheet.core.memory import Remembered
from refundsheet.core.statistics.course import last_acted
from refundsheet.core.statistics.facts import Facts
from refundsheet.core.statistics.figures import Column, Figure, Measure, Table, left_out

#: Upper ends of the ageing classes, in business days since the last action.
_AGES = (1, 3, 5, 10)
_AGE_LABELS = ("0-1", "2-3", "4-5", "6-10", "more than 10")
_LIVE = (Meaning.OPEN, Meaning.WAITING, Meaning.APPROVED)


def open_cases(facts: Facts) -> Figure:
    """Cases somebody of the team has to act on."""
    cases = facts.of(Meaning.OPEN)
    definition = "Cases whose status asks the team to act, unknown and blank statuses among them."
    return Figure("open", "Open", len(cases), definition, len(facts.cases), facts.typing)


def waiting_cases(facts: Facts) -> Figure:
    """Cases that wait for somebody outside."""
    cases = facts.of(Meaning.WAITING)
    definition = "Cases that wait for a customer, a return or the platform."
    return Figure("waiting", "Waiting", len(cases), definition, len(facts.cases), facts.typing)


def unpaid_cases(facts: Facts) -> Figure:
    """Cases that are approved and not paid."""
    cases = facts.of(Meaning.APPROVED)
    definition = "Cases that are approved and not paid out yet."
    name, label = "approved_unpaid", "Approved and unpaid"
    return Figure(name, label, len(cases), definition, len(facts.cases), facts.typing)


def unpaid_amounts(facts: Facts) -> tuple[Figure, ...]:
    """What the approved and unpaid cases amount to, each currency by itself."""
    cases = facts.of(Meaning.APPROVED)
    amounts: defaultdict[str, list[Decimal]] = defaultdict(list)
    for known in cases:
        if known.case.amount is not None:
            amounts[facts.currency(known.case)].append(known.case.amount)
    unknown = left_out(sum(known.case.amount is None for known in cases), "no readable amount")
    return tuple(
        Figure(
            name="approved_unpaid_amount",
            label=f"Approved and unpaid, {currency}",
            value=sum(values, Decimal()),
            definition="Their amounts added up; currencies are never added to each other.",
            used=len(values),
            left_out=unknown,
            unit=currency,
            measure=Measure.AMOUNT,
        )
        for currency, values in sorted(amounts.items())
    )


def overdue_cases(facts: Facts) -> Figure:
    """Cases past a limit."""
    overdue = sum(flag.is_overdue for flag in facts.flags.values())
    definition = "Cases flagged Stale, Overdue or Escalate, or whose deadline has passed."
    judged = len(facts.of(*_LIVE)) - facts.old
    old = left_out(facts.old, "old at adoption and not flagged")
    return Figure("overdue", "Overdue", overdue, definition, judged, (*old, *facts.typing))


def by_status(facts: Facts) -> Table:
    """How many cases have each status, in the order of the team's list."""
    counts: Counter[str] = Counter(known.case.status.strip() or "(blank)" for known in facts.cases)
    order = {status.label: index for index, status in enumerate(facts.desk.statuses)}

    def place(label: str) -> tuple[int, str]:
        return order.get(facts.status(label).label, len(order)), label

    return Table(
        "by_status",
        "By status",
        "All cases of the log by the status they have now.",
        (Column("Status", Measure.TEXT), Column("Cases")),
        tuple((label, counts[label]) for label in sorted(counts, key=place)),
        len(facts.cases),
        facts.typing,
    )


def by_owner(facts: Facts) -> Table:
    """Who has how many open cases."""
    cases = facts.of(*_LIVE)
    counts: Counter[str] = Counter(known.case.owner.strip() or "(nobody)" for known in cases)
    return Table(
        "by_owner",
        "Open cases by owner",
        "Cases that are not closed, by who they are assigned to.",
        (Column("Owner", Measure.TEXT), Column("Cases")),
        tuple((owner, counts[owner]) for owner in sorted(counts, key=lambda o: (-counts[o], o))),
        len(cases),
        facts.typing,
    )


def ageing(facts: Facts) -> Table:
    """How long ago the last action on each open case was, in business days."""
    cases = facts.of(*_LIVE)
    counts = [0] * len(_AGE_LABELS)
    undated = 0
    for known in cases:
        age = _age(known, facts)
        if age is None:
            undated += 1
        else:
            counts[sum(floor(age) > end for end in _AGES)] += 1
    return Table(
        "ageing",
        "Business days since the last action",
        "Cases that are not closed, by whole business days since their last action, or where "
        "it is blank since their receipt.",
        (Column("Business days", Measure.TEXT), Column("Cases")),
        tuple(zip(_AGE_LABELS, counts, strict=True)),
        len(cases) - undated,
        left_out(undated, "no readable date") + facts.typing,
    )


def _age(known: Remembered, facts: Facts) -> float | None:
    since = last_acted(known, facts) or known.case.requested_at
    return None if since is None else facts.calendar.age_in_business_days(since, facts.now)
