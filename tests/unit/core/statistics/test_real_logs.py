"""Figures of the real logs, to the second and to the cent, against pandas from the same files."""

import os
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from scipy.stats import CensoredData, ecdf

from refundsheet.core.calendar import BusinessCalendar
from refundsheet.core.desk import Desk
from refundsheet.core.follow_up import Timer, follow_up
from refundsheet.core.memory import Remembered
from refundsheet.core.model import RefundCase
from refundsheet.core.statistics import counts, durations, shares, targets
from refundsheet.core.statistics.announcements import announcements
from refundsheet.core.statistics.course import Stretch, to_resolution
from refundsheet.core.statistics.facts import Facts, known_by_its_row
from refundsheet.core.statistics.figures import Estimate
from refundsheet.core.statistics.weekly import weekly
from tests.figures import facts
from tests.real_logs import ACTED, RECEIVED, RESOLVED, Source, localized, parsed_rows

_LARGE = pytest.mark.skipif(
    os.environ.get("HYPOTHESIS_PROFILE") != "ci",
    reason="a log of thousands of rows: set HYPOTHESIS_PROFILE=ci",
)

DESK = Desk()
DAY = timedelta(days=1)
BPI = Source(
    "bpi2020_declarations",
    "Europe/Amsterdam",
    ("2017-10-31 12:00:00", "2018-06-15 10:00:00", "2018-11-05 08:00:00"),
)
FINES = Source(
    "road_fines_2000_2009",
    "Europe/Rome",
    ("2004-03-31 11:00:00", "2009-12-30 16:00:00"),
    form="%Y-%m-%d",
)
SOURCES = (
    pytest.param(replace(BPI, every=40, times=BPI.times[1:2]), id="declarations, one in forty"),
    pytest.param(
        Source(
            "servicenow_sample",
            "Europe/Berlin",
            ("2017-02-17 09:00:00",),
            "%d-%m-%Y %H:%M",
            ("Closed",),
        ),
        id="incidents",
    ),
    pytest.param(
        Source(
            "nyc311_2022_05_01",
            "America/New_York",
            ("2022-05-02 09:00:00",),
            "%m/%d/%Y %I:%M:%S %p",
            ("Closed",),
        ),
        id="complaints",
    ),
    pytest.param(BPI, id="declarations", marks=_LARGE),
    pytest.param(FINES, id="fines", marks=_LARGE),
    pytest.param(
        Source("online_retail_returns_2010w48_2011w22", "Europe/London", ("2011-06-06 09:00:00",)),
        id="returns",
        marks=_LARGE,
    ),
    pytest.param(
        Source(
            "tsa2017_messy",
            "America/New_York",
            ("2018-01-02 09:00:00",),
            "%d-%b-%y",
            ("Deny",),
        ),
        id="claims",
        marks=_LARGE,
    ),
)


@dataclass(frozen=True)
class Both:
    """One log at one moment, by pandas and by refundsheet.

    A moment at midnight is a day without a time of day: that is what the sheet's serial number says.
    """

    source: Source
    now: datetime
    frame: Any
    facts: Facts

    @property
    def wall(self) -> datetime:
        """Now by the clock of the log's zone."""
        return self.now.replace(tzinfo=None)

    @cached_property
    def is_closed(self) -> Any:
        return self.frame["Status"].isin(self.source.closed)

    @cached_property
    def is_placed(self) -> Any:
        """Whether a case is open, or closed on a day that is known and not before its receipt."""
        end, start = self.frame[RESOLVED], self.frame[RECEIVED]
        by_day = end.dt.normalize() >= start.dt.normalize()
        in_order = by_day.where(is_day(end) | is_day(start), end >= start)
        return ~self.is_closed | in_order

    @cached_property
    def seconds(self) -> Any:
        """How long each case took, or has taken until now; whole days where one end has no time."""
        end = self.frame[RESOLVED].where(self.is_closed, self.wall)
        start = self.frame[RECEIVED]
        zone = self.source.zone
        exact = (localized(end, zone) - localized(start, zone)).dt.total_seconds()
        days = (end.dt.normalize() - start.dt.normalize()).dt.total_seconds()
        return exact.mask(is_day(start) | (is_day(end) & self.is_closed), days)


def is_day(moments: Any) -> Any:
    """Which moments are days alone."""
    return moments == moments.dt.normalize()


@pytest.fixture(scope="module", params=SOURCES)
def both(request: pytest.FixtureRequest, shared: Path) -> list[Both]:
    source: Source = request.param
    return [side_by_side(source, time, shared) for time in source.times]


def side_by_side(source: Source, time: str, shared: Path) -> Both:
    zone = ZoneInfo(source.zone)
    now = datetime.fromisoformat(time).replace(tzinfo=zone)
    frame = source.read(shared, time)
    log = source.parsed(frame, now)
    calendar = BusinessCalendar(zone, DESK.hours)
    known = [known_by_its_row(row.case, now) for row in log.rows]
    flags = {str(n): flag for n, case in enumerate(known) if (flag := flag_of(case, calendar, now))}
    facts = Facts(
        cases=known,
        flags=flags,
        desk=DESK,
        calendar=calendar,
        now=now,
        fields=frozenset(log.layout.columns),
        weeks=60,
    )
    return Both(source, now, frame, facts)


def flag_of(known: Remembered, calendar: BusinessCalendar, now: datetime) -> Any:
    return follow_up(known, DESK, calendar, Timer(now))


def test_what_came_went_and_was_left_each_week(both: list[Both]) -> None:
    for one in both:
        frame = one.frame.assign(closed=one.is_closed)
        placed = frame[one.is_placed]
        gone = placed[placed["closed"]]
        for start, received, resolved, again, backlog in weekly(one.facts).rows:
            first = pd.Timestamp(str(start))
            end = first + pd.Timedelta(days=7)
            assert received == frame[RECEIVED].between(first, end, inclusive="left").sum()
            assert resolved == gone[RESOLVED].between(first, end, inclusive="left").sum()
            assert again == 0
            assert backlog == (placed[RECEIVED] < end).sum() - (gone[RESOLVED] < end).sum()


def test_how_long_each_case_took_to_the_second(both: list[Both]) -> None:
    for one in both:
        found: dict[bool, list[float]] = {True: [], False: []}
        for known in one.facts.cases:
            stretch = to_resolution(known, one.facts)
            if isinstance(stretch, Stretch):
                seconds = durations.elapsed_seconds(known, stretch, one.facts)
                found[stretch.end is not None].append(seconds)
        for is_closed, seconds in found.items():
            is_so = one.is_placed & (one.is_closed == is_closed) & one.frame[RECEIVED].notna()
            assert sorted(seconds) == sorted(one.seconds[is_so])


def test_the_time_by_which_half_and_nine_in_ten_are_closed(both: list[Both]) -> None:
    for one in both:
        told = durations.elapsed_time(one.facts)
        is_used = one.is_placed & one.frame[RECEIVED].notna()
        seconds, is_open = one.seconds[is_used], ~one.is_closed[is_used]
        assert (told.used, told.still_open) == (len(seconds), is_open.sum())
        if told.median is None or told.late is None:
            assert told.ended < 5
            continue
        curve = ecdf(CensoredData.right_censored(seconds, is_open)).sf
        assert told.median.value == reached(curve, 0.5)
        assert told.late.value == reached(curve, 0.9)
        assert_in_order(told.median)


def reached(curve: Any, share: float) -> timedelta | None:
    times = curve.quantiles[curve.probabilities <= 1 - share + 1e-12]
    return timedelta(seconds=float(times[0])) if len(times) else None


def assert_in_order(told: Estimate) -> None:
    limits = [limit for limit in (told.lower, told.value, told.upper) if limit is not None]
    assert limits == sorted(limits)


def test_the_median_of_each_month_of_receipt(both: list[Both]) -> None:
    for one in both:
        months = one.frame[RECEIVED].dt.strftime("%Y-%m")
        for month, cases, still_open, median in durations.resolution_by_month(one.facts).rows:
            is_used = one.is_placed & (months == month)
            assert (cases, still_open) == (is_used.sum(), (is_used & ~one.is_closed).sum())
            if median is not None:
                is_open = ~one.is_closed[is_used]
                curve = ecdf(CensoredData.right_censored(one.seconds[is_used], is_open)).sf
                assert timedelta(days=float(median)) == reached(curve, 0.5)


# Business time, recomputed: weekdays from nine to five


def business_seconds(moments: Any, *, at_end: bool = False) -> Any:
    """Business time before naive moments; of a day alone before its opening, or its closing."""
    days = moments.to_numpy().astype("datetime64[D]")
    whole = np.busday_count(np.datetime64("1999-01-04"), days) * 28800
    clock = (moments - moments.dt.normalize()).dt.total_seconds().to_numpy()
    spent = (clock - 9 * 3600).clip(0, 28800)
    if at_end:
        spent = np.where(is_day(moments), 28800, spent)
    return whole + np.where(np.is_busday(days), spent, 0)


def business_age(one: Both, since: Any) -> Any:
    return business_seconds(pd.Series([one.wall]))[0] - business_seconds(since)


def limits(one: Both) -> Any:
    """How much business time each status allows a case; a word nobody knows, two days."""
    days = {"Draft": 1, "Received": 1, "Open": 1, "In Review": 2, "In Progress": 2}
    days |= {"Approved": 2, "Processing": 5}
    return one.frame["Status"].map(days).fillna(2) * 28800


def legal_end(received: Any) -> Any:
    """A fortnight later; a day alone ends with its opening hours, on a weekend with the day."""
    end = received + 14 * DAY
    closing = np.where(np.is_busday(end.to_numpy().astype("datetime64[D]")), 17, 24)
    return end.mask(is_day(received), end + pd.to_timedelta(closing, unit="h"))


def test_ages_and_what_is_overdue(both: list[Both]) -> None:
    for one in both:
        live = one.frame[~one.is_closed & one.frame[RECEIVED].notna()]
        since = live[ACTED].fillna(live[RECEIVED])
        age = business_age(one, since)
        classes = np.digitize(age // 28800, [2, 4, 6, 11])
        table = counts.ageing(one.facts)
        assert [row[1] for row in table.rows] == [int((classes == n).sum()) for n in range(5)]
        is_late = age >= limits(one)[live.index]
        is_past = legal_end(live[RECEIVED]) <= one.wall
        assert counts.overdue_cases(one.facts).value == (is_late | is_past).sum()


def test_what_was_closed_in_time(both: list[Both]) -> None:
    for one in both:
        since = pd.Timestamp(one.facts.recent_since)
        used = one.frame[one.is_placed & (one.frame[RECEIVED] >= since)]
        closed = one.is_closed[used.index]
        end = used[RESOLVED].where(closed, one.wall)
        taken = business_seconds(end, at_end=True) - business_seconds(used[RECEIVED])
        in_time = taken <= 10 * 28800
        judged = closed | ~in_time
        told = targets.resolved_in_time(one.facts)
        assert told.used == judged.sum()
        assert told.value == ((in_time & closed).sum() / judged.sum() if judged.any() else None)


def test_shares_and_amounts_to_the_cent(both: list[Both]) -> None:
    for one in both:
        recent = one.frame[one.frame[RECEIVED] >= pd.Timestamp(one.facts.recent_since)]
        said = recent[REASON].replace(SAY_NOTHING, "")
        reasons = Counter(" ".join(text.split()).casefold() or "(none)" for text in said)
        rows = [(str(row[0]).casefold(), row[1]) for row in shares.by_reason(one.facts).rows]
        named = dict(rows[: shares.SHOWN])
        assert named == {reason: reasons[reason] for reason in named}
        assert sum(count for _, count in rows if isinstance(count, int)) == len(recent)
        if "Amount" in recent:
            written = (text.strip("$").replace(",", "") for text in recent["Amount"])
            asked = [Decimal(str(row[2])) for row in shares.amounts(one.facts).rows]
            assert sum(asked) == sum(Decimal(a) for a in written if a not in {"-", ""})


REASON = "Reason for Refund"
#: What stands in these logs where there is no reason.
SAY_NOTHING = ["?", "-", "N/A"]


# The step: on 1 January 2018 the whole university joined two departments that had tried it out


@pytest.mark.parametrize(
    ("weeks", "is_new"),
    [
        pytest.param(0, True, id="its first week"),
        (1, False),
        pytest.param(9, False, id="months on"),
    ],
)
def test_the_step_of_january_2018_is_announced_once(
    shared: Path, weeks: int, *, is_new: bool
) -> None:
    frame: Any = pd.read_csv(shared / "data" / BPI.path / "cases.csv.gz", dtype=str)
    zone = ZoneInfo(BPI.zone)
    now = datetime(2018, 1, 15, 9, tzinfo=zone) + weeks * 7 * DAY
    columns = zip(frame["Product"], frame[REASON].fillna(""), frame[RECEIVED], strict=True)
    cases = [
        RefundCase(product=product, reason=reason, requested_at=date.fromisoformat(received[:10]))
        for product, reason, received in columns
        if received < f"{now:%Y-%m-%d}"
    ]
    calendar = BusinessCalendar(zone, DESK.hours)
    watch = announcements(facts(*cases, now=now, calendar=calendar))[0]
    assert watch.all_up is not None
    assert (watch.all_up.since, watch.all_up.is_new) == (date(2018, 1, 8), is_new)
    assert watch.all_up.ratio > 2
    assert [spike for spike in watch.spikes if spike.is_new and spike is not watch.all_up] == []


# The messy log: what cannot be read is nobody's figure


def readings(text: str) -> set[datetime]:
    """Every moment a text could mean, with the day or the month first."""
    dates = ("%d-%m-%Y", "%m-%d-%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%b-%y")
    times = ("", " %H:%M", " %I:%M:%S %p")
    found: set[datetime] = set()
    for day, time in product(dates, times):
        try:
            found.add(datetime.strptime(text, day + time))  # noqa: DTZ007
        except ValueError:
            continue
    return found


def test_of_the_messy_log_only_dates_that_have_one_meaning_are_counted(shared: Path) -> None:
    path = shared / "data" / "messy_mixed" / "cases.csv"
    frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    now = datetime(2017, 12, 29, 9, tzinfo=ZoneInfo("Europe/Berlin"))
    log = parsed_rows([list(frame.columns), *frame.to_numpy().tolist()], "Europe/Berlin", now)
    facts = Facts(
        cases=[known_by_its_row(row.case, now) for row in log.rows],
        flags={},
        desk=DESK,
        calendar=BusinessCalendar(ZoneInfo("Europe/Berlin"), DESK.hours),
        now=now,
        fields=frozenset(log.layout.columns),
        weeks=150,
    )
    table = weekly(facts)
    meanings = [readings(text) for text in frame[RECEIVED]]
    known = [next(iter(meaning)) for meaning in meanings if len(meaning) == 1]
    past = [at for at in known if at < now.replace(tzinfo=None)]
    weeks = Counter((at - timedelta(days=at.weekday())).date().isoformat() for at in past)
    assert {row[0]: row[1] for row in table.rows if row[1]} == {
        week: count for week, count in weeks.items() if week >= str(table.rows[0][0])
    }
    assert table.used == len(past)
