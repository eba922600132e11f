"""What people do to the log, each act a record that says how it is repeated."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from refundsheet.core.model import Cell
from refundsheet.sheets.memory import Formula
from tests.simulation.truth import BLANK, OURS, Line, Truth, Value

#: A request of Google's that does the same to its sheet; the sheet's id is filled in by the world.
Native = dict[str, Any]

STATUSES = (
    "New",
    "Under Review",
    "Approved",
    "approved",
    "Refunded",
    "Rejected",
    "On Hold",
    "Nonsense",
    "",
)
FIELDS = (
    "case_id", "order_id", "customer_name", "status", "notes", "requested_at", "last_action_at",
    "approved_at", "resolved_at", "colour", "follow_up", "follow_up_by", "row_check",
)  # fmt: skip
_TIMES = ("requested_at", "last_action_at", "approved_at", "resolved_at", "follow_up_by")
_HEADERS = {
    "case_id": "Case ID",
    "order_id": "Order ID",
    "customer_name": "Customer Name",
    "status": "Status",
    "notes": "Notes",
    "requested_at": "Received",
    "last_action_at": "Last Action",
    "approved_at": "Date Approved",
    "resolved_at": "Resolution Date",
    "colour": "Colour",
    "follow_up": "Follow-up",
    "follow_up_by": "Follow-up By",
    "row_check": "Row Check",
}
_OTHER_HEADERS = {
    "status": "State",
    "notes": "Comments",
    "resolved_at": "Closed On",
    "case_id": "RMA",
}


def header_of(name: str) -> str:
    """The header people gave a column at the start."""
    return _HEADERS[name]


def typed(name: str, number: int) -> Cell:
    """What somebody types into a field; few IDs and many times, so that they meet and differ."""
    match name:
        case "status":
            return STATUSES[number % len(STATUSES)]
        case "case_id":
            return f"{'R' if number % 5 else 'r'}-{1 + number % 7}"
        case "order_id":
            return f"{1001 + number % 9}"
        case name if name in _TIMES:
            return 45000.0 + number / 64
        case _:
            return f"{name} {number}"


class Place(Protocol):
    """Where people act: the truth, and what stands around it."""

    truth: Truth
    before_last: list[Line] | None
    last_written: tuple[int, str] | None

    def around(self, what: "Around", row: int, name: str) -> None:
        """People do something that is not in the log's cells."""
        ...


class Act(Protocol):
    """Something people do."""

    def on(self, place: Place) -> list[Native] | None:
        """Do it; the requests by which Google would, None where the cells alone say it."""
        ...


#: Nobody adds rows to a log that is as long as this: a short one is quick, and neighbours meet.
_FULL = 12


def _is_full(truth: Truth) -> bool:
    return truth.count >= _FULL


def _row(truth: Truth, number: int) -> int:
    """One of the rows below the headers; 0 where there is none."""
    return 1 + number % (truth.count - 1) if truth.count > 1 else 0


@dataclass(frozen=True, slots=True)
class Type:
    """Type into a cell."""

    row: int
    name: str
    number: int

    def on(self, place: Place) -> None:
        truth = place.truth
        row, column = _row(truth, self.row), _column(truth, self.name)
        if row and column is not None:
            truth.put(row, column, typed(self.name, self.number))


@dataclass(frozen=True, slots=True)
class Clear:
    """Empty a cell."""

    row: int
    name: str

    def on(self, place: Place) -> None:
        truth = place.truth
        row, column = _row(truth, self.row), _column(truth, self.name)
        if row and column is not None:
            truth.put(row, column, None)


@dataclass(frozen=True, slots=True)
class TypeFormula:
    """Type a formula that shows nothing."""

    row: int
    name: str

    def on(self, place: Place) -> None:
        truth = place.truth
        row, column = _row(truth, self.row), _column(truth, self.name)
        if row and column is not None:
            truth.put(row, column, Formula('=""'))


@dataclass(frozen=True, slots=True)
class FillDown:
    """Fill one cell down over the two below it."""

    row: int
    name: str

    def on(self, place: Place) -> None:
        truth = place.truth
        row, column = _row(truth, self.row), _column(truth, self.name)
        if row and column is not None:
            for below in range(row + 1, min(row + 3, truth.count)):
                truth.place(below, column, truth.copied(truth.lines[row].values[column]))


@dataclass(frozen=True, slots=True)
class PasteRows:
    """Paste whole new cases at the end, with IDs or without."""

    number: int
    rows: int
    with_ids: bool

    def on(self, place: Place) -> None:
        truth = place.truth
        for number in range(self.number, self.number + self.rows):
            if _is_full(truth):
                return
            truth.lines.append(truth.new_line())
            names = ["order_id", "customer_name", "status"] + ["case_id"] * self.with_ids
            for name in names:
                column = _column(truth, name)
                if column is not None:
                    truth.put(truth.count - 1, column, typed(name, number))


@dataclass(frozen=True, slots=True)
class InsertRow:
    """Insert a blank row."""

    row: int

    def on(self, place: Place) -> list[Native] | None:
        truth = place.truth
        row = _row(truth, self.row)
        if not row or _is_full(truth):
            return None
        truth.lines.insert(row, truth.new_line())
        return [_insert("ROWS", row)]


@dataclass(frozen=True, slots=True)
class DeleteRow:
    """Delete a row; with its case, unless somebody undoes it."""

    row: int

    def on(self, place: Place) -> list[Native] | None:
        truth = place.truth
        row = _row(truth, self.row)
        if truth.count < 4:
            return None
        del truth.lines[row]
        return [{"deleteDimension": {"range": _span("ROWS", row)}}]


@dataclass(frozen=True, slots=True)
class MoveRow:
    """Drag a row elsewhere."""

    row: int
    to: int

    def on(self, place: Place) -> list[Native] | None:
        truth = place.truth
        row, to = _row(truth, self.row), _row(truth, self.to)
        if row == to or not row:
            return None
        truth.lines.insert(to, truth.lines.pop(row))
        target = to + 1 if to > row else to
        return [{"moveDimension": {"source": _span("ROWS", row), "destinationIndex": target}}]


class Extent(Enum):
    """How much of the columns an act takes along."""

    ALL = "all columns"
    WITHOUT_OURS = "all but refundsheet's own columns"
    FIRST_SIX = "the first six columns"


@dataclass(frozen=True, slots=True)
class Sort:
    """Sort the cases by a column; a range that is too small leaves cells behind."""

    name: str
    descending: bool = False
    extent: Extent = Extent.ALL

    def on(self, place: Place) -> list[Native] | None:
        truth = place.truth
        column = _column(truth, self.name)
        end = _end(truth, self.extent)
        if column is None or column >= end or truth.count < 3:
            return None
        ordered = _sorted(truth.lines[1:], column, descending=self.descending)
        if self.extent is Extent.ALL:
            truth.lines[1:] = ordered
        else:
            _carry(truth, ordered, end)
        order = "DESCENDING" if self.descending else "ASCENDING"
        box = {"startRowIndex": 1, "endRowIndex": truth.count, "startColumnIndex": 0}
        spec = {"dimensionIndex": column, "sortOrder": order}
        return [{"sortRange": {"range": box | {"endColumnIndex": end}, "sortSpecs": [spec]}}]


def _carry(truth: Truth, ordered: Sequence[Line], end: int) -> None:
    """Rows change places up to a column; what lies beyond it stays, and is another row's now."""
    was = {line.uid: line.values[end:] for line in truth.lines}
    rests = [line.values[end:] for line in truth.lines[1:]]
    moved = [Line(line.uid, line.values[:end]) for line in ordered]
    for index, (line, rest) in enumerate(zip(moved, rests, strict=True), 1):
        line.values += rest
        truth.lines[index] = line
        for column, (old, new) in enumerate(zip(was[line.uid], rest, strict=True), end):
            if old.shows is None and new.shows is None:
                line.values[column] = new.as_blank_as(old)
            elif old.content != new.content:
                truth.touched[line.uid, truth.field_at(column)] = truth.tick


def _sorted(lines: Sequence[Line], column: int, *, descending: bool) -> list[Line]:
    """As Sheets sorts: numbers, then words whatever their case, and blanks always last."""
    filled = [line for line in lines if line.values[column].shows is not None]
    blank = [line for line in lines if line.values[column].shows is None]
    filled.sort(key=lambda line: _rank(line.values[column]), reverse=descending)
    return filled + blank


def _rank(value: Value) -> tuple[Any, ...]:
    shown = value.shows
    if isinstance(shown, (int, float)):
        return (0, shown)
    return (1, str(shown).casefold(), str(shown).swapcase())


class Where(Enum):
    """Where a copied row goes."""

    ABOVE = "above"
    BELOW = "below"
    END = "at the end"
    OVER = "over the next row"


@dataclass(frozen=True, slots=True)
class CopyRow:
    """Copy a row as a template, its ID, our stamps and flags with it."""

    row: int
    where: Where
    extent: Extent = Extent.ALL

    def on(self, place: Place) -> None:
        truth = place.truth
        row, end = _row(truth, self.row), _end(truth, self.extent)
        if not row or (_is_full(truth) and self.where is not Where.OVER):
            return
        line = truth.lines[row]
        copy = truth.new_line([truth.copied(value) for value in line.values[:end]], line.uid)
        match self.where:
            case Where.ABOVE:
                truth.lines.insert(row, copy)
            case Where.BELOW:
                truth.lines.insert(row + 1, copy)
            case Where.END:
                truth.lines.append(copy)
            case Where.OVER:
                over = _row(truth, row)
                copy.values[end:] = truth.lines[over].values[end:]
                truth.lines[over] = copy


@dataclass(frozen=True, slots=True)
class CutRow:
    """Cut a row and paste it below the others; a blank row is left where it was."""

    row: int

    def on(self, place: Place) -> None:
        truth = place.truth
        row = _row(truth, self.row)
        if row and not _is_full(truth):
            cut = truth.lines[row]
            truth.lines[row] = truth.new_line()
            truth.lines.append(cut)


@dataclass(frozen=True, slots=True)
class RenameHeader:
    """Give a column another header: one that refundsheet knows too, or one that nobody knows."""

    name: str
    known: bool

    def on(self, place: Place) -> None:
        truth = place.truth
        column = _column(truth, self.name)
        if column is not None:
            other = _OTHER_HEADERS.get(self.name, _HEADERS[self.name])
            truth.put(0, column, other if self.known else "Bananas")


@dataclass(frozen=True, slots=True)
class RestoreHeaders:
    """Somebody notices, and puts right what can be put right."""

    def on(self, place: Place) -> None:
        truth = place.truth
        for column in range(truth.width):
            if truth.lines[0].values[column].content == "Bananas":
                missing = [name for name in FIELDS if _column(truth, name) is None]
                truth.put(0, column, _HEADERS[missing[0]] if missing else None)


@dataclass(frozen=True, slots=True)
class InsertColumn:
    """Insert a blank column."""

    column: int

    def on(self, place: Place) -> list[Native] | None:
        truth = place.truth
        column = self.column % truth.width
        if truth.width > 18:
            return None
        for line in truth.lines:
            line.values.insert(column, BLANK)
        return [_insert("COLUMNS", column)]


@dataclass(frozen=True, slots=True)
class MoveColumn:
    """Drag a column elsewhere."""

    column: int
    to: int

    def on(self, place: Place) -> list[Native] | None:
        truth = place.truth
        column, to = self.column % truth.width, self.to % truth.width
        if column == to:
            return None
        for line in truth.lines:
            line.values.insert(to, line.values.pop(column))
        target = to + 1 if to > column else to
        return [{"moveDimension": {"source": _span("COLUMNS", column), "destinationIndex": target}}]


class Meddling(Enum):
    """What somebody does with a cell the moment it was filled."""

    TYPE_OVER = "types over it"
    CLEAR = "clears it"
    COPY_BELOW = "copies it into the cell below"
    COPY_ROW_ABOVE = "copies its row above itself"


@dataclass(frozen=True, slots=True)
class MeddleWithLastWritten:
    """Do something with the very cell refundsheet has just filled."""

    how: Meddling
    number: int = 0

    def on(self, place: Place) -> None:
        truth = place.truth
        found = _find(truth, place.last_written)
        if found is None:
            return
        row, column = found
        match self.how:
            case Meddling.TYPE_OVER:
                truth.put(row, column, typed(truth.field_at(column), self.number))
            case Meddling.CLEAR:
                truth.put(row, column, None)
            case Meddling.COPY_BELOW:
                if row + 1 < truth.count:
                    copy = truth.copied(truth.lines[row].values[column])
                    truth.place(row + 1, column, copy)
            case Meddling.COPY_ROW_ABOVE:
                if _is_full(truth):
                    return
                line = truth.lines[row]
                values = [truth.copied(value) for value in line.values]
                truth.lines.insert(row, truth.new_line(values, line.uid))


class Around(Enum):
    """What people do beside the log's cells."""

    PROTECT = "protects a cell"
    UNPROTECT = "takes every protection away"
    FILTER = "hides a row by a filter"
    UNFILTER = "takes the filter away"
    REMOVE_HIDDEN_TAB = "deletes the hidden tab"
    SORT_HIDDEN_TAB = "sorts the hidden tab"
    EDIT_HIDDEN_TAB = "types on the hidden tab"
    EMPTY_HIDDEN_TAB = "empties the hidden tab"
    SHRINK = "cuts the blank rows off the log"
    RENAME_LOG = "renames the log's tab"
    REMOVE_SUMMARY = "deletes the Summary"
    REMOVE_HISTORY = "deletes the History tab"
    LATE_ONES_ARRIVE = "a request given up long ago takes effect"
    OTHER_PASSES = "another refundsheet makes a pass"


@dataclass(frozen=True, slots=True)
class Beside:
    """Something beside the log's cells."""

    what: Around
    row: int = 0
    name: str = ""

    def on(self, place: Place) -> None:
        place.around(self.what, self.row, self.name)


class Undoing(Enum):
    """How much an undo brings back; nobody knows which of them Google does."""

    EVERYTHING = "the whole sheet as it was"
    CHANGED_CELLS = "only the cells that the act had changed"
    ORDER = "the rows in their old order"


@dataclass(frozen=True, slots=True)
class Undo:
    """Take back the last thing people did."""

    how: Undoing

    def on(self, place: Place) -> None:
        truth, before = place.truth, place.before_last
        if before is None or len(before[0].values) != truth.width:
            return
        match self.how:
            case Undoing.EVERYTHING:
                _bring_back(truth, before)
            case Undoing.CHANGED_CELLS:
                _bring_back_cells(truth, before)
            case Undoing.ORDER:
                places = {line.uid: number for number, line in enumerate(before)}
                truth.lines.sort(key=lambda line: places.get(line.uid, len(before)))


def _bring_back(truth: Truth, before: list[Line]) -> None:
    now = {line.uid: line for line in truth.lines}
    truth.lines = [line.copy() for line in before]
    for row, line in enumerate(truth.lines):
        was = now.get(line.uid)
        for column, value in enumerate(line.values):
            if was is None or not _is_like(was.values[column], value):
                line.values[column] = truth.brought_back(
                    value, was and was.values[column], line.uid
                )
                truth.touched[line.uid, truth.field_at(column) if row else ""] = truth.tick


def _is_like(one: Value, other: Value) -> bool:
    return one.content == other.content or one.shows is other.shows is None


def _bring_back_cells(truth: Truth, before: list[Line]) -> None:
    """Place by place: what was written in between into a place that was blank stays behind."""
    if [line.uid for line in before] != [line.uid for line in truth.lines]:
        if len(before) != truth.count:
            return
        for line, old in zip(truth.lines, before, strict=True):
            line.uid = old.uid
    for row, line in enumerate(before):
        for column, value in enumerate(line.values):
            here = truth.lines[row].values[column]
            if value.is_blank or here.content == value.content:
                continue
            if truth.is_unseen(here, line.uid):
                truth.lines[row].values[column] = value
                truth.touched[line.uid, truth.field_at(column)] = truth.tick
            else:
                truth.place(row, column, truth.copied(value))


def _column(truth: Truth, name: str) -> int | None:
    if name == "colour":
        headers = [line.content for line in truth.lines[0].values]
        return headers.index("Colour") if "Colour" in headers else None
    return truth.column_of(name)


def _end(truth: Truth, extent: Extent) -> int:
    match extent:
        case Extent.ALL:
            return truth.width
        case Extent.WITHOUT_OURS:
            ours = (c for c in range(truth.width) if truth.field_at(c) in OURS)
            return next(ours, truth.width)
        case Extent.FIRST_SIX:
            return min(6, truth.width)


def _find(truth: Truth, written: tuple[int, str] | None) -> tuple[int, int] | None:
    if written is None:
        return None
    column = truth.column_of(written[1])
    rows = (row for row, line in enumerate(truth.lines) if line.uid == written[0])
    row = next(rows, None)
    return None if row is None or column is None else (row, column)


def _span(dimension: str, index: int) -> dict[str, Any]:
    return {"dimension": dimension, "startIndex": index, "endIndex": index + 1}


def _insert(dimension: str, index: int) -> Native:
    return {"insertDimension": {"range": _span(dimension, index), "inheritFromBefore": False}}
