"""What the page is made of, and how it is told of changes; tests/browser opens it."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from refundsheet.localsheets.server import LocalServer
from tests.unit.localsheets.callers import Book, Caller


def test_the_page_and_its_parts_come_from_here_alone(caller: Caller) -> None:
    answer = caller.call("GET", "/")
    assert answer.headers["Content-Type"] == "text/html; charset=UTF-8"
    assert "default-src 'none'; script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "http" not in answer.text.replace("http-equiv", "")
    for part in ("page.js", "page.css", "icon.svg", "vendor/uplot.js"):
        assert caller.call("GET", f"/page/{part}").status_code == 200


@pytest.mark.parametrize("path", ["nothing.js", "__init__.py", "..%2Flive.py", "vendor", "a.b.js"])
def test_nothing_else_is_served(caller: Caller, path: str) -> None:
    assert caller.call("GET", f"/page/{path}").status_code == 404


def _next_event(lines: Iterator[bytes]) -> Any:
    event = next(line for line in lines if line.startswith(b"data: "))
    return json.loads(event.removeprefix(b"data: "))


def test_a_listener_is_told_which_rows_changed(book: Book) -> None:
    address = f"{book.caller.base_url}/live?id={book.spreadsheet_id}"
    book.write("A1:A6", [["a"], ["b"], ["c"], ["d"], ["e"], ["f"]])
    with requests.get(address, stream=True, timeout=5) as stream:
        lines: Iterator[bytes] = stream.iter_lines(chunk_size=1)
        next(lines)
        book.write("A2:A4", [["x"], [None], ["y"]])
        assert _next_event(lines) == {"sheets": {"0": [1, 3]}}
        book.batch({"sortRange": {"range": {"sheetId": 0}, "sortSpecs": [{"dimensionIndex": 0}]}})
        assert _next_event(lines) == {"sheets": {"0": [1, 5]}}
        grid = {"sheetId": 0, "gridProperties": {"frozenRowCount": 1}}
        book.batch(
            {
                "updateSheetProperties": {
                    "properties": grid,
                    "fields": "gridProperties.frozenRowCount",
                }
            }
        )
        assert _next_event(lines) == {"sheets": {"0": None}}


def test_a_listener_does_not_keep_the_server_from_stopping() -> None:
    server = LocalServer().start()
    with requests.get(f"{server.base_url}/live?id=x", stream=True, timeout=5) as stream:
        next(stream.iter_content(1))
        began = time.monotonic()
        server.stop()
        assert time.monotonic() - began < 4
