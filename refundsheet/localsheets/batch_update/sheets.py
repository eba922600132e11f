"""Tabs and the book itself: add, delete, duplicate, update their properties."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from refundsheet.localsheets import cell_formats, errors, masks, resource, schema
from refundsheet.localsheets.batch_update.cells import read_mask
from refundsheet.localsheets.batch_update.copies import renumber
from refundsheet.localsheets.batch_update.dimensions import FROZEN, check_left
from refundsheet.localsheets.errors import RequestError
from refundsheet.localsheets.intervals import COLUMNS, ROWS
from refundsheet.localsheets.masks import Mask
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.sheet import Sheet
from refundsheet.localsheets.workbook import Spreadsheet, copy_sheet, new_sheet

_LOCALE = re.compile(r"[a-z]{2,3}(_[A-Z]{2})?\Z")
_GRID_SIZE = {"rowCount", "columnCount"}


def add_sheet(book: Spreadsheet, request: Json) -> Json:
    """Add a tab, at the end unless `index` says where."""
    sheet = sheet_from(book, request.get("properties", {}))
    index = request.get("properties", {}).get("index", len(book.sheets))
    if not 0 <= index <= len(book.sheets):
        raise RequestError(f"Sheet index {index} is out of range")
    book.add_sheet(sheet, index)
    return {"properties": resource.sheet_properties(book, sheet)}


def sheet_from(book: Spreadsheet, wanted: Json) -> Sheet:
    """A tab of the properties wanted, id and title made up where they are missing."""
    if wanted.get("sheetType", "GRID") != "GRID":
        raise RequestError(f"Cannot add a sheet of type {wanted['sheetType']}.")
    grid: Json = wanted.get("gridProperties", {})
    rows, columns = grid.get("rowCount") or 1000, grid.get("columnCount") or 26
    sheet_id = wanted.get("sheetId")
    if sheet_id is None:
        sheet_id = book.context.new_id()
    elif sheet_id < 0:
        raise RequestError(f"sheetId[{sheet_id}] must be greater than or equal to 0")
    sheet = new_sheet(sheet_id, wanted.get("title") or _free_title(book), rows, columns)
    _check_grid(rows, columns, grid)
    shown = cell_formats.mirror_colors("SheetProperties", wanted)
    kept = {
        name: value
        for name, value in shown.items()
        if name not in {"sheetId", "title", "index", "sheetType", "gridProperties"}
    }
    extra = {name: value for name, value in grid.items() if name not in _GRID_SIZE}
    sheet.properties |= kept | ({"gridProperties": extra} if extra else {})
    return sheet


def _free_title(book: Spreadsheet) -> str:
    number = 1
    while book.sheet_titled(f"Sheet{number}"):
        number += 1
    return f"Sheet{number}"


def _check_grid(rows: int, columns: int, grid: Json) -> None:
    if rows < 1:
        raise RequestError(f"gridProperties.rowCount[{rows}] must be greater than 0")
    if columns < 1:
        raise RequestError(f"gridProperties.columnCount[{columns}] must be greater than 0")
    if not 0 <= grid.get("frozenRowCount", 0) < rows:
        raise RequestError("You can't freeze all visible rows on the sheet.")
    if not 0 <= grid.get("frozenColumnCount", 0) < columns:
        raise RequestError("You can't freeze all visible columns on the sheet.")


def delete_sheet(book: Spreadsheet, request: Json) -> None:
    """Delete a tab; never the last one, never the last visible one."""
    sheet = _sheet(book, request.get("sheetId", 0))
    left = [other for other in book.sheets if other is not sheet]
    if not left:
        raise RequestError("You can't remove all the sheets in a document.")
    if all(other.properties.get("hidden") for other in left):
        raise RequestError("You can't remove all the visible sheets in a document.")
    book.sheets = left
    gone = sheet.sheet_id
    book.follow_ranges(lambda body: None if body.get("sheetId", 0) == gone else body)
    book.stale = True


def _sheet(book: Spreadsheet, sheet_id: int) -> Sheet:
    """A tab for requests about the tab, not its grid: their refusal is worded differently."""
    for sheet in book.sheets:
        if sheet.sheet_id == sheet_id:
            return sheet
    raise RequestError(f"No sheet with id: {sheet_id}")


def duplicate_sheet(book: Spreadsheet, request: Json) -> Json:
    """Copy a tab within the book, to the front unless `insertSheetIndex` says where."""
    source = _sheet(book, request.get("sourceSheetId", 0))
    sheet_id = request.get("newSheetId")
    title = request.get("newSheetName") or _copy_title(book, source.title)
    copy = copy_sheet(source, book.context.new_id() if sheet_id is None else sheet_id, title)
    index = request.get("insertSheetIndex", 0)
    if not 0 <= index <= len(book.sheets):
        raise RequestError(f"Sheet index {index} is out of range")
    renumber(book, copy)
    book.add_sheet(copy, index)
    book.stale = True
    return {"properties": resource.sheet_properties(book, copy)}


def _copy_title(book: Spreadsheet, title: str) -> str:
    wanted, number = f"Copy of {title}", 1
    while book.sheet_titled(wanted):
        number += 1
        wanted = f"Copy of {title} {number}"
    return wanted


def update_sheet_properties(book: Spreadsheet, request: Json) -> None:
    """Change a tab's masked properties: title, place, size, frozen lines, colour, hidden."""
    mask = read_mask(request, "SheetProperties")
    new: Json = request.get("properties", {})
    sheet = _sheet(book, new.get("sheetId", 0))
    if "*" in mask:
        mask = {name: {} for name in schema.fields_of("SheetProperties") if name != "sheetId"}
    _update_title(book, sheet, mask, new)
    if masks.wants(mask, "gridProperties") and _has_grid(sheet, mask):
        _update_grid(book, sheet, masks.below(mask, "gridProperties"), new)
    if "index" in mask and "index" in new:
        _update_index(book, sheet, new["index"])
    plain = {
        name: below
        for name, below in mask.items()
        if name not in {"title", "gridProperties", "index", "sheetId", "sheetType"}
    }
    if plain:
        merged = cell_formats.merge("SheetProperties", plain, sheet.properties, new)
        sheet.properties = {**merged, "sheetId": sheet.sheet_id}
    if all(other.properties.get("hidden") for other in book.sheets):
        raise RequestError("You can't hide all the sheets in a document.")


def _update_title(book: Spreadsheet, sheet: Sheet, mask: Mask, new: Json) -> None:
    if "title" not in mask:
        return
    title = new.get("title", "")
    if not title:
        raise RequestError("Sheet name cannot be empty.")
    book.check_title(title, sheet.sheet_id)
    old, sheet.properties = sheet.title, {**sheet.properties, "title": title}
    book.rename_in_formulas(old, title)


def _has_grid(sheet: Sheet, mask: Mask) -> bool:
    """A chart's own tab has none: naming it is a mistake, `*` is not."""
    if sheet.properties["sheetType"] == "GRID":
        return True
    if masks.wants(mask, "title") and masks.wants(mask, "index"):
        return False
    raise errors.no_grid(sheet.sheet_id)


def _update_grid(book: Spreadsheet, sheet: Sheet, mask: Mask, new: Json) -> None:
    old: Json = sheet.properties.get("gridProperties", {})
    old = {"rowCount": sheet.row_count, "columnCount": sheet.column_count} | old
    merged = masks.merge(
        mask, old, schema.omit_defaults("GridProperties", new.get("gridProperties", {}))
    )
    rows, columns = merged.get("rowCount", 0), merged.get("columnCount", 0)
    for axis, count in ((ROWS, rows), (COLUMNS, columns)):
        frozen = 0 if FROZEN[axis] in mask else old.get(FROZEN[axis], 0)
        check_left(axis, count, count - frozen)
    _check_grid(rows, columns, merged)
    for axis, count in ((ROWS, rows), (COLUMNS, columns)):
        if count != sheet.count(axis):
            book.resize(sheet, axis, count)
    kept = {name: value for name, value in merged.items() if name not in _GRID_SIZE}
    bare = {name: value for name, value in sheet.properties.items() if name != "gridProperties"}
    sheet.properties = bare | ({"gridProperties": kept} if kept else {})


def _update_index(book: Spreadsheet, sheet: Sheet, index: int) -> None:
    """`index` counts in the order before the move (documented)."""
    if not 0 <= index <= len(book.sheets):
        raise RequestError(f"Sheet index {index} is out of range")
    old = book.sheets.index(sheet)
    book.sheets.remove(sheet)
    book.sheets.insert(index - 1 if index > old else index, sheet)


def update_spreadsheet_properties(book: Spreadsheet, request: Json) -> None:
    """Change the book's masked properties: title, locale, time zone, recalculation."""
    mask = read_mask(request, "SpreadsheetProperties")
    if "*" in mask:
        names = schema.fields_of("SpreadsheetProperties")
        mask = {name: {} for name in names if name not in {"defaultFormat", "spreadsheetTheme"}}
    if "defaultFormat" in mask:
        raise RequestError("The field default_format is read-only.")
    new: Json = schema.omit_defaults("SpreadsheetProperties", request.get("properties", {}))
    merged = cell_formats.merge("SpreadsheetProperties", mask, book.properties, new)
    if not merged.get("title"):
        raise RequestError("Spreadsheet title cannot be empty.")
    check_place(merged)
    book.properties = {"spreadsheetTheme": cell_formats.DEFAULT_THEME} | merged
    book.stale = True


def check_place(properties: Json) -> None:
    """Refuse a locale or time zone nobody knows.

    Raises:
        RequestError: naming it.
    """
    locale, zone = properties.get("locale", ""), properties.get("timeZone", "")
    if not _LOCALE.match(locale):
        raise RequestError(f"Unsupported locale: {locale}")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as mistake:
        raise RequestError(f"Invalid time zone: {zone}") from mistake


HANDLERS = {
    "addSheet": add_sheet,
    "deleteSheet": delete_sheet,
    "duplicateSheet": duplicate_sheet,
    "updateSheetProperties": update_sheet_properties,
    "updateSpreadsheetProperties": update_spreadsheet_properties,
}
