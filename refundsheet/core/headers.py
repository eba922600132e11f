"""Finds the log's header row, and which of its columns holds what."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from refundsheet.core.columns import (
    BY_FIELD,
    COLUMNS,
    CUSTOMER_AND_ORDER,
    OUR_FIELDS,
    comparable,
)
from refundsheet.core.model import Layout, Violation
from refundsheet.core.rules.catalogue import violation
from refundsheet.errors import LayoutError

#: Titles and remarks may stand above the headers, but not more than this.
ROWS_SEARCHED = 10

HEADER_TWICE = "header_twice"
HEADER_BLANK = "header_blank"

_REQUIRED = "status"
_NAMES_A_ROW = ("case_id", "order_id", CUSTOMER_AND_ORDER.field)


def find_layout(rows: Sequence[Sequence[Any]], names: Mapping[str, str]) -> Layout:
    """Where the log's columns are.

    Args:
        rows: The tab's first rows; those below the headers show whether a column without a header
            holds data.
        names: Comparable header to field (``columns.header_names``).

    Raises:
        LayoutError: No row has the headers without which a log cannot be kept.
    """
    candidates = [
        _layout(number, headers, names)
        for number, headers in enumerate(map(_texts, rows[:ROWS_SEARCHED]), 1)
        if any(headers)
    ]
    if not candidates:
        raise LayoutError(
            f"The tab is empty: its first {ROWS_SEARCHED} rows hold no headers. "
            f"Put headers in row 1 (at least {_wanted(names)}), or let this lay out the whole "
            "desk: refundsheet init"
        )
    # The earliest of the best: max() keeps the first.
    best = max(candidates, key=lambda layout: (_is_complete(layout), len(layout.columns)))
    if not _is_complete(best):
        raise LayoutError(_what_is_missing(best, names))
    below = rows[best.header_row :]
    return Layout(
        best.header_row,
        best.headers,
        best.columns,
        (*best.violations, *_blank_headers(best, below)),
    )


def missing_fields(layout: Layout) -> tuple[str, ...]:
    """The team's fields that have no column: what needs them is switched off."""
    present = set(layout.columns)
    if CUSTOMER_AND_ORDER.field in present:
        present |= {"customer_name", "order_id"}
    return tuple(
        column.field
        for column in COLUMNS
        if column.field not in present and column.field not in OUR_FIELDS
    )


def headers_twice(layout: Layout) -> tuple[Violation, ...]:
    """The fields that have more than one column, so that none of them is used."""
    return tuple(found for found in layout.violations if found.rule == HEADER_TWICE)


def column_letter(index: int) -> str:
    """A column's letters in the sheet, from its index: 0 is A, 26 is AA."""
    letters = ""
    number = index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _texts(row: Iterable[Any]) -> tuple[str, ...]:
    texts = ["" if cell is None else str(cell) for cell in row]
    while texts and not texts[-1].strip():
        texts.pop()
    return tuple(texts)


def _layout(number: int, headers: tuple[str, ...], names: Mapping[str, str]) -> Layout:
    claims: dict[str, list[int]] = {}
    for index, header in enumerate(headers):
        if field := names.get(comparable(header)):
            claims.setdefault(field, []).append(index)
    columns: dict[str, int] = {}
    violations: list[Violation] = []
    for field, indexes in claims.items():
        usual = _header(field, names)
        exact = [index for index in indexes if comparable(headers[index]) == comparable(usual)]
        winners = exact or indexes
        if len(winners) == 1:
            columns[field] = winners[0]
        else:
            violations.append(_twice(field, usual, headers, winners))
    return Layout(number, headers, columns, tuple(violations))


def _header(field: str, names: Mapping[str, str]) -> str:
    """The header that beats a field's other names: the team's own, else refundsheet's."""
    header = BY_FIELD.get(field, CUSTOMER_AND_ORDER).header
    if names.get(comparable(header)) == field:
        return header
    return next((name for name, named in names.items() if named == field), header)


def _is_complete(layout: Layout) -> bool:
    return _REQUIRED in layout.columns and any(field in layout.columns for field in _NAMES_A_ROW)


def _wanted(names: Mapping[str, str]) -> str:
    *first, last = (f'"{_header(field, names)}"' for field in _NAMES_A_ROW)
    return f'"{_header(_REQUIRED, names)}", and one of {", ".join(first)} or {last}'


def _what_is_missing(best: Layout, names: Mapping[str, str]) -> str:
    found = ", ".join(f'"{header}"' for header in best.headers if header.strip())
    said = " ".join(violation.sentence for violation in best.violations)
    return (
        f"No header row was found in the first {ROWS_SEARCHED} rows of the tab. It needs {_wanted(names)}; "
        f"row {best.header_row} comes nearest and has {found}. {said}".rstrip()
    )


def _twice(field: str, usual: str, headers: Sequence[str], indexes: Sequence[int]) -> Violation:
    *first, last = (f'{column_letter(index)} ("{headers[index]}")' for index in indexes)
    return violation(
        HEADER_TWICE,
        f'Columns {", ".join(first)} and {last} could both be "{usual}", so neither is used. '
        f'Let only one of them be headed "{usual}".',
        field,
    )


def _blank_headers(layout: Layout, below: Sequence[Sequence[Any]]) -> Iterable[Violation]:
    width = max(map(len, below), default=0)
    for index in range(width):
        is_blank = index >= len(layout.headers) or not layout.headers[index].strip()
        if is_blank and any(
            row[index] not in ("", None, False) for row in below if index < len(row)
        ):
            yield violation(
                HEADER_BLANK,
                f"Column {column_letter(index)} holds data but has no header: it is left alone.",
                "",
            )
