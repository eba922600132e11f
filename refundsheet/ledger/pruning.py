"""What the ledger drops when it has grown old."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Table, and_, exists

from refundsheet.ledger.histories import is_told
from refundsheet.ledger.records import IntentState
from refundsheet.ledger.tables import flags, history, intents, observations, passes, settings

#: What became of a write is known, and nobody has to do anything about it.
_OVER = (IntentState.DONE, IntentState.LOST, IntentState.UNDONE, IntentState.REFUSED)


def prune(connection: Connection, before: datetime) -> int:
    """Drop what was over before a time; how many entries that were."""
    old_pass = exists().where(passes.c.id == intents.c.pass_id, passes.c.at < before)
    in_use = exists().where(intents.c.pass_id == passes.c.id)
    later = settings.alias()
    replaced = exists().where(
        later.c.sheet == settings.c.sheet, later.c.since > settings.c.since, later.c.since < before
    )
    outdated: tuple[tuple[Table, ColumnElement[bool]], ...] = (
        (observations, observations.c.not_after < before),
        (history, and_(history.c.at < before, is_told())),
        (flags, flags.c.cleared_at < before),
        (intents, and_(intents.c.state.in_([state.value for state in _OVER]), old_pass)),
        (passes, and_(passes.c.at < before, ~in_use)),
        (settings, replaced),
    )
    return sum(
        connection.execute(table.delete().where(condition)).rowcount
        for table, condition in outdated
    )
