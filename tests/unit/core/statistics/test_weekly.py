"""What each week brought, by hand and against pandas."""

from datetime import date, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refundsheet.core.memory import Remembered
from refundsheet.core.model import RefundCase
from refundsheet.core.statistics.figures import Table
from refundsheet.core.statistics.weekly import weekly
from tests.figures import facts, watched
from tests.passes import ZONE

NOW = datetime(2026, 11, 18, 12, tzinfo=ZONE)  # a Wednesday


def by_week(*cases: RefundCase | Remembered, weeks: int = 2) -> Table:
    return weekly(facts(*cases, now=NOW, weeks=weeks))


def test_the_last_line_is_the_running_week() -> None:
    starts = [row[0] for row in by_week().rows]
    assert starts == ["2026-11-02", "2026-11-09", "2026-11-16"]
    assert by_week().is_running
    assert len(weekly(facts(now=NOW)).rows) == 27


def test_a_case_counts_where_it_came_and_where_it_went() -> None:
    table = by_week(
        RefundCase(status="New", requested_at=date(2026, 10, 1)),
        RefundCase(status="Closed", requested_at=date(2026, 11, 3), resolved_at=date(2026, 11, 9)),
        RefundCase(status="New", requested_at=date(2026, 11, 8)),
    )
    assert table.rows == (
        ("2026-11-02", 2, 0, 0, 3),
        ("2026-11-09", 0, 1, 0, 2),
        ("2026-11-16", 0, 0, 0, 2),
    )


@pytest.mark.parametrize(
    ("moment", "week"),
    [
        (datetime(2026, 11, 8, 23, 59, 59, tzinfo=ZONE), "2026-11-02"),
        (datetime(2026, 11, 9, tzinfo=ZONE), "2026-11-09"),
        (date(2026, 11, 9), "2026-11-09"),
    ],
)
def test_a_week_begins_on_monday_in_the_zone_of_the_sheet(
    moment: date | datetime, week: str
) -> None:
    table = by_week(RefundCase(status="New", requested_at=moment))
    assert [row[0] for row in table.rows if row[1]] == [week]


def test_a_case_opened_again_is_open_though_its_date_stands() -> None:
    again = RefundCase(status="New", requested_at=date(2026, 11, 3), resolved_at=date(2026, 11, 4))
    assert [row[1:] for row in by_week(again).rows] == [(1, 0, 0, 1), (0, 0, 0, 1), (0, 0, 0, 1)]


def test_what_cannot_be_placed_is_left_out_and_said() -> None:
    table = by_week(
        RefundCase(status="New"),
        RefundCase(status="Closed", requested_at=date(2026, 11, 3)),
        RefundCase(status="Closed", requested_at=date(2026, 11, 3), resolved_at=date(2026, 11, 2)),
    )
    assert [row[1:] for row in table.rows] == [(2, 0, 0, 0), (0, 0, 0, 0), (0, 0, 0, 0)]
    assert [(reason.cases, reason.why) for reason in table.left_out] == [
        (1, "no readable date of receipt"),
        (1, "closed without a resolution date (received only)"),
        (1, "its dates contradict each other (received only)"),
    ]
    assert table.used == 2


def test_a_case_that_was_closed_and_opened_again_is_counted_each_time() -> None:
    def at(day: int) -> datetime:
        return datetime(2026, 11, day, 12, tzinfo=ZONE)

    again = watched(("New", at(2)), ("Refunded", at(4)), ("New", at(10)), ("Closed", at(17)))
    assert [row[1:] for row in by_week(again).rows] == [(1, 1, 0, 0), (0, 0, 1, 1), (0, 1, 0, 0)]


def test_a_closing_that_nobody_saw_is_no_flow_and_its_opening_is_one_of_the_week() -> None:
    opened = watched(("Closed", NOW - timedelta(days=15)), ("New", NOW - timedelta(days=7)))
    assert [row[1:] for row in by_week(opened).rows] == [(1, 0, 0, 1), (0, 0, 1, 1), (0, 0, 0, 1)]


def test_what_was_seen_stands_in_for_a_resolution_date_that_is_missing() -> None:
    closed = watched(("New", NOW - timedelta(days=15)), ("Closed", NOW - timedelta(days=7)))
    assert [row[2] for row in by_week(closed).rows] == [0, 1, 0]


_DAYS = st.dates(date(2026, 9, 1), date(2026, 11, 18))
_CASES = st.lists(
    st.builds(
        RefundCase,
        status=st.sampled_from(["New", "Closed"]),
        requested_at=st.none() | _DAYS,
        resolved_at=st.none() | _DAYS,
    ),
    max_size=30,
)


@given(_CASES)
def test_pandas_counts_the_same(cases: list[RefundCase]) -> None:
    frame = pd.DataFrame(
        {
            "came": pd.to_datetime([c.requested_at for c in cases]),
            "went": pd.to_datetime([c.resolved_at for c in cases]),
            "closed": [c.status == "Closed" for c in cases],
        }
    )
    frame = frame.dropna(subset="came")
    known = frame[~frame["closed"] | (frame["went"] >= frame["came"])]
    for start, received, resolved, again, backlog in by_week(*cases, weeks=6).rows:
        first = pd.Timestamp(str(start))
        end = first + timedelta(days=7)
        gone = known["closed"] & (known["went"] < end)
        assert received == frame["came"].between(first, end, inclusive="left").sum()
        assert resolved == (gone & (known["went"] >= first)).sum()
        assert again == 0
        assert backlog == (known["came"] < end).sum() - gone.sum()
