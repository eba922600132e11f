"""The currency that a log names only by the way its amounts are shown."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

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
        #: Tells these amounts from others; the rows themselves would be a log kept beside the next one.
        self._about = 0
        self._asked_at: datetime | None = None
        self._currency = ""

    def of(self, log: ParsedLog, now: datetime) -> str:
        """The one currency in which all of these amounts are shown; "" where there is none."""
        column = log.layout.columns.get("amount")
        if column is None:
            return ""
        age = None if self._asked_at is None else now - self._asked_at
        if age is not None and len(log.rows) > _MANY_ROWS and age < _MANY_ROWS_EVERY:
            return self._currency
        about = _told_apart(column, log.rows)
        if about != self._about or age is None or age >= _AT_LEAST_EVERY:
            bare = [number for number, _ in _without_currency(log.rows)]
            self._currency = self._ask(column, bare, log.snapshot.locale) if bare else ""
            # Only now: a question that failed is asked again.
            self._about, self._asked_at = about, now if bare else self._asked_at
        return self._currency

    def _ask(self, column: int, bare: Sequence[int], locale: str) -> str:
        patterns = self._store.number_formats(column)
        shown = (patterns[row - 1] if row <= len(patterns) else "" for row in bare)
        return shown_currency(shown, locale)


def _told_apart(column: int, rows: Sequence[Row]) -> int:
    """A number that is another one where an amount without a currency is another, or elsewhere."""
    about = column
    for number, amount in _without_currency(rows):
        about = hash((about, number, amount))
    return about


def _without_currency(rows: Sequence[Row]) -> Iterator[tuple[int, Decimal]]:
    """Row number and amount of those that name no currency."""
    for row in rows:
        case = row.case
        if case.amount is not None and not case.currency:
            yield row.number, case.amount
