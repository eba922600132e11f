"""Where charts and slicers lie: over the cells of a tab, or on a tab of their own."""

from __future__ import annotations

from refundsheet.localsheets import masks
from refundsheet.localsheets.batch_update import objects
from refundsheet.localsheets.batch_update.cells import read_mask
from refundsheet.localsheets.batch_update.objects import CHART, EMBEDDED, Kind
from refundsheet.localsheets.cell_formats import merge
from refundsheet.localsheets.errors import RequestError
from refundsheet.localsheets.ranges import grid_box
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.sheet import Sheet
from refundsheet.localsheets.workbook import Spreadsheet

_NOWHERE = (
    "One of EmbeddedObjectPosition.overlayPosition or EmbeddedObjectPosition.sheetId must be set"
)
_DEFAULT_SIZE = {"widthPixels": 600, "heightPixels": 371}


def place(book: Spreadsheet, kind: Kind, position: Json) -> tuple[Sheet, Json]:
    """The tab a new object goes on, made if need be, and its position as it is stored.

    Raises:
        RequestError: no position, or off the grid.
    """
    if "overlayPosition" in position:
        return _overlay(book, position["overlayPosition"])
    if kind is not CHART:
        raise RequestError(f"A {kind.word} can only be positioned on an existing sheet.")
    if not position.get("newSheet") and "sheetId" not in position:
        raise RequestError(_NOWHERE)
    sheet = _own_sheet(book, position.get("sheetId"))
    return sheet, {"sheetId": sheet.sheet_id}


def _overlay(book: Spreadsheet, overlay: Json) -> tuple[Sheet, Json]:
    if "anchorCell" not in overlay:
        raise RequestError(_NOWHERE)
    anchor: Json = overlay["anchorCell"]
    row, column = anchor.get("rowIndex", 0), anchor.get("columnIndex", 0)
    spot = {"sheetId": anchor.get("sheetId", 0), "startRowIndex": row, "startColumnIndex": column}
    sheet = book.sheet(grid_box(book, spot).sheet_id)
    sizes = {name: overlay.get(name) or size for name, size in _DEFAULT_SIZE.items()}
    whole = {**overlay, **sizes}
    return sheet, {"overlayPosition": objects.normal("OverlayPosition", whole)}


def _own_sheet(book: Spreadsheet, sheet_id: int | None) -> Sheet:
    """A new tab for a chart: it has no cells."""
    number = 1
    while book.sheet_titled(f"Chart{number}"):
        number += 1
    chosen = book.context.new_id() if sheet_id is None else sheet_id
    properties: Json = {"sheetId": chosen, "title": f"Chart{number}", "sheetType": "OBJECT"}
    sheet = Sheet(properties, 0, 0)
    book.add_sheet(sheet, len(book.sheets))
    return sheet


def find_embedded(book: Spreadsheet, object_id: int) -> tuple[Kind, Sheet, Json]:
    """The chart or slicer of that id.

    Raises:
        RequestError: there is none.
    """
    for kind in EMBEDDED:
        for sheet, body in objects.every(book, kind):
            if body[kind.id_field] == object_id:
                return kind, sheet, body
    raise RequestError(f"No embedded object with id: {object_id}")


def update_position(book: Spreadsheet, request: Json) -> Json:
    """Move or resize an object over cells by masked fields, or put it on a tab of its own."""
    kind, sheet, old = find_embedded(book, request.get("objectId", 0))
    wanted: Json = request.get("newPosition", {})
    if "overlayPosition" in wanted:
        mask = read_mask(request, "OverlayPosition")
        before: Json = old["position"].get("overlayPosition", {})
        wanted = {
            "overlayPosition": merge("OverlayPosition", mask, before, wanted["overlayPosition"])
        }
        if masks.wants(mask, "anchorCell"):
            wanted["overlayPosition"].setdefault("anchorCell", {})
    target, position = place(book, kind, wanted)
    objects.move(sheet, target, kind, old, {**old, "position": position})
    _drop_if_bare(book, sheet, old)
    return {"position": position}


def delete_embedded(book: Spreadsheet, request: Json) -> None:
    """Delete a chart or slicer, and the tab a chart had to itself."""
    kind, sheet, old = find_embedded(book, request.get("objectId", 0))
    objects.remove(sheet, kind, old)
    _drop_if_bare(book, sheet, old)


def _drop_if_bare(book: Spreadsheet, sheet: Sheet, old: Json) -> None:
    """The tab of its own goes with the chart that leaves it."""
    if "sheetId" in old["position"]:
        book.sheets.remove(sheet)


def update_border(book: Spreadsheet, request: Json) -> None:
    """Change a chart's border; a slicer has none."""
    mask = read_mask(request, "EmbeddedObjectBorder")
    kind, sheet, old = find_embedded(book, request.get("objectId", 0))
    if kind is not CHART:
        raise RequestError("Borders are only supported for charts.")
    new: Json = request.get("border", {})
    border = merge("EmbeddedObjectBorder", mask, old.get("border", {}), new)
    kept = {name: value for name, value in old.items() if name != "border"}
    objects.replace(sheet, kind, old, kept | ({"border": border} if border else {}))


HANDLERS = {
    "updateEmbeddedObjectPosition": update_position,
    "deleteEmbeddedObject": delete_embedded,
    "updateEmbeddedObjectBorder": update_border,
}
