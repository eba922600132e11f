"""What changed since the desk closed last, from the times at which flags were raised and cleared."""

from datetime import datetime, time, timedelta

import pytest

from refundsheet.core.calendar import BusinessCalendar
from refundsheet.core.flag_news import FlagChanges, FlagSpan, changes_since, headline, last_close
from tests.passes import CALENDAR, MONDAY, ZONE

DAY = timedelta(days=1)
CLOSE = datetime(2026, 10, 30, 17, tzinfo=ZONE)  # the Friday before
BEFORE, LATER, LATEST = CLOSE - DAY, CLOSE + DAY, CLOSE + 2 * DAY

WITH_SATURDAY = BusinessCalendar(
    ZONE,
    {**dict.fromkeys(range(1, 6), ((time(9), time(17)),)), 6: ((time(10), time(13)),)},
    frozenset({datetime(2026, 11, 2).date()}),  # noqa: DTZ001 - a day of the calendar
)


@pytest.mark.parametrize(
    ("calendar", "now", "close"),
    [
        pytest.param(CALENDAR, MONDAY, CLOSE, id="on a Monday it was on Friday"),
        pytest.param(CALENDAR, MONDAY - DAY, CLOSE, id="and on a Sunday"),
        pytest.param(CALENDAR, MONDAY - timedelta(hours=5), CLOSE, id="and at night"),
        pytest.param(CALENDAR, MONDAY + timedelta(hours=12), CLOSE, id="and after closing on Monday"),
        pytest.param(CALENDAR, MONDAY + DAY, MONDAY + timedelta(hours=8), id="on Tuesday on Monday"),
        pytest.param(WITH_SATURDAY, MONDAY + DAY, datetime(2026, 10, 31, 13, tzinfo=ZONE), id="a holiday is no working day, a half day is one"),
        pytest.param(CALENDAR, datetime(2026, 10, 26, 9, tzinfo=ZONE), datetime(2026, 10, 23, 17, tzinfo=ZONE), id="whatever the clocks did in between"),
    ],
)  # fmt: skip
def test_when_the_desk_closed_last(
    calendar: BusinessCalendar, now: datetime, close: datetime
) -> None:
    assert last_close(calendar, now).timestamp() == close.timestamp()


def span(raised_at: datetime, cleared_at: datetime | None = None, case: str = "r-1") -> FlagSpan:
    return FlagSpan(case=case, raised_at=raised_at, cleared_at=cleared_at)


@pytest.mark.parametrize(
    ("spans", "new", "cleared"),
    [
        pytest.param([], 0, 0, id="nothing was ever flagged"),
        pytest.param([span(BEFORE)], 0, 0, id="what stands since before is neither"),
        pytest.param([span(LATER)], 1, 0, id="raised since"),
        pytest.param([span(CLOSE)], 0, 0, id="raised at closing time stood then"),
        pytest.param([span(BEFORE, LATER)], 0, 1, id="cleared since"),
        pytest.param([span(BEFORE, CLOSE)], 0, 0, id="cleared at closing time was over then"),
        pytest.param([span(LATER, LATEST)], 0, 1, id="came and went"),
        pytest.param([span(BEFORE, LATER), span(LATER)], 0, 0, id="due soon became overdue: one case, still flagged"),
        pytest.param([span(BEFORE), span(LATER)], 0, 0, id="one reason more is no new case"),
        pytest.param([span(BEFORE), span(BEFORE, LATER)], 0, 0, id="one reason less is none cleared"),
        pytest.param([span(LATER), span(LATER)], 1, 0, id="two reasons at once are one case"),
        pytest.param([span(BEFORE, LATER), span(LATER, case="r-2")], 1, 1, id="one goes and another comes"),
        pytest.param([span(BEFORE, LATER), span(LATEST)], 0, 0, id="back after a while"),
    ],
)  # fmt: skip
def test_cases_are_counted_and_not_reasons(spans: list[FlagSpan], new: int, cleared: int) -> None:
    found = changes_since(CLOSE, spans)
    assert (found.new, found.cleared) == (new, cleared)


def changes(new: int, cleared: int, since: datetime = CLOSE) -> FlagChanges:
    return FlagChanges(since=since, new=new, cleared=cleared)


@pytest.mark.parametrize(
    ("overdue", "cases", "changed", "said"),
    [
        pytest.param(12, 20, changes(3, 2), "12 overdue, 3 new since Fri 17:00, 2 cleared · 20 cases in all", id="on any day"),
        pytest.param(0, 1, changes(1, 0), "0 overdue, 1 new since Fri 17:00, 0 cleared · 1 case in all", id="one case"),
        pytest.param(12, 20, None, "12 overdue · 20 cases in all", id="on the first day nobody knows what is new"),
        pytest.param(0, 0, changes(0, 4), "Nothing needs attention, 4 cleared since Fri 17:00", id="all is done"),
        pytest.param(0, 0, None, "Nothing needs attention", id="and was on the first day"),
        pytest.param(1, 1, changes(0, 0, CLOSE - 7 * DAY), "1 overdue, 0 new since Fri 23 Oct 17:00, 0 cleared · 1 case in all", id="after long holidays the date is told"),
    ],
)  # fmt: skip
def test_what_the_tab_begins_with(
    overdue: int, cases: int, changed: FlagChanges | None, said: str
) -> None:
    assert headline(overdue, cases, changed, MONDAY) == said
