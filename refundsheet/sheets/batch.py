"""What leaves in one request: the judged rows, and around them room, formats and our own columns."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from refundsheet.core.case_ids import tell_twins
from refundsheet.core.columns import BY_FIELD, Kind
from refundsheet.core.model import Cell, Change, Receipt
from refundsheet.sheets import judged
from refundsheet.sheets.grid import Answer, a1, runs, user_entered
from refundsheet.sheets.judged import Bench, Judgement
from refundsheet.sheets.layout import Request
from refundsheet.sheets.look import MOMENT_FORMAT, Look


@dataclass(frozen=True, slots=True)
class Flag:
    """A cell of our own columns that goes as it is."""

    row: int
    column: int
    change: Change


@dataclass(frozen=True, slots=True)
class Batch:
    """What leaves in one request."""

    bench: Bench
    judgements: Sequence[Judgement]
    bulk: Sequence[Flag] = ()

    def signed(self, old_nonce: Cell) -> "Batch":
        """The batch as it leaves: after which nonce, and with which one of its own."""
        nonces = {"old_nonce": old_nonce, "new_nonce": secrets.token_hex(16)}
        return replace(self, bench=replace(self.bench, **nonces))

    def halves(self) -> tuple["Batch", ...]:
        """The batch in two, or in single cells of its one row; nothing where it is a single cell."""
        rows, flags = self.judgements, self.bulk
        if len(rows) + len(flags) > 1:
            middle, half = (len(rows) + 1) // 2, len(flags) // 2
            parts = ((rows[:middle], flags[:half]), (rows[middle:], flags[half:]))
            return tuple(Batch(self.bench, r, f) for r, f in parts if r or f)
        if rows and len(rows[0].changes) > 1:
            cells = ({column: change} for column, change in rows[0].changes.items())
            return tuple(Batch(self.bench, (replace(rows[0], changes=cell),)) for cell in cells)
        return ()

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
                "old_nonce": self.bench.old_nonce,
                "nonce_row": self.bench.header,
                "receipt": self.bench.receipt(index),
                "verdict": self.bench.verdict,
                "above": judgement.above,
                "below": judgement.below,
                "compared": {str(column): cell for column, cell in judgement.compared.items()},
            }
            conditions += [condition] * len(judgement.changes)
        in_bulk = {"old_nonce": self.bench.old_nonce, "compared": {}}
        return conditions + [in_bulk] * len(self.bulk)


def grow(batch: Batch, look: Look) -> Iterator[Request]:
    """Room for the workbench, and a row below the log's last so that every row has a neighbour."""
    grown = after(batch, look)
    for was, will in ((look.log, grown.log), (look.hidden, grown.hidden)):
        yield from _append(was.sheet_id, "ROWS", will.row_count - was.row_count)
        yield from _append(was.sheet_id, "COLUMNS", will.column_count - was.column_count)


def after(batch: Batch, look: Look) -> Look:
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


def formats(batch: Batch, look: Look) -> Iterator[Request]:
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
                        "cell": {
                            "userEnteredFormat": {
                                "numberFormat": look.moment_format(judgement.row, column)
                            }
                        },
                        "fields": "userEnteredFormat.numberFormat",
                    }
                }


def _is_moment(change: Change) -> bool:
    return BY_FIELD[change.field].kind is Kind.MOMENT and change.after is not None


def bulk_requests(log_id: int, bulk: Sequence[Flag]) -> Iterator[Request]:
    """Cells of our own columns as they are, those below each other in one request."""
    waiting: list[Flag] = []
    for flag in sorted(bulk, key=lambda flag: (flag.column, flag.row)):
        last = waiting[-1] if waiting else None
        if last and (flag.row, flag.column) != (last.row + 1, last.column):
            yield _column_of(log_id, waiting)
            waiting = []
        waiting.append(flag)
    if waiting:
        yield _column_of(log_id, waiting)


def _column_of(log_id: int, flags: Sequence[Flag]) -> Request:
    first = flags[0]
    moments = BY_FIELD[first.change.field].kind is Kind.MOMENT
    form = {"userEnteredFormat": {"numberFormat": MOMENT_FORMAT}} if moments else {}
    rows = [{"values": [user_entered(flag.change.after) | form]} for flag in flags]
    start = {"sheetId": log_id, "rowIndex": first.row, "columnIndex": first.column}
    fields = "userEnteredValue" + (",userEnteredFormat.numberFormat" if moments else "")
    return {"updateCells": {"start": start, "rows": rows, "fields": fields}}


def answer_ranges(batch: Batch, look: Look) -> list[str]:
    """The receipts, the evidence and the cells written, to be read back in the same answer."""
    count = len(batch.judgements)
    ranges = [a1(look.hidden, *bounds) for bounds in judged.answer_ranges(batch.bench, count)]
    for judgement in batch.judgements:
        for first, last in runs(sorted(judgement.changes)):
            ranges.append(a1(look.log, judgement.row, judgement.row + 1, first, last))
    if any(change.field == "case_id" for change in batch.changes):
        column = batch.bench.id_column
        ranges.append(a1(look.log, 0, look.log.row_count, column, column + 1))
    return ranges


def with_twins(
    batch: Batch, receipts: Sequence[Receipt], answer: Answer, look: Look
) -> list[Receipt]:
    """The receipts, where a new ID is also another row's by now: a row cannot see its column."""
    if not any(receipt.change.field == "case_id" for receipt in receipts):
        return list(receipts)
    column = batch.bench.id_column
    cells = (answer.shown(batch.bench.log_id, row, column) for row in range(look.log.row_count))
    return tell_twins(receipts, cells)
