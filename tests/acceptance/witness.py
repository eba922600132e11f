"""The truth about a sheet on a real server, with a crowd in it and the installed command beside it.

What the simulation knows because it does everything itself is known here because all requests of
refundsheet's pass a gate, one at a time and never while somebody of the crowd acts: whatever differs
after one of them was written by it, and is judged at once. What it meant to write is read from its
ledger, so a write that the ledger does not know is found in the instant it is made.
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import zip_longest
from pathlib import Path
from time import monotonic
from typing import Any, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import requests
from sqlalchemy import select

from refundsheet.config import Settings
from refundsheet.core.columns import header_names
from refundsheet.core.history import By, Entry, from_rows
from refundsheet.core.model import Cell, Layout, Outcome, Plan
from refundsheet.core.report import PassReport
from refundsheet.ledger.ledger import Ledger
from refundsheet.ledger.records import Intent, IntentState, SheetKey
from refundsheet.ledger.tables import sheets
from refundsheet.localsheets import calls
from refundsheet.localsheets.errors import ApiError
from refundsheet.reconcile import Reconciler
from refundsheet.sheets.google import GoogleSheetStore, open_store
from refundsheet.sheets.layout import Request
from refundsheet.sheets.memory import Formula, Held
from tests.acceptance.gate import Asked, Gate, Told
from tests.simulation.over_http import _HIDDEN, _LOG, SheetsWorld, _on_the_log, _typed, follow
from tests.simulation.people import Act, Around, Beside, Native, RestoreHeaders
from tests.simulation.simulation import _OPEN, _TOLD, GRACE, _explains
from tests.simulation.truth import OURS, Broken, Promise, Truth, Value
from tests.simulation.world import Flight, World, same

ZONE = "Europe/Berlin"
_READ = "sheets.spreadsheets.values.batchGet"
#: So much of what happened last is told where something went wrong.
_TOLD_LAST = 40


@dataclass(frozen=True, slots=True)
class _Tab:
    sheet_id: int
    title: str
    row_count: int
    column_count: int


@dataclass(frozen=True, slots=True)
class _Book:
    tabs: tuple[_Tab, ...]

    def sheet(self, sheet_id: int) -> _Tab:
        return next(tab for tab in self.tabs if tab.sheet_id == sheet_id)

    def sheet_titled(self, title: str) -> _Tab | None:
        return next((tab for tab in self.tabs if tab.title == title), None)


@dataclass(frozen=True, slots=True)
class Kept:
    """A ledger file and the truth, as they were when people had sent so many requests."""

    ledger: bytes
    truth: Truth
    sent: int


class Witness(SheetsWorld):
    """A spreadsheet on a server, the gate in front of it, and the truth about it.

    Args:
        server: Where the server answers; people use it directly.
        truth: The log at the start.
        ledger: The file in which all processes of refundsheet keep their ledger.

    Attributes:
        lock: Who acts, or carries a request, holds it.
        arrived: How many requests of refundsheet's have come to the gate.
        batches: How many of these were to write the log.
        hasty: What flags were written on a wrong row or for a reason just gone, where they were too
            many to judge each: the next pass puts them right, or it counts as broken.
        trace: What happened, in order.
    """

    def __init__(self, server: str, truth: Truth, ledger: Path) -> None:
        World.__init__(self, truth)
        self.lock = threading.RLock()
        self.trace: list[str] = []
        self.arrived = self.batches = self._sent = 0
        self._shown: list[list[Held]] = []
        self.edits = 0
        self.hasty: list[Broken] = []
        self._failures: list[BaseException] = []
        self._unjudged: set[tuple[int, int]] = set()
        self._read: dict[int, tuple[Cell, ...]] = {}
        self._columns: dict[str, int] = {}
        self._learnt: datetime | None = None
        self._server, self.ledger_file = server, ledger
        self._people = requests.Session()
        self._people.trust_env = False
        self._people.headers["Authorization"] = "Bearer people"
        grid = {"rowCount": 1000, "columnCount": 16}
        tab = {"sheetId": _LOG, "title": "Refund Log", "gridProperties": grid}
        properties = {"title": "Refunds", "locale": "en_GB", "timeZone": ZONE}
        book = {"properties": properties, "sheets": [{"properties": tab}]}
        self.book_id = self._ask("POST", "/v4/spreadsheets", book)["spreadsheetId"]
        self.project(None)
        self.ledger = self._open_ledger()
        self.key = SheetKey(self.book_id, _LOG)
        self.gate = Gate(server, self._carry)

    def __enter__(self) -> Self:
        self.gate.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.gate.__exit__()
        self.ledger.close()
        self._people.close()

    def _open_ledger(self) -> Ledger:
        return Ledger.open(f"sqlite:///{self.ledger_file}")

    # --- the sheet, as people reach it ---

    @property
    def book(self) -> _Book:
        fields = "sheets.properties(sheetId,title,gridProperties(rowCount,columnCount))"
        path = f"/v4/spreadsheets/{self.book_id}?fields={fields}"
        found = [sheet["properties"] for sheet in self._ask("GET", path)["sheets"]]
        return _Book(tuple(_tab(properties) for properties in found))

    def contents(self) -> list[list[Held]]:
        fields = "sheets.data.rowData.values.userEnteredValue"
        path = f"/v4/spreadsheets/{self.book_id}:getByDataFilter?prettyPrint=false&fields={fields}"
        asked = {"dataFilters": [{"gridRange": {"sheetId": _LOG}}], "includeGridData": True}
        data = self._ask("POST", path, asked)["sheets"][0]["data"][0]
        rows = [[_held(cell) for cell in row.get("values", ())] for row in data.get("rowData", ())]
        while rows and not any(cell not in {None, ""} for cell in rows[-1]):
            rows.pop()
        return rows + [[] for _ in range(self.truth.count - len(rows))]

    def send(self, requests_: Sequence[Request]) -> None:
        self._sent += 1
        self._ask("POST", "/control/ui", {"spreadsheetId": self.book_id, "do": list(requests_)})

    def _ask(self, verb: str, path: str, body: Any = None) -> Any:
        answer = self._people.request(verb, self._server + path, json=body, timeout=30)
        if not answer.ok:
            raise ApiError(answer.status_code, answer.text)
        return answer.json()

    def act(self, act: Act) -> None:
        with self.lock:
            self.trace.append(f"people: {act}")
            self.edits += 1
            self._shown = self.truth.contents()
            super().act(act)

    def project(self, native: list[Native] | None) -> None:
        """What people did, as one request; nothing is read, or they would be too slow for a crowd."""
        wanted = [_on_the_log(request) for request in native or ()]
        wanted = wanted or [_typed(*edited) for edited in self._edited()]
        if not wanted:
            return
        try:
            self.send(wanted)
        except ApiError:  # somebody had cut the blank rows off
            more = {"sheetId": _LOG, "dimension": "ROWS", "length": self.truth.count}
            self.send([{"appendDimension": more}, *wanted])

    def _edited(self) -> Iterator[tuple[int, int, Held]]:
        """Row, column and content of the cells that the truth has otherwise than the sheet."""
        now, blank = self.truth.contents(), list[Held]()
        for row, (cells, held) in enumerate(zip_longest(now, self._shown, fillvalue=blank)):
            for column, (cell, was) in enumerate(zip_longest(cells, held)):
                if not same(cell, was):
                    yield row, column, cell

    def rest(self) -> None:
        """People put right what is odd, and do no more."""
        for act in (Beside(Around.UNPROTECT), Beside(Around.UNFILTER), RestoreHeaders()):
            self.act(act)

    # --- refundsheet, as the gate sees it ---

    def _carry(self, asked: Asked, forward: Callable[[], Told]) -> Told:
        self.arrived += 1
        with self.lock:
            try:
                return self._carried(asked, forward)
            except BaseException as failure:
                self._failures.append(failure)
                raise

    def _carried(self, asked: Asked, forward: Callable[[], Told]) -> Told:
        path = urlsplit(asked.path).path
        found = calls.find_method(asked.verb, path)
        assert found is not None, path
        self._note_what_is_learnt()
        body = json.loads(asked.body or "{}")
        self.flight = self._flight_of(asked.body.decode())
        self.batches += self.flight is not None
        self._unjudged = set(_written_as_they_are(body))
        told = forward()
        self.trace.append(f"refundsheet: {found[1]} {_kinds(body)} -> {told.status}")
        if told.status == requests.codes.ok:
            method = found[1]
            follow(self, "" if method == _READ and not self._is_log(told) else method, body)
        if asked.verb != "GET":
            self.absorb()
        return told

    def _is_log(self, told: Told) -> bool:
        """Whether a read was of the log, and not of a tab of ours."""
        title = json.loads(told.content)["valueRanges"][-1]["range"].partition("!")[0].strip("'")
        return title not in {title for _, title in Settings().tabs}

    def note_read(self) -> None:
        super().note_read()
        self._read = {
            row: tuple(value.shows for value in line.values)
            for row, line in enumerate(self.truth.lines, 1)
        }
        fields = ((self.truth.field_at(column), column) for column in range(self.truth.width))
        self._columns = {field: column for field, column in fields if field}

    def _note_what_is_learnt(self) -> None:
        """Take note when the ledger has taken in the last read."""
        statement = select(sheets.c.last_read_at).where(sheets.c.spreadsheet_id == self.book_id)
        with self.ledger._reading() as connection:
            learnt = connection.execute(statement).scalar_one_or_none()
        if learnt != self._learnt:
            self._learnt = learnt
            self.note_record()

    def _flight_of(self, body: str) -> Flight | None:
        """What the ledger says that a request is meant to write."""
        intents = [i for i in self.ledger.open_intents(self.key) if i.nonce and i.nonce in body]
        changes = tuple(intent.change for intent in intents)
        plan = Plan(changes, Layout(1, (), self._columns), self._read)
        return Flight(plan, changes, self.running.uids, 0) if changes else None

    def _broken(self, row: int, name: str, held: Value, content: Held) -> Iterator[Broken]:
        for broken in super()._broken(row, name, held, content):
            is_hasty = (row, self.truth.column_of(name)) in self._unjudged and name in OURS
            if is_hasty and broken.promise in {Promise.OWN_CASE, Promise.PREMISE}:
                self.hasty.append(broken)
            else:
                yield broken

    def open_store(self) -> GoogleSheetStore:  # type: ignore[override]
        titles = (title for _, title in Settings().tabs)
        return open_store(self.book_id, hidden_tab=_HIDDEN, our_tabs=titles, base_url=self.gate.url)

    def keep(self) -> "Kept":
        """What can be brought back later, while no process runs."""
        self.ledger.close()
        ledger = self.ledger_file.read_bytes()
        self.ledger = self._open_ledger()
        return Kept(ledger, deepcopy(self.truth), self._sent)

    def bring_back(self, kept: "Kept") -> None:
        """All is as it was when it was kept; people must have done exactly one thing since."""
        assert self._sent == kept.sent + 1
        self._ask("POST", "/control/ui", {"spreadsheetId": self.book_id, "undo": "snapshot"})
        self.ledger.close()
        self.ledger_file.write_bytes(kept.ledger)
        self.ledger = self._open_ledger()
        self.truth = deepcopy(kept.truth)
        self.before_last = None

    # --- what is promised ---

    def passes(self, settings: Settings, *times: datetime) -> list[PassReport]:
        """Whole passes at these times, in this process."""
        store = self.open_store()
        try:
            reconciler = Reconciler(store, self.ledger, settings)
            return [reconciler.run(at) for at in times]
        finally:
            store.client.session.close()

    def settle(self, settings: Settings, now: datetime) -> tuple[datetime, list[Broken]]:
        """Passes while everybody rests, until no row can be being typed: when the last one was, and
        what it still had to do.
        """
        times = [now + timedelta(seconds=number * GRACE) for number in range(1, 6)]
        return times[-1], list(second_pass(self.passes(settings, *times)))

    def passes_begun(self) -> int:
        """How many passes there were, those that were cut off among them."""
        return len(self.ledger.passes(self.key, limit=1_000_000))

    def intents(self) -> list[Intent]:
        """Every write that any process intended."""
        return self.ledger.intents(self.key)

    def told(self) -> tuple[Entry, ...]:
        """What stands on the History tab."""
        path = f"/v4/spreadsheets/{self.book_id}/values/History"
        rows = self._ask("GET", f"{path}?valueRenderOption=UNFORMATTED_VALUE").get("values", ())
        return from_rows(rows, header_names(), ZoneInfo(ZONE))

    def all_broken(self) -> list[Broken]:
        """Every promise that is broken, once no write is open any more."""
        if self._failures:  # of the witness: they must not pass for silence
            raise self._failures[0]
        intents = self.intents()
        still_open = [intent for intent in intents if intent.state in _OPEN]
        unsettled = [Broken(Promise.CUT, f"{intent} is open still") for intent in still_open]
        return [
            *self.broken,
            *self.standing(),
            *unsettled,
            *self._unexplained(intents),
            *self._untold(intents),
        ]

    def _unexplained(self, intents: Sequence[Intent]) -> Iterator[Broken]:
        """The cells refundsheet filled of which the ledger does not know."""
        known = [intent for intent in intents if intent.state in _TOLD]
        for line, name, value in self.truth.stamps():
            if value.row == line.uid and not any(_explains(intent, value) for intent in known):
                yield Broken(Promise.EXPLAINED, f"{name}: {value.content!r} is not in the ledger")

    def _untold(self, intents: Sequence[Intent]) -> Iterator[Broken]:
        """The cells refundsheet wrote of which the History tab does not tell."""
        ours = [entry for entry in self.told() if entry.by is By.US]
        told = {(entry.run, entry.field, str(entry.after)) for entry in ours}
        for intent in intents:
            change = intent.change
            what = (intent.pass_number, change.field, str(change.after))
            if intent.state is IntentState.DONE and what not in told:
                yield Broken(Promise.EXPLAINED, f"{change} of run {what[0]} is not in History")

    def last(self) -> str:
        """What happened last, for whoever has to find out why."""
        return "\n".join(self.trace[-_TOLD_LAST:])


def second_pass(reports: Sequence[PassReport]) -> Iterator[Broken]:
    """What was still planned although everybody had rested."""
    barred = (Outcome.REFUSED, Outcome.VANISHED)
    for receipt in reports[-1].receipts:
        if receipt.outcome not in barred and "filter" not in receipt.detail:
            yield Broken(Promise.REST, f"{receipt.change} became {receipt.outcome.value}")


class Crowd:
    """People who act so many times a second, in a thread of their own.

    Args:
        witness: Where they act.
        next_act: Chooses what is done next, by the truth as it is then.
        per_second: How often somebody acts.
    """

    def __init__(self, witness: Witness, next_act: Callable[[], Act], per_second: float) -> None:
        self._witness, self._next_act, self._pause = witness, next_act, 1 / per_second
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work)
        self._failure: BaseException | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        if self._failure is not None:
            raise self._failure

    def _work(self) -> None:
        due = monotonic()
        try:
            while not self._over.is_set():
                with self._witness.lock:
                    self._witness.act(self._next_act())
                due = max(due + self._pause, monotonic() - 1)
                self._over.wait(max(0.0, due - monotonic()))
        except BaseException as failure:  # noqa: BLE001 - raised again where the crowd is left
            self._failure = failure


def _tab(properties: Mapping[str, Any]) -> _Tab:
    grid = properties["gridProperties"]
    return _Tab(properties["sheetId"], properties["title"], grid["rowCount"], grid["columnCount"])


def _held(cell: Mapping[str, Any]) -> Held:
    """A cell as it was entered."""
    entered = cell.get("userEnteredValue", {})
    if "formulaValue" in entered:
        return Formula(entered["formulaValue"])
    return next(iter(entered.values()), None)


def _written_as_they_are(body: Mapping[str, Any]) -> Iterator[tuple[int, int]]:
    """The cells of the log that a batch overwrites whatever stands there."""
    for request in body.get("requests", ()):
        update = request.get("updateCells", {})
        start = update.get("start", {})
        if start.get("sheetId") == _LOG:
            for row, line in enumerate(update["rows"], start["rowIndex"]):
                for column, _ in enumerate(line.get("values", ()), start["columnIndex"]):
                    yield row, column


def _kinds(body: Mapping[str, Any]) -> str:
    """What a batch is made of, in short."""
    kinds = [next(iter(request)) for request in body.get("requests", ())]
    return ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds))
