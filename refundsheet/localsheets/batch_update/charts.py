"""Charts and slicers: their specifications are kept as they came and drawn by nobody here."""

from __future__ import annotations

from refundsheet.localsheets import errors, schema
from refundsheet.localsheets.batch_update import objects
from refundsheet.localsheets.batch_update.cells import read_mask
from refundsheet.localsheets.batch_update.objects import CHART, SLICER
from refundsheet.localsheets.batch_update.positions import place
from refundsheet.localsheets.cell_formats import merge
from refundsheet.localsheets.errors import RequestError
from refundsheet.localsheets.ranges import grid_box, grid_range
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.workbook import Spreadsheet

#: As Google says it, misspelling included (observed).
_NO_KIND = (
    "One of basicChart, pieChart, bubbleChart, candelstickChart, histogramChart, or orgChart "
    "must be set on chartSpec."
)


def add_chart(book: Spreadsheet, request: Json) -> Json:
    """Put a chart over cells, or on a tab of its own."""
    new: Json = request.get("chart", {})
    chart_id = objects.free_id(book, CHART, new.get("chartId", 0))
    spec = _checked_spec(book, new.get("spec", {}))
    sheet, position = place(book, CHART, new.get("position", {}))
    body = objects.normal(CHART.message, {**new, "chartId": chart_id, "spec": spec})
    body = _in_order(CHART.message, body | {"position": position})
    objects.add(sheet, CHART, body)
    return {"chart": body}


def _in_order(message: str, body: Json) -> Json:
    return {name: body[name] for name in schema.fields_of(message) if name in body}


def _checked_spec(book: Spreadsheet, spec: Json) -> Json:
    """A chart's specification, its source ranges within their tabs."""
    kinds = [name for name in spec if name.endswith("Chart")]
    if not kinds:
        raise RequestError(_NO_KIND)
    if len(kinds) > 1:
        raise RequestError(f"Cannot set '{kinds[1]}': '{kinds[0]}' is already set.")
    basic: Json | None = spec.get("basicChart")
    if basic is not None and not basic.get("domains") and not basic.get("series"):
        raise errors.internal()  # observed: not a 400
    return _with_full_ranges(book, "ChartSpec", spec)


def _with_full_ranges(book: Spreadsheet, message: str, body: Json) -> Json:
    def full(found: Json) -> Json:
        return grid_range(grid_box(book, found))

    return schema.map_messages(message, body, "GridRange", full) or body


def update_chart_spec(book: Spreadsheet, request: Json) -> None:
    """Replace a chart's specification whole: there is no mask."""
    sheet, old = objects.find(book, CHART, request.get("chartId", 0))
    spec = objects.normal("ChartSpec", _checked_spec(book, request.get("spec", {})))
    objects.replace(sheet, CHART, old, {**old, "spec": spec})


def add_slicer(book: Spreadsheet, request: Json) -> Json:
    """Put a slicer over cells."""
    new: Json = request.get("slicer", {})
    slicer_id = objects.free_id(book, SLICER, new.get("slicerId", 0))
    spec = _checked_slicer(book, new.get("spec", {}))
    sheet, position = place(book, SLICER, new.get("position", {}))
    body = {"slicerId": slicer_id, "spec": spec, "position": position}
    objects.add(sheet, SLICER, body)
    return {"slicer": body}


def _checked_slicer(book: Spreadsheet, spec: Json) -> Json:
    if "dataRange" not in spec:
        raise RequestError("SlicerSpec.dataRange must be set.")
    box = grid_box(book, spec["dataRange"])
    if not 0 <= spec.get("columnIndex", 0) < box.columns:
        raise RequestError(
            f"SlicerSpec.columnIndex[{spec['columnIndex']}] must be within the data range."
        )
    full = _with_full_ranges(book, "SlicerSpec", spec)
    return objects.normal("SlicerSpec", {"applyToPivotTables": True, **full})


def update_slicer_spec(book: Spreadsheet, request: Json) -> None:
    """Change a slicer's masked fields."""
    mask = read_mask(request, "SlicerSpec")
    sheet, old = objects.find(book, SLICER, request.get("slicerId", 0))
    merged = merge("SlicerSpec", mask, old["spec"], request.get("spec", {}))
    objects.replace(sheet, SLICER, old, {**old, "spec": _checked_slicer(book, merged)})


HANDLERS = {
    "addChart": add_chart,
    "updateChartSpec": update_chart_spec,
    "addSlicer": add_slicer,
    "updateSlicerSpec": update_slicer_spec,
}
