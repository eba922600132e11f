"""Weeks of the sheet's zone, over year ends and changes of the clock."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refundsheet.core.calendar import BusinessCalendar, Moment, parse_hours
from refundsheet.core.statistics.weeks import (
    complete_weeks,
    is_open_week,
    label,
    last_complete_weeks,
    monday_of,
    week_start,
    weekly_counts,
)

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.mark.parametrize(
    ("moment", "week"),
    [
        pytest.param(date(2026, 11, 22), "2026-W47", id="a Sunday"),
        pytest.param(
            date(2027, 1, 3), "2026-W53", id="trap 20: the 53rd week reaches into January"
        ),
        pytest.param(date(2024, 12, 30), "2025-W01", id="the first week begins in December"),
        pytest.param(datetime(2026, 11, 22, 23, 30, tzinfo=UTC), "2026-W48", id="Monday already"),
        pytest.param(
            datetime(2026, 11, 23, 0, 30, tzinfo=AMSTERDAM), "2026-W48", id="in the sheet's zone"
        ),
    ],
)
def test_a_week_is_the_iso_week_of_the_local_day(moment: Moment, week: str) -> None:
    assert label(monday_of(moment, AMSTERDAM)) == week


@given(day=st.dates(date(1950, 1, 1), date(2100, 1, 1)))
def test_labels_are_those_of_the_calendar(day: date) -> None:
    assert label(monday_of(day, AMSTERDAM)) == day.strftime("%G-W%V")


def test_the_running_week_is_not_complete() -> None:
    sunday_night = datetime(2027, 1, 3, 23, 59, tzinfo=AMSTERDAM)
    weeks = complete_weeks(date(2026, 12, 16), sunday_night, AMSTERDAM)
    assert list(map(label, weeks)) == ["2026-W51", "2026-W52"]
    weeks = complete_weeks(date(2026, 12, 16), sunday_night + timedelta(minutes=1), AMSTERDAM)
    assert list(map(label, weeks)) == ["2026-W51", "2026-W52", "2026-W53"]


def test_a_log_that_begins_this_week_has_no_complete_one() -> None:
    now = datetime(2026, 11, 25, 12, tzinfo=AMSTERDAM)
    assert complete_weeks(date(2026, 11, 24), now, AMSTERDAM) == ()
    assert complete_weeks(date(2026, 12, 24), now, AMSTERDAM) == ()


def test_the_last_complete_weeks_end_before_this_one() -> None:
    now = datetime(2026, 11, 25, 12, tzinfo=AMSTERDAM)
    assert list(map(label, last_complete_weeks(2, now, AMSTERDAM))) == ["2026-W46", "2026-W47"]


def test_a_week_with_a_change_of_the_clock_has_an_hour_more() -> None:
    monday = date(2026, 10, 19)
    length = week_start(monday + timedelta(days=7), AMSTERDAM).astimezone(UTC) - week_start(
        monday, AMSTERDAM
    ).astimezone(UTC)
    assert length == timedelta(days=7, hours=1)


def test_cells_are_counted_by_week_and_others_left_out() -> None:
    now = datetime(2026, 11, 25, 12, tzinfo=AMSTERDAM)
    weeks = last_complete_weeks(3, now, AMSTERDAM)
    cells = [
        date(2026, 11, 1),
        date(2026, 11, 2),
        datetime(2026, 11, 8, 23, 59, tzinfo=AMSTERDAM),
        datetime(2026, 11, 22, 23, 30, tzinfo=AMSTERDAM),
        datetime(2026, 11, 22, 23, 30, tzinfo=UTC),
    ]
    assert weekly_counts(cells, weeks, AMSTERDAM) == (2, 0, 1)


@pytest.mark.parametrize(
    ("weekdays", "holidays", "verdict"),
    [
        pytest.param(range(1, 6), [], "open", id="an ordinary week"),
        pytest.param(range(1, 6), [24, 25], "open", id="three business days"),
        pytest.param(range(1, 6), [23, 24, 25], "closed", id="trap 20: two business days"),
        pytest.param([6, 7], [], "open", id="a shop that opens on two days a week"),
        pytest.param([6, 7], [28], "closed", id="on one of its two days"),
    ],
)
def test_a_week_is_open_with_three_business_days_or_all_it_usually_has(
    weekdays: list[int], holidays: list[int], verdict: str
) -> None:
    calendar = BusinessCalendar(
        zone=AMSTERDAM,
        weekly_hours=dict.fromkeys(weekdays, parse_hours("09:00-17:00")),
        holidays=frozenset(date(2026, 11, day) for day in holidays),
    )
    found = "open" if is_open_week(date(2026, 11, 23), calendar) else "closed"
    assert found == verdict
