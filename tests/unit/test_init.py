"""``refundsheet init``: what it adds to a spreadsheet, what it leaves alone, and what it takes away again."""

import json
import re
import stat
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import requests
import typer
from typer.testing import CliRunner, Result

from refundsheet.cli import app
from refundsheet.core.columns import COLUMNS
from refundsheet.core.follow_up import FlagKind
from refundsheet.localsheets.server import LocalServer
from refundsheet.sheets import workbook
from refundsheet.sheets.transport import SpreadsheetClient
from tests.discovery import Sent, mistakes
from tests.teams import HttpTeam

NOW = "--now=2026-11-05T16:30"  # a Thursday
OUR_TABS = ["Needs attention", "Summary", "Settings", "History"]
LOG = [
    ["Case ID", "Order ID", "Status", "Assigned To", "Colour"],
    ["R-1", "1001", "New", "Sam", "red"],
    ["R-2", "1002", "Approved", "Kim", "blue"],
]


@pytest.fixture(autouse=True)
def _here(local_server: LocalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REFUNDSHEET_GOOGLE__BASE_URL", local_server.base_url)
    monkeypatch.setenv("REFUNDSHEET_LEDGER__URL", f"sqlite:///{tmp_path / 'ledger.sqlite'}")


@pytest.fixture
def empty(local_server: LocalServer) -> str:
    """A spreadsheet as Google makes it."""
    return local_server.add_spreadsheet("Shop")


@pytest.fixture
def team(local_server: LocalServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpTeam]:
    """A log that people have kept for long."""
    made = HttpTeam(local_server, LOG)
    monkeypatch.setenv("REFUNDSHEET_SPREADSHEET", made.spreadsheet_id)
    yield made
    made.close()


def init(*arguments: str, said: str | None = None, code: int = 0) -> Result:
    result = CliRunner().invoke(app, ["init", *arguments], input=said)
    assert result.exit_code == code, result.output
    return result


def book(server: LocalServer, key: str, fields: str = "") -> Any:
    """The whole spreadsheet, cells, formats, rules and all."""
    query = {"fields": fields} if fields else {"includeGridData": "true"}
    headers = {"Authorization": "Bearer people"}
    address = f"{server.base_url}/v4/spreadsheets/{key}"
    return requests.get(address, query, headers=headers, timeout=20).json()


def top(server: LocalServer, key: str) -> Any:
    """The log of a new desk and its first rows: the thousand below are alike."""
    query = {"ranges": "A1:Z20", "includeGridData": "true"}
    headers = {"Authorization": "Bearer people"}
    address = f"{server.base_url}/v4/spreadsheets/{key}"
    return requests.get(address, query, headers=headers, timeout=20).json()["sheets"][0]


def titles(server: LocalServer, key: str) -> list[str]:
    sheets = book(server, key, "sheets.properties.title")["sheets"]
    return [sheet["properties"]["title"] for sheet in sheets]


def rows(sheet: Any) -> list[list[str]]:
    return [
        [cell.get("formattedValue", "") for cell in line.get("values", ())]
        for line in sheet["data"][0].get("rowData", ())
    ]


# --- an empty spreadsheet ---


def test_an_empty_spreadsheet_becomes_a_desk(local_server: LocalServer, empty: str) -> None:
    init("--spreadsheet", empty, "--yes", NOW)

    log = top(local_server, empty)
    assert titles(local_server, empty) == ["Refund Log", *OUR_TABS]
    assert log["properties"]["gridProperties"]["frozenRowCount"] == 1
    [heads, *_] = rows(log)
    assert sorted(filter(None, heads)) == sorted(column.header for column in COLUMNS)
    assert heads.index("Follow-up") == heads.index("Status") + 1
    below = log["data"][0]["rowData"][1]["values"]
    looks = dict(zip(heads, below, strict=False))
    assert {
        option["userEnteredValue"]
        for option in looks["Status"]["dataValidation"]["condition"]["values"]
    } > {"New", "Under Review", "Refunded"}
    assert "dataValidation" in looks["Reason for Refund"]
    formats = {
        head: looks[head]["userEnteredFormat"]["numberFormat"]["type"]
        for head in ("Order ID", "Amount", "Date Request Received")
    }
    assert formats == {"Order ID": "TEXT", "Amount": "NUMBER", "Date Request Received": "DATE_TIME"}
    assert all(protection["warningOnly"] for protection in log["protectedRanges"])


def test_the_desk_is_one_that_refundsheet_works_on(local_server: LocalServer, empty: str) -> None:
    init("--spreadsheet", empty, "--sample", "--yes", NOW)

    told = CliRunner().invoke(app, ["sync", NOW]).stdout

    assert '6 rows in "Refund Log"' in told
    assert {"Stale", "Overdue", "Escalate", "Due soon"} <= set(
        re.findall(r"Follow-up: \(blank\) → ([\w ]+):", told)
    )
    assert "add the column" not in told
    assert 'Status "Under Reveiw" is read as Under Review' in told
    log = top(local_server, empty)
    column = rows(log)[0].index("Follow-up")
    grounds = {
        line[column].partition(":")[0]: cell["values"][column]["effectiveFormat"]["backgroundColor"]
        for line, cell in zip(rows(log), log["data"][0]["rowData"], strict=True)
        if len(line) > column and line[column]
    }
    assert len({json.dumps(ground) for ground in grounds.values()}) == len(grounds) > 2


def test_what_somebody_types_meanwhile_is_not_written_over(
    local_server: LocalServer, empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = SpreadsheetClient.send_batch
    cell = f"{local_server.base_url}/v4/spreadsheets/{empty}/values/Sheet1!A1?valueInputOption=RAW"

    def beaten(self: SpreadsheetClient, *args: Any, **options: Any) -> Any:
        headers = {"Authorization": "Bearer people"}
        requests.put(cell, json={"values": [["mine"]]}, headers=headers, timeout=5)
        return send(self, *args, **options)

    monkeypatch.setattr(SpreadsheetClient, "send_batch", beaten)
    init("--spreadsheet", empty, "--sample", "--yes", NOW)

    found = rows(top(local_server, empty))
    assert found[0][0] == "Case ID"
    assert ["mine"] in [list(filter(None, row)) for row in found]


def test_a_log_may_get_a_tab_of_its_own(local_server: LocalServer, team: HttpTeam) -> None:
    init("--tab", "Refund cases", "--yes", NOW)

    assert titles(local_server, team.spreadsheet_id)[:2] == ["Refund cases", "Refund Log"]
    assert team.rows() == LOG


# --- a log that is there ---


def test_a_log_gets_what_it_lacks_and_keeps_all_it_has(
    local_server: LocalServer, team: HttpTeam
) -> None:
    theirs = _belongings(team)
    before = book(local_server, team.spreadsheet_id)["sheets"][0]

    told = init("--yes", NOW).stdout

    after = book(local_server, team.spreadsheet_id)["sheets"][0]
    assert titles(local_server, team.spreadsheet_id) == ["Refund Log", *OUR_TABS]
    assert rows(after)[0] == [*LOG[0], "Follow-up", "Follow-up By", "Row Check"]
    assert [_trimmed(row[:5]) for row in rows(after)] == [_trimmed(row) for row in rows(before)]
    for kept in ("basicFilter", "filterViews", "bandedRanges"):
        assert after[kept] == before[kept]
    assert [rule for rule in after["conditionalFormats"] if rule in theirs["rules"]] == theirs[
        "rules"
    ]
    assert theirs["protected"] in [p["range"] for p in after["protectedRanges"]]
    status, owner = (after["data"][0]["rowData"][1]["values"][column] for column in (2, 3))
    assert status["dataValidation"]["condition"]["type"] == "TEXT_CONTAINS"
    assert [v["userEnteredValue"] for v in owner["dataValidation"]["condition"]["values"]] == [
        "Kim",
        "Sam",
    ]
    assert after["data"][0]["rowData"][0]["values"][0]["note"] == "ours since 2019"
    assert '"Status"' not in told


def test_a_log_that_is_a_table_stays_one(local_server: LocalServer, team: HttpTeam) -> None:
    area = {"sheetId": 77, "startRowIndex": 0, "endRowIndex": 3, "endColumnIndex": 5}
    choice = {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "New"}]}
    status = {
        "columnIndex": 2, "columnName": "Status", "columnType": "DROPDOWN",
        "dataValidationRule": {"condition": choice},
    }  # fmt: skip
    table = {"name": "Cases", "range": area, "columnProperties": [status]}
    team.change({"addTable": {"table": table}})
    [before] = book(local_server, team.spreadsheet_id)["sheets"]

    told = init("--yes", NOW).stdout
    CliRunner().invoke(app, ["sync", NOW])
    log, *_ = book(local_server, team.spreadsheet_id)["sheets"]
    assert log["tables"] == before["tables"]
    assert '"Status"' not in told
    assert rows(log)[0] == [*LOG[0], "Follow-up", "Follow-up By", "Row Check"]

    init("--remove", "--yes", NOW)
    [after] = book(local_server, team.spreadsheet_id)["sheets"]
    assert after["tables"] == before["tables"]
    assert team.rows() == LOG


def test_a_second_one_adds_nothing(local_server: LocalServer, team: HttpTeam) -> None:
    init("--yes", NOW)
    CliRunner().invoke(app, ["sync", NOW])
    before = book(local_server, team.spreadsheet_id)

    assert init("--yes", NOW).stdout == '"Refunds": there is nothing to be added.\n'
    assert book(local_server, team.spreadsheet_id) == before


def test_it_tells_before_it_does(local_server: LocalServer, team: HttpTeam) -> None:
    before = book(local_server, team.spreadsheet_id)

    for arguments, said, end in (
        (["--dry-run"], None, "nobody is kept from it\n"),
        ([], "n\n", "Nothing was done.\n"),
    ):
        told = init(*arguments, NOW, said=said).stdout
        assert (
            '  add the columns "Follow-up", "Follow-up By", "Row Check" after the last one' in told
        )
        assert told.endswith(end)
    assert "Give --yes" in init(NOW, said="", code=2).stderr

    assert book(local_server, team.spreadsheet_id) == before


def test_examples_never_come_among_cases(team: HttpTeam) -> None:
    assert "holds 2 cases already" in init("--sample", "--yes", NOW, code=2).stderr


def test_examples_come_below_headers_that_are_there(team: HttpTeam) -> None:
    team.fill("A2", [[""] * 5] * 2)

    init("--sample", "--yes", NOW)

    heads, first, *_ = team.rows()
    assert heads[:5] == LOG[0]
    assert first == ["R-2026-0001", "EXAMPLE-0001", "New"]
    assert len(team.rows()) == 7
    assert "nothing to be added" in init("--yes", NOW).stdout


def test_a_tab_with_something_else_is_not_taken_for_empty(team: HttpTeam) -> None:
    team.fill("A1", [["Shopping", "list"], *[["", ""]] * 2])

    assert "header" in init("--yes", NOW, code=3).stderr
    assert team.rows()[0][:2] == ["Shopping", "list"]


def test_a_column_inserted_while_the_question_stands_moves_what_is_added(
    local_server: LocalServer, team: HttpTeam, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = {"sheetId": 77, "startRowIndex": 1, "startColumnIndex": 1, "endColumnIndex": 2}
    valid = {"condition": {"type": "TEXT_CONTAINS", "values": [{"userEnteredValue": "1"}]}}
    team.change({"setDataValidation": {"range": orders, "rule": valid}})

    def thinking(_question: str) -> bool:
        team.change({"insertDimension": {"range": _columns(0, 1)}})
        return True

    monkeypatch.setattr(typer, "confirm", thinking)
    init(NOW)

    [log, *_] = book(local_server, team.spreadsheet_id)["sheets"]
    _, _, order, status, *_ = log["data"][0]["rowData"][1]["values"]
    assert order["dataValidation"]["condition"]["type"] == "TEXT_CONTAINS"
    assert status["dataValidation"]["condition"]["type"] == "ONE_OF_LIST"


def test_what_changes_while_the_question_stands_is_told_anew(
    team: HttpTeam, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter((True, False))

    def thinking(_question: str) -> bool:
        team.fill("F1", [["Follow-up"]])
        return next(answers)

    monkeypatch.setattr(typer, "confirm", thinking)
    told = init(NOW).stdout

    assert "changed while you were reading" in told
    assert 'add the columns "Follow-up By", "Row Check" after the last one' in told
    assert told.endswith("Nothing was done.\n")


# --- taking it away ---


def test_only_ours_is_taken_away(local_server: LocalServer, team: HttpTeam) -> None:
    _belongings(team)
    before = book(local_server, team.spreadsheet_id)["sheets"]
    init("--yes", NOW)
    CliRunner().invoke(app, ["sync", NOW])

    told = init("--remove", "--yes", NOW).stdout

    assert 'delete the tab "History", with whatever somebody typed there' in told
    assert "stop it first" in told
    [after] = book(local_server, team.spreadsheet_id)["sheets"]
    assert [_trimmed(row) for row in rows(after)] == [_trimmed(row) for row in rows(before[0])]
    for kind in (
        "conditionalFormats", "protectedRanges", "basicFilter", "filterViews", "bandedRanges",
    ):  # fmt: skip
        assert after[kind] == before[0][kind]
    cells = [sheet["data"][0]["rowData"][1]["values"][:5] for sheet in (after, before[0])]
    assert cells[0] == cells[1]
    assert (
        init("--remove", "--yes", NOW).stdout == '"Refunds": there is nothing to be taken away.\n'
    )


def test_a_column_that_is_moved_meanwhile_takes_nobody_elses_with_it(
    local_server: LocalServer, team: HttpTeam, monkeypatch: pytest.MonkeyPatch
) -> None:
    init("--yes", NOW)
    post = SpreadsheetClient.post_json

    def beaten(self: SpreadsheetClient, *args: Any) -> Any:
        team.change({"moveDimension": {"source": _columns(5, 6), "destinationIndex": 0}})
        return post(self, *args)

    monkeypatch.setattr(SpreadsheetClient, "post_json", beaten)
    init("--remove", "--yes", NOW)

    assert [row[1:] for row in team.rows()] == LOG


def test_a_column_that_people_have_renamed_is_theirs_and_so_is_a_copy_of_the_log(
    local_server: LocalServer, team: HttpTeam
) -> None:
    init("--yes", NOW)
    team.fill("F1", [["Call back"], ["on Monday"], ["never"]])
    init("--yes", NOW)
    team.change({"duplicateSheet": {"sourceSheetId": 77, "newSheetName": "Backup"}})

    told = init("--remove", "--yes", NOW).stdout

    assert "take our mark from a column that you have made yours" in told
    sheets = book(local_server, team.spreadsheet_id)["sheets"]
    log, backup = (
        next(rows(sheet) for sheet in sheets if sheet["properties"]["title"] == title)
        for title in ("Refund Log", "Backup")
    )
    assert [row[5] for row in log[:3]] == ["Call back", "on Monday", "never"]
    assert backup[0] == [*LOG[0], "Call back", "Follow-up By", "Row Check", "Follow-up"]
    assert "nothing to be taken away" in init("--remove", "--yes", NOW).stdout


def test_a_rule_that_people_add_while_the_question_stands_is_not_taken_for_ours(
    local_server: LocalServer, team: HttpTeam, monkeypatch: pytest.MonkeyPatch
) -> None:
    init("--yes", NOW)
    theirs: list[Any] = []

    def thinking(_question: str) -> bool:
        if not theirs:
            theirs.append(_belongings(team)["rules"][0])
        return True

    monkeypatch.setattr(typer, "confirm", thinking)
    init("--remove", NOW)

    [log] = book(local_server, team.spreadsheet_id)["sheets"]
    assert log["conditionalFormats"] == theirs


def test_what_crosses_the_very_request_is_told_and_peoples_rules_come_back(
    local_server: LocalServer, team: HttpTeam, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = SpreadsheetClient.send_batch
    theirs: list[Any] = []

    def beaten(self: SpreadsheetClient, *args: Any, **options: Any) -> Any:
        if not theirs:
            theirs.append(_belongings(team)["rules"][0])
        return send(self, *args, **options)

    init("--yes", NOW)
    with monkeypatch.context() as once:
        once.setattr(SpreadsheetClient, "send_batch", beaten)
        told = init("--remove", "--yes", NOW, code=3).stderr
    assert "changed the colours" in told
    assert team.rows()[0][5:] == ["Follow-up", "Follow-up By", "Row Check"]
    init("--remove", "--yes", NOW)

    assert book(local_server, team.spreadsheet_id)["sheets"][0]["conditionalFormats"] == theirs


def test_columns_that_move_in_the_very_request_are_told(
    team: HttpTeam, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = SpreadsheetClient.send_batch

    def beaten(self: SpreadsheetClient, *args: Any, **options: Any) -> Any:
        team.change({"insertDimension": {"range": _columns(3, 4)}})
        return send(self, *args, **options)

    monkeypatch.setattr(SpreadsheetClient, "send_batch", beaten)
    told = init("--yes", NOW, code=3).stderr

    assert "offered for Assigned To may stand" in told


@pytest.mark.parametrize("step", [1, 2, 3])
def test_a_removal_that_is_cut_short_can_be_given_again(
    local_server: LocalServer, team: HttpTeam, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    init("--yes", NOW)
    request, writes = SpreadsheetClient.request, count(1)

    def cut_short(self: SpreadsheetClient, method: str, *args: Any, **options: Any) -> Any:
        if method == "POST" and next(writes) == step:
            raise KeyboardInterrupt
        return request(self, method, *args, **options)

    with monkeypatch.context() as once:
        once.setattr(SpreadsheetClient, "request", cut_short)
        CliRunner().invoke(app, ["init", "--remove", "--yes", NOW])
    init("--remove", "--yes", NOW)

    [log] = book(local_server, team.spreadsheet_id)["sheets"]
    assert team.rows() == LOG
    assert "developerMetadata" not in json.dumps(log)
    assert "conditionalFormats" not in log
    assert "protectedRanges" not in log


def test_a_tab_that_only_has_the_name_of_ours_stays(
    local_server: LocalServer, team: HttpTeam
) -> None:
    team.change({"addSheet": {"properties": {"title": "Summary"}}})
    init("--yes", NOW)

    init("--remove", "--yes", NOW)

    assert titles(local_server, team.spreadsheet_id) == ["Refund Log", "Summary"]


# --- the settings ---


def test_the_settings_are_asked_for(empty: str, tmp_path: Path) -> None:
    init(NOW, said=f"https://docs.google.com/spreadsheets/d/{empty}/edit#gid=0\ny\n")

    file = tmp_path / "refundsheet.toml"
    assert f"spreadsheets/d/{empty}/edit" in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "nothing to be added" in init(NOW).stdout


def test_the_settings_are_given(
    local_server: LocalServer, empty: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REFUNDSHEET_GOOGLE__BASE_URL")
    file = tmp_path / "desk.toml"
    given = ("--base-url", local_server.base_url, "--tab", 'A "log"', "--config", str(file))

    init("--spreadsheet", empty, *given, "--yes", NOW)

    assert titles(local_server, empty)[0] == 'A "log"'
    assert "nothing to be added" in init(*given, "--yes", NOW).stdout


def test_a_file_that_is_there_is_never_written(empty: str, tmp_path: Path) -> None:
    file = tmp_path / "refundsheet.toml"
    file.write_text('spreadsheet = "1another_spreadsheet_of_theirs_0000000000000"\n')

    told = init("--spreadsheet", empty, "--yes", NOW, code=2).stderr

    assert "its spreadsheet differs from what you give here" in told
    assert "another" in file.read_text()


def test_a_mistyped_spreadsheet_does_not_stand_in_the_way_of_the_right_one(
    empty: str, tmp_path: Path
) -> None:
    wrong = empty[:-3] + "xyz"

    told = init("--spreadsheet", wrong, "--yes", NOW, code=3).stderr

    assert wrong in told
    assert not (tmp_path / "refundsheet.toml").exists()
    assert "Wrote the settings" in init("--spreadsheet", empty, "--yes", NOW).stdout


def test_who_may_only_look_is_told_so_and_nothing_is_done(
    local_server: LocalServer, team: HttpTeam
) -> None:
    before = book(local_server, team.spreadsheet_id)
    local_server.set_control(access={team.spreadsheet_id: "reader"})

    told = init("--yes", NOW, code=3).stderr

    local_server.set_control(access={})
    assert "as an editor" in told
    assert book(local_server, team.spreadsheet_id) == before


def test_without_anybody_to_ask_it_says_what_to_give() -> None:
    assert "give --spreadsheet" in init(NOW, said="", code=2).stderr


# --- what leaves, and what is known of it ---


def test_google_understands_every_request(
    empty: str, team: HttpTeam, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Sent] = []
    request = SpreadsheetClient.request

    def heard(self: SpreadsheetClient, method: str, endpoint: str, **options: Any) -> Any:
        answer = request(self, method, endpoint, **options)
        sent.append(Sent(method, answer.url, options.get("json")))
        return answer

    monkeypatch.setattr(SpreadsheetClient, "request", heard)
    init("--yes", NOW)
    init("--remove", "--yes", NOW)
    monkeypatch.setenv("REFUNDSHEET_SPREADSHEET", empty)
    init("--sample", "--yes", NOW)

    assert len(sent) > 10
    assert [found for one in sent for found in mistakes(one)] == []


def test_every_column_has_a_place_and_every_flag_a_colour() -> None:
    layout = workbook.new_layout()
    assert layout.columns.keys() == {column.field for column in COLUMNS}
    assert all(any(kind.word.startswith(word) for word in workbook._COLOURS) for kind in FlagKind)


@pytest.mark.parametrize("colours", workbook._COLOURS.values(), ids=workbook._COLOURS)
def test_a_flag_can_be_read_on_its_ground(colours: tuple[str, str]) -> None:
    """The contrast that WCAG 2.2 asks of small letters (1.4.3): 4.5 to 1."""
    dark, light = sorted(map(_luminance, colours))
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _columns(start: int, end: int) -> dict[str, Any]:
    return {"sheetId": 77, "dimension": "COLUMNS", "startIndex": start, "endIndex": end}


def _trimmed(row: list[str]) -> list[str]:
    while row and not row[-1]:
        row = row[:-1]
    return row


_BANDS = {
    "firstBandColorStyle": {"rgbColor": {"red": 1, "green": 1, "blue": 1}},
    "secondBandColorStyle": {"rgbColor": {"red": 0.9, "green": 0.95, "blue": 1}},
}


def _belongings(team: HttpTeam) -> dict[str, Any]:
    """A rule, a filter, a view, bands, a dropdown, a note and a protection of the team's own."""
    colour = {"rgbColor": {"green": 1}}
    rule = {
        "ranges": [{"sheetId": 77, "startColumnIndex": 4, "endColumnIndex": 5}],
        "booleanRule": {
            "condition": {"type": "TEXT_STARTS_WITH", "values": [{"userEnteredValue": "Stale"}]},
            "format": {"backgroundColorStyle": colour},
        },
    }
    status = {"sheetId": 77, "startRowIndex": 1, "startColumnIndex": 2, "endColumnIndex": 3}
    valid = {"type": "TEXT_CONTAINS", "values": [{"userEnteredValue": "e"}]}
    noted = {"sheetId": 77, "startRowIndex": 0, "endRowIndex": 1, "endColumnIndex": 1}
    protected = {"sheetId": 77, "startColumnIndex": 0, "endColumnIndex": 1}
    area = {"sheetId": 77, "startRowIndex": 0, "endRowIndex": 3, "endColumnIndex": 5}
    team.change(
        {"addConditionalFormatRule": {"rule": rule, "index": 0}},
        {"setDataValidation": {"range": status, "rule": {"condition": valid}}},
        {"repeatCell": {"range": noted, "cell": {"note": "ours since 2019"}, "fields": "note"}},
        {"addProtectedRange": {"protectedRange": {"range": protected, "warningOnly": True}}},
        {"setBasicFilter": {"filter": {"range": area}}},
        {"addFilterView": {"filter": {"title": "Sam's", "range": area}}},
        {"addBanding": {"bandedRange": {"range": area, "rowProperties": _BANDS}}},
    )
    shown = book(team.server, team.spreadsheet_id)["sheets"][0]
    return {
        "rules": shown["conditionalFormats"],
        "protected": shown["protectedRanges"][0]["range"],
    }
