"""What of the tab is in force, what waits for the next day or the tick, and what is said beside it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Self

from pydantic import ValidationError

from refundsheet.config.settings import Settings
from refundsheet.config.settings_tab.keys import (
    APPLY,
    MESSAGES,
    MESSAGES_HEAD,
    RELEASE,
    team_text,
    with_team,
)
from refundsheet.config.settings_tab.reading import Reading, read_tab
from refundsheet.core.model import Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What was accepted from the tab, and what waits to be; kept in the ledger.

    Attributes:
        accepted: The settings in force (``team_text``); None before the tab was first read.
        pending: Others that wait for the tick, or for the next day.
        seen_at: When these were first seen.
        preview: What they would change, in words.
        released: Whether the tick that lets through what waits has had its effect.
    """

    accepted: str | None = None
    pending: str | None = None
    seen_at: datetime | None = None
    preview: str = ""
    released: bool = False

    def to_json(self) -> Mapping[str, Any]:
        """As plain values, for the ledger."""
        seen_at = self.seen_at.isoformat() if self.seen_at else None
        return {**asdict(self), "seen_at": seen_at}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any] | None) -> Self:
        """What ``to_json`` gave; nothing was remembered where there is none."""
        if stored is None:
            return cls()
        seen_at = stored["seen_at"]
        return cls(
            accepted=stored["accepted"],
            pending=stored["pending"],
            seen_at=datetime.fromisoformat(seen_at) if seen_at else None,
            preview=stored["preview"],
            released=stored["released"],
        )


def after_reading(before: Standing, reading: Reading, now: datetime) -> Standing:
    """What is in force, and what waits, after the tab was read.

    A tab that was never read before is in force at once: it was made from what was in force.
    """
    wanted = team_text(reading.wanted)
    standing = replace(before, released=reading.release and before.released)
    if before.accepted in {None, wanted}:
        return replace(standing, accepted=wanted, pending=None, seen_at=None, preview="")
    if before.pending != wanted or before.seen_at is None:
        standing = replace(standing, pending=wanted, seen_at=now, preview="")
    is_next_day = (
        standing.seen_at is not None and standing.seen_at.astimezone(now.tzinfo).date() < now.date()
    )
    if reading.at_once or is_next_day:
        return replace(standing, accepted=wanted, pending=None, seen_at=None, preview="")
    return standing


def messages(reading: Reading, standing: Standing, withheld: int) -> dict[int, str]:
    """Row to what refundsheet says beside it, the two ticks among them."""
    said = dict(reading.messages)
    if APPLY in reading.ticks:
        said[reading.ticks[APPLY]] = (
            f"Waiting: {standing.preview} In force from tomorrow on, or at once with this tick."
            if standing.pending is not None
            else "All that stands here is in force."
        )
    if RELEASE in reading.ticks:
        said[reading.ticks[RELEASE]] = _release(reading, standing, withheld)
    return said


def _release(reading: Reading, standing: Standing, withheld: int) -> str:
    if reading.release and standing.released:
        return "Let through once. Take the tick away, to have it ready for the next time."
    if withheld:
        return f"{withheld} parts of the plan wait until people have looked; the Summary says why."
    return "Nothing waits."


# --- what a pass makes of it ---


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """The settings a pass works by, with the tab's part in them.

    Attributes:
        settings: What holds in this pass.
        standing: What is remembered from now on.
        reading: What the tab says; None where there is none.
        release: Whether this pass lets through what waits.
    """

    settings: Settings
    standing: Standing
    reading: Reading | None = None
    release: bool = False

    @property
    def pending(self) -> Settings | None:
        """The settings that wait and whose effect nobody has worked out yet."""
        standing = self.standing
        if standing.pending is None or standing.preview:
            return None
        return with_team(self.settings, standing.pending)

    def with_preview(self, appearing: int, going: int) -> "InForce":
        """With what the settings that wait would change."""
        preview = f"would change +{appearing} / \N{MINUS SIGN}{going} flags."
        return replace(self, standing=replace(self.standing, preview=preview))


def in_force(
    base: Settings, rows: Sequence[Sequence[Cell]] | None, before: Standing, now: datetime
) -> InForce:
    """Which settings hold now.

    Args:
        base: The settings of the file and the environment.
        rows: The tab's cells; None where there is no such tab, and only the file holds.
        before: What was remembered.
        now: The time of the pass, in the sheet's zone: a change holds from its next day on.
    """
    if rows is None:
        return InForce(settings=base, standing=Standing())
    reading = read_tab(rows, _accepted(base, before))
    standing = after_reading(before, reading, now)
    return InForce(
        settings=_accepted(base, standing),
        standing=replace(standing, released=reading.release),
        reading=reading,
        release=reading.release and not before.released,
    )


def _accepted(base: Settings, standing: Standing) -> Settings:
    if standing.accepted is None:
        return base
    try:
        return with_team(base, standing.accepted)
    except ValidationError:  # by another version, whose keys meant something else
        return base


def notes(
    held: InForce, rows: Sequence[Sequence[Cell]], known: Collection[Cell], withheld: int
) -> dict[int, str]:
    """Row to what is to be said there from now on, where the cell is blank or what we said.

    Args:
        held: What is in force.
        rows: The tab's cells.
        known: What refundsheet has said on the tab before.
        withheld: How many parts of the plan wait.
    """
    if held.reading is None or _at(rows, 0) != MESSAGES_HEAD:
        return {}  # the column was moved or renamed: it is theirs now
    wanted = messages(held.reading, held.standing, withheld)
    return {
        row: said
        for row in range(1, len(rows))
        if (said := wanted.get(row, "")) != (held_text := _at(rows, row))
        and (not held_text or held_text in known)
    }


def _at(rows: Sequence[Sequence[Cell]], row: int) -> str:
    if row >= len(rows) or len(rows[row]) <= MESSAGES:
        return ""
    return str(rows[row][MESSAGES] or "")
