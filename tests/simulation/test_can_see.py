"""The simulation can see: with a part of the guard left out, it finds the promise that breaks."""

from collections.abc import Callable

import pytest

from tests.simulation.episodes import HARSH, Weather, play
from tests.simulation.in_memory import MemoryWorld
from tests.simulation.over_http import SheetsWorld
from tests.simulation.simulation import a_log
from tests.simulation.truth import Promise
from tests.simulation.variants import Guard
from tests.simulation.world import World

_WORLDS: dict[str, Callable[[Guard], World]] = {
    "memory": lambda guard: MemoryWorld(a_log(), guard),
    "sheets": lambda guard: SheetsWorld(a_log(), guard),
}
_ENOUGH = 60


@pytest.mark.parametrize("over", sorted(_WORLDS))
@pytest.mark.parametrize(
    ("guard", "weather", "promise"),
    [
        pytest.param(Guard.NAIVE, HARSH, Promise.OWN_CASE, id="by row number"),
        pytest.param(Guard.NAIVE, HARSH, Promise.PEOPLES_CELLS, id="by row number, their cells"),
        pytest.param(Guard.NO_PREMISE, HARSH, Promise.PREMISE, id="no premise"),
    ],
)
def test_a_guard_with_a_part_left_out_is_found_out(
    over: str, guard: Guard, weather: Weather, promise: Promise
) -> None:
    for number in range(_ENOUGH):
        broken = play(f"{weather.name} {number}", weather, _WORLDS[over](guard))
        if promise in {one.promise for one in broken}:
            return
    pytest.fail(f"{guard.value}: {_ENOUGH} episodes, and {promise.value} was never seen to break")
