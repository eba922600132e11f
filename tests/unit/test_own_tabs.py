"""A tab of people's that happens to have the name of one of ours is never written over."""

from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from refundsheet.cli import app
from refundsheet.errors import NotOursError
from refundsheet.ledger.ledger import Ledger
from refundsheet.localsheets.server import LocalServer
from refundsheet.sheets.layout import MARK_KEY
from tests.shops import Shop
from tests.teams import HIDDEN, HttpTeam

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


@pytest.mark.parametrize("title", ["Summary", "Needs attention", "History"])
def test_a_tab_of_theirs_that_takes_the_name_of_one_of_ours_later_stays_as_it_is_too(
    local_server: LocalServer, title: str
) -> None:
    team = HttpTeam(local_server, LOG)
    with Ledger.open("sqlite://") as ledger:
        shop = Shop(team, ledger)
        shop.sync()
        team.remove_tab(title)
        team.change(*_a_tab(title))
        shop.type("R-1", "Status", "Refunded")
        with suppress(NotOursError):  # this process had known ours
            shop.sync()
        other = Shop(team, ledger, shop.now)
        other.sync()

        assert team.page(title) == THEIRS
        where = "Needs attention" if title == "Summary" else "Summary"
        assert f'The tab "{title}" is your own' in str(team.page(where))
        team.change({"updateSheetProperties": {
            "properties": {"sheetId": 5, "title": "Plan"}, "fields": "title",
        }})  # fmt: skip
        other.sync()
        assert len(team.page(title)) > 2
    team.close()


def test_a_visible_tab_of_theirs_never_becomes_the_hidden_one(local_server: LocalServer) -> None:
    team = HttpTeam(local_server, LOG)
    team.change(*_a_tab(HIDDEN))
    with Ledger.open("sqlite://") as ledger, pytest.raises(NotOursError):
        Shop(team, ledger).sync()
    assert (team.page(HIDDEN), team.rows()) == (THEIRS, LOG)
    team.close()


def test_a_tab_of_ours_that_has_lost_its_mark_is_marked_anew(local_server: LocalServer) -> None:
    team = HttpTeam(local_server, LOG)
    with Ledger.open("sqlite://") as ledger:
        Shop(team, ledger).sync()
        lookup = {"developerMetadataLookup": {"metadataKey": MARK_KEY}}
        team.change({"deleteDeveloperMetadata": {"dataFilter": lookup}})
        shop = Shop(team, ledger)
        shop.add(Case_ID="R-2", Order_ID="1002", Status="New")
        shop.sync(after=timedelta(hours=2))
        assert Shop(team, ledger).store.book.tab("Summary").marked  # type: ignore[union-attr]
    team.close()


def _a_tab(title: str) -> list[dict[str, Any]]:
    rows = [{"values": [{"userEnteredValue": {"stringValue": text}}]} for text in THEIRS.values()]
    start = {"sheetId": 5, "rowIndex": 0, "columnIndex": 0}
    return [
        {"addSheet": {"properties": {"title": title, "sheetId": 5}}},
        {"updateCells": {"start": start, "rows": rows, "fields": "userEnteredValue"}},
    ]
