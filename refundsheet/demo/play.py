"""The play itself: a pass, the team's work, the next pass, until it is over."""

import signal
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from time import monotonic
from types import FrameType

import typer

from refundsheet.daemon import wall_clock
from refundsheet.demo.stage import Stage, open_stage
from refundsheet.demo.team import Team
from refundsheet.demo.view import View, farewell, view_for

#: A colleague takes so large a part of the time between two passes for one thing.
_STEP = 1 / 8


def run(*, passes: int, with_team: bool, port: int, seed: int) -> None:
    """See ``run_demo``."""
    with _until_signal() as stop, open_stage(port=port, seed=seed, now=wall_clock()) as stage:
        url = f"{stage.sheet.base_url}/"
        invitation = "" if with_team else _invitation(url)
        _greet(url, stage, invitation)
        with view_for(url, invitation, passes) as view:
            team = Team(stage.sheet, seed) if with_team else None
            made = play(stage, view, team, passes, stop)
    farewell(view.tally, made)


def play(stage: Stage, view: View, team: Team | None, passes: int, stop: threading.Event) -> int:
    """Pass after pass, and the team in between; how many passes were made."""
    number = 0
    while not stop.is_set():
        number += 1
        view.begins(number)
        view.passed(stage.reconciler.run(wall_clock()))
        if number == passes:
            break
        seconds = stage.settings.poll_seconds
        view.waits(seconds)
        _work(team.work() if team else iter(()), view, seconds, stop)
    return number


def _work(lines: Iterator[str], view: View, seconds: float, stop: threading.Event) -> None:
    """Let the team work until the next pass is due; what they began is finished before it."""
    due = monotonic() + seconds
    for line in lines:
        view.acted(line)
        if stop.wait(seconds * _STEP):
            return
    stop.wait(max(0.0, due - monotonic()))


def _greet(url: str, stage: Stage, invitation: str) -> None:
    seconds = f"{stage.settings.poll_seconds:g} seconds"
    who = "The sheet is yours" if invitation else "A scripted team works on it"
    typer.echo(
        f"A generated refund log on {url} (this machine only, no account needed).\n"
        f"{who}; refundsheet looks at it every {seconds}. Ctrl-C ends it."
    )
    if invitation:
        typer.echo(invitation)


def _invitation(url: str) -> str:
    """What there is to do for somebody who has the sheet to themselves."""
    return (
        f"Open {url} in a browser: type a case below the others, or change a status, and watch "
        "it be stamped, flagged and counted."
    )


@contextmanager
def _until_signal() -> Generator[threading.Event]:
    """An event that Ctrl-C and SIGTERM set: the pass in hand is finished first."""
    stop = threading.Event()

    def on_signal(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - as signal calls it
        stop.set()

    before = {
        number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
