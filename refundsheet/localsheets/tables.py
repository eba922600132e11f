"""Finding the block of filled cells an append goes after, and printing a misplaced value."""

from __future__ import annotations

import json
from typing import Any

from refundsheet.localsheets.a1 import Box
from refundsheet.localsheets.sheet import Sheet


def find(sheet: Sheet, within: Box) -> Box | None:
    """The block around the last filled cell of a range; None when the range is blank.

    So a range inside a block finds that block, and the whole tab its last one, columns
    included: the trap of appending to a bare tab name (recorded).
    """
    seed = _last_filled(sheet, within)
    return _block(sheet, *seed) if seed else None


def _last_filled(sheet: Sheet, within: Box) -> tuple[int, int] | None:
    for row in range(min(within.row_end, len(sheet.rows)) - 1, within.row_start - 1, -1):
        values = sheet.rows[row].values
        for column in range(min(within.column_end, len(values)) - 1, within.column_start - 1, -1):
            if values[column] is not None:
                return row, column
    return None


def _block(sheet: Sheet, row: int, column: int) -> Box:
    """Grow from a cell while any cell touching the box, corners too, is filled."""
    top, bottom, left, right = row, row + 1, column, column + 1
    while True:
        before = (top, bottom, left, right)
        while top and _filled(sheet, top - 1, left - 1, right + 1):
            top -= 1
        while _filled(sheet, bottom, left - 1, right + 1):
            bottom += 1
        around = range(max(top - 1, 0), bottom + 1)
        while left and any(_filled(sheet, line, left - 1, left) for line in around):
            left -= 1
        while any(_filled(sheet, line, right, right + 1) for line in around):
            right += 1
        if before == (top, bottom, left, right):
            return Box(sheet.sheet_id, top, bottom, left, right)


def _filled(sheet: Sheet, row: int, start: int, end: int) -> bool:
    return any(value is not None for value in sheet.row(row).values[max(start, 0) : end])


def proto_text(value: Any, indent: str = "") -> str:
    """A JSON value the way Google prints it in a refusal (protobuf's text form)."""
    deeper = indent + "  "
    if isinstance(value, dict):
        fields = "".join(
            f"{deeper}fields {{\n{deeper}  key: {json.dumps(key)}\n{deeper}  value {{\n"
            f"{deeper}    {proto_text(item, deeper + '    ')}\n{deeper}  }}\n{deeper}}}\n"
            for key, item in value.items()
        )
        return f"struct_value {{\n{fields}{indent}}}"
    if isinstance(value, list):
        items = "".join(
            f"{deeper}values {{\n{deeper}  {proto_text(item, deeper + '  ')}\n{deeper}}}\n"
            for item in value
        )
        return f"list_value {{\n{items}{indent}}}"
    if value is None:
        return "null_value: NULL_VALUE"
    if isinstance(value, bool):
        return f"bool_value: {json.dumps(value)}"
    name = "string_value" if isinstance(value, str) else "number_value"
    return f"{name}: {json.dumps(value, ensure_ascii=False)}"
