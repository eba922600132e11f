"""Rules about dates that do not fit each other or the status."""

from datetime import datetime

from refundsheet.core.desk import Desk
from refundsheet.core.model import Moment, RefundCase


def resolved_early(case: RefundCase, desk: Desk) -> str | None:  # noqa: ARG001
    """Nothing is resolved before it was asked for."""
    if case.resolved_at is None or case.requested_at is None:
        return None
    if not _before(case.resolved_at, case.requested_at):
        return None
    return "The resolution date is earlier than the date received. Correct the one that is wrong."


def resolved_but_open(case: RefundCase, desk: Desk) -> str | None:
    """A resolution date on an open case: it was reopened, or the date is wrong."""
    if case.resolved_at is None or desk.recognise(case.status).status.meaning.is_closed:
        return None
    return (
        "There is a resolution date, but the status says the case is open. "
        "Clear the date, or close the case."
    )


def closed_without_date(case: RefundCase, desk: Desk) -> str | None:
    """A closed case whose day of closing nobody knows."""
    if case.resolved_at is not None or not case.status:
        return None
    if not desk.recognise(case.status).status.meaning.is_closed:
        return None
    return "Closed without a resolution date, so it is left out of the figures on speed."


def _before(one: Moment, other: Moment) -> bool:
    """Whether one lies before the other; where one is a day alone, days decide."""
    if isinstance(one, datetime) and isinstance(other, datetime):
        return one < other
    return _day(one) < _day(other)


def _day(moment: Moment) -> Moment:
    return moment.date() if isinstance(moment, datetime) else moment
