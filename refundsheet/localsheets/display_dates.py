"""A serial number shown as a date, a time or a duration."""

from dataclasses import dataclass
from datetime import date
from math import floor

from refundsheet.localsheets.locales import Locale
from refundsheet.localsheets.patterns import SECOND_PARTS, Part, Section, Token

#: The day that serial number 0 stands for: 1899-12-30.
DAY_ZERO = date(1899, 12, 30).toordinal()
SECONDS_A_DAY = 86_400
#: No date and no duration of ours is larger; Google's calendar ends earlier.
LARGEST = 1e9
CALENDAR_PARTS = frozenset({Part.YEAR, Part.MONTH, Part.DAY})
#: Times are told apart to the millisecond; what a pattern does not show is cut off below that.
MILLISECONDS = 3
HOURS_ON_A_DIAL = 12
SHORT_YEAR = 2
SHORT_NAME = 3
LONG_NAME = 4
FIRST_LETTER = 5
ELAPSED = {
    Part.ELAPSED_HOURS: 3600,
    Part.ELAPSED_MINUTES: 60,
    Part.ELAPSED_SECONDS: 1,
}


@dataclass(frozen=True, slots=True)
class _Moment:
    """A serial number taken apart, at the precision its pattern shows."""

    day: date
    #: Seconds since midnight.
    second: int
    #: The digits of the second's fraction.
    fraction: str
    #: Seconds since day zero, for durations; never negative.
    elapsed: int
    negative: bool
    twelve_hours: bool


def shows_as_date(value: float, section: Section, locale: Locale) -> str | None:
    """The number as its section's date pattern shows it; None outside the calendar."""
    if abs(value) > LARGEST:
        return None
    moment = _moment(value, section)
    if moment is None:
        return None
    pieces = [_piece(token, moment, locale) for token in section.tokens]
    return ("-" if moment.negative else "") + "".join(pieces)


def _moment(value: float, section: Section) -> _Moment | None:
    parts = {token.part for token in section.tokens}
    digits = max((len(t.text) for t in section.tokens if t.part is Part.FRACTION), default=0)
    precision = digits if parts & SECOND_PARTS else MILLISECONDS
    is_duration = not parts.isdisjoint(ELAPSED)
    size = abs(value) if is_duration else value
    ticks = floor(size * SECONDS_A_DAY * 10**precision + 0.5)
    seconds, fraction = divmod(ticks, 10**precision)
    days, second = divmod(seconds, SECONDS_A_DAY)
    ordinal = 1 if parts.isdisjoint(CALENDAR_PARTS) else DAY_ZERO + days
    if not 1 <= ordinal <= date.max.toordinal():
        return None
    return _Moment(
        day=date.fromordinal(ordinal),
        second=second,
        fraction=f"{fraction:0{precision}d}",
        elapsed=seconds,
        negative=is_duration and value < 0,
        twelve_hours=Part.AM_PM in parts,
    )


def _piece(token: Token, moment: _Moment, locale: Locale) -> str:
    width = len(token.text)
    match token.part:
        case Part.YEAR:
            year = moment.day.year
            return f"{year % 100:02d}" if width <= SHORT_YEAR else f"{year:04d}"
        case Part.MONTH:
            return _month(moment.day.month, width, locale)
        case Part.DAY:
            return _day(moment.day, width, locale)
        case Part.POINT:
            return locale.decimal
        case Part.AM_PM:
            return _half_of_day(token.text, moment, locale)
        case _:
            return _clock_piece(token, moment)


def _clock_piece(token: Token, moment: _Moment) -> str:
    width = len(token.text)
    match token.part:
        case Part.HOUR:
            hour = moment.second // 3600
            shown = (hour - 1) % HOURS_ON_A_DIAL + 1 if moment.twelve_hours else hour
            return _padded(shown, width)
        case Part.MINUTE:
            return _padded(moment.second // 60 % 60, width)
        case Part.SECOND:
            return _padded(moment.second % 60, width)
        case Part.ELAPSED_HOURS | Part.ELAPSED_MINUTES | Part.ELAPSED_SECONDS:
            return str(moment.elapsed // ELAPSED[token.part]).zfill(width)
        case Part.FRACTION:
            return moment.fraction[:width]
        case _:
            return token.text


def _padded(number: int, width: int) -> str:
    return f"{number:02d}" if width > 1 else str(number)


def _month(month: int, width: int, locale: Locale) -> str:
    words = locale.words
    if width < SHORT_NAME:
        return _padded(month, width)
    if width == FIRST_LETTER:
        return words.months[month - 1][0].upper()
    return words.short_months[month - 1] if width < LONG_NAME else words.months[month - 1]


def _day(day: date, width: int, locale: Locale) -> str:
    words = locale.words
    if width < SHORT_NAME:
        return _padded(day.day, width)
    names = words.short_days if width < LONG_NAME else words.days
    return names[day.weekday()]


def _half_of_day(text: str, moment: _Moment, locale: Locale) -> str:
    afternoon = moment.second >= SECONDS_A_DAY // 2
    if len(text) > len("a/p"):
        return locale.words.am_pm[afternoon]
    letter = "p" if afternoon else "a"
    return letter.upper() if text[0].isupper() else letter
