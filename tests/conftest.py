"""What every test can ask for, and what must not be skipped."""

import json
import os
import re
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
import requests
from hypothesis import settings

from tests.discovery import Sent, mistakes

if TYPE_CHECKING:
    from refundsheet.localsheets.server import LocalServer

# What one process has compiled serves all others, also where the machine forbids it: an installed
# command takes seconds less, and there are many. It lies where nothing of the project's does.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ.setdefault(
    "PYTHONPYCACHEPREFIX", str(Path(__file__).parent.parent / ".pytest_cache" / "bytecode")
)

settings.register_profile("default", max_examples=50, deadline=None)
settings.register_profile("ci", max_examples=400, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

_ROOT = Path(__file__).parent.parent
#: A test that cannot run says "needs THING: why", and fails instead where THING is required.
_REQUIRED = set(filter(None, os.environ.get("REFUNDSHEET_REQUIRE", "").split(",")))
_Report = TypeVar("_Report", pytest.TestReport, pytest.CollectReport)
_NEEDS = re.compile(r"needs (\w+):")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    return _not_skipped(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    return _not_skipped(report)


def _not_skipped(report: _Report) -> _Report:
    """The report as a failure where it is a skip for want of something required."""
    if report.skipped and isinstance(report.longrepr, tuple):
        reason = report.longrepr[2]
        needed = _NEEDS.search(reason)
        if needed and needed[1] in _REQUIRED:
            report.outcome = "failed"
            report.longrepr = f"REFUNDSHEET_REQUIRE names {needed[1]}, but: {reason}"
    return report


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real logs beside the project."""
    path = Path(os.environ.get("REFUNDSHEET_SHARED", _ROOT.parent / "shared"))
    if not (path / "data").is_dir():
        pytest.skip(f"needs shared: there is no folder {path.name} beside the project")
    return path


@pytest.fixture(scope="session")
def _running_server() -> "Iterator[LocalServer]":
    # Tests of the core start without a web server in their process.
    from refundsheet.localsheets.server import LocalServer  # noqa: PLC0415

    with LocalServer() as server:
        yield server


@pytest.fixture
def local_server(_running_server: "LocalServer") -> "Iterator[LocalServer]":
    """A local server: make a spreadsheet of your own on it; its faults and clock are yours."""
    yield _running_server
    requests.delete(f"{_running_server.base_url}/control", timeout=5)


@pytest.fixture
def requests_sent(monkeypatch: pytest.MonkeyPatch) -> list[Sent]:
    """Every request the program sends during the test, in order."""
    collected: list[Sent] = []
    send = requests.Session.send

    def recording(session: requests.Session, request: Any, **options: Any) -> requests.Response:
        if "refundsheet" in request.headers.get("User-Agent", ""):
            body = json.loads(request.body) if request.body else None
            collected.append(Sent(request.method, request.url, body))
        return send(session, request, **options)

    monkeypatch.setattr(requests.Session, "send", recording)
    return collected


@pytest.fixture(autouse=True)
def google_understands_every_request(requests_sent: list[Sent]) -> Iterator[None]:
    """Whatever a test is about, a request Google would not understand fails it."""
    yield
    found = [mistake for request in requests_sent for mistake in mistakes(request)]
    assert found == []
