"""What the tests of the core share: a snapshot of a few rows, as Google would answer them."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from refundsheet.core.model import Snapshot


@pytest.fixture(scope="session")
def snapshot_of() -> Callable[..., Snapshot]:
    """Make a snapshot of rows; the first of them holds the headers."""

    def make(rows: list[list[Any]], **changes: Any) -> Snapshot:
        answer = {"range": "'Refund Log'!A1:Z1000", "majorDimension": "ROWS"}
        ranges = [answer | {"values": rows} if rows else answer]
        snapshot = Snapshot(
            spreadsheet_id="sheet",
            sheet_id=0,
            title="Refund Log",
            zone="Europe/Berlin",
            locale="en_GB",
            read_at=datetime(2026, 11, 20, 12, 0, tzinfo=UTC),
            values=json.dumps({"spreadsheetId": "sheet", "valueRanges": ranges}).encode(),
        )
        return replace(snapshot, **changes)

    return make
