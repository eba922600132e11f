"""Runs the simulation at length: ``uv run python -m tests.simulation --help``."""

import argparse
import random
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from time import monotonic

import stamina
from hypothesis import seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.simulation.episodes import table
from tests.simulation.machine import MACHINES, SLOW_IS_FINE, Counted
from tests.simulation.over_http import SheetsWorld
from tests.simulation.simulation import a_log
from tests.simulation.variants import Guard


def main() -> int:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--examples", type=int, default=20_000, help="how many examples")
    parser.add_argument("--steps", type=int, default=50, help="how many steps each has at most")
    parser.add_argument("--over", choices=sorted(MACHINES), default="memory")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=None, help="repeats a run that was made")
    parser.add_argument("--table", type=int, metavar="EPISODES", help="print the table instead")
    asked = parser.parse_args()
    if asked.table:
        stamina.set_testing(testing=True, attempts=100, cap=True)
        for line in table(partial(_sheets_world), asked.table, tuple(Guard)):
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()
        return 0
    return _explore(asked)


def _sheets_world(guard: Guard) -> SheetsWorld:
    return SheetsWorld(a_log(), guard)


def _explore(asked: argparse.Namespace) -> int:
    """Many examples in several processes; the first failure is printed as a script."""
    first = asked.seed if asked.seed is not None else random.randrange(2**32)
    # A few hundred examples a run: Hypothesis remembers all of a run, and slows down with it.
    batch = min(500, max(1, asked.examples // asked.processes))
    seeds = [first + number for number in range(-(-asked.examples // batch))]
    began, failed, total = monotonic(), 0, Counted()
    with ProcessPoolExecutor(asked.processes) as pool:
        run = partial(_run, asked.over, batch, asked.steps)
        for number, (counted, failure) in zip(seeds, pool.map(run, seeds), strict=True):
            total = total.plus(counted)
            if failure:
                failed += 1
                sys.stdout.write(f"seed {number}, a script for script.py:\n{failure}\n")
                sys.stdout.flush()
            sys.stderr.write(
                f"{total.examples:,} of {len(seeds) * batch:,} examples, {failed} failures, "
                f"{monotonic() - began:.0f} s\n"
            )
    sys.stdout.write(
        f"{total.examples} examples of up to {asked.steps} steps over {asked.over}: "
        f"{total.steps} steps, {total.passes} passes, {total.writes} cells written, "
        f"{total.died} deaths; {failed} failures; from seed {first}; "
        f"{monotonic() - began:.0f} s\n"
    )
    return min(failed, 1)


def _run(over: str, examples: int, steps: int, number: int) -> tuple[Counted, str]:
    """One run of Hypothesis: what it did, and the script of its failure."""
    stamina.set_testing(testing=True, attempts=100, cap=True)
    machine = MACHINES[over]
    machine.counted = Counted()
    try:
        run_state_machine_as_test(  # type: ignore[no-untyped-call]
            seed(number)(machine),
            settings=settings(
                max_examples=examples,
                stateful_step_count=steps,
                deadline=None,
                database=None,
                suppress_health_check=SLOW_IS_FINE,
                report_multiple_bugs=False,
                print_blob=False,
            ),
        )
    except Exception as failure:  # noqa: BLE001 - whatever it is, its script is printed
        notes = "\n".join(getattr(failure, "__notes__", ()))
        return machine.counted, f"{failure}\n{notes}"
    return machine.counted, ""


if __name__ == "__main__":
    sys.exit(main())
