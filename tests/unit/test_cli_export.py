"""``refundsheet export``: cases, changes and flags out of the ledger, for spreadsheets and programs."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from refundsheet.cli import app
from refundsheet.core.model import Cell
from refundsheet.ledger.ledger import Ledger
from refundsheet.ledger.records import Learnt
from tests.shops import HEADERS, NOW, Shop, serial
from tests.teams import MemoryTeam

OLD = serial(NOW - timedelta(days=6))
LOG: list[list[Cell]] = [
    [*HEADERS, "Amount", "Customer"],
    ["R-1", "1001", "New", "=HYPERLINK(evil)", OLD, OLD, "", -5, "Jo, the 2nd"],
    ["R-2", "1002", "Approved", 'says "no"', OLD, OLD, "", 12.5, "+49 30"],
    ["", "1003", "Approved", "", OLD, OLD],
]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The ledger of a log that was learnt on a Monday; R-1 was refunded on the Tuesday, and removed."""
    url = f"sqlite:///{tmp_path_factory.mktemp('export') / 'ledger.sqlite'}"
    with Ledger.open(url) as ledger:
        shop = Shop(MemoryTeam(LOG), ledger)
        shop.sync()
        shop.now = datetime(2026, 11, 3, 9, tzinfo=UTC)
        shop.type("R-1", "Status", "Refunded")
        shop.sync(after=timedelta())
        shop.team.delete_row(shop.row("R-1"))
        for _ in range(3):
            shop.sync(after=timedelta(minutes=6))
        known = next(c for c in ledger.recall(shop.sheet).cases.values() if not c.case.case_id)
        odd = replace(known, case=replace(known.case, notes="half \ud83d"))
        ledger.record(shop.sheet, Learnt(at=shop.now, remembered=[odd]))
    return url


@pytest.fixture(autouse=True)
def at_home(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REFUNDSHEET_SPREADSHEET", "memory")
    monkeypatch.setenv("REFUNDSHEET_LEDGER__URL", url)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["export", *arguments])


def rows(*arguments: str) -> list[dict[str, str]]:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return list(csv.DictReader(io.StringIO(result.stdout)))


def objects(*arguments: str) -> list[dict[str, Any]]:
    result = run(*arguments, "--format=jsonl")
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_cases_come_as_they_are_known_now() -> None:
    found = {case["order_id"]: case for case in objects("cases")}

    assert [found[order]["state"] for order in ("1001", "1002", "1003")] == [
        *("removed", "in the log", "in the log"),
    ]
    assert found["1001"]["status"] == "Refunded"
    assert found["1001"]["resolved_at"] == "2026-11-03T10:00:00+01:00"
    assert found["1002"]["amount"] == "12.50"
    assert found["1002"]["flags"] == ["escalate"]
    assert found["1002"]["follow_up"][0].startswith("Escalate: Approved at least since")
    assert found["1001"]["timeline"][-1] == {
        "status": "Refunded",
        "not_before": "2026-11-02T10:01:00+01:00",
        "not_after": "2026-11-03T10:00:00+01:00",
    }


def test_changes_come_as_history_tells_them() -> None:
    told = objects("changes")
    assert ("status", "New", "Refunded", "team") in [
        (one["field"], one["from"], one["to"], one["by"]) for one in told
    ]
    assert [one["run"] for one in told] == sorted(one["run"] for one in told)


def test_flags_come_with_when_they_were_raised_and_cleared() -> None:
    found = {flag["case"]: flag for flag in objects("flags")}

    assert found.keys() == {"R-1", "R-2", "(1003)"}
    assert found["R-1"]["kind"] == "escalate"
    assert found["R-1"]["raised_at"] == "2026-11-02T10:01:00+01:00"
    assert found["R-1"]["cleared_at"] == "2026-11-03T10:00:00+01:00"
    assert found["R-2"]["cleared_at"] is None


@pytest.mark.parametrize(
    ("what", "since", "names"),
    [
        pytest.param("cases", "2026-11-03", {"R-1"}, id="cases that changed"),
        pytest.param("changes", "2026-11-03", {"R-1"}, id="changes that were seen"),
        pytest.param("flags", "2026-11-03", {"R-1"}, id="flags that were raised or cleared"),
        pytest.param("flags", "2026-11-03T10:00:01", set[str](), id="to the second"),
        pytest.param("cases", "2026-11-02", {"R-1", "R-2", ""}, id="all of it"),
    ],
)
def test_only_what_is_not_older(what: str, since: str, names: set[str]) -> None:
    found = objects(what, "--since", since)
    assert {one.get("case", one.get("case_id")) for one in found} == names


def test_a_text_that_a_spreadsheet_would_compute_is_a_text() -> None:
    found = {case["order_id"]: case for case in rows("cases")}
    assert found["1001"]["notes"] == "'=HYPERLINK(evil)"
    assert found["1001"]["amount"] == "-5.00"
    assert found["1002"]["customer_name"] == "'+49 30"
    assert found["1002"]["notes"] == 'says "no"'
    assert found["1003"]["notes"] == "half ?"


def test_exactly_as_it_stands_where_that_is_asked_for() -> None:
    exact = {case["order_id"]: case["notes"] for case in rows("cases", "--exact")}
    lines = {case["order_id"]: case["notes"] for case in objects("cases")}
    assert exact["1001"] == lines["1001"] == "=HYPERLINK(evil)"


@pytest.mark.parametrize("what", ["cases", "changes", "flags"])
def test_csv_has_the_columns_of_the_json_lines(what: str) -> None:
    in_json, in_csv = objects(what)[0], rows(what)[0]
    assert in_json.keys() - in_csv.keys() <= {"timeline"}
    assert in_csv.keys() <= in_json.keys()


def test_a_file_is_whole_or_not_there_and_never_overwritten_unasked(tmp_path: Path) -> None:
    first = run("cases", "--output", "cases.csv")
    assert first.stdout == "3 cases in cases.csv\n"
    file = tmp_path / "cases.csv"
    assert file.stat().st_mode & 0o077 == 0
    assert len(list(csv.DictReader(file.read_text().splitlines()))) == 3
    before = file.read_bytes()

    second = run("flags", "--output", "cases.csv")
    assert second.exit_code == 2
    assert "cases.csv is there already" in second.stderr
    assert file.read_bytes() == before

    assert run("flags", "--output", "cases.csv", "--force").exit_code == 0
    assert file.read_bytes() != before
    assert sorted(path.name for path in tmp_path.iterdir() if "cases" in path.name) == ["cases.csv"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param(["cases", "--since", "Tuesday"], '--since "Tuesday" is not a day', id="no day"),
        pytest.param(["cases", "--output", "no/such/folder.csv"], "cannot be written", id="no folder"),
    ],
)  # fmt: skip
def test_a_mistake_is_one_sentence(arguments: list[str], sentence: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert sentence in result.stderr


def test_of_a_spreadsheet_nobody_passed_over_there_is_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REFUNDSHEET_SPREADSHEET", "another")
    result = run("cases")
    assert (result.exit_code, "make a pass first" in result.stderr) == (2, True)
