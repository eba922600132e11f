"""Protected ranges: whom a range is closed to."""

from __future__ import annotations

from refundsheet.localsheets import masks
from refundsheet.localsheets.batch_update import objects
from refundsheet.localsheets.batch_update.cells import read_mask
from refundsheet.localsheets.batch_update.objects import PROTECTED_RANGE, TABLE
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
    _check_warning(new)
    if not target.keys() - {"sheetId"} and _protected_whole(sheet):
        raise RequestError(f'Sheet "{sheet.title}" already has sheet protection.')
    protection_id = objects.free_id(book, PROTECTED_RANGE, new.get("protectedRangeId", 0))
    shown = {**new, "protectedRangeId": protection_id, "requestingUserCanEdit": True}
    shown["range"] = target
    _check_holes(book, shown)
    reply = shown if new.get("warningOnly") else {**shown, "editors": {}}
    stored = shown if new.get("warningOnly") else {**shown, "editors": _editors(book, new)}
    objects.add(sheet, PROTECTED_RANGE, stored)
    return {"protectedRange": reply}


def _check_warning(body: Json) -> None:
    if body.get("warningOnly") and body.get("editors"):
        raise RequestError("ProtectedRange is warningOnly. Editors cannot be set on it.")


def _protected_whole(sheet: Sheet) -> bool:
    bodies = sheet.objects.get("protectedRanges", ())
    return any(not body["range"].keys() - {"sheetId"} for body in bodies)


def _check_holes(book: Spreadsheet, body: Json) -> None:
    """Only a protected sheet, whole, may leave ranges open (documented)."""
    holes: list[Json] = body.get("unprotectedRanges", [])
    if holes and body["range"].keys() - {"sheetId"}:
        raise RequestError("Unprotected ranges are only supported on protected sheets.")
    for hole in holes:
        if grid_box(book, hole).sheet_id != body["range"].get("sheetId", 0):
            raise RequestError("Unprotected ranges must be on the protected sheet.")


def _target(book: Spreadsheet, body: Json) -> Json:
    if "tableId" in body:
        return objects.find(book, TABLE, body["tableId"])[1]["range"]
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
    sheet, old = objects.find(book, PROTECTED_RANGE, new.get("protectedRangeId", 0))
    merged = masks.merge(mask, old, new)
    merged |= {"protectedRangeId": old["protectedRangeId"], "requestingUserCanEdit": True}
    if not merged.get("warningOnly"):
        merged["editors"] = _editors(book, merged)
    merged["range"] = _target(book, merged)
    target = book.sheet(grid_box(book, merged["range"]).sheet_id)
    _check_holes(book, merged)
    objects.move(sheet, target, PROTECTED_RANGE, old, merged)


def delete_protected_range(book: Spreadsheet, request: Json) -> None:
    """Open a range again."""
    sheet, old = objects.find(book, PROTECTED_RANGE, request.get("protectedRangeId", 0))
    objects.remove(sheet, PROTECTED_RANGE, old)


HANDLERS = {
    "addProtectedRange": add_protected_range,
    "updateProtectedRange": update_protected_range,
    "deleteProtectedRange": delete_protected_range,
}
