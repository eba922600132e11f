import json
from collections import Counter
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from refundsheet.core.desk import Desk
from refundsheet.core.model import Snapshot
from refundsheet.core.parse import parse
from refundsheet.core.rules.registry import check
from refundsheet.core.serials import to_serial
from refundsheet.demo.generate import HEADERS, WEEKS, GeneratedCase, generate
from refundsheet.demo.vocabulary import SPIKE

ZONE = ZoneInfo("Europe/Berlin")
MONDAY_MORNING = datetime(2026, 11, 23, 9, 30, tzinfo=ZONE)

whenever = pytest.mark.parametrize(
    "now",
    [
        pytest.param(MONDAY_MORNING, id="the week has hardly begun"),
        pytest.param(datetime(2026, 3, 29, 3, 30, tzinfo=ZONE), id="the hour after the clocks skip"),
        pytest.param(datetime(2027, 1, 1, 0, 5, tzinfo=ZONE), id="a new year, week 53 of the old one"),
    ],
)  # fmt: skip


def monday(moment: datetime) -> date:
    return moment.date() - timedelta(days=moment.weekday())


def received(log: tuple[GeneratedCase, ...]) -> list[datetime]:
    return [case.received for case in log if isinstance(case.received, datetime)]


def test_the_same_seed_and_time_give_the_same_log() -> None:
    assert generate(3, MONDAY_MORNING) == generate(3, MONDAY_MORNING)
    assert generate(3, MONDAY_MORNING) != generate(4, MONDAY_MORNING)


@whenever
def test_about_300_cases_fill_every_one_of_26_weeks(now: datetime) -> None:
    log = generate(1, now)
    assert 270 <= len(log) <= 340
    weeks = {monday(moment) for moment in received(log)}
    complete = {monday(now) - timedelta(weeks=back) for back in range(1, WEEKS + 1)}
    assert complete <= weeks


@whenever
def test_nothing_in_the_log_lies_ahead(now: datetime) -> None:
    cells = chain.from_iterable(case.cells() for case in generate(1, now))
    assert all(cell < now for cell in cells if isinstance(cell, datetime))


@whenever
def test_one_product_comes_back_far_more_often_in_the_last_complete_week(now: datetime) -> None:
    kettles = [case for case in generate(1, now) if case.product == SPIKE.name]
    a_week = Counter(
        monday(case.received) for case in kettles if isinstance(case.received, datetime)
    )
    spike = a_week.pop(monday(now) - timedelta(weeks=1))
    assert spike >= 3 * max(a_week.values())


def broken_rules(log: tuple[GeneratedCase, ...], now: datetime) -> set[str]:
    def cell(entry: Any) -> Any:
        return to_serial(entry, ZONE) if isinstance(entry, datetime) else entry or ""

    grid = [list(HEADERS), *([cell(entry) for entry in case.cells()] for case in log)]
    body = json.dumps({"valueRanges": [{"values": grid}]}).encode()
    parsed = parse(Snapshot(
        spreadsheet_id="1", sheet_id=0, title="Refund Log", zone=ZONE.key, locale="en_GB",
        read_at=now, values=body,
    ))  # fmt: skip
    fields = frozenset(parsed.layout.columns)
    found = chain.from_iterable(
        chain(row.violations, check(row.case, Desk(), fields)) for row in parsed.rows
    )
    return {violation.rule for violation in found}


@whenever
def test_the_usual_slips_are_in_the_log(now: datetime) -> None:
    assert broken_rules(generate(1, now), now) >= {
        "date_ambiguous",
        "amount_unreadable",
        "unknown_status",
        "status_near_miss",
        "resolved_before_received",
        "other_needs_note",
    }


@whenever
def test_one_row_was_copied_and_kept_its_id_and_one_has_no_date(now: datetime) -> None:
    log = generate(1, now)
    ids = Counter(case.case_id for case in log)
    assert [count for count in ids.values() if count > 1] == [2]
    assert sum(case.received is None for case in log) == 1
