"""Spreadsheets to begin with: an empty one, or a CSV file entered as a person would type it."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from refundsheet.localsheets.cell_formats import CellFormat
from refundsheet.localsheets.library import Library, new_spreadsheet_id, settle
from refundsheet.localsheets.rows import EMPTY_CELL, Cell, Row, trimmed_formats
from refundsheet.localsheets.sheet import Sheet
from refundsheet.localsheets.workbook import OWNER, Spreadsheet, new_sheet, new_spreadsheet
from refundsheet.localsheets.writing import InputOption, entered

_MOST_REMEMBERED = 200_000


def add_spreadsheet(library: Library, title: str, *, locale: str, time_zone: str) -> str:
    """Make a spreadsheet with one empty tab, as Google's own new ones are; returns its id."""
    book = new_spreadsheet(
        new_spreadsheet_id(), title, library.context(OWNER), locale=locale, time_zone=time_zone
    )
    book.sheets.append(new_sheet(0, "Sheet1"))
    library.keep(book)
    return book.spreadsheet_id


def load_csv(
    library: Library, path: Path, *, locale: str = "en_US", time_zone: str = "Etc/GMT"
) -> str:
    """Make a spreadsheet whose first tab holds the file; returns its id.

    The spreadsheet and the tab are titled as the file, without `.csv` or `.csv.gz`.

    Raises:
        OSError: the file cannot be read.
        UnicodeDecodeError: it is not UTF-8.
    """
    title = path.name.removesuffix(".gz").removesuffix(".csv")
    book = new_spreadsheet(
        new_spreadsheet_id(), title, library.context(OWNER), locale=locale, time_zone=time_zone
    )
    with _opened(path) as file:
        book.sheets.append(sheet_of(book, title, csv.reader(file)))
    book.stale = True
    library.keep(book)
    settle(book)
    return book.spreadsheet_id


@contextmanager
def _opened(path: Path) -> Generator[Iterable[str]]:
    if path.suffix == ".gz":
        with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as file:
            yield file  # pyright: ignore[reportReturnType] (gzip's text mode is a TextIOWrapper)
    else:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield file


def sheet_of(book: Spreadsheet, title: str, lines: Iterator[list[str]]) -> Sheet:
    """A tab holding the lines, its grid at least of Google's first size."""
    sheet = new_sheet(0, title)
    remembered: dict[str, Cell] = {"": EMPTY_CELL}
    width = sheet.column_count
    for line in lines:
        width = max(width, len(line))
        _fill(sheet.own(len(sheet.rows)), line, book, remembered)
        if len(remembered) > _MOST_REMEMBERED:
            remembered = {"": EMPTY_CELL}
    sheet.row_count = max(sheet.row_count, len(sheet.rows))
    sheet.column_count = width
    return sheet


def _fill(row: Row, line: list[str], book: Spreadsheet, remembered: dict[str, Cell]) -> None:
    """A blank row filled at once: cell by cell a log of 100,000 rows would take minutes."""
    looks: list[CellFormat | None] = []
    rare: list[tuple[int, Cell]] = []
    for column, text in enumerate(line):
        cell = remembered.get(text)
        if cell is None:
            cell = remembered[text] = entered(book, EMPTY_CELL, text, InputOption.USER_ENTERED)
        row.values.append(cell.value)
        looks.append(cell.format)
        if cell.formula is not None or cell.other is not None:
            rare.append((column, cell))
    while row.values and row.values[-1] is None:
        row.values.pop()
    row.formats = trimmed_formats(tuple(looks))
    for column, cell in rare:
        row.put(column, cell)
