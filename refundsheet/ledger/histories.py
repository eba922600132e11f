"""The history in the ledger: the statements behind what changed, and what of it the tab already has."""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update

from refundsheet.core.history import By, Entry
from refundsheet.ledger.records import Addition
from refundsheet.ledger.serialise import UnreadableRecordError, dump, load
from refundsheet.ledger.statements import execute_all
from refundsheet.ledger.tables import additions, digest, history, show_instant

#: Google works on a request for at most three minutes: after this none is under way any more.
_UNDER_WAY = timedelta(minutes=10)
_MARKS = 2**31 - 1
_AT_A_TIME = 500


def keep(connection: Connection, sheet: int, entries: Iterable[Entry]) -> None:
    """Add entries."""
    rows = [
        {
            "sheet": sheet,
            "run": entry.run,
            "at": entry.not_after,
            "digest": digest(entry.case),
            "case": entry.case,
            "entry": _dump(entry),
        }
        for entry in entries
    ]
    execute_all(connection, insert(history), rows)


def entries_of(
    connection: Connection, sheet: int, case: str | None = None, run: int | None = None
) -> list[Entry]:
    """Entries, oldest first: all, of one case, or of one pass."""
    conditions = [history.c.sheet == sheet]
    if case is not None:
        conditions.append(history.c.digest == digest(case))
    if run is not None:
        conditions.append(history.c.run == run)
    return [_entry(row) for row in _rows(connection, conditions)]


def each_entry(connection: Connection, sheet: int, since: datetime | None) -> Iterator[Entry]:
    """Entries one after the other, oldest first."""
    statement = select(history).where(history.c.sheet == sheet).order_by(history.c.id)
    if since is not None:
        statement = statement.where(history.c.at >= since)
    return map(_entry, connection.execute(statement.execution_options(yield_per=_AT_A_TIME)))


def numbered(connection: Connection, sheet: int, numbers: Iterable[int]) -> dict[int, Entry]:
    """Number to entry, of those that are still there."""
    remaining, found = iter(numbers), dict[int, Entry]()
    while some := list(islice(remaining, _AT_A_TIME)):
        rows = _rows(connection, [history.c.sheet == sheet, history.c.id.in_(some)])
        found |= {row.id: _entry(row) for row in rows}
    return found


def next_addition(connection: Connection, sheet: int, at: datetime, most: int) -> Addition | None:
    """What is to be added to the tab now: what was sent without an answer, else what came since.

    It is noted as sent: the same entries come again, under the same mark, until confirmed.
    """
    sent = _additions(connection, sheet)
    through = max((row.through for row in sent if row.confirmed), default=0)
    conditions = [history.c.sheet == sheet, history.c.id > through]
    unconfirmed = next((row for row in sent if not row.confirmed), None)
    if unconfirmed is not None:
        conditions.append(history.c.id <= unconfirmed.through)
    rows = _rows(connection, conditions, None if unconfirmed is not None else most)
    if not rows:
        return None
    mark = unconfirmed.mark if unconfirmed is not None else secrets.randbelow(_MARKS) + 1
    if unconfirmed is None:
        values = {"sheet": sheet, "mark": mark, "through": rows[-1].id, "sent_at": at}
        connection.execute(additions.insert().values(values))
    old = [row.mark for row in sent if row.through < through and row.sent_at < at - _UNDER_WAY]
    return Addition(mark, tuple(_entry(row) for row in rows), tuple(old))


def confirm(connection: Connection, sheet: int, addition: Addition) -> None:
    """The tab has the entries of an addition, and the marks that were outdated are gone."""
    of_sheet = additions.c.sheet == sheet
    its = additions.c.mark == addition.mark
    connection.execute(update(additions).where(of_sheet, its).values(confirmed=True))
    outdated = additions.c.mark.in_(addition.outdated)
    connection.execute(additions.delete().where(of_sheet, outdated))


def _additions(connection: Connection, sheet: int) -> Sequence[Row[Any]]:
    return connection.execute(select(additions).where(additions.c.sheet == sheet)).all()


def is_told() -> ColumnElement[bool]:
    """Whether an entry stands on its tab."""
    through = select(func.max(additions.c.through)).where(
        additions.c.sheet == history.c.sheet, additions.c.confirmed
    )
    return history.c.id <= through.scalar_subquery()


def _rows(
    connection: Connection, conditions: Sequence[ColumnElement[bool]], most: int | None = None
) -> Sequence[Row[Any]]:
    statement = select(history).where(*conditions).order_by(history.c.id).limit(most)
    return connection.execute(statement).all()


def _dump(entry: Entry) -> str:
    started = show_instant(entry.not_before)
    by = entry.by.value
    return dump([entry.label, entry.field, entry.before, entry.after, by, entry.why, started])


def _entry(row: Row[Any]) -> Entry:
    try:
        label, field, before, after, by, why, started = load(row.entry)
        return Entry(
            case=row.case,
            label=label,
            field=field,
            before=before,
            after=after,
            by=By(by),
            why=why,
            run=row.run,
            not_before=datetime.fromisoformat(started),
            not_after=row.at,
            number=row.id,
        )
    except (ValueError, TypeError) as error:
        raise UnreadableRecordError(f"The history of {row.case}", error) from error
