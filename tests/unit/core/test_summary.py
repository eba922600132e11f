"""Figures as cells and as JSON."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from refundsheet.core.columns import header_names
from refundsheet.core.follow_up import Flag, FlagKind
from refundsheet.core.headers import find_layout
from refundsheet.core.identity import KnownRow, Recognised
from refundsheet.core.model import Change, Layout, Outcome, Receipt, RefundCase, Row
from refundsheet.core.pages import PageCell, Style
from refundsheet.core.row_links import LogTab
from refundsheet.core.statistics.figures import (
    Clock,
    Column,
    Dimension,
    Duration,
    Estimate,
    Figure,
    LeftOut,
    Measure,
    Number,
    Spike,
    SpikeWatch,
    SwitchedOff,
    Table,
    left_out,
)
from refundsheet.core.statistics.registry import Topic
from refundsheet.core.summary import (
    Summary,
    basis,
    in_words,
    missing_columns,
    needs_eyes,
    not_written,
    number_text,
    spike_lines,
    summarise,
    to_json,
)
from refundsheet.core.summary_page import (
    HEARTBEAT,
    Links,
    case_links,
    heartbeat_cell,
    summary_frame,
    to_cells,
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
    return dict(to_cells(summarise(FACTS, quality), ZONE, weeks=26))


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
        PageCell("One.", Style.LINE),
        PageCell("Two.", Style.LINE),
    ]


def test_cells_of_our_own_that_could_not_be_written_are_told_by_column_and_reason() -> None:
    def receipt(
        field: str, outcome: Outcome, why: str = "the cell is merged with others"
    ) -> Receipt:
        change = Change(
            case="r-1", label="R-1", row=2, field=field, before=None, after="x", reason="so"
        )
        return Receipt(change, outcome, why)

    receipts = [
        receipt("row_check", Outcome.REFUSED),
        receipt("row_check", Outcome.VANISHED),
        receipt("follow_up", Outcome.REFUSED, "A sentence."),
        receipt("follow_up", Outcome.LOST),
        receipt("resolved_at", Outcome.REFUSED),
    ]
    assert list(not_written(receipts)) == [
        "1 cell of Follow-up could not be written: A sentence.",
        "2 cells of Row Check could not be written: the cell is merged with others.",
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
        pytest.param(
            None, None, Clock.BUSINESS, "too few to say: 7 of 10 have ended", id="too few"
        ),
        pytest.param(
            ESTIMATE,
            Estimate(None, timedelta(days=2), None),
            Clock.CALENDAR,
            "half within 1.5 days (1.0\u2013?), nine in ten not reached yet; 3 open",
            id="not reached yet",
        ),
        pytest.param(
            ESTIMATE,
            ESTIMATE,
            Clock.BUSINESS,
            "half within 4.5 business days (3.0\u2013?), "
            "nine in ten within 4.5 business days (3.0\u2013?); 3 open",
            id="in business days",
        ),
        pytest.param(
            Estimate(timedelta(hours=3), timedelta(minutes=30), timedelta(hours=9)),
            ESTIMATE,
            Clock.CALENDAR,
            "half within 3.0 hours (0.5\u20139.0), nine in ten within 1.5 days (1.0\u2013?); 3 open",
            id="in hours what takes less than a day",
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
        "text": TEXT,
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


TEXT = "Odd: 9 in the week from Mon 26 Oct, usually 1-6 (26 weeks)"
SAID = f"{TEXT}: R-1, R-2"


@pytest.mark.parametrize(
    ("watch", "lines"),
    [
        pytest.param(a_watch(), ("nothing unusual",), id="nothing"),
        pytest.param(a_watch(learnt=5), ("learning: 5 of 8 weeks",), id="too few weeks"),
        pytest.param(a_watch(a_spike()), (f"{SAID}, …",), id="new"),
        pytest.param(
            a_watch(a_spike(is_new=False, count=2)),
            (f"{TEXT}, since the week from 2026-10-26: R-1, R-2",),
            id="in force",
        ),
        pytest.param(
            a_watch(a_spike(normal_since=date(2026, 11, 9), count=2)),
            (f"{TEXT}, back to normal with the week from 2026-11-09: R-1, R-2",),
            id="over",
        ),
        pytest.param(
            a_watch(a_spike(count=2, parts=(a_spike(category="New"),))),
            (f"{TEXT}, above all New: R-1, R-2",),
            id="with what rose more than the rest",
        ),
    ],
)
def test_spikes_are_said_in_words(watch: SpikeWatch, lines: tuple[str, ...]) -> None:
    assert spike_lines(watch) == lines


def test_spikes_are_told_on_the_page_and_to_programs() -> None:
    watch = a_watch(a_spike(parts=(a_spike(category="More", normal_since=date(2026, 11, 9)),)))
    summary = Summary(MONDAY, {Topic.SPIKES: (watch,)}, ())
    cells = to_cells(summary, ZONE, weeks=26)
    assert cells[8, 0] == PageCell(f"{TEXT}, above all More", Style.LINE)
    assert cells[place_of(cells, "Spikes") + 1, 1].value == "1 in force"
    told_of = place_of(cells, "Odd"), place_of(cells, "More")
    rows = [[cells[row, column].value for column in range(1, 5)] for row in told_of]
    assert rows == [
        [9, "1\u20136", "2026-10-26", "new"],
        [9, "1\u20136", "2026-10-26", "back to normal"],
    ]
    told: Any = to_json(summary)["spikes"]
    assert (told["learnt_weeks"], told["spikes"][0]["since"]) == (None, "2026-10-26")
    assert told["spikes"][0]["parts"][0]["normal_since"] == "2026-11-09"
    assert to_json(Summary(MONDAY, {}, ()))["spikes"] is None


def test_what_is_switched_off_says_why() -> None:
    topics = {Topic.NOW: (SwitchedOff("by_owner", "By owner", "No column."),)}
    summary = Summary(MONDAY, topics, ())
    shown = {cell.value for cell in to_cells(summary, ZONE, weeks=26).values()}
    assert "Switched off: No column." in shown
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


def test_a_column_that_is_there_twice_is_told_as_that_and_not_as_missing() -> None:
    headers = ["Case ID", "Status", "Product", "Product", "Follow-up", "Follow-up"]
    layout = find_layout([headers], header_names())
    lines = list(missing_columns(layout))
    assert lines[:2] == [violation.sentence for violation in layout.violations]
    assert not any(line.startswith('There is no column "Product"') for line in lines)


# --- the layout ---


def a_table(name: str, rows: int) -> Table:
    lines = tuple((f"row {number}", number) for number in range(rows))
    columns = (Column("Name", Measure.TEXT), Column("Cases"))
    return Table(name, name.title(), "So many.", columns, lines, rows)


def place_of(cells: Mapping[tuple[int, int], PageCell], text: str) -> int:
    return next(row for (row, column), cell in cells.items() if not column and cell.value == text)


@pytest.mark.parametrize("rows", [0, 1, 20, 21, 500])
def test_every_part_keeps_its_place_however_the_log_grows(rows: int) -> None:
    topics = {Topic.NOW: (a_table("by_status", rows), a_table("ageing", 5))}
    cells = to_cells(Summary(MONDAY, topics, ()), ZONE, weeks=26)
    assert place_of(cells, "Ageing") == place_of(the_cells(), "Business days since the last action")
    assert (f"and {rows - 19} more" in {cell.value for cell in cells.values()}) is (rows > 20)


def test_every_chart_lies_over_its_table() -> None:
    cells, frame = the_cells(), summary_frame("Summary", weeks=26)
    heads = [cells[chart.row, 0].value for chart in frame.charts if (chart.row, 0) in cells]
    assert heads == ["Week from", "Business days", "Reason", "Month of receipt"]
    drawn = [cells[frame.charts[0].row, column].value for column in frame.charts[0].series]
    assert drawn == ["Received", "Resolved", "Open at its end"]
    assert frame.charts[0].end_row - frame.charts[0].row == 1 + 26
    weeks = [cells[row, 0].value for row in (frame.charts[0].end_row - 1, frame.charts[0].end_row)]
    assert weeks == ["2026-10-26", "2026-11-02, so far"]


def test_charts_lie_beside_the_cells_and_not_on_each_other() -> None:
    frame = summary_frame("Summary", weeks=26)
    rows, columns = zip(*(chart.anchor for chart in frame.charts), strict=True)
    assert min(columns) > 5
    assert all(below - above >= 19 for above, below in pairwise(rows))


def test_the_time_of_the_last_pass_turns_red_without_us() -> None:
    [alarm] = summary_frame("Summary", weeks=26).alarms
    assert (alarm.row, alarm.column) == HEARTBEAT
    assert "NOW()-$B$3>TIME(0,15,0)" in alarm.formula


@pytest.mark.parametrize(
    ("overdue", "says"),
    [
        (0, "Nothing out of the ordinary."),
        (1, "1 case is overdue; Needs attention lists them."),
        (1200, "1,200 cases are overdue; Needs attention lists them."),
    ],
)
def test_what_needs_eyes_is_said_first(overdue: int, says: str) -> None:
    figure = Figure("overdue", "Overdue", overdue, "Late.", 2000)
    assert needs_eyes(Summary(MONDAY, {Topic.NOW: (figure,)}, ())) == (says,)


def test_a_share_stands_large_as_a_share() -> None:
    share = Figure("decided_in_time", "Decided in time", 0.9, "So many.", 10, measure=Measure.SHARE)
    cells = to_cells(Summary(MONDAY, {Topic.TARGETS: (share,)}, ()), ZONE, weeks=26)
    assert cells[5, 4] == PageCell(0.9, Style.BIG_SHARE)


def test_more_lines_than_there_is_room_for_are_counted() -> None:
    watch = a_watch(*(a_spike(category=str(number)) for number in range(12)))
    cells = to_cells(Summary(MONDAY, {Topic.SPIKES: (watch,)}, ()), ZONE, weeks=26)
    assert cells[18, 0].value == "and 7 more: see Spikes below"
    assert (19, 0) not in cells
    just_enough = a_watch(*(a_spike(category=str(number)) for number in range(6)))
    cells = to_cells(Summary(MONDAY, {Topic.SPIKES: (just_enough,)}, ()), ZONE, weeks=26)
    assert (cells[18, 0].value, cells[19, 0].value) == (TEXT, "the first of 9")


def eyes_of(*spikes: Spike, links: Links | None = None) -> dict[tuple[int, int], PageCell]:
    """What stands below the heading, of nothing but spikes and one overdue case."""
    topics = {
        Topic.NOW: (Figure("overdue", "Overdue", 1, "Late.", 20),),
        Topic.SPIKES: (a_watch(*spikes),),
    }
    cells = to_cells(Summary(MONDAY, topics, ()), ZONE, weeks=26, links=links)
    return {place: cell for place, cell in cells.items() if 8 <= place[0] < 20}


def test_the_cases_of_a_spike_stand_below_it_with_the_way_to_their_rows() -> None:
    names = tuple(f"R-{number}" for number in range(7))
    spike = a_spike(count=7, cases=names, keys=("r-0", "", *names[2:]))
    links = Links(cases={"r-0": "=HYPERLINK(0)", "R-6": "=HYPERLINK(6)"}, queue=42)
    eyes = eyes_of(spike, links=links)
    overdue = '=HYPERLINK("#gid=42";"1 case is overdue; Needs attention lists them.")'
    assert eyes[8, 0] == PageCell(overdue, Style.LINE, is_formula=True)
    assert [eyes[row, 0].value for row in (9, 10, 11)] == [TEXT, "the cases", ""]
    assert eyes[10, 1] == PageCell("=HYPERLINK(0)", Style.LINE, is_formula=True)
    assert eyes[10, 2] == PageCell("R-1", Style.LINE)  # which row it is, is in doubt
    assert [eyes[11, column].value for column in (1, 2)] == ["R-5", "=HYPERLINK(6)"]


def test_the_way_to_a_case_finds_its_row_by_its_id() -> None:
    cases = [RefundCase(case_id=name, status="New") for name in ("R-1", "R-2")]
    rows = [
        Row(number, (case.case_id, case.status), case, ())
        for number, case in enumerate(cases, start=2)
    ]
    recognised = Recognised(
        rows=tuple(KnownRow(row=row, key=row.case.case_id.casefold()) for row in rows),
        rekeyed={},
        absent=(),
        id_field="case_id",
    )
    layout = Layout(1, ("Case ID", "Status"), {"case_id": 0, "status": 1})
    log = LogTab(sheet_id=7, title="Refund Log", layout=layout, rows=rows)
    spike = a_spike(keys=("r-1", "r-9"))
    summary = Summary(MONDAY, {Topic.SPIKES: (a_watch(spike),)}, ())
    links = case_links(summary, recognised, log)
    assert list(links) == ["r-1"]
    assert links["r-1"].startswith('=IFERROR(HYPERLINK("#gid=7&range=A"&MATCH("R-1";')
    assert case_links(Summary(MONDAY, {}, ()), recognised, log) == {}


@pytest.mark.parametrize(
    ("median", "late", "label", "shown"),
    [
        pytest.param(
            None, None, "Payout (business days)", ["too few to say", None, None, None], id="too few"
        ),
        pytest.param(
            Estimate(timedelta(hours=12), timedelta(hours=8), None),
            Estimate(None, timedelta(hours=40), None),
            "Payout (business days)",
            [1.5, "1.0 \u2013 ?", "not reached yet", "5.0 \u2013 ?"],
            id="not reached yet",
        ),
        pytest.param(
            Estimate(timedelta(hours=2), timedelta(hours=1), timedelta(hours=3)),
            Estimate(timedelta(hours=16), timedelta(hours=12), timedelta(hours=40)),
            "Payout (business hours)",
            [2.0, "1.0 \u2013 3.0", 16.0, "12.0 \u2013 40.0"],
            id="half of them within a day",
        ),
    ],
)
def test_a_duration_stands_on_the_page_as_numbers_of_one_unit(
    median: Estimate | None, late: Estimate | None, label: str, shown: list[float | str | None]
) -> None:
    topics = {Topic.SPEED: (a_duration(median, late, Clock.BUSINESS),)}
    cells = to_cells(Summary(MONDAY, topics, ()), ZONE, weeks=26)
    row = place_of(cells, label)
    found = [cells.get((row, column)) for column in range(1, 5)]
    assert [cell and cell.value for cell in found] == shown
    assert cells[row, 5].value == "So long. 7 have ended, 3 are open. n = 10."
    assert cells[row - 1, 1] == PageCell("Half within", Style.COLUMN_HEAD)


def test_of_what_no_case_can_tell_it_is_said_that_it_is_not_known() -> None:
    day = timedelta(hours=8)
    unseen = Duration("payout", "Payout", "So long.", Clock.BUSINESS, day, None, None, 0, 0)
    assert in_words(unseen) == "not known yet"
    cells = to_cells(Summary(MONDAY, {Topic.SPEED: (unseen,)}, ()), ZONE, weeks=26)
    assert cells[place_of(cells, "Payout (business days)"), 1].value == "not known yet"


def test_a_figure_that_nothing_tells_of_is_a_dash() -> None:
    share = Figure("opened_again", "Opened again", None, "So many.", 0, measure=Measure.SHARE)
    cells = to_cells(Summary(MONDAY, {Topic.TARGETS: (share,)}, ()), ZONE, weeks=26)
    assert cells[place_of(cells, "Opened again"), 1].value == "-"


def test_a_table_without_rows_says_so() -> None:
    cells = to_cells(Summary(MONDAY, {Topic.NOW: (a_table("by_owner", 0),)}, ()), ZONE, weeks=26)
    assert place_of(cells, "(none yet)") == place_of(cells, "By_Owner") + 2
