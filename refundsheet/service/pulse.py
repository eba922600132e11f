"""What the daemon knows of itself, for whoever asks from another thread or process."""

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from refundsheet.core.model import Outcome
from refundsheet.core.report import PassReport

#: Without a pass for so long something is wrong; the Summary's heartbeat turns red then, too.
SILENT_AFTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """How the daemon stands; counts are since its start.

    Attributes:
        started_at: When it started.
        passes: How many passes succeeded.
        failures: How many did not.
        last_pass_at: The last one that succeeded.
        last_failure: Why the last pass failed; "" where it did not.
        pass_seconds: How long the last pass took.
        next_after: How long after the beginning of a pass the next one begins.
        rows: The log's rows at the last pass.
        flagged: Kind of flag to how many cases carry it now.
        outcomes: What became of the cells it decided to write.
        quota_left: Reads and writes Google still allows in this minute; None where there is no quota.
        read_only: Why nothing may be written; "" where it may.
        withheld: How many parts of the plan wait until people have looked.
    """

    started_at: datetime
    passes: int = 0
    failures: int = 0
    last_pass_at: datetime | None = None
    last_failure: str = ""
    pass_seconds: float = 0.0
    next_after: timedelta = timedelta()
    rows: int = 0
    flagged: Mapping[str, int] = field(default_factory=dict[str, int])
    outcomes: Mapping[Outcome, int] = field(default_factory=dict[Outcome, int])
    quota_left: tuple[int, int] | None = None
    read_only: str = ""
    withheld: int = 0

    def after(self, report: PassReport, seconds: float) -> "Pulse":
        """The pulse after a pass that succeeded."""
        written = Counter(receipt.outcome for receipt in report.receipts)
        return replace(
            self,
            passes=self.passes + 1,
            last_pass_at=report.at,
            last_failure="",
            pass_seconds=seconds,
            rows=len(report.log.rows),
            flagged=report.flagged,
            outcomes=Counter(self.outcomes) + written,
            quota_left=report.quota_left,
            read_only=report.read_only,
            withheld=len(report.withheld),
        )

    def failed(self, why: str) -> "Pulse":
        """The pulse after a pass that failed."""
        return replace(self, failures=self.failures + 1, last_failure=why)

    def is_healthy(self, now: datetime) -> bool:
        """Whether a pass succeeded lately; a daemon that has just started is given its time."""
        return now - (self.last_pass_at or self.started_at) < max(SILENT_AFTER, 3 * self.next_after)

    def to_json(self, now: datetime) -> dict[str, Any]:
        """The same as plain values; nothing in it names a customer or a case."""
        return {
            "healthy": self.is_healthy(now),
            "started_at": self.started_at.isoformat(),
            "passes": self.passes,
            "failures": self.failures,
            "last_pass_at": self.last_pass_at.isoformat() if self.last_pass_at else None,
            "last_failure": self.last_failure,
            "rows": self.rows,
            "flagged": dict(self.flagged),
            "quota_left": self.quota_left,
            "read_only": self.read_only,
            "withheld": self.withheld,
        }


class Wrist:
    """Where the pulse is felt: written by the pass loop, read by others at any time."""

    def __init__(self, pulse: Pulse) -> None:
        self._pulse = pulse
        self._lock = threading.Lock()

    @property
    def pulse(self) -> Pulse:
        """As it is now."""
        with self._lock:
            return self._pulse

    @pulse.setter
    def pulse(self, pulse: Pulse) -> None:
        with self._lock:
            self._pulse = pulse
