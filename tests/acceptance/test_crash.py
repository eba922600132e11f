"""Processes of the installed command, killed at random moments, break no promise."""

import os

import pytest

from tests.acceptance.crash import crash

_IS_CI = os.environ.get("HYPOTHESIS_PROFILE") == "ci"
_KILLS = 20 if _IS_CI else 2


@pytest.mark.timeout(300)
def test_processes_killed_amid_a_crowd_break_no_promise() -> None:
    tally = crash(_KILLS, seed=1)

    assert tally.killed == _KILLS
    assert tally.broken == [], str(tally)
