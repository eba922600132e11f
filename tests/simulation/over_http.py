"""The world over the local server: the judged write as it leaves, request by request.

The server answers in the same thread, without a socket, so that people can act at an exact point and
a run is repeatable; ``LocalServer`` puts the same library behind a socket.
"""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import requests
from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter

from refundsheet.core.model import Outcome, Plan, Receipt
from refundsheet.localsheets import calls, errors, masks, render, spreadsheets
from refundsheet.localsheets.display import CellError
from refundsheet.localsheets.errors import ApiError, RequestError
from refundsheet.localsheets.library import Library
from refundsheet.localsheets.switches import Switches
from refundsheet.sheets import judged, trust
from refundsheet.sheets.credentials import Access
from refundsheet.sheets.google import GoogleSheetStore
from refundsheet.sheets.grid import Answer, runs, user_entered
from refundsheet.sheets.layout import Request
from refundsheet.sheets.memory import Formula, Held
from refundsheet.sheets.pace import Unhurried
from refundsheet.sheets.store import Journal
from refundsheet.sheets.transport import SpreadsheetClient
from tests.simulation.people import Around, Native
from tests.simulation.truth import BLANK, Truth
from tests.simulation.variants import Guard, plan_of
from tests.simulation.wire import CutError, Fault
from tests.simulation.world import Listening, World

_LOG = 77
_HIDDEN = "refundsheet"
_BASE = "http://127.0.0.1:1"
_STATUS = {
    Fault.QUOTA_429: 429,
    Fault.INTERNAL_500: 500,
    Fault.UNAVAILABLE_503: 503,
}


class NoStore:
    """Keeps nothing: the books live as long as the simulation."""

    def ids(self) -> list[str]:
        return []

    def save(self, book: Any) -> None:
        for sheet in book.sheets:
            sheet.changed, sheet.order_changed = [], False

    def load(self, *_: object) -> None:
        return None


class SheetsWorld(World):
    """People around a spreadsheet of the local server's, with the store that Google would see."""

    def __init__(
        self, truth: Truth, guard: Guard = Guard.JUDGED, switches: Switches | None = None
    ) -> None:
        super().__init__(truth, guard)
        self.library = Library(NoStore())  # type: ignore[arg-type]
        self.library.switches = switches or Switches()
        grid = {"rowCount": 30, "columnCount": 16}
        tab = {"sheetId": _LOG, "title": "Refund Log", "gridProperties": grid}
        sheets = [{"properties": tab}]
        self.book_id = spreadsheets.create(
            self.library, _call("POST", "/v4/spreadsheets", {"sheets": sheets})
        )["spreadsheetId"]
        self.project(None)

    @property
    def book(self) -> Any:
        return self.library.book(self.book_id, "")

    def open_store(self) -> "PeopledStore":
        return PeopledStore(self)

    def contents(self) -> list[list[Held]]:
        sheet = self.book.sheet(_LOG)
        rows = max(sheet.values_end(), self.truth.count)
        return [
            [_held(sheet.row(row), column) for column in range(self._width(sheet))]
            for row in range(rows)
        ]

    def _width(self, sheet: Any) -> int:
        widest = max((len(row.values) for row in sheet.rows), default=0)
        return max(widest, self.truth.width)

    def send(self, requests_: Sequence[Request]) -> None:
        """Somebody's own client sends a batch."""
        call = _call(
            "POST", f"/v4/spreadsheets/{self.book_id}:batchUpdate", {"requests": list(requests_)}
        )
        spreadsheets.update(self.library, call)

    def project(self, native: list[Native] | None) -> None:
        short = self.truth.count - self.book.sheet(_LOG).row_count
        if short > 0 and not native:
            rows = {"sheetId": _LOG, "dimension": "ROWS", "length": short}
            self.send([{"appendDimension": rows}])
        if native:
            self.send([_on_the_log(request) for request in native])
        self._fill()
        if native:
            left = list(self.differences())
            assert not left, f"the local server did otherwise than the truth: {native} {left}"

    def _fill(self) -> None:
        """Type what the sheet lacks; after a request that did it all nothing is left to type."""
        wrong = [(row, column) for row, column, _ in self.differences()]
        wanted = []
        for row, column in wrong:
            value = BLANK
            if row < self.truth.count and column < self.truth.width:
                value = self.truth.lines[row].values[column]
            wanted.append(_typed(row, column, value.content))
        if wanted:
            self.send(wanted)

    def beside(self, what: Around, row: int, name: str) -> None:
        requests_ = list(self._beside(what, row, name))
        if requests_:
            try:
                self.send(requests_)
            except ApiError:
                return  # the sheet does not let people do that just now

    def _beside(self, what: Around, row: int, name: str) -> Iterator[Request]:
        log, hidden = self.book.sheet(_LOG), self.book.sheet_titled(_HIDDEN)
        match what:
            case Around.FILTER:
                yield from _filter(self.truth, log, row)
            case Around.UNFILTER:
                yield {"clearBasicFilter": {"sheetId": _LOG}}
            case Around.SHRINK:
                grid = {"rowCount": max(self.truth.count, 2), "columnCount": log.column_count}
                yield _properties({"sheetId": _LOG, "gridProperties": grid}, "gridProperties")
            case Around.RENAME_LOG:
                yield _properties({"sheetId": _LOG, "title": f"Log {row}"}, "title")
            case Around.REMOVE_SUMMARY if self.book.sheet_titled("Summary"):
                yield {"deleteSheet": {"sheetId": self.book.sheet_titled("Summary").sheet_id}}
            case Around.REMOVE_HISTORY if self.book.sheet_titled("History"):
                yield {"deleteSheet": {"sheetId": self.book.sheet_titled("History").sheet_id}}
            case _ if hidden is not None:
                yield from _on_hidden(what, hidden, row)
            case _:
                return


def _on_hidden(what: Around, hidden: Any, row: int) -> Iterator[Request]:
    """What people do to our hidden tab."""
    whole = {"sheetId": hidden.sheet_id}
    match what:
        case Around.REMOVE_HIDDEN_TAB:
            yield {"deleteSheet": whole}
        case Around.SORT_HIDDEN_TAB:
            yield {"sortRange": {"range": whole, "sortSpecs": [{"dimensionIndex": row}]}}
        case Around.EDIT_HIDDEN_TAB:
            start = {"sheetId": hidden.sheet_id, "rowIndex": row * 5, "columnIndex": row}
            cell = {"userEnteredValue": {"stringValue": "hello"}}
            fields = "userEnteredValue"
            yield {"updateCells": {"start": start, "rows": [{"values": [cell]}], "fields": fields}}
        case Around.EMPTY_HIDDEN_TAB:
            yield {"updateCells": {"range": whole, "fields": "userEnteredValue"}}
        case _:
            return


def _filter(truth: Truth, log: Any, row: int) -> Iterator[Request]:
    """Hide the rows of one status, as people do to see the others."""
    column = truth.column_of("status")
    if column is None:
        return
    shown = truth.lines[1 + row % max(truth.count - 1, 1)].values[column].shows
    box = {"sheetId": _LOG, "startRowIndex": 0, "endRowIndex": log.row_count}
    criteria = {str(column): {"hiddenValues": [str(shown or "")]}}
    yield {"setBasicFilter": {"filter": {"range": box, "criteria": criteria}}}


class PeopledStore(GoogleSheetStore):
    """The store as it is, on a session that leads to the library in this very thread."""

    def __init__(self, world: SheetsWorld) -> None:
        session = requests.Session()
        session.trust_env = False
        session.mount(_BASE, _InThisThread(world))
        access = Access(_BASE, "", session, Unhurried())
        client = SpreadsheetClient(world.book_id, access)
        super().__init__(client, log_tab="", hidden_tab=_HIDDEN, our_tabs=("Summary",))
        self._world = world

    def write(self, plan: Plan, journal: Journal) -> tuple[Receipt, ...]:
        if not plan.changes:
            return ()
        guarded = plan_of(self._world.guard, plan)
        with _built_for(self._world.guard):
            return super().write(guarded, Listening(self._world, plan, journal))


class _InThisThread(BaseAdapter):
    """Carries a request to the library, with people around it and faults on the way."""

    def __init__(self, world: SheetsWorld) -> None:
        super().__init__()
        self._world = world

    def send(self, request: PreparedRequest, **_: Any) -> Response:  # type: ignore[override]
        flight = self._world.flight

        def late() -> None:
            self._world.flight = flight
            self._answer(request)

        try:
            self._world.wire.arrive(late)
            response = self._answer(request)
            self._world.wire.answer()
        except CutError as cut:
            return _failed(cut.fault, request)
        return response

    def close(self) -> None:
        """There is nothing to close."""

    def _answer(self, request: PreparedRequest) -> Response:
        address = urlsplit(str(request.url))
        found = calls.find_method(str(request.method), address.path)
        assert found is not None, request.url
        body = request.body or b""
        content = body if isinstance(body, bytes) else str(body).encode()
        try:
            call = calls.read(found, address.query, content, "")
            answer = spreadsheets.METHODS[found[1]](self._world.library, call)
            follow(self._world, found[1], call.body)
            whole = render.dumps(masks.choose(call.mask, answer), pretty=False)
            return _response(200, whole, request)
        except ApiError as refusal:
            return _response(refusal.code, render.dumps(refusal.body(), pretty=True), request)
        except RequestError as refusal:
            mistake = errors.invalid(str(refusal))
            return _response(400, render.dumps(mistake.body(), pretty=True), request)


def follow(world: World, method: str, body: Mapping[str, Any]) -> None:
    """What a request of ours tells of where rows and columns are."""
    if method == "sheets.spreadsheets.values.batchGet":
        world.note_read()
    for request in body.get("requests", ()):
        inserted = request.get("insertDimension", {}).get("range", {})
        if inserted.get("sheetId") == _LOG and inserted.get("dimension") == "COLUMNS":
            start, end = inserted["startIndex"], inserted["endIndex"]
            for line in world.truth.lines:
                line.values += [BLANK] * max(0, start - len(line.values))
                line.values[start:start] = [BLANK] * (end - start)


def _failed(fault: Fault, request: PreparedRequest) -> Response:
    if fault in _STATUS:
        code = _STATUS[fault]
        refusal = {"error": {"code": code, "message": fault.value, "status": "UNAVAILABLE"}}
        return _response(code, render.dumps(refusal, pretty=True), request)
    if fault is Fault.HTML_502:
        return _response(502, b"<!DOCTYPE html><title>Error 502</title>", request, "text/html")
    if fault is Fault.TRUNCATED:
        return _response(200, b'{"spreadsheetId": "1', request)
    raise requests.ConnectionError(fault.value, request=request)


def _response(
    code: int, body: bytes, request: PreparedRequest, kind: str = "application/json"
) -> Response:
    response = Response()
    response.status_code = code
    response.raw = BytesIO(body)
    response.headers["Content-Type"] = kind
    response.request = request
    response.url = str(request.url)
    return response


def _call(verb: str, path: str, body: Mapping[str, Any]) -> Any:
    found = calls.find_method(verb, path)
    assert found is not None
    return calls.read(found, "", render.dumps(body, pretty=False), "")


def _held(row: Any, column: int) -> Held:
    formula = row.formula(column)
    if formula is not None:
        return Formula(formula)
    value = row.value(column)
    return value.text if isinstance(value, CellError) else value


def _typed(row: int, column: int, content: Held) -> Request:
    start = {"sheetId": _LOG, "rowIndex": row, "columnIndex": column}
    if isinstance(content, Formula):
        cell: dict[str, Any] = {"userEnteredValue": {"formulaValue": content.text}}
    else:
        cell = user_entered(content)
    return {
        "updateCells": {"start": start, "rows": [{"values": [cell]}], "fields": "userEnteredValue"}
    }


def _on_the_log(request: Native) -> Request:
    """The request with the log's id in it."""
    ((kind, body),) = request.items()
    place = "source" if kind == "moveDimension" else "range"
    return {kind: {**body, place: {"sheetId": _LOG, **body[place]}}}


def _properties(properties: Mapping[str, Any], fields: str) -> Request:
    return {"updateSheetProperties": {"properties": properties, "fields": fields}}


@dataclass(frozen=True, slots=True)
class _Incomplete:
    """Builds the batch with a part of the compared key left out."""

    guard: Guard
    build: Callable[..., list[Request]]

    def __call__(self, bench: judged.Bench, judgements: Sequence[judged.Judgement]) -> Any:
        if self.guard is Guard.NAIVE:
            return [*self._unguarded(bench, judgements), *self.build(bench, ())]
        requests_ = self.build(bench, judgements)
        left_out = set(self._slots(bench))
        for request in requests_:
            if "deleteDuplicates" in request and left_out:
                columns = [c for c in range(*bench.key) if c not in left_out]
                request["deleteDuplicates"]["comparisonColumns"] = [
                    {
                        "sheetId": bench.hidden_id,
                        "dimension": "COLUMNS",
                        "startIndex": start,
                        "endIndex": end,
                    }
                    for start, end in runs(columns)
                ]
        return requests_

    def _slots(self, bench: judged.Bench) -> tuple[int, ...]:
        if self.guard is Guard.NO_NEIGHBOURS:
            return bench.neighbour_slots
        return (bench.key[0],) if self.guard is Guard.NO_NONCE else ()

    @staticmethod
    def _unguarded(
        bench: judged.Bench, judgements: Sequence[judged.Judgement]
    ) -> Iterator[Request]:
        for judgement in judgements:
            for column, change in judgement.changes.items():
                yield _typed(judgement.row, column, change.after)


def _all_done(
    bench: judged.Bench, judgements: Sequence[judged.Judgement], answer: Answer
) -> Iterator[Receipt]:
    for judgement in judgements:
        for change in judgement.changes.values():
            yield Receipt(change, Outcome.DONE)


@contextmanager
def _built_for(guard: Guard) -> Generator[None]:
    """The product's own batch, but for what the guard leaves out."""
    if guard in (Guard.JUDGED, Guard.NO_PREMISE):
        yield
        return
    read = _all_done if guard is Guard.NAIVE else judged.read_receipts
    with patch.object(trust, "JUDGED", trust.Mode(_Incomplete(guard, judged.build), read)):
        yield
