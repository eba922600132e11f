"""The Needs attention tab, pass after pass, beside people who sort the log and the tab itself."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from refundsheet.core.model import Cell
from refundsheet.ledger.ledger import Ledger
from refundsheet.localsheets.server import LocalServer
from tests.shops import HEADERS, NOW, Shop, serial
from tests.teams import HttpTeam, MemoryTeam, Team

TAB = "Needs attention"
OLD = serial(NOW - timedelta(days=6))
LOG: list[list[Cell]] = [
    list(HEADERS),
    ["R-1", "1001", "Refunded", "", OLD, OLD, OLD],
    ["R-2", "1002", "Approved", "", OLD, OLD],
    [1003, "1003", "New", "", OLD, OLD],
    ["R-4", "1004", "Under Review", "", OLD, OLD],
    ["", "1005", "Approved", "", OLD, OLD],
]


@pytest.fixture
def team(request: pytest.FixtureRequest) -> Iterator[Team]:
    if getattr(request, "param", "memory") == "memory":
        yield MemoryTeam(LOG)
        return
    server: LocalServer = request.getfixturevalue("local_server")
    made = HttpTeam(server, LOG)
    yield made
    made.close()


@pytest.fixture
def shop(team: Team) -> Iterator[Shop]:
    with Ledger.open("sqlite://") as ledger:
        made = Shop(team, ledger)
        made.sync()
        yield made


over_http = pytest.mark.parametrize("team", ["http"], indirect=True)
on_both_stores = pytest.mark.parametrize("team", ["memory", "http"], indirect=True)


def page(shop: Shop) -> list[list[Cell]]:
    """What the tab shows below the heads, row by row."""
    cells = shop.team.page(TAB)
    rows = range(4, max(row for row, _ in cells) + 1)
    return [[cells.get((row, column), "") for column in range(12)] for row in rows]


def headline(shop: Shop) -> Cell:
    return shop.team.page(TAB)[1, 0]


def links(shop: Shop) -> dict[str, str]:
    """Each case of the tab to the row of the log that its link leads to, counted from 1."""
    team: Any = shop.team
    path = f"?ranges='{TAB}'!B5:B20&fields=sheets.data.rowData.values(hyperlink,formattedValue)"
    rows = team._get(path)["sheets"][0]["data"][0]["rowData"]
    found = (cell for row in rows for cell in row.get("values", []) if cell)
    return {
        cell["formattedValue"]: cell.get("hyperlink", "").partition("range=")[2] for cell in found
    }


@over_http
def test_links_lead_to_their_rows_however_people_sort_until_these_are_gone(shop: Shop) -> None:
    assert links(shop) == {"R-2": "A3", "1003": "A4", "R-4": "A5", "(1005)": "B6"}

    shop.team.sort(1)
    assert links(shop) == {"R-2": "A5", "1003": "A4", "R-4": "A3", "(1005)": "B2"}

    shop.team.delete_row(shop.row("R-4"))
    assert links(shop) == {"R-2": "A4", "1003": "A3", "R-4": "", "(1005)": "B2"}


@over_http
def test_links_lead_there_when_people_move_columns_and_rename_the_tab(shop: Shop) -> None:
    team: Any = shop.team
    team.insert_column(0)
    properties = {"sheetId": 77, "title": "Cases of '26"}
    team.change({"updateSheetProperties": {"properties": properties, "fields": "title"}})
    shop.store.describe()

    shop.sync()

    assert links(shop) == {"R-2": "B3", "1003": "B4", "R-4": "B5", "(1005)": "C6"}


def test_a_case_whose_follow_up_somebody_typed_over_is_queued_all_the_same(shop: Shop) -> None:
    shop.type("R-4", "Follow-up", "on my desk, Sam")
    shop.sync()

    assert shop.cell("R-4", "Follow-up") == "on my desk, Sam"
    assert any(str(row[3]).startswith("Escalate: Under Review") for row in page(shop))


@on_both_stores
def test_the_top_tells_what_changed_since_the_last_working_day(shop: Shop) -> None:
    assert headline(shop) == "4 overdue · 4 cases in all"

    shop.sync(after=timedelta(days=1))
    shop.type("R-2", "Status", "Refunded")
    shop.type("R-1", "Status", "Approved")
    shop.sync()

    said = "3 overdue, 1 new since Mon 17:00, 1 cleared · 4 cases in all"
    assert headline(shop) == said
    assert len(page(shop)) == 4


def test_an_unchanged_queue_is_sent_once_an_hour_at_most(shop: Shop) -> None:
    shop.sync()
    assert shop.requests_of(shop.sync) == (1, 0)
    assert [row[4] for row in page(shop)] == [4] * 4

    assert shop.requests_of(lambda: shop.sync(after=timedelta(hours=4))) == (1, 1)
    assert [row[4] for row in page(shop)] == [4.5] * 4


@over_http
def test_whatever_people_did_to_the_tab_the_next_edition_is_right(shop: Shop) -> None:
    team: Any = shop.team
    tabs = team._get("?fields=sheets.properties")["sheets"]
    tab = next(s["properties"] for s in tabs if s["properties"]["title"] == TAB)["sheetId"]
    row = {"sheetId": tab, "dimension": "ROWS", "startIndex": 5, "endIndex": 6}
    order = {"dimensionIndex": 9, "sortOrder": "DESCENDING"}
    team.change(
        {"sortRange": {"range": {"sheetId": tab, "startRowIndex": 4}, "sortSpecs": [order]}},
        {"insertDimension": {"range": row}},
    )
    shop.type("R-4", "Status", "Refunded")

    shop.sync()

    assert [row[1] for row in page(shop)] == ["1003", "(1005)", "R-2"]


def test_rows_that_people_have_to_sort_out_are_counted(shop: Shop) -> None:
    shop.type("R-4", "Case ID", "R-2")
    shop.sync()

    said = str(shop.team.page(TAB)[2, 0])
    assert said.startswith("1 row has something to correct; in 1 of them it is not certain")


def test_a_queue_that_somebody_removed_comes_back_whole(shop: Shop) -> None:
    before = page(shop)
    shop.team.remove_tab(TAB)
    shop.sync(after=timedelta(minutes=10))
    assert page(shop) == before
