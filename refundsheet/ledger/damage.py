"""A damaged ledger is kept aside under another name, and a new one takes its place."""

from itertools import count
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.engine import URL

from refundsheet.ledger.errors import LedgerDamagedError

#: What SQLite keeps beside its file.
_BESIDE = ("", "-wal", "-shm")
_SQLITE = b"SQLite format 3\x00"


def refuse_damaged(connection: Connection, place: str) -> None:
    """Look through a SQLite file; every page of it is read, which takes a second for a gigabyte.

    Raises:
        LedgerDamagedError: where something in it makes no sense.
    """
    if connection.dialect.name == "sqlite":
        found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
        if found != "ok":
            raise LedgerDamagedError(place, str(found).replace("\n", " "))


def set_aside(url: URL) -> Path | None:
    """Give a damaged ledger another name; None where that is not for us to do.

    A file that never was a database may be anything, and a server's tables are the server's.
    """
    if url.get_backend_name() != "sqlite" or not url.database:
        return None
    file = Path(url.database)
    with file.open("rb") as content:
        if content.read(len(_SQLITE)) != _SQLITE:
            return None
    free = (file.with_name(f"{file.name}.damaged-{number}") for number in count(1))
    aside = next(path for path in free if not path.exists())
    for suffix in _BESIDE:
        part = file.with_name(file.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    return aside
