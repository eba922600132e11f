"""Processes of refundsheet on a sheet with people: passes, deaths, lost ledgers, and what is promised."""

import secrets
import sqlite3
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from refundsheet import reconcile
from refundsheet.config import Settings
from refundsheet.core.calendar import BusinessCalendar
from refundsheet.core.model import Outcome
from refundsheet.core.report import Options, PassReport
from refundsheet.core.serials import same_serial
from refundsheet.core.statistics import registry
from refundsheet.errors import SheetError
from refundsheet.ledger.ledger import Ledger
from refundsheet.ledger.records import Intent, IntentState, Learnt, SheetKey
from refundsheet.ledger.tables import identity
from refundsheet.reconcile import Reconciler
from tests.simulation.people import header_of, typed
from tests.simulation.truth import Broken, Promise, Truth, Value
from tests.simulation.wire import Moment, ProcessDiedError
from tests.simulation.world import Reading, World

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
#: After so many seconds nobody can still be typing in a row.
GRACE = 70
_COLUMNS = (
    "case_id", "order_id", "status", "notes", "customer_name", "requested_at", "last_action_at",
    "approved_at", "resolved_at", "colour", "follow_up", "follow_up_by", "row_check",
)  # fmt: skip
_CASES = 5


class MortalLedger(Ledger):
    """A ledger in memory whose process may die just before something is stored in it."""

    lives: int | None = None
    recorded: Callable[[], None] | None = None
    #: How often something was stored in it, and what its intents were after so many times.
    _stored = 0
    _intents: tuple[int, list[Intent]] = (-1, [])

    @classmethod
    def anew(cls) -> "MortalLedger":
        """One with nothing in it: where one was let go of that one, as its statements are compiled."""
        if not _let_go:
            return cls.open("sqlite://")
        old = _let_go.pop()
        ledger = cls(old._engine, old._place)
        _connection(_blank()).backup(_connection(ledger))
        with ledger._writing() as connection:
            connection.info.clear()  # it knew sheets that the other one had
            connection.execute(identity.update().values(id=secrets.token_hex(16)))
        return ledger

    def close(self) -> None:
        """Let go of it, for another to begin anew in its place."""
        _let_go.append(self)

    def record(self, sheet: SheetKey, learnt: Learnt) -> None:
        """As a ledger does it, and it is told."""
        super().record(sheet, learnt)
        if self.recorded is not None:
            self.recorded()

    @contextmanager
    def _writing(self) -> Generator[Connection]:
        self._stored += 1
        with super()._writing() as connection:
            yield connection
            if self.lives is not None:
                self.lives -= 1
                if self.lives < 0:
                    raise ProcessDiedError

    def all_intents(self, sheet: SheetKey) -> list[Intent]:
        """Every intent of the one log; read anew only where something was stored since."""
        if self._intents[0] != self._stored:
            self._intents = self._stored, self.intents(sheet)
        return self._intents[1]

    def copy(self) -> "MortalLedger":
        """What is in it now, in a ledger of its own."""
        twin = MortalLedger.anew()
        _connection(self).backup(_connection(twin))
        return twin


#: The ledgers of simulations that are over.
_let_go: list[MortalLedger] = []


@cache
def _blank() -> Ledger:
    return Ledger.open("sqlite://")


def _connection(ledger: Ledger) -> sqlite3.Connection:
    raw: Any = ledger._engine.raw_connection()
    return cast("sqlite3.Connection", raw.driver_connection)


@dataclass(slots=True)
class Process:
    """One running refundsheet.

    Attributes:
        ledger: Which of the simulation's ledgers it has.
    """

    reconciler: Reconciler
    reading: Reading
    ledger: int
    clock_error: timedelta = timedelta()


@dataclass(slots=True)
class Simulation:
    """Everything that goes on around one sheet.

    Attributes:
        lost: The ledgers that are gone, with what they could explain.
        kept: A copy that somebody made of a ledger.
        kept_at: The tick of the last read that is in it.
        died: How many processes were killed.
        busy: The ledgers whose processes make a pass just now.
    """

    world: World
    now: datetime = START
    ledgers: list[MortalLedger] = field(default_factory=list[MortalLedger])
    processes: list[Process] = field(default_factory=list[Process])
    lost: set[int] = field(default_factory=set[int])
    kept: MortalLedger | None = None
    kept_at: int = 0
    busy: set[int] = field(default_factory=set[int])
    passes: int = 0
    died: int = 0

    def start(self, ledger: int | None = None) -> int:
        """Start a process, with a new ledger where none is given; its number."""
        if ledger is None:
            self.ledgers.append(MortalLedger.anew())
            ledger = len(self.ledgers) - 1
        self.processes.append(self._process(ledger))
        return len(self.processes) - 1

    def _process(self, ledger: int) -> Process:
        store = self.world.open_store()
        reconciler = Reconciler(store, self.ledgers[ledger], _SETTINGS)
        return Process(reconciler, Reading(ledger), ledger)

    def restart(self, number: int) -> None:
        """The process is gone, and another takes its place."""
        self.processes[number] = self._process(self.processes[number].ledger)

    def run(
        self,
        number: int = 0,
        script: Sequence[Moment] = (),
        lives: int | None = None,
        *,
        take_over: bool = False,
    ) -> PassReport | None:
        """One pass; None where the sheet failed it or it died, after which a new process is in place.

        Args:
            number: Whose pass.
            script: What goes on around its requests.
            lives: After how many entries in the ledger it dies.
            take_over: Whether it is told to keep the log, whoever else does.
        """
        process, before = self.processes[number], self.world.running
        if process.ledger in self.busy:
            return None  # those with one ledger take turns: it waits for its own
        self.busy.add(process.ledger)
        script_before, flight_before = self.world.wire.script, self.world.flight
        self.world.running = process.reading
        self.world.wire.follow(script)
        ledger = self.ledgers[process.ledger]
        ledger.lives, ledger.recorded = lives, self.world.note_record
        self.passes += 1
        try:
            with _without_figures():
                return process.reconciler.run(
                    self.now + process.clock_error, Options(take_over=take_over)
                )
        except SheetError:
            return None
        except ProcessDiedError:
            self.died += 1
            self.world.wire.follow(())
            self.restart(number)
            return None
        finally:
            self.busy.discard(process.ledger)
            ledger.lives = None
            self.world.absorb()
            self.world.running = before
            self.world.wire.script, self.world.flight = script_before, flight_before

    def wait(self, seconds: float) -> None:
        """Time goes by."""
        self.now += timedelta(seconds=seconds)

    def settle(self) -> None:
        """Let every row stand still long enough, and every event be seen."""
        for _ in range(3):
            self.wait(GRACE)
            self.run()

    def lose_ledger(self, number: int) -> None:
        """The ledger of a process is gone; it starts again with an empty one."""
        self.lost.add(self.processes[number].ledger)
        self.ledgers.append(MortalLedger.anew())
        self.processes[number] = self._process(len(self.ledgers) - 1)

    def close(self) -> None:
        """Let go of every ledger."""
        for ledger in (*self.ledgers, *filter(None, [self.kept])):
            ledger.close()

    def keep_ledger(self) -> None:
        """Somebody makes a copy of the first process's ledger."""
        if self.kept is not None:
            self.kept.close()
        self.kept = self.ledgers[self.processes[0].ledger].copy()
        self.kept_at = self.world.truth.recorded[-1]
        self.world.is_history_gone = False

    def put_ledger_back(self) -> None:
        """The copy takes the place of the ledger, and whoever has that one begins with it anew."""
        if self.kept is None:
            return
        gone = self.processes[0].ledger
        self.lost.add(gone)
        if self.world.is_history_gone or self._has_untold(gone):
            self.world.truth.forget(self.kept_at)
        self.ledgers.append(self.kept.copy())
        for number, process in enumerate(self.processes):
            if process.ledger == gone:
                self.processes[number] = self._process(len(self.ledgers) - 1)

    def _has_untold(self, ledger: int) -> bool:
        """Whether a ledger knows anything that the History tab does not tell."""
        sheet = self.processes[0].reconciler._logbook.sheet
        return self.ledgers[ledger].next_addition(sheet, self.now, most=1) is not None

    def open_intents(self) -> list[Intent]:
        """Writes that a living ledger still has to settle."""
        return [
            intent
            for number in {process.ledger for process in self.processes}
            for intent in self._intents(number)
            if intent.state in _OPEN
        ]

    def _intents(self, ledger: int) -> list[Intent]:
        sheet = self.processes[0].reconciler._logbook.sheet
        return self.ledgers[ledger].all_intents(sheet)

    def broken(self) -> list[Broken]:
        """Every promise that is broken now; none counts that an open intent still explains."""
        if self.open_intents():
            return list(self.world.broken)
        return [*self.world.broken, *self.world.standing(), *self.unexplained()]

    def unexplained(self) -> Iterator[Broken]:
        """The cells refundsheet filled that no ledger accounts for."""
        done: dict[int, list[Intent]] = {}
        for line, name, value in self.world.truth.stamps():
            if value.ledger in self.lost or value.ledger < 0 or value.row != line.uid:
                continue
            if value.ledger not in done:
                done[value.ledger] = [
                    intent for intent in self._intents(value.ledger) if intent.state in _TOLD
                ]
            if not any(_explains(intent, value) for intent in done[value.ledger]):
                yield Broken(Promise.EXPLAINED, f"{name}: {value.content!r} in no ledger")

    def second_pass(self) -> Iterator[Broken]:
        """What is still planned although everybody rests."""
        self.settle()
        self.run()
        report = self.run()
        barred = (Outcome.REFUSED, Outcome.VANISHED, Outcome.WAITING)
        for receipt in report.receipts if report is not None else ():
            if receipt.outcome not in barred:
                what = f"{receipt.change} became {receipt.outcome.value} ({receipt.detail})"
                yield Broken(Promise.REST, what)


_OPEN = {IntentState.SENT, IntentState.UNKNOWN, IntentState.FALSE_MATCH, IntentState.PLANNED}
#: Expired tells of a write whose answer was lost, and whose case could not be found again.
_TOLD = {IntentState.DONE, IntentState.EXPIRED}
_SETTINGS = Settings()
_calendars: dict[Any, BusinessCalendar] = {}


@contextmanager
def _without_figures() -> Generator[None]:
    """No promise is about the figures of the Summary, and they would take a third of the time."""
    figures = registry.STATISTICS
    registry.STATISTICS = ()  # type: ignore[assignment]
    try:
        yield
    finally:
        registry.STATISTICS = figures


def _one_calendar(zone: ZoneInfo, *hours: Any) -> BusinessCalendar:
    """A pass computes its calendar anew; a million passes by the same settings need it once."""
    key = (zone.key, repr(hours))
    if key not in _calendars:
        _calendars[key] = BusinessCalendar(zone, *hours)
    return _calendars[key]


reconcile.BusinessCalendar = _one_calendar  # type: ignore[assignment,misc]


def _explains(intent: Intent, value: Value) -> bool:
    change, content = intent.change, value.content
    if change.field != value.name:
        return False
    if isinstance(content, (int, float)) and isinstance(change.after, (int, float)):
        return same_serial(content, change.after)
    return content == change.after


def a_log() -> Truth:
    """A log as people kept it before: a few cases in different states, and a column of their own."""
    rows = [[header_of(name) for name in _COLUMNS]]
    for number in range(_CASES):
        cells = {
            "case_id": f"R-{number + 1}",
            "order_id": f"{2001 + number}",
            "customer_name": f"Customer {number}",
            "status": typed("status", number),
            "notes": f"called {number}" if number % 2 else "",
            "requested_at": 46320.5 + number / 8,
            "colour": "red",
        }
        rows.append([cast("str", cells.get(name, "")) for name in _COLUMNS])
    return Truth.of(rows)
