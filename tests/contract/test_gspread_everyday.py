"""What gspread's users do every day, through gspread itself."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import gspread
import pytest
from google.auth.credentials import AnonymousCredentials
from gspread.http_client import HTTPClient
from gspread.utils import ValueInputOption, ValueRenderOption

from refundsheet.localsheets.server import LocalServer


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer() as running:
        yield running


@pytest.fixture
def client(server: LocalServer) -> gspread.Client:
    class Elsewhere(HTTPClient):
        def request(self, method: Any, endpoint: str, *args: Any, **options: Any) -> Any:
            parts = urlsplit(endpoint)
            return super().request(method, f"{server.base_url}{parts.path}", *args, **options)

    return gspread.Client(auth=AnonymousCredentials(), http_client=Elsewhere)


@pytest.fixture
def book(client: gspread.Client) -> gspread.Spreadsheet:
    return client.create("Refunds")


def test_a_book_is_opened_by_key_and_by_title(
    client: gspread.Client, book: gspread.Spreadsheet
) -> None:
    assert client.open_by_key(book.id).title == "Refunds"
    book.update_title("Renamed refunds")
    assert client.open("Renamed refunds").id == book.id
    with pytest.raises(gspread.SpreadsheetNotFound):
        client.open_by_key("nobody")


def test_worksheets_are_added_duplicated_and_deleted(book: gspread.Spreadsheet) -> None:
    added = book.add_worksheet("Queue", rows=10, cols=4)
    book.duplicate_sheet(added.id, new_sheet_name="Copy")
    assert [sheet.title for sheet in book.worksheets()] == ["Copy", "Sheet1", "Queue"]
    book.del_worksheet(added)
    assert [sheet.title for sheet in book.worksheets()] == ["Copy", "Sheet1"]


def test_cells_are_updated_read_found_and_cleared(book: gspread.Spreadsheet) -> None:
    sheet = book.sheet1
    sheet.update(
        [["id", "when"], ["R1", "2026-11-01"]],
        "A1",
        value_input_option=ValueInputOption.user_entered,
    )
    assert sheet.get("A1:B2") == [["id", "when"], ["R1", "2026-11-01"]]
    assert sheet.acell("B2", ValueRenderOption.unformatted).value == 46327
    assert sheet.get_all_records() == [{"id": "R1", "when": "2026-11-01"}]
    found = sheet.find("R1")
    assert found is not None
    assert found.address == "A2"
    sheet.batch_clear(["A2:B2"])
    assert sheet.get_all_values() == [["id", "when"]]


def test_rows_are_appended_inserted_sorted_and_deleted(book: gspread.Spreadsheet) -> None:
    sheet = book.sheet1
    sheet.append_rows([["b", 2], ["a", 1]], table_range="A1")
    sheet.insert_row(["head", "n"], 1)
    sheet.sort((1, "asc"), range="A2:B3")
    assert sheet.get_all_values() == [["head", "n"], ["a", "1"], ["b", "2"]]
    sheet.delete_rows(2)
    assert sheet.col_values(1) == ["head", "b"]


def test_a_sheet_is_formatted_frozen_and_resized(book: gspread.Spreadsheet) -> None:
    sheet = book.sheet1
    sheet.format("A1:B1", {"textFormat": {"bold": True}})
    sheet.freeze(rows=1)
    sheet.resize(rows=50, cols=5)
    sheet.update_tab_color("#ff0000")
    again = book.get_worksheet(0)
    assert (again.frozen_row_count, again.row_count, again.col_count) == (1, 50, 5)
    assert again.tab_color == "#FF0000"


def test_merges_notes_names_filters_and_protection_come_back(book: gspread.Spreadsheet) -> None:
    sheet = book.sheet1
    sheet.merge_cells("A1:B2")
    sheet.update_note("A1", "look here")
    sheet.define_named_range("C1:C5", "Amounts")
    sheet.set_basic_filter("A1:C5")
    sheet.add_protected_range("A1:A5", warning_only=True)
    assert sheet.get_note("A1") == "look here"
    assert [named["name"] for named in book.list_named_ranges()] == ["Amounts"]
    assert len(book.list_protected_ranges(sheet.id)) == 1
    metadata = book.fetch_sheet_metadata()["sheets"][0]
    assert {"merges", "basicFilter", "protectedRanges"} <= metadata.keys()


def test_a_bad_range_is_an_api_error(book: gspread.Spreadsheet) -> None:
    with pytest.raises(gspread.exceptions.APIError, match="Unable to parse range: Nope!A1"):
        book.values_get("Nope!A1")
