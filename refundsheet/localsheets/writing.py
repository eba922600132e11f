"""Putting a value a caller sent into a cell, RAW or as a person would type it."""

from __future__ import annotations

import re
from dataclasses import replace
from enum import Enum
from typing import Any

from refundsheet.localsheets import cell_formats, errors, schema
from refundsheet.localsheets.a1 import Box
from refundsheet.localsheets.cell_formats import CellFormat
from refundsheet.localsheets.display import NumberFormat
from refundsheet.localsheets.entry import enter
from refundsheet.localsheets.rows import Cell, Value
from refundsheet.localsheets.sheet import Sheet
from refundsheet.localsheets.workbook import MAX_CHARACTERS, Spreadsheet

_TIME_FAMILY = frozenset({"DATE", "TIME", "DATE_TIME"})
_LINK = re.compile(
    r"(?P<scheme>https?://)\S+\Z"
    r"|(?:www\.(?:[a-z0-9-]+\.)+[a-z]{2,}|(?:[a-z0-9-]+\.)+(?:com|net|org|edu|gov|info|biz))"
    r"(?:[/?#]\S*)?\Z",
    re.IGNORECASE,
)


class InputOption(Enum):
    """Google's valueInputOption."""

    RAW = "RAW"
    USER_ENTERED = "USER_ENTERED"


def input_option(text: str | None) -> InputOption:
    """The option a request names.

    Raises:
        ApiError: 400 when it names none: Google demands it.
    """
    if text in {None, "", "INPUT_VALUE_OPTION_UNSPECIFIED"}:
        raise errors.invalid("'valueInputOption' is required but not specified")
    return InputOption(text)


def write_cell(
    book: Spreadsheet, sheet: Sheet, place: tuple[int, int], sent: Any, option: InputOption
) -> None:
    """Enter one JSON scalar; "" clears. Format, note and validation of the cell stay."""
    old = sheet.cell(*place)
    new = entered(book, old, sent, option)
    if new != old:
        sheet.put(*place, new)


def entered(book: Spreadsheet, old: Cell, sent: Any, option: InputOption) -> Cell:
    """The cell after one JSON scalar was entered into it.

    Raises:
        ApiError: 400, a text too long for a cell.
    """
    if not isinstance(sent, str):
        number = sent if isinstance(sent, bool) else schema.plain_number(float(sent))
        return old.with_content(number)
    if len(sent) > MAX_CHARACTERS:
        raise errors.invalid(errors.TOO_LONG)
    if option is InputOption.RAW or _is_plain_text(old.format):
        return old.with_content(sent or None, other=_link(sent))
    typed = enter(sent, locale=book.locale, today=book.local_now.date())
    value = typed.value
    if isinstance(value, float):
        value = schema.plain_number(value)
    link = _link(value) if isinstance(value, str) else None
    cell = old.with_content(value, typed.formula, link)
    return replace(cell, format=_format_after(old.format, typed.number_format))


def _is_plain_text(cell_format: CellFormat | None) -> bool:
    number = cell_format.number_format if cell_format else None
    return number is not None and number.type == "TEXT"


def _format_after(old: CellFormat | None, typed: NumberFormat | None) -> CellFormat | None:
    """A typed format comes in, unless the cell has one of its kind already."""
    if typed is None:
        return old
    current = old.number_format if old else None
    if current is not None and _kind(current.type) == _kind(typed.type):
        return old
    return cell_formats.with_number_format(old, typed)


def _kind(number_type: str) -> str:
    return "DATE" if number_type in _TIME_FAMILY else number_type


def _link(text: Value) -> dict[str, Any] | None:
    """A cell that is a URL or a bare domain as a whole becomes a link, even under RAW (observed)."""
    if not isinstance(text, str) or "." not in text:  # nearly every cell, told without a search
        return None
    match = _LINK.match(text)
    if match is None:
        return None
    return {"hyperlink": match[0] if match["scheme"] else f"http://{match[0]}"}


def clear_values(sheet: Sheet, box: Box) -> None:
    """Take the values and formulas of a box away; formats, notes and rules stay."""
    for index in range(box.row_start, min(box.row_end, len(sheet.rows))):
        row = sheet.rows[index]
        for column in range(box.column_start, min(box.column_end, row.width)):
            cell = row.cell(column)
            if cell.value is not None or cell.formula is not None:
                sheet.put(index, column, cell.with_content(None))
