"""The state machine: Hypothesis lets people, faults and passes follow each other as it likes."""

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.simulation.crowd import Drawn, a_script, an_act
from tests.simulation.in_memory import MemoryWorld
from tests.simulation.people import Act, Around, Beside, RestoreHeaders
from tests.simulation.simulation import Simulation, a_log
from tests.simulation.variants import Guard
from tests.simulation.wire import Moment
from tests.simulation.world import World

_MEMORY = (
    Around.LATE_ONES_ARRIVE,
    Around.LATE_ONES_ARRIVE,
    Around.OTHER_PASSES,
    Around.PROTECT,
    Around.UNPROTECT,
    Around.REMOVE_HIDDEN_TAB,
    Around.REMOVE_SUMMARY,
    Around.RENAME_LOG,
)


@st.composite
def _acts(draw: Callable[[st.SearchStrategy[Any]], Any], beside: Sequence[Around]) -> Act:
    return an_act(Drawn(draw), beside)


@st.composite
def _scripts(
    draw: Callable[[st.SearchStrategy[Any]], Any], beside: Sequence[Around]
) -> tuple[Moment, ...]:
    return a_script(Drawn(draw), beside, faults=True)


class Second(Enum):
    """Whether another refundsheet runs on the same sheet."""

    NONE = "none"
    SAME_LEDGER = "one with the same ledger"
    OWN_LEDGER = "one with a ledger of its own"


class RefundDesk(RuleBasedStateMachine):
    """A refund desk at work, with one refundsheet or two, over the memory twin."""

    guard = Guard.JUDGED
    new_world: Callable[[Guard], World] = staticmethod(
        lambda guard: MemoryWorld(a_log(), guard=guard)
    )

    @initialize(second=st.sampled_from(Second))
    def open(self, second: Second) -> None:
        self.desk = Simulation(self.new_world(self.guard))
        self.desk.start()
        self.desk.run()
        self.desk.settle()
        if second is not Second.NONE:
            number = self.desk.start(0 if second is Second.SAME_LEDGER else None)
            self.desk.world.other_passes = lambda: self.desk.run(number) and None

    @rule(act=_acts(_MEMORY))
    def people(self, act: Act) -> None:
        self.desk.world.act(act)

    @rule(seconds=st.sampled_from([1, 20, 20, 61, 600, 86400, -5]), around=_scripts(_MEMORY))
    def make_a_pass(self, seconds: int, around: tuple[Moment, ...]) -> None:
        self.desk.wait(seconds)
        self.desk.run(script=around)
        self.check()

    @rule(act=_acts(_MEMORY))
    def people_and_a_quiet_pass(self, act: Act) -> None:
        self.desk.world.act(act)
        self.desk.wait(20)
        self.desk.run()
        self.check()

    @rule(lives=st.integers(0, 8))
    def die_while_storing(self, lives: int) -> None:
        self.desk.wait(20)
        self.desk.run(lives=lives)
        self.check()

    @rule()
    def restart(self) -> None:
        self.desk.restart(0)

    @rule()
    def lose_the_ledger(self) -> None:
        self.desk.lose_ledger(0)

    @rule()
    def another_one_makes_a_pass(self) -> None:
        self.desk.world.act(Beside(Around.OTHER_PASSES))
        self.check()

    def check(self) -> None:
        broken = self.desk.broken()
        assert not broken, broken

    def teardown(self) -> None:
        if not hasattr(self, "desk"):
            return
        self.desk.world.act(Beside(Around.LATE_ONES_ARRIVE))
        self.desk.world.act(Beside(Around.UNPROTECT))
        self.desk.world.act(RestoreHeaders())
        self.desk.settle()
        self.check()
        at_rest = list(self.desk.second_pass())
        assert not at_rest, at_rest
