"""What each week brought: received, resolved, and how many were open at its end."""

from bisect import bisect_left
from collections.abc import Iterable
from datetime import date, timedelta

from refundsheet.core.model import Moment
from refundsheet.core.statistics.figures import Facts, Table, left_out
from refundsheet.core.statistics.weeks import local_day, monday_of

WEEKS = 26


def weekly(facts: Facts, weeks: int = WEEKS) -> Table:
    """Received, resolved and backlog of the last complete weeks, and of the running one."""
    this_week = monday_of(facts.now, facts.calendar.zone)
    starts = [this_week - timedelta(weeks=back) for back in range(weeks, -1, -1)]
    dated = [case for case in facts.cases if case.requested_at is not None]
    known = [case for case in dated if case.resolved_at or not facts.meaning(case).is_closed]
    received = _days((case.requested_at for case in dated), facts)
    came = _days((case.requested_at for case in known), facts)
    went = _days((case.resolved_at for case in known if facts.meaning(case).is_closed), facts)
    return Table(
        "weekly",
        "By week",
        "Weeks from Monday in the sheet's zone; open at its end is what was received and not yet "
        "resolved when the week ended. The last line is the running week, so far.",
        ("Week from", "Received", "Resolved", "Open at its end"),
        tuple(_line(start, received, came, went) for start in starts),
        len(dated),
        left_out(len(facts.cases) - len(dated), "no readable date of receipt")
        + left_out(len(dated) - len(known), "closed without a resolution date (received only)"),
    )


def _line(
    start: date, received: list[date], came: list[date], went: list[date]
) -> tuple[str, int, int, int]:
    end = start + timedelta(weeks=1)
    return (
        start.isoformat(),
        bisect_left(received, end) - bisect_left(received, start),
        bisect_left(went, end) - bisect_left(went, start),
        bisect_left(came, end) - bisect_left(went, end),
    )


def _days(moments: Iterable[Moment | None], facts: Facts) -> list[date]:
    """The days of moments in the sheet's zone, sorted."""
    zone = facts.calendar.zone
    return sorted(local_day(moment, zone) for moment in moments if moment is not None)
