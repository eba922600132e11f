"""What business time costs: 100,000 durations are to take at most 0.3 s of one core.

Run with `uv run pytest tests/benchmarks/bench_calendar.py --benchmark-only`.
"""

from datetime import UTC, date, datetime, timedelta
from random import Random
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from refundsheet.core.calendar import BusinessCalendar, Moment, parse_hours

#: Other work of the machine does not count.
pytestmark = pytest.mark.benchmark(timer=process_time)

DURATIONS = 100_000
BUDGET_SECONDS = 0.3
FIRST = datetime(2022, 1, 3, tzinfo=UTC)
CALENDAR = BusinessCalendar(
    zone=ZoneInfo("Europe/Amsterdam"),
    weekly_hours=dict.fromkeys(range(1, 6), parse_hours("09:00-12:30, 13:30-17:00")),
    holidays=frozenset(date(year, 12, day) for year in range(2022, 2028) for day in (25, 26)),
)


def moments(seed: int) -> list[datetime]:
    random = Random(seed)
    seconds = [random.randrange(4 * 365 * 86_400) for _ in range(DURATIONS)]
    return [(FIRST + timedelta(seconds=second)).astimezone(CALENDAR.zone) for second in seconds]


@pytest.mark.parametrize("kind", ["times", "dates"])
def test_100_000_durations(benchmark: BenchmarkFixture, kind: str) -> None:
    starts: list[Moment] = [*moments(1)]
    ends: list[Moment] = [*moments(2)]
    if kind == "dates":
        starts, ends = [start.date() for start in moments(1)], [end.date() for end in moments(2)]

    def measure() -> None:
        for start, end in zip(starts, ends, strict=True):
            CALENDAR.elapsed(start, end)

    benchmark(measure)
    assert benchmark.stats is not None
    assert benchmark.stats["min"] <= BUDGET_SECONDS


def test_100_000_durations_with_a_pause(benchmark: BenchmarkFixture) -> None:
    cells = list(zip(moments(1), moments(2), moments(3), moments(4), strict=True))

    def measure() -> None:
        for start, end, paused, resumed in cells:
            CALENDAR.elapsed_excluding(start, end, [(paused, resumed)])

    benchmark(measure)


def test_100_000_limits(benchmark: BenchmarkFixture) -> None:
    starts, limit = moments(1), CALENDAR.business_days(2)

    def measure() -> None:
        for start in starts:
            CALENDAR.add(start, limit)

    benchmark(measure)
