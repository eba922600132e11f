"""A tab of people's that happens to have the name of one of ours is never written over."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from refundsheet.cli import app
from refundsheet.localsheets.server import LocalServer
from tests.teams import HttpTeam

LOG = [["Case ID", "Order ID", "Status"], ["R-1", "1001", "New"]]
THEIRS = {(0, 0): "our own plan", (1, 0): "of the week"}


@pytest.mark.parametrize("title", ["Summary", "Needs attention", "History"])
def test_a_tab_of_theirs_with_the_name_of_ours_stays_as_it_is(
    local_server: LocalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, title: str
) -> None:
    team = HttpTeam(local_server, LOG)
    team.change(*_a_tab(title))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REFUNDSHEET_SPREADSHEET", team.spreadsheet_id)
    monkeypatch.setenv("REFUNDSHEET_GOOGLE__BASE_URL", local_server.base_url)
    monkeypatch.setenv("REFUNDSHEET_LEDGER__URL", f"sqlite:///{tmp_path / 'ledger.sqlite'}")

    result = CliRunner().invoke(app, ["sync"])

    assert (result.exit_code, team.page(title), team.rows()) == (3, THEIRS, LOG)
    assert f'The tab "{title}" is your own' in result.stderr
    monkeypatch.setenv(f"REFUNDSHEET_TABS__{title.upper().replace(' ', '_')}", "Ours")
    assert CliRunner().invoke(app, ["sync"]).exit_code == 0
    assert team.page(title) == THEIRS
    team.close()


def _a_tab(title: str) -> list[dict[str, Any]]:
    rows = [{"values": [{"userEnteredValue": {"stringValue": text}}]} for text in THEIRS.values()]
    start = {"sheetId": 5, "rowIndex": 0, "columnIndex": 0}
    return [
        {"addSheet": {"properties": {"title": title, "sheetId": 5}}},
        {"updateCells": {"start": start, "rows": rows, "fields": "userEnteredValue"}},
    ]
