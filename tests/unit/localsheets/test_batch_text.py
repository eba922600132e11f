"""Texts found, trimmed, split, pasted and filled."""

from typing import Any

import pytest

from refundsheet.localsheets.batch_update import searching
from tests.unit.localsheets.callers import Book, span

Json = dict[str, Any]
_ALL: Json = {"allSheets": True}


def _find(book: Book, find: str, replacement: str, **options: Any) -> Json:
    request = {"find": find, "replacement": replacement, **(options or _ALL)}
    return book.reply({"findReplace": request})["findReplace"]


@pytest.mark.parametrize(
    ("options", "expected", "occurrences"),
    [
        pytest.param({}, ["xpen", "re-xpen", 15, "x.k."], 3, id="any case"),
        pytest.param({"matchCase": True}, ["Open", "re-xpen", 15, "x.k."], 2, id="this case"),
        pytest.param(
            {"find": "open", "matchEntireCell": True},
            ["x", "re-open", 15, "o.k."],
            1,
            id="whole cells",
        ),
        pytest.param(
            {"find": "^(.)(p)", "searchByRegex": True, "replacement": "$2$1"},
            ["pOen", "re-open", 15, "o.k."],
            1,
            id="a regex with groups (documented)",
        ),
        pytest.param(
            {"find": "o.", "matchCase": True}, ["Open", "re-open", 15, "xk."], 1, id="signs"
        ),
        pytest.param(
            {"find": "5", "replacement": "6"}, ["Open", "re-open", 16, "o.k."], 1, id="digits"
        ),
    ],
)
def test_what_is_found_is_replaced(
    book: Book, options: Json, expected: list[Any], occurrences: int
) -> None:
    book.write("A1", [["Open", "re-open", 15, "o.k."]])
    reply = _find(book, **({"find": "o", "replacement": "x"} | _ALL | options))
    assert book.read("A1:D1") == [expected]
    assert reply["occurrencesChanged"] == occurrences


def test_a_replacement_counts_cells_rows_tabs_and_occurrences(book: Book) -> None:
    book.batch({"addSheet": {"properties": {"sheetId": 7, "title": "Two"}}})
    book.write("A1", [["Google Sheets", "e"], ['=LEN("e")', ""]], "USER_ENTERED")
    book.write("Two!A1", [["none"], ["x"]])
    assert _find(book, "e", "o", **_ALL, includeFormulas=True) == {
        "valuesChanged": 3,
        "formulasChanged": 1,
        "rowsChanged": 3,
        "sheetsChanged": 2,
        "occurrencesChanged": 7,
    }
    assert book.read("A1:B2", "FORMULA") == [["Googlo Shoots", "o"], ['=LoN("o")']]


def test_nothing_found_is_an_empty_reply_and_formulas_are_left_alone(book: Book) -> None:
    book.write("A1", [['=LEN("abc")']], "USER_ENTERED")
    assert _find(book, "abc", "x") == {}
    assert book.read("A1") == [[3]]


def test_only_the_range_or_tab_named_is_searched(book: Book) -> None:
    book.write("A1", [["a", "a"], ["a", "a"]])
    _find(book, "a", "b", range=span((0, 1), (0, 2)))
    assert book.read("A1:B2") == [["b", "b"], ["a", "a"]]
    _find(book, "a", "c", sheetId=0)
    assert book.read("A1:B2") == [["b", "b"], ["c", "c"]]


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param({"find": "a"}, id="no scope"),
        pytest.param({"find": "a", "sheetId": 0, "allSheets": True}, id="two scopes"),
        pytest.param({"find": "", "allSheets": True}, id="nothing to find"),
        pytest.param({"find": "(", "allSheets": True, "searchByRegex": True}, id="no regex"),
        pytest.param(
            {"find": "a", "replacement": "$1", "allSheets": True, "searchByRegex": True},
            id="no such group",
        ),
    ],
)
def test_a_search_that_cannot_be_is_refused(book: Book, request_: Json) -> None:
    code, text = book.batch_refused({"findReplace": request_})
    assert (code, text.split(":")[0]) == (400, "Invalid requests[0].findReplace")


def test_a_search_that_would_never_end_is_refused_and_changes_nothing(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "_LONGEST_SEARCH", 0.1)
    written = [["aab", "a" * 60 + "b"]]
    book.write("A1", written)
    endless = {"find": "(a|aa)+$|a", "searchByRegex": True, "replacement": "x"}
    for whole in (False, True):
        request = {**endless, **_ALL, "matchEntireCell": whole}
        code, text = book.batch_refused({"findReplace": request})
        assert (code, text.split(": ", 1)[1]) == (400, "The search takes too long: (a|aa)+$|a")
    assert book.read("A1:B1") == written


def test_whitespace_is_trimmed_in_texts_only_and_never_read_anew(book: Book) -> None:
    book.write("A1", [["  a \t\n b ", " =1+1", "ok", 5]])
    reply = book.reply({"trimWhitespace": {"range": span((0, 1), (0, 4))}})
    assert reply == {"trimWhitespace": {"cellsChangedCount": 2}}
    assert book.read("A1:D1", "FORMULA") == [["a b", "=1+1", "ok", 5]]
    assert "formulaValue" not in book.cell("B1")["userEnteredValue"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        pytest.param({"delimiterType": "COMMA"}, [["a;1", 2], ["b", "c", "d"]], id="commas"),
        pytest.param({"delimiterType": "SEMICOLON"}, [["a", "1,2"], ["b,c,d"]], id="semicolons"),
        pytest.param({"delimiterType": "AUTODETECT"}, [["a;1", 2], ["b", "c", "d"]], id="found"),
        pytest.param(
            {"delimiterType": "CUSTOM", "delimiter": ";1,"}, [["a", 2], ["b,c,d"]], id="own"
        ),
    ],
)
def test_a_column_is_split_and_its_parts_read_as_typed(
    book: Book, options: Json, expected: list[list[Any]]
) -> None:
    book.write("A1", [["a;1,2"], ["b,c,d"]])
    book.batch({"textToColumns": {"source": span((0, 2), (0, 1)), **options}})
    assert book.read("A1:C2") == expected


def test_only_one_column_can_be_split(book: Book) -> None:
    request = {"source": span((0, 2), (0, 2)), "delimiterType": "COMMA"}
    text = "The source range must span exactly one column."
    assert book.batch_refused({"textToColumns": request}) == (
        400,
        f"Invalid requests[0].textToColumns: {text}",
    )


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        pytest.param(
            {"data": 'a\tb\n1\t"x\ty"', "delimiter": "\t"}, [["a", "b"], [1, "x\ty"]], id="tabs"
        ),
        pytest.param({"data": "a,b\r\n1,2", "delimiter": ","}, [["a", "b"], [1, 2]], id="CRLF"),
        pytest.param({"data": "a::b", "delimiter": "::"}, [["a", "b"]], id="a longer delimiter"),
        pytest.param(
            {
                "html": True,
                "data": "<style>x</style><table><tr><th colspan=2>a</th><td>b</td></tr>"
                "<tr><td>1</td></tr></table>",
            },
            [["a", "", "b"], [1]],
            id="a table",
        ),
    ],
)
def test_data_is_pasted_from_a_cell_on_as_typed(
    book: Book, request_: Json, expected: list[list[Any]]
) -> None:
    book.batch({"pasteData": {"coordinate": {"rowIndex": 1, "columnIndex": 1}, **request_}})
    assert book.read("B2:D3") == expected


def test_pasted_data_grows_the_grid(book: Book) -> None:
    spot = {"rowIndex": 999, "columnIndex": 25}
    book.batch({"pasteData": {"coordinate": spot, "data": "1,2\n3,4", "delimiter": ","}})
    assert book.read("Z1000:AA1001") == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("switch", "expected"),
    [
        ("exact", [["h"], [1], [2], ["c"]]),
        ("skipped", [["h"], ["hide"], [2], ["c"]]),
        ("displaced", [["h"], ["hide"], [1], [2]]),
    ],
)
def test_what_a_filter_does_to_pasted_data_is_a_switch(
    book: Book, switch: str, expected: list[list[Any]]
) -> None:
    book.caller.ok("POST", "/control", {"switches": {"filtered_paste": switch}})
    book.write("A1", [["h"], ["hide"], ["b"], ["c"]])
    hidden = [{"columnIndex": 0, "filterCriteria": {"hiddenValues": ["hide"]}}]
    over = {"range": span((0, 4), (0, 1)), "filterSpecs": hidden}
    book.batch(
        {"setBasicFilter": {"filter": over}},
        {"pasteData": {"coordinate": {"rowIndex": 1}, "data": "1\n2", "delimiter": ","}},
    )
    assert book.read("A1:A4") == expected


def _fill(source: Json, length: int, *, dimension: str = "ROWS", **options: Any) -> Json:
    how = {"source": source, "dimension": dimension, "fillLength": length}
    return {"autoFill": {"sourceAndDestination": how, **options}}


@pytest.mark.parametrize(
    ("source", "alternate", "expected"),
    [
        pytest.param([5], False, [5, 5, 5], id="one number repeats"),
        pytest.param([5], True, [6, 7, 8], id="one number counts on, the other way"),
        pytest.param([1, 3], False, [5, 7, 9], id="a step"),
        pytest.param([1, 3], True, [1, 3, 1], id="numbers repeat, the other way"),
        pytest.param(["Item 09"], False, ["Item 10", "Item 11", "Item 12"], id="numbered text"),
        pytest.param(["Q2", "Q4"], False, ["Q6", "Q8", "Q10"], id="numbered texts"),
        pytest.param(["Monday"], False, ["Tuesday", "Wednesday", "Thursday"], id="days"),
        pytest.param(["Nov"], False, ["Dec", "Jan", "Feb"], id="months"),
        pytest.param(["a", "b"], False, ["a", "b", "a"], id="texts repeat"),
        pytest.param(["a", 1], False, ["a", 1, "a"], id="a mixture repeats"),
        pytest.param([True], False, [True, True, True], id="truth values repeat"),
    ],
)
def test_a_run_of_cells_goes_on(
    book: Book, source: list[Any], alternate: Any, expected: list[Any]
) -> None:
    book.write("A1", [[value] for value in source])
    run = span((0, len(source)), (0, 1))
    book.batch(_fill(run, 3, useAlternateSeries=alternate))
    first = len(source) + 1
    assert book.read(f"A{first}:A{first + 2}") == [[value] for value in expected]


def test_dates_go_on_by_the_day_and_keep_their_format(book: Book) -> None:
    book.write("A1", [["2026-02-27"]], "USER_ENTERED")
    book.batch(_fill(span((0, 1), (0, 1)), 2, dimension="COLUMNS"))
    assert book.read("A1:C1", "FORMATTED_VALUE") == [["2026-02-27", "2026-02-28", "2026-03-01"]]


def test_a_fill_backwards_counts_down(book: Book) -> None:
    book.write("A4", [[10], [12]])
    book.batch(_fill(span((3, 5), (0, 1)), -3))
    assert book.read("A1:A3") == [[4], [6], [8]]


def test_formulas_are_shifted_as_they_are_filled(book: Book) -> None:
    book.write("A1", [[1, "=A1*2"], [2], [3]], "USER_ENTERED")
    book.batch(_fill(span((0, 1), (1, 2)), 2))
    assert book.read("B1:B3") == [[2], [4], [6]]


def test_a_range_is_filled_from_its_filled_end(book: Book) -> None:
    book.write("A1", [[1, "x"], [2, "x"]])
    book.batch({"autoFill": {"range": span((0, 4), (0, 2))}})
    assert book.read("A1:B4") == [[1, "x"], [2, "x"], [3, "x"], [4, "x"]]
    book.batch({"autoFill": {"range": span((5, 9), (0, 2))}})
    assert book.read("A6:B9") == []
