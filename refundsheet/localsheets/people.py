"""What a person does in the browser and the REST API cannot: sorting there, and undoing.

`POST /control/ui` with one of

* `{"spreadsheetId": ..., "do": [requests of batchUpdate]}`: the requests as a person's action.
  Under sortRange the switch `sort_moves_metadata` decides about developer metadata.
* `{"spreadsheetId": ..., "undo": "inverse" | "snapshot" | "changed_cells"}`: take the last action
  of a person back, leaving what others did since as well as this way of undoing can.

Both may carry `"by"`, a name: people in several browsers each undo what they did themselves.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from typing import assert_never

from refundsheet.localsheets import batch_update, references, schema
from refundsheet.localsheets.a1 import Box
from refundsheet.localsheets.intervals import Move, Splice
from refundsheet.localsheets.library import Library
from refundsheet.localsheets.ranges import grid_box, lines
from refundsheet.localsheets.rows import Row
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.sheet import ROWS, Sheet
from refundsheet.localsheets.workbook import OWNER, Spreadsheet

#: How many actions of people a spreadsheet remembers.
_REMEMBERED = 20


class Undo(Enum):
    """How Google takes an action back: nobody outside knows."""

    #: The opposite operation, at the places it names, whatever stands there now.
    INVERSE = "inverse"
    #: The whole spreadsheet as it was before.
    SNAPSHOT = "snapshot"
    #: The old content in the cells the action changed.
    CHANGED_CELLS = "changed_cells"


@dataclass(frozen=True, slots=True)
class _Step:
    """One request of an action, between the book before and after it."""

    kind: str
    body: Json
    before: Spreadsheet
    after: Spreadsheet


class People:
    """What people did to each spreadsheet, newest last."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._done: dict[tuple[str, str], deque[list[_Step]]] = defaultdict(
            lambda: deque(maxlen=_REMEMBERED)
        )

    def act(self, body: Json) -> Json:
        """Do or undo something.

        Raises:
            ApiError: the request is refused, as through the API.
            ValueError: nothing to undo, or no such way of undoing.
        """
        spreadsheet_id: str = body["spreadsheetId"]
        done = self._done[spreadsheet_id, str(body.get("by", ""))]
        if "undo" in body:
            self._undo(spreadsheet_id, done, Undo(body["undo"]))
            return {}
        parsed = schema.parse("BatchUpdateSpreadsheetRequest", {"requests": body["do"]})
        steps: list[_Step] = []

        def do(book: Spreadsheet) -> list[Json]:
            return [_do(book, request, steps) for request in parsed["requests"]]

        replies = self._library.change(spreadsheet_id, body.get("caller", OWNER), do)
        done.append(steps)
        return {"replies": replies}

    def _undo(self, spreadsheet_id: str, done: deque[list[_Step]], way: Undo) -> None:
        if not done:
            raise ValueError("Nobody has done anything that could be undone.")
        steps = done.pop()

        def undo(book: Spreadsheet) -> None:
            match way:
                case Undo.SNAPSHOT:
                    _restore(book, steps[0].before)
                case Undo.CHANGED_CELLS:
                    _put_back(book, steps[0].before, steps[-1].after)
                case Undo.INVERSE:
                    for step in reversed(steps):
                        _invert(book, step)
                case _:
                    assert_never(way)
            book.stale = True

        self._library.change(spreadsheet_id, OWNER, undo)


def _do(book: Spreadsheet, request: Json, steps: list[_Step]) -> Json:
    before = book.fork(book.context)
    reply = batch_update.apply(book, [request])[0]
    kind, body = next(iter(request.items()))
    if kind == "sortRange" and not book.context.switches.sort_moves_metadata:
        _leave_metadata(book, before, grid_box(book, body.get("range", {})))
    steps.append(_Step(kind, body, before, book.fork(book.context)))
    return reply


def _leave_metadata(book: Spreadsheet, before: Spreadsheet, box: Box) -> None:
    """Developer metadata stays at its place while the rows' cells go elsewhere."""
    sheet, old = book.sheet(box.sheet_id), before.sheet(box.sheet_id)
    for index in range(box.row_start, box.row_end):
        metadata = old.dimension(ROWS, index).metadata
        now = sheet.dimension(ROWS, index)
        if now.metadata != metadata:
            sheet.put_dimension(ROWS, index, replace(now, metadata=metadata))


def _restore(book: Spreadsheet, before: Spreadsheet) -> None:
    """Everything as it was; each row counts as changed, so that it is stored."""
    old = before.fork(book.context)
    book.properties, book.named_ranges, book.metadata = (
        old.properties,
        old.named_ranges,
        old.metadata,
    )
    book.sheets, book.threads = old.sheets, old.threads
    for sheet in book.sheets:
        sheet.changed, sheet.order_changed = list[Row](sheet.rows), True


def _put_back(book: Spreadsheet, before: Spreadsheet, after: Spreadsheet) -> None:
    """The old content in each cell that differs between two states of the book."""
    for old in before.sheets:
        found = (sheet for sheet in after.sheets if sheet.sheet_id == old.sheet_id)
        now = next((sheet for sheet in book.sheets if sheet.sheet_id == old.sheet_id), None)
        new = next(found, None)
        if now and new:
            for row, column in _differences(old, new):
                now.put(row, column, old.cell(row, column))


def _differences(old: Sheet, new: Sheet) -> Iterator[tuple[int, int]]:
    for index in range(max(len(old.rows), len(new.rows))):
        one, other = old.row(index), new.row(index)
        if one is not other:
            for column in range(max(one.width, other.width)):
                if one.cell(column) != other.cell(column):
                    yield index, column


def _invert(book: Spreadsheet, step: _Step) -> None:
    match step.kind:
        case "insertDimension":
            gone = lines(book, step.body["range"])
            book.shift(Splice(gone.sheet.sheet_id, gone.axis, gone.start, gone.end, 0))
        case "deleteDimension":
            _bring_back(book, step)
        case "moveDimension":
            _move_back(book, step)
        case "sortRange":
            _unsort(book, step)
        case _:
            _put_back(book, step.before, step.after)


def _bring_back(book: Spreadsheet, step: _Step) -> None:
    """Deleted rows or columns are inserted where they were, with what they held."""
    old = lines(step.before, step.body["range"])
    sheet = book.sheet(old.sheet.sheet_id)
    count = old.end - old.start
    book.shift(Splice(sheet.sheet_id, old.axis, old.start, old.start, count))
    for index in range(old.start, old.end):
        sheet.put_dimension(old.axis, index, old.sheet.dimension(old.axis, index))
    rows = range(old.start, old.end) if old.axis == ROWS else range(len(old.sheet.rows))
    for row in rows:
        width = old.sheet.row(row).width
        columns = range(width) if old.axis == ROWS else range(old.start, min(old.end, width))
        for column in columns:
            sheet.put(row, column, old.sheet.cell(row, column))


def _move_back(book: Spreadsheet, step: _Step) -> None:
    old = lines(step.before, step.body["source"])
    there = Move(old.sheet.sheet_id, old.axis, old.start, old.end, step.body["destinationIndex"])
    start = there.index(old.start)
    size = old.end - old.start
    destination = old.start if start > old.start else old.end
    book.shift(Move(old.sheet.sheet_id, old.axis, start, start + size, destination))


def _unsort(book: Spreadsheet, step: _Step) -> None:
    """Each row goes back to where its place's row came from, whichever row that is now."""
    box = grid_box(step.before, step.body.get("range", {}))
    came_from = _order(step, box)
    order = [0] * len(came_from)
    for place, old in enumerate(came_from):
        order[old - box.row_start] = box.row_start + place
    sheet = book.sheet(box.sheet_id)
    sheet.swap_rows(box.row_start, order, (box.column_start, box.column_end))
    for new, old in enumerate(order, start=box.row_start):
        for column in list(sheet.row(new).more or {}):
            formula = sheet.row(new).formula(column)
            if formula is not None and box.column_start <= column < box.column_end:
                moved = references.shift(formula, new - old, 0)
                sheet.put(new, column, replace(sheet.cell(new, column), formula=moved))


def _order(step: _Step, box: Box) -> list[int]:
    """Which row each place of a sorted range took: the sort is done again over numbered notes."""
    trial = step.before.fork(step.before.context)
    sheet = trial.sheet(box.sheet_id)
    rows = range(box.row_start, min(box.row_end, len(sheet.rows)))
    for row in rows:
        cell = sheet.cell(row, box.column_start)
        sheet.put(row, box.column_start, replace(cell, note=str(row)))
    batch_update.apply(trial, [{step.kind: step.body}])
    return [int(sheet.cell(row, box.column_start).note) for row in rows]
