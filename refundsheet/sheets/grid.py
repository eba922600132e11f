"""Cells and ranges in Google's words, and Google's answers as cells."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gspread.utils import rowcol_to_a1

from refundsheet.core.model import Cell
from refundsheet.sheets.layout import Request, extended_value
from refundsheet.sheets.store import Tab


def cells_request(sheet_id: int, row: int, column: int, cells: Sequence[Cell]) -> Request:
    """Cells side by side, exactly as they are: nothing is parsed on the way."""
    return {
        "updateCells": {
            "start": {"sheetId": sheet_id, "rowIndex": row, "columnIndex": column},
            "rows": [{"values": [user_entered(cell) for cell in cells]}],
            "fields": "userEnteredValue",
        }
    }


#: A formula that shows nothing: its cell is no blank, although it looks like one.
SHOWS_NOTHING = '=""'


def formula_request(sheet_id: int, row: int, column: int, formula: str) -> Request:
    """A formula in one cell."""
    request = cells_request(sheet_id, row, column, [None])
    entered = {"userEnteredValue": {"formulaValue": formula}}
    request["updateCells"]["rows"] = [{"values": [entered]}]
    return request


def empty_text(sheet_id: int, row: int, column: int) -> Iterator[Request]:
    """What a formula that shows nothing leaves where it is copied as a value; it cannot be typed."""
    cell = grid_range(sheet_id, row, column)
    yield formula_request(sheet_id, row, column, SHOWS_NOTHING)
    yield copy_request(cell, cell, "PASTE_VALUES")


def user_entered(cell: Cell) -> dict[str, Any]:
    """A cell's value as Google's CellData; text stays text, whatever it begins with."""
    value = extended_value(cell)
    return {"userEnteredValue": value} if value else {}


def copy_request(source: Mapping[str, Any], target: Mapping[str, Any], kind: str) -> Request:
    """Copy a range onto another of the same size."""
    return {
        "copyPaste": {
            "source": source,
            "destination": target,
            "pasteType": kind,
            "pasteOrientation": "NORMAL",
        }
    }


def grid_range(
    sheet_id: int, row: int, column: int, end: int | None = None, *, rows: int = 1
) -> dict[str, int]:
    """A cell, or the cells from a column up to ``end``, in one row or ``rows`` of them."""
    return {
        "sheetId": sheet_id,
        "startRowIndex": row,
        "endRowIndex": row + rows,
        "startColumnIndex": column,
        "endColumnIndex": column + 1 if end is None else end,
    }


def a1(tab: Tab, first_row: int, end_row: int, first_column: int, end_column: int) -> str:
    """A range of a tab as text; bounds count from 0 and the ends are exclusive."""
    title = tab.title.replace("'", "''")
    start = rowcol_to_a1(first_row + 1, first_column + 1)
    return f"'{title}'!{start}:{rowcol_to_a1(end_row, end_column)}"


def runs(columns: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Adjacent columns together, as start and end."""
    start = previous = None
    for column in columns:
        if previous is None or column != previous + 1:
            if start is not None and previous is not None:
                yield start, previous + 1
            start = column
        previous = column
    if start is not None and previous is not None:
        yield start, previous + 1


class Answer:
    """The cells of an answer, by sheet, row and column."""

    def __init__(self, spreadsheet: Mapping[str, Any]) -> None:
        self._cells: dict[tuple[int, int, int], Mapping[str, Any]] = {}
        for sheet in spreadsheet.get("sheets", ()):
            sheet_id = sheet["properties"].get("sheetId", 0)
            for data in sheet.get("data", ()):
                top, left = data.get("startRow", 0), data.get("startColumn", 0)
                for row, line in enumerate(data.get("rowData", ()), top):
                    for column, cell in enumerate(line.get("values", ()), left):
                        self._cells[sheet_id, row, column] = cell

    def entered(self, sheet_id: int, row: int, column: int) -> Cell:
        """What was entered; a formula as its text, which no value of ours ever equals."""
        return value_of(self._cells.get((sheet_id, row, column), {}).get("userEnteredValue"))

    def shown(self, sheet_id: int, row: int, column: int) -> Cell:
        """What the cell amounts to."""
        return value_of(self._cells.get((sheet_id, row, column), {}).get("effectiveValue"))

    def is_formula(self, sheet_id: int, row: int, column: int) -> bool:
        """Whether a formula stands there."""
        cell = self._cells.get((sheet_id, row, column), {})
        return "formulaValue" in cell.get("userEnteredValue", ())


def value_of(extended: Mapping[str, Any] | None) -> Cell:
    """Google's ExtendedValue as a cell; None is blank."""
    if not extended:
        return None
    for kind in ("stringValue", "numberValue", "boolValue", "formulaValue"):
        if kind in extended:
            return extended[kind]
    return str(extended.get("errorValue", {}).get("type", ""))


def same_cell(one: Cell, other: Cell, *, exact: bool = False) -> bool:
    """Whether two cells hold the same; a blank is a blank, and 1 is 1.0 but not "1" or TRUE."""
    one, other = (None if cell == "" else cell for cell in (one, other))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return one == other
    if not exact and isinstance(one, str) and isinstance(other, str):
        return one.strip().casefold() == other.strip().casefold()
    return one == other
