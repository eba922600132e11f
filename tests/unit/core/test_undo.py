"""What is taken back of a run, and what is left as it is."""

from dataclasses import replace

import pytest

from refundsheet.core.model import Change
from refundsheet.core.undo import undo
from tests.passes import Log, case


def stamped(field: str = "resolved_at") -> Change:
    return Change(
        case="r-1", label="R-1", row=2, field=field, before=None, after=46328.5, reason="so"
    )


@pytest.mark.parametrize(
    ("rows", "headers", "why"),
    [
        pytest.param([], None, "the case is not in the log any more", id="gone"),
        pytest.param(
            [case("", order="#R-1", resolved=46328.5)],
            None,
            "it is not certain which row is the case",
            id="its ID was cleared",
        ),
        pytest.param(
            [case("R-1")], ("Case ID", "Status"), "its column is not there any more", id="no column"
        ),
        pytest.param([case("R-1")], None, "somebody emptied it", id="emptied"),
        pytest.param(
            [case("R-1", resolved=46000.0)], None, "it holds something else now", id="typed over"
        ),
    ],
)
def test_what_cannot_be_taken_back_is_left_with_the_reason(
    rows: list[dict[str, object]], headers: tuple[str, ...] | None, why: str
) -> None:
    log = Log([case("R-1")] if rows else [case("R-2")])
    log.run()
    log.rows = list(rows) or log.rows
    log.headers = headers or log.headers

    undoing = undo(7, [stamped()], log.recognise(), log.read().layout)

    assert [left.why for left in undoing.left] == [why]
    assert undoing.changes == ()


def test_what_still_stands_is_taken_back() -> None:
    log = Log([case("R-1", resolved=46328.5)])
    log.run()

    (change,) = undo(7, [stamped()], log.recognise(), log.read().layout).changes

    assert (change.before, change.after, change.takes_back) == (46328.5, None, True)


def test_what_was_taken_back_waits_and_what_differs_does_not() -> None:
    log = Log([case("R-1", status="Refundd")])
    log.run()
    said = log.rows[0]["Row Check"]
    known = log.known("r-1")
    log.rows[0]["Row Check"] = ""
    log.memory = replace(log.memory, cases={"r-1": replace(known, undone={"row_check": said})})

    log.run()
    waits = log.rows[0]["Row Check"]
    log.memory = replace(log.memory, cases={"r-1": replace(known, undone={"row_check": "else"})})
    log.run()

    assert said
    assert waits == ""
    assert log.rows[0]["Row Check"] == said
