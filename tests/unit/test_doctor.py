"""The command doctor: each link broken by itself on the local server, or at a stub of Google's."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

import pytest
import stamina
from typer.testing import CliRunner, Result

from refundsheet.cli import app
from refundsheet.core.chain import Link
from refundsheet.localsheets.server import LocalServer
from refundsheet.sheets import credentials
from tests.conftest import Sent
from tests.keys import key_file, signed_in
from tests.stub_server import Stub, as_json, google_error
from tests.teams import HttpTeam, Rows

LOG: Rows = [["Case ID", "Order ID", "Status"], ["R-1", "1001", "New"], ["R-2", "1002", "Closed"]]
#: The command stands before its module under that name.
doctors_room = import_module("refundsheet.cli.doctor")
#: The people of the log, to the local server; refundsheet is another account.
CALLERS = {"people": "joan@example.com", "refundsheet": "robot@example.com"}

NEW_KEY = (
    "make a JSON key for the service account (Google Cloud console, IAM, Service accounts, Keys) "
    'and name the file in the setting "google.credentials".'
)
GIVE_THE_RIGHT = "give this user the right to write there, or set ledger.url to another place"


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No settings but the test's own, a ledger of its own, retries that do not wait, UTC."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REFUNDSHEET_LEDGER__URL", f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    with stamina.set_testing(True, attempts=2, cap=True):
        yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def team_of(
    local_server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[Rows], HttpTeam]]:
    made: list[HttpTeam] = []

    def make(rows: Rows) -> HttpTeam:
        local_server.set_control(callers=CALLERS)
        made.append(HttpTeam(local_server, rows))
        monkeypatch.setenv("REFUNDSHEET_SPREADSHEET", made[-1].spreadsheet_id)
        monkeypatch.setenv("REFUNDSHEET_GOOGLE__BASE_URL", local_server.base_url)
        return made[-1]

    yield make
    for team in made:
        team.close()


@pytest.fixture
def team(team_of: Callable[[Rows], HttpTeam]) -> HttpTeam:
    return team_of(LOG)


@pytest.fixture
def stub() -> Iterator[Stub]:
    server = Stub()
    yield server
    server.close()


@pytest.fixture
def key(tmp_path: Path, stub: Stub, team: HttpTeam, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A service account's key, for a server that asks for one; the stub is Google's sign-in."""
    stub.answers = [signed_in("refundsheet")]
    account = f"{team.spreadsheet_id}@desk.iam.gserviceaccount.com"
    path = key_file(tmp_path, account=account, sign_in=f"{stub.base_url}/token")
    monkeypatch.setenv("REFUNDSHEET_GOOGLE__CREDENTIALS", str(path))
    for room in (doctors_room, credentials):
        monkeypatch.setattr(room, "is_on_this_machine", lambda _: False)
    return path


def doctor(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["doctor", *arguments])


def sync(*arguments: str) -> None:
    assert CliRunner().invoke(app, ["sync", *arguments]).exit_code == 0


def ends(code: int) -> tuple[str, str]:
    """The link at which the chain ends, and what is said there."""
    result = doctor("--json")
    assert result.exit_code == code, result.output
    told = json.loads(result.stdout)
    states = [link["state"] for link in told["links"]]
    place = states.index("broken")
    assert set(states[:place]) <= {"sound", "worth a look"}
    assert set(states[place + 1 :]) <= {"not looked at"}
    assert "\n" not in told["links"][place]["said"]
    return told["broken"], told["links"][place]["said"]


def noted() -> dict[str, str]:
    """The links that are worth a look, where none is broken."""
    result = doctor("--json")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["broken"]) == (1, None), result.output
    return {link["link"]: link["said"] for link in told["links"] if link["state"] == "worth a look"}


def test_a_chain_that_holds_is_ticked_off_and_no_cell_is_written(
    key: Path, team: HttpTeam, requests_sent: list[Sent]
) -> None:
    sync()
    log = team.rows()
    requests_sent.clear()

    result = doctor()

    assert result.exit_code == 0, result.output
    *ticks, last = result.stdout.splitlines()
    assert [line[2:].split("  ")[0] for line in ticks] == [link.value for link in Link]
    assert {line[0] for line in ticks} == {"✓"}
    assert last == "All is well."
    assert team.rows() == log
    writes = [sent.body for sent in requests_sent if sent.method == "POST"]
    assert [list(request) for body in writes for request in body["requests"]] == [
        ["deleteDeveloperMetadata"]
    ]


def test_before_the_first_pass_all_stands_but_the_service(team: HttpTeam) -> None:
    assert noted() == {
        "service": "No pass has been made yet. Start the service: refundsheet run",
    }


def test_settings_with_mistakes_are_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "refundsheet.toml").write_text("poll_second = 5\n")
    link, said = ends(2)
    assert link == "settings"
    assert "poll_second: there is no such key; did you mean poll_seconds?; spreadsheet: " in said


def test_an_address_that_cannot_be_used_is_a_matter_of_the_settings(
    team: HttpTeam, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REFUNDSHEET_GOOGLE__BASE_URL", "http://sheets.example")
    link, said = ends(2)
    assert link == "settings"
    assert said.startswith('google.base_url: "http://sheets.example" cannot be used')


def test_a_key_that_is_missing_is_named(key: Path) -> None:
    key.unlink()
    assert ends(2) == ("key", f"The key file {key} is not there: {NEW_KEY}")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ('{"installed": {}}', "{} is not the key of a service account"),
        ("-----BEGIN", "The key file {} is not JSON"),
    ],
)
def test_a_key_that_is_no_key_is_named(key: Path, content: str, what: str) -> None:
    key.write_text(content)
    assert ends(2) == ("key", f"{what.format(key)}: {NEW_KEY}")


def test_a_key_that_cannot_be_read_is_named_with_its_cure(key: Path) -> None:
    key.unlink()
    key.mkdir()  # nobody can read it, not even who may read everything
    link, said = ends(2)
    assert link == "key"
    assert said.endswith("give it to the user that runs refundsheet, with mode 0600.")


def test_a_key_that_others_can_read_is_named_with_its_cure(key: Path) -> None:
    key.chmod(0o644)
    link, said = ends(2)
    assert link == "key"
    assert said.endswith(f"(mode 0644): keep it to yourself with: chmod 600 {key}")


def test_a_server_that_does_not_answer_is_told_at_once(
    team: HttpTeam, stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REFUNDSHEET_GOOGLE__BASE_URL", "http://127.0.0.1:9")
    link, said = ends(3)
    assert link == "connection"
    assert said.startswith("http://127.0.0.1:9 cannot be reached")


def test_a_clock_that_is_off_is_told_before_google_refuses_the_key(
    key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = datetime.now(UTC) - timedelta(minutes=7)
    monkeypatch.setattr(doctors_room, "wall_clock", lambda: late)
    link, said = ends(2)
    assert link == "clock"
    assert said.startswith("This machine's clock is 7 minutes behind the server's")


def test_a_key_that_was_removed_is_told(key: Path, stub: Stub) -> None:
    stub.answers = [as_json({"error": "invalid_grant", "error_description": "Not found."}, 400)]
    link, said = ends(3)
    assert link == "spreadsheet"
    assert "Google refuses to let" in said


def test_an_interface_that_is_not_enabled_is_told_with_its_link(
    key: Path, stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REFUNDSHEET_GOOGLE__BASE_URL", stub.base_url)
    page = "https://console.developers.google.com/apis/api/sheets.googleapis.com/overview?project=7"
    words = f"Google Sheets API has not been used in project 7 before or it is disabled: {page} now"
    stub.answers.append(google_error(403, words, "SERVICE_DISABLED"))
    link, said = ends(3)
    assert link == "spreadsheet"
    assert (
        f"The Google Sheets API is not switched on for the project the key belongs to: open {page}"
        in said
    )


@pytest.mark.parametrize(("role", "at"), [("none", "spreadsheet"), ("reader", "editor")])
def test_what_is_not_shared_or_only_to_look_at_is_told_with_the_address(
    key: Path, team: HttpTeam, local_server: LocalServer, role: str, at: str
) -> None:
    local_server.set_control(access={team.spreadsheet_id: role})
    link, said = ends(3)
    assert link == at
    account = json.loads(key.read_text())["client_email"]
    assert f"press Share in the spreadsheet and add {account} as an editor" in said


def test_a_tab_that_is_missing_is_told(team: HttpTeam, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFUNDSHEET_LOG__TAB", "Cases")
    link, said = ends(3)
    assert link == "log"
    assert 'has no tab "Cases": its tabs are "Refund Log"' in said


def test_a_header_that_is_missing_is_told(team_of: Callable[[Rows], HttpTeam]) -> None:
    team_of([["Case ID", "Order ID"], ["R-1", "1001"]])
    link, said = ends(3)
    assert link == "log"
    assert "Status" in said


@pytest.mark.parametrize(
    ("area", "what"),
    [
        ({"sheetId": 77, "startColumnIndex": 0, "endColumnIndex": 1}, 'column "Case ID" is'),
        ({"sheetId": 77}, 'column "Case ID", the column "Follow-up", '),
    ],
)
def test_what_is_protected_against_refundsheet_is_named(
    team: HttpTeam, area: dict[str, int], what: str
) -> None:
    sync()
    theirs = {"range": area, "editors": {"users": ["joan@example.com"]}}
    team.change({"addProtectedRange": {"protectedRange": theirs}})
    link, said = ends(3)
    assert link == "protection"
    assert said.startswith(f"The {what}")
    assert said.endswith(
        "choose Data, Protect sheets and ranges, and let refundsheet's account edit it."
    )


def test_a_warning_is_no_protection(team: HttpTeam) -> None:
    sync()
    theirs = {"range": {"sheetId": 77}, "warningOnly": True}
    team.change({"addProtectedRange": {"protectedRange": theirs}})
    assert doctor().exit_code == 0


def test_a_zone_that_is_not_this_machines_is_worth_a_look(
    team: HttpTeam, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync()
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    [(link, said)] = noted().items()
    assert link == "time zone"
    assert said.startswith("The spreadsheet's clock (Europe/Berlin) is ")


def test_a_quota_that_is_used_up_is_told(team: HttpTeam, local_server: LocalServer) -> None:
    local_server.set_control(faults=[{"kind": "429", "match": "get", "times": 9}])
    link, said = ends(3)
    assert link == "quota"
    assert said.startswith("Google's quota of requests a minute is used up")


def test_a_ledger_that_cannot_be_written_is_told(
    team: HttpTeam, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REFUNDSHEET_LEDGER__URL", f"sqlite:///{tmp_path}")
    assert ends(2) == (
        "ledger",
        f"The ledger at {tmp_path} cannot be written (it is a folder): {GIVE_THE_RIGHT}",
    )


def test_a_log_that_another_refundsheet_keeps_is_told(
    team: HttpTeam, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync()
    monkeypatch.setenv("REFUNDSHEET_LEDGER__URL", f"sqlite:///{tmp_path / 'other.sqlite'}")
    link, said = ends(4)
    assert link == "lease"
    assert said.startswith(f"Another refundsheet ({tmp_path / 'ledger.sqlite'} on ")


def test_a_service_that_is_silent_is_worth_a_look(
    team: HttpTeam, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = datetime.now(UTC) - timedelta(hours=3)
    sync("--now", earlier.isoformat())
    assert noted() == {
        "service": "The last pass was run 1, 3 hours ago: is the service running? Its log says why "
        "passes fail.",
    }


def test_a_terminal_is_told_what_was_not_looked_at(tmp_path: Path) -> None:
    result = doctor()
    first, *others = result.stdout.splitlines()
    assert result.exit_code == 2
    assert first.startswith("✗ settings")
    assert {line[0] for line in others} == {"·"}
