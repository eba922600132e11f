"""Google's formattedValue: how a cell's value reads on the screen."""

from dataclasses import dataclass
from functools import lru_cache
from math import floor, log10

from refundsheet.localsheets.display_dates import shows_as_date
from refundsheet.localsheets.display_numbers import shows_as_number
from refundsheet.localsheets.locales import locale_named
from refundsheet.localsheets.patterns import (
    NumberFormat,
    Part,
    Section,
    default_pattern,
    holds,
    sections_of,
)

__all__ = ["CellError", "NumberFormat", "display", "general"]

#: Google's ErrorType and the text a cell shows for it.
ERROR_TEXTS = {
    "ERROR": "#ERROR!",
    "NULL_VALUE": "#NULL!",
    "DIVIDE_BY_ZERO": "#DIV/0!",
    "VALUE": "#VALUE!",
    "REF": "#REF!",
    "NAME": "#NAME?",
    "NUM": "#NUM!",
    "N_A": "#N/A",
    "LOADING": "Loading...",
}
#: From here on a number is shown as a power of ten unless its format says otherwise.
LARGE = 1e15
#: Below, a number is shown as a power of ten unless its format says otherwise.
SMALL = 1e-9
SIGNIFICANT_DIGITS = 10
NUMBER_SECTIONS = 3
TEXT_SECTION = 3


@dataclass(frozen=True, slots=True)
class CellError:
    """An error that stands in a cell in place of a value."""

    #: Google's ErrorType, such as `DIVIDE_BY_ZERO`.
    type: str
    message: str

    @property
    def text(self) -> str:
        """What the cell shows, such as `#DIV/0!`."""
        return ERROR_TEXTS.get(self.type, "#ERROR!")


def display(
    value: str | float | bool | CellError | None,  # noqa: FBT001
    number_format: NumberFormat | None,
    *,
    locale: str,
) -> str:
    """What the cell shows: Google's formattedValue.

    Args:
        value: what the cell holds.
        number_format: its format; without one a number is shown as simply as it can be.
        locale: the spreadsheet's locale, such as `en_US`.
    """
    match value:
        case None:
            return ""
        case str():
            return value if number_format is None else _text(value, number_format.pattern)
        case bool():
            true, false = locale_named(locale).words.booleans
            return true if value else false
        case CellError():
            return value.text
        case _ if number_format is None:
            return general(value, locale)
        case _:
            return _number(value, number_format, locale)


@lru_cache(maxsize=16384)
def _number(value: float, number_format: NumberFormat, code: str) -> str:
    locale = locale_named(code)
    pattern = number_format.pattern or default_pattern(number_format.type, locale)
    section, signed = _section_for(value, sections_of(pattern))
    if section is None:
        return general(value, code)
    if section.is_date:
        shown = shows_as_date(value, section, locale)
        return general(value, code) if shown is None else shown
    if any(token.part in {Part.GENERAL, Part.TEXT} for token in section.tokens):
        return "".join(
            _general_piece(value, token.part, token.text, code) for token in section.tokens
        )
    return shows_as_number(value if signed else abs(value), section, locale)


def _general_piece(value: float, part: Part, text: str, code: str) -> str:
    return general(value, code) if part in {Part.GENERAL, Part.TEXT} else text


def _section_for(value: float, sections: tuple[Section, ...]) -> tuple[Section | None, bool]:
    """The section that shows a number, and whether the number keeps its minus sign in it."""
    numeric = list(sections[:NUMBER_SECTIONS])
    if len(numeric) > 1 and numeric[-1].is_for_text:
        numeric.pop()
    if any(section.condition for section in numeric):
        for section in numeric:
            if section.condition is None or holds(section.condition, value):
                return section, True
        return None, True
    if value < 0 and len(numeric) > 1:
        return numeric[1], numeric[1].is_date
    if value == 0 and len(numeric) == NUMBER_SECTIONS:
        return numeric[2], True
    return numeric[0], True


def _text(value: str, pattern: str) -> str:
    if "@" not in pattern:
        return value
    sections = sections_of(pattern)
    section = sections[TEXT_SECTION] if len(sections) > TEXT_SECTION else sections[-1]
    if not section.is_for_text:
        return value
    return "".join(value if token.part is Part.TEXT else token.text for token in section.tokens)


@lru_cache(maxsize=16384)
def general(value: float, code: str) -> str:
    """A number without a format: whole, or with about ten digits that count."""
    size = abs(value)
    if size < LARGE and value == int(value):
        return str(int(value))
    if size >= LARGE or size < SMALL:
        mantissa, exponent = f"{value:.5E}".split("E")
        shown = f"{_without_zeros(mantissa)}E{exponent}"
    else:
        places = max(0, SIGNIFICANT_DIGITS - 1 - floor(log10(size)))
        shown = _without_zeros(f"{value:.{places}f}")
    return shown.replace(".", locale_named(code).decimal)


def _without_zeros(digits: str) -> str:
    return digits.rstrip("0").rstrip(".") if "." in digits else digits
