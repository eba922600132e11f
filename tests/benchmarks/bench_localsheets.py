"""How long the local server takes for a log of 126,505 rows, in units of Python's own json.dumps.

`uv run pytest tests/benchmarks/bench_localsheets.py -n0 --no-cov --benchmark-only -s`
"""

import json
import subprocess
import sys
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
_MOST_MEGABYTES_EMPTY = 60
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
        token = {"Authorization": "Bearer reader"}
        return requests.get(address, params=query, headers=token, timeout=60)

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


@pytest.mark.timeout(300)
def test_a_long_log_fits_in_memory(benchmark: Any, shared: Path) -> None:
    """In a process of its own: a server that loads the log and reads it once, pretty-printed."""
    if not Path("/proc/self/status").exists():
        pytest.skip("needs procfs: the memory of a process is read from it")
    script = (
        "import pathlib, re, sys\n"
        "from refundsheet.localsheets import render, values\n"
        "from refundsheet.localsheets.server import LocalServer\n"
        "status = pathlib.Path('/proc/self/status')\n"
        "def peak(): return int(re.search(r'VmHWM:\\s*(\\d+)', status.read_text())[1]) // 1024\n"
        "server = LocalServer()\n"
        "empty = peak()\n"
        "book = server._library.book(server.load_csv(pathlib.Path(sys.argv[1])), '')\n"
        "render.dumps(values.get(book, 'cases', values.Rendering()), pretty=True)\n"
        "print(empty, peak())"
    )
    command = [sys.executable, "-c", script, str(shared / _LOG)]
    run = benchmark.pedantic(
        lambda: subprocess.run(command, capture_output=True, text=True, check=True),  # noqa: S603
        rounds=1,
    )
    empty, full = map(int, run.stdout.split())
    print(f"\nmemory: {empty} MB empty, {full} MB with the log read")  # noqa: T201 (see above)
    assert empty <= _MOST_MEGABYTES_EMPTY
    assert full <= _MOST_MEGABYTES
