"""Whatever people do between any two requests, and whatever fails: refundsheet keeps its promises."""

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.simulation.machine import MACHINES, SLOW_IS_FINE

#: Examples and steps, the same at every run. Deeper ones are run by hand, as they take long and are
#: still being worked through: ``uv run python -m tests.simulation --examples 400 --steps 50``.
_DEPTH = {"memory": (15, 12), "sheets": (8, 12)}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("over", sorted(MACHINES))
def test_people_and_faults_break_no_promise(over: str) -> None:
    examples, steps = _DEPTH[over]
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        MACHINES[over],
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            suppress_health_check=SLOW_IS_FINE,
        ),
    )
