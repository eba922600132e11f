"""Cells and the rows that hold them: plain scalars in a list, anything rarer beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from refundsheet.localsheets.cell_formats import CellFormat, with_number_format
from refundsheet.localsheets.display import CellError, NumberFormat
from refundsheet.localsheets.schema import Json

Value = str | float | bool | CellError | None


@dataclass(frozen=True, slots=True)
class Dimension:
    """What is known of one row or column apart from its cells."""

    pixel_size: int | None = None
    hidden_by_user: bool = False
    #: Developer metadata entries in the order they were made: id, key, value, visibility.
    metadata: tuple[Json, ...] = ()


PLAIN_DIMENSION = Dimension()


@dataclass(frozen=True, slots=True)
class Extra:
    """The rarer things a cell can hold. Its JSON is never changed in place."""

    formula: str | None = None
    note: str = ""
    validation: Json | None = None
    #: CellData fields kept as they came: textFormatRuns, hyperlink, chipRuns, pivotTable.
    other: Json | None = None
    #: The value was put here by an array formula of another cell; nothing was entered.
    spilled: bool = False


_NOTHING = Extra()


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell whole. `value` is what it shows; under a formula, the formula's last result."""

    value: Value = None
    formula: str | None = None
    format: CellFormat | None = None
    note: str = ""
    validation: Json | None = None
    other: Json | None = None
    spilled: bool = False

    def with_content(
        self, value: Value, formula: str | None = None, other: Json | None = None
    ) -> Cell:
        """The cell with something else entered; format, note and rule stay."""
        return Cell(value, formula, self.format, self.note, self.validation, other)

    @property
    def is_rare(self) -> bool:
        """Whether it holds anything besides a value and a format."""
        return bool(
            self.formula is not None
            or self.note
            or self.validation is not None
            or self.other is not None
            or self.spilled
        )

    @property
    def look(self) -> CellFormat | None:
        """The format, with the number format of its formula's result where it has none."""
        return _with_automatic(self.format, self.other)


#: Where `other` keeps the number format a formula's result is shown by.
AUTOMATIC = "numberFormat"


def _with_automatic(look: CellFormat | None, other: Json | None) -> CellFormat | None:
    if not other or AUTOMATIC not in other or (look and look.number_format):
        return look
    found = other[AUTOMATIC]
    return _numbered(look, found["type"], found["pattern"])


@lru_cache(maxsize=1024)
def _numbered(look: CellFormat | None, kind: str, pattern: str) -> CellFormat | None:
    return with_number_format(look, NumberFormat(kind, pattern))


EMPTY_CELL = Cell()


class Row:
    """One row. Only the workbook copy whose `token` it carries may change it."""

    __slots__ = ("dimension", "formats", "more", "token", "uid", "values")

    def __init__(self, uid: int, token: object) -> None:
        self.uid = uid
        self.token = token
        #: One entry a column, trailing blanks cut off.
        self.values: list[Value] = []
        #: Formats by column, shared between rows that look alike; trailing blanks cut off.
        self.formats: tuple[CellFormat | None, ...] = ()
        self.more: dict[int, Extra] | None = None
        self.dimension = PLAIN_DIMENSION

    def copy(self, token: object, uid: int | None = None) -> Row:
        """The same row, to be changed under another token."""
        row = Row(self.uid if uid is None else uid, token)
        row.values = list(self.values)
        row.formats = self.formats
        row.more = dict(self.more) if self.more else None
        row.dimension = self.dimension
        return row

    @property
    def width(self) -> int:
        """One past the last column that holds anything."""
        rarer = max(self.more, default=-1) + 1 if self.more else 0
        return max(len(self.values), len(self.formats), rarer)

    @property
    def blank(self) -> bool:
        """Whether nothing of it differs from a row never touched."""
        return not self.width and self.dimension is PLAIN_DIMENSION

    @property
    def looks(self) -> tuple[CellFormat | None, ...]:
        """The formats, with those of formulas' results where there are no others."""
        if not self.more or not any(e.other and AUTOMATIC in e.other for e in self.more.values()):
            return self.formats
        looks = [*self.formats, *[None] * (max(self.more) + 1 - len(self.formats))]
        for column, extra in self.more.items():
            looks[column] = _with_automatic(looks[column], extra.other)
        return tuple(looks)

    def value(self, column: int) -> Value:
        """What a cell shows."""
        return self.values[column] if column < len(self.values) else None

    def format(self, column: int) -> CellFormat | None:
        """A cell's format."""
        return self.formats[column] if column < len(self.formats) else None

    def formula(self, column: int) -> str | None:
        """A cell's formula."""
        extra = self.more.get(column) if self.more else None
        return extra.formula if extra else None

    def cell(self, column: int) -> Cell:
        """A cell whole."""
        value, look = self.value(column), self.format(column)
        extra = self.more.get(column) if self.more else None
        if extra is None:  # nearly always, and most are blank
            return EMPTY_CELL if value is None and look is None else Cell(value, None, look)
        return Cell(
            value=value,
            formula=extra.formula,
            format=look,
            note=extra.note,
            validation=extra.validation,
            other=extra.other,
            spilled=extra.spilled,
        )

    def put(self, column: int, cell: Cell) -> None:
        """Replace a cell whole."""
        self.put_value(column, cell.value)
        self.put_format(column, cell.format)
        if self.more or cell.is_rare:
            extra = Extra(cell.formula, cell.note, cell.validation, cell.other, cell.spilled)
            self._put_extra(column, extra)

    def put_value(self, column: int, value: Value) -> None:
        """Set what a cell shows, leaving its formula and all else."""
        values = self.values
        if column < len(values):
            values[column] = value
        elif value is not None:
            values.extend([None] * (column - len(values)))
            values.append(value)
        while values and values[-1] is None:
            values.pop()

    def put_format(self, column: int, cell_format: CellFormat | None) -> None:
        """Set a cell's format alone."""
        if cell_format is self.format(column):
            return
        formats = [*self.formats, *[None] * (column + 1 - len(self.formats))]
        formats[column] = cell_format
        self.formats = trimmed_formats(tuple(formats))

    def put_formula(self, column: int, formula: str) -> None:
        """Set a cell's formula alone; what it shows stays until the next calculation."""
        extra = self.more.get(column, _NOTHING) if self.more else _NOTHING
        self._put_extra(column, replace(extra, formula=formula))

    def _put_extra(self, column: int, extra: Extra) -> None:
        if extra != _NOTHING:
            self.more = self.more or {}
            self.more[column] = extra
        elif self.more and self.more.pop(column, None) and not self.more:
            self.more = None

    def splice_columns(self, start: int, end: int, inserted: int) -> None:
        """Take columns start..end out and put `inserted` blank ones in their place."""
        if self.width <= start:
            return
        if start < len(self.values):
            self.values[start:end] = [None] * inserted
        if start < len(self.formats):
            blanks = (None,) * inserted
            self.formats = trimmed_formats((*self.formats[:start], *blanks, *self.formats[end:]))
        while self.values and self.values[-1] is None:
            self.values.pop()
        shift = inserted - (end - start)
        kept = {
            column if column < start else column + shift: extra
            for column, extra in (self.more or {}).items()
            if not start <= column < end
        }
        self.more = kept or None

    def permute_columns(self, order: list[int]) -> None:
        """Rebuild the row so that column i holds what column `order[i]` held."""
        cells = [self.cell(old) for old in order]
        self.values, self.formats, self.more = [], (), None
        for column, cell in enumerate(cells):
            if cell != EMPTY_CELL:
                self.put(column, cell)


_row_formats: dict[tuple[CellFormat | None, ...], tuple[CellFormat | None, ...]] = {(): ()}
_MOST_SHARED = 4096


def trimmed_formats(formats: tuple[CellFormat | None, ...]) -> tuple[CellFormat | None, ...]:
    """The one tuple for rows that look alike (a log has a handful of looks)."""
    while formats and formats[-1] is None:
        formats = formats[:-1]
    if len(_row_formats) > _MOST_SHARED:
        _row_formats.clear()
    return _row_formats.setdefault(formats, formats)
