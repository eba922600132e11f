"""The daemon's turns: what a turn does when a crowd gets ahead of its writes."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import cast

import pytest

from refundsheet import daemon
from refundsheet.core.report import Options
from refundsheet.ledger.ledger import Ledger
from refundsheet.reconcile import STEPS
from refundsheet.service.pulse import Pulse, Wrist
from refundsheet.sheets.memory import MemorySheetStore
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
    return daemon._Keeper(shop.reconciler, 20, Options(), wrist, daemon.ReadingWatch())


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


@pytest.mark.parametrize(
    ("read", "every"),
    [
        pytest.param(1.0, 20, id="a small log"),
        pytest.param(4.0, 40, id="a large one: a tenth of the time"),
    ],
)
def test_reading_takes_a_tenth_of_the_time_at_most(
    keeper: daemon._Keeper, read: float, every: float
) -> None:
    keeper._watch.seconds = read

    assert keeper._keep_pace(size=1_000) == every


def test_a_log_of_many_bytes_is_read_once_a_minute(keeper: daemon._Keeper) -> None:
    assert keeper._keep_pace(size=6_000_000) == 60


def test_only_reading_counts_as_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    watch, clock = daemon.ReadingWatch(), iter([0.0, 0.5, 9.0, 9.25, 30.0])
    monkeypatch.setattr(daemon, "monotonic", lambda: next(clock))

    for step in (STEPS[1], STEPS[2], STEPS[1], STEPS[2], STEPS[3]):
        watch.step(step)

    assert watch.seconds == 0.25


def test_why_a_cell_is_not_written_is_logged_once(
    shop: Shop, keeper: daemon._Keeper, caplog: pytest.LogCaptureFixture
) -> None:
    sheet = cast("MemorySheetStore", shop.store)
    sheet.protected = {(2, shop.column("Row Check"))}
    shop.type("R-1", "Status", "Wibble")

    keeper._pass()
    keeper._pass()

    warnings = [record.message for record in caplog.records if record.levelname == "WARNING"]
    assert warnings == ["the cell is protected against refundsheet"]
