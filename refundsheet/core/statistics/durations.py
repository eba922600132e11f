"""How long things take: first action, decision, payout, resolution; what has not come yet counts in.

Business time unless said otherwise. A moment without a time of day starts at the day's opening and
ends at its closing, and what touches one is counted in whole days.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import floor

from refundsheet.core.calendar import is_date_only
from refundsheet.core.memory import Remembered
from refundsheet.core.statistics.course import (
    BEFORE_US,
    Stretch,
    StretchOf,
    pauses,
    to_decision,
    to_first_action,
    to_payout,
    to_resolution,
)
from refundsheet.core.statistics.facts import Facts
from refundsheet.core.statistics.figures import (
    Clock,
    Column,
    Duration,
    Estimate,
    LeftOut,
    Measure,
    Table,
)
from refundsheet.core.statistics.survival import Quantile, SurvivalCurve, kaplan_meier
from refundsheet.core.statistics.weeks import local_day

MONTHS = 12
_DAY = timedelta(days=1)
_MEDIAN, _LATE = 0.5, 0.9

#: Seconds from the start of a stretch to its end, or to now while it lasts.
Length = Callable[[Remembered, Stretch, Facts], float]


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a duration is from, to, and counted in."""

    name: str
    label: str
    definition: str
    stretch_of: StretchOf
    length: Length
    clock: Clock = Clock.BUSINESS


def first_action(facts: Facts) -> Duration:
    """Receipt to first change of status or notes."""
    kind = _Kind(
        "first_action",
        "First action",
        "Business time from the receipt to the first change of status or notes; cases nobody has "
        "acted on yet count as taking longer than until now.",
        to_first_action,
        business_seconds,
    )
    return _duration(kind, facts)


def decision(facts: Facts) -> Duration:
    """Receipt to approval or rejection."""
    kind = _Kind(
        "decision",
        "Decision",
        "Business time from the receipt to the approval, or to the closing without payment; "
        "undecided cases count as taking longer than until now.",
        to_decision,
        business_seconds,
    )
    return _duration(kind, facts)


def payout(facts: Facts) -> Duration:
    """Approval to payment."""
    kind = _Kind(
        "payout",
        "Payout",
        "Business time from the approval to the payment; approved cases that are not paid yet "
        "count as taking longer than until now.",
        to_payout,
        business_seconds,
    )
    return _duration(kind, facts)


def working_time(facts: Facts) -> Duration:
    """Receipt to closing, without the time the case waited for others."""
    kind = _Kind(
        "resolution_working",
        "Resolution, without waiting for others",
        "Business time from the receipt to the closing, without the time the case waited for "
        "others or was closed; open cases count as taking longer than until now.",
        _seen_whole,
        working_seconds,
    )
    return _duration(kind, facts)


def elapsed_time(facts: Facts) -> Duration:
    """Receipt to closing, as the customer waits."""
    kind = _Kind(
        "resolution_elapsed",
        "Resolution, as the customer waits",
        "Time by the calendar from the receipt to the closing, as the customer waits; open cases "
        "count as taking longer than until now.",
        to_resolution,
        elapsed_seconds,
        Clock.CALENDAR,
    )
    return _duration(kind, facts)


def resolution_by_month(facts: Facts) -> Table:
    """The median time to resolution of the cases received in each of the last months."""
    months = _last_months(facts.now)
    ended: defaultdict[str, list[float]] = defaultdict(list)
    still_open: defaultdict[str, list[float]] = defaultdict(list)
    reasons: Counter[str] = Counter()
    for known in facts.cases:
        received = known.case.requested_at
        month = local_day(received, facts.calendar.zone).isoformat()[:7] if received else ""
        if month not in months:
            continue
        stretch = to_resolution(known, facts)
        if isinstance(stretch, str):
            reasons[stretch] += 1
        else:
            kept = still_open if stretch.end is None else ended
            kept[month].append(elapsed_seconds(known, stretch, facts))
    curves = {month: kaplan_meier(ended[month], still_open[month]) for month in months}
    return Table(
        "resolution_by_month",
        "Time to resolution by month of receipt",
        "Days by the calendar from the receipt to the closing by which half of the month's cases "
        "were closed; blank where they are too few, or where half of them are not closed yet.",
        (
            Column("Month of receipt", Measure.TEXT),
            Column("Cases"),
            Column("Still open"),
            Column("Median days", Measure.DAYS),
        ),
        tuple((m, c.cases, c.still_open, _median_days(c)) for m, c in curves.items()),
        sum(curve.cases for curve in curves.values()),
        named(reasons),
        is_running=True,
    )


def business_seconds(known: Remembered, stretch: Stretch, facts: Facts) -> float:
    """Business time of a stretch, whether the case waited or not."""
    del known
    elapsed = facts.calendar.elapsed(stretch.start, stretch.end or facts.now)
    return _whole_days(elapsed, stretch, facts)


def working_seconds(known: Remembered, stretch: Stretch, facts: Facts) -> float:
    """Business time of a stretch in which the case was the desk's to work on."""
    return _whole_days(worked(known, stretch, facts), stretch, facts)


def worked(known: Remembered, stretch: Stretch, facts: Facts) -> timedelta:
    """The same to the second, a day without a time of day counted to its closing."""
    end = stretch.end or facts.now
    return facts.calendar.elapsed_excluding(stretch.start, end, pauses(known, facts))


def elapsed_seconds(known: Remembered, stretch: Stretch, facts: Facts) -> float:
    """Time of a stretch by the calendar; whole days where one end has no time of day."""
    del known
    start, end, zone = stretch.start, stretch.end or facts.now, facts.calendar.zone
    if isinstance(start, datetime) and isinstance(end, datetime):
        return max((end.astimezone(UTC) - start.astimezone(UTC)).total_seconds(), 0.0)
    days = (local_day(end, zone) - local_day(start, zone)).days
    return float(max(days, 0) * _DAY.total_seconds())


def _whole_days(elapsed: timedelta, stretch: Stretch, facts: Facts) -> float:
    if is_date_only(stretch.start) or (stretch.end is not None and is_date_only(stretch.end)):
        elapsed = floor(elapsed / facts.calendar.business_day) * facts.calendar.business_day
    return elapsed.total_seconds()


def _seen_whole(known: Remembered, facts: Facts) -> Stretch | str:
    """To the resolution, of the cases whose waiting was seen from the beginning."""
    return BEFORE_US if known.adopted else to_resolution(known, facts)


def _duration(kind: _Kind, facts: Facts) -> Duration:
    ended: list[float] = []
    still_open: list[float] = []
    reasons: Counter[str] = Counter()
    for known in facts.cases:
        stretch = kind.stretch_of(known, facts)
        if isinstance(stretch, str):
            reasons[stretch] += 1
        elif stretch is not None:
            kept = still_open if stretch.end is None else ended
            kept.append(kind.length(known, stretch, facts))
    curve = kaplan_meier(ended, still_open)
    return Duration(
        name=kind.name,
        label=kind.label,
        definition=kind.definition,
        clock=kind.clock,
        day=_DAY if kind.clock is Clock.CALENDAR else facts.calendar.business_day,
        median=_estimate(curve.quantile(_MEDIAN)) if curve.enough else None,
        late=_estimate(curve.quantile(_LATE)) if curve.enough else None,
        ended=curve.events,
        still_open=curve.still_open,
        left_out=named(reasons) + facts.typing,
    )


def named(reasons: Counter[str]) -> tuple[LeftOut, ...]:
    """Why cases were left out, the most frequent reason first."""
    return tuple(LeftOut(cases, why) for why, cases in reasons.most_common())


def _estimate(quantile: Quantile) -> Estimate:
    return Estimate(*map(_as_time, (quantile.time, quantile.lower, quantile.upper)))


def _as_time(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)


def _median_days(curve: SurvivalCurve) -> float | None:
    seconds = curve.quantile(_MEDIAN).time if curve.enough else None
    return None if seconds is None else seconds / _DAY.total_seconds()


def _last_months(now: datetime) -> tuple[str, ...]:
    """The months up to the running one, oldest first."""
    last = now.year * 12 + now.month - 1
    return tuple(
        f"{month // 12:04}-{month % 12 + 1:02}" for month in range(last - MONTHS, last + 1)
    )
