"""A real browser on the page of the local sheet; skipped where there is none."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from refundsheet.ledger.ledger import Ledger
from tests.shops import HEADERS, Shop, a_log
from tests.teams import HttpTeam

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page, Request

    from refundsheet.localsheets.server import LocalServer

#: Debian's name first; the others where people have another system.
_NAMES = ("chromium", "chromium-browser", "google-chrome")
#: Without a sandbox root may start it; without the rest it would look for hosts far away.
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs browser: no playwright")
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        pytest.skip("needs browser: there is no Chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(_FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: "Browser") -> "Iterator[Callable[..., Page]]":
    """Opens pages; a message on the console, an error or a request to elsewhere fails the test."""
    pages: list[Page] = []
    complaints: list[str] = []

    def hear(message: "ConsoleMessage") -> None:
        if message.type in {"error", "warning"}:
            complaints.append(message.text)

    def missed(request: "Request") -> None:
        # What is still on its way when a page is left is dropped by the browser, and missed by nobody.
        if request.failure != "net::ERR_ABORTED":
            complaints.append(request.url)

    def open_one(address: str, **looks: str) -> "Page":
        context = browser.new_context(viewport={"width": 1280, "height": 720}, **looks)  # type: ignore[arg-type]
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", hear)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("requestfailed", missed)
        page.goto(address)
        page.wait_for_selector("body[data-ready]")
        pages.append(page)
        return page

    yield open_one
    for page in pages:
        page.context.close()
    assert [text for text in complaints if "/live?" not in text] == []


@pytest.fixture
def shop(local_server: "LocalServer", tmp_path: Path) -> Iterator[Shop]:
    """A log of thirty cases under a frozen header, and refundsheet beside it."""
    team = HttpTeam(local_server, a_log(cases=30))
    team.change(frozen_header(), status_choices(30))
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite'}") as ledger:
        made = Shop(team, ledger)
        made.sync()
        yield made
    team.close()


def frozen_header() -> dict[str, Any]:
    """Row 1 stays in sight."""
    grid = {"sheetId": 77, "gridProperties": {"frozenRowCount": 1}}
    return {
        "updateSheetProperties": {"properties": grid, "fields": "gridProperties.frozenRowCount"}
    }


def status_choices(rows: int) -> dict[str, Any]:
    """The Status cells offer what may be chosen."""
    column = HEADERS.index("Status")
    place = {"sheetId": 77, "startRowIndex": 1, "endRowIndex": rows + 1}
    place |= {"startColumnIndex": column, "endColumnIndex": column + 1}
    values = [{"userEnteredValue": label} for label in ("New", "Approved", "Refunded")]
    condition = {"type": "ONE_OF_LIST", "values": values}
    return {"setDataValidation": {"range": place, "rule": {"condition": condition}}}
