"""What `spreadsheets.get` shows of cells: CellData, GridData, dimension metadata."""

from __future__ import annotations

from collections.abc import Callable

from refundsheet.localsheets import cell_formats, masks
from refundsheet.localsheets.a1 import Box
from refundsheet.localsheets.display import CellError
from refundsheet.localsheets.filters import hidden_rows
from refundsheet.localsheets.intervals import COLUMNS, ROWS
from refundsheet.localsheets.looks import NO_LOOKS, PLAIN, Look, looks_of
from refundsheet.localsheets.masks import Mask
from refundsheet.localsheets.metadata import Entry, Place
from refundsheet.localsheets.rows import EMPTY_CELL, Cell, Dimension, Value
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.sheet import Sheet
from refundsheet.localsheets.shown import shown
from refundsheet.localsheets.workbook import Spreadsheet

_DEFAULT_SIZE = {ROWS: 21, COLUMNS: 100}


def extended_value(value: Value) -> Json:
    """A value as Google's ExtendedValue."""
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, str):
        return {"stringValue": value}
    if isinstance(value, CellError):
        return {"errorValue": {"type": value.type, "message": value.message}}
    return {"numberValue": value}


def _user_entered_value(cell: Cell, _book: Spreadsheet, _look: Look) -> Json | None:
    if cell.formula is not None:
        return {"formulaValue": cell.formula}
    return None if cell.value is None or cell.spilled else extended_value(cell.value)


def _effective_value(cell: Cell, _book: Spreadsheet, _look: Look) -> Json | None:
    return None if cell.value is None else extended_value(cell.value)


def _formatted_value(cell: Cell, book: Spreadsheet, _look: Look) -> str | None:
    if cell.value is None:
        return None
    return shown(cell.value, cell.look, book.locale)


def _user_entered_format(cell: Cell, _book: Spreadsheet, _look: Look) -> Json | None:
    return cell.format.data if cell.format else None


def _effective_format(cell: Cell, book: Spreadsheet, look: Look) -> Json:
    default: Json = book.properties["defaultFormat"]
    entered = cell.look.data if cell.look else {}
    alignment = _alignment(cell.value)
    return cell_formats.effective(default, alignment, look.under, entered, look.over)


def _alignment(value: Value) -> str:
    if isinstance(value, (bool, CellError)):
        return "CENTER"
    return "RIGHT" if isinstance(value, (int, float)) else "LEFT"


def _other(name: str) -> Callable[[Cell, Spreadsheet, Look], Json | str | None]:
    return lambda cell, _book, _look: (cell.other or {}).get(name)


#: CellData's fields in Google's order, each with what fills it.
_CELL_FIELDS: dict[str, Callable[[Cell, Spreadsheet, Look], Json | str | None]] = {
    "userEnteredValue": _user_entered_value,
    "effectiveValue": _effective_value,
    "formattedValue": _formatted_value,
    "userEnteredFormat": _user_entered_format,
    "effectiveFormat": _effective_format,
    "hyperlink": _other("hyperlink"),
    "note": lambda cell, _book, _look: cell.note or None,
    "textFormatRuns": _other("textFormatRuns"),
    "dataValidation": lambda cell, _book, _look: cell.validation,
    "pivotTable": _other("pivotTable"),
    "chipRuns": _other("chipRuns"),
}


def cell_data(book: Spreadsheet, cell: Cell, mask: Mask, look: Look = PLAIN) -> Json:
    """A cell as CellData, only the fields the mask lets through."""
    if (cell is EMPTY_CELL or cell == EMPTY_CELL) and not look:
        return {}
    data: Json = {}
    for name, fill in _CELL_FIELDS.items():
        if masks.wants(mask, name):
            found = fill(cell, book, look)
            if found is not None:
                data[name] = masks.choose(masks.below(mask, name), found)
    return data


def grid_data(book: Spreadsheet, sheet: Sheet, box: Box, mask: Mask) -> Json:
    """A box as GridData, rows and cells cut off after the last that holds anything."""
    data: Json = {}
    if box.row_start and masks.wants(mask, "startRow"):
        data["startRow"] = box.row_start
    if box.column_start and masks.wants(mask, "startColumn"):
        data["startColumn"] = box.column_start
    if masks.wants(mask, "rowData"):
        rows = _row_data(book, sheet, box, masks.below(mask, "rowData"))
        if rows:
            data["rowData"] = rows
    if masks.wants(mask, "rowMetadata"):
        rows = range(box.row_start, box.row_end)
        data["rowMetadata"] = _row_metadata(book, sheet, rows, masks.below(mask, "rowMetadata"))
    if masks.wants(mask, "columnMetadata"):
        below = masks.below(mask, "columnMetadata")
        columns = range(box.column_start, box.column_end)
        shapes = [dimension_data(sheet, COLUMNS, column) for column in columns]
        data["columnMetadata"] = [masks.choose(below, shape) for shape in shapes]
    return data


def _row_metadata(book: Spreadsheet, sheet: Sheet, rows: range, mask: Mask) -> list[Json]:
    filtered = hidden_rows(book, sheet, rows) if masks.wants(mask, "hiddenByFilter") else set[int]()
    shapes = (
        ({"hiddenByFilter": True} if row in filtered else {}) | dimension_data(sheet, ROWS, row)
        for row in rows
    )
    return [masks.choose(mask, shape) for shape in shapes]


def _row_data(book: Spreadsheet, sheet: Sheet, box: Box, mask: Mask) -> list[Json]:
    if not masks.wants(mask, "values"):
        return []
    below = masks.below(mask, "values")
    looks = looks_of(book, sheet, box) if masks.wants(below, "effectiveFormat") else NO_LOOKS

    def cells(index: int) -> list[Json]:
        """Up to the last that holds anything, or that a rule or band colours."""
        row = sheet.row(index)
        end = max(min(box.column_end, row.width), box.column_start)
        values: list[Json] = []
        for column in range(box.column_start, max(end, looks.column_end)):
            cell = row.cell(column)
            values.append(cell_data(book, cell, below, looks.at(cell, index, column)))
        while len(values) > end - box.column_start and not values[-1]:
            values.pop()
        return values

    last = max(min(len(sheet.rows), box.row_end), looks.row_end)
    lines = [cells(index) for index in range(box.row_start, last)]
    while lines and not lines[-1]:
        lines.pop()
    return [{"values": values} if values else {} for values in lines]


def dimension_data(sheet: Sheet, axis: str, index: int) -> Json:
    """A row's or column's DimensionProperties."""
    known = sheet.dimension(axis, index)
    data: Json = {}
    if known.hidden_by_user:
        data["hiddenByUser"] = True
    size = _DEFAULT_SIZE[axis] if known.pixel_size is None else known.pixel_size
    if size:
        data["pixelSize"] = size
    if known.metadata:
        place = Place(sheet, axis, index)
        data["developerMetadata"] = [Entry(place, entry).shown for entry in known.metadata]
    return data


__all__ = ["Dimension", "cell_data", "dimension_data", "grid_data", "shown"]
