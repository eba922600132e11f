"""A real log lived through again: each flag and stamp of each look is what its events demand.

All of it by hand: ``uv run python -m tests.acceptance.replay``.
"""

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from refundsheet.localsheets.server import LocalServer
from tests.acceptance.replay import (
    Believed,
    Life,
    business_due,
    day_by_day,
    event_by_event,
    read_lives,
    replay,
)

_IS_CI = os.environ.get("HYPOTHESIS_PROFILE") == "ci"
LOG = Path("data") / "bpi2020_declarations"


@pytest.fixture(scope="module")
def lives(shared: Path) -> list[Life]:
    """A part of the cases of a real log; more of them where time is no matter."""
    return read_lives(shared / LOG, every=60 if _IS_CI else 2400)


@pytest.mark.timeout(1200)
def test_who_looks_once_a_day_flags_and_stamps_what_the_events_demand(
    lives: list[Life], local_server: LocalServer, tmp_path: Path
) -> None:
    looks = day_by_day(lives, days=None if _IS_CI else 40)
    counted = replay(local_server, tmp_path, lives, looks)
    assert min(counted.stamps, counted.times) > 0
    assert counted.mistakes[:5] == []


@pytest.mark.timeout(1200)
def test_who_looks_at_the_very_moment_stamps_that_moment(
    lives: list[Life], local_server: LocalServer, tmp_path: Path
) -> None:
    some = lives[:: max(1, len(lives) // 60)] if _IS_CI else lives[:1]
    counted = replay(local_server, tmp_path, some, event_by_event(some))
    assert min(counted.stamps, counted.times) > 0
    assert counted.mistakes[:5] == []


def test_the_oracle_tells_wrong_from_right(
    lives: list[Life], local_server: LocalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lax(self: Believed, now: object) -> str:
        return ""

    monkeypatch.setattr(Believed, "flag", lax)
    some = lives[:3]
    counted = replay(local_server, tmp_path, some, day_by_day(some, days=6))
    assert counted.wrong_flags != []
    assert business_due(lives[0].events[0].at, 8) > lives[0].events[0].at


def test_the_oracle_tells_a_wrong_time_and_a_missed_reopening(
    lives: list[Life], local_server: LocalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(self: Life, moment: datetime) -> datetime:
        return moment + timedelta(seconds=1)

    monkeypatch.setattr(Life, "entered_at", late)
    monkeypatch.setattr(Believed, "reopenings", 99)
    counted = replay(local_server, tmp_path, lives[:1], event_by_event(lives[:1]))
    assert (len(counted.wrong_times), counted.share_in_time) == (1, 0)
    assert len(counted.wrong_reopenings) == 1
