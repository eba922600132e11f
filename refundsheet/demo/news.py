"""What a pass did, as lines for people: one a cell, the usual many counted."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import groupby
from zoneinfo import ZoneInfo

from refundsheet.core.columns import BY_FIELD
from refundsheet.core.follow_up import words
from refundsheet.core.model import Change, Outcome, Receipt
from refundsheet.core.report import PassReport
from refundsheet.core.serials import to_moment


class Kind(Enum):
    """What refundsheet did, in a word."""

    MINTED = "minted"
    STAMPED = "stamped"
    TOOK_BACK = "took back"
    CLEARED = "cleared"
    FLAGGED = "flagged"
    REMARKED = "remarked"
    LEFT_ALONE = "left alone"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class News:
    """One thing refundsheet did.

    Attributes:
        case: What people call the case; "" where it is about the spreadsheet.
        text: What was done to it.
        why: The reason, where the text does not say it.
    """

    kind: Kind
    case: str
    text: str
    why: str = ""


def news_of(report: PassReport) -> tuple[News, ...]:
    """Everything a pass did, in the order in which people care."""
    zone = ZoneInfo(report.log.snapshot.zone)
    added = [News(Kind.ADDED, "", step.removeprefix("add ")) for step in report.setup]
    cells = [news for receipt in report.receipts for news in _of(receipt, report, zone)]
    worst = sorted(report.raised.items(), key=lambda item: item[1].rank)
    flagged = [News(Kind.FLAGGED, case, flag.text) for case, flag in worst]
    gone = "the flag: its reason is gone"
    cleared = [News(Kind.CLEARED, case, gone) for case in report.cleared]
    found = [*added, *cells, *flagged, *cleared]
    typing = rows_being_typed(report)
    if typing:
        rows = "a row that is" if typing == 1 else f"{typing} rows that are"
        found.append(News(Kind.LEFT_ALONE, "", f"{rows} still being typed"))
    order = list(Kind)
    return tuple(sorted(found, key=lambda news: order.index(news.kind)))


def shortened(news: Sequence[News], most: int) -> Iterator[News]:
    """The first few of each kind, and how many more there are."""
    for kind, group in groupby(news, key=lambda item: item.kind):
        items = list(group)
        # One line for the last one says more than one line that says there is one more.
        shown = items if len(items) <= most + 1 else items[:most]
        yield from shown
        if len(shown) < len(items):
            yield News(kind, "", f"… and {len(items) - len(shown)} more")


def rows_read(report: PassReport) -> str:
    """What a pass saw, in words."""
    rows = f"{len(report.log.rows)} rows"
    if report.is_baseline:
        return f"first look: {rows} learnt as they are, none stamped"
    edits = "1 edit" if report.observed == 1 else f"{report.observed or 'no'} edits"
    return f"{rows}, {edits} seen"


def rows_being_typed(report: PassReport) -> int:
    """How many rows were left in peace because somebody is still typing them."""
    reasons = (figure.left_out for figure in report.summary.figures if figure.name == "open")
    return sum(r.cases for left in reasons for r in left if r.why == "still being typed")


@dataclass(frozen=True, slots=True)
class Tally:
    """What all passes did together."""

    #: Field to how many cells were stamped.
    stamps: Mapping[str, int]
    minted: int = 0
    raised: int = 0
    cleared: int = 0
    remarks: int = 0
    lost: int = 0

    def plus(self, report: PassReport) -> "Tally":
        """With one more pass."""
        done = [receipt.change for receipt in report.receipts if receipt.outcome is Outcome.DONE]
        fields = Counter(change.field for change in done if change.after is not None)
        stamps = Counter(self.stamps)
        stamps.update({field: fields[field] for field in STAMPED_FIELDS if fields[field]})
        return Tally(
            stamps=stamps,
            minted=self.minted + fields["case_id"],
            raised=self.raised + len(report.raised),
            cleared=self.cleared + len(report.cleared),
            remarks=self.remarks + fields["row_check"],
            lost=self.lost + report.count(Outcome.LOST),
        )

    def figures(self) -> Iterator[tuple[str, int]]:
        """Each figure with its name, for people."""
        yield "Case IDs minted", self.minted
        for field, name in _SHORT_NAMES.items():
            yield f"{name} stamped", self.stamps.get(field, 0)
        yield "Flags raised", self.raised
        yield "Flags cleared", self.cleared
        yield "Remarks written", self.remarks


_SHORT_NAMES = {
    "requested_at": "Received",
    "last_action_at": "Last action",
    "resolved_at": "Resolution",
}
STAMPED_FIELDS = ("requested_at", "last_action_at", "approved_at", "paid_at", "resolved_at")

NOTHING_YET = Tally({})


def _of(receipt: Receipt, report: PassReport, zone: ZoneInfo) -> Iterator[News]:
    change = receipt.change
    header = BY_FIELD[change.field].header
    if receipt.outcome is Outcome.LOST:
        yield News(Kind.LEFT_ALONE, change.label, f"{header}: somebody was faster")
    elif receipt.outcome is not Outcome.DONE:
        yield News(Kind.LEFT_ALONE, change.label, f"{header}: {receipt.detail}")
    elif change.field == "case_id":
        yield News(Kind.MINTED, str(change.after), f"for {change.label}", change.reason)
    elif change.field == "row_check" and change.after is not None:
        yield News(Kind.REMARKED, change.label, str(change.after))
    elif change.field in STAMPED_FIELDS:
        yield _stamp(change, header, report, zone)


def _stamp(change: Change, header: str, report: PassReport, zone: ZoneInfo) -> News:
    if not isinstance(change.after, (int, float)):
        return News(Kind.TOOK_BACK, change.label, header, change.reason)
    when = words(to_moment(change.after, zone), report.at)
    return News(Kind.STAMPED, change.label, f"{header} {when}", change.reason)
