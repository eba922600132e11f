"""The installed command as people run it, against a local server."""

import json
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest
import requests

from refundsheet.localsheets.server import LocalServer
from tests.acceptance.installed import COMMAND, running, settings_of
from tests.teams import HttpTeam, Rows

LOG: Rows = [
    ["Case ID", "Order ID", "Status", "Received", "Last Action"],
    ["R-1", "1001", "New", 46000],
    ["R-2", "1002", "Wibble", 46000],
]
PATIENCE = 30


@pytest.fixture
def team(local_server: LocalServer) -> Iterator[HttpTeam]:
    made = HttpTeam(local_server, LOG)
    yield made
    made.close()


@pytest.fixture
def environment(team: HttpTeam, local_server: LocalServer, tmp_path: Path) -> dict[str, str]:
    return settings_of(team.spreadsheet_id, local_server.base_url, tmp_path / "ledger.sqlite")


def refundsheet(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own command
        [COMMAND, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_a_day_at_the_desk(environment: dict[str, str], team: HttpTeam) -> None:
    planned = refundsheet(environment, "sync", "--dry-run")
    first = refundsheet(environment, "sync")
    second = refundsheet(environment, "sync", "--json")
    checked = refundsheet(environment, "check")

    assert (planned.returncode, planned.stderr) == (0, "")
    assert (first.returncode, first.stderr) == (0, "")
    assert "Row Check" in team.rows()[0]
    report = json.loads(second.stdout)
    assert (report["planned"], report["published"], second.returncode) == (0, 0, 0)
    assert (checked.returncode, checked.stderr) == (1, "")
    assert 'Status "Wibble"' in checked.stdout


def test_a_failure_is_one_sentence(environment: dict[str, str]) -> None:
    result = refundsheet({**environment, "REFUNDSHEET_SPREADSHEET": "1wrong"}, "sync")

    assert (result.returncode, result.stdout) == (3, "")
    assert result.stderr.startswith('refundsheet: There is no spreadsheet with the id "1wrong"')
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("name", ["odd.csv", "odd.csv.gz"], ids=["not UTF-8", "not packed"])
def test_a_file_that_is_no_csv_is_told(
    environment: dict[str, str], tmp_path: Path, name: str
) -> None:
    file = tmp_path / name
    file.write_bytes(b"a,b\n\xff\xfe,2")

    result = refundsheet(environment, "local", "--port", "0", "--load", str(file))

    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.splitlines()[1].startswith(f"refundsheet: {name} cannot be loaded: ")


def until(happened: Callable[[], object]) -> None:
    """Wait for it, but not for ever."""
    deadline = monotonic() + PATIENCE
    while not happened():
        assert monotonic() < deadline
        sleep(0.02)


def test_a_signal_in_mid_pass_ends_the_daemon_after_the_pass(
    environment: dict[str, str], team: HttpTeam, local_server: LocalServer
) -> None:
    refundsheet(environment, "sync")
    local_server.set_control(latency_seconds=0.4)
    with running(environment, "run") as daemon:
        assert daemon.stderr is not None
        line = daemon.stderr.readline
        until(lambda: "watching" in line())
        sleep(0.2)  # the pass begins at once, and its read alone takes longer than this

        daemon.send_signal(signal.SIGTERM)
        _, told = daemon.communicate(timeout=PATIENCE)

    assert daemon.returncode == 0
    assert told.index("stopping after the pass in hand") < told.index(" rows, ")
    assert "Traceback" not in told


def test_the_daemon_stamps_what_people_do(environment: dict[str, str], team: HttpTeam) -> None:
    refundsheet(environment, "sync")
    with running(environment, "run") as daemon:
        team.put(2, 2, "Under Review")
        until(lambda: len(team.rows()[1]) > 4 and team.rows()[1][4])
        daemon.send_signal(signal.SIGTERM)
        daemon.communicate(timeout=PATIENCE)

    assert daemon.returncode == 0


def test_the_service_tells_how_it_stands_and_names_nobody(
    environment: dict[str, str], team: HttpTeam, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        listen = f"127.0.0.1:{free.getsockname()[1]}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(PATIENCE)
        more = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "REFUNDSHEET_METRICS__LISTEN": listen}
        silent = refundsheet(environment, "status")
        with running({**environment, **more}, "run") as daemon:
            heard = [systemd.recv(1000).decode() for _ in range(2)]
            daemon.send_signal(signal.SIGUSR1)
            health = requests.get(f"http://{listen}/healthz", timeout=5)
            told = refundsheet(environment, "status")
            daemon.send_signal(signal.SIGTERM)
            _, lines = daemon.communicate(timeout=PATIENCE)

    assert (silent.returncode, silent.stdout[:7]) == (1, "No pass")
    assert "READY=1" in heard
    assert any(state.startswith("WATCHDOG=1\nSTATUS=run 1, 2 rows") for state in heard)
    assert (health.status_code, health.json()["rows"]) == (200, 2)
    assert told.returncode == 0
    assert "Log         2 rows, 1 to correct" in told.stdout
    records = [json.loads(line) for line in lines.splitlines()]
    assert next(record for record in records if "run" in record)["rows"] == 2
    assert any(record["message"] == "log level is now debug" for record in records)
    assert "1001" not in lines
