"""The chain from the settings to a service that runs: its links, and how what was seen of one is judged."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from refundsheet.core.columns import BY_FIELD, Writer
from refundsheet.core.model import Layout
from refundsheet.errors import ExitCode


class Link(Enum):
    """What has to hold, each link by those before it."""

    SETTINGS = "settings"
    KEY = "key"
    CONNECTION = "connection"
    CLOCK = "clock"
    SPREADSHEET = "spreadsheet"
    EDITOR = "editor"
    LOG = "log"
    PROTECTION = "protection"
    ZONE = "time zone"
    LEDGER = "ledger"
    QUOTA = "quota"
    LEASE = "lease"
    SERVICE = "service"


class State(Enum):
    """How a link stands."""

    SOUND = "sound"
    #: It holds, and somebody should look at it.
    NOTED = "worth a look"
    BROKEN = "broken"
    #: One before it is broken.
    UNSEEN = "not looked at"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found at a link.

    Attributes:
        said: What is there, or in one sentence what is wrong and how it is cured.
        exit_code: What the command answers with where the chain ends here.
    """

    link: Link
    state: State
    said: str
    exit_code: ExitCode = ExitCode.DONE


def sound(link: Link, said: str) -> Finding:
    """A link that holds."""
    return Finding(link, State.SOUND, said)


def noted(link: Link, said: str) -> Finding:
    """A link that holds, with something to look at."""
    return Finding(link, State.NOTED, said, ExitCode.PROBLEMS_FOUND)


def broken(link: Link, said: str, exit_code: ExitCode) -> Finding:
    """The link at which the chain ends; a message of several lines becomes one sentence."""
    heading, *lines = said.splitlines()
    return Finding(link, State.BROKEN, " ".join([heading, "; ".join(lines)]).strip(), exit_code)


def answer_of(findings: Iterable[Finding]) -> ExitCode:
    """What the command answers with: a broken link's code, else 1 where anything is worth a look."""
    return max((finding.exit_code for finding in findings), default=ExitCode.DONE)


#: Anybody may do anything with the file, or a group may change it; a group may be let in to read.
_TOO_MUCH = 0o027


def key_file(path: str, mode: int) -> Finding:
    """A key file by its rights, as ``stat`` gives them."""
    if mode & _TOO_MUCH:
        return broken(
            Link.KEY,
            f"The key file {path} can be used by others on this machine (mode "
            f"{mode & 0o777:04o}): keep it to yourself with: chmod 600 {path}",
            ExitCode.USAGE,
        )
    return sound(Link.KEY, path)


#: A stamp that is further off than this is wrong for people, too.
_CLOCK_MAY_DIFFER = timedelta(minutes=1)


def clock(now: datetime, theirs: datetime | None) -> Finding:
    """This machine's clock by the server's, where that told its time."""
    if theirs is None:
        return sound(Link.CLOCK, "the server does not tell its time")
    if abs(now - theirs) <= _CLOCK_MAY_DIFFER:
        return sound(Link.CLOCK, "as the server's")
    minutes = max(1, round(abs(now - theirs) / timedelta(minutes=1)))
    return broken(
        Link.CLOCK,
        f"This machine's clock is {_count(minutes, 'minute')} "
        f"{'ahead of' if now > theirs else 'behind'} the server's, so stamps would be wrong and "
        "Google may refuse the key: let the machine set its clock by itself, with: "
        "timedatectl set-ntp true",
        ExitCode.USAGE,
    )


@dataclass(frozen=True, slots=True)
class Barred:
    """An area of a tab that we may not write; a bound that is None is the tab's own.

    Attributes:
        rows: First row and the one after the last, counted from 0.
        columns: First column and the one after the last, counted from 0.
    """

    rows: tuple[int, int | None] = (0, None)
    columns: tuple[int, int | None] = (0, None)

    def holds_column(self, column: int, rows: tuple[int, int]) -> bool:
        """Whether all these rows of a column are in it."""
        (top, bottom), (left, right) = self.rows, self.columns
        is_beside = left <= column and (right is None or column < right)
        return is_beside and top <= rows[0] and (bottom is None or rows[1] <= bottom)


def barred_columns(layout: Layout, rows: int, areas: Sequence[Barred]) -> tuple[str, ...]:
    """The headers of the columns we fill in that are closed to us from top to bottom.

    Args:
        layout: Where the columns are.
        rows: How many rows the log has below its headers.
        areas: What is closed to us; single cells are told by the rule ``not_filled_in``.
    """
    below = (layout.header_row, layout.header_row + max(rows, 1))
    ours = (
        index
        for name, index in layout.columns.items()
        if name in BY_FIELD and BY_FIELD[name].writer is not Writer.TEAM
    )
    return tuple(
        layout.headers[index]
        for index in sorted(ours)
        if any(area.holds_column(index, below) for area in areas)
    )


def protection(columns: Sequence[str], tabs: Sequence[str], cure: str) -> Finding:
    """The columns and tabs of ours by whether we may write them."""
    what = [f'the column "{header}"' for header in columns] + [f'the tab "{tab}"' for tab in tabs]
    if not what:
        return sound(Link.PROTECTION, "nothing that refundsheet fills in is closed to it")
    named = ", ".join(what)
    verb = "is" if len(what) == 1 else "are"
    return broken(
        Link.PROTECTION,
        f"{named[0].upper()}{named[1:]} {verb} protected against refundsheet: {cure}",
        ExitCode.SHEET_UNREACHABLE,
    )


def zone(sheet: str, here: datetime) -> Finding:
    """The spreadsheet's time zone by this machine's, unless that keeps UTC as servers do.

    Args:
        sheet: The name of the spreadsheet's zone.
        here: The time, in this machine's zone.
    """
    ours, theirs = here.utcoffset(), here.astimezone(ZoneInfo(sheet)).utcoffset()
    if not ours or theirs is None or ours == theirs:
        return sound(Link.ZONE, f"{sheet}, where it is {here.astimezone(ZoneInfo(sheet)):%H:%M}")
    hours = abs(ours - theirs) / timedelta(hours=1)
    return noted(
        Link.ZONE,
        f"The spreadsheet's clock ({sheet}) is {_count(hours, 'hour')} {'behind' if theirs < ours else 'ahead of'} "
        "this machine's, and dates and opening hours go by the spreadsheet's: if that is wrong, "
        "choose File, Settings, Time zone in the spreadsheet.",
    )


def quota(left: Sequence[int] | None) -> Finding:
    """Google's quota by what the last pass left of it: reads and writes; None where nobody counts."""
    if left is None:
        return sound(Link.QUOTA, "no pass has met a limit")
    reads, writes = left
    if min(reads, writes) > 0:
        return sound(Link.QUOTA, f"{reads} reads and {writes} writes were left by the last pass")
    return noted(
        Link.QUOTA,
        "The last pass used up Google's quota of requests a minute: if this is said often, raise "
        '"poll_seconds".',
    )


def _count(number: float, noun: str) -> str:
    return f"{number:g} {noun}" if number == 1 else f"{number:g} {noun}s"
