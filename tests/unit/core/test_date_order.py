"""Which dates a sheet may have taken day for month in: told by what it could not take at all."""

from collections.abc import Sequence
from datetime import date

import pytest

from refundsheet.core.desk import Desk
from refundsheet.core.model import Cell
from tests.passes import Log, Passed, case

HEADER = "Date Request Received"
#: The second of March in a sheet that takes the month first; it may have been the third of February.
DOUBTFUL = 46083.25


def serial(day: date) -> int:
    return (day - date(1899, 12, 30)).days


LATE = serial(date(2026, 2, 27))


def read(cells: Sequence[Cell], desk: Desk | None = None) -> Passed:
    log = Log(desk=desk or Desk())
    log.add(*(case(f"R-{n}", date_request_received=cell) for n, cell in enumerate(cells, 1)))
    return log.settle()


def told(cells: Sequence[Cell]) -> list[int]:
    """The places of the cells that are said to be in doubt."""
    found = read(cells).decisions.violations
    return [
        number - 2
        for number, violations in found.items()
        if any(violation.rule == "date_swapped" for violation in violations)
    ]


@pytest.mark.parametrize(
    ("cells", "doubtful"),
    [
        pytest.param(["27-02-2026", "28/02/2026 09:30", "13.01.2026", DOUBTFUL], [3], id="day first"),
        pytest.param(["02/27/2026", "02/28/2026", "01/13/2026", DOUBTFUL], [3], id="month first"),
        pytest.param(["27-02-2026", "28-02-2026", DOUBTFUL], [], id="two texts are no evidence"),
        pytest.param(["27-02-2026", "02-27-2026", "13-01-2026", DOUBTFUL], [], id="both orders"),
        pytest.param(["27-02-2026"] * 3 + ["03-04-2026", DOUBTFUL], [], id="texts stay texts here"),
        pytest.param(["27 Feb 2026"] * 3 + [DOUBTFUL], [], id="a name has no order"),
        pytest.param(["27-02-2026"] * 3 + [DOUBTFUL, LATE], [], id="the sheet read later days too"),
        pytest.param(["27-02-2026"] * 3 + [DOUBTFUL] * 28, [], id="few of many"),
        pytest.param(["27-02-2026"] * 3 + [serial(date(2026, 3, 3)), "soon"], [], id="the third of March"),
    ],
)  # fmt: skip
def test_a_date_is_in_doubt_where_its_column_shows_the_other_order(
    cells: Sequence[Cell], doubtful: list[int]
) -> None:
    assert told(cells) == doubtful


def test_who_wants_to_hear_nothing_of_it_hears_nothing() -> None:
    cells = ["27-02-2026"] * 3 + [DOUBTFUL]
    off = read(cells, Desk(grades={"date_swapped": None})).decisions.violations

    assert told(cells) == [3]
    assert 5 not in off


def test_both_days_it_can_be_are_named() -> None:
    [violation] = [
        violation
        for violation in read(["02/27/2026"] * 3 + [DOUBTFUL]).decisions.violations[5]
        if violation.rule == "date_swapped"
    ]
    assert "is 2 March 2026, or rather 3 February 2026" in violation.sentence
    assert "as 02/27/2026, have the month first, and this spreadsheet takes the day first" in (
        violation.sentence
    )
    assert violation.gist.startswith(f"{HEADER} may have day and month swapped: other dates")
