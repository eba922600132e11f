"""What reading a log of 100,000 rows and 12 columns costs, as a multiple of a plain `json.loads` of it.

Run with `uv run pytest tests/benchmarks/bench_parse.py --benchmark-only`. One row in a hundred is odd:
a text date, a placeholder, an ID that is a number. Plain decoding is measured beside each figure,
for machines differ, and the processor's time is taken, for they are busy at times.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from time import process_time
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from refundsheet.core.columns import header_names
from refundsheet.core.decode import decode_rows, read_head
from refundsheet.core.model import Snapshot
from refundsheet.core.parse import collector_resting, parse

pytestmark = pytest.mark.benchmark(timer=process_time)

ROWS = 100_000
CHANGED = 100
ROUNDS = 5
PEAK_MEGABYTES = 300
HEADERS = [
    "Case ID", "Customer Name", "Order ID", "Product", "Amount", "Date Request Received", "Reason",
    "Status", "Assigned To", "Notes", "Date of Last Action", "Resolution Date",
]  # fmt: skip
ODD_DATES = ("03/04/2026", "-", "16-Feb-17", 99999, "soon")


def a_row(random: Random, number: int) -> list[Any]:
    received = 45000 + random.random() * 900
    row = [
        f"R-2026-{number:05d}",
        f"Customer {random.randrange(50_000)}",
        f"#{random.randrange(1_000_000)}",
        f"Widget {random.randrange(300)}",
        round(1 + random.random() * 200, 2),
        round(received, 6),
        random.choice(("Damaged or defective", "Wrong item", "Late or never arrived")),
        random.choice(("New", "Under Review", "Refunded")),
        random.choice(("Ana", "Bo", "Cy")),
        f"Asked for a photo of parcel {number}; it came.",
        round(received + 2, 6),
        int(received) + 5,
    ]
    if number % 100 == 0:
        row[5] = random.choice(ODD_DATES)
    # Most cases are open: the API leaves the blank end of a row out.
    return row if number % 3 == 0 else row[:-1]


def a_snapshot(rows: list[list[Any]]) -> Snapshot:
    answer = {"range": "Log!A1:L100001", "majorDimension": "ROWS", "values": [HEADERS, *rows]}
    body = json.dumps({"spreadsheetId": "x", "valueRanges": [answer]}, separators=(",", ":"))
    return snapshot_of(body.encode())


def snapshot_of(values: bytes) -> Snapshot:
    return Snapshot(
        spreadsheet_id="x",
        sheet_id=0,
        title="Log",
        zone="Europe/Berlin",
        locale="en_GB",
        read_at=datetime(2026, 11, 20, tzinfo=UTC),
        values=values,
    )


@pytest.fixture(scope="module")
def reads() -> dict[str, Snapshot]:
    """The log, and as it was read next: some cells changed, a row inserted at the top, sorted."""
    random = Random(1)
    rows = [a_row(random, number) for number in range(ROWS)]
    changed = [[*row] for row in rows]
    for number in random.sample(range(ROWS), CHANGED):
        changed[number][7] = "Approved"
    return {
        "log": a_snapshot(rows),
        "changed": a_snapshot(changed),
        "inserted": a_snapshot([rows[-1], *rows[:-1]]),
        "sorted": a_snapshot(sorted(rows, key=lambda row: row[3])),
    }


@pytest.fixture
def ratio(
    benchmark: BenchmarkFixture, reads: dict[str, Snapshot], capsys: pytest.CaptureFixture[str]
) -> Callable[[str, float, Callable[[], object]], None]:
    """Measure something beside a plain decoding, and hold it to a multiple of that."""

    def measure(what: str, limit: float, work: Callable[[], object]) -> None:
        plain = min(seconds_to_decode(reads["log"].values) for _ in range(ROUNDS))
        benchmark.pedantic(work, rounds=ROUNDS, warmup_rounds=1)
        assert benchmark.stats is not None
        found = benchmark.stats["min"] / plain
        benchmark.extra_info["times json.loads"] = round(found, 2)
        with capsys.disabled():
            print(f"\n  {what:<40} {found:5.2f} x json.loads ({plain:.3f} s), limit {limit}")  # noqa: T201
        assert found <= limit

    return measure


def seconds_to_decode(values: bytes) -> float:
    start = process_time()
    json.loads(values)
    return process_time() - start


Ratio = Callable[[str, float, Callable[[], object]], None]


def test_typed_rows(ratio: Ratio, reads: dict[str, Snapshot]) -> None:
    values = reads["log"].values
    layout, width = read_head(values, header_names())

    def work() -> None:
        with collector_resting():
            decode_rows(values, layout, width)

    ratio("typed rows", 2, work)


def test_all_cases_and_violations_from_cold(ratio: Ratio, reads: dict[str, Snapshot]) -> None:
    ratio("all cases and violations from cold", 8, lambda: parse(reads["log"]))


@pytest.mark.parametrize(
    ("then", "limit"), [("log", 0.5), ("changed", 2), ("inserted", 4), ("sorted", 8)]
)
def test_reading_again(ratio: Ratio, reads: dict[str, Snapshot], then: str, limit: float) -> None:
    before = parse(reads["log"])
    ratio(f"again: {then}", limit, lambda: parse(reads[then], previous=before))


def test_peak_of_memory(
    benchmark: BenchmarkFixture,
    reads: dict[str, Snapshot],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    files = [tmp_path / "first.json", tmp_path / "second.json"]
    for file, name in zip(files, ("log", "changed"), strict=True):
        file.write_bytes(reads[name].values)

    def work() -> float:
        command = [sys.executable, __file__, *map(str, files)]
        return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)  # noqa: S603

    peak = benchmark.pedantic(work, rounds=1)
    said = f"peak of a process that reads it again and again: {peak:.0f} MB"
    with capsys.disabled():
        print(f"\n  {said}, limit {PEAK_MEGABYTES}")  # noqa: T201
    assert peak <= PEAK_MEGABYTES


def main(files: list[str]) -> None:
    """Read the files one after the other as a daemon does, and print the peak of memory in MB."""
    log = None
    for file in [*files, *files]:
        log = parse(snapshot_of(Path(file).read_bytes()), previous=log)
    # Not getrusage: it starts from the peak of the process that started this one.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    print(int(status.partition("VmHWM:")[2].split()[0]) / 1024)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
