"""The basic filter of a tab, and filter views: named filters that hide nothing for others."""

from __future__ import annotations

from refundsheet.localsheets import masks
from refundsheet.localsheets.a1 import Box
from refundsheet.localsheets.batch_update import objects
from refundsheet.localsheets.batch_update.cells import read_mask
from refundsheet.localsheets.batch_update.conditions import FILTERS, check_condition
from refundsheet.localsheets.batch_update.named import named_box
from refundsheet.localsheets.batch_update.objects import FILTER_VIEW, TABLE
from refundsheet.localsheets.batch_update.sorting import sort_rows
from refundsheet.localsheets.errors import RequestError
from refundsheet.localsheets.ranges import check_writable, grid_box, grid_range, grid_sheet
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.workbook import Spreadsheet

_BACKINGS = ("range", "namedRangeId", "tableId")


def add_filter_view(book: Spreadsheet, request: Json) -> Json:
    """Add a filter view; without a title it is called after its number."""
    new: Json = request.get("filter", {})
    view_id = objects.free_id(book, FILTER_VIEW, new.get("filterViewId", 0))
    body = _checked(book, {**new, "filterViewId": view_id}, None)
    objects.add(book.sheet(body["range"].get("sheetId", 0)), FILTER_VIEW, body)
    return {"filter": body}


def update_filter_view(book: Spreadsheet, request: Json) -> None:
    """Change a filter view's masked fields."""
    mask = read_mask(request, "FilterView")
    new: Json = request.get("filter", {})
    sheet, old = objects.find(book, FILTER_VIEW, new.get("filterViewId", 0))
    merged = masks.merge(mask, old, _both_spellings(new, mask))
    merged = _one_backing(merged, new, old) | {"filterViewId": old["filterViewId"]}
    body = _checked(book, merged, old)
    target = book.sheet(body["range"].get("sheetId", 0))
    objects.move(sheet, target, FILTER_VIEW, old, body)


def _both_spellings(new: Json, mask: masks.Mask) -> Json:
    """Naming either spelling of the criteria in the mask replaces both."""
    if {"criteria", "filterSpecs"} & mask.keys():
        mask |= {"criteria": {}, "filterSpecs": {}}
    return with_both_criteria(new)


def _one_backing(merged: Json, new: Json, old: Json) -> Json:
    """A view backed anew is no longer backed by what backed it before."""
    fresh = [name for name in _BACKINGS if name in new and merged.get(name) != old.get(name)]
    gone = set(_BACKINGS) - set(fresh) if fresh else set[str]()
    return {name: value for name, value in merged.items() if name not in gone}


def with_both_criteria(body: Json) -> Json:
    """Criteria as answers have them: by column and as specs; the specs decide (documented)."""
    if "filterSpecs" in body:
        specs: list[Json] = body["filterSpecs"]
    else:
        found: Json = body.get("criteria", {})
        specs = [{"columnIndex": int(at), "filterCriteria": one} for at, one in found.items()]
    if not specs:
        return {name: value for name, value in body.items() if name not in _CRITERIA}
    criteria = {str(spec.get("columnIndex", 0)): spec.get("filterCriteria", {}) for spec in specs}
    return {**body, "criteria": criteria, "filterSpecs": specs}


_CRITERIA = frozenset({"criteria", "filterSpecs"})


def checked_filter(body: Json, box: Box) -> Json:
    """A filter's criteria and sort orders, which must lie on its columns.

    Raises:
        RequestError: a column outside, or a condition filters do not have.
    """
    _check_numbers(body.get("criteria", {}))
    body = with_both_criteria(body)
    columns = [spec.get("columnIndex", 0) for spec in body.get("filterSpecs", [])]
    columns += [spec.get("dimensionIndex", 0) for spec in body.get("sortSpecs", [])]
    for column in columns:
        if not box.column_start <= column < box.column_end:
            raise RequestError(f"The column index {column} is outside the range of the filter.")
    for spec in body.get("filterSpecs", []):
        if "condition" in spec.get("filterCriteria", {}):
            check_condition(spec["filterCriteria"]["condition"], FILTERS)
    return body


def _check_numbers(criteria: Json) -> None:
    for column in criteria:
        if not column.isdecimal():
            raise RequestError(f"Invalid column index in criteria: {column}")


def _checked(book: Spreadsheet, body: Json, old: Json | None) -> Json:
    box = _backing(book, body)
    title = body.get("title") or _free_title(book)
    taken = (view for _, view in objects.every(book, FILTER_VIEW) if view is not old)
    if any(view["title"] == title for view in taken):
        raise RequestError(f'A filter view with the name "{title}" already exists.')
    whole = checked_filter({**body, "title": title, "range": grid_range(box)}, box)
    return objects.normal(FILTER_VIEW.message, whole)


def _backing(book: Spreadsheet, body: Json) -> Box:
    """The cells of the one thing a view is backed by."""
    backings = [name for name in _BACKINGS if name in body]
    if "namedRangeId" in body and backings[-1] == "namedRangeId":
        return named_box(book, body["namedRangeId"])
    if "tableId" in body:
        return grid_box(book, objects.find(book, TABLE, body["tableId"])[1]["range"])
    if not backings:
        raise RequestError("One of range, namedRangeId or tableId must be specified.")
    return grid_box(book, body["range"])


def _free_title(book: Spreadsheet) -> str:
    titles = {view["title"] for _, view in objects.every(book, FILTER_VIEW)}
    number = 1
    while f"Filter {number}" in titles:
        number += 1
    return f"Filter {number}"


def duplicate_filter_view(book: Spreadsheet, request: Json) -> Json:
    """Copy a filter view beside itself."""
    sheet, old = objects.find(book, FILTER_VIEW, request.get("filterId", 0))
    titles = {view["title"] for _, view in objects.every(book, FILTER_VIEW)}
    title, number = f"Copy of {old['title']}", 1
    while title in titles:
        number += 1
        title = f"Copy of {old['title']} {number}"
    body = {**old, "filterViewId": book.context.new_id(), "title": title}
    objects.add(sheet, FILTER_VIEW, body)
    return {"filter": body}


def delete_filter_view(book: Spreadsheet, request: Json) -> None:
    """Forget a filter view."""
    sheet, old = objects.find(book, FILTER_VIEW, request.get("filterId", 0))
    objects.remove(sheet, FILTER_VIEW, old)


def set_basic_filter(book: Spreadsheet, request: Json) -> None:
    """Put the tab's one basic filter; an open range is stored with the grid's bounds."""
    new: Json = request.get("filter", {})
    box = grid_box(book, _table_range(book, new) or new.get("range", {}))
    sheet = book.sheet(box.sheet_id)
    body = checked_filter({**new, "range": grid_range(box)}, box)
    sheet.put_objects("basicFilter", (objects.normal("BasicFilter", body),))
    if body.get("sortSpecs") and box.rows > 1:
        below = Box(box.sheet_id, box.row_start + 1, box.row_end, box.column_start, box.column_end)
        check_writable(book, below)
        sort_rows(book, sheet, below, body["sortSpecs"])


def _table_range(book: Spreadsheet, body: Json) -> Json | None:
    return objects.find(book, TABLE, body["tableId"])[1]["range"] if "tableId" in body else None


def clear_basic_filter(book: Spreadsheet, request: Json) -> None:
    """Take the tab's basic filter away."""
    grid_sheet(book, request.get("sheetId", 0)).put_objects("basicFilter", ())


HANDLERS = {
    "setBasicFilter": set_basic_filter,
    "clearBasicFilter": clear_basic_filter,
    "addFilterView": add_filter_view,
    "updateFilterView": update_filter_view,
    "duplicateFilterView": duplicate_filter_view,
    "deleteFilterView": delete_filter_view,
}
