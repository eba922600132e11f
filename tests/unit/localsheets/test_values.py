from typing import Any

import pytest

from tests.unit.localsheets.callers import Book


def test_an_empty_range_has_no_values_at_all(book: Book) -> None:
    found = book.caller.ok("GET", f"{book.path}/values/Sheet1!A1:B2")
    assert found == {"range": "Sheet1!A1:B2", "majorDimension": "ROWS"}


def test_trailing_blanks_are_dropped_and_inner_ones_kept(book: Book) -> None:
    book.write("A1", [["a", "", "b", ""], [], ["c"], [""]])
    assert book.read("Sheet1") == [["a", "", "b"], [], ["c"]]


def test_columns_are_rows_turned_over(book: Book) -> None:
    book.write("A1", [["a", "b"], ["c"]])
    found = book.caller.ok("GET", f"{book.path}/values/A1:B2", majorDimension="COLUMNS")
    assert found["values"] == [["a", "c"], ["b"]]


@pytest.mark.parametrize(
    ("asked", "echoed"),
    [
        pytest.param("Sheet1", "Sheet1!A1:Z1000", id="bare title"),
        pytest.param("sheet1", "Sheet1!A1:Z1000", id="any letter case"),
        pytest.param("'Sheet1'!A1:1", "Sheet1!A1:Z1", id="to the row's end"),
        pytest.param("A:A", "Sheet1!A1:A1000", id="a column of the first tab"),
        pytest.param("Sheet1!D4:A1", "Sheet1!A1:D4", id="reversed"),
        pytest.param("Sheet1!A2:J10001", "Sheet1!A2:J1000", id="clamped (recorded)"),
        pytest.param("Sheet1!R1C1:R1C2", "Sheet1!A1:B1", id="R1C1"),
        pytest.param("Sheet1!B2:B2", "Sheet1!B2", id="one cell"),
    ],
)
def test_the_range_is_echoed_in_googles_form(book: Book, asked: str, echoed: str) -> None:
    assert book.caller.ok("GET", f"{book.path}/values/{asked}")["range"] == echoed


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        pytest.param("Nope!A1", "Unable to parse range: Nope!A1", id="no such tab"),
        pytest.param("Sheet1!AAAA1", "Unable to parse range: Sheet1!AAAA1", id="no such column"),
        pytest.param(
            "Sheet1!A5000:B5001",
            "Range (Sheet1!A5000:B5001) exceeds grid limits. Max rows: 1000, max columns: 26",
            id="wholly outside",
        ),
    ],
)
def test_a_range_that_is_none_is_refused(book: Book, asked: str, refusal: str) -> None:
    assert book.caller.refused("GET", f"{book.path}/values/{asked}") == (400, refusal)


def test_render_options_differ_as_recorded(book: Book) -> None:
    book.write("A1", [["2020-01-01", "50%", "TRUE", "=1+1", "'007"]], "USER_ENTERED")
    path = f"{book.path}/values/A1:E1"
    assert book.read("A1:E1", "FORMATTED_VALUE") == [["2020-01-01", "50%", "TRUE", "2", "007"]]
    assert book.read("A1:E1") == [[43831, 0.5, True, 2, "007"]]
    assert book.read("A1:E1", "FORMULA") == [[43831, 0.5, True, "=1+1", "007"]]
    dates = book.caller.ok(
        "GET",
        path,
        valueRenderOption="UNFORMATTED_VALUE",
        dateTimeRenderOption="FORMATTED_STRING",
    )
    assert dates["values"] == [["2020-01-01", 0.5, True, 2, "007"]]


def test_raw_text_stays_text(book: Book) -> None:
    book.write("A1", [["=1+1", "2020-01-01", 3, False]])
    assert book.read("A1:D1") == [["=1+1", "2020-01-01", 3, False]]


def test_null_skips_a_cell_and_empty_text_clears_it(book: Book) -> None:
    book.write("A1", [["a", "b", "c"]])
    reply = book.write("A1", [[None, "", "d"]])
    assert book.read("A1:C1") == [["a", "", "d"]]
    assert (reply["updatedRange"], reply["updatedCells"]) == ("Sheet1!A1:C1", 2)


@pytest.mark.parametrize(
    ("where", "values", "refusal"),
    [
        pytest.param(
            "Sheet1!A1:B1",
            [[1], [2]],
            "Requested writing within range [Sheet1!A1:B1], but tried writing to row [2]",
            id="too tall",
        ),
        pytest.param(
            "Sheet1!A1:B1",
            [[1, 2, 3]],
            "Requested writing within range [Sheet1!A1:B1], but tried writing to column [C]",
            id="too wide",
        ),
        pytest.param(
            "A1",
            [["x" * 50_001]],
            "Your input contains more than the maximum of 50000 characters in a single cell.",
            id="too long",
        ),
    ],
)
def test_a_write_that_does_not_fit_is_refused(
    book: Book, where: str, values: list[list[Any]], refusal: str
) -> None:
    path = f"{book.path}/values/{where}"
    found = book.caller.refused("PUT", path, {"values": values}, valueInputOption="RAW")
    assert found == (400, refusal)


def test_a_write_without_an_input_option_is_refused(book: Book) -> None:
    found = book.caller.refused("PUT", f"{book.path}/values/A1", {"values": [[1]]})
    assert found == (400, "'valueInputOption' is required but not specified")


def test_a_body_range_other_than_the_urls_is_refused(book: Book) -> None:
    body = {"range": "Sheet1!A2", "values": [[1]]}
    found = book.caller.refused(
        "PUT", f"{book.path}/values/Sheet1!A1", body, valueInputOption="RAW"
    )
    assert found == (400, "Request range[Sheet1!A1] does not match value's range[Sheet1!A2]")


def _append(book: Book, where: str, values: list[list[Any]], **query: Any) -> dict[str, Any]:
    path = f"{book.path}/values/{where}:append"
    return book.caller.ok("POST", path, {"values": values}, valueInputOption="RAW", **query)


def test_append_to_a_bare_tab_goes_after_its_last_block(book: Book) -> None:
    book.write("A1", [["v", "", "v"]])
    reply = _append(book, "Sheet1", [[1, 2, 3]])
    assert reply["tableRange"] == "Sheet1!C1"
    assert reply["updates"]["updatedRange"] == "Sheet1!C2:E2"


def test_append_to_a_cell_goes_after_its_block(book: Book) -> None:
    book.write("A1", [["a"], ["b"], ["c"], [], [], ["x"], ["y"]])
    assert _append(book, "A1", [[1], [2]])["updates"]["updatedRange"] == "Sheet1!A4:A5"
    assert _append(book, "A6", [[1]])["updates"]["updatedRange"] == "Sheet1!A8"


def test_append_to_a_blank_cell_writes_there(book: Book) -> None:
    book.write("A1", [["a"], ["b"]])
    reply = _append(book, "C2", [[1]])
    assert "tableRange" not in reply
    assert reply["updates"]["updatedRange"] == "Sheet1!C2"


def test_append_can_insert_rows_and_push_what_follows_down(book: Book) -> None:
    book.write("A1", [["a"], ["b"], [], ["x"]])
    _append(book, "A1", [[1], [2]], insertDataOption="INSERT_ROWS")
    assert book.read("Sheet1") == [["a"], ["b"], [1], [2], [], ["x"]]


def test_append_past_the_end_grows_the_grid(book: Book) -> None:
    book.write("A1000", [["last"]])
    _append(book, "A1000", [[1], [2]])
    grid = book.get()["sheets"][0]["properties"]["gridProperties"]
    assert grid["rowCount"] == 1002


def test_clearing_takes_values_and_leaves_formats_and_notes(book: Book) -> None:
    book.write("A1", [["50%", "x"]], "USER_ENTERED")
    path = f"{book.path}/values/A1:B5:clear"
    assert book.caller.ok("POST", path, {})["clearedRange"] == "Sheet1!A1:B5"
    assert book.read("Sheet1") == []
    book.write("A1", [[0.25]])
    assert book.read("A1", "FORMATTED_VALUE") == [["25%"]]


def test_several_ranges_are_written_all_or_none(book: Book) -> None:
    data = [{"range": "A1:D1", "values": [[1, 2, 3, 4]]}, {"range": "A4:D4", "values": [[5] * 4]}]
    body = {"valueInputOption": "RAW", "data": data}
    reply = book.caller.ok("POST", f"{book.path}/values:batchUpdate", body)
    totals = {name: count for name, count in reply.items() if name.startswith("total")}
    assert totals == {
        "totalUpdatedRows": 2,
        "totalUpdatedColumns": 4,
        "totalUpdatedCells": 8,
        "totalUpdatedSheets": 1,
    }
    bad = {
        "valueInputOption": "RAW",
        "data": [{"range": "A1", "values": [[9]]}, {"range": "No!A1"}],
    }
    refusal = book.caller.refused("POST", f"{book.path}/values:batchUpdate", bad)
    assert refusal == (400, "Invalid data[1]: Unable to parse range: No!A1")
    assert book.read("A1") == [[1]]


def test_several_ranges_are_read_in_the_order_asked(book: Book) -> None:
    book.write("A1", [["a", "b"]])
    path = f"{book.path}/values:batchGet"
    found = book.caller.ok("GET", path, ranges=["B1", "A1"])["valueRanges"]
    assert [item["values"] for item in found] == [[["b"]], [["a"]]]


def test_a_written_number_keeps_the_format_the_cell_has(book: Book) -> None:
    book.write("A1", [["2020-01-01"]], "USER_ENTERED")
    book.write("A1", [[43832]])
    assert book.read("A1", "FORMATTED_VALUE") == [["2020-01-02"]]


def test_a_formula_follows_what_it_reads(book: Book) -> None:
    book.write("A1", [[2, "=A1*3"]], "USER_ENTERED")
    assert book.read("B1") == [[6]]
    book.write("A1", [[5]])
    assert book.read("B1") == [[15]]
