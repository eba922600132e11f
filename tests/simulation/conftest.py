"""Retries follow each other at once, and a million requests are not all kept."""

from collections.abc import Iterator

import pytest
import stamina

from tests.discovery import Sent


@pytest.fixture
def requests_sent() -> list[Sent]:
    """None: what leaves here is checked by the local server, as everything it gets."""
    return []


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    with stamina.set_testing(testing=True, attempts=100, cap=True):
        yield
