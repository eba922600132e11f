"""How a formula's number is shown where its cell has no number format: as people see it in Sheets."""

import pytest

from tests.unit.localsheets.desk import Desk

_CELLS = [["2026-01-31", "$5.00", 3, "50%", "9:30"]]


@pytest.fixture(scope="module")
def desk() -> Desk:
    desk = Desk()
    desk.write("A1", _CELLS)
    return desk


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        ("=TODAY()", "11/23/2026"),
        ("=NOW()", "11/23/2026 12:00:00"),
        ("=TIME(1,2,3)", "1:02:03 AM"),
        ("=A1", "2026-01-31"),
        ("=A1+1", "2026-02-01"),
        ("=1+A1", "2026-02-01"),
        ("=A1-C1", "2026-01-28"),
        ("=A1-DATE(2026,1,1)", "30"),
        ("=(A1)+0", "2026-01-31"),
        ("=MAX(A1:A9)", "2026-01-31"),
        ("=IF(C1>2,A1,0)", "2026-01-31"),
        ("=IFERROR(A1,0)", "2026-01-31"),
        ("=A1>C1", "TRUE"),
        ("=A1&C1", "460533"),
        ("=YEAR(A1)", "2026"),
        ("=COUNT(A1:A9)", "1"),
        ("=B1*C1", "$15.00"),
        ("=B1/B1", "1"),
        ("=-B1", "-$5.00"),
        ("=B1+C1", "$8.00"),
        ("=C1*2", "6"),
        ("=SUM(C1,A9)", "3"),
        ("=Sheet1!A1", "2026-01-31"),
        ("=Nowhere!A1", "#REF!"),
        ("=G1", ""),
    ],
)
def test_a_result_is_shown_as_what_it_is_made_of(desk: Desk, formula: str, shown: str) -> None:
    desk.write("G2", [[formula]])
    assert desk.read("G2", "FORMATTED_VALUE") == ([[shown]] if shown else [])
    cell = desk.cells("G2")[0][0]
    assert cell.get("formattedValue", "") == shown
    assert "userEnteredFormat" not in cell


def test_a_format_of_its_own_wins_and_one_taken_away_comes_back() -> None:
    desk = Desk()
    desk.write("A1", _CELLS)
    number = {"userEnteredFormat": {"numberFormat": {"type": "NUMBER", "pattern": "0.0"}}}
    where = {"startRowIndex": 2, "endRowIndex": 3, "startColumnIndex": 0, "endColumnIndex": 1}
    repeated = {"range": where, "fields": "userEnteredFormat.numberFormat"}
    desk.write("A3", [["=A1"]])
    desk.batch({"repeatCell": repeated | {"cell": number}})
    assert desk.read("A3", "FORMATTED_VALUE") == [["46053.0"]]
    desk.batch({"repeatCell": repeated | {"cell": {}}})
    assert desk.read("A3", "FORMATTED_VALUE") == [["2026-01-31"]]


def test_cells_that_repeat_each_other_come_to_an_end() -> None:
    desk = Desk()
    desk.write("A200", [["2026-01-31"]])
    desk.write("A1", [[f"=A{row + 2}"] for row in range(199)])
    desk.write("B1", [["=B2"], ["=B1"]])
    assert desk.read("A1:A199", "FORMATTED_VALUE") == [["2026-01-31"]] * 199
    desk.write("C1", [["2026-01-31"], *([f"=C{row}"] for row in range(1, 200))])
    assert desk.read("C1:C200", "FORMATTED_VALUE") == [["2026-01-31"]] * 200


def test_a_name_nobody_gave_is_called_in_the_mistake(desk: Desk) -> None:
    desk.write("H1", [["=nope+1"]])
    error = {"type": "NAME", "message": "Unknown range name: 'NOPE'."}
    assert desk.cells("H1", "effectiveValue")[0][0] == {"effectiveValue": {"errorValue": error}}
