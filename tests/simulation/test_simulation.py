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


_PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "default")

_OPEN = pytest.mark.xfail(
    _PROFILE == "ci",
    strict=False,
    reason="open: after partial sorts and copies beside a second ledger, a Follow-up or Row Check was "
    "meant for another row; not yet known whether the product or the model of the truth is wrong",
)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("over", [pytest.param("memory", marks=_OPEN), "sheets"])
def test_people_and_faults_break_no_promise(over: str) -> None:
    examples, steps = _DEPTH[over].get(_PROFILE, _DEPTH[over]["default"])
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        MACHINES[over],
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=SLOW_IS_FINE,
        ),
    )
