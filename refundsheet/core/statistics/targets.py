"""Whether the desk keeps its word: what was decided and resolved in time, and what came back."""

from collections import Counter
from datetime import timedelta

from refundsheet.core.desk import Span, Unit
from refundsheet.core.memory import Remembered
from refundsheet.core.statistics.course import (
    APPROVAL_UNKNOWN,
    Stretch,
    closings_seen,
    to_decision,
    to_resolution,
)
from refundsheet.core.statistics.durations import named, worked
from refundsheet.core.statistics.facts import Facts
from refundsheet.core.statistics.figures import Figure, Measure, left_out
from refundsheet.core.statistics.weeks import local_day

REOPENED_WITHIN = timedelta(days=30)

NOT_DUE = "not there yet and still within the target"


def decided_in_time(facts: Facts) -> Figure:
    """How many of the cases that were to be decided by now were decided in time."""
    target = facts.desk.decision_target
    return _in_time(
        facts,
        name="decided_in_time",
        label=f"Decided within {target}",
        definition=f"Of the cases received in {facts.period} that are decided, or undecided past "
        "the target: those decided in time. Waiting for others does not count where it was seen.",
        target=target,
        stretches=[(known, _to_decision(known, facts)) for known in _recent(facts)],
    )


def resolved_in_time(facts: Facts) -> Figure:
    """How many of the cases that were to be closed by now were closed in time."""
    target = facts.desk.resolution_target
    return _in_time(
        facts,
        name="resolved_in_time",
        label=f"Closed within {target}",
        definition=f"Of the cases received in {facts.period} that are closed, or open past the "
        "target: those closed in time. Waiting for others does not count where it was seen.",
        target=target,
        stretches=[(known, to_resolution(known, facts)) for known in _recent(facts)],
    )


def opened_again(facts: Facts) -> Figure:
    """How many closed cases came back."""
    zone = facts.calendar.zone
    watched = facts.recent_since - REOPENED_WITHIN
    closed = again = fresh = unseen = 0
    for known in facts.cases:
        closings = [
            (at, back) for at, back in closings_seen(known, facts) if local_day(at, zone) >= watched
        ]
        if not closings:
            unseen += facts.meaning(known.case.status).is_closed and not known.visits
            continue
        at, back = closings[0]
        if facts.now - at < REOPENED_WITHIN:
            fresh += 1
        else:
            closed += 1
            again += back is not None and back - at <= REOPENED_WITHIN
    return Figure(
        "opened_again",
        "Opened again",
        again / closed if closed else None,
        f"Of the cases closed from {REOPENED_WITHIN.days} days ago back to {watched:%Y-%m-%d}: those "
        f"opened again within {REOPENED_WITHIN.days} days.",
        closed,
        left_out(fresh, f"closed less than {REOPENED_WITHIN.days} days ago")
        + left_out(unseen, "closed before it was watched"),
        measure=Measure.SHARE,
    )


def _recent(facts: Facts) -> list[Remembered]:
    return [known for known in facts.cases if facts.is_recent(known.case.requested_at)]


def _to_decision(known: Remembered, facts: Facts) -> Stretch | str:
    """To the decision; a case that was even paid within the target was decided within it."""
    decided = to_decision(known, facts)
    if decided != APPROVAL_UNKNOWN:
        return decided
    resolved = to_resolution(known, facts)
    if isinstance(resolved, Stretch) and _is_within(
        known, resolved, facts.desk.decision_target, facts
    ):
        return resolved
    return decided


def _in_time(  # noqa: PLR0913 - a figure is what it is
    facts: Facts,
    *,
    name: str,
    label: str,
    definition: str,
    target: Span,
    stretches: list[tuple[Remembered, Stretch | str]],
) -> Figure:
    judged = in_time = 0
    reasons: Counter[str] = Counter()
    for known, stretch in stretches:
        if isinstance(stretch, str):
            reasons[stretch] += 1
            continue
        is_within = _is_within(known, stretch, target, facts)
        if stretch.end is None and is_within:
            reasons[NOT_DUE] += 1
        else:
            judged += 1
            in_time += is_within
    share = in_time / judged if judged else None
    return Figure(name, label, share, definition, judged, named(reasons), measure=Measure.SHARE)


def _is_within(known: Remembered, stretch: Stretch, target: Span, facts: Facts) -> bool:
    """Whether a stretch is no longer than a target, or not yet."""
    calendar = facts.calendar
    if target.unit is Unit.CALENDAR_DAYS:
        end = calendar.closing(stretch.end or facts.now)
        return end <= calendar.add_calendar_days(stretch.start, round(target.amount))
    if target.unit is Unit.BUSINESS_DAYS:
        return worked(known, stretch, facts) <= calendar.business_days(target.amount)
    return worked(known, stretch, facts) <= timedelta(hours=target.amount)
