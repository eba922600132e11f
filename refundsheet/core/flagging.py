"""The flags of a whole log: which cases need somebody, and which are so old that they are listed instead."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from refundsheet.core.calendar import BusinessCalendar
from refundsheet.core.clocks import is_old_case
from refundsheet.core.desk import Desk
from refundsheet.core.follow_up import Flag, follow_up
from refundsheet.core.memory import Remembered
from refundsheet.core.rules.catalogue import is_on
from refundsheet.core.rules.doubles import POSSIBLE_DOUBLE, Double, possible_doubles


@dataclass(frozen=True, slots=True)
class Flagged:
    """Which cases need somebody.

    Attributes:
        flags: Key to flag.
        old: The keys of the open cases that nobody had touched for long when the log was adopted:
            they are listed on request and not flagged, until somebody touches them.
        doubles: Key to the other cases that may refund the same thing.
    """

    flags: Mapping[str, Flag] = field(default_factory=dict[str, Flag])
    old: tuple[str, ...] = ()
    doubles: Mapping[str, tuple[Double, ...]] = field(default_factory=dict[str, tuple[Double, ...]])


def flag_cases(
    cases: Iterable[Remembered],
    desk: Desk,
    calendar: BusinessCalendar,
    baseline: datetime,
    now: datetime,
) -> Flagged:
    """Judge every case.

    Args:
        cases: The cases whose rows are there, settled, and without doubt about whose they are.
        desk: The team's settings.
        calendar: The desk's hours.
        baseline: When the log was first read.
        now: The time of the pass, in the sheet's zone.
    """
    known = tuple(cases)
    is_asked = is_on(POSSIBLE_DOUBLE, desk.grades)
    doubles = possible_doubles(((one.key, one.case) for one in known), desk) if is_asked else {}
    flags: dict[str, Flag] = {}
    old: list[str] = []
    for one in known:
        is_closed = desk.recognise(one.case.status).status.meaning.is_closed
        if not is_closed and is_old_case(one, desk, calendar, baseline):
            old.append(one.key)
            continue
        others = doubles.get(one.key, ())
        if is_closed and not others:
            continue
        flag = follow_up(one, desk, calendar, now, others)
        if flag is not None:
            flags[one.key] = flag
    return Flagged(flags, tuple(old), doubles)


def changed_flags(before: Flagged, after: Flagged) -> frozenset[str]:
    """The keys of the cases that are flagged in one and not, or in other words, in the other."""
    keys = before.flags.keys() | after.flags.keys()
    return frozenset(key for key in keys if _text(before, key) != _text(after, key))


def _text(flagged: Flagged, key: str) -> str:
    flag = flagged.flags.get(key)
    return flag.text if flag else ""
