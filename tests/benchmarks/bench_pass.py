"""What a whole pass costs our own process: 10,000 rows, of which people have changed 100.

Run with `uv run pytest tests/benchmarks/bench_pass.py --benchmark-only --no-cov -n 0`. The spreadsheet is served by
a process of its own, so that only refundsheet's part is counted, every request and every entry in the ledger with it.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from time import process_time
from typing import Any, NamedTuple, cast

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from refundsheet.core.columns import BY_FIELD
from refundsheet.core.model import Cell
from refundsheet.core.report import PassReport
from refundsheet.core.serials import to_serial
from refundsheet.ledger.ledger import Ledger
from refundsheet.localsheets.server import LocalServer
from tests.acceptance.installed import serving
from tests.benchmarks.bench_plan import FIELDS, NOW, ZONE, a_case
from tests.shops import Shop
from tests.teams import HttpTeam

ROWS = 10_000
CHANGED = 100
ROUNDS = 5
SECONDS = 0.5

_STATUSES = ("Under Review", "Approved")
_THEIRS = FIELDS[:11]
_STATUS = FIELDS.index("status")


class _Elsewhere(NamedTuple):
    """A server in another process."""

    base_url: str


def a_long_log() -> list[list[Cell]]:
    """Cases of a year, most of them closed, whose last actions refundsheet is to date."""
    random = Random(7)
    cases = (replace(a_case(random, n), last_action_at=None) for n in range(1, ROWS + 1))
    rows = [[_held(getattr(case, name)) for name in _THEIRS] for case in cases]
    return [[BY_FIELD[name].header for name in _THEIRS], *rows]


def _held(value: Any) -> Cell:
    return to_serial(value, ZONE) if isinstance(value, datetime) else value


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A long log that has been learnt, on a server elsewhere, with a ledger on the disk."""
    with (
        serving(tmp_path / "sheets.db") as (base_url, _),
        Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite'}") as ledger,
    ):
        server = cast("LocalServer", _Elsewhere(base_url))
        team = HttpTeam(server, a_long_log(), row_count=ROWS + 100)
        made = Shop(team, ledger, NOW.astimezone(UTC))
        made.sync()
        made.sync()
        yield made
        team.close()


def people_change_some(shop: Shop, status: str) -> None:
    cells = [{"values": [{"userEnteredValue": {"stringValue": status}}]}]
    wanted: list[Any] = [
        {
            "updateCells": {
                "start": {"sheetId": 77, "rowIndex": row, "columnIndex": _STATUS},
                "rows": cells,
                "fields": "userEnteredValue",
            }
        }
        for row in range(1, ROWS, ROWS // CHANGED)
    ]
    shop.team.change(*wanted)  # type: ignore[attr-defined]


@pytest.mark.timeout(300)
def test_a_busy_pass_takes_half_a_second_of_our_own(
    benchmark: BenchmarkFixture, shop: Shop
) -> None:
    rounds, spent = count(), list[float]()

    def people_act() -> None:
        people_change_some(shop, _STATUSES[next(rounds) % 2])

    def busy_pass() -> PassReport:
        begun = process_time()
        report = shop.sync(after=timedelta(seconds=20))
        spent.append(process_time() - begun)
        return report

    report = benchmark.pedantic(busy_pass, setup=people_act, rounds=ROUNDS)
    assert len(report.done) >= CHANGED
    benchmark.extra_info["seconds of our own"] = [round(one, 3) for one in spent]
    assert min(spent) <= SECONDS
