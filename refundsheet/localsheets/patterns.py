"""Number format patterns: what a pattern says, taken apart once and kept for rendering."""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

from refundsheet.localsheets.locales import Locale


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """How a cell shows its number, in Google's words."""

    #: Google's NumberFormatType, such as `DATE`.
    type: str
    #: Empty: the type's default pattern in the spreadsheet's locale.
    pattern: str


class Part(Enum):
    """What one piece of a pattern stands for."""

    LITERAL = auto()
    DIGIT = auto()
    POINT = auto()
    COMMA = auto()
    PERCENT = auto()
    EXPONENT = auto()
    SLASH = auto()
    TEXT = auto()
    GENERAL = auto()
    YEAR = auto()
    MONTH = auto()
    DAY = auto()
    HOUR = auto()
    MINUTE = auto()
    SECOND = auto()
    FRACTION = auto()
    ELAPSED_HOURS = auto()
    ELAPSED_MINUTES = auto()
    ELAPSED_SECONDS = auto()
    AM_PM = auto()


CLOCK_PARTS = frozenset({Part.HOUR, Part.ELAPSED_HOURS})
SECOND_PARTS = frozenset({Part.SECOND, Part.ELAPSED_SECONDS})
ELAPSED_PARTS = frozenset({Part.ELAPSED_HOURS, Part.ELAPSED_MINUTES, Part.ELAPSED_SECONDS})
DATE_PARTS = ELAPSED_PARTS | {
    Part.YEAR,
    Part.MONTH,
    Part.DAY,
    Part.HOUR,
    Part.MINUTE,
    Part.SECOND,
    Part.AM_PM,
}
#: `m` and `mm` may be minutes; `mmm` and longer are always months.
LONGEST_MINUTE = 2


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of a pattern and its text."""

    part: Part
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """One of the parts of a pattern that semicolons separate."""

    tokens: tuple[Token, ...]
    #: From `[>100]`: which numbers the section is for.
    condition: tuple[str, float] | None

    @property
    def is_date(self) -> bool:
        """Whether the number is shown as a date, a time or a duration."""
        return any(token.part in DATE_PARTS for token in self.tokens)

    @property
    def is_for_text(self) -> bool:
        """Whether the section says how text is shown."""
        return any(token.part is Part.TEXT for token in self.tokens)


_CONDITIONS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<>": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "=": operator.eq,
}
_TOKEN = re.compile(
    r"""
      "(?P<quoted>[^"]*)"?
    | \\(?P<escaped>.)
    | _(?P<width>.)
    | \*(?P<fill>.)
    | \[(?P<elapsed>h+|m+|s+)\]
    | \[\$(?P<currency>[^\]-]*)(?:-[^\]]*)?\]
    | \[(?P<operator><=|>=|<>|<|>|=)(?P<limit>-?[0-9]+(?:\.[0-9]+)?)\]
    | \[(?P<colour>[^\]]*)\]
    | (?P<am_pm>am/pm|a/p)
    | (?P<general>general)
    | (?P<date>y+|m+|d+|h+|s+)
    | (?P<exponent>e[+-])
    | (?P<digit>[0#?])
    | (?P<end>;)
    | (?P<other>.)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_ELAPSED = {"h": Part.ELAPSED_HOURS, "m": Part.ELAPSED_MINUTES, "s": Part.ELAPSED_SECONDS}
_DATE = {"y": Part.YEAR, "m": Part.MONTH, "d": Part.DAY, "h": Part.HOUR, "s": Part.SECOND}
_OTHER = {
    ".": Part.POINT,
    ",": Part.COMMA,
    "%": Part.PERCENT,
    "@": Part.TEXT,
    "/": Part.SLASH,
}
_NAMED = {
    "am_pm": Part.AM_PM,
    "general": Part.GENERAL,
    "exponent": Part.EXPONENT,
    "digit": Part.DIGIT,
}


def holds(condition: tuple[str, float], value: float) -> bool:
    """Whether a section's condition holds for a number."""
    sign, limit = condition
    return _CONDITIONS[sign](value, limit)


@lru_cache(maxsize=1024)
def sections_of(pattern: str) -> tuple[Section, ...]:
    """The sections of a pattern, taken apart; there is always at least one."""
    sections: list[Section] = []
    tokens: list[Token] = []
    condition: tuple[str, float] | None = None
    for match in _TOKEN.finditer(pattern):
        kind = match.lastgroup
        if kind == "end":
            sections.append(_section(tokens, condition))
            tokens, condition = [], None
        elif kind == "limit":
            condition = (match["operator"], float(match["limit"]))
        else:
            tokens.extend(_tokens(kind, match))
    sections.append(_section(tokens, condition))
    return tuple(sections)


def _tokens(kind: str | None, match: re.Match[str]) -> tuple[Token, ...]:
    if kind is None or kind in {"colour", "fill"}:  # neither a colour nor a filling has text
        return ()
    text = match[kind]
    if kind == "width":  # room for the sign that follows
        return (Token(Part.LITERAL, " "),)
    if kind == "elapsed":
        return (Token(_ELAPSED[text[0].lower()], text),)
    if kind == "date":
        return (Token(_DATE[text[0].lower()], text),)
    if kind == "other":
        return (Token(_OTHER.get(text, Part.LITERAL), text),)
    return (Token(_NAMED.get(kind, Part.LITERAL), text),)


def _section(tokens: list[Token], condition: tuple[str, float] | None) -> Section:
    if any(token.part in DATE_PARTS for token in tokens):
        tokens = _as_date(tokens)
    return Section(tokens=tuple(tokens), condition=condition)


def _as_date(tokens: list[Token]) -> list[Token]:
    """Tell minutes from months and join the zeros after seconds; number signs are literal."""
    joined: list[Token] = []
    for token in (_in_date(tokens, index) for index in range(len(tokens))):
        if token.part is Part.FRACTION and joined and joined[-1].part is Part.FRACTION:
            joined[-1] = Token(Part.FRACTION, joined[-1].text + token.text)
        else:
            joined.append(token)
    return joined


def _in_date(tokens: list[Token], index: int) -> Token:
    token = tokens[index]
    if _is_minute(tokens, index):
        return Token(Part.MINUTE, token.text)
    if token.part is Part.DIGIT and token.text == "0":
        return Token(Part.FRACTION, "0")
    if token.part in DATE_PARTS:
        return token
    following = tokens[index + 1].text if index + 1 < len(tokens) else ""
    if token.part is Part.POINT and following == "0":
        return token
    return Token(Part.LITERAL, token.text)


def _is_minute(tokens: list[Token], index: int) -> bool:
    """`m` after an hour or before a second; `M` is the month wherever it stands (Google's guide)."""
    token = tokens[index]
    if token.part is not Part.MONTH or token.text[0] == "M" or len(token.text) > LONGEST_MINUTE:
        return False
    before = [each.part for each in tokens[:index] if each.part in DATE_PARTS]
    after = [each.part for each in tokens[index + 1 :] if each.part in DATE_PARTS]
    return bool((before and before[-1] in CLOCK_PARTS) or (after and after[0] in SECOND_PARTS))


def default_pattern(kind: str, locale: Locale) -> str:
    """The pattern Google uses where a format names a type and no pattern."""
    defaults = {
        "NUMBER": "#,##0.00",
        "PERCENT": "0.00%",
        "CURRENCY": locale.currency_pattern("#,##0.00"),
        "DATE": locale.date_pattern,
        "TIME": locale.time_pattern,
        "DATE_TIME": locale.date_time_pattern,
        "SCIENTIFIC": "0.00E+00",
        "TEXT": "@",
    }
    return defaults.get(kind, "General")
