"""A pass that is cut off, then a whole one: the sheet ends as after a pass that was not."""

import os
from collections.abc import Callable, Iterator
from itertools import islice

import pytest

from tests.simulation.crowd import Thrown, an_act
from tests.simulation.in_memory import MemoryWorld
from tests.simulation.over_http import SheetsWorld
from tests.simulation.people import Beside, Type
from tests.simulation.simulation import Simulation, a_log
from tests.simulation.wire import Fault, Moment
from tests.simulation.world import World

_WORLDS: dict[str, Callable[[], World]] = {
    "memory": lambda: MemoryWorld(a_log()),
    "sheets": lambda: SheetsWorld(a_log()),
}
_FAULTS = tuple(fault for fault in Fault if fault is not Fault.NONE)
#: At every run one cut in so many is tried, and all of them where the whole is wanted.
_EVERY = {"default": {"memory": 9, "sheets": 13}, "ci": {"memory": 1, "sheets": 1}}
#: More requests than a pass has, more entries than it makes in its ledger.
_MOST = 9


def _before_the_pass(over: str, seed: int) -> Simulation:
    """Some people have done something since the last pass."""
    desk = Simulation(_WORLDS[over]())
    desk.start()
    desk.run()
    desk.settle()
    desk.world.act(Type(row=1, name="status", number=4))
    dice = Thrown(seed)
    for _ in range(4):
        act = an_act(dice)
        if not isinstance(act, Beside):
            desk.world.act(act)
    desk.wait(20)
    return desk


def _whole(over: str, seed: int) -> list[list[object]]:
    desk = _before_the_pass(over, seed)
    desk.run()
    desk.run()
    return _shown(desk)


def _shown(desk: Simulation) -> list[list[object]]:
    """The log as it ends; nobody broke a promise on the way."""
    assert desk.broken() == []
    return [[cell or None for cell in row] for row in desk.world.truth.contents()]


def _cuts() -> Iterator[tuple[str, Callable[[Simulation], object]]]:
    for at in range(_MOST):
        for fault in _FAULTS:
            script = (*[Moment()] * at, Moment(fault=fault))
            yield f"request {at}: {fault.value}", lambda desk, s=script: desk.run(script=s)
        yield f"ledger entry {at}", lambda desk, n=at: desk.run(lives=n)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("over", sorted(_WORLDS))
def test_wherever_a_pass_is_cut_off_the_next_one_ends_where_a_whole_one_would(
    over: str,
) -> None:
    seed = 1
    whole = _whole(over, seed)
    otherwise: dict[str, object] = {}
    every = _EVERY[os.environ.get("HYPOTHESIS_PROFILE", "default")][over]
    for name, cut in islice(_cuts(), 0, None, every):
        desk = _before_the_pass(over, seed)
        cut(desk)
        desk.run()
        desk.run()
        if _shown(desk) != whole:
            otherwise[name] = _shown(desk)
        desk.close()
    assert not otherwise
