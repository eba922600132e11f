"""What a service owes its machine: systemd's messages, health and figures on a port, lines of JSON."""

import io
import json
import logging
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from refundsheet.core.model import Outcome
from refundsheet.errors import ConfigurationError
from refundsheet.service import systemd
from refundsheet.service.logs import DETAILS, TOGGLE_SIGNAL, set_up
from refundsheet.service.pulse import Pulse, Wrist
from refundsheet.service.web import serving

START = datetime(2026, 11, 2, 9, tzinfo=UTC)
UNIT = Path(__file__).parents[3] / "deploy" / "refundsheet.service"
PULSE = Pulse(
    started_at=START,
    passes=3,
    failures=1,
    last_pass_at=START + timedelta(minutes=5),
    next_after=timedelta(seconds=20),
    rows=42,
    flagged={"Overdue": 2},
    outcomes={Outcome.DONE: 7},
    quota_left=(54, 53),
)


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    ours, root = logging.getLogger("refundsheet"), logging.getLogger()
    level, handlers, root_level = ours.level, list(root.handlers), root.level
    yield ours
    ours.setLevel(level)
    root.handlers[:] = handlers
    root.setLevel(root_level)


def test_systemd_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        systemd.notify(systemd.READY, "STATUS=well")
        assert listener.recv(100) == b"READY=1\nSTATUS=well"


@pytest.mark.parametrize("address", ["", "/nowhere/at/all", "@nobody"])
def test_where_nobody_listens_nothing_happens(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    systemd.notify(systemd.WATCHDOG)


@pytest.mark.parametrize(
    ("minutes", "pulse", "healthy"),
    [
        (6, PULSE, True),
        (19, PULSE, True),
        (20, PULSE, False),  # a quarter of an hour after the last pass
        (14, Pulse(started_at=START), True),  # it has just started
        (15, Pulse(started_at=START), False),
        (60, Pulse(started_at=START, next_after=timedelta(minutes=30)), True),  # a very large log
    ],
)
def test_health_is_a_pass_lately(minutes: int, pulse: Pulse, *, healthy: bool) -> None:
    assert pulse.is_healthy(START + timedelta(minutes=minutes)) is healthy


def test_health_and_figures_are_told_and_nobody_is_named() -> None:
    wrist = Wrist(PULSE)
    now = START + timedelta(minutes=6)
    with serving(("127.0.0.1", 0), lambda: wrist.pulse, lambda: now) as address:
        health = requests.get(f"{address}/healthz", timeout=5)
        figures = requests.get(f"{address}/metrics", timeout=5).text
        wrist.pulse = PULSE.failed("Google is out of order.")
        now += timedelta(hours=1)
        ill = requests.get(f"{address}/healthz", timeout=5)
        other = requests.get(f"{address}/", timeout=5)

    assert (health.status_code, health.json()["rows"], health.json()["healthy"]) == (200, 42, True)
    assert (ill.status_code, ill.json()["last_failure"]) == (503, "Google is out of order.")
    assert other.status_code == 404
    for line in (
        "refundsheet_passes_total 3.0",
        "refundsheet_pass_failures_total 1.0",
        'refundsheet_cells_total{outcome="done"} 7.0',
        'refundsheet_flagged_cases{kind="Overdue"} 2.0',
        'refundsheet_quota_left{of="writes"} 53.0',
    ):
        assert line in figures.splitlines()


def test_a_port_that_is_taken_is_named() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(ConfigurationError, match="choose another port"),
        serving(taken.getsockname(), lambda: PULSE, lambda: START),
    ):
        pass


def test_elsewhere_than_on_a_terminal_a_line_is_json(logger: logging.Logger) -> None:
    stream = io.StringIO()
    set_up(stream, "info")
    logger.info("run %d", 17, extra={DETAILS: {"run": 17, "cases": ["R-1"]}})
    logger.error("failed", exc_info=ValueError("odd"))
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert (first["level"], first["message"], first["cases"]) == ("info", "run 17", ["R-1"])
    assert second["traceback"] == "ValueError: odd"


def test_the_level_is_turned_while_it_runs(logger: logging.Logger) -> None:
    stream = io.StringIO()
    toggle = set_up(stream, "info")
    assert TOGGLE_SIGNAL is signal.SIGUSR1
    for word in ("before", "between", "after"):
        logger.debug(word)
        toggle()
    lines = [json.loads(line)["message"] for line in stream.getvalue().splitlines()]
    assert lines == [
        "log level is now debug",
        "between",
        "log level is now info",
        "log level is now debug",
    ]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd: not here")
@pytest.mark.parametrize(
    "asked",
    [
        ["verify", "--man=no"],
        ["security", "--offline=yes", "--threshold=15"],  # of 100, where 0 is exposed to nothing
    ],
    ids=lambda asked: asked[0],
)
def test_the_unit_file_is_understood_and_leaves_little_open(
    tmp_path: Path, asked: list[str]
) -> None:
    unit = tmp_path / "refundsheet.service"
    command = tmp_path / "refundsheet"
    command.write_text("#!/bin/sh\n")
    command.chmod(0o755)
    unit.write_text(UNIT.read_text().replace("/opt/refundsheet/bin/refundsheet", str(command)))
    found = subprocess.run(  # noqa: S603 - our own unit file
        ["systemd-analyze", *asked, str(unit)],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "SYSTEMD_LOG_LEVEL": "warning"},
    )
    assert (found.returncode, "refundsheet.service" in found.stderr) == (0, False), found.stderr
