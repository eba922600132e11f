"""Dates that stand in a cell as text: read where they can mean only one day, never guessed."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache

from refundsheet.core.columns import comparable, unmarked
from refundsheet.core.model import Moment


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A text that could mean several days, or whose year is not certain.

    Attributes:
        readings: The days it could mean, the day first reading before the month first one.
        short_year: The year is written with two digits among numbers only.
    """

    readings: tuple[date, ...]
    short_year: bool = False


_MONTH_NAMES = {
    "en": "january february march april may june july august september october november december",
    "de": "januar februar märz april mai juni juli august september oktober november dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "sv": "januari februari mars april maj juni juli augusti september oktober november december",
    "da": "januar februar marts april maj juni juli august september oktober november december",
    "nb": "januar februar mars april mai juni juli august september oktober november desember",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
}
#: Short forms that are not the beginning of the name.
_SHORT_MONTHS = {"de": {"mrz": 3}, "nl": {"mrt": 3}}
_SHORTEST_PREFIX = 3

_TIME = (
    r"(?:(?:T|,? )(?:at )?(?P<hour>\d{1,2}):(?P<minute>\d\d)"
    r"(?::(?P<second>\d\d)(?:[.,]\d{1,9})?)?(?: ?(?P<half>[ap])\.?m\.?)?)?"
)
_NAME = r"(?P<name>[^\W\d_]{3,})\.?"
_ISO = re.compile(
    r"(?P<year>\d{4})(?P<separator>[-/.])(?P<month>\d{1,2})(?P=separator)(?P<day>\d{1,2})"
    + _TIME
    + r"(?P<offset>Z|[+-]\d\d:?\d\d)?",
    re.IGNORECASE,
)
_NAMED = tuple(
    re.compile(pattern + _TIME, re.IGNORECASE)
    for pattern in (
        # 3 Apr 2026, 3. April 2026, 16-Feb-17, 3 de abril de 2026
        (
            rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th|er|\.)?(?:[-/. ]| de | of ){_NAME}"
            r"(?:[-/. ]|, | de | del )(?P<year>\d{4}|\d\d)"
        ),
        # Apr 3, 2026
        rf"{_NAME}[-/. ](?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:[-/ ]|, )(?P<year>\d{{4}})",
        # 2026-Apr-03
        rf"(?P<year>\d{{4}})[-/. ]{_NAME}[-/. ](?P<day>\d{{1,2}})",
    )
)
_NUMERIC = re.compile(
    r"(?P<one>\d{1,2})(?P<separator>[-/.])(?P<two>\d{1,2})(?P=separator)(?P<year>\d{4}|\d\d)"
    + _TIME,
    re.IGNORECASE,
)
_CENTURY = 2000
#: No date is longer; a long text would only take its time.
_LONGEST = 64


@lru_cache(maxsize=8192)
def read_text_date(text: str, *, locale: str) -> Moment | Ambiguous | None:
    """The moment a text means, or why it cannot be known.

    Only whole texts in known forms are read; nothing is searched for and no part is made up. The
    order of day and month is never taken from the locale: a date that stands as text was not
    understood by the sheet, so whoever typed or pasted it may have used the other order.

    Args:
        text: The cell's text.
        locale: The spreadsheet's locale, whose month names are understood besides the English.

    Returns:
        A date or a datetime (without zone unless the text names its offset), ``Ambiguous`` where it
        could mean several days, None where it means none.
    """
    if len(text) > _LONGEST:
        return None
    plain = unmarked(text).removeprefix("'")
    if match := _NUMERIC.fullmatch(plain):
        return _numeric(match)
    try:
        if match := _ISO.fullmatch(plain):
            day = date(int(match["year"]), int(match["month"]), int(match["day"]))
            return _with_offset(_with_time(day, match), match["offset"])
        for pattern in _NAMED:
            if match := pattern.fullmatch(plain):
                return _named(match, locale)
    except ValueError:  # 31 April, 25:00
        return None
    return None


def _numeric(match: re.Match[str]) -> Moment | Ambiguous | None:
    one, two, year = int(match["one"]), int(match["two"]), int(match["year"])
    if short_year := len(match["year"]) == 2:  # noqa: PLR2004 - two digits are two digits
        orders = (
            (_CENTURY + year, two, one),
            (_CENTURY + year, one, two),
            (_CENTURY + one, two, year),
        )
    else:
        orders = ((year, two, one), (year, one, two))
    readings = list(dict.fromkeys(day for order in orders if (day := _date_or_none(*order))))
    if short_year or len(readings) > 1:
        return Ambiguous(tuple(readings), short_year) if readings else None
    try:
        return _with_time(readings[0], match) if readings else None
    except ValueError:
        return None


def _date_or_none(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _named(match: re.Match[str], locale: str) -> Moment | None:
    month = _month_numbers(locale.replace("-", "_").split("_")[0].lower()).get(
        comparable(match["name"])
    )
    if month is None:
        return None
    year = int(match["year"])
    # Beside a month's name two digits at the end are the year: 16-Feb-17.
    return _with_time(date(year if year > 99 else _CENTURY + year, month, int(match["day"])), match)  # noqa: PLR2004


@lru_cache(maxsize=64)
def _month_numbers(language: str) -> dict[str, int]:
    """English and the language's month names and their beginnings, where these are of one month."""
    numbers: dict[str, set[int]] = {}
    for names in (_MONTH_NAMES["en"], _MONTH_NAMES.get(language, "")):
        for number, name in enumerate(names.split(), 1):
            plain = comparable(name)
            for length in range(_SHORTEST_PREFIX, len(plain) + 1):
                numbers.setdefault(plain[:length], set()).add(number)
    certain = {name: found.pop() for name, found in numbers.items() if len(found) == 1}
    return certain | _SHORT_MONTHS.get(language, {})


def _with_time(day: date, match: re.Match[str]) -> Moment:
    if match["hour"] is None:
        return day
    hour = int(match["hour"])
    if match["half"]:
        if not 1 <= hour <= 12:  # noqa: PLR2004 - a clock face
            raise ValueError(f"{hour} is no hour of a clock with twelve")
        hour = hour % 12 + (12 if match["half"].lower() == "p" else 0)
    return datetime.combine(day, time(hour, int(match["minute"]), int(match["second"] or 0)))


def _with_offset(moment: Moment, offset: str | None) -> Moment:
    if offset is None:
        return moment
    if not isinstance(moment, datetime):
        raise ValueError("an offset without a time")  # noqa: TRY004 - the text's value is wrong
    return datetime.fromisoformat(moment.isoformat() + offset.upper())
