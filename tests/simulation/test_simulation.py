"""Whatever people do between any two requests, and whatever fails: refundsheet keeps its promises."""

import os

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.simulation.machine import MACHINES, SLOW_IS_FINE

#: Examples and steps: a few at every run, more where the whole of it is wanted.
_DEPTH = {
    "memory": {"default": (15, 12), "ci": (400, 50)},
    "sheets": {"default": (8, 12), "ci": (150, 40)},
}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("over", sorted(MACHINES))
def test_people_and_faults_break_no_promise(over: str) -> None:
    profile = os.environ.get("HYPOTHESIS_PROFILE", "default")
    examples, steps = _DEPTH[over].get(profile, _DEPTH[over]["default"])
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        MACHINES[over],
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=SLOW_IS_FINE,
        ),
    )
