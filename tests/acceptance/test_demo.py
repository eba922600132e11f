"""The demo as people run it, and what is then in the sheet."""

import re
import signal
import socket
import subprocess
import tempfile
import threading
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from refundsheet.core.columns import BY_FIELD
from refundsheet.core.model import Change, Outcome
from refundsheet.core.report import PassReport
from refundsheet.demo.people import SeenRow
from refundsheet.demo.play import play
from refundsheet.demo.stage import Stage, open_stage
from refundsheet.demo.team import Team
from refundsheet.demo.view import LiveView, PlainView
from tests.acceptance.installed import COMMAND


def figures(output: str) -> dict[str, int]:
    """The closing summary."""
    closing = output[output.index("\nAfter ") :]
    return {
        label: int(count) for count, label in re.findall(r"^ +(\d+)  (.+)$", closing, re.MULTILINE)
    }


def demo(*options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own command
        [COMMAND, "demo", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_within_three_passes_everything_refundsheet_does_is_seen() -> None:
    output, errors = demo("--passes", "3").communicate(timeout=50)
    assert errors == ""
    assert all(f"\nPass {number} · " in output for number in (1, 2, 3))
    counts = figures(output)
    missing = [label for label, count in counts.items() if count < 1]
    assert missing == []
    assert set(counts) >= {
        "Case IDs minted",
        "Received stamped",
        "Last action stamped",
        "Resolution stamped",
        "Flags raised",
        "Flags cleared",
    }


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly_and_leaves_nothing_behind(
    number: signal.Signals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    running = demo("--no-team")
    assert running.stdout is not None
    for line in running.stdout:
        if line.startswith("Pass 1"):
            break
    running.send_signal(number)
    output, errors = running.communicate(timeout=30)
    assert (running.returncode, errors) == (0, "")
    assert "After 1 pass:" in output
    assert list(tmp_path.iterdir()) == []


def test_a_port_that_is_taken_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        running = demo("--port", str(port))
        _, errors = running.communicate(timeout=30)
    assert running.returncode == 2
    assert errors.startswith(f"refundsheet: Port {port} of this machine cannot be used")
    assert len(errors.splitlines()) == 1


class Witness(PlainView):
    """Keeps what each pass reported."""

    def __init__(self) -> None:
        super().__init__()
        self.reports: list[PassReport] = []

    def passed(self, report: PassReport) -> None:
        super().passed(report)
        self.reports.append(report)

    def written(self, field: str) -> list[Change]:
        return [
            receipt.change
            for report in self.reports
            for receipt in report.receipts
            if receipt.outcome is Outcome.DONE
            and receipt.change.field == field
            and receipt.change.after is not None
        ]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REFUNDSHEET_POLL_SECONDS", "1")
    monkeypatch.setenv("REFUNDSHEET_GRACE__SECONDS", "0")


def played(stage: Stage, seed: int, passes: int) -> Witness:
    view = Witness()
    play(stage, view, Team(stage.sheet, seed), passes, threading.Event())
    return view


def row_of(stage: Stage, case: str) -> SeenRow:
    """The row of the case, found where it stands now, as anybody would over the API."""
    found = [row for row in stage.sheet.look() if row.text("Case ID") == case]
    assert len(found) == 1
    return found[0]


@pytest.mark.usefixtures("quick")
def test_what_it_told_stands_in_the_sheet() -> None:
    with open_stage(port=0, seed=2, now=datetime.now(UTC)) as stage:
        view = played(stage, 2, 3)
        for change in view.written("case_id"):
            assert row_of(stage, str(change.after)).text("Order ID") == change.label
        for field in ("requested_at", "last_action_at", "resolved_at"):
            stamps = view.written(field)
            assert stamps, f"no {field} was stamped"
            for stamp in stamps:
                stands = row_of(stage, stamp.label).cells[BY_FIELD[field].header]
                assert stands == pytest.approx(stamp.after, abs=1e-6)
        assert view.written("case_id")
        raised = view.reports[-1].raised
        assert raised
        for case, flag in raised.items():
            assert row_of(stage, case).text("Follow-up") == flag.text
        cleared = [case for report in view.reports for case in report.cleared]
        assert cleared
        for case in cleared:
            assert row_of(stage, case).text("Follow-up") == ""


@pytest.fixture(scope="module")
def first_pass() -> PassReport:
    with open_stage(port=0, seed=1, now=datetime.now(UTC)) as stage:
        return stage.reconciler.run(datetime.now(UTC))


@pytest.mark.parametrize("width", [pytest.param(120, id="wide"), pytest.param(80, id="narrow")])
def test_the_live_screen_tells_both_sides_in_words(width: int, first_pass: PassReport) -> None:
    paper = StringIO()
    terminal = Console(file=paper, force_terminal=True, width=width, height=60)
    with LiveView(terminal, "http://127.0.0.1:8737/", "", 3) as view:
        view.begins(1)
        view.passed(first_pass)
        view.acted("Ana sorted the log by Status")
    shown = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", paper.getvalue())
    for words in ("Pass 1 of 3", "Ana sorted the log", "flagged", "Flags raised", "Ctrl-C"):
        assert words in shown
    assert not re.search(r"Kind\.|News\(|datetime|None\b", shown)


def test_nothing_is_left_of_a_stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with open_stage(port=0, seed=1, now=datetime.now(UTC)) as stage:
        assert len(list(tmp_path.iterdir())) == 1
        assert stage.sheet.values("Settings")[0][0] == "Settings"  # a desk as init makes it
    assert list(tmp_path.iterdir()) == []
