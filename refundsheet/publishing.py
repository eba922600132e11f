"""Our own tabs kept up: what differs is overwritten in place, and new History rows are added."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from refundsheet.config import Settings
from refundsheet.core.attention import blank_page
from refundsheet.core.calendar import BusinessCalendar
from refundsheet.core.columns import header_names
from refundsheet.core.history import HEADERS, empty_page, may_go, oldest_rows, to_row, told_rows
from refundsheet.core.model import Layout
from refundsheet.core.pages import (
    Page,
    PageAddition,
    PageCell,
    PageCells,
    PageEdit,
    difference,
    with_cell,
)
from refundsheet.core.serials import to_moment
from refundsheet.core.summary import Summary
from refundsheet.core.summary_page import (
    HEADLINE,
    HEARTBEAT,
    Links,
    heartbeat_cell,
    summary_frame,
    to_cells,
)
from refundsheet.errors import NotOursError, RefusedError
from refundsheet.ledger.logbook import Logbook, months_before
from refundsheet.ledger.records import Addition
from refundsheet.sheets.store import SheetStore

#: How old the time of the last pass on the Summary may get before it is written by itself.
HEARTBEAT_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """What a pass has to show.

    Attributes:
        pages: Our tabs as they shall be, the Summary first.
        new: The titles of the tabs that were made in this pass, and hold nothing yet.
        notes: What is said on a tab that people fill in, where it differs from what stands there.
        is_lease_due: Whether the lease is to be renewed.
    """

    now: datetime
    layout: Layout
    calendar: BusinessCalendar
    pages: Sequence[Page]
    new: frozenset[str]
    notes: PageEdit | None
    is_lease_due: bool


class Publisher:
    """Sends what our tabs lack: one write request, and none where nothing differs.

    Args:
        store: The spreadsheet.
        logbook: What stands on our tabs already.
        settings: The titles.
    """

    def __init__(self, store: SheetStore, logbook: Logbook, settings: Settings) -> None:
        self._store, self._logbook, self._titles = store, logbook, settings.tabs
        self._weeks = settings.summary.weeks
        self._settings = settings
        #: Why the History tab is longer than it may be; "" where it is not.
        self.untrimmed = ""
        #: The tabs of people's that have the name of one of ours, each with what to say of it.
        self._theirs: dict[str, str] = {}

    @property
    def empty_pages(self) -> tuple[Page, ...]:
        """Our own tabs as they are made, still empty."""
        return empty_pages(self._settings)

    def look(self, *, is_first: bool) -> None:
        """Look which tabs with the name of one of ours are people's: these stay as they are.

        Args:
            is_first: Whether the log was never written to: then nothing else is written either.

        Raises:
            NotOursError: There is one, and it is the first time.
        """
        if self._theirs:
            self._store.describe()  # people may have renamed it
        not_ours = list(self._not_ours())
        self._theirs = {error.title: str(error) for error in not_ours}
        if is_first and not_ours:
            raise not_ours[0]

    @property
    def cautions(self) -> tuple[str, ...]:
        """Which tabs of ours cannot be kept up, and why."""
        return tuple(self._theirs.values())

    def _not_ours(self) -> Iterator[NotOursError]:
        """The tabs with the name of one of ours that are people's: one read for each without our mark.

        Without it a tab is ours where it is blank, or where its first column has what ours begins
        with, for a spreadsheet that was imported has lost all marks; people may have sorted it.
        """
        titles = self._titles
        begins = {
            titles.summary: HEADLINE,
            titles.needs_attention: titles.needs_attention,
            titles.history: HEADERS[0],
        }
        for title, first in begins.items():
            tab = self._store.book.tab(title)
            if tab is None or tab.marked:
                continue
            rows = self._store.read_page(title)
            is_blank = all(cell in {None, ""} for row in rows for cell in row)
            if not is_blank and first not in {row[0] for row in rows if row}:
                yield NotOursError(title)

    def look_again(self) -> None:
        """Learn what stands on our tabs, after somebody else has written there: one read for each."""
        for title in (self._titles.summary, self._titles.needs_attention):
            rows = enumerate(self._store.read_page(title))
            cells = {
                (row, column): PageCell(cell)
                for row, line in rows
                for column, cell in enumerate(line)
                if cell not in {None, ""}
            }
            self._logbook.set_published(Page(title, cells))

    def summary_page(self, summary: Summary, zone: ZoneInfo, links: Links) -> Page:
        """The Summary tab as it shall be."""
        frame = summary_frame(self._titles.summary, self._weeks)
        return replace(frame, cells=to_cells(summary, zone, self._weeks, links))

    def publish(self, edition: Edition) -> int:
        """Send what differs, and what History lacks; how many cells of our tabs that were.

        What belongs on a tab whose name people have given to one of theirs waits.
        """
        ours = [page for page in edition.pages if page.title not in self._theirs]
        stands = {page.title: self._standing(page.title, edition) for page in ours}
        beat = heartbeat_cell(edition.now, edition.calendar.zone)
        shown = stands.get(self._titles.summary, {}).get(HEARTBEAT)
        pages = [self._with_beat(page, shown or beat) for page in ours]
        news = sum(len(difference(stands[page.title], page).cells) for page in pages)
        addition = None
        if self._titles.history not in self._theirs:
            addition = self._logbook.unpublished(edition.now)
        is_due = edition.is_lease_due or _is_old(shown, edition)
        if not (news or addition or edition.notes or is_due):
            return 0
        pages = [self._with_beat(page, beat) for page in ours]
        edits = [difference(stands[page.title], page) for page in pages]
        changed = [edit.page for edit in edits if edit.cells]
        edits += [edition.notes] if edition.notes else []
        lease = self._logbook.lease(edition.now) if edition.is_lease_due else ()
        self._store.publish(edits, self._rows(addition, edition), lease)
        for page in (*changed, *self._notes_known(edition.notes)):
            self._logbook.set_published(page)
        self._publish_more(addition, edition)
        return news

    def trim(self, edition: Edition) -> None:
        """Take the oldest rows from a History tab that has grown too long; the ledger tells them still.

        One read of the tab, and a write where it is too long; it is enough to do so once a day.
        """
        most, title = self._settings.history.rows, self._titles.history
        tab = self._store.book.tab(title)
        if tab is None or tab.row_count <= most or title in self._theirs:
            return
        zone, names = edition.calendar.zone, header_names(self._settings.log.headers)
        rows = oldest_rows(told_rows(self._store.read_page(title), names, zone), most)
        kept = self._logbook.numbered_entries(told.entry.number for told in rows)
        before = months_before(edition.now, self._settings.ledger.keep_months)
        gone = [
            told.row
            for told in rows
            if may_go(told, kept.get(told.entry.number), edition.layout, zone, before)
        ]
        try:
            self._store.remove_rows(title, gone)
            self.untrimmed = ""
        except RefusedError as error:
            self.untrimmed = f"The oldest rows of {title} could not be removed: {error}"

    def _notes_known(self, notes: PageEdit | None) -> Iterator[Page]:
        """All that we said on a tab of theirs: by its text, since people move the rows."""
        if notes is not None:
            said = {*self._logbook.published(notes.page.title).values(), *notes.cells.values()}
            texts = sorted({str(cell.value) for cell in said if cell is not None})
            cells = {(place, 0): PageCell(text) for place, text in enumerate(texts)}
            yield Page(notes.page.title, cells)

    def _standing(self, title: str, edition: Edition) -> PageCells:
        return {} if title in edition.new else self._logbook.published(title)

    def _with_beat(self, page: Page, beat: PageCell) -> Page:
        is_summary = page.title == self._titles.summary
        return with_cell(page, HEARTBEAT, beat) if is_summary else page

    def _publish_more(self, addition: Addition | None, edition: Edition) -> None:
        """What did not fit into one request."""
        while addition:
            self._logbook.confirm(addition)
            addition = self._logbook.unpublished(edition.now)
            if addition:
                self._store.publish([], self._rows(addition, edition))

    def _rows(self, addition: Addition | None, edition: Edition) -> PageAddition | None:
        """Entries as rows of the History tab."""
        if addition is None:
            return None
        zone = edition.calendar.zone
        rows = tuple(to_row(entry, edition.layout, zone) for entry in addition.entries)
        return PageAddition(
            empty_page(self._titles.history), rows, addition.mark, addition.outdated
        )


def empty_pages(settings: Settings) -> tuple[Page, ...]:
    """Our own tabs as they are made, but for the Settings: Needs attention, Summary, History."""
    titles = settings.tabs
    summary = summary_frame(titles.summary, settings.summary.weeks)
    return blank_page(titles.needs_attention), summary, empty_page(titles.history)


def _is_old(beat: PageCell | None, edition: Edition) -> bool:
    """Whether the time of the last pass that stands on the Summary has to be renewed."""
    if beat is None or not isinstance(beat.value, (int, float)):
        return True
    shown = edition.calendar.opening(to_moment(beat.value, edition.calendar.zone))
    return edition.now - shown >= HEARTBEAT_EVERY
