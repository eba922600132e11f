"""Tables: a header row, typed columns, bands of their own."""

from __future__ import annotations

import re
from dataclasses import replace

from refundsheet.localsheets import masks
from refundsheet.localsheets.a1 import Box
from refundsheet.localsheets.batch_update import conditional, objects
from refundsheet.localsheets.batch_update.banding import check_no_bands
from refundsheet.localsheets.batch_update.cells import read_mask
from refundsheet.localsheets.batch_update.copies import free_table_name
from refundsheet.localsheets.batch_update.objects import TABLE
from refundsheet.localsheets.batch_update.paste import clear_cells
from refundsheet.localsheets.errors import RequestError
from refundsheet.localsheets.headers import header, write_header
from refundsheet.localsheets.ranges import check_writable, grid_box, grid_range, open_box
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.sheet import Sheet
from refundsheet.localsheets.workbook import Spreadsheet

_NAME = re.compile(r"[^\W\d][\w.]{0,249}\Z")
_UNTYPED = "COLUMN_TYPE_UNSPECIFIED"


def add_table(book: Spreadsheet, request: Json) -> Json:
    """Make a table of a range; its columns are named by their header cells unless named here."""
    new: Json = request.get("table", {})
    box = grid_box(book, new.get("range", {}))
    check_writable(book, box)
    check_no_bands(book, box)
    name = new.get("name") or free_table_name(book, "Table")
    _check_name(book, name, None)
    columns = _columns(book, box, new.get("columnProperties", []), required=False)
    body = {**new, "tableId": _free_id(book, new.get("tableId", "")), "name": name}
    body |= {"range": grid_range(box), "columnProperties": columns}
    body = objects.normal(TABLE.message, body)
    objects.add(book.sheet(box.sheet_id), TABLE, body)
    book.stale = True
    return {"table": body}


def _free_id(book: Spreadsheet, wanted: str) -> str:
    if not wanted:
        return str(book.context.new_id())
    if any(body["tableId"] == wanted for _, body in objects.every(book, TABLE)):
        raise RequestError(f"A table with id {wanted} already exists")
    return wanted


def _check_name(book: Spreadsheet, name: str, old: Json | None) -> None:
    if not _NAME.match(name.replace(" ", "_")):
        raise RequestError("The name given to this table is invalid")
    for _, body in objects.every(book, TABLE):
        if body is not old and body["name"].casefold() == name.casefold():
            raise RequestError(f'A table with the name "{name}" already exists.')


def _columns(book: Spreadsheet, box: Box, sent: list[Json], *, required: bool) -> list[Json]:
    """One entry a column. A name sent goes into the header cell; one not sent comes from it.

    An added table names typed columns sent without a name itself (observed); an update refuses
    them.
    """
    by_index = _by_index(sent, box.columns)
    sheet, unnamed = book.sheet(box.sheet_id), 0
    columns: list[Json] = []
    for index in range(box.columns):
        place = (box.row_start, box.column_start + index)
        column: Json = {"columnIndex": index} | by_index.get(index, {})
        if required and index in by_index and not column.get("columnName"):
            raise RequestError("Table header row cell must have a value.")
        if not column.get("columnName") and column.get("columnType", _UNTYPED) != _UNTYPED:
            unnamed += 1
            column["columnName"] = f"Column {unnamed}"
        if column.get("columnName"):
            write_header(sheet, place, column["columnName"])
        else:
            column["columnName"] = header(book, sheet, place) or f"Column {index + 1}"
            write_header(sheet, place, column["columnName"])
        columns.append(column)
    _uncheck(sheet, box, columns)
    return columns


def _by_index(sent: list[Json], width: int) -> dict[int, Json]:
    found: dict[int, Json] = {}
    for column in sent:
        index = column.get("columnIndex", 0)
        if not 0 <= index < width or index in found:
            raise RequestError(f"Invalid columnIndex: {index}")
        _check_type(column)
        found[index] = column
    return found


def _check_type(column: Json) -> None:
    dropdown = column.get("columnType", _UNTYPED) == "DROPDOWN"
    condition: Json = column.get("dataValidationRule", {}).get("condition", {})
    if dropdown and not condition:
        raise RequestError("Condition must be set for dropdown column type.")
    if not dropdown and condition:
        raise RequestError("Cannot set condition for non-dropdown column type.")
    if condition and (condition.get("type") != "ONE_OF_LIST" or not condition.get("values")):
        raise RequestError("Condition type must be ONE_OF_LIST for dropdown column type.")


def _uncheck(sheet: Sheet, box: Box, columns: list[Json]) -> None:
    """In a column made boolean, texts and blanks become FALSE (observed)."""
    for column in columns:
        if column.get("columnType") != "BOOLEAN":
            continue
        at = box.column_start + column["columnIndex"]
        for row in range(box.row_start + 1, box.row_end):
            cell = sheet.cell(row, at)
            if cell.formula is None and (cell.value is None or isinstance(cell.value, str)):
                sheet.put(row, at, cell.with_content(value=False))


def update_table(book: Spreadsheet, request: Json) -> None:
    """Change a table's masked fields; the columns are replaced as a whole."""
    mask = read_mask(request, "Table")
    new: Json = request.get("table", {})
    sheet, old = objects.find(book, TABLE, new.get("tableId", ""))
    merged = masks.merge(mask, old, new) | {"tableId": old["tableId"]}
    _check_name(book, merged.get("name", ""), old)
    box = grid_box(book, merged.get("range", {}))
    if box.sheet_id != sheet.sheet_id:
        raise RequestError("A table cannot be moved to another sheet.")
    check_writable(book, box)
    check_no_bands(book, box, old)
    box = _with_footer(book, box, old, merged)
    replaced = masks.wants(mask, "columnProperties")
    kept: list[Json] = merged.get("columnProperties", [])
    sent = kept if replaced else [one for one in kept if one.get("columnIndex", 0) < box.columns]
    columns = _columns(book, box, sent, required=replaced)
    body = merged | {"range": grid_range(box), "columnProperties": columns}
    body = objects.normal(TABLE.message, body)
    objects.replace(sheet, TABLE, old, body)
    book.rename_parts(old, body)
    book.stale = True


def _with_footer(book: Spreadsheet, box: Box, old: Json, new: Json) -> Box:
    """A footer gained takes a row more, one lost a row less (documented)."""
    had, has = ("footerColorStyle" in body.get("rowsProperties", {}) for body in (old, new))
    if had == has:
        return box
    grown = replace(box, row_end=box.row_end + (1 if has else -1))
    if not book.sheet(box.sheet_id).whole.holds(grown):
        raise RequestError("The table's footer does not fit on the sheet.")
    return grown


def delete_table(book: Spreadsheet, request: Json) -> None:
    """Delete a table and what its cells hold; rules over it go silently too (observed)."""
    sheet, old = objects.find(book, TABLE, request.get("tableId", ""))
    box = open_box(book, old["range"])
    check_writable(book, box)
    objects.remove(sheet, TABLE, old)
    if book.context.switches.table_delete_clears:
        clear_cells(sheet, box)
    rules = conditional.rules_of(sheet)
    left = [
        rule for rule in rules if not any(box.meets(open_box(book, at)) for at in rule["ranges"])
    ]
    conditional.put_rules(sheet, left)
    book.stale = True


HANDLERS = {
    "addTable": add_table,
    "updateTable": update_table,
    "deleteTable": delete_table,
}
