"""Business time against an oracle that looks at the wall clock of every single minute.

An example is one calendar in one zone over twelve days, and 250 random intervals in it: the 400
examples of the ci profile are a hundred thousand intervals.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from refundsheet.core.calendar import BusinessCalendar, Hours, Moment
from refundsheet.core.clocks import working_time
from refundsheet.core.desk import Desk as RefundDesk
from refundsheet.core.desk import Meaning, Span, Status
from refundsheet.core.memory import Visit

MINUTE = timedelta(minutes=1)
DAYS = 12
INTERVALS = 250
#: with up to eight visits each, in two ways of counting
CASES = 30
ZONES = (
    "Europe/Amsterdam",
    "America/New_York",
    "Australia/Lord_Howe",  # half an hour of daylight saving
    "Africa/Cairo",  # midnight does not exist on one day of the year
    "America/St_Johns",  # half-hour offset
)
#: first days of the stretches: around the changes of the clock, the year's end, and a quiet one
SEASONS = ((3, 4), (3, 23), (3, 30), (4, 21), (10, 1), (10, 23), (10, 29), (12, 25), (7, 1))


@dataclass(frozen=True, slots=True)
class Desk:
    zone: ZoneInfo
    first: datetime  # UTC
    weekly: dict[int, Hours]
    holidays: frozenset[date]
    half_days: dict[date, Hours]

    def calendar(self) -> BusinessCalendar:
        return BusinessCalendar(
            zone=self.zone,
            weekly_hours=self.weekly,
            holidays=self.holidays,
            special_hours=self.half_days,
        )

    def is_open(self, local: datetime) -> bool:
        day = local.date()
        if day in self.half_days:
            hours = self.half_days[day]
        else:
            hours = () if day in self.holidays else self.weekly.get(day.isoweekday(), ())
        clock = local.time()
        return any(a <= clock and (clock < b or b == time(0)) for a, b in hours)


def at(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)


@st.composite
def day_hours(draw: st.DrawFn) -> Hours:
    cuts = draw(st.sampled_from([(540, 1020), (540, 750, 810, 1020), (0, 1440), (60, 150), None]))
    if cuts is None:
        cuts = sorted(draw(st.lists(st.integers(0, 1440), unique=True, max_size=6)))
    return tuple((at(a), at(b)) for a, b in zip(cuts[::2], cuts[1::2], strict=False))


@st.composite
def desks(draw: st.DrawFn) -> Desk:
    month, day = draw(st.sampled_from(SEASONS))
    first = datetime(draw(st.integers(2023, 2026)), month, day, tzinfo=UTC)
    days = st.integers(-1, DAYS).map(lambda n: first.date() + timedelta(days=n))
    return Desk(
        zone=ZoneInfo(draw(st.sampled_from(ZONES))),
        first=first,
        weekly={
            **draw(st.dictionaries(st.integers(1, 7), day_hours(), max_size=7)),
            draw(st.integers(1, 7)): ((time(9), time(17)),),
        },
        holidays=draw(st.frozensets(days, max_size=4)),
        half_days=draw(st.dictionaries(days, day_hours(), max_size=3)),
    )


class Oracle:
    def __init__(self, desk: Desk) -> None:
        utc = [desk.first + MINUTE * index for index in range(DAYS * 1440)]
        self.local = [moment.astimezone(desk.zone) for moment in utc]
        self.open: NDArray[np.bool_] = np.array([desk.is_open(local) for local in self.local])
        self.days: dict[date, tuple[int, int]] = {}
        for index, local in enumerate(self.local):
            start, _ = self.days.get(local.date(), (index, index))
            self.days[local.date()] = start, index + 1

    def moment(self, random: Random) -> tuple[Moment, int, int]:
        """A cell, with the minutes at which it starts and ends."""
        index = random.randrange(len(self.local))
        local = self.local[index]
        whole_days = list(self.days)[1:-1]
        if local.date() in whole_days and random.random() < 0.2:
            return local.date(), *self.days[local.date()]
        return random.choice([local, local.astimezone(UTC)]), index, index

    def pauses(
        self, random: Random
    ) -> tuple[list[tuple[Moment, Moment | None]], NDArray[np.bool_]]:
        paused = np.zeros(len(self.open), dtype=np.bool_)
        pauses: list[tuple[Moment, Moment | None]] = []
        for _ in range(random.choice([0, 0, 1, 2, 4])):
            (start, since, _), (end, _, until) = self.moment(random), self.moment(random)
            running = random.random() < 0.15
            pauses.append((start, None if running else end))
            paused[since : None if running else until] = True
        return pauses, paused


@pytest.mark.timeout(300)
@given(desk=desks(), seed=st.integers(0, 2**32))
def test_every_duration_is_the_number_of_open_minutes(desk: Desk, seed: int) -> None:
    random, oracle, calendar = Random(seed), Oracle(desk), desk.calendar()
    for _ in range(INTERVALS):
        (start, since, _), (end, _, until) = oracle.moment(random), oracle.moment(random)
        pauses, paused = oracle.pauses(random)
        working = oracle.open & ~paused
        assert calendar.elapsed(start, end) == int(oracle.open[since:until].sum()) * MINUTE
        assert (
            calendar.elapsed_excluding(start, end, pauses)
            == int(working[since:until].sum()) * MINUTE
        )


HOLD = RefundDesk(
    statuses=(
        *(status for status in RefundDesk().statuses if status.label != "On Hold"),
        Status(label="On Hold", meaning=Meaning.WAITING, longest_pause=Span.parse("90 bh")),
        Status(label="Back soon", meaning=Meaning.WAITING, longest_pause=Span.parse("3 bh")),
    )
)
STATUSES = ("New", "Approved", "Awaiting Customer", "On Hold", "Back soon", "Refunded", "what?")


class Stay:
    """A random visit, and the minutes of it in which nobody of the desk could work on the case."""

    def __init__(self, oracle: Oracle, since: int, until: int, status: str) -> None:
        at = oracle.local[since].astimezone(UTC)
        self.visit = Visit(status=status, not_before=at, not_after=at)
        is_open = oracle.open[since:until]
        stopped = np.full(len(is_open), status == "Refunded")
        paused = np.full(len(is_open), status == "Awaiting Customer")
        for label, hours in (("On Hold", 90), ("Back soon", 3)):
            if status == label:
                paused = np.cumsum(is_open) <= hours * 60
        self.minutes = slice(since, until)
        self.stopped, self.paused = stopped, paused


@pytest.mark.timeout(300)
@settings(max_examples=settings().max_examples * 2 // 5)
@given(desk=desks(), seed=st.integers(0, 2**32))
def test_the_working_time_of_a_case_is_its_open_minutes(desk: Desk, seed: int) -> None:
    random, oracle, calendar = Random(seed), Oracle(desk), desk.calendar()
    for _ in range(CASES):
        entered = sorted(random.sample(range(len(oracle.open)), random.randint(1, 8)))
        stays = [
            Stay(oracle, since, until, random.choice(STATUSES))
            for since, until in pairwise((*entered, len(oracle.open)))
        ]
        (start, since, _), (end, _, until) = oracle.moment(random), oracle.moment(random)
        for with_pauses in (False, True):
            working = oracle.open.copy()
            for stay in stays:
                stands = stay.stopped if with_pauses else stay.stopped | stay.paused
                working[stay.minutes] &= ~stands
            found = working_time(
                [stay.visit for stay in stays], HOLD, calendar, start, end, with_pauses=with_pauses
            )
            assert found == int(working[since:until].sum()) * MINUTE


@settings(max_examples=20)
@given(desk=desks(), seed=st.integers(0, 2**32))
def test_a_limit_is_up_after_so_many_open_minutes(desk: Desk, seed: int) -> None:
    random, oracle, calendar = Random(seed), Oracle(desk), desk.calendar()
    for _ in range(INTERVALS):
        start, since, _ = oracle.moment(random)
        pauses, paused = oracle.pauses(random)
        worked = np.cumsum((oracle.open & ~paused)[since:])
        if not len(worked) or not worked[-1]:
            continue
        minutes = random.randint(1, int(worked[-1]))
        last = oracle.local[since + int(np.searchsorted(worked, minutes))].astimezone(UTC)
        found = calendar.add_excluding_pauses(start, minutes * MINUTE, pauses)
        assert found is not None
        # in UTC: a time in the hour shown twice equals no time of another zone (PEP 495)
        assert found.astimezone(UTC) == last + MINUTE


@settings(max_examples=10)
@given(desk=desks(), seed=st.integers(0, 2**32))
def test_what_is_added_is_what_is_measured(desk: Desk, seed: int) -> None:
    random, oracle, calendar = Random(seed), Oracle(desk), desk.calendar()
    for _ in range(INTERVALS):
        start, _, _ = oracle.moment(random)
        duration = timedelta(seconds=random.randint(1, 40 * 3600))
        due = calendar.add(start, duration)
        assert calendar.elapsed(start, due) == duration
        # and no earlier: a second before, it was not yet so much
        assert calendar.elapsed(start, due.astimezone(UTC) - timedelta(seconds=1)) < duration


@settings(max_examples=20)
@given(desk=desks())
def test_the_desk_is_open_when_the_wall_clock_says_so(desk: Desk) -> None:
    oracle, calendar = Oracle(desk), desk.calendar()
    for index in range(0, len(oracle.local), 7):
        assert calendar.is_open_at(oracle.local[index]) == oracle.open[index]
