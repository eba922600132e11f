"""The plain read-only page: every spreadsheet, its tabs, and one tab's first rows."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from urllib.parse import urlencode

from refundsheet.localsheets.a1 import Box, column_letters
from refundsheet.localsheets.library import Library
from refundsheet.localsheets.matrix import Rendering, matrix
from refundsheet.localsheets.sheet import Sheet
from refundsheet.localsheets.workbook import OWNER, Spreadsheet

MOST_ROWS = 500
_STYLE = (
    "body{font:14px sans-serif;margin:1rem}table{border-collapse:collapse}"
    "td,th{border:1px solid #ccc;padding:2px 6px;white-space:nowrap}th{background:#eee}"
    "nav a{margin-right:1rem}"
)


def html(library: Library, query: Mapping[str, str]) -> str:
    """The page for `?id=...&sheet=...`; without them the first of each."""
    books = [library.book(found, OWNER) for found in library.ids()]
    chosen = next((book for book in books if book.spreadsheet_id == query.get("id")), None)
    book = chosen or (books[0] if books else None)
    parts = [_links(books)]
    if book is not None:
        parts += [_tabs(book), _table(book, _sheet(book, query.get("sheet", "")))]
    return (
        f"<!DOCTYPE html><meta charset=utf-8><title>Local sheets</title><style>{_STYLE}</style>"
        + "".join(parts)
    )


def _links(books: list[Spreadsheet]) -> str:
    links = [_link({"id": book.spreadsheet_id}, book.title) for book in books]
    return f"<nav>{''.join(links)}</nav>"


def _link(query: dict[str, str], text: str) -> str:
    return f'<a href="/?{escape(urlencode(query))}">{escape(text)}</a>'


def _tabs(book: Spreadsheet) -> str:
    links = [
        _link({"id": book.spreadsheet_id, "sheet": str(sheet.sheet_id)}, sheet.title)
        for sheet in book.sheets
    ]
    return f"<h1>{escape(book.title)}</h1><nav>{''.join(links)}</nav>"


def _sheet(book: Spreadsheet, wanted: str) -> Sheet:
    found = [sheet for sheet in book.sheets if str(sheet.sheet_id) == wanted]
    return found[0] if found else book.sheets[0]


def _table(book: Spreadsheet, sheet: Sheet) -> str:
    book.calculate()
    shown = min(MOST_ROWS, sheet.row_count)
    box = Box(sheet.sheet_id, 0, shown, 0, sheet.column_count)
    rows = matrix(sheet, box, Rendering(), book.locale)
    width = max(map(len, rows), default=0)
    head = "".join(f"<th>{column_letters(number + 1)}" for number in range(width))
    lines = [
        f"<tr><th>{number}" + "".join(f"<td>{escape(str(cell))}" for cell in row)
        for number, row in enumerate(rows, start=1)
    ]
    more = sheet.values_end() - shown
    note = f"<p>{more} more rows</p>" if more > 0 else ""
    return f"<table><tr><th>{head}{''.join(lines)}</table>{note}"
