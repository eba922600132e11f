"""Google's own description of its API understands all that the program sends."""

import copy
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from refundsheet.core.columns import BY_FIELD, COLUMNS
from refundsheet.core.model import Change, Layout, Outcome, Plan
from refundsheet.core.pages import Page, PageCell, Style, difference
from refundsheet.localsheets.server import LocalServer
from refundsheet.sheets.google import GoogleSheetStore, open_store
from refundsheet.sheets.store import Setup
from tests.discovery import Sent, mistakes
from tests.journals import ListJournal

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LOG = [
    ["Case ID", "Order ID", "Status", "Resolution Date", "Follow-up"],
    *([f"R-{number}", str(number), "Refunded"] for number in range(150)),
]
FIELDS = ("case_id", "order_id", "status", "resolved_at", "follow_up")
PAGE = Page(
    "Summary",
    {(row, 0): PageCell(row, style) for row, style in enumerate(Style)}
    | {(0, 1): PageCell("=NOW()", is_formula=True), (0, 2): PageCell(True)},
    widths=(200, 90),
    frozen_rows=1,
)


@pytest.fixture
def store(local_server: LocalServer) -> Iterator[GoogleSheetStore]:
    base = f"{local_server.base_url}/v4/spreadsheets"
    tab = {"sheetId": 7, "title": "Log", "gridProperties": {"rowCount": 200, "columnCount": 5}}
    token = {"Authorization": "Bearer somebody"}
    tabs = {"sheets": [{"properties": tab}]}
    book = requests.post(base, json=tabs, headers=token, timeout=5).json()
    address = f"{base}/{book['spreadsheetId']}/values/Log!A1?valueInputOption=RAW"
    requests.put(address, json={"values": LOG}, headers=token, timeout=5).raise_for_status()
    store = open_store(
        book["spreadsheetId"], log_tab="Log", hidden_tab="ours", base_url=local_server.base_url
    )
    yield store
    store.client.session.close()


def plan_of(field: str, after: float | str, count: int) -> Plan:
    changes = [
        Change(
            case=f"r-{row - 2}",
            label=f"R-{row - 2}",
            row=row,
            field=field,
            before=None,
            after=after,
            reason="it is refunded",
            premise=("status",),
        )
        for row in range(2, 2 + count)
    ]
    columns = {name: index for index, name in enumerate(FIELDS)}
    layout = Layout(1, tuple(LOG[0]), columns)
    return Plan(tuple(changes), layout, {row: tuple(cells) for row, cells in enumerate(LOG, 1)})


def live(store: GoogleSheetStore) -> None:
    """All that a store is ever asked for."""
    store.read(NOW)
    ours = tuple(column for column in COLUMNS if column.field in {"follow_up_by", "row_check"})
    store.prepare(Setup(columns=ours, column_index=5, pages=(PAGE,)))
    store.prepare(Setup(columns=(BY_FIELD["deadline"],), column_index=2))
    store.publish([difference({}, PAGE)])
    store.publish([difference(PAGE.cells, Page("Summary", {(400, 20): PageCell("far")}))])
    store.fence()


def written(store: GoogleSheetStore) -> None:
    for plan in (plan_of("resolved_at", 46349.5, 3), plan_of("follow_up", "Stale: call", 150)):
        receipts = store.write(plan, ListJournal())
        assert {receipt.outcome for receipt in receipts} == {Outcome.DONE}


def test_google_understands_a_whole_life(
    store: GoogleSheetStore, requests_sent: list[Sent]
) -> None:
    written(store)
    live(store)

    assert [mistake for sent in requests_sent for mistake in mistakes(sent)] == []
    kinds = {next(iter(request)) for sent in requests_sent for request in requests_of(sent)}
    assert {"insertDimension", "appendDimension", "addSheet", "addProtectedRange"} <= kinds
    assert {"updateCells", "repeatCell", "copyPaste", "deleteDuplicates"} <= kinds


def requests_of(sent: Sent) -> list[dict[str, Any]]:
    return sent.body["requests"] if sent.body else []


def places_of_keys(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in items:
        if isinstance(value, dict):
            yield (*path, key)
        if isinstance(inner, (dict, list)):
            yield from places_of_keys(inner, (*path, key))


@pytest.fixture
def one_of_each_kind(store: GoogleSheetStore, requests_sent: list[Sent]) -> list[dict[str, Any]]:
    written(store)
    live(store)
    kinds = {
        next(iter(request)): request for sent in requests_sent for request in requests_of(sent)
    }
    return list(kinds.values())


def test_a_single_misspelt_field_anywhere_is_seen(
    one_of_each_kind: list[dict[str, Any]],
) -> None:
    places = list(places_of_keys(one_of_each_kind))

    @given(st.sampled_from(places))
    def misspell(place: tuple[Any, ...]) -> None:
        body = {"requests": copy.deepcopy(one_of_each_kind)}
        *way, name = place
        parent: Any = body["requests"]
        for step in way:
            parent = parent[step]
        parent[f"{name}X"] = parent.pop(name)

        found = mistakes(Sent("POST", "/v4/spreadsheets/abc:batchUpdate", body))

        assert any(f"no field {name}X" in mistake for mistake in found)

    misspell()


def recorded(folder: Path) -> Iterator[Sent]:
    """The requests to Sheets that Google itself answered with success."""
    for path in sorted(folder.glob("*.json")):
        for exchange in json.loads(path.read_bytes())["interactions"]:
            request = exchange["request"]
            is_good = exchange["response"]["status"]["code"] == 200
            if is_good and "//sheets.googleapis.com" in request["uri"]:
                body = json.loads(request["body"]) if request["body"] else None
                yield Sent(request["method"], request["uri"], body)


def test_what_google_once_accepted_is_no_mistake(shared: Path) -> None:
    accepted = list(recorded(shared / "recordings"))

    assert len(accepted) > 500
    assert [mistake for sent in accepted for mistake in mistakes(sent)] == []
