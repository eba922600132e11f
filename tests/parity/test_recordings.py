"""The local server is held to what Google answered, exchange by exchange.

`uv run python -m tests.parity.replay` prints the report.
"""

from pathlib import Path

import pytest

from refundsheet.localsheets.server import LocalServer
from tests.parity.replay import REASONS, replay_all


@pytest.mark.timeout(300)
def test_recorded_requests_are_answered_as_google_did(shared: Path) -> None:
    with LocalServer() as server:
        report = replay_all(shared / "recordings", server)

    found = {(difference.exchange, difference.leaf) for difference in report.differences}
    assert found == set(REASONS), report.text()
    assert report.exact >= 0.98 * report.exchanges > 0
    assert report.invalid == []
