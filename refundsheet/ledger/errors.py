"""What can go wrong with the ledger, in sentences that say what to do."""

from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from refundsheet.errors import LedgerError
from refundsheet.ledger.serialise import UnreadableRecordError


class LedgerUrlError(LedgerError):
    """The address is none that a ledger can have."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"ledger.url {why}: write for example sqlite:////var/lib/refundsheet/ledger.sqlite "
            "or postgresql://user@host/database"
        )


class LedgerDriverError(LedgerError):
    """The database needs a package that is not installed."""

    def __init__(self, package: str | None) -> None:
        super().__init__(
            f"A ledger on PostgreSQL needs the package {package}: install refundsheet[postgres]"
        )


class LedgerUnwritableError(LedgerError):
    """The file, or the folder it is to stand in, cannot be written."""

    def __init__(self, place: str, why: object) -> None:
        super().__init__(
            f"The ledger at {place} cannot be written ({why}): give this user the right to write "
            "there, or set ledger.url to another place"
        )


class LedgerBusyError(LedgerError):
    """Somebody else holds the ledger just now."""

    try_again = True

    def __init__(self, place: str) -> None:
        super().__init__(
            f"The ledger at {place} is in use by another program and did not become free: try again"
        )


class LedgerTakenError(LedgerError):
    """Another process makes a pass with the ledger, and a long one."""

    try_again = True

    def __init__(self, place: str, seconds: float) -> None:
        super().__init__(
            f"Another refundsheet is at work with the ledger at {place} and was not done after "
            f"{seconds:.0f} seconds: try again when it is"
        )


class LedgerUnreachableError(LedgerError):
    """The database server does not answer, or does not let us in."""

    try_again = True

    def __init__(self, place: str, why: object) -> None:
        super().__init__(f"The ledger at {place} cannot be reached: {_first_line(why)}")


_ANEW = (
    "refundsheet then learns the sheet anew, from its cells and the History tab, and stamps nothing "
    "that it did not see happen"
)


class LedgerDamagedError(LedgerError):
    """What is in the file makes no sense."""

    def __init__(self, place: str, why: object) -> None:
        self._found = f"The ledger at {place} is damaged ({_first_line(why)}): "
        super().__init__(f"{self._found}move it away and run again; {_ANEW}")

    def kept_as(self, aside: Path) -> str:
        """The same where the file was moved already."""
        return f"{self._found}it is kept as {aside.name}, and a new one takes its place; {_ANEW}"


class ForeignLedgerError(LedgerError):
    """The database belongs to another program."""

    def __init__(self, place: str) -> None:
        super().__init__(
            f"The database at {place} is not a ledger of refundsheet, and nothing was changed in "
            "it: set ledger.url to another place"
        )


class NewerLedgerError(LedgerError):
    """The ledger was written by a later version of the program."""

    def __init__(self, place: str, version: str) -> None:
        super().__init__(
            f"The ledger at {place} was written by a newer refundsheet (its form is {version}): "
            "install that version again, or set ledger.url to another place"
        )


class FailedLedgerError(LedgerError):
    """The database refused what we asked of it."""

    def __init__(self, place: str, why: object) -> None:
        super().__init__(f"The ledger at {place} failed: {_first_line(why)}")


class ImpossibleTransitionError(LedgerError):
    """An intent was to become what its state does not allow: a mistake of ours."""

    def __init__(self, intent: int, state: str, later: str) -> None:
        super().__init__(f"Intent {intent} is {state} and cannot become {later}")


def _first_line(why: object) -> str:
    return str(why).partition("\n")[0]


class ClearErrors(AbstractContextManager[None]):
    """Turns what the database says into one of the sentences above."""

    def __init__(self, place: str) -> None:
        self._place = place

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if isinstance(error, DBAPIError):
            raise self._translated(error) from error
        if isinstance(error, UnreadableRecordError):
            raise LedgerDamagedError(self._place, error) from error
        if isinstance(error, SQLAlchemyError):
            raise FailedLedgerError(self._place, error) from error

    def _translated(self, error: DBAPIError) -> LedgerError:
        said = error.orig
        match str(getattr(said, "sqlite_errorname", "")).split("_")[1:2]:
            case ["BUSY" | "LOCKED"]:
                return LedgerBusyError(self._place)
            case ["READONLY" | "CANTOPEN" | "FULL" | "IOERR" | "PERM"]:
                return LedgerUnwritableError(self._place, said)
            case ["NOTADB" | "CORRUPT"]:
                return LedgerDamagedError(self._place, said)
            case [_]:
                return FailedLedgerError(self._place, said)
            case _:
                lost = error.connection_invalidated or type(said).__name__ == "OperationalError"
                kind = LedgerUnreachableError if lost else FailedLedgerError
                return kind(self._place, said)
