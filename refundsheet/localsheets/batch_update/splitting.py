"""textToColumns and pasteData: text taken apart into cells and entered as if typed."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

from refundsheet.localsheets.a1 import Box
from refundsheet.localsheets.batch_update.paste import target_lines
from refundsheet.localsheets.errors import RequestError
from refundsheet.localsheets.grid_data import shown
from refundsheet.localsheets.intervals import COLUMNS, ROWS
from refundsheet.localsheets.ranges import check_writable, grid_box
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.sheet import Sheet
from refundsheet.localsheets.workbook import Spreadsheet
from refundsheet.localsheets.writing import InputOption, write_cell

_DELIMITERS = {"COMMA": ",", "SEMICOLON": ";", "PERIOD": ".", "SPACE": " "}
#: The paste types that bring values; the others bring nothing a plain text has.
_WITH_VALUES = frozenset({"PASTE_NORMAL", "PASTE_VALUES", "PASTE_NO_BORDERS", "PASTE_FORMULA"})


def text_to_columns(book: Spreadsheet, request: Json) -> None:
    """Split each text of a column over the columns to its right, writing over what is there."""
    box = grid_box(book, request.get("source", {}))
    if box.columns != 1:
        raise RequestError("The source range must span exactly one column.")
    sheet = book.sheet(box.sheet_id)
    texts = {row: _splittable(book, sheet, row, box.column_start) for row in _rows(sheet, box)}
    delimiter = _delimiter(request, [text for text in texts.values() if text])
    parts = {row: text.split(delimiter) for row, text in texts.items() if text and delimiter}
    width = max((len(found) for found in parts.values()), default=1)
    _grow(book, sheet, box.row_end, box.column_start + width)
    check_writable(book, replace(box, column_end=box.column_start + width))
    for row, found in parts.items():
        for offset, part in enumerate(found if len(found) > 1 else []):
            place = (row, box.column_start + offset)
            write_cell(book, sheet, place, part, InputOption.USER_ENTERED)
    book.stale = True


def _rows(sheet: Sheet, box: Box) -> range:
    return range(box.row_start, max(box.row_start, min(box.row_end, len(sheet.rows))))


def _splittable(book: Spreadsheet, sheet: Sheet, row: int, column: int) -> str:
    """What a cell shows; nothing for a formula, which is not taken apart."""
    cell = sheet.cell(row, column)
    if cell.formula is not None or cell.value is None:
        return ""
    return shown(cell.value, cell.look, book.locale)


def _delimiter(request: Json, texts: list[str]) -> str:
    kind = request.get("delimiterType", "DELIMITER_TYPE_UNSPECIFIED")
    if kind == "DELIMITER_TYPE_UNSPECIFIED":
        raise RequestError("No delimiterType specified.")
    if kind == "CUSTOM":
        if not request.get("delimiter"):
            raise RequestError("A delimiter must be specified when delimiterType is CUSTOM.")
        return request["delimiter"]
    return _detected(texts) if kind == "AUTODETECT" else _DELIMITERS[kind]


def _detected(texts: list[str]) -> str:
    """The delimiter found in most of the texts, commas first; empty where there is none."""
    found = Counter(sign for sign in ",;. " for text in texts if sign in text)
    return max(found, key=lambda sign: found[sign], default="")


def _grow(book: Spreadsheet, sheet: Sheet, rows: int, columns: int) -> None:
    if rows > sheet.row_count:
        book.resize(sheet, ROWS, rows)
    if columns > sheet.column_count:
        book.resize(sheet, COLUMNS, columns)


def paste_data(book: Spreadsheet, request: Json) -> None:
    """Enter delimited text or an HTML table from a cell on, growing the grid where needed."""
    if bool(request.get("html")) == ("delimiter" in request):
        raise RequestError("Exactly one of html or delimiter must be specified.")
    corner: Json = request.get("coordinate", {})
    spot = {
        "sheetId": corner.get("sheetId", 0),
        "startRowIndex": corner.get("rowIndex", 0),
        "startColumnIndex": corner.get("columnIndex", 0),
    }
    box, text = grid_box(book, spot), request.get("data", "")
    rows = _table(text) if request.get("html") else _delimited(text, request["delimiter"])
    if rows and request.get("type", "PASTE_NORMAL") in _WITH_VALUES:
        _enter(book, box, rows)


def _enter(book: Spreadsheet, corner: Box, rows: list[list[str]]) -> None:
    sheet = book.sheet(corner.sheet_id)
    box = replace(
        corner,
        row_end=corner.row_start + len(rows),
        column_end=corner.column_start + max(len(row) for row in rows),
    )
    _grow(book, sheet, box.row_end, box.column_end)
    check_writable(book, box)
    for row, found in zip(target_lines(book, sheet, box), rows, strict=False):
        for offset, text in enumerate(found if row is not None else []):
            place = (row or 0, box.column_start + offset)
            write_cell(book, sheet, place, text, InputOption.USER_ENTERED)
    book.stale = True


def _delimited(text: str, delimiter: str) -> list[list[str]]:
    if not delimiter:
        raise RequestError("The delimiter must not be empty.")
    if len(delimiter) > 1 or delimiter in '"\r\n':
        return [line.split(delimiter) for line in text.splitlines()]
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as mistake:
        raise RequestError(f"The data cannot be read: {mistake}.") from mistake


def _table(text: str) -> list[list[str]]:
    reader = _TableReader()
    reader.feed(text)
    reader.close()
    return [row for row in reader.rows if row]


class _TableReader(HTMLParser):
    """The cells of an HTML table; text outside a table is a cell of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._in_cell = False
        self._column = 0
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "style", "head"}:
            self._silent += 1
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            if not self.rows:
                self.rows.append([])
            self._column = len(self.rows[-1])
            self.rows[-1] += [""] * _spanned(attrs)
            self._in_cell = True
        if tag == "br":
            self.handle_data("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._in_cell = False
        if tag in {"script", "style", "head"}:
            self._silent = max(self._silent - 1, 0)

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        if self._in_cell:
            self.rows[-1][self._column] += data.strip() if data != "\n" else data
        elif data.strip():
            self.rows.append([data.strip()])


def _spanned(attributes: list[tuple[str, str | None]]) -> int:
    """How many columns a cell takes."""
    span = dict(attributes).get("colspan") or "1"
    return min(max(int(span), 1), 1000) if span.isdecimal() else 1


HANDLERS = {"textToColumns": text_to_columns, "pasteData": paste_data}
