"""Cases, observations, texts and flags in the ledger: the statements behind recall and record."""

import gc
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Select, Update, bindparam, insert, or_, select, update

from refundsheet.core.memory import Memory, Observation, Remembered
from refundsheet.ledger.records import Flag, Learnt, RaisedFlag, SheetKey
from refundsheet.ledger.serialise import SHAPE, Reader, dump, dump_remembered, load
from refundsheet.ledger.sheets import known
from refundsheet.ledger.statements import execute_all, upsert
from refundsheet.ledger.tables import (
    cases,
    digest,
    flags,
    history,
    intents,
    observations,
    shapes,
    sheets,
    texts,
)

#: How many cases are fetched or stored at a time: the rows of 100 000 need not all be held beside them.
_AT_A_TIME = 5_000


def recall(connection: Connection, sheet: SheetKey) -> Memory:
    """All that is remembered of a log."""
    row = known(connection, sheet)
    about = connection.execute(select(sheets).where(sheets.c.id == row)).one_or_none()
    if about is None:
        return Memory()
    return Memory(
        baseline_at=about.baseline_at,
        last_read_at=about.last_read_at,
        fields=frozenset(load(about.fields)),
        headers={field: (at, text) for field, (at, text) in load(about.headers or "{}").items()},
        waiting=frozenset(load(about.waiting or "[]")),
        zone=about.zone or "",
        locale=about.locale or "",
        cases=_cases(connection, row),
        texts=frozenset(
            connection.execute(select(texts.c.text).where(texts.c.sheet == row)).scalars()
        ),
    )


def _cases(connection: Connection, sheet: int) -> dict[str, Remembered]:
    readers = {row.id: Reader(load(row.names)) for row in connection.execute(select(shapes))}
    statement = select(cases.c.key, cases.c.shape, cases.c.record).where(cases.c.sheet == sheet)
    result = connection.execution_options(yield_per=_AT_A_TIME).execute(statement)
    with _without_collection():
        return {key: readers[shape](key, record) for key, shape, record in result}


@contextmanager
def _without_collection() -> Generator[None]:
    """Nothing of what is read here is garbage, and looking for it took a quarter of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def store(connection: Connection, sheet: int, learnt: Learnt) -> None:
    """What a pass has learnt of the cases; keys are renamed first, for all else uses the new ones."""
    _note_read(connection, sheet, learnt)
    rename(connection, sheet, learnt.renamed, learnt.at)
    forget(connection, sheet, learnt.forgotten)
    remember(connection, sheet, learnt.remembered)
    observe(connection, sheet, learnt.pass_number, learnt.observations)
    keep_texts(connection, sheet, learnt.texts)
    clear_flags(connection, sheet, learnt.cleared, learnt.at)
    raise_flags(connection, sheet, learnt.raised, learnt.at)


def _note_read(connection: Connection, sheet: int, learnt: Learnt) -> None:
    """When the log was read, and what it had."""
    values: dict[str, Any] = {"last_read_at": learnt.at}
    if learnt.baseline_at is not None:
        values["baseline_at"] = learnt.baseline_at
    if learnt.fields is not None:
        values["fields"] = dump(sorted(learnt.fields))
    if learnt.headers is not None:
        values["headers"] = dump(learnt.headers)
    if learnt.waiting is not None:
        values["waiting"] = dump(sorted(learnt.waiting))
    if learnt.book is not None:
        values["zone"], values["locale"] = learnt.book
    connection.execute(update(sheets).where(sheets.c.id == sheet).values(values))


def rename(connection: Connection, sheet: int, renamed: Mapping[str, str], at: datetime) -> None:
    """Let the history of cases follow them to their new keys.

    It goes by way of names that nobody has, so that R-1 can become R-2 while R-2 becomes R-3.
    """
    if not renamed:
        return
    forget(connection, sheet, renamed)
    between = {old: f"{number} between\x00" for number, old in enumerate(renamed)}
    _move(connection, sheet, between)
    standing = [(flag.case, flag.kind) for flag in _flags(connection, sheet, standing=True)]
    taken = set(renamed.values())
    clear_flags(connection, sheet, [flag for flag in standing if flag[0] in taken], at)
    _move(connection, sheet, {between[old]: new for old, new in renamed.items()})


def _move(connection: Connection, sheet: int, renamed: Mapping[str, str]) -> None:
    moves = [
        {"old_digest": digest(old), "new_digest": digest(new), "new_case": new}
        for old, new in renamed.items()
    ]
    for table in (observations, flags, intents, history):
        statement = (
            update(table)
            .where(table.c.sheet == sheet, table.c.digest == bindparam("old_digest"))
            .values(case=bindparam("new_case"), digest=bindparam("new_digest"))
        )
        execute_all(connection, statement, moves)


def forget(connection: Connection, sheet: int, keys: Iterable[str]) -> None:
    """Drop what is remembered under keys."""
    gone = [{"gone": digest(key)} for key in keys]
    one = cases.delete().where(cases.c.sheet == sheet, cases.c.digest == bindparam("gone"))
    execute_all(connection, one, gone)


def remember(connection: Connection, sheet: int, remembered: Iterable[Remembered]) -> None:
    """Store cases, each in the place of what was stored under its key."""
    latest = {case.key: case for case in remembered}
    if not latest:
        return
    shape = _shape(connection)
    each = iter(latest.items())
    while part := tuple(islice(each, _AT_A_TIME)):
        rows = [
            {
                "sheet": sheet,
                "digest": digest(key),
                "key": key,
                "shape": shape,
                "record": dump_remembered(case),
            }
            for key, case in part
        ]
        upsert(connection, cases, rows, keys=("sheet", "digest"))


def _shape(connection: Connection) -> int:
    """The number of the shape in which cases are stored now."""
    names = dump(SHAPE)
    find = select(shapes.c.id).where(shapes.c.names == names)
    found = connection.execute(find).scalar_one_or_none()
    if found is None:
        upsert(connection, shapes, [{"names": names}], keys=("names",))
        found = connection.execute(find).scalar_one()
    return found


def observe(
    connection: Connection, sheet: int, pass_number: int | None, seen: Iterable[Observation]
) -> None:
    """Add observations."""
    rows = [
        {
            "sheet": sheet,
            "pass_id": pass_number,
            "digest": digest(one.case),
            "case": one.case,
            "field": one.field,
            "before": one.before,
            "after": one.after,
            "not_before": one.not_before,
            "not_after": one.not_after,
        }
        for one in seen
    ]
    execute_all(connection, insert(observations), rows)


def observations_of(
    connection: Connection, sheet: SheetKey, field: str | None, pass_number: int | None
) -> list[Observation]:
    """Observations, oldest first."""
    table = observations.c
    statement = select(
        table.case, table.field, table.before, table.after, table.not_before, table.not_after
    ).where(table.sheet == known(connection, sheet))
    if field is not None:
        statement = statement.where(table.field == field)
    if pass_number is not None:
        statement = statement.where(table.pass_id == pass_number)
    result = connection.execute(statement.order_by(table.not_after, table.id))
    return [Observation(**row) for row in result.mappings()]


def keep_texts(connection: Connection, sheet: int, written: Iterable[str]) -> None:
    """Add texts that were written into our own columns."""
    rows = [{"sheet": sheet, "digest": digest(text), "text": text} for text in set(written)]
    upsert(connection, texts, rows, keys=("sheet", "digest"))


def raise_flags(
    connection: Connection, sheet: int, raised: Iterable[RaisedFlag], at: datetime
) -> None:
    """Raise flags; one that stands already keeps its time and gets the text."""
    latest = {(flag.case, flag.kind): flag for flag in raised}
    if not latest:
        return
    standing = {(flag.case, flag.kind) for flag in _flags(connection, sheet, standing=True)}
    again = [{**_its(*key), "new_text": latest[key].text} for key in latest if key in standing]
    new = [
        {
            "sheet": sheet,
            "digest": digest(flag.case),
            "case": flag.case,
            "kind": flag.kind,
            "text": flag.text,
            "raised_at": at,
        }
        for key, flag in latest.items()
        if key not in standing
    ]
    execute_all(connection, _one_standing(sheet).values(text=bindparam("new_text")), again)
    execute_all(connection, insert(flags), new)


def clear_flags(
    connection: Connection, sheet: int, cleared: Iterable[tuple[str, str]], at: datetime
) -> None:
    """Note that the reason of standing flags, given by case and kind, is gone."""
    gone = [_its(case, kind) for case, kind in cleared]
    execute_all(connection, _one_standing(sheet).values(cleared_at=at), gone)


def _one_standing(sheet: int) -> Update:
    """An update of the flag that ``_its`` values name."""
    return update(flags).where(
        flags.c.sheet == sheet,
        flags.c.digest == bindparam("its_digest"),
        flags.c.kind == bindparam("its_kind"),
        flags.c.cleared_at.is_(None),
    )


def _its(case: str, kind: str) -> dict[str, str]:
    return {"its_digest": digest(case), "its_kind": kind}


def flags_of(
    connection: Connection,
    sheet: SheetKey,
    *,
    standing: bool,
    at: datetime | None,
    since: datetime | None,
) -> list[Flag]:
    """Flags, oldest first."""
    return _flags(connection, known(connection, sheet), standing=standing, at=at, since=since)


def _flags(
    connection: Connection,
    sheet: int,
    *,
    standing: bool,
    at: datetime | None = None,
    since: datetime | None = None,
) -> list[Flag]:
    statement = _select_flags(sheet)
    if standing:
        statement = statement.where(flags.c.cleared_at.is_(None))
    if at is not None:
        stood = or_(flags.c.cleared_at.is_(None), flags.c.cleared_at > at)
        statement = statement.where(flags.c.raised_at <= at, stood)
    if since is not None:
        statement = statement.where(or_(flags.c.cleared_at.is_(None), flags.c.cleared_at > since))
    return [Flag(**row) for row in connection.execute(statement).mappings()]


def each_flag(connection: Connection, sheet: SheetKey) -> Iterator[Flag]:
    """Flags one after the other, oldest first."""
    in_parts = connection.execution_options(yield_per=_AT_A_TIME)
    result = in_parts.execute(_select_flags(known(connection, sheet)))
    return (Flag(**row) for row in result.mappings())


def _select_flags(sheet: int) -> Select[*tuple[Any, ...]]:
    table = flags.c
    columns = (table.case, table.kind, table.text, table.raised_at, table.cleared_at)
    return select(*columns).where(table.sheet == sheet).order_by(table.raised_at, table.id)
