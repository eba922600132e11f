"""The ledger: what refundsheet remembers of a log between passes, and every write it intends."""

import platform
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Any, Self

from sqlalchemy import Connection, Engine, select, update

from refundsheet.core.forget import Counts, Gone, bare, id_kept
from refundsheet.core.history import Entry
from refundsheet.core.memory import Memory, Observation
from refundsheet.core.model import Change
from refundsheet.ledger import histories, memories, writes
from refundsheet.ledger.damage import set_aside
from refundsheet.ledger.engine import (
    connect,
    give_back_space,
    parse_url,
    place_of,
    rewrite,
    stored_bytes,
    writing,
)
from refundsheet.ledger.erasing import erase
from refundsheet.ledger.errors import ClearErrors, LedgerBusyError, LedgerDamagedError
from refundsheet.ledger.pruning import prune
from refundsheet.ledger.records import (
    OPEN_STATES,
    Addition,
    Flag,
    Intent,
    IntentState,
    Learnt,
    PassRecord,
    SettingsInForce,
    SheetKey,
    Upkeep,
)
from refundsheet.ledger.serialise import dump, load
from refundsheet.ledger.sheets import known, registered
from refundsheet.ledger.statements import upsert
from refundsheet.ledger.tables import digest, identity, passes, published, settings, sheets
from refundsheet.ledger.turns import turn


class Ledger:
    """What is remembered, by sheet, in a SQLite file or a PostgreSQL database.

    Each method is one transaction: it is stored whole when the method returns, or not at all. Every
    method may raise LedgerError. Times that come back are in UTC, but for the moments of a case:
    they are in the zone in which they were given.
    """

    def __init__(self, engine: Engine, place: str, notice: str = "") -> None:
        self._engine = engine
        self._place = place
        self._id = ""
        #: What people should know of how it was opened; "" where there is nothing to say.
        self.notice = notice

    @classmethod
    def open(cls, url: str) -> Self:
        """Open the ledger at a SQLAlchemy URL, and make it where there is none.

        A SQLite file is made with its folder, readable by this user alone. One that is damaged is
        kept aside under another name, and the ledger begins anew: ``notice`` says so.

        Raises:
            LedgerError: when it can not be reached or written, is damaged, is not ours, or was
                written by a newer version.
        """
        parsed = parse_url(url)
        place = place_of(parsed)
        try:
            return cls(connect(parsed), place)
        except LedgerDamagedError as error:
            aside = set_aside(parsed)
            if aside is None:
                raise
            return cls(connect(parsed), place, error.kept_as(aside))

    @property
    def place(self) -> str:
        """Where it is, for people: a path, or host and database."""
        return self._place

    @property
    def id(self) -> str:
        """What tells it from every other ledger; a copy of it has the same."""
        if not self._id:
            with self._reading() as connection:
                self._id = connection.execute(select(identity.c.id)).scalar_one()
        return self._id

    @property
    def who(self) -> str:
        """Its place and the machine we are on, for people at other ones."""
        if self._engine.url.database in {None, "", ":memory:"}:
            return f"memory {self.id[:8]} on {platform.node()}"
        return f"{self._place} on {platform.node()}"

    def turn(self, on_wait: Callable[[], None]) -> AbstractContextManager[None]:
        """Be the only process that makes a pass with this ledger; ``on_wait`` is called if one waits.

        Raises:
            LedgerTakenError: on entering, when another process has it for longer than a minute.
        """
        return turn(self._engine, self._place, on_wait)

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _reading(self) -> Generator[Connection]:
        with ClearErrors(self._place), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Generator[Connection]:
        with ClearErrors(self._place), writing(self._engine).begin() as connection:
            yield connection

    # --- what was seen ---

    def recall(self, sheet: SheetKey) -> Memory:
        """All that is remembered of a log; an empty memory where nothing is."""
        with self._reading() as connection:
            return memories.recall(connection, sheet)

    def record(self, sheet: SheetKey, learnt: Learnt) -> None:
        """Store what a pass has learnt of a log, all of it or nothing."""
        with self._writing() as connection:
            row = registered(connection, sheet)
            memories.store(connection, row, learnt)
            histories.keep(connection, row, learnt.history)
            writes.settle(connection, learnt.outcomes)

    def observations(
        self, sheet: SheetKey, field: str | None = None, *, pass_number: int | None = None
    ) -> list[Observation]:
        """The changes people made, oldest first: all, of one field, or seen by one pass."""
        with self._reading() as connection:
            return memories.observations_of(connection, sheet, field, pass_number)

    def flags(
        self,
        sheet: SheetKey,
        *,
        standing: bool = False,
        at: datetime | None = None,
        since: datetime | None = None,
    ) -> list[Flag]:
        """The flags ever raised, oldest first, or only some of them.

        One that was cleared stays with its times, as long as the ledger keeps anything so old: what
        was overdue once is never made not to have been.

        Args:
            sheet: The log.
            standing: Only those that stand.
            at: Only those that stood at a time.
            since: Only those that stood at a time or later.
        """
        with self._reading() as connection:
            return memories.flags_of(connection, sheet, standing=standing, at=at, since=since)

    def each_flag(self, sheet: SheetKey) -> Iterator[Flag]:
        """The flags ever raised, oldest first, one after the other: there may be very many."""
        with self._reading() as connection:
            yield from memories.each_flag(connection, sheet)

    # --- the history of cells ---

    def history(
        self, sheet: SheetKey, *, case: str | None = None, run: int | None = None
    ) -> list[Entry]:
        """What changed, oldest first: all, of the case under a key, or of one pass."""
        with self._reading() as connection:
            return histories.entries_of(connection, known(connection, sheet), case, run)

    def each_entry(self, sheet: SheetKey, *, since: datetime | None = None) -> Iterator[Entry]:
        """What changed, oldest first, one after the other: all, or what was not over before a time."""
        with self._reading() as connection:
            yield from histories.each_entry(connection, known(connection, sheet), since)

    def numbered_entries(self, sheet: SheetKey, numbers: Iterable[int]) -> dict[int, Entry]:
        """Number to what changed, of those that are remembered."""
        with self._reading() as connection:
            return histories.numbered(connection, known(connection, sheet), numbers)

    def next_addition(self, sheet: SheetKey, at: datetime, most: int) -> Addition | None:
        """Entries that the History tab may not have yet; on return they are noted as sent.

        Args:
            sheet: The log.
            at: The time of the pass that sends them.
            most: How many entries one addition may have.
        """
        with self._writing() as connection:
            return histories.next_addition(connection, registered(connection, sheet), at, most)

    def confirm(self, sheet: SheetKey, addition: Addition) -> None:
        """The History tab has the entries of an addition."""
        with self._writing() as connection:
            histories.confirm(connection, registered(connection, sheet), addition)

    # --- passes ---

    def begin_pass(self, sheet: SheetKey, at: datetime) -> int:
        """Note that a pass begins; its number is never used again."""
        with self._writing() as connection:
            row = registered(connection, sheet)
            statement = passes.insert().values(sheet=row, at=at).returning(passes.c.id)
            return connection.execute(statement).scalar_one()

    def end_pass(self, pass_number: int, report: Any) -> None:
        """Store what the pass did (JSON)."""
        statement = update(passes).where(passes.c.id == pass_number).values(report=dump(report))
        with self._writing() as connection:
            connection.execute(statement)

    def latest_pass(self, sheet: SheetKey) -> int:
        """The number of the latest pass; 0 before the first."""
        with self._reading() as connection:
            return _latest_pass(connection, known(connection, sheet))

    def passes(self, sheet: SheetKey, limit: int = 20) -> list[PassRecord]:
        """The latest passes, newest first."""
        with self._reading() as connection:
            statement = (
                select(passes.c.id, passes.c.at, passes.c.report)
                .where(passes.c.sheet == known(connection, sheet))
                .order_by(passes.c.id.desc())
                .limit(limit)
            )
            return [
                PassRecord(row.id, row.at, None if row.report is None else load(row.report))
                for row in connection.execute(statement)
            ]

    def last_pass(self, spreadsheet_id: str) -> PassRecord | None:
        """The latest pass over a spreadsheet that came to its end, whichever of its tabs is the log."""
        with self._reading() as connection:
            statement = (
                select(passes.c.id, passes.c.at, passes.c.report)
                .join(sheets, sheets.c.id == passes.c.sheet)
                .where(sheets.c.spreadsheet_id == spreadsheet_id, passes.c.report.is_not(None))
                .order_by(passes.c.id.desc())
                .limit(1)
            )
            row = connection.execute(statement).first()
        return None if row is None else PassRecord(row.id, row.at, load(row.report))

    def latest_sheet(self, spreadsheet_id: str) -> tuple[SheetKey, str] | None:
        """The log of a spreadsheet that was passed over last, and its zone; None before any pass."""
        with self._reading() as connection:
            statement = (
                select(sheets.c.spreadsheet_id, sheets.c.sheet_id, sheets.c.zone)
                .join(passes, sheets.c.id == passes.c.sheet)
                .where(sheets.c.spreadsheet_id == spreadsheet_id, sheets.c.baseline_at.is_not(None))
                .order_by(passes.c.id.desc())
                .limit(1)
            )
            row = connection.execute(statement).first()
        return (
            None if row is None else (SheetKey(row.spreadsheet_id, row.sheet_id), row.zone or "UTC")
        )

    # --- marks ---

    def leave_mark(self, sheet: SheetKey, mark: str) -> None:
        """Note what is about to be written in the nonce's place, besides the marks of intents."""
        with self._writing() as connection:
            writes.leave_mark(connection, registered(connection, sheet), mark)

    def knows_mark(self, sheet: SheetKey, mark: str) -> bool:
        """Whether what stands in the nonce's place was written by us."""
        with self._reading() as connection:
            return writes.knows_mark(connection, known(connection, sheet), mark)

    # --- intents ---

    def intend(
        self,
        sheet: SheetKey,
        pass_number: int,
        changes: Sequence[Change],
        *,
        nonce: str,
        expected: Sequence[Any],
    ) -> list[int]:
        """Note the changes as sent, before their request leaves; it is on the disk on return.

        Args:
            sheet: The log they are for.
            pass_number: The pass that makes them.
            changes: The changes of one batch.
            nonce: The mark of the batch, unique for ever.
            expected: For each change, what the judged write compares (JSON).

        Returns:
            The number of each change's intent, in the order of the changes; never used again.
        """
        with self._writing() as connection:
            row = registered(connection, sheet)
            pairs = zip(changes, expected, strict=True)
            return writes.intend(connection, row, pass_number, nonce, pairs)

    def settle(self, outcomes: Mapping[int, tuple[IntentState, str]]) -> None:
        """Move intents on to the state that is now known, each with a detail for people.

        Raises:
            ImpossibleTransitionError: when a state does not allow it; then none is moved.
        """
        with self._writing() as connection:
            writes.settle(connection, outcomes)

    def open_intents(self, sheet: SheetKey) -> list[Intent]:
        """The intents of which nobody knows yet what became of them, oldest first."""
        return self.intents(sheet, states=OPEN_STATES)

    def intents(
        self,
        sheet: SheetKey,
        *,
        states: Iterable[IntentState] = tuple(IntentState),
        pass_number: int | None = None,
        case: str | None = None,
    ) -> list[Intent]:
        """Intents in some states, of one pass or one case, oldest first."""
        with self._reading() as connection:
            row = known(connection, sheet)
            return writes.intents_of(connection, row, states, pass_number, case)

    # --- our own tabs, the settings ---

    def published(self, sheet: SheetKey, tab: str) -> dict[str, Any] | None:
        """What we last published on a tab of ours; None where that is not known."""
        with self._reading() as connection:
            statement = select(published.c.cells).where(
                published.c.sheet == known(connection, sheet), published.c.digest == digest(tab)
            )
            cells = connection.execute(statement).scalar_one_or_none()
        return None if cells is None else load(cells)

    def set_published(self, sheet: SheetKey, tab: str, cells: Mapping[str, Any]) -> None:
        """Remember what now stands on a tab of ours."""
        with self._writing() as connection:
            row = registered(connection, sheet)
            values = {"sheet": row, "digest": digest(tab), "tab": tab, "cells": dump(dict(cells))}
            upsert(connection, published, [values], keys=("sheet", "digest"))

    def settings_in_force(self, sheet: SheetKey) -> SettingsInForce | None:
        """The settings by which the last flags were judged; None before the first."""
        with self._reading() as connection:
            statement = (
                select(settings.c.text, settings.c.since, settings.c.changed_flags)
                .where(settings.c.sheet == known(connection, sheet))
                .order_by(settings.c.since.desc())
                .limit(1)
            )
            found = connection.execute(statement).one_or_none()
        if found is None:
            return None
        return SettingsInForce(found.text, found.since, found.changed_flags or 0)

    def set_settings_in_force(self, sheet: SheetKey, holding: SettingsInForce) -> None:
        """Note that other settings hold from now on; the earlier ones stay as history."""
        values: dict[str, Any] = {
            "since": holding.since,
            "text": holding.text,
            "changed_flags": holding.changed_flags,
        }
        with self._writing() as connection:
            row = {"sheet": registered(connection, sheet), **values}
            upsert(connection, settings, [row], keys=("sheet", "since"))

    def team_settings(self, sheet: SheetKey) -> Any | None:
        """What of the Settings tab is in force and what waits, as it was given; None before it was read."""
        with self._reading() as connection:
            statement = select(sheets.c.team_settings).where(
                sheets.c.id == known(connection, sheet)
            )
            text = connection.execute(statement).scalar_one_or_none()
        return None if text is None else load(text)

    def set_team_settings(self, sheet: SheetKey, standing: Any) -> None:
        """Remember what of the Settings tab is in force and what waits (JSON)."""
        with self._writing() as connection:
            row = registered(connection, sheet)
            values = {"team_settings": dump(standing)}
            connection.execute(update(sheets).where(sheets.c.id == row).values(values))

    # --- forgetting ---

    def erase(
        self, sheet: SheetKey, gone: Gone, at: datetime, in_use: Collection[str], *, dry_run: bool
    ) -> Counts:
        """Delete what is about cases, but for their bare IDs; how much that was.

        Args:
            sheet: The log.
            gone: The cases.
            at: The time since which only their IDs are known.
            in_use: Texts that stand on the sheet: they stay known as ours.
            dry_run: Only count.
        """
        with self._writing() as connection:
            row = known(connection, sheet)
            counts = erase(connection, row, gone, in_use)
            if dry_run:
                connection.rollback()
            else:
                ids, run = gone.case_ids, _latest_pass(connection, row)
                memories.remember(connection, row, [bare(name, at) for name in ids])
                histories.keep(connection, row, [id_kept(name, run, at) for name in ids])
        return counts

    def leave_no_trace(self) -> None:
        """Rewrite the database, so that its files hold nothing any more of what was deleted."""
        with ClearErrors(self._place):
            if not rewrite(self._engine):
                raise LedgerBusyError(self._place)

    # --- housekeeping ---

    def upkeep(self, sheet: SheetKey) -> Upkeep | None:
        """The last upkeep on behalf of a log; None before the first."""
        with self._reading() as connection:
            statement = select(sheets.c.pruned_at, sheets.c.pruned_bytes).where(
                sheets.c.id == known(connection, sheet)
            )
            found = connection.execute(statement).one_or_none()
        return None if found is None or found.pruned_at is None else Upkeep(*found)

    def keep_up(self, sheet: SheetKey, at: datetime, *, before: datetime) -> Upkeep:
        """Prune, and note when that was and how large the ledger now is."""
        self.prune(before)
        done = Upkeep(at, self.size_bytes())
        with self._writing() as connection:
            statement = update(sheets).where(sheets.c.id == registered(connection, sheet))
            connection.execute(statement.values(pruned_at=done.at, pruned_bytes=done.size))
        return done

    def size_bytes(self) -> int:
        """How much room it takes."""
        with self._reading() as connection:
            return stored_bytes(connection)

    def prune(self, before: datetime) -> int:
        """Drop what was over before a time, and give its room back; how many entries that were.

        Observations, cleared flags, passes and settled writes go. What still stands stays, and so
        do the cases and the texts: an ID is never used again, and our own words stay ours.
        """
        with self._writing() as connection:
            dropped = prune(connection, before)
        with ClearErrors(self._place):
            give_back_space(self._engine)
        return dropped


def _latest_pass(connection: Connection, sheet: int) -> int:
    its = select(passes.c.id).where(passes.c.sheet == sheet)
    latest = its.order_by(passes.c.id.desc()).limit(1)
    return connection.execute(latest).scalar_one_or_none() or 0
