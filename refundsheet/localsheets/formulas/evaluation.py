"""Formulas evaluated by IronCalc, which sits behind this module and nowhere else."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import ironcalc

from refundsheet.localsheets.display import CellError
from refundsheet.localsheets.formulas.book import Area, Book, Formula, SheetCells, Value
from refundsheet.localsheets.formulas.dialect import Translation, Translator
from refundsheet.localsheets.formulas.tree import FormulaParseError, tree_of
from refundsheet.localsheets.locales import locale_named

#: A sheet's title, and a zero-based row and column.
Key = tuple[str, int, int]

#: The engine's errors in Google's words.
_ERRORS = {
    "#REF!": CellError("REF", "Reference does not exist."),
    "#NAME?": CellError("NAME", "Unknown range name."),
    "#VALUE!": CellError("VALUE", "A value has the wrong type."),
    "#DIV/0!": CellError("DIVIDE_BY_ZERO", "Function DIVIDE parameter 2 cannot be zero."),
    "#N/A": CellError("N_A", "Did not find value."),
    "#NUM!": CellError("NUM", "A number is out of range."),
    "#NULL!": CellError("NULL_VALUE", "The ranges have no cell in common."),
    "#CALC!": CellError("N_A", "No matches are found in FILTER evaluation."),
    "#CIRC!": CellError("REF", "Circular dependency detected."),
    "#SPILL!": CellError("REF", "Array result was not expanded because it would overwrite data."),
}
_PARSE_ERROR = CellError("ERROR", "Formula parse error.")
_NOT_IMPLEMENTED = "#N/IMPL!"
#: The engine writes LAMBDA in capitals only when its arguments are right.
_ALWAYS_KNOWN = frozenset({"LAMBDA"})


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What all formulas of a book came to."""

    #: Of every formula's cell, and of the blank cells its result spread into.
    values: dict[Key, Value]
    #: The functions not known here, by the cell that calls them: keep its formula and last value.
    unknown: dict[Key, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is given to the engine, and what is already answered."""

    runs: dict[Key, Translation]
    answered: dict[Key, Value]
    unknown: dict[Key, tuple[str, ...]]


def evaluate(
    sheets: Mapping[str, SheetCells],
    *,
    now: datetime,
    locale: str,
    names: Mapping[str, str] | None = None,
) -> Evaluation:
    """Evaluate every formula of a book.

    Only cells that formulas can reach are given to the engine; an open range ends with the last
    used row of the book.

    Args:
        sheets: all sheets by title.
        now: what NOW() and TODAY() say, in the spreadsheet's zone.
        locale: the spreadsheet's, for its decimal sign and argument separator.
        names: the A1 reference behind each named range.
    """
    book = Book(sheets, names or {})
    if not any(book.formulas.values()):
        return Evaluation({}, {})
    titles = {title: _engine_title(title, number) for number, title in enumerate(sheets, 1)}
    plan = _plan(book, titles, now, decimal_comma=locale_named(locale).decimal == ",")
    values = _Engine(book, titles, plan).values()
    return Evaluation(values | plan.answered, plan.unknown)


@lru_cache(maxsize=1024)
def _engine_title(title: str, number: int) -> str:
    """The title itself where the engine takes it; Google allows longer ones, and more signs."""
    try:
        ironcalc.create("titles").rename_sheet(0, title)
    except ironcalc.WorkbookError:
        return f"\u00a7{number}"
    return title


def _plan(book: Book, titles: dict[str, str], now: datetime, *, decimal_comma: bool) -> _Plan:
    plan = _Plan({}, {}, {})
    translator = Translator(book, titles, now)
    for sheet, formulas in book.formulas.items():
        for (row, column), formula in formulas.items():
            key = (sheet, row, column)
            try:
                tree = tree_of(formula.text, decimal_comma=decimal_comma)
                translation = translator.translate(tree, sheet)
            except FormulaParseError:
                plan.answered[key] = _PARSE_ERROR
                continue
            unknown = tuple(sorted(name for name in translation.functions if not _is_known(name)))
            if unknown:
                plan.unknown[key] = unknown
                plan.answered[key] = CellError("NAME", f"Unknown function: '{unknown[0]}'.")
            else:
                plan.runs[key] = translation
    return plan


@lru_cache(maxsize=1024)
def _is_known(function: str) -> bool:
    """Whether the engine has the function: it writes those it knows in capitals."""
    if function in _ALWAYS_KNOWN:
        return True
    model = ironcalc.create("functions")
    model.update_cell_with_formula(0, 1, 1, f"={function.lower()}()")
    return (model.get_cell_formula(0, 1, 1) or "").startswith(f"={function}")


class _Engine:
    """One evaluation in the engine."""

    def __init__(self, book: Book, titles: dict[str, str], plan: _Plan) -> None:
        self._book = book
        self._plan = plan
        self._model = ironcalc.create("book")
        self._number = {title: number for number, title in enumerate(book.sheets)}
        for title, number in self._number.items():
            if number:
                self._model.new_sheet()
            self._model.rename_sheet(number, titles[title])

    def values(self) -> dict[Key, Value]:
        """Load, evaluate and read back."""
        loaded = self._load()
        for (sheet, row, column), translation in self._plan.runs.items():
            self._set_formula(sheet, row, column, translation.text)
        self._model.evaluate()
        values = {key: self._result(key) for key in self._plan.runs}
        if any(translation.spreads for translation in self._plan.runs.values()):
            self._add_spread(values, loaded)
        return values

    def _load(self) -> set[Key]:
        """Give the engine every cell that a formula reads; tells which those were."""
        runs = self._plan.runs
        areas = {area for translation in runs.values() for area in translation.areas}
        if any(translation.reaches_everywhere for translation in runs.values()):
            areas = {self._book.whole(sheet) for sheet in self._book.sheets}
        loaded: set[Key] = set()
        for area in sorted(areas, key=_size, reverse=True):
            self._load_area(area, loaded)
        return loaded

    def _load_area(self, area: Area, loaded: set[Key]) -> None:
        sheet, number, runs = area.sheet, self._number[area.sheet], self._plan.runs
        for row, column, cell in _used(area, self._book.sheets[sheet]):
            key = (sheet, row, column)
            if key in loaded or key in runs:
                continue
            loaded.add(key)
            if type(cell) is str:  # nearly all cells of a log
                self._model.update_cell_with_text(number, row + 1, column + 1, cell)
            else:
                value = cell.last if isinstance(cell, Formula) else cell
                self._set(number, row + 1, column + 1, value)

    def _set(self, sheet: int, row: int, column: int, value: Value) -> None:
        match value:
            case bool():
                self._model.update_cell_with_bool(sheet, row, column, value)
            case str():
                self._model.update_cell_with_text(sheet, row, column, value)
            case CellError():
                self._model.update_cell_with_formula(sheet, row, column, f"={value.text}")
            case None:
                pass
            case _:
                self._model.update_cell_with_number(sheet, row, column, value)

    def _set_formula(self, sheet: str, row: int, column: int, text: str) -> None:
        try:
            self._model.update_cell_with_formula(self._number[sheet], row + 1, column + 1, text)
        except ironcalc.WorkbookError:
            self._plan.answered[sheet, row, column] = _PARSE_ERROR

    def _result(self, key: Key) -> Value:
        sheet, row, column = key
        place = (self._number[sheet], row + 1, column + 1)
        value = self._model.get_cell_value(*place)
        if self._model.get_cell_type(*place) is not ironcalc.CellType.ErrorValue:
            return None if self._is_blank_read(key) else value
        if value == _NOT_IMPLEMENTED:
            self._plan.unknown[key] = ()
            return CellError("NAME", "Unknown function.")
        return _ERRORS.get(str(value), _PARSE_ERROR)

    def _is_blank_read(self, key: Key) -> bool:
        """`=A1` of a blank cell is blank in Google's sheet and 0 in the engine's."""
        translation = self._plan.runs[key]
        if not translation.is_one_cell:
            return False
        area = translation.areas[0]
        place = (self._number[area.sheet], area.first_row + 1, area.first_column + 1)
        return self._model.get_cell_value(*place) is None

    def _add_spread(self, values: dict[Key, Value], loaded: set[Key]) -> None:
        """Read what arrays spread into, unless something stands there that the engine was not given."""
        titles = list(self._book.sheets)
        filled = (
            (titles[s], row - 1, column - 1) for s, row, column in self._model.get_all_cells()
        )
        spread = {key for key in filled if key not in loaded and key not in self._plan.runs}
        for key, translation in self._plan.runs.items():
            if not translation.spreads:
                continue
            block = _block(key, spread)
            if any(self._book.value(*cell) is not None for cell in block):
                values[key] = _ERRORS["#SPILL!"]
            else:
                values |= {cell: self._spread_value(cell) for cell in block}
            spread.difference_update(block)

    def _spread_value(self, key: Key) -> Value:
        sheet, row, column = key
        place = (self._number[sheet], row + 1, column + 1)
        value = self._model.get_cell_value(*place)
        if self._model.get_cell_type(*place) is ironcalc.CellType.ErrorValue:
            return _ERRORS.get(str(value), _PARSE_ERROR)
        return value


def _size(area: Area) -> int:
    return (area.last_row - area.first_row + 1) * (area.last_column - area.first_column + 1)


def _used(area: Area, cells: SheetCells) -> Iterator[tuple[int, int, Value | Formula]]:
    """The cells of an area that hold something, found the shorter way."""
    if _size(area) <= len(cells):
        get = cells.get
        for column in range(area.first_column, area.last_column + 1):
            for row in range(area.first_row, area.last_row + 1):
                cell = get((row, column))
                if cell is not None:
                    yield row, column, cell
        return
    for (row, column), cell in cells.items():
        in_rows = area.first_row <= row <= area.last_row
        if cell is not None and in_rows and area.first_column <= column <= area.last_column:
            yield row, column, cell


def _block(key: Key, spread: set[Key]) -> list[Key]:
    """The cells to the right of and below a formula that its result spread into."""
    sheet, row, column = key
    width = height = 1
    while (sheet, row, column + width) in spread:
        width += 1
    while (sheet, row + height, column) in spread:
        height += 1
    return [
        (sheet, row + down, column + right)
        for down in range(height)
        for right in range(width)
        if (sheet, row + down, column + right) in spread
    ]
