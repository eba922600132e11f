"""Somebody who calls the API of a local server, and the spreadsheet of one test."""

from dataclasses import dataclass
from typing import Any

import requests

Json = dict[str, Any]
SPREADSHEET_TYPE = "application/vnd.google-apps.spreadsheet"


def span(rows: tuple[int, int], columns: tuple[int, int], sheet_id: int = 0) -> Json:
    """A GridRange as Google answers with it: without a sheetId of 0."""
    place: Json = {"sheetId": sheet_id} if sheet_id else {}
    return place | {
        "startRowIndex": rows[0],
        "endRowIndex": rows[1],
        "startColumnIndex": columns[0],
        "endColumnIndex": columns[1],
    }


def lines(axis: str, start: int, end: int) -> Json:
    """A DimensionRange of the first tab as Google answers with it."""
    return {"dimension": axis, "startIndex": start, "endIndex": end}


@dataclass
class Caller:
    """Somebody who calls the API of a server."""

    base_url: str
    token: str = "somebody"  # noqa: S105 (a name, no secret)

    def call(self, verb: str, path: str, body: Any = None, **query: Any) -> requests.Response:
        url = f"{self.base_url}{path}"
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return requests.request(verb, url, json=body, params=query, headers=headers, timeout=20)

    def ok(self, verb: str, path: str, body: Any = None, **query: Any) -> Json:
        answer = self.call(verb, path, body, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, verb: str, path: str, body: Any = None, **query: Any) -> tuple[int, str]:
        answer = self.call(verb, path, body, **query)
        error: Json = answer.json()["error"]
        assert error["code"] == answer.status_code
        return answer.status_code, error["message"]


@dataclass
class Book:
    """A spreadsheet of one test."""

    caller: Caller
    spreadsheet_id: str

    @property
    def path(self) -> str:
        return f"/v4/spreadsheets/{self.spreadsheet_id}"

    def write(self, where: str, values: list[list[Any]], option: str = "RAW") -> Json:
        path = f"{self.path}/values/{where}"
        return self.caller.ok("PUT", path, {"values": values}, valueInputOption=option)

    def read(self, where: str, render: str = "UNFORMATTED_VALUE") -> list[list[Any]]:
        found = self.caller.ok("GET", f"{self.path}/values/{where}", valueRenderOption=render)
        return found.get("values", [])

    def batch(self, *requests_: Json, **options: Any) -> Json:
        return self.caller.ok("POST", f"{self.path}:batchUpdate", {"requests": requests_} | options)

    def batch_refused(self, *requests_: Json) -> tuple[int, str]:
        return self.caller.refused("POST", f"{self.path}:batchUpdate", {"requests": requests_})

    def get(self, **query: Any) -> Json:
        return self.caller.ok("GET", self.path, **query)

    def reply(self, request: Json) -> Json:
        """The reply to a batch of one."""
        return self.batch(request)["replies"][0]

    def tab(self, sheet_id: int = 0) -> Json:
        """A tab as `get` shows it, without cells."""
        shown = self.get()["sheets"]
        return next(tab for tab in shown if tab["properties"]["sheetId"] == sheet_id)

    def cell(self, where: str) -> Json:
        """One cell as CellData; an untouched one is empty."""
        found = self.get(ranges=where, fields="sheets.data.rowData.values")
        rows = found["sheets"][0]["data"][0].get("rowData", [{}])
        return rows[0].get("values", [{}])[0]
