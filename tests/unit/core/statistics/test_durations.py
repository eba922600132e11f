"""How long things take: in which time, with what is still open, and only where it can be said."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import CensoredData, ecdf

from refundsheet.core.memory import Remembered
from refundsheet.core.model import RefundCase
from refundsheet.core.statistics import durations
from refundsheet.core.statistics.figures import Clock, Duration, Estimate, LeftOut
from tests.figures import FRIDAY, facts, known, watched

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
BUSINESS_DAY = 8 * HOUR
MONDAY = FRIDAY - 4 * DAY - 8 * HOUR


def closed(start: Any, end: Any) -> RefundCase:
    return RefundCase(status="Closed", requested_at=start, resolved_at=end)


def one(figure: Any, case: Remembered | RefundCase) -> timedelta | None:
    """The median of ten cases alike."""
    told: Duration = figure(facts(*[case] * 10))
    assert told.median is not None
    return told.median.value


@pytest.mark.parametrize(
    ("start", "end", "elapsed"),
    [
        pytest.param(MONDAY, MONDAY + 7 * DAY, 7 * DAY, id="over the weekend"),
        pytest.param(MONDAY, date(2026, 11, 18), 2 * DAY, id="whole days where one is a day alone"),
        pytest.param(date(2026, 11, 16), date(2026, 11, 16), 0 * DAY, id="on the same day"),
        pytest.param(
            datetime(2026, 10, 24, 12, tzinfo=FRIDAY.tzinfo),
            datetime(2026, 10, 25, 12, tzinfo=FRIDAY.tzinfo),
            25 * HOUR,
            id="trap 3: over the end of summer time",
        ),
    ],
)
def test_a_customer_waits_by_the_calendar(start: Any, end: Any, elapsed: timedelta) -> None:
    assert one(durations.elapsed_time, closed(start, end)) == elapsed


@pytest.mark.parametrize(
    ("end", "taken"),
    [
        pytest.param(MONDAY + 2 * HOUR, 2 * HOUR, id="on the same day"),
        pytest.param(MONDAY + 8 * DAY, 6 * BUSINESS_DAY, id="not over the weekend"),
        pytest.param(
            date(2026, 11, 17), 2 * BUSINESS_DAY, id="whole days where one is a day alone"
        ),
    ],
)
def test_a_decision_is_counted_in_business_time(end: Any, taken: timedelta) -> None:
    case = RefundCase(status="Approved", requested_at=MONDAY, approved_at=end)
    assert one(durations.decision, case) == taken


def test_waiting_for_others_is_taken_out_and_left_in() -> None:
    def waited(hold: timedelta) -> Remembered:
        start = MONDAY - 14 * DAY
        back = start + 2 * DAY + hold
        return watched(
            ("New", start), ("On Hold", start + 2 * DAY), ("New", back), ("Closed", back + DAY)
        )

    assert one(durations.working_time, waited(7 * DAY)) == 3 * BUSINESS_DAY
    assert one(durations.elapsed_time, waited(7 * DAY)) == 10 * DAY


def test_where_nobody_saw_a_case_wait_its_working_time_is_left_out() -> None:
    told = durations.working_time(facts(closed(MONDAY, FRIDAY)))
    assert (told.used, told.median) == (0, None)
    assert told.left_out == (LeftOut(1, "there before refundsheet, so that it was not seen"),)


def test_the_payout_and_the_first_action_are_told_too() -> None:
    paid = RefundCase(
        status="Refunded", approved_at=MONDAY, paid_at=MONDAY + HOUR, requested_at=MONDAY - DAY
    )
    assert one(durations.payout, paid) == HOUR
    acted = watched(("New", MONDAY), first_action=MONDAY + HOUR)
    assert one(durations.first_action, acted) == HOUR


def test_the_unpaid_are_still_in_it() -> None:
    paid = RefundCase(status="Refunded", approved_at=MONDAY, paid_at=MONDAY + HOUR)
    unpaid = RefundCase(status="Approved", approved_at=MONDAY)
    told = durations.payout(facts(*[paid] * 6, *[unpaid] * 7, RefundCase(status="New")))
    assert (told.used, told.ended, told.still_open) == (13, 6, 7)
    assert told.median == Estimate(None, HOUR, None)


@pytest.mark.parametrize(
    ("ended", "still_open"),
    [pytest.param(4, 50, id="four ends"), pytest.param(9, 0, id="nine cases")],
)
def test_too_few_cases_tell_nothing(ended: int, still_open: int) -> None:
    cases = [closed(MONDAY, FRIDAY)] * ended + [RefundCase(requested_at=MONDAY)] * still_open
    told = durations.elapsed_time(facts(*cases))
    assert (told.median, told.late) == (None, None)
    assert told.used == ended + still_open


def test_a_duration_says_what_it_is_counted_in() -> None:
    assert durations.decision(facts()).clock is Clock.BUSINESS
    assert durations.decision(facts()).day == BUSINESS_DAY
    assert durations.elapsed_time(facts()).day == DAY


def test_who_is_left_out_is_said_with_the_most_frequent_reason_first() -> None:
    cases = [RefundCase(status="Closed"), *[RefundCase(status="Closed", requested_at=MONDAY)] * 2]
    told = durations.elapsed_time(facts(*cases, being_typed=1))
    assert [(reason.cases, reason.why) for reason in told.left_out] == [
        (2, "closed without a resolution date"),
        (1, "no readable date of receipt"),
        (1, "still being typed"),
    ]


def test_the_time_to_resolution_is_told_by_month_of_receipt() -> None:
    october = datetime(2026, 10, 5, 9, tzinfo=FRIDAY.tzinfo)
    table = durations.resolution_by_month(
        facts(
            *[closed(october, october + 36 * HOUR)] * 9,
            RefundCase(status="New", requested_at=october),
            RefundCase(status="New", requested_at=MONDAY),
            RefundCase(status="Closed", requested_at=MONDAY),
            closed(datetime(2025, 10, 31, tzinfo=FRIDAY.tzinfo), FRIDAY),
        )
    )
    assert [row[0] for row in table.rows[:2]] == ["2025-11", "2025-12"]
    assert table.rows[-2:] == (("2026-10", 10, 1, 1.5), ("2026-11", 1, 1, None))
    assert (table.used, table.is_running) == (11, True)
    assert [reason.cases for reason in table.left_out] == [1]


def test_a_month_in_which_half_are_still_open_has_no_median() -> None:
    cases = [closed(MONDAY, FRIDAY)] * 5 + [RefundCase(status="New", requested_at=MONDAY)] * 6
    assert durations.resolution_by_month(facts(*cases)).rows[-1] == ("2026-11", 11, 6, None)


_STARTS = st.datetimes(datetime(2026, 9, 1), datetime(2026, 11, 19)).map(  # noqa: DTZ001
    lambda wall: wall.replace(tzinfo=FRIDAY.tzinfo, microsecond=0)
)
_CASES = st.lists(
    st.tuples(_STARTS, st.none() | st.integers(0, 40 * 86400)), min_size=10, max_size=60
)


@given(_CASES)
def test_scipy_says_the_same(given: Sequence[tuple[datetime, int | None]]) -> None:
    cases = [
        known(RefundCase(status="New", requested_at=start))
        if seconds is None
        else known(closed(start, start.astimezone() + timedelta(seconds=seconds)))
        for start, seconds in given
    ]
    told = durations.elapsed_time(facts(*cases))
    now = pd.Timestamp(FRIDAY)
    taken = [(now - pd.Timestamp(s)).total_seconds() if n is None else n for s, n in given]
    curve = ecdf(CensoredData.right_censored(taken, [n is None for _, n in given])).sf
    if told.median is None:
        assert told.ended < 5
    else:
        reached = curve.quantiles[curve.probabilities <= 0.5 + 1e-12]
        median = timedelta(seconds=float(reached[0])) if len(reached) else None
        assert told.median.value == median
