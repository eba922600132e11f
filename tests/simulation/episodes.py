"""Episodes by the dice: the same people and faults on every design, and the table of what they broke."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from refundsheet.core.model import Outcome
from tests.simulation.crowd import Thrown, an_act
from tests.simulation.people import Act, Around, Beside, RestoreHeaders
from tests.simulation.simulation import Simulation
from tests.simulation.truth import Broken, Promise
from tests.simulation.variants import Guard
from tests.simulation.wire import Fault, Moment
from tests.simulation.world import World

_PASSES = 6
_REQUESTS = 6
_BESIDE = (Around.LATE_ONES_ARRIVE, Around.REMOVE_HIDDEN_TAB, Around.EMPTY_HIDDEN_TAB)
_FAULTS = (Fault.LOST_AFTER, Fault.LOST_BEFORE, Fault.LATE, Fault.DIES_BEFORE, Fault.DIES_AFTER)


@dataclass(frozen=True, slots=True)
class Weather:
    """How much goes on around a request.

    Attributes:
        people: How likely somebody acts before it, and again before its answer.
        faults: How likely it fails.
        beside: What goes on beside the log's cells.
        beside_requests: And what of it around a request; all of it where nothing is named.
        failing: What becomes of a request that fails.
    """

    name: str
    people: float
    faults: float = 0.0
    beside: Sequence[Around] = _BESIDE
    beside_requests: Sequence[Around] = ()
    failing: Sequence[Fault] = _FAULTS


HARSH = Weather("harsh", 0.35)
HARSH_WITH_FAULTS = Weather("harsh, with faults", 0.35, 0.3)
CALM = Weather("calm", 0.05)
#: For finding something soon; the table is about how often.
STORMY = Weather("stormy", 0.5)
WEATHERS = (HARSH, HARSH_WITH_FAULTS, CALM)


@dataclass(slots=True)
class Tally:
    """What became of many episodes.

    Attributes:
        broken: In how many each promise was broken at the end.
        outcomes: How many writes ended how.
        first: The first seed that broke a promise, and how.
    """

    episodes: int = 0
    broken: Counter[Promise] = field(default_factory=Counter[Promise])
    outcomes: Counter[Outcome] = field(default_factory=Counter[Outcome])
    false_premises: int = 0
    first: dict[Promise, tuple[str, Broken]] = field(
        default_factory=dict[Promise, tuple[str, Broken]]
    )

    def add(self, seed: str, broken: Iterable[Broken]) -> None:
        """Count one more episode."""
        self.episodes += 1
        found: dict[Promise, Broken] = {}
        for one in broken:
            found.setdefault(one.promise, one)
            self.false_premises += one.promise is Promise.PREMISE
        self.broken.update(found.keys())
        for promise, one in found.items():
            self.first.setdefault(promise, (seed, one))

    def share(self, promise: Promise) -> str:
        """In how many of a hundred episodes a promise was broken."""
        return f"{100 * self.broken[promise] / max(self.episodes, 1):.1f} %"


def play(seed: str, weather: Weather, world: World, tally: Tally | None = None) -> list[Broken]:
    """One episode: passes while people act, then rest; what is broken at its end."""
    dice, desk = Thrown(seed), Simulation(world)
    desk.start()
    desk.run()
    for _ in range(_PASSES):
        for act in _some(dice, 0.7, weather.beside):
            world.act(act)
        desk.wait(20)
        script = [_moment(dice, weather) for _ in range(_REQUESTS)]
        report = desk.run(script=script)
        if report is not None and tally is not None:
            tally.outcomes.update(receipt.outcome for receipt in report.receipts)
    for act in (Beside(Around.LATE_ONES_ARRIVE), Beside(Around.UNFILTER), RestoreHeaders()):
        world.act(act)
    desk.settle()
    broken = [*desk.broken(), *desk.second_pass()]
    desk.close()
    if tally is not None:
        tally.add(seed, broken)
    return broken


def _some(dice: Thrown, chance: float, beside: Sequence[Around]) -> tuple[Act, ...]:
    if dice.random.random() >= chance:
        return ()
    return tuple(an_act(dice, beside) for _ in range(1 + dice.number(1)))


def _moment(dice: Thrown, weather: Weather) -> Moment:
    beside = weather.beside_requests or weather.beside
    before, after = (_some(dice, weather.people, beside) for _ in range(2))
    fails = dice.random.random() < weather.faults
    return Moment(before, dice.pick(weather.failing) if fails else Fault.NONE, after)


def table(
    new_world: Callable[[Guard], World],
    episodes: int,
    guards: Sequence[Guard],
    weathers: Sequence[Weather] = WEATHERS,
) -> Iterable[str]:
    """The lines of a Markdown table: every design in every weather, by the same seeds."""
    shown = tuple(Promise)
    yield (
        f"| weather | design ({episodes} episodes each) | done | lost | "
        + " | ".join(promise.value for promise in shown)
        + " |"
    )
    yield "|---" * (4 + len(shown)) + "|"
    for weather in weathers:
        for guard in guards:
            tally = Tally()
            for number in range(episodes):
                play(f"{weather.name} {number}", weather, new_world(guard), tally)
            cells = [weather.name, guard.value]
            cells += [str(tally.outcomes[o]) for o in (Outcome.DONE, Outcome.LOST)]
            yield "| " + " | ".join([*cells, *map(tally.share, shown)]) + " |"
