"""A refund log as a small shop might keep it: half a year of cases, a spike, and the usual slips."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import datetime, time, timedelta
from random import Random

from refundsheet.demo.vocabulary import (
    CURRENCIES,
    CUSTOMERS,
    INITIALS,
    PRODUCTS,
    REASONS,
    REMARKS,
    SPIKE,
    TEAM,
    Product,
)

#: How many complete weeks the log reaches back, besides the running one.
WEEKS = 26
#: More cases of the spike's product in the last complete week than in others.
SPIKE_CASES = 12

HEADERS = (
    "Case ID",
    "Customer Name",
    "Order ID",
    "Product",
    "Amount",
    "Currency",
    "Date Request Received",
    "Reason for Refund",
    "Status",
    "Assigned To",
    "Notes & Communications",
    "Date of Last Action",
    "Resolution Date",
)

#: What stands in a cell: text stays text, however much it looks like a date or an amount.
Entry = str | float | datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedCase:
    """A row, cell by cell in the order of HEADERS; None is blank."""

    case_id: Entry
    customer: Entry
    order: Entry
    product: Entry
    amount: Entry
    currency: Entry
    received: Entry
    reason: Entry
    status: Entry
    owner: Entry
    notes: Entry
    last_action: Entry
    resolved: Entry = None

    def cells(self) -> tuple[Entry, ...]:
        """The cells from left to right."""
        return tuple(getattr(self, field.name) for field in fields(self))


@dataclass(frozen=True, slots=True)
class _Stage:
    """Where cases of an age usually are.

    Attributes:
        days: Up to which age.
        closed: The share that is closed.
        statuses: Where the others are.
    """

    days: float
    closed: float
    statuses: tuple[str, ...]


_STAGES = (
    _Stage(1, 0.05, ("New", "New", "New", "Under Review")),
    _Stage(3, 0.15, ("New", "Under Review", "Under Review", "Approved", "Awaiting Customer")),
    _Stage(8, 0.40, ("Under Review", "Awaiting Customer", "Awaiting Return", "Approved", "Processing")),
    _Stage(15, 0.55, ("Awaiting Customer", "Awaiting Return", "Approved", "Processing", "On Hold", "Payout Failed")),
    _Stage(45, 0.85, ("Awaiting Return", "On Hold", "Under Review")),
    _Stage(9999, 0.975, ("Awaiting Customer", "Under Review")),
)  # fmt: skip
_CLOSED = ("Refunded",) * 6 + ("Rejected", "Rejected", "Replaced", "Store Credit", "Cancelled")
#: What people leave blank, as shares of the rows.
_NO_LAST_ACTION, _NO_RESOLUTION, _NO_OWNER = 0.4, 0.03, 0.1
_PARTIAL = 0.15
#: A day up to this one could be a month too.
_MONTHS = 12


def generate(seed: int, now: datetime) -> tuple[GeneratedCase, ...]:
    """The rows of the log, oldest case first; the same for the same seed and time.

    Args:
        seed: Another seed, another log.
        now: Where the log ends, in the spreadsheet's zone.
    """
    dice = Random(seed)  # noqa: S311 - a play, no secret
    arrivals = sorted(_arrivals(now, dice), key=lambda arrival: arrival[0])
    numbers: dict[int, int] = {}
    cases: list[GeneratedCase] = []
    for received, product in arrivals:
        number = numbers[received.year] = numbers.get(received.year, 0) + 1
        cases.append(_case(f"R-{received.year}-{number:04d}", received, product, now, dice))
    return tuple(_with_slips(cases, now))


def order_number(dice: Random) -> str:
    """An order of the shop."""
    return f"VB-{dice.randint(200_000, 999_999)}"


def customer_name(dice: Random) -> str:
    """A first name and an initial."""
    return f"{dice.choice(CUSTOMERS)} {dice.choice(INITIALS)}."


def any_product(dice: Random) -> Product:
    """A product, those that come back often more often."""
    return dice.choices(PRODUCTS, [product.weight for product in PRODUCTS])[0]


def any_reason(dice: Random) -> str:
    """A reason, the usual ones more often."""
    return dice.choices(list(REASONS), [often for often, _ in REASONS.values()])[0]


def _arrivals(now: datetime, dice: Random) -> Iterator[tuple[datetime, Product]]:
    """When requests came in, and for what."""
    this_monday = datetime.combine(now.date() - timedelta(days=now.weekday()), time(), now.tzinfo)
    latest = now - timedelta(hours=2)
    for back in range(WEEKS, -1, -1):
        monday = this_monday - timedelta(weeks=back)
        for _ in range(dice.randint(9, 13)):
            received = _moment_in_week(monday, dice)
            product = any_product(dice)
            if received < latest:
                yield received, product
        for _ in range(SPIKE_CASES if back == 1 else 0):
            yield _moment_in_week(monday, dice), SPIKE


def _moment_in_week(monday: datetime, dice: Random) -> datetime:
    day = dice.choices(range(7), (6, 5, 5, 5, 5, 2, 2))[0]
    return monday + timedelta(days=day, hours=dice.randint(7, 21), minutes=dice.randint(0, 59))


def _case(
    case_id: str, received: datetime, product: Product, now: datetime, dice: Random
) -> GeneratedCase:
    reason = "Damaged or defective" if product is SPIKE else any_reason(dice)
    owner = dice.choice(TEAM)
    status, is_closed = _status(now - received, dice)
    acted = _acted(received, now, dice)
    forgot_action = dice.random() < _NO_LAST_ACTION or status == "New"
    forgot_resolution = dice.random() < _NO_RESOLUTION
    price = product.price * (0.5 if dice.random() < _PARTIAL else 1)
    return GeneratedCase(
        case_id=case_id,
        customer=customer_name(dice),
        order=order_number(dice),
        product=product.name,
        amount=round(price, 2),
        currency=dice.choice(CURRENCIES),
        received=received,
        reason=reason,
        status=status,
        owner=None if status == "New" and dice.random() < _NO_OWNER * 4 else owner,
        notes=_notes(reason, status, owner, dice),
        last_action=None if forgot_action and not is_closed else acted,
        resolved=acted if is_closed and not forgot_resolution else None,
    )


def _status(age: timedelta, dice: Random) -> tuple[str, bool]:
    stage = next(stage for stage in _STAGES if age <= timedelta(days=stage.days))
    if dice.random() < stage.closed:
        return dice.choice(_CLOSED), True
    return dice.choice(stage.statuses), False


def _acted(received: datetime, now: datetime, dice: Random) -> datetime:
    """When somebody last worked on the case, in hours people work in."""
    day = received + timedelta(days=dice.uniform(0.5, 7))
    at = day.replace(hour=dice.randint(9, 16), minute=dice.randint(0, 59))
    return min(max(at, received + timedelta(minutes=25)), now - timedelta(minutes=40))


def _notes(reason: str, status: str, owner: str, dice: Random) -> str:
    said = f"Customer: {dice.choice(REASONS[reason][1])}."
    remark = dice.choice(REMARKS[status]).format(owner=owner)
    return f"{said} {remark}".strip()


# --- the slips: what a log that people type in looks like ---

_Slip = Callable[[GeneratedCase], GeneratedCase]


def _with_slips(cases: list[GeneratedCase], now: datetime) -> list[GeneratedCase]:
    """The log with each slip made once, on recent rows where colleagues still care."""
    cases = [*cases]
    recent = [
        index
        for index, case in enumerate(cases)
        if isinstance(case.received, datetime) and now - case.received < timedelta(days=30)
    ]
    step = len(recent) // (len(_SLIPS) + 1)
    for place, slip in enumerate(_SLIPS):
        cases[recent[place * step]] = slip(cases[recent[place * step]])
    _write_a_date_as_text(cases, before=recent[0])
    return _with_a_copied_row(cases, recent[len(_SLIPS) * step])


def _write_a_date_as_text(cases: list[GeneratedCase], before: int) -> None:
    """A date pasted from an e-mail that could be two days, where the log has such a day."""
    for index in range(before - 1, -1, -1):
        received = cases[index].received
        if isinstance(received, datetime) and _MONTHS >= received.day != received.month:
            cases[index] = replace(cases[index], received=f"{received:%d/%m/%Y}")
            return


def _with_a_copied_row(cases: list[GeneratedCase], index: int) -> list[GeneratedCase]:
    """A row copied as a template: another customer, and still the ID of the first."""
    copy = replace(cases[index], customer="Nadia V.", order="VB-118204", status="New", notes=None)
    copy = replace(copy, last_action=None, resolved=None)
    return [*cases[: index + 1], copy, *cases[index + 1 :]]


def _misspell_status(case: GeneratedCase) -> GeneratedCase:
    return replace(case, status="Under Reviw", resolved=None)


def _invent_status(case: GeneratedCase) -> GeneratedCase:
    return replace(case, status="Ask Marta again", resolved=None)


def _type_amount_as_text(case: GeneratedCase) -> GeneratedCase:
    return replace(case, amount="12,50 €", currency="EUR")


def _write_words_for_amount(case: GeneratedCase) -> GeneratedCase:
    return replace(case, amount="see invoice")


def _forget_received(case: GeneratedCase) -> GeneratedCase:
    return replace(case, received=None)


def _leave_spaces(case: GeneratedCase) -> GeneratedCase:
    return replace(case, customer=f"  {case.customer} ", status=f"{case.status}  ")


def _resolve_too_early(case: GeneratedCase) -> GeneratedCase:
    received = case.received
    early = received - timedelta(days=3) if isinstance(received, datetime) else None
    return replace(case, status="Refunded", resolved=early)


def _explain_nothing(case: GeneratedCase) -> GeneratedCase:
    return replace(case, reason="Other", notes=None)


_SLIPS: tuple[_Slip, ...] = (
    _misspell_status,
    _invent_status,
    _type_amount_as_text,
    _write_words_for_amount,
    _forget_received,
    _leave_spaces,
    _resolve_too_early,
    _explain_nothing,
)
