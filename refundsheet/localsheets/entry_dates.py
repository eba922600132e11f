"""Dates, times and durations as people type them, read by the spreadsheet's locale."""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import assert_never

from refundsheet.localsheets.locales import ENGLISH, DateOrder, Locale, Words
from refundsheet.localsheets.patterns import NumberFormat

#: The day that serial number 0 stands for: 1899-12-30.
DAY_ZERO = date(1899, 12, 30).toordinal()
SECONDS_A_DAY = 86_400
HOURS_A_DAY = 24
HOURS_ON_A_DIAL = 12
SIXTY = 60
#: Two-digit years below are of this century, the others of the last.
FIRST_YEAR_OF_LAST_CENTURY = 30
YEAR_DIGITS = 4

_CLOCK = re.compile(
    r"""
    (?P<hour>[0-9]{1,4})
    (?: : (?P<minute>[0-9]{1,2}) (?: : (?P<second>[0-9]{1,2}) (?: [.,] (?P<fraction>[0-9]{1,9}) )? )? )?
    (?: [ \u00a0\u202f]? (?P<half> [ap] (?:\.?m\.?)? ) )?
    """.replace("[ ", "[\\ "),
    re.VERBOSE | re.IGNORECASE,
)
_NUMERIC = re.compile(r"([0-9]{1,4})([/.-])([0-9]{1,4})(?:\2([0-9]{1,4}))?\.?")
_WORD = r"(?P<month>[^\W\d_]+)\.?"
_YEAR = r"(?P<year>[0-9]{4}|[0-9]{2})"
#: A letter next to a digit is a code, not a date: Google leaves MARCH1 and SEPT2 alone.
_GAP = r"(?P<gap>-|[.,]?[ ](?:de[ ])?)"
_GAP2 = r"(?P<gap2>-|,|,?[ ](?:de[ ])?)"
_DAY = r"(?P<day>[0-9]{1,2})"
_ORDINAL = r"(?:st|nd|rd|th)?"
_DAY_MONTH = re.compile(f"{_DAY}{_ORDINAL}{_GAP}{_WORD}(?:{_GAP2}{_YEAR})?", re.IGNORECASE)
_MONTH_DAY = re.compile(f"{_WORD}{_GAP}{_DAY}{_ORDINAL}(?:{_GAP2}{_YEAR})?", re.IGNORECASE)
_MONTH_YEAR = re.compile(f"{_WORD}{_GAP}{_YEAR}", re.IGNORECASE)
_YEAR_MONTH_DAY = re.compile(f"(?P<year>[0-9]{{4}}){_GAP}{_WORD}{_GAP2}{_DAY}", re.IGNORECASE)
_JAPANESE = re.compile(r"(?:([0-9]{4})年)?([0-9]{1,2})月([0-9]{1,2})日")
#: A date, then a time after a space.
_BOTH = re.compile(
    r"(?P<date>.*\S)[ ]+(?P<time>[0-9]{1,2}(?::|[ ]?[ap]\.?m?\.?$).*)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Read:
    """A value and the pattern that shows it as it was typed."""

    value: float
    pattern: str


def date_or_time(text: str, locale: Locale, today: date) -> tuple[float, NumberFormat] | None:
    """The serial number and format of a typed date, time or duration; None where it is neither.

    Args:
        text: without whitespace around it.
        locale: decides the order of day and month, and the names of months.
        today: gives a date without a year its year.
    """
    if ":" in text or text[-1:] in "mMpPaA.":
        time = _time(text)
        if time is not None:
            return time.value, NumberFormat("TIME", time.pattern)
        both = _date_and_time(text, locale, today)
        if both is not None:
            return both.value, NumberFormat("DATE_TIME", both.pattern)
    day = _date(text, locale, today)
    return None if day is None else (day.value, NumberFormat("DATE", day.pattern))


def _date_and_time(text: str, locale: Locale, today: date) -> _Read | None:
    match = _BOTH.fullmatch(text)
    if match is None:
        return None
    day = _date(match["date"].rstrip(","), locale, today)
    time = _time(match["time"])
    if day is None or time is None or time.value >= 1:
        return None
    return _Read(day.value + time.value, f"{day.pattern} {time.pattern}")


def _time(text: str) -> _Read | None:
    match = _CLOCK.fullmatch(text)
    if match is None or not (match["minute"] or len(match["half"] or "") > 1):  # 12A is a seat
        return None
    hour, minute, second = (int(match[name] or 0) for name in ("hour", "minute", "second"))
    half = match["half"]
    if minute >= SIXTY or second >= SIXTY:
        return None
    if half:
        if not 1 <= hour <= HOURS_ON_A_DIAL:
            return None
        hour = hour % HOURS_ON_A_DIAL + (HOURS_ON_A_DIAL if half[0] in "pP" else 0)
    fraction = float(f"0.{match['fraction'] or 0}")
    value = (hour * 3600 + minute * SIXTY + second + fraction) / SECONDS_A_DAY
    return _Read(value, _time_pattern(match, is_duration=hour >= HOURS_A_DAY))


def _time_pattern(match: re.Match[str], *, is_duration: bool) -> str:
    pattern = "[h]:mm" if is_duration else "h:mm"
    if match["second"] or is_duration:
        pattern += ":ss"
    if match["fraction"]:
        pattern += "." + "0" * min(3, len(match["fraction"]))
    return f"{pattern} am/pm" if match["half"] else pattern


def _date(text: str, locale: Locale, today: date) -> _Read | None:
    match = _NUMERIC.fullmatch(text)
    if match is not None:
        return _numeric_date(match, locale, today)
    if text[:1].isdigit():
        return _day_first(text, locale, today)
    return _month_first(_without_weekday(text, locale), locale, today)


def _numeric_date(match: re.Match[str], locale: Locale, today: date) -> _Read | None:
    first, separator, second, third = match.groups()
    names = _names_of_parts(first, second, third, locale)
    if names is None or not _may_separate(match, locale):
        return None
    by_name = dict(zip(names, (part for part in (first, second, third) if part), strict=True))
    pattern = separator.join(
        _part_pattern(name, text, padded=_is_padded(name, by_name, locale))
        for name, text in by_name.items()
    )
    return _read(by_name, pattern, today)


def _is_padded(name: str, parts: dict[str, str], locale: Locale) -> bool:
    """Whether day or month is shown with two digits: typed with a zero, or the other was, or custom."""
    if len(parts[name]) == 1:
        return False
    if any(text.startswith("0") for other, text in parts.items() if other != "y"):
        return True
    has_long_year = len(parts.get("y", "")) == YEAR_DIGITS
    return has_long_year and (next(iter(parts)) == "y" or name * 2 in locale.date_pattern)


def _may_separate(match: re.Match[str], locale: Locale) -> bool:
    """Whether the locale writes dates with this sign; `2020-01-31` is understood everywhere."""
    separator = match[2]
    if separator in locale.date_separators:
        return separator == "." or not match[0].endswith(".")
    return separator != "." and len(match[1]) == YEAR_DIGITS


def _names_of_parts(first: str, second: str, third: str | None, locale: Locale) -> str | None:
    """Which of `y`, `m` and `d` the parts of a numeric date are, in their order."""
    widths = (len(first), len(second), len(third or ""))
    match widths:
        case (4, 1 | 2, 0):
            return "ym"
        case (1 | 2, 4, 0):
            return "my"
        case (4, 1 | 2, 1 | 2):
            return "ymd"
        case (1 | 2, 1 | 2, 0):
            return "dm" if locale.order is DateOrder.DAY_MONTH_YEAR else "md"
        case (1 | 2, 1 | 2, 2 | 4):
            return _order(locale, has_long_year=widths[2] == YEAR_DIGITS)
        case _:
            return None


def _order(locale: Locale, *, has_long_year: bool) -> str:
    match locale.order:
        case DateOrder.MONTH_DAY_YEAR:
            return "mdy"
        case DateOrder.DAY_MONTH_YEAR:
            return "dmy"
        case DateOrder.YEAR_MONTH_DAY:
            return "mdy" if has_long_year else "ymd"
        case _:
            assert_never(locale.order)


def _part_pattern(name: str, text: str, *, padded: bool) -> str:
    if name == "y":
        return "yyyy" if len(text) == YEAR_DIGITS else "yy"
    return name * 2 if padded else name


def _day_first(text: str, locale: Locale, today: date) -> _Read | None:
    match = _DAY_MONTH.fullmatch(text)
    if match is not None:
        return _named_date(match, "dmy", locale, today)
    match = _YEAR_MONTH_DAY.fullmatch(text)
    if match is not None:
        return _named_date(match, "ymd", locale, today)
    match = _JAPANESE.fullmatch(text)
    if match is None or not locale.code.startswith("ja"):
        return None
    year, month, day = match.groups()
    parts = {"y": year or str(today.year), "m": month, "d": day}
    return _read(parts, 'yyyy"年"m"月"d"日"' if year else 'm"月"d"日"', today)


def _month_first(text: str, locale: Locale, today: date) -> _Read | None:
    match = _MONTH_DAY.fullmatch(text)
    if match is not None:
        read = _named_date(match, "mdy", locale, today)
        if read is not None:
            return read
    match = _MONTH_YEAR.fullmatch(text)
    return None if match is None else _named_date(match, "my", locale, today)


def _named_date(match: re.Match[str], order: str, locale: Locale, today: date) -> _Read | None:
    word = match["month"].lower()
    month = _months(locale.words).get(word)
    if month is None:
        return None
    groups = match.groupdict()
    parts = {"m": str(month), "d": groups.get("day") or "1"}
    if groups.get("year"):
        parts["y"] = match["year"]
    shown = [
        _month_pattern(word, locale.words)
        if name == "m"
        else _part_pattern(name, parts[name], padded=parts[name].startswith("0"))
        for name in order
        if name in parts
    ]
    gaps = [_literal(groups.get(name) or "") for name in ("gap", "gap2")]
    pattern = shown[0] + "".join(gap + piece for gap, piece in zip(gaps, shown[1:], strict=False))
    return _read(parts, pattern, today)


def _literal(gap: str) -> str:
    """A gap as a pattern writes it: letters would be read as parts of the date."""
    return f'"{gap}"' if gap.strip(" .,-") else gap


def _month_pattern(word: str, words: Words) -> str:
    short = (*words.short_months, *ENGLISH.short_months, "sept")
    return "mmm" if word in {name.lower().rstrip(".") for name in short} else "mmmm"


@lru_cache(maxsize=64)
def _months(words: Words) -> dict[str, int]:
    """The number of a month by each of its names, English ones included."""
    named: dict[str, int] = {"sept": 9}
    for names in (ENGLISH.short_months, ENGLISH.months, words.short_months, words.months):
        named |= {name.lower().rstrip("."): number for number, name in enumerate(names, 1)}
    return named


def _without_weekday(text: str, locale: Locale) -> str:
    first, space, rest = text.partition(" ")
    name = first.rstrip(",.").lower()
    weekdays = (*locale.words.days, *locale.words.short_days, *ENGLISH.days, *ENGLISH.short_days)
    is_weekday = space and any(name == day.lower().rstrip(".") for day in weekdays)
    return rest if is_weekday else text


def _read(parts: dict[str, str], pattern: str, today: date) -> _Read | None:
    """The date of its parts; None where there is no such day."""
    year = _year(parts["y"]) if "y" in parts else today.year
    try:
        day = date(year, int(parts["m"]), int(parts.get("d", "1")))
    except ValueError:
        return None
    return _Read(float(day.toordinal() - DAY_ZERO), pattern)


def _year(text: str) -> int:
    year = int(text)
    if len(text) > 2:  # noqa: PLR2004
        return year
    return year + (2000 if year < FIRST_YEAR_OF_LAST_CENTURY else 1900)
