"""The daemon's log: lines for people on a terminal, JSON for journald and its like elsewhere.

Names, notes and amounts are never logged: runs, case IDs and counts are.
"""

import json
import logging
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TextIO

#: What ``log.info("…", extra={DETAILS: {...}})`` adds to a line of JSON.
DETAILS = "details"


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, sentence, and the details."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "level": record.levelname.lower(), "message": record.getMessage()}
        line |= getattr(record, DETAILS, {})
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def set_up(stream: TextIO, level: str) -> Callable[[], None]:
    """Log to a stream; returns what turns the level to DEBUG and back, while the daemon runs."""
    handler = logging.StreamHandler(stream)
    plain = logging.Formatter("%(asctime)s %(levelname)s %(message)s")
    handler.setFormatter(plain if stream.isatty() else JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a long pass is no news
    ours = logging.getLogger("refundsheet")
    ours.setLevel(level.upper())

    def toggle() -> None:
        is_debug = ours.level == logging.DEBUG
        ours.setLevel(level.upper() if is_debug else logging.DEBUG)
        ours.warning("log level is now %s", logging.getLevelName(ours.level).lower())

    return toggle


#: Turns the level while the daemon runs: ``kill -USR1 PID``; Windows has no such signal.
TOGGLE_SIGNAL: signal.Signals | None = getattr(signal, "SIGUSR1", None)
