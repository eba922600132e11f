"""The flags of a whole log: which cases need somebody, and which are so old that they are listed instead."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Self, TypeAlias

from refundsheet.core.calendar import BusinessCalendar
from refundsheet.core.clocks import is_old_case
from refundsheet.core.desk import Desk
from refundsheet.core.follow_up import Flag, Reason, Timer, follow_up, words
from refundsheet.core.memory import Remembered
from refundsheet.core.rules.catalogue import is_on
from refundsheet.core.rules.doubles import POSSIBLE_DOUBLE, Double, possible_doubles

#: For so long the Summary tells what new settings have changed.
TOLD_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Flagged:
    """Which cases need somebody.

    Attributes:
        flags: Key to flag.
        old: The keys of the open cases that nobody had touched for long when the log was adopted:
            they are listed on request and not flagged, until somebody touches them.
    """

    flags: Mapping[str, Flag] = field(default_factory=dict[str, Flag])
    old: tuple[str, ...] = ()


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
        if is_listed_instead(one, desk, calendar, baseline):
            old.append(one.key)
            continue
        flag = flag_of(one, desk, calendar, Timer(now), doubles.get(one.key, ()))
        if flag is not None:
            flags[one.key] = flag
    return Flagged(flags, tuple(old))


def is_listed_instead(
    known: Remembered, desk: Desk, calendar: BusinessCalendar, baseline: datetime
) -> bool:
    """Whether a case is so old that it is listed and not flagged."""
    is_closed = desk.recognise(known.case.status).status.meaning.is_closed
    return not is_closed and is_old_case(known, desk, calendar, baseline)


def flag_of(
    known: Remembered,
    desk: Desk,
    calendar: BusinessCalendar,
    timer: Timer,
    doubles: Sequence[Double],
) -> Flag | None:
    """The flag of a case that is not too old for one; see ``follow_up``."""
    if not doubles and desk.recognise(known.case.status).status.meaning.is_closed:
        return None
    return follow_up(known, desk, calendar, timer, doubles)


@dataclass(frozen=True, slots=True)
class FlagNews:
    """How the flags of a pass differ from those that stood before it.

    Attributes:
        told: Key and reason, of those that stand newly or are told in other words.
        cleared: Key and kind of the reasons that are gone.
        raised: Key to flag, of the cases with a reason that did not stand before.
        over: The keys of the cases for which no reason is left.
    """

    told: tuple[tuple[str, Reason], ...] = ()
    cleared: tuple[tuple[str, str], ...] = ()
    raised: Mapping[str, Flag] = field(default_factory=dict[str, Flag])
    over: tuple[str, ...] = ()

    def without(self, keys: Collection[str]) -> Self:
        """The news of the other cases."""
        raised = {key: flag for key, flag in self.raised.items() if key not in keys}
        return replace(self, raised=raised, over=tuple(k for k in self.over if k not in keys))


Standing: TypeAlias = Mapping[str, Mapping[str, str]]
"""Key of a case to the reasons for which it is flagged: kind, as the ledger calls it, to text."""


def standing_of(flags: Mapping[str, Flag]) -> dict[str, dict[str, str]]:
    """The reasons that stand with these flags."""
    return {
        key: {kind: reason.text for kind, reason in _by_kind(flag).items()}
        for key, flag in flags.items()
    }


def flag_news(standing: Standing, flags: Mapping[str, Flag]) -> FlagNews:
    """What became of the reasons that stood, and which are new."""
    now = standing_of(flags)
    return FlagNews(
        told=tuple(
            (key, reason)
            for key, flag in flags.items()
            for kind, reason in _by_kind(flag).items()
            if standing.get(key, {}).get(kind) != reason.text
        ),
        cleared=tuple(
            (key, kind)
            for key, kinds in standing.items()
            for kind in kinds
            if kind not in now.get(key, {})
        ),
        raised={
            key: flag for key, flag in flags.items() if now[key].keys() - standing.get(key, {})
        },
        over=tuple(key for key in standing if key not in now),
    )


def _by_kind(flag: Flag) -> dict[str, Reason]:
    """Kind to reason; of two deadlines the first one."""
    reasons = flag.reasons or (Reason(flag.kind, flag.text, flag.by),)
    return {reason.kind.key: reason for reason in reversed(reasons)}


def changed_flags(before: Mapping[str, Flag], after: Mapping[str, Flag]) -> frozenset[str]:
    """The keys of the cases that are flagged in one and not, or in other words, in the other."""
    keys = before.keys() | after.keys()
    return frozenset(key for key in keys if _text(before, key) != _text(after, key))


def _text(flags: Mapping[str, Flag], key: str) -> str:
    flag = flags.get(key)
    return flag.text if flag else ""


def new_settings_sentence(changed_flags: int, since: datetime, now: datetime) -> str:
    """What new settings did to the flags; "" where it was nothing, or is known by now."""
    if not changed_flags or now.timestamp() - since.timestamp() > TOLD_FOR.total_seconds():
        return ""
    flags = "1 flag" if changed_flags == 1 else f"{changed_flags} flags"
    return f"{flags} changed by new settings ({words(since, now)})."


def old_cases_sentence(old: int, old_case_days: int) -> str:
    """Which cases are not flagged because they were old at adoption; "" where there are none."""
    if not old:
        return ""
    cases, them = ("1 old open case", "it") if old == 1 else (f"{old} old open cases", "them")
    return (
        f"{cases}: untouched for {old_case_days} days when refundsheet came, or without any date. "
        f"No flags until somebody touches {them}; refundsheet check --old lists {them}."
    )
