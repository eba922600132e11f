"""The Needs attention tab: every flagged case, worst first, by owner, with the way to its row."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from heapq import nsmallest
from typing import Any

from refundsheet.core.advance import Advanced
from refundsheet.core.calendar import BusinessCalendar, is_date_only
from refundsheet.core.clocks import Watch, watch_of
from refundsheet.core.columns import quoted
from refundsheet.core.desk import Desk
from refundsheet.core.flag_news import FlagChanges, headline
from refundsheet.core.follow_up import Flag, FlagKind, words
from refundsheet.core.identity import Recognised
from refundsheet.core.memory import Remembered
from refundsheet.core.model import Moment, Severity, Violation
from refundsheet.core.pages import Page, PageCell, Style
from refundsheet.core.row_links import LogTab, row_links
from refundsheet.core.serials import to_serial

#: More cases than these are counted: nobody works through a longer list, and each has a formula.
MOST_ROWS = 1000

HEADERS = (
    "Owner",
    "Case",
    "What",
    "Why, and what to do",
    "Business days waiting",
    "Since",
    "Due",
    "Status",
    "Customer",
    "Order",
    "Amount",
    "Currency",
)
_WIDTHS = (110, 110, 130, 460, 90, 140, 140, 140, 140, 110, 90, 80)

#: The rows of the title, of what changed, of what else there is to know, and of the heads.
_TITLE, _NEWS, _REMARKS, _HEADS = range(4)
_AS_OF = (_TITLE, 3)

#: An owner's place where the log has that column and the cell is blank.
NOBODY = "(nobody)"

#: What a flag of these kinds gives as its time is when it began, and not when something is due.
_NEVER_DUE = frozenset({FlagKind.REOPENED, FlagKind.POSSIBLE_DOUBLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedCase:
    """A case that needs somebody.

    Attributes:
        known: What is known of it after this pass.
        row: The number of its row in the read.
    """

    known: Remembered
    row: int
    flag: Flag

    @property
    def label(self) -> str:
        """What people call the case; in parentheses where it has no ID."""
        case = self.known.case
        name = quoted(case.case_id)
        return name or f"({quoted(case.order_id or case.customer_name) or 'no name'})"


def queued(
    recognised: Recognised, flags: Mapping[str, Flag], advanced: Advanced
) -> Iterator[QueuedCase]:
    """The flagged cases with their rows.

    Args:
        recognised: Which row is which case.
        flags: Key to flag, as before anything was written.
        advanced: The cases after it; some have an ID by now.
    """
    for row in recognised.rows:
        flag = flags.get(row.key)
        if flag is not None and row.doubt is None:
            key = advanced.renamed.get(row.key, row.key)
            yield QueuedCase(known=advanced.cases[key], row=row.row.number, flag=flag)


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What there is to show.

    Attributes:
        cases: The cases, in any order.
        changes: What changed since the last working day; None where nobody looked then.
        remarks: What else there is to know, in sentences.
        log: Where the cases stand.
        now: The time of the pass rounded down to the hour, up to which waiting is counted.
    """

    cases: Sequence[QueuedCase]
    changes: FlagChanges | None
    remarks: Sequence[str]
    log: LogTab
    desk: Desk
    calendar: BusinessCalendar
    now: datetime


def blank_page(title: str) -> Page:
    """The tab before anything is flagged."""
    return Page(
        title,
        {},
        _WIDTHS,
        frozen_rows=_HEADS + 1,
        warning="refundsheet writes this tab anew whenever something changes. To sort or filter it, "
        "make a filter view (Data > Filter views): it is yours alone.",
        is_ours_below=True,
    )


def rows_to_sort_out(violations: Iterable[Sequence[Violation]], in_doubt: int) -> Iterator[str]:
    """How many rows are not in the queue for what they need first, in a sentence.

    Args:
        violations: What is wrong with each row.
        in_doubt: How many rows could be more than one case.
    """
    wrong = sum(any(v.severity >= Severity.WARNING for v in found) for found in violations)
    if wrong:
        rows = "1 row has" if wrong == 1 else f"{wrong} rows have"
        doubt = f"; in {in_doubt} of them it is not certain which case it is" if in_doubt else ""
        yield f"{rows} something to correct{doubt}: see Row Check."


def to_page(queue: Queue, title: str) -> Page:
    """The tab: the owner of the worst case first, and of each owner the worst case first."""
    shown = _by_owner(nsmallest(MOST_ROWS, queue.cases, key=_order))
    cells = dict(_head(queue, title, len(shown)))
    given = {one.row: (one.label, one.known.case.case_id) for one in shown}
    links = row_links(queue.log, given)
    for line, one in enumerate(shown, _HEADS + 1):
        for column, held in enumerate(_line(one, links.get(one.row, ""), queue)):
            if held is not None and held.value not in {None, ""}:
                cells[line, column] = held
    return replace(blank_page(title), cells=cells)


def _head(queue: Queue, title: str, shown: int) -> Iterator[tuple[tuple[int, int], PageCell]]:
    yield (_TITLE, 0), PageCell(title, Style.TITLE)
    yield _AS_OF, PageCell(f"as of {words(queue.now, queue.now)}", Style.NOTE)
    overdue = sum(one.flag.is_overdue for one in queue.cases)
    said = headline(overdue, len(queue.cases), queue.changes, queue.now)
    yield (_NEWS, 0), PageCell(said, Style.HEADING)
    remarks = list(queue.remarks)
    if shown < len(queue.cases):
        remarks.insert(0, f"The {shown} worst of {len(queue.cases)} cases are shown.")
    if remarks:
        yield (_REMARKS, 0), PageCell(" ".join(remarks), Style.NOTE)
    for column, head in enumerate(HEADERS):
        yield (_HEADS, column), PageCell(head, Style.COLUMN_HEAD)


def _order(one: QueuedCase) -> tuple[Any, ...]:
    return *one.flag.rank, one.label, one.row


def _by_owner(worst_first: Sequence[QueuedCase]) -> list[QueuedCase]:
    places: dict[str, int] = {}
    for one in worst_first:
        places.setdefault(_owner(one), len(places))
    return sorted(worst_first, key=lambda one: places[_owner(one)])


def _owner(one: QueuedCase) -> str:
    return " ".join(one.known.case.owner.split())


def _line(one: QueuedCase, link: str, queue: Queue) -> Iterator[PageCell | None]:
    """A case, a cell for each of HEADERS."""
    case, flag = one.known.case, one.flag
    has_owners = "owner" in queue.log.layout.columns
    watch = watch_of(one.known, queue.desk.recognise(case.status).status)
    yield PageCell(_owner(one) or (NOBODY if has_owners else ""))
    yield PageCell(link or one.label, is_formula=bool(link))
    yield PageCell(flag.kind.word, Style.WARNING if flag.is_overdue else Style.TEXT)
    yield PageCell(flag.text)
    yield None if watch is None else _waiting(watch, queue)
    yield None if watch is None else _moment(watch.since, queue)
    due = _due(flag)
    yield None if due is None else _moment(due, queue)
    yield PageCell(case.status)
    yield PageCell(case.customer_name)
    yield PageCell(case.order_id)
    yield None if case.amount is None else PageCell(float(case.amount), Style.MONEY)
    yield PageCell(case.currency)


def _waiting(watch: Watch, queue: Queue) -> PageCell:
    """Whole days where the start is a day without a time."""
    days = queue.calendar.age_in_business_days(watch.since, queue.now)
    style = Style.COUNT if is_date_only(watch.since) else Style.DAYS
    return PageCell(round(days, 1), style)


def _due(flag: Flag) -> datetime | None:
    """When the most pressing of the reasons with a time was or is due."""
    if not flag.reasons:
        return flag.by
    return next((why.by for why in flag.reasons if why.kind not in _NEVER_DUE), None)


def _moment(moment: Moment, queue: Queue) -> PageCell:
    style = Style.DATE if is_date_only(moment) else Style.MOMENT
    return PageCell(to_serial(moment, queue.calendar.zone), style)
