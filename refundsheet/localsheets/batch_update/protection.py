"""Protected ranges: whom a range is closed to."""

from __future__ import annotations

from refundsheet.localsheets import masks
from refundsheet.localsheets.batch_update.cells import read_mask
from refundsheet.localsheets.errors import RequestError
from refundsheet.localsheets.ranges import grid_box
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.sheet import Sheet
from refundsheet.localsheets.workbook import Spreadsheet


def add_protected_range(book: Spreadsheet, request: Json) -> Json:
    """Protect a range. The reply names no editors; a later get names the creator (recorded)."""
    new: Json = request.get("protectedRange", {})
    target = _target(book, new)
    sheet = book.sheet(grid_box(book, target).sheet_id)
    protection_id = new.get("protectedRangeId") or book.context.new_id()
    shown = {**new, "protectedRangeId": protection_id, "requestingUserCanEdit": True}
    if "namedRangeId" not in new:
        shown["range"] = target
    reply = shown if new.get("warningOnly") else {**shown, "editors": {}}
    stored = shown if new.get("warningOnly") else {**shown, "editors": _editors(book, new)}
    sheet.put_objects("protectedRanges", (*sheet.objects.get("protectedRanges", ()), stored))
    return {"protectedRange": reply}


def _target(book: Spreadsheet, body: Json) -> Json:
    if "namedRangeId" in body:
        for named in book.named_ranges:
            if named["namedRangeId"] == body["namedRangeId"]:
                return named["range"]
        raise RequestError(f"Cannot find named range with ID: {body['namedRangeId']}")
    return body.get("range", {})


def _editors(book: Spreadsheet, new: Json) -> Json:
    """Those named, and always the one who protects."""
    named: list[str] = new.get("editors", {}).get("users", [])
    users = [book.context.caller, *(user for user in named if user != book.context.caller)]
    return {**new.get("editors", {}), "users": users}


def update_protected_range(book: Spreadsheet, request: Json) -> None:
    """Change a protection's masked fields."""
    mask = read_mask(request, "ProtectedRange")
    new: Json = request.get("protectedRange", {})
    sheet, old = _found(book, new.get("protectedRangeId", 0))
    merged = masks.merge(mask, old, new)
    merged |= {"protectedRangeId": old["protectedRangeId"], "requestingUserCanEdit": True}
    if not merged.get("warningOnly"):
        merged["editors"] = _editors(book, merged)
    grid_box(book, _target(book, merged))
    bodies = sheet.objects["protectedRanges"]
    sheet.put_objects("protectedRanges", tuple(merged if body is old else body for body in bodies))


def delete_protected_range(book: Spreadsheet, request: Json) -> None:
    """Open a range again."""
    sheet, old = _found(book, request.get("protectedRangeId", 0))
    bodies = sheet.objects["protectedRanges"]
    sheet.put_objects("protectedRanges", tuple(body for body in bodies if body is not old))


def _found(book: Spreadsheet, protection_id: int) -> tuple[Sheet, Json]:
    for sheet in book.sheets:
        for body in sheet.objects.get("protectedRanges", ()):
            if body["protectedRangeId"] == protection_id:
                return sheet, body
    raise RequestError(f"No protected range with id: {protection_id}")


HANDLERS = {
    "addProtectedRange": add_protected_range,
    "updateProtectedRange": update_protected_range,
    "deleteProtectedRange": delete_protected_range,
}
