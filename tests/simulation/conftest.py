"""Retries follow each other at once, and a million requests are not all kept."""

from collections.abc import Iterator

import pytest
import stamina

from refundsheet import reconcile
from tests.discovery import Sent
from tests.passes import decided_twice


@pytest.fixture
def requests_sent() -> list[Sent]:
    """None: what leaves here is checked by the local server, as everything it gets."""
    return []


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    with stamina.set_testing(testing=True, attempts=100, cap=True):
        yield


@pytest.fixture(autouse=True)
def every_pass_is_decided_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what the pass before it judged, and without: it must come to the same."""
    monkeypatch.setattr(reconcile, "decide", decided_twice)
