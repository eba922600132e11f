"""The state machine: Hypothesis lets people, faults and passes follow each other as it likes."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from hypothesis import HealthCheck
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.simulation.crowd import Drawn, a_script, an_act
from tests.simulation.in_memory import MemoryWorld
from tests.simulation.over_http import SheetsWorld
from tests.simulation.people import Act, Around, Beside, RestoreHeaders
from tests.simulation.simulation import Simulation, a_log
from tests.simulation.variants import Guard
from tests.simulation.wire import Moment
from tests.simulation.world import World

_Draw = Callable[[st.SearchStrategy[Any]], Any]

#: What goes on beside the log's cells; the memory twin has no filters and nothing on a hidden tab.
_BESIDE = (*Around, Around.LATE_ONES_ARRIVE, Around.OTHER_PASSES)
#: A step is a whole pass, and an example many of them: that is meant.
SLOW_IS_FINE = (
    HealthCheck.too_slow,
    HealthCheck.data_too_large,
    HealthCheck.large_base_example,
    HealthCheck.filter_too_much,
)
_SECONDS = (1, 20, 20, 20, 61, 600, 86_400, -5)


@st.composite
def _acts(draw: _Draw) -> Act:
    return an_act(Drawn(draw), _BESIDE)


@st.composite
def _scripts(draw: _Draw) -> tuple[Moment, ...]:
    return a_script(Drawn(draw), _BESIDE, faults=True)


class Second(Enum):
    """Whether another refundsheet runs on the same sheet."""

    NONE = "none"
    SAME_LEDGER = "one with the same ledger"
    OWN_LEDGER = "one with a ledger of its own"


@dataclass(slots=True)
class Counted:
    """How much a run of examples came to."""

    examples: int = 0
    steps: int = 0
    passes: int = 0
    writes: int = 0
    died: int = 0

    def plus(self, other: "Counted") -> "Counted":
        """Both together."""
        return Counted(
            self.examples + other.examples,
            self.steps + other.steps,
            self.passes + other.passes,
            self.writes + other.writes,
            self.died + other.died,
        )


class RefundDesk(RuleBasedStateMachine):
    """A refund desk at work, with one refundsheet or two, over the memory twin."""

    guard = Guard.JUDGED
    counted = Counted()

    def new_world(self) -> World:
        """The sheet it all happens on."""
        return MemoryWorld(a_log(), self.guard)

    @initialize(second=st.sampled_from(Second))
    def open(self, second: Second) -> None:
        self.counted.examples += 1
        self.desk = Simulation(self.new_world())
        self.desk.start()
        self.desk.run()
        if second is not Second.NONE:
            number = self.desk.start(0 if second is Second.SAME_LEDGER else None)
            self.desk.world.other_passes = lambda: self.desk.run(number) and None

    @rule(act=_acts())
    def people(self, act: Act) -> None:
        self.desk.world.act(act)
        self._step()

    @rule(act=_acts(), then=_acts())
    def more_people(self, act: Act, then: Act) -> None:
        self.desk.world.act(act)
        self.desk.world.act(then)
        self._step()

    @rule(seconds=st.sampled_from(_SECONDS), around=_scripts())
    def a_pass(self, seconds: int, around: tuple[Moment, ...]) -> None:
        self.desk.wait(seconds)
        self.desk.run(script=around)
        self._step()

    @rule(act=_acts())
    def people_then_a_pass(self, act: Act) -> None:
        self.desk.world.act(act)
        self.desk.wait(20)
        self.desk.run()
        self._step()

    @rule(entries=st.integers(0, 8))
    def a_pass_that_dies_while_storing(self, entries: int) -> None:
        self.desk.wait(20)
        self.desk.run(lives=entries)
        self._step()

    @rule()
    def a_restart(self) -> None:
        self.desk.restart(0)
        self._step()

    @rule()
    def the_ledger_is_lost(self) -> None:
        self.desk.lose_ledger(0)
        self._step()

    @rule()
    def a_copy_of_the_ledger_is_made(self) -> None:
        self.desk.keep_ledger()

    @rule(seconds=st.sampled_from(_SECONDS))
    def an_older_ledger_is_put_back(self, seconds: int) -> None:
        self.desk.put_ledger_back()
        self.desk.run()
        self._step()
        self.desk.wait(seconds)
        self.desk.run(take_over=True)
        self._step()

    def _step(self) -> None:
        self.counted.steps += 1
        broken = self.desk.broken()
        assert not broken, broken

    def teardown(self) -> None:
        if not hasattr(self, "desk"):
            return
        try:
            self._rest()
        finally:
            self.counted.passes += self.desk.passes
            self.counted.writes += self.desk.world.writes
            self.counted.died += self.desk.died
            self.desk.close()

    def _rest(self) -> None:
        """Requests still on their way arrive, people put right what is odd, and nobody does more."""
        for around in (Around.LATE_ONES_ARRIVE, Around.UNPROTECT, Around.UNFILTER):
            self.desk.world.act(Beside(around))
        self.desk.world.act(RestoreHeaders())
        still_planned = list(self.desk.second_pass())
        broken = [*self.desk.broken(), *still_planned]
        assert not broken, broken


class RefundDeskOnSheets(RefundDesk):
    """The same over the local server, with every request as it leaves for Google."""

    counted = Counted()

    def new_world(self) -> World:
        return SheetsWorld(a_log(), self.guard)


MACHINES = {"memory": RefundDesk, "sheets": RefundDeskOnSheets}
