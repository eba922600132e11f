"""A server shared by the tests, and a spreadsheet of its own for each."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from refundsheet.localsheets.server import LocalServer
from tests import answers
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


@pytest.fixture(autouse=True)
def every_answer_could_be_googles(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever a test is about, an answer Google's discovery documents do not allow fails it."""
    found: list[str] = []
    send = requests.Session.send

    def checking(session: requests.Session, request: Any, **options: Any) -> requests.Response:
        answer = send(session, request, **options)
        found.extend(answers.mistakes(answer))
        return answer

    monkeypatch.setattr(requests.Session, "send", checking)
    yield
    assert found == []
