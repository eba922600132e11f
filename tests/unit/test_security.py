"""What is asked of Google, what is logged, who can read what is kept: as the README's Security says."""

import base64
import json
import logging
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from typer.testing import CliRunner

from refundsheet.cli import app
from refundsheet.ledger.ledger import Ledger
from refundsheet.localsheets.server import LocalServer
from refundsheet.service import logs
from refundsheet.sheets import credentials
from tests.keys import key_file, private_key, signed_in
from tests.stub_server import Stub, as_json
from tests.teams import HttpTeam

SCOPE = "https://www.googleapis.com/auth/spreadsheets"
TOKEN = "ya29.a-token-nobody-may-see"  # noqa: S105 - of the stub
NOTES = "Ada Moreau wants 12.50 back"


@pytest.fixture
def stub() -> Iterator[Stub]:
    server = Stub()
    server.answers = [signed_in(TOKEN)]
    yield server
    server.close()


@pytest.fixture
def team(
    local_server: LocalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[HttpTeam]:
    """A log on a server that is asked for with a key, as Google is."""
    monkeypatch.chdir(tmp_path)
    rows = [["Case ID", "Customer", "Status", "Notes"], ["R-1", "Ada Moreau", "New", NOTES]]
    team = HttpTeam(local_server, rows)
    monkeypatch.setenv("REFUNDSHEET_SPREADSHEET", team.spreadsheet_id)
    monkeypatch.setenv("REFUNDSHEET_GOOGLE__BASE_URL", local_server.base_url)
    monkeypatch.setenv("REFUNDSHEET_LEDGER__URL", f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    monkeypatch.setattr(credentials, "is_on_this_machine", lambda _: False)
    yield team
    team.close()


def use_key(monkeypatch: pytest.MonkeyPatch, folder: Path, stub: Stub, team: HttpTeam) -> None:
    account = f"{team.spreadsheet_id}@desk.iam.gserviceaccount.com"
    path = key_file(folder, account=account, sign_in=f"{stub.base_url}/token")
    monkeypatch.setenv("REFUNDSHEET_GOOGLE__CREDENTIALS", str(path))


def sync() -> str:
    result = CliRunner().invoke(app, ["sync"])
    assert result.exit_code == 0, result.output
    return result.output


def claims(body: bytes) -> dict[str, str]:
    """What a service account says of itself when it signs in."""
    [assertion] = parse_qs(body.decode())["assertion"]
    part = assertion.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def test_no_other_right_is_asked_for_than_spreadsheets(
    team: HttpTeam, stub: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_key(monkeypatch, tmp_path, stub, team)
    sync()
    [body] = stub.bodies
    assert claims(body)["scope"] == SCOPE
    assert credentials.SCOPES == (SCOPE,)


def test_neither_key_nor_token_nor_a_customer_is_logged_at_any_level(
    team: HttpTeam,
    stub: Stub,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    use_key(monkeypatch, tmp_path, stub, team)
    caplog.set_level(logging.DEBUG)  # of every library, too
    said = sync()
    stub.answers = [as_json({"error": "invalid_grant", "error_description": "Gone."}, 400)]
    refused = CliRunner().invoke(app, ["check", "--debug"])
    assert refused.exit_code == 3

    logged = caplog.text
    assert "/token" in logged  # the libraries did say that they signed in
    secrets = [TOKEN, *private_key().splitlines()[1:-1], "eyJ"]  # how a token begins
    for secret in secrets:
        assert secret not in logged + said + refused.output
    for word in ("Ada", "12.50"):
        assert word not in logged


def test_the_service_at_debug_logs_no_library_that_might(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root, ours = logging.getLogger(), logging.getLogger("refundsheet")
    before = (root.level, list(root.handlers), ours.level)
    try:
        logs.set_up(sys.stderr, "debug")
        assert ours.isEnabledFor(logging.DEBUG)
        for library in ("google.auth", "urllib3", "requests", "sqlalchemy.engine"):
            assert not logging.getLogger(library).isEnabledFor(logging.DEBUG)
    finally:
        root.setLevel(before[0])
        root.handlers[:] = before[1]
        ours.setLevel(before[2])


def test_a_workload_identity_opens_the_sheet_without_a_key_file(
    team: HttpTeam, stub: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "subject").write_text("the-token-of-the-workload")
    pool = "//iam.googleapis.com/projects/7/locations/global/workloadIdentityPools/p/providers/q"
    content = {
        "type": "external_account",
        "audience": pool,
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": f"{stub.base_url}/sts",
        "credential_source": {"file": str(tmp_path / "subject")},
    }
    path = tmp_path / "workload.json"
    path.write_text(json.dumps(content))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "desk")  # or it would ask which one
    sync()
    [body] = stub.bodies
    asked = parse_qs(body.decode())
    assert (asked["subject_token"], asked["scope"]) == (["the-token-of-the-workload"], [SCOPE])


def test_what_is_kept_is_ours_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with Ledger.open(f"sqlite:///{tmp_path / 'state' / 'ledger.sqlite'}") as ledger:
            assert ledger.id
            files = list((tmp_path / "state").iterdir())
            rights = {file.name: stat.S_IMODE(file.stat().st_mode) for file in files}
    finally:
        os.umask(before)
    assert len(rights) > 1
    assert set(rights.values()) == {0o600}
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700


def test_a_name_that_looks_like_a_formula_stays_text_on_every_tab(
    local_server: LocalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "=1+1"
    monkeypatch.setenv("REFUNDSHEET_LEDGER__URL", f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    monkeypatch.setenv("REFUNDSHEET_GOOGLE__BASE_URL", local_server.base_url)
    rows = [["Case ID", "Customer", "Status", "Assigned To"], [name, name, "New", name]]
    team = HttpTeam(local_server, rows)
    monkeypatch.setenv("REFUNDSHEET_SPREADSHEET", team.spreadsheet_id)
    sync()
    team.put(2, 2, "Approved")
    sync()
    sheets = team._get("?fields=sheets(properties.title,data.rowData.values.userEnteredValue)")
    found = [
        value
        for sheet in sheets["sheets"]
        for data in sheet.get("data", ())
        for row in data.get("rowData", ())
        for cell in row.get("values", ())
        if name in str(value := cell.get("userEnteredValue", {}))
    ]
    team.close()
    assert len(found) > 3
    # A formula of ours may name it, as the link to its row does, and is not it.
    assert {"formulaValue": name} not in found
    assert {"stringValue": name} in found
