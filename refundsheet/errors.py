"""What can go wrong that is not a mistake in the sheet: each error says what to do next."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a command tells the shell."""

    DONE = 0
    PROBLEMS_FOUND = 1
    USAGE = 2
    SHEET_UNREACHABLE = 3
    REFUSED_AS_UNSAFE = 4


class RefundsheetError(Exception):
    """A mistake of ours, of the configuration or of the network, in one clear sentence.

    Attributes:
        exit_code: What the command line answers with.
        try_again: Whether the same call can succeed later without anybody changing anything.
    """

    exit_code = ExitCode.USAGE
    try_again = False


class ConfigurationError(RefundsheetError):
    """The settings cannot be used; the message lists every mistake with its key."""


class CredentialsError(ConfigurationError):
    """The key that opens the spreadsheet is missing or cannot be used."""


class UsageError(RefundsheetError):
    """A command was given something it cannot use."""


class SheetError(RefundsheetError):
    """The spreadsheet cannot be reached, or it is not the sheet we need."""

    exit_code = ExitCode.SHEET_UNREACHABLE


class RefusedError(SheetError):
    """Google understood the request and said no: nothing of it was carried out.

    Attributes:
        google: Google's own words, for the log.
    """

    def __init__(self, sentence: str, google: str = "") -> None:
        super().__init__(sentence)
        self.google = google


class MissingTabError(RefusedError):
    """A tab is not there, or not there any more."""


class OutsideGridError(RefusedError):
    """The request names rows or columns that the tab does not have."""


class CrossedError(SheetError):
    """Somebody changed a log in the very moment in which `init` wrote to it."""


class OtherZoneError(RefusedError):
    """The spreadsheet's time zone is another than the one a plan was made in."""


class ProtectedCellError(RefusedError):
    """Somebody has protected a cell the request would change."""


class SheetUnavailableError(SheetError):
    """Google, or the way to it, is out of order for the moment."""

    try_again = True


class QuotaError(SheetUnavailableError):
    """Google's number of requests a minute is used up."""


class AnswerLostError(SheetUnavailableError):
    """A write left and no answer came: it may have been carried out, or may still be.

    ``try_again`` is meant for the pass as a whole. The request itself is never sent again blindly.
    """


class LayoutError(SheetError):
    """The log's tab has no header row that can be understood."""


class NotOursError(SheetError):
    """A tab that has the name of one of ours is people's."""

    def __init__(self, title: str) -> None:
        self.title = title
        super().__init__(
            f'The tab "{title}" is your own, and refundsheet would write over it: rename it, or name '
            "refundsheet's tab otherwise in the settings (tabs). Nothing was written there."
        )


class LedgerError(RefundsheetError):
    """The ledger cannot be opened or written."""
