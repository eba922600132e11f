"""The SQLite file behind the server: every acknowledged write is in it before the answer leaves."""

from __future__ import annotations

import json
import sqlite3
from array import array
from datetime import datetime
from pathlib import Path
from typing import Any

from refundsheet.localsheets import cell_formats
from refundsheet.localsheets.cell_formats import CellFormat
from refundsheet.localsheets.display import CellError
from refundsheet.localsheets.rows import Dimension, Extra, Row, Value, trimmed_formats
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.sheet import COLUMNS, Sheet
from refundsheet.localsheets.workbook import Context, Spreadsheet

_TABLES = """
CREATE TABLE IF NOT EXISTS books (number INTEGER PRIMARY KEY, id TEXT UNIQUE, body TEXT);
CREATE TABLE IF NOT EXISTS sheets (
    book TEXT, sheet INTEGER, body TEXT, row_order BLOB, PRIMARY KEY (book, sheet)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rows (
    book TEXT, sheet INTEGER, uid INTEGER, body TEXT, PRIMARY KEY (book, sheet, uid)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS formats (number INTEGER PRIMARY KEY, body TEXT UNIQUE);
"""


class Store:
    """One SQLite file (WAL): a transaction a write; what was committed survives a kill -9."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=NORMAL")
        self._database.executescript(_TABLES)
        self._format_numbers: dict[CellFormat, int] = {}
        self._formats: dict[int, CellFormat] = {}
        for number, body in self._database.execute("SELECT number, body FROM formats"):
            self._remember(number, cell_formats.share(json.loads(body)))

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def ids(self) -> list[str]:
        """Every spreadsheet's id, oldest first."""
        return [
            found for (found,) in self._database.execute("SELECT id FROM books ORDER BY number")
        ]

    def save(self, book: Spreadsheet) -> None:
        """Write what changed of a book since it was last saved, in one transaction."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            self._save(book)
        except BaseException:
            self._database.execute("ROLLBACK")
            self._reread_formats()
            raise
        self._database.execute("COMMIT")
        for sheet in book.sheets:
            sheet.changed, sheet.order_changed = [], False

    def _save(self, book: Spreadsheet) -> None:
        self._database.execute(
            "INSERT INTO books (id, body) VALUES (?, ?) "
            "ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            (book.spreadsheet_id, _text(_book_body(book))),
        )
        kept = {sheet.sheet_id for sheet in book.sheets}
        for stored in self._stored_sheets(book.spreadsheet_id) - kept:
            self._delete_sheet(book.spreadsheet_id, stored)
        for sheet in book.sheets:
            self._save_sheet(book.spreadsheet_id, sheet)

    def _stored_sheets(self, book_id: str) -> set[int]:
        found = self._database.execute("SELECT sheet FROM sheets WHERE book = ?", (book_id,))
        return {number for (number,) in found}

    def _delete_sheet(self, book_id: str, sheet_id: int) -> None:
        for table in ("sheets", "rows"):
            self._database.execute(
                f"DELETE FROM {table} WHERE book = ? AND sheet = ?",  # noqa: S608 (two fixed names)
                (book_id, sheet_id),
            )

    def _save_sheet(self, book_id: str, sheet: Sheet) -> None:
        key = (book_id, sheet.sheet_id)
        self._database.execute(
            "INSERT INTO sheets (book, sheet, body, row_order) VALUES (?, ?, ?, x'') "
            "ON CONFLICT (book, sheet) DO UPDATE SET body = excluded.body",
            (*key, _text(_sheet_body(sheet))),
        )
        if sheet.order_changed:
            self._save_order(key, sheet)
        newest = {row.uid: row for row in sheet.changed}
        self._database.executemany(
            "INSERT OR REPLACE INTO rows (book, sheet, uid, body) VALUES (?, ?, ?, ?)",
            ((*key, uid, _text(self._row_body(row))) for uid, row in newest.items()),
        )

    def _save_order(self, key: tuple[str, int], sheet: Sheet) -> None:
        old = self._order(key)
        order = array("I", [row.uid for row in sheet.rows])
        alive = set(order)
        gone = set(old) - alive
        self._database.executemany(
            "DELETE FROM rows WHERE book = ? AND sheet = ? AND uid = ?",
            ((*key, uid) for uid in gone),
        )
        self._database.execute(
            "UPDATE sheets SET row_order = ? WHERE book = ? AND sheet = ?",
            (order.tobytes(), *key),
        )
        sheet.changed = [row for row in sheet.changed if row.uid in alive]

    def _order(self, key: tuple[str, int]) -> array[int]:
        found = self._database.execute(
            "SELECT row_order FROM sheets WHERE book = ? AND sheet = ?", key
        ).fetchone()
        order = array("I")
        order.frombytes(found[0])
        return order

    def load(self, book_id: str, context: Context) -> Spreadsheet | None:
        """A book as it was last saved; None when there is none."""
        found = self._database.execute("SELECT body FROM books WHERE id = ?", (book_id,)).fetchone()
        if found is None:
            return None
        body: Json = json.loads(found[0])
        book = Spreadsheet(book_id, body["properties"], context)
        book.named_ranges, book.metadata = tuple(body["namedRanges"]), tuple(body["metadata"])
        book.permissions = tuple(body.get("permissions", ()))
        book.comments = tuple(body.get("comments", ()))
        book.threads = tuple(body.get("threads", ()))
        book.created = datetime.fromisoformat(body["created"])
        book.modified = datetime.fromisoformat(body["modified"])
        book.sheets = [self._load_sheet(book_id, sheet_id) for sheet_id in body["sheets"]]
        book.stale = True
        return book

    def _load_sheet(self, book_id: str, sheet_id: int) -> Sheet:
        key = (book_id, sheet_id)
        (text,) = self._database.execute(
            "SELECT body FROM sheets WHERE book = ? AND sheet = ?", key
        ).fetchone()
        body: Json = json.loads(text)
        sheet = Sheet(body["properties"], body["rowCount"], body["columnCount"])
        sheet.objects = {name: tuple(found) for name, found in body["objects"].items()}
        sheet.metadata = tuple(body["metadata"])
        for index, found in body["columns"].items():
            sheet.put_dimension(COLUMNS, int(index), _dimension(found))
        rows = {
            uid: self._row(uid, json.loads(row_text), sheet.token)
            for uid, row_text in self._database.execute(
                "SELECT uid, body FROM rows WHERE book = ? AND sheet = ?", key
            )
        }
        sheet.rows = [rows[uid] for uid in self._order(key)]
        sheet.next_uid = max(rows, default=0) + 1
        return sheet

    def delete(self, book_id: str) -> None:
        """Forget a book."""
        self._database.execute("BEGIN IMMEDIATE")
        for table, column in (("books", "id"), ("sheets", "book"), ("rows", "book")):
            self._database.execute(
                f"DELETE FROM {table} WHERE {column} = ?",  # noqa: S608 (fixed names)
                (book_id,),
            )
        self._database.execute("COMMIT")

    def _row_body(self, row: Row) -> Json:
        body: Json = {}
        if row.values:
            body["v"] = [_stored_value(value) for value in row.values]
        if row.formats:
            body["f"] = [self._format_number(look) for look in row.formats]
        if row.more:
            body["m"] = {column: _extra_body(extra) for column, extra in row.more.items()}
        if row.dimension != Dimension():
            body["d"] = _dimension_body(row.dimension)
        return body

    def _row(self, uid: int, body: Json, token: object) -> Row:
        row = Row(uid, token)
        row.values = [_loaded_value(value) for value in body.get("v", [])]
        looks = [self._formats[number] if number else None for number in body.get("f", [])]
        row.formats = trimmed_formats(tuple(looks))
        more = body.get("m", {})
        row.more = {int(column): _extra(found) for column, found in more.items()} or None
        if "d" in body:
            row.dimension = _dimension(body["d"])
        return row

    def _format_number(self, look: CellFormat | None) -> int:
        if look is None:
            return 0
        number = self._format_numbers.get(look)
        if number is None:
            cursor = self._database.execute(
                "INSERT INTO formats (body) VALUES (?)", (_text(look.data),)
            )
            number = int(cursor.lastrowid or 0)
            self._remember(number, look)
        return number

    def _remember(self, number: int, look: CellFormat | None) -> None:
        if look is not None:
            self._format_numbers[look] = number
            self._formats[number] = look

    def _reread_formats(self) -> None:
        """After a rollback: formats the failed transaction added are not in the file."""
        self._format_numbers, self._formats = {}, {}
        for number, body in self._database.execute("SELECT number, body FROM formats"):
            self._remember(number, cell_formats.share(json.loads(body)))


def _text(body: Any) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _book_body(book: Spreadsheet) -> Json:
    return {
        "properties": book.properties,
        "namedRanges": book.named_ranges,
        "metadata": book.metadata,
        "permissions": book.permissions,
        "comments": book.comments,
        "threads": book.threads,
        "created": book.created.isoformat(),
        "modified": book.modified.isoformat(),
        "sheets": [sheet.sheet_id for sheet in book.sheets],
    }


def _sheet_body(sheet: Sheet) -> Json:
    return {
        "properties": sheet.properties,
        "rowCount": sheet.row_count,
        "columnCount": sheet.column_count,
        "objects": sheet.objects,
        "metadata": sheet.metadata,
        "columns": {index: _dimension_body(found) for index, found in sheet.columns.items()},
    }


def _stored_value(value: Value) -> Any:
    return {"error": [value.type, value.message]} if isinstance(value, CellError) else value


def _loaded_value(value: Any) -> Value:
    return CellError(*value["error"]) if isinstance(value, dict) else value


def _extra_body(extra: Extra) -> list[Any]:
    return [extra.formula, extra.note, extra.validation, extra.other, extra.spilled]


def _extra(body: list[Any]) -> Extra:
    return Extra(*body)


def _dimension_body(dimension: Dimension) -> list[Any]:
    return [dimension.pixel_size, dimension.hidden_by_user, dimension.metadata]


def _dimension(body: list[Any]) -> Dimension:
    pixel_size, hidden_by_user, metadata = body
    return Dimension(pixel_size, hidden_by_user, tuple(metadata))
