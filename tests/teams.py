"""A log with people in it, in memory or on a local server: they type, sort and insert as they please."""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any, Protocol

import requests

from refundsheet.config.settings import TabSettings
from refundsheet.core.model import Cell
from refundsheet.errors import AnswerLostError
from refundsheet.localsheets.server import LocalServer
from refundsheet.sheets.credentials import open_access
from refundsheet.sheets.google import GoogleSheetStore
from refundsheet.sheets.memory import Formula, MemorySheetStore
from refundsheet.sheets.store import SheetStore
from refundsheet.sheets.transport import SpreadsheetClient

ZONE = "Europe/Berlin"
TAB = "Refund Log"
HIDDEN = "refundsheet"

Rows = list[list[Any]]


def _nothing() -> None:
    """Nobody does anything."""


class Team(Protocol):
    """People at a log, whose headers stand in row 1 and whose first column holds the Case ID."""

    #: Called before each request of ours arrives.
    between: Callable[[], object]

    def store(self) -> SheetStore:
        """Our way to their sheet; another call is another process."""
        ...

    def rows(self) -> Rows:
        """The log as it stands, headers and all; blank cells are ""."""
        ...

    def put(self, row: int, column: int, value: Cell) -> None:
        """Type a value into a cell; the row is counted from 1, the column from 0."""
        ...

    def sort(self, column: int) -> None:
        """Sort the cases by a column, descending."""
        ...

    def insert_row(self, row: int) -> None:
        """Insert a blank row."""
        ...

    def delete_row(self, row: int) -> None:
        """Delete a row."""
        ...

    def page(self, title: str) -> dict[tuple[int, int], Cell]:
        """What a tab of ours shows."""
        ...

    def remove_tab(self, title: str) -> None:
        """Delete a tab."""
        ...

    def tabs(self) -> list[str]:
        """The titles of the tabs."""
        ...

    def answers_lost(self, *, applied: bool) -> Any:
        """While this context lasts, the next write of ours gets no answer."""
        ...


class Desk:
    """What a test says of cases by their names, on whichever sheet they stand."""

    def __init__(self, team: Team) -> None:
        self.team = team

    def column(self, header: str) -> int:
        """Where a header stands."""
        return self.team.rows()[0].index(header)

    def row(self, case: str) -> int:
        """The number of the first row of a case."""
        return next(n for n, row in enumerate(self.team.rows(), 1) if row and row[0] == case)

    def cell(self, case: str, header: str) -> Any:
        """What stands in a case's cell; "" is blank."""
        row, column = self.team.rows()[self.row(case) - 1], self.column(header)
        return row[column] if column < len(row) else ""

    def type(self, case: str, header: str, value: Cell) -> None:
        """Somebody types into a case's cell."""
        self.team.put(self.row(case), self.column(header), value)

    def add(self, **cells: Cell) -> None:
        """Somebody enters a case below the others; headers are given with _ for a blank."""
        rows = self.team.rows()
        for header, value in cells.items():
            column = self.column(header.replace("_", " "))
            self.team.put(len(rows) + 1, column, value)


class MemoryTeam:
    """People at the sheet in memory."""

    def __init__(self, rows: Sequence[Sequence[Cell]]) -> None:
        self._sheet = MemorySheetStore(rows, zone=ZONE, title=TAB)
        self.between: Callable[[], object] = _nothing
        self._sheet.between = self._act

    def _act(self) -> None:
        self.between()

    def store(self) -> SheetStore:
        return self._sheet

    def rows(self) -> Rows:
        return [["" if cell is None else cell for cell in row] for row in self._shown()]

    def _shown(self) -> Rows:
        return [
            [cell.shows if isinstance(cell, Formula) else cell for cell in row]
            for row in self._sheet.rows
        ]

    def put(self, row: int, column: int, value: Cell) -> None:
        self._sheet.type(row, column, value)

    def sort(self, column: int) -> None:
        def key(row: list[Any]) -> str:
            return str(row[column]) if column < len(row) else ""

        self._sheet.rows[1:] = sorted(self._sheet.rows[1:], key=key, reverse=True)

    def insert_row(self, row: int) -> None:
        self._sheet.rows.insert(row - 1, [])

    def delete_row(self, row: int) -> None:
        del self._sheet.rows[row - 1]

    def page(self, title: str) -> dict[tuple[int, int], Cell]:
        cells = self._sheet.pages[title].items()
        return {place: cell.value for place, cell in cells if cell.value not in {None, ""}}

    def remove_tab(self, title: str) -> None:
        self._sheet.pages.pop(title, None)

    def tabs(self) -> list[str]:
        return [TAB, *self._sheet.pages, *self._sheet.hidden_tabs]

    @contextmanager
    def answers_lost(self, *, applied: bool) -> Generator[None]:
        writes = self._sheet.requests.writes
        between = self._sheet.between

        def lose() -> None:
            if self._sheet.requests.writes == writes + 1:
                raise AnswerLostError("The connection broke.")

        if applied:
            self._sheet.answering = lose
        else:
            self._sheet.between = lose
        yield
        self._sheet.answering, self._sheet.between = _nothing, between


class HttpTeam:
    """People at a spreadsheet on a local server, who use another client than ours."""

    def __init__(
        self,
        server: LocalServer,
        rows: Sequence[Sequence[Cell]],
        *,
        row_count: int = 60,
        title: str = TAB,
    ) -> None:
        self.server = server
        self.title = title
        self.between: Callable[[], object] = _nothing
        self._people = requests.Session()
        self._people.headers["Authorization"] = "Bearer people"
        self._base = f"{server.base_url}/v4/spreadsheets"
        grid = {"rowCount": row_count, "columnCount": 12}
        tab = {"sheetId": 77, "title": title, "gridProperties": grid}
        properties = {"title": "Refunds", "locale": "en_GB", "timeZone": ZONE}
        book = self._post("", {"properties": properties, "sheets": [{"properties": tab}]})
        self.spreadsheet_id: str = book["spreadsheetId"]
        self._base += f"/{self.spreadsheet_id}"
        self._clients: list[SpreadsheetClient] = []
        if rows:
            self.fill("A1", rows)

    def store(self) -> GoogleSheetStore:
        team = self

        class Watched(SpreadsheetClient):
            def request(self, *args: Any, **options: Any) -> requests.Response:
                team.between()
                return super().request(*args, **options)

        client = Watched(self.spreadsheet_id, open_access(self.server.base_url, None))
        self._clients.append(client)
        ours = (title for _, title in TabSettings())
        return GoogleSheetStore(client, log_tab=self.title, hidden_tab=HIDDEN, our_tabs=ours)

    def close(self) -> None:
        self._people.close()
        for client in self._clients:
            client.session.close()

    def rows(self) -> Rows:
        path = f"/values/'{self.title}'?valueRenderOption=UNFORMATTED_VALUE"
        return self._get(path).get("values", [])

    def put(self, row: int, column: int, value: Cell) -> None:
        self.fill(f"{_letters(column)}{row}", [[value]])

    def fill(self, start: str, rows: Sequence[Sequence[Cell]], option: str = "RAW") -> None:
        """Enter cells as they are, or with USER_ENTERED as if typed."""
        values = [["" if cell is None else cell for cell in row] for row in rows]
        path = f"/values/'{self.title}'!{start}?valueInputOption={option}"
        answer = self._people.put(self._base + path, json={"values": values}, timeout=10)
        assert answer.ok, answer.text

    def sort(self, column: int) -> None:
        order = {"dimensionIndex": column, "sortOrder": "DESCENDING"}
        cases = {"sheetId": 77, "startRowIndex": 1}
        self.change({"sortRange": {"range": cases, "sortSpecs": [order]}})

    def insert_row(self, row: int) -> None:
        rows = {"sheetId": 77, "dimension": "ROWS", "startIndex": row - 1, "endIndex": row}
        self.change({"insertDimension": {"range": rows}})

    def act_before(self, request: int, act: Callable[[], object]) -> None:
        """Do something just before one of our next requests arrives, counted from 0."""
        arrived = count()
        self.between = lambda: act() if next(arrived) == request else None

    def insert_column(self, column: int) -> None:
        columns = {"sheetId": 77, "dimension": "COLUMNS", "startIndex": column}
        self.change({"insertDimension": {"range": {**columns, "endIndex": column + 1}}})

    def delete_row(self, row: int) -> None:
        rows = {"sheetId": 77, "dimension": "ROWS", "startIndex": row - 1, "endIndex": row}
        self.change({"deleteDimension": {"range": rows}})

    def formula(self, place: str) -> Cell:
        """What was typed into a cell of the log."""
        answer = self._get(f"/values/'{TAB}'!{place}?valueRenderOption=FORMULA")
        return answer.get("values", [[""]])[0][0]

    def page(self, title: str) -> dict[tuple[int, int], Cell]:
        answer = self._get(f"/values/'{title}'?valueRenderOption=UNFORMATTED_VALUE")
        return {
            (row, column): value
            for row, cells in enumerate(answer.get("values", []))
            for column, value in enumerate(cells)
            if value != ""
        }

    def remove_tab(self, title: str) -> None:
        sheets = self._get("?fields=sheets.properties")["sheets"]
        found = next(s["properties"] for s in sheets if s["properties"]["title"] == title)
        self.change({"deleteSheet": {"sheetId": found["sheetId"]}})

    def tabs(self) -> list[str]:
        sheets = self._get("?fields=sheets.properties.title")["sheets"]
        return [sheet["properties"]["title"] for sheet in sheets]

    @contextmanager
    def answers_lost(self, *, applied: bool) -> Generator[None]:
        kind = "cut_after" if applied else "cut_before"
        self.server.set_control(faults=[{"kind": kind, "match": "batchUpdate"}])
        yield

    def change(self, *wanted: Any) -> None:
        """Do what a person's client asks for with a batchUpdate."""
        self._post(":batchUpdate", {"requests": list(wanted)})

    def sheets(self, fields: str) -> list[dict[str, Any]]:
        """What every tab has of some fields."""
        return self._get(f"?fields=sheets({fields})")["sheets"]

    def cells(self, place: str, fields: str) -> Rows:
        """Cells with what a mask of CellData names."""
        mask = f"sheets.data.rowData.values({fields})"
        answer = self._get(f"?ranges='{self.title}'!{place}&fields={mask}")
        rows = answer["sheets"][0]["data"][0].get("rowData", [])
        return [row.get("values", []) for row in rows]

    def _get(self, path: str) -> dict[str, Any]:
        answer = self._people.get(self._base + path, timeout=10)
        assert answer.ok, answer.text
        return answer.json()

    def _post(self, path: str, body: Any) -> dict[str, Any]:
        answer = self._people.post(self._base + path, json=body, timeout=10)
        assert answer.ok, answer.text
        return answer.json()


def _letters(column: int) -> str:
    return chr(65 + column)
