"""The simulation can see: with a part of the guard left out, it finds the promise that breaks."""

from collections.abc import Callable, Sequence

import pytest

from refundsheet.sheets import task
from tests.simulation.episodes import STORMY, play
from tests.simulation.in_memory import MemoryWorld
from tests.simulation.over_http import SheetsWorld
from tests.simulation.people import (
    Act,
    Around,
    Beside,
    CopyRow,
    MeddleWithLastWritten,
    Meddling,
    MoveRow,
    Type,
    Where,
)
from tests.simulation.simulation import Simulation, a_log
from tests.simulation.truth import Broken, Promise
from tests.simulation.variants import Guard
from tests.simulation.wire import Fault, Moment
from tests.simulation.world import World

_WORLDS: dict[str, Callable[[Guard], World]] = {
    "memory": lambda guard: MemoryWorld(a_log(), guard),
    "sheets": lambda guard: SheetsWorld(a_log(), guard),
}
_OVER = pytest.mark.parametrize("over", sorted(_WORLDS))
_ENOUGH = 40

_QUIET = Moment()
_REFUNDED = Type(row=1, name="status", number=4)
#: From one closed status to another: the day of the last action is all that is to be written.
_REJECTED_AFTER_ALL = Type(row=4, name="status", number=5)


@_OVER
@pytest.mark.parametrize(
    ("guard", "promise"),
    [
        pytest.param(Guard.NAIVE, Promise.OWN_CASE, id="by row number: a stamp on another case"),
        pytest.param(Guard.NAIVE, Promise.PEOPLES_CELLS, id="by row number: a person's cell"),
        pytest.param(Guard.NO_PREMISE, Promise.PREMISE, id="no premise: a reason that is gone"),
    ],
)
def test_people_at_random_find_what_a_weaker_guard_lets_through(
    over: str, guard: Guard, promise: Promise
) -> None:
    found = (play(f"stormy {n}", STORMY, _WORLDS[over](guard)) for n in range(_ENOUGH))
    assert any(promise in {one.promise for one in broken} for broken in found)


def _a_pass_amid(
    world: World, happened: Act, *before_the_write: Act, fault: Fault = Fault.NONE
) -> Simulation:
    """Something happened to a case, and people act when the write is about to arrive."""
    desk = Simulation(world)
    desk.start()
    desk.run()
    desk.wait(20)
    desk.run()
    world.act(happened)
    desk.wait(20)
    desk.run(script=(_QUIET, _QUIET, Moment(before_the_write, fault)))
    return desk


def _promises(broken: Sequence[Broken]) -> set[Promise]:
    return {one.promise for one in broken}


@_OVER
@pytest.mark.parametrize(
    ("guard", "broken"),
    [
        pytest.param(Guard.JUDGED, set[Promise](), id="as it is"),
        pytest.param(Guard.NO_NEIGHBOURS, {Promise.OWN_CASE}, id="without the neighbours"),
    ],
)
def test_only_its_neighbours_tell_a_row_from_the_copy_above_it(
    over: str, guard: Guard, broken: set[Promise]
) -> None:
    desk = _a_pass_amid(_WORLDS[over](guard), _REFUNDED, CopyRow(row=1, where=Where.ABOVE))
    assert _promises(desk.broken()) == broken


@_OVER
@pytest.mark.parametrize(
    ("guard", "broken"),
    [
        pytest.param(Guard.JUDGED, set[Promise](), id="as it is"),
        pytest.param(Guard.NO_NONCE, {Promise.CLEARED}, id="without the nonce"),
    ],
)
def test_only_the_nonce_keeps_a_late_request_from_bringing_back_what_was_cleared(
    over: str, guard: Guard, broken: set[Promise]
) -> None:
    desk = _a_pass_amid(_WORLDS[over](guard), _REJECTED_AFTER_ALL, fault=Fault.LATE)
    desk.wait(20)
    desk.run()  # the stamp is written after all
    assert desk.world.last_written == (5, "last_action_at")
    desk.world.act(MeddleWithLastWritten(Meddling.CLEAR))
    desk.wait(20)
    desk.run()
    desk.world.act(Beside(Around.LATE_ONES_ARRIVE))
    assert _promises(desk.broken()) == broken


@pytest.mark.parametrize("plain", [False, True], ids=["as it is", "many flags go as they are"])
def test_only_a_judge_keeps_many_flags_from_a_note_that_came_to_their_place(
    monkeypatch: pytest.MonkeyPatch, *, plain: bool
) -> None:
    monkeypatch.setattr(task, "MANY_FLAGS", 1)
    if plain:
        monkeypatch.setattr(task.Task, "_holds_something_of_ours", lambda *_: False)
    desk = Simulation(SheetsWorld(a_log()))
    desk.start()
    desk.settle()
    desk.world.act(Type(row=0, name="follow_up", number=1))
    desk.run()
    for row in (1, 2):
        desk.world.act(Type(row=row, name="status", number=4))
    desk.wait(20)
    desk.run(script=(_QUIET, _QUIET, Moment((MoveRow(row=0, to=1),))))
    assert (Promise.PEOPLES_CELLS in _promises(desk.broken())) is plain
