"""`effectiveFormat` with conditional formats and bands (DS: CellData, BooleanCondition, bands)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from refundsheet.localsheets.conditions import relative_day
from tests.unit.localsheets.callers import lines, span
from tests.unit.localsheets.desk import Desk, Json

_RED, _GREEN, _BLUE = {"red": 1}, {"green": 1}, {"blue": 1}
#: The colours of a picture of cells.
_SIGNS = {str(_RED): "r", str(_GREEN): "g", str(_BLUE): "b", str({}): "k"}


def _fill(colour: Json) -> Json:
    return {"backgroundColorStyle": {"rgbColor": colour}}


def _rule(kind: str, *values: Any, over: Json | None = None, look: Json | None = None) -> Json:
    wanted = [value if isinstance(value, dict) else {"userEnteredValue": value} for value in values]
    condition: Json = {"type": kind} | ({"values": wanted} if wanted else {})
    rule = {"condition": condition, "format": look or _fill(_RED)}
    return {"ranges": [over or span((1, 9), (0, 1))], "booleanRule": rule}


def _add(*rules: Json) -> list[Json]:
    return [
        {"addConditionalFormatRule": {"rule": rule, "index": index}}
        for index, rule in enumerate(rules)
    ]


def _picture(desk: Desk, where: str) -> list[str]:
    """The fills of a range, a sign a cell: red, green, blue, black, else a point."""
    rows = desk.cells(where, "effectiveFormat.backgroundColor")
    found = [
        [str(cell.get("effectiveFormat", {}).get("backgroundColor")) for cell in row]
        for row in rows
    ]
    return ["".join(_SIGNS.get(colour, ".") for colour in row).rstrip(".") for row in found]


def _red_rows(desk: Desk) -> list[int]:
    picture = _picture(desk, "A1:A9")
    return [number for number, row in enumerate(picture, start=1) if row == "r"]


@pytest.fixture
def log() -> Desk:
    """Row 2: 5, row 3: 20, row 4: Anna, row 5: a day, row 6: TRUE, row 7: #DIV/0!, 8 and 9 blank."""
    desk = Desk()
    desk.write("A1", [["n"], [5], [20], ["Anna"], ["2026-11-20"], [True], ["=1/0"]])
    return desk


@pytest.mark.parametrize(
    ("rule", "rows"),
    [
        pytest.param(_rule("NUMBER_GREATER", "5"), [3, 5], id="greater"),
        pytest.param(_rule("NUMBER_GREATER_THAN_EQ", "5"), [2, 3, 5], id="at least"),
        pytest.param(_rule("NUMBER_LESS", "20"), [2], id="less: blanks are no numbers"),
        pytest.param(_rule("NUMBER_LESS_THAN_EQ", "20"), [2, 3], id="at most"),
        pytest.param(_rule("NUMBER_EQ", "20"), [3], id="equal"),
        pytest.param(_rule("NUMBER_NOT_EQ", "20"), [2, 4, 5, 6, 7, 8, 9], id="unequal"),
        pytest.param(_rule("NUMBER_BETWEEN", "20", "1"), [2, 3], id="between, either way round"),
        pytest.param(_rule("NUMBER_NOT_BETWEEN", "1", "9"), [3, 5], id="not between"),
        pytest.param(_rule("TEXT_CONTAINS", "NN"), [4], id="contains, any letter case"),
        pytest.param(_rule("TEXT_NOT_CONTAINS", "0"), [2, 4, 6, 8, 9], id="contains not"),
        pytest.param(_rule("TEXT_STARTS_WITH", "2"), [3, 5], id="begins, as it is shown"),
        pytest.param(_rule("TEXT_ENDS_WITH", "a"), [4], id="ends"),
        pytest.param(_rule("TEXT_EQ", "true"), [6], id="is"),
        pytest.param(_rule("DATE_EQ", "11/20/2026"), [5], id="that day"),
        pytest.param(_rule("DATE_BEFORE", {"relativeDate": "YESTERDAY"}), [2, 3, 5], id="before"),
        pytest.param(_rule("DATE_AFTER", {"relativeDate": "PAST_WEEK"}), [5], id="after"),
        pytest.param(_rule("BLANK"), [8, 9], id="blank cells too are coloured"),
        pytest.param(_rule("NOT_BLANK"), [2, 3, 4, 5, 6, 7], id="not blank"),
        pytest.param(_rule("CUSTOM_FORMULA", "=A2>10"), [3, 4, 5, 6], id="a formula of the cell"),
        pytest.param(_rule("CUSTOM_FORMULA", "=N(A2)"), [2, 3, 5, 6], id="a number but 0 is true"),
        pytest.param(_rule("CUSTOM_FORMULA", "=$A$3=20"), list(range(2, 10)), id="a fixed cell"),
        pytest.param(_rule("CUSTOM_FORMULA", "=ISEVEN(ROW())"), [2, 4, 6, 8], id="of its place"),
        pytest.param(_rule("CUSTOM_FORMULA", '="yes"'), [], id="a text is not true"),
        pytest.param(_rule("CUSTOM_FORMULA", "=nonsense("), [], id="a broken formula never holds"),
        pytest.param(_rule("NUMBER_LESS", "=A3"), [2], id="less than the cell below"),
        pytest.param(_rule("NUMBER_EQ", "=$A$2*4"), [3], id="and read a fixed cell"),
        pytest.param(_rule("TEXT_EQ", '="an"&"na"'), [4], id="and give a text"),
    ],
)
def test_a_rule_colours_the_cells_it_holds_for(log: Desk, rule: Json, rows: list[int]) -> None:
    log.batch(*_add(rule))
    assert _red_rows(log) == rows


def test_of_each_property_the_first_rule_that_names_it_decides() -> None:
    desk = Desk()
    desk.write("A1", [["x"]])
    cell = span((0, 1), (0, 1))
    bold = {"textFormat": {"bold": True}}
    both = _fill(_GREEN) | {"textFormat": {"bold": False, "italic": True}}
    desk.batch(
        *_add(
            _rule("TEXT_EQ", "y", over=cell),
            _rule("NOT_BLANK", over=cell, look=bold),
            _rule("NOT_BLANK", over=cell, look=both),
            _rule("NOT_BLANK", over=cell, look=_fill(_BLUE)),
        )
    )
    shown = desk.cells("A1")[0][0]["effectiveFormat"]
    assert shown["backgroundColor"] == shown["backgroundColorStyle"]["rgbColor"] == _GREEN
    assert (shown["textFormat"]["bold"], shown["textFormat"]["italic"]) == (True, True)
    assert "userEnteredFormat" not in desk.cells("A1")[0][0]


def test_a_formula_is_written_for_the_first_cell_of_the_first_range() -> None:
    desk = Desk()
    desk.write("A1", [[1, "", 1, "", ""], ["", 1, "", 1, 1]])
    rule = _rule("CUSTOM_FORMULA", "=A1=1", over=span((0, 2), (0, 2)))
    rule["ranges"].append(span((0, 2), (3, 5)))
    desk.batch(*_add(rule))
    assert _picture(desk, "A1:E2") == ["r", ".r.rr"]


def test_now_in_a_rule_is_the_servers_clock_at_each_read() -> None:
    desk = Desk()
    desk.library.fixed_now = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    desk.write("B3", [["2026-11-23 11:55:00"]])
    desk.batch(*_add(_rule("CUSTOM_FORMULA", "=NOW()-B3>10/1440", over=span((2, 3), (1, 2)))))
    assert _picture(desk, "B3") == [""]
    desk.library.fixed_now = datetime(2026, 11, 23, 12, 6, tzinfo=UTC)
    assert _picture(desk, "B3") == ["r"]


def test_a_rule_reads_in_the_books_locale() -> None:
    desk = Desk(properties={"locale": "de_DE"})
    desk.write("A2", [["2,5"], ["31.12.2026"]])
    desk.batch(*_add(_rule("NUMBER_EQ", "2,5"), _rule("DATE_EQ", "31.12.2026", look=_fill(_GREEN))))
    assert _picture(desk, "A2:A3") == ["r", "g"]


def _point(kind: str, colour: Json, value: str = "") -> Json:
    return {"type": kind, "colorStyle": {"rgbColor": colour}} | ({"value": value} if value else {})


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        pytest.param(
            {"minpoint": _point("MIN", {}), "maxpoint": _point("MAX", _RED)},
            [0, 0.2, 0.4, 1],
            id="from least to most",
        ),
        pytest.param(
            {"minpoint": _point("NUMBER", {}, "2"), "maxpoint": _point("NUMBER", _RED, "=B1+6")},
            [0, 0, 0.5, 1],
            id="between numbers, one of them a formula",
        ),
        pytest.param(
            {"minpoint": _point("PERCENT", {}, "0"), "maxpoint": _point("PERCENT", _RED, "50")},
            [0, 0.4, 0.8, 1],
            id="percent of the span (documented)",
        ),
        pytest.param(
            {
                "minpoint": _point("MIN", {}),
                "midpoint": _point("PERCENTILE", _RED, "50"),
                "maxpoint": _point("MAX", {}),
            },
            [0, 0.66666667, 0.85714287, 0],
            id="a midpoint at the median (documented)",
        ),
    ],
)
def test_a_scale_colours_numbers_by_their_place(points: Json, expected: list[float]) -> None:
    desk = Desk()
    desk.write("A1", [[0, 0], [2], [4], [10], ["text"], [True], ["=1/0"]])
    rule = {"ranges": [span((0, 8), (0, 1))], "gradientRule": points}
    desk.batch({"addConditionalFormatRule": {"rule": rule}})
    cells = [row[0]["effectiveFormat"]["backgroundColor"] for row in desk.cells("A1:A7")]
    assert [cell.get("red", 0) for cell in cells[:4]] == pytest.approx(expected, abs=1 / 255)
    assert cells[4:] == [{"red": 1, "green": 1, "blue": 1}] * 3


def test_a_scale_over_no_numbers_colours_nothing() -> None:
    desk = Desk()
    desk.write("A1", [["x"]])
    points = {"minpoint": _point("MIN", {}), "maxpoint": _point("MAX", _RED)}
    rule = {"ranges": [span((0, 8), (0, 1))], "gradientRule": points}
    desk.batch({"addConditionalFormatRule": {"rule": rule}})
    assert _picture(desk, "A1:A3") == [""]


def _bands(**properties: Any) -> Json:
    return {"addBanding": {"bandedRange": {"range": span((0, 4), (0, 3)), **properties}}}


def _colours(**parts: Json) -> Json:
    return {f"{part}ColorStyle": {"rgbColor": colour} for part, colour in parts.items()}


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        pytest.param(
            {"rowProperties": _colours(firstBand=_RED, secondBand=_GREEN)},
            ["rrr", "ggg", "rrr", "ggg"],
            id="from the first row",
        ),
        pytest.param(
            {"rowProperties": _colours(header=_BLUE, firstBand=_RED, secondBand=_GREEN)},
            ["bbb", "rrr", "ggg", "rrr"],
            id="below a header",
        ),
        pytest.param(
            {"rowProperties": _colours(firstBand=_RED, secondBand=_GREEN, footer=_BLUE)},
            ["rrr", "ggg", "rrr", "bbb"],
            id="above a footer",
        ),
        pytest.param(
            {"columnProperties": _colours(firstBand=_RED, secondBand={})},
            ["rkr"] * 4,
            id="by columns",
        ),
        pytest.param(
            {
                "rowProperties": _colours(firstBand=_RED, secondBand={}),
                "columnProperties": _colours(header=_BLUE, firstBand=_GREEN, secondBand={}),
            },
            ["brr", "bgk", "brr", "bgk"],
            id="headers first, first bands next, rows before columns",
        ),
    ],
)
def test_bands_fill_also_blank_cells(properties: Json, expected: list[str]) -> None:
    desk = Desk()
    desk.batch(_bands(**properties))
    assert _picture(desk, "A1:D5") == expected


def test_a_cells_own_fill_lies_over_its_band_and_a_rule_over_both() -> None:
    desk = Desk()
    own = {"userEnteredFormat": _fill(_GREEN)}
    desk.batch(
        _bands(rowProperties=_colours(firstBand=_BLUE, secondBand=_BLUE)),
        {
            "repeatCell": {
                "range": span((0, 2), (0, 2)),
                "cell": own,
                "fields": "userEnteredFormat",
            }
        },
        *_add(_rule("BLANK", over=span((0, 1), (0, 1)))),
    )
    assert _picture(desk, "A1:C3") == ["rgb", "ggb", "bbb"]


def test_a_table_shows_the_colours_it_names() -> None:
    desk = Desk()
    table = {
        "range": span((0, 3), (0, 2)),
        "rowsProperties": _colours(header=_BLUE, firstBand=_RED),
    }
    desk.batch({"addTable": {"table": table}})
    assert _picture(desk, "A1:B3") == ["bb", "rr"]


def test_what_is_not_asked_for_is_not_worked_out(log: Desk) -> None:
    log.batch(*_add(_rule("BLANK", over=span((0, 900), (0, 26)))))
    assert len(log.cells("A1:Z900", "formattedValue")) == 7
    assert len(log.cells("A1:C9")) == 9


@pytest.mark.parametrize(
    ("request_", "formula", "first_row"),
    [
        pytest.param(
            {"insertDimension": {"range": lines("ROWS", 0, 2)}}, "=$A4>B$3+$D$22", 3, id="above"
        ),
        pytest.param(
            {"insertDimension": {"range": lines("ROWS", 5, 6)}}, "=$A2>B$1+$D$21", 1, id="inside"
        ),
        pytest.param(
            {"insertDimension": {"range": lines("COLUMNS", 0, 1)}},
            "=$B2>C$1+$E$20",
            1,
            id="columns",
        ),
        pytest.param(
            {"deleteDimension": {"range": lines("ROWS", 1, 3)}},
            "=$A2>B$1+$D$18",
            1,
            id="its first rows deleted: read at the first that stays",
        ),
        pytest.param(
            {"deleteDimension": {"range": lines("ROWS", 19, 20)}},
            "=$A2>B$1+#REF!",
            1,
            id="a cell it names deleted",
        ),
        pytest.param(
            {"moveDimension": {"source": lines("ROWS", 1, 2), "destinationIndex": 5}},
            "=$A2>B$1+$D$20",
            1,
            id="a row moved inside",
        ),
        pytest.param(
            {
                "updateSheetProperties": {
                    "properties": {"sheetId": 0, "title": "Log"},
                    "fields": "title",
                }
            },
            "=$A2>B$1+$D$20",
            1,
            id="another title",
        ),
    ],
)
def test_a_rules_formula_follows_the_cells_it_names(
    request_: Json, formula: str, first_row: int
) -> None:
    desk = Desk()
    desk.batch(*_add(_rule("CUSTOM_FORMULA", "=$A2>B$1+$D$20")), request_)
    rule = desk.tab()["conditionalFormats"][0]
    assert rule["booleanRule"]["condition"]["values"] == [{"userEnteredValue": formula}]
    assert rule["ranges"][0]["startRowIndex"] == first_row


def test_formulas_in_validation_and_filters_follow_too() -> None:
    desk = Desk()
    dropdown = {"type": "ONE_OF_RANGE", "values": [{"userEnteredValue": "=Sheet1!$D$1:$D$5"}]}
    shown = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": "=A2>$D$1"}]}
    criteria = [{"columnIndex": 0, "filterCriteria": {"condition": shown}}]
    desk.batch(
        {"setDataValidation": {"range": span((0, 2), (1, 2)), "rule": {"condition": dropdown}}},
        {"setBasicFilter": {"filter": {"range": span((0, 9), (0, 1)), "filterSpecs": criteria}}},
        {"insertDimension": {"range": lines("ROWS", 0, 1)}},
    )
    rule = desk.cells("B2", "dataValidation")[0][0]["dataValidation"]
    assert rule["condition"]["values"][0]["userEnteredValue"] == "=Sheet1!$D$2:$D$6"
    kept = desk.tab()["basicFilter"]
    for found in (kept["filterSpecs"][0]["filterCriteria"], kept["criteria"]["0"]):
        assert found["condition"]["values"][0]["userEnteredValue"] == "=A3>$D$2"


def test_a_rule_copied_to_another_tab_reads_as_a_copy_would() -> None:
    desk = Desk()
    paste = {
        "source": span((2, 3), (0, 1)),
        "destination": span((4, 5), (1, 2), sheet_id=7),
        "pasteType": "PASTE_CONDITIONAL_FORMATTING",
    }
    desk.batch(
        {"addSheet": {"properties": {"sheetId": 7, "title": "Two"}}},
        *_add(_rule("CUSTOM_FORMULA", "=A2>$C$1")),
        {"copyPaste": paste},
    )
    (rule,) = desk.tab(7)["conditionalFormats"]
    assert rule["booleanRule"]["condition"]["values"][0]["userEnteredValue"] == "=B5>$C$1"


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("TODAY", "2026-03-31"),
        ("TOMORROW", "2026-04-01"),
        ("YESTERDAY", "2026-03-30"),
        ("PAST_WEEK", "2026-03-24"),
        pytest.param("PAST_MONTH", "2026-02-28", id="the last day of a month too short"),
        ("PAST_YEAR", "2025-03-31"),
    ],
)
def test_a_relative_date_is_a_day_of_the_calendar(name: str, day: str) -> None:
    assert relative_day(name, datetime(2026, 3, 31, tzinfo=UTC).date()).isoformat() == day
