"""Figures as cells and as JSON."""

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from refundsheet.core.follow_up import Flag, FlagKind
from refundsheet.core.model import Layout, RefundCase
from refundsheet.core.pages import PageCell, Style
from refundsheet.core.statistics.figures import (
    Clock,
    Dimension,
    Duration,
    Estimate,
    LeftOut,
    Measure,
    Number,
    Spike,
    SpikeWatch,
    SwitchedOff,
    left_out,
)
from refundsheet.core.statistics.registry import Topic
from refundsheet.core.summary import (
    HEARTBEAT,
    Summary,
    basis,
    heartbeat_cell,
    in_words,
    missing_columns,
    number_text,
    spike_lines,
    summarise,
    to_json,
    to_page,
)
from tests.figures import facts
from tests.passes import MONDAY, ZONE

CASES = (
    RefundCase(status="New", owner="Ana", requested_at=date(2026, 10, 30)),
    RefundCase(status="Approved", amount=Decimal("12.50"), currency="EUR"),
    RefundCase(status="=HYPERLINK(1)", owner="+Bo"),
)
FACTS = facts(*CASES, flags={"r-1": Flag(FlagKind.STALE, "", MONDAY)}, now=MONDAY, being_typed=2)


def the_cells(quality: tuple[str, ...] = ()) -> dict[tuple[int, int], PageCell]:
    return dict(to_page(summarise(FACTS, quality), "Summary", ZONE).cells)


def test_every_figure_stands_on_the_page_with_its_definition_and_its_basis() -> None:
    cells = the_cells()
    rows = {cell.value: row for (row, column), cell in cells.items() if column == 0}
    assert cells[rows["Open"], 1].value == 2
    assert cells[rows["Overdue"], 1].value == 1
    assert cells[rows["Approved and unpaid, EUR"], 1] == PageCell(12.5, Style.MONEY)
    assert cells[rows["Open"], 5].value == (
        "Cases whose status asks the team to act, unknown and blank statuses among them. "
        "n = 3; 2 left out: still being typed."
    )


def test_tables_stand_below_each_other_without_overlap() -> None:
    cells = the_cells()
    heads = [
        row for (row, column), cell in cells.items() if column == 0 and cell.style is Style.HEADING
    ]
    assert heads == sorted(heads)
    for row in heads[1:]:
        assert not any((row - 1, column) in cells for column in range(6))


def test_no_text_of_people_becomes_a_formula() -> None:
    assert not any(cell.is_formula for cell in the_cells().values())
    assert "=HYPERLINK(1)" in {cell.value for cell in the_cells().values()}


def test_what_is_wrong_with_the_log_stands_at_the_end() -> None:
    assert "The log as a whole" not in {cell.value for cell in the_cells().values()}
    cells = the_cells(("One.", "Two."))
    assert list(cells.values())[-3:] == [
        PageCell("The log as a whole", Style.HEADING),
        PageCell("One.", Style.NOTE),
        PageCell("Two.", Style.NOTE),
    ]


def test_the_place_of_the_heartbeat_is_left_free() -> None:
    assert HEARTBEAT not in the_cells()
    assert heartbeat_cell(MONDAY, ZONE) == PageCell(46328.375, Style.MOMENT)


def test_the_same_figures_as_json_keep_every_cent() -> None:
    told: dict[str, Any] = json.loads(json.dumps(to_json(summarise(FACTS, ("One.",)))))
    amount = next(f for f in told["figures"] if f["name"] == "approved_unpaid_amount")
    assert (amount["value"], amount["unit"], amount["used"]) == ("12.50", "EUR", 1)
    assert told["as_of"] == "2026-11-02T09:00:00+01:00"
    assert told["data_quality"] == ["One."]
    assert told["tables"]["by_owner"]["rows"] == [["(nobody)", 1], ["+Bo", 1], ["Ana", 1]]
    assert told["tables"]["weekly"]["left_out"][0] == {
        "cases": 2,
        "why": "no readable date of receipt",
    }


ESTIMATE = Estimate(timedelta(hours=36), timedelta(days=1), None)


def a_duration(median: Estimate | None, late: Estimate | None, clock: Clock) -> Duration:
    day = timedelta(hours=8 if clock is Clock.BUSINESS else 24)
    return Duration("payout", "Payout", "So long.", clock, day, median, late, 7, 3)


@pytest.mark.parametrize(
    ("median", "late", "clock", "words"),
    [
        pytest.param(None, None, Clock.BUSINESS, "too few: 10", id="too few"),
        pytest.param(
            ESTIMATE,
            Estimate(None, timedelta(days=2), None),
            Clock.CALENDAR,
            "half within 1.5 (1.0-?) days, nine in ten within (not reached yet); 3 open",
            id="not reached yet",
        ),
        pytest.param(
            ESTIMATE,
            ESTIMATE,
            Clock.BUSINESS,
            "half within 4.5 (3.0-?) business days, nine in ten within 4.5 (3.0-?); 3 open",
            id="in business days",
        ),
    ],
)
def test_a_duration_is_said_with_its_limits(
    median: Estimate | None, late: Estimate | None, clock: Clock, words: str
) -> None:
    assert in_words(a_duration(median, late, clock)) == words


def test_durations_are_seconds_for_programs() -> None:
    topics = {Topic.SPEED: (a_duration(ESTIMATE, None, Clock.CALENDAR),)}
    told: Any = to_json(Summary(MONDAY, topics, ()))["durations"]["payout"]
    assert told["median"] == {"value": 129600, "lower": 86400, "upper": None}
    assert (told["late"], told["used"], told["day_seconds"]) == (None, 10, 86400)


def a_spike(**given: Any) -> Spike:
    usual: dict[str, Any] = {
        "dimension": Dimension.REASON,
        "category": "Odd",
        "text": "Odd: 9 in the week from Mon 26 Oct, usually 1-6 (26 weeks)",
        "since": date(2026, 10, 26),
        "is_since_seen": True,
        "is_new": True,
        "normal_since": None,
        "count": 9,
        "first_week": date(2026, 10, 26),
        "weeks": 1,
        "usual_low": 1,
        "usual_high": 6,
        "baseline_weeks": 26,
        "ratio": 2.5,
        "cases": ("R-1", "R-2"),
    }
    return Spike(**usual | given)


def a_watch(*spikes: Spike, learnt: int | None = None) -> SpikeWatch:
    return SpikeWatch("spikes", "Spikes", "Too many.", spikes, learnt, 8, 40)


SAID = "Odd: 9 in the week from Mon 26 Oct, usually 1-6 (26 weeks): R-1, R-2"


@pytest.mark.parametrize(
    ("watch", "lines"),
    [
        pytest.param(a_watch(), ("nothing unusual",), id="nothing"),
        pytest.param(a_watch(learnt=5), ("learning: 5 of 8 weeks",), id="too few weeks"),
        pytest.param(a_watch(a_spike()), (f"{SAID}, …",), id="new"),
        pytest.param(
            a_watch(a_spike(is_new=False, count=2)),
            (f"{SAID}; since the week from 2026-10-26",),
            id="in force",
        ),
        pytest.param(
            a_watch(a_spike(normal_since=date(2026, 11, 9), count=2)),
            (f"{SAID}; back to normal with the week from 2026-11-09",),
            id="over",
        ),
        pytest.param(
            a_watch(a_spike(count=2, parts=(a_spike(category="New"),))),
            (f"{SAID}. More than the rest: New",),
            id="with what rose more than the rest",
        ),
    ],
)
def test_spikes_are_said_in_words(watch: SpikeWatch, lines: tuple[str, ...]) -> None:
    assert spike_lines(watch) == lines


def test_spikes_are_told_on_the_page_and_to_programs() -> None:
    watch = a_watch(a_spike(parts=(a_spike(normal_since=date(2026, 11, 9)),)))
    summary = Summary(MONDAY, {Topic.SPIKES: (watch,)}, ())
    shown = to_page(summary, "Summary", ZONE).cells[5, 1].value
    assert str(shown).startswith(SAID)
    told: Any = to_json(summary)["spikes"]
    assert (told["learnt_weeks"], told["spikes"][0]["since"]) == (None, "2026-10-26")
    assert told["spikes"][0]["parts"][0]["normal_since"] == "2026-11-09"
    assert to_json(Summary(MONDAY, {}, ()))["spikes"] is None


def test_what_is_switched_off_says_why() -> None:
    topics = {Topic.NOW: (SwitchedOff("by_owner", "By owner", "No column."),)}
    summary = Summary(MONDAY, topics, ())
    assert to_page(summary, "Summary", ZONE).cells[5, 5].value == "Switched off: No column."
    assert to_json(summary)["switched_off"] == {"by_owner": "No column."}


@pytest.mark.parametrize(
    ("value", "measure", "text"),
    [
        (None, Measure.CASES, "-"),
        ("Ana", Measure.TEXT, "Ana"),
        (1234, Measure.CASES, "1,234"),
        (Decimal("1234.50"), Measure.AMOUNT, "1,234.50"),
        (0.1234, Measure.SHARE, "12.3%"),
        (2.25, Measure.DAYS, "2.2"),
    ],
)
def test_numbers_are_written_by_what_they_count(
    value: Number | str | None, measure: Measure, text: str
) -> None:
    assert number_text(value, measure) == text


def test_a_basis_names_what_was_left_out() -> None:
    assert basis(3, ()) == "n = 3."
    reasons = (LeftOut(2, "no date"), LeftOut(1, "no amount"))
    assert basis(3, reasons) == "n = 3; 2 left out: no date; 1 left out: no amount."
    assert left_out(0, "no date") == ()


def test_a_missing_column_is_told_with_what_that_means() -> None:
    columns = {"case_id": 0, "customer_and_order": 1, "status": 2}
    lines = list(missing_columns(Layout(1, ("a", "b", "c"), columns)))
    assert lines[0] == 'There is no column "Product": what needs it is switched off.'
    assert not any(
        "Customer Name" in line or "Order ID" in line or "Row Check" in line for line in lines
    )
