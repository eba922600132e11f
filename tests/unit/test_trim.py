"""A History tab that grows too long loses its oldest rows, and none of what people put there."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from refundsheet.config import Settings
from refundsheet.config.settings import GraceSettings, HistorySettings
from refundsheet.core.pages import PageCell
from refundsheet.errors import RefusedError
from refundsheet.ledger.ledger import Ledger
from refundsheet.localsheets.server import LocalServer
from refundsheet.reconcile import Reconciler
from tests.shops import HEADERS, Shop, a_log
from tests.teams import HttpTeam, MemoryTeam, Team

CASES = 60
DAY = timedelta(days=1)
NUMBER = 9


class LongShop(Shop):
    """A log whose History tab may have a hundred rows, and has more."""

    def __init__(self, team: Team, ledger: Ledger) -> None:
        super().__init__(team, ledger)
        history = HistorySettings(rows=100)
        grace = GraceSettings(reads=1, seconds=0)
        self.settings = Settings(grace=grace, history=history)
        self.reconciler = Reconciler(self.store, ledger, self.settings)
        self.sync()
        self.change_all("Under Review")
        self.sync()

    def change_all(self, status: str) -> None:
        team: Any = self.team
        if isinstance(team, HttpTeam):
            team.fill("C2", [[status]] * CASES)
        else:
            for row in range(2, CASES + 2):
                team.put(row, HEADERS.index("Status"), status)

    @property
    def tab(self) -> list[tuple[Any, ...]]:
        """The rows below the heads, without blank cells at their ends."""
        rows = (list(row) for row in self.store.read_page("History")[1:])
        return [tuple(row[: row.index("") if "" in row[NUMBER:] else len(row)]) for row in rows]

    @property
    def numbers(self) -> list[str]:
        return [row[NUMBER] for row in self.tab]


@pytest.fixture
def team(request: pytest.FixtureRequest) -> Iterator[Team]:
    rows = a_log(CASES)
    if getattr(request, "param", "memory") == "memory":
        yield MemoryTeam(rows)
        return
    server: LocalServer = request.getfixturevalue("local_server")
    made = HttpTeam(server, rows, row_count=CASES + 10)
    yield made
    made.close()


@pytest.fixture
def shop(team: Team) -> Iterator[LongShop]:
    with Ledger.open("sqlite://") as ledger:
        yield LongShop(team, ledger)


on_both_stores = pytest.mark.parametrize("team", ["memory", "http"], indirect=True)


@on_both_stores
def test_once_a_day_the_oldest_rows_leave_and_the_ledger_tells_them_still(shop: LongShop) -> None:
    before, told = shop.numbers, shop.ledger.history(shop.sheet)
    assert len(before) > 110
    shop.sync()
    assert shop.numbers[: len(before)] == before

    shop.sync(after=DAY)

    assert shop.numbers == [str(entry.number) for entry in shop.ledger.history(shop.sheet)][-100:]
    assert shop.ledger.history(shop.sheet)[: len(told)] == told


def test_what_people_wrote_there_stays(shop: LongShop) -> None:
    page = shop.store.pages["History"]  # type: ignore[attr-defined]
    page[3, 12] = PageCell("this one matters")
    page[4, 7] = PageCell("because the customer said so")
    end = max(row for row, _ in page)
    page[end + 2, 0] = PageCell("our own remark")
    mine = {page[row, NUMBER].value for row in (3, 4)}

    shop.sync(after=DAY)

    values = {cell.value for cell in shop.store.pages["History"].values()}  # type: ignore[attr-defined]
    assert {"this one matters", "because the customer said so", "our own remark", *mine} <= values


def test_a_ledger_that_was_lost_leaves_what_it_cannot_tell(shop: LongShop) -> None:
    before = shop.numbers
    with Ledger.open("sqlite://") as other:
        shop.reconciler = Reconciler(shop.store, other, shop.settings)
        shop.sync(after=DAY)
        shop.sync(after=DAY)

        assert shop.numbers[: len(before)] == before


def test_where_google_refuses_the_summary_says_so(
    shop: LongShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise RefusedError("The tab is protected.")

    before = shop.numbers
    monkeypatch.setattr(shop.store, "remove_rows", refuse)
    shop.sync(after=DAY)
    shop.sync(after=timedelta(hours=1))

    said = "The oldest rows of History could not be removed: The tab is protected."
    assert said in shop.team.page("Summary").values()
    assert shop.numbers[: len(before)] == before

    monkeypatch.undo()
    shop.sync(after=DAY)
    shop.sync(after=timedelta(hours=1))
    assert said not in shop.team.page("Summary").values()
    assert len(shop.numbers) <= 110
