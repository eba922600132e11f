"""How the objects on a tab follow rows and columns that are inserted, deleted or moved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from refundsheet.localsheets import schema
from refundsheet.localsheets.intervals import (
    COLUMNS,
    Shift,
    Splice,
    follow_coordinate,
    follow_dimension_range,
    follow_grid_range,
)
from refundsheet.localsheets.schema import Json

_FILTERS = frozenset({"basicFilter", "filterViews"})


def follow_object(shift: Shift, field: str, message: str, body: Json) -> Json | None:
    """An object listed under a Sheet field, after the shift; None when its cells are gone."""
    if field in _FILTERS:
        body = _follow_filter(shift, body)
    if field == "tables":
        body = _follow_table(shift, body)
    moved = schema.map_messages(
        message, body, "GridCoordinate", lambda found: follow_coordinate(shift, found)
    )
    moved = moved and schema.map_messages(
        message, moved, "DimensionRange", lambda found: follow_dimension_range(shift, found)
    )
    return moved and follow_ranges(
        field, message, moved, lambda found: follow_grid_range(shift, found)
    )


def follow_ranges(
    field: str, message: str, body: Json, change: Callable[[Json], Json | None]
) -> Json | None:
    """The object with every GridRange changed; None when it has no cells left to be about."""
    moved = schema.map_messages(message, body, "GridRange", change)
    if moved is None or (field == "conditionalFormats" and not moved.get("ranges")):
        return None
    if field == "merges" and _is_one_cell(moved):
        return None
    return _without_empty_series(moved) if field == "charts" else moved


def _is_one_cell(body: Json) -> bool:
    rows = body["endRowIndex"] - body["startRowIndex"]
    return rows * (body["endColumnIndex"] - body["startColumnIndex"]) == 1


def _without_empty_series(body: Any) -> Any:
    """A chart without the series and domains whose cells are gone: it stays, silently (observed)."""
    if isinstance(body, list):
        return [_without_empty_series(item) for item in body if not _sourceless(item)]
    if isinstance(body, dict):
        return {name: _without_empty_series(value) for name, value in body.items()}
    return body


def _sourceless(item: Any) -> bool:
    if not isinstance(item, dict):
        return False
    ranges = (value["sourceRange"] for value in item.values() if _has_source(value))
    return any(not found.get("sources") for found in ranges)


def _has_source(value: Any) -> bool:
    return isinstance(value, dict) and "sourceRange" in value


def _follow_filter(shift: Shift, body: Json) -> Json:
    """The columns a filter's criteria and sort orders name move with their cells."""
    on_sheet = body.get("range", {}).get("sheetId", 0) == shift.sheet_id
    if shift.axis != COLUMNS or not on_sheet:
        return body
    changed = dict(body)
    for name, key in (("filterSpecs", "columnIndex"), ("sortSpecs", "dimensionIndex")):
        if name in body:
            moved = [(shift.index(spec.get(key, 0)), spec) for spec in body[name]]
            changed[name] = [spec | {key: index} for index, spec in moved if index is not None]
    if "criteria" in body:
        columns = [(shift.index(int(column)), found) for column, found in body["criteria"].items()]
        changed["criteria"] = {str(at): found for at, found in columns if at is not None}
    return changed


def _follow_table(shift: Shift, body: Json) -> Json:
    """A table's columns keep their types; deleted ones are forgotten, new ones have none."""
    span: Json = body["range"]
    elsewhere = span.get("sheetId", 0) != shift.sheet_id or shift.axis != COLUMNS
    first = span.get("startColumnIndex", 0)
    moved = None if elsewhere else shift.interval(first, span["endColumnIndex"])
    if moved is None or (not isinstance(shift, Splice) and moved[0] != first):
        return body
    kept: list[Json] = []
    for column in body.get("columnProperties", []):
        index = shift.index(first + column.get("columnIndex", 0))
        if index is not None and moved[0] <= index < moved[1]:
            kept.append(column | {"columnIndex": index - moved[0]})
    return body | {"columnProperties": sorted(kept, key=lambda found: found["columnIndex"])}
