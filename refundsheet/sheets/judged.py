"""The judged write: a compare-and-set for Google Sheets, decided inside the sheet itself.

Google's API has no precondition: between our read and our write a person may sort, insert or type.
But one batchUpdate is ordered and atomic, and ``deleteDuplicates`` is a request that depends on
content. So on our hidden tab, inside one batch, three rows are laid under each other for each row of
the log that is to be written:

    expected   nonce  headers  ID above, ID, ID below  customer, status, cells to write …  (as read)
    actual     copied from the log by the same batch, in that very instant
    written    letters that resemble nothing, and beside them the new values

``deleteDuplicates`` compares the first two. If they are equal it removes *actual*, whereupon *written*
moves up into its place; if not, nothing moves. What now stands in that place is pasted on the log's
cells: the new values, or the cells' own content. So a lost race writes a cell onto itself, no wrong
value is ever visible, and nothing has to be put back. The place is copied to a receipt row that comes
back in the same answer and says which of the two it was. The nonce changes with every batch, so that
a request that arrives late, or a second writer, matches nothing.

This module builds the requests and reads the receipts; writer.py sends them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from refundsheet.core.model import Cell, Change, Outcome, Receipt
from refundsheet.sheets.grid import (
    Answer,
    cells_request,
    copy_request,
    empty_text,
    grid_range,
    runs,
    same_cell,
)
from refundsheet.sheets.layout import Request

#: Where the nonce stands on the hidden tab.
NONCE = (0, 0)
#: Where a fence keeps the nonce that it found there.
LAST_NONCE = (1, 0)

#: Rows of the hidden tab below the log's last row. They lie that deep so that a formula that a person
#: typed into a cell meanwhile is only ever shifted down and up again, never off the grid.
_TEMPLATE, _EXPECTED, _ACTUAL, _WRITTEN, _HEADER, _RECEIPTS = 0, 1, 2, 3, 4, 5

#: How many rows of the log one batch can judge.
LARGEST_BATCH = 100

#: How many rows the hidden tab must have beyond the log's: receipts and evidence of a batch, and of one
#: that takes back what an earlier one wrote, while the evidence of that still stands.
ROWS_BELOW = _RECEIPTS + 4 * LARGEST_BATCH

#: What of the answer says what happened.
ANSWER_FIELDS = (
    "updatedSpreadsheet.sheets(properties.sheetId,data(startRow,startColumn,"
    "rowData.values(userEnteredValue,effectiveValue)))"
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """One row of the log to write to, and what must hold at that instant.

    Attributes:
        row: The row's index, counted from 0.
        compared: Column index to what the cell must hold: None is a blank, "" looks like one, as by
            a formula that shows nothing, and Google may tell the two apart.
        above: What the ID column must hold one row up.
        below: And one row down.
        changes: Column index to the change of that cell; all of them happen or none.
        formulas: The compared columns that hold formulas; their values are compared, not their text.
        put_back: The row of the hidden tab whose cells, formulas and all, are written instead of
            the changes' values: what stood there before a write that must be taken back.
    """

    row: int
    compared: Mapping[int, Cell]
    above: Cell
    below: Cell
    changes: Mapping[int, Change]
    formulas: frozenset[int] = frozenset()
    put_back: int | None = None

    @property
    def has_empty_text(self) -> bool:
        """Whether something is to be expected that cannot be typed."""
        return "" in {self.above, self.below, *self.compared.values()}


@dataclass(frozen=True, slots=True)
class Bench:
    """The hidden tab as the workbench of one batch.

    Attributes:
        log_id: The log's sheet id.
        hidden_id: The hidden tab's.
        log_rows: How many rows the log's grid has.
        log_columns: How many columns.
        header_row: The index of the header row.
        id_column: The index of the column that names a case.
        headers: Column index to its header, for every column the batch reads or writes.
        old_nonce: What stands in the nonce cell; nobody has written since if it still does.
        new_nonce: What this batch puts there.
        offset: How many places of receipts are left alone.
    """

    log_id: int
    hidden_id: int
    log_rows: int
    log_columns: int
    header_row: int
    id_column: int
    headers: Mapping[int, Cell]
    old_nonce: Cell
    new_nonce: str
    offset: int = 0

    @property
    def columns(self) -> tuple[int, ...]:
        """The log's columns the batch knows, left to right: each has a place for header and cell."""
        return tuple(sorted(self.headers))

    @property
    def key(self) -> tuple[int, int]:
        """The columns of the hidden tab that are compared, as start and end."""
        start = max(self.log_columns, 1)
        return start, start + 3 + 2 * len(self.headers)

    @property
    def verdict(self) -> int:
        """The column of the hidden tab that tells the outcome."""
        return self.key[1]

    @property
    def width(self) -> int:
        """How many columns the hidden tab must have."""
        return self.verdict + 1

    def place(self, row: int) -> int:
        """A row of the workbench as a row of the hidden tab."""
        return self.log_rows + row

    def receipt(self, index: int) -> int:
        """Where the receipt of one judgement stands."""
        return self.place(_RECEIPTS + 2 * (self.offset + index))

    @property
    def header(self) -> int:
        """Where it stands whose receipts these are."""
        return self.place(_HEADER)

    def evidence(self, index: int) -> int:
        """Where the row as it was found is kept, formulas and all: on a match nothing else has it."""
        return self.receipt(index) + 1

    def header_slot(self, column: int) -> int:
        """Where a column's header is compared."""
        return self.key[0] + 1 + self.columns.index(column)

    def cell_slot(self, column: int) -> int:
        """Where a column's cell is compared."""
        return self.key[0] + 3 + len(self.headers) + self.columns.index(column)

    @property
    def neighbour_slots(self) -> tuple[int, int]:
        """Where the IDs above and below are compared."""
        start = self.key[0] + 1 + len(self.headers)
        return start, start + 1


def build(bench: Bench, judgements: Sequence[Judgement]) -> list[Request]:
    """The requests of one batch, in their order."""
    requests = list(template(bench))
    for index, judgement in enumerate(judgements):
        requests += _judge(bench, index, judgement)
    return requests + sign(bench, len(judgements))


def sign(bench: Bench, count: int) -> list[Request]:
    """The end of a batch: another nonce, and whose receipts these are."""
    signature = [bench.new_nonce, count]
    return [_put(bench, *NONCE, [bench.new_nonce]), _put(bench, bench.header, 0, signature)]


def fence(hidden_id: int, claim: Sequence[Cell]) -> list[Request]:
    """A batch that changes the nonce: after its answer no earlier request can match any more.

    The nonce that stood there is kept beside: it tells which batch was the last to arrive.

    Args:
        hidden_id: The hidden tab.
        claim: The new nonce, and beside it whatever is to stand there.
    """
    last = grid_range(hidden_id, *LAST_NONCE)
    return [
        copy_request(grid_range(hidden_id, *NONCE), last, "PASTE_VALUES"),
        cells_request(hidden_id, *NONCE, claim),
    ]


def fenced_ranges(expected: Mapping[str, Any]) -> Iterator[tuple[int, int, int, int]]:
    """What tells after a fence whether a batch was carried out: row and column bounds."""
    if "receipt" in expected:
        row, column = expected["nonce_row"], 0
        yield row, row + 1, column, column + 1
        row, column = expected["receipt"], expected["verdict"]
        yield row, row + 1, column, column + 1


def read_fenced(
    hidden_id: int, nonce: str, expected: Mapping[str, Any], answer: Answer
) -> Outcome | None:
    """What became of a write whose answer was lost; None where the hidden tab does not tell."""
    last = answer.entered(hidden_id, *LAST_NONCE)
    if "old_nonce" in expected and same_cell(last, expected["old_nonce"]):
        return Outcome.LOST  # it never arrived
    if "receipt" not in expected or last != nonce:
        return None
    if answer.entered(hidden_id, expected["nonce_row"], 0) != nonce:
        return None
    verdict = answer.entered(hidden_id, expected["receipt"], expected["verdict"])
    return {"yes": Outcome.DONE, "no": Outcome.LOST}.get(str(verdict))


def answer_ranges(bench: Bench, count: int) -> Iterator[tuple[int, int, int, int]]:
    """What of the hidden tab must come back: row and column bounds of receipts and evidence."""
    yield bench.header, bench.header + 1, 0, 2
    if not count:
        return
    yield bench.receipt(0), bench.receipt(count), bench.key[0], bench.width
    for start, end in runs(bench.columns):
        yield bench.receipt(0), bench.receipt(count), start, end


def template(bench: Bench) -> Iterator[Request]:
    """The nonce and the headers as they are now, once for all rows of the batch."""
    row = bench.place(_TEMPLATE)
    yield _put(bench, row, 0, [None] * bench.width)
    start = bench.key[0]
    yield copy_request(
        grid_range(bench.hidden_id, *NONCE), grid_range(bench.hidden_id, row, start), "PASTE_VALUES"
    )
    for first, last in runs(bench.columns):
        source = grid_range(bench.log_id, bench.header_row, first, last)
        target = grid_range(
            bench.hidden_id, row, bench.header_slot(first), _after(bench, first, last)
        )
        yield copy_request(source, target, "PASTE_VALUES")


def _after(bench: Bench, first: int, last: int) -> int:
    return bench.header_slot(first) + last - first


def _judge(bench: Bench, index: int, judgement: Judgement) -> Iterator[Request]:
    expected, actual, written = (bench.place(row) for row in (_EXPECTED, _ACTUAL, _WRITTEN))
    yield from keep_evidence(bench, index, judgement)
    yield from _lay_expected(bench, judgement, expected)
    yield from lay_actual(bench, judgement, actual)
    yield _put(bench, actual, bench.verdict, ["no"])
    yield _put(bench, written, 0, _written(bench, judgement))
    if judgement.put_back is not None:
        yield from put_back(bench, judgement, bench.hidden_id, written)
    yield {
        "deleteDuplicates": {
            "range": _rows(bench, expected, written + 1),
            "comparisonColumns": [
                {
                    "sheetId": bench.hidden_id,
                    "dimension": "COLUMNS",
                    "startIndex": bench.key[0],
                    "endIndex": bench.key[1],
                }
            ],
        }
    }
    for first, last in runs(sorted(judgement.changes)):
        source = grid_range(bench.hidden_id, actual, first, last)
        yield copy_request(
            source, grid_range(bench.log_id, judgement.row, first, last), "PASTE_FORMULA"
        )
    receipt = bench.receipt(index)
    yield copy_request(
        _rows(bench, actual, actual + 1), _rows(bench, receipt, receipt + 1), "PASTE_VALUES"
    )


def keep_evidence(bench: Bench, index: int, judgement: Judgement) -> Iterator[Request]:
    """The row as it is, formulas and all: the proof of what was there, and the way back to it."""
    for first, last in runs(bench.columns):
        found = grid_range(bench.log_id, judgement.row, first, last)
        kept = grid_range(bench.hidden_id, bench.evidence(index), first, last)
        yield copy_request(found, kept, "PASTE_FORMULA")


def put_back(bench: Bench, judgement: Judgement, sheet_id: int, row: int) -> Iterator[Request]:
    """What stood in the cells before, from where it was kept."""
    if judgement.put_back is not None:
        for first, last in runs(sorted(judgement.changes)):
            kept = grid_range(bench.hidden_id, judgement.put_back, first, last)
            yield copy_request(kept, grid_range(sheet_id, row, first, last), "PASTE_FORMULA")


def expected_row(bench: Bench, judgement: Judgement) -> list[Cell]:
    """The row as we read it. Blank places are written as blanks, so that nothing old is compared."""
    row: list[Cell] = [None] * bench.width
    row[bench.key[0]] = bench.old_nonce
    for column, header in bench.headers.items():
        row[bench.header_slot(column)] = header
    row[bench.neighbour_slots[0]], row[bench.neighbour_slots[1]] = judgement.above, judgement.below
    for column, cell in judgement.compared.items():
        row[bench.cell_slot(column)] = cell
    row[bench.verdict] = "expected"
    return row


def _lay_expected(bench: Bench, judgement: Judgement, expected: int) -> Iterator[Request]:
    """The row as we read it, on the hidden tab."""
    cells = expected_row(bench, judgement)
    yield _put(bench, expected, 0, cells)
    for slot in range(bench.neighbour_slots[0], bench.key[1]):
        if cells[slot] == "":
            yield from empty_text(bench.hidden_id, expected, slot)


def lay_actual(bench: Bench, judgement: Judgement, actual: int) -> Iterator[Request]:
    """The row as it is, copied by the batch itself."""
    template = bench.place(_TEMPLATE)
    yield copy_request(
        _rows(bench, template, template + 1), _rows(bench, actual, actual + 1), "PASTE_VALUES"
    )
    for neighbour, slot in zip((-1, 1), bench.neighbour_slots, strict=True):
        source = grid_range(bench.log_id, judgement.row + neighbour, bench.id_column)
        yield copy_request(source, grid_range(bench.hidden_id, actual, slot), "PASTE_VALUES")
    for first, last in runs(sorted(judgement.compared)):
        slot = bench.cell_slot(first)
        source = grid_range(bench.log_id, judgement.row, first, last)
        target = grid_range(bench.hidden_id, actual, slot, slot + last - first)
        yield copy_request(source, target, "PASTE_VALUES")
    for first, last in runs(sorted(judgement.changes)):
        source = grid_range(bench.log_id, judgement.row, first, last)
        yield copy_request(
            source, grid_range(bench.hidden_id, actual, first, last), "PASTE_FORMULA"
        )


def _written(bench: Bench, judgement: Judgement) -> list[Cell]:
    """The new values, under a key that begins with no nonce and so is equal to nothing."""
    row: list[Cell] = [None] * bench.width
    row[bench.key[0]] = "written"
    for column, change in judgement.changes.items():
        row[column] = change.after
    row[bench.verdict] = "yes"
    return row


def _put(bench: Bench, row: int, column: int, cells: Sequence[Cell]) -> Request:
    return cells_request(bench.hidden_id, row, column, cells)


def _rows(bench: Bench, start: int, end: int) -> dict[str, int]:
    return {
        "sheetId": bench.hidden_id,
        "startRowIndex": start,
        "endRowIndex": end,
        "startColumnIndex": 0,
        "endColumnIndex": bench.width,
    }


def read_receipts(
    bench: Bench, judgements: Sequence[Judgement], answer: Answer
) -> Iterator[Receipt]:
    """What became of each change, by the decision table: the first line that fits."""
    if answer.entered(bench.hidden_id, bench.header, 0) != bench.new_nonce:
        detail = "the receipts were not ours: somebody edited the hidden tab"
        for judgement in judgements:
            yield from all_alike(judgement, Outcome.UNKNOWN, detail)
        return
    for index, judgement in enumerate(judgements):
        yield from _receipt(bench, index, judgement, answer)


def _receipt(bench: Bench, index: int, judgement: Judgement, answer: Answer) -> Iterator[Receipt]:
    row = bench.receipt(index)
    verdict = answer.entered(bench.hidden_id, row, bench.verdict)
    if verdict == "no":
        return all_alike(judgement, Outcome.LOST, why_lost(bench, row, judgement, answer))
    if verdict != "yes":
        return all_alike(judgement, Outcome.UNKNOWN, "the receipt was overwritten")
    if not _matched_exactly(bench, bench.evidence(index), judgement, answer):
        return all_alike(judgement, Outcome.FALSE_MATCH, "it only looked as expected")
    return read_back(bench, judgement, answer)


def read_back(bench: Bench, judgement: Judgement, answer: Answer) -> Iterator[Receipt]:
    """Whether the cells hold what was written, as the same answer shows them."""
    for column, change in judgement.changes.items():
        held = answer.entered(bench.log_id, judgement.row, column)
        if judgement.put_back is not None or same_cell(held, change.after):
            yield Receipt(change, Outcome.DONE)
        else:
            detail = "what was written is not there: the cell is merged, or hidden by a filter"
            yield Receipt(change, Outcome.VANISHED, detail)


def all_alike(judgement: Judgement, outcome: Outcome, detail: str) -> Iterator[Receipt]:
    """The same receipt for every cell of a row: all of them happen or none."""
    return (Receipt(change, outcome, detail) for change in judgement.changes.values())


def why_lost(bench: Bench, row: int, judgement: Judgement, answer: Answer) -> str:
    """What was not as expected, by the copy of the row that stands in a row of the hidden tab."""
    expected = expected_row(bench, judgement)

    def differs(slot: int) -> bool:
        return not same_cell(answer.entered(bench.hidden_id, row, slot), expected[slot])

    if differs(bench.key[0]):
        return "another writer was there in between"
    if any(differs(bench.header_slot(column)) for column in bench.columns):
        return "a column was moved, inserted or renamed"
    if differs(bench.cell_slot(bench.id_column)):
        return "the row had moved"
    if any(differs(slot) for slot in bench.neighbour_slots):
        return "a row beside it had moved"
    return "somebody had changed the row"


def _matched_exactly(bench: Bench, row: int, judgement: Judgement, answer: Answer) -> bool:
    """The judge compares what is shown, ignoring case; case and cells must be equal to the letter.

    A reason is the same in small letters: "approved" is what "Approved" is, for people and planner.
    """
    to_the_letter = {bench.id_column, *judgement.changes}
    return all(
        same_cell(answer.entered(bench.hidden_id, row, column), cell, exact=column in to_the_letter)
        for column, cell in judgement.compared.items()
        if column not in judgement.formulas
    )
