"""The sheet as people use it: a colleague at a browser, through Google's REST API and nothing of ours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Self
from zoneinfo import ZoneInfo

import requests

from refundsheet.core.headers import column_letter
from refundsheet.core.serials import to_serial
from refundsheet.demo.generate import HEADERS, Entry, GeneratedCase
from refundsheet.errors import SheetError

Json = dict[str, Any]

_DATES = {"numberFormat": {"type": "DATE_TIME", "pattern": "yyyy-mm-dd hh:mm"}}
_AMOUNTS = {"numberFormat": {"type": "NUMBER", "pattern": "0.00"}}
_FOLLOW_UP = ("Follow-up", "Follow-up By")
_HEADER = {"textFormat": {"bold": True}, "backgroundColor": {"red": 0.9, "green": 0.93, "blue": 0.97}}  # fmt: skip
#: Empty rows below the cases, as every sheet has them.
SPARE_ROWS = 200
_LOG_SHEET_ID = 0
_TIMEOUT = 20.0


@dataclass(frozen=True, slots=True)
class SeenRow:
    """A row as somebody sees it who looks now.

    Attributes:
        number: The sheet's row number, counted from 1.
        cells: Header to cell; blank cells are left out.
    """

    number: int
    cells: dict[str, Any]

    def text(self, header: str) -> str:
        """The cell as text, "" where it is blank."""
        return str(self.cells.get(header, "")).strip()


class SheetByHand:
    """One spreadsheet on one server, and what people do to its log.

    Every call raises ``requests.RequestException`` where the server cannot be reached or refuses.
    """

    def __init__(self, base_url: str, spreadsheet_id: str, tab: str) -> None:
        self.base_url = base_url
        self.spreadsheet_id = spreadsheet_id
        self.tab = tab
        self._session = _session()

    @classmethod
    def create(
        cls, base_url: str, tab: str, cases: Sequence[GeneratedCase], zone: ZoneInfo
    ) -> Self:
        """Make a spreadsheet whose first tab is the log, in one request."""
        with _session() as session:
            body = _new_spreadsheet(tab, cases, zone)
            address = f"{base_url}/v4/spreadsheets"
            made = _answer(session.post(address, json=body, timeout=_TIMEOUT))
        return cls(base_url, made["spreadsheetId"], tab)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        mistake: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._session.close()

    def look(self) -> list[SeenRow]:
        """Every row that holds something, as it stands at this moment."""
        header, *rows = self.values(self.tab) or [[]]
        return [
            SeenRow(number, seen)
            for number, cells in enumerate(rows, 2)
            if (seen := {h: c for h, c in zip(header, cells, strict=False) if h and c != ""})
        ]

    def values(self, tab: str, cells: str = "") -> list[list[Any]]:
        """The cells of a tab, unformatted; all of them, or those of a range such as ``1:1``."""
        where = f"{_quoted(tab)}!{cells}" if cells else _quoted(tab)
        query = {"valueRenderOption": "UNFORMATTED_VALUE"}
        answer = self._session.get(f"{self.address}/values/{where}", params=query, timeout=_TIMEOUT)
        return _answer(answer).get("values", [])

    def type(self, number: int, cells: Mapping[str, str | float]) -> None:
        """Type into cells of a row, each under its header."""
        header = self._header()
        places = {column_letter(_place(name, header)): value for name, value in cells.items()}
        data = [
            {"range": f"{_quoted(self.tab)}!{letters}{number}", "values": [[value]]}
            for letters, value in places.items()
        ]
        body = {"valueInputOption": "USER_ENTERED", "data": data}
        address = f"{self.address}/values:batchUpdate"
        _answer(self._session.post(address, json=body, timeout=_TIMEOUT))

    def first_free_row(self) -> int:
        """The row below the last case; the sheet gets more rows where it has run out of them."""
        free = max((row.number for row in self.look()), default=1) + 1
        if free > self._size("rowCount"):
            self._do("appendDimension", sheetId=_LOG_SHEET_ID, dimension="ROWS", length=SPARE_ROWS)
        return free

    def sort(self, header: str, *, descending: bool) -> None:
        """Sort the whole log by a column, as the menu Data does."""
        area = {"sheetId": _LOG_SHEET_ID, "startRowIndex": 1}
        order = "DESCENDING" if descending else "ASCENDING"
        by = {"dimensionIndex": _place(header, self._header()), "sortOrder": order}
        self._do("sortRange", range=area, sortSpecs=[by])

    def insert_above(self, number: int) -> None:
        """Insert an empty row; it takes this number and pushes the rest down."""
        self._do("insertDimension", range=_rows(number), inheritFromBefore=False)

    def move_above(self, number: int, target: int) -> None:
        """Drag a row to just above another one."""
        self._do("moveDimension", source=_rows(number), destinationIndex=target - 1)

    @property
    def address(self) -> str:
        """Where the API knows the spreadsheet."""
        return f"{self.base_url}/v4/spreadsheets/{self.spreadsheet_id}"

    def _header(self) -> list[str]:
        """The headers as they stand now: somebody may have moved a column."""
        return (self.values(self.tab, "1:1") or [[]])[0]

    def _size(self, dimension: str) -> int:
        query = {"fields": "sheets.properties(sheetId,gridProperties)"}
        sheets = _answer(self._session.get(self.address, params=query, timeout=_TIMEOUT))["sheets"]
        log = next(s["properties"] for s in sheets if not s["properties"].get("sheetId"))
        return log["gridProperties"][dimension]

    def _do(self, kind: str, **request: Any) -> None:
        body = {"requests": [{kind: request}]}
        _answer(self._session.post(f"{self.address}:batchUpdate", json=body, timeout=_TIMEOUT))


def _place(name: str, header: list[str]) -> int:
    """Where the column of a header stands."""
    if name not in header:
        raise SheetError(
            f'The demo\'s team does not find the column "{name}" any more, so it cannot go on. '
            "Start it anew: refundsheet demo"
        )
    return header.index(name)


def _session() -> requests.Session:
    session = requests.Session()
    # A proxy set for the internet is not meant for this machine's own server.
    session.trust_env = False
    session.headers["Authorization"] = "Bearer team"
    return session


def _answer(response: requests.Response) -> Json:
    response.raise_for_status()
    return response.json()


def _quoted(tab: str) -> str:
    return "'" + tab.replace("'", "''") + "'"


def _rows(number: int) -> Json:
    return {
        "sheetId": _LOG_SHEET_ID,
        "dimension": "ROWS",
        "startIndex": number - 1,
        "endIndex": number,
    }


def _new_spreadsheet(tab: str, cases: Sequence[GeneratedCase], zone: ZoneInfo) -> Json:
    heads = _with_room(HEADERS, _FOLLOW_UP)
    size = {
        "rowCount": len(cases) + 1 + SPARE_ROWS,
        "columnCount": len(heads),
        "frozenRowCount": 1,
    }
    headers = [
        {"userEnteredValue": {"stringValue": text}, "userEnteredFormat": _HEADER} for text in heads
    ]
    room = (None,) * len(_FOLLOW_UP)
    rows = [
        {"values": [_cell(entry, zone) for entry in _with_room(case.cells(), room)]}
        for case in cases
    ]
    sheet = {
        "properties": {"sheetId": _LOG_SHEET_ID, "title": tab, "gridProperties": size},
        "data": [{"rowData": [{"values": headers}, *rows]}],
    }
    properties = {"title": "Refund desk (demo)", "locale": "en_GB", "timeZone": zone.key}
    return {"properties": properties, "sheets": [sheet]}


def _with_room(cells: Sequence[Entry], between: Sequence[Entry]) -> list[Entry]:
    """Cells with others beside Status, where refundsheet writes what one wants to see at once."""
    beside = HEADERS.index("Status") + 1
    return [*cells[:beside], *between, *cells[beside:]]


def _cell(entry: Entry, zone: ZoneInfo) -> Json:
    match entry:
        case None:
            return {}
        case datetime():
            serial = to_serial(entry, zone)
            return {"userEnteredValue": {"numberValue": serial}, "userEnteredFormat": _DATES}
        case str():
            return {"userEnteredValue": {"stringValue": entry}}
        case _:
            return {"userEnteredValue": {"numberValue": entry}, "userEnteredFormat": _AMOUNTS}
