"""What Google makes of a text that is entered as a person would type it (USER_ENTERED)."""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from refundsheet.localsheets.entry_dates import date_or_time
from refundsheet.localsheets.locales import (
    NARROW_NO_BREAK_SPACE,
    NO_BREAK_SPACE,
    Locale,
    locale_named,
)
from refundsheet.localsheets.patterns import NumberFormat

__all__ = ["Entered", "NumberFormat", "enter"]

#: Nothing longer than this is a number, a date or a truth value; longer texts are not looked at.
LONGEST_SPECIAL = 64
#: From this size on a number is more than a float can hold.
TOO_LARGE = 1e308


@dataclass(frozen=True, slots=True)
class Entered:
    """What a cell holds after something was entered."""

    #: None for an empty cell, and for a formula, whose value is not known yet.
    value: str | float | bool | None
    #: With its leading `=`.
    formula: str | None
    #: The format the entry brings along; None leaves the cell's own.
    number_format: NumberFormat | None


EMPTY = Entered(value=None, formula=None, number_format=None)


@dataclass(frozen=True, slots=True)
class _Reader:
    """What is prepared once for a locale to read its numbers."""

    locale: Locale
    number: re.Pattern[str]
    booleans: dict[str, bool]
    #: The signs with which something that is not plain text can begin.
    first_signs: frozenset[str]


def enter(text: str, *, locale: str, today: date) -> Entered:
    """What Google stores for a text entered with USER_ENTERED.

    Args:
        text: as sent; whitespace around numbers and dates does not count, around text it stays.
        locale: the spreadsheet's locale, such as `en_US`.
        today: gives dates without a year theirs.
    """
    if not text:
        return EMPTY
    first = text[0]
    if first == "'":
        return Entered(text[1:], None, None)
    if first == "=":
        return _formula(text)
    reader = _reader(locale)
    if len(text) > LONGEST_SPECIAL and first != "+":
        return Entered(text, None, None)
    if first not in reader.first_signs:
        return Entered(text, None, None)
    return _special(text, locale, today)


def _formula(text: str) -> Entered:
    if not text[1:].strip():  # a lone sign is text
        return Entered(text, None, None)
    return Entered(None, text, None)


@lru_cache(maxsize=16384)
def _special(text: str, code: str, today: date) -> Entered:
    reader = _reader(code)
    bare = text.strip()
    if not bare:
        return Entered(text, None, None)
    truth = reader.booleans.get(bare.upper())
    if truth is not None:
        return Entered(truth, None, None)
    number = _number(bare, reader)
    if number is not None:
        return number
    dated = date_or_time(bare, reader.locale, today)
    if dated is not None:
        return Entered(dated[0], None, dated[1])
    if text[0] == "+" and text[1:].strip():
        return Entered(None, "=" + text, None)
    return Entered(text, None, None)


@lru_cache(maxsize=256)
def _reader(code: str) -> _Reader:
    locale = locale_named(code)
    words = locale.words
    booleans = {"TRUE": True, "FALSE": False}
    booleans |= {words.booleans[0].upper(): True, words.booleans[1].upper(): False}
    starts = [*booleans, *words.months, *words.short_months, *words.days, *words.short_days]
    english = locale_named("en_US").words
    starts += [*english.months, *english.short_months, *english.days, *english.short_days]
    letters = {start[0] for start in starts} | set(locale.currency[0])
    letters |= {letter.lower() for letter in letters} | {letter.upper() for letter in letters}
    return _Reader(
        locale=locale,
        number=_number_pattern(locale),
        booleans=booleans,
        first_signs=frozenset(
            letters | set(f"0123456789+-(.{locale.decimal} \t\n\r{NO_BREAK_SPACE}")
        ),
    )


def _number_pattern(locale: Locale) -> re.Pattern[str]:
    decimal = re.escape(locale.decimal)
    thousands = re.escape(locale.thousands)
    if locale.thousands in {NO_BREAK_SPACE, NARROW_NO_BREAK_SPACE}:  # people type a plain space
        thousands = f"[ {NO_BREAK_SPACE}{NARROW_NO_BREAK_SPACE}]"
    currency = re.escape(locale.currency)
    space = rf"[ {NO_BREAK_SPACE}{NARROW_NO_BREAK_SPACE}]?"
    return re.compile(
        rf"""
        (?P<open>\()?
        (?P<sign>[+-])?
        (?P<before>{currency}{space})?
        (?P<inner>[+-])?
        (?:
            (?P<grouped>[0-9]{{1,3}}(?:{thousands}[0-9]{{3}})+)
          | (?P<whole>[0-9]+)
        )?
        (?:(?P<point>{decimal})(?P<decimals>[0-9]*))?
        (?:[eE](?P<power>[+-]?[0-9]{{1,3}}))?
        (?P<percent>{space}%)?
        (?P<after>{space}{currency})?
        (?P<close>\))?
        """.replace(" ]?", "\\ ]?").replace("[ ", "[\\ "),
        re.VERBOSE,
    )


def _number(text: str, reader: _Reader) -> Entered | None:
    match = reader.number.fullmatch(text)
    if match is None:
        return None
    whole, decimals = match["grouped"] or match["whole"] or "", match["decimals"] or ""
    if not (whole or decimals) or _contradicts_itself(match):
        return None
    digits = "".join(sign for sign in whole if sign.isdigit())
    value = float(f"{digits or '0'}.{decimals or '0'}E{match['power'] or '0'}")
    if value > TOO_LARGE:
        return None
    if match["percent"]:
        value = float(f"{digits or '0'}.{decimals or '0'}E-2")  # not / 100, which rounds again
    if match["open"] or "-" in {match["sign"], match["inner"]}:
        value = -value
    return Entered(value + 0.0, None, _number_format(match, reader.locale))  # + 0.0: no minus zero


def _contradicts_itself(match: re.Match[str]) -> bool:
    signs = sum(match[name] is not None for name in ("open", "sign", "inner"))
    money = sum(match[name] is not None for name in ("before", "after"))
    return (
        signs > 1
        or money > 1
        or (match["open"] is None) != (match["close"] is None)
        or bool((money or match["power"]) and match["percent"])
        or bool(money and match["power"])
        or bool(match["inner"] and not match["before"])
        or bool(match["grouped"] and match["power"])
    )


def _number_format(match: re.Match[str], locale: Locale) -> NumberFormat | None:
    has_decimals = bool(match["decimals"])
    digits = "#,##0.00" if has_decimals else "#,##0"
    if match["before"] or match["after"]:
        return NumberFormat("CURRENCY", locale.currency_pattern(digits))
    if match["percent"]:
        return NumberFormat("PERCENT", "0.00%" if has_decimals else "0%")
    if match["power"]:
        return NumberFormat("SCIENTIFIC", "0.00E+00")
    if match["grouped"]:
        return NumberFormat("NUMBER", digits)
    return None
