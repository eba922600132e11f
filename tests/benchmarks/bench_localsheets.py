"""How long the local server takes for a log of 126,505 rows, in units of Python's own json.dumps.

`uv run pytest tests/benchmarks/bench_localsheets.py -n0 --no-cov --benchmark-only -s`
"""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from refundsheet.localsheets.server import LocalServer

_LOG = Path("data/road_fines_2000_2009/cases.csv.gz")
_MOST_LOADING_SECONDS = 30
_MOST_MEGABYTES = 600
_ROUNDS = 5


@pytest.fixture(scope="module")
def log(shared: Path) -> Iterator[tuple[LocalServer, str]]:
    with LocalServer() as server:
        started = time.perf_counter()
        spreadsheet_id = server.load_csv(shared / _LOG)
        seconds = time.perf_counter() - started
        print(f"\nloading: {seconds:.1f} s")  # noqa: T201 (what a benchmark is run for)
        assert seconds <= _MOST_LOADING_SECONDS
        yield server, spreadsheet_id


@pytest.mark.timeout(300)
@pytest.mark.parametrize("render", ["UNFORMATTED_VALUE", "FORMATTED_VALUE"])
@pytest.mark.parametrize(("pretty", "most"), [("false", 4), ("true", 8)])
def test_a_long_log_is_read_nearly_as_fast_as_its_json_can_be_written(
    benchmark: Any, log: tuple[LocalServer, str], render: str, pretty: str, most: float
) -> None:
    server, spreadsheet_id = log
    address = f"{server.base_url}/v4/spreadsheets/{spreadsheet_id}/values:batchGet"
    query = {"ranges": "cases", "valueRenderOption": render, "prettyPrint": pretty}

    def read() -> requests.Response:
        return requests.get(address, params=query, timeout=60)

    answer = benchmark.pedantic(read, rounds=_ROUNDS)
    values = answer.json()["valueRanges"][0]["values"]
    allowed = _fastest(lambda: json.dumps(values))
    ratio = benchmark.stats.stats.min / allowed
    print(f"\n{render}, pretty {pretty}: {ratio:.1f} times json.dumps")  # noqa: T201 (see above)
    assert ratio <= most


def _fastest(action: Callable[[], object]) -> float:
    times: list[float] = []
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        action()
        times.append(time.perf_counter() - started)
    return min(times)


def test_a_long_log_fits_in_memory(log: tuple[LocalServer, str]) -> None:
    status = Path("/proc/self/status")
    if not status.exists():
        pytest.skip("needs procfs: the memory of a process is read from it")
    peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    assert int(peak.split()[1]) / 1024 <= _MOST_MEGABYTES
