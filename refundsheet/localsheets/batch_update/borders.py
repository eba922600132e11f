"""updateBorders: the four sides of a range and the lines inside it."""

from __future__ import annotations

from dataclasses import replace

from refundsheet.localsheets import cell_formats
from refundsheet.localsheets.a1 import Box
from refundsheet.localsheets.batch_update.objects import normal
from refundsheet.localsheets.cell_formats import CellFormat
from refundsheet.localsheets.ranges import check_writable, grid_box
from refundsheet.localsheets.rows import Cell
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.workbook import Spreadsheet

_SIDES = ("top", "bottom", "left", "right")
_INNER = {
    "top": "innerHorizontal",
    "bottom": "innerHorizontal",
    "left": "innerVertical",
    "right": "innerVertical",
}


def update_borders(book: Spreadsheet, request: Json) -> None:
    """Draw the borders named; those not named stay, style NONE takes one away."""
    box = grid_box(book, request.get("range", {}))
    check_writable(book, box)
    sheet = book.sheet(box.sheet_id)
    drawn = {name: normal("Border", body) for name, body in request.items() if name != "range"}
    looks: dict[tuple[CellFormat | None, tuple[str, ...]], CellFormat | None] = {}
    for row in range(box.row_start, box.row_end) if drawn else ():
        for column in range(box.column_start, box.column_end):
            cell = sheet.cell(row, column)
            names = _names(box, row, column)
            key = (cell.format, names)
            if key not in looks:
                looks[key] = _drawn(
                    cell, {s: drawn[n] for s, n in zip(_SIDES, names, strict=True) if n in drawn}
                )
            if looks[key] is not cell.format:
                sheet.put(row, column, replace(cell, format=looks[key]))


def _names(box: Box, row: int, column: int) -> tuple[str, ...]:
    """Which border of the request each side of a cell gets."""
    outer = {
        "top": row == box.row_start,
        "bottom": row == box.row_end - 1,
        "left": column == box.column_start,
        "right": column == box.column_end - 1,
    }
    return tuple(side if outer[side] else _INNER[side] for side in _SIDES)


def _drawn(cell: Cell, borders: Json) -> CellFormat | None:
    data = dict(cell.format.data) if cell.format else {}
    sides = {**data.pop("borders", {}), **borders}
    kept = {side: sides[side] for side in _SIDES if _visible(sides.get(side))}
    whole = data | ({"borders": kept} if kept else {})
    return cell_formats.share(normal("CellFormat", whole))


def _visible(border: Json | None) -> bool:
    return border is not None and border.get("style", "NONE") not in {"NONE", "STYLE_UNSPECIFIED"}


HANDLERS = {"updateBorders": update_borders}
