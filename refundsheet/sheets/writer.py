"""Carries out a plan on the log: looks at the cells once more, judges, and reads the receipts."""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any, TypeVar
from urllib.parse import quote

from refundsheet.core.columns import BY_FIELD, CUSTOMER_AND_ORDER, OUR_FIELDS, Kind
from refundsheet.core.identity import FINGERPRINT_FIELDS, id_field, is_provisional
from refundsheet.core.model import Cell, Change, Outcome, Plan, Receipt
from refundsheet.errors import AnswerLostError, RefusedError
from refundsheet.sheets import judged
from refundsheet.sheets.grid import Answer, a1, runs, same_cell, user_entered, value_of
from refundsheet.sheets.judged import Bench, Judgement
from refundsheet.sheets.layout import Request
from refundsheet.sheets.store import Journal, Tab
from refundsheet.sheets.transport import Json, SpreadsheetClient

_T = TypeVar("_T")

#: More cells of our own columns than this go as they are: adoption, changed settings. One that lands
#: on a wrong row is recognised as ours and put right by the next pass (architecture.md).
MOST_JUDGED_FLAGS = 100

_LOOK_FIELDS = (
    "sheets(properties(sheetId,gridProperties(rowCount,columnCount)),merges,"
    "protectedRanges(range,warningOnly,requestingUserCanEdit),"
    "data(startRow,startColumn,rowData.values(userEnteredValue,userEnteredFormat.numberFormat),"
    "rowMetadata.hiddenByFilter))"
)

#: Letters that rows judged together may hold: Google recommends 2 MB for a request, a letter weighs
#: up to three bytes, and what is around them half a megabyte.
_HEAVIEST_BATCH = 400_000

#: How many of these go in one request: at up to some 200 bytes each it stays below 2 MB.
_LARGEST_BULK = 5000

#: Letters of the places a look names in its address: a longer one is refused on the way.
_LONGEST_QUERY = 6000

#: How a stamp is shown where the cell has no format of its own.
_MOMENT_FORMAT = {"type": "DATE_TIME", "pattern": "yyyy-mm-dd hh:mm"}


@dataclass(frozen=True, slots=True)
class Look:
    """The cells to write as they are a moment before, with all that forbids writing them."""

    log: Tab
    hidden: Tab
    nonce: Cell
    cells: Mapping[tuple[int, int], Mapping[str, Any]]
    hidden_rows: frozenset[int]
    barred: Sequence[tuple[Mapping[str, int], str]]

    def formula_at(self, row: int, column: int) -> bool:
        """Whether a formula stands there."""
        return "formulaValue" in self.cells.get((row, column), {}).get("userEnteredValue", ())

    def value_at(self, row: int, column: int) -> Cell:
        """What was entered there."""
        return value_of(self.cells.get((row, column), {}).get("userEnteredValue"))

    def has_format(self, row: int, column: int) -> bool:
        """Whether somebody chose how the cell shows its number."""
        return bool(self.cells.get((row, column), {}).get("userEnteredFormat"))

    def refusal(self, row: int, column: int) -> str:
        """Why the cell must not be written, "" where it may."""
        if self.formula_at(row, column):
            return "a formula stands there"
        return next((why for bounds, why in self.barred if _inside(bounds, row, column)), "")


class LogWriter:
    """Writes the log of one spreadsheet; it holds nothing between passes."""

    def __init__(self, client: SpreadsheetClient) -> None:
        self._client = client

    def fence(self, hidden: Tab) -> None:
        """Make every request sent before match nothing any more."""
        requests = judged.fence(hidden.sheet_id, secrets.token_hex(16))
        self._client.send_batch({"requests": requests}, fields="spreadsheetId", repeatable=True)

    def write(self, plan: Plan, log: Tab, hidden: Tab, journal: Journal) -> tuple[Receipt, ...]:
        """Write each change where its case stands, if it is still as expected."""
        if not plan.changes:
            return ()
        task = _Task(plan)
        look = self._look(task, log, hidden)
        receipts = list(task.drop_refused(look))
        bulk = _pieces(task.take_bulk(look, receipts), _LARGEST_BULK)
        judgements = _judged_together(task.judgements(look))
        for batch, piece in zip_longest(judgements, bulk, fillvalue=()):
            leaving = _Batch(task.bench(look, batch), batch, piece)
            sent = self._send(leaving, look, journal)
            receipts += sent
            if any(receipt.outcome is Outcome.UNKNOWN for receipt in sent):
                break
            look = _after(leaving, look)
        return tuple(receipts)

    def _look(self, task: "_Task", log: Tab, hidden: Tab) -> Look:
        """The one read before writing: formulas, formats, merges, protection and the nonce."""
        ranges = [a1(hidden, 0, 1, 0, 1), *task.ranges(log)]
        answer = self._client.get_json(params={"ranges": ranges, "fields": _LOOK_FIELDS})
        return _look(answer, log, hidden)

    def _send(self, batch: "_Batch", look: Look, journal: Journal) -> list[Receipt]:
        """One batch: judged rows first, our own columns in bulk after them."""
        requests = [*_grow(batch, look), *judged.build(batch.bench, batch.judgements)]
        requests += _formats(batch, look)
        requests += _bulk_requests(batch.bench.log_id, batch.bulk)
        body = {
            "requests": requests,
            "includeSpreadsheetInResponse": True,
            "responseIncludeGridData": True,
            "responseRanges": _answer_ranges(batch, look),
        }
        nonce, expected = batch.bench.new_nonce, batch.expected
        journal.sent(batch.changes, nonce=nonce, expected=expected)
        receipts = self._receipts(body, batch)
        journal.settled(receipts)
        return receipts

    def _receipts(self, body: Json, batch: "_Batch") -> list[Receipt]:
        try:
            response = self._client.send_batch(body, fields=judged.ANSWER_FIELDS)
        except AnswerLostError:
            lost = "the answer was lost: it may have been written, or may still be"
            return [Receipt(change, Outcome.UNKNOWN, lost) for change in batch.changes]
        except RefusedError as error:
            return [Receipt(change, Outcome.LOST, str(error)) for change in batch.changes]
        answer = Answer(response["updatedSpreadsheet"])
        receipts = list(judged.read_receipts(batch.bench, batch.judgements, answer))
        return receipts + [Receipt(flag.change, Outcome.DONE) for flag in batch.bulk]


@dataclass(frozen=True, slots=True)
class _Flag:
    """A cell of our own columns that goes as it is."""

    row: int
    column: int
    change: Change


@dataclass(frozen=True, slots=True)
class _Batch:
    """What leaves in one request."""

    bench: Bench
    judgements: Sequence[Judgement]
    bulk: Sequence[_Flag]

    @property
    def changes(self) -> list[Change]:
        """Every change of the batch, in the order of its receipts."""
        judged_ones = [c for judgement in self.judgements for c in judgement.changes.values()]
        return judged_ones + [flag.change for flag in self.bulk]

    @property
    def expected(self) -> list[Mapping[str, Any]]:
        """For each change, what its write is conditional on, as the ledger keeps it."""
        conditions: list[Mapping[str, Any]] = []
        for index, judgement in enumerate(self.judgements):
            condition = {
                "receipt": self.bench.receipt(index),
                "above": judgement.above,
                "below": judgement.below,
                "compared": {str(column): cell for column, cell in judgement.compared.items()},
            }
            conditions += [condition] * len(judgement.changes)
        return conditions + [{"compared": {}}] * len(self.bulk)


class _Task:
    """A plan taken apart: which cells of which rows, and on what condition."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._layout = plan.layout
        self._id_column = plan.layout.columns[id_field(plan.layout)]
        flags = sum(change.field in OUR_FIELDS for change in plan.changes)
        self._is_bulk = flags > MOST_JUDGED_FLAGS
        self._changes: dict[int, list[Change]] = defaultdict(list)
        for change in plan.changes:
            self._changes[change.row - 1].append(change)

    def column(self, change: Change) -> int:
        """Where the change's field stands."""
        return self._layout.columns[change.field]

    def ranges(self, log: Tab) -> list[str]:
        """What to look at: each row by itself, or whole columns where the rows are many."""
        columns = sorted({column for row in self._changes for column in self._compared(row)})
        rows = sorted(self._changes)
        if len(rows) <= judged.LARGEST_BATCH:
            each = [a1(log, row, row + 1, columns[0], columns[-1] + 1) for row in rows]
            if len(quote("".join(each))) <= _LONGEST_QUERY:
                return each
        pairs = runs(columns)
        return [a1(log, rows[0], rows[-1] + 1, first, last) for first, last in pairs]

    def drop_refused(self, look: Look) -> Iterator[Receipt]:
        """Take out what must not be written: formulas, merged and protected cells."""
        for row, changes in list(self._changes.items()):
            for change in list(changes):
                why = look.refusal(row, self.column(change))
                if why:
                    changes.remove(change)
                    yield Receipt(change, Outcome.REFUSED, why)
            if changes and row in look.hidden_rows:
                yield from (
                    Receipt(change, Outcome.LOST, "a filter hides the row") for change in changes
                )
                changes.clear()
            if not changes:
                del self._changes[row]

    def take_bulk(self, look: Look, receipts: list[Receipt]) -> tuple[_Flag, ...]:
        """The cells of our own columns, where they are too many to judge each: as they stand now."""
        if not self._is_bulk:
            return ()
        taken: list[_Flag] = []
        for row, changes in list(self._changes.items()):
            for change in [change for change in changes if change.field in OUR_FIELDS]:
                changes.remove(change)
                if self._still_stands(row, change, look):
                    taken.append(_Flag(row, self.column(change), change))
                else:
                    receipts.append(Receipt(change, Outcome.LOST, "the row had moved"))
            if not changes:
                del self._changes[row]
        return tuple(taken)

    def _still_stands(self, row: int, change: Change, look: Look) -> bool:
        same_id = look.formula_at(row, self._id_column) or same_cell(
            look.value_at(row, self._id_column), self._read(row, self._id_column)
        )
        return same_id and same_cell(look.value_at(row, self.column(change)), change.before)

    def judgements(self, look: Look) -> Iterator[Judgement]:
        """The rows to judge; those that get an ID come last, so that no other row's neighbour changes."""
        minted: dict[int, Cell] = {}
        order = sorted(self._changes, key=lambda row: (self._mints(row), row))
        for row in order:
            changes = {self.column(change): change for change in self._changes[row]}
            yield Judgement(
                row=row,
                compared=self._compared(row),
                above=minted.get(row - 1, self._read(row - 1, self._id_column)),
                below=self._read(row + 1, self._id_column),
                changes=changes,
                formulas=frozenset(c for c in self._compared(row) if look.formula_at(row, c)),
            )
            if self._id_column in changes:
                minted[row] = changes[self._id_column].after

    def _mints(self, row: int) -> bool:
        return any(change.field == "case_id" for change in self._changes[row])

    def _compared(self, row: int) -> dict[int, Cell]:
        """What must hold: the case, what the reasons rest on, and the cells to write."""
        fields = {field for change in self._changes[row] for field in change.premise}
        if any(is_provisional(change.case) for change in self._changes[row]):
            fields.update((*FINGERPRINT_FIELDS, CUSTOMER_AND_ORDER.field))
        columns = {self._layout.columns[field] for field in fields & self._layout.columns.keys()}
        columns |= {self.column(change) for change in self._changes[row]} | {self._id_column}
        return {column: self._read(row, column) for column in sorted(columns)}

    def _read(self, row: int, column: int) -> Cell:
        cells = self._plan.rows.get(row + 1, ())
        return cells[column] if column < len(cells) else None

    def bench(self, look: Look, batch: Iterable[Judgement]) -> Bench:
        """The hidden tab, laid out for these rows."""
        columns = {column for judgement in batch for column in judgement.compared}
        header_row = self._layout.header_row - 1
        return Bench(
            log_id=look.log.sheet_id,
            hidden_id=look.hidden.sheet_id,
            log_rows=look.log.row_count + 1,
            log_columns=look.log.column_count,
            header_row=header_row,
            id_column=self._id_column,
            headers={column: self._read(header_row, column) for column in columns},
            old_nonce=look.nonce,
            new_nonce=secrets.token_hex(16),
        )


def _pieces(entries: Sequence[_T], length: int) -> Iterator[Sequence[_T]]:
    return (entries[start : start + length] for start in range(0, len(entries), length))


def _judged_together(judgements: Iterable[Judgement]) -> Iterator[list[Judgement]]:
    """As many rows at a time as one request can carry: long notes make fewer of them."""
    batch: list[Judgement] = []
    weight = 0
    for judgement in judgements:
        own = sum(len(cell) for cell in judgement.compared.values() if isinstance(cell, str))
        if batch and (len(batch) == judged.LARGEST_BATCH or weight + own > _HEAVIEST_BATCH):
            yield batch
            batch, weight = [], 0
        batch.append(judgement)
        weight += own
    if batch:
        yield batch


def _look(answer: Json, log: Tab, hidden: Tab) -> Look:
    sheets = {sheet["properties"].get("sheetId", 0): sheet for sheet in answer["sheets"]}
    cells: dict[tuple[int, int], Mapping[str, Any]] = {}
    filtered: set[int] = set()
    for data in sheets[log.sheet_id].get("data", ()):
        top, left = data.get("startRow", 0), data.get("startColumn", 0)
        for row, line in enumerate(data.get("rowData", ()), top):
            for column, cell in enumerate(line.get("values", ()), left):
                cells[row, column] = cell
        for row, metadata in enumerate(data.get("rowMetadata", ()), top):
            if metadata.get("hiddenByFilter"):
                filtered.add(row)
    nonce_cell = sheets[hidden.sheet_id]["data"][0].get("rowData", [{}])[0].get("values", [{}])[0]
    return Look(
        log=_resized(log, sheets[log.sheet_id]),
        hidden=_resized(hidden, sheets[hidden.sheet_id]),
        nonce=value_of(nonce_cell.get("userEnteredValue")),
        cells=cells,
        hidden_rows=frozenset(filtered),
        barred=tuple(_barred(sheets[log.sheet_id])),
    )


def _resized(tab: Tab, sheet: Json) -> Tab:
    grid = sheet["properties"]["gridProperties"]
    return replace(tab, row_count=grid["rowCount"], column_count=grid["columnCount"])


def _barred(sheet: Json) -> Iterator[tuple[Mapping[str, int], str]]:
    for merge in sheet.get("merges", ()):
        yield merge, "the cell is merged with others"
    for protection in sheet.get("protectedRanges", ()):
        may_edit = protection.get("requestingUserCanEdit") or protection.get("warningOnly")
        if not may_edit:
            yield protection["range"], "the cell is protected against refundsheet"


def _inside(bounds: Mapping[str, int], row: int, column: int) -> bool:
    """Whether a GridRange holds the cell; a bound that is missing is no bound."""
    return bounds.get("startRowIndex", 0) <= row < bounds.get(
        "endRowIndex", row + 1
    ) and bounds.get("startColumnIndex", 0) <= column < bounds.get("endColumnIndex", column + 1)


def _grow(batch: _Batch, look: Look) -> Iterator[Request]:
    """Room for the workbench, and a row below the log's last so that every row has a neighbour."""
    grown = _after(batch, look)
    for was, will in ((look.log, grown.log), (look.hidden, grown.hidden)):
        yield from _append(was.sheet_id, "ROWS", will.row_count - was.row_count)
        yield from _append(was.sheet_id, "COLUMNS", will.column_count - was.column_count)


def _after(batch: _Batch, look: Look) -> Look:
    """The look as it is once a batch has gone through: the grids have grown, the nonce is new."""
    bench = batch.bench
    at_the_edge = any(j.row + 1 >= look.log.row_count for j in batch.judgements)
    log = replace(look.log, row_count=bench.log_rows) if at_the_edge else look.log
    hidden = replace(
        look.hidden,
        row_count=max(look.hidden.row_count, bench.log_rows + judged.ROWS_BELOW),
        column_count=max(look.hidden.column_count, bench.width),
    )
    return replace(look, log=log, hidden=hidden, nonce=bench.new_nonce)


def _append(sheet_id: int, dimension: str, length: int) -> Iterator[Request]:
    if length > 0:
        yield {"appendDimension": {"sheetId": sheet_id, "dimension": dimension, "length": length}}


def _formats(batch: _Batch, look: Look) -> Iterator[Request]:
    """A date-time format for stamped cells that have none; it changes no content."""
    for judgement in batch.judgements:
        for column, change in judgement.changes.items():
            if _is_moment(change) and not look.has_format(judgement.row, column):
                yield {
                    "repeatCell": {
                        "range": {
                            "sheetId": batch.bench.log_id,
                            "startRowIndex": judgement.row,
                            "endRowIndex": judgement.row + 1,
                            "startColumnIndex": column,
                            "endColumnIndex": column + 1,
                        },
                        "cell": {"userEnteredFormat": {"numberFormat": _MOMENT_FORMAT}},
                        "fields": "userEnteredFormat.numberFormat",
                    }
                }


def _is_moment(change: Change) -> bool:
    return BY_FIELD[change.field].kind is Kind.MOMENT and change.after is not None


def _bulk_requests(log_id: int, bulk: Sequence[_Flag]) -> Iterator[Request]:
    """Cells of our own columns as they are, those below each other in one request."""
    waiting: list[_Flag] = []
    for flag in sorted(bulk, key=lambda flag: (flag.column, flag.row)):
        last = waiting[-1] if waiting else None
        if last and (flag.row, flag.column) != (last.row + 1, last.column):
            yield _column_of(log_id, waiting)
            waiting = []
        waiting.append(flag)
    if waiting:
        yield _column_of(log_id, waiting)


def _column_of(log_id: int, flags: Sequence[_Flag]) -> Request:
    first = flags[0]
    moments = BY_FIELD[first.change.field].kind is Kind.MOMENT
    form = {"userEnteredFormat": {"numberFormat": _MOMENT_FORMAT}} if moments else {}
    rows = [{"values": [user_entered(flag.change.after) | form]} for flag in flags]
    start = {"sheetId": log_id, "rowIndex": first.row, "columnIndex": first.column}
    fields = "userEnteredValue" + (",userEnteredFormat.numberFormat" if moments else "")
    return {"updateCells": {"start": start, "rows": rows, "fields": fields}}


def _answer_ranges(batch: _Batch, look: Look) -> list[str]:
    """The receipts, the evidence and the cells written, to be read back in the same answer."""
    count = len(batch.judgements)
    ranges = [a1(look.hidden, *bounds) for bounds in judged.answer_ranges(batch.bench, count)]
    for judgement in batch.judgements:
        for first, last in runs(sorted(judgement.changes)):
            ranges.append(a1(look.log, judgement.row, judgement.row + 1, first, last))
    return ranges
