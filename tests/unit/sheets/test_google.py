"""The store over the network: which tab it reads, and what it does when people move things."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from refundsheet.core.columns import BY_FIELD
from refundsheet.core.pages import Page, PageCell, PageEdit, difference
from refundsheet.errors import AnswerLostError, MissingTabError, OutsideGridError
from refundsheet.sheets.google import GoogleSheetStore, open_store
from refundsheet.sheets.layout import MARK_KEY
from refundsheet.sheets.store import Setup
from refundsheet.sheets.transport import SpreadsheetClient
from tests.stub_server import Answer, Stub, as_json, google_error

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SUMMARY = Page("Summary", {(0, 0): PageCell("Refunds"), (1, 0): PageCell(3)})
GONE = google_error(400, "Invalid requests[0].updateCells: No grid with id: 5")


def book(*titles: str, first_id: int = 0, zone: str = "Europe/Paris") -> Answer:
    sheets: list[Any] = [
        {
            "properties": {
                "sheetId": sheet_id,
                "title": title,
                "gridProperties": {"rowCount": 50, "columnCount": 5},
            },
            "developerMetadata": [] if title == "Refund Log" else [{"metadataKey": MARK_KEY}],
        }
        for sheet_id, title in enumerate(titles, first_id)
    ]
    properties = {"title": "Refunds 2026", "locale": "fr_FR", "timeZone": zone}
    return as_json({"spreadsheetId": "abc", "properties": properties, "sheets": sheets})


def values(*rows: list[Any]) -> Answer:
    return as_json({"spreadsheetId": "abc", "valueRanges": [{"values": list(rows)}]})


def store_of(client: SpreadsheetClient, log_tab: str = "Refund Log") -> GoogleSheetStore:
    return GoogleSheetStore(client, log_tab=log_tab, hidden_tab="Receipts")


def kinds(body: bytes) -> list[str]:
    return [next(iter(request)) for request in json.loads(body)["requests"]]


def test_a_read_says_what_the_numbers_mean(stub: Stub, client: SpreadsheetClient) -> None:
    stub.answers = [book("Cover", "Refund Log"), values(["Case ID"], ["R-1"])]

    snapshot = store_of(client).read(NOW)

    assert (snapshot.sheet_id, snapshot.title) == (1, "Refund Log")
    assert (snapshot.zone, snapshot.locale) == ("Europe/Paris", "fr_FR")
    assert snapshot.read_at == NOW
    assert json.loads(snapshot.values)["valueRanges"][0]["values"] == [["Case ID"], ["R-1"]]


def test_every_further_read_is_one_request(stub: Stub, client: SpreadsheetClient) -> None:
    stub.answers = [book("Refund Log"), values()]
    store = store_of(client)
    store.read(NOW)

    store.read(NOW)

    assert client.requests.reads == 3
    assert stub.asked[-1][1].startswith(
        "/v4/spreadsheets/abc/values:batchGet?ranges=%27Refund+Log%27"
        "&valueRenderOption=UNFORMATTED_VALUE&dateTimeRenderOption=SERIAL_NUMBER"
    )


def test_the_formats_of_a_column_are_asked_wherever_the_tab_is_now(
    stub: Stub, client: SpreadsheetClient
) -> None:
    euro = {"values": [{"userEnteredFormat": {"numberFormat": {"pattern": '"\u20ac"0.00'}}}]}
    rows = [{}, euro, {"values": [{"userEnteredFormat": {}}]}, {"values": [{}]}]
    formats = as_json({"sheets": [{"data": [{"rowData": rows}]}]})
    gone = google_error(400, "Unable to parse range: 'Refund Log'!D1:D50")
    stub.answers = [book("Refund Log"), gone, book("Refunds"), formats]
    store = store_of(client)
    store.describe()

    assert store.number_formats(3) == ("", '"\u20ac"0.00', "", "")
    assert "ranges=%27Refunds%27%21D1%3AD50" in stub.asked[-1][1]


def test_a_renamed_tab_is_found_by_its_id(stub: Stub, client: SpreadsheetClient) -> None:
    stub.answers = [
        book("Refund Log"),
        google_error(400, "Unable to parse range: 'Refund Log'"),
        book("Joan's log"),
        values(["Case ID"]),
    ]

    snapshot = store_of(client).read(NOW)

    assert snapshot.title == "Joan's log"
    assert "ranges=%27Joan%27%27s+log%27" in stub.asked[-1][1]


def test_a_log_that_is_not_there_is_said_with_the_tabs_there_are(
    stub: Stub, client: SpreadsheetClient
) -> None:
    stub.answers = [book("Cover", "Cases")]

    with pytest.raises(MissingTabError) as caught:
        store_of(client).read(NOW)

    assert str(caught.value) == (
        'The spreadsheet "Refunds 2026" has no tab "Refund Log": its tabs are "Cover", "Cases"; '
        'name the one with the refund cases in the setting "log.tab".'
    )


def test_without_a_name_the_log_is_the_first_tab_people_can_fill_in(
    stub: Stub, client: SpreadsheetClient
) -> None:
    grid = {"gridProperties": {"rowCount": 9}}
    sheets = [
        {"properties": {"sheetId": 1, "title": "Chart"}},
        {"properties": {"sheetId": 2, "title": "Old", "hidden": True, **grid}},
        {"properties": {"sheetId": 3, "title": "summary", **grid}},
        {"properties": {"sheetId": 4, "title": "Cases", **grid}},
    ]
    stub.answers = [as_json({"spreadsheetId": "abc", "sheets": sheets}), values()]
    store = GoogleSheetStore(client, log_tab="", hidden_tab="Receipts", our_tabs=["Summary"])

    assert store.read(NOW).title == "Cases"


def test_without_a_name_the_usual_one_is_looked_for_first(
    stub: Stub, client: SpreadsheetClient
) -> None:
    stub.answers = [book("Cover", "refund log"), values()]

    assert store_of(client, log_tab="").read(NOW).title == "refund log"


def test_where_only_our_own_tabs_are_left_there_is_no_log(
    stub: Stub, client: SpreadsheetClient
) -> None:
    stub.answers = [book("Receipts")]

    with pytest.raises(MissingTabError, match='has no tab that could be the log: its tabs are "Re'):
        store_of(client, log_tab="").read(NOW)


def test_setting_up_is_one_write(stub: Stub, client: SpreadsheetClient) -> None:
    stub.answers = [book("Refund Log"), as_json({})]
    setup = Setup(
        columns=(BY_FIELD["follow_up"],), column_index=4, pages=(SUMMARY,), hidden_tab="Receipts"
    )

    store_of(client).prepare(setup)

    assert client.requests.writes == 1
    assert kinds(stub.bodies[-1])[0] == "insertDimension"
    assert kinds(stub.bodies[-1]).count("addSheet") == 2


def test_nothing_to_set_up_sends_nothing(stub: Stub, client: SpreadsheetClient) -> None:
    store_of(client).prepare(Setup())

    assert stub.asked == []


def test_a_grid_that_shrank_meanwhile_is_looked_at_again(
    stub: Stub, client: SpreadsheetClient
) -> None:
    too_far = google_error(400, "Invalid requests[0].insertDimension: exceeds grid limits.")
    stub.answers = [book("Refund Log"), too_far, book("Refund Log"), as_json({})]

    store_of(client).prepare(Setup(columns=(BY_FIELD["follow_up"],), column_index=4))

    assert [method for method, _path in stub.asked] == ["GET", "POST", "GET", "POST"]


def test_a_page_of_ours_that_was_removed_comes_back_whole(
    stub: Stub, client: SpreadsheetClient
) -> None:
    stub.answers = [book("Refund Log", "Summary"), GONE, book("Refund Log"), as_json({})]
    changed = PageEdit(SUMMARY, {(1, 0): PageCell(3)})

    store_of(client).publish([changed])

    assert kinds(stub.bodies[-1])[:2] == ["addSheet", "updateCells"]
    rows = json.loads(stub.bodies[-1])["requests"][1]["updateCells"]["rows"]
    assert rows == [
        {"values": [{"userEnteredValue": {"stringValue": "Refunds"}}]},
        {"values": [{"userEnteredValue": {"numberValue": 3}}]},
    ]


def test_a_page_grows_once(stub: Stub, client: SpreadsheetClient) -> None:
    stub.answers = [book("Refund Log", "Summary"), as_json({})]
    store = store_of(client)
    far = difference({}, Page("Summary", {(59, 0): PageCell("far down")}))

    store.publish([far])
    store.publish([far])

    assert kinds(stub.bodies[1]) == ["appendDimension", "updateCells", "repeatCell"]
    assert kinds(stub.bodies[2]) == ["updateCells", "repeatCell"]


def test_a_page_without_news_sends_nothing(stub: Stub, client: SpreadsheetClient) -> None:
    stub.answers = [book("Refund Log", "Summary"), as_json({})]

    store_of(client).publish([PageEdit(SUMMARY)])

    assert client.requests.writes == 0


def test_a_page_that_cannot_be_written_twice_is_given_up(
    stub: Stub, client: SpreadsheetClient
) -> None:
    stub.answers = [book("Refund Log", "Summary"), google_error(400, "exceeds grid limits")]
    stub.answers[1:1] = [stub.answers[1], stub.answers[0]]

    with pytest.raises(OutsideGridError):
        store_of(client).publish([difference({}, SUMMARY)])

    assert client.requests.writes == 2


def test_a_new_page_is_not_made_twice_when_the_answer_is_lost(
    stub: Stub, client: SpreadsheetClient
) -> None:
    stub.answers = [book("Refund Log"), Answer(cut=True)]

    with pytest.raises(AnswerLostError):
        store_of(client).publish([difference({}, SUMMARY)])

    assert client.requests.writes == 1


def test_opening_a_store_sends_nothing(stub: Stub) -> None:
    store = open_store("abc", hidden_tab="Receipts", base_url=stub.base_url)

    assert store.client.access.base_url == stub.base_url
    assert stub.asked == []
