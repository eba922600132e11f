"""``refundsheet history``: what changed in the log, by whom and why."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from refundsheet.cli import app
from refundsheet.localsheets.server import LocalServer
from tests.teams import HttpTeam

LOG = [
    ["Case ID", "Order ID", "Status", "Received", "Resolution Date"],
    ["R-1", "1001", "New", 46315.5, ""],
    ["R-2", "1002", "Approved", 46315.5, ""],
]


@pytest.fixture
def team(
    local_server: LocalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[HttpTeam]:
    """A log that was learnt at ten, and in which R-1 was refunded before noon."""
    made = HttpTeam(local_server, LOG)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REFUNDSHEET_SPREADSHEET", made.spreadsheet_id)
    monkeypatch.setenv("REFUNDSHEET_GOOGLE__BASE_URL", local_server.base_url)
    monkeypatch.setenv("REFUNDSHEET_LEDGER__URL", f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    run("sync", "--now=2026-11-02T10:00")
    made.put(2, 2, "Refunded")
    run("sync", "--now=2026-11-02T12:00")
    yield made
    made.close()


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    return result


def test_a_stamp_is_explained(team: HttpTeam) -> None:
    lines = run("history", "--case", "r-1", "--run", "2").stdout.splitlines()

    assert lines[:4] == [
        "≈2026-11-02 11:00:00  run 2  R-1, Status: New → Refunded",
        "      by the team",
        " 2026-11-02 12:00:00  run 2  R-1, Resolution Date: (blank) → 2026-11-02 12:00:00",
        "      by refundsheet, because status became Refunded",
    ]


def test_each_run_tells_its_own(team: HttpTeam) -> None:
    first, second = run("history", "--run", "1").stdout, run("history", "--run", "2").stdout

    assert "Resolution Date" in second
    assert "Resolution Date" not in first
    assert run("history").stdout == first + second


def test_the_same_as_json(team: HttpTeam) -> None:
    found = json.loads(run("history", "--case", "R-1", "--run", "2", "--json").stdout)

    assert found[0] == {
        "at": "2026-11-02T11:00:00+01:00",
        "not_before": "2026-11-02T10:00:00+01:00",
        "not_after": "2026-11-02T12:00:00+01:00",
        "case": "R-1",
        "field": "status",
        "from": "New",
        "to": "Refunded",
        "by": "team",
        "why": "",
        "run": 2,
    }


def test_of_a_case_nobody_knows_nothing_is_told(team: HttpTeam) -> None:
    assert run("history", "--case", "R-9").stdout == "The ledger knows of no such change.\n"
    assert json.loads(run("history", "--case", "R-9", "--json").stdout) == []
