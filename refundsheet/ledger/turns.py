"""Processes that share a ledger take turns: the daemon, a sync by hand, an undo."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

from filelock import FileLock, Timeout
from sqlalchemy import Engine, func, select

from refundsheet.ledger.errors import ClearErrors, LedgerTakenError, LedgerUnwritableError
from refundsheet.ledger.tables import identity

#: How long one waits for its turn, in seconds.
PATIENCE = 60.0
#: How often it asks a database that cannot say when, in seconds.
_ASK_EVERY = 0.2


@contextmanager
def turn(
    engine: Engine, place: str, on_wait: Callable[[], None], patience: float = PATIENCE
) -> Generator[None]:
    """Be the only process that makes a pass with this ledger, as long as the context lasts.

    Args:
        engine: On the ledger.
        place: Where it is, for people.
        on_wait: Called once where another process has the turn.
        patience: How long to wait for it, in seconds.

    Raises:
        LedgerTakenError: The other one did not finish in time.
    """
    if engine.dialect.name == "postgresql":
        with _turn_in_database(engine, place, on_wait, patience):
            yield
    elif engine.url.database in (None, "", ":memory:"):
        yield  # nobody else can reach it
    else:
        with _turn_by_file(str(engine.url.database), place, on_wait, patience):
            yield


@contextmanager
def _turn_by_file(
    path: str, place: str, on_wait: Callable[[], None], patience: float
) -> Generator[None]:
    lock = FileLock(f"{path}.lock", mode=0o600)
    try:
        try:
            lock.acquire(timeout=0)
        except Timeout:
            on_wait()
            lock.acquire(timeout=patience)
    except Timeout:
        raise LedgerTakenError(place, patience) from None
    except OSError as error:
        raise LedgerUnwritableError(place, error.strerror) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _turn_in_database(
    engine: Engine, place: str, on_wait: Callable[[], None], patience: float
) -> Generator[None]:
    """The database lets go of the lock by itself where our process dies."""
    deadline = time.monotonic() + patience
    free = engine.execution_options(isolation_level="AUTOCOMMIT")
    with ClearErrors(place), free.connect() as connection:
        ours = int(connection.execute(select(identity.c.id)).scalar_one()[:15], 16)
        if not connection.execute(select(func.pg_try_advisory_lock(ours))).scalar_one():
            on_wait()
            while not connection.execute(select(func.pg_try_advisory_lock(ours))).scalar_one():
                if time.monotonic() > deadline:
                    raise LedgerTakenError(place, patience)
                time.sleep(_ASK_EVERY)
        try:
            yield
        finally:
            connection.execute(select(func.pg_advisory_unlock(ours)))
