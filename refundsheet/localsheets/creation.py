"""A new spreadsheet from its description, whatever of a spreadsheet the description holds."""

from __future__ import annotations

from collections.abc import Iterator

from refundsheet.localsheets import batch_update, errors
from refundsheet.localsheets.batch_update.sheets import check_place, sheet_from
from refundsheet.localsheets.errors import RequestError
from refundsheet.localsheets.intervals import COLUMNS, ROWS
from refundsheet.localsheets.library import new_spreadsheet_id
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.workbook import Context, Spreadsheet, new_sheet, new_spreadsheet

#: The request that adds one of what a tab lists, and the field of the request it stands in.
_ADDERS = {
    "bandedRanges": ("addBanding", "bandedRange"),
    "conditionalFormats": ("addConditionalFormatRule", "rule"),
    "filterViews": ("addFilterView", "filter"),
    "protectedRanges": ("addProtectedRange", "protectedRange"),
    "charts": ("addChart", "chart"),
    "slicers": ("addSlicer", "slicer"),
    "tables": ("addTable", "table"),
    "merges": ("mergeCells", "range"),
    "developerMetadata": ("createDeveloperMetadata", "developerMetadata"),
}
_SETTINGS = (
    "autoRecalc",
    "iterativeCalculationSettings",
    "spreadsheetTheme",
    "importFunctionsExternalUrlAccessAllowed",
)


def book_from(body: Json, context: Context) -> Spreadsheet:
    """The spreadsheet a `create` describes.

    Raises:
        ApiError: 400, a locale, zone, tab or anything on it that cannot be.
    """
    wanted: Json = body.get("properties", {})
    book = new_spreadsheet(
        new_spreadsheet_id(),
        wanted.get("title") or "Untitled spreadsheet",
        context,
        locale=wanted.get("locale") or "en_US",
        time_zone=wanted.get("timeZone") or "Etc/GMT",
    )
    book.properties |= {name: wanted[name] for name in _SETTINGS if wanted.get(name)}
    tabs: list[Json] = body.get("sheets", [])
    try:
        check_place(book.properties)
        for index, tab in enumerate(tabs):
            _add(book, tab, index)
        if not book.sheets:
            book.sheets.append(new_sheet(0, "Sheet1"))
        for kind, request in [*_of_book(body), *(found for tab in tabs for found in _of_tab(tab))]:
            batch_update.HANDLERS[kind](book, request)
    except RequestError as refusal:
        raise errors.invalid(str(refusal)) from refusal
    return book


def _add(book: Spreadsheet, body: Json, index: int) -> None:
    sheet = sheet_from(book, body.get("properties", {}))
    book.add_sheet(sheet, index)
    for data in body.get("data", []):
        for kind, request in _of_grid(data, sheet.sheet_id):
            batch_update.HANDLERS[kind](book, request)


def _of_grid(data: Json, sheet_id: int) -> Iterator[tuple[str, Json]]:
    """Requests that fill cells and set the sizes of rows and columns."""
    row, column = data.get("startRow", 0), data.get("startColumn", 0)
    start = {"sheetId": sheet_id, "rowIndex": row, "columnIndex": column}
    yield "updateCells", {"start": start, "rows": data.get("rowData", []), "fields": "*"}
    for axis, first, name in ((ROWS, row, "rowMetadata"), (COLUMNS, column, "columnMetadata")):
        for place, properties in enumerate(data.get(name, []), start=first):
            line = {"sheetId": sheet_id, "dimension": axis}
            line |= {"startIndex": place, "endIndex": place + 1}
            kept = [field for field in ("hiddenByUser", "pixelSize") if properties.get(field)]
            if kept:
                fields = ",".join(kept)
                request = {"range": line, "properties": properties, "fields": fields}
                yield "updateDimensionProperties", request
            for entry in properties.get("developerMetadata", []):
                yield "createDeveloperMetadata", {"developerMetadata": entry}


def _of_book(body: Json) -> Iterator[tuple[str, Json]]:
    for named in body.get("namedRanges", []):
        yield "addNamedRange", {"namedRange": named}
    for entry in body.get("developerMetadata", []):
        yield "createDeveloperMetadata", {"developerMetadata": entry}


def _of_tab(tab: Json) -> Iterator[tuple[str, Json]]:
    """Requests that put on a tab what lies on its cells."""
    for name, (kind, field) in _ADDERS.items():
        for place, item in enumerate(tab.get(name, [])):
            request: Json = {field: item}
            if kind == "addConditionalFormatRule":
                request["index"] = place
            if kind == "mergeCells":
                request["mergeType"] = "MERGE_ALL"
            yield kind, request
    if "basicFilter" in tab:
        yield "setBasicFilter", {"filter": tab["basicFilter"]}
    for group in [*tab.get("rowGroups", []), *tab.get("columnGroups", [])]:
        yield "addDimensionGroup", {"range": group.get("range", {})}
