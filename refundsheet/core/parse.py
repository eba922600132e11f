"""Turns a snapshot into cases and violations, fast: only what changed since the last read is read anew."""

import gc
import hashlib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import islice, repeat
from operator import is_
from typing import Any
from zoneinfo import ZoneInfo

from refundsheet.core.amounts import to_cent
from refundsheet.core.cells import (
    CELL_ERRORS,
    ENDED_BY_TIME,
    FARTHEST,
    LONGEST_PLACEHOLDER,
    MAY_LIE_AHEAD,
    TOLERANCE,
    Sheet,
    currency_name,
    read_row,
    reads_blank,
    split_customer_and_order,
)
from refundsheet.core.columns import (
    BY_FIELD,
    CUSTOMER_AND_ORDER,
    OUR_FIELDS,
    Kind,
    comparable,
    header_names,
)
from refundsheet.core.decode import Cells, Share, decode_rows, read_head
from refundsheet.core.keys import comparable_id
from refundsheet.core.memory import Remembered
from refundsheet.core.model import Cell, Layout, RefundCase, Row, Snapshot
from refundsheet.core.serials import to_moment, to_serial


@dataclass(frozen=True, slots=True)
class ParsedLog:
    """What a snapshot says.

    Attributes:
        snapshot: The read without its values: the rows hold what they said.
        size: How many bytes these values were.
        digest: By which the same values are known again.
        rows: The rows that hold something of the team, from top to bottom.
        ignored: Row number and reason of what is no case, as a "Total" at the end.
        grid: All rows as decoded, from row 1 on; ``cells_at`` is the way to read them.
    """

    snapshot: Snapshot
    size: int
    digest: bytes = field(repr=False)
    layout: Layout
    rows: tuple[Row, ...]
    ignored: tuple[tuple[int, str], ...]
    grid: Sequence[Cells] = field(repr=False)

    def cells_at(self, number: int) -> tuple[Any, ...]:
        """The cells of a row of the sheet without trailing blanks; () where it is blank."""
        return trimmed(self.grid[number - 1]) if 0 < number <= len(self.grid) else ()


def parse(
    snapshot: Snapshot,
    *,
    names: Mapping[str, str] | None = None,
    previous: ParsedLog | None = None,
    remembered: Mapping[str, Remembered] | None = None,
) -> ParsedLog:
    """Read a snapshot; no cell of it can make this fail.

    Args:
        snapshot: What was read. Its values are let go of as soon as they are decoded, for they are
            large, where the caller keeps nothing of them.
        names: Comparable header to field; ``columns.header_names()`` where none are given.
        previous: The log as parsed before. Of a row that stands unchanged in its place its very
            ``Row`` is taken over, of one that was moved its ``RefundCase`` and violations.
        remembered: What is known by key, in the snapshot's zone: a row that says the same has that
            very ``RefundCase``, for a second one of each of a hundred thousand is memory.

    Raises:
        LayoutError: The answer is no table of cells, or has no header row that can be used.
    """
    with collector_resting():
        values, start = snapshot.values, snapshot.start
        snapshot = replace(snapshot, values=b"")
        size, digest = len(values), _digest(values, start)
        layout, width = read_head(values, names or header_names(), start)
        if previous is None or not _reads_alike(previous, snapshot, layout):
            grid = decode_rows(values, layout, width, start, _texts_of(remembered or {}, layout))
            known: dict[int, Row] = {}
        else:
            remembered, waiting = None, _rows_waiting_for_time(previous)
            if digest != previous.digest:
                grid = decode_rows(values, layout, width, start, _rows_of(previous))
            elif waiting:
                grid = previous.grid
            else:
                return replace(previous, snapshot=snapshot)
            known = _recognised(grid, previous, waiting)
        del values  # from here on it is not needed, and large
        rows, ignored = _read_rest(snapshot, layout, grid, known, remembered or {})
        return ParsedLog(snapshot, size, digest, layout, rows, ignored, grid)


def cell(row: Row, field: str, layout: Layout) -> Cell:
    """The cell as it stands, None where it is blank or the column is missing.

    Only a cell that is truly blank may be filled in: one that holds a text nobody can read is not.
    """
    index = layout.columns.get(field)
    if index is None or index >= len(row.cells):
        return None
    value: Cell = row.cells[index]
    return None if value == "" else value


def trimmed(cells: Cells) -> tuple[Any, ...]:
    """The cells without the blank ones at the end."""
    end = len(cells)
    while end and cells[end - 1] in _BLANK:
        end -= 1
    return tuple(cells[:end])


_BLANK = ("", None)


@contextmanager
def collector_resting() -> Generator[None]:
    """Keep the garbage collector from walking a million young objects again and again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _digest(values: bytes, start: int) -> bytes:
    """What tells whether another read of the log said the very same; its marks change in between."""
    return hashlib.blake2b(memoryview(values)[start:], digest_size=16).digest()


def _reads_alike(previous: ParsedLog, snapshot: Snapshot, layout: Layout) -> bool:
    """Whether the same cells would mean the same now as in the previous read."""
    before, old = previous.snapshot, previous.layout
    return (
        (before.zone, before.locale) == (snapshot.zone, snapshot.locale)
        and (old.header_row, old.headers, old.columns)
        == (layout.header_row, layout.headers, layout.columns)
        and before.read_at <= snapshot.read_at
    )


def _rows_waiting_for_time(log: ParsedLog) -> frozenset[int]:
    """The rows to judge again though nobody touched them, for what lay ahead may have come."""
    return frozenset(
        row.number
        for row in log.rows
        if row.violations and any(found.rule in ENDED_BY_TIME for found in row.violations)
    )


_TEXTS = frozenset(
    column.field
    for column in BY_FIELD.values()
    if column.kind in {Kind.TEXT, Kind.IDENTIFIER} and column.field not in OUR_FIELDS
)


def _texts_of(remembered: Mapping[str, Remembered], layout: Layout) -> Share:
    """Gives to rows of remembered cases the very texts that are remembered, where they are the same."""
    columns = layout.columns
    texts = [(index, name) for name, index in columns.items() if name in _TEXTS]

    def shared(cells: Cells) -> Cells:
        known = remembered.get(comparable_id(str(cells[columns["case_id"]])))
        if known is None:
            return cells
        values = list(cells)
        for index, name in texts:
            text = getattr(known.case, name)
            if values[index] == text:
                values[index] = text
        return type(cells)(*values)

    def share(first: int, rows: list[Cells]) -> list[Cells]:  # noqa: ARG001
        return [cells if isinstance(cells, list) else shared(cells) for cells in rows]

    return share if remembered and "case_id" in columns else _unshared


def _unshared(first: int, rows: list[Cells]) -> list[Cells]:  # noqa: ARG001
    return rows


def _rows_of(previous: ParsedLog) -> Share:
    """Gives the very rows of the read before, where they are the same: in their place, or moved."""
    before = previous.grid

    @cache
    def by_content() -> Mapping[Any, Cells]:
        return {tuple(cells) if isinstance(cells, list) else cells: cells for cells in before}

    def share(first: int, rows: list[Cells]) -> list[Cells]:
        held = before[first : first + len(rows)]
        found = [old if old == new else new for old, new in zip(held, rows, strict=False)]
        found += rows[len(held) :]
        if sum(map(is_, found, rows)) * 2 > len(rows):  # so many have moved, as by a sort
            return [
                by_content().get(tuple(new), new) if cells is new else cells
                for cells, new in zip(found, rows, strict=True)
            ]
        return found

    return share


def _recognised(
    grid: Sequence[Cells], previous: ParsedLog, waiting: frozenset[int]
) -> dict[int, Row]:
    """By number the rows that need no reading: they stayed as they were, or were moved."""
    old_grid = previous.grid
    same = list(map(is_, grid, old_grid))
    same.extend(repeat(False, len(grid) - len(same)))
    stayed: dict[int, Row] = {}
    moved: dict[tuple[Any, ...], Row] = {}
    for row in previous.rows:
        if row.number in waiting:
            continue
        if row.number <= len(same) and same[row.number - 1]:
            stayed[row.number] = row
        else:
            moved[tuple(old_grid[row.number - 1])] = row
    for number in (index + 1 for index, is_same in enumerate(same) if not is_same):
        if row := moved.get(tuple(grid[number - 1])):
            stayed[number] = Row(number, row.cells, row.case, row.violations)
    return stayed


def _read_rest(
    snapshot: Snapshot,
    layout: Layout,
    grid: Sequence[Cells],
    known: dict[int, Row],
    remembered: Mapping[str, Remembered],
) -> tuple[tuple[Row, ...], tuple[tuple[int, str], ...]]:
    """All rows of the log, of which some are known by number, and what is no case."""
    team = [index for name, index in layout.columns.items() if name not in OUR_FIELDS]
    first = layout.header_row
    unread = [
        (number, cells)
        for number, cells in enumerate(islice(grid, first, None), first + 1)
        if number not in known and _has_content(cells, team)
    ]
    known.update((row.number, row) for row in _read_rows(unread, snapshot, layout, remembered))
    rows = [known[number] for number in sorted(known)]
    ignored: list[tuple[int, str]] = []
    while rows and (label := _total_label(rows[-1])):
        ignored.append((rows.pop().number, f'it says "{label}" at the end of the log: no case'))
    return tuple(rows), tuple(reversed(ignored))


def _has_content(cells: Cells, team: Sequence[int]) -> bool:
    """Whether people wrote something: formulas and checkboxes filled down make no case."""
    width = len(cells)
    for index in team:
        if index < width:
            value = cells[index]
            if value and value is not True and (type(value) is not str or _says_something(value)):
                return True
    return False


def _says_something(text: str) -> bool:
    return not text.isspace() and text not in CELL_ERRORS


_TOTALS = frozenset(
    [
        "total",
        "totals",
        "grand total",
        "sub total",
        "subtotal",
        "sum",
        "total amount",
        "total refunds",
        "total refunded",
        "summe",
        "gesamt",
        "gesamtsumme",
        "totale",
        "total general",
        "suma",
        "totaal",
    ]
)


def _total_label(row: Row) -> str:
    """What makes the row a sum under the log; "" where nothing does."""
    if row.case.status or row.case.requested_at:
        return ""
    texts = (value for value in row.cells if isinstance(value, str))
    return next((text for text in texts if comparable(text) in _TOTALS), "")


#: Rows are read column by column, so many at a time: more would be held twice for no gain.
_AT_A_TIME = 5_000


def _read_rows(
    numbered: Sequence[tuple[int, Cells]],
    snapshot: Snapshot,
    layout: Layout,
    remembered: Mapping[str, Remembered],
) -> Iterator[Row]:
    zone = ZoneInfo(snapshot.zone)
    headers = {name: layout.headers[index].strip() for name, index in layout.columns.items()}
    sheet = Sheet(zone, snapshot.locale, snapshot.read_at, headers)
    is_plain = _plain_judge(layout, sheet)
    for start in range(0, len(numbered), _AT_A_TIME):
        plain: list[tuple[int, tuple[Any, ...]]] = []
        for number, cells in numbered[start : start + _AT_A_TIME]:
            if isinstance(cells, tuple) and is_plain(cells):
                plain.append((number, cells))
            else:
                yield Row(number, tuple(cells), *read_row(cells, layout, sheet))
        for (number, cells), case in zip(plain, _plain_cases(plain, layout, sheet), strict=True):
            yield Row(number, cells, _as_remembered(case, remembered), ())


def _as_remembered(case: RefundCase, remembered: Mapping[str, Remembered]) -> RefundCase:
    """What is remembered under the case's ID where it is the same, else the case."""
    known = remembered.get(comparable_id(case.case_id)) if remembered else None
    return known.case if known is not None and known.case == case else case


def _plain_judge(layout: Layout, sheet: Sheet) -> Callable[[tuple[Any, ...]], bool]:
    """A test whether all cells of a typed row can be taken as they are, which is so nearly always."""
    columns = layout.columns
    exact = [
        index
        for name, index in columns.items()
        if name == CUSTOMER_AND_ORDER.field or _kind(name) is Kind.IDENTIFIER
    ]
    latest = to_serial(sheet.now + TOLERANCE, sheet.zone)
    farthest = to_serial(sheet.now.date() + FARTHEST, sheet.zone)
    moments = [
        (index, farthest if name in MAY_LIE_AHEAD else latest)
        for name, index in columns.items()
        if _kind(name) is Kind.MOMENT and name not in OUR_FIELDS
    ]

    def is_plain(cells: tuple[Any, ...]) -> bool:
        if not CELL_ERRORS.isdisjoint(cells):
            return False
        for index in exact:
            text = cells[index]
            if (len(text) <= LONGEST_PLACEHOLDER or text.isspace()) and text and reads_blank(text):
                return False
        for index, limit in moments:
            serial = cells[index]
            if serial and serial > limit:
                return False
        return True

    return is_plain


def _kind(name: str) -> Kind:
    return BY_FIELD.get(name, CUSTOMER_AND_ORDER).kind


def _plain_cases(
    plain: Sequence[tuple[int, tuple[Any, ...]]], layout: Layout, sheet: Sheet
) -> Iterator[RefundCase]:
    """The cases of rows that are as their columns promise, column by column: that is the fast way."""
    by_index = list(zip(*(cells for _, cells in plain), strict=True))
    columns: dict[str, Iterable[Any]] = {}
    if plain:
        for name, index in layout.columns.items():
            columns |= _values(name, by_index[index], sheet)
    names = tuple(columns)
    for values in zip(*columns.values(), strict=True):
        yield RefundCase(**dict(zip(names, values, strict=True)))


def _values(name: str, column: Sequence[Any], sheet: Sheet) -> dict[str, Iterable[Any]]:
    """The values of a column; the combined one gives two."""
    if name == CUSTOMER_AND_ORDER.field:
        customers, orders = zip(*map(split_customer_and_order, column), strict=True)
        both = {"customer_name": customers, "order_id": orders}
        return {field: values for field, values in both.items() if field not in sheet.headers}
    if name in OUR_FIELDS:
        return {}
    if name == "currency":
        return {name: [currency_name(text, sheet.locale) for text in column]}
    kind = _kind(name)
    if kind is Kind.AMOUNT:
        return {name: [to_cent(number) if number else None for number in column]}
    if kind is Kind.MOMENT:
        zone = sheet.zone
        return {name: [to_moment(serial, zone) if serial else None for serial in column]}
    return {name: column}
