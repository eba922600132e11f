"""The commands in one process: their exit codes, and the one sentence each failure is."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import stamina
from typer.testing import CliRunner, Result

from refundsheet.cli import app
from refundsheet.localsheets.server import LocalServer
from tests.stub_server import Answer, Stub
from tests.teams import HttpTeam, Rows

HEADERS = ["Case ID", "Order ID", "Status", "Amount", "Received", "Resolution Date"]
LOG: Rows = [
    list(HEADERS),
    ["R-1", "1001", "New", 12.5, "2026-11-02"],
    ["R-2", "1002", "Refunded", 8, 46000, 45990],
    ["R-3", "1003", "Wibble", "much", 46000],
]
NOW = "--now=2026-11-02T10:00"


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings but the test's own, a ledger of its own, and retries that do not wait."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REFUNDSHEET_LEDGER__URL", f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Name a spreadsheet on a server."""

    def use(spreadsheet_id: str, base_url: str) -> None:
        monkeypatch.setenv("REFUNDSHEET_SPREADSHEET", spreadsheet_id)
        monkeypatch.setenv("REFUNDSHEET_GOOGLE__BASE_URL", base_url)

    return use


@pytest.fixture
def team_of(
    local_server: LocalServer, settings: Callable[..., None]
) -> Iterator[Callable[[Rows], HttpTeam]]:
    made: list[HttpTeam] = []

    def make(rows: Rows) -> HttpTeam:
        made.append(HttpTeam(local_server, rows))
        settings(made[-1].spreadsheet_id, local_server.base_url)
        return made[-1]

    yield make
    for team in made:
        team.close()


@pytest.fixture
def team(team_of: Callable[[Rows], HttpTeam]) -> HttpTeam:
    return team_of(LOG)


@pytest.fixture
def stub(settings: Callable[..., None]) -> Iterator[Stub]:
    server = Stub()
    settings("abc", server.base_url)
    yield server
    server.close()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def sentence(result: Result) -> str:
    """What a command that failed says, which is one line of its own."""
    assert result.stdout == ""
    [line] = result.stderr.splitlines()
    return line.removeprefix("refundsheet: ")


# sync


def test_sync_says_what_it_wrote_and_why(team: HttpTeam) -> None:
    result = run("sync", NOW)

    assert result.exit_code == 0
    assert '3 rows in "Refund Log", 2026-11-02 10:00' in result.stdout
    assert '  add the column "Follow-up" at the right end' in result.stdout
    assert "  R-3 (row 4), Row Check: (blank) → " in result.stdout
    assert "\n      because Row Check as of Mon 2 Nov 10:00" in result.stdout
    assert "2 rows have something to correct: refundsheet check" in result.stdout


def test_the_first_sync_tells_what_is_missing_and_backfill_what_stays_so(
    team_of: Callable[[Rows], HttpTeam],
) -> None:
    team_of(
        [
            ["Case ID", "Order ID", "Status", "Last Action", "Resolution Date"],
            ["", "1001", "Refunded", 46000],
            ["R-2", "1002", "Refunded", ""],
        ]
    )
    first, again = run("sync", NOW).stdout, run("sync", "--backfill", NOW).stdout

    assert "No Case ID: 1 row." in first
    assert "Closed, and nobody knows when: 2 rows, row 2, R-2." in first
    assert "sync --backfill gives IDs to cases without one" in first
    assert "No Case ID" not in again
    assert "Closed, and nobody knows when: 2 rows" in again  # the ID comes first
    assert "Closed, and nobody knows when: 1 row, R-2." in run("sync", "--backfill", NOW).stdout


def test_a_second_sync_writes_nothing(team: HttpTeam) -> None:
    run("sync", NOW)
    log = team.rows()

    result = run("sync", NOW)

    assert "Wrote nothing." in result.stdout
    assert team.rows() == log


def test_a_dry_run_says_what_it_would_write(team: HttpTeam) -> None:
    result = run("sync", "--dry-run", NOW)

    assert result.exit_code == 0
    assert '  would add the tab "Summary"' in result.stdout
    assert "Would write " in result.stdout
    assert team.rows() == LOG
    assert team.tabs() == ["Refund Log"]


def test_sync_for_programs(team: HttpTeam) -> None:
    report = json.loads(run("sync", "--json", NOW).stdout)

    assert report.keys() == {
        "run", "at", "rows", "baseline", "setup", "observed", "edited", "planned", "receipts", "raised", "cleared",
        "rows_with_violations", "rows_to_correct", "times_unknown", "published", "removed", "withheld", "read_only", "flagged",
        "quota_left", "flags_changed_by_settings", "old_open_cases", "changes",
    }  # fmt: skip
    assert report["at"] == "2026-11-02T10:00:00+01:00"
    assert {change["outcome"] for change in report["changes"]} == {"done"}
    assert report["changes"][0].keys() == {
        "case", "row", "field", "before", "after", "reason", "outcome", "detail",
    }  # fmt: skip


def test_a_race_that_was_lost_is_said(team: HttpTeam) -> None:
    run("sync", NOW)
    team.put(2, 2, "Cancelled")
    team.fill("F2", [["=1+1"]], "USER_ENTERED")

    result = run("sync", "--now=2026-11-02T10:01")

    assert result.exit_code == 0
    assert "R-1" in result.stdout


# check


def test_check_lists_the_worst_first_and_fails(team: HttpTeam) -> None:
    result = run("check", NOW)

    assert result.exit_code == 1
    heading, worst, *others = result.stdout.split("\n\n")
    assert heading.startswith('3 rows of "Refund Log" checked, 2 rows have something to correct: ')
    assert worst == (
        "PROBLEM  The amount cannot be read: 1 row (amount_unreadable)\n"
        '  Amount "much" cannot be read as an amount. Type it as a number, for example 12.50.\n'
        "    D4"
    )
    assert others[0].startswith("PROBLEM  Resolved before the request was received: 1 row")
    assert others[1].startswith("WARNING  The status is not on the list")


def test_check_counts_notes_and_tells_where_they_are_when_asked(team: HttpTeam) -> None:
    plain, noted = run("check", NOW).stdout, run("check", "--notes", NOW).stdout

    assert "NOTE  " not in plain
    assert "  A date is text, though one that can be read: 1 row (date_is_text)" in plain
    assert "NOTE  A date is text, though one that can be read: 1 row (date_is_text)" in noted


def test_check_lists_every_row_when_asked(team: HttpTeam) -> None:
    listed = run("check", "--all", NOW).stdout.partition("\n\n")[2].splitlines()

    assert [line.split()[:2] for line in listed] == [
        ["F3", "problem"],
        ["D4", "problem"],
        ["C4", "warning"],
    ]


def test_check_of_a_clean_log_succeeds(team_of: Callable[[Rows], HttpTeam]) -> None:
    team_of([["Case ID", "Status"], ["R-1", "New"]])

    result = run("check", NOW)

    said = '1 row of "Refund Log" checked, nothing to correct.\n'
    assert (result.exit_code, result.stdout) == (0, said)


def test_check_lists_the_old_cases_when_asked(team_of: Callable[[Rows], HttpTeam]) -> None:
    team_of([HEADERS, ["R-1", "1001", "New", "", 46000], ["R-2", "1002", "Pending"]])

    shown, told = run("check", "--old", NOW), run("check", "--old", "--json", NOW)

    assert (shown.exit_code, told.exit_code) == (0, 0)
    assert [" ".join(line.split()) for line in shown.stdout.splitlines()] == [
        "2 old open cases, not flagged until touched:",
        "row 3 R-2 Pending, without any date",
        "row 2 R-1 New, since 2025-12-09",
    ]
    assert json.loads(told.stdout)["old_open_cases"][0] == {
        "row": 2, "case": "R-1", "status": "New", "owner": "", "since": "2025-12-09",
    }  # fmt: skip


def test_a_log_without_old_cases_says_so(team_of: Callable[[Rows], HttpTeam]) -> None:
    team_of([["Case ID", "Status"], ["R-1", "Closed"]])

    assert run("check", "--old", NOW).stdout == "No open case was old when refundsheet came.\n"


def test_sync_says_what_new_settings_change(
    team: HttpTeam, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("sync", NOW)
    monkeypatch.setenv("REFUNDSHEET_OLD_CASE_DAYS", "5000")

    would, did = run("sync", "--dry-run", NOW), run("sync", "--now=2026-11-02T10:01")

    assert "1 flag would be changed by new settings" in would.stdout
    assert "1 flag changed by new settings" in did.stdout


def test_check_for_programs_names_each_cell(team: HttpTeam) -> None:
    result = run("check", "--json", NOW)

    found = json.loads(result.stdout)["violations"]
    assert result.exit_code == 1
    assert found[0].keys() == {"row", "column", "header", "rule", "severity", "sentence"}
    amount = next(one for one in found if one["header"] == "Amount")
    assert (amount["row"], amount["column"]) == (4, "D")


def test_check_writes_nothing(team: HttpTeam) -> None:
    run("check", NOW)

    assert (team.rows(), team.tabs()) == (LOG, ["Refund Log"])


# summary


def test_the_summary_for_programs_has_stable_keys(team: HttpTeam) -> None:
    summary = json.loads(run("summary", "--json", NOW).stdout)

    figure = {"name", "label", "value", "measure", "unit", "definition", "used", "left_out"}
    duration = {"label", "definition", "clock", "day_seconds", "median", "late", "ended"}
    duration |= {"still_open", "used", "left_out"}
    table = {"title", "definition", "columns", "rows", "is_running", "used", "left_out"}
    assert summary.keys() == {
        "version", "as_of", "figures", "durations", "spikes", "tables", "switched_off", "data_quality"
    }  # fmt: skip
    assert all(one.keys() == figure for one in summary["figures"])
    assert all(one.keys() == duration for one in summary["durations"].values())
    assert all(one.keys() == table for one in summary["tables"].values())
    assert {"open", "waiting", "overdue"} <= {f["name"] for f in summary["figures"]}


def test_the_summary_for_people(team: HttpTeam) -> None:
    result = run("summary", NOW)

    assert result.exit_code == 0
    assert result.stdout.startswith("Figures as of Monday 2026-11-02 10:00")


# A sheet that is not as it must be


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        pytest.param([], "The tab is empty: its first 10 rows hold no headers. Put headers in row 1 (", id="an empty sheet"),
        pytest.param([["Name", "Remarks"], ["Ada", "called"]], "No header row was found in the first 10 rows of the tab. It needs ", id="no headers"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("command", ["sync", "check", "summary"])
def test_a_tab_that_is_no_log_is_told(
    team_of: Callable[[Rows], HttpTeam], command: str, rows: Rows, said: str
) -> None:
    team = team_of(rows)

    result = run(command, NOW)

    assert result.exit_code == 3
    assert sentence(result).startswith(said)
    assert team.rows() == rows


def test_a_log_of_only_a_header_is_a_log(team_of: Callable[[Rows], HttpTeam]) -> None:
    team_of([HEADERS])

    assert "0 rows of " in run("check", NOW).stdout
    assert run("sync", NOW).exit_code == 0
    assert "Wrote nothing." in run("sync", NOW).stdout


def test_ten_thousand_empty_rows_at_the_end_are_no_cases(
    team_of: Callable[[Rows], HttpTeam],
) -> None:
    team = team_of(LOG)
    more = {"sheetId": 77, "dimension": "ROWS", "length": 10_000}
    team.change({"appendDimension": more})

    assert "3 rows of " in run("check", NOW).stdout
    assert run("sync", NOW).exit_code == 0
    assert len(team.rows()) == 4


def test_a_merged_cell_is_told_and_left(team: HttpTeam) -> None:
    run("sync", NOW)
    column = team.rows()[0].index("Row Check")
    team.put(4, 2, "New")
    team.put(3, 2, "Wibble")
    cells = {"sheetId": 77, "startRowIndex": 1, "endRowIndex": 3}
    area = {**cells, "startColumnIndex": column, "endColumnIndex": column + 1}
    team.change({"mergeCells": {"range": area, "mergeType": "MERGE_ALL"}})

    result = run("sync", NOW)

    assert result.exit_code == 0
    assert "R-2 (row 3), Row Check: the cell is merged with others" in result.stdout


# Failures


def test_a_wrong_spreadsheet_id_is_told(
    local_server: LocalServer, settings: Callable[..., None]
) -> None:
    settings("1wrong", local_server.base_url)

    result = run("sync")

    assert result.exit_code == 3
    assert sentence(result).startswith('There is no spreadsheet with the id "1wrong"')


def test_a_spreadsheet_that_is_not_shared_is_told(
    team: HttpTeam, local_server: LocalServer
) -> None:
    local_server.set_control(access={team.spreadsheet_id: "none"})

    result = run("sync")

    assert result.exit_code == 3
    assert "not shared with refundsheet" in sentence(result)


def test_a_tab_that_is_missing_is_told(team: HttpTeam, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFUNDSHEET_LOG__TAB", "Cases")

    result = run("sync")

    assert result.exit_code == 3
    assert sentence(result) == (
        'The spreadsheet "Refunds" has no tab "Cases": its tabs are "Refund Log"; '
        'name the one with the refund cases in the setting "log.tab".'
    )


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Answer(b"<html>sign in</html>", content_type="text/html"), id="HTML"),
        pytest.param(Answer(b'{"spreadsheetId": "abc", "sh'), id="half a JSON"),
        pytest.param(Answer(b'{"spreadsheetId": "abc"}', missing_bytes=50), id="an answer cut off"),
        pytest.param(Answer(cut=True), id="no answer"),
        pytest.param(Answer(b"[]"), id="a list"),
    ],
)
def test_a_server_that_is_no_spreadsheet_is_told(stub: Stub, answer: Answer) -> None:
    stub.answers = [answer]

    result = run("sync")

    assert result.exit_code == 3
    assert len(sentence(result)) < 400


def test_a_server_that_is_not_there_is_told(settings: Callable[..., None]) -> None:
    settings("abc", "http://127.0.0.1:9")

    assert run("check").exit_code == 3


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(None, "key.json", id="not there"),
        pytest.param("no JSON", "key.json", id="no JSON"),
        pytest.param("{}", "key.json", id="no key"),
    ],
)
def test_a_key_file_that_cannot_be_used_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None, said: str
) -> None:
    key = tmp_path / "key.json"
    if content is not None:
        key.write_text(content, encoding="utf-8")
    monkeypatch.setenv("REFUNDSHEET_SPREADSHEET", "abc")
    monkeypatch.setenv("REFUNDSHEET_GOOGLE__CREDENTIALS", str(key))

    result = run("sync")

    assert result.exit_code == 2
    assert said in sentence(result)


def test_a_traceback_is_shown_only_when_asked_for(
    local_server: LocalServer, settings: Callable[..., None]
) -> None:
    settings("1wrong", local_server.base_url)

    assert "Traceback" not in run("sync").stderr
    assert "Traceback" in run("sync", "--debug").stderr


def test_a_plan_too_large_to_be_true_has_its_own_exit_code(
    team_of: Callable[[Rows], HttpTeam],
) -> None:
    team = team_of([HEADERS, *([f"R-{n}", str(n), "New"] for n in range(1, 42))])
    run("sync", NOW)
    team.change(
        {
            "deleteDimension": {
                "range": {"sheetId": 77, "dimension": "ROWS", "startIndex": 2, "endIndex": 35}
            }
        }
    )

    result = run("sync", NOW)

    assert result.exit_code == 4
    assert "refundsheet sync --allow-large-change" in result.stdout
    assert run("check", NOW).exit_code in {0, 1}
    assert run("sync", "--allow-large-change", NOW).exit_code == 0


# Settings and usage


def test_a_bad_configuration_is_told_whole(tmp_path: Path) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text('poll_seconds = 0\n[legal]\ndays = "soon"\n[lug]\ntab = ""', encoding="utf-8")

    result = run("sync", "--config", str(file))

    assert result.exit_code == 2
    assert result.stdout == ""
    for key in ("poll_seconds: ", "legal.days: ", "lug: ", "spreadsheet: is missing"):
        assert key in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["sync", "--config", "nowhere.toml"], "There is no file nowhere.toml", id="no file"),
        pytest.param(["sync"], "https://docs.google.com/spreadsheets/d/…", id="no spreadsheet"),
        pytest.param(["local", "--load", "nowhere.csv"], "There is no file nowhere.csv", id="no CSV"),
    ],
)  # fmt: skip
def test_what_a_command_cannot_use_is_told(arguments: list[str], said: str) -> None:
    result = run(*arguments)

    assert result.exit_code == 2
    assert said in result.stderr


def test_a_time_that_is_none_is_told(team: HttpTeam) -> None:
    result = run("sync", "--now", "yesterday")

    assert result.exit_code == 2
    assert sentence(result) == '--now "yesterday" is not a time; write for example 2026-11-03T09:10'


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys\n"
        "from typer.testing import CliRunner\n"
        "from refundsheet.cli import app\n"
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0\n"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    command = [sys.executable, "-c", script]
    loaded = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603

    heavy = "gspread google requests sqlalchemy pydantic apscheduler uvicorn starlette ironcalc holidays"
    assert set(heavy.split()).isdisjoint(loaded.split())


def test_in_a_pipe_there_is_no_progress_bar(team: HttpTeam) -> None:
    result = run("sync", NOW)

    assert result.stderr == ""
    assert "\x1b" not in result.stdout
    assert "\r" not in result.stdout
