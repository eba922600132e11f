"""Business time by example: the desk's words, the traps, and what is refused."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from refundsheet.core.calendar import (
    BusinessCalendar,
    Hours,
    Moment,
    is_date_only,
    parse_hours,
)

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NINE_TO_FIVE = parse_hours("09:00-17:00")
WEEKDAYS = dict.fromkeys(range(1, 6), NINE_TO_FIVE)
OFFICE = BusinessCalendar(zone=AMSTERDAM, weekly_hours=WEEKDAYS)
AROUND_THE_CLOCK = BusinessCalendar(
    zone=AMSTERDAM, weekly_hours=dict.fromkeys(range(1, 8), parse_hours("00:00-24:00"))
)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
SUMMER_STARTS = date(2026, 3, 29)  # 02:00 becomes 03:00
SUMMER_ENDS = date(2026, 10, 25)  # 03:00 becomes 02:00


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026; the 2nd, 9th, 16th, 23rd and 30th are Mondays."""
    return datetime(2026, 11, day, hour, minute, tzinfo=AMSTERDAM)


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        pytest.param(at(20, 15), 2, at(24, 15), id="two days from Friday 15:00 is Tuesday 15:00"),
        pytest.param(
            at(20, 20), 0.25, at(23, 11), id="Friday evening counts from Monday's opening"
        ),
        pytest.param(at(20, 15), 0.25, at(20, 17), id="up exactly at closing, not on Monday"),
        pytest.param(at(16, 9), 1, at(16, 17), id="a whole day ends at its closing"),
        pytest.param(at(20, 17), 0.125, at(23, 10), id="at closing the day is over"),
        pytest.param(at(21, 12), 1, at(23, 17), id="from the weekend"),
        pytest.param(date(2026, 11, 20), 1, at(20, 17), id="a date starts at its opening"),
        pytest.param(date(2026, 11, 21), 0.125, at(23, 10), id="a closed date at the next opening"),
        pytest.param(at(18, 12), 0, at(18, 12), id="nothing is up at once"),
        pytest.param(at(20, 20), 0, at(23, 9), id="nothing, when closed, is up at the opening"),
    ],
)
def test_a_limit_is_counted_in_open_hours(start: Moment, days: float, due: datetime) -> None:
    assert OFFICE.add(start, OFFICE.business_days(days)) == due


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        pytest.param(at(20, 15), at(23, 10), 3, id="over a weekend"),
        pytest.param(at(21, 9), at(22, 17), 0, id="within a weekend"),
        pytest.param(at(20, 15), at(20, 9), 0, id="an end before its start is nothing"),
        pytest.param(date(2026, 11, 20), date(2026, 11, 20), 8, id="one date is its whole day"),
        pytest.param(date(2026, 11, 20), date(2026, 11, 23), 16, id="both days of two dates"),
        pytest.param(date(2026, 11, 21), date(2026, 11, 22), 0, id="closed dates"),
        pytest.param(at(20, 15).astimezone(UTC), at(23, 10), 3, id="a start in another zone"),
    ],
)
def test_durations_are_open_hours(start: Moment, end: Moment, hours: int) -> None:
    assert OFFICE.elapsed(start, end) == hours * HOUR


def test_a_duration_is_exact_to_the_microsecond() -> None:
    odd = timedelta(microseconds=1)
    assert OFFICE.elapsed(at(20, 16) + odd, at(23, 9) + odd) == HOUR


def test_moments_may_come_in_any_order_of_years() -> None:
    calendar = BusinessCalendar(zone=AMSTERDAM, weekly_hours=WEEKDAYS)
    week = timedelta(days=7)
    assert calendar.elapsed(at(16, 9), at(16, 9) + week) == 40 * HOUR
    for years in (-10, 10, -3):
        start = at(16, 9) + years * 52 * week
        assert calendar.elapsed(start, start + week) == 40 * HOUR
    assert calendar.elapsed(at(16, 9) - 520 * week, at(16, 9) + 520 * week) == 1040 * 40 * HOUR


@pytest.mark.parametrize(
    ("pauses", "hours"),
    [
        pytest.param(
            [(at(17, 9), at(17, 17)), (at(18, 9), at(18, 13))], 12, id="two visits add up"
        ),
        pytest.param([(at(18, 13), None)], 20, id="the running pause is settled at the end"),
        pytest.param(
            [(at(17, 9), at(18, 9)), (at(17, 12), at(18, 13))], 12, id="overlap counts once"
        ),
        pytest.param([(at(2, 9), at(17, 9)), (at(25, 9), None)], 16, id="only what lies inside"),
        pytest.param([(at(20, 17), at(23, 9))], 24, id="a pause over the weekend costs nothing"),
        pytest.param([(at(18, 9), at(17, 9))], 24, id="a pause that ends before it starts is none"),
        pytest.param([(date(2026, 11, 17), date(2026, 11, 17))], 16, id="a date pauses its day"),
        pytest.param([(at(2, 9), None)], 0, id="paused from before the start"),
    ],
)
def test_trap_1_pauses_are_business_time_over_all_visits_and_settled_first(
    pauses: list[tuple[Moment, Moment | None]], hours: int
) -> None:
    assert OFFICE.elapsed_excluding(at(16, 9), at(19, 9), pauses) == hours * HOUR


@pytest.mark.parametrize(
    ("pauses", "due"),
    [
        pytest.param([], at(18, 9), id="no pause"),
        pytest.param([(at(17, 9), at(18, 9))], at(19, 9), id="moved on by a day's pause"),
        pytest.param([(at(2, 9), at(16, 13))], at(18, 13), id="paused when it started"),
        pytest.param([(at(2, 9), at(9, 9))], at(18, 9), id="over before it started"),
        pytest.param([(at(19, 9), None)], at(18, 9), id="up before the pause"),
        pytest.param([(at(17, 9), None)], None, id="held by a running pause"),
    ],
)
def test_a_limit_waits_for_pauses(
    pauses: list[tuple[Moment, Moment | None]], due: datetime | None
) -> None:
    limit = OFFICE.business_days(2) + MINUTE
    found = OFFICE.add_excluding_pauses(at(16, 9), limit, pauses)
    assert found == (due and due + MINUTE)


def test_trap_3_the_ambiguous_hour_is_two_instants() -> None:
    first = datetime(2026, 10, 25, 2, 30, tzinfo=AMSTERDAM)
    assert AROUND_THE_CLOCK.elapsed(first, first.replace(fold=1)) == HOUR
    assert AROUND_THE_CLOCK.elapsed(SUMMER_ENDS, SUMMER_ENDS) == 25 * HOUR
    assert AROUND_THE_CLOCK.add(first, HOUR).fold == 1


def test_trap_3_the_hour_that_does_not_exist_is_shifted_forward() -> None:
    missing = datetime(2026, 3, 29, 2, 30, tzinfo=AMSTERDAM)
    assert AROUND_THE_CLOCK.opening(missing) == datetime(2026, 3, 29, 3, 30, tzinfo=AMSTERDAM)
    assert AROUND_THE_CLOCK.elapsed(SUMMER_STARTS, SUMMER_STARTS) == 23 * HOUR


@pytest.mark.parametrize(
    ("hours", "day", "minutes"),
    [
        pytest.param("01:00-02:30", SUMMER_ENDS, 120, id="open twice in the hour shown twice"),
        pytest.param("01:00-02:30, 02:30-04:00", SUMMER_ENDS, 240, id="never counted twice"),
        pytest.param("01:00-02:30", SUMMER_STARTS, 60, id="closing at a time never shown"),
        pytest.param("02:15-03:30", SUMMER_STARTS, 30, id="opening at a time never shown"),
        pytest.param("02:00-03:00", SUMMER_STARTS, 0, id="hours never shown at all"),
    ],
)
def test_trap_3_durations_are_instants_while_the_wall_clock_shows_open_hours(
    hours: str, day: date, minutes: int
) -> None:
    night_shift = BusinessCalendar(
        zone=AMSTERDAM, weekly_hours=dict.fromkeys(range(1, 8), parse_hours(hours))
    )
    assert night_shift.elapsed(day, day) == minutes * MINUTE


def test_trap_3_a_day_that_its_zone_skipped_is_closed() -> None:
    samoa = BusinessCalendar(zone=ZoneInfo("Pacific/Apia"), weekly_hours=WEEKDAYS)
    assert samoa.elapsed(date(2011, 12, 30), date(2011, 12, 30)) == timedelta()
    assert samoa.elapsed(date(2011, 12, 29), date(2011, 12, 31)) == 8 * HOUR


def test_trap_4_holidays_at_month_and_year_ends_are_closed() -> None:
    holidays = frozenset({date(2026, 11, 30), date(2026, 12, 31), date(2027, 1, 1)})
    calendar = BusinessCalendar(zone=AMSTERDAM, weekly_hours=WEEKDAYS, holidays=holidays)
    friday = at(27, 16)
    assert calendar.add(friday, 2 * HOUR) == datetime(2026, 12, 1, 10, tzinfo=AMSTERDAM)
    new_year = datetime(2026, 12, 30, 16, tzinfo=AMSTERDAM)
    assert calendar.add(new_year, 2 * HOUR) == datetime(2027, 1, 4, 10, tzinfo=AMSTERDAM)


def test_trap_4_half_days_have_their_own_hours_even_on_a_holiday() -> None:
    christmas_eve = date(2026, 12, 24)
    calendar = BusinessCalendar(
        zone=AMSTERDAM,
        weekly_hours=WEEKDAYS,
        holidays=frozenset({christmas_eve}),
        special_hours={christmas_eve: parse_hours("09:00-12:30"), date(2026, 12, 23): ()},
    )
    assert calendar.elapsed(date(2026, 12, 23), christmas_eve) == timedelta(hours=3.5)
    assert calendar.closing(christmas_eve).time() == time(12, 30)


def test_trap_4_saturday_opening_counts() -> None:
    calendar = BusinessCalendar(
        zone=AMSTERDAM, weekly_hours={**WEEKDAYS, 6: parse_hours("10:00-14:00")}
    )
    assert calendar.elapsed(at(20, 16), at(23, 10)) == 6 * HOUR
    assert calendar.business_day == 8 * HOUR


@pytest.mark.parametrize(
    "weekly",
    [
        pytest.param({}, id="no weekday"),
        pytest.param(dict.fromkeys(range(1, 8), ()), id="every weekday closed"),
    ],
)
def test_trap_4_an_empty_schedule_is_an_error(weekly: dict[int, Hours]) -> None:
    with pytest.raises(ValueError, match="opening hours are empty"):
        BusinessCalendar(zone=AMSTERDAM, weekly_hours=weekly)


def test_a_lunch_break_is_not_open() -> None:
    hours = parse_hours("09:00-12:30, 13:30-17:00")
    calendar = BusinessCalendar(zone=AMSTERDAM, weekly_hours=dict.fromkeys(range(1, 6), hours))
    assert calendar.elapsed(at(18, 12), at(18, 14)) == HOUR
    assert calendar.business_day == 7 * HOUR


@pytest.mark.parametrize(
    ("lengths", "usual"),
    [
        pytest.param(["09:00-17:00"] * 4 + ["09:00-15:00"], 8, id="the most usual"),
        pytest.param(["09:00-15:00"] * 2 + ["09:00-17:00"] * 2, 8, id="the longest of equals"),
    ],
)
def test_a_business_day_is_the_usual_one(lengths: list[str], usual: int) -> None:
    weekly = {day: parse_hours(text) for day, text in enumerate(lengths, start=1)}
    assert BusinessCalendar(zone=AMSTERDAM, weekly_hours=weekly).business_day == usual * HOUR


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        pytest.param(at(20, 9), True, id="at the opening"),
        pytest.param(at(20, 8, 59), False, id="before it"),
        pytest.param(at(20, 17), False, id="at the closing"),
        pytest.param(at(21, 12), False, id="Saturday"),
    ],
)
def test_the_desk_knows_when_it_is_open(moment: datetime, is_open: bool) -> None:  # noqa: FBT001
    assert OFFICE.is_open_at(moment) is is_open


@pytest.mark.parametrize(
    ("moment", "opening", "closing"),
    [
        pytest.param(date(2026, 11, 20), at(20, 9), at(20, 17), id="a working date"),
        pytest.param(date(2026, 11, 21), at(23, 9), at(22, 0), id="a closed date"),
        pytest.param(at(21, 3), at(21, 3), at(21, 3), id="a time is itself"),
    ],
)
def test_a_cell_starts_at_the_opening_and_ends_at_the_closing(
    moment: Moment, opening: datetime, closing: datetime
) -> None:
    assert (OFFICE.opening(moment), OFFICE.closing(moment)) == (opening, closing)


@pytest.mark.parametrize(
    ("since", "now", "age"),
    [
        pytest.param(at(18, 13), at(20, 11), 1.75, id="between times, to the fraction"),
        pytest.param(date(2026, 11, 18), at(20, 12), 2.0, id="from a date, completed days"),
        pytest.param(at(18, 13), date(2026, 11, 20), 2.0, id="to a date, completed days"),
    ],
)
def test_age_is_in_business_days(since: Moment, now: Moment, age: float) -> None:
    assert OFFICE.age_in_business_days(since, now) == age


@pytest.mark.parametrize(
    ("start", "due"),
    [
        pytest.param(
            datetime(2026, 10, 20, 10, tzinfo=AMSTERDAM), at(3, 10), id="same time over the change"
        ),
        pytest.param(date(2026, 10, 20), at(3, 17), id="a date ends with its last day"),
        pytest.param(
            datetime(2026, 3, 15, 2, 30, tzinfo=AMSTERDAM),
            datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
            id="a time that does not exist is shifted forward",
        ),
    ],
)
def test_the_legal_clock_counts_calendar_days(start: Moment, due: datetime) -> None:
    assert OFFICE.add_calendar_days(start, 14) == due


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        pytest.param("09:00-12:30, 13:30-17:00", 7, id="split shift"),
        pytest.param("00:00 – 24:00", 24, id="a whole day, with a typed dash"),  # noqa: RUF001
        pytest.param("09:00-12:00,12:00-13:00", 4, id="intervals may touch"),
    ],
)
def test_hours_are_read_as_people_write_them(text: str, hours: int) -> None:
    calendar = BusinessCalendar(zone=AMSTERDAM, weekly_hours={1: parse_hours(text)})
    assert calendar.business_day == hours * HOUR


def test_no_hours_are_a_closed_day() -> None:
    assert parse_hours(" ") == ()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        pytest.param("nine to five", "'nine to five' is not an interval", id="words"),
        pytest.param("09:00", "'09:00' is not an interval", id="no end"),
        pytest.param("17:00-09:00", "17:00-09:00 ends too early", id="reversed"),
        pytest.param("09:00-09:00", "ends too early", id="empty interval"),
        pytest.param("09:00-13:00, 12:00-17:00", "overlap or are not in order", id="overlap"),
        pytest.param("13:00-17:00, 09:00-12:00", "overlap or are not in order", id="not in order"),
    ],
)
def test_hours_that_make_no_sense_are_refused(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_hours(text)


def test_clashing_special_hours_are_refused_with_their_date() -> None:
    clash: Hours = ((time(9), time(13)), (time(12), time(17)))
    with pytest.raises(ValueError, match="Hours of 2026-12-24 overlap"):
        BusinessCalendar(
            zone=AMSTERDAM, weekly_hours=WEEKDAYS, special_hours={date(2026, 12, 24): clash}
        )


def test_an_eighth_weekday_is_refused() -> None:
    with pytest.raises(ValueError, match="not 8"):
        BusinessCalendar(zone=AMSTERDAM, weekly_hours={**WEEKDAYS, 8: NINE_TO_FIVE})


def test_a_negative_limit_is_refused() -> None:
    with pytest.raises(ValueError, match="can not be negative"):
        OFFICE.add(at(20, 15), -HOUR)


@pytest.mark.parametrize("year", [1, 1899, 2200, 9999])
def test_a_year_out_of_reach_is_refused(year: int) -> None:
    with pytest.raises(ValueError, match="1900 to 2199"):
        OFFICE.elapsed(date(year, 1, 1), at(20, 15))


def test_a_limit_out_of_reach_is_refused() -> None:
    with pytest.raises(ValueError, match="not for 2200"):
        OFFICE.add(datetime(2199, 6, 1, tzinfo=UTC), OFFICE.business_days(1000))


def test_an_opening_out_of_reach_is_refused() -> None:
    closed_for_good = frozenset(date(2199, 1, 1) + timedelta(days=n) for n in range(1000))
    calendar = BusinessCalendar(zone=AMSTERDAM, weekly_hours=WEEKDAYS, holidays=closed_for_good)
    with pytest.raises(ValueError, match="1900 to 2199"):
        calendar.opening(date(2199, 3, 1))


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(TypeError, match="offset-naive"):
        OFFICE.elapsed(datetime(2026, 11, 20, 15), at(20, 16))  # noqa: DTZ001


def test_a_calendar_can_be_a_key_and_equals_its_like() -> None:
    twin = BusinessCalendar(zone=AMSTERDAM, weekly_hours=dict(WEEKDAYS))
    assert {OFFICE: "kept"}[twin] == "kept"


def test_a_date_is_told_from_a_datetime() -> None:
    assert [is_date_only(date(2026, 11, 20)), is_date_only(at(20, 15))] == [True, False]
