"""Reads a row cell by cell: every cell becomes a value or a violation, and nothing raises."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, assert_never
from zoneinfo import ZoneInfo

from refundsheet.core.amounts import currency_code, read_amount
from refundsheet.core.columns import BY_FIELD, COLUMNS, CUSTOMER_AND_ORDER, Column, Kind, Writer
from refundsheet.core.model import Layout, Moment, RefundCase, Violation
from refundsheet.core.rules.catalogue import violation
from refundsheet.core.serials import at_wall_time, to_moment
from refundsheet.core.text_dates import Ambiguous, read_text_date

CELL_ERROR = "cell_error"
PLACEHOLDER = "placeholder"
ONLY_SPACES = "only_spaces"
ID_IS_NUMBER = "id_is_number"
ID_LOST_DIGITS = "id_lost_digits"
ID_IS_CHECKBOX = "id_is_checkbox"
DATE_IS_TEXT = "date_is_text"
DATE_AMBIGUOUS = "date_ambiguous"
DATE_SHORT_YEAR = "date_short_year"
DATE_UNREADABLE = "date_unreadable"
DATE_TOO_EARLY = "date_too_early"
DATE_IN_FUTURE = "date_in_future"
DATE_TOO_FAR = "date_too_far"
AMOUNT_UNREADABLE = "amount_unreadable"
AMOUNT_NEGATIVE = "amount_negative"
AMOUNT_ZERO = "amount_zero"
CURRENCY_CONFLICT = "currency_conflict"

#: What stands in a cell whose formula fails, or has not been calculated yet.
CELL_ERRORS = frozenset(
    [
        "#REF!",
        "#N/A",
        "#ERROR!",
        "#NAME?",
        "#DIV/0!",
        "#VALUE!",
        "#NUM!",
        "#NULL!",
        "#SPILL!",
        "#CALC!",
        "Loading...",
        "Loading…",
    ]
)
#: Violations that end by time alone, without anybody changing the cell.
ENDED_BY_TIME = frozenset({DATE_IN_FUTURE, DATE_TOO_FAR})
#: No log is older; such dates come from a "2026" or a "5" typed into a date cell.
EARLIEST = date(2000, 1, 1)
#: How far the clock of whoever typed may be ahead of ours.
TOLERANCE = timedelta(minutes=5)

_PLACEHOLDERS = frozenset(
    [
        "-",
        "--",
        "---",
        "\u2013",
        "\u2014",
        "?",
        "??",
        ".",
        "n/a",
        "na",
        "none",
        "tbd",
        "tba",
        "unknown",
    ]
)
LONGEST_PLACEHOLDER = max(map(len, _PLACEHOLDERS))
FARTHEST = timedelta(days=5 * 365 + 1)
MAY_LIE_AHEAD = frozenset({"deadline", "snooze_until"})
#: From here on a number has lost digits of what was typed.
_INEXACT = 10**15
_LONGEST_SHOWN = 40
#: No name and number are longer; a long text would only take its time.
_LONGEST_SPLIT = 120
_VERBATIM = frozenset(
    column.field
    for column in COLUMNS
    if column.kind is Kind.TEXT and column.writer is not Writer.US and column.field != "currency"
)
# strftime would name them in the language of the machine.
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the meaning of a cell depends on besides the cell.

    Attributes:
        now: When the sheet was read; what lies after it has not happened.
        headers: Field to the header it stands under, for the sentences.
    """

    zone: ZoneInfo
    locale: str
    now: datetime
    headers: Mapping[str, str]


def read_row(
    cells: Sequence[Any], layout: Layout, sheet: Sheet
) -> tuple[RefundCase, tuple[Violation, ...]]:
    """What the cells of a row say, and what is wrong with them one by one."""
    reader = _Reader(sheet)
    width = len(cells)
    for field, index in layout.columns.items():
        cell = cells[index] if index < width else ""
        if cell != "" and cell is not None:
            reader.read(field, cell)
    return reader.case(), tuple(reader.violations)


def reads_blank(text: str) -> bool:
    """Whether a text says nothing: spaces, or a sign people put where they have nothing to say."""
    plain = text.strip()
    return not plain or (len(plain) <= LONGEST_PLACEHOLDER and plain.casefold() in _PLACEHOLDERS)


def is_past(moment: Moment, now: datetime, zone: ZoneInfo) -> bool:
    """Whether a moment lies before now, or so little after it that clocks may differ; today is past."""
    latest = now + TOLERANCE
    if isinstance(moment, datetime):
        # By UTC: within one zone Python compares what the clocks show, and an hour comes twice a year.
        return moment.astimezone(UTC) <= latest.astimezone(UTC)
    return moment <= latest.astimezone(zone).date()


class _Reader:
    """Reads the cells of one row, and collects what is wrong with them."""

    __slots__ = ("_amount_currency", "_sheet", "_values", "violations")

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._values: dict[str, Any] = {}
        self._amount_currency = ""
        self.violations: list[Violation] = []

    def case(self) -> RefundCase:
        """What the cells read so far say."""
        if self._amount_currency:
            self._settle_currency()
        return RefundCase(**self._values)

    def read(self, field: str, cell: Any) -> None:
        """Read a cell that is not blank; where it says nothing, or nothing certain, no value is kept."""
        if type(cell) is str and field in _VERBATIM and cell not in CELL_ERRORS:
            self._values[field] = cell  # most cells, even of an odd row
            return
        column = BY_FIELD.get(field, CUSTOMER_AND_ORDER)
        if column.writer is Writer.US:
            return  # what we wrote ourselves says nothing about the case
        if cell in CELL_ERRORS:
            says = f"shows {cell}: its formula gives no value. Mend the formula or type the value."
            self._add(CELL_ERROR, field, says)
        elif column is CUSTOMER_AND_ORDER:
            self._read_customer_and_order(cell)
        elif column.kind is Kind.TEXT or not self._passes_over(field, cell):
            self._read_kind(column, cell)

    def _read_kind(self, column: Column, cell: Any) -> None:
        match column.kind:
            case Kind.IDENTIFIER:
                self._read_identifier(column.field, cell)
            case Kind.AMOUNT:
                self._read_amount(column.field, cell)
            case Kind.MOMENT:
                self._read_moment(column.field, cell)
            case Kind.TEXT:
                self._read_text(column.field, cell)
            case _:
                assert_never(column.kind)

    def _add(self, rule: str, field: str, says: str) -> None:
        headers = self._sheet.headers
        header = headers.get(field) or headers[CUSTOMER_AND_ORDER.field]
        self.violations.append(violation(rule, f"{header} {says}", field))

    def _passes_over(self, field: str, cell: Any) -> bool:
        """Whether a cell says nothing; one that is to be filled in when it is blank should be."""
        if not (isinstance(cell, str) and reads_blank(cell)):
            return False
        if shown := cell.strip():
            says = f'says "{shown}", which is read as blank. Better leave the cell empty.'
            self._add(PLACEHOLDER, field, says)
        elif BY_FIELD.get(field, CUSTOMER_AND_ORDER).writer is Writer.TEAM_THEN_US:
            says = "looks blank but holds spaces, so refundsheet leaves it alone. Clear the cell."
            self._add(ONLY_SPACES, field, says)
        return True

    def _read_text(self, field: str, cell: Any) -> None:
        text = as_text(cell)
        self._values[field] = (
            currency_name(text, self._sheet.locale) if field == "currency" else text
        )

    def _read_identifier(self, field: str, cell: Any) -> None:
        self._values[field] = as_text(cell)
        if not isinstance(cell, str):
            self._judge_identifier(field, cell)

    def _judge_identifier(self, field: str, cell: float) -> None:
        if isinstance(cell, bool):
            says = f"holds a checkbox ({as_text(cell)}), not an ID. Type the ID as text."
            self._add(ID_IS_CHECKBOX, field, says)
        elif isinstance(cell, int) and abs(cell) < _INEXACT:
            says = (
                f"{cell} is a number to the sheet, so leading zeros are lost. "
                "Format the column as plain text to keep IDs as they are typed."
            )
            self._add(ID_IS_NUMBER, field, says)
        else:
            says = (
                f"shows {as_text(cell)}, an ID the sheet turned into a number; digits may be lost. "
                f"Format the cell as plain text and type the ID again."
            )
            self._add(ID_LOST_DIGITS, field, says)

    def _read_amount(self, field: str, cell: Any) -> None:
        read = None if isinstance(cell, bool) else read_amount(cell, self._sheet.locale)
        if read is None:
            says = f'"{_shown(cell)}" cannot be read as an amount. Type it as a number, for example 12.50.'
            self._add(AMOUNT_UNREADABLE, field, says)
            return
        amount, self._amount_currency = read
        self._values[field] = amount
        if amount < 0:
            says = f"{_shown(cell)} is negative. A refund is written without the minus sign."
            self._add(AMOUNT_NEGATIVE, field, says)
        elif not amount:
            says = "is 0. Type what is to be refunded, or leave the cell empty."
            self._add(AMOUNT_ZERO, field, says)

    def _settle_currency(self) -> None:
        """The currency column decides, where there is one and it says something."""
        named: str = self._values.get("currency", "")
        if not named:
            self._values["currency"] = self._amount_currency
        elif named != self._amount_currency:
            says = f"is in {self._amount_currency}, but the currency beside it is {named}. Correct one of them."
            self._add(CURRENCY_CONFLICT, "amount", says)

    def _read_moment(self, field: str, cell: Any) -> None:
        if isinstance(cell, str):
            self._read_text_date(field, cell)
            return
        try:
            moment = None if isinstance(cell, bool) else to_moment(cell, self._sheet.zone)
        except ValueError:
            moment = None
        if moment is None:
            self._add_unreadable_date(field, cell)
        else:
            self._keep_moment(field, moment)

    def _add_unreadable_date(self, field: str, cell: Any) -> None:
        says = f'"{_shown(cell)}" cannot be read as a date. Type it again, for example 2026-04-03.'
        self._add(DATE_UNREADABLE, field, says)

    def _read_text_date(self, field: str, text: str) -> None:
        match read_text_date(text, locale=self._sheet.locale):
            case None:
                self._add_unreadable_date(field, text)
            case Ambiguous() as ambiguous:
                self._add_ambiguous(field, text, ambiguous)
            case moment:
                self._keep_text_moment(field, text, moment)

    def _keep_text_moment(self, field: str, text: str, read: Moment) -> None:
        moment = _in_zone(read, self._sheet.zone)
        if self._keep_moment(field, moment):
            says = (
                f'"{_shown(text)}" is text, read as {day_words(moment)}. '
                f"Type it again as a date: the sheet itself cannot sort or count with text."
            )
            self._add(DATE_IS_TEXT, field, says)

    def _add_ambiguous(self, field: str, text: str, ambiguous: Ambiguous) -> None:
        rule = DATE_SHORT_YEAR if ambiguous.short_year else DATE_AMBIGUOUS
        readings = " or ".join(map(day_words, ambiguous.readings))
        doubt = "has a year of two digits and" if ambiguous.short_year else "is text and"
        says = (
            f'"{_shown(text)}" {doubt} could be {readings}: '
            f"type it again as a date, for example {ambiguous.readings[0].isoformat()}."
        )
        self._add(rule, field, says)

    def _keep_moment(self, field: str, moment: Moment) -> bool:
        """Keep a moment that can be true; say of the others why not. They are never bent into place."""
        day = moment.date() if isinstance(moment, datetime) else moment
        if day < EARLIEST:
            says = f"is {day_words(day)}, too long ago to be right. Type the date again, for example 2026-04-03."
            self._add(DATE_TOO_EARLY, field, says)
        elif field in MAY_LIE_AHEAD:
            if day - self._sheet.now.date() <= FARTHEST:
                self._values[field] = moment
                return True
            says = f"is {day_words(day)}, more than five years ahead. Correct the year."
            self._add(DATE_TOO_FAR, field, says)
        elif is_past(moment, self._sheet.now, self._sheet.zone):
            self._values[field] = moment
            return True
        else:
            says = f"is {day_words(moment)}, which had not come yet when it was read. Correct the date."
            self._add(DATE_IN_FUTURE, field, says)
        return False

    def _read_customer_and_order(self, cell: Any) -> None:
        if self._passes_over(CUSTOMER_AND_ORDER.field, cell):
            return
        if isinstance(cell, str):
            customer, order = split_customer_and_order(cell)
        else:
            customer, order = "", as_text(cell)
            self._judge_identifier("order_id", cell)
        for field, value in (("customer_name", customer), ("order_id", order)):
            if field not in self._sheet.headers:
                self._values[field] = value


def _in_zone(moment: Moment, zone: ZoneInfo) -> Moment:
    """A moment read from text as the zone has it; at the calendar's ends, where no zone is, the date."""
    if not isinstance(moment, datetime):
        return moment
    if not date.min.year < moment.year < date.max.year:
        return moment.date()
    return at_wall_time(moment, zone) if moment.tzinfo is None else moment.astimezone(zone)


def as_text(cell: Any) -> str:
    """A cell as text: letters as they stand, numbers without an exponent, TRUE and FALSE."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer():
        return f"{cell:.0f}"
    return f"{Decimal(repr(cell)):f}"


@lru_cache(maxsize=1024)
def currency_name(text: str, locale: str) -> str:
    """The code of a currency, or the text itself where it is unknown: a group of its own."""
    return currency_code(text, locale) or text


_ORDER = (
    r"(?:order(?: (?:no|number|id))?[.:]? ?)?"
    r"(?P<order># ?[^\W_][\w-]*|[A-Za-z]{1,6}[-_]?\d[\w-]*|\d(?=(?:\D*\d){2})[\w-]*)"
)
_CUSTOMER_AND_ORDER = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        _ORDER,
        rf"(?P<customer>.*?\w.*?) ?[(\[]{_ORDER}[)\]]",
        rf"(?P<customer>.*?\w.*?)(?: ?[,;/|:] ?| [-\u2013\u2014] | ){_ORDER}",
        rf"{_ORDER}(?: ?[,;/|:] ?| [-\u2013\u2014] | )(?P<customer>\D*\w\D*)",
    )
)


@lru_cache(maxsize=8192)
def split_customer_and_order(text: str) -> tuple[str, str]:
    """A customer's name and an order's number out of one cell; either may be "".

    Examples: ``Ada Moreau, #1001`` · ``Ada Moreau (ORD-1001)`` · ``1001 - Ada Moreau``.
    """
    plain = " ".join(text.split())
    if len(plain) > _LONGEST_SPLIT:
        return plain, ""
    for pattern in _CUSTOMER_AND_ORDER:
        if match := pattern.fullmatch(plain):
            return match.groupdict().get("customer", "").strip(" ,;"), match["order"]
    return plain, ""


def _shown(cell: Any) -> str:
    """A cell as a sentence quotes it: on one line, and not too long."""
    text = " ".join(as_text(cell).split())
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"


def day_words(moment: Moment) -> str:
    """A day that cannot be taken for another one: 3 April 2026."""
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"
