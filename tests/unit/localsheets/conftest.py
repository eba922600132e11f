"""A server shared by the tests, and a spreadsheet of its own for each."""

from collections.abc import Iterator

import pytest

from refundsheet.localsheets.server import LocalServer
from tests.unit.localsheets.callers import SPREADSHEET_TYPE, Book, Caller


@pytest.fixture(scope="session")
def server() -> Iterator[LocalServer]:
    with LocalServer() as running:
        yield running


@pytest.fixture
def caller(server: LocalServer) -> Iterator[Caller]:
    found = Caller(server.base_url)
    yield found
    found.call("DELETE", "/control")


@pytest.fixture
def book(caller: Caller) -> Book:
    made = caller.ok("POST", "/drive/v3/files", {"name": "Log", "mimeType": SPREADSHEET_TYPE})
    return Book(caller, made["id"])
