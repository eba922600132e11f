"""Facts to compute figures from, without a log: cases as they are known, at a Friday's closing."""

from datetime import datetime
from typing import Any

from refundsheet.core.columns import COLUMNS
from refundsheet.core.desk import Desk
from refundsheet.core.memory import Remembered, Seen, Visit
from refundsheet.core.model import RefundCase
from refundsheet.core.statistics.facts import Facts
from tests.passes import CALENDAR, ZONE

DESK = Desk()
FRIDAY = datetime(2026, 11, 20, 17, tzinfo=ZONE)
FIELDS = frozenset(column.field for column in COLUMNS)


def facts(*cases: RefundCase | Remembered, **given: Any) -> Facts:
    """The facts of a log of these cases; a case alone is one that was there before refundsheet."""
    usual: dict[str, Any] = {
        "cases": [known(case) if isinstance(case, RefundCase) else case for case in cases],
        "flags": {},
        "desk": DESK,
        "calendar": CALENDAR,
        "now": FRIDAY,
        "fields": FIELDS,
    }
    return Facts(**usual | given)


def known(case: RefundCase, **given: Any) -> Remembered:
    """What is known of a case that was there before refundsheet, and whose status stayed."""
    usual: dict[str, Any] = {
        "key": case.case_id,
        "case": case,
        "adopted": True,
        "first_seen": FRIDAY,
        "still_since": FRIDAY,
        "settled": True,
    }
    return Remembered(**usual | given)


def watched(
    *visits: tuple[str, datetime], first_action: datetime | None = None, **cells: Any
) -> Remembered:
    """A case whose every status was seen, each with the time it was entered; the last one stands."""
    times = [at for _, at in visits]
    given: dict[str, Any] = {"requested_at": times[0], "status": visits[-1][0]}
    acted = first_action or (times[1] if len(times) > 1 else None)
    return known(
        RefundCase(**given | cells),
        adopted=False,
        first_seen=times[0],
        visits=tuple(Visit(status=status, not_before=at, not_after=at) for status, at in visits),
        first_action=None if acted is None else Seen(not_before=acted, not_after=acted),
        acted_at=acted,
    )
