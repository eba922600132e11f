"""updateCells, repeatCell, appendCells, setDataValidation: cells written whole or by fields."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from refundsheet.localsheets import cell_formats, errors, masks, references, schema
from refundsheet.localsheets.a1 import Box
from refundsheet.localsheets.batch_update import objects
from refundsheet.localsheets.batch_update.blocks import make_room
from refundsheet.localsheets.batch_update.conditions import VALIDATION, check_condition
from refundsheet.localsheets.batch_update.objects import TABLE
from refundsheet.localsheets.errors import RequestError
from refundsheet.localsheets.intervals import COLUMNS, ROWS
from refundsheet.localsheets.masks import Mask
from refundsheet.localsheets.ranges import (
    check_writable,
    grid_box,
    grid_range,
    grid_sheet,
    open_box,
)
from refundsheet.localsheets.rows import Cell
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.sheet import Sheet
from refundsheet.localsheets.workbook import MAX_CHARACTERS, Spreadsheet

_KEPT_FIELDS = ("hyperlink", "textFormatRuns", "pivotTable", "chipRuns")


def read_mask(request: Json, message: str) -> Mask:
    """The `fields` of a request, checked against what it updates.

    Raises:
        RequestError: none given, or a field that is not there.
    """
    text = request.get("fields", "")
    if not text:
        raise RequestError(errors.NO_MASK)
    try:
        mask = masks.parse(text)
        masks.check(mask, message)
    except masks.MaskError as mistake:
        raise RequestError(f"Invalid field: {schema.snake(mistake.path)}") from mistake
    return mask


def cell_mask(request: Json) -> Mask:
    """The mask of a request that writes cells; `userEnteredValue` and its kin are whole."""
    mask = read_mask(request, "CellData")
    if "*" in mask:
        names = ("userEnteredValue", "userEnteredFormat", "note", "dataValidation", *_KEPT_FIELDS)
        return {name: {} for name in names}
    return mask


def changed_cell(old: Cell, data: Json, mask: Mask) -> Cell:
    """The cell with the masked fields as `data` has them; masked and absent is cleared."""
    cell = old
    for name, below in mask.items():
        if name in _SETTERS:
            cell = _SETTERS[name](cell, data.get(name), below)
        elif name in _KEPT_FIELDS:
            cell = _set_other(cell, name, data)
    return cell


def _set_value(cell: Cell, value: Json | None, _mask: Mask) -> Cell:
    value = value or {}
    if "formulaValue" in value:
        text: str = value["formulaValue"]
        if len(text) > MAX_CHARACTERS:
            raise RequestError(errors.TOO_LONG)
        return cell.with_content(None, text)
    if len(value.get("stringValue", "")) > MAX_CHARACTERS:
        raise RequestError(errors.TOO_LONG)
    if "errorValue" in value:
        raise RequestError("Cannot set an error as a user entered value.")
    shown = next(iter(value.values()), None)
    return cell.with_content(None if shown == "" else shown)


def _set_format(cell: Cell, value: Json | None, mask: Mask) -> Cell:
    old = cell.format.data if cell.format else {}
    merged = cell_formats.merge("CellFormat", mask, old, value or {})
    return replace(cell, format=cell_formats.share(merged))


def _set_note(cell: Cell, value: str | None, _mask: Mask) -> Cell:
    return replace(cell, note=value or "")


def _set_validation(cell: Cell, value: Json | None, mask: Mask) -> Cell:
    return replace(
        cell, validation=_checked_rule(masks.merge(mask, cell.validation or {}, value or {}))
    )


def _checked_rule(body: Json) -> Json | None:
    """A validation rule as it is stored; None for an empty one, which takes a rule away."""
    rule = schema.omit_defaults("DataValidationRule", body)
    if rule:
        check_condition(rule.get("condition", {}), VALIDATION)
    return rule or None


def _set_other(cell: Cell, name: str, data: Json) -> Cell:
    kept = {key: value for key, value in (cell.other or {}).items() if key != name}
    if data.get(name):
        kept[name] = data[name]
    return replace(cell, other=kept or None)


_SETTERS: dict[str, Callable[..., Cell]] = {
    "userEnteredValue": _set_value,
    "userEnteredFormat": _set_format,
    "note": _set_note,
    "dataValidation": _set_validation,
}


def update_cells(book: Spreadsheet, request: Json) -> None:
    """Write rows of CellData; what a `range` asks for and `rows` lacks is cleared."""
    mask = cell_mask(request)
    rows: list[Json] = request.get("rows", [])
    box = _update_box(book, request)
    _check_rows(rows, box)
    check_writable(book, box)
    if "range" not in request:
        width = max((len(row.get("values", [])) for row in rows), default=0)
        box = replace(box, row_end=box.row_start + len(rows), column_end=box.column_start + width)
    _write_rows(book, book.sheet(box.sheet_id), box, rows, mask)


def _update_box(book: Spreadsheet, request: Json) -> Box:
    if "range" in request:
        return grid_box(book, request["range"])
    if "start" not in request:
        raise RequestError("Must specify a start or range.")
    start: Json = request["start"]
    return grid_box(
        book,
        {
            "sheetId": start.get("sheetId", 0),
            "startRowIndex": start.get("rowIndex", 0),
            "startColumnIndex": start.get("columnIndex", 0),
        },
    )


def _check_rows(rows: list[Json], box: Box) -> None:
    """An array larger than the range (or the grid, from a start) is refused."""
    if len(rows) > box.rows:
        raise RequestError(
            f"Attempting to write row: {box.row_end}, beyond the last requested row of: "
            f"{box.row_end - 1}"
        )
    if any(len(row.get("values", [])) > box.columns for row in rows):
        raise RequestError(
            f"Attempting to write column: {box.column_end}, beyond the last requested column "
            f"of: {box.column_end - 1}"
        )


def _write_rows(book: Spreadsheet, sheet: Sheet, box: Box, rows: list[Json], mask: Mask) -> None:
    for row_index in range(box.row_start, box.row_end):
        place = row_index - box.row_start
        data: list[Json] = rows[place].get("values", []) if place < len(rows) else []
        end = box.column_end
        if not data:  # nothing but clearing: no need to walk blank cells
            end = min(end, sheet.row(row_index).width)
        for column in range(box.column_start, end):
            offset = column - box.column_start
            old = sheet.cell(row_index, column)
            new = changed_cell(old, data[offset] if offset < len(data) else {}, mask)
            if new != old:
                sheet.put(row_index, column, new)
    book.stale = True


def repeat_cell(book: Spreadsheet, request: Json) -> None:
    """Write one cell's fields over a range; formulas shift as a fill would shift them."""
    mask = cell_mask(request)
    box = grid_box(book, request.get("range", {}))
    check_writable(book, box)
    sheet = book.sheet(box.sheet_id)
    data: Json = request.get("cell", {})
    formula = data.get("userEnteredValue", {}).get("formulaValue")
    for row_index in range(box.row_start, box.row_end):
        for column in range(box.column_start, box.column_end):
            if formula is not None:
                shifted = references.shift(
                    formula, row_index - box.row_start, column - box.column_start
                )
                data = {**data, "userEnteredValue": {"formulaValue": shifted}}
            old = sheet.cell(row_index, column)
            new = changed_cell(old, data, mask)
            if new != old:
                sheet.put(row_index, column, new)
    book.stale = True


def append_cells(book: Spreadsheet, request: Json) -> None:
    """Write rows after the last one that holds data, growing the grid where needed."""
    mask = cell_mask(request)
    rows: list[Json] = request.get("rows", [])
    if "tableId" in request:
        _append_to_table(book, request["tableId"], rows, mask)
        return
    sheet = grid_sheet(book, request.get("sheetId", 0))
    width = max((len(row.get("values", [])) for row in rows), default=0)
    start = sheet.values_end()
    if start + len(rows) > sheet.row_count:
        book.resize(sheet, ROWS, start + len(rows))
    if width > sheet.column_count:
        book.resize(sheet, COLUMNS, width)
    box = Box(sheet.sheet_id, start, start + len(rows), 0, width)
    check_writable(book, box)
    _write_rows(book, sheet, box, rows, mask)


def _append_to_table(book: Spreadsheet, table_id: str, rows: list[Json], mask: Mask) -> None:
    """Write rows after the last filled one of a table, which grows; what lies below moves down."""
    sheet, table = objects.find(book, TABLE, table_id)
    box = open_box(book, table["range"])
    foot = 1 if "footerColorStyle" in table.get("rowsProperties", {}) else 0
    start = _table_end(sheet, replace(box, row_end=box.row_end - foot))
    lacking = start + len(rows) - (box.row_end - foot)
    if lacking > 0:
        at = box.row_end - foot
        new = replace(box, row_start=at, row_end=at + lacking)
        make_room(book, sheet, new)
        grown = grid_range(replace(box, row_end=box.row_end + lacking))
        current = objects.find(book, TABLE, table_id)[1]
        objects.replace(sheet, TABLE, current, {**current, "range": grown})
    target = replace(box, row_start=start, row_end=start + len(rows))
    _check_rows(rows, target)
    check_writable(book, target)
    _write_rows(book, sheet, target, rows, mask)


def _table_end(sheet: Sheet, box: Box) -> int:
    """One past the last row of a table's body that shows a value."""
    columns = range(box.column_start, box.column_end)
    for row in range(min(box.row_end, len(sheet.rows)) - 1, box.row_start, -1):
        if any(sheet.row(row).value(column) is not None for column in columns):
            return row + 1
    return box.row_start + 1


def set_data_validation(book: Spreadsheet, request: Json) -> None:
    """Put a rule on every cell of a range, or take the rules away."""
    box = grid_box(book, request.get("range", {}))
    check_writable(book, box)
    sheet = book.sheet(box.sheet_id)
    rule = _checked_rule(request.get("rule", {}))
    for row_index in range(box.row_start, box.row_end):
        for column in range(box.column_start, box.column_end):
            old = sheet.cell(row_index, column)
            if old.validation != rule:
                sheet.put(row_index, column, replace(old, validation=rule))


HANDLERS = {
    "updateCells": update_cells,
    "repeatCell": repeat_cell,
    "appendCells": append_cells,
    "setDataValidation": set_data_validation,
}
