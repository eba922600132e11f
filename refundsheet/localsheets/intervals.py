"""How ranges follow when rows or columns are inserted, deleted or moved."""

from __future__ import annotations

from dataclasses import dataclass

from refundsheet.localsheets.schema import Json

ROWS = "ROWS"
COLUMNS = "COLUMNS"
_FIELDS = {
    ROWS: ("startRowIndex", "endRowIndex"),
    COLUMNS: ("startColumnIndex", "endColumnIndex"),
}


@dataclass(frozen=True, slots=True)
class Splice:
    """Rows or columns start..end of a sheet taken out, `inserted` blank ones put in their place."""

    sheet_id: int
    axis: str
    start: int
    end: int
    inserted: int

    def interval(self, start: int, end: int) -> tuple[int, int] | None:
        """Where a half-open interval lies afterwards; None when all of it was deleted."""
        if self.inserted and self.start == self.end:
            return self._after_insert(start, end)
        gone = self.end - self.start
        new_start = start - min(max(start - self.start, 0), gone)
        new_end = end - min(max(end - self.start, 0), gone)
        return (new_start, new_end) if new_start < new_end else None

    def _after_insert(self, start: int, end: int) -> tuple[int, int]:
        moved_start = start + self.inserted if start >= self.start else start
        moved_end = end + self.inserted if end > self.start else end
        return moved_start, moved_end

    def index(self, index: int) -> int | None:
        """Where a single row or column lies afterwards."""
        moved = self.interval(index, index + 1)
        return moved[0] if moved else None


@dataclass(frozen=True, slots=True)
class Move:
    """Rows or columns start..end of a sheet moved to lie before the old index `destination`."""

    sheet_id: int
    axis: str
    start: int
    end: int
    destination: int

    def index(self, index: int) -> int:
        """Where a single row or column lies afterwards."""
        size = self.end - self.start
        if self.start <= index < self.end:
            shift = -size if self.destination > self.start else 0
            return self.destination + shift + index - self.start
        if self.end <= index < self.destination:
            return index - size
        if self.destination <= index < self.start:
            return index + size
        return index

    def interval(self, start: int, end: int) -> tuple[int, int] | None:
        """A range moves with the lines it covers, and stays where the move would tear it."""
        first, last = self.index(start), self.index(end - 1)
        whole = last - first == end - 1 - start and start < end
        return (first, last + 1) if whole else (start, end)


Shift = Splice | Move


def follow_grid_range(shift: Shift, grid_range: Json) -> Json | None:
    """A GridRange after the shift; None when all of it was deleted."""
    if grid_range.get("sheetId", 0) != shift.sheet_id:
        return grid_range
    start_field, end_field = _FIELDS[shift.axis]
    return _follow(shift, grid_range, start_field, end_field)


def follow_dimension_range(shift: Shift, dimension_range: Json) -> Json | None:
    """A DimensionRange after the shift; None when all of it was deleted."""
    other_sheet = dimension_range.get("sheetId", 0) != shift.sheet_id
    if other_sheet or dimension_range.get("dimension") != shift.axis:
        return dimension_range
    return _follow(shift, dimension_range, "startIndex", "endIndex")


def follow_coordinate(shift: Shift, coordinate: Json) -> Json:
    """A GridCoordinate after the shift; the cell after a deleted one takes its place."""
    if coordinate.get("sheetId", 0) != shift.sheet_id:
        return coordinate
    field = "rowIndex" if shift.axis == ROWS else "columnIndex"
    moved = shift.index(coordinate.get(field, 0))
    return {**coordinate, field: shift.start if moved is None else moved}


def _follow(shift: Shift, body: Json, start_field: str, end_field: str) -> Json | None:
    start, end = body.get(start_field), body.get(end_field)
    if start is None and end is None:
        return body
    moved = shift.interval(start or 0, 2**31 if end is None else end)
    if moved is None:
        return None
    changed = dict(body)
    if start is not None:
        changed[start_field] = moved[0]
    if end is not None:
        changed[end_field] = moved[1]
    return changed
