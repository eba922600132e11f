"""The way to a spreadsheet: what is tried again, what never is, and which answers are believed."""

import gzip
import tracemalloc
from time import monotonic

import pytest
import requests

from refundsheet.errors import AnswerLostError, QuotaError, RefusedError, SheetUnavailableError
from refundsheet.sheets import transport
from refundsheet.sheets.credentials import Access
from refundsheet.sheets.pace import Unhurried
from refundsheet.sheets.transport import SpreadsheetClient
from tests.stub_server import Answer, Stub, as_json, google_error

WEB_PAGE = Answer(
    b"<!DOCTYPE html><title>Error 502 (Server Error)!!1</title>", 502, content_type="text/html"
)
HALF = Answer(b'{"spreadsheetId": "abc", "valueRan')
CUT_SHORT = Answer(b'{"spreadsheetId": "abc"}', missing_bytes=40)
QUOTA = google_error(
    429,
    "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute per user' "
    "of service 'sheets.googleapis.com' for consumer 'project_number:1'.",
    "RATE_LIMIT_EXCEEDED",
)
OUT_OF_ORDER = google_error(503, "The service is currently unavailable.")
HUNG_UP = Answer(cut=True)
PORTAL = Answer(b"<html>Please sign in to the hotel's network</html>", content_type="text/html")
GOOD = as_json({"spreadsheetId": "abc"})

FAULTS = [
    pytest.param(WEB_PAGE, id="a web page"),
    pytest.param(PORTAL, id="a web page that looks like success"),
    pytest.param(HALF, id="half a JSON"),
    pytest.param(CUT_SHORT, id="an answer that breaks off"),
    pytest.param(OUT_OF_ORDER, id="503"),
    pytest.param(google_error(500, "Internal error encountered."), id="500"),
    pytest.param(HUNG_UP, id="the connection is cut"),
    pytest.param(Answer(GOOD.body, delay=2), id="no answer in time"),
]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "ANSWER_SECONDS", 0.2)


@pytest.mark.parametrize("fault", [*FAULTS, pytest.param(QUOTA, id="429")])
def test_a_read_is_tried_again_after_a_passing_fault(
    stub: Stub, client: SpreadsheetClient, fault: Answer
) -> None:
    stub.answers = [fault, GOOD]

    assert client.get_json() == {"spreadsheetId": "abc"}
    assert client.requests.reads == 2


def test_a_long_answer_is_held_once_while_it_is_read(stub: Stub, client: SpreadsheetClient) -> None:
    body = b'{"values": "%b"}' % (b"x" * 8_000_000)
    stub.answers = [Answer(body)]

    tracemalloc.start()
    got = client.get()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert got == body
    assert peak < 1.5 * len(body)


def test_a_read_is_given_up_after_five_tries(stub: Stub, client: SpreadsheetClient) -> None:
    stub.answers = [OUT_OF_ORDER]

    with pytest.raises(SheetUnavailableError) as caught:
        client.get()

    assert len(stub.asked) == 5
    assert caught.value.try_again


def test_no_try_begins_that_could_end_after_the_patience(
    stub: Stub, client: SpreadsheetClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "PATIENCE", 20.0)
    stub.answers = [OUT_OF_ORDER]

    with pytest.raises(SheetUnavailableError):
        client.get()

    assert len(stub.asked) == 1


def test_a_refusal_is_not_tried_again(stub: Stub, client: SpreadsheetClient) -> None:
    stub.answers = [google_error(404, "Requested entity was not found.")]

    with pytest.raises(RefusedError):
        client.get()

    assert len(stub.asked) == 1


@pytest.mark.parametrize("fault", FAULTS)
def test_a_write_whose_answer_is_lost_is_not_sent_again(
    stub: Stub, client: SpreadsheetClient, fault: Answer
) -> None:
    stub.answers = [fault, GOOD]

    with pytest.raises(AnswerLostError, match="it is not known whether the last change was"):
        client.send_batch({"requests": []})

    assert len(stub.asked) == 1
    assert client.requests.writes == 1


def test_a_write_with_half_an_answer_that_ends_in_a_brace_is_lost_too(
    stub: Stub, client: SpreadsheetClient
) -> None:
    stub.answers = [Answer(b'{"replies": [{}')]

    with pytest.raises(AnswerLostError):
        client.send_batch({"requests": []})


def test_a_write_over_the_quota_was_surely_not_carried_out(
    stub: Stub, client: SpreadsheetClient
) -> None:
    stub.answers = [QUOTA]

    with pytest.raises(QuotaError) as caught:
        client.send_batch({"requests": []})

    assert not isinstance(caught.value, AnswerLostError)
    assert len(stub.asked) == 1


def test_a_write_that_finds_nobody_was_surely_not_carried_out() -> None:
    with requests.Session() as session:
        nobody = Access("http://127.0.0.1:9", "", session, Unhurried())

        with pytest.raises(SheetUnavailableError, match="cannot be reached") as caught:
            SpreadsheetClient("abc", nobody).send_batch({"requests": []})

    assert not isinstance(caught.value, AnswerLostError)


def test_a_repeatable_write_is_sent_again(stub: Stub, client: SpreadsheetClient) -> None:
    stub.answers = [OUT_OF_ORDER, GOOD]

    client.send_batch({"requests": []}, repeatable=True)

    assert client.requests.writes == 2


@pytest.mark.parametrize(
    "later", [QUOTA, google_error(400, "A sheet with the name already exists.")]
)
def test_once_an_answer_was_lost_a_later_failure_is_no_proof(
    stub: Stub, client: SpreadsheetClient, later: Answer
) -> None:
    stub.answers = [HUNG_UP, later]

    with pytest.raises(AnswerLostError):
        client.send_batch({"requests": []}, repeatable=True)


def test_a_read_hands_the_body_on_as_it_came(stub: Stub, client: SpreadsheetClient) -> None:
    packed = gzip.compress(GOOD.body)
    stub.answers = [Answer(packed, headers={"Content-Encoding": "gzip"})]

    assert client.get("/values:batchGet", {"ranges": "'A b'"}) == GOOD.body
    assert stub.asked == [
        ("GET", "/v4/spreadsheets/abc/values:batchGet?ranges=%27A+b%27&prettyPrint=false")
    ]


def test_google_is_asked_to_compress(stub: Stub, client: SpreadsheetClient) -> None:
    client.get()

    assert "gzip" in stub.headers[0]["Accept-Encoding"]
    assert "gzip" in stub.headers[0]["User-Agent"]


def test_a_write_can_ask_for_a_part_of_the_answer(stub: Stub, client: SpreadsheetClient) -> None:
    client.send_batch({"requests": [{"deleteSheet": {"sheetId": 1}}]}, fields="replies")

    assert stub.asked == [
        ("POST", "/v4/spreadsheets/abc:batchUpdate?prettyPrint=false&fields=replies")
    ]
    assert stub.bodies == [b'{"requests": [{"deleteSheet": {"sheetId": 1}}]}']


@pytest.mark.parametrize(
    ("base_url", "google", "here"),
    [
        pytest.param(
            "http://127.0.0.1:8737",
            "https://www.googleapis.com/drive/v3/files",
            "http://127.0.0.1:8737/drive/v3/files",
            id="a local server is Drive as well",
        ),
        pytest.param(
            "https://sheets.googleapis.com",
            "https://www.googleapis.com/drive/v3/files",
            "https://www.googleapis.com/drive/v3/files",
            id="Google's Drive stays where it is",
        ),
        pytest.param(
            "https://sheets.googleapis.com",
            "https://sheets.googleapis.com/v4/spreadsheets/abc",
            "https://sheets.googleapis.com/v4/spreadsheets/abc",
            id="Google itself",
        ),
    ],
)
def test_the_address_is_the_servers(base_url: str, google: str, here: str) -> None:
    with requests.Session() as session:
        client = SpreadsheetClient("abc", Access(base_url, "", session, Unhurried()))

        assert client._here(google) == here


def test_a_used_up_quota_is_waited_for_longer_than_a_fault() -> None:
    tries = transport._Tries(deadline=monotonic() + 90)

    assert tries._wait_before_next(SheetUnavailableError("503")) is True
    assert 20 <= tries._wait_before_next(QuotaError("429")) < 21


def test_nothing_is_waited_for_that_waiting_does_not_cure() -> None:
    tries = transport._Tries(deadline=monotonic() + 90)

    assert tries._wait_before_next(RefusedError("404")) is False
