"""The Summary in the terminal and as a page of HTML."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from refundsheet.cli import app
from refundsheet.cli.drawing import bars_svg, columns_svg, lines_svg, sparkline
from refundsheet.cli.summary_html import summary_html
from refundsheet.core.model import RefundCase
from refundsheet.core.statistics.figures import SwitchedOff
from refundsheet.core.statistics.registry import Topic
from refundsheet.core.summary import Summary, summarise
from refundsheet.localsheets.server import LocalServer
from tests.figures import facts
from tests.passes import MONDAY
from tests.teams import HttpTeam

CASES = (
    RefundCase(status="New", owner="<b>Ana</b>", requested_at=MONDAY, reason="Wrong & late"),
    RefundCase(status="Refunded", requested_at=MONDAY),
)


class Balance(HTMLParser):
    """Complains of an element that is closed out of order, and of whatever is fetched."""

    VOID = frozenset({"meta", "line", "rect", "polyline"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetched: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.fetched += [value or "" for name, value in attrs if name in {"src", "href"}]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """It opens nothing."""


def test_the_page_is_whole_and_needs_nothing_else() -> None:
    text = summary_html(summarise(facts(*CASES, now=MONDAY), ("One <line>.",)), "Our & refunds")
    found = Balance(text)
    assert (found.open, found.fetched) == ([], [])
    assert "<b>Ana</b>" not in text
    assert "&lt;b&gt;Ana&lt;/b&gt;" in text
    assert "<title>Our &amp; refunds: summary</title>" in text
    assert text.count("<svg") == 4
    assert "One &lt;line&gt;." in text


def test_a_log_with_no_figures_still_makes_a_page() -> None:
    topics = {Topic.NOW: (SwitchedOff("by_owner", "By owner", "No column."),)}
    text = summary_html(Summary(MONDAY, topics, ()), "Refunds")
    assert Balance(text).open == []
    assert "switched off: No column." in text
    assert "Nothing out of the ordinary." in text


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ([], ""),
        ([0, 0], "▁▁"),
        ([0, 4, 8], "▁▅█"),
        ([None, 1], " █"),
        ([1.5, 3], "▅█"),
    ],
)
def test_a_sparkline_reaches_from_none_to_the_highest(
    values: list[float | None], line: str
) -> None:
    assert sparkline(values) == line


@pytest.mark.parametrize("values", [[], [None], [0.0], [3.0], [1e6, 2.5, None]])
def test_every_picture_stays_in_its_frame(values: list[float | None]) -> None:
    labels = [f"<{number}>" for number in range(len(values))]
    pictures = (
        lines_svg("Lines", labels, [("a", values), ("b", values)]),
        columns_svg("Columns", labels, values),
        bars_svg("Bars", labels, values),
    )
    for picture in pictures:
        assert Balance(picture).open == []
        assert "<0>" not in picture
        places = [float(found) for found in re.findall(r' [xy]2?="(-?[\d.]+)"', picture)]
        assert all(0 <= place <= 600 for place in places)


def test_the_command_writes_the_page_and_says_where_it_cannot(
    local_server: LocalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = HttpTeam(local_server, [["Case ID", "Status", "Received"], ["R-1", "New", 46000]])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REFUNDSHEET_SPREADSHEET", team.spreadsheet_id)
    monkeypatch.setenv("REFUNDSHEET_GOOGLE__BASE_URL", local_server.base_url)
    monkeypatch.setenv("REFUNDSHEET_LEDGER__URL", f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    written = CliRunner().invoke(app, ["summary", "--html", "summary.html"])
    refused = CliRunner().invoke(app, ["summary", "--html", str(tmp_path / "no" / "x.html")])
    shown = CliRunner().invoke(app, ["summary"])
    team.close()
    assert written.exit_code == 0
    assert "Refund Log" in (tmp_path / "summary.html").read_text()
    assert (refused.exit_code, "cannot be written" in refused.output) == (2, True)
    assert re.search(r"Received  [▁▂▃▄▅▆▇█ ]{27}", shown.output)
