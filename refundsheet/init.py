"""What ``refundsheet init`` adds to a spreadsheet or takes away: looked up, then told, then done at once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from refundsheet.config import Settings
from refundsheet.config.settings_tab.layout import settings_page
from refundsheet.core.columns import header_names
from refundsheet.core.examples import example_cases
from refundsheet.core.lease import kept_by
from refundsheet.core.model import Cell, Layout, Snapshot
from refundsheet.core.pages import Page
from refundsheet.core.parse import ParsedLog, parse
from refundsheet.errors import CrossedError, LayoutError, MissingTabError, UsageError
from refundsheet.publishing import empty_pages
from refundsheet.sheets import workbook
from refundsheet.sheets.google import USUAL_LOG, GoogleSheetStore, fresh_sheet_id, quoted
from refundsheet.sheets.grid import a1
from refundsheet.sheets.layout import Request
from refundsheet.sheets.setup import layout_after, what_is_missing
from refundsheet.sheets.store import Setup, Tab
from refundsheet.sheets.workbook import Mark, Offer, Piece, Workbook

#: A list of owners that is longer than this is none.
_MOST_OWNERS = 50


@dataclass(frozen=True, slots=True)
class Proposal:
    """What there is to do, before anything is done.

    Attributes:
        spreadsheet: Its title.
        pieces: What is added or taken away.
        emptied: The marks of our columns that are to be emptied.
        forgotten: All marks that go, those of columns that people have made theirs among them.
        remarks: What people should know besides.
        layout: The log's columns as they are to be when this is written; None for a new log.
    """

    spreadsheet: str
    pieces: tuple[Piece, ...]
    emptied: tuple[Mark, ...] = ()
    forgotten: tuple[Mark, ...] = ()
    remarks: tuple[str, ...] = ()
    layout: Layout | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """A line for each thing."""
        return tuple(piece.words for piece in self.pieces)


class Desk:
    """The spreadsheet as a desk to be fitted out, or cleared.

    Args:
        store: The spreadsheet.
        settings: The titles, statuses and reasons.
    """

    def __init__(self, store: GoogleSheetStore, settings: Settings) -> None:
        self._store, self._settings = store, settings

    @property
    def zone(self) -> str:
        """The spreadsheet's time zone, whether or not it has a log yet."""
        with suppress(MissingTabError):
            self._store.describe()
        return self._store.book.zone

    def additions(self, now: datetime, *, with_examples: bool) -> Proposal:
        """What the spreadsheet lacks just now: at most four reads, and nothing is written.

        Args:
            now: The time of the command.
            with_examples: Whether a new log begins with example cases.

        Raises:
            LayoutError: The log's tab holds something, and it is no log.
            UsageError: Examples are asked for, and there are cases.
        """
        log = self._log()
        snapshot = self._store.read(now) if log else None
        pieces: list[Piece]
        layout = None
        if log is None or (snapshot and self._is_blank(snapshot)):
            pieces = list(self._new_log(log, now, with_examples=with_examples))
        else:
            assert snapshot is not None  # noqa: S101 - for the type checker: there is a log
            parsed = self._parsed(snapshot)
            setup = what_is_missing(parsed.layout, self._store.book, self._missing_pages(), "")
            layout = layout_after(parsed.layout, setup)
            examples = self._examples_for(log, parsed, now) if with_examples else []
            pieces = list(self._completed_log(log, parsed, setup, examples))
        return Proposal(self._store.book.title, tuple(pieces), layout=layout)

    def removals(self, now: datetime) -> Proposal:
        """What is ours in the spreadsheet just now; nothing is written."""
        self._store.describe()
        snapshot = self._store.read(now)
        layout = self._parsed(snapshot).layout
        present = self._workbook(self._store.log, layout)
        emptied = tuple(mark for mark in present.marks if mark.is_headed(layout))
        words = [Piece(f'empty the column "{layout.headers[m.column]}"', ()) for m in emptied]
        if len(emptied) < len(present.marks):
            words.append(Piece("take our mark from a column that you have made yours", ()))
        remarks = list(filter(None, [kept_by(snapshot.marks, now)]))
        if emptied:
            remarks.append(
                "The empty columns stay, since refundsheet deletes nothing between yours; delete "
                "them by hand if you like."
            )
        pieces = (*words, *workbook.removal(present, layout))
        return Proposal(
            self._store.book.title, pieces, emptied, present.marks, tuple(remarks), layout
        )

    def carry_out(self, proposal: Proposal) -> None:
        """Do all of it: one request, then our columns are emptied by their marks, which go last.

        In this order a command that is cut short can be given again: what is ours is known by its
        header and its mark until the end.
        """
        client = self._store.client
        requests = [request for piece in proposal.pieces for request in piece.requests]
        if requests and proposal.layout:
            self._send_known(requests, proposal.layout)
        elif requests:
            client.send_batch({"requests": requests})
        if proposal.emptied:
            filters = [mark.filter for mark in proposal.emptied]
            client.post_json("/values:batchClearByDataFilter", {"dataFilters": filters})
        if proposal.forgotten:
            unmarked = [workbook.unmark(mark) for mark in proposal.forgotten]
            client.send_batch({"requests": unmarked}, repeatable=True)

    def _send_known(self, requests: Sequence[Request], layout: Layout) -> None:
        """Send what names columns and rules by their number, and look whether they stood there.

        Raises:
            CrossedError: They did not; people's rules are put back before.
        """
        client, log = self._store.client, self._store.log
        body = {"requests": requests, **workbook.told_of(log, layout)}
        answer = client.send_batch(body, fields=workbook.ANSWER_FIELDS)
        if back := list(workbook.put_back(requests, layout, answer)):
            client.send_batch({"requests": back})
        if moved := workbook.moved(log, layout, answer):
            raise CrossedError(
                f'Somebody moved columns of "{log.title}" in the very moment of writing: colours, '
                f"warnings and what is offered for {', '.join(moved)} may stand on the wrong column. "
                "Look, undo it there (File, Version history has the log from before), and give the "
                "command again."
            )
        if back:
            raise CrossedError(
                f'Somebody changed the colours of "{log.title}" in the very moment of writing; '
                "theirs are there. Give the command again."
            )

    def _log(self) -> Tab | None:
        """The tab that is the log or may become it; None where there is none."""
        try:
            self._store.describe()
        except MissingTabError:
            return None
        return self._store.log

    def _is_blank(self, snapshot: Snapshot) -> bool:
        try:
            self._parsed(snapshot)
        except LayoutError:
            rows = self._store.read_page(snapshot.title)
            if any(cell not in {None, ""} for row in rows for cell in row):
                raise
            return True
        return False

    def _parsed(self, snapshot: Snapshot) -> ParsedLog:
        return parse(snapshot, names=header_names(self._settings.log.headers))

    def _new_log(self, log: Tab | None, now: datetime, *, with_examples: bool) -> Iterator[Piece]:
        settings, book = self._settings, self._store.book
        rows = self._examples(now) if with_examples else []
        title = settings.log.tab or ("" if log and book.tab(USUAL_LOG) else USUAL_LOG)
        sheet_id = log.sheet_id if log else fresh_sheet_id()
        tab = log or Tab(sheet_id=sheet_id, title=title, row_count=0, column_count=0)
        layout = workbook.new_layout()
        yield from workbook.new_log(log, sheet_id, title, rows)
        yield from workbook.our_tabs((fresh_sheet_id(), page) for page in self._missing_pages())
        yield from self._extras(tab, layout, _owners(str(row["owner"]) for row in rows))

    def _examples(self, now: datetime) -> list[Mapping[str, Cell]]:
        zone = ZoneInfo(self._store.book.zone)
        return list(example_cases(now, zone, self._settings.case_ids))

    def _examples_for(self, log: Tab, parsed: ParsedLog, now: datetime) -> list[Mapping[str, Cell]]:
        if parsed.rows:
            raise UsageError(
                f'The tab "{log.title}" holds {len(parsed.rows)} cases already: leave --sample away.'
            )
        return self._examples(now)

    def _completed_log(
        self, log: Tab, parsed: ParsedLog, setup: Setup, examples: list[Mapping[str, Cell]]
    ) -> Iterator[Piece]:
        layout = layout_after(parsed.layout, setup)
        owners = [row.case.owner for row in parsed.rows]
        yield from workbook.our_columns(log, setup)
        yield from workbook.our_tabs((fresh_sheet_id(), page) for page in setup.pages)
        if examples:
            owners = [str(row["owner"]) for row in examples]
            yield from workbook.examples(log, layout, examples)
        yield from self._extras(log, layout, _owners(owners))

    def _missing_pages(self) -> list[Page]:
        queue, summary, history = empty_pages(self._settings)
        settings = settings_page(self._settings, self._settings.tabs.settings)
        pages = (queue, summary, settings, history)
        return [page for page in pages if self._store.book.tab(page.title) is None]

    def _extras(self, log: Tab, layout: Layout, owners: tuple[str, ...]) -> Iterator[Piece]:
        settings = self._settings
        present = self._workbook(log, layout) if log.row_count else workbook.nothing_yet(log)
        offers = (
            Offer("status", tuple(status.label for status in settings.statuses)),
            Offer("reason", tuple(reason.label for reason in settings.reasons)),
            Offer("owner", owners),
        )
        yield from workbook.extras(present, layout, offers)

    def _workbook(self, log: Tab, layout: Layout) -> Workbook:
        """What there is of colours, warnings, marks and dropdowns: two reads."""
        titles = [title for _, title in self._settings.tabs]
        tabs = {title: tab for title in titles if (tab := self._store.book.tab(title))}
        client = self._store.client
        whole = client.get_json(params={"fields": workbook.BOOK_FIELDS})
        width, height = log.column_count, log.row_count
        head = layout.header_row
        ranges = [a1(log, head - 1, head, 0, width)] if width and height >= head else []
        for field in ("status", "reason", "owner"):
            column = layout.columns.get(field)
            if column is not None and column < width:
                ranges.append(a1(log, 0, height, column, column + 1))
        query = {"ranges": ranges or [quoted(log.title)], "fields": workbook.GRID_FIELDS}
        [grid] = client.get_json(params=query)["sheets"]
        return workbook.read_workbook(whole, grid, log, tabs)


def _owners(names: Iterable[str]) -> tuple[str, ...]:
    """Who looks after cases, by name; nobody where they are too many to choose from."""
    found = tuple(sorted(set(filter(None, names))))
    return found if len(found) <= _MOST_OWNERS else ()
