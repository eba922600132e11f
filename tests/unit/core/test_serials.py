"""Serial numbers mean the spreadsheet's clock, to the second, and come back as they went."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refundsheet.core.serials import at_wall_time, same_serial, to_moment, to_serial

at = datetime.fromisoformat
BERLIN = ZoneInfo("Europe/Berlin")
ZONES = st.sampled_from(
    [
        ZoneInfo(name)
        for name in (
            "UTC",
            "Europe/Berlin",
            "America/New_York",
            "Australia/Lord_Howe",
            "Asia/Kolkata",
        )
    ]
)
SECONDS = st.datetimes(at("1900-01-01 00:00"), at("2100-01-01 00:00")).map(
    lambda moment: moment.replace(microsecond=0)
)


@pytest.mark.parametrize(
    ("serial", "wall"),
    [
        pytest.param(43831.5, at("2020-01-01 12:00"), id="Google: 43831 is 2020-01-01"),
        pytest.param(46292 + 37815 / 86400, at("2026-09-27 10:30:15"), id="to the second"),
        pytest.param(
            46292.9999999, at("2026-09-28 00:00"), id="a rounded second may be the next day"
        ),
        pytest.param(0.5, at("1899-12-30 12:00"), id="the first day"),
        pytest.param(-0.25, at("1899-12-29 18:00"), id="before the first day"),
    ],
)
def test_a_serial_means_what_the_sheets_clock_shows(serial: float, wall: datetime) -> None:
    moment = to_moment(serial, BERLIN)
    expected = wall.replace(tzinfo=BERLIN) if wall.time() != datetime.min.time() else wall.date()
    assert moment == expected
    assert isinstance(moment, datetime) == isinstance(expected, datetime)


def test_a_whole_number_is_a_date_without_a_time() -> None:
    moment = to_moment(46037, BERLIN)
    assert moment == date(2026, 1, 15)
    assert not isinstance(moment, datetime)


def test_an_hour_the_clocks_skip_is_shifted_forward() -> None:
    skipped = to_serial(date(2026, 3, 29), BERLIN) + 2.5 / 24
    assert to_moment(skipped, BERLIN) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_of_an_hour_the_clocks_repeat_the_first_is_meant() -> None:
    repeated = to_serial(date(2026, 10, 25), BERLIN) + 2.5 / 24
    assert to_moment(repeated, BERLIN).astimezone(UTC) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # type: ignore[union-attr]


@given(SECONDS, ZONES)
def test_a_time_of_the_sheet_comes_back_to_the_second(wall: datetime, zone: ZoneInfo) -> None:
    moment = at_wall_time(wall, zone)
    back = to_moment(to_serial(moment, zone), zone)
    assert to_serial(back, zone) == to_serial(moment, zone)
    if isinstance(back, datetime):
        assert back.astimezone(UTC) == moment.astimezone(UTC)


@given(st.dates(date(1, 1, 3), date(9999, 12, 29)), ZONES)
def test_a_date_comes_back(day: date, zone: ZoneInfo) -> None:
    assert to_moment(to_serial(day, zone), zone) == day


@given(st.floats(36526, 73050), ZONES)
def test_one_second_means_one_moment(serial: float, zone: ZoneInfo) -> None:
    again = to_serial(to_moment(serial, zone), zone)
    skipped_at_most = 2 * 3600 / 86400
    assert same_serial(again, serial) or 0 < again - serial <= skipped_at_most


def test_a_moment_is_written_in_the_sheets_zone_whatever_its_own() -> None:
    noon = datetime(2026, 7, 1, 10, 0, 0, 999_999, tzinfo=UTC)
    assert to_serial(noon, BERLIN) == to_serial(date(2026, 7, 1), BERLIN) + 0.5


def test_serials_are_the_same_within_a_second() -> None:
    serial = to_serial(datetime(2026, 9, 27, 10, 30, 15, tzinfo=BERLIN), BERLIN)
    assert same_serial(serial, serial + 0.3 / 86400)
    assert not same_serial(serial, serial + 1 / 86400)


@pytest.mark.parametrize("serial", [1e9, -1e9, float("nan"), float("inf"), 2958465.5])
def test_what_lies_outside_the_calendar_is_refused(serial: float) -> None:
    with pytest.raises(ValueError, match="no date between the years 1 and 9999"):
        to_moment(serial, BERLIN)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        to_serial(at("2026-01-01 00:00"), BERLIN)


def test_a_whole_day_the_clocks_skip_is_shifted_too() -> None:
    apia = ZoneInfo("Pacific/Apia")
    skipped = to_serial(date(2011, 12, 30), apia) + 0.5
    moment = to_moment(skipped, apia)
    assert isinstance(moment, datetime)
    assert moment.date() == date(2011, 12, 31)
    assert moment - timedelta(0) == moment.astimezone(UTC)
