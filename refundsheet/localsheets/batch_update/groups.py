"""Groups of rows or columns that fold away; groups nest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from refundsheet.localsheets.batch_update.cells import read_mask
from refundsheet.localsheets.errors import RequestError
from refundsheet.localsheets.intervals import ROWS
from refundsheet.localsheets.ranges import Lines, lines
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.sheet import Sheet
from refundsheet.localsheets.workbook import Spreadsheet

_MAX_DEPTH = 8


@dataclass(frozen=True, slots=True)
class _Group:
    start: int
    end: int
    collapsed: bool = False

    def holds(self, other: _Group) -> bool:
        return self.start <= other.start and other.end <= self.end

    def crosses(self, other: _Group) -> bool:
        first, second = sorted(((self.start, self.end), (other.start, other.end)))
        return first[0] < second[0] < first[1] < second[1]


def _field(axis: str) -> str:
    return "rowGroups" if axis == ROWS else "columnGroups"


def _groups(sheet: Sheet, axis: str) -> list[_Group]:
    """The groups of an axis, outer ones first."""
    bodies = sheet.objects.get(_field(axis), ())
    return _in_order(
        [
            _Group(
                body["range"].get("startIndex", 0),
                body["range"]["endIndex"],
                bool(body.get("collapsed")),
            )
            for body in bodies
        ]
    )


def _in_order(groups: list[_Group]) -> list[_Group]:
    return sorted(groups, key=lambda group: (group.start, -group.end))


def _depth(place: int, groups: list[_Group]) -> int:
    """How many groups hold one, itself included; of two over the same lines one is inside."""
    return 1 + sum(outer.holds(groups[place]) for outer in groups[:place])


def _put(sheet: Sheet, axis: str, groups: list[_Group]) -> list[Json]:
    """Store the groups as Google lists them: by start, then by depth."""
    lines_of: Json = {"sheetId": sheet.sheet_id} if sheet.sheet_id else {}
    lines_of |= {"dimension": axis}
    groups = _in_order(groups)
    bodies: list[Json] = []
    for place, group in enumerate(groups):
        span = lines_of | {"startIndex": group.start, "endIndex": group.end}
        body: Json = {"range": span, "depth": _depth(place, groups)}
        bodies.append(body | ({"collapsed": True} if group.collapsed else {}))
    if any(body["depth"] > _MAX_DEPTH for body in bodies):
        raise RequestError(f"You can't have more than {_MAX_DEPTH} levels of grouping.")
    sheet.put_objects(_field(axis), tuple(bodies))
    return bodies


def add_group(book: Spreadsheet, request: Json) -> Json:
    """Group lines. Groups never cross: where two would, their union holds their intersection."""
    found = lines(book, request.get("range", {}))
    new = _Group(found.start, found.end)
    groups: list[_Group] = []
    for old in _groups(found.sheet, found.axis):
        if not old.crosses(new):
            groups.append(old)
            continue
        union = _Group(min(old.start, new.start), max(old.end, new.end), old.collapsed)
        groups.append(union)
        new = _Group(max(old.start, new.start), min(old.end, new.end))
    bodies = _put(found.sheet, found.axis, [*groups, new])
    _control_after(found.sheet, found.axis)
    return {"dimensionGroups": bodies}


def _control_after(sheet: Sheet, axis: str) -> None:
    """A group shows its toggle behind it, and the tab keeps that (recorded of columns)."""
    name = "rowGroupControlAfter" if axis == ROWS else "columnGroupControlAfter"
    grid: Json = sheet.properties.get("gridProperties", {}) | {name: True}
    sheet.properties = sheet.properties | {"gridProperties": grid}


def delete_group(book: Spreadsheet, request: Json) -> Json:
    """Take one level of grouping from lines: the deepest group over each loses it."""
    found = lines(book, request.get("range", {}))
    groups = _groups(found.sheet, found.axis)
    lost: dict[int, set[int]] = defaultdict(set)
    for index in range(found.start, found.end):
        place = _deepest(groups, index)
        if place is not None:
            lost[place].add(index)
    if not lost:
        raise RequestError("There are no groups over the requested range.")
    left = [part for place, group in enumerate(groups) for part in _without(group, lost[place])]
    return {"dimensionGroups": _put(found.sheet, found.axis, left)}


def _deepest(groups: list[_Group], index: int) -> int | None:
    over = [place for place, group in enumerate(groups) if group.start <= index < group.end]
    return max(over, key=lambda place: _depth(place, groups), default=None)


def _without(group: _Group, lost: set[int]) -> Iterator[_Group]:
    """The runs of a group's lines that are left without some of them."""
    start = group.start
    for index in sorted(lost):
        if start < index:
            yield replace(group, start=start, end=index)
        start = index + 1
    if start < group.end:
        yield replace(group, start=start)


def update_group(book: Spreadsheet, request: Json) -> None:
    """Fold or unfold a group, named by its range and depth; its lines are hidden or shown."""
    mask = read_mask(request, "DimensionGroup")
    wanted: Json = request.get("dimensionGroup", {})
    found = lines(book, wanted.get("range", {}))
    groups = _groups(found.sheet, found.axis)
    for place, group in enumerate(groups):
        same = (group.start, group.end) == (found.start, found.end)
        if same and _depth(place, groups) == wanted.get("depth", 0):
            break
    else:
        raise RequestError("There is no group with the requested range and depth.")
    if not {"collapsed", "*"} & mask.keys():
        raise RequestError("Only the field 'collapsed' of a group can be updated.")
    groups[place] = replace(group, collapsed=bool(wanted.get("collapsed")))
    _put(found.sheet, found.axis, groups)
    _hide(found, hidden=groups[place].collapsed)


def _hide(found: Lines, *, hidden: bool) -> None:
    for index in range(found.start, found.end):
        old = found.sheet.dimension(found.axis, index)
        found.sheet.put_dimension(found.axis, index, replace(old, hidden_by_user=hidden))


HANDLERS = {
    "addDimensionGroup": add_group,
    "deleteDimensionGroup": delete_group,
    "updateDimensionGroup": update_group,
}
