"""What gspread's users do every day, through gspread itself."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import gspread
import pytest
from google.oauth2.credentials import Credentials
from gspread.http_client import HTTPClient
from gspread.utils import (
    ExportFormat,
    InsertDataOption,
    ValidationConditionType,
    ValueInputOption,
    ValueRenderOption,
)

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

    return gspread.Client(auth=Credentials("any token"), http_client=Elsewhere)


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


def test_a_tab_is_found_by_its_title_its_place_and_its_id(book: gspread.Spreadsheet) -> None:
    added = book.add_worksheet("Queue", rows=10, cols=4, index=0)
    assert [book.get_worksheet(0).id, book.worksheet("Queue").id] == [added.id, added.id]
    assert book.get_worksheet_by_id(added.id).title == "Queue"
    with pytest.raises(gspread.WorksheetNotFound):
        book.worksheet("Nobody")


def test_a_tab_is_renamed_hidden_moved_and_copied_to_another_book(
    client: gspread.Client, book: gspread.Spreadsheet
) -> None:
    queue = book.add_worksheet("Queue", rows=10, cols=4)
    queue.update_title("Open cases")
    queue.hide()
    book.reorder_worksheets([queue, book.sheet1])
    found = book.worksheets()
    assert [(sheet.title, sheet.isSheetHidden) for sheet in found] == [
        ("Open cases", True),
        ("Sheet1", False),
    ]
    other = client.create("Archive")
    copied = queue.copy_to(other.id)
    assert copied["title"] == "Copy of Open cases"
    assert copied["sheetId"] in [sheet.id for sheet in other.worksheets()]


def test_many_ranges_are_read_and_written_in_one_call(book: gspread.Spreadsheet) -> None:
    sheet = book.sheet1
    sheet.batch_update(
        [{"range": "A1:B1", "values": [["a", "b"]]}, {"range": "D4", "values": [[4]]}]
    )
    assert sheet.batch_get(["A1:B1", "D4"]) == [[["a", "b"]], [["4"]]]
    assert book.values_batch_get(["Sheet1!A1:B1", "Sheet1!D4"])["valueRanges"][1]["values"] == [
        ["4"]
    ]
    book.values_batch_update(
        {"valueInputOption": "RAW", "data": [{"range": "A2", "values": [[1]]}]}
    )
    assert sheet.cell(2, 1).numeric_value == 1
    cells = sheet.range("A5:B5")
    for cell, value in zip(cells, ("x", "y"), strict=True):
        cell.value = value
    sheet.update_cells(cells)
    assert sheet.row_values(5) == ["x", "y"]


def test_an_appended_row_goes_after_the_table(book: gspread.Spreadsheet) -> None:
    sheet = book.sheet1
    sheet.update([["id", "n"], ["R1", 1]], "A1")
    reply = sheet.append_row(
        ["R2", 2], table_range="A1", insert_data_option=InsertDataOption.insert_rows
    )
    assert reply["updates"]["updatedRange"] == "Sheet1!A3:B3"
    assert sheet.col_values(1) == ["id", "R1", "R2"]


def test_cells_are_found_by_text_and_by_regex(book: gspread.Spreadsheet) -> None:
    sheet = book.sheet1
    sheet.update([["R1", "r1"], ["R2", "x"]], "A1")
    assert [cell.address for cell in sheet.findall("r1", case_sensitive=False)] == ["A1", "B1"]
    assert [cell.address for cell in sheet.findall(re.compile(r"^R\d$"))] == ["A1", "A2"]
    assert sheet.find("nobody") is None


def test_many_formats_are_set_at_once_and_come_back(book: gspread.Spreadsheet) -> None:
    sheet = book.sheet1
    money = {"numberFormat": {"type": "NUMBER", "pattern": "0.00"}}
    sheet.batch_format(
        [
            {"range": "A1", "format": {"textFormat": {"italic": True}}},
            {"range": "B1:B2", "format": money},
        ]
    )
    sheet.update([[1]], "B1")
    assert sheet.acell("B1").value == "1.00"
    sheet.freeze(rows=2, cols=1)
    again = book.sheet1
    assert (again.frozen_row_count, again.frozen_col_count) == (2, 1)


def test_a_dropdown_is_put_on_cells(book: gspread.Spreadsheet) -> None:
    sheet = book.sheet1
    sheet.add_validation(
        "C2:C10",
        ValidationConditionType.one_of_list,
        ["Open", "Refunded"],
        strict=True,
        showCustomUi=True,
    )
    found = book.fetch_sheet_metadata(
        {"ranges": "Sheet1!C2", "fields": "sheets.data.rowData.values.dataValidation"}
    )
    rule = found["sheets"][0]["data"][0]["rowData"][0]["values"][0]["dataValidation"]
    assert rule["condition"]["values"] == [
        {"userEnteredValue": "Open"},
        {"userEnteredValue": "Refunded"},
    ]
    assert (rule["strict"], rule["showCustomUi"]) == (True, True)


def test_notes_are_set_read_and_cleared_many_at_a_time(book: gspread.Spreadsheet) -> None:
    sheet = book.sheet1
    sheet.update_notes({"A1": "one", "B2": "two"})
    assert sheet.get_notes() == [["one"], ["", "two"]]
    sheet.clear_notes(["A1"])
    assert sheet.get_notes() == [[], ["", "two"]]


def test_names_filters_and_protections_are_taken_away_again(book: gspread.Spreadsheet) -> None:
    sheet = book.sheet1
    named = sheet.define_named_range("A1:A5", "Cases")
    named_id = named["replies"][0]["addNamedRange"]["namedRange"]["namedRangeId"]
    assert sheet.get("Cases") == [[]]
    sheet.delete_named_range(named_id)
    protected = sheet.add_protected_range("A1:A5", description="ours")
    protected_id = protected["replies"][0]["addProtectedRange"]["protectedRange"][
        "protectedRangeId"
    ]
    sheet.delete_protected_range(protected_id)
    sheet.set_basic_filter("A1:B5")
    sheet.clear_basic_filter()
    metadata = book.fetch_sheet_metadata()
    assert "namedRanges" not in metadata
    assert not {"basicFilter", "protectedRanges"} & metadata["sheets"][0].keys()


def test_rows_and_columns_are_grouped_hidden_and_resized(book: gspread.Spreadsheet) -> None:
    sheet = book.sheet1
    sheet.add_dimension_group_rows(1, 4)
    sheet.hide_columns(1, 2)
    sheet.columns_auto_resize(0, 1)
    sheet.insert_cols([["a"], ["b"]], 1)
    sheet.delete_columns(2)
    groups = sheet.list_dimension_group_rows()
    assert [group["depth"] for group in groups] == [1]
    sheet.delete_dimension_group_rows(1, 4)
    assert sheet.list_dimension_group_rows() == []


def test_ranges_are_copied_and_cut(book: gspread.Spreadsheet) -> None:
    sheet = book.sheet1
    sheet.update([["a", "b"]], "A1")
    sheet.copy_range("A1:B1", "A3:B3")
    sheet.cut_range("A1:B1", "A5")
    assert sheet.get("A1:B5") == [[], [], ["a", "b"], [], ["a", "b"]]


def test_a_book_is_copied_exported_filled_from_csv_and_deleted(
    client: gspread.Client, book: gspread.Spreadsheet
) -> None:
    book.sheet1.update([["id", "n"], ["R1", 1]], "A1")
    copied = client.copy(book.id, title="Copy")
    assert copied.sheet1.get_all_values() == [["id", "n"], ["R1", "1"]]
    assert copied.export(ExportFormat.CSV) == b"id,n\r\nR1,1"
    client.import_csv(copied.id, "a,b\n007,x")
    assert client.open_by_key(copied.id).sheet1.get_all_values() == [["a", "b"], ["7", "x"]]
    client.del_spreadsheet(copied.id)
    with pytest.raises(gspread.SpreadsheetNotFound):
        client.open_by_key(copied.id)


def test_a_books_place_can_be_changed(book: gspread.Spreadsheet) -> None:
    book.update_locale("de_DE")
    book.update_timezone("Europe/Berlin")
    assert (book.locale, book.timezone) == ("de_DE", "Europe/Berlin")
    book.sheet1.update([["1,5"]], "A1", value_input_option=ValueInputOption.user_entered)
    assert book.sheet1.acell("A1", ValueRenderOption.unformatted).value == 1.5
