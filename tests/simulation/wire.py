"""What happens to the requests of a pass: people act around each of them, and some of them fail."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum

from tests.simulation.people import Act


class Fault(Enum):
    """What becomes of a request."""

    NONE = "it goes well"
    LOST_AFTER = "it takes effect, and its answer is lost"
    LOST_BEFORE = "it is lost on the way"
    LATE = "it is given up, and takes effect later"
    TRUNCATED = "it takes effect, and half of its answer comes"
    QUOTA_429 = "429"
    INTERNAL_500 = "500"
    UNAVAILABLE_503 = "503"
    HTML_502 = "a page of HTML"
    DIES_BEFORE = "the process dies before it leaves"
    DIES_AFTER = "it takes effect, and the process dies"


#: The faults in which the request has its effect at once.
_EFFECT = {Fault.NONE, Fault.LOST_AFTER, Fault.TRUNCATED, Fault.DIES_AFTER}


class ProcessDiedError(BaseException):
    """The process was killed; nothing of it may catch this."""


class CutError(Exception):
    """The request fails."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Moment:
    """One request of a pass, and what goes on around it.

    Attributes:
        before: What people do before it arrives.
        fault: What becomes of it.
        after: What people do before its answer is there.
    """

    before: tuple[Act, ...] = ()
    fault: Fault = Fault.NONE
    after: tuple[Act, ...] = ()


_QUIET = Moment()


@dataclass(slots=True)
class Wire:
    """Carries requests while people act.

    Attributes:
        act: Lets people do something.
        seen: Called when a request may have changed the sheet.
        script: What goes on around the next requests; quiet when it is at its end.
        late: Requests that were given up and are still on their way.
        carried: How many requests came by.
    """

    act: Callable[[Act], None]
    seen: Callable[[], None]
    script: list[Moment] = field(default_factory=list[Moment])
    late: list[Callable[[], None]] = field(default_factory=list[Callable[[], None]])
    carried: int = 0
    _moment: Moment = _QUIET

    def follow(self, script: Sequence[Moment]) -> None:
        """Begin a pass around which these things happen."""
        self.script = list(script)
        self._moment = _QUIET

    def arrive(self, late: Callable[[], None] | None = None) -> None:
        """A request comes; it takes effect when this returns.

        Args:
            late: Lets it take effect after all, where it comes too late.

        Raises:
            CutError: It takes none.
        """
        self.carried += 1
        moment = self.script.pop(0) if self.script else _QUIET
        for act in moment.before:
            self.act(act)
        self._moment = moment  # another pass may have been among these acts
        fault = moment.fault
        if fault is Fault.DIES_BEFORE:
            raise ProcessDiedError
        if fault is Fault.LATE and late is not None:
            self.late.append(late)
        if fault not in _EFFECT:
            raise CutError(fault)

    def answer(self) -> None:
        """It has taken effect, and its answer goes back.

        Raises:
            CutError: The answer does not come whole.
        """
        self.seen()
        moment = self._moment
        for act in moment.after:
            self.act(act)
        fault = moment.fault
        if fault is Fault.DIES_AFTER:
            raise ProcessDiedError
        if fault is not Fault.NONE:
            raise CutError(fault)

    def let_late_ones_arrive(self) -> None:
        """Every request that was given up takes effect now."""
        waiting, self.late = self.late, []
        for effect in waiting:
            effect()
            self.seen()
