"""One pass for a command: opens what it needs, shows how far it is, and closes all of it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from refundsheet.config import Settings
from refundsheet.core.report import Options, PassReport
from refundsheet.daemon import open_log, wall_clock
from refundsheet.errors import UsageError
from refundsheet.reconcile import STEPS, Reconciler


def one_pass(settings: Settings, options: Options, now: str | None) -> PassReport:
    """Make one pass, with a progress bar where somebody looks on."""
    started = wall_clock()
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), console=console, transient=True,
        disable=not console.is_terminal,
    )  # fmt: skip
    with open_log(settings) as (store, ledger), bar:
        task = bar.add_task("reading", total=len(STEPS))

        def show(step: str) -> None:
            bar.update(task, description=step, completed=STEPS.index(step))

        at = parse_now(now, store.book.zone) if now else started
        return Reconciler(store, ledger, settings, show).run(at, options)


def parse_now(text: str, zone: str) -> datetime:
    """A time given on the command line; without a zone of its own it is the sheet's.

    Raises:
        UsageError: where it is no time.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f'--now "{text}" is not a time; write for example 2026-11-03T09:10'
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
