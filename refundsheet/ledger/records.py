"""What the ledger hands out: the sheet it is about, passes, flags and intents with their states."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from refundsheet.core.history import Entry
from refundsheet.core.memory import Observation, Remembered
from refundsheet.core.model import Change


@dataclass(frozen=True, slots=True)
class SheetKey:
    """The log a record is about. A copied spreadsheet has another id and so shares nothing."""

    spreadsheet_id: str
    sheet_id: int


@dataclass(frozen=True, slots=True)
class PassRecord:
    """One pass over a sheet.

    Attributes:
        number: What people call it: run 17.
        at: Its one time.
        report: What it did (JSON); None while it runs, or when it was cut off.
    """

    number: int
    at: datetime
    report: Any | None


@dataclass(frozen=True, slots=True)
class Addition:
    """Entries for the end of the History tab.

    Attributes:
        mark: A number for these entries alone, the same however often they are sent.
        outdated: Marks of additions that nobody can be sending any more.
    """

    mark: int
    entries: tuple[Entry, ...]
    outdated: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Upkeep:
    """When the ledger was last pruned, and how large it was then.

    Attributes:
        size: In bytes.
    """

    at: datetime
    size: int


@dataclass(frozen=True, slots=True)
class RaisedFlag:
    """A flag that a case gets, or that stands with a new text."""

    case: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Flag:
    """A flag with its history.

    Attributes:
        cleared_at: When its reason was gone; None while it stands.
    """

    case: str
    kind: str
    text: str
    raised_at: datetime
    cleared_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SettingsInForce:
    """The settings by which flags are judged.

    Attributes:
        text: As they were given.
        since: The pass from which on they hold.
        changed_flags: How many cases they flagged otherwise than the settings before them.
    """

    text: str
    since: datetime
    changed_flags: int = 0


class IntentState(Enum):
    """What is known of a write; ``core.model.Outcome`` values are among these words."""

    PLANNED = "planned"
    #: Noted durably before the request left: it may have been applied.
    SENT = "sent"
    DONE = "done"
    #: The sheet was no longer as expected, nothing was written.
    LOST = "lost"
    #: The answer was lost: it may have been, or may still be, applied.
    UNKNOWN = "unknown"
    #: Fenced off: it can not be applied any more, and no receipt tells whether it was.
    EXPIRED = "expired"
    #: The judge took two different things for equal; the write is being taken back.
    FALSE_MATCH = "false_match"
    UNDONE = "undone"
    #: It could not be taken back, or not be found: shown to people.
    UNRESOLVED = "unresolved"
    #: Google said yes and the cell does not hold it (a merge, a filter): shown to people.
    VANISHED = "vanished"
    #: Google, or a rule of ours, does not let us write there.
    REFUSED = "refused"

    @property
    def is_open(self) -> bool:
        """Whether the next pass must find out what became of it before it writes anything."""
        return self in OPEN_STATES

    def may_become(self, later: "IntentState") -> bool:
        """Whether knowledge may move on from this state to the later one."""
        return later in _LATER[self]


_State = IntentState

OPEN_STATES = frozenset({_State.PLANNED, _State.SENT, _State.UNKNOWN})

#: What a receipt, read at once or after a fence, can say. A false match is taken back in the same
#: pass, and the ledger is told how that ended.
_BY_RECEIPT = frozenset(
    {
        _State.DONE,
        _State.LOST,
        _State.FALSE_MATCH,
        _State.UNDONE,
        _State.UNRESOLVED,
        _State.VANISHED,
        _State.REFUSED,
    }
)

_LATER = {
    _State.PLANNED: frozenset({_State.SENT, _State.LOST, _State.REFUSED}),
    _State.SENT: _BY_RECEIPT | {_State.UNKNOWN, _State.EXPIRED},
    _State.UNKNOWN: _BY_RECEIPT | {_State.EXPIRED},
    # the cell itself may still show that it was written
    _State.EXPIRED: frozenset({_State.DONE, _State.UNRESOLVED}),
    _State.DONE: frozenset({_State.FALSE_MATCH, _State.UNDONE}),
    _State.FALSE_MATCH: frozenset({_State.UNDONE, _State.UNRESOLVED}),
    # a value that was not found is looked for in every pass: somebody's undo brings it back
    _State.UNRESOLVED: frozenset({_State.UNDONE}),
    _State.VANISHED: frozenset({_State.DONE, _State.UNDONE, _State.UNRESOLVED}),
    _State.LOST: frozenset[IntentState](),
    _State.UNDONE: frozenset[IntentState](),
    _State.REFUSED: frozenset[IntentState](),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A write as it was noted before its request left.

    Attributes:
        nonce: The mark of its batch, unique for ever.
        expected: What the judged write compares (JSON).
        at: The time of its pass.
        detail: Why it is in this state, where there is something to say.
    """

    number: int
    pass_number: int
    change: Change
    nonce: str
    expected: Any
    at: datetime
    state: IntentState
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """What a pass has learnt, to be stored all of it or nothing.

    Attributes:
        at: The time of the read; it becomes ``last_read_at``.
        pass_number: The pass that saw it.
        baseline_at: When the log was first read whole, given by the pass that did.
        fields: The fields whose columns the read had; None leaves what was stored.
        headers: The team's fields with their columns and headers; None leaves what was stored.
        waiting: The keys of the cases whose rows wait (core/memory.py); None leaves what was stored.
        book: The spreadsheet's zone and locale; None leaves what was stored.
        renamed: Old to new key. Observations, flags and intents follow the case, and what was
            remembered under the old key goes: give the case under its new key as well.
        forgotten: Keys that no longer mean anything, of half-typed rows say.
        remembered: The cases that are new or differ from what was stored.
        observations: The changes people made.
        texts: The texts written into our own columns; known ones may be among them.
        raised: Flags that now stand. One that stands already only gets the new text.
        cleared: Case and kind of the flags whose reason is gone.
        history: What changed, for the History tab.
        outcomes: Intents, by number, that are now in another state, with a detail for people.
    """

    at: datetime
    pass_number: int | None = None
    baseline_at: datetime | None = None
    fields: Iterable[str] | None = None
    headers: Mapping[str, tuple[int, str]] | None = None
    waiting: Iterable[str] | None = None
    book: tuple[str, str] | None = None
    renamed: Mapping[str, str] = field(default_factory=dict[str, str])
    forgotten: Iterable[str] = ()
    remembered: Iterable[Remembered] = ()
    observations: Iterable[Observation] = ()
    texts: Iterable[str] = ()
    raised: Iterable[RaisedFlag] = ()
    cleared: Iterable[tuple[str, str]] = ()
    history: Iterable[Entry] = ()
    outcomes: Mapping[int, tuple[IntentState, str]] = field(
        default_factory=dict[int, tuple[IntentState, str]]
    )
