"""What the demo shows: a live screen on a terminal, plain lines in a pipe."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import monotonic
from types import TracebackType
from typing import Protocol, Self

import typer
from rich.console import Console, Group, RenderableType
from rich.layout import Layout
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from refundsheet.core.report import PassReport
from refundsheet.demo.news import (
    NOTHING_YET,
    Kind,
    News,
    Tally,
    news_of,
    rows_read,
    shortened,
)

_COLOURS = {
    Kind.MINTED: "bold magenta",
    Kind.STAMPED: "bold green",
    Kind.TOOK_BACK: "green",
    Kind.CLEARED: "bold cyan",
    Kind.FLAGGED: "bold yellow",
    Kind.REMARKED: "blue",
    Kind.LEFT_ALONE: "dim",
    Kind.ADDED: "dim",
}
#: Older passes have scrolled out of every terminal.
_KEPT_PASSES = 12
#: Of a kind of news so many are shown one by one.
_MOST_ON_SCREEN, _MOST_IN_LINES = 3, 8
#: From this width on kinds, cases and texts stand in columns.
_WIDE = 110
_KIND_WIDTH, _CASE_WIDTH = max(len(kind.value) for kind in Kind), len("R-2026-0001")
_FIGURES_OF_THE_DESK = ("open", "waiting", "approved_unpaid", "overdue")


class View(Protocol):
    """Whoever is told what happens."""

    tally: Tally

    def __enter__(self) -> Self:
        """Begin to show."""
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        mistake: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the terminal as it was."""
        ...

    def begins(self, number: int) -> None:
        """A pass begins."""
        ...

    def passed(self, report: PassReport) -> None:
        """A pass is over."""
        ...

    def waits(self, seconds: float) -> None:
        """The next pass comes in so many seconds."""
        ...

    def acted(self, line: str) -> None:
        """Somebody of the team did something."""
        ...


def view_for(url: str, invitation: str, passes: int) -> View:
    """The live screen where somebody looks on, else plain lines.

    Args:
        url: Where the sheet can be seen.
        invitation: What the visitor can do, where no scripted team works.
        passes: How many passes there will be; 0 is no end.
    """
    console = Console()
    if console.is_terminal and not console.is_dumb_terminal:
        return LiveView(console, url, invitation, passes)
    return PlainView()


class PlainView:
    """Lines on standard output, a block a pass."""

    def __init__(self) -> None:
        self.tally = NOTHING_YET
        self._number = 0
        self._has_acted = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        mistake: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return

    def begins(self, number: int) -> None:
        """Nothing is shown before the pass is over."""
        self._number = number
        self._has_acted = False

    def passed(self, report: PassReport) -> None:
        """What the pass did, a line each."""
        self.tally = self.tally.plus(report)
        typer.echo(f"\nPass {self._number} · {rows_read(report)}")
        for line in plain_lines(report):
            typer.echo(line)

    def waits(self, seconds: float) -> None:
        """Lines do not count down."""

    def acted(self, line: str) -> None:
        """What somebody did, below a heading of its own."""
        if not self._has_acted:
            typer.echo("\nThe team")
            self._has_acted = True
        typer.echo(f"  {line}")


def plain_lines(report: PassReport) -> Iterator[str]:
    """What a pass did, as lines of a pipe."""
    news = news_of(report)
    if not news:
        yield "  nothing to do"
    for item in shortened(news, _MOST_IN_LINES):
        why = f" ({item.why})" if item.why else ""
        yield f"  {item.kind.value:<{_KIND_WIDTH}}  {item.case:<{_CASE_WIDTH}}  {item.text}{why}".rstrip()


@dataclass(slots=True)
class _Act:
    """What is told of one pass and of the work after it."""

    number: int
    title: str = "looking …"
    news: tuple[News, ...] = ()
    is_over: bool = False
    team: list[str] = field(default_factory=list[str])


class LiveView:
    """A screen that is drawn anew a few times a second.

    Args:
        console: The terminal.
        url: Where the sheet can be seen.
        invitation: What the visitor can do, where no scripted team works.
        passes: How many passes there will be; 0 is no end.
    """

    def __init__(self, console: Console, url: str, invitation: str, passes: int) -> None:
        self.tally = NOTHING_YET
        self._console = console
        self._url = url
        self._invitation = invitation
        self._passes = passes
        self._acts: tuple[_Act, ...] = (_Act(0),)
        self._report: PassReport | None = None
        self._next_at = monotonic()
        self._live = Live(
            console=console, screen=True, refresh_per_second=5, get_renderable=self._screen
        )

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        mistake: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.stop()

    def begins(self, number: int) -> None:
        """Make room for the pass at the top; what was idle gives way to what was not."""
        told = [act for act in self._acts if act.news or act.team]
        self._acts = (_Act(number), *told[:_KEPT_PASSES])

    def passed(self, report: PassReport) -> None:
        """Show what the pass did."""
        self.tally = self.tally.plus(report)
        self._report = report
        act = self._acts[0]
        act.title, act.news, act.is_over = rows_read(report), news_of(report), True
        self._live.refresh()

    def waits(self, seconds: float) -> None:
        """Count down to the next pass."""
        self._next_at = monotonic() + seconds

    def acted(self, line: str) -> None:
        """Show what somebody did."""
        self._acts[0].team.append(line)
        self._live.refresh()

    def _screen(self) -> Layout:
        screen = Layout()
        screen.split_column(
            Layout(self._head(), size=3),
            Layout(name="body"),
            Layout(self._figures(), size=6),
            Layout(Text(" Ctrl-C ends the demo and removes everything it made.", "dim"), size=1),
        )
        screen["body"].split_row(
            Layout(_panel("You" if self._invitation else "The team", self._team()), ratio=2),
            Layout(_panel("refundsheet", self._told()), ratio=3),
        )
        return screen

    def _head(self) -> Panel:
        act, of_all = self._acts[0], f" of {self._passes}" if self._passes else ""
        seconds = max(0, round(self._next_at - monotonic()))
        state = f"next in {seconds} s" if act.is_over else "looking …"
        grid = Table.grid(expand=True)
        grid.add_column()
        grid.add_column(justify="right", no_wrap=True)
        grid.add_row(
            Text.assemble((f"Pass {act.number}{of_all}", "bold"), "  ", (state, "dim")),
            Text.assemble("The sheet: ", (self._url, f"bold underline link {self._url}")),
        )
        return Panel(grid, title="refundsheet demo", title_align="left", border_style="cyan")

    def _team(self) -> Iterator[RenderableType]:
        for act in self._acts:
            if act.team:
                yield Text(f"after pass {act.number}", "dim")
                yield _listed([("•", line) for line in act.team])
        yield Text(self._invitation)

    def _told(self) -> Iterator[RenderableType]:
        for act in self._acts:
            if act.number:
                yield Text.assemble((f"Pass {act.number}", "bold cyan"), (f"  {act.title}", "dim"))
                yield _news_lines(act, is_narrow=self._console.width < _WIDE)

    def _figures(self) -> Panel:
        desk = {figure.name: figure for figure in self._report.summary.figures} if self._report else {}  # fmt: skip
        grid = Table.grid(expand=True, padding=(0, 1))
        for _ in range(3):
            grid.add_column(ratio=1, no_wrap=True)
            grid.add_column(justify="right")
            grid.add_column()
        done = list(self.tally.figures())
        now = [(desk[name].label, int(desk[name].value or 0)) for name in _FIGURES_OF_THE_DESK if name in desk]  # fmt: skip
        for line in _side_by_side(now, done[:4], done[4:]):
            grid.add_row(*line)
        return Panel(grid, title="The desk now, and what refundsheet has done", title_align="left", border_style="dim")  # fmt: skip


def _side_by_side(*columns: list[tuple[str, int]]) -> Iterator[list[RenderableType]]:
    """Figures side by side, as many lines as the longest column has."""
    for line in range(max(map(len, columns))):
        cells: list[RenderableType] = []
        for column in columns:
            label, value = column[line] if line < len(column) else ("", None)
            cells += [Text(label), Text("" if value is None else f"{value:,}", "bold"), " "]
        yield cells


def _panel(title: str, parts: Iterator[RenderableType]) -> Panel:
    return Panel(Group(*parts), title=title, title_align="left", border_style="dim")


def _listed(lines: list[tuple[str, str]]) -> Table:
    grid = Table.grid(padding=(0, 1))
    for mark, line in lines:
        grid.add_row(Text(mark, "cyan"), Text(line))
    return grid


def _news_lines(act: _Act, *, is_narrow: bool) -> RenderableType:
    if act.is_over and not act.news:
        return Text("nothing to do", "dim")
    grid = Table.grid(padding=(0, 1))
    for item in shortened(act.news, _MOST_ON_SCREEN):
        kind, text = Text(item.kind.value, _COLOURS[item.kind]), Text(item.text)
        if item.why:
            text.append(f" ({item.why})", "dim")
        if is_narrow:
            grid.add_row(Text(" ").join(part for part in (kind, Text(item.case), text) if part))
        else:
            grid.add_row(kind, Text(item.case), text)
    if not is_narrow and act.news:
        for column, width in enumerate((_KIND_WIDTH, _CASE_WIDTH)):
            grid.columns[column].min_width = width
            grid.columns[column].no_wrap = True
    return grid


def farewell(tally: Tally, passes: int, tell: Callable[[str], None] = typer.echo) -> None:
    """What happened, and where to go next."""
    tell(f"\nAfter {passes} {'pass' if passes == 1 else 'passes'}:")
    for label, count in tally.figures():
        tell(f"  {count:>4}  {label}")
    if tally.lost:
        tell(f"  {tally.lost:>4}  cells somebody else was faster at: nothing was overwritten")
    tell(
        "\nWhere to go next\n"
        "  refundsheet demo                        watch it go on\n"
        "  refundsheet demo --no-team              have the sheet to yourself\n"
        "  refundsheet local --load your-log.csv   try it on a copy of your own log\n"
        "  refundsheet sync --dry-run              see what it would write, and why"
    )
