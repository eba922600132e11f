"""What happens to the references in a formula when it is copied, or when its sheet changes."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal

from refundsheet.localsheets.formulas.tokens import (
    LAST_COLUMN,
    End,
    Kind,
    Reference,
    name_key,
    plain_title,
    quoted_title,
    tokens_of,
)

Axis = Literal["ROWS", "COLUMNS"]

#: Google's limit of cells in a book is also the last row a reference can name.
LAST_ROW = 10_000_000
LOST = "#REF!"


def shift_formula(text: str, *, rows: int, columns: int) -> str:
    """The formula as it reads after a copy that many rows down and columns to the right.

    Ends with a `$` stay. A reference that would leave the sheet becomes `#REF!`.
    """
    return _changed(text, lambda reference: _shifted(reference, rows, columns))


def adjust_for_insert(  # noqa: PLR0913 - Google's request has as many parts
    text: str, *, formula_sheet: str, edited_sheet: str, axis: Axis, start: int, count: int
) -> str:
    """The formula after rows or columns were inserted before `start` in a sheet.

    Args:
        text: the formula.
        formula_sheet: the title of the sheet it stands in.
        edited_sheet: the title of the sheet that grew.
        axis: `ROWS` or `COLUMNS`.
        start: zero-based index of the first new row or column.
        count: how many there are.
    """

    def moved(low: int | None, high: int | None) -> tuple[int | None, int | None]:
        return _after_insert(low, start, count), _after_insert(high, start, count)

    return _on_sheet(text, formula_sheet, edited_sheet, axis, moved)


def adjust_for_delete(  # noqa: PLR0913 - Google's request has as many parts
    text: str, *, formula_sheet: str, edited_sheet: str, axis: Axis, start: int, count: int
) -> str:
    """The formula after rows or columns were deleted from a sheet; a lost cell is `#REF!`.

    Args:
        text: the formula.
        formula_sheet: the title of the sheet it stands in.
        edited_sheet: the title of the sheet that shrank.
        axis: `ROWS` or `COLUMNS`.
        start: zero-based index of the first deleted row or column.
        count: how many there are.
    """

    def moved(low: int | None, high: int | None) -> tuple[int | None, int | None] | None:
        if low is not None and high is not None and start <= low and high < start + count:
            return None
        return _after_delete(low, start, count, 0), _after_delete(high, start, count, -1)

    return _on_sheet(text, formula_sheet, edited_sheet, axis, moved)


def rename_sheet(text: str, old: str, new: str) -> str:
    """The formula after a sheet got another title; titles compare ignoring case."""
    pieces: list[str] = []
    for token in tokens_of(text):
        if token.kind in {Kind.REFERENCE, Kind.NAME, Kind.ERROR} and "!" in token.text:
            title, mark, cells = _split_at_sheet(token.text)
            same = mark and plain_title(title).casefold() == old.casefold()
            pieces.append(f"{quoted_title(new)}!{cells}" if same else token.text)
        else:
            pieces.append(token.text)
    return "".join(pieces)


def rename_names(text: str, names: Mapping[str, str]) -> str:
    """The formula after names changed; `names` are the new ones by `name_key` of the old ones."""
    return "".join(
        names.get(name_key(token.text), token.text) if token.kind is Kind.NAME else token.text
        for token in tokens_of(text)
    )


def _split_at_sheet(text: str) -> tuple[str, str, str]:
    """A title as written, the mark after it, and the rest; no mark for a bare `#REF!`."""
    if text.startswith("#"):
        return "", "", text
    end = text.rindex("'") + 1 if text.startswith("'") else text.index("!")
    return text[:end], text[end : end + 1], text[end + 1 :]


Move = Callable[[int | None, int | None], tuple[int | None, int | None] | None]


def _on_sheet(text: str, formula_sheet: str, edited_sheet: str, axis: Axis, moved: Move) -> str:
    edited = edited_sheet.casefold()

    def change(reference: Reference) -> Reference | None:
        sheet = formula_sheet if reference.sheet is None else reference.sheet
        return _along(reference, axis, moved) if sheet.casefold() == edited else reference

    return _changed(text, change)


def _changed(text: str, change: Callable[[Reference], Reference | None]) -> str:
    """The formula with its references changed; what did not change keeps its spelling."""
    pieces: list[str] = []
    for token in tokens_of(text):
        if token.reference is None:
            pieces.append(token.text)
            continue
        changed = change(token.reference)
        if changed is None:
            pieces.append(LOST)
        else:
            pieces.append(token.text if changed == token.reference else changed.text)
    return "".join(pieces)


def _shifted(reference: Reference, rows: int, columns: int) -> Reference | None:
    first = _shifted_end(reference.first, rows, columns)
    last = None if reference.last is None else _shifted_end(reference.last, rows, columns)
    if first is None or (reference.last is not None and last is None):
        return None
    return replace(reference, first=first, last=last)


def _shifted_end(end: End, rows: int, columns: int) -> End | None:
    row = end.row if end.row is None or end.row_fixed else end.row + rows
    column = end.column if end.column is None or end.column_fixed else end.column + columns
    in_rows = row is None or 0 <= row < LAST_ROW
    in_columns = column is None or 0 <= column < LAST_COLUMN
    return replace(end, row=row, column=column) if in_rows and in_columns else None


def _along(reference: Reference, axis: Axis, moved: Move) -> Reference | None:
    """The reference after its ends moved along one axis, the nearer end taken as the first."""
    first, last = reference.first, reference.last or reference.first
    near, far = _index(first, axis), _index(last, axis)
    swapped = near is not None and far is not None and near > far
    ends = moved(far, near) if swapped else moved(near, far)
    if ends is None:
        return None
    low, high = reversed(ends) if swapped else ends
    return replace(
        reference,
        first=_with_index(first, axis, low),
        last=None if reference.last is None else _with_index(last, axis, high),
    )


def _index(end: End, axis: Axis) -> int | None:
    return end.row if axis == "ROWS" else end.column


def _with_index(end: End, axis: Axis, index: int | None) -> End:
    return replace(end, row=index) if axis == "ROWS" else replace(end, column=index)


def _after_insert(index: int | None, start: int, count: int) -> int | None:
    return index if index is None or index < start else index + count


def _after_delete(index: int | None, start: int, count: int, inside: int) -> int | None:
    """Where an end comes to stand; one that was deleted goes to `start + inside`."""
    if index is None or index < start:
        return index
    return index - count if index >= start + count else start + inside
