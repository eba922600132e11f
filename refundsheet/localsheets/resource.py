"""The Spreadsheet resource: what `spreadsheets.get` and `create` answer with."""

from __future__ import annotations

from refundsheet.localsheets import masks, schema, threads
from refundsheet.localsheets.a1 import Box
from refundsheet.localsheets.grid_data import grid_data
from refundsheet.localsheets.masks import Mask
from refundsheet.localsheets.metadata import Entry, Place
from refundsheet.localsheets.ranges import may_edit, resolve
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.sheet import OBJECTS, Sheet
from refundsheet.localsheets.workbook import Spreadsheet


def sheet_properties(book: Spreadsheet, sheet: Sheet) -> Json:
    """A tab's SheetProperties, place and size included."""
    grid: Json = {"rowCount": sheet.row_count, "columnCount": sheet.column_count}
    grid |= sheet.properties.get("gridProperties", {})
    whole = sheet.properties | {"index": book.sheets.index(sheet)}
    if sheet.properties["sheetType"] == "GRID":
        whole["gridProperties"] = grid
    return schema.omit_defaults("SheetProperties", whole)


def spreadsheet(
    book: Spreadsheet, mask: Mask, ranges: list[str], *, grid: bool, comments: bool = False
) -> Json:
    """The book as far as the mask lets it through.

    With a mask, `grid` is ignored: naming `sheets.data` asks for the cells. With ranges, only
    the tabs they lie on are shown, and of the cells only the ranges.
    """
    boxes: dict[int, list[Box]] = {}
    for text in ranges:
        box = resolve(book, text).box
        boxes.setdefault(box.sheet_id, []).append(box)
    return selected(book, mask, boxes if ranges else None, grid=grid, comments=comments)


def selected(
    book: Spreadsheet,
    mask: Mask,
    boxes: dict[int, list[Box]] | None,
    *,
    grid: bool,
    comments: bool = False,
) -> Json:
    """The book with the cells of some boxes, by tab; None shows every tab whole."""
    with_data = masks.wants(mask, "sheets", "data") if mask else grid
    if with_data:
        book.calculate()
    sheet_mask = masks.below(mask, "sheets")
    sheets = [
        _sheet(book, sheet, shown, sheet_mask, data=with_data)
        for sheet in (book.sheets if masks.wants(mask, "sheets") else [])
        if (shown := [sheet.whole] if boxes is None else boxes.get(sheet.sheet_id, []))
    ]
    body: Json = {
        "spreadsheetId": book.spreadsheet_id,
        "properties": book.properties,
        "sheets": sheets,
        "namedRanges": [schema.omit_defaults("NamedRange", named) for named in book.named_ranges],
        "spreadsheetUrl": f"https://docs.google.com/spreadsheets/d/{book.spreadsheet_id}/edit",
        "developerMetadata": [_located(Place(), entry) for entry in book.metadata],
    }
    if comments:
        body["comments"] = [threads.shown_thread(book, thread) for thread in book.threads]
        body["commentsViewMode"] = threads.INCLUDED
    else:
        for sheet in sheets:
            sheet.pop("commentAnchors", None)
    return masks.choose(mask, {name: value for name, value in body.items() if value})


def _sheet(book: Spreadsheet, sheet: Sheet, boxes: list[Box], mask: Mask, *, data: bool) -> Json:
    body: Json = {"properties": sheet_properties(book, sheet)}
    if data and sheet.properties["sheetType"] == "GRID":
        below = masks.below(mask, "data")
        body["data"] = [grid_data(book, sheet, box, below) for box in boxes]
    for field, message in OBJECTS.items():
        shown = (_for_caller(book, field, body) for body in sheet.objects.get(field, ()))
        bodies = [schema.omit_defaults(message, body) for body in shown]
        if bodies:
            body[field] = bodies[0] if field == "basicFilter" else bodies
    if sheet.metadata:
        place = Place(sheet)
        body["developerMetadata"] = [_located(place, entry) for entry in sheet.metadata]
    return {name: body[name] for name in schema.fields_of("Sheet") if name in body}


def _for_caller(book: Spreadsheet, field: str, body: Json) -> Json:
    """A protection says whether whoever asks may edit it (documented)."""
    if field != "protectedRanges":
        return body
    return {**body, "requestingUserCanEdit": may_edit(book, body)}


def _located(place: Place, entry: Json) -> Json:
    return Entry(place, entry).shown
