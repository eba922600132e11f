"""What stands since the last pass is not judged again, and nobody can tell by what is decided.

Every pass of ``tests.passes.Log`` is decided twice, with and without what was judged before, and must
come to the same: so each test that makes passes holds it to that. Here all else that may change between
two passes is tried beside: the clock to the second, the settings, the hours, what is remembered.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from math import inf
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from refundsheet.core import planner
from refundsheet.core.calendar import BusinessCalendar
from refundsheet.core.desk import DEFAULT_STATUSES, Desk
from refundsheet.core.judged import NOTHING_JUDGED, sharing
from refundsheet.core.memory import Memory, Remembered
from refundsheet.core.model import Layout, Outcome, RefundCase, Severity
from refundsheet.core.observe import Observed
from refundsheet.core.planner import Context
from refundsheet.core.rules.doubles import alike_orders, possible_doubles
from refundsheet.core.serials import to_serial
from tests.figures import known
from tests.passes import CALENDAR, HEADERS, MONDAY, ZONE, Log, case

_DAY = 46_328  # MONDAY as a serial


# --- what is not judged again ---


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The Case IDs of the rows that are held to the rules."""
    looks: list[str] = []

    def check(case: RefundCase, *args: Any) -> Any:
        looks.append(case.case_id)
        return rules(case, *args)

    rules = planner.check
    monkeypatch.setattr(planner, "check", check)
    return looks


@dataclass
class Counting(Log):
    """A log whose passes are decided with what was judged before alone, so that looks can be counted."""

    looks: list[str] = field(default_factory=list[str])

    def looked_at(self) -> list[str]:
        """The rows that the next pass judges."""
        before = len(self.looks)
        self.run()
        all_of_them = sum(case is not None for case in self.judged.cases)
        return self.looks[before:-all_of_them]  # then it is decided as a whole


def a_log(looks: list[str], *rows: dict[str, Any]) -> Counting:
    log = Counting([dict(row) for row in rows], looks=looks)
    log.settle()
    return log


THREE = (case("R-1"), case("R-2", status="Refunded"), case("R-3", status="Approved"))


def test_of_rows_that_stand_as_they_were_none_is_judged_again(looked_at: list[str]) -> None:
    log = a_log(looked_at, *THREE)
    assert log.looked_at() == []


def test_a_row_that_people_changed_is_judged_again_alone(looked_at: list[str]) -> None:
    log = a_log(looked_at, *THREE)
    log.row("R-2")["Notes & Communications"] = "paid by hand"
    assert log.looked_at() == ["R-2"]


def test_rows_that_were_only_moved_are_not_judged_again(looked_at: list[str]) -> None:
    log = a_log(looked_at, *THREE)
    log.rows.reverse()
    log.rows.insert(1, case("R-4"))
    assert [log.looked_at(), log.looked_at()] == [[], ["R-4"]]


def test_a_row_is_judged_again_once_its_next_limit_is_up(looked_at: list[str]) -> None:
    log = a_log(looked_at, case("R-1", received=_DAY + 9 / 24))
    assert log.row("R-1").get("Follow-up", "") == ""
    (due_soon,) = log.judged.holds_until
    log.now = datetime.fromtimestamp(due_soon, ZONE) - timedelta(minutes=2)
    assert log.looked_at() == []
    assert log.looked_at() == ["R-1"]
    assert log.row("R-1")["Follow-up"].startswith("Due soon")


def test_a_case_that_no_time_changes_is_judged_once_and_for_all(looked_at: list[str]) -> None:
    log = a_log(looked_at, case("R-1", status="Refunded"))
    assert list(log.judged.holds_until) == [inf]
    log.wait(days=30)
    assert log.looked_at() == []


def test_a_case_is_judged_again_with_another_that_may_refund_the_same(
    looked_at: list[str],
) -> None:
    log = a_log(looked_at, *THREE)
    log.row("R-3")["Order ID"] = "#R-2"
    assert log.looked_at() == ["R-2", "R-3"]


def test_a_row_that_somebody_typed_over_is_judged_until_it_is_ours_again(
    looked_at: list[str],
) -> None:
    log = a_log(looked_at, case("R-1", status="Lost"))
    log.row("R-1")["Row Check"] = "I know"
    assert [log.looked_at(), log.looked_at()] == [["R-1"], ["R-1"]]


@pytest.mark.parametrize("outcome", [Outcome.LOST, Outcome.WAITING, Outcome.UNKNOWN])
def test_a_row_of_which_something_was_not_written_is_judged_again(
    looked_at: list[str], outcome: Outcome
) -> None:
    log = a_log(looked_at, *THREE)
    log.row("R-1")["Reason for Refund"] = "Wrong itme"
    log.run(outcome=outcome)
    assert log.looked_at() == ["R-1"]
    assert "Did you mean Wrong item?" in log.row("R-1")["Row Check"]


def test_a_new_year_is_judged_anew_for_dates_are_worded_by_it(looked_at: list[str]) -> None:
    log = a_log(looked_at, *THREE)
    log.now = datetime(2026, 12, 31, 23, 55, tzinfo=ZONE)
    log.settle()
    log.now = datetime(2026, 12, 31, 23, 59, tzinfo=ZONE)
    assert log.looked_at() == ["R-1", "R-2", "R-3"]


def test_a_clock_that_is_set_back_judges_all_anew(looked_at: list[str]) -> None:
    log = a_log(looked_at, *THREE)
    log.now -= timedelta(hours=1)
    assert log.looked_at() == ["R-1", "R-2", "R-3"]


_CASES = st.builds(
    RefundCase,
    case_id=st.sampled_from(["R-1", "R-2", "R-3"]),
    customer_name=st.sampled_from(["Ada", "ada ", "Bo", "Cy", ""]),
    order_id=st.sampled_from(["", "#1001", "1001", "ord-1001", "#1002", "#1003", "#1004"]),
    amount=st.sampled_from([Decimal(5), Decimal("5.00"), Decimal(6), None]),
    requested_at=st.sampled_from([date(2026, 11, 2), date(2026, 11, 5), None]),
    status=st.sampled_from(["New", "Approved", "Refunded"]),
)


@given(st.lists(_CASES, max_size=9))
def test_only_cases_that_share_a_mark_need_a_look_beside_each_other(
    cases: list[RefundCase],
) -> None:
    all_of_them = [replace(known(case), key=f"{place}") for place, case in enumerate(cases)]
    orders, payees = NOTHING_JUDGED.in_order_of(all_of_them).marked(all_of_them)
    some = sharing(all_of_them, orders, payees)
    keyed = [(one.key, one.case) for one in all_of_them]
    assert possible_doubles(some, Desk()) == possible_doubles(keyed, Desk())
    assert alike_orders(some) == alike_orders(keyed)


# --- whatever happens, the whole plan is the same ---

_HEADERS = (*HEADERS, "Product", "Currency", "Assigned To", "Deadline", "Snooze Until")
_STRICT = [
    replace(status, limit=status.escalate, due_soon=None) if status.escalate else status
    for status in DEFAULT_STATUSES
]
_DESKS = (
    Desk(),
    Desk(legal_days=None, grace_reads=1, grace_seconds=0),
    Desk(statuses=tuple(_STRICT), old_case_days=3),
    Desk(grades={"possible_double_refund": None, "date_swapped": None, "order_alike": Severity.WARNING}),
    Desk(grades={"order_alike": None, "currency_missing": None, "owner_missing": Severity.PROBLEM}),
)  # fmt: skip
_NINE_TO_NOON = ((time(9), time(12)),)
# Kept, as the usual one is: the tables they build are slow.
_CALENDARS = (
    CALENDAR,
    BusinessCalendar(
        ZONE,
        dict.fromkeys(range(1, 8), _NINE_TO_NOON),
        frozenset({date(2026, 11, 4), date(2027, 1, 1), date(2026, 10, 26)}),
        {date(2026, 11, 3): _NINE_TO_NOON},
    ),
)
_BEGINNINGS = (
    MONDAY,
    datetime(2026, 10, 24, 16, 58, tzinfo=ZONE),  # the night is an hour longer
    datetime(2027, 3, 26, 16, 0, tzinfo=ZONE),  # and here shorter
    datetime(2026, 12, 31, 15, 0, tzinfo=ZONE),
)
_MINUTE = timedelta(minutes=1)
_SPANS = st.sampled_from(
    [*(timedelta(hours=hours) for hours in (0.5, 6, 24, 72, 400)), -timedelta(minutes=7)]
)

_CELLS: dict[str, st.SearchStrategy[Any]] = {
    "Case ID": st.sampled_from(["R-1", "R-2", "R-3", "r-4", ""]),
    "Customer Name": st.sampled_from(["Ada Moreau", "ada  moreau", "Bo Lind", ""]),
    "Order ID": st.sampled_from(["#1001", "ord-1001", "1001", "#1002", ""]),
    "Product": st.sampled_from(["", "Lamp", "Chair"]),
    "Amount": st.sampled_from([12.5, 20, "", "lots", "#REF!"]),
    "Currency": st.sampled_from(["EUR", "USD", ""]),
    "Reason for Refund": st.sampled_from(["Wrong item", "Wrong itme", "Other", ""]),
    "Status": st.sampled_from(
        [
            "New",
            "Approved",
            "Refunded",
            "Rejected",
            "Awaiting Return",
            "Refundd",
            "Lost",
            "",
            "#N/A",
        ]
    ),
    "Notes & Communications": st.sampled_from(["", "see R-1", "see R-2", "called"]),
    "Assigned To": st.sampled_from(["", "Ana"]),
    "Date Request Received": st.sampled_from([0, -1.25, -8, -13.7, -90, 0.2, "", "13/02/2026"]),
    "Date of Last Action": st.sampled_from([-0.5, -100, ""]),
    "Resolution Date": st.sampled_from(["", 0, -20]),
    "Deadline": st.sampled_from(["", 0, 1, 1.4, 3]),
    "Snooze Until": st.sampled_from(["", 0, 1, 2.6]),
}
_DATES = ("Date Request Received", "Date of Last Action", "Resolution Date", "Deadline", "Snooze Until")  # fmt: skip
_PLACES = st.integers(0, 99)
_ONE_CELL = st.sampled_from(sorted(_CELLS)).flatmap(
    lambda header: st.tuples(st.just(header), _CELLS[header])
)
_A_ROW = st.fixed_dictionaries(
    {
        "Customer Name": st.sampled_from(["Ada Moreau", "ada  moreau"]),
        "Order ID": st.sampled_from(["#1001", "ord-1001", "#1002", "#1003"]),
        "Amount": st.sampled_from([12.5, 20]),
        "Status": st.sampled_from(["New", "Awaiting Return", "Approved", "Refunded", "Rejected"]),
        "Date Request Received": st.sampled_from([0, 0.2, -1.25, -4.5, -8, -13.7]),
    },
    optional={header: _CELLS[header] for header in ("Deadline", "Product", "Currency")},
)


class ChangingLog(Log):
    """A log whose hours may change, too."""

    calendar = CALENDAR

    def context(self, layout: Layout, observed: Observed, *, backfill: bool = False) -> Context:
        usual = super().context(layout, observed, backfill=backfill)
        return replace(usual, calendar=self.calendar)


class AnyPasses(RuleBasedStateMachine):
    """People, time and settings between passes; each pass is held to the whole plan by the log."""

    @initialize(rows=st.lists(_A_ROW, min_size=4, max_size=7), begins=st.sampled_from(_BEGINNINGS))
    def open(self, rows: list[dict[str, Any]], begins: datetime) -> None:
        self.log = ChangingLog(headers=_HEADERS, now=begins)
        for number, cells in enumerate(rows, 1):
            self.log.add({"Case ID": f"R-{number}"} | self._dated(cells))
        self._passes()

    def _passes(self) -> None:
        """A pass that sees what is new, and one to which nothing is."""
        self.log.run()
        self.log.run()

    def _dated(self, cells: dict[str, Any]) -> dict[str, Any]:
        """Dates are given as days from now."""
        today = to_serial(self.log.now, ZONE)
        return {
            header: value + (today if value % 1 else int(today))
            if header in _DATES and not isinstance(value, str)
            else value
            for header, value in cells.items()
        }

    def _row(self, place: int) -> dict[str, Any]:
        return self.log.rows[place % len(self.log.rows)] if self.log.rows else {}

    def _set_clock(self, instant: datetime) -> None:
        self.log.now = instant.astimezone(UTC).astimezone(ZONE)

    @rule(place=_PLACES, cell=_ONE_CELL)
    def somebody_types(self, place: int, cell: tuple[str, Any]) -> None:
        self._row(place).update(self._dated(dict([cell])))
        self._passes()

    @rule(
        place=_PLACES,
        header=st.sampled_from(["Follow-up", "Row Check"]),
        text=st.sampled_from(["", "I know"]),
    )
    def somebody_types_over_ours(self, place: int, header: str, text: str) -> None:
        self._row(place)[header] = text
        self._passes()

    @rule(place=_PLACES, cells=_A_ROW)
    def a_row_is_inserted(self, place: int, cells: dict[str, Any]) -> None:
        self.log.rows.insert(place % (len(self.log.rows) + 1), self._dated(cells))
        self._passes()

    @rule(place=_PLACES, to=_PLACES)
    def a_row_is_copied(self, place: int, to: int) -> None:
        self.log.rows.insert(to % (len(self.log.rows) + 1), dict(self._row(place)))
        self._passes()

    @rule(place=_PLACES)
    def a_row_is_deleted(self, place: int) -> None:
        if self.log.rows:
            del self.log.rows[place % len(self.log.rows)]
        self._passes()

    @rule(by=st.sampled_from(["Status", "Order ID", "Case ID"]))
    def the_log_is_sorted(self, by: str) -> None:
        self.log.rows.sort(key=lambda row: str(row.get(by, "")))
        self._passes()

    @rule(span=_SPANS)
    def time_goes_by(self, span: timedelta) -> None:
        self._set_clock(self.log.now.astimezone(UTC) + span)
        self._passes()

    @rule(seconds=st.sampled_from([-1, 0, 1]))
    def the_next_moment_comes(self, seconds: int) -> None:
        coming = [at for at in self.log.judged.holds_until if self.log.judged.at < at < inf]
        if coming:
            moment = datetime.fromtimestamp(min(coming), UTC) + timedelta(seconds=seconds)
            self._set_clock(moment - _MINUTE)
        self._passes()

    @rule(
        place=_PLACES,
        cell=_ONE_CELL,
        outcome=st.sampled_from([Outcome.LOST, Outcome.REFUSED, Outcome.DONE]),
        backfill=st.booleans(),
    )
    def some_of_what_is_due_is_not_written(
        self,
        place: int,
        cell: tuple[str, Any],
        outcome: Outcome,
        backfill: bool,  # noqa: FBT001 - as Hypothesis gives it
    ) -> None:
        self._row(place).update(self._dated(dict([cell])))
        self.log.run(outcome=outcome, backfill=backfill)
        self._passes()

    @rule(desk=st.sampled_from(_DESKS), calendar=st.sampled_from(_CALENDARS))
    def the_settings_change(self, desk: Desk, calendar: BusinessCalendar) -> None:
        self.log.desk, self.log.calendar = desk, calendar
        self._passes()

    @rule(headers=st.sampled_from([_HEADERS, HEADERS, _HEADERS[::-1]]))
    def the_columns_change(self, headers: tuple[str, ...]) -> None:
        self.log.headers = headers
        self._passes()

    @rule(place=_PLACES)
    def a_stamp_is_taken_back(self, place: int) -> None:
        cases = [one for one in self.log.memory.cases.values() if one.written]
        if cases:
            self._take_back(cases[place % len(cases)])
        self._passes()

    def _take_back(self, known: Remembered) -> None:
        undone = replace(known, undone=known.written, written={})
        cases = {**self.log.memory.cases, known.key: undone}
        self.log.memory = replace(self.log.memory, cases=cases)

    @rule()
    def the_process_starts_anew(self) -> None:
        self.log.forget_objects()
        self._passes()

    @rule()
    def the_memory_is_another_and_the_process_is_not(self) -> None:
        judged = self.log.judged
        self.log.forget_objects()
        self.log.judged = judged
        self._passes()

    @rule()
    def the_ledger_is_lost(self) -> None:
        self.log.memory = Memory()
        self._passes()


# Making a failing example short takes minutes: it is printed as it was found.
AnyPasses.TestCase.settings = settings(
    stateful_step_count=10, phases=set(Phase) - {Phase.shrink, Phase.explain}
)
test_with_what_was_judged_before_every_pass_decides_the_same = pytest.mark.timeout(600)(
    AnyPasses.TestCase
)
