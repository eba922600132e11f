"""The Summary tab on a sheet: what it links to, and what an unchanged one costs."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from refundsheet.core.model import Cell
from refundsheet.ledger.ledger import Ledger
from refundsheet.localsheets.server import LocalServer
from tests.shops import NOW, Shop, serial
from tests.teams import HttpTeam

HEADERS: list[Cell] = ["Case ID", "Order ID", "Status", "Reason", "Received", "Resolution Date"]
#: Cases of each of the last complete weeks: the last one is far above the others.
WEEKS = (3, 4, 3, 2, 4, 3, 3, 4, 2, 3, 15)


def a_log() -> list[list[Cell]]:
    cases: list[list[Cell]] = []
    for back, count in zip(range(len(WEEKS), 0, -1), WEEKS, strict=True):
        received = serial(NOW - timedelta(weeks=back))
        for _ in range(count):
            number = f"{len(cases) + 1:03}"
            cases.append([f"R-{number}", number, "Refunded", "Late", received, received])
    return [HEADERS, *cases]


@pytest.fixture
def shop(local_server: LocalServer) -> Iterator[Shop]:
    team = HttpTeam(local_server, a_log())
    with Ledger.open("sqlite://") as ledger:
        yield Shop(team, ledger)
    team.close()


def links(shop: Shop) -> dict[str, str]:
    """The cases that need eyes, each with the place its link leads to."""
    team: Any = shop.team
    path = "?ranges='Summary'!A8:F20&fields=sheets.data.rowData.values(hyperlink,formattedValue)"
    rows = team._get(path)["sheets"][0]["data"][0].get("rowData", [])
    cells = (cell for row in rows for cell in row.get("values", ()) if "hyperlink" in cell)
    return {cell["formattedValue"]: cell["hyperlink"].partition("range=")[2] for cell in cells}


def test_the_cases_of_a_spike_are_found_however_people_sort(shop: Shop) -> None:
    shop.sync()
    shop.team.sort(0)
    places = {str(row[0]): f"A{number}" for number, row in enumerate(shop.team.rows(), start=1)}
    found = links(shop)
    assert len(found) == 10
    assert found == {name: places[name] for name in found}
    assert found["R-032"] == "A16"


def test_an_unchanged_log_is_neither_summed_up_nor_published_anew(shop: Shop) -> None:
    shop.sync()
    first = shop.sync()
    again = []
    reads, writes = shop.requests_of(lambda: again.append(shop.sync()))
    assert (reads, writes) == (1, 0)
    assert again[0].summary is first.summary
    shop.team.put(2, 3, "Wrong item")
    assert shop.sync().summary is not first.summary


def test_what_people_did_to_the_tab_survives_the_next_figures(shop: Shop) -> None:
    team: Any = shop.team
    shop.sync()
    first, second = (chart["chartId"] for chart in summary_of(team)["charts"][:2])
    tab = {"sheetId": summary_of(team)["properties"]["sheetId"]}
    place = tab | {"rowIndex": 3, "columnIndex": 9}
    own = {"values": [{"userEnteredValue": {"stringValue": "our own column"}}]}
    moved = {"overlayPosition": {"anchorCell": place}}
    team.change(
        {
            "updateEmbeddedObjectPosition": {
                "objectId": first,
                "newPosition": moved,
                "fields": "anchorCell",
            }
        },
        {"deleteEmbeddedObject": {"objectId": second}},
        {
            "updateCells": {
                "start": tab | {"rowIndex": 9, "columnIndex": 15},
                "rows": [own],
                "fields": "userEnteredValue",
            }
        },
    )
    team.put(2, 3, "Wrong item")
    assert shop.sync().published
    charts = {chart["chartId"]: chart["position"] for chart in summary_of(team)["charts"]}
    assert charts[first]["overlayPosition"]["anchorCell"] == place
    assert second not in charts
    assert team.page("Summary")[9, 15] == "our own column"


def summary_of(team: Any) -> Any:
    path = "?fields=sheets(properties(title,sheetId),charts(chartId,position))"
    sheets = team._get(path)["sheets"]
    return next(sheet for sheet in sheets if sheet["properties"]["title"] == "Summary")
