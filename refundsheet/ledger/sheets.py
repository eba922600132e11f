"""The number under which a log is kept in the ledger."""

from sqlalchemy import Connection, select

from refundsheet.ledger.engine import is_writing
from refundsheet.ledger.records import SheetKey
from refundsheet.ledger.statements import upsert
from refundsheet.ledger.tables import sheets

#: No sheet has this number: a query for it finds nothing.
NOWHERE = 0


#: Every statement needs the number, and it never changes: each connection to the database keeps it.
_KEPT = "numbers of sheets"


def known(connection: Connection, sheet: SheetKey) -> int:
    """The log's number; NOWHERE for one that was never recorded."""
    kept: dict[SheetKey, int] = connection.info.setdefault(_KEPT, {})
    if sheet in kept:
        return kept[sheet]
    found = _find(connection, sheet)
    if found != NOWHERE and not is_writing(connection):  # what is being written may be taken back
        kept[sheet] = found
    return found


def _find(connection: Connection, sheet: SheetKey) -> int:
    statement = select(sheets.c.id).where(
        sheets.c.spreadsheet_id == sheet.spreadsheet_id, sheets.c.sheet_id == sheet.sheet_id
    )
    return connection.execute(statement).scalar_one_or_none() or NOWHERE


def registered(connection: Connection, sheet: SheetKey) -> int:
    """The log's number, a new one for one that was never recorded."""
    found = known(connection, sheet)
    if found == NOWHERE:
        values = {"spreadsheet_id": sheet.spreadsheet_id, "sheet_id": sheet.sheet_id}
        upsert(connection, sheets, [values], keys=tuple(values))  # another process may be first
        found = known(connection, sheet)
    return found
