"""What is known of the course of a case: from its cells, from what was seen, or not at all."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from refundsheet.core.memory import Remembered, Visit
from refundsheet.core.model import RefundCase
from refundsheet.core.statistics import course
from refundsheet.core.statistics.course import Stretch, StretchOf
from tests.figures import FIELDS, FRIDAY, facts, known, watched

DAY = timedelta(days=1)
CAME, THEN, LATER = FRIDAY - 9 * DAY, FRIDAY - 4 * DAY, FRIDAY - DAY
NO_APPROVALS = FIELDS - {"approved_at"}


def adopted(status: str, **cells: Any) -> Remembered:
    given: dict[str, Any] = {"requested_at": CAME} | cells
    return known(RefundCase(status=status, **given))


def stamped(status: str, **cells: Any) -> Remembered:
    """Dates of one read, each written by refundsheet."""
    return known(RefundCase(status=status, **cells), written=dict.fromkeys(cells, 46300.5))


def backdated(status: str) -> Remembered:
    entered = Visit(status=status, not_before=None, not_after=THEN)
    return known(RefundCase(status=status, requested_at=CAME), adopted=False, visits=(entered,))


def told(
    stretch_of: StretchOf, case: Remembered, fields: frozenset[str] = FIELDS
) -> tuple[Any, Any] | str | None:
    found = stretch_of(case, facts(case, fields=fields))
    return (found.start, found.end) if isinstance(found, Stretch) else found


@pytest.mark.parametrize(
    ("case", "stretch"),
    [
        pytest.param(watched(("New", CAME), ("Approved", THEN)), (CAME, THEN), id="a status"),
        pytest.param(watched(("New", CAME), first_action=THEN), (CAME, THEN), id="a note"),
        pytest.param(watched(("New", CAME)), (CAME, None), id="none yet"),
        pytest.param(watched(("New", CAME), requested_at=None), course.NO_RECEIPT, id="no date"),
        pytest.param(adopted("New"), course.BEFORE_US, id="adopted"),
        pytest.param(backdated("New"), course.BACKDATED, id="trap 5: backdated is unknown, not 0"),
        pytest.param(
            watched(("Refunded", CAME)), course.CLOSED_UNSEEN, id="typed when all was over"
        ),
        pytest.param(
            watched(("New", CAME), first_action=THEN, requested_at=LATER),
            course.TOO_EARLY,
            id="acted on before it came",
        ),
    ],
)
def test_the_first_action(case: Remembered, stretch: object) -> None:
    assert told(course.to_first_action, case) == stretch


@pytest.mark.parametrize(
    ("case", "stretch"),
    [
        pytest.param(adopted("Approved", approved_at=THEN), (CAME, THEN), id="as typed"),
        pytest.param(adopted("Refunded", approved_at=THEN), (CAME, THEN), id="and paid since"),
        pytest.param(adopted("Rejected", resolved_at=THEN), (CAME, THEN), id="rejected"),
        pytest.param(watched(("New", CAME), ("Approved", THEN)), (CAME, THEN), id="as seen"),
        pytest.param(
            watched(("New", CAME), ("Rejected", THEN), ("New", LATER)), (CAME, THEN), id="the first"
        ),
        pytest.param(
            watched(("New", CAME), ("Refunded", THEN)), (CAME, THEN), id="a jump was seen"
        ),
        pytest.param(adopted("New"), (CAME, None), id="none yet"),
        pytest.param(adopted("Refunded"), course.APPROVAL_UNKNOWN, id="trap 18: a jump unseen"),
        pytest.param(adopted("Approved"), course.APPROVAL_UNKNOWN, id="nobody typed when"),
        pytest.param(adopted("Closed"), course.NO_RESOLUTION, id="nobody typed when it was closed"),
        pytest.param(adopted("New", requested_at=None), course.NO_RECEIPT, id="no date"),
        pytest.param(
            stamped("Approved", requested_at=THEN, approved_at=THEN), course.ONE_READ, id="one read"
        ),
        pytest.param(
            adopted("Approved", approved_at=CAME - DAY), course.TOO_EARLY, id="before it came"
        ),
    ],
)
def test_the_decision(case: Remembered, stretch: object) -> None:
    assert told(course.to_decision, case) == stretch


@pytest.mark.parametrize("status", ["New", "Rejected", "Refunded"])
def test_where_approvals_are_not_noted_no_adopted_case_tells_how_long_decisions_take(
    status: str,
) -> None:
    case = adopted(status, resolved_at=THEN)
    assert told(course.to_decision, case, NO_APPROVALS) == course.BEFORE_US
    seen = watched(("New", CAME), ("Approved", THEN))
    assert told(course.to_decision, seen, NO_APPROVALS) == (CAME, THEN)


@pytest.mark.parametrize(
    ("case", "stretch"),
    [
        pytest.param(
            adopted("Refunded", approved_at=THEN, paid_at=LATER), (THEN, LATER), id="as typed"
        ),
        pytest.param(
            watched(("New", CAME), ("Approved", THEN), ("Refunded", LATER)),
            (THEN, LATER),
            id="seen",
        ),
        pytest.param(adopted("Approved", approved_at=THEN), (THEN, None), id="not paid yet"),
        pytest.param(adopted("Payout Failed", approved_at=THEN), (THEN, None), id="it failed"),
        pytest.param(
            adopted("New", approved_at=THEN, paid_at=LATER), (THEN, LATER), id="opened again since"
        ),
        pytest.param(adopted("New"), None, id="not approved"),
        pytest.param(adopted("Rejected"), None, id="never approved"),
        pytest.param(adopted("Approved"), course.APPROVAL_UNKNOWN, id="nobody typed when"),
        pytest.param(
            adopted("Refunded", approved_at=THEN), course.PAYMENT_UNKNOWN, id="nor when it was paid"
        ),
        pytest.param(
            watched(("New", CAME), ("Refunded", THEN)),
            course.APPROVAL_UNKNOWN,
            id="trap 18: approved and paid within one read",
        ),
        pytest.param(
            stamped("Refunded", approved_at=THEN, paid_at=THEN),
            course.ONE_READ,
            id="trap 18: stamped within one read",
        ),
        pytest.param(
            adopted("Refunded", approved_at=THEN, paid_at=THEN), (THEN, THEN), id="typed as at once"
        ),
        pytest.param(
            adopted("Store Credit", approved_at=THEN, resolved_at=LATER),
            course.WITHOUT_MONEY,
            id="trap 18: store credit is no payout",
        ),
        pytest.param(
            adopted("Cancelled", approved_at=THEN), course.WITHOUT_MONEY, id="approved in vain"
        ),
        pytest.param(
            watched(("Approved", CAME), ("Replaced", THEN), ("New", LATER), approved_at=CAME),
            (CAME, None),
            id="a replacement on the way is no payment",
        ),
        pytest.param(
            adopted("Refunded", approved_at=LATER, paid_at=THEN), course.TOO_EARLY, id="too early"
        ),
    ],
)
def test_the_payout(case: Remembered, stretch: object) -> None:
    assert told(course.to_payout, case) == stretch


@pytest.mark.parametrize(
    ("case", "stretch"),
    [
        pytest.param(adopted("Closed", resolved_at=THEN), (CAME, THEN), id="as typed"),
        pytest.param(
            watched(("New", CAME), ("Closed", THEN), ("New", LATER), ("Closed", FRIDAY)),
            (CAME, FRIDAY),
            id="as seen, the closing that stands",
        ),
        pytest.param(
            watched(("New", CAME), ("Closed", THEN), ("New", LATER)), (CAME, None), id="open again"
        ),
        pytest.param(
            watched(("New", CAME), ("Rejected", THEN), ("Refunded", LATER)),
            (CAME, THEN),
            id="from one closed status to another",
        ),
        pytest.param(adopted("Closed"), course.NO_RESOLUTION, id="nobody knows"),
        pytest.param(adopted("New", requested_at=None), course.NO_RECEIPT, id="no date"),
        pytest.param(
            adopted("Closed", resolved_at=CAME - DAY), course.TOO_EARLY, id="trap 7: before it came"
        ),
        pytest.param(
            replace(adopted("Closed", resolved_at=THEN), backfilled=("resolved_at",)),
            course.BACKFILLED,
            id="backfilled",
        ),
        pytest.param(
            known(
                RefundCase(status="Closed", requested_at=THEN, resolved_at=THEN),
                adopted=False,
                written={"requested_at": 46300.5, "resolved_at": 46300.5},
            ),
            course.ONE_READ,
            id="typed when all was over",
        ),
    ],
)
def test_the_resolution(case: Remembered, stretch: object) -> None:
    assert told(course.to_resolution, case) == stretch


def test_a_stamp_of_a_closing_that_was_seen_is_not_backfilled() -> None:
    visits = tuple(
        Visit(status=status, not_before=at, not_after=at)
        for status, at in (("New", CAME), ("Closed", THEN))
    )
    case = RefundCase(status="Closed", requested_at=CAME, resolved_at=THEN)
    seen = known(case, visits=visits, written={"resolved_at": 46300.5})
    assert told(course.to_resolution, seen) == (CAME, THEN)


def test_days_alone_are_compared_as_days() -> None:
    same = adopted("Closed", requested_at=date(2026, 11, 16), resolved_at=date(2026, 11, 16))
    assert told(course.to_resolution, same) == (date(2026, 11, 16), date(2026, 11, 16))
    noon = datetime(2026, 11, 16, 12, tzinfo=FRIDAY.tzinfo)
    mixed = adopted("Closed", requested_at=noon, resolved_at=date(2026, 11, 16))
    assert told(course.to_resolution, mixed) == (noon, date(2026, 11, 16))


def test_within_the_hour_that_comes_twice_the_later_one_is_later() -> None:
    first = datetime(2026, 10, 25, 2, 50, tzinfo=FRIDAY.tzinfo)
    second = datetime(2026, 10, 25, 2, 10, tzinfo=FRIDAY.tzinfo, fold=1)
    twice = adopted("Closed", requested_at=first, resolved_at=second)
    assert told(course.to_resolution, twice) == (first, second)


def test_a_case_pauses_while_it_waits_for_others_and_while_it_is_closed() -> None:
    case = watched(("New", CAME), ("On Hold", THEN), ("New", LATER), ("Awaiting Return", FRIDAY))
    assert course.pauses(case, facts(case)) == [(THEN, LATER), (FRIDAY, None)]
    again = watched(("New", CAME), ("Closed", THEN), ("New", LATER))
    assert course.pauses(again, facts(again)) == [(THEN, LATER)]
