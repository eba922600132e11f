"""When figures still hold, so that they need not be computed again."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from refundsheet.core.desk import Desk
from refundsheet.core.model import Layout, RefundCase, Row
from refundsheet.core.statistics.basis import Basis
from tests.figures import DESK, FRIDAY

ROWS = tuple(Row(number, (), RefundCase(), ()) for number in (2, 3))
LAYOUT = Layout(1, ("Case ID", "Status"), {"case_id": 0, "status": 1})
BASIS = Basis(
    rows=ROWS,
    layout=LAYOUT,
    tab="Refund Log",
    desk=DESK,
    hour=FRIDAY,
    notes=("One.",),
    has_news=True,
)
QUIET = replace(BASIS, has_news=False)


@pytest.mark.parametrize(
    ("now", "holds"),
    [
        pytest.param({}, True, id="nothing changed"),
        pytest.param({"rows": tuple(reversed(ROWS))[::-1]}, True, id="the same rows read anew"),
        pytest.param({"has_news": True}, False, id="something was learnt or written"),
        pytest.param({"hour": FRIDAY + timedelta(hours=1)}, False, id="an hour later"),
        pytest.param({"notes": ()}, False, id="something else is said of the log"),
        pytest.param({"desk": Desk()}, False, id="other settings"),
        pytest.param({"tab": "Refunds"}, False, id="the tab is called something else"),
        pytest.param(
            {"layout": replace(LAYOUT, columns={"case_id": 1, "status": 0})},
            False,
            id="columns have changed places",
        ),
        pytest.param({"rows": ROWS[:1]}, False, id="a row less"),
        pytest.param({"rows": ROWS[::-1]}, False, id="other rows in their places"),
    ],
)
def test_figures_hold_while_nothing_they_rest_on_changes(
    now: dict[str, Any], *, holds: bool
) -> None:
    assert replace(QUIET, **now).still_holds(BASIS) is holds


def test_there_are_no_figures_before_the_first_ones() -> None:
    assert not QUIET.still_holds(None)
