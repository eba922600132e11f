"""One tab: its rows of cells, its dimensions, and the objects that lie on it."""

from __future__ import annotations

from collections.abc import Iterator

from refundsheet.localsheets.a1 import Box
from refundsheet.localsheets.following import follow_object
from refundsheet.localsheets.intervals import (
    COLUMNS,
    ROWS,
    Move,
    Shift,
    Splice,
)
from refundsheet.localsheets.rows import EMPTY_CELL, PLAIN_DIMENSION, Cell, Dimension, Row
from refundsheet.localsheets.schema import Json

#: What can lie on a tab, by the Sheet field Google lists it under, with its message.
OBJECTS = {
    "merges": "GridRange",
    "conditionalFormats": "ConditionalFormatRule",
    "filterViews": "FilterView",
    "protectedRanges": "ProtectedRange",
    "basicFilter": "BasicFilter",
    "charts": "EmbeddedChart",
    "bandedRanges": "BandedRange",
    "rowGroups": "DimensionGroup",
    "columnGroups": "DimensionGroup",
    "slicers": "Slicer",
    "tables": "Table",
    "commentAnchors": "CommentAnchor",
}
_BLANK_ROW = Row(-1, None)


class Sheet:
    """One tab. `rows` may be shorter than the grid: what is missing is blank.

    The JSON in `properties` and `objects` is replaced, never changed in place, so that a fork
    may share it.
    """

    def __init__(self, properties: Json, row_count: int, column_count: int) -> None:
        #: SheetProperties without `index` and without the grid's size.
        self.properties = properties
        self.row_count = row_count
        self.column_count = column_count
        self.rows: list[Row] = []
        self.columns: dict[int, Dimension] = {}
        self.objects: dict[str, tuple[Json, ...]] = {}
        #: Developer metadata of the tab as a whole.
        self.metadata: tuple[Json, ...] = ()
        self.token = object()
        self.next_uid = 1
        #: Rows this copy changed, and whether their order did: what has to be stored.
        self.changed: list[Row] = []
        self.order_changed = False

    @property
    def sheet_id(self) -> int:
        """The id requests name the tab by."""
        return self.properties["sheetId"]

    @property
    def title(self) -> str:
        """The tab's name."""
        return self.properties["title"]

    @property
    def whole(self) -> Box:
        """The whole grid."""
        return Box(self.sheet_id, 0, self.row_count, 0, self.column_count)

    def bounded(self, body: Json) -> Box:
        """A GridRange of this tab as a box; a missing bound is the grid's."""
        return Box(
            self.sheet_id,
            body.get("startRowIndex", 0),
            body.get("endRowIndex", self.row_count),
            body.get("startColumnIndex", 0),
            body.get("endColumnIndex", self.column_count),
        )

    def fork(self) -> Sheet:
        """A copy that may be changed without this one noticing; costs one list of pointers."""
        copy = Sheet(self.properties, self.row_count, self.column_count)
        copy.rows = list(self.rows)
        copy.columns = dict(self.columns)
        copy.objects = dict(self.objects)
        copy.metadata = self.metadata
        copy.next_uid = self.next_uid
        return copy

    def row(self, index: int) -> Row:
        """A row for reading."""
        return self.rows[index] if index < len(self.rows) else _BLANK_ROW

    def own(self, index: int) -> Row:
        """A row for changing."""
        while index >= len(self.rows):
            self.rows.append(self._new_row())
        row = self.rows[index]
        if row.token is not self.token:
            row = self.rows[index] = row.copy(self.token)
            self.changed.append(row)
        return row

    def _new_row(self) -> Row:
        row = Row(self.next_uid, self.token)
        self.next_uid += 1
        self.changed.append(row)
        self.order_changed = True
        return row

    def cell(self, row: int, column: int) -> Cell:
        """A cell whole."""
        return self.row(row).cell(column)

    def put(self, row: int, column: int, cell: Cell) -> None:
        """Replace a cell whole."""
        is_blank = cell is EMPTY_CELL or cell == EMPTY_CELL
        if not is_blank or self.row(row).width > column:
            self.own(row).put(column, cell)

    def values_end(self) -> int:
        """One past the last row in which a cell shows a value."""
        end = len(self.rows)
        while end and not self.rows[end - 1].values:
            end -= 1
        return end

    def content_end(self) -> int:
        """One past the last row in which a cell holds anything, formats and notes included."""
        end = len(self.rows)
        while end and not self.rows[end - 1].width:
            end -= 1
        return end

    def dimension(self, axis: str, index: int) -> Dimension:
        """What is known of a row or column."""
        if axis == ROWS:
            return self.row(index).dimension
        return self.columns.get(index, PLAIN_DIMENSION)

    def put_dimension(self, axis: str, index: int, dimension: Dimension) -> None:
        """Replace what is known of a row or column."""
        if dimension == PLAIN_DIMENSION:
            dimension = PLAIN_DIMENSION
        if axis == ROWS:
            if dimension is not self.row(index).dimension:
                self.own(index).dimension = dimension
        elif dimension is PLAIN_DIMENSION:
            self.columns.pop(index, None)
        else:
            self.columns[index] = dimension

    def dimensions(self, axis: str) -> Iterator[tuple[int, Dimension]]:
        """The rows or columns that differ from plain ones."""
        if axis == ROWS:
            for index, row in enumerate(self.rows):
                if row.dimension is not PLAIN_DIMENSION:
                    yield index, row.dimension
        else:
            yield from sorted(self.columns.items())

    def count(self, axis: str) -> int:
        """How many rows or columns the grid has."""
        return self.row_count if axis == ROWS else self.column_count

    def resize(self, axis: str, count: int) -> None:
        """Cut the grid or grow it at the end."""
        old = self.count(axis)
        if count < old:
            self.shift(Splice(self.sheet_id, axis, count, old, 0))
        elif axis == ROWS:
            self.row_count = count
        else:
            self.column_count = count

    def shift(self, shift: Shift) -> None:
        """Insert, delete or move rows or columns, with the cells and objects on them."""
        if isinstance(shift, Splice):
            self._splice(shift)
        elif shift.axis == ROWS:
            self._move_rows(shift)
        else:
            self._move_columns(shift)
        self.follow(shift)

    def _splice(self, splice: Splice) -> None:
        grown = splice.inserted - (splice.end - splice.start)
        if splice.axis == ROWS:
            self._splice_rows(splice)
            self.row_count += grown
            return
        for index, row in enumerate(self.rows):
            if row.width > splice.start:
                self.own(index).splice_columns(splice.start, splice.end, splice.inserted)
        moved = {splice.index(index): dimension for index, dimension in self.columns.items()}
        self.columns = {index: kept for index, kept in moved.items() if index is not None}
        self.column_count += grown

    def _splice_rows(self, splice: Splice) -> None:
        if splice.start < len(self.rows):
            blank = [self._new_row() for _ in range(splice.inserted)]
            self.rows[splice.start : splice.end] = blank
            self.order_changed = True

    def _move_rows(self, move: Move) -> None:
        self.own(max(move.end, move.destination) - 1)
        block = self.rows[move.start : move.end]
        del self.rows[move.start : move.end]
        at = move.index(move.start)
        self.rows[at:at] = block
        self.order_changed = True

    def _move_columns(self, move: Move) -> None:
        came_from = {move.index(index): index for index in range(self.column_count)}
        order = [came_from[index] for index in range(self.column_count)]
        for index, row in enumerate(self.rows):
            if row.width:
                self.own(index).permute_columns(order)
        self.columns = {move.index(index): kept for index, kept in self.columns.items()}

    def follow(self, shift: Shift) -> None:
        """Let the objects on this tab follow a shift (of this tab or one they point to)."""
        for field, message in OBJECTS.items():
            if field in self.objects:
                moved = [follow_object(shift, field, message, body) for body in self.objects[field]]
                self.put_objects(field, tuple(body for body in moved if body is not None))

    def put_objects(self, field: str, bodies: tuple[Json, ...]) -> None:
        """Replace what lies on the tab under one of `OBJECTS`."""
        if bodies:
            self.objects[field] = bodies
        else:
            self.objects.pop(field, None)

    def has_formulas(self, box: Box) -> bool:
        """Whether any cell of the box holds a formula."""
        return any(
            extra.formula is not None and box.column_start <= column < box.column_end
            for row in self.rows[box.row_start : box.row_end]
            if row.more
            for column, extra in row.more.items()
        )

    def swap_rows(self, first: int, order: list[int], columns: tuple[int, int]) -> None:
        """Reorder the cells of rows first..; row i takes what row `order[i]` held.

        Over the whole width the row's developer metadata goes with it (observed on sortRange).
        """
        start, end = columns
        whole = start == 0 and end >= self.column_count
        self._move_anchors({old: new for new, old in enumerate(order, start=first)}, columns)
        sources = [self.row(index) for index in order]
        for offset, source in enumerate(sources):
            target = first + offset
            if order[offset] == target:
                continue
            if whole:
                self._take_row(target, source)
            else:
                self._take_columns(target, source, start, end)

    def _move_anchors(self, places: dict[int, int], columns: tuple[int, int]) -> None:
        """The comments on cells go where their rows went."""
        moved: list[Json] = []
        for body in self.objects.get("commentAnchors", ()):
            box = self.bounded(body["range"])
            inside = columns[0] <= box.column_start < columns[1]
            row = places.get(box.row_start, box.row_start) if inside else box.row_start
            cell = {**body["range"], "startRowIndex": row, "endRowIndex": row + 1}
            moved.append({**body, "range": cell})
        self.put_objects("commentAnchors", tuple(moved))

    def _take_row(self, target: int, source: Row) -> None:
        row = self.own(target).copy(self.token)
        row.values = list(source.values)
        row.formats = source.formats
        row.more = dict(source.more) if source.more else None
        old = row.dimension
        row.dimension = Dimension(old.pixel_size, old.hidden_by_user, source.dimension.metadata)
        if row.dimension == PLAIN_DIMENSION:
            row.dimension = PLAIN_DIMENSION
        self.rows[target] = row
        self.changed.append(row)

    def _take_columns(self, target: int, source: Row, start: int, end: int) -> None:
        row = self.own(target).copy(self.token)
        for column in range(start, min(end, max(row.width, source.width))):
            row.put(column, source.cell(column))
        self.rows[target] = row
        self.changed.append(row)


__all__ = ["COLUMNS", "OBJECTS", "ROWS", "Sheet"]
