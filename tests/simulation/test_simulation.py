"""Whatever people do between any two requests, and whatever fails: refundsheet keeps its promises."""

import os

import pytest
from hypothesis import Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.simulation.machine import MACHINES, SLOW_IS_FINE, RefundDesk
from tests.simulation.people import Around

#: A failing example is printed as a script; with a line before it, it runs (script.py).
#: Examples and steps: a few at every run, more where the whole of it is wanted. They are the same
#: ones each time, so that a failure is about the change at hand; __main__.py is for finding new ones.
_DEPTH = {
    "memory": {"default": (15, 12), "ci": (400, 50)},
    "sheets": {"default": (8, 12), "ci": (150, 40)},
}

#: Making a failing example short takes minutes: at every run it is printed as it was found.
_PHASES = {"default": tuple(set(Phase) - {Phase.shrink, Phase.explain}), "ci": tuple(Phase)}
_PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "default")


@pytest.mark.timeout(900)
@pytest.mark.parametrize("over", sorted(MACHINES))
def test_people_and_faults_break_no_promise(over: str) -> None:
    examples, steps = _DEPTH[over].get(_PROFILE, _DEPTH[over]["default"])
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        MACHINES[over],
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            derandomize=True,
            phases=_PHASES.get(_PROFILE, _PHASES["default"]),
            deadline=None,
            suppress_health_check=SLOW_IS_FINE,
        ),
    )


class _ShortOfLuck(RefundDesk):
    """Breaks a promise whenever people rest."""

    def _rest(self) -> None:
        act = Around.RENAME_LOG
        raise AssertionError(f"{act} was the last thing")


def test_a_failing_example_prints_a_script_that_runs_again() -> None:
    phases = (Phase.generate,)
    once = settings(
        max_examples=1, stateful_step_count=3, phases=phases, database=None, print_blob=False
    )
    with pytest.raises(AssertionError) as failure:
        run_state_machine_as_test(seed(1)(_ShortOfLuck), settings=once)  # type: ignore[no-untyped-call]
    printed = "\n".join(failure.value.__notes__)
    steps = printed[printed.index("state =") :]
    script = compile(f"from tests.simulation.script import *\n{steps}", "script", "exec")
    with pytest.raises(AssertionError, match="the last thing"):
        exec(script, {"_ShortOfLuck": _ShortOfLuck})  # noqa: S102 - that it runs is the promise
