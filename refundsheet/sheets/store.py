"""What the program asks of a spreadsheet; google.py does it over the network, memory.py without."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from refundsheet.core.columns import Column
from refundsheet.core.model import Cell, Change, Outcome, Plan, Receipt, Snapshot
from refundsheet.core.pages import Page, PageAddition, PageEdit


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """A tab as it stands."""

    sheet_id: int
    title: str
    row_count: int
    column_count: int
    hidden: bool = False
    #: Whether it carries the mark that refundsheet puts on its own tabs.
    marked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """What the spreadsheet says of itself."""

    spreadsheet_id: str
    title: str
    zone: str
    locale: str
    tabs: tuple[Tab, ...]

    def tab(self, title: str) -> Tab | None:
        """The tab of that title, ignoring case as Google does."""
        wanted = title.casefold()
        return next((tab for tab in self.tabs if tab.title.casefold() == wanted), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What a log lacks before refundsheet can work on it.

    Attributes:
        columns: Our columns to add, in this order.
        column_index: Where the first of them goes, counted from 0: after the last header.
        header_row: The row of the headers, counted from 1.
        pages: Our tabs to make, with the cells they begin with; others come by ``publish``.
        hidden_tab: The title of the hidden tab to make, "" where it is there.
        claim: What its first row begins with: a nonce, and the lease.
    """

    columns: tuple[Column, ...] = ()
    column_index: int = 0
    header_row: int = 1
    pages: tuple[Page, ...] = ()
    hidden_tab: str = ""
    claim: tuple[Cell, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.columns or self.pages or self.hidden_tab)


class Journal(Protocol):
    """Keeps what is about to be written before the request leaves, and what became of it."""

    def sent(
        self, changes: Sequence[Change], *, nonce: str, expected: Sequence[Mapping[str, Any]]
    ) -> None:
        """These changes are about to leave: durable when this returns.

        Args:
            changes: The changes of one batch.
            nonce: The mark of the batch, unique for ever.
            expected: For each change what its write is conditional on, as JSON.
        """
        ...

    def settled(self, receipts: Sequence[Receipt]) -> None:
        """What became of changes that were sent; an unknown outcome stays open."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """A write whose answer was lost: the mark of its batch, and what the journal was given."""

    nonce: str
    expected: Mapping[str, Any]


class SheetStore(Protocol):
    """One spreadsheet with a refund log in it. Every method raises SheetError in words for people."""

    @property
    def book(self) -> Book:
        """What the spreadsheet said of itself last; asked once if nobody has."""
        ...

    @property
    def log(self) -> Tab:
        """The log's tab as last described."""
        ...

    @property
    def quota_left(self) -> tuple[int, int] | None:
        """How many reads and writes may still go in this minute; None where nobody counts them."""
        ...

    @property
    def cautions(self) -> tuple[str, ...]:
        """What people should know of how the log is written; nothing where all is as it should be."""
        ...

    def describe(self) -> Book:
        """Titles, sizes, zone and locale: one read request."""
        ...

    def read(self, now: datetime, settings_tab: str = "") -> Snapshot:
        """The whole log tab and our marks: one read request, wherever people have moved the tab to.

        Args:
            now: The time of the pass.
            settings_tab: The title of a small tab to read along, where there is one.
        """
        ...

    def prepare(self, setup: Setup) -> None:
        """Add what is missing, in fresh columns and tabs only: one write request."""
        ...

    def write(self, plan: Plan, journal: Journal) -> tuple[Receipt, ...]:
        """Write each change where its case stands, if it is still as expected; a receipt for each.

        At most one read and, for up to 100 rows, one write request.
        """
        ...

    def fence(
        self, claim: Sequence[Cell] = (), asked: Sequence[Asked] = ()
    ) -> tuple[Outcome | None, ...]:
        """Make sure that no request sent before can have an effect any more: one write request.

        Args:
            claim: A new nonce, and the lease beside it; without one only the nonce changes.
            asked: Writes of which nobody knows yet what became of them.

        Returns:
            For each of these what its receipt tells: DONE, LOST, or None where it tells nothing.
        """
        ...

    def empty_hidden_tab(self) -> None:
        """Take away what our hidden tab holds below its first row: one write request at most."""
        ...

    def publish(
        self,
        edits: Sequence[PageEdit],
        addition: PageAddition | None = None,
        lease: Sequence[Cell] = (),
    ) -> None:
        """Overwrite the differing cells of our own tabs, and add rows to one: one write request.

        Args:
            edits: The cells that differ.
            addition: Rows; one that was carried out before, under the same mark, is not carried out
                again.
            lease: The lease as it is renewed; "" leaves it. The book is described anew with it.
        """
        ...

    def find_elsewhere(self, ids: Collection[str]) -> Mapping[str, str]:
        """On which other visible tab of theirs each of these IDs stands: two reads at most.

        Args:
            ids: Comparable Case IDs (``core.keys.comparable_id``).
        """
        ...

    def number_formats(self, column: int) -> Sequence[str]:
        """In which pattern each cell of a column of the log shows numbers: one read request.

        Args:
            column: Its index, counted from 0.

        Returns:
            For each row from the first one on, "" where the cell has no pattern; rows at the end
            without one may be left out.
        """
        ...

    def read_page(self, title: str) -> tuple[tuple[Cell, ...], ...]:
        """What a tab of ours holds, as people have left it: one read request; nothing without one."""
        ...

    def remove_rows(self, title: str, rows: Iterable[Sequence[Cell]]) -> None:
        """Remove the rows that hold exactly this from a tab of ours, wherever they stand by now.

        Its first row always stays, and so does a row to which somebody has added anything. Carried
        out twice it does no more. One write request for some thousands of rows.

        Args:
            title: The tab.
            rows: All that each row holds, as read.
        """
        ...
