"""The daemon's turns: what a turn does when a crowd gets ahead of its writes."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from refundsheet import daemon
from refundsheet.core.report import Options
from refundsheet.ledger.ledger import Ledger
from refundsheet.service.pulse import Pulse, Wrist
from tests.shops import NOW, Shop, a_log
from tests.teams import MemoryTeam


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A log that has been learnt, and a case that has been closed since."""
    with Ledger.open("sqlite://") as ledger:
        made = Shop(MemoryTeam(a_log()), ledger)
        made.sync()
        made.type("R-1", "Status", "Refunded")
        yield made


@pytest.fixture
def keeper(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> daemon._Keeper:
    minutes = count(10)
    monkeypatch.setattr(daemon, "wall_clock", lambda: NOW + timedelta(minutes=next(minutes)))
    wrist = Wrist(Pulse(started_at=datetime(2026, 11, 2, tzinfo=UTC)))
    return daemon._Keeper(shop.reconciler, 20, Options(), wrist)


def passes(shop: Shop) -> int:
    return len(shop.ledger.passes(shop.sheet)) - 1


def test_what_lost_its_race_is_written_by_a_pass_that_follows_at_once(
    shop: Shop, keeper: daemon._Keeper
) -> None:
    arrived = count()
    shop.team.between = lambda: shop.team.insert_row(2) if next(arrived) == 1 else None

    keeper._pass()

    assert shop.cell("R-1", "Resolution Date") != ""
    assert passes(shop) == 2


def test_a_crowd_that_always_gets_ahead_is_left_alone_until_the_next_turn(
    shop: Shop, keeper: daemon._Keeper
) -> None:
    shop.team.between = lambda: shop.team.insert_row(2)

    keeper._pass()

    assert shop.cell("R-1", "Resolution Date") == ""
    assert passes(shop) == 1 + daemon._AGAIN_AT_ONCE


def test_no_pass_follows_once_a_signal_has_come(shop: Shop, keeper: daemon._Keeper) -> None:
    def get_ahead_and_stop() -> None:
        shop.team.insert_row(2)
        keeper._is_over = True

    shop.team.between = get_ahead_and_stop

    keeper._pass()

    assert passes(shop) == 1
