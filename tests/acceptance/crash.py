"""The installed command is killed at random moments while a crowd edits; every promise is kept.

Run ``uv run python -m tests.acceptance.crash --help``.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from pathlib import Path
from time import monotonic, sleep

from refundsheet.config import Settings
from refundsheet.config.settings import GraceSettings
from refundsheet.core.headers import column_letter
from refundsheet.sheets.memory import Held
from tests.acceptance.installed import running, serving, settings_of
from tests.acceptance.witness import Crowd, Witness
from tests.simulation.crowd import Thrown, an_act
from tests.simulation.people import STATUSES, Act, Around, Type, typed
from tests.simulation.simulation import a_log
from tests.simulation.truth import Broken, Promise, Truth
from tests.simulation.world import same

#: A process is killed at one of its first requests: it looks, reads, tests itself, writes, sums up,
#: and reads again; or, every other one, where it writes the log.
_REQUESTS = 9
#: And after that request has come it lives on for so many seconds at most.
_LIVES_ON = 0.08
#: A request that does not come is not waited for.
_PATIENCE = 5.0
_EDITS_PER_SECOND = 20
#: One death in so many is in quiet, where a pass that was not cut off shows how it has to end.
_IN_QUIET = 3
_SETTINGS = Settings(grace=GraceSettings(reads=1, seconds=0))
#: All that people do around the log; but a History tab that is deleted could not be looked at.
_AROUND = tuple(what for what in Around if what is not Around.REMOVE_HISTORY)
#: What the cells of a log hold.
_Rows = list[list[Held]]
_MORE = {"REFUNDSHEET_GRACE__READS": "1", "REFUNDSHEET_GRACE__SECONDS": "0"}


@dataclass(slots=True)
class Tally:
    """What a run came to.

    Attributes:
        killed: How many processes were killed.
        open_then: How many of them left a write behind of which nobody knew what became.
        seconds: How long it took.
    """

    killed: int = 0
    open_then: int = 0
    edits: int = 0
    passes: int = 0
    written: int = 0
    seconds: float = 0.0
    broken: list[Broken] = field(default_factory=list[Broken])

    def __str__(self) -> str:
        lines = [
            f"{self.killed:7d}  processes killed by SIGKILL at random moments",
            f"{self.open_then:7d}  of them in the middle of a write",
            f"{self.edits:7d}  things that people did meanwhile",
            f"{self.passes:7d}  passes begun",
            f"{self.written:7d}  cells written",
            f"{len(self.broken):7d}  promises broken",
            *(f"         {broken.promise.value}: {broken.what}" for broken in self.broken),
        ]
        return "\n".join(lines)


def crash(kills: int, seed: int, tell: Callable[[str], object] = str) -> Tally:
    """Kill so many processes, let people rest, and look whether every promise was kept.

    Args:
        kills: How many processes are killed.
        seed: Another seed, another crowd.
        tell: Is told how far it is.
    """
    began, tally = monotonic(), Tally()
    with (
        tempfile.TemporaryDirectory(prefix="crash-") as name,
        serving(Path(name) / "sheets.db") as (server, _),
        Witness(server, a_log(), Path(name) / "ledger.sqlite") as witness,
    ):
        witness.passes(_SETTINGS, datetime.now(UTC))
        people, death = Thrown(f"people {seed}"), Thrown(f"death {seed}")
        with Crowd(witness, lambda: _act(people), _EDITS_PER_SECOND):
            while tally.killed < kills - kills // _IN_QUIET:
                _kill(witness, tally, death, "run")
                tell(f"{tally.killed} of {kills} killed amid {witness.edits:,} edits\n")
        witness.rest()
        now, still_planned = witness.settle(_SETTINGS, datetime.now(UTC))
        tally.broken = [*witness.all_broken(), *still_planned]
        while tally.killed < kills:
            now += timedelta(minutes=1)
            tally.broken += _kill_in_quiet(witness, tally, death, now)
            tell(f"{tally.killed} of {kills} killed, {len(tally.broken)} promises broken\n")
        tally.broken += witness.all_broken()
        tally.edits, tally.written = witness.edits, witness.writes
        tally.passes = witness.passes_begun()
        if tally.broken:
            sys.stderr.write(f"{witness.last()}\n")
    tally.seconds = monotonic() - began
    return tally


def _act(dice: Thrown) -> Act:
    """Every other time what makes a stamp due; else whatever people may ever do."""
    if dice.number(1):
        return Type(dice.number(11), dice.pick(("status", "notes")), dice.number(99))
    return an_act(dice, _AROUND)


def _kill(witness: Witness, tally: Tally, dice: Thrown, *command: str) -> None:
    """Start a process and kill it at a random moment of a pass, unless it ends before."""
    is_there = _moment(witness, dice)
    settings = settings_of(witness.book_id, witness.gate.url, witness.ledger_file, **_MORE)
    with running(settings, *command) as process:
        given_up = monotonic() + _PATIENCE
        while process.poll() is None and monotonic() < given_up and not is_there():
            sleep(0.002)
        sleep(dice.random.uniform(0, _LIVES_ON))
        is_alive = process.poll() is None
        process.kill()
        _, told = process.communicate()
    assert "Traceback" not in told, told
    if is_alive:
        tally.killed += 1
        tally.open_then += bool(witness.ledger.open_intents(witness.key))
        witness.trace.append("refundsheet is killed")


def _moment(witness: Witness, dice: Thrown) -> Callable[[], bool]:
    """Tells when the moment has come: a request, or every other time a write to the log."""
    arrived = witness.arrived + dice.number(_REQUESTS)
    batches = witness.batches
    if dice.number(1):
        return lambda: witness.batches > batches
    return lambda: witness.arrived >= arrived


def _kill_in_quiet(witness: Witness, tally: Tally, dice: Thrown, now: datetime) -> list[Broken]:
    """A pass that is cut off, then a whole one: the log ends as after a pass that was not cut."""
    act = _other_status(witness.truth, dice)
    kept = witness.keep()
    stood = witness.contents()
    witness.act(act)
    reports = witness.passes(_SETTINGS, now, now)
    whole = witness.contents()
    witness.bring_back(kept)
    witness.act(act)
    _kill(witness, tally, dice, "sync", "--now", now.isoformat())
    witness.passes(_SETTINGS, now, now)
    others = list(_differences(stood, whole, witness.contents()))
    if not others:
        return []
    receipts = [receipt for report in reports for receipt in report.receipts]
    return [Broken(Promise.CUT, f"{act}: {'; '.join(others)}; the whole pass had {receipts}")]


def _differences(stood: _Rows, whole: _Rows, cut: _Rows) -> Iterator[str]:
    """The cells in which a pass that was cut off ends otherwise than a whole one, and how they were."""
    for row, lines in enumerate(zip_longest(stood, whole, cut, fillvalue=()), 1):
        for column, (was, should, ended) in enumerate(zip_longest(*lines)):
            if not same(should, ended):
                yield f"row {row}, {column_letter(column)} was {was!r} and became {ended!r}, not {should!r}"


def _other_status(truth: Truth, dice: Thrown) -> Type:
    """Somebody gives a case a status that it has not got."""
    row = dice.number(truth.count - 2)
    held = truth.value(row + 1, "status").content
    others = [number for number in range(len(STATUSES) - 1) if typed("status", number) != held]
    return Type(row, "status", dice.pick(others))


def main() -> int:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.acceptance.crash")
    parser.add_argument("--kills", type=int, default=200, help="how many processes are killed")
    parser.add_argument("--seed", type=int, default=1, help="another seed, another crowd")
    asked = parser.parse_args()
    tally = crash(asked.kills, asked.seed, sys.stderr.write)
    sys.stdout.write(f"{tally}\n{tally.seconds:7.0f}  seconds; seed {asked.seed}\n")
    return min(len(tally.broken), 1)


if __name__ == "__main__":
    sys.exit(main())
