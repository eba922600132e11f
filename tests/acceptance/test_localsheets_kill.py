"""A real `refundsheet local` killed at random moments loses no write it has acknowledged."""

import os
import random
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import requests
from requests.exceptions import ChunkedEncodingError

from tests.acceptance.installed import serving

#: How often the server is killed; the CI profile kills it more often.
_KILLS = 8 if os.environ.get("HYPOTHESIS_PROFILE") == "ci" else 3
_TOKEN = {"Authorization": "Bearer writer"}
_SPREADSHEET = "application/vnd.google-apps.spreadsheet"


class _Writer:
    """Writes pairs of cells, both in one batch, until nobody answers any more."""

    def __init__(self, base_url: str, book: str, first: int) -> None:
        self._url = f"{base_url}/v4/spreadsheets/{book}:batchUpdate"
        self.sent = self.acknowledged = first

    def run(self) -> None:
        with requests.Session() as session:
            session.headers.update(_TOKEN)
            while True:
                number = self.sent + 1
                self.sent = number
                try:
                    answer = session.post(self._url, json=_pair(number), timeout=10)
                except (requests.ConnectionError, ChunkedEncodingError):
                    return  # killed before the answer, or in the midst of it
                if answer.status_code == 200:
                    self.acknowledged = number


def _pair(number: int) -> dict[str, Any]:
    """One batch of two requests: the number in a row of its own, and in the first row."""
    value = {"values": [{"userEnteredValue": {"numberValue": number}}]}

    def write(row: int, column: int) -> dict[str, Any]:
        start = {"sheetId": 0, "rowIndex": row, "columnIndex": column}
        return {"updateCells": {"start": start, "rows": [value], "fields": "userEnteredValue"}}

    return {"requests": [write(number, 0), write(0, 1)]}


def _kill_amid_writes(process: subprocess.Popen[str], writer: _Writer, seconds: float) -> None:
    at_work = threading.Thread(target=writer.run)
    at_work.start()
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=10)
    at_work.join(timeout=20)
    assert not at_work.is_alive()


def _read(base_url: str, book: str) -> tuple[list[int], int]:
    """The numbers in their rows, and the last one as the first row has it."""
    url = f"{base_url}/v4/spreadsheets/{book}/values/A1:B1000"
    query = {"valueRenderOption": "UNFORMATTED_VALUE"}
    rows = requests.get(url, params=query, headers=_TOKEN, timeout=10).json().get("values", [])
    if not rows:
        return [], 0
    return [row[0] for row in rows[1:]], rows[0][1]


@pytest.mark.timeout(120)
def test_a_killed_server_loses_no_acknowledged_write_and_halves_none(tmp_path: Path) -> None:
    data = tmp_path / "sheets.db"
    with serving(data) as (base_url, _):
        file = {"name": "Log", "mimeType": _SPREADSHEET}
        url = f"{base_url}/drive/v3/files"
        book = requests.post(url, json=file, headers=_TOKEN, timeout=10).json()["id"]
    written = 0
    for _ in range(_KILLS):
        with serving(data) as (base_url, process):
            writer = _Writer(base_url, book, written)
            _kill_amid_writes(process, writer, random.uniform(0.05, 0.6))
        with serving(data) as (base_url, _):
            numbers, last = _read(base_url, book)
        assert numbers == list(range(1, last + 1))
        assert writer.acknowledged <= last <= writer.sent
        written = last
    assert written
