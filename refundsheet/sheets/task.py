"""A plan taken apart: which cells of which rows leave together, and on what condition.

New Case IDs leave with the stamps, after them, and not in a batch of their own. Each judgement compares
the IDs beside its row, so an ID that is given must not come before a stamp next to it; and where rows
below each other get one, the later judgement expects what the earlier one has written. A batch of their
own would rest on the same read, a second older by then, and cost a request more. Where one is lost, those
below it that expected it are lost with it, and come in the next pass.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import inf
from typing import Any, TypeVar
from urllib.parse import quote

from refundsheet.core.columns import CUSTOMER_AND_ORDER, OUR_FIELDS
from refundsheet.core.identity import id_field
from refundsheet.core.keys import FINGERPRINT_FIELDS, is_provisional
from refundsheet.core.model import Cell, Change, Outcome, Plan, Receipt
from refundsheet.sheets import judged
from refundsheet.sheets.batch import Flag
from refundsheet.sheets.grid import a1, runs, same_cell
from refundsheet.sheets.judged import Bench, Judgement
from refundsheet.sheets.look import Look
from refundsheet.sheets.store import Tab

_T = TypeVar("_T")

#: Flags of more rows than one batch can judge are many. Where our columns are still empty, as at
#: adoption, they go as they are: nobody's note can be hit, and a flag that lands on a wrong row is
#: recognised as ours and put right by the next pass (architecture.md). Anywhere else they are judged.
MANY_FLAGS = 100

#: So many rows with nothing but flags are judged in a pass: ten batches, a second apart. The others
#: have time; the stamps of the next pass have not.
MOST_JUDGED_FLAGS = 1000
#: What is said of these others.
LATER = "many flags changed at once: this one follows with a later pass"

#: Letters that rows judged together may hold: Google recommends 2 MB for a request, a letter weighs
#: up to three bytes, and what is around them half a megabyte.
_HEAVIEST_BATCH = 400_000

#: Of whole columns so many rows are looked at in one request, whose answer has some megabytes.
_MOST_ROWS_AT_ONCE = 20_000

#: Letters of the places a look names in its address: a longer one is refused on the way.
_LONGEST_QUERY = 6000


class Task:
    """A plan taken apart: which cells of which rows, and on what condition.

    Args:
        plan: The plan.
        tells_blanks: Whether a blank and a cell that only shows nothing are to be told apart.
    """

    def __init__(self, plan: Plan, *, tells_blanks: bool = False) -> None:
        self._plan = plan
        self._tells_blanks = tells_blanks
        self._layout = plan.layout
        self._id_column = plan.layout.columns[id_field(plan.layout)]
        flagged = {change.row for change in plan.changes if change.field in OUR_FIELDS}
        self._has_many_flags = len(flagged) > MANY_FLAGS
        self._changes: dict[int, list[Change]] = defaultdict(list)
        for change in plan.changes:
            self._changes[change.row - 1].append(change)
        self._near = {row + step for row in self._changes for step in (-1, 0, 1)}
        self._ours = {self._layout.columns[f] for f in OUR_FIELDS & self._layout.columns.keys()}

    def column(self, change: Change) -> int:
        """Where the change's field stands."""
        return self._layout.columns[change.field]

    def ranges(self, log: Tab) -> list[list[str]]:
        """What to look at: each row with its neighbours, or whole columns where the rows are many.

        Each list is one request: only of very long columns there are several. And the head of each column with the first row, where a formula stands that fills the others.
        """
        columns = sorted({column for row in self._changes for column in self._compared(row)})
        rows = sorted(self._changes)

        def around(first: int, last: int, start: int, end: int) -> str:
            below = max(last + 1, min(last + 2, log.row_count))
            return a1(log, max(first - 1, 0), below, start, end)

        if len(rows) <= judged.LARGEST_BATCH:
            each = [around(row, row, columns[0], columns[-1] + 1) for row in rows]
            if len(quote("".join(each))) <= _LONGEST_QUERY:
                return [[*self._heads(log, columns), *each]]
        top, bottom = rows[0], rows[-1]
        if self._has_many_flags:  # whether our columns are empty shows only in the whole of them
            top, bottom = self._layout.header_row, log.row_count - 1
        whole = [
            [
                around(row, min(row + _MOST_ROWS_AT_ONCE - 1, bottom), first, last)
                for first, last in runs(columns)
            ]
            for row in range(top, bottom + 1, _MOST_ROWS_AT_ONCE)
        ]
        return [[*self._heads(log, columns), *whole[0]], *whole[1:]]

    def needs(self, row: int, column: int, cell: Mapping[str, Any]) -> bool:
        """Whether a cell is asked for later: near a row to write, or with something in a column of ours."""
        return row in self._near or (column in self._ours and "userEnteredValue" in cell)

    def _heads(self, log: Tab, columns: Sequence[int]) -> Iterator[str]:
        """The head of each column, and the row below it."""
        top = self._layout.header_row - 1
        yield a1(log, top, min(top + 2, log.row_count), columns[0], columns[-1] + 1)

    def drop_refused(
        self, look: Look, why_waiting: Callable[[int, Look], str]
    ) -> Iterator[Receipt]:
        """Take out what must not be written: formulas, merged and protected cells, rows that wait.

        Args:
            look: The cells as they are.
            why_waiting: Why a row is left for later; "" where it is not.
        """
        for row, changes in list(self._changes.items()):
            for change in list(changes):
                why = look.refusal(row, self.column(change))
                if why:
                    changes.remove(change)
                    yield Receipt(change, Outcome.REFUSED, why)
            if why := why_waiting(row, look):
                yield from (Receipt(change, Outcome.WAITING, why) for change in changes)
                changes.clear()
            if not changes:
                del self._changes[row]

    def take_bulk(self, look: Look, receipts: list[Receipt]) -> tuple[Flag, ...]:
        """The cells of our own columns, where they are many and nobody can have written there."""
        if not self._has_many_flags or self._holds_something_of_ours(look):
            return ()
        taken: list[Flag] = []
        for row, changes in list(self._changes.items()):
            for change in [change for change in changes if change.field in OUR_FIELDS]:
                changes.remove(change)
                if self._still_stands(row, change, look):
                    taken.append(Flag(row, self.column(change), change))
                else:
                    receipts.append(Receipt(change, Outcome.LOST, "the row had moved"))
            if not changes:
                del self._changes[row]
        return tuple(taken)

    def _holds_something_of_ours(self, look: Look) -> bool:
        """Whether one of our columns holds anything: a flag, or what people noted there."""
        return any(
            column in self._ours and row >= self._layout.header_row and "userEnteredValue" in cell
            for (row, column), cell in look.cells.items()
        )

    def leave_for_later(self) -> Iterator[Receipt]:
        """Take out the flags for which a pass has no time."""
        flags_only = (
            row
            for row, changes in self._changes.items()
            if all(change.field in OUR_FIELDS for change in changes)
        )
        for row in sorted(flags_only)[MOST_JUDGED_FLAGS:]:
            yield from (Receipt(c, Outcome.WAITING, LATER) for c in self._changes.pop(row))

    def _still_stands(self, row: int, change: Change, look: Look) -> bool:
        """Whether the row is still the case's, and its reason and the cell are as they were read."""
        premise = self._layout.columns.keys() & set(change.premise)
        columns = {self._id_column, *(self._layout.columns[field] for field in premise)}
        return same_cell(look.value_at(row, self.column(change)), change.before) and all(
            look.formula_at(row, column)
            or same_cell(look.value_at(row, column), self._read(row, column))
            for column in columns
        )

    def judgements(self, look: Look) -> Iterator[Judgement]:
        """The rows to judge, what has waited longest first.

        Those that get an ID come last, so that no other row's neighbour changes unexpectedly.
        """
        minted: dict[int, Cell] = {}
        order = sorted(self._changes, key=lambda row: (self._mints(row), self._due(row), row))
        for row in order:
            changes = {self.column(change): change for change in self._changes[row]}
            columns = self._compared(row)
            yield Judgement(
                row=row,
                compared={column: self._expected(row, column, look) for column in columns},
                above=minted.get(row - 1, self._expected(row - 1, self._id_column, look)),
                below=minted.get(row + 1, self._expected(row + 1, self._id_column, look)),
                changes=changes,
                formulas=frozenset(c for c in columns if look.formula_at(row, c)),
            )
            if self._id_column in changes:
                minted[row] = changes[self._id_column].after

    def _due(self, row: int) -> float:
        """Since when the row's oldest stamp is due, as a serial; other cells have time."""
        stamps = (c.after for c in self._changes[row] if c.field not in OUR_FIELDS)
        return min((at for at in stamps if isinstance(at, (int, float))), default=inf)

    def _mints(self, row: int) -> bool:
        return any(change.field == "case_id" for change in self._changes[row])

    def _compared(self, row: int) -> list[int]:
        """The columns that must hold what was read: the case, the reasons' and those to write."""
        fields = {field for change in self._changes[row] for field in change.premise}
        if any(is_provisional(change.case) for change in self._changes[row]):
            fields.update((*FINGERPRINT_FIELDS, CUSTOMER_AND_ORDER.field))
        columns = {self._layout.columns[field] for field in fields & self._layout.columns.keys()}
        columns |= {self.column(change) for change in self._changes[row]} | {self._id_column}
        return sorted(columns)

    def _expected(self, row: int, column: int, look: Look) -> Cell:
        """What a cell must hold: None is a blank, "" what looks like one and is none."""
        read = self._read(row, column)
        if read not in {None, ""}:
            return read
        return "" if self._tells_blanks and look.shows_empty_text(row, column) else None

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
            new_nonce="",
        )


def pieces(entries: Sequence[_T], length: int) -> Iterator[Sequence[_T]]:
    """So many entries at a time."""
    return (entries[start : start + length] for start in range(0, len(entries), length))


def judged_together(judgements: Iterable[Judgement]) -> Iterator[list[Judgement]]:
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
