"""What people changed and what refundsheet wrote, a line a cell: the History tab, and back from it."""

import dataclasses
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from zoneinfo import ZoneInfo

from refundsheet.core.columns import BY_FIELD, Kind, comparable
from refundsheet.core.follow_up import MONTHS, words
from refundsheet.core.keys import comparable_id, is_provisional
from refundsheet.core.memory import Memory, Observation, Remembered, is_vague, likely_time
from refundsheet.core.model import Cell, Change, Layout
from refundsheet.core.observe import Observed
from refundsheet.core.pages import Page, PageCell, Style
from refundsheet.core.serials import at_wall_time, same_serial, to_moment, to_serial

#: Of Notes History shows what was added, and no more of it than this.
NOTE_LENGTH = 200
_TEXT_LENGTH = 1000

#: What stands for the field where an entry is about the row as a whole.
WHOLE_ROW = "row"

HEADERS = ("When", "Between", "Case", "Field", "From", "To", "By", "Why", "Run", "No.")
_WHEN, _BETWEEN, _CASE, _FIELD, _FROM, _TO, _BY, _WHY, _RUN, _NUMBER = range(10)
#: The end of an interval as ``_between`` tells it.
_LAST = re.compile(rf" - [A-Z][a-z]{{2}} (\d{{1,2}}) ({'|'.join(MONTHS)}) (\d\d):(\d\d)$")
_WIDTHS = (130, 200, 110, 150, 260, 260, 90, 320, 60, 70)

#: What every History tab has; the number came later.
_NEEDED = frozenset(HEADERS[:_NUMBER])


class By(Enum):
    """Who changed a cell."""

    TEAM = "team"
    US = "refundsheet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One cell that changed.

    Attributes:
        case: The key by which the case is known (core/keys.py).
        label: The case's ID; in parentheses what people call a row that has none of its own.
        field: The column; WHOLE_ROW where the case left the log or came back.
        before: What stood there; of Notes "", of other texts the text, of our writes the cell.
        after: What stands there now; of Notes what was added.
        why: In words; "" for what people did.
        run: The number of the pass that saw or wrote it.
        not_before: The earliest moment it can have happened; for our writes ``not_after``.
        not_after: The latest.
        number: Its number in the ledger, no part of what happened; 0 before it is there.
    """

    case: str
    label: str
    field: str
    before: Cell
    after: Cell
    by: By
    why: str
    run: int
    not_before: datetime
    not_after: datetime
    number: int = dataclasses.field(default=0, compare=False)

    @property
    def has_id(self) -> bool:
        """Whether the label is an ID."""
        return not self.label.startswith("(")

    @property
    def is_vague(self) -> bool:
        """Whether it happened at some time in a long gap between two reads."""
        return is_vague(self.not_before, self.not_after)

    @property
    def at(self) -> datetime:
        """When it happened; of a long gap the middle."""
        return likely_time(self.not_before, self.not_after)


def seen(
    memory: Memory, observed: Observed, run: int, now: datetime, renamed: Collection[str] = ()
) -> tuple[Entry, ...]:
    """All that a read showed people to have done.

    Args:
        memory: What was remembered before the read.
        observed: What the read showed.
        run: The number of the pass.
        now: Its time.
        renamed: The keys by which other cases are known since this read.
    """
    changed = (_seen(one, observed.cases, run) for one in observed.observations)
    return (*changed, *_left_and_returned(memory, observed, run, now, renamed))


def written(change: Change, run: int, at: datetime) -> Entry:
    """A cell that refundsheet wrote."""
    return Entry(
        case=change.case,
        label=str(change.after) if change.field == "case_id" else _named(change.label, change.case),
        field=change.field,
        before=change.before,
        after=change.after,
        by=By.US,
        why=change.reason,
        run=run,
        not_before=at,
        not_after=at,
    )


def _seen(one: Observation, cases: Mapping[str, Remembered], run: int) -> Entry:
    before, after = _shown_change(one)
    return Entry(
        case=one.case,
        label=_label(cases.get(one.case), one.case),
        field=one.field,
        before=before,
        after=after,
        by=By.TEAM,
        why="",
        run=run,
        not_before=one.not_before or one.not_after,
        not_after=one.not_after,
    )


def _left_and_returned(
    memory: Memory, observed: Observed, run: int, now: datetime, renamed: Collection[str]
) -> Iterator[Entry]:
    """Cases that count as removed from now on, and those that were found again."""
    for key in sorted(observed.changed.difference(renamed)):
        before, after = memory.cases.get(key), observed.cases.get(key)
        if before is None or after is None or before.removed is after.removed:
            continue
        content = _content(after)
        since = after.missing_since or before.missing_since or now
        yield Entry(
            case=key,
            label=_label(after, key),
            field=WHOLE_ROW,
            before=content if after.removed else "",
            after="" if after.removed else content,
            by=By.TEAM,
            why=why_left(after) if after.removed else "the row is back",
            run=run,
            not_before=since if after.removed else now,
            not_after=since if after.removed else now,
        )


def why_left(known: Remembered) -> str:
    """What became of a case that is removed, as far as it is known."""
    if known.moved_to:
        return f"moved to {known.moved_to}"
    return "the row is not in the log any more"


def _label(known: Remembered | None, key: str) -> str:
    """What people call a case."""
    if known is None:
        return _named(key, key)
    return _named(known.case.case_id or known.case.order_id or known.case.customer_name, key)


def _named(name: str, key: str) -> str:
    return f"({name})" if is_provisional(key) else name


def _content(known: Remembered) -> str:
    case = known.case
    parts = (case.case_id, case.order_id, case.customer_name, case.product, case.status)
    return " · ".join(part for part in parts if part)


_OFFSET = re.compile(r"(?<=:\d\d)[+-]\d\d:\d\d(:\d\d)?$")


def _shown_change(one: Observation) -> tuple[str, str]:
    """What History shows of a change: of Notes what was added, of others both sides."""
    if one.field == "notes":
        return "", shortened(added(one.before, one.after), NOTE_LENGTH)
    before, after = one.before, one.after
    if BY_FIELD[one.field].kind is Kind.MOMENT:
        before, after = _OFFSET.sub("", before), _OFFSET.sub("", after)
    return shortened(before, _TEXT_LENGTH), shortened(after, _TEXT_LENGTH)


def added(before: str, after: str) -> str:
    """The part of a text that was not there before, without blanks around it."""
    start = 0
    for one, other in zip(before, after, strict=False):
        if one != other:
            break
        start += 1
    end = 0
    most = min(len(before), len(after)) - start
    while end < most and before[-1 - end] == after[-1 - end]:
        end += 1
    return after[start : len(after) - end].strip()


def shortened(text: str, most: int) -> str:
    """The text, its end left out where it is too long."""
    return text if len(text) <= most else text[: most - 1] + "…"


def is_about(entry: Entry, case: str) -> bool:
    """Whether an entry is about the case that people, or the ledger, call so."""
    wanted = comparable_id(case.strip("()"))
    return case == entry.case or wanted == comparable_id(entry.label.strip("()"))


def explain(entries: Iterable[Entry], case: str, field: str, held: Cell) -> Entry | None:
    """Why a cell holds what it holds, where refundsheet wrote it; None where it did not.

    Args:
        entries: From the ledger or from the History tab, oldest first.
        case: The case's ID or key.
        field: The column.
        held: What the cell holds now, as read.
    """
    found = None
    for entry in entries:
        if entry.by is By.US and entry.field == field and is_about(entry, case):
            found = entry
    return found if found is not None and _is_same(found.after, held) else None


def _is_same(one: Cell, other: Cell) -> bool:
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return same_serial(one, other)
    return (one or "") == (other or "")


# --- to the tab ---


def empty_page(title: str) -> Page:
    """The History tab before anything has happened."""
    cells = {
        (0, column): PageCell(header, Style.COLUMN_HEAD) for column, header in enumerate(HEADERS)
    }
    return Page(
        title,
        cells,
        _WIDTHS,
        frozen_rows=1,
        warning="refundsheet adds to this tab what changed in the log, and changes nothing in it.",
    )


def to_row(entry: Entry, layout: Layout, zone: ZoneInfo) -> tuple[PageCell, ...]:
    """An entry as a row of the tab; all text is text, whatever it begins with."""
    return (
        PageCell(to_serial(entry.at, zone), Style.MOMENT),
        PageCell(_between(entry, zone)),
        PageCell(entry.label),
        PageCell(header_of(entry.field, layout)),
        PageCell(shown(entry.field, entry.before, zone)),
        PageCell(shown(entry.field, entry.after, zone)),
        PageCell(entry.by.value),
        PageCell(entry.why),
        PageCell(entry.run, Style.COUNT),
        # A text, so that whatever numbers look like no two rows look alike.
        PageCell(str(entry.number)),
    )


def _between(entry: Entry, zone: ZoneInfo) -> str:
    if not entry.is_vague:
        return ""
    first, last = entry.not_before.astimezone(zone), entry.not_after.astimezone(zone)
    return f"≈ {words(first, last)} - {words(last, last)}"


def header_of(field: str, layout: Layout) -> str:
    """What the log calls a column."""
    if field == WHOLE_ROW:
        return WHOLE_ROW
    index = layout.columns.get(field)
    return BY_FIELD[field].header if index is None else layout.headers[index]


def shown(field: str, value: Cell, zone: ZoneInfo) -> str:
    """A cell as text: a time to the second, in the sheet's zone, so that it can be read back."""
    if value is None:
        return ""
    if _is_moment(field) and isinstance(value, (int, float)):
        moment = to_moment(value, zone)
        return f"{moment:%Y-%m-%d %H:%M:%S}" if isinstance(moment, datetime) else str(moment)
    return str(value)


def _is_moment(field: str) -> bool:
    return field != WHOLE_ROW and BY_FIELD[field].kind is Kind.MOMENT


# --- back from the tab ---


@dataclass(frozen=True, slots=True)
class ToldRow:
    """A row of a History tab that tells an entry.

    Attributes:
        cells: Its cells in the order of HEADERS.
        row: All its cells as they stand.
    """

    entry: Entry
    cells: tuple[Cell, ...]
    row: tuple[Cell, ...]

    @property
    def is_plain(self) -> bool:
        """Whether nobody has written anything beside it."""
        return _filled(self.row) == _filled(self.cells)


def told_rows(
    rows: Iterable[Sequence[Cell]], names: Mapping[str, str], zone: ZoneInfo
) -> Iterator[ToldRow]:
    """The rows of a History tab that tell an entry, as they stand; others are passed over.

    Args:
        rows: The tab's cells, in whatever order people have sorted them.
        names: Comparable header to field, as the log's columns are found.
        zone: The spreadsheet's zone.
    """
    heads = {comparable(header): header for header in HEADERS}
    columns: dict[str, int] = {}
    for row in rows:
        texts = {heads.get(comparable(str(cell))): index for index, cell in enumerate(row)}
        if texts.keys() >= _NEEDED:
            columns = {header: index for header, index in texts.items() if header}
            continue
        places = (columns.get(header, len(row)) for header in HEADERS)
        cells = tuple(row[place] if place < len(row) else "" for place in places)
        entry = _from_cells(cells, names, zone)
        if entry is not None:
            yield ToldRow(entry, cells, tuple(row))


def from_rows(
    rows: Iterable[Sequence[Cell]], names: Mapping[str, str], zone: ZoneInfo
) -> tuple[Entry, ...]:
    """The entries that stand on a History tab, oldest first; for the arguments see ``told_rows``."""
    found = (told.entry for told in told_rows(rows, names, zone))
    return tuple(sorted(found, key=lambda entry: (entry.not_after, entry.run)))


def _filled(cells: Iterable[Cell]) -> int:
    return sum(cell not in {None, ""} for cell in cells)


def _from_cells(cells: Sequence[Cell], names: Mapping[str, str], zone: ZoneInfo) -> Entry | None:
    when, run = cells[_WHEN], cells[_RUN]
    header, author = str(cells[_FIELD]), str(cells[_BY])
    field = WHOLE_ROW if header == WHOLE_ROW else names.get(comparable(header))
    if not isinstance(when, (int, float)) or isinstance(when, bool) or field is None:
        return None
    at = _instant(when, zone)
    if at is None or author not in {by.value for by in By}:
        return None
    is_ours = author == By.US.value
    until = _until(at, str(cells[_BETWEEN]))
    return Entry(
        case="",
        label=str(cells[_CASE]),
        field=field,
        before=_cell(field, cells[_FROM], zone) if is_ours else str(cells[_FROM]),
        after=_cell(field, cells[_TO], zone) if is_ours else str(cells[_TO]),
        by=By(author),
        why=str(cells[_WHY]),
        run=int(run) if isinstance(run, (int, float)) else 0,
        not_before=at - (until - at),
        not_after=until,
        number=int(number) if (number := str(cells[_NUMBER])).isdecimal() else 0,
    )


def _until(at: datetime, between: str) -> datetime:
    """The end of the interval in the middle of which an entry stands; the entry's time where it has none."""
    last = _LAST.search(between)
    if last is None:
        return at
    day, month, hour, minute = last.groups()
    try:
        # The tab tells no second; and no year, so that what lies before the entry is a year later.
        until = at.replace(
            month=MONTHS.index(month) + 1,
            day=int(day),
            hour=int(hour),
            minute=int(minute),
            second=59,
        )
        return until if until >= at else until.replace(year=at.year + 1)
    except ValueError:
        return at


def _instant(serial: float, zone: ZoneInfo) -> datetime | None:
    try:
        moment = to_moment(serial, zone)
    except ValueError:
        return None
    if isinstance(moment, datetime):
        return moment
    return datetime(moment.year, moment.month, moment.day, tzinfo=zone)


def _cell(field: str, text: Cell, zone: ZoneInfo) -> Cell:
    """What ``shown`` was given."""
    if text in (None, ""):
        return None
    if not _is_moment(field):
        return str(text)
    try:
        wall = datetime.fromisoformat(str(text))
    except ValueError:
        return str(text)
    is_day = len(str(text)) == len("2026-11-02")
    return to_serial(
        date(wall.year, wall.month, wall.day) if is_day else at_wall_time(wall, zone), zone
    )


# --- trimming the tab ---

#: A tab is trimmed once it is longer than it may be by this share: seldom, and much at a time.
_SLACK = 0.1


def oldest_rows(told: Iterable[ToldRow], most: int) -> list[ToldRow]:
    """The rows that are too many on the tab, oldest first; none while they are few more than that."""
    rows = list(told)
    if len(rows) <= most * (1 + _SLACK):
        return []
    rows.sort(key=lambda told: (told.entry.not_after, told.entry.run, told.entry.number))
    return rows[: len(rows) - most]


def may_go(
    told: ToldRow, kept: Entry | None, layout: Layout, zone: ZoneInfo, before: datetime
) -> bool:
    """Whether nothing is lost with a row: it is ours to the letter, and the ledger tells it too.

    Args:
        told: The row.
        kept: What the ledger has under its number.
        layout: The log's.
        zone: The sheet's.
        before: What is older the ledger does not keep either.
    """
    if not told.is_plain:
        return False
    return told.entry.not_after < before or (kept is not None and _tells(told, kept, layout, zone))


def _tells(told: ToldRow, kept: Entry, layout: Layout, zone: ZoneInfo) -> bool:
    """Whether a row reads as its entry is told; but for the column's header, which people rename."""
    expected = [cell.value for cell in to_row(kept, layout, zone)]
    return all(
        _is_same(held, cell)
        for place, (held, cell) in enumerate(zip(told.cells, expected, strict=True))
        if place != _FIELD
    )
