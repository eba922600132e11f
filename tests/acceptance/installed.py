"""The installed command as processes of their own: the local server, passes, the daemon."""

import os
import re
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

COMMAND = Path(sys.executable).with_name("refundsheet")
_ADDRESS = re.compile(r"Serving on (http://127\.0\.0\.1:\d+)")


@contextmanager
def serving(data: Path) -> Generator[tuple[str, subprocess.Popen[str]]]:
    """A local server over a file, and where it answers; it is killed at the end."""
    command = [COMMAND, "local", "--port", "0", "--data", data]
    process = subprocess.Popen(  # noqa: S603 - our own command
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    try:
        found = _ADDRESS.search(process.stdout.readline())
        assert found is not None
        yield found[1], process
    finally:
        process.kill()
        process.wait(timeout=10)
        process.stdout.close()


def settings_of(spreadsheet_id: str, base_url: str, ledger: Path, **more: str) -> dict[str, str]:
    """The environment of a process of ours, with nothing in it of whoever runs the tests."""
    own = {name: value for name, value in os.environ.items() if "REFUNDSHEET" not in name}
    return {
        **own,
        "REFUNDSHEET_SPREADSHEET": spreadsheet_id,
        "REFUNDSHEET_GOOGLE__BASE_URL": base_url,
        "REFUNDSHEET_LEDGER__URL": f"sqlite:///{ledger}",
        "REFUNDSHEET_POLL_SECONDS": "1",
        **more,
    }


@contextmanager
def running(settings: Mapping[str, str], *arguments: str) -> Generator[subprocess.Popen[str]]:
    """A command at work, which is killed where a test forgets it; what it tells is in ``stderr``."""
    with subprocess.Popen(  # noqa: S603 - our own command
        [COMMAND, *arguments],
        env=dict(settings),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()
