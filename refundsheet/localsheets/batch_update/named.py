"""Named ranges."""

from __future__ import annotations

import re

from refundsheet.localsheets import a1, masks
from refundsheet.localsheets.a1 import Box
from refundsheet.localsheets.batch_update.cells import read_mask
from refundsheet.localsheets.errors import RequestError
from refundsheet.localsheets.ranges import grid_box
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.workbook import Spreadsheet

_NAME = re.compile(r"[^\W\d][\w.]{0,249}\Z")


def add_named_range(book: Spreadsheet, request: Json) -> Json:
    """Name a range."""
    new: Json = request.get("namedRange", {})
    _check_name(book, new.get("name", ""), "add", None)
    named = {
        "namedRangeId": new.get("namedRangeId") or str(book.context.new_id()),
        "name": new["name"],
        "range": _checked_range(book, new.get("range", {})),
    }
    book.named_ranges = (*book.named_ranges, named)
    book.stale = True
    return {"namedRange": named}


def _check_name(book: Spreadsheet, name: str, verb: str, own_id: str | None) -> None:
    if not _NAME.match(name) or a1.parse_cells(name) or name.casefold() in {"true", "false"}:
        raise RequestError("The name given to this range is invalid")
    taken = book.named_range(name)
    if taken and taken["namedRangeId"] != own_id:
        raise RequestError(
            f"Cannot {verb} named range with name {name},"
            " a named range with that name already exists."
        )


def _checked_range(book: Spreadsheet, body: Json) -> Json:
    grid_box(book, body)
    return {"sheetId": 0} | body


def update_named_range(book: Spreadsheet, request: Json) -> None:
    """Change a named range's masked fields."""
    mask = read_mask(request, "NamedRange")
    new: Json = request.get("namedRange", {})
    old = _found(book, new.get("namedRangeId", ""))
    merged = masks.merge(mask, old, new) | {"namedRangeId": old["namedRangeId"]}
    _check_name(book, merged.get("name", ""), "update", old["namedRangeId"])
    merged["range"] = _checked_range(book, merged.get("range", {}))
    book.named_ranges = tuple(merged if named is old else named for named in book.named_ranges)
    book.stale = True


def delete_named_range(book: Spreadsheet, request: Json) -> None:
    """Forget a name."""
    old = _found(book, request.get("namedRangeId", ""))
    book.named_ranges = tuple(named for named in book.named_ranges if named is not old)
    book.stale = True


def _found(book: Spreadsheet, named_range_id: str) -> Json:
    for named in book.named_ranges:
        if named["namedRangeId"] == named_range_id:
            return named
    raise RequestError(f"Cannot find named range with ID: {named_range_id}")


def named_box(book: Spreadsheet, named_range_id: str) -> Box:
    """The cells a named range names.

    Raises:
        RequestError: there is none of that id.
    """
    return grid_box(book, _found(book, named_range_id)["range"])


HANDLERS = {
    "addNamedRange": add_named_range,
    "updateNamedRange": update_named_range,
    "deleteNamedRange": delete_named_range,
}
