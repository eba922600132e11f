"""One pass for a command: opens what it needs, shows how far it is, and closes all of it."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from refundsheet.config import Settings
from refundsheet.core.forget import Forgotten, Wanted
from refundsheet.core.report import Options, PassReport
from refundsheet.core.undo import Undoing
from refundsheet.daemon import open_log, wall_clock
from refundsheet.errors import UsageError
from refundsheet.reconcile import STEPS, Reconciler

_Result = TypeVar("_Result")


def one_pass(settings: Settings, options: Options, now: str | None) -> PassReport:
    """Make one pass, with a progress bar where somebody looks on."""
    return _shown(settings, now, lambda reconciler, at: reconciler.run(at, options))


def undo_pass(
    settings: Settings, run: int, now: str | None, *, dry_run: bool
) -> tuple[PassReport, Undoing]:
    """Take back what a pass wrote, as one pass is made."""
    return _shown(settings, now, lambda reconciler, at: reconciler.undo(at, run, dry_run=dry_run))


def forget_somebody(
    settings: Settings, wanted: Wanted, now: str | None, *, dry_run: bool
) -> Forgotten:
    """Remove what is kept of somebody, as passes are made."""
    return _shown(
        settings, now, lambda reconciler, at: reconciler.forget(at, wanted, dry_run=dry_run)
    )


def _shown(
    settings: Settings, now: str | None, act: Callable[[Reconciler, datetime], _Result]
) -> _Result:
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
        return act(Reconciler(store, ledger, settings, show), at)


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
