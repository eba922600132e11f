"""The truth, kept outside the sheet: which row is which, and who put every value where it stands.

Values alone show neither a copied row nor two stamps that happen to be equal. Here every row has a
number that no cell holds and nothing changes, and every value knows its writer, through sorting,
copying, cutting and undoing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cache, lru_cache

from refundsheet.core.columns import BY_FIELD, Kind, Writer, header_names
from refundsheet.core.columns import comparable as comparable_header
from refundsheet.core.keys import comparable_id
from refundsheet.core.model import Cell
from refundsheet.sheets.memory import Formula, Held

#: What refundsheet may write at all.
OURS = frozenset(name for name, column in BY_FIELD.items() if column.writer is Writer.US)
STAMPS = frozenset(
    name
    for name, column in BY_FIELD.items()
    if column.writer is Writer.TEAM_THEN_US and column.kind is Kind.MOMENT
)
MAY_WRITE = OURS | STAMPS | {"case_id"}

#: What has to have happened to a case before it is stamped.
CAUSES = ("status", "notes", "case_id", "order_id", "customer_name")

_NAMES = header_names()


class By(Enum):
    """Who put a value where it stands."""

    PERSON = "a person"
    REFUNDSHEET = "refundsheet"


class Promise(Enum):
    """What refundsheet promises, by the names of the specification."""

    PEOPLES_CELLS = "I1"  # no cell of people's differs from what they last put there
    OWN_CASE = "I2"  # every stamp sits on its own case
    PEOPLES_TIMES = "I3"  # a person's timestamp is never changed
    REST = "I4"  # when people rest, the second pass plans nothing
    CUT = "I5"  # a pass cut off, then a whole one, ends where a whole one ends
    EXPLAINED = "I6"  # the ledger explains every cell refundsheet wrote
    PREMISE = "premise"  # what a write rests on is true in the instant of writing
    CLEARED = "cleared"  # a stamp somebody cleared stays blank until something happens


@dataclass(frozen=True, slots=True)
class Broken:
    """A promise that was not kept."""

    promise: Promise
    what: str


@dataclass(frozen=True, slots=True)
class Value:
    """A cell's content, and how it came there.

    Attributes:
        row: For which row refundsheet wrote it.
        case: The ID of that row then.
        name: And into which field; people give a column another header at times.
        since: The moment it came there.
        blank_before: Since when the cell had been blank, where it was.
        ours_before: Whether it took the place of what refundsheet had written.
        ledger: Which ledger was told of it.
        broken: The promises its writing broke.
        instead_of: What refundsheet wrote it over.
    """

    content: Held = None
    by: By = By.PERSON
    row: int = -1
    case: str = ""
    name: str = ""
    since: int = 0
    blank_before: int = -1
    ours_before: bool = False
    ledger: int = -1
    broken: tuple[Broken, ...] = ()
    instead_of: "Value | None" = None

    @property
    def shows(self) -> Cell:
        """What one sees in the cell; None where one sees nothing."""
        shown = self.content.shows if isinstance(self.content, Formula) else self.content
        return None if shown == "" else shown

    @property
    def is_blank(self) -> bool:
        return self.content in (None, "")

    def as_blank_as(self, other: "Value") -> "Value":
        """Nothing to be seen where nothing was seen before, be it a formula that shows nothing."""
        return replace(
            self, since=other.since, blank_before=other.blank_before, ours_before=other.ours_before
        )


BLANK = Value()


@dataclass(slots=True)
class Line:
    """A row of the sheet; ``uid`` is never in it."""

    uid: int
    values: list[Value]

    def copy(self, uid: int | None = None) -> "Line":
        return Line(self.uid if uid is None else uid, list(self.values))


@dataclass(slots=True)
class Truth:
    """The log as it really is.

    Attributes:
        lines: Row by row, the headers first.
        tick: Counts what people do.
        touched: Row and field to the tick at which a person last changed it.
        born: Row to the tick at which a person made it.
        recorded: The ticks of the reads that refundsheet has taken in, in order.
        untold: Row and field of what refundsheet wrote and no ledger knows to have arrived.
        copy_of: Row to the row it is a copy of.
        said: Row and field to what the row last said in it, by the headers of then.
    """

    lines: list[Line]
    tick: int = 0
    touched: dict[tuple[int, str], int] = field(default_factory=dict[tuple[int, str], int])
    born: dict[int, int] = field(default_factory=dict[int, int])
    recorded: list[int] = field(default_factory=lambda: [0])
    untold: set[tuple[int, str]] = field(default_factory=set[tuple[int, str]])
    copy_of: dict[int, int] = field(default_factory=dict[int, int])
    said: dict[tuple[int, str], Cell] = field(default_factory=dict[tuple[int, str], Cell])
    _fields: tuple[str, ...] = ()
    _uids: int = 0

    @classmethod
    def of(cls, rows: Iterable[Sequence[Cell]]) -> "Truth":
        lines = [Line(uid, [Value(cell) for cell in row]) for uid, row in enumerate(rows)]
        truth = cls(lines, _uids=len(lines))
        width = max(len(line.values) for line in lines)
        for line in lines:
            line.values += [BLANK] * (width - len(line.values))
        truth.note_headers()
        return truth

    @property
    def width(self) -> int:
        """How many columns; every row has as many."""
        return len(self.lines[0].values)

    @property
    def count(self) -> int:
        """How many rows, the headers among them."""
        return len(self.lines)

    def contents(self) -> list[list[Held]]:
        """The cells as a sheet holds them."""
        return [[value.content for value in line.values] for line in self.lines]

    def field_at(self, column: int) -> str:
        """The field of a column as its header says now; "" for the team's own columns."""
        fields = self.fields
        return fields[column] if column < len(fields) else ""

    def column_of(self, name: str) -> int | None:
        """Where a field stands now."""
        fields = self.fields
        return fields.index(name) if name in fields else None

    @property
    def fields(self) -> tuple[str, ...]:
        """The field of every column."""
        return _fields_of(tuple([value.content for value in self.lines[0].values]))

    def value(self, row: int, name: str) -> Value:
        """What a row holds in a field; blank where it has no column."""
        column = self.column_of(name)
        return BLANK if column is None else self.lines[row].values[column]

    def new_line(self, values: Sequence[Value] = (), copy_of: int | None = None) -> Line:
        """A row that was not there before."""
        self._uids += 1
        self.born[self._uids] = self.tick
        if copy_of is not None:
            self.copy_of[self._uids] = copy_of
        return Line(self._uids, [*values, *[BLANK] * (self.width - len(values))])

    def put(self, row: int, column: int, content: Held) -> None:
        """A person types into a cell, or clears it."""
        self.place(row, column, Value(content, since=self.tick))

    def place(self, row: int, column: int, value: Value) -> None:
        """A person puts a value into a cell, be it typed or carried from elsewhere."""
        line = self.lines[row]
        old = line.values[column]
        if (old.content == value.content and old.by is value.by) or (
            old.is_blank and value.is_blank
        ):
            return
        line.values[column] = self._arriving(value, old, line.uid, self.field_at(column))
        self.touched[line.uid, self.field_at(column)] = self.tick

    def _arriving(self, value: Value, old: Value, row: int, name: str) -> Value:
        """A value that takes the place of another on a row.

        What came and went again before refundsheet ever saw it leaves the cell as it was before that:
        nobody could know. So does a stamp that was carried there from another row, and one whose
        writer died before it heard of it.
        """
        if old.shows is None and value.shows is None:
            return value.as_blank_as(old)
        if old.is_blank:
            return replace(value, since=self.tick, blank_before=old.since)
        is_its_own = old.by is By.REFUNDSHEET and old.row == row
        if is_its_own and (row, name) in self.untold:
            before = old.instead_of or BLANK
            if alike(value.shows, before.shows):
                return replace(value, since=before.since, ours_before=before.ours_before)
        seen = is_its_own or self.recorded[-1] >= old.since
        if value.is_blank and not seen and old.blank_before >= 0:
            return replace(value, since=old.blank_before)
        return replace(value, since=self.tick, ours_before=seen and old.by is By.REFUNDSHEET)

    def brought_back(self, value: Value, was: Value | None, row: int) -> Value:
        """A value that an undo brings back; it had not been gone if nobody saw what stood there."""
        is_unseen = was is not None and self.is_unseen(was, row)
        return value if is_unseen else replace(value, since=self.tick)

    def is_unseen(self, value: Value, row: int) -> bool:
        """Whether a person put a value there of which refundsheet knows nothing yet.

        It may be one of refundsheet's own that was carried there from another row.
        """
        is_theirs = value.by is By.PERSON or value.row != row
        return is_theirs and value.since > self.recorded[-1]

    def note_headers(self) -> None:
        """Under another header every row says something else in a field, though no cell changed.

        Somebody who gives Status and Date Approved each other's header has changed every status.
        """
        fields = self.fields
        other = fields != self._fields
        self._fields = fields
        for name in CAUSES:
            if name in fields:
                column = fields.index(name)
                for line in self.lines[1:]:
                    key, shown = (line.uid, name), line.values[column].shows
                    if other and not alike(self.said.get(key, shown), shown):
                        self.touched[key] = self.tick
                    self.said[key] = shown

    def forget(self, after: int) -> None:
        """Nobody knows any more what was read after a tick: the ledger is gone that alone knew it.

        A stamp that was cleared since was never there, as far as its successor can know.
        """
        self.recorded = [tick for tick in self.recorded if tick <= after]
        for line in self.lines:
            for column, value in enumerate(line.values):
                if value.is_blank and value.since > after:
                    line.values[column] = replace(value, since=after, ours_before=False)

    def descends(self, uid: int, ancestor: int) -> bool:
        """Whether a row is a copy of another, or a copy of such a copy."""
        return ancestor in self.origins(uid)

    def origins(self, uid: int) -> Iterator[int]:
        """A row, the one it is a copy of, the one that is a copy of, and so on."""
        yield uid
        while uid in self.copy_of:
            uid = self.copy_of[uid]
            yield uid

    def copied(self, value: Value) -> Value:
        """A value as a copy of it is."""
        return replace(value, since=self.tick, broken=(), instead_of=None)

    def acted_on(self, uid: int, names: Iterable[str], after: int) -> bool:
        """Whether a person changed one of the fields of a row after a moment, or made the row."""
        ticks = [self.touched.get((uid, name), -1) for name in names]
        return max([*ticks, self.born.get(uid, -1)]) >= after

    def snapshot(self) -> list[Line]:
        """The rows as they are, to come back to."""
        return [line.copy() for line in self.lines]

    def stamps(self) -> Iterator[tuple[Line, str, Value]]:
        """Every cell that refundsheet filled, in the columns it shares with people."""
        for column in range(self.width):
            name = self.field_at(column)
            if name in MAY_WRITE:
                for line in self.lines[1:]:
                    if line.values[column].by is By.REFUNDSHEET:
                        yield line, name, line.values[column]

    def case_id(self, row: int) -> str:
        """The ID of a row as IDs are compared."""
        return comparable_id(str(self.value(row, "case_id").shows or ""))


def alike(one: Cell, other: Cell) -> bool:
    """Whether two cells say the same to people."""
    return plainly(one) == plainly(other)


def plainly(cell: Cell) -> str:
    """What a cell says to people: letter case, spaces and the form of a number do not matter."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str("" if cell is None else cell).strip().casefold()


@lru_cache(maxsize=4096)
def _fields_of(headers: tuple[Held, ...]) -> tuple[str, ...]:
    return tuple(field_named(Value(header).shows) for header in headers)


@cache
def field_named(header: Cell) -> str:
    """The field a header names; "" where it names none."""
    return _NAMES.get(comparable_header(str(header or "")), "")
