"""What all figures of 126,505 cases cost: at first, after a change, and in a pass in which nothing changed.

Run with `uv run pytest tests/benchmarks/bench_figures.py --benchmark-only -n0`. The log is the largest
of the real ones, as it stood in the end; the processor's time is taken, for machines are busy at times.
"""

import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from refundsheet.core.calendar import BusinessCalendar
from refundsheet.core.desk import Desk
from refundsheet.core.memory import Remembered, Seen, Visit
from refundsheet.core.pages import difference
from refundsheet.core.parse import ParsedLog
from refundsheet.core.statistics.basis import Basis
from refundsheet.core.statistics.facts import Facts, known_by_its_row
from refundsheet.core.statistics.registry import compute
from refundsheet.core.summary import summarise
from refundsheet.core.summary_page import summary_frame, to_cells
from tests.real_logs import Source

pytestmark = [pytest.mark.benchmark(timer=process_time), pytest.mark.timeout(300)]

SECONDS = 2.5
SECONDS_WATCHED = 3 * SECONDS
SECONDS_UNCHANGED = 0.001
MEGABYTES = 120
ROUNDS = 3
HOUR = timedelta(hours=1)
CASES = 126_505

FINES = Source("road_fines_2000_2009", "Europe/Rome", ("2013-07-01 09:00:00",), "%Y-%m-%d")
NOW = datetime(2013, 7, 1, 9, tzinfo=ZoneInfo(FINES.zone))
DESK = Desk()


@pytest.fixture(scope="module")
def log(shared: Path) -> ParsedLog:
    return FINES.parsed(FINES.read(shared, FINES.times[0]), NOW)


@pytest.fixture(scope="module")
def make_facts(log: ParsedLog) -> Callable[[], Facts]:
    """Facts as a pass has them: the cases stand, what is derived from them does not yet."""
    calendar = BusinessCalendar(NOW.tzinfo, DESK.hours)  # pyright: ignore[reportArgumentType]
    known = [known_by_its_row(row.case, NOW) for row in log.rows]
    assert len(known) == CASES
    fields = frozenset(log.layout.columns)
    return lambda: Facts(
        cases=known, flags={}, desk=DESK, calendar=calendar, now=NOW, fields=fields
    )


def test_all_figures(benchmark: BenchmarkFixture, make_facts: Callable[[], Facts]) -> None:
    benchmark.pedantic(lambda: compute(make_facts()), rounds=ROUNDS)
    assert benchmark.stats is not None
    assert benchmark.stats["min"] <= SECONDS


def test_all_figures_of_a_log_that_was_watched(
    benchmark: BenchmarkFixture, make_facts: Callable[[], Facts]
) -> None:
    """Every case was seen to go through three statuses: each of these steps counts in most figures."""

    def watched() -> tuple[tuple[Facts], dict[str, object]]:
        facts = make_facts()
        return (replace(facts, cases=[as_watched(known) for known in facts.cases]),), {}

    benchmark.pedantic(compute, setup=watched, rounds=1)
    assert benchmark.stats is not None
    assert benchmark.stats["min"] <= SECONDS_WATCHED


def as_watched(known: Remembered) -> Remembered:
    """The case as if it had been seen from the beginning, acted on after an hour and after a day."""
    received = known.case.requested_at
    at = datetime.combine(received, time(10), NOW.tzinfo) if received else NOW
    steps = (("New", at), ("Under Review", at + HOUR), (known.case.status, at + 24 * HOUR))
    visits = tuple(Visit(status=label, not_before=t, not_after=t) for label, t in steps)
    return replace(
        known,
        adopted=False,
        first_seen=at,
        visits=visits,
        first_action=Seen(not_before=at, not_after=at + HOUR),
    )


def test_memory_above_the_cases(
    benchmark: BenchmarkFixture, make_facts: Callable[[], Facts]
) -> None:
    def peak() -> float:
        tracemalloc.start()
        try:
            compute(make_facts())
            return tracemalloc.get_traced_memory()[1] / 1e6
        finally:
            tracemalloc.stop()

    megabytes = benchmark.pedantic(peak, rounds=1)
    benchmark.extra_info["megabytes"] = round(megabytes, 1)
    assert megabytes <= MEGABYTES


@pytest.mark.parametrize("rows", ["the same", "the same ones read anew"])
def test_a_pass_in_which_nothing_changed(
    benchmark: BenchmarkFixture, log: ParsedLog, rows: str
) -> None:
    earlier = Basis(
        rows=log.rows,
        layout=log.layout,
        tab="Log",
        desk=DESK,
        hour=NOW,
        notes=(),
        has_news=True,
    )
    again = log.rows if rows == "the same" else log.rows[:1] + log.rows[1:]
    basis = replace(earlier, rows=again, has_news=False)
    assert benchmark.pedantic(basis.still_holds, args=(earlier,), rounds=20)
    assert benchmark.stats is not None
    limit = SECONDS_UNCHANGED * (1 if rows == "the same" else 10)
    assert benchmark.stats["min"] <= limit


def test_showing_figures_that_did_not_change(
    benchmark: BenchmarkFixture, make_facts: Callable[[], Facts]
) -> None:
    cells = to_cells(summarise(make_facts(), ()), ZoneInfo(FINES.zone), weeks=26)
    page = replace(summary_frame("Summary", weeks=26), cells=cells)
    edit = benchmark.pedantic(difference, args=(cells, page), rounds=20)
    assert not edit.cells
    assert benchmark.stats is not None
    assert benchmark.stats["min"] <= SECONDS_UNCHANGED
