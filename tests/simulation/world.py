"""A spreadsheet with people in it, and the truth about it beside it; judges every write of ours."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from typing import Any

from refundsheet.core.identity import id_field
from refundsheet.core.keys import FINGERPRINT_FIELDS
from refundsheet.core.model import Cell, Change, Plan, Receipt
from refundsheet.core.planner import cell_text
from refundsheet.sheets.memory import Formula, Held
from refundsheet.sheets.store import Journal, SheetStore
from tests.simulation.people import Act, Around, Beside, Native, Undo
from tests.simulation.truth import (
    BLANK,
    CAUSES,
    MAY_WRITE,
    OURS,
    STAMPS,
    Broken,
    By,
    Line,
    Promise,
    Truth,
    Value,
    alike,
    field_named,
    plainly,
)
from tests.simulation.variants import Guard
from tests.simulation.wire import Wire

#: How the reasons begin that come with a new case.
_ON_ENTERING = ("the case was entered", "the request was first seen")


@dataclass(slots=True)
class Reading:
    """What one process knows of the sheet.

    Attributes:
        ledger: Which ledger it has.
        uids: Which row was where when it read the log last.
        tick: When that was.
        says: Row to what told it from others then, whatever its ID.
        shows: Row and field of what stood there and no ledger knew of before.
    """

    ledger: int
    uids: tuple[int, ...] = ()
    tick: int = 0
    says: Mapping[int, tuple[str, ...]] = field(default_factory=dict[int, tuple[str, ...]])
    shows: set[tuple[int, str]] = field(default_factory=set[tuple[int, str]])


@dataclass(frozen=True, slots=True)
class Flight:
    """A batch on its way.

    Attributes:
        uids: Which row was where in the read it was planned from.
    """

    plan: Plan
    changes: Sequence[Change]
    uids: tuple[int, ...]
    ledger: int

    def change_at(self, row: int, name: str, content: Held) -> Change | None:
        """The change that a cell's new content comes from."""
        for change in self.changes:
            if change.row == row + 1 and change.field == name and same(change.after, content):
                return change
        return None

    def uid(self, change: Change) -> int:
        """The row the change was meant for."""
        index = change.row - 1
        return self.uids[index] if index < len(self.uids) else -1

    def left_at(self, row: int, name: str) -> Iterator[Cell]:
        """What a field of a row held in that read, and what this very batch puts there."""
        yield _at(self.plan.rows.get(row + 1, ()), self.plan.layout.columns[name])
        yield from (c.after for c in self.changes if c.row == row + 1 and c.field == name)

    def expected(self, change: Change, name: str) -> Cell:
        """What a field of the row held in that read."""
        return _at(self.plan.rows.get(change.row, ()), self.plan.layout.columns[name])


def _nobody() -> None:
    """There is no other refundsheet."""


@dataclass(slots=True)
class World(ABC):
    """People, their sheet, and what refundsheet does to it.

    Attributes:
        broken: The promises broken in an instant; those that a cell still shows are with the cell.
        texts: Every text refundsheet ever wrote into its own columns.
        stamped: Row, field and content of every cell it wrote.
        said: Row and what told it from others in a read that is in a ledger.
        writes: How many cells were written.
        is_history_gone: Whether the History tab was deleted since somebody last copied a ledger.
        other_passes: Lets another process make a pass, between two requests of the one that runs.
    """

    truth: Truth
    guard: Guard = Guard.JUDGED
    before_last: list[Line] | None = None
    last_written: tuple[int, str] | None = None
    flight: Flight | None = None
    running: Reading = field(default_factory=lambda: Reading(0))
    broken: list[Broken] = field(default_factory=list[Broken])
    texts: set[str] = field(default_factory=set[str])
    stamped: set[tuple[int, str, Held]] = field(default_factory=set[tuple[int, str, Held]])
    said: set[tuple[int, tuple[str, ...]]] = field(default_factory=set[tuple[int, tuple[str, ...]]])
    writes: int = 0
    is_history_gone: bool = False
    other_passes: Callable[[], None] = _nobody
    wire: Wire = field(init=False)

    def __post_init__(self) -> None:
        self.wire = Wire(self.act, self.absorb)

    @abstractmethod
    def open_store(self) -> SheetStore:
        """The store as a process that has just started opens it."""

    @abstractmethod
    def contents(self) -> list[list[Held]]:
        """The log as the sheet holds it."""

    @abstractmethod
    def project(self, native: list[Native] | None) -> None:
        """Make the sheet as the truth is, after people have acted."""

    @abstractmethod
    def beside(self, what: Around, row: int, name: str) -> None:
        """Somebody does something beside the log's cells, where this sheet has that."""

    def around(self, what: Around, row: int, name: str) -> None:
        """Somebody, or something, acts beside the log's cells."""
        if what is Around.LATE_ONES_ARRIVE:
            on_its_way = self.flight
            self.wire.let_late_ones_arrive()
            self.flight = on_its_way
        elif what is Around.OTHER_PASSES:
            self.other_passes()
        else:
            self.is_history_gone = self.is_history_gone or what is Around.REMOVE_HISTORY
            self.beside(what, row, name)

    def act(self, act: Act) -> None:
        """Somebody does something."""
        self.truth.tick += 1
        if isinstance(act, Beside):
            act.on(self)
            return
        before = None if isinstance(act, Undo) else self.truth.snapshot()
        native = act.on(self)
        self.before_last = before
        self.truth.note_headers()
        self.project(native)

    def note_read(self) -> None:
        """The process that runs has the log as it is now."""
        self.running.uids = tuple(line.uid for line in self.truth.lines)
        self.running.tick = self.truth.tick
        self.running.shows = set(self.truth.untold)
        rows = range(1, self.truth.count)
        self.running.says = {self.truth.lines[row].uid: self._says(row) for row in rows}

    def note_record(self) -> None:
        """What the process that runs has read is in its ledger now."""
        self.truth.recorded.append(self.running.tick)
        self.truth.untold -= self.running.shows
        self.said.update(self.running.says.items())

    def _says(self, row: int) -> tuple[str, ...]:
        """What tells a row from others, whatever its ID."""
        fields, values = self.truth.fields, self.truth.lines[row].values
        shown = [values[fields.index(n)].shows if n in fields else "" for n in FINGERPRINT_FIELDS]
        return tuple(map(plainly, shown))

    def absorb(self) -> None:
        """Find what refundsheet has written, judge it, and know it from now on."""
        for row, column, content in self.differences():
            self._written(row, column, content)
        self.flight = None

    def differences(self) -> Iterator[tuple[int, int, Held]]:
        """Where the sheet is not as we know it."""
        truth = self.truth
        for row, cells in enumerate(self.contents()):
            values = truth.lines[row].values if row < truth.count else ()
            for column, (content, value) in enumerate(zip_longest(cells, values)):
                if not same(content, None if value is None else value.content):
                    yield row, column, content

    def _written(self, row: int, column: int, content: Held) -> None:
        while row >= self.truth.count:
            self.truth.lines.append(self.truth.new_line())
        for line in self.truth.lines:
            line.values += [BLANK] * (column + 1 - len(line.values))
        line = self.truth.lines[row]
        held = line.values[column]
        if self._is_our_header(row, held, content):
            line.values[column] = Value(content, By.REFUNDSHEET)
            return
        before = held.instead_of
        if before and (held.broken or self._takes_back()) and same(content, before.content):
            line.values[column] = before
            return
        name = self.truth.field_at(column)
        broken = tuple(self._broken(row, name, held, content))
        self.broken += [b for b in broken if b.promise in (Promise.PREMISE, Promise.CLEARED)]
        line.values[column] = Value(
            content,
            By.REFUNDSHEET,
            row=line.uid,
            case=self.truth.case_id(row),
            name=name,
            since=self.truth.tick,
            ledger=self.running.ledger if self.flight is None else self.flight.ledger,
            broken=broken,
            instead_of=replace(held, instead_of=None),
        )
        self.writes += 1
        self.truth.untold.add((line.uid, name))
        self.stamped.add((line.uid, name, content))
        self.last_written = (line.uid, name)
        if name in OURS and content is not None:
            self.texts.add(cell_text(_plain(content)))

    def _takes_back(self) -> bool:
        """Whether the batch on its way puts back what stood there before one that was mistaken."""
        return self.flight is not None and not self.flight.changes

    def _is_our_header(self, row: int, held: Value, content: Held) -> bool:
        """Whether it is the header of a column of ours that was missing: no stamp, and no flag."""
        is_ours = field_named(_plain(content)) in OURS
        return row == 0 and held.is_blank and self.flight is None and is_ours

    def _broken(self, row: int, name: str, held: Value, content: Held) -> Iterator[Broken]:
        """Every promise this write breaks."""
        line, flight = self.truth.lines[row], self.flight
        change = flight and flight.change_at(row, name, content)
        where = f"row {row + 1}, {name or 'a column of theirs'}: {held.content!r} -> {content!r}"
        if change is None or flight is None or name not in MAY_WRITE:
            yield Broken(Promise.PEOPLES_CELLS, f"{where}: not what was intended there")
            return
        if flight.uid(change) != line.uid and not self._is_twin(row, flight, change):
            yield Broken(Promise.OWN_CASE, f"{where}: meant for another row ({change.label})")
        if not self._is_ours(line, row, name, held):
            promise = Promise.PEOPLES_TIMES if name in STAMPS else Promise.PEOPLES_CELLS
            yield Broken(promise, f"{where}: somebody had put that there")
        for premise in change.premise:
            now, then = self.truth.value(row, premise).shows, flight.expected(change, premise)
            if not alike(now, then):
                yield Broken(Promise.PREMISE, f"{where}: {premise} was {then!r} and is {now!r}")
        if change.after is not None and name in STAMPS and not self._is_due(line, held, change):
            yield Broken(Promise.CLEARED, f"{where}: nothing had happened ({change.reason})")

    def _is_twin(self, row: int, flight: Flight, change: Change) -> bool:
        """Whether a copy has taken the place of its original, between the same neighbours.

        Or a row that says the same, wherever it came from. Then nothing that a write could compare
        tells them apart (guarded-write.md, what can not be met).
        """
        layout = flight.plan.layout
        name = id_field(layout)
        tells = [name, *(field for field in FINGERPRINT_FIELDS if field in layout.columns)]
        is_copy = self.truth.descends(self.truth.lines[row].uid, flight.uid(change))
        is_like = all(self._is_as_left(row, field, flight) for field in tells)
        beside = (row - 1, row + 1)
        return (is_copy or is_like) and all(self._is_as_left(n, name, flight) for n in beside)

    def _is_as_left(self, row: int, name: str, flight: Flight) -> bool:
        return any(alike(self._now(row, name), cell) for cell in flight.left_at(row, name))

    def _now(self, row: int, name: str) -> Cell:
        return self.truth.value(row, name).shows if 0 <= row < self.truth.count else None

    def _is_ours(self, line: Line, row: int, name: str, held: Value) -> bool:
        if held.is_blank:
            return True
        if name in OURS:
            return not isinstance(held.content, Formula) and cell_text(held.content) in self.texts
        same_case = held.row == line.uid or held.case == self.truth.case_id(row)
        same_case = same_case or self._is_renamed(row, held)
        # A stamp of another row that is equal to this row's own cannot be told from it; nor can that
        # of a row over which somebody pasted this case, from what the case had where it stood.
        is_equal = any(
            (uid, name, held.content) in self.stamped for uid in self.truth.origins(line.uid)
        )
        return held.by is By.REFUNDSHEET and (same_case or is_equal)

    def _is_renamed(self, row: int, held: Value) -> bool:
        """Whether a row says all that the case of a stamp said, and no other row does, but for its ID.

        Then the case was given another ID, as far as the sheet can tell; IDs that a sort of too few
        columns has taken elsewhere look no different.
        """
        says = self._says(row)
        alone = sum(self._says(other) == says for other in range(1, self.truth.count)) == 1
        return alone and any(says) and (held.row, says) in self.said

    def _is_due(self, line: Line, held: Value, change: Change) -> bool:
        """Whether anything happened since the read before the cell was last left as it is.

        A new case happens when it is taken for complete, which is later than what was typed in it.
        """
        # A row that came later may have another row's ID, and is that case once the other is gone.
        came_later = line.uid in self.truth.born
        if (came_later or change.reason.startswith(_ON_ENTERING)) and not held.ours_before:
            return True
        since = max((tick for tick in self.truth.recorded if tick <= held.since), default=0)
        return self.truth.acted_on(line.uid, CAUSES, since)

    def standing(self) -> list[Broken]:
        """The broken promises that the sheet still shows."""
        values = (value for line in self.truth.lines for value in line.values)
        return [broken for value in values for broken in value.broken]


class Listening:
    """A journal that lets the world know what leaves, and keeps it for the ledger as always."""

    def __init__(self, world: World, plan: Plan, journal: Journal) -> None:
        self._world, self._plan, self._journal = world, plan, journal
        self._original = {_sight(change): change for change in plan.changes}

    def sent(
        self, changes: Sequence[Change], *, nonce: str, expected: Sequence[Mapping[str, Any]]
    ) -> None:
        running = self._world.running
        whole = [self._original[_sight(change)] for change in changes]
        self._journal.sent(changes, nonce=nonce, expected=expected)
        self._world.flight = Flight(self._plan, whole, running.uids, running.ledger)

    def settled(self, receipts: Sequence[Receipt]) -> None:
        self._journal.settled(receipts)
        self._world.truth.untold.clear()


def _at(cells: Sequence[Cell], column: int) -> Cell:
    return cells[column] if column < len(cells) else None


def _sight(change: Change) -> tuple[int, str]:
    """A change by its place: a guard that is incomplete plans it with less of a premise."""
    return change.row, change.field


def same(one: Held, other: Held) -> bool:
    """Whether two cells hold the same."""
    if one in (None, "") or other in (None, ""):
        return one in (None, "") and other in (None, "")
    return isinstance(one, bool) is isinstance(other, bool) and one == other


def _plain(content: Held) -> Cell:
    return content.shows if isinstance(content, Formula) else content
