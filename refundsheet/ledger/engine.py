"""Opens the ledger's database: the file with its rights, the connection's habits, the schema."""

import os
import secrets
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from refundsheet.ledger.damage import refuse_damaged
from refundsheet.ledger.errors import (
    ClearErrors,
    ForeignLedgerError,
    LedgerDriverError,
    LedgerUnwritableError,
    LedgerUrlError,
    NewerLedgerError,
)
from refundsheet.ledger.tables import SCHEMA_VERSION, identity, ledger_version, metadata

#: How long we wait for another process that writes, in seconds.
BUSY_SECONDS = 10

#: The option of a connection that says how its transactions begin.
_BEGIN = "begin"

#: Any number nobody else locks: two programs must not make the tables at the same time.
_PREPARING = 7_264_001


def parse_url(url: str) -> URL:
    """The address of the ledger; PostgreSQL always by psycopg.

    Raises:
        LedgerUrlError: when it is not one, without repeating it: it may hold a password.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise LedgerUrlError("is not a database address") from None
    match parsed.get_backend_name():
        case "sqlite":
            return parsed
        case "postgresql":
            return parsed.set(drivername="postgresql+psycopg")
        case other:
            raise LedgerUrlError(f"names {other}, and a ledger is kept in SQLite or PostgreSQL")


def place_of(url: URL) -> str:
    """Where the ledger is, for people, without user or password."""
    if url.get_backend_name() == "sqlite":
        return url.database or "memory"
    return f"{url.host or 'localhost'}/{url.database}"


def connect(url: URL) -> Engine:
    """An engine on a ledger whose tables are there and ours."""
    place = place_of(url)
    is_new = _make_file(url, place)
    engine = _sqlite(url) if url.get_backend_name() == "sqlite" else _postgresql(url)
    try:
        with ClearErrors(place):
            if is_new:
                _habits_of_the_file(engine)
            else:
                with engine.begin() as connection:
                    refuse_damaged(connection, place)
            with writing(engine).begin() as connection:
                _prepare(connection, place)
    except BaseException:
        engine.dispose()
        raise
    return engine


def writing(engine: Engine) -> Engine:
    """The same database, for transactions that write: SQLite takes its write lock at their start.

    A transaction that reads first and asks for the lock later can be refused at once, however long
    the busy time-out is.
    """
    return engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})


def is_writing(connection: Connection) -> bool:
    """Whether a transaction is one that may write."""
    return _BEGIN in connection.get_execution_options()


def _make_file(url: URL, place: str) -> bool:
    """Make the SQLite file and its folder, readable by us alone; whether it is new."""
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return False
    path = Path(str(url.database))
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        if path.is_file():
            return path.stat().st_size == 0
        why = "it is a folder" if path.is_dir() else "its folder is a file"
        raise LedgerUnwritableError(place, why) from None
    except OSError as error:
        raise LedgerUnwritableError(place, error.strerror) from error
    return True


def _sqlite(url: URL) -> Engine:
    if url.database in (None, "", ":memory:"):
        engine = create_engine(
            url,
            hide_parameters=True,
            poolclass=StaticPool,
            connect_args={"check_same_thread": False},
        )
    else:
        engine = create_engine(url, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _habits_of_a_connection)
    event.listen(engine, "begin", _begin)
    return engine


def _habits_of_a_connection(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver would begin transactions of its own
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA synchronous = FULL")  # an intent must outlive a power cut
    cursor.close()


def _habits_of_the_file(engine: Engine) -> None:
    """Settings that stay with a file, made before it has a table and outside of any transaction."""
    with closing(engine.raw_connection()) as connection:
        cursor = connection.cursor()
        cursor.execute("PRAGMA auto_vacuum = INCREMENTAL")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN"))


def _postgresql(url: URL) -> Engine:
    try:
        return create_engine(
            url,
            hide_parameters=True,
            pool_pre_ping=True,
            connect_args={"connect_timeout": BUSY_SECONDS},
        )
    except ModuleNotFoundError as error:
        raise LedgerDriverError(error.name) from error


def _prepare(connection: Connection, place: str) -> None:
    """Make the tables in an empty database; refuse one that is not ours or newer than we are."""
    if connection.dialect.name == "postgresql":
        connection.execute(
            text("SELECT pg_advisory_xact_lock(:number)").bindparams(number=_PREPARING)
        )
    present = inspect(connection).get_table_names()
    if ledger_version.name in present:
        _check_version(connection, place)
    elif _is_taken(connection, present):
        raise ForeignLedgerError(place)
    else:
        metadata.create_all(connection)
        connection.execute(ledger_version.insert().values(version_num=_name(SCHEMA_VERSION)))
    if connection.execute(identity.select()).first() is None:
        connection.execute(identity.insert().values(id=secrets.token_hex(16)))


def _is_taken(connection: Connection, present: Sequence[str]) -> bool:
    """A file belongs to one program; a PostgreSQL database may have room for our tables too."""
    if connection.dialect.name == "sqlite":
        return bool(present)
    return not metadata.tables.keys().isdisjoint(present)


def _check_version(connection: Connection, place: str) -> None:
    """Bring an older ledger to the present form; refuse a newer one."""
    version = connection.execute(ledger_version.select()).scalar_one_or_none()
    if version is None:
        raise ForeignLedgerError(place)
    if version > _name(SCHEMA_VERSION):
        raise NewerLedgerError(place, version)
    if version < _name(SCHEMA_VERSION):
        from refundsheet.ledger.migrations import migrate  # noqa: PLC0415 - slow, and seldom needed

        migrate(connection)


def _name(version: int) -> str:
    """Versions as texts that sort as their numbers do."""
    return f"{version:04}"


def stored_bytes(connection: Connection) -> int:
    """How much room the ledger takes."""
    if connection.dialect.name == "sqlite":
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        return pages * connection.exec_driver_sql("PRAGMA page_size").scalar_one()
    names = [table.name for table in metadata.sorted_tables]
    size = text("SELECT pg_total_relation_size(CAST(:name AS regclass))")
    return sum(connection.execute(size, {"name": name}).scalar_one() for name in names)


def give_back_space(engine: Engine) -> None:
    """Make a SQLite file smaller after much was dropped; PostgreSQL does so by itself."""
    if engine.dialect.name == "sqlite":
        with closing(engine.raw_connection()) as connection:
            # a script runs to its end; a single execute would free one page and stop
            connection.cursor().executescript("PRAGMA incremental_vacuum")


def rewrite(engine: Engine) -> bool:
    """Write all tables anew without what was deleted from them; False where a reader keeps old parts.

    What lies outside of the database's own files, as a server's archive or a backup, is not ours.
    """
    if engine.dialect.name == "sqlite":
        with closing(engine.raw_connection()) as connection:
            cursor = connection.cursor()
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            found = cursor.fetchone()  # whether it was busy comes first
            return found is not None and not found[0]
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        for table in metadata.sorted_tables:
            connection.exec_driver_sql(f"VACUUM FULL {table.name}")
    return True
