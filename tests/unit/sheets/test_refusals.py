"""What a person reads when Google, or something in between, says no."""

import pytest
import requests
from google.auth.exceptions import RefreshError, TransportError

from refundsheet.errors import (
    AnswerLostError,
    ExitCode,
    MissingTabError,
    OutsideGridError,
    ProtectedCellError,
    QuotaError,
    RefusedError,
    SheetError,
    SheetUnavailableError,
)
from refundsheet.sheets.refusals import Circumstances, from_network, from_sign_in
from refundsheet.sheets.transport import SpreadsheetClient
from tests.stub_server import Answer, Stub, google_error

PAGE_404 = Answer(b"<html><title>404 Not Found</title></html>", 404, content_type="text/html")
PAGE_502 = Answer(
    b"<!DOCTYPE html><title>Error 502 (Server Error)!!1</title>", 502, content_type="text/html"
)


@pytest.mark.parametrize(
    ("answer", "error", "sentence"),
    [
        pytest.param(
            google_error(404, "Requested entity was not found."),
            RefusedError,
            'There is no spreadsheet with the id "abc": copy the part between /d/ and /edit from '
            'its address in the browser into the setting "spreadsheet".',
            id="wrong id",
        ),
        pytest.param(
            google_error(403, "The caller does not have permission"),
            RefusedError,
            "The spreadsheet abc is not shared with refundsheet as an editor: press Share in the "
            "spreadsheet and add refundsheet@desk.iam.gserviceaccount.com as an editor.",
            id="not shared",
        ),
        pytest.param(
            google_error(
                403,
                "Google Sheets API has not been used in project 7 before or it is disabled. Enable "
                "it by visiting https://console.developers.google.com/apis/api/"
                "sheets.googleapis.com/overview?project=7 then retry.",
                "SERVICE_DISABLED",
            ),
            RefusedError,
            "The Google Sheets API is not switched on for the project the key belongs to: open "
            "https://console.developers.google.com/apis/api/sheets.googleapis.com/overview?project=7"
            ", press Enable, and wait a minute.",
            id="not switched on",
        ),
        pytest.param(
            google_error(
                403,
                "Request had insufficient authentication scopes.",
                "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
            ),
            RefusedError,
            "The key may not be used for spreadsheets: give it the scope "
            "https://www.googleapis.com/auth/spreadsheets, or use a service account's key file.",
            id="scope",
        ),
        pytest.param(
            google_error(401, "Request had invalid authentication credentials."),
            RefusedError,
            "Google does not accept the key of refundsheet@desk.iam.gserviceaccount.com: make a "
            "new key for the service account and name its file in the setting "
            '"google.credentials".',
            id="bad token",
        ),
        pytest.param(
            google_error(400, "This operation is not supported for this document"),
            RefusedError,
            "The file is an Excel file kept in Google Drive, which Google Sheets' interface cannot "
            "change: open it, choose File, Save as Google Sheets, and use the id of the new file.",
            id="an Excel file",
        ),
        pytest.param(
            google_error(400, "Unable to parse range: 'Gone'"),
            MissingTabError,
            "A tab that refundsheet works on is not there any more: bring it back with Edit, Undo, "
            "or name another one in the settings.",
            id="tab gone",
        ),
        pytest.param(
            google_error(
                400,
                "You are trying to edit a protected cell or object. Please contact the spreadsheet "
                "owner to remove protection if you need to edit.",
            ),
            ProtectedCellError,
            "Somebody protected a cell that refundsheet should fill in: choose Data, Protect "
            "sheets and ranges, and let refundsheet@desk.iam.gserviceaccount.com edit it.",
            id="protected",
        ),
        pytest.param(
            google_error(
                400,
                "Invalid requests[0].repeatCell: Range (T!A1001:B) exceeds grid limits. "
                "Max rows: 1000, max columns: 26",
            ),
            OutsideGridError,
            "Rows or columns were removed while refundsheet was writing: it looks again in the "
            "next pass.",
            id="outside the grid",
        ),
        pytest.param(
            google_error(
                400,
                'Invalid requests[0].addSheet: A sheet with the name "Summary" already exists. '
                "Please enter another name.",
            ),
            RefusedError,
            'There is a tab "Summary" already, and refundsheet wants to give that name to one of its '
            "own: rename that tab, or choose another name in the settings.",
            id="name taken",
        ),
        pytest.param(
            google_error(
                400,
                "This action would increase the number of cells in the workbook above the limit of "
                "10000000 cells.",
            ),
            RefusedError,
            "The spreadsheet has grown to Google's limit: remove empty rows, columns and tabs "
            "nobody needs.",
            id="full",
        ),
        pytest.param(
            google_error(400, "Must specify at least one request."),
            RefusedError,
            "Google does not accept what refundsheet sent (Must specify at least one request): "
            "nothing was changed; please report this sentence as a mistake of refundsheet.",
            id="our mistake",
        ),
        pytest.param(
            google_error(501, "addChart is not there yet."),
            RefusedError,
            "The local server cannot do this: addChart is not there yet",
            id="not in the local server",
        ),
        pytest.param(
            google_error(429, "Quota exceeded for quota metric 'Read requests'"),
            QuotaError,
            "Google's quota of requests a minute is used up: refundsheet goes on by itself; if "
            'this is said often, raise "poll_seconds".',
            id="quota",
        ),
        pytest.param(
            google_error(503, "The service is currently unavailable."),
            SheetUnavailableError,
            "Google is out of order for the moment (503, The service is currently unavailable): "
            "refundsheet tries again by itself; if it stays so, check the network.",
            id="503",
        ),
        pytest.param(
            PAGE_502,
            SheetUnavailableError,
            'SERVER answered with the web page "Error 502 (Server Error)!!1" instead of data '
            "(502): refundsheet tries again by itself; if it stays so, check the network.",
            id="web page",
        ),
        pytest.param(
            PAGE_404,
            RefusedError,
            'SERVER answered with the web page "404 Not Found" instead of data (404), not like '
            'Google Sheets: correct the setting "google.base_url".',
            id="not Google's server",
        ),
        pytest.param(
            Answer(b"<html>hello</html>", content_type="text/html"),
            SheetUnavailableError,
            "SERVER answered with a web page instead of data (200): refundsheet tries again by "
            "itself; if it stays so, check the network.",
            id="web page without a title",
        ),
        pytest.param(
            Answer(b'{"spreadsheetId": "abc", "valu'),
            SheetUnavailableError,
            "SERVER answered with half of an answer (200): refundsheet tries again by itself; if "
            "it stays so, check the network.",
            id="half a JSON",
        ),
        pytest.param(
            Answer(b"OK", content_type="text/plain"),
            SheetUnavailableError,
            "SERVER answered with something that is not data (200): refundsheet tries again by "
            "itself; if it stays so, check the network.",
            id="plain text",
        ),
    ],
)
def test_each_answer_has_its_sentence(
    stub: Stub,
    client: SpreadsheetClient,
    answer: Answer,
    error: type[SheetError],
    sentence: str,
) -> None:
    stub.answers = [answer]

    with pytest.raises(SheetError) as caught:
        client.get_json()

    assert type(caught.value) is error
    assert str(caught.value) == sentence.replace("SERVER", stub.base_url)
    assert caught.value.exit_code is ExitCode.SHEET_UNREACHABLE


def about(*, is_write: bool = False) -> Circumstances:
    return Circumstances("abc", "https://sheets.googleapis.com", "", is_write)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        pytest.param(
            requests.exceptions.SSLError(), "shows a certificate that this machine", id="TLS"
        ),
        pytest.param(requests.exceptions.ProxyError(), "through the proxy", id="proxy"),
        pytest.param(requests.exceptions.ConnectTimeout(), "within 5 seconds", id="connect"),
        pytest.param(requests.exceptions.ReadTimeout(), "did not answer in time", id="answer"),
        pytest.param(requests.exceptions.ChunkedEncodingError(), "broke off", id="broken off"),
        pytest.param(requests.exceptions.ContentDecodingError(), "unpacked", id="bad gzip"),
        pytest.param(requests.exceptions.ConnectionError(), "broke the connection", id="reset"),
    ],
)
def test_each_fault_of_the_network_has_its_words(
    error: requests.RequestException, said: str
) -> None:
    assert said in str(from_network(error, about()))


def test_a_write_that_never_left_is_not_lost() -> None:
    error = from_network(requests.exceptions.ConnectTimeout(), about(is_write=True))

    assert not isinstance(error, AnswerLostError)


@pytest.mark.parametrize(
    "error",
    [
        TransportError("Failed to resolve oauth2.googleapis.com"),
        RefreshError("<!DOCTYPE html><title>Error 502</title>"),
        RefreshError("internal_failure", retryable=True),
    ],
)
def test_a_sign_in_out_of_order_passes(error: TransportError) -> None:
    refusal = from_sign_in(error, about(is_write=True))

    assert type(refusal) is SheetUnavailableError
    assert str(refusal).startswith("Google's sign-in is out of order for the moment")


def test_a_key_that_was_removed_is_named() -> None:
    error = RefreshError("invalid_grant: Invalid JWT Signature.", {"error": "invalid_grant"})

    refusal = from_sign_in(error, about())

    assert not refusal.try_again
    assert str(refusal) == (
        "Google refuses to let refundsheet's account in (invalid_grant: Invalid JWT Signature): "
        "check this machine's clock, and whether the key or the account was removed; if so, make "
        "a new key."
    )


def test_a_sign_in_that_fails_while_a_request_waits_is_said(
    client: SpreadsheetClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: object) -> None:
        raise RefreshError("invalid_grant: account not found")

    monkeypatch.setattr(client.session, "request", fail)

    with pytest.raises(RefusedError, match="Google refuses to let refundsheet@"):
        client.get()
