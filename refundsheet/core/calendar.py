"""Business time: how long the refund desk was open between two moments, and when a limit is up.

The desk is open whenever the clock on its wall shows a time within the day's hours. So hours are
walked in local time and measured between instants: an hour that the wall clock shows twice (end of
daylight saving) counts twice, an hour that it never shows counts nothing.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate, pairwise
from math import floor
from typing import TypeAlias, TypeGuard
from zoneinfo import ZoneInfo

Moment: TypeAlias = date | datetime
"""What a date cell holds: a zone-aware datetime, or a date where no time of day was given."""

Hours: TypeAlias = tuple[tuple[time, time], ...]
"""The open intervals of one day, (opens, closes), in order; a closing of 00:00 means 24:00."""

Pause: TypeAlias = tuple[Moment, Moment | None]
"""A stretch in which a clock stands still; an end of None means it is still running."""

CALENDAR_YEARS = range(1900, 2200)
"""The years business time is known for; it bounds the work a mistyped year can cause."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_NOTHING = timedelta()
_DAY = timedelta(days=1)
_NEVER = timedelta.max


def is_date_only(moment: Moment) -> TypeGuard[date]:
    """Whether a cell holds a day without a time of day (a datetime is a date to isinstance)."""
    return not isinstance(moment, datetime)


def parse_hours(text: str) -> Hours:
    """The hours of a day as people write them: "09:00-12:30, 13:30-17:00"; empty for closed.

    Raises:
        ValueError: with a sentence, when the text is not a list of intervals or they clash.
    """
    hours = tuple(_parse_interval(part) for part in text.split(",") if part.strip())
    _intervals(hours, f"'{text}'")
    return hours


def _parse_interval(text: str) -> tuple[time, time]:
    opens, _, closes = text.replace("–", "-").partition("-")  # noqa: RUF001 - people type it
    end = "00:00" if closes.strip() == "24:00" else closes.strip()
    try:
        return time.fromisoformat(opens.strip()), time.fromisoformat(end)
    except ValueError as error:
        raise ValueError(f"'{text.strip()}' is not an interval like 09:00-17:00") from error


def _since_midnight(clock: time) -> timedelta:
    return datetime.combine(_EPOCH, clock, UTC) - _EPOCH


def _intervals(hours: Hours, day: str) -> tuple[tuple[timedelta, timedelta], ...]:
    """The same hours as times since midnight, once they are known to make sense."""
    intervals = tuple((_since_midnight(a), _since_midnight(b) or _DAY) for a, b in hours)
    for (opens, closes), shown in zip(intervals, hours, strict=True):
        if opens >= closes:
            raise ValueError(f"Hours of {day}: {shown[0]:%H:%M}-{shown[1]:%H:%M} ends too early")
    for earlier, later in pairwise(intervals):
        if later[0] < earlier[1]:
            raise ValueError(f"Hours of {day} overlap or are not in order")
    return intervals


class _Timetable:
    """Open intervals in UTC with the business time before each, built as far as was needed.

    Instants are times since 1970 UTC: a timedelta compares and subtracts far faster than a zoned
    datetime. Positions are business time since an arbitrary origin that never moves: what is added
    on the left counts down from it, so positions taken earlier stay comparable. The first interval
    is an empty one at the left edge, so that every instant covered has one at or before it.
    """

    def __init__(
        self, zone: ZoneInfo, weekly: Mapping[int, Hours], other: Mapping[date, Hours]
    ) -> None:
        self._zone = zone
        self._weekly = {day: _intervals(hours, f"weekday {day}") for day, hours in weekly.items()}
        self._other = {day: _intervals(hours, f"{day}") for day, hours in other.items()}
        self._days: dict[date, tuple[timedelta, timedelta]] = {}
        self._years = range(0)
        self._from = self._until = _NOTHING
        self._opens: list[timedelta] = []
        self._closes: list[timedelta] = []
        #: business time before each interval, and after the last: one more than there are intervals
        self._before: list[timedelta] = []

    def position(self, instant: timedelta) -> timedelta:
        """Business time from the origin to an instant."""
        if not self._from <= instant < self._until:
            self._cover(_year_of(instant))
        index = bisect_right(self._opens, instant) - 1
        if instant < self._closes[index]:
            return self._before[index] + (instant - self._opens[index])
        return self._before[index + 1]

    def instant(self, position: timedelta) -> timedelta:
        """The earliest instant that lies after so much business time: a closing, not an opening."""
        while position > self._before[-1]:
            self._cover(self._years[-1])
        index = bisect_left(self._before, position) - 1
        return self._opens[index] + position - self._before[index]

    def next_open(self, instant: timedelta) -> timedelta:
        """The instant itself while the desk is open, else the next opening."""
        self._cover(_year_of(instant))
        while instant >= self._closes[-1]:
            self._cover(self._years[-1])
        return max(self._opens[bisect_right(self._closes, instant)], instant)

    def day(self, day: date) -> tuple[timedelta, timedelta]:
        """When a date-only cell starts and when it ends."""
        if day not in self._days:
            self._cover(day.year)
            midnight, following = self._midnight(day), self._midnight(day + timedelta(days=1))
            last_open = self._closes[bisect_left(self._opens, following) - 1]
            closing = min(last_open, following) if last_open > midnight else following
            self._days[day] = self.next_open(midnight), closing
        return self._days[day]

    def _midnight(self, day: date) -> timedelta:
        return datetime.combine(day, time.min, self._zone) - _EPOCH

    def _cover(self, year: int) -> None:
        """Make the table reach over a year and its neighbours (a zone's year is not UTC's)."""
        if year not in CALENDAR_YEARS:
            known = f"{CALENDAR_YEARS[0]} to {CALENDAR_YEARS[-1]}"
            raise ValueError(f"Business time is known from {known}, not for {year}")
        if not self._years:
            self._years = range(year, year)
            self._from = self._until = _year_start(year)
            self._opens, self._closes = [self._from], [self._from]
            self._before = [_NOTHING, _NOTHING]
        if self._years.start > year - 1:
            self._prepend(year - 1)
        if self._years.stop < year + 2:
            self._append(year + 2)

    def _append(self, stop: int) -> None:
        until = _year_start(stop)
        for opens, closes in self._walk(self._until, until):
            self._opens.append(opens)
            self._closes.append(closes)
            self._before.append(self._before[-1] + (closes - opens))
        self._years, self._until = range(self._years.start, stop), until

    def _prepend(self, start: int) -> None:
        since = _year_start(start)
        walked = list(self._walk(since, self._from))
        lengths = [closes - opens for opens, closes in walked]
        left_edge = self._before[0] - sum(lengths, _NOTHING)
        self._opens[:1] = [since, *(opens for opens, _ in walked)]
        self._closes[:1] = [since, *(closes for _, closes in walked)]
        self._before[:2] = [left_edge, *accumulate(lengths, initial=left_edge)]
        self._years, self._from = range(start, self._years.stop), since

    def _walk(self, since: timedelta, until: timedelta) -> Iterator[tuple[timedelta, timedelta]]:
        """Open intervals in UTC: the day's hours, cut to the wall times that each offset shows."""
        for segment_start, segment_end, offset in self._segments(since, until):
            wall_start, wall_end = segment_start + offset, segment_end + offset
            for number in range(wall_start // _DAY, -(-wall_end // _DAY)):
                for opens, closes in self._hours(date.fromordinal(_EPOCH_ORDINAL + number)):
                    start = max(number * _DAY + opens, wall_start)
                    end = min(number * _DAY + closes, wall_end)
                    if start < end:
                        yield start - offset, end - offset

    def _hours(self, day: date) -> tuple[tuple[timedelta, timedelta], ...]:
        special = self._other.get(day)
        return self._weekly.get(day.isoweekday(), ()) if special is None else special

    def _segments(
        self, since: timedelta, until: timedelta
    ) -> Iterator[tuple[timedelta, timedelta, timedelta]]:
        """The stretches (start, end, offset) of one UTC offset each, looked for day by day."""
        begun, offset, day = since, self._offset(since), since
        while day < until:
            if self._offset(day + _DAY) != offset:
                change = self._change(day, offset)
                yield begun, change, offset
                begun, offset = change, self._offset(change)
            day += _DAY
        yield begun, until, offset

    def _change(self, day: timedelta, offset: timedelta) -> timedelta:
        """The instant of this UTC day from which the offset is another one."""

        def changed(second: int) -> bool:
            return self._offset(day + timedelta(seconds=second)) != offset

        return day + timedelta(seconds=bisect_left(range(86_400), True, key=changed))

    def _offset(self, instant: timedelta) -> timedelta:
        local = (_EPOCH + instant).astimezone(self._zone)
        return local.replace(tzinfo=UTC) - _EPOCH - instant


def usual_day(weekly: Mapping[int, Hours]) -> timedelta:
    """The most usual length of an open weekday; of several equally usual ones the longest.

    Raises:
        ValueError: when no day of the week is open.
    """
    lengths = Counter(
        sum((closes - opens for opens, closes in _intervals(hours, f"weekday {day}")), _NOTHING)
        for day, hours in weekly.items()
        if hours
    )
    if not lengths:
        raise ValueError("The opening hours are empty: give at least one day of the week hours")
    return max(lengths, key=lambda length: (lengths[length], length))


def _checked(duration: timedelta) -> timedelta:
    if duration < _NOTHING:
        raise ValueError(f"A limit can not be negative: {duration}")
    return duration


def _year_of(instant: timedelta) -> int:
    return (_EPOCH + instant).year


def _year_start(year: int) -> timedelta:
    return datetime(year, 1, 1, tzinfo=UTC) - _EPOCH


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """When the refund desk works, and every sum of working time that follows from it.

    A date-only cell starts at its day's opening and ends at its closing; on a closed day it starts
    at the next opening and ends when that day ends, neither of which adds business time. Datetimes
    must carry a zone, whichever: durations are between instants. Moments outside CALENDAR_YEARS
    are a ValueError.
    """

    zone: ZoneInfo
    #: hours by ISO weekday (1 is Monday); a weekday left out is closed
    weekly_hours: Mapping[int, Hours] = field(hash=False)
    holidays: frozenset[date] = frozenset()
    #: hours of single days, such as half days; they win over the weekday and the holidays
    special_hours: Mapping[date, Hours] = field(hash=False, default_factory=dict[date, Hours])
    #: what one business day stands for; see usual_day
    business_day: timedelta = field(init=False, compare=False)
    _timetable: _Timetable = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Refuse hours that make no sense, then derive the timetable.

        Raises:
            ValueError: with a sentence, for an empty schedule or hours that clash.
        """
        if unknown := sorted(set(self.weekly_hours) - set(range(1, 8))):
            raise ValueError(f"Weekdays are 1 (Monday) to 7 (Sunday), not {unknown[0]}")
        closed: dict[date, Hours] = dict.fromkeys(self.holidays, ())
        timetable = _Timetable(self.zone, self.weekly_hours, closed | dict(self.special_hours))
        object.__setattr__(self, "business_day", usual_day(self.weekly_hours))
        object.__setattr__(self, "_timetable", timetable)

    def business_days(self, days: float) -> timedelta:
        """So many business days as business time."""
        return self.business_day * days

    def opening(self, moment: Moment) -> datetime:
        """The instant at which a moment starts: a date's opening, a datetime itself."""
        return self._local(self._start(moment))

    def closing(self, moment: Moment) -> datetime:
        """The instant at which a moment ends: a date's closing, a datetime itself."""
        return self._local(self._end(moment))

    def is_open_at(self, instant: datetime) -> bool:
        """Whether the desk is open; at a closing it is not any more."""
        return self._timetable.next_open(instant - _EPOCH) == instant - _EPOCH

    def elapsed(self, start: Moment, end: Moment) -> timedelta:
        """Business time from a start to an end; nothing where the end lies before the start."""
        position = self._timetable.position
        return max(position(self._end(end)) - position(self._start(start)), _NOTHING)

    def elapsed_excluding(self, start: Moment, end: Moment, pauses: Sequence[Pause]) -> timedelta:
        """Business time outside all pauses; pauses may overlap, a running one lasts to the end."""
        low = self._timetable.position(self._start(start))
        high = self._timetable.position(self._end(end))
        working = high - low
        for since, until in self._merged(pauses):
            working -= max(min(until, high) - max(since, low), _NOTHING)
        return max(working, _NOTHING)

    def add(self, start: Moment, duration: timedelta) -> datetime:
        """The earliest instant with so much business time since the start.

        Nothing added gives the start itself, or the next opening when the desk is closed.

        Raises:
            ValueError: for a negative duration.
        """
        if not _checked(duration):
            return self._local(self._timetable.next_open(self._start(start)))
        position = self._timetable.position(self._start(start)) + duration
        return self._local(self._timetable.instant(position))

    def add_excluding_pauses(
        self, start: Moment, duration: timedelta, pauses: Sequence[Pause]
    ) -> datetime | None:
        """Like add, with the clock standing still in pauses; None while a running one holds it.

        Raises:
            ValueError: for a negative duration.
        """
        begun = self._timetable.position(self._start(start))
        due = begun + _checked(duration)
        for since, until in self._merged(pauses):
            if since >= due:
                break
            if until == _NEVER:
                return None
            due += max(until - max(since, begun), _NOTHING)
        return self.add(start, due - begun)

    def add_calendar_days(self, start: Moment, days: int) -> datetime:
        """The same time of day so many calendar days later; a date-only start ends with its day."""
        if isinstance(start, datetime):
            local = start.astimezone(self.zone) + timedelta(days=days)
            return self._local(local - _EPOCH)
        return self.closing(start + timedelta(days=days))

    def age_in_business_days(self, since: Moment, now: Moment) -> float:
        """Business days from a moment to another; whole completed ones where either is a date."""
        age = self.elapsed(since, now) / self.business_day
        return float(floor(age)) if is_date_only(since) or is_date_only(now) else age

    def _merged(self, pauses: Sequence[Pause]) -> list[tuple[timedelta, timedelta]]:
        """Pauses as positions, in order and disjoint; one that ends before it starts is none."""
        position = self._timetable.position
        merged: list[tuple[timedelta, timedelta]] = []
        for since, until in sorted(
            (position(self._start(start)), _NEVER if end is None else position(self._end(end)))
            for start, end in pauses
        ):
            if merged and since <= merged[-1][1]:
                merged[-1] = merged[-1][0], max(until, merged[-1][1])
            elif since < until:
                merged.append((since, until))
        return merged

    def _start(self, moment: Moment) -> timedelta:
        if isinstance(moment, datetime):
            return moment - _EPOCH
        return self._timetable.day(moment)[0]

    def _end(self, moment: Moment) -> timedelta:
        if isinstance(moment, datetime):
            return moment - _EPOCH
        return self._timetable.day(moment)[1]

    def _local(self, instant: timedelta) -> datetime:
        return (_EPOCH + instant).astimezone(self.zone)
