"""Amounts of money as people type them, with the currency they name."""

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from refundsheet.core.columns import unmarked

_CENT = Decimal("0.01")

#: The languages that write 12,50; the territories among them that write 12.50.
_COMMA_LANGUAGES = frozenset(
    [
        "af",
        "bg",
        "ca",
        "cs",
        "da",
        "de",
        "el",
        "es",
        "et",
        "eu",
        "fi",
        "fr",
        "gl",
        "hr",
        "hu",
        "id",
        "is",
        "it",
        "kk",
        "lt",
        "lv",
        "mk",
        "nb",
        "nl",
        "nn",
        "no",
        "pl",
        "pt",
        "ro",
        "ru",
        "sk",
        "sl",
        "sq",
        "sr",
        "sv",
        "tr",
        "uk",
        "vi",
    ]
)
_POINT_TERRITORIES = frozenset(
    ["CH", "LI", "MX", "US", "GT", "HN", "NI", "PA", "PE", "PR", "SV", "DO"]
)

_SIGNS = {
    "€": "EUR", "£": "GBP", "₹": "INR", "₽": "RUB", "₩": "KRW", "₺": "TRY", "₪": "ILS", "₫": "VND",
    "₴": "UAH", "฿": "THB", "₱": "PHP", "₦": "NGN", "zł": "PLN", "kč": "CZK", "ft": "HUF", "lei": "RON",
    "r$": "BRL", "us$": "USD", "a$": "AUD", "au$": "AUD", "c$": "CAD", "ca$": "CAD", "nz$": "NZD",
    "hk$": "HKD", "s$": "SGD", "mx$": "MXN", "fr.": "CHF", "sfr": "CHF", "rs": "INR", "rs.": "INR",
    "euro": "EUR", "euros": "EUR", "dollars": "USD", "pounds": "GBP",
}  # fmt: skip
#: Signs that several countries use: what they mean where the sheet's locale names one of these.
_SHARED_SIGNS = {
    "$": {"AU": "AUD", "CA": "CAD", "NZ": "NZD", "HK": "HKD", "SG": "SGD", "MX": "MXN", "": "USD"},
    "¥": {"CN": "CNY", "": "JPY"},
    "kr": {"SE": "SEK", "NO": "NOK", "DK": "DKK", "IS": "ISK", "": "kr"},
    "kr.": {"SE": "SEK", "NO": "NOK", "DK": "DKK", "IS": "ISK", "": "kr"},
}
_CODE = re.compile(r"[A-Z]{3}")
_KNOWN_CODES = frozenset(_SIGNS.values()) | {
    code for meanings in _SHARED_SIGNS.values() for code in meanings.values()
}
#: Beyond it a number has no cents left: it is an identifier in the wrong column.
_LARGEST = 1e15
#: No amount is longer; a long text would only take its time.
_LONGEST = 64

_PLAIN_MARKS = {0x2019: "'", 0x2212: "-", 0x2013: "-", 0x2014: "-"}
_CURRENCY = r"[^\d\s()+\-.,'][^\d\s()+\-,']*"
_AMOUNT = re.compile(
    rf"(?P<open>\()?(?P<sign>[-+])? ?(?P<before>{_CURRENCY})? ?(?P<inner>[-+])? ?"
    rf"(?P<digits>\d[\d.,' ]*?|[.,]\d+)(?:[.,]--?)? ?(?P<after>{_CURRENCY})? ?(?P<last>-)?(?P<close>\))?"
)
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:(?P<separator>[.,' ])\d{3})(?:(?P=separator)\d{3})*")
_GROUPED_INDIAN = re.compile(r"[1-9]\d?(?:,\d\d)+,\d{3}")


def read_amount(cell: str | float, locale: str) -> tuple[Decimal, str] | None:
    """An amount and its currency's code; the currency is "" where the cell names none.

    Args:
        cell: A number, or a text such as ``€12,50``, ``1.234,56 EUR`` or ``(12.00)``.
        locale: The spreadsheet's locale: it decides what ``1,234`` and a bare ``$`` mean.

    Returns:
        None where the cell is no amount in a form that is known.
    """
    if not isinstance(cell, str):
        return (to_cent(cell), "") if abs(cell) < _LARGEST else None
    if len(cell) > _LONGEST:
        return None
    match = _AMOUNT.fullmatch(unmarked(cell).translate(_PLAIN_MARKS).removeprefix("'"))
    if match is None or bool(match["open"]) != bool(match["close"]):
        return None
    signs = [sign for sign in (match["open"], match["sign"], match["inner"], match["last"]) if sign]
    value = _read_digits(match["digits"], locale)
    currency = _read_currencies(match["before"], match["after"], locale)
    if value is None or currency is None or len(signs) > 1:
        return None
    return (value if signs in ([], ["+"]) else -value), currency


@lru_cache(maxsize=8192)
def to_cent(number: float) -> Decimal:
    """The number as the sheet shows it, to the cent: a formula may have left more digits behind."""
    return Decimal(repr(number)).quantize(_CENT, ROUND_HALF_UP)


def currency_code(text: str, locale: str) -> str | None:
    """The code of a currency given by sign or code; None where it is neither."""
    sign = text.strip().casefold()
    if sign in _SHARED_SIGNS:
        meanings = _SHARED_SIGNS[sign]
        return meanings.get(_territory(locale), meanings[""])
    if sign in _SIGNS:
        return _SIGNS[sign]
    code = text.strip()
    if code.upper() in _KNOWN_CODES:
        return code.upper()
    return code if _CODE.fullmatch(code) else None


_SHOWN = re.compile(r'"([^"]+)"|\[\$([^\]-]+)(?:-[^\]]*)?\]|([^\s\d#0.,;()\[\]@_*%?+\-/\\:"]+)')


def shown_currency(patterns: Iterable[str], locale: str) -> str:
    """The currency that number formats show; "" where they show none, or not all of them the same.

    Args:
        patterns: How amounts are shown, as ``"\u20ac"#,##0.00`` or ``[$USD] #,##0.00``.
        locale: The spreadsheet's locale, which decides what a ``$`` means.
    """
    shown = {_currency_in(pattern, locale) for pattern in set(patterns)}
    return shown.pop() if len(shown) == 1 else ""


def _currency_in(pattern: str, locale: str) -> str:
    """The currency of a pattern, by what it shows of positive numbers."""
    found = {
        code
        for parts in _SHOWN.findall(pattern.split(";", maxsplit=1)[0])
        for code in [currency_code("".join(parts), locale)]
        if code
    }
    return found.pop() if len(found) == 1 else ""


def is_currency(name: str) -> bool:
    """Whether a currency is one we know of, or has the form of a code."""
    return currency_code(name, "") is not None


def _territory(locale: str) -> str:
    return locale.replace("-", "_").partition("_")[2].upper()


def _writes_comma(locale: str) -> bool:
    language = locale.replace("-", "_").partition("_")[0].lower()
    return language in _COMMA_LANGUAGES and _territory(locale) not in _POINT_TERRITORIES


def _read_currencies(before: str | None, after: str | None, locale: str) -> str | None:
    """The one currency named; "" where none is, None where it is unknown or there are two."""
    codes = {currency_code(text, locale) for text in (before, after) if text}
    return codes.pop() if len(codes) == 1 else None if codes else ""


def _read_digits(digits: str, locale: str) -> Decimal | None:
    """The number without sign and currency, or None where its separators make no sense."""
    decimal = _decimal_separator(digits, locale)
    whole, _, fraction = digits.rpartition(decimal) if decimal else (digits, "", "")
    if fraction and not fraction.isdigit():
        return None
    if whole and not whole.isdigit():
        if not (_GROUPED.fullmatch(whole) or _GROUPED_INDIAN.fullmatch(whole)):
            return None
        whole = re.sub(r"\D", "", whole)
    # At least the cents, so that 5 and 5.00 read alike; more digits stay as they were given.
    return Decimal(f"{whole or 0}.{fraction:0<2}")


def _decimal_separator(digits: str, locale: str) -> str:
    """Which sign separates the decimals; "" where there are none."""
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return ""
    separator = digits[last]
    if _GROUPED.fullmatch(digits):
        # 1.234 and 1,234 alone could be either: the sheet's locale says which.
        is_certain = digits.count(separator) > 1
        decimal = "," if _writes_comma(locale) else "."
        return "" if is_certain or separator != decimal else separator
    return separator if digits.count(separator) == 1 else ""
