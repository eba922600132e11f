"""The one table of columns: which field, under which headers, of which kind, whose to write."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache


class Kind(Enum):
    """What a column's cells are."""

    IDENTIFIER = "identifier"  # text that must survive letter by letter: 00123, 12E3
    TEXT = "text"
    AMOUNT = "amount"
    MOMENT = "moment"


class Writer(Enum):
    """Who writes a column's cells."""

    TEAM = "team"
    #: The team; refundsheet fills in what they leave blank.
    TEAM_THEN_US = "team, refundsheet when blank"
    US = "refundsheet"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the log.

    Attributes:
        field: The name in ``RefundCase`` and in the settings.
        header: What refundsheet calls the column when it adds it.
        aliases: Other headers it is known by.
    """

    field: str
    header: str
    kind: Kind
    writer: Writer
    aliases: tuple[str, ...] = ()


_TEAM, _BOTH, _US = Writer.TEAM, Writer.TEAM_THEN_US, Writer.US

COLUMNS = (
    Column(
        "case_id", "Case ID", Kind.IDENTIFIER, _BOTH,
        ("Case No", "Case Number", "Case", "Dispute ID", "Ticket ID", "Ticket", "RMA", "RMA Number"),
    ),
    Column(
        "customer_name", "Customer Name", Kind.TEXT, _TEAM,
        ("Customer", "Client", "Buyer", "Buyer Name", "Client Name"),
    ),
    Column(
        "order_id", "Order ID", Kind.IDENTIFIER, _TEAM,
        ("Order", "Order #", "Order No", "Order Number"),
    ),
    Column("product", "Product", Kind.TEXT, _TEAM, ("SKU", "Item", "Product Name", "Item Name")),
    Column("amount", "Amount", Kind.AMOUNT, _TEAM, ("Refund Amount", "Value", "Total Refund")),
    Column("currency", "Currency", Kind.TEXT, _TEAM, ("Currency Code",)),
    Column(
        "requested_at", "Date Request Received", Kind.MOMENT, _BOTH,
        ("Date Opened", "Received", "Date Received", "Requested", "Request Date", "Opened", "Opened At"),
    ),
    Column(
        "reason", "Reason for Refund", Kind.TEXT, _TEAM,
        ("Reason", "Issue Type", "Refund Reason", "Reason Code"),
    ),
    Column("status", "Status", Kind.TEXT, _TEAM, ("Case Status", "State")),
    Column("owner", "Assigned To", Kind.TEXT, _TEAM, ("Owner", "Agent", "Assignee", "Handled By")),
    Column(
        "notes", "Notes & Communications", Kind.TEXT, _TEAM,
        ("Notes", "Communication Log", "Communications", "Notes and Communications", "Comments"),
    ),
    Column(
        "last_action_at", "Date of Last Action", Kind.MOMENT, _BOTH,
        ("Last Action", "Last Update", "Last Updated", "Last Action Date", "Updated"),
    ),
    Column(
        "approved_at", "Date Approved", Kind.MOMENT, _BOTH,
        ("Approved", "Approved On", "Approved At", "Approval Date"),
    ),
    Column(
        "paid_at", "Date Paid", Kind.MOMENT, _BOTH,
        ("Date Processed", "Paid", "Paid On", "Processed On", "Payout Date"),
    ),
    Column(
        "resolved_at", "Resolution Date", Kind.MOMENT, _BOTH,
        ("Resolved", "Closed On", "Date Resolved", "Date Closed", "Resolved At", "Resolved On"),
    ),
    Column(
        "deadline", "Deadline", Kind.MOMENT, _TEAM,
        ("VigorBuy Deadline", "Respond By", "Response Deadline"),
    ),
    Column("snooze_until", "Snooze Until", Kind.MOMENT, _TEAM, ("Snooze", "Snoozed Until")),
    Column("follow_up", "Follow-up", Kind.TEXT, _US),
    Column("follow_up_by", "Follow-up By", Kind.MOMENT, _US),
    Column("row_check", "Row Check", Kind.TEXT, _US),
)  # fmt: skip

BY_FIELD: Mapping[str, Column] = {column.field: column for column in COLUMNS}

#: One column that holds both, as in "Ada Moreau, #1001"; parse.py takes it apart.
CUSTOMER_AND_ORDER = Column(
    "customer_and_order", "Customer Name & Order ID", Kind.TEXT, Writer.TEAM,
    ("Customer Name and Order ID", "Customer and Order", "Customer Name / Order ID", "Customer & Order"),
)  # fmt: skip

#: The columns refundsheet adds by itself at the right end of a log.
OUR_FIELDS = tuple(column.field for column in COLUMNS if column.writer is Writer.US)

_PUNCTUATION = re.compile(r"[\W_]+")


def unmarked(text: str) -> str:
    """The text in ordinary letters and digits, on one line, without marks that only direct its display."""
    if not text.isascii():
        kept = (letter for letter in text if unicodedata.category(letter) != "Cf")
        text = unicodedata.normalize("NFKC", "".join(kept))
    return " ".join(text.split())


#: A sentence quotes no more of a cell than this.
_LONGEST_QUOTED = 40


def quoted(text: str) -> str:
    """A cell's text as a sentence quotes it: on one line, and not too long."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_QUOTED else f"{line[: _LONGEST_QUOTED - 1]}…"


@lru_cache(maxsize=4096)
def comparable(text: str) -> str:
    """The text as headers and labels are compared: no case, accents, width or punctuation."""
    decomposed = unicodedata.normalize("NFKD", unmarked(text))
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _PUNCTUATION.sub(" ", plain.casefold()).strip()


def header_names(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Every comparable header to its field; ``extra`` maps fields to a team's own header.

    A field with a header of its own answers to no other: the team has said which column it is.
    """
    own = extra or {}
    names = {
        comparable(header): column.field
        for column in (*COLUMNS, CUSTOMER_AND_ORDER)
        if column.field not in own
        for header in (column.header, *column.aliases)
    }
    return names | {comparable(header): field for field, header in own.items()}
