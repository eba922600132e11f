"""Whether Google does what the judged write rests on: tried on our hidden tab, on nobody's cells.

Google documents most of it and promises none of it. So a process tries before its first write, and once
a day: does ``deleteDuplicates`` keep the first of two equal rows and nothing of two different ones, is a
blank equal to a blank, does the row below move up whole, where does a paste on a filtered row land, and
what equals a cell in which a formula shows nothing. What nothing rests on today is noted besides.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from refundsheet.core.model import Cell
from refundsheet.sheets import judged
from refundsheet.sheets.grid import (
    SHOWS_NOTHING,
    Answer,
    cells_request,
    copy_request,
    empty_text,
    formula_request,
    grid_range,
)
from refundsheet.sheets.layout import Request
from refundsheet.sheets.transport import Json

#: The rows of the hidden tab that the test uses; the nonce stands above them.
FIRST_ROW, END_ROW = 10, 90
_FILTER_ROW, _EMPTY_ROW, _FORMULA_ROW = 60, 70, 80
_COLUMNS = 4

#: What must come back of either request.
ANSWER_FIELDS = f"replies.deleteDuplicates,{judged.ANSWER_FIELDS}"


class Paste(Enum):
    """Where a paste on a row that a filter hides ends up."""

    EXACT = "exact"
    SKIPPED = "skipped"
    DISPLACED = "displaced"


class EmptyText(Enum):
    """What equals a cell that is not blank and shows nothing, as by a formula that gives ""."""

    BLANK = "a blank"
    ITS_LIKE = "a cell like it"
    NOTHING = "nothing that a batch can lay beside it"


@dataclass(frozen=True, slots=True)
class SelfTest:
    """What the test found.

    Attributes:
        judge_works: The judged write can be relied on.
        filtered_paste: Where pastes on filtered rows end up; only exact ones may be judged.
        empty_text: What to expect where a formula shows nothing.
        failed: The trials that went otherwise than they must, by name.
        notes: What was learnt besides, by name: none of it decides anything.
    """

    judge_works: bool
    filtered_paste: Paste
    empty_text: EmptyText = EmptyText.BLANK
    failed: tuple[str, ...] = ()
    notes: Mapping[str, bool] = field(default_factory=dict[str, bool])

    def in_words(self) -> str:
        """All of it in a line, for the program's log."""
        judge = f"not as it must: {', '.join(self.failed)}" if self.failed else "as it must"
        learnt = "; ".join(f"{name}: {'yes' if so else 'no'}" for name, so in self.notes.items())
        return (
            f"Google was tried on the hidden tab: the judge works {judge}; a paste on a row that a "
            f"filter hides is {self.filtered_paste.value}; a formula that shows nothing equals "
            f"{self.empty_text.value}; {learnt}"
        )


@dataclass(frozen=True, slots=True)
class _Trial:
    """Two rows to compare, and what must come of it; None is good to know, and decides nothing."""

    name: str
    expected: Cell
    actual: Cell
    must_match: bool | None


_TRIALS = (
    _Trial("equal IDs are equal", "R-1001", "R-1001", must_match=True),
    _Trial("different IDs are different", "R-1001", "R-1002", must_match=False),
    _Trial("a blank equals a blank", None, None, must_match=True),
    _Trial("a blank differs from text", None, "x", must_match=False),
    _Trial("different numbers are different", 46037.5, 46038.5, must_match=False),
    _Trial("a text equals the number it shows", "12", 12, must_match=None),
    _Trial("IDs that differ in case are equal", "r-1001", "R-1001", must_match=None),
    _Trial("serials a second apart are equal", 46037.53396, 46037.53397, must_match=None),
)


def trial_requests(hidden_id: int) -> list[Request]:
    """The first request: every comparison, three rows each, and a formula for the second one."""
    requests: list[Request] = []
    for index, trial in enumerate(_TRIALS):
        row = FIRST_ROW + 3 * index
        requests.append(cells_request(hidden_id, row, 0, [trial.expected, "expected"]))
        requests.append(cells_request(hidden_id, row + 1, 0, [trial.actual, "no", None]))
        requests.append(cells_request(hidden_id, row + 2, 0, ["written", "yes", 46037.25]))
        requests.append(_judge(hidden_id, row))  # the last of four
    requests.append(formula_request(hidden_id, _EMPTY_ROW, 0, SHOWS_NOTHING))
    return requests


def _judge(hidden_id: int, row: int) -> Request:
    column = {"sheetId": hidden_id, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 1}
    rows = grid_range(hidden_id, row, 0, _COLUMNS, rows=3)
    return {"deleteDuplicates": {"range": rows, "comparisonColumns": [column]}}


def later_requests(hidden_id: int) -> list[Request]:
    """The second request: a row that a filter hides, and a formula that stood there before."""
    return [*_filter(hidden_id), *_empty_text(hidden_id), *_fresh_formula(hidden_id)]


def _fresh_formula(hidden_id: int) -> Iterator[Request]:
    """A formula, and its value copied by the same batch."""
    yield cells_request(hidden_id, _FORMULA_ROW, 0, [None, None])
    yield formula_request(hidden_id, _FORMULA_ROW, 0, '="known"')
    formula, value = (grid_range(hidden_id, _FORMULA_ROW, column) for column in (0, 1))
    yield copy_request(formula, value, "PASTE_VALUES")


def _empty_text(hidden_id: int) -> Iterator[Request]:
    """What a formula shows, copied as a value, beside a blank and beside what we can lay there."""
    for row in (_EMPTY_ROW + 1, _EMPTY_ROW + 4):
        yield cells_request(hidden_id, row, 0, [None, "expected"])
        if row > _EMPTY_ROW + 1:
            yield from empty_text(hidden_id, row, 0)
        yield cells_request(hidden_id, row + 1, 0, [None, "no", None])
        shown = grid_range(hidden_id, _EMPTY_ROW, 0)
        yield copy_request(shown, grid_range(hidden_id, row + 1, 0), "PASTE_VALUES")
        yield cells_request(hidden_id, row + 2, 0, ["written", "yes", 46037.25])
        yield _judge(hidden_id, row)


def _filter(hidden_id: int) -> list[Request]:
    """A filter hides a row: what is pasted on it, and copied from it, goes where?"""
    row = _FILTER_ROW
    lines: Sequence[Sequence[Cell]] = (
        ["head", "head", "head"],
        ["shown", None, "a"],
        ["hide", None, "b"],
        ["shown", None, "c"],
        ["shown", "pasted", None],
    )
    requests = [cells_request(hidden_id, row + at, 0, line) for at, line in enumerate(lines)]
    area = grid_range(hidden_id, row, 0, 3, rows=4)
    hide = {"filterSpecs": [{"columnIndex": 0, "filterCriteria": {"hiddenValues": ["hide"]}}]}
    requests.append({"setBasicFilter": {"filter": {"range": area, **hide}}})
    pasted = grid_range(hidden_id, row + 4, 1)
    requests.append(copy_request(pasted, grid_range(hidden_id, row + 2, 1), "PASTE_FORMULA"))
    copied = grid_range(hidden_id, row + 2, 2)
    requests.append(copy_request(copied, grid_range(hidden_id, row + 4, 2), "PASTE_VALUES"))
    requests.append({"clearBasicFilter": {"sheetId": hidden_id}})
    return requests


def evaluate(hidden_id: int, tried: Json, tried_later: Json) -> SelfTest:
    """What the two answers say."""
    trials, later = (Answer(answer["updatedSpreadsheet"]) for answer in (tried, tried_later))
    failed: list[str] = []
    notes = {
        "the answer counts the rows that went": _counts(hidden_id, tried, trials),
        "a formula has its value within its batch": (
            later.entered(hidden_id, _FORMULA_ROW, 1) == "known"
        ),
    }
    for index, trial in enumerate(_TRIALS):
        row = FIRST_ROW + 3 * index
        matched = _matched(hidden_id, row, trials)
        if trial.must_match is None:
            notes[trial.name] = matched
        elif matched is not trial.must_match:
            failed.append(trial.name)
        elif matched and not _moved_whole(hidden_id, row, trials):
            failed.append("the row below moves up whole")
    return SelfTest(
        judge_works=not failed,
        filtered_paste=_where_pasted(hidden_id, later),
        empty_text=_what_equals_empty_text(hidden_id, later),
        failed=tuple(failed),
        notes=notes,
    )


def _matched(hidden_id: int, row: int, trials: Answer) -> bool:
    return trials.entered(hidden_id, row + 1, 1) == "yes"


def _counts(hidden_id: int, tried: Json, trials: Answer) -> bool:
    """Whether the answer says of every comparison how many rows it removed."""
    replies = tried.get("replies", [])[3 : 4 * len(_TRIALS) : 4]
    told = [reply.get("deleteDuplicates", {}).get("duplicatesRemovedCount", 0) for reply in replies]
    rows = range(FIRST_ROW, FIRST_ROW + 3 * len(_TRIALS), 3)
    return told == [int(_matched(hidden_id, row, trials)) for row in rows]


def _what_equals_empty_text(hidden_id: int, later: Answer) -> EmptyText:
    for row, found in ((_EMPTY_ROW + 1, EmptyText.BLANK), (_EMPTY_ROW + 4, EmptyText.ITS_LIKE)):
        if later.entered(hidden_id, row + 1, 1) == "yes":
            return found
    return EmptyText.NOTHING


def _moved_whole(hidden_id: int, row: int, trials: Answer) -> bool:
    """The new value came along, the expected row stayed, and nothing was left below."""
    return (
        trials.entered(hidden_id, row, 1) == "expected"
        and trials.entered(hidden_id, row + 1, 2) == 46037.25  # noqa: PLR2004 - as laid above
        and trials.entered(hidden_id, row + 2, 1) is None
    )


def _where_pasted(hidden_id: int, later: Answer) -> Paste:
    row = _FILTER_ROW
    landed = later.entered(hidden_id, row + 2, 1) == "pasted"
    taken = later.entered(hidden_id, row + 4, 2) == "b"
    if landed and taken:
        return Paste.EXACT
    elsewhere = any(later.entered(hidden_id, row + at, 1) for at in (1, 3))
    return Paste.DISPLACED if elsewhere else Paste.SKIPPED


def answer_rows() -> Iterator[tuple[int, int, int, int]]:
    """What of the hidden tab must come back: row and column bounds."""
    yield FIRST_ROW, END_ROW, 0, _COLUMNS
