"""Which address and which key open a spreadsheet, and what is said where they do not."""

from pathlib import Path

import pytest
from google.auth.credentials import AnonymousCredentials
from google.auth.transport.requests import AuthorizedSession

from refundsheet.config import Settings
from refundsheet.config.settings import GoogleSettings
from refundsheet.daemon import open_spreadsheet
from refundsheet.errors import ConfigurationError, CredentialsError, ExitCode
from refundsheet.sheets.credentials import GOOGLE, open_access
from refundsheet.sheets.pace import Unhurried
from tests.keys import ACCOUNT, key_file

NEW_KEY = (
    "make a JSON key for the service account (Google Cloud console, IAM, Service accounts, Keys) "
    'and name the file in the setting "google.credentials".'
)


def test_a_key_file_opens_google_as_its_account(tmp_path: Path) -> None:
    access = open_access(credentials=key_file(tmp_path))

    assert (access.base_url, access.account) == (GOOGLE, ACCOUNT)
    assert isinstance(access.session, AuthorizedSession)


def test_all_stores_of_an_account_share_one_pace(tmp_path: Path) -> None:
    path = key_file(tmp_path)

    assert open_access(credentials=path).pace is open_access(credentials=path).pace


def test_a_refundsheet_takes_no_more_than_its_share_of_an_account(tmp_path: Path) -> None:
    google = GoogleSettings(credentials=key_file(tmp_path), requests_per_minute=18)

    store = open_spreadsheet(Settings(spreadsheet="1kWf7-x_Y", google=google))

    assert store.quota_left == (18, 18)


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:8737", "http://localhost:8737/", "http://[::1]:8737"]
)
def test_a_server_on_this_machine_needs_no_key_and_no_pace(address: str) -> None:
    access = open_access(address, credentials=Path("not-there.json"))

    assert access.account == ""
    assert isinstance(access.pace, Unhurried)
    assert not access.session.trust_env
    assert not access.base_url.endswith("/")


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("http://sheets.googleapis.com", id="a key would travel in the clear"),
        pytest.param("http://192.168.1.4:8737", id="another machine"),
        pytest.param("127.0.0.1:8737", id="no scheme"),
        pytest.param("https:", id="no host"),
        pytest.param("http://[::1", id="no address at all"),
        pytest.param("", id="empty"),
    ],
)
def test_another_address_is_refused(address: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        open_access(address)

    assert str(caught.value) == (
        f'google.base_url: "{address}" cannot be used: leave it out for Google itself, or give '
        f"the address a local server prints, as http://127.0.0.1:8737."
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(None, f"The key file PATH is not there: {NEW_KEY}", id="missing"),
        pytest.param("{", f"The key file PATH is not JSON: {NEW_KEY}", id="half a JSON"),
        pytest.param(
            '{"installed": {"client_id": "1"}}',
            f"PATH is not the key of a service account: {NEW_KEY}",
            id="an OAuth client",
        ),
        pytest.param("[]", f"PATH is not the key of a service account: {NEW_KEY}", id="a list"),
        pytest.param(
            '{"type": "service_account"}',
            f"The key in PATH is damaged or incomplete: {NEW_KEY}",
            id="without its key",
        ),
        pytest.param(
            '{"type": "service_account", "client_email": "a@b", "token_uri": "c",'
            ' "private_key": "-----BEGIN"}',
            f"The key in PATH is damaged or incomplete: {NEW_KEY}",
            id="half a key",
        ),
    ],
)
def test_a_key_file_that_cannot_be_used_is_named(
    tmp_path: Path, content: str | None, said: str
) -> None:
    path = tmp_path / "key.json"
    if content is not None:
        path.write_text(content)

    with pytest.raises(CredentialsError) as caught:
        open_access(credentials=path)

    assert str(caught.value) == said.replace("PATH", str(path))
    assert caught.value.exit_code is ExitCode.USAGE


def test_a_key_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(CredentialsError) as caught:
        open_access(credentials=tmp_path)

    assert str(caught.value) == (
        f"The key file {tmp_path} cannot be read (Is a directory): give it to the user that "
        f"runs refundsheet, with mode 0600."
    )


def test_no_key_at_all_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "none.json"))

    with pytest.raises(CredentialsError) as caught:
        open_access()

    assert str(caught.value) == f"There is no key to open the spreadsheet with: {NEW_KEY}"


def test_without_a_key_file_the_default_account_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    found = (AnonymousCredentials(), "project")
    monkeypatch.setattr("google.auth.default", lambda **_: found)

    access = open_access()

    assert access.account == ""
    assert isinstance(access.session, AuthorizedSession)
