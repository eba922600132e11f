"""Opens the way to a server: which address, as which account, with which key."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import google.auth
import requests
from google.auth.credentials import Credentials
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import AuthorizedSession
from google.oauth2 import service_account

from refundsheet.errors import ConfigurationError, CredentialsError
from refundsheet.sheets.pace import PER_MINUTE, Pace, Unhurried, pace_of

GOOGLE = "https://sheets.googleapis.com"
SCOPES = ("https://www.googleapis.com/auth/spreadsheets",)

_NEW_KEY = (
    "make a JSON key for the service account (Google Cloud console, IAM, Service accounts, Keys) "
    'and name the file in the setting "google.credentials".'
)


@dataclass(frozen=True, slots=True)
class Access:
    """An open way to a server.

    Attributes:
        base_url: Where it is, without a slash at the end.
        account: The address people share the spreadsheet with; "" where it is not known.
        session: Sends requests as that account.
        pace: How fast they may follow each other.
    """

    base_url: str
    account: str
    session: requests.Session
    pace: Pace


def open_access(
    base_url: str = GOOGLE, credentials: Path | None = None, per_minute: int = PER_MINUTE
) -> Access:
    """Open the way to Google, or without any key to a server on this machine.

    Args:
        base_url: Google's address, or that of a local server, as ``http://127.0.0.1:8737``.
        credentials: A service account's key file; None finds Google's application default ones.
        per_minute: How many reads, and how many writes, may leave in a minute.

    Raises:
        ConfigurationError: The address cannot be used.
        CredentialsError: The key cannot be used.
    """
    address = base_url.rstrip("/")
    if is_on_this_machine(address):
        return Access(address, "", _plain_session(), Unhurried())
    account, session = _authorized_session(credentials)
    return Access(address, account, session, pace_of(account, per_minute))


def is_on_this_machine(address: str) -> bool:
    """Whether it is a plain loopback address; anything else must be reached by https.

    Raises:
        ConfigurationError: It is neither.
    """
    scheme, host = _scheme_and_host(address)
    if scheme == "http" and _is_loopback(host):
        return True
    if scheme == "https" and host:
        return False
    raise ConfigurationError(
        f'google.base_url: "{address}" cannot be used: leave it out for Google itself, or give '
        f"the address a local server prints, as http://127.0.0.1:8737."
    )


def _scheme_and_host(address: str) -> tuple[str, str]:
    try:
        parts = urlsplit(address)
    except ValueError:
        return "", ""
    return parts.scheme, parts.hostname or ""


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _plain_session() -> requests.Session:
    session = requests.Session()
    # A proxy set for the internet, or a stored password, is not meant for this machine's own server.
    session.trust_env = False
    # It takes any token, as a name: there is no account to be checked.
    session.headers["Authorization"] = "Bearer refundsheet"
    return session


def _authorized_session(path: Path | None) -> tuple[str, requests.Session]:
    credentials = _default_credentials() if path is None else _from_key_file(path)
    account = str(getattr(credentials, "service_account_email", "") or "")
    session = AuthorizedSession(credentials)
    return ("" if account == "default" else account), session


def _default_credentials() -> Credentials:
    try:
        credentials, _project = google.auth.default(scopes=SCOPES)
    except GoogleAuthError as error:
        raise CredentialsError(
            f"There is no key to open the spreadsheet with: {_NEW_KEY}"
        ) from error
    return cast("Credentials", credentials)


def _from_key_file(path: Path) -> Credentials:
    info = _key_file(path)
    try:
        return service_account.Credentials.from_service_account_info(info, scopes=SCOPES)
    except (GoogleAuthError, ValueError) as error:
        raise CredentialsError(f"The key in {path} is damaged or incomplete: {_NEW_KEY}") from error


def _key_file(path: Path) -> Mapping[str, Any]:
    try:
        info = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise CredentialsError(f"The key file {path} is not there: {_NEW_KEY}") from error
    except OSError as error:
        raise CredentialsError(
            f"The key file {path} cannot be read ({error.strerror}): give it to the user "
            f"that runs refundsheet, with mode 0600."
        ) from error
    except ValueError as error:
        raise CredentialsError(f"The key file {path} is not JSON: {_NEW_KEY}") from error
    if not isinstance(info, dict) or info.get("type") != "service_account":
        raise CredentialsError(f"{path} is not the key of a service account: {_NEW_KEY}")
    return cast("Mapping[str, Any]", info)
