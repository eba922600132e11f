"""copyPaste and cutPaste: every paste type, repeated, transposed, between tabs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from refundsheet.localsheets import cell_formats, errors, filters, references
from refundsheet.localsheets.a1 import Box, echo
from refundsheet.localsheets.batch_update.comments import move_anchors
from refundsheet.localsheets.batch_update.conditional import copy_rules
from refundsheet.localsheets.batch_update.merges import copy_merges, move_merges
from refundsheet.localsheets.errors import RequestError
from refundsheet.localsheets.ranges import check_writable, grid_box
from refundsheet.localsheets.rows import EMPTY_CELL, Cell
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.sheet import Sheet
from refundsheet.localsheets.switches import FilteredPaste
from refundsheet.localsheets.workbook import Spreadsheet

Paste = Callable[[Cell, Cell], Cell]


def _formula(target: Cell, source: Cell) -> Cell:
    return target.with_content(source.value, source.formula, source.other)


def _values(target: Cell, source: Cell) -> Cell:
    return target.with_content(source.value)


def _no_borders(target: Cell, source: Cell) -> Cell:
    """All but the borders, where the target keeps its own."""
    own = target.format.data.get("borders") if target.format else None
    bare = cell_formats.without(source.format, "borders")
    data = dict(bare.data) if bare else {}
    return replace(source, format=cell_formats.share(data | ({"borders": own} if own else {})))


#: What a target cell becomes, by paste type; the source's formula is already shifted.
PASTES: dict[str, Paste] = {
    "PASTE_NORMAL": lambda _target, source: source,
    "PASTE_VALUES": _values,
    "PASTE_FORMAT": lambda target, source: replace(target, format=source.format),
    "PASTE_NO_BORDERS": _no_borders,
    "PASTE_FORMULA": _formula,
    "PASTE_DATA_VALIDATION": lambda target, source: replace(target, validation=source.validation),
    "PASTE_CONDITIONAL_FORMATTING": lambda target, _source: target,
}
_WITH_MERGES = frozenset({"PASTE_NORMAL", "PASTE_NO_BORDERS"})
#: A conditional format is part of the format.
_WITH_RULES = _WITH_MERGES | {"PASTE_FORMAT", "PASTE_CONDITIONAL_FORMATTING"}


@dataclass(frozen=True, slots=True)
class _Taken:
    """A cell of the source with the place it came from, so that formulas know how far they go."""

    row: int
    column: int
    cell: Cell


def copy_paste(book: Spreadsheet, request: Json) -> None:
    """Copy a range over another, repeated where the other is a multiple of it."""
    source = grid_box(book, request.get("source", {}))
    target = grid_box(book, request.get("destination", {}))
    kind = request.get("pasteType", "PASTE_NORMAL")
    if kind != "PASTE_CONDITIONAL_FORMATTING":
        book.calculate_for(source)
    rows = _taken(book, source, with_spilled=kind == "PASTE_VALUES")
    if request.get("pasteOrientation") == "TRANSPOSE":
        rows = [list(column) for column in zip(*rows, strict=True)]
    target = _repeated(book, rows, target)
    check_writable(book, target)
    _paste(book, rows, target, PASTES[kind])
    if kind in _WITH_MERGES:
        copy_merges(book, source, target)
    if kind in _WITH_RULES:
        copy_rules(book, source, target)
    book.stale = True


def _taken(book: Spreadsheet, box: Box, *, with_spilled: bool) -> list[list[_Taken]]:
    """The source's cells; a spilled value was entered nowhere and is copied only as a value."""
    sheet = book.sheet(box.sheet_id)
    lines: list[int] = list(range(box.row_start, box.row_end))
    if book.context.switches.filtered_paste is not FilteredPaste.EXACT:
        hidden = filters.hidden_rows(book, sheet)
        lines = [line for line in lines if line not in hidden] or lines
    columns = range(box.column_start, box.column_end)
    cells = [[_Taken(row, column, sheet.cell(row, column)) for column in columns] for row in lines]
    if with_spilled:
        return cells
    return [[replace(taken, cell=_entered(taken.cell)) for taken in row] for row in cells]


def _entered(cell: Cell) -> Cell:
    return cell.with_content(None) if cell.spilled else cell


def _repeated(book: Spreadsheet, rows: list[list[_Taken]], target: Box) -> Box:
    """Where the paste lands: whole multiples of the source, at least once, never off the grid."""
    height, width = len(rows), len(rows[0])
    down = target.rows // height if target.rows % height == 0 else 1
    across = target.columns // width if target.columns % width == 0 else 1
    box = replace(
        target,
        row_end=target.row_start + height * max(down, 1),
        column_end=target.column_start + width * max(across, 1),
    )
    return _on_grid(book, box)


def _paste(book: Spreadsheet, rows: list[list[_Taken]], target: Box, paste: Paste) -> None:
    sheet = book.sheet(target.sheet_id)
    lines = target_lines(book, sheet, target)
    for place, row_index in enumerate(lines):
        if row_index is None:
            continue
        row = rows[place % len(rows)]
        for offset in range(target.columns):
            taken = row[offset % len(row)]
            column = target.column_start + offset
            source = _shifted(taken, row_index, column)
            old = sheet.cell(row_index, column)
            new = paste(old, source)
            if new != old:
                sheet.put(row_index, column, new)


def target_lines(book: Spreadsheet, sheet: Sheet, target: Box) -> Sequence[int | None]:
    """The rows the paste goes to, in order; None where a hidden row swallows its share."""
    lines = list(range(target.row_start, target.row_end))
    match book.context.switches.filtered_paste:
        case FilteredPaste.EXACT:
            return lines
        case FilteredPaste.SKIPPED:
            hidden = filters.hidden_rows(book, sheet)
            return [None if line in hidden else line for line in lines]
        case FilteredPaste.DISPLACED:
            hidden = filters.hidden_rows(book, sheet)
            below = range(target.row_start, sheet.row_count)
            return [line for line in below if line not in hidden][: len(lines)]


def _shifted(taken: _Taken, row: int, column: int) -> Cell:
    cell = taken.cell
    if cell.formula is None:
        return cell
    text = references.shift(cell.formula, row - taken.row, column - taken.column)
    return replace(cell, formula=text)


def cut_paste(book: Spreadsheet, request: Json) -> None:
    """Move a range's cells, leaving blanks; formulas that pointed at them follow."""
    source = grid_box(book, request.get("source", {}))
    target = _moved_to(book, source, request.get("destination", {}))
    kind = request.get("pasteType", "PASTE_NORMAL")
    paste = PASTES[kind]
    check_writable(book, source)
    check_writable(book, target)
    cells = _cells(book, source)
    clear_cells(book.sheet(source.sheet_id), source)  # all of it, whatever is pasted (documented)
    _put_all(book, cells, target, paste)
    move_merges(book, source, target, keep=kind in _WITH_MERGES)
    if kind == "PASTE_NORMAL":
        move_anchors(book, source, target)
        book.follow_cut(source, target)
    book.stale = True


def _moved_to(book: Spreadsheet, source: Box, corner: Json) -> Box:
    start = {
        "sheetId": corner.get("sheetId", 0),
        "startRowIndex": corner.get("rowIndex", 0),
        "startColumnIndex": corner.get("columnIndex", 0),
    }
    box = grid_box(book, start)
    return _on_grid(
        book,
        replace(
            box,
            row_end=box.row_start + source.rows,
            column_end=box.column_start + source.columns,
        ),
    )


def _on_grid(book: Spreadsheet, box: Box) -> Box:
    sheet = book.sheet(box.sheet_id)
    if not sheet.whole.holds(box):
        named = echo(sheet.title, box)
        raise RequestError(errors.exceeds_grid(named, sheet.row_count, sheet.column_count))
    return box


def _cells(book: Spreadsheet, box: Box) -> list[list[Cell]]:
    sheet = book.sheet(box.sheet_id)
    columns = range(box.column_start, box.column_end)
    return [
        [sheet.cell(row, column) for column in columns] for row in range(box.row_start, box.row_end)
    ]


def clear_cells(sheet: Sheet, box: Box) -> None:
    """Make the cells of a box as if never touched."""
    for row_index in range(box.row_start, min(box.row_end, len(sheet.rows))):
        for column in range(box.column_start, min(box.column_end, sheet.row(row_index).width)):
            sheet.put(row_index, column, EMPTY_CELL)


def _put_all(book: Spreadsheet, rows: list[list[Cell]], target: Box, paste: Paste) -> None:
    sheet = book.sheet(target.sheet_id)
    for row_index, row in enumerate(rows, start=target.row_start):
        for column, cell in enumerate(row, start=target.column_start):
            sheet.put(row_index, column, paste(sheet.cell(row_index, column), cell))


HANDLERS = {"copyPaste": copy_paste, "cutPaste": cut_paste}
