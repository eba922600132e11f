"""A1 and R1C1 notation: reading a range a caller sent, writing the range an answer echoes."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TITLE_AND_CELLS = re.compile(r"(?:'((?:[^']|'')*)'|([^'!]*))!(.*)\Z", re.DOTALL)
_QUOTED_TITLE = re.compile(r"'((?:[^']|'')*)'\Z", re.DOTALL)
_A1_END = re.compile(r"\$?([A-Za-z]{1,3})?\$?([1-9]\d*)?\Z")
_R1C1_END = re.compile(r"[Rr]([1-9]\d*)[Cc]([1-9]\d*)\Z")
_BARE_TITLE = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
_CELL_LIKE = re.compile(r"(?:[A-Za-z]{1,3}[0-9]+|[Rr][0-9]*[Cc][0-9]*|[Rr][0-9]+|[Cc][0-9]+)\Z")


@dataclass(frozen=True, slots=True)
class Box:
    """A half-open rectangle of one sheet, zero-based like Google's GridRange."""

    sheet_id: int
    row_start: int
    row_end: int
    column_start: int
    column_end: int

    @property
    def rows(self) -> int:
        """Its height."""
        return self.row_end - self.row_start

    @property
    def columns(self) -> int:
        """Its width."""
        return self.column_end - self.column_start

    def meets(self, other: Box) -> bool:
        """Whether the two share a cell."""
        return (
            self.sheet_id == other.sheet_id
            and self.row_start < other.row_end
            and other.row_start < self.row_end
            and self.column_start < other.column_end
            and other.column_start < self.column_end
        )

    def holds(self, other: Box) -> bool:
        """Whether the other lies wholly inside."""
        return (
            self.sheet_id == other.sheet_id
            and self.row_start <= other.row_start
            and other.row_end <= self.row_end
            and self.column_start <= other.column_start
            and other.column_end <= self.column_end
        )


@dataclass(frozen=True, slots=True)
class Cells:
    """The part of a range after the sheet's name: one-based, a missing bound is None."""

    row_start: int | None
    row_end: int | None
    column_start: int | None
    column_end: int | None
    #: A single cell (`B2`): a write may spill from it.
    single: bool


def split(text: str) -> tuple[str | None, str | None, bool]:
    """(title, cells, quoted) of a range; a lone bare word comes back as cells."""
    match = _TITLE_AND_CELLS.match(text)
    if match:
        quoted = match[1] is not None
        title = match[1].replace("''", "'") if quoted else match[2]
        return title, match[3], quoted
    match = _QUOTED_TITLE.match(text)
    if match:
        return match[1].replace("''", "'"), None, True
    return None, text, False


def parse_cells(text: str) -> Cells | None:
    """`B2`, `A:C`, `2:5`, `A1:C`, `A1:1`, `R1C1:R2C2`, reversed too; None when it is none of these."""
    first, _, second = text.partition(":")
    single = ":" not in text
    start = _end(first)
    end = start if single else _end(second)
    if start is None or end is None or (single and None in start):
        return None
    rows = _ordered(start[0], end[0])
    columns = _ordered(start[1], end[1])
    return Cells(rows[0], rows[1], columns[0], columns[1], single)


def _end(text: str) -> tuple[int | None, int | None] | None:
    match = _R1C1_END.match(text)
    if match:
        return int(match[1]), int(match[2])
    match = _A1_END.match(text)
    if not match or not (match[1] or match[2]):
        return None
    return int(match[2]) if match[2] else None, column_number(match[1]) if match[1] else None


def _ordered(start: int | None, end: int | None) -> tuple[int | None, int | None]:
    if start is not None and end is not None and end < start:
        return end, start
    return start, end


def column_number(letters: str) -> int:
    """`A` is 1, `AA` is 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """1 is `A`, 27 is `AA`."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def quoted(title: str) -> str:
    """A title as answers echo it: bare if plain and unlike a cell, else in quotes."""
    if _BARE_TITLE.match(title) and not _CELL_LIKE.match(title):
        return title
    return "'" + title.replace("'", "''") + "'"


def cell_name(row: int, column: int) -> str:
    """The A1 name of a zero-based position."""
    return f"{column_letters(column + 1)}{row + 1}"


def echo(title: str, box: Box) -> str:
    """The range as an answer names it; one cell as `Sheet1!A1`."""
    first = cell_name(box.row_start, box.column_start)
    last = cell_name(box.row_end - 1, box.column_end - 1)
    return f"{quoted(title)}!{first}" if first == last else f"{quoted(title)}!{first}:{last}"


def echo_open(title: str, cells: Cells) -> str:
    """The range as it was asked, canonical but unclamped, for refusals."""
    start = cells.column_start or (1 if cells.column_end else None)
    first = f"{_letters(start)}{cells.row_start or ''}"
    last = f"{_letters(cells.column_end)}{cells.row_end or ''}"
    return f"{quoted(title)}!{first}" if last in {"", first} else f"{quoted(title)}!{first}:{last}"


def _letters(number: int | None) -> str:
    return column_letters(number) if number else ""
