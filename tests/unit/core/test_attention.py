"""The queue as a table: who comes first, what a line says, and what stands above."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from refundsheet.core import attention
from refundsheet.core.attention import HEADERS, Queue, QueuedCase, rows_to_sort_out, to_page
from refundsheet.core.attention import queued as queued_cases
from refundsheet.core.desk import Desk
from refundsheet.core.flag_news import FlagChanges
from refundsheet.core.follow_up import Flag, FlagKind, Reason
from refundsheet.core.memory import Remembered
from refundsheet.core.model import Layout, RefundCase, Row, Severity, Violation
from refundsheet.core.pages import PageCell, Style
from refundsheet.core.row_links import LogTab
from refundsheet.core.serials import to_serial
from tests.passes import CALENDAR, MONDAY, ZONE, Log, case

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FRIDAY = MONDAY - 3 * DAY
LAYOUT = Layout(1, ("Case ID", "Assigned To"), {"case_id": 0, "owner": 1})


def queued(
    case_id: str, kind: FlagKind = FlagKind.STALE, by: datetime = MONDAY, **fields: Any
) -> QueuedCase:
    """A flagged case; what is not named of it is as usual."""
    usual: dict[str, Any] = {
        "case_id": case_id,
        "order_id": f"o{case_id}",
        "status": "Under Review",
    }
    case = RefundCase(**usual | fields)
    known = Remembered(
        key=case_id.casefold(),
        case=case,
        adopted=True,
        first_seen=FRIDAY,
        still_since=FRIDAY,
        status_since=FRIDAY,
    )
    flag = Flag(kind, f"{kind.word}: so and so.", by)
    return QueuedCase(known=known, row=int(case_id.partition("-")[2] or 9) + 1, flag=flag)


def a_queue(*cases: QueuedCase, layout: Layout = LAYOUT, **other: Any) -> Queue:
    rows = [Row(one.row, (one.known.case.case_id,), one.known.case, ()) for one in cases]
    usual: dict[str, Any] = {
        "changes": None,
        "remarks": (),
        "log": LogTab(sheet_id=7, title="Refund Log", layout=layout, rows=rows),
        "desk": Desk(),
        "calendar": CALENDAR,
        "now": MONDAY,
    }
    return Queue(cases=cases, **usual | other)


def lines(queue: Queue) -> list[dict[str, Any]]:
    """The lines below the heads, as mappings of head to value; blank cells are left out."""
    page = to_page(queue, "Needs attention")
    rows = sorted({row for row, _ in page.cells if row > 3})
    assert rows == list(range(4, 4 + len(rows)))
    return [
        {
            head: page.cells[row, column].value
            for column, head in enumerate(HEADERS)
            if (row, column) in page.cells
        }
        for row in rows
    ]


def cell(queue: Queue, head: str) -> PageCell | None:
    """A cell of the first line."""
    return to_page(queue, "Needs attention").cells.get((4, HEADERS.index(head)))


def top(queue: Queue) -> list[str]:
    """What stands above the heads, cell by cell."""
    cells = to_page(queue, "Needs attention").cells
    return [str(cells[place].value) for place in sorted(cells) if place[0] < 3]


# Which cases


def test_cases_are_queued_with_what_is_known_after_the_pass() -> None:
    log = Log(desk=Desk(grace_reads=1, grace_seconds=0, legal_days=None))
    log.run()
    log.add(case("R-1"), case("R-2"), case("R-2"), case(order="1009"))
    log.settle()
    log.row("R-1")["Follow-up"] = "somebody's own words"
    log.wait(days=3)

    passed = log.run()

    found = queued_cases(passed.recognised, passed.decisions.flags, passed.advanced)
    assert [(one.label, one.row, one.flag.kind.word) for one in found] == [
        ("R-1", 2, "Escalate"),
        ("R-3", 5, "Escalate"),
    ]


# The order


@pytest.mark.parametrize(
    ("cases", "order"),
    [
        pytest.param([queued("R-1", FlagKind.DUE_SOON), queued("R-2", FlagKind.ESCALATE), queued("R-3", FlagKind.OVERDUE)], "R-2 R-3 R-1", id="the worst kind first"),
        pytest.param([queued("R-1", by=MONDAY), queued("R-2", by=FRIDAY)], "R-2 R-1", id="of a kind what is due longest"),
        pytest.param([queued("R-2"), queued("R-1")], "R-1 R-2", id="and by name where nothing tells them apart"),
        pytest.param([queued("R-1", FlagKind.NUDGE, owner="Kim"), queued("R-2", FlagKind.STALE, owner="Sam"), queued("R-3", FlagKind.ESCALATE, owner="Kim")], "R-3 R-1 R-2", id="by owner, the one with the worst case first"),
        pytest.param([queued("R-1", owner=" Kim  Lee"), queued("R-2", owner="Sam"), queued("R-3", owner="Kim Lee ")], "R-1 R-3 R-2", id="a name is the same with other blanks"),
    ],
)  # fmt: skip
def test_who_comes_first(cases: list[QueuedCase], order: str) -> None:
    found = [
        str(line["Case"]).rpartition('"')[0].rpartition('"')[2] for line in lines(a_queue(*cases))
    ]
    assert found == order.split()


def test_of_more_cases_than_anybody_reads_the_worst_are_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(attention, "MOST_ROWS", 2)
    worst = [queued("R-1", FlagKind.ESCALATE, owner="Kim"), queued("R-2", FlagKind.STALE)]
    queue = a_queue(queued("R-3", FlagKind.NUDGE, owner="Kim"), *worst, remarks=("And more.",))

    assert [line["What"] for line in lines(queue)] == ["Escalate", "Stale"]
    assert top(queue)[2:] == [
        "2 overdue · 3 cases in all",
        "The 2 worst of 3 cases are shown. And more.",
    ]


# A line


def test_a_line_says_what_why_since_when_and_for_how_long() -> None:
    one = queued(
        "R-1", owner="Kim", customer_name="Jo Ray", amount=Decimal("12.50"), currency="EUR"
    )
    [line] = lines(a_queue(one, now=MONDAY + 4 * HOUR))
    link = line.pop("Case")
    assert str(link).startswith("=IFERROR(HYPERLINK(")
    assert line == {
        "Owner": "Kim",
        "What": "Stale",
        "Why, and what to do": "Stale: so and so.",
        "Business days waiting": 1.5,
        "Since": to_serial(FRIDAY, ZONE),
        "Due": to_serial(MONDAY, ZONE),
        "Status": "Under Review",
        "Customer": "Jo Ray",
        "Order": "oR-1",
        "Amount": 12.5,
        "Currency": "EUR",
    }


def test_what_is_late_stands_out() -> None:
    for kind, style in ((FlagKind.STALE, Style.WARNING), (FlagKind.NUDGE, Style.TEXT)):
        assert cell(a_queue(queued("R-1", kind)), "What") == PageCell(kind.word, style)


def with_watch(**known: Any) -> Queue:
    one = queued("R-1")
    return a_queue(replace(one, known=replace(one.known, **known)))


@pytest.mark.parametrize(
    ("known", "since", "waiting"),
    [
        pytest.param({}, PageCell(to_serial(FRIDAY, ZONE), Style.MOMENT), PageCell(1.0, Style.DAYS), id="to the hour"),
        pytest.param({"status_since": None, "found_since": date(2026, 10, 28)}, PageCell(to_serial(date(2026, 10, 28), ZONE), Style.DATE), PageCell(3.0, Style.COUNT), id="since a day without a time: in whole days"),
        pytest.param({"status_since": None}, None, None, id="nothing tells since when"),
    ],
)  # fmt: skip
def test_since_when_a_case_waits(
    known: dict[str, Any], since: PageCell | None, waiting: PageCell | None
) -> None:
    queue = with_watch(**known)
    assert (cell(queue, "Since"), cell(queue, "Business days waiting")) == (since, waiting)


@pytest.mark.parametrize(
    ("kinds", "due"),
    [
        pytest.param({FlagKind.REOPENED: FRIDAY}, None, id="nothing is due by a case that was opened again"),
        pytest.param({FlagKind.POSSIBLE_DOUBLE: FRIDAY, FlagKind.STALE: MONDAY}, MONDAY, id="of several reasons the first with a time"),
    ],
)  # fmt: skip
def test_due_is_when_something_is_due(
    kinds: Mapping[FlagKind, datetime], due: datetime | None
) -> None:
    reasons = [Reason(kind, "So.", by) for kind, by in kinds.items()]
    one = replace(queued("R-1"), flag=Flag.of(reasons, is_urgent=False))
    expected = PageCell(to_serial(due, ZONE), Style.MOMENT) if due else None
    assert cell(a_queue(one), "Due") == expected


@pytest.mark.parametrize(
    ("fields", "label"),
    [
        ({"order_id": "1001"}, "(1001)"),
        ({"order_id": "", "customer_name": "Jo"}, "(Jo)"),
        ({"order_id": "", "product": "Mug"}, "(no name)"),
    ],
)
def test_a_case_without_an_id_is_called_by_what_is_known(
    fields: dict[str, Any], label: str
) -> None:
    assert cell(a_queue(queued("", **fields)), "Case") == PageCell(label)


def test_nobody_is_named_where_nobody_is_assigned() -> None:
    without = Layout(1, ("Case ID",), {"case_id": 0})
    assert cell(a_queue(queued("R-1")), "Owner") == PageCell("(nobody)")
    assert cell(a_queue(queued("R-1"), layout=without), "Owner") is None


# The top


def test_the_top_says_what_changed_and_where_the_rest_is() -> None:
    changes = FlagChanges(since=FRIDAY + 8 * HOUR, new=1, cleared=2)
    queue = a_queue(queued("R-1"), changes=changes, remarks=("One thing.", "Another."))
    assert top(queue) == [
        "Needs attention",
        "as of Mon 2 Nov 09:00",
        "1 overdue, 1 new since Fri 17:00, 2 cleared · 1 case in all",
        "One thing. Another.",
    ]


def test_an_empty_queue_says_so() -> None:
    assert top(a_queue())[2:] == ["Nothing needs attention"]


def wrong(*severities: Severity) -> list[Violation]:
    return [Violation("rule", severity, "", "So.") for severity in severities]


@pytest.mark.parametrize(
    ("found", "in_doubt", "said"),
    [
        ([], 0, []),
        ([wrong(Severity.NOTE)], 0, []),
        ([wrong(Severity.NOTE, Severity.WARNING)], 0, ["1 row has something to correct: see Row Check."]),
        (
            [wrong(Severity.PROBLEM)] * 7,
            2,
            ["7 rows have something to correct; in 2 of them it is not certain which case it is: see Row Check."],
        ),
    ],
)  # fmt: skip
def test_rows_to_sort_out_are_counted(
    found: list[list[Violation]], in_doubt: int, said: list[str]
) -> None:
    assert list(rows_to_sort_out(found, in_doubt)) == said
