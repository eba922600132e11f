"""One table from what Google, or the network, says no with to the sentence a person reads."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from http import HTTPStatus
from typing import Any

import requests
from google.auth.exceptions import GoogleAuthError

from refundsheet.errors import (
    AnswerLostError,
    MissingTabError,
    OutsideGridError,
    ProtectedCellError,
    QuotaError,
    RefusedError,
    SheetError,
    SheetUnavailableError,
)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the sentence may need to name."""

    spreadsheet_id: str
    base_url: str
    account: str
    is_write: bool

    @property
    def share_with(self) -> str:
        """The account, as it stands in "share it with ..."; without a key file it has no name here."""
        return self.account or "refundsheet's account"


@dataclass(frozen=True, slots=True)
class _Refusal:
    status: int
    #: Found in Google's message and in the reasons of its details.
    pattern: str
    error: type[RefusedError]
    sentence: str


_LET_EDIT = "choose Data, Protect sheets and ranges, and let {share_with} edit it."

#: The first line that fits is said.
_REFUSALS = (
    _Refusal(
        401, "", RefusedError,
        "Google does not accept the key of {share_with}: make a new key for the service account "
        'and name its file in the setting "google.credentials".',
    ),
    _Refusal(
        403, "SERVICE_DISABLED|has not been used in project", RefusedError,
        "The Google Sheets API is not switched on for the project the key belongs to: open "
        "{link}, press Enable, and wait a minute.",
    ),
    _Refusal(
        403, "SCOPE_INSUFFICIENT|insufficient authentication scopes", RefusedError,
        "The key may not be used for spreadsheets: give it the scope "
        "https://www.googleapis.com/auth/spreadsheets, or use a service account's key file.",
    ),
    _Refusal(
        403, "", RefusedError,
        "The spreadsheet {spreadsheet} is not shared with refundsheet as an editor: press Share "
        "in the spreadsheet and add {share_with} as an editor.",
    ),
    _Refusal(
        404, "", RefusedError,
        'There is no spreadsheet with the id "{spreadsheet}": copy the part between /d/ and /edit '
        'from its address in the browser into the setting "spreadsheet".',
    ),
    _Refusal(
        400, "not supported for this document", RefusedError,
        "The file is an Excel file kept in Google Drive, which Google Sheets' interface cannot "
        "change: open it, choose File, Save as Google Sheets, and use the id of the new file.",
    ),
    _Refusal(
        400, "Unable to parse range|No grid with id|No sheet with id", MissingTabError,
        "A tab that refundsheet works on is not there any more: bring it back with Edit, Undo, "
        "or name another one in the settings.",
    ),
    _Refusal(
        400, "exceeds grid limits|outside the (sheet|grid)|after last row", OutsideGridError,
        "Rows or columns were removed while refundsheet was writing: it looks again in the "
        "next pass.",
    ),
    _Refusal(
        400, "protected cell", ProtectedCellError,
        f"Somebody protected a cell that refundsheet should fill in: {_LET_EDIT}",
    ),
    _Refusal(
        400, "already exists", RefusedError,
        "There is a tab {name} already, and refundsheet wants to give that name to one of its own: "
        "rename that tab, or choose another name in the settings.",
    ),
    _Refusal(
        400, "above the limit of", RefusedError,
        "The spreadsheet has grown to Google's limit: remove empty rows, columns and tabs nobody "
        "needs.",
    ),
    _Refusal(
        501, "", RefusedError, "The local server cannot do this: {words}",
    ),
)  # fmt: skip

_OTHER = (
    "Google does not accept what refundsheet sent ({words}): nothing was changed; please report "
    "this sentence as a mistake of refundsheet."
)
_LINK = re.compile(r"https://\S+")
_NAME = re.compile(r'"[^"]+"')
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)


def let_edit(about: Circumstances) -> str:
    """How people open to us what is protected."""
    return _LET_EDIT.format(share_with=about.share_with)


def from_answer(response: requests.Response, about: Circumstances) -> SheetError:
    """What to raise for an answer whose status is an error."""
    words, reasons = _google_says(response)
    if not words:
        return from_odd_body(response.status_code, response.content, about)
    status = response.status_code
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return QuotaError(
            "Google's quota of requests a minute is used up: refundsheet goes on by itself; if "
            'this is said often, raise "poll_seconds".'
        )
    is_passing = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT
    if is_passing and status != HTTPStatus.NOT_IMPLEMENTED:
        return _unavailable(
            f"Google is out of order for the moment ({status}, {words.rstrip('.')})", about
        )
    return _refusal(status, words, reasons, about)


def _refusal(status: int, words: str, reasons: str, about: Circumstances) -> RefusedError:
    for line in _REFUSALS:
        if line.status == status and re.search(line.pattern, f"{words} {reasons}"):
            return line.error(_fill(line.sentence, words, about), words)
    return RefusedError(_fill(_OTHER, words, about), words)


def _fill(sentence: str, words: str, about: Circumstances) -> str:
    link = _LINK.search(words)
    name = _NAME.search(words)
    return sentence.format(
        spreadsheet=about.spreadsheet_id,
        share_with=about.share_with,
        words=words.rstrip("."),
        name=name[0] if name else "of that name",
        link=link[0] if link else "the Google Cloud console",
    )


def from_odd_body(status: int, body: bytes, about: Circumstances) -> SheetError:
    """What to raise for an answer that is not the JSON object it should be."""
    what = _odd_body(body)
    if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return RefusedError(
            f"{about.base_url} answered with {what} ({status}), not like Google Sheets: correct "
            f'the setting "google.base_url".',
            what,
        )
    return _unavailable(f"{about.base_url} answered with {what} ({status})", about)


def _odd_body(body: bytes) -> str:
    title = _TITLE.search(body[:4096].decode("utf-8", "replace"))
    if title:
        return f'the web page "{unescape(title[1]).strip()}" instead of data'
    if body.lstrip()[:1] == b"<":
        return "a web page instead of data"
    if body.lstrip()[:1] == b"{":
        return "half of an answer"
    return "something that is not data"


def from_network(error: requests.RequestException, about: Circumstances) -> SheetError:
    """What to raise where no whole answer came."""
    sentence = f"{about.base_url} {_what_happened(error)}"
    if _never_left(error):
        return SheetUnavailableError(_then(sentence))
    return _unavailable(sentence, about)


#: The first kind that fits is said.
_HAPPENED: tuple[tuple[type[requests.RequestException], str], ...] = (
    (requests.exceptions.SSLError, "shows a certificate that this machine does not trust"),
    (requests.exceptions.ProxyError, "cannot be reached through the proxy that is set here"),
    (requests.exceptions.ConnectTimeout, "cannot be reached within 5 seconds"),
    (requests.exceptions.Timeout, "did not answer in time"),
    (requests.exceptions.ChunkedEncodingError, "broke off in the middle of an answer"),
    (requests.exceptions.ContentDecodingError, "answered with something that cannot be unpacked"),
)


def _what_happened(error: requests.RequestException) -> str:
    for kind, words in _HAPPENED:
        if isinstance(error, kind):
            return words
    return "cannot be reached" if _never_left(error) else "broke the connection off"


#: urllib3's names for a request that found nobody to talk to.
_NOBODY_THERE = ("NewConnectionError", "NameResolutionError", "ConnectTimeoutError")


def _never_left(error: requests.RequestException) -> bool:
    """Whether the request cannot have arrived, so that a write has surely not happened."""
    kinds = (
        requests.exceptions.ConnectTimeout,
        requests.exceptions.SSLError,
        requests.exceptions.ProxyError,
    )
    reasons = (getattr(cause, "reason", None) for cause in error.args)
    return isinstance(error, kinds) or any(
        type(reason).__name__ in _NOBODY_THERE for reason in reasons
    )


def from_sign_in(error: GoogleAuthError, about: Circumstances) -> SheetError:
    """What to raise where Google gave no token, so that the request never left."""
    words = str(error.args[0]) if error.args else ""
    if error.retryable or "<" in words or type(error).__name__ == "TransportError":
        return SheetUnavailableError(_then("Google's sign-in is out of order for the moment"))
    return RefusedError(
        f"Google refuses to let {about.share_with} in ({words.rstrip('.')}): check this machine's "
        f"clock, and whether the key or the account was removed; if so, make a new key.",
        words,
    )


def _unavailable(sentence: str, about: Circumstances) -> SheetError:
    if about.is_write:
        return AnswerLostError(
            f"{sentence}, so it is not known whether the last change was written: refundsheet "
            f"looks before it writes again."
        )
    return SheetUnavailableError(_then(sentence))


def _then(sentence: str) -> str:
    return f"{sentence}: refundsheet tries again by itself; if it stays so, check the network."


def _google_says(response: requests.Response) -> tuple[str, str]:
    """Google's message and the reasons in its details; both "" where it is not Google's answer."""
    try:
        error = response.json()["error"]
        return str(error["message"]), " ".join(_reasons(error))
    except (ValueError, KeyError, TypeError):
        return "", ""


def _reasons(error: Mapping[str, Any]) -> Iterator[str]:
    for detail in error.get("details", ()):
        yield str(detail.get("reason", ""))
