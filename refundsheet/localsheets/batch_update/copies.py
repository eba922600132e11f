"""A copied tab: what lies on it gets ids of its own."""

from __future__ import annotations

from dataclasses import replace

from refundsheet.localsheets.batch_update.objects import KINDS, TABLE
from refundsheet.localsheets.intervals import COLUMNS, ROWS
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.sheet import Sheet
from refundsheet.localsheets.workbook import Spreadsheet


def renumber(book: Spreadsheet, sheet: Sheet) -> None:
    """Give the objects and the developer metadata of a new copy fresh ids, tables fresh names."""
    for kind in KINDS:
        bodies = sheet.objects.get(kind.field, ())
        fresh = (body | {kind.id_field: book.context.new_id()} for body in bodies)
        sheet.put_objects(kind.field, tuple(fresh))
    tables = sheet.objects.get(TABLE.field, ())
    named = [body | {TABLE.id_field: str(body[TABLE.id_field])} for body in tables]
    sheet.put_objects(TABLE.field, tuple(_renamed(book, body) for body in named))
    sheet.metadata = tuple(_fresh(book, entry) for entry in sheet.metadata)
    for axis in (ROWS, COLUMNS):
        for index, known in list(sheet.dimensions(axis)):
            if known.metadata:
                entries = tuple(_fresh(book, entry) for entry in known.metadata)
                sheet.put_dimension(axis, index, replace(known, metadata=entries))


def _fresh(book: Spreadsheet, entry: Json) -> Json:
    return entry | {"metadataId": book.context.new_id()}


def _renamed(book: Spreadsheet, body: Json) -> Json:
    """Table names are the whole book's."""
    return body | {"name": free_table_name(book, f"{body['name']}_")}


def free_table_name(book: Spreadsheet, stem: str) -> str:
    """The stem with the first number no table has."""
    taken = {
        body["name"].casefold() for sheet in book.sheets for body in sheet.objects.get("tables", ())
    }
    number = 1
    while f"{stem}{number}".casefold() in taken:
        number += 1
    return f"{stem}{number}"
