"""What was done in time and what came back, with those past the target that are not done counted in."""

from datetime import date, timedelta
from typing import Any

import pytest

from refundsheet.core.desk import Desk, Span, Unit
from refundsheet.core.memory import Remembered
from refundsheet.core.model import RefundCase
from refundsheet.core.statistics.figures import Figure, Measure
from refundsheet.core.statistics.targets import decided_in_time, opened_again, resolved_in_time
from tests.figures import FRIDAY, facts, known, watched

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MONDAY = FRIDAY - 4 * DAY - 8 * HOUR
LAST = MONDAY - 14 * DAY


def approved(start: Any, end: Any, **cells: Any) -> RefundCase:
    return RefundCase(status="Approved", requested_at=start, approved_at=end, **cells)


@pytest.mark.parametrize("figure", [decided_in_time, resolved_in_time])
def test_it_says_over_which_weeks_it_counts(figure: Any) -> None:
    assert "received in the last 26 weeks and the running one" in figure(facts()).definition


def basis(figure: Figure) -> list[tuple[int, str]]:
    return [(reason.cases, reason.why) for reason in figure.left_out]


@pytest.mark.parametrize(
    ("case", "in_time"),
    [
        pytest.param(approved(LAST, LAST + 3 * DAY + 8 * HOUR), True, id="in four business days"),
        pytest.param(approved(LAST, LAST + 4 * DAY + HOUR), False, id="an hour later"),
        pytest.param(approved(LAST, date(2026, 11, 5)), True, id="a day alone ends at its closing"),
        pytest.param(
            approved(date(2026, 11, 2), LAST + 4 * DAY), True, id="or starts at its opening"
        ),
        pytest.param(approved(date(2026, 11, 2), LAST + 4 * DAY + HOUR), False, id="and not later"),
        pytest.param(RefundCase(status="New", requested_at=LAST), False, id="undecided and late"),
        pytest.param(
            RefundCase(
                status="Refunded", requested_at=LAST, paid_at=LAST + DAY, resolved_at=LAST + DAY
            ),
            True,
            id="paid before the target, so decided before it",
        ),
    ],
)
def test_a_case_is_decided_in_time_or_not(case: RefundCase, *, in_time: bool) -> None:
    told = decided_in_time(facts(case))
    assert (told.value, told.used, told.left_out) == (float(in_time), 1, ())
    assert told.measure is Measure.SHARE


@pytest.mark.parametrize(
    ("case", "why"),
    [
        pytest.param(
            RefundCase(status="New", requested_at=MONDAY + DAY),
            "not there yet and still within the target",
            id="not due yet",
        ),
        pytest.param(
            RefundCase(status="Refunded", requested_at=LAST, resolved_at=FRIDAY),
            "approval time unknown",
            id="paid late: whether it was decided in time nobody knows",
        ),
        pytest.param(
            RefundCase(status="Refunded", requested_at=LAST), "approval time unknown", id="no dates"
        ),
    ],
)
def test_what_cannot_be_judged_is_left_out(case: RefundCase, why: str) -> None:
    told = decided_in_time(facts(case))
    assert (told.value, told.used, basis(told)) == (None, 0, [(1, why)])


def test_waiting_for_the_customer_is_not_held_against_the_desk() -> None:
    def case(hold: timedelta) -> Remembered:
        away, back = LAST + DAY, LAST + DAY + hold
        return watched(("New", LAST), ("On Hold", away), ("New", back), ("Closed", back + 2 * DAY))

    assert decided_in_time(facts(case(0 * DAY), case(7 * DAY))).value == 1.0


def test_resolution_has_a_target_of_its_own() -> None:
    early = RefundCase(status="Closed", requested_at=LAST, resolved_at=LAST + 12 * DAY)
    late = RefundCase(status="Closed", requested_at=LAST, resolved_at=LAST + 15 * DAY)
    told = resolved_in_time(facts(early, early, late))
    assert (told.label, told.value, told.used) == ("Closed within 10 business days", 2 / 3, 3)


@pytest.mark.parametrize(
    ("target", "in_time"),
    [
        pytest.param(Span(5, Unit.CALENDAR_DAYS), True, id="five days"),
        pytest.param(Span(3, Unit.CALENDAR_DAYS), False, id="three days"),
        pytest.param(Span(33, Unit.BUSINESS_HOURS), True, id="business hours"),
        pytest.param(Span(32, Unit.BUSINESS_HOURS), False, id="one fewer"),
    ],
)
def test_a_target_is_a_length_of_time_as_any_other(target: Span, *, in_time: bool) -> None:
    desk = Desk(decision_target=target)
    told = decided_in_time(facts(approved(LAST, LAST + 4 * DAY + HOUR), desk=desk))
    assert told.value == float(in_time)


def test_only_what_came_in_the_last_weeks_is_judged() -> None:
    old = approved(FRIDAY - 300 * DAY, FRIDAY)
    assert decided_in_time(facts(old)).used == 0
    assert decided_in_time(facts(old, weeks=60)).value == 0.0


def came_back(days_ago: int, after: int | None) -> Remembered:
    closed = FRIDAY - days_ago * DAY
    visits = [("New", closed - 5 * DAY), ("Refunded", closed)]
    if after is not None:
        visits.append(("New", closed + after * DAY))
    return watched(*visits)


def test_a_closed_case_that_is_opened_again_within_a_month_came_back() -> None:
    told = opened_again(
        facts(
            came_back(60, after=None),
            came_back(60, after=30),
            came_back(60, after=31),
            came_back(30, after=1),
            came_back(29, after=1),
            came_back(29, after=None),
            came_back(300, after=1),
            known(RefundCase(status="Closed", resolved_at=LAST)),
            known(RefundCase(status="New")),
        )
    )
    assert (told.value, told.used) == (0.5, 4)
    assert basis(told) == [(2, "closed less than 30 days ago"), (1, "closed before it was watched")]


def test_where_nothing_was_closed_there_is_no_share() -> None:
    assert opened_again(facts()).value is None
