"""Requests wait where they would exceed Google's quota."""

import pytest

from refundsheet.errors import QuotaError
from refundsheet.sheets.pace import PER_MINUTE, Pace, Unhurried, pace_of


def test_the_pace_stays_below_googles_quota() -> None:
    assert PER_MINUTE < 60


def test_a_request_beyond_the_quota_is_not_sent() -> None:
    pace = Pace(reads=2)
    pace.wait(is_write=False, patience=0)
    pace.wait(is_write=False, patience=0)

    with pytest.raises(QuotaError, match="The quota of read requests a minute is used up"):
        pace.wait(is_write=False, patience=0.01)


def test_writes_are_counted_apart() -> None:
    pace = Pace(reads=1, writes=2)
    pace.wait(is_write=False, patience=0)

    pace.wait(is_write=True, patience=0)

    assert pace.left() == (0, 1)


def test_writes_follow_each_other_a_second_apart() -> None:
    pace = Pace()
    pace.wait(is_write=True, patience=0)

    with pytest.raises(QuotaError, match="write requests"):
        pace.wait(is_write=True, patience=0.01)


def test_every_account_has_its_own_pace() -> None:
    assert pace_of("a@desk") is pace_of("a@desk")
    assert pace_of("a@desk") is not pace_of("b@desk")


def test_a_server_on_this_machine_is_not_spared() -> None:
    pace = Unhurried(reads=1)

    for _ in range(3):
        pace.wait(is_write=False, patience=0)
