"""Takes all that is about somebody out of the ledger, whichever table it stands in."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, bindparam, delete, or_, select, update

from refundsheet.core.forget import Counts, Gone
from refundsheet.ledger import histories
from refundsheet.ledger.records import OPEN_STATES
from refundsheet.ledger.serialise import dump, load
from refundsheet.ledger.statements import execute_all
from refundsheet.ledger.tables import (
    cases,
    digest,
    flags,
    history,
    intents,
    observations,
    passes,
    published,
    texts,
)

#: How many rows are fetched at a time.
_AT_A_TIME = 1_000

#: Where a report names cases: it lists those that have left the log, and why something waits.
_NAMING = ("removed", "withheld")


def erase(connection: Connection, sheet: int, gone: Gone, in_use: Collection[str]) -> Counts:
    """Delete what is about cases; of others' records the parts that name them.

    Args:
        connection: Within a transaction.
        sheet: The log's number.
        gone: The cases, and the names nobody else has.
        in_use: Texts that stand on the sheet: they stay known as ours.
    """
    return Counts(
        cases=_delete(connection, cases, sheet, "digest", _digests(gone)),
        changes=_delete_ids(connection, observations, _changes(connection, sheet, gone)),
        lines=_delete_ids(connection, history, _lines(connection, sheet, gone)),
        flags=_flags(connection, sheet, gone),
        writes=_writes(connection, sheet, gone),
        texts=_texts(connection, sheet, gone, in_use),
        reports=_reports(connection, sheet, gone) + _pages(connection, sheet, gone),
    )


def _digests(gone: Gone) -> list[str]:
    return [digest(key) for key in gone.keys]


def _delete(
    connection: Connection, table: Table, sheet: int, column: str, values: Iterable[Any]
) -> int:
    statement = delete(table).where(table.c.sheet == sheet, table.c[column] == bindparam("its"))
    return sum(connection.execute(statement, {"its": value}).rowcount for value in values)


def _delete_ids(connection: Connection, table: Table, numbers: Iterable[int]) -> int:
    found = [{"its": number} for number in numbers]
    execute_all(connection, delete(table).where(table.c.id == bindparam("its")), found)
    return len(found)


def _changes(connection: Connection, sheet: int, gone: Gone) -> list[int]:
    """The observations of the cases, and of others those that name them."""
    table = observations.c
    statement = select(table.id, table.case, table.before, table.after).where(table.sheet == sheet)
    return [
        row.id
        for row in _rows(connection, statement)
        if row.case in gone.keys or gone.is_in((row.before, row.after))
    ]


def _lines(connection: Connection, sheet: int, gone: Gone) -> list[int]:
    entries = histories.each_entry(connection, sheet, None)
    return [entry.number for entry in entries if gone.is_told(entry)]


def _flags(connection: Connection, sheet: int, gone: Gone) -> int:
    """The flags of the cases go; of others' only the words that name them, for they were raised."""
    mine = _delete(connection, flags, sheet, "digest", _digests(gone))
    statement = select(flags.c.id, flags.c.text).where(flags.c.sheet == sheet)
    named = [{"its": row.id} for row in _rows(connection, statement) if gone.are_named_in(row.text)]
    silent = update(flags).where(flags.c.id == bindparam("its")).values(text="")
    execute_all(connection, silent, named)
    return mine + len(named)


def _writes(connection: Connection, sheet: int, gone: Gone) -> int:
    """The writes to the cases, and what others' were conditional on where that names them.

    Of a write that is settled nobody asks any more on what condition it was made.
    """
    table = intents.c
    settled = table.state.not_in([state.value for state in OPEN_STATES])
    statement = select(table.id, table.case, table.change, table.expected)
    mine: list[int] = []
    named: list[dict[str, Any]] = []
    for row in _rows(connection, statement.where(table.sheet == sheet, settled)):
        if row.case in gone.keys or any(map(gone.are_named_in, _words(load(row.change)))):
            mine.append(row.id)
        elif any(map(gone.are_named_in, _words(load(row.expected)))):
            named.append({"its": row.id})
    bare = update(intents).where(table.id == bindparam("its")).values(expected=dump({}))
    execute_all(connection, bare, named)
    return _delete_ids(connection, intents, mine) + len(named)


def _texts(connection: Connection, sheet: int, gone: Gone, in_use: Collection[str]) -> int:
    written = connection.execute(select(texts.c.text).where(texts.c.sheet == sheet)).scalars()
    named = [text for text in written if text not in in_use and gone.are_named_in(text)]
    return _delete(connection, texts, sheet, "digest", map(digest, named))


def _reports(connection: Connection, sheet: int, gone: Gone) -> int:
    """What reports of passes say of them."""
    table = passes.c
    may_name = or_(*(table.report.contains(f'"{name}":["', autoescape=True) for name in _NAMING))
    statement = select(table.id, table.report).where(table.sheet == sheet, may_name)
    found: list[dict[str, Any]] = []
    for row in _rows(connection, statement):
        report = load(row.report)
        told = {name: _without(report.get(name, ()), gone) for name in _NAMING}
        if any(len(told[name]) < len(report.get(name, ())) for name in _NAMING):
            found.append({"its": row.id, "left": dump(report | told)})
    less = update(passes).where(table.id == bindparam("its")).values(report=bindparam("left"))
    execute_all(connection, less, found)
    return len(found)


def _without(sentences: Iterable[str], gone: Gone) -> list[str]:
    """The sentences that neither name them nor begin with what they were called."""
    return [
        sentence
        for sentence in sentences
        if not gone.are_named_in(sentence) and not gone.is_called(sentence.partition(": ")[0])
    ]


def _pages(connection: Connection, sheet: int, gone: Gone) -> int:
    """What stood on tabs of ours: one that names them is published anew as a whole."""
    table = published.c
    statement = select(table.digest, table.cells).where(table.sheet == sheet)
    named = [
        row.digest
        for row in _rows(connection, statement)
        if any(map(gone.are_named_in, _words(load(row.cells))))
    ]
    return _delete(connection, published, sheet, "digest", named)


def _rows(connection: Connection, statement: Select[*tuple[Any, ...]]) -> Iterable[Row[Any]]:
    return connection.execute(statement.execution_options(yield_per=_AT_A_TIME))


def _words(value: Any) -> Iterator[str]:
    """Every text in plain values, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _words(part)
    elif isinstance(value, list):
        for part in value:
            yield from _words(part)
