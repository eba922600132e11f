"""Real logs, loaded as they are: nothing crashes, nothing is written twice, nothing unread is silent."""

import csv
import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from refundsheet.cli import app
from refundsheet.core.columns import BY_FIELD, Kind, header_names
from refundsheet.core.parse import ParsedLog, parse
from refundsheet.daemon import wall_clock
from refundsheet.localsheets.server import LocalServer
from refundsheet.sheets.google import open_store

_LARGE = pytest.mark.skipif(
    os.environ.get("HYPOTHESIS_PROFILE") != "ci",
    reason="a log of thousands of rows: set HYPOTHESIS_PROFILE=ci",
)

pytestmark = pytest.mark.timeout(600)


def large(name: str) -> Any:
    return pytest.param(name, marks=_LARGE)


@pytest.fixture(
    scope="module",
    params=[
        "messy_mixed/cases.csv",
        "servicenow_sample/cases.csv",
        "nyc311_2022_05_01/cases.csv",
        large("tsa2017_messy/cases.csv.gz"),
        large("online_retail_returns_2010w48_2011w22/cases.csv.gz"),
        large("bpi2020_declarations/cases.csv.gz"),
        large("road_fines_2000_2009/cases.csv.gz"),
    ],
    ids=lambda name: name.partition("/")[0],
)
def log_file(request: pytest.FixtureRequest, shared: Path) -> Path:
    return shared / "data" / request.param


@pytest.fixture(scope="module")
def loaded(log_file: Path) -> Iterator[tuple[LocalServer, str]]:
    """The log on a local server of its own, and its spreadsheet's id."""
    with LocalServer() as server:
        yield server, server.load_csv(log_file)


@pytest.fixture
def settings(
    loaded: tuple[LocalServer, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, spreadsheet_id = loaded
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REFUNDSHEET_SPREADSHEET", spreadsheet_id)
    monkeypatch.setenv("REFUNDSHEET_GOOGLE__BASE_URL", server.base_url)
    monkeypatch.setenv("REFUNDSHEET_LEDGER__URL", f"sqlite:///{tmp_path / 'ledger.sqlite'}")


def run(*arguments: str, expected: int = 0) -> str:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == expected, result.output
    return result.stdout


def lines_of(path: Path) -> list[list[str]]:
    """The file as Python's own reader takes it apart."""
    if path.suffix == ".gz":
        with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as packed:
            return list(csv.reader(packed))
    with path.open(encoding="utf-8-sig", newline="") as plain:
        return list(csv.reader(plain))


def parsed(loaded: tuple[LocalServer, str]) -> ParsedLog:
    server, spreadsheet_id = loaded
    store = open_store(spreadsheet_id, hidden_tab="refundsheet", base_url=server.base_url)
    try:
        return parse(store.read(wall_clock()), names=header_names())
    finally:
        store.client.session.close()


def unread_cells(lines: list[list[str]], log: ParsedLog) -> set[tuple[int, str]]:
    """Row number and header of each date or amount that people wrote and no case holds."""
    rows = {row.number: row for row in log.rows}
    fields = {
        field: index
        for field, index in log.layout.columns.items()
        if BY_FIELD[field].kind in {Kind.MOMENT, Kind.AMOUNT}
        and index < len(lines[0])  # our own columns may be there already
    }
    return {
        (number, lines[0][index])
        for number, line in enumerate(lines[1:], 2)
        for field, index in fields.items()
        if line[index].strip() and getattr(rows[number].case, field) is None
    }


@pytest.mark.usefixtures("settings")
def test_every_cell_that_could_not_be_read_is_named(
    log_file: Path, loaded: tuple[LocalServer, str]
) -> None:
    checked = CliRunner().invoke(app, ["check", "--json"])

    assert checked.exit_code in {0, 1}
    report = json.loads(checked.stdout)
    lines = lines_of(log_file)
    log = parsed(loaded)
    assert report["rows"] == len(log.rows) == len(lines) - 1
    named = {(one["row"], one["header"]) for one in report["violations"]}
    assert unread_cells(lines, log) <= named


@pytest.mark.usefixtures("settings")
def test_a_log_is_adopted_completed_and_then_left_alone(
    log_file: Path, loaded: tuple[LocalServer, str]
) -> None:
    planned = run("sync", "--dry-run")
    filled = json.loads(run("sync", "--backfill", "--json"))
    again = json.loads(run("sync", "--backfill", "--json"))
    idle = json.loads(run("sync", "--json"))

    assert "Would write " in planned
    assert set(filled["receipts"]) <= {"done"}
    assert set(again["receipts"]) <= {"done"}
    assert (idle["planned"], idle["receipts"], idle["observed"]) == (0, {}, 0)
    assert_peoples_cells_stand(lines_of(log_file), loaded)


def assert_peoples_cells_stand(lines: list[list[str]], loaded: tuple[LocalServer, str]) -> None:
    """Whatever people had written is still there: only blanks were filled."""
    now, before = parsed(loaded), lines
    assert [str(header) for header in now.grid[0][: len(before[0])]] == before[0]
    for number, line in enumerate(before[1:], 2):
        cells = now.cells_at(number)
        for index, text in enumerate(line):
            if text.strip():
                assert index < len(cells)
                assert cells[index] not in {None, ""}
