"""What it costs to tell 100,000 cases, see what changed and decide what to write.

Run with `uv run pytest tests/benchmarks/bench_plan.py --benchmark-only --no-cov -n 0`. Cold: the first pass of a
process, its memory just recalled. Warm: the pass after it, which meets the same records again.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from refundsheet.core.calendar import BusinessCalendar
from refundsheet.core.desk import Desk
from refundsheet.core.identity import recognise
from refundsheet.core.judged import NOTHING_JUDGED
from refundsheet.core.memory import Memory, Remembered
from refundsheet.core.model import Layout, RefundCase, Row
from refundsheet.core.observe import Observed, observe
from refundsheet.core.parse import ParsedLog, collector_resting, parse
from refundsheet.core.planner import Context, Decisions, decide
from tests.benchmarks import bench_parse

ROWS = 100_000
CHANGED = 100
ROUNDS = 3
#: A whole pass over an unchanged log, a row.
MICROSECONDS_A_ROW = 40
#: The rows of the largest real log there is to try, and what a plan after some changes costs beside
#: reading what changed.
LARGEST_REAL_LOG = 126_505
TIMES_READING = 2

ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 20, 12, tzinfo=ZONE)
DESK = Desk()
FIELDS = (
    "case_id", "customer_name", "order_id", "product", "requested_at", "reason", "status", "owner",
    "notes", "last_action_at", "resolved_at", "follow_up", "follow_up_by", "row_check",
)  # fmt: skip
LAYOUT = Layout(1, FIELDS, {field: index for index, field in enumerate(FIELDS)})


def a_case(random: Random, number: int) -> RefundCase:
    received = NOW - timedelta(minutes=random.randrange(1_000_000))
    # Of a real log most cases are closed.
    status = random.choice(("New", "Under Review", *["Refunded"] * 6, "Rejected", "Pending"))
    closed = received + timedelta(days=2) if status in ("Refunded", "Rejected") else None
    return RefundCase(
        case_id=f"R-2026-{number:06d}",
        customer_name=f"Customer {random.randrange(50_000)}",
        order_id=f"#{random.randrange(1_000_000)}",
        product=f"Widget {random.randrange(300)}",
        requested_at=received,
        reason=random.choice(("Damaged or defective", "Wrong item", "Late or never arrived")),
        status=status,
        owner=random.choice(("Ana", "Bo", "Cy")),
        notes=f"Asked for a photo of parcel {number}; it came.",
        last_action_at=received + timedelta(days=1),
        resolved_at=closed,
    )


def a_row(number: int, case: RefundCase) -> Row:
    return Row(number, tuple(getattr(case, field, None) for field in FIELDS[:11]), case, ())


class Scene:
    """A log and what is remembered of it."""

    def __init__(self) -> None:
        random = Random(7)
        self.rows = [a_row(number, a_case(random, number)) for number in range(2, ROWS + 2)]
        self.calendar = BusinessCalendar(ZONE, DESK.hours)
        self.memory = Memory()
        self.memory = self.after(self.rows)

    def after(self, rows: list[Row]) -> Memory:
        """What is remembered once these rows were read."""
        recognised = recognise(rows, LAYOUT, self.memory)
        observed = observe(recognised, frozenset(FIELDS), self.memory, DESK, NOW)
        return Memory(
            baseline_at=NOW, last_read_at=NOW, fields=frozenset(FIELDS), cases=observed.cases
        )

    def decide(self, rows: list[Row], memory: Memory) -> Decisions:
        """Recognise, observe and decide."""
        with collector_resting():
            recognised = recognise(rows, LAYOUT, memory)
            observed = observe(recognised, frozenset(FIELDS), memory, DESK, NOW)
            context = Context(LAYOUT, memory, observed, DESK, self.calendar, NOW)
            return decide(recognised, context)

    def changed(self) -> list[Row]:
        """The rows with some statuses changed."""
        rows = list(self.rows)
        for index in range(0, ROWS, ROWS // CHANGED):
            row = rows[index]
            rows[index] = a_row(row.number, replace(row.case, status="Approved"))
        return rows

    def recalled(self) -> Memory:
        """The memory as a new process has it: equal, but no object of the read."""
        cases: dict[str, Remembered] = {
            key: replace(known, case=replace(known.case))
            for key, known in self.memory.cases.items()
        }
        return replace(self.memory, cases=cases)


@pytest.fixture(scope="module")
def scene() -> Scene:
    return Scene()


def warm_unchanged(scene: Scene) -> tuple[list[Row], Memory]:
    return scene.rows, scene.memory


def warm_changed(scene: Scene) -> tuple[list[Row], Memory]:
    return scene.changed(), scene.memory


def cold_unchanged(scene: Scene) -> tuple[list[Row], Memory]:
    return scene.rows, scene.recalled()


def cold_changed(scene: Scene) -> tuple[list[Row], Memory]:
    return scene.changed(), scene.recalled()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("given", [warm_unchanged, warm_changed, cold_unchanged, cold_changed])
def test_a_pass_is_decided_in_microseconds_a_row(
    benchmark: BenchmarkFixture,
    scene: Scene,
    given: Callable[[Scene], tuple[list[Row], Memory]],
) -> None:
    rows, memory = given(scene)
    spent: list[float] = []

    def decide_timed() -> Decisions:
        begun = process_time()  # other work of the machine does not count
        decisions = scene.decide(rows, memory)
        spent.append((process_time() - begun) / ROWS * 1e6)
        return decisions

    decisions = benchmark.pedantic(decide_timed, rounds=ROUNDS)
    assert decisions.flags
    benchmark.extra_info["microseconds a row"] = round(min(spent), 1)
    assert min(spent) < MICROSECONDS_A_ROW


@pytest.mark.timeout(300)
def test_a_plan_after_some_changes_costs_no_more_than_twice_reading_them(
    benchmark: BenchmarkFixture,
) -> None:
    random = Random(1)
    rows = [bench_parse.a_row(random, number) for number in range(LARGEST_REAL_LOG)]
    first = parse(bench_parse.a_snapshot(rows))
    for row in random.sample(rows, CHANGED):
        row[7] = "Approved"
    snapshot = bench_parse.a_snapshot(rows)
    changed = parse(snapshot, previous=first)
    memory, calendar, judged = Memory(), BusinessCalendar(ZONE, DESK.hours), NOTHING_JUDGED
    now = snapshot.read_at.astimezone(ZONE)

    def plan(log: ParsedLog) -> tuple[Observed, Decisions]:
        with collector_resting():
            fields = frozenset(log.layout.columns)
            recognised = recognise(log.rows, log.layout, memory)
            observed = observe(recognised, fields, memory, DESK, now)
            context = Context(log.layout, memory, observed, DESK, calendar, now)
            return observed, decide(recognised, context, judged)

    for _ in range(2):  # learnt, and settled
        observed, decisions = plan(first)
        fields, judged = frozenset(first.layout.columns), decisions.judged
        memory = Memory(baseline_at=now, last_read_at=now, fields=fields, cases=observed.cases)

    def seconds(work: Callable[[], object]) -> float:
        begun = process_time()
        work()
        return process_time() - begun

    ratios = [
        seconds(lambda: plan(changed)) / seconds(lambda: parse(snapshot, previous=first))
        for _ in range(ROUNDS)
    ]
    observed, decisions = benchmark.pedantic(plan, args=(changed,), rounds=ROUNDS)
    assert len(observed.observations) == CHANGED
    assert decisions.flags
    benchmark.extra_info["times reading"] = [round(ratio, 2) for ratio in ratios]
    assert min(ratios) <= TIMES_READING


@pytest.mark.timeout(300)
def test_ten_thousand_strangers_among_ten_thousand_missing_cases(
    benchmark: BenchmarkFixture, scene: Scene
) -> None:
    rows = [
        a_row(row.number, replace(row.case, case_id="", order_id=f"other {row.number}"))
        for row in scene.rows[:10_000]
    ]
    gone = dict(list(scene.memory.cases.items())[:10_000])
    memory = replace(scene.memory, cases=gone)
    recognised = benchmark.pedantic(recognise, args=(rows, LAYOUT, memory), rounds=ROUNDS)
    assert len(recognised.rows) == 10_000
