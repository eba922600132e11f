"""``refundsheet run`` beside a crowd that sorts, inserts and types: what it wrote, and what was lost.

Run ``uv run python -m tests.acceptance.crowd --help``.
"""

import argparse
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import floor
from pathlib import Path
from time import monotonic, sleep
from typing import cast
from zoneinfo import ZoneInfo

from refundsheet.config import Settings
from refundsheet.config.settings import GraceSettings
from refundsheet.core.model import Cell
from refundsheet.core.serials import to_serial
from refundsheet.ledger.records import Intent, IntentState
from tests.acceptance.installed import running, serving, settings_of
from tests.acceptance.witness import ZONE, Crowd, Witness
from tests.simulation.crowd import Thrown
from tests.simulation.people import (
    FIELDS,
    STATUSES,
    Act,
    Native,
    Place,
    Sort,
    _insert,
    header_of,
    typed,
)
from tests.simulation.truth import OURS, Broken, Promise, Truth

_CASES = 60
_NEW_CASE = ("order_id", "customer_name", "status", "notes")
_TYPED = (
    *["notes"] * 8,
    *["status"] * 6,
    "customer_name",
    "colour",
    "approved_at",
    "last_action_at",
)
_GRACE = 5
#: How far it is is told every so many seconds.
_TOLD_EVERY = 10.0
_LOST_EDIT = {Promise.PEOPLES_CELLS, Promise.PEOPLES_TIMES}


@dataclass(frozen=True, slots=True)
class TypeInto:
    """Type something into a cell."""

    row: int
    name: str
    content: Cell

    def on(self, place: Place) -> None:
        column = place.truth.column_of(self.name)
        if column is None:  # the team's own
            column = FIELDS.index(self.name)
        place.truth.put(self.row, column, self.content)


@dataclass(frozen=True, slots=True)
class InsertCase:
    """Insert a blank row; what is typed into it comes later, cell by cell."""

    row: int

    def on(self, place: Place) -> list[Native]:
        row = 1 + self.row % place.truth.count
        place.truth.lines.insert(row, place.truth.new_line())
        return [_insert("ROWS", row)]


@dataclass(slots=True)
class People:
    """Who does what next, and what they remember to have typed.

    Attributes:
        today: The serial of today, which the dates they type lie before.
        typed: Row and field to what was typed there last; the row by a number that is in no cell.
        done: How often they did what.
    """

    truth: Truth
    dice: Thrown
    today: float
    typed: dict[tuple[int, str], Cell] = field(default_factory=dict[tuple[int, str], Cell])
    done: Counter[str] = field(default_factory=Counter[str])
    _unfinished: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    _count: int = 0

    def act(self) -> Act:
        """Mostly they type; at times a row is inserted, or somebody sorts the whole log."""
        kind = self.dice.number(99)
        if kind < 10:
            self.done["sorts of the whole log"] += 1
            return Sort(self.dice.pick(FIELDS), bool(self.dice.number(1)))
        if kind < 13:
            return self._insert()
        if self._unfinished and kind < 50:
            uid, name = self._unfinished.pop(0)
            row = next(n for n, line in enumerate(self.truth.lines) if line.uid == uid)
            return self._type(row, name)
        return self._type(1 + self.dice.number(self.truth.count - 2), self.dice.pick(_TYPED))

    def _insert(self) -> Act:
        self.done["rows inserted"] += 1
        uid = self.truth._uids + 1
        self._unfinished += [(uid, name) for name in _NEW_CASE]
        return InsertCase(self.dice.number(self.truth.count - 1))

    def _type(self, row: int, name: str) -> Act:
        self.done["cells typed"] += 1
        self._count += 1
        content = self._content(name)
        self.typed[self.truth.lines[row].uid, name] = content
        return TypeInto(row, name, content)

    def _content(self, name: str) -> Cell:
        """Something new each time, so that a lost edit shows."""
        match name:
            case "status":
                return typed(name, self.dice.number(len(STATUSES) - 1))
            case "approved_at" | "last_action_at":
                return self.today - self._count / 1024
            case "order_id":
                return f"#{5000 + self._count}"
            case _:
                return f"{name} {self._count}"

    def lost(self, sheet: list[list[object]]) -> Iterator[Broken]:
        """What they typed and do not find again, by looking at the sheet."""
        rows = {line.uid: row for row, line in enumerate(self.truth.lines)}
        for (uid, name), wanted in self.typed.items():
            column = FIELDS.index(name)  # nobody moves columns here
            cells = sheet[rows[uid]]
            held = cells[column] if column < len(cells) else None
            if wanted not in ("", held):
                what = f"row {rows[uid] + 1}, {name}: {held!r} instead of {wanted!r}"
                yield Broken(Promise.PEOPLES_CELLS, what)


@dataclass(slots=True)
class Tally:
    """What a run came to.

    Attributes:
        people: How often people did what.
        refundsheet: What refundsheet did while they were at work.
        left: How many cells were due still, and were written once people rested.
        hasty: How many flags stood on a wrong row, or for a reason just gone, until the next pass.
    """

    seconds: float
    people: Counter[str]
    refundsheet: Counter[str]
    left: int
    hasty: int
    wrong: list[Broken]
    lost: list[Broken]

    def __str__(self) -> str:
        tried = self.refundsheet["stamps written"] + self.refundsheet["lost races"]
        share = self.refundsheet["lost races"] / tried if tried else 0
        lines = [
            f"{sum(self.people.values()) / self.seconds:.0f} edits a second for {self.seconds:.0f} s",
            "",
            "people",
            *_lines(self.people),
            "",
            "refundsheet",
            *_lines(self.refundsheet),
            f"{share:7.0%}  of the stamps it tried lost their race, and came in a later pass",
            *_lines({"cells left for when people rested": self.left}),
            *_lines(
                {"flags wrong until the next pass (of more than 100 rows at once)": self.hasty}
            ),
            "",
            *_lines({"wrong stamps": len(self.wrong), "lost edits": len(self.lost)}),
            *(f"         {broken.promise.value}: {broken.what}" for broken in self.wrong),
            *(f"         {broken.promise.value}: {broken.what}" for broken in self.lost),
        ]
        return "\n".join(lines)


def _lines(counts: dict[str, int]) -> Iterator[str]:
    for name, count in counts.items():
        yield f"{count:7,d}  {name}"


def a_long_log(today: float) -> Truth:
    """Cases in all statuses, as a team had them before refundsheet came."""
    rows: list[list[Cell]] = [[header_of(name) for name in FIELDS]]
    for number in range(_CASES):
        cells: dict[str, Cell] = {
            "case_id": f"R-{number + 1}",
            "order_id": f"{2001 + number}",
            "customer_name": f"Customer {number}",
            "status": typed("status", number),
            "notes": f"called {number}",
            "requested_at": today - 30 + number / 8,
            "colour": "red",
        }
        rows.append([cells.get(name, "") for name in FIELDS])
    return Truth.of(rows)


def crowd(
    seconds: float, seed: int, per_second: float = 20, tell: Callable[[str], object] = str
) -> Tally:
    """Let the daemon and a crowd work on one sheet, then let both come to rest, and count.

    Args:
        seconds: How long they work.
        seed: Another seed, another crowd.
        per_second: How often somebody does something.
        tell: Is told how far it is.
    """
    settings = Settings(grace=GraceSettings(seconds=_GRACE))
    today = floor(to_serial(datetime.now(UTC), ZoneInfo(ZONE)))
    with (
        tempfile.TemporaryDirectory(prefix="crowd-") as name,
        serving(Path(name) / "sheets.db") as (server, _),
        Witness(server, a_long_log(today), Path(name) / "ledger.sqlite") as witness,
    ):
        witness.passes(settings, datetime.now(UTC))
        people = People(witness.truth, Thrown(seed), today)
        began = monotonic()
        with Crowd(witness, people.act, per_second):
            _run_for(witness, seconds, tell)
        lasted = monotonic() - began
        counted = _counted(witness)
        written = witness.writes
        _, still_planned = witness.settle(settings, datetime.now(UTC))
        left = witness.writes - written
        broken = [*witness.all_broken(), *still_planned]
        lost = [one for one in broken if one.promise in _LOST_EDIT]
        lost += people.lost(cast("list[list[object]]", witness.contents()))
        wrong = [one for one in broken if one.promise not in _LOST_EDIT]
        hasty = len(witness.hasty)
    return Tally(lasted, people.done, counted, left, hasty, wrong, lost)


def _run_for(witness: Witness, seconds: float, tell: Callable[[str], object]) -> None:
    grace = {"REFUNDSHEET_GRACE__SECONDS": f"{_GRACE}"}
    settings = settings_of(witness.book_id, witness.gate.url, witness.ledger_file, **grace)
    arrived = witness.arrived
    with running(settings, "run") as daemon:
        while witness.arrived == arrived and daemon.poll() is None:
            sleep(0.01)
        began = monotonic()
        while (lasted := monotonic() - began) < seconds:
            tell(f"{lasted:.0f} of {seconds:.0f} s: {witness.edits:,} edits\n")
            sleep(min(_TOLD_EVERY, seconds - lasted))
        daemon.send_signal(signal.SIGTERM)
        _, told = daemon.communicate(timeout=30)
    assert daemon.returncode == 0, told
    assert "Traceback" not in told, told


def _counted(witness: Witness) -> Counter[str]:
    counts = Counter[str]()
    counts["passes"] = witness.passes_begun()
    for intent in witness.intents():
        counts[_kind(intent)] += 1
    return counts


def _kind(intent: Intent) -> str:
    is_ours = intent.change.field in OURS
    if intent.state is IntentState.DONE:
        return "flags and checks written" if is_ours else "stamps written"
    if intent.state is IntentState.LOST:
        return "flags and checks that lost a race" if is_ours else "lost races"
    return f"writes that ended as {intent.state.value}"


def main() -> int:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.acceptance.crowd")
    parser.add_argument("--seconds", type=float, default=600, help="how long they work")
    parser.add_argument("--seed", type=int, default=1, help="another seed, another crowd")
    parser.add_argument("--per-second", type=float, default=20, help="how many edits a second")
    asked = parser.parse_args()
    tally = crowd(asked.seconds, asked.seed, asked.per_second, sys.stderr.write)
    sys.stdout.write(f"{tally}\nseed {asked.seed}\n")
    return min(len(tally.wrong) + len(tally.lost), 1)


if __name__ == "__main__":
    sys.exit(main())
