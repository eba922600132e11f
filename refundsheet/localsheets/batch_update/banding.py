"""Banded ranges: rows or columns in alternating colours."""

from __future__ import annotations

from refundsheet.localsheets import masks
from refundsheet.localsheets.a1 import Box
from refundsheet.localsheets.batch_update import objects
from refundsheet.localsheets.batch_update.cells import read_mask
from refundsheet.localsheets.batch_update.objects import BANDED_RANGE, TABLE
from refundsheet.localsheets.errors import RequestError
from refundsheet.localsheets.ranges import grid_box, grid_range, open_box
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.workbook import Spreadsheet

_OVERLAP = (
    "You cannot add alternating background colors to a range that already has alternating "
    "background colors."
)


def add_banding(book: Spreadsheet, request: Json) -> Json:
    """Band a range."""
    new: Json = request.get("bandedRange", {})
    banding_id = objects.free_id(book, BANDED_RANGE, new.get("bandedRangeId", 0))
    body = _checked(book, {**new, "bandedRangeId": banding_id}, None)
    objects.add(book.sheet(body["range"].get("sheetId", 0)), BANDED_RANGE, body)
    return {"bandedRange": body}


def _checked(book: Spreadsheet, body: Json, old: Json | None) -> Json:
    """A banded range as it is stored, its range clear of others'."""
    box = grid_box(book, body.get("range", {}))
    if not body.keys() & {"rowProperties", "columnProperties"}:
        raise RequestError("One of rowProperties or columnProperties must be specified.")
    check_no_bands(book, box, old)
    return objects.normal(BANDED_RANGE.message, {**body, "range": grid_range(box)})


def check_no_bands(book: Spreadsheet, box: Box, but: Json | None = None) -> None:
    """Refuse a range that meets a banded range or a table, one of them excepted.

    Raises:
        RequestError: in Google's words.
    """
    for kind in (BANDED_RANGE, TABLE):
        for _, body in objects.every(book, kind):
            if body is not but and box.meets(open_box(book, body["range"])):
                raise RequestError(_OVERLAP)


def update_banding(book: Spreadsheet, request: Json) -> None:
    """Change a banded range's masked fields; a range on another tab takes it there."""
    mask = read_mask(request, "BandedRange")
    new: Json = request.get("bandedRange", {})
    sheet, old = objects.find(book, BANDED_RANGE, new.get("bandedRangeId", 0))
    both = objects.normal(BANDED_RANGE.message, new)
    merged = masks.merge(mask, old, both) | {"bandedRangeId": old["bandedRangeId"]}
    body = _checked(book, merged, old)
    target = book.sheet(body["range"].get("sheetId", 0))
    objects.move(sheet, target, BANDED_RANGE, old, body)


def delete_banding(book: Spreadsheet, request: Json) -> None:
    """Take the bands away."""
    sheet, old = objects.find(book, BANDED_RANGE, request.get("bandedRangeId", 0))
    objects.remove(sheet, BANDED_RANGE, old)


HANDLERS = {
    "addBanding": add_banding,
    "updateBanding": update_banding,
    "deleteBanding": delete_banding,
}
