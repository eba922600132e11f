"""A run is taken back: what still stands as it wrote it, and nothing that people did since."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from refundsheet.cli import app
from refundsheet.core.model import Cell, Outcome
from refundsheet.core.report import PassReport
from refundsheet.core.undo import Undoing
from refundsheet.errors import UsageError
from refundsheet.ledger.ledger import Ledger
from refundsheet.ledger.records import IntentState
from refundsheet.localsheets.server import LocalServer
from tests.shops import Shop, a_log, done, serial
from tests.teams import HttpTeam, MemoryTeam, Team


@pytest.fixture(params=["memory", "http"])
def shop(
    request: pytest.FixtureRequest, local_server: LocalServer, tmp_path: Path
) -> Iterator[Shop]:
    rows: Sequence[Sequence[Cell]] = a_log()
    http = HttpTeam(local_server, rows) if request.param == "http" else None
    team: Team = http or MemoryTeam(rows)
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite'}") as ledger:
        made = Shop(team, ledger)
        made.sync()
        yield made
    if http:
        http.close()


def undo(shop: Shop, run: int, *, dry_run: bool = False) -> tuple[PassReport, Undoing]:
    return shop.reconciler.undo(shop.now, run, dry_run=dry_run)


def refunded(shop: Shop) -> PassReport:
    shop.type("R-1", "Status", "Refunded")
    return shop.sync()


def test_stamps_are_taken_back_and_not_made_again(shop: Shop) -> None:
    run = refunded(shop).run

    report, undoing = undo(shop, run)

    assert done(report) == {("R-1", "last_action_at"), ("R-1", "resolved_at")}
    assert undoing.left == ()
    assert (shop.cell("R-1", "Last Action"), shop.cell("R-1", "Resolution Date")) == ("", "")
    after = [shop.sync() for _ in range(3)]
    assert [(r.observed, done(r) & done(report)) for r in after] == [(0, set())] * 3
    assert (shop.cell("R-1", "Last Action"), shop.cell("R-1", "Resolution Date")) == ("", "")


def test_an_undo_is_a_run_with_a_history_of_its_own(shop: Shop) -> None:
    run = refunded(shop).run

    report, _ = undo(shop, run)

    assert report.run > run
    entries = shop.ledger.history(shop.sheet, run=report.run)
    assert {(e.label, e.field, e.after, e.why) for e in entries} == {
        ("R-1", "last_action_at", None, f"run {run} was undone"),
        ("R-1", "resolved_at", None, f"run {run} was undone"),
    }
    states = {i.state for i in shop.ledger.intents(shop.sheet, pass_number=run)}
    assert states == {IntentState.UNDONE}


def test_what_people_did_since_is_left_and_listed(shop: Shop) -> None:
    run = refunded(shop).run
    shop.type("R-1", "Last Action", serial(shop.now) - 1)

    report, undoing = undo(shop, run)

    assert done(report) == {("R-1", "resolved_at")}
    assert [(left.change.field, left.why) for left in undoing.left] == [
        ("last_action_at", "it holds something else now")
    ]
    assert shop.cell("R-1", "Last Action") == serial(shop.now) - 1


def test_a_row_that_is_gone_is_left(shop: Shop) -> None:
    run = refunded(shop).run
    shop.team.delete_row(shop.row("R-1"))

    report, undoing = undo(shop, run)

    assert report.receipts == ()
    assert {left.why for left in undoing.left} == {"the case is not in the log any more"}


def test_a_new_action_is_stamped_again(shop: Shop) -> None:
    undo(shop, refunded(shop).run)
    shop.type("R-1", "Notes", "called them")

    report = shop.sync()

    assert done(report) == {("R-1", "last_action_at")}
    assert shop.cell("R-1", "Last Action") == serial(shop.now)


def test_an_id_is_taken_back_and_neither_it_nor_another_is_given(shop: Shop) -> None:
    shop.add(Order_ID="2001", Status="New")
    minted = shop.sync()
    assert done(minted) == {("2001", "case_id")}

    report, _ = undo(shop, minted.run)
    assert done(report) == {("R-5", "case_id")}
    for _ in range(3):
        assert ("2001", "case_id") not in done(shop.sync())
    shop.add(Order_ID="2002", Status="New")
    shop.sync()

    assert [row[0] for row in shop.team.rows()[-2:]] == ["", "R-6"]


def test_a_resolution_date_that_was_cleared_comes_back_and_stays(shop: Shop) -> None:
    refunded(shop)
    stamped = shop.cell("R-1", "Resolution Date")
    shop.type("R-1", "Status", "New")
    reopened = shop.sync()

    undo(shop, reopened.run)
    shop.sync()

    assert shop.cell("R-1", "Resolution Date") == stamped


def test_a_row_check_is_taken_back_until_it_says_something_else(shop: Shop) -> None:
    shop.type("R-1", "Status", "Wibble")
    report = shop.sync()
    told = shop.cell("R-1", "Row Check")
    assert told

    undo(shop, report.run)
    shop.sync()
    quiet = shop.cell("R-1", "Row Check")
    shop.type("R-1", "Status", "Wobble")
    shop.sync()

    assert quiet == ""
    assert "Wobble" in shop.cell("R-1", "Row Check")


def test_an_undo_can_be_undone(shop: Shop) -> None:
    run = refunded(shop).run
    stamped = shop.cell("R-1", "Resolution Date")
    report, _ = undo(shop, run)

    undo(shop, report.run)
    shop.sync()

    assert shop.cell("R-1", "Resolution Date") == stamped


def test_a_dry_run_writes_nothing(shop: Shop) -> None:
    run = refunded(shop).run
    rows = shop.team.rows()

    report, undoing = undo(shop, run, dry_run=True)

    assert len(undoing.changes) == 2
    assert (report.run, report.receipts) == (0, ())
    assert shop.team.rows() == rows
    assert undo(shop, run)[0].run > run


def test_an_undo_that_loses_a_race_can_be_tried_again(shop: Shop) -> None:
    run = refunded(shop).run
    arrived = iter(range(100))
    shop.team.between = lambda: shop.team.insert_row(2) if next(arrived) == 1 else None

    lost, _ = undo(shop, run)
    again, _ = undo(shop, run)

    assert lost.count(Outcome.LOST) == 2
    assert again.count(Outcome.DONE) == 2


@pytest.mark.parametrize("number", [0, 999])
def test_a_run_that_wrote_nothing_cannot_be_undone(shop: Shop, number: int) -> None:
    with pytest.raises(UsageError, match=f"nothing that run {number} wrote"):
        undo(shop, number)


def test_a_run_is_undone_once(shop: Shop) -> None:
    run = refunded(shop).run
    undo(shop, run)

    with pytest.raises(UsageError):
        undo(shop, run)


# The command


def test_the_command_lists_what_it_took_back(
    local_server: LocalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = HttpTeam(local_server, a_log())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REFUNDSHEET_SPREADSHEET", team.spreadsheet_id)
    monkeypatch.setenv("REFUNDSHEET_GOOGLE__BASE_URL", local_server.base_url)
    monkeypatch.setenv("REFUNDSHEET_LEDGER__URL", f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    monkeypatch.setenv("REFUNDSHEET_GRACE__READS", "1")

    def refundsheet(*arguments: str) -> Result:
        return CliRunner().invoke(app, [*arguments, "--now=2026-11-02T10:00"])

    refundsheet("sync")
    team.put(2, 2, "Refunded")
    run = json.loads(refundsheet("sync", "--json").stdout)["run"]

    planned = refundsheet("undo", f"--run={run}", "--dry-run")
    taken = refundsheet("undo", f"--run={run}")
    again = refundsheet("undo", f"--run={run}")
    team.close()

    assert "Would take back 2 of 2 cells." in planned.stdout
    assert (planned.exit_code, taken.exit_code, again.exit_code) == (0, 0, 2)
    assert f"Took back 2 of 2 cells of run {run}, as run {run + 1}." in taken.stdout
    assert f"because run {run} was undone" in taken.stdout
