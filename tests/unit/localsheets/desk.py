"""Somebody who asks a library the way the routes do, without a network between."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from refundsheet.localsheets import calls, masks, render
from refundsheet.localsheets.errors import ApiError, RequestError
from refundsheet.localsheets.library import Library
from refundsheet.localsheets.routes import METHODS
from refundsheet.localsheets.store import Store
from refundsheet.localsheets.workbook import OWNER
from tests import answers

Json = dict[str, Any]
_NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class Desk:
    """A library with one spreadsheet. Each answer is held against Google's discovery documents."""

    def __init__(self, path: Path = Path(":memory:"), **spreadsheet: Any) -> None:
        self.path = path
        self.library = Library(Store(path), lambda: _NOON)
        self.caller = OWNER
        self.key = self.ask("POST", "/v4/spreadsheets", spreadsheet)["spreadsheetId"]

    def ask(self, verb: str, path: str, body: Json | None = None, **query: Any) -> Any:
        found = calls.find_method(verb, path)
        assert found is not None, path
        content = b"" if body is None else json.dumps(body).encode()
        call = calls.read(found, urlencode(query, doseq=True), content, self.caller)
        answer = METHODS[found[1]](self.library, call)
        if not isinstance(answer, dict):
            return answer
        answer = json.loads(render.dumps(masks.choose(call.mask, answer), pretty=False))
        assert answers.body_mistakes(found[1], answer) == []
        return answer

    def refused(self, verb: str, path: str, body: Json | None = None, **query: Any) -> str:
        """The sentence a request is refused with."""
        with pytest.raises((ApiError, RequestError)) as refusal:
            self.ask(verb, path, body, **query)
        assert not isinstance(refusal.value, ApiError) or 400 <= refusal.value.code < 500
        return str(refusal.value)

    @property
    def book(self) -> str:
        """The path of the spreadsheet."""
        return f"/v4/spreadsheets/{self.key}"

    @property
    def file(self) -> str:
        """The path of the spreadsheet as a file of Drive."""
        return f"/drive/v3/files/{self.key}"

    def get(self, **query: Any) -> Json:
        return self.ask("GET", self.book, **query)

    def state(self) -> Json:
        return self.get(includeGridData="true")

    def batch(self, *requests: Json) -> list[Json]:
        return self.ask("POST", f"{self.book}:batchUpdate", {"requests": requests})["replies"]

    def batch_refused(self, *requests: Json) -> str:
        """The sentence a batch is refused with; nothing of it may have happened."""
        before = self.state()
        text = self.refused("POST", f"{self.book}:batchUpdate", {"requests": requests})
        assert self.state() == before
        return text

    def write(self, where: str, values: list[list[Any]], option: str = "USER_ENTERED") -> Json:
        path = f"{self.book}/values/{where}"
        return self.ask("PUT", path, {"values": values}, valueInputOption=option)

    def read(self, where: str, render_option: str = "UNFORMATTED_VALUE") -> list[list[Any]]:
        path = f"{self.book}/values/{where}"
        return self.ask("GET", path, valueRenderOption=render_option).get("values", [])

    def tab(self, sheet_id: int = 0) -> Json:
        """A tab as `get` shows it, without cells."""
        tabs = self.get()["sheets"]
        return next(tab for tab in tabs if tab["properties"]["sheetId"] == sheet_id)

    def cells(self, where: str, fields: str = "*") -> list[list[Json]]:
        """The cells of a range as CellData, by rows."""
        mask = f"sheets.data.rowData.values({fields})"
        data = self.get(ranges=where, fields=mask)["sheets"][0]["data"][0]
        return [row.get("values", []) for row in data.get("rowData", [])]

    def reopened(self) -> "Desk":
        """The same file as another process would find it."""
        other = object.__new__(Desk)
        other.path, other.key, other.caller = self.path, self.key, self.caller
        other.library = Library(Store(self.path), lambda: _NOON)
        return other
