"""What a value of a setting may look like, and the sentence where it looks otherwise."""

import json
import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from enum import Enum
from math import floor
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, StringConstraints

from refundsheet.core.calendar import Hours, parse_hours
from refundsheet.core.columns import BY_FIELD, CUSTOMER_AND_ORDER, Writer, comparable
from refundsheet.core.desk import Span, Unit
from refundsheet.core.model import Severity
from refundsheet.core.rules.catalogue import RULE_BY_ID

#: Stands for a limit that is not to be there although it would be by itself.
NEVER = "never"


class Grade(Enum):
    """How much a rule matters to the team."""

    OFF = "off"
    NOTE = "note"
    WARNING = "warning"
    PROBLEM = "problem"

    @property
    def severity(self) -> Severity | None:
        """The same as the core knows it; None is off."""
        return None if self is Grade.OFF else Severity[self.name]


def _spreadsheet_id(value: str) -> str:
    found = re.fullmatch(r"(?:https?://.*?/d/)?([\w-]+)(?:[/?#].*)?", value.strip())
    if found is None or (found[0] != found[1] and "/d/" not in value):
        raise ValueError(
            f'"{value}" is neither the id of a spreadsheet nor its address: copy the address '
            "from the browser, https://docs.google.com/spreadsheets/d/…"
        )
    return found[1]


def _base_url(value: str) -> str:
    if not re.fullmatch(r"https?://[^/\s]+/?", value):
        raise ValueError(
            f'"{value}" is not the address of a server: write for example "https://sheets.googleapis.com" '
            'or "http://127.0.0.1:8737"'
        )
    return value.rstrip("/")


def _ledger_url(value: str) -> str:
    if not re.fullmatch(r"(sqlite|postgresql(\+psycopg)?)://.*", value):
        raise ValueError(
            'this is not the address of a database: write for example "sqlite:////var/lib/refundsheet/'
            'ledger.sqlite" or "postgresql://user@host/database"'
        )
    return value


def _hours(value: object) -> Hours:
    try:
        return parse_hours(value if isinstance(value, str) else repr(value))
    except ValueError as error:
        raise ValueError(
            f'{error}: write for example "09:00-12:30, 13:30-17:00", or "" for a closed day'
        ) from None


def _show_hours(hours: Hours) -> str:
    return ", ".join(f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in hours)


def _span(value: object) -> Span:
    return value if isinstance(value, Span) else Span.parse(str(value))


def _case_ids(value: str) -> str:
    if not re.fullmatch(r"[^#{}]*(\{year\})?[^#{}]*#+", value):
        raise ValueError(
            f'"{value}" is not a pattern for Case IDs: write some text, {{year}} where wanted, and one '
            '# for each digit at the end, for example "R-{year}-####"'
        )
    return value


def _field_with_a_header(value: str) -> str:
    return _one_of(value, (*BY_FIELD, CUSTOMER_AND_ORDER.field))


def _field_people_write(value: str) -> str:
    return _one_of(value, [c.field for c in BY_FIELD.values() if c.writer is not Writer.US])


def _one_of(value: str, allowed: Iterable[str]) -> str:
    if value not in allowed:
        raise ValueError(f'"{value}" is not a field of the log: write one of {", ".join(allowed)}')
    return value


def _rule(value: str) -> str:
    if value not in RULE_BY_ID:
        near = get_close_matches(value, RULE_BY_ID, n=1)
        hint = f"did you mean {near[0]}?" if near else "the README lists them all"
        raise ValueError(f'"{value}" is not a rule; {hint}')
    return value


def _from_text(value: object) -> object:
    """A list as the environment gives it: JSON."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise ValueError(f'{value} is not a list: write for example ["one", "two"]') from None


def without_doubles(values: Sequence[str]) -> Sequence[str]:
    """The same words, once it is known that none is there twice, however it is spelled."""
    for index, value in enumerate(values):
        if comparable(value) in {comparable(other) for other in values[:index]}:
            raise ValueError(f'"{value}" is there twice')
    return values


def _span_or_never(value: object) -> Span | None:
    return None if value == NEVER else _span(value)


def _show_span_or_never(span: Span | None) -> str:
    return NEVER if span is None else str(span)


def three_quarters(limit: Span) -> Span | str:
    """When a limit is soon due, where nothing else is said; calendar days are whole."""
    amount = limit.amount * 0.75
    if limit.unit is Unit.CALENDAR_DAYS:
        amount = floor(amount)
    return Span(amount, limit.unit) if amount else NEVER


def _said(value: str) -> str:
    if not value:
        raise ValueError("is empty: write a text, or leave the key out")
    return value


def _file(value: object) -> object:
    if not isinstance(value, str | Path) or "{" in str(value):  # the key itself, pasted
        raise ValueError("this is not the name of a file: write the path of the key file")
    return Path(value).expanduser()


FromText = BeforeValidator(_from_text)
Words = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_said)]
TabName = Annotated[Words, StringConstraints(max_length=100)]
FilePath = Annotated[Path, BeforeValidator(_file)]
WordList = Annotated[tuple[Words, ...], FromText, AfterValidator(without_doubles)]
DayHours = Annotated[Hours, BeforeValidator(_hours), PlainSerializer(_show_hours)]
Limit = Annotated[Span, BeforeValidator(_span), PlainSerializer(str)]
LimitOrNever = Annotated[
    Span | None, BeforeValidator(_span_or_never), PlainSerializer(_show_span_or_never)
]
SpreadsheetId = Annotated[str, AfterValidator(_spreadsheet_id)]
BaseUrl = Annotated[str, AfterValidator(_base_url)]
LedgerUrl = Annotated[str, AfterValidator(_ledger_url)]
CaseIds = Annotated[str, AfterValidator(_case_ids)]
HeaderField = Annotated[str, AfterValidator(_field_with_a_header)]
RuleId = Annotated[str, AfterValidator(_rule)]
PeoplesField = Annotated[str, AfterValidator(_field_people_write)]


def _listen(value: object) -> object:
    """Host and port; a name or address before the last colon, IPv6 in brackets."""
    if not isinstance(value, str):
        return value
    host, _, port = value.strip().rpartition(":")
    if not host or not port.isdecimal() or int(port) >= 2**16:
        raise ValueError(
            f'"{value}" is not an address to listen on: write for example "127.0.0.1:9464"'
        )
    return host.strip("[]"), int(port)


#: An address to listen on.
Listen = Annotated[tuple[str, int], BeforeValidator(_listen)]
