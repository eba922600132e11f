"""The header cells of tables: what is typed there is the name of the column."""

from __future__ import annotations

from collections.abc import Collection

from refundsheet.localsheets import schema
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.sheet import Sheet
from refundsheet.localsheets.shown import shown
from refundsheet.localsheets.workbook import Spreadsheet


def name_columns(book: Spreadsheet) -> None:
    """Rename the columns whose header cells changed; an emptied one is named by a free number."""
    for sheet in book.sheets:
        tables = sheet.objects.get("tables", ())
        named = tuple(_renamed(book, sheet, body) for body in tables)
        if named != tables:
            sheet.put_objects("tables", named)
            for old, new in zip(tables, named, strict=True):
                book.rename_parts(old, new)


def header(book: Spreadsheet, sheet: Sheet, place: tuple[int, int]) -> str:
    """What a header cell shows."""
    cell = sheet.cell(*place)
    return "" if cell.value is None else shown(cell.value, cell.look, book.locale)


def write_header(sheet: Sheet, place: tuple[int, int], name: str) -> None:
    """A header cell takes its column's name as plain text; format and note stay."""
    old = sheet.cell(*place)
    if old.value != name or old.formula is not None:
        sheet.put(*place, old.with_content(name))


def _renamed(book: Spreadsheet, sheet: Sheet, body: Json) -> Json:
    box = sheet.bounded(body["range"])
    old = {column.get("columnIndex", 0): column for column in body.get("columnProperties", [])}
    columns: list[Json] = []
    for index in range(box.columns):
        place = (box.row_start, box.column_start + index)
        column: Json = old.get(index, {"columnIndex": index})
        if sheet.cell(*place).formula is None:
            taken = {other.get("columnName", "") for other in (*columns, *old.values())}
            name = header(book, sheet, place) or _free_name(taken)
            write_header(sheet, place, name)
            column = column | {"columnName": name}
        columns.append(schema.omit_defaults("TableColumnProperties", column))
    return (
        body if columns == body.get("columnProperties") else {**body, "columnProperties": columns}
    )


def _free_name(taken: Collection[str]) -> str:
    number = 1
    while f"Column {number}" in taken:
        number += 1
    return f"Column {number}"
