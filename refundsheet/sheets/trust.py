"""How far Google is trusted just now: which way a batch is written, and what people should know of it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from refundsheet.core.model import Receipt
from refundsheet.sheets import guarded, judged
from refundsheet.sheets.batch import Batch
from refundsheet.sheets.grid import Answer
from refundsheet.sheets.judged import Bench, Judgement
from refundsheet.sheets.layout import Request
from refundsheet.sheets.look import Look
from refundsheet.sheets.selftest import EmptyText, Paste, SelfTest

#: After so many false matches the judge is taken for too coarse, until the next self-test.
MOST_FALSE_MATCHES = 2

#: Why nothing is pasted on a tab on which people filter.
BEHIND_A_FILTER = "a filter is on: Google Sheets could paste on another row"
#: And why a row that a filter hides has to wait.
HIDDEN_BY_A_FILTER = "a filter hides the row"

_WEAKER_WAY = (
    "refundsheet writes in a weaker way: what hits a row that had just moved is seen at once and "
    "taken back."
)


@dataclass(frozen=True, slots=True)
class Mode:
    """One way to write: how a batch is built, and how its receipts are read."""

    build: Callable[[Bench, Sequence[Judgement]], list[Request]]
    read: Callable[[Bench, Sequence[Judgement], Answer], Iterator[Receipt]]


JUDGED = Mode(judged.build, judged.read_receipts)
GUARDED = Mode(guarded.build, guarded.read_receipts)


@dataclass(frozen=True, slots=True)
class Trust:
    """What a self-test found, and what has been seen since.

    Attributes:
        test: What it found; None before it was made, when nothing is trusted.
        false_matches: How often the judge has taken for equal since what was not.
        has_lost_cells: Whether something was written since that is not in its cell, and nobody knows why.
    """

    test: SelfTest | None = None
    false_matches: int = 0
    has_lost_cells: bool = False

    def mode(self, batch: Batch) -> Mode:
        """The judged write, wherever what it rests on holds for these rows."""
        if not self._judge_works or self.test is None:
            return GUARDED
        if self.test.empty_text is not EmptyText.NOTHING:
            return JUDGED
        return GUARDED if any(j.has_empty_text for j in batch.judgements) else JUDGED

    def why_waiting(self, row: int, look: Look) -> str:
        """Why a row has to wait until people take their filter away; "" where it need not.

        Every way to write pastes cells back onto themselves at times. Where pastes are displaced past
        hidden rows, a cell would land on another case if a hidden row comes to its place meanwhile.
        Where they are skipped, nothing lands anywhere, and only the hidden rows themselves wait.

        What stays open where they are displaced: a filter that comes between this look and the batch,
        or before a batch that arrives late. No request both depends on content and is indifferent to
        filters, none fails because there is one, and the filter is people's: it is not taken away.
        """
        paste = self.test.filtered_paste if self.test else Paste.DISPLACED
        if paste is Paste.DISPLACED and look.has_filter:
            return BEHIND_A_FILTER
        return HIDDEN_BY_A_FILTER if paste is not Paste.EXACT and row in look.hidden_rows else ""

    @property
    def minds_filters(self) -> bool:
        """Whether it makes a difference that people filter: then a filter is looked for before each batch."""
        return self.test is None or self.test.filtered_paste is not Paste.EXACT

    def without_our_filter(self, look: Look) -> Iterator[Request]:
        """Takes a filter off the hidden tab, where it would lead pastes astray; nobody needs one there."""
        if self.minds_filters:
            yield {"clearBasicFilter": {"sheetId": look.hidden.sheet_id}}

    @property
    def tells_blanks(self) -> bool:
        """Whether a blank and a cell that only shows nothing have to be told apart."""
        return self.test is not None and self.test.empty_text is not EmptyText.BLANK

    @property
    def cautions(self) -> Iterator[str]:
        """What people should know of how their log is written; nothing where all is as it should be."""
        test = self.test
        if test is None:
            return
        if self.has_lost_cells:
            yield f"Google put something elsewhere than in its cell, so {_WEAKER_WAY}"
        elif not self._judge_works:
            yield f"Google does not compare rows as it should, so {_WEAKER_WAY}"
        elif test.empty_text is EmptyText.NOTHING:
            yield f"In rows where a formula shows nothing, {_WEAKER_WAY}"
        if test.filtered_paste is Paste.DISPLACED:
            yield (
                "While a filter is on, refundsheet writes nothing in the log: Google Sheets could paste "
                "on another row. Use a filter view instead, which is yours alone and in nobody's way."
            )
        if test.filtered_paste is Paste.SKIPPED:
            yield "Rows that a filter hides get their dates and reminders once they are shown again."

    @property
    def _judge_works(self) -> bool:
        works = self.test is not None and self.test.judge_works and not self.has_lost_cells
        return works and self.false_matches < MOST_FALSE_MATCHES
