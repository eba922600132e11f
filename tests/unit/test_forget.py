"""A customer is forgotten: what is kept of them is gone from tabs and ledger, and no row of people's is."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from refundsheet.cli import app
from refundsheet.core.forget import Forgotten, Wanted
from refundsheet.core.model import Cell
from refundsheet.errors import AnswerLostError, ExitCode, UsageError
from refundsheet.forgetting import NotBelievedError, StillInLogError
from refundsheet.ledger.ledger import Ledger
from refundsheet.localsheets.server import LocalServer
from refundsheet.reconcile import Reconciler
from tests.shops import RECEIVED, Shop
from tests.teams import HIDDEN, HttpTeam, MemoryTeam, Team

HEADERS: list[Cell] = [
    *("Case ID", "Customer Name", "Order ID", "Status", "Notes", "Received", "Last Action"),
    "Resolution Date",
]
ADA, ORDER = "Ada Lovelace", "VB-77001"
OURS = ("History", "Needs attention", "Summary")


def log() -> list[list[Cell]]:
    return [
        HEADERS,
        ["R-1", "Grace", "1001", "New", "", RECEIVED],
        ["R-2", ADA, ORDER, "New", "she is sad", RECEIVED],
        ["R-3", "Mary", "1003", "New", "", RECEIVED],
        ["R-4", "Joan", "1004", "New", "", RECEIVED],
    ]


on_both_stores = pytest.mark.parametrize("shop", ["memory", "http"], indirect=True)


@pytest.fixture
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    rows, http = log(), None
    if getattr(request, "param", "memory") == "http":
        http = HttpTeam(request.getfixturevalue("local_server"), rows)
    team: Team = http or MemoryTeam(rows)
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite'}") as ledger:
        made = Shop(team, ledger)
        made.sync()
        yield made
    if http:
        http.close()


def forget(
    shop: Shop, field: str = "order_id", text: str = ORDER, *, dry: bool = False
) -> Forgotten:
    return shop.reconciler.forget(shop.now, Wanted(field, text), dry_run=dry)


def worked_on(shop: Shop) -> None:
    """Her case is handled, with flags, stamps and a typo, and her row is deleted by somebody."""
    shop.type("R-2", "Status", "Refunde")
    shop.sync()
    shop.type("R-2", "Status", "Refunded")
    shop.type("R-2", "Notes", f"she is sad; told {ADA} of it")
    shop.sync()
    shop.team.delete_row(shop.row("R-2"))
    shop.sync()


def shown(shop: Shop) -> str:
    """All that our tabs show, the hidden one too where it can be read."""
    hidden = [HIDDEN] if isinstance(shop.team, HttpTeam) else []
    return str([shop.team.page(title) for title in (*OURS, *hidden)])


def stored(folder: Path) -> bytes:
    """Every byte of the ledger's files."""
    return b"".join(path.read_bytes() for path in folder.glob("ledger.sqlite*"))


@on_both_stores
def test_all_that_is_kept_of_an_order_is_gone_to_the_last_byte(shop: Shop, tmp_path: Path) -> None:
    worked_on(shop)
    assert ADA in shown(shop)
    assert ADA.encode() in stored(tmp_path)

    forgotten = forget(shop)

    assert forgotten.ledger.cases == 1
    assert min(forgotten.ledger.changes, forgotten.ledger.lines, forgotten.ledger.writes) > 0
    assert forgotten.history_rows == forgotten.ledger.lines
    for name in (ADA, ORDER, "she is sad"):
        assert name not in shown(shop)
        assert name.encode() not in stored(tmp_path)
    assert forgotten.left == ()


def test_what_is_kept_of_others_stays(shop: Shop) -> None:
    shop.type("R-3", "Status", "Approved")
    shop.sync()
    of_mary = shop.ledger.history(shop.sheet, case="r-3")
    worked_on(shop)

    forget(shop)

    assert shop.ledger.history(shop.sheet, case="r-3") == of_mary
    assert "R-3" in str(shop.team.page("History"))
    assert [row[0] for row in shop.team.rows()[1:]] == ["R-1", "R-3", "R-4"]
    shop.type("R-3", "Status", "Refunded")
    assert ("R-3", "resolved_at") in {(c.label, c.field) for c in shop.sync().done}


def test_its_case_id_is_never_given_again(shop: Shop) -> None:
    shop.type("R-2", "Case ID", "R-9")
    shop.sync()
    shop.team.delete_row(shop.row("R-9"))

    assert forget(shop).gone.case_ids == ("R-9",)
    shop.add(Order_ID="2001", Status="New")
    shop.sync()

    assert shop.team.rows()[-1][0] == "R-10"


def test_a_ledger_that_is_new_does_not_give_it_either(shop: Shop, tmp_path: Path) -> None:
    shop.type("R-2", "Case ID", "R-9")
    shop.sync()
    shop.team.delete_row(shop.row("R-9"))
    forget(shop)
    assert "R-9" in str(shop.team.page("History"))
    assert forget(shop, "case_id", "R-9").is_nothing
    with Ledger.open(f"sqlite:///{tmp_path / 'new.sqlite'}") as ledger:
        anew = Shop(shop.team, ledger, shop.now)
        anew.sync(take_over=True)
        anew.add(Order_ID="2001", Status="New")
        anew.sync()

    assert shop.team.rows()[-1][0] == "R-10"


def test_a_customer_whose_runs_were_undone_is_forgotten_too(
    team: HttpTeam, refundsheet: "Command", tmp_path: Path
) -> None:
    refundsheet("sync")
    team.put(3, 3, "Refunde")
    refundsheet("sync")
    team.put(3, 3, "Refunded")
    team.put(3, 4, f"she is sad; told {ADA} of it")
    refundsheet("sync")
    undone = [refundsheet("undo", f"--run={run}") for run in (3, 2)]
    assert [result.exit_code for result in undone] == [0, 0]
    team.delete_row(3)
    assert ADA.encode() in stored(tmp_path)

    assert refundsheet("forget", "--order", ORDER).exit_code == 0

    told = [str(team.page(title)) for title in (*OURS, HIDDEN)]
    commands = [("history",), ("summary",)]
    commands += [("export", what, "--format=jsonl") for what in ("cases", "changes", "flags")]
    told += [CliRunner().invoke(app, command).stdout for command in commands]
    for name in (ADA, ORDER, "she is sad"):
        assert [text for text in told if name in text] == []
        assert name.encode() not in stored(tmp_path)


def test_as_long_as_a_row_stands_nothing_is_removed(shop: Shop) -> None:
    shop.type("R-2", "Status", "Approved")
    shop.sync()
    before = shown(shop), shop.ledger.history(shop.sheet)

    with pytest.raises(StillInLogError, match=r"row 3 \(R-2\)\. Delete it there") as refused:
        forget(shop)

    assert refused.value.exit_code == ExitCode.REFUSED_AS_UNSAFE
    assert (shown(shop), shop.ledger.history(shop.sheet)) == before


def test_a_dry_run_counts_and_removes_nothing(shop: Shop) -> None:
    worked_on(shop)
    before, entries = shown(shop), shop.ledger.history(shop.sheet)

    planned = forget(shop, dry=True)

    assert (shown(shop), shop.ledger.history(shop.sheet)) == (before, entries)
    done = forget(shop)
    assert (planned.ledger.lines, planned.history_rows) == (done.ledger.lines, done.history_rows)
    assert (planned.run, done.run > 0) == (0, True)


def test_a_second_time_there_is_nothing(shop: Shop) -> None:
    worked_on(shop)
    assert not forget(shop).is_nothing
    assert forget(shop).is_nothing
    assert forget(shop, "case_id", "R-2").is_nothing


def test_it_is_a_run_that_names_nobody(shop: Shop) -> None:
    worked_on(shop)

    forgotten = forget(shop)

    [latest, *_] = shop.ledger.passes(shop.sheet)
    assert latest.number == forgotten.run
    assert latest.report is not None
    assert latest.report["forgot"] == {
        "cases": 1,
        "ledger_entries": forgotten.ledger.total,
        "history_rows": forgotten.history_rows,
        "history_rows_left": 0,
    }


@pytest.mark.parametrize(
    ("field", "text"), [("customer_name", "ada  LOVELACE"), ("case_id", "r-2")]
)
def test_a_customer_and_a_case_id_say_it_too(shop: Shop, field: str, text: str) -> None:
    worked_on(shop)
    assert forget(shop, field, text).ledger.cases == 1
    assert ADA not in shown(shop)


def test_a_customer_who_has_another_case_keeps_that_one(shop: Shop) -> None:
    shop.add(Case_ID="R-5", Customer_Name=ADA, Order_ID="2005", Status="New")
    shop.sync()
    shop.type("R-5", "Notes", "wrote again")
    shop.sync()
    of_the_other = shop.ledger.history(shop.sheet, case="r-5")
    worked_on(shop)

    forget(shop)

    assert shop.ledger.history(shop.sheet, case="r-5") == of_the_other
    with pytest.raises(StillInLogError, match="R-5"):
        forget(shop, "customer_name", ADA)


def test_a_case_that_has_only_just_left_is_forgotten_too(shop: Shop, tmp_path: Path) -> None:
    shop.team.delete_row(shop.row("R-2"))
    assert forget(shop).ledger.cases == 1
    assert ORDER.encode() not in stored(tmp_path)
    assert shop.sync().removed == ()


def test_what_another_process_remembers_is_forgotten_with_it(shop: Shop, tmp_path: Path) -> None:
    worked_on(shop)
    another = Reconciler(shop.team.store(), shop.ledger, shop.settings)

    another.forget(shop.now, Wanted("order_id", ORDER), dry_run=False)
    for _ in range(3):
        shop.sync()

    assert ADA not in shown(shop)
    assert ADA.encode() not in stored(tmp_path)


@on_both_stores
def test_where_it_is_cut_short_another_time_does_the_rest(shop: Shop, tmp_path: Path) -> None:
    worked_on(shop)
    entries = len(shop.ledger.history(shop.sheet))
    emptied = shop.store.empty_hidden_tab

    def cut() -> None:
        raise AnswerLostError("The connection broke.")

    shop.store.empty_hidden_tab = cut  # type: ignore[method-assign]
    with pytest.raises(AnswerLostError):
        forget(shop)
    assert len(shop.ledger.history(shop.sheet)) >= entries
    shop.store.empty_hidden_tab = emptied  # type: ignore[method-assign]

    assert forget(shop).ledger.cases == 1
    assert ADA not in shown(shop)
    assert ADA.encode() not in stored(tmp_path)


def test_the_case_comes_back_as_a_new_one_where_somebody_enters_it_again(shop: Shop) -> None:
    worked_on(shop)
    forget(shop)
    shop.add(Case_ID="R-2", Customer_Name="Edith", Order_ID="2010", Status="New")
    shop.sync()
    shop.type("R-2", "Status", "Refunded")

    assert ("R-2", "resolved_at") in {(c.label, c.field) for c in shop.sync().done}


@pytest.mark.parametrize(
    ("headers", "cells"),
    [
        pytest.param(["Customer Name", "Order ID"], [ADA, ORDER], id="known by the order"),
        pytest.param(["Customer Name & Order ID"], [f"{ADA} - {ORDER}"], id="both in one column"),
    ],
)
def test_a_log_without_case_ids_keeps_nothing_at_all(
    tmp_path: Path, headers: list[Cell], cells: list[Cell]
) -> None:
    others: list[Cell] = ["Grace", "1001"] if len(cells) > 1 else ["Grace - 1001"]
    team = MemoryTeam([[*headers, "Status", "Notes"], [*others, "New"], [*cells, "New", "sad"]])
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite'}") as ledger:
        shop = Shop(team, ledger)
        shop.sync()
        team.put(3, len(headers), "Refunded")
        shop.sync()
        assert ORDER in shown(shop)
        team.delete_row(3)
        forgotten = forget(shop)

    assert (forgotten.gone.case_ids, forgotten.ledger.cases) == ((), 1)
    assert (ORDER in shown(shop), ADA in shown(shop)) == (False, False)
    assert ORDER.encode() not in stored(tmp_path)
    assert ADA.encode() not in stored(tmp_path)


def test_while_another_refundsheet_holds_the_log_nothing_is_removed(shop: Shop) -> None:
    shop.team.delete_row(shop.row("R-2"))
    with Ledger.open("sqlite://") as another:
        Shop(shop.team, another, shop.now).sync(take_over=True)
        with pytest.raises(NotBelievedError, match="Nothing was removed"):
            forget(shop)


def test_a_blank_name_means_nobody(shop: Shop) -> None:
    with pytest.raises(UsageError):
        forget(shop, text=" \u200f")


def test_a_log_that_lost_most_of_its_rows_is_not_believed() -> None:
    rows = [HEADERS, *([f"R-{n}", "", str(1000 + n), "New", "", RECEIVED] for n in range(60))]
    team = MemoryTeam(rows)
    with Ledger.open("sqlite://") as ledger:
        shop = Shop(team, ledger)
        shop.sync()
        shop.sync()
        for _ in range(50):
            team.delete_row(2)
        with pytest.raises(NotBelievedError, match="Nothing was removed"):
            forget(shop, text="1001")


def test_without_a_first_pass_there_is_nothing_to_forget() -> None:
    with Ledger.open("sqlite://") as ledger, pytest.raises(UsageError, match="make a pass first"):
        forget(Shop(MemoryTeam(log()), ledger))


# On a server: people's remarks, other tabs, the command


@pytest.fixture
def team(local_server: LocalServer) -> Iterator[HttpTeam]:
    made = HttpTeam(local_server, log())
    yield made
    made.close()


@pytest.fixture
def refundsheet(team: HttpTeam, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Command":
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REFUNDSHEET_SPREADSHEET", team.spreadsheet_id)
    monkeypatch.setenv("REFUNDSHEET_GOOGLE__BASE_URL", team.server.base_url)
    monkeypatch.setenv("REFUNDSHEET_LEDGER__URL", f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    monkeypatch.setenv("REFUNDSHEET_GRACE__READS", "1")
    return Command()


class Command:
    """The command line, at one time of the day."""

    def __call__(self, *arguments: str) -> Result:
        return CliRunner().invoke(app, [*arguments, "--now=2026-11-02T10:00"])


def test_the_command_says_what_it_removed_and_what_it_cannot_reach(
    team: HttpTeam, refundsheet: Command
) -> None:
    refundsheet("sync")
    team.put(3, 3, "Refunded")
    refundsheet("sync")
    refused = refundsheet("forget", "--order", ORDER)
    team.delete_row(3)

    planned = refundsheet("forget", "--order", ORDER, "--dry-run")
    removed = refundsheet("forget", "--order", ORDER)
    again = refundsheet("forget", "--order", ORDER)
    unclear = refundsheet("forget", "--order", ORDER, "--case", "R-2")

    codes = [result.exit_code for result in (refused, planned, removed, again, unclear)]
    assert codes == [4, 0, 0, 0, 2]
    assert "refundsheet deletes no row of yours" in refused.stderr
    assert planned.stdout.startswith(f"Would remove of order {ORDER}:")
    assert removed.stdout.startswith(f"Removed of order {ORDER}:\n  from the ledger: 1 case, ")
    assert "the bare Case ID R-2" in removed.stdout
    assert "Version history" in removed.stdout
    assert again.stdout == f"Nothing is kept of order {ORDER}.\n"


def test_what_people_have_written_is_left_to_them_and_named(
    team: HttpTeam, refundsheet: Command
) -> None:
    refundsheet("sync")
    team.put(3, 3, "Refunded")
    refundsheet("sync")
    team.delete_row(3)
    rows = team.page("History")
    last = max(row for row, _ in rows)
    team.title = "History"
    team.put(last + 1, 10, "do not delete")
    team.change({"addSheet": {"properties": {"title": "Archive"}}})
    team.title = "Archive"
    team.fill("A1", [["R-2", ADA, ORDER]])
    team.title = "Refund Log"

    left = refundsheet("forget", "--case", "R-2")

    assert left.exit_code == ExitCode.REFUSED_AS_UNSAFE
    assert "written in or beside these rows of the History tab, so they stay: 2." in left.stdout
    assert "do not delete" in str(team.page("History"))
    assert 'The tab "Archive" may tell of them too.' in left.stdout
    assert ADA in str(team.page("Archive"))
