"""Passes on a schedule until a signal; a pass that fails is told, and the next one tries again."""

import logging
import signal
import sys
import threading
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import monotonic
from types import FrameType
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler

from refundsheet.config import Settings
from refundsheet.core.model import Outcome
from refundsheet.core.report import Options, PassReport
from refundsheet.errors import RefundsheetError
from refundsheet.ledger.ledger import Ledger
from refundsheet.reconcile import READING, Reconciler
from refundsheet.service import logs, systemd
from refundsheet.service.pulse import Pulse, Wrist
from refundsheet.sheets.google import GoogleSheetStore, open_store

log = logging.getLogger("refundsheet")

#: Reading takes at most this share of the time, however large the log is.
_READING_SHARE = 0.1
#: A log whose cells weigh more than this is read once a minute at most.
_HEAVY_BYTES = 5_000_000
_HEAVY_EVERY = 60.0
#: Where people got ahead of some writes another pass follows at once, so many times at most: it reads
#: the log again, and the time between its read and its write is all that a crowd has to get ahead.
_AGAIN_AT_ONCE = 3


def wall_clock() -> datetime:
    """The one place where the time of day is read: once a command or pass."""
    return datetime.now(UTC)  # noqa: TID251 - this is that place


@contextmanager
def open_log(settings: Settings) -> Generator[tuple[GoogleSheetStore, Ledger]]:
    """The spreadsheet and the ledger the settings name."""
    store = open_spreadsheet(settings)
    with open_ledger(settings) as ledger:
        yield store, ledger


def open_spreadsheet(settings: Settings) -> GoogleSheetStore:
    """The spreadsheet alone; nothing is sent yet."""
    return open_store(
        settings.spreadsheet_id,
        hidden_tab=settings.tabs.hidden,
        log_tab=settings.log.tab,
        our_tabs=(title for _, title in settings.tabs),
        base_url=settings.google.base_url,
        credentials=settings.google.credentials,
        per_minute=settings.google.requests_per_minute,
    )


@contextmanager
def open_ledger(settings: Settings) -> Generator[Ledger]:
    """The ledger alone, for what asks nothing of Google."""
    with Ledger.open(settings.ledger.url) as ledger:
        if ledger.notice:
            log.warning("%s", ledger.notice)
        yield ledger


def run_until_signal(settings: Settings, options: Options) -> None:
    """Make passes until SIGTERM or SIGINT; the pass in hand is finished first.

    Args:
        settings: The team's settings.
        options: What the first pass that succeeds is asked for.

    Raises:
        RefundsheetError: where not even the first look at the spreadsheet succeeds for good.
    """
    toggle_debug = logs.set_up(sys.stderr, settings.log_level)
    stop = threading.Event()

    def on_signal(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        if number == logs.TOGGLE_SIGNAL:
            toggle_debug()
        else:
            stop.set()

    for number in filter(None, (signal.SIGTERM, signal.SIGINT, logs.TOGGLE_SIGNAL)):
        signal.signal(number, on_signal)
    wrist = Wrist(Pulse(started_at=wall_clock()))
    with open_log(settings) as (store, ledger), _telling(settings, wrist):
        store.describe()
        watch = ReadingWatch()
        reconciler = Reconciler(store, ledger, settings, watch.step)
        keeper = _Keeper(reconciler, settings.poll_seconds, options, wrist, watch)
        log.info("watching %r of %r", store.log.title, store.book.title)
        keeper.start()
        systemd.notify(systemd.READY)
        stop.wait()
        systemd.notify(systemd.STOPPING)
        log.info("stopping after the pass in hand")
        keeper.finish()


def _telling(settings: Settings, wrist: Wrist) -> AbstractContextManager[Any]:
    """Health and figures on a port, where the settings name one."""
    listen = settings.metrics.listen
    if listen is None:
        return nullcontext()
    from refundsheet.service.web import serving  # noqa: PLC0415 - few ask for it

    return serving(listen, lambda: wrist.pulse, wall_clock)


class ReadingWatch:
    """Tells how long the latest pass read, from the steps it tells."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._since: float | None = None

    def step(self, step: str) -> None:
        """A pass goes on to its next step."""
        now = monotonic()
        if self._since is not None:
            self.seconds = now - self._since
        self._since = now if step == READING else None


class _Keeper:
    """Makes a pass every so often, one at a time.

    Args:
        reconciler: Makes them.
        every: Seconds from one to the next, at least.
        options: What the first pass that succeeds is asked for.
        wrist: Told how each pass went.
        watch: Knows how long the reconciler reads.
    """

    def __init__(
        self,
        reconciler: Reconciler,
        every: float,
        options: Options,
        wrist: Wrist,
        watch: ReadingWatch,
    ) -> None:
        self._reconciler = reconciler
        self._options = options
        self._warned = set[str]()
        self._every = every
        self._wrist = wrist
        self._watch = watch
        self._scheduler = BackgroundScheduler(timezone=UTC)
        self._in_hand = threading.Lock()
        self._is_over = False

    def start(self) -> None:
        """Make the first pass now."""
        self._scheduler.add_job(
            self._pass,
            "interval",
            seconds=self._every,
            id="pass",
            next_run_time=wall_clock(),
            max_instances=1,
            coalesce=True,
            misfire_grace_time=None,
        )
        self._scheduler.start()

    def finish(self) -> None:
        """Finish the pass in hand.

        The scheduler is shut down only afterwards: while that waits for a pass, the pass would wait
        for the scheduler to change its pace.
        """
        self._scheduler.pause()
        self._is_over = True
        with self._in_hand:
            self._scheduler.remove_job("pass")
        self._scheduler.shutdown(wait=True)

    def _pass(self) -> None:
        with self._in_hand:
            for _ in range(1 + _AGAIN_AT_ONCE):
                if self._is_over or not self._make_pass():
                    return

    def _make_pass(self) -> bool:
        """One pass; whether it is worth while to make another one at once."""
        started = monotonic()
        try:
            report = self._reconciler.run(wall_clock(), self._options)
        except RefundsheetError as error:
            log.warning("%s", error)
            self._wrist.pulse = self._wrist.pulse.failed(str(error))
            systemd.notify(
                systemd.WATCHDOG, "STATUS=the last pass failed; the next one tries again"
            )
            return False
        self._options = Options()
        seconds = monotonic() - started
        self._warn(report)
        _tell(report, seconds)
        size = report.log.size
        every = self._keep_pace(size)
        pulse = self._wrist.pulse.after(report, seconds)
        self._wrist.pulse = replace(pulse, next_after=timedelta(seconds=every))
        systemd.notify(systemd.WATCHDOG, f"STATUS=run {report.run}, {len(report.log.rows)} rows")
        return report.count(Outcome.LOST) > 0 and size <= _HEAVY_BYTES

    def _warn(self, report: PassReport) -> None:
        """Say once why something is not written, and not again in every pass."""
        lost = Outcome.LOST  # an everyday matter
        told = (receipt.detail for receipt in report.receipts if receipt.outcome is not lost)
        sentences = {report.read_only, *report.withheld, *told} - {""}
        for sentence in sorted(sentences - self._warned):
            log.warning("%s", sentence)
        self._warned = sentences

    def _keep_pace(self, size: int) -> float:
        """Large logs are read less often, so that Google and this machine have time for others.

        Returns:
            Seconds from one pass to the next.
        """
        every = max(self._every, self._watch.seconds / _READING_SHARE)
        if size > _HEAVY_BYTES:
            every = max(every, _HEAVY_EVERY)
        job = self._scheduler.get_job("pass")
        if job is not None and abs(job.trigger.interval.total_seconds() - every) > self._every / 2:
            self._scheduler.reschedule_job("pass", trigger="interval", seconds=every)
        return every


#: A line of the log names no more cases than these.
_MOST_NAMED = 50


def _tell(report: PassReport, seconds: float) -> None:
    """One line a pass, with counts and Case IDs and no names."""
    details = {
        "run": report.run,
        "rows": len(report.log.rows),
        "written": report.count(Outcome.DONE),
        "lost": report.count(Outcome.LOST),
        "raised": len(report.raised),
        "cleared": len(report.cleared),
        "cases": report.cases_written[:_MOST_NAMED],
        "seconds": round(seconds, 3),
    }
    log.info(
        "run %d: %d rows, %d cells written, %d lost races, %d flags raised, %d cleared",
        report.run,
        len(report.log.rows),
        report.count(Outcome.DONE),
        report.count(Outcome.LOST),
        len(report.raised),
        len(report.cleared),
        extra={logs.DETAILS: details},
    )
