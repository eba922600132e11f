"""The world over the memory twin: no network, so that a million steps are a matter of an hour."""

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime

from refundsheet.core.model import Cell, Change, Outcome, Plan, Receipt, Snapshot
from refundsheet.errors import AnswerLostError, QuotaError, SheetError, SheetUnavailableError
from refundsheet.sheets.memory import Held, MemorySheetStore
from refundsheet.sheets.store import Journal, Setup
from tests.journals import ListJournal
from tests.simulation.people import Around, Native
from tests.simulation.truth import BLANK, By, Value
from tests.simulation.variants import Guard, plan_of
from tests.simulation.wire import CutError, Fault
from tests.simulation.world import Listening, World


class MemoryWorld(World):
    """People around a memory twin."""

    __slots__ = ("sheet",)

    def open_store(self) -> "PeopledSheet":
        """Processes share the one sheet; each knows its own reading of it."""
        if not hasattr(self, "sheet"):
            self.sheet = PeopledSheet(self)
        return self.sheet

    def contents(self) -> list[list[Held]]:
        return self.sheet.rows

    def project(self, native: list[Native] | None) -> None:
        self.sheet.rows = self.truth.contents()

    def beside(self, what: Around, row: int, name: str) -> None:
        column = self.truth.column_of(name)
        match what:
            case Around.PROTECT if column is not None:
                self.sheet.protected.add((2 + row % self.truth.count, column))
            case Around.UNPROTECT:
                self.sheet.protected.clear()
            case Around.REMOVE_HIDDEN_TAB:
                self.sheet.hidden_tabs.clear()
            case Around.REMOVE_SUMMARY:
                self.sheet.pages.pop("Summary", None)
            case Around.REMOVE_HISTORY:
                self.sheet.pages.pop("History", None)
            case Around.RENAME_LOG:
                self.sheet.title = f"Log {row}"
            case _:
                pass  # the twin has no filters, and nothing to edit on a hidden tab


class PeopledSheet(MemorySheetStore):
    """The memory twin with faults and late requests; a batch that comes late finds another nonce."""

    def __init__(self, world: World) -> None:
        super().__init__(world.truth.contents())
        self._world = world
        self._reads_log = self._is_read = self._is_write = self._is_late = False
        self._late: Callable[[], None] | None = None

    def _arrive(self, *, is_write: bool) -> None:
        if self._is_late:
            self.answering = _nobody_waits
            return
        # Another process may make a whole pass before this request arrives, and read the log, too.
        reads_log, self._reads_log = self._reads_log, False
        try:
            self._world.wire.arrive(self._to_come_late() if is_write else None)
        except CutError as cut:
            raise _error(cut, is_write=is_write) from None
        self._is_read, self._is_write = reads_log, is_write
        self.answering = self._answer

    def _to_come_late(self) -> Callable[[], None] | None:
        effect, flight = self._late, self._world.flight
        if effect is None:
            return None

        def late() -> None:
            self._world.flight = flight
            effect()

        return late

    def _answer(self) -> None:
        if self._is_read:
            self._world.note_read()
        try:
            self._world.wire.answer()
        except CutError as cut:
            raise _error(cut, is_write=self._is_write) from None

    def read(self, now: datetime, settings_tab: str = "") -> Snapshot:
        self.book  # noqa: B018 - a request of its own, the first time
        self._reads_log = True
        return super().read(now, settings_tab)

    def write(self, plan: Plan, journal: Journal) -> tuple[Receipt, ...]:
        journal = Listening(self._world, plan, journal)
        return super().write(plan_of(self._world.guard, plan), journal)

    @property
    def _nonce_now(self) -> Cell:
        unguarded = self._world.guard in (Guard.NO_NONCE, Guard.NAIVE)
        return None if unguarded else super()._nonce_now

    def _write_batch(
        self, plan: Plan, batch: Sequence[Sequence[Change]], journal: Journal
    ) -> list[Receipt]:
        known = self._nonce_now
        self._late = lambda: self._come_late(plan, batch, known)
        try:
            return super()._write_batch(plan, batch, journal)
        finally:
            self._late = None

    def _come_late(self, plan: Plan, batch: Sequence[Sequence[Change]], known: Cell) -> None:
        """Take effect long after the answer was given up, if nobody has written since."""
        if self._nonce_now != known:
            self.first_row[:1] = [secrets.token_hex(16)]
            return
        self._is_late = True
        try:
            super()._write_batch(plan, batch, ListJournal())
        finally:
            self._is_late = False

    def _judge(self, plan: Plan, changes: Sequence[Change]) -> list[Receipt]:
        if self._world.guard is Guard.NAIVE:
            return [Receipt(change, Outcome.DONE) for change in changes]
        if self._world.guard is not Guard.NO_NEIGHBOURS:
            return super()._judge(plan, changes)
        rows = {change.row for change in changes}
        beside = {row + offset for row in rows for offset in (-1, 1)}
        now = {row: tuple(map(_shown_in, self.rows[row - 1 : row])) for row in beside}
        seen = {row: cells[0] if cells else () for row, cells in now.items()}
        return super()._judge(Plan(plan.changes, plan.layout, {**plan.rows, **seen}), changes)

    def _insert_columns(self, setup: Setup) -> None:
        super()._insert_columns(setup)
        start = setup.column_index
        for row, line in enumerate(self._world.truth.lines):
            blanks = [BLANK] * max(0, start - len(line.values))
            headers = [Value(c.header, By.REFUNDSHEET) for c in setup.columns]
            new = headers if row == setup.header_row - 1 else [BLANK] * len(setup.columns)
            line.values += blanks
            line.values[start:start] = new


def _nobody_waits() -> None:
    """The answer was given up."""


def _shown_in(row: Sequence[Held]) -> tuple[object, ...]:
    return tuple(getattr(cell, "shows", cell) for cell in row)


def _error(cut: CutError, *, is_write: bool) -> SheetError:
    """A fault in the words of the store."""
    if cut.fault is Fault.QUOTA_429:
        return QuotaError("the quota is used up")
    if is_write:
        return AnswerLostError(cut.fault.value)
    return SheetUnavailableError(cut.fault.value)
