"""A client and the server it talks to."""

from collections.abc import Iterator

import pytest
import requests
import stamina

from refundsheet.sheets.credentials import Access
from refundsheet.sheets.pace import Unhurried
from refundsheet.sheets.transport import SpreadsheetClient
from tests.stub_server import Stub

ACCOUNT = "refundsheet@desk.iam.gserviceaccount.com"


@pytest.fixture
def stub() -> Iterator[Stub]:
    server = Stub()
    yield server
    server.close()


@pytest.fixture
def client(stub: Stub) -> Iterator[SpreadsheetClient]:
    with requests.Session() as session:
        yield SpreadsheetClient("abc", Access(stub.base_url, ACCOUNT, session, Unhurried()))


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Retries follow each other at once; there are as many as otherwise."""
    with stamina.set_testing(True, attempts=100, cap=True):
        yield
