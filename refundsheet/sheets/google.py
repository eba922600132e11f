"""The spreadsheet at Google, or at a server that speaks as Google does."""

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

from refundsheet.core.decode import leading_ranges
from refundsheet.core.keys import comparable_id
from refundsheet.core.model import Cell, Outcome, Plan, Receipt, Snapshot
from refundsheet.core.pages import Page, PageAddition, PageEdit, whole
from refundsheet.errors import (
    MissingTabError,
    NotOursError,
    OtherZoneError,
    OutsideGridError,
    SheetError,
)
from refundsheet.sheets.credentials import GOOGLE, Access, open_access
from refundsheet.sheets.grid import a1, cells_request
from refundsheet.sheets.judged import NONCE
from refundsheet.sheets.layout import (
    HIDDEN_COLUMNS,
    HIDDEN_ROWS,
    MARK_KEY,
    Request,
    add_columns,
    add_hidden_tab,
    add_page,
    add_rows,
    empty_below,
    empty_rows,
    extent,
    grow,
    in_bodies,
    mark_tab,
    page_size,
    put_cells,
    was_added,
)
from refundsheet.sheets.pace import PER_MINUTE
from refundsheet.sheets.store import Asked, Book, Journal, Setup, Tab
from refundsheet.sheets.sweep import sweep
from refundsheet.sheets.transport import Json, SpreadsheetClient
from refundsheet.sheets.writer import LogWriter

_BOOK_FIELDS = (
    "spreadsheetId,properties(title,locale,timeZone),"
    "sheets.properties(sheetId,title,hidden,gridProperties(rowCount,columnCount)),"
    "sheets.developerMetadata.metadataKey"
)
_FORMAT_FIELDS = "sheets.data.rowData.values.userEnteredFormat.numberFormat.pattern"
_SHEET_IDS = 2**31 - 1

#: The first row of the hidden tab as far as it says something: the nonce, and the lease beside it.
_MARKS = (NONCE[0], NONCE[0] + 1, NONCE[1], NONCE[1] + 6)

#: What a log is called where the settings name none.
USUAL_LOG = "Refund Log"


def open_store(  # noqa: PLR0913 - what the settings say of a spreadsheet
    spreadsheet_id: str,
    *,
    hidden_tab: str,
    log_tab: str = "",
    our_tabs: Iterable[str] = (),
    base_url: str = GOOGLE,
    credentials: Path | None = None,
    per_minute: int = PER_MINUTE,
    access: Access | None = None,
) -> "GoogleSheetStore":
    """Open a spreadsheet; nothing is sent yet.

    Args:
        spreadsheet_id: The long id in its address.
        hidden_tab: The title of our hidden tab.
        log_tab: The log's tab by its title; "" finds it.
        our_tabs: The titles of our other tabs, none of which is ever the log.
        base_url: Google's address or a local server's.
        credentials: The service account's key file; None finds the application default ones.
        per_minute: How many reads, and how many writes, may leave in a minute.
        access: An open way, where several stores share one.

    Raises:
        ConfigurationError: The address or the key cannot be used.
    """
    client = SpreadsheetClient(
        spreadsheet_id, access or open_access(base_url, credentials, per_minute)
    )
    return GoogleSheetStore(client, log_tab=log_tab, hidden_tab=hidden_tab, our_tabs=our_tabs)


class GoogleSheetStore:
    """A SheetStore over the network.

    Args:
        client: Sends the requests.
        log_tab: The log's tab by its title; "" finds it.
        hidden_tab: The title of our hidden tab.
        our_tabs: The titles of our other tabs, none of which is ever the log.
    """

    def __init__(
        self,
        client: SpreadsheetClient,
        *,
        log_tab: str,
        hidden_tab: str,
        our_tabs: Iterable[str] = (),
    ) -> None:
        self.client = client
        self._writer = LogWriter(client)
        self._log_title = log_tab
        self._hidden_title = hidden_tab
        self._our_titles = {title.casefold() for title in (hidden_tab, *our_tabs)}
        self._book: Book | None = None
        #: From the first look on the log is known by its id: people rename and move tabs.
        self._log_id: int | None = None
        #: Our own tabs by the title we gave them, as large as we know them to be.
        self._pages: dict[str, Tab] = {}

    @property
    def book(self) -> Book:
        """What the spreadsheet said of itself last; asked now if nobody has."""
        return self._book or self.describe()

    @property
    def log(self) -> Tab:
        """The log's tab as last described."""
        return self._log_of(self.book)

    @property
    def quota_left(self) -> tuple[int, int] | None:
        """How many reads and writes may still go in this minute; None where nobody counts them."""
        return self.client.access.pace.left()

    @property
    def cautions(self) -> tuple[str, ...]:
        """What people should know of how the log is written; nothing where all is as it should be."""
        return self._writer.cautions

    def describe(self) -> Book:
        """Titles, sizes, zone and locale: one read request."""
        book = _book(self.client.get_json(params={"fields": _BOOK_FIELDS}))
        self._pages = _still_there(self._pages, book)
        self._book = book
        self._log_id = self._log_of(book).sheet_id
        return book

    def read(self, now: datetime, settings_tab: str = "") -> Snapshot:
        """The whole log tab and our marks: one read request, wherever people have moved the tab to."""
        book = self.book
        try:
            return self._snapshot(book, now, settings_tab)
        except MissingTabError:
            return self._snapshot(self.describe(), now, settings_tab)

    def prepare(self, setup: Setup) -> None:
        """Add what is missing, in fresh columns and tabs only: one write request."""
        if not setup:
            return
        try:
            self._prepare(setup)
        except OutsideGridError:
            # The log's grid has another size than we thought; nothing was applied.
            self._prepare(setup)

    def write(self, plan: Plan, journal: Journal) -> tuple[Receipt, ...]:
        """Write each change where its case stands, if it is still as expected; a receipt for each."""
        if not plan.changes:
            return ()
        hidden = self._hidden_tab()
        try:
            return self._writer.write(plan, self.log, hidden, journal)
        except MissingTabError:
            # The look before the write found a tab renamed or removed: nothing has left yet.
            self._book = None
            return self._writer.write(plan, self.log, self._hidden_tab(), journal)
        except OtherZoneError as error:
            self._book = None  # nothing has left: the next read knows the zone
            return tuple(Receipt(change, Outcome.LOST, str(error)) for change in plan.changes)

    def fence(
        self, claim: Sequence[Cell] = (), asked: Sequence[Asked] = ()
    ) -> tuple[Outcome | None, ...]:
        """Make sure that no request sent before can have an effect any more: one write request."""
        try:
            return self._writer.fence(self._hidden_tab(), claim, asked)
        except OutsideGridError:
            # Room for the receipts was to be made by the very batch: there are none to ask for.
            bare = [Asked(one.nonce, _without_receipt(one.expected)) for one in asked]
            return self._writer.fence(self._hidden_tab(), claim, bare)
        except MissingTabError:
            # What was sent to a tab that is gone can never be carried out: a new tab has a new id.
            self._book = None
            self._writer.fence(self._hidden_tab(), claim)
            return (None,) * len(asked)

    def empty_hidden_tab(self) -> None:
        """Take away what our hidden tab holds below its first row: one write request at most."""
        tab = self.describe().tab(self._hidden_title)
        if tab is not None:
            self._send(list(empty_rows(tab)), repeatable=True)

    def publish(
        self,
        edits: Sequence[PageEdit],
        addition: PageAddition | None = None,
        lease: Sequence[Cell] = (),
    ) -> None:
        """Overwrite cells of our own tabs, add rows to one: one write request, more above 2 MB."""
        try:
            self._publish(edits, addition, lease)
        except (MissingTabError, OutsideGridError):
            # Somebody removed or shrank a tab of ours; nothing was applied. What the new one
            # lacks is not known, so every page goes whole.
            pages = [edit.page for edit in edits if not edit.page.is_theirs]
            self._require_ours([*pages, addition.page] if addition else pages)
            self._publish([whole(edit) for edit in edits], addition, lease)

    def find_elsewhere(self, ids: Collection[str]) -> Mapping[str, str]:
        """On which other visible tab of theirs each of these IDs stands: two read requests."""
        book = self.describe()  # the tab may be new
        log = self.log.sheet_id
        visible = (tab for tab in book.tabs if tab.row_count and not tab.hidden)
        theirs = [tab for tab in visible if tab.title.casefold() not in self._our_titles]
        others = [tab for tab in theirs if tab.sheet_id != log]
        if not others:
            return {}
        query = {**_whole_tab(""), "ranges": [quoted(tab.title) for tab in others]}
        answer = self.client.get_json("/values:batchGet", query)["valueRanges"]
        found: dict[str, str] = {}
        for tab, held in zip(others, answer, strict=True):
            cells = chain.from_iterable(held.get("values", ()))
            names = {comparable_id(str(cell)) for cell in cells} & set(ids)
            found |= dict.fromkeys(names, tab.title)
        return found

    def number_formats(self, column: int) -> Sequence[str]:
        """In which pattern each cell of a column of the log shows numbers: one read request."""
        try:
            return self._number_formats(column)
        except MissingTabError:
            self.describe()
            return self._number_formats(column)

    def _number_formats(self, column: int) -> Sequence[str]:
        log = self.log
        place = a1(log, 0, log.row_count, column, column + 1)
        query = {"ranges": [place], "fields": _FORMAT_FIELDS}
        [sheet] = self.client.get_json(params=query)["sheets"]
        cells = (line.get("values", [{}])[0] for line in sheet["data"][0].get("rowData", ()))
        formats = (cell.get("userEnteredFormat", {}).get("numberFormat", {}) for cell in cells)
        return tuple(form.get("pattern", "") for form in formats)

    def read_page(self, title: str) -> tuple[tuple[Cell, ...], ...]:
        """What a tab of ours holds: one read request; nothing without one."""
        tab = self._pages.get(title) or self.book.tab(title)
        if tab is None:
            return ()
        try:
            [held] = self.client.get_json("/values:batchGet", _whole_tab(tab.title))["valueRanges"]
        except MissingTabError:  # somebody removed it since we knew of it
            return ()
        return tuple(tuple(row) for row in held.get("values", ()))

    def remove_rows(self, title: str, rows: Iterable[Sequence[Cell]]) -> None:
        """Remove the rows that hold exactly this from a tab of ours, wherever they stand by now."""
        tab = self._pages.get(title) or self.book.tab(title)
        if tab is not None:
            for requests in sweep(tab.sheet_id, rows):
                self._send(requests, repeatable=True)

    def _snapshot(self, book: Book, now: datetime, settings_tab: str) -> Snapshot:
        log, hidden, settings = (
            self._log_of(book),
            book.tab(self._hidden_title),
            book.tab(settings_tab),
        )
        marks = [] if hidden is None else [a1(hidden, *_MARKS)]
        beside = [] if settings is None else [quoted(settings.title)]
        values = self.client.get("/values:batchGet", _whole_tab(log.title, *marks, *beside))
        before, start = leading_ranges(values, len(marks) + len(beside))
        first_rows = before[0] if marks else ()
        return Snapshot(
            spreadsheet_id=book.spreadsheet_id,
            sheet_id=log.sheet_id,
            title=log.title,
            zone=book.zone,
            locale=book.locale,
            read_at=now,
            values=values,
            start=start,
            marks=first_rows[0] if first_rows else (),
            settings=before[-1] if beside else None,
        )

    def _hidden_tab(self) -> Tab:
        """Our hidden tab, made anew where somebody removed it."""
        if self.book.tab(self._hidden_title) is None:
            self.prepare(Setup(hidden_tab=self._hidden_title))
        title = self._hidden_title.casefold()
        found = next(tab for tab in self.book.tabs if tab.title.casefold() == title)
        if not (found.marked or found.hidden):
            raise NotOursError(found.title)
        return found

    def _prepare(self, setup: Setup) -> None:
        log = self.log
        requests = list(add_columns(log, setup))
        made = [_tab_for(page) for page in setup.pages]
        for tab, page in zip(made, setup.pages, strict=True):
            requests += add_page(tab.sheet_id, page)
        if setup.hidden_tab:
            made.append(_hidden_tab(setup.hidden_tab))
            requests += add_hidden_tab(made[-1].sheet_id, setup.hidden_tab)
            requests.append(cells_request(made[-1].sheet_id, *NONCE, setup.claim))
        self._send(requests, repeatable=False)
        wider = replace(log, column_count=log.column_count + len(setup.columns))
        self._remember([wider, *made])

    def _publish(
        self,
        edits: Sequence[PageEdit],
        addition: PageAddition | None,
        lease: Sequence[Cell],
    ) -> None:
        requests: list[Request] = []
        if lease:
            beside = (NONCE[0], NONCE[1] + 1)
            requests.append(cells_request(self._hidden_tab().sheet_id, *beside, lease))
        pages: dict[str, Tab] = {}
        for edit in edits:
            if edit.page.is_theirs and self._page_tab(edit.page) is None:
                continue
            tab, more = self._page_requests(edit)
            requests += more
            pages[edit.page.title] = tab
        bodies = list(in_bodies(requests))
        if addition is not None:
            try:
                self._add(addition, bodies[0] if bodies else [], describes=bool(lease))
            except SheetError as error:
                if not was_added(error):
                    raise
                self._publish(edits, None, lease)
                return
            del bodies[:1]
        for body in bodies:
            makes_tabs = any("addSheet" in request for request in body)
            self._send(body, repeatable=not makes_tabs, describes=bool(lease))
        self._remember(pages.values())
        self._pages |= pages

    def _require_ours(self, pages: Iterable[Page]) -> None:
        """Make sure that no tab of theirs has taken the name of one that is gone."""
        for page in pages:
            tab = self._page_tab(page)
            if tab is not None and not tab.marked:
                raise NotOursError(page.title)

    def _page_tab(self, page: Page) -> Tab | None:
        return self._pages.get(page.title) or self.book.tab(page.title)

    def _add(self, addition: PageAddition, others: list[Request], *, describes: bool) -> None:
        """Add rows, and send other requests with them: all of it, unless the rows are there already."""
        page = addition.page
        tab = self._page_tab(page)
        made = [] if tab else [_tab_for(page)]
        sheet_id = tab.sheet_id if tab else made[0].sheet_id
        mark, *rows = add_rows(sheet_id, addition)
        new = add_page(sheet_id, page) if made else ()
        self._send([mark, *new, *rows, *others], repeatable=True, describes=describes)
        self._remember(made)

    def _page_requests(self, edit: PageEdit) -> tuple[Tab, list[Request]]:
        page = edit.page
        tab = self._page_tab(page)
        if tab is None:
            tab = _tab_for(page)
            return tab, list(add_page(tab.sheet_id, page))
        rows, columns = extent(edit.cells)
        larger = replace(
            tab,
            row_count=max(tab.row_count, rows),
            column_count=max(tab.column_count, columns),
        )
        requests = [*grow(tab, rows, columns), *put_cells(tab.sheet_id, edit.cells)]
        if edit.cells and not (tab.marked or page.is_theirs):
            requests.append(mark_tab(tab.sheet_id))
            larger = replace(larger, marked=True)
        if page.is_ours_below and edit.cells:
            requests += empty_below(larger, rows, columns)
        return larger, requests

    def _send(self, requests: list[Request], *, repeatable: bool, describes: bool = False) -> None:
        """Send a batch; where it fails, what we know of the spreadsheet is asked anew.

        Args:
            requests: The batch.
            repeatable: Whether carrying it out twice does no harm.
            describes: Whether its answer is to say what the spreadsheet is like now.
        """
        body = {"requests": requests, "includeSpreadsheetInResponse": describes}
        fields = f"updatedSpreadsheet({_BOOK_FIELDS})" if describes else ""
        try:
            answer = self.client.send_batch(body, fields=fields, repeatable=repeatable)
        except Exception:
            self._book = None
            self._pages = {}
            raise
        if describes:
            self._book = _book(answer["updatedSpreadsheet"])
            self._pages = _still_there(self._pages, self._book)

    def _remember(self, changed: Iterable[Tab]) -> None:
        """Know of the tabs we made or enlarged without asking."""
        if self._book is not None:
            tabs = {tab.sheet_id: tab for tab in (*self._book.tabs, *changed)}
            self._book = replace(self._book, tabs=tuple(tabs.values()))

    def _log_of(self, book: Book) -> Tab:
        by_id = (tab for tab in book.tabs if tab.sheet_id == self._log_id)
        found = next(by_id, None) or self._log_by_title(book)
        if found is not None:
            return found
        titles = ", ".join(f'"{tab.title}"' for tab in book.tabs)
        wanted = f'"{self._log_title}"' if self._log_title else "that could be the log"
        raise MissingTabError(
            f'The spreadsheet "{book.title}" has no tab {wanted}: its tabs are '
            f'{titles}; name the one with the refund cases in the setting "log.tab".'
        )

    def _log_by_title(self, book: Book) -> Tab | None:
        """The tab of the given title; without one the usual title, else the first tab of theirs."""
        if self._log_title:
            return book.tab(self._log_title)
        theirs = (tab for tab in book.tabs if tab.row_count and not tab.hidden)
        others = (tab for tab in theirs if tab.title.casefold() not in self._our_titles)
        return book.tab(USUAL_LOG) or next(others, None)


def _without_receipt(expected: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in expected.items() if name == "old_nonce"}


def quoted(title: str) -> str:
    """A tab's title as a range that means the whole tab, whatever is in the title."""
    return "'" + title.replace("'", "''") + "'"


def _whole_tab(title: str, *before: str) -> dict[str, Any]:
    """The query for a tab's content, dates as the numbers they are; other ranges may come before."""
    return {
        "ranges": [*before, quoted(title)],
        "valueRenderOption": "UNFORMATTED_VALUE",
        "dateTimeRenderOption": "SERIAL_NUMBER",
    }


def _book(answer: Json) -> Book:
    properties = answer.get("properties", {})
    return Book(
        spreadsheet_id=answer["spreadsheetId"],
        title=properties.get("title", ""),
        zone=properties.get("timeZone", "Etc/GMT"),
        locale=properties.get("locale", "en_US"),
        tabs=tuple(map(_tab, answer.get("sheets", ()))),
    )


def _tab(sheet: Json) -> Tab:
    properties = sheet["properties"]
    # A chart on a tab of its own has no grid.
    grid = properties.get("gridProperties", {})
    return Tab(
        sheet_id=properties.get("sheetId", 0),
        title=properties["title"],
        row_count=grid.get("rowCount", 0),
        column_count=grid.get("columnCount", 0),
        hidden=properties.get("hidden", False),
        marked={"metadataKey": MARK_KEY} in sheet.get("developerMetadata", ()),
    )


def _still_there(pages: Mapping[str, Tab], book: Book) -> dict[str, Tab]:
    by_id = {tab.sheet_id: tab for tab in book.tabs}
    return {title: by_id[tab.sheet_id] for title, tab in pages.items() if tab.sheet_id in by_id}


def _tab_for(page: Page) -> Tab:
    rows, columns = page_size(page)
    return Tab(
        sheet_id=fresh_sheet_id(),
        title=page.title,
        row_count=rows,
        column_count=columns,
        marked=True,
    )


def _hidden_tab(title: str) -> Tab:
    return Tab(
        sheet_id=fresh_sheet_id(),
        title=title,
        row_count=HIDDEN_ROWS,
        column_count=HIDDEN_COLUMNS,
        hidden=True,
        marked=True,
    )


def fresh_sheet_id() -> int:
    """An id no tab has had: a late request to a tab that was removed must find nothing."""
    return secrets.randbelow(_SHEET_IDS - 1) + 1
