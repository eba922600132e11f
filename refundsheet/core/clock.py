"""A clock that is behind what is remembered: a machine set wrong, or a ledger from its future."""

from dataclasses import replace
from datetime import datetime, timedelta

from refundsheet.core.memory import Memory, Remembered

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
    """What waits for time to go by must not wait for the wrong one."""
    since = min(known.missing_since, now) if known.missing_since else None
    still = min(known.still_since, now)
    if (still, since) == (known.still_since, known.missing_since):
        return known
    return replace(known, still_since=still, missing_since=since)
