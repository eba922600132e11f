"""How long a case took by the desk's own hours, and when a length of time is up."""

from datetime import UTC, date, datetime, timedelta

import pytest

from refundsheet.core.calendar import BusinessCalendar, Moment, parse_hours
from refundsheet.core.clocks import after, pauses, working_time
from refundsheet.core.desk import Desk, Meaning, Span, Status
from refundsheet.core.memory import Visit, likely_time
from tests.passes import CALENDAR, MONDAY, ZONE

DESK = Desk()
HOUR = timedelta(hours=1)


def at(day: int, hour: int = 9) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=ZONE)


def visits(*entered: tuple[str, datetime]) -> list[Visit]:
    return [Visit(status=status, not_before=time, not_after=time) for status, time in entered]


@pytest.mark.parametrize(
    ("entered", "until", "hours", "with_pauses"),
    [
        pytest.param([("New", at(2))], at(3, 11), 10, 10, id="open all the while"),
        pytest.param([], at(3, 11), 10, 10, id="nothing was seen: its clock runs"),
        pytest.param(
            [("New", at(2)), ("Awaiting Customer", at(2, 11)), ("Under Review", at(4, 10)),
             ("Awaiting Return", at(4, 12)), ("Under Review", at(4, 13))],
            at(4, 17), 8, 24, id="trap 1: sum of business time over all visits",
        ),
        pytest.param(
            [("New", at(2)), ("Awaiting Customer", at(2, 11))], at(4, 12), 2, 19,
            id="trap 1: the running one settled before resolution is computed",
        ),
        pytest.param(
            [("New", at(2)), ("Awaiting Customer", at(6, 16)), ("New", at(9, 10))], at(9, 11), 40, 42,
            id="a weekend in a pause is no pause twice",
        ),
        pytest.param(
            [("New", at(2)), ("On Hold", at(2, 13)), ("New", at(18))], at(18, 10), 4 + 13, 97,
            id="On Hold: paused, at most 10 bd",
        ),
        pytest.param(
            [("New", at(2)), ("On Hold", at(2, 13))], at(18, 10), 4 + 13, 97,
            id="whether or not it goes on",
        ),
        pytest.param(
            [("New", at(2)), ("Refunded", at(2, 12)), ("Under Review", at(4, 9))], at(4, 10), 4, 4,
            id="Reopened: closed time does not count as working time",
        ),
        pytest.param(
            [("New", at(2)), ("Approved", at(2, 12)), ("Store Credit", at(2, 13))], at(4, 10), 4, 4,
            id="closed for good",
        ),
        pytest.param(
            [("Awaiting Customer", at(3))], at(3, 10), 8, 9,
            id="before what was seen its clock ran",
        ),
        pytest.param([("what?", at(2))], at(2, 10), 1, 1, id="unknown status is treated as open"),
        pytest.param([("New", at(2))], date(2026, 11, 3), 16, 16, id="a date ends at its closing"),
    ],
)  # fmt: skip
def test_working_time_leaves_out_what_the_desk_could_not_work_in(
    entered: list[tuple[str, datetime]], until: Moment, hours: int, with_pauses: int
) -> None:
    seen = visits(*entered)
    assert working_time(seen, DESK, CALENDAR, MONDAY, until) == hours * HOUR
    both = working_time(seen, DESK, CALENDAR, MONDAY, until, with_pauses=True)
    assert both == with_pauses * HOUR


def test_a_pause_begins_in_the_middle_of_an_outage() -> None:
    outage = Visit(status="Awaiting Customer", not_before=at(2, 10), not_after=at(2, 14))
    assert list(pauses([outage], DESK, CALENDAR)) == [(at(2, 12), None)]


def test_the_middle_of_an_outage_is_found_by_instants_not_by_the_wall_clock() -> None:
    first, last = (datetime(2026, 10, 25, hour, tzinfo=UTC).astimezone(ZONE) for hour in (0, 4))
    assert likely_time(first, last).astimezone(UTC) == datetime(2026, 10, 25, 2, tzinfo=UTC)


def test_a_hold_is_left_at_an_instant_not_at_a_time_of_the_wall_clock() -> None:
    night_desk = BusinessCalendar(ZONE, {7: parse_hours("00:00-06:00")})
    entered = datetime(2026, 10, 25, 0, 20, tzinfo=UTC)
    left = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)  # 02:10, but later than 02:50 of summer time
    brief = Desk(
        statuses=(
            Status(label="Hold", meaning=Meaning.WAITING, longest_pause=Span.parse("0.5 bh")),
        )
    )
    seen = visits(("Hold", entered.astimezone(ZONE)), ("New", left.astimezone(ZONE)))
    ((_, over),) = pauses(seen, brief, night_desk)
    assert isinstance(over, datetime)
    assert over.astimezone(UTC) == entered + HOUR / 2


@pytest.mark.parametrize(
    ("span", "since", "due"),
    [
        pytest.param("2 bd", at(6, 15), at(10, 15), id="2 bd from Friday 15:00 is Tuesday 15:00"),
        pytest.param("1 bd", date(2026, 11, 6), at(6, 17), id="a date starts at its opening"),
        pytest.param("6 bh", at(2), at(2, 15), id="business hours"),
        pytest.param("14 d", at(2), at(16), id="calendar days"),
        pytest.param("14 d", date(2026, 11, 2), at(16, 17), id="which end with their day"),
    ],
)
def test_a_length_of_time_is_up(span: str, since: Moment, due: datetime) -> None:
    assert after(since, Span.parse(span), CALENDAR) == due
