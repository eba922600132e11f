"""Intents in the ledger: the statements behind a write that is noted before it leaves."""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, insert, select, update

from refundsheet.core.model import Change
from refundsheet.ledger.errors import ImpossibleTransitionError
from refundsheet.ledger.records import Intent, IntentState
from refundsheet.ledger.serialise import dump, dump_change, load, load_change
from refundsheet.ledger.statements import execute_all
from refundsheet.ledger.tables import digest, intents, passes, sheets

#: Databases bound how many values a statement names.
_AT_A_TIME = 500

#: So many marks without an intent are remembered: no request is under way for longer.
_MARKS_KEPT = 50


def leave_mark(connection: Connection, sheet: int, mark: str) -> None:
    """Remember a mark that no intent has, in the place of the oldest."""
    marks = [*_marks(connection, sheet), mark][-_MARKS_KEPT:]
    connection.execute(update(sheets).where(sheets.c.id == sheet).values(marks=dump(marks)))


def knows_mark(connection: Connection, sheet: int, mark: str) -> bool:
    """Whether a mark is remembered, or the one of an intent."""
    if mark in _marks(connection, sheet):
        return True
    its = select(intents.c.id).where(intents.c.sheet == sheet, intents.c.nonce == mark).limit(1)
    return connection.execute(its).first() is not None


def _marks(connection: Connection, sheet: int) -> list[str]:
    statement = select(sheets.c.marks).where(sheets.c.id == sheet)
    return load(connection.execute(statement).scalar_one_or_none() or "[]")


def intend(
    connection: Connection,
    sheet: int,
    pass_number: int,
    nonce: str,
    changes: Iterable[tuple[Change, Any]],
) -> list[int]:
    """Note changes as sent, each with what it expects; the numbers of their intents, in order."""
    rows = [
        {
            "sheet": sheet,
            "pass_id": pass_number,
            "nonce": nonce,
            "digest": digest(change.case),
            "case": change.case,
            "change": dump_change(change),
            "expected": dump(expected),
            "state": IntentState.SENT.value,
        }
        for change, expected in changes
    ]
    if not rows:
        return []
    statement = insert(intents).returning(intents.c.id, sort_by_parameter_order=True)
    return list(connection.execute(statement, rows).scalars())


def settle(connection: Connection, outcomes: Mapping[int, tuple[IntentState, str]]) -> None:
    """Move intents on, all or none."""
    states = _states(connection, outcomes)
    for number, (later, _) in outcomes.items():
        state = states.get(number)
        if state is None or (state is not later and not state.may_become(later)):
            shown = "not in the ledger" if state is None else state.value
            raise ImpossibleTransitionError(number, shown, later.value)
    rows = [
        {"number": number, "later": state.value, "why": detail}
        for number, (state, detail) in outcomes.items()
    ]
    statement = (
        update(intents)
        .where(intents.c.id == bindparam("number"))
        .values(state=bindparam("later"), detail=bindparam("why"))
    )
    execute_all(connection, statement, rows)


def _states(connection: Connection, numbers: Iterable[int]) -> dict[int, IntentState]:
    """The states as they are, held until the transaction ends."""
    states: dict[int, IntentState] = {}
    remaining = iter(numbers)
    while some := list(islice(remaining, _AT_A_TIME)):
        statement = select(intents.c.id, intents.c.state).where(intents.c.id.in_(some))
        found = connection.execute(statement.with_for_update())
        states |= {number: IntentState(state) for number, state in found}
    return states


def intents_of(
    connection: Connection,
    sheet: int,
    states: Iterable[IntentState],
    pass_number: int | None,
    case: str | None,
) -> list[Intent]:
    """Intents, oldest first."""
    statement = _intents(sheet).where(intents.c.state.in_([state.value for state in states]))
    if pass_number is not None:
        statement = statement.where(intents.c.pass_id == pass_number)
    if case is not None:
        statement = statement.where(intents.c.digest == digest(case))
    return [_intent(row) for row in connection.execute(statement.order_by(intents.c.id))]


def _intents(sheet: int) -> Select[Any]:
    return (
        select(intents, passes.c.at)
        .join(passes, passes.c.id == intents.c.pass_id)
        .where(intents.c.sheet == sheet)
    )


def _intent(row: Row[Any]) -> Intent:
    return Intent(
        number=row.id,
        pass_number=row.pass_id,
        change=load_change(row.change, row.case),
        nonce=row.nonce,
        expected=load(row.expected),
        at=row.at,
        state=IntentState(row.state),
        detail=row.detail,
    )
