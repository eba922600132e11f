"""One spreadsheet: its tabs, names and properties, and how it changes as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from refundsheet.localsheets import (
    cell_formats,
    errors,
    references,
    rule_formulas,
    schema,
    table_parts,
)
from refundsheet.localsheets.a1 import Box, echo
from refundsheet.localsheets.errors import RequestError
from refundsheet.localsheets.following import follow_ranges
from refundsheet.localsheets.formulas import evaluate, rename_names
from refundsheet.localsheets.intervals import COLUMNS, Shift, Splice, follow_grid_range
from refundsheet.localsheets.results import clear_spilled, show_results
from refundsheet.localsheets.rows import Row
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.sheet import OBJECTS, Sheet
from refundsheet.localsheets.sheet_grid import SheetGrid
from refundsheet.localsheets.switches import Switches

MAX_CELLS = 10_000_000
MAX_COLUMNS = 18_278
MAX_CHARACTERS = 50_000
MAX_TITLE = 100
#: The account that owns every spreadsheet unless the control route says otherwise.
OWNER = "owner@localhost"
#: Whoever comes with an API key and no account.
ANYONE = "anyone"


@dataclass(frozen=True, slots=True)
class Context:
    """What a request may know besides the book: the time, who asks, fresh ids, the unknowns."""

    #: Aware, in UTC.
    now: datetime
    new_id: Callable[[], int]
    caller: str = OWNER
    switches: Switches = field(default_factory=Switches)


class Spreadsheet:
    """The state of one spreadsheet. Changes go to a `fork`, which replaces it when all went well."""

    def __init__(self, spreadsheet_id: str, properties: Json, context: Context) -> None:
        self.spreadsheet_id = spreadsheet_id
        #: SpreadsheetProperties as Google shows them.
        self.properties = properties
        self.sheets: list[Sheet] = []
        self.named_ranges: tuple[Json, ...] = ()
        #: Developer metadata of the book as a whole.
        self.metadata: tuple[Json, ...] = ()
        #: Comment threads on cells.
        self.threads: tuple[Json, ...] = ()
        #: Drive's permissions but the owner's, and Drive's comments.
        self.permissions: tuple[Json, ...] = ()
        self.comments: tuple[Json, ...] = ()
        self.created = context.now
        self.modified = context.now
        self.context = context
        #: Whether formulas may show results from before a change.
        self.stale = False

    @property
    def title(self) -> str:
        """The book's name."""
        return self.properties["title"]

    @property
    def locale(self) -> str:
        """What dates, numbers and currencies are read and shown by, such as `en_US`."""
        return self.properties["locale"]

    @property
    def local_now(self) -> datetime:
        """The clock in the book's time zone."""
        return self.context.now.astimezone(ZoneInfo(self.properties["timeZone"]))

    def fork(self, context: Context) -> Spreadsheet:
        """A copy for one request to change."""
        copy = Spreadsheet(self.spreadsheet_id, self.properties, context)
        copy.sheets = [sheet.fork() for sheet in self.sheets]
        copy.named_ranges = self.named_ranges
        copy.metadata, copy.threads = self.metadata, self.threads
        copy.permissions, copy.comments = self.permissions, self.comments
        copy.created, copy.modified = self.created, self.modified
        copy.stale = self.stale
        return copy

    def sheet(self, sheet_id: int) -> Sheet:
        """The tab of that id.

        Raises:
            RequestError: there is none.
        """
        for sheet in self.sheets:
            if sheet.sheet_id == sheet_id:
                return sheet
        raise errors.no_grid(sheet_id)

    def sheet_titled(self, title: str) -> Sheet | None:
        """The tab of that name; letter case does not matter."""
        exact = (sheet for sheet in self.sheets if sheet.title == title)
        alike = (sheet for sheet in self.sheets if sheet.title.casefold() == title.casefold())
        return next(exact, None) or next(alike, None)

    def named_range(self, name: str) -> Json | None:
        """The named range of that name; letter case does not matter."""
        for named in self.named_ranges:
            if named["name"].casefold() == name.casefold():
                return named
        return None

    def add_sheet(self, sheet: Sheet, index: int) -> None:
        """Put a tab in, refusing an id or title that is taken and too many cells.

        Raises:
            RequestError: in Google's words.
        """
        if any(other.sheet_id == sheet.sheet_id for other in self.sheets):
            raise RequestError(f"Sheet with id {sheet.sheet_id} already exists")
        self.check_title(sheet.title, sheet.sheet_id)
        self.sheets.insert(index, sheet)
        self.check_size()

    def check_title(self, title: str, sheet_id: int) -> None:
        """Refuse a title another tab has, or one too long.

        Raises:
            RequestError: in Google's words.
        """
        if len(title) > MAX_TITLE:
            raise RequestError(f"The sheet name cannot be greater than {MAX_TITLE} characters.")
        taken = self.sheet_titled(title)
        if taken is not None and taken.sheet_id != sheet_id:
            raise RequestError(
                f'A sheet with the name "{title}" already exists. Please enter another name.'
            )

    def check_size(self) -> None:
        """Refuse more cells or columns than Google holds.

        Raises:
            RequestError: in Google's words.
        """
        if any(sheet.column_count > MAX_COLUMNS for sheet in self.sheets):
            raise RequestError(errors.TOO_MANY_COLUMNS)
        if sum(sheet.row_count * sheet.column_count for sheet in self.sheets) > MAX_CELLS:
            raise RequestError(errors.TOO_MANY_CELLS)

    def check_growth(self, sheet: Sheet, axis: str, more: int) -> None:
        """Refuse rows or columns that would be too many, before they take any room.

        Raises:
            RequestError: in Google's words.
        """
        if axis == COLUMNS and sheet.column_count + more > MAX_COLUMNS:
            raise RequestError(errors.TOO_MANY_COLUMNS)
        across = sheet.row_count if axis == COLUMNS else sheet.column_count
        held = sum(each.row_count * each.column_count for each in self.sheets)
        if held + more * across > MAX_CELLS:
            raise RequestError(errors.TOO_MANY_CELLS)

    def shift(self, shift: Shift) -> None:
        """Insert, delete or move rows or columns; ranges and formulas everywhere follow."""
        title = self.sheet(shift.sheet_id).title
        for sheet in self.sheets:
            rule_formulas.follow(sheet, shift, title)
        for sheet in self.sheets:
            if sheet.sheet_id == shift.sheet_id:
                sheet.shift(shift)
            else:
                sheet.follow(shift)
        named = (
            schema.map_messages(
                "NamedRange", body, "GridRange", lambda found: follow_grid_range(shift, found)
            )
            for body in self.named_ranges
        )
        self.named_ranges = tuple(body for body in named if body is not None)
        self._rewrite_formulas(
            lambda text, own: references.follow(text, shift, title, own_title=own)
        )
        self.stale = True

    def resize(self, sheet: Sheet, axis: str, count: int) -> None:
        """Cut a tab's grid or grow it at the end.

        Raises:
            RequestError: it would grow beyond Google's limits.
        """
        old = sheet.count(axis)
        if count < old:
            self.shift(Splice(sheet.sheet_id, axis, count, old, 0))
        else:
            self.check_growth(sheet, axis, count - old)
            sheet.resize(axis, count)

    def follow_cut(self, source: Box, target: Box) -> None:
        """Let formulas everywhere follow cells that were cut and pasted."""
        titles = (self.sheet(source.sheet_id).title, self.sheet(target.sheet_id).title)
        self._rewrite_everywhere(
            lambda text, own: references.follow_cut(text, source, target, titles, own)
        )

    def follow_block(self, lane: Box, splice: Splice) -> None:
        """Let ranges and formulas everywhere follow cells that moved within a lane."""

        def follow(body: Json) -> Json | None:
            in_lane = body.get("sheetId", 0) == lane.sheet_id and references.lies_in_lane(
                self.sheet(lane.sheet_id).bounded(body), lane, splice.axis
            )
            return follow_grid_range(splice, body) if in_lane else body

        self.follow_ranges(follow)
        title = self.sheet(lane.sheet_id).title
        self._rewrite_everywhere(
            lambda text, own: references.follow_block(text, lane, splice, title, own)
        )
        self.stale = True

    def follow_ranges(self, change: Callable[[Json], Json | None]) -> None:
        """Change every GridRange of names and objects; what loses its cells goes."""
        for sheet in self.sheets:
            for name, message in OBJECTS.items():
                bodies = sheet.objects.get(name, ())
                moved = [follow_ranges(name, message, body, change) for body in bodies]
                sheet.put_objects(name, tuple(body for body in moved if body is not None))
        named = (
            schema.map_messages("NamedRange", body, "GridRange", change)
            for body in self.named_ranges
        )
        self.named_ranges = tuple(body for body in named if body is not None)

    def rename_in_formulas(self, old: str, new: str) -> None:
        """Let formulas everywhere follow a tab to its new title."""
        self._rewrite_everywhere(lambda text, _own: references.rename(text, old, new))

    def rename_parts(self, old: Json, new: Json) -> None:
        """Let formulas everywhere follow the new names of a table and its columns."""
        names = table_parts.renamed_parts(old, new)
        if names:
            self._rewrite_everywhere(lambda text, _own: rename_names(text, names))

    def _rewrite_everywhere(self, change: Callable[[str, str], str]) -> None:
        """Change the formulas of cells and rules; `change` is told on which tab they stand."""
        self._rewrite_formulas(change)
        for sheet in self.sheets:
            rule_formulas.rewrite(sheet, partial(_on, change, sheet.title))

    def _rewrite_formulas(self, change: Callable[[str, str], str]) -> None:
        for sheet in self.sheets:
            for row, column, text in list(formulas_of(sheet)):
                changed = change(text, sheet.title)
                if changed != text:
                    sheet.own(row).put_formula(column, changed)

    def calculate(self) -> None:
        """Bring every formula's shown result up to date, if anything changed since."""
        if not self.stale:
            return
        self.stale = False
        if not any(True for sheet in self.sheets for _ in formulas_of(sheet)):
            return
        for sheet in self.sheets:
            clear_spilled(sheet)
        found = evaluate(
            {sheet.title: SheetGrid(sheet) for sheet in self.sheets},
            now=self.local_now,
            locale=self.locale,
            names=self.named_texts(),
        )
        show_results(self.sheets, found, self.locale)

    def calculate_for(self, box: Box) -> None:
        """Bring what the formulas of a box show up to date in the midst of a batch."""
        if self.sheet(box.sheet_id).has_formulas(box) and not self.context.switches.formulas_wait:
            self.calculate()

    def named_texts(self) -> dict[str, str]:
        """The A1 reference behind each named range, and behind what formulas can name of a table."""
        named = {body["name"]: self._named_text(body["range"]) for body in self.named_ranges}
        for sheet in self.sheets:
            for table in sheet.objects.get("tables", ()):
                parts = table_parts.named_parts(table, sheet.bounded(table["range"]))
                named |= {text: echo(sheet.title, box) for text, box in parts.items()}
        return named

    def _named_text(self, body: Json) -> str:
        sheet = self.sheet(body.get("sheetId", 0))
        box = Box(
            sheet.sheet_id,
            body.get("startRowIndex", 0),
            body.get("endRowIndex", sheet.row_count),
            body.get("startColumnIndex", 0),
            body.get("endColumnIndex", sheet.column_count),
        )
        return echo(sheet.title, box)


def _on(change: Callable[[str, str], str], title: str, text: str) -> str:
    return change(text, title)


def _readdressed(message: str, body: Json, sheet_id: int) -> Json:
    """An object with every range on it turned to another tab."""

    def turned(found: Json) -> Json:
        return {**found, "sheetId": sheet_id}

    for wanted in ("GridRange", "DimensionRange", "GridCoordinate"):
        body = schema.map_messages(message, body, wanted, turned) or body
    return body


def formulas_of(sheet: Sheet) -> Iterable[tuple[int, int, str]]:
    """(row, column, text) of every formula of a tab."""
    for index, row in enumerate(sheet.rows):
        for column, extra in (row.more or {}).items():
            if extra.formula is not None:
                yield index, column, extra.formula


def new_spreadsheet(
    spreadsheet_id: str, title: str, context: Context, *, locale: str, time_zone: str
) -> Spreadsheet:
    """A spreadsheet as Google makes it, without its first tab."""
    properties: Json = {
        "title": title,
        "locale": locale,
        "autoRecalc": "ON_CHANGE",
        "timeZone": time_zone,
        "defaultFormat": cell_formats.DEFAULT_FORMAT,
        "spreadsheetTheme": cell_formats.DEFAULT_THEME,
    }
    return Spreadsheet(spreadsheet_id, properties, context)


def new_sheet(sheet_id: int, title: str, rows: int = 1000, columns: int = 26) -> Sheet:
    """A blank tab of the size Google gives it."""
    properties: Json = {"sheetId": sheet_id, "title": title, "sheetType": "GRID"}
    return Sheet(properties, rows, columns)


def copy_sheet(sheet: Sheet, sheet_id: int, title: str) -> Sheet:
    """A tab with everything on it but comments, under another id and title."""
    copy = sheet.fork()
    copy.put_objects("commentAnchors", ())
    copy.properties = sheet.properties | {"sheetId": sheet_id, "title": title}
    copy.rows = [row.copy(copy.token, uid) for uid, row in enumerate(sheet.rows, start=1)]
    copy.next_uid = len(copy.rows) + 1
    copy.changed, copy.order_changed = list[Row](copy.rows), True
    for name, message in OBJECTS.items():
        bodies = copy.objects.get(name, ())
        copy.put_objects(name, tuple(_readdressed(message, body, sheet_id) for body in bodies))
    return copy
