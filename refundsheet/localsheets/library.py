"""All spreadsheets of a server: found by id, changed atomically, remembered in the store."""

from __future__ import annotations

import gc
import secrets
import string
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from refundsheet.localsheets import errors
from refundsheet.localsheets.store import Store
from refundsheet.localsheets.switches import Switches
from refundsheet.localsheets.workbook import Context, Spreadsheet

Answer = TypeVar("Answer")

_ID_LETTERS = string.ascii_letters + string.digits + "_-"
_ID_LENGTH = 43
#: Google's ids of tabs and objects fit a positive 32-bit integer.
_LARGEST_ID = 2**31
_LONG_BOOK = 20_000


class Library:
    """The books at hand. Calls come one at a time, so requests are serialised by themselves."""

    def __init__(self, store: Store, clock: Callable[[], datetime] | None = None) -> None:
        self._store = store
        self._books: dict[str, Spreadsheet] = {}
        self._clock = clock or _system_clock
        #: A moment the control route fixed; None lets the clock run.
        self.fixed_now: datetime | None = None
        self.switches = Switches()
        #: Asked before a change is stored, what to do once it is; gets the book as it becomes and was.
        self.on_change: Callable[[Spreadsheet, Spreadsheet | None], Callable[[], None]] = (
            _nobody_listens
        )

    @property
    def now(self) -> datetime:
        """The server's clock, aware."""
        return self.fixed_now or self._clock()

    def context(self, caller: str) -> Context:
        """What a request of this caller may know."""
        return Context(self.now, new_object_id, caller, self.switches)

    def ids(self) -> list[str]:
        """Every spreadsheet's id, oldest first."""
        return self._store.ids()

    def book(self, spreadsheet_id: str, caller: str) -> Spreadsheet:
        """A spreadsheet for reading.

        Raises:
            ApiError: 404, there is none.
        """
        book = self._books.get(spreadsheet_id)
        if book is None:
            book = self._store.load(spreadsheet_id, self.context(caller))
            if book is None:
                raise errors.not_found()
            self._books[spreadsheet_id] = book
            settle(book)
        book.context = self.context(caller)
        return book

    def change(
        self,
        spreadsheet_id: str,
        caller: str,
        action: Callable[[Spreadsheet], Answer],
        *,
        content: bool = True,
    ) -> Answer:
        """Let an action change a copy; if it raises nothing happened, else the change is stored.

        `content` is false for what is no change of the file itself, such as who may read it.
        """
        fork = self.book(spreadsheet_id, caller).fork(self.context(caller))
        answer = action(fork)
        if content:
            fork.modified = self.now
        self.keep(fork)
        return answer

    def keep(self, book: Spreadsheet) -> None:
        """Store a book, new or changed, before anybody is told."""
        tell = self.on_change(book, self._books.get(book.spreadsheet_id))
        self._store.save(book)
        self._books[book.spreadsheet_id] = book
        tell()

    def delete(self, spreadsheet_id: str) -> None:
        """Forget a spreadsheet."""
        self._store.delete(spreadsheet_id)
        self._books.pop(spreadsheet_id, None)


def settle(book: Spreadsheet) -> None:
    """Spare the search for garbage the cells of a long book: they are none, and it takes seconds."""
    if sum(len(sheet.rows) for sheet in book.sheets) > _LONG_BOOK:
        gc.freeze()


def _nobody_listens(_book: Spreadsheet, _before: Spreadsheet | None) -> Callable[[], None]:
    return lambda: None


def _system_clock() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 (the server's own clock: its edge to the world)


def new_object_id() -> int:
    """A fresh id for a tab or an object on it."""
    return secrets.randbelow(_LARGEST_ID - 1) + 1


def new_spreadsheet_id() -> str:
    """A fresh id for a spreadsheet, of Google's shape."""
    return "1" + "".join(secrets.choice(_ID_LETTERS) for _ in range(_ID_LENGTH))
