"""A clock that is behind what is remembered: a machine set wrong, or a ledger from its future."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from refundsheet.core.memory import Memory, Remembered, Seen

_Event = TypeVar("_Event", bound=Seen)

#: A clock may be wrong by so much without anybody having to look at it.
CLOCK_TOLERANCE = timedelta(minutes=5)


def clock_sentence(memory: Memory, now: datetime) -> str:
    """Why nothing may be written by this clock; "" where it is not behind what is remembered."""
    if memory.last_read_at is None or memory.last_read_at <= now + CLOCK_TOLERANCE:
        return ""
    seen = memory.last_read_at.astimezone(now.tzinfo)
    return (
        f"The log was last read at {seen:%Y-%m-%d %H:%M}, and this machine's clock says it is only "
        f"{now:%Y-%m-%d %H:%M}, so nothing is written. Set the clock right; if it is right now, "
        "run: refundsheet sync --accept-clock"
    )


def set_back(memory: Memory, now: datetime) -> Memory:
    """The memory by a clock that is right at last: nothing in it was seen later than now."""
    if memory.last_read_at is None or memory.last_read_at <= now:
        return memory
    cases = {key: _set_back(known, now) for key, known in memory.cases.items()}
    return replace(memory, last_read_at=now, cases=cases)


def _set_back(known: Remembered, now: datetime) -> Remembered:
    """What waits for time to go by must not wait for the wrong one, nor a clock start in the future."""
    if max(_times(known)) <= now:
        return known
    first = known.first_action
    return replace(
        known,
        first_seen=min(known.first_seen, now),
        still_since=min(known.still_since, now),
        status_since=_earlier(known.status_since, now),
        acted_at=_earlier(known.acted_at, now),
        visits=tuple(_seen_by(visit, now) for visit in known.visits),
        first_action=_seen_by(first, now) if first else None,
        missing_since=_earlier(known.missing_since, now),
        unseen_since=_earlier(known.unseen_since, now),
    )


def _times(known: Remembered) -> Iterator[datetime]:
    """The latest times remembered of a case; its first action is no later than its last."""
    yield known.first_seen
    yield known.still_since
    yield from (visit.not_after for visit in known.visits[-1:])
    yield from filter(
        None, (known.status_since, known.acted_at, known.missing_since, known.unseen_since)
    )


def _seen_by(event: _Event, now: datetime) -> _Event:
    not_before = _earlier(event.not_before, now)
    return replace(event, not_before=not_before, not_after=min(event.not_after, now))


def _earlier(at: datetime | None, now: datetime) -> datetime | None:
    return None if at is None else min(at, now)
