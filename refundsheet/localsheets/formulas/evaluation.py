"""Formulas evaluated by IronCalc, which sits behind this module and nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import ironcalc

from refundsheet.localsheets.display import CellError
from refundsheet.localsheets.formulas.book import Area, Book, Formula, Grid, SheetCells, Value
from refundsheet.localsheets.formulas.dialect import Translation, Translator
from refundsheet.localsheets.formulas.tree import FormulaParseError, FormulaTooLargeError, tree_of
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
    #: The functions not known here, by the cell that calls them, which keeps its last value.
    #: None is named where the engine lacks a form of a function it has, or the formula is too large.
    unknown: dict[Key, tuple[str, ...]]
    #: Where the cells that show a HYPERLINK lead.
    links: dict[Key, str]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is given to the engine, and what is already answered."""

    runs: dict[Key, Translation]
    answered: dict[Key, Value]
    unknown: dict[Key, tuple[str, ...]]


def evaluate(
    sheets: Mapping[str, SheetCells | Grid],
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
    if not any(grid.formulas for grid in book.sheets.values()):
        return Evaluation({}, {}, {})
    titles = {title: _engine_title(title, number) for number, title in enumerate(sheets, 1)}
    plan = _plan(book, titles, now, decimal_comma=locale_named(locale).decimal == ",")
    engine = _Engine(book, titles, plan)
    values = engine.values()
    return Evaluation(values | plan.answered, plan.unknown, engine.links())


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
    for sheet, grid in book.sheets.items():
        for (row, column), formula in grid.formulas.items():
            key = (sheet, row, column)
            try:
                tree = tree_of(formula.text, decimal_comma=decimal_comma)
                translation = translator.translate(tree, sheet, row, column)
            except FormulaParseError:
                plan.answered[key] = _PARSE_ERROR
                continue
            except FormulaTooLargeError as refusal:
                plan.unknown[key] = ()
                plan.answered[key] = _kept(formula, CellError("ERROR", str(refusal)))
                continue
            unknown = tuple(sorted(name for name in translation.functions if not _is_known(name)))
            if unknown:
                plan.unknown[key] = unknown
                error = CellError("NAME", f"Unknown function: '{unknown[0]}'.")
                plan.answered[key] = _kept(formula, error)
            else:
                plan.runs[key] = translation
    return plan


def _kept(formula: Formula, error: CellError) -> Value:
    """What a formula shows that cannot be evaluated here: its last value, else the error."""
    return error if formula.last is None else formula.last


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

    def links(self) -> dict[Key, str]:
        """The target of each link a formula made, once `values` has evaluated it."""
        found: dict[Key, str] = {}
        for title, number in self._number.items():
            for link in self._model.get_links(number):
                inside = (
                    f"#{link.get('location', '')}"  # the engine drops the mark of a place inside
                )
                key = (title, link.get("row", 1) - 1, link.get("column", 1) - 1)
                found[key] = link.get("target", inside)
        return found

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
        for row, column, cell in self._book.used(area):
            key = (sheet, row, column)
            if key in loaded or key in runs:
                continue
            loaded.add(key)
            if type(cell) is str:  # nearly all cells of a log
                self._model.update_cell_with_text(number, row + 1, column + 1, cell)
            else:
                value = self._plan.answered[key] if isinstance(cell, Formula) else cell
                self._set(number, row + 1, column + 1, value)

    def _set(self, sheet: int, row: int, column: int, value: Value) -> None:
        match value:
            case bool():
                self._model.update_cell_with_bool(sheet, row, column, value)
            case str():
                self._model.update_cell_with_text(sheet, row, column, value)
            case CellError():
                sign = value.text if value.text.startswith("#") else "#N/A"  # still loading
                self._model.update_cell_with_formula(sheet, row, column, f"={sign}")
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
            formula = self._book.sheets[sheet].formulas[row, column]
            return _kept(formula, CellError("NAME", "Unknown function."))
        names = self._plan.runs[key].names
        if value == "#NAME?" and names:
            return CellError("NAME", f"Unknown range name: '{names[0].upper()}'.")
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
