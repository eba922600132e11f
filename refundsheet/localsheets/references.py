"""How formulas' references follow copies, shifts of rows and columns, cuts and new titles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal, cast

from refundsheet.localsheets.a1 import Box
from refundsheet.localsheets.formulas.references import (
    LOST,
    adjust_for_delete,
    adjust_for_insert,
    rename_sheet,
    shift_formula,
)
from refundsheet.localsheets.formulas.tokens import End, Reference, tokens_of
from refundsheet.localsheets.intervals import ROWS, Move, Shift, Splice

Axis = Literal["ROWS", "COLUMNS"]


def shift(text: str, rows: int, columns: int) -> str:
    """The formula as it reads after a copy that many rows down and columns to the right."""
    return shift_formula(text, rows=rows, columns=columns) if rows or columns else text


def follow(text: str, change: Shift, title: str, *, own_title: str) -> str:
    """The formula after rows or columns of the tab `title` were inserted, deleted or moved."""
    if isinstance(change, Move):
        return _on_tab(text, title, own_title, lambda found: _moved(found, change))
    axis = cast("Axis", change.axis)
    if change.end > change.start:
        text = adjust_for_delete(
            text,
            formula_sheet=own_title,
            edited_sheet=title,
            axis=axis,
            start=change.start,
            count=change.end - change.start,
        )
    if change.inserted:
        text = adjust_for_insert(
            text,
            formula_sheet=own_title,
            edited_sheet=title,
            axis=axis,
            start=change.start,
            count=change.inserted,
        )
    return text


def rename(text: str, old: str, new: str) -> str:
    """The formula after a tab got another title."""
    return rename_sheet(text, old, new)


def follow_cut(text: str, source: Box, target: Box, titles: tuple[str, str], own_title: str) -> str:
    """The formula after the cells of `source` were cut and pasted on `target`.

    References that lie wholly inside the source follow it, to the other tab if need be.
    """
    old_title, new_title = titles

    def change(found: Reference) -> Reference:
        box = _box(found, source.sheet_id)
        if box is None or not source.holds(box):
            return found
        rows = target.row_start - source.row_start
        columns = target.column_start - source.column_start
        last = None if found.last is None else _end_moved(found.last, rows, columns)
        stays = new_title == own_title
        return Reference(None if stays else new_title, _end_moved(found.first, rows, columns), last)

    return _on_tab(text, old_title, own_title, change)


def follow_block(text: str, lane: Box, splice: Splice, title: str, own_title: str) -> str:
    """The formula after cells were inserted or deleted and those behind them in their lane moved.

    Only references whose cells all lie in the lane (its columns, or its rows) follow.
    """

    def change(found: Reference) -> Reference | None:
        box = _box(found, lane.sheet_id)
        if box is None or not lies_in_lane(box, lane, splice.axis):
            return found
        down = splice.axis == ROWS
        ends = (box.row_start, box.row_end) if down else (box.column_start, box.column_end)
        span = splice.interval(*ends)
        if span is None:
            return None
        first = _with_index(found.first, splice.axis, span[0])
        last = found.last and _with_index(found.last, splice.axis, span[1] - 1)
        return replace(found, first=first, last=last)

    return _on_tab(text, title, own_title, change)


def lies_in_lane(box: Box, lane: Box, axis: str) -> bool:
    """Whether all of a box lies in a lane's columns (moving rows) or rows (moving columns)."""
    if box.sheet_id != lane.sheet_id or box.rows <= 0 or box.columns <= 0:
        return False
    if axis == ROWS:
        return lane.column_start <= box.column_start and box.column_end <= lane.column_end
    return lane.row_start <= box.row_start and box.row_end <= lane.row_end


def _box(found: Reference, sheet_id: int) -> Box | None:
    first, last = found.first, found.last or found.first
    if first.row is None or first.column is None or last.row is None or last.column is None:
        return None
    return Box(sheet_id, first.row, last.row + 1, first.column, last.column + 1)


def _end_moved(end: End, rows: int, columns: int) -> End:
    row = None if end.row is None else end.row + rows
    column = None if end.column is None else end.column + columns
    return replace(end, row=row, column=column)


def _on_tab(
    text: str, title: str, own_title: str, change: Callable[[Reference], Reference | None]
) -> str:
    pieces: list[str] = []
    for token in tokens_of(text):
        found = token.reference
        on = own_title if found is None or found.sheet is None else found.sheet
        if found is None or on.casefold() != title.casefold():
            pieces.append(token.text)
            continue
        changed = change(found)
        if changed is None:
            pieces.append(LOST)
        else:
            pieces.append(token.text if changed == found else changed.text)
    return "".join(pieces)


def _moved(found: Reference, move: Move) -> Reference:
    """A single cell moves with its line, a range only as a whole."""
    first, last = found.first, found.last or found.first
    start, end = _index(first, move.axis), _index(last, move.axis)
    if start is None or end is None:
        return found
    span = move.interval(start, end + 1) or (start, end + 1)
    new_last = None if found.last is None else _with_index(found.last, move.axis, span[1] - 1)
    return replace(found, first=_with_index(first, move.axis, span[0]), last=new_last)


def _index(end: End, axis: str) -> int | None:
    return end.row if axis == ROWS else end.column


def _with_index(end: End, axis: str, index: int) -> End:
    return replace(end, row=index) if axis == ROWS else replace(end, column=index)
