"""The in-memory twin of the spreadsheet, for tests: the same promises, no network, and people in it."""

import json
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from refundsheet.core.case_ids import tell_twins
from refundsheet.core.columns import CUSTOMER_AND_ORDER, OUR_FIELDS
from refundsheet.core.identity import id_field
from refundsheet.core.keys import FINGERPRINT_FIELDS, comparable_id, is_provisional
from refundsheet.core.model import Cell, Change, Outcome, Plan, Receipt, Snapshot
from refundsheet.core.pages import PageAddition, PageCell, PageEdit
from refundsheet.errors import AnswerLostError
from refundsheet.sheets.store import Asked, Book, Journal, Setup, Tab
from refundsheet.sheets.transport import Requests

#: As many rows go in one write request; far more of them where our own columns go in bulk.
LARGEST_BATCH, LARGEST_BULK, MOST_JUDGED_FLAGS = 100, 5000, 100
_LOG_ID = 0
_FEWEST_ROWS, _FEWEST_COLUMNS = 1000, 26


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell that people fill by a formula: what it shows is read, and nobody writes over it."""

    text: str
    shows: Cell = ""


_Item = TypeVar("_Item")

#: What a cell of the twin may hold.
Held = Cell | Formula


def _nothing() -> None:
    """Nobody does anything."""


class MemorySheetStore:
    """A SheetStore whose log is a list of rows that a test may change at any time.

    Args:
        rows: The log's cells, the header row among them.
        title: The log's tab.
        zone: The spreadsheet's time zone.
        locale: The spreadsheet's locale.

    Attributes:
        rows: The log as it stands: sort it, insert into it, type into it.
        title: The log's tab; people may rename it.
        pages: What has been published, by tab and place.
        hidden_tabs: The hidden tabs that were made.
        protected: Cells, by row number and column index, that we may not write.
        between: Called before every request arrives: this is when people act. It may raise.
        answering: Called after a request took effect and before its answer; AnswerLostError
            raised here loses the answer.
        requests: How many requests arrived.
        other_tabs: People's other tabs, by title.
        first_row: The first row of the hidden tab: the nonce, and the lease.
        formats: Column index to the pattern of each row, where people have formatted numbers.
    """

    def __init__(
        self,
        rows: Iterable[Iterable[Held]],
        *,
        title: str = "Refund Log",
        zone: str = "Etc/GMT",
        locale: str = "en_US",
    ) -> None:
        self.rows: list[list[Held]] = [list(row) for row in rows]
        self.title = title
        self.pages: dict[str, dict[tuple[int, int], PageCell]] = {}
        self.hidden_tabs: list[str] = []
        self.protected: set[tuple[int, int]] = set()
        self.between: Callable[[], None] = _nothing
        self.answering: Callable[[], None] = _nothing
        self.requests = Requests()
        self.other_tabs: dict[str, list[list[Cell]]] = {}
        self.first_row: list[Cell] = []
        self.formats: dict[int, Sequence[str]] = {}
        self._marks: set[int] = set()
        #: What became of the cells of the batch that arrived last.
        self._receipts: dict[tuple[int, int], Outcome] = {}
        self._is_described = False
        self._zone, self._locale = zone, locale

    @property
    def book(self) -> Book:
        """What the spreadsheet says of itself; asked for once."""
        return self._described() if self._is_described else self.describe()

    @property
    def log(self) -> Tab:
        """The log's tab."""
        return self.book.tabs[0]

    @property
    def quota_left(self) -> None:
        """Nobody counts."""

    @property
    def cautions(self) -> tuple[str, ...]:
        """Nothing: the twin judges as Google is expected to."""
        return ()

    def describe(self) -> Book:
        """Titles, sizes, zone and locale: one read request."""
        self._arrive(is_write=False)
        self._is_described = True
        self.answering()
        return self._described()

    def _described(self) -> Book:
        tabs = [self._tab(_LOG_ID, self.title)]
        titles = [*self.pages, *self.hidden_tabs]
        tabs += [
            self._tab(sheet_id, title, hidden=title in self.hidden_tabs)
            for sheet_id, title in enumerate(titles, _LOG_ID + 1)
        ]
        return Book(
            spreadsheet_id="memory",
            title="Refunds",
            zone=self._zone,
            locale=self._locale,
            tabs=tuple(tabs),
        )

    def read(self, now: datetime, settings_tab: str = "") -> Snapshot:
        """The whole log tab: one read request."""
        book = self.book
        self._arrive(is_write=False)
        values = values_answer(
            "memory", self.title, [[_shown(cell) for cell in row] for row in self.rows]
        )
        self.answering()
        return Snapshot(
            spreadsheet_id="memory",
            sheet_id=_LOG_ID,
            title=self.title,
            zone=book.zone,
            locale=book.locale,
            read_at=now,
            values=values,
            marks=tuple(self.first_row) if self.hidden_tabs else (),
            settings=self._rows_of(settings_tab) if settings_tab in self.pages else None,
        )

    def prepare(self, setup: Setup) -> None:
        """Add what is missing, in fresh columns and tabs only: one write request."""
        if not setup:
            return
        self._arrive(is_write=True)
        if setup.columns:
            self._insert_columns(setup)
        for page in setup.pages:
            self.pages[page.title] = dict(page.cells)
        if setup.hidden_tab:
            self.hidden_tabs.append(setup.hidden_tab)
            self.first_row = list(setup.claim)
        self.answering()

    def write(self, plan: Plan, journal: Journal) -> tuple[Receipt, ...]:
        """Write each change where its case stands, if it is still as expected; a receipt for each.

        After a lost answer nothing more is sent: the changes that are left get no receipt.
        """
        if not plan.changes:
            return ()
        self._arrive(is_write=False)  # the look at formulas and protection before a write
        if plan.nonce is not None and not _same(self._nonce_now, plan.nonce):
            why = "another writer was there in between"
            return tuple(Receipt(change, Outcome.LOST, why) for change in plan.changes)
        refused = [Receipt(change, Outcome.REFUSED, why) for change, why in self._refusals(plan)]
        receipts = {id(receipt.change): receipt for receipt in refused}
        left = [change for change in plan.changes if id(change) not in receipts]
        for batch in _batches(left):
            settled = self._write_batch(plan, batch, journal)
            receipts |= {id(receipt.change): receipt for receipt in settled}
            if any(receipt.outcome is Outcome.UNKNOWN for receipt in settled):
                break
        return tuple(receipts[id(change)] for change in plan.changes if id(change) in receipts)

    def fence(
        self, claim: Sequence[Cell] = (), asked: Sequence[Asked] = ()
    ) -> tuple[Outcome | None, ...]:
        """Make sure that no request sent before can have an effect any more: one write request."""
        self._arrive(is_write=True)
        last = self._nonce_now
        claimed = claim or [secrets.token_hex(16)]
        self.first_row[: len(claimed)] = claimed
        self.answering()
        return tuple(self._told(one, last) for one in asked)

    def empty_hidden_tab(self) -> None:
        """Take away what our hidden tab holds below its first row: one write request at most."""
        if self.hidden_tabs:
            self._arrive(is_write=True)
            self._receipts.clear()
            self.answering()

    def _told(self, asked: Asked, last: Cell) -> Outcome | None:
        """What the receipt of a write tells, while its batch was the last to arrive."""
        if _same(last, asked.expected["old_nonce"]):
            return Outcome.LOST
        key = (asked.expected["row"], asked.expected["column"])
        return self._receipts.get(key) if last == asked.nonce else None

    @property
    def _nonce_now(self) -> Cell:
        return self.first_row[0] if self.first_row else None

    def publish(
        self,
        edits: Sequence[PageEdit],
        addition: PageAddition | None = None,
        lease: Sequence[Cell] = (),
    ) -> None:
        """Overwrite the differing cells of our own tabs, and add rows to one: one write request."""
        is_news = any(edit.cells or edit.page.title not in self.pages for edit in edits)
        if not (addition or lease or is_news):
            return
        self._arrive(is_write=True)
        if lease:
            self.first_row[1:] = lease
        if addition and addition.mark not in self._marks:
            self._add(addition)
        for edit in edits:
            is_new = edit.page.title not in self.pages
            if is_new and edit.page.is_theirs:
                continue
            page = self.pages.setdefault(edit.page.title, {})
            if edit.page.is_ours_below and edit.cells:
                page.clear()
            for place, cell in (edit.page.cells if is_new else edit.cells).items():
                if cell is None:
                    page.pop(place, None)
                else:
                    page[place] = cell
        self.answering()

    def number_formats(self, column: int) -> Sequence[str]:
        """In which pattern each cell of a column of the log shows numbers: one read request."""
        self._arrive(is_write=False)
        self.answering()
        return tuple(self.formats.get(column, ()))

    def find_elsewhere(self, ids: Collection[str]) -> Mapping[str, str]:
        """On which other visible tab of theirs each of these IDs stands: one read request."""
        if not self.other_tabs:
            return {}
        self._arrive(is_write=False)
        found = {
            name: title
            for title, rows in self.other_tabs.items()
            for name in {comparable_id(str(cell)) for row in rows for cell in row} & set(ids)
        }
        self.answering()
        return found

    def read_page(self, title: str) -> tuple[tuple[Cell, ...], ...]:
        """What a tab of ours holds: one read request; nothing without one."""
        if title not in self.pages:
            return ()
        self._arrive(is_write=False)
        rows = self._rows_of(title) if title in self.pages else ()
        self.answering()
        return rows

    def remove_rows(self, title: str, rows: Iterable[Sequence[Cell]]) -> None:
        """Remove the rows that hold exactly this from a tab of ours, wherever they stand by now."""
        gone = {tuple(_trimmed(list(row), "")) for row in rows}
        if not gone or title not in self.pages:
            return
        self._arrive(is_write=True)
        page = self.pages[title]
        held = {
            number: tuple(_trimmed(list(row), ""))
            for number, row in enumerate(self._rows_of(title))
        }
        kept = [number for number, row in held.items() if not number or row not in gone]
        places = {number: place for place, number in enumerate(kept)}
        self.pages[title] = {
            (places[row], column): cell for (row, column), cell in page.items() if row in places
        }
        self.answering()

    def _rows_of(self, title: str) -> tuple[tuple[Cell, ...], ...]:
        page = {place: cell.value for place, cell in self.pages[title].items()}
        rows = max((row + 1 for row, _ in page), default=0)
        columns = max((column + 1 for _, column in page), default=0)
        return tuple(
            tuple(page.get((row, column), "") for column in range(columns)) for row in range(rows)
        )

    def _add(self, addition: PageAddition) -> None:
        """Put rows below the last one that holds anything."""
        page = self.pages.setdefault(addition.page.title, dict(addition.page.cells))
        held = (row + 1 for (row, _), cell in page.items() if cell.value not in {None, ""})
        for row, cells in enumerate(addition.rows, max(held, default=0)):
            page |= {(row, column): cell for column, cell in enumerate(cells)}
        self._marks.add(addition.mark)

    def cell(self, row_number: int, column: int) -> Held:
        """What a cell holds; None beyond the last row or cell."""
        row = self.rows[row_number - 1] if 0 < row_number <= len(self.rows) else []
        return row[column] if column < len(row) else None

    def type(self, row_number: int, column: int, value: Held) -> None:
        """A person types into a cell, or we write it."""
        self.rows += [[] for _ in range(row_number - len(self.rows))]
        row = self.rows[row_number - 1]
        row += [None] * (column + 1 - len(row))
        row[column] = value

    def _arrive(self, *, is_write: bool) -> None:
        if is_write:
            self.requests.writes += 1
        else:
            self.requests.reads += 1
        self.between()

    def _tab(self, sheet_id: int, title: str, *, hidden: bool = False) -> Tab:
        widest = max((len(row) for row in self.rows), default=0)
        return Tab(
            sheet_id=sheet_id,
            title=title,
            row_count=max(_FEWEST_ROWS, len(self.rows)),
            column_count=max(_FEWEST_COLUMNS, widest),
            hidden=hidden,
            marked=sheet_id != _LOG_ID,
        )

    def _insert_columns(self, setup: Setup) -> None:
        start, count = setup.column_index, len(setup.columns)
        for row in self.rows:
            if len(row) > start:
                row[start:start] = [None] * count
        for index, column in enumerate(setup.columns, start):
            self.type(setup.header_row, index, column.header)

    def _write_batch(
        self, plan: Plan, batch: Sequence[Sequence[Change]], journal: Journal
    ) -> list[Receipt]:
        """Judge the whole batch at one point in time, then write what held."""
        changes = [change for of_row in batch for change in of_row]
        known, nonce = self._nonce_now, secrets.token_hex(16)
        expected = [_condition(plan, change) | {"old_nonce": known} for change in changes]
        journal.sent(changes, nonce=nonce, expected=expected)
        try:
            self._arrive(is_write=True)
            receipts = [receipt for of_row in batch for receipt in self._judge(plan, of_row)]
            if not _same(self._nonce_now, known):
                why = "another writer was there in between"
                receipts = [Receipt(change, Outcome.LOST, why) for change in changes]
            self.first_row[:1] = [nonce]
            columns = plan.layout.columns
            self._receipts = {
                (receipt.change.row, columns[receipt.change.field]): receipt.outcome
                for receipt in receipts
            }
            for receipt in receipts:
                if receipt.outcome is Outcome.DONE:
                    change = receipt.change
                    self.type(change.row, plan.layout.columns[change.field], change.after)
            receipts = tell_twins(receipts, self._ids(plan))
            self.answering()
        except AnswerLostError as error:
            receipts = [Receipt(change, Outcome.UNKNOWN, str(error)) for change in changes]
        journal.settled(receipts)
        return receipts

    def _ids(self, plan: Plan) -> list[Cell]:
        column = plan.layout.columns[id_field(plan.layout)]
        return [self._shown(number, column) for number in range(1, len(self.rows) + 1)]

    def _judge(self, plan: Plan, changes: Sequence[Change]) -> list[Receipt]:
        """The changes of one row stand or fall together."""
        losses = (_what_differs(plan, change, self._shown) for change in changes)
        lost = next(filter(None, losses), "")
        outcome = Outcome.LOST if lost else Outcome.DONE
        columns = plan.layout.columns
        if not lost and any(self._is_formula(c.row, columns[c.field]) for c in changes):
            # It only looked like a blank: what was there is found beside the receipt, and put back.
            outcome = Outcome.UNDONE
        return [Receipt(change, outcome, lost) for change in changes]

    def _refusals(self, plan: Plan) -> Iterator[tuple[Change, str]]:
        for change in plan.changes:
            column = plan.layout.columns[change.field]
            if self._is_formula(change.row, column):
                yield change, "a formula stands there"
            elif (change.row, column) in self.protected:
                yield change, "the cell is protected against refundsheet"

    def _is_formula(self, row_number: int, column: int) -> bool:
        return isinstance(self.cell(row_number, column), Formula)

    def _shown(self, row_number: int, column: int) -> Cell:
        return _shown(self.cell(row_number, column))


#: Row number and column index to what the cell shows now.
_Look = Callable[[int, int], Cell]


def _what_differs(plan: Plan, change: Change, now: _Look) -> str:
    """What a change rests on and is no longer so; "" where all of it holds."""
    number, layout = change.row, plan.layout
    compared = _compared(plan, change)
    for field in (change.field, *compared):
        column = layout.columns[field]
        if not _same(now(layout.header_row, column), layout.headers[column]):
            return f"the header of {field} is another"
    if not _same(now(number, layout.columns[change.field]), change.before):
        return f"{change.field} was changed meanwhile"
    for field in compared:
        if not _is_as_read(plan, number, field, now):
            return f"{field} of the row is another"
    if not all(_is_as_read(plan, near, id_field(layout), now) for near in (number - 1, number + 1)):
        return "the rows around it are others"
    return ""


def _compared(plan: Plan, change: Change) -> list[str]:
    """The fields that must be as read: the case's own and what the reason rests on."""
    fields = [id_field(plan.layout), *change.premise]
    if is_provisional(change.case):
        fields += (*FINGERPRINT_FIELDS, CUSTOMER_AND_ORDER.field)
    return [field for field in fields if field in plan.layout.columns]


def _condition(plan: Plan, change: Change) -> dict[str, Cell]:
    columns = (plan.layout.columns[field] for field in _compared(plan, change))
    place = {"row": change.row, "column": plan.layout.columns[change.field]}
    return place | {str(column): _as_read(plan, change.row, column) for column in columns}


def _is_as_read(plan: Plan, number: int, field: str, now: _Look) -> bool:
    column = plan.layout.columns[field]
    return _same(now(number, column), _as_read(plan, number, column))


def _as_read(plan: Plan, number: int, column: int) -> Cell:
    cells = plan.rows.get(number, ())
    return cells[column] if column < len(cells) else None


def _batches(changes: Sequence[Change]) -> Iterator[list[list[Change]]]:
    """The changes by row, in batches of at most a request's worth of rows."""
    flagged = {change.row for change in changes if change.field in OUR_FIELDS}
    rows_a_request = LARGEST_BULK if len(flagged) > MOST_JUDGED_FLAGS else LARGEST_BATCH
    by_row: dict[int, list[Change]] = {}
    for change in changes:
        by_row.setdefault(change.row, []).append(change)
    rows = list(by_row.values())
    for start in range(0, len(rows), rows_a_request):
        yield rows[start : start + rows_a_request]


def _same(one: Cell, other: Cell) -> bool:
    """Whether two cells hold the same; a blank cell is None or "", and true is not 1."""
    if one in (None, "") or other in (None, ""):
        return one in (None, "") and other in (None, "")
    return isinstance(one, bool) is isinstance(other, bool) and one == other


def _shown(held: Held) -> Cell:
    return held.shows if isinstance(held, Formula) else held


def values_answer(spreadsheet_id: str, title: str, rows: Sequence[Sequence[Cell]]) -> bytes:
    """The rows as the body of Google's ``values:batchGet`` answer for the whole tab.

    Trailing blank cells and rows are left out, blank cells between are "", a whole number is
    written without a fraction, and a tab without content has no ``values``.
    """
    widest = max((len(row) for row in rows), default=0)
    last = _letters(max(_FEWEST_COLUMNS, widest))
    quoted = title.replace("'", "''")
    values_range: dict[str, object] = {
        "range": f"'{quoted}'!A1:{last}{max(_FEWEST_ROWS, len(rows))}",
        "majorDimension": "ROWS",
    }
    values = _trimmed([_trimmed([_json_cell(cell) for cell in row], "") for row in rows], [])
    if values:
        values_range["values"] = values
    answer = {"spreadsheetId": spreadsheet_id, "valueRanges": [values_range]}
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()


def _trimmed(items: list[_Item], blank: _Item) -> list[_Item]:
    while items and items[-1] == blank:
        items.pop()
    return items


def _json_cell(cell: Cell) -> Cell:
    if cell is None:
        return ""
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell


def _letters(count: int) -> str:
    """The letters of the last of so many columns."""
    letters = ""
    while count:
        count, rest = divmod(count - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
