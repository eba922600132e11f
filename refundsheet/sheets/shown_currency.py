"""The currency that a log names only by the way its amounts are shown."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import zip_longest

from refundsheet.core.amounts import shown_currency
from refundsheet.core.model import Row
from refundsheet.core.parse import ParsedLog
from refundsheet.sheets.store import SheetStore

#: A log with more rows is asked no more often than every ten minutes: its formats are a large answer.
_MANY_ROWS = 5_000
_MANY_ROWS_EVERY = timedelta(minutes=10)

#: A format can change while the amounts stay, and that cannot be seen without asking.
_AT_LEAST_EVERY = timedelta(hours=1)


class ShownCurrency:
    """Asks a spreadsheet how it shows amounts that name no currency.

    That is one read request, when these amounts have changed and once an hour; none where there are
    no such amounts.
    """

    def __init__(self, store: SheetStore) -> None:
        self._store = store
        self._rows: Sequence[Row] = ()
        self._column: int | None = None
        self._asked_at: datetime | None = None
        self._currency = ""

    def of(self, log: ParsedLog, now: datetime) -> str:
        """The one currency in which all of these amounts are shown; "" where there is none."""
        column = log.layout.columns.get("amount")
        if column is None:
            return ""
        if self._holds_still(log.rows, now):
            return self._currency
        bare = [number for number, _ in _without_currency(log.rows)]
        is_old = self._asked_at is None or now - self._asked_at >= _AT_LEAST_EVERY
        if bare and (is_old or column != self._column or _differ(self._rows, log.rows)):
            self._column, self._asked_at = column, now
            self._currency = self._ask(column, bare, log.snapshot.locale)
        self._rows = log.rows
        return self._currency if bare else ""

    def _holds_still(self, rows: Sequence[Row], now: datetime) -> bool:
        """Whether there is no need to look at the amounts, or not yet."""
        if self._asked_at is None:
            return False
        age = now - self._asked_at
        is_soon = len(rows) > _MANY_ROWS and age < _MANY_ROWS_EVERY
        return is_soon or (rows is self._rows and age < _AT_LEAST_EVERY)

    def _ask(self, column: int, bare: Sequence[int], locale: str) -> str:
        patterns = self._store.number_formats(column)
        shown = (patterns[row - 1] if row <= len(patterns) else "" for row in bare)
        return shown_currency(shown, locale)


def _differ(before: Sequence[Row], now: Sequence[Row]) -> bool:
    """Whether the amounts without a currency are others, or elsewhere, than before."""
    pairs = zip_longest(_without_currency(before), _without_currency(now))
    return any(old != new for old, new in pairs)


def _without_currency(rows: Sequence[Row]) -> Iterator[tuple[int, Decimal]]:
    """Row number and amount of those that name no currency."""
    for row in rows:
        case = row.case
        if case.amount is not None and not case.currency:
            yield row.number, case.amount
