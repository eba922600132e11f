"""What cannot be believed at once is held back, and everyday work never is."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from refundsheet.core.identity import Recognised
from refundsheet.core.model import Change
from refundsheet.core.safety import (
    NOTHING_WITHHELD,
    Withheld,
    hold_back,
    implausible,
    in_zone,
    withhold,
)
from tests.passes import HEADERS, ZONE, Log, case

NOTES = "Notes & Communications"
STATUSES = ("New", "Under Review", "Approved", "Refunded")


def a_log(cases: int) -> Log:
    rows = [case(f"R-{n}", status=STATUSES[n % 4], notes=f"note {n}") for n in range(cases)]
    log = Log(rows)
    log.run()
    return log


def withheld_of(log: Log) -> tuple[Recognised, Withheld]:
    read = log.read()
    recognised = log.recognise()
    withheld = implausible(recognised, read.layout, log.memory, read.snapshot)
    return withhold(recognised, withheld), withheld


def frozen(recognised: Recognised) -> int:
    return sum(not known.key for known in recognised.rows)


@pytest.mark.parametrize(("cases", "deleted"), [(30, 20), (200, 50), (100, 0)])
def test_a_team_may_clear_out_its_log(cases: int, deleted: int) -> None:
    log = a_log(cases)
    del log.rows[:deleted]

    assert withheld_of(log)[1] == NOTHING_WITHHELD


@pytest.mark.parametrize(("cases", "deleted"), [(30, 21), (200, 51)])
def test_half_a_log_does_not_vanish(cases: int, deleted: int) -> None:
    log = a_log(cases)
    del log.rows[:deleted]
    log.add(case("R-900"))

    recognised, withheld = withheld_of(log)

    [sentence] = withheld.sentences
    assert sentence.startswith(f"{deleted} of {cases} known cases are not in the log any more")
    assert sentence.endswith("refundsheet sync --allow-large-change")
    assert recognised.absent == ()
    assert frozen(recognised) == 1  # the new one may be one of those that are gone


def test_what_was_missed_before_is_not_counted_again() -> None:
    log = a_log(30)
    del log.rows[:25]
    log.run()

    assert withheld_of(log)[1] == NOTHING_WITHHELD


def test_rows_without_an_id_count_too() -> None:
    log = Log([case("", order=f"#{n}", customer=f"c{n}") for n in range(30)])
    log.run()
    log.headers = tuple(f"x {h}" if h in ("Order ID", "Customer Name") else h for h in HEADERS)
    log.rows = [row | {"Amount": ""} for row in log.rows]

    assert withheld_of(log)[1].absent


def test_all_ids_do_not_become_others() -> None:
    log = a_log(40)
    for row in log.rows:
        row["Case ID"] = row["Case ID"].replace("R", "X")

    recognised, withheld = withheld_of(log)

    assert withheld.sentences[0].startswith("40 of 40 known cases have another ID than before")
    assert (frozen(recognised), recognised.rekeyed) == (40, {})


def test_ids_typed_into_rows_that_had_none_are_everyday() -> None:
    log = Log([case("", order=f"#{n}", customer=f"c{n}") for n in range(40)])
    log.run()
    for number, row in enumerate(log.rows):
        row["Case ID"] = f"R-{number}"

    assert withheld_of(log)[1] == NOTHING_WITHHELD


@pytest.mark.parametrize("header", ["Status", "Notes & Communications"])
def test_a_column_sorted_by_itself_is_left_alone(header: str) -> None:
    log = a_log(40)
    cells = sorted(row[header] for row in log.rows)
    changed = sum(row[header] != cell for row, cell in zip(log.rows, cells, strict=True))
    for row, cell in zip(log.rows, cells, strict=True):
        row[header] = cell
    log.add(case("R-900"))

    recognised, withheld = withheld_of(log)

    assert withheld.sentences[0].startswith(
        f"Cells under {header} stand on the rows of other cases"
    )
    assert f"so {changed} rows (R-" in withheld.sentences[0]
    assert frozen(recognised) == changed
    assert recognised.rows[-1].key == "r-900"


def test_columns_sorted_without_the_ids_are_left_alone() -> None:
    log = a_log(40)
    kept = ("Case ID", "Status", "Notes & Communications")
    others = [{h: c for h, c in row.items() if h not in kept} for row in log.rows]
    for row, other in zip(log.rows, reversed(others), strict=True):
        row.update(other)

    recognised, withheld = withheld_of(log)

    assert withheld.sentences[0].startswith("40 of 40 known cases have another ID than before")
    assert withheld.sentences[1].startswith(
        "Cells under Status and Notes & Communications stand on"
    )
    assert len(withheld.sentences) == 2
    assert frozen(recognised) == 40


OURS = ("Date of Last Action", "Date Approved", "Resolution Date")


def a_stamped_log(*, typed: bool = False) -> Log:
    """Six cases of which four were approved, one after the other; their dates are ours, or typed."""
    log = a_log(6)
    for number in range(4):
        log.row(f"R-{number}")["Status"] = "Under Review"
        log.run()
        log.row(f"R-{number}")["Status"] = "Approved"
        if typed:
            dates = {"Date of Last Action": 46330 + number, "Date Approved": 46330}
            log.row(f"R-{number}").update(dates)
        log.run()
    return log


def sort_by_id(log: Log, *headers: str) -> None:
    """Sort the log downwards by its IDs, and forget to take some columns along."""
    left = [{header: row.get(header, "") for header in headers} for row in log.rows]
    log.rows.sort(key=lambda row: row["Case ID"], reverse=True)
    for row, cells in zip(log.rows, left, strict=True):
        row.update(cells)


def test_a_sort_that_left_our_dates_behind_is_left_alone_until_it_is_undone() -> None:
    log = a_stamped_log()
    as_it_was = [dict(row) for row in log.rows]
    sort_by_id(log, *OURS)

    recognised, withheld = withheld_of(log)

    [sentence] = withheld.sentences
    assert sentence.startswith(
        "Cells under Date of Last Action and Date Approved stand on the rows"
    )
    assert "so 6 rows (R-5 and 5 more) are left alone. Undo the sort" in sentence
    assert frozen(recognised) == 6
    log.rows = as_it_was
    assert withheld_of(log)[1] == NOTHING_WITHHELD


def test_the_row_of_a_case_that_was_no_part_of_it_goes_on() -> None:
    log = a_stamped_log()
    one, other = log.row("R-1"), log.row("R-3")
    for header in OURS:
        one[header], other[header] = other.get(header, ""), one.get(header, "")
    log.row("R-2")["Status"] = "Refunded"

    recognised, _ = withheld_of(log)

    assert [known.key for known in recognised.rows] == ["r-0", "", "r-2", "", "r-4", "r-5"]


@pytest.mark.parametrize(
    ("to", "of"),
    [
        pytest.param(("R-4",), ("R-0",), id="one date cut and pasted"),
        pytest.param(("R-1", "R-2", "R-3"), ("R-0", "R-0", "R-0"), id="a date filled down"),
        pytest.param(("R-4", "R-5"), ("R-0", "R-1"), id="two dates copied"),
    ],
)
def test_dates_that_people_put_elsewhere_are_theirs(
    to: tuple[str, ...], of: tuple[str, ...]
) -> None:
    log = a_stamped_log()
    dates = [log.row(case_id)["Date of Last Action"] for case_id in of]
    for case_id, date in zip(to, dates, strict=True):
        log.row(case_id)["Date of Last Action"] = date
    if len(to) == 1:
        log.row(of[0])["Date of Last Action"] = ""

    assert withheld_of(log)[1] == NOTHING_WITHHELD


def test_a_few_dates_of_peoples_may_change_places() -> None:
    log = a_stamped_log(typed=True)
    sort_by_id(log, *OURS)

    assert withheld_of(log)[1] == NOTHING_WITHHELD


def test_many_dates_of_peoples_do_not_change_places_by_hand() -> None:
    log = a_log(30)
    for number, row in enumerate(log.rows):
        row["Date of Last Action"] = 46300 + number
    log.run()
    sort_by_id(log, *OURS)

    assert frozen(withheld_of(log)[0]) == 30


def test_an_id_that_takes_its_status_to_another_row_is_left_alone() -> None:
    log = a_log(4)
    log.row("R-0")["Status"] = "Approved"
    log.settle()
    one, other = log.row("R-0"), log.row("R-1")
    for header in ("Case ID", "Status", "Notes & Communications"):
        one[header], other[header] = other[header], one[header]

    recognised, withheld = withheld_of(log)

    [sentence] = withheld.sentences
    assert sentence.startswith("Cells under Status and Notes & Communications stand on the rows of")
    assert [known.key for known in recognised.rows] == ["", "", "r-2", "r-3"]


def test_rows_without_a_date_of_ours_wait_with_those_of_the_same_sort() -> None:
    log = a_log(6)
    for case_id in ("R-0", "R-4"):
        log.row(case_id)["Status"] = "Under Review"
        log.run()
    as_it_was = [dict(row) for row in log.rows]
    for row, case_id in zip(log.rows, ("R-2", "R-5", "R-1", "R-4", "R-0", "R-3"), strict=True):
        there = as_it_was[int(case_id[-1])]
        row.update({header: there[header] for header in ("Case ID", "Order ID", "Status")})

    assert frozen(withheld_of(log)[0]) == 6
    log.rows = as_it_was
    assert withheld_of(log)[1] == NOTHING_WITHHELD


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param(
            {"R-1": {"Case ID": "R-2", NOTES: ""}, "R-2": {"Case ID": "R-1"}}, id="a note cleared"
        ),
        pytest.param(
            {"R-1": {"Case ID": "R-2", "Status": "Approved"}, "R-2": {"Case ID": "R-1"}},
            id="a status set",
        ),
        pytest.param(
            {"R-1": {"Case ID": "R-2", "Status": "Denied"}, "R-2": {"Case ID": "R-1"}},
            id="another status set",
        ),
        pytest.param(
            {"R-3": {"Case ID": "R-9", "Status": "Refunded"}},
            id="the ID of a case that was removed",
        ),
    ],
)
def test_ids_that_are_put_right_beside_another_change_are_everyday(
    cells: dict[str, dict[str, str]],
) -> None:
    log = a_log(4)
    log.row("R-2").update({"Status": "Approved", NOTES: ""})
    log.add(case("R-9", status="Refunded"))
    log.settle()
    log.rows.pop()
    for _ in range(4):
        log.wait(minutes=5)
        log.run()
    rows = {case_id: log.row(case_id) for case_id in cells}
    for case_id, row in rows.items():
        row.update(cells[case_id])

    assert withheld_of(log)[1] == NOTHING_WITHHELD


def test_of_ids_that_went_round_with_their_statuses_no_row_is_learnt() -> None:
    """Else nobody would know at the next read whose status each of them had brought along."""
    log = a_log(6)
    log.row("R-0")["Status"] = "New"
    for number in range(1, 5):
        log.row(f"R-{number}")["Status"] = "Approved"
    log.settle()
    cells = [(row["Case ID"], row["Status"], row[NOTES]) for row in log.rows[:5]]
    for row, (case_id, status, _) in zip(log.rows, (*cells[1:], cells[0]), strict=False):
        row.update({"Case ID": case_id, "Status": status})

    recognised, _ = withheld_of(log)

    assert [known.key for known in recognised.rows] == ["", "", "", "", "", "r-5"]


def waiting(log: Log) -> tuple[str, ...]:
    """What is said of a read, after which the ledger knows which rows wait."""
    withheld = withheld_of(log)[1]
    log.memory = replace(log.memory, waiting=withheld.waiting)
    return withheld.sentences


def test_a_sort_that_is_sorted_once_more_takes_other_rows_along() -> None:
    log = a_stamped_log()
    one, other, third = log.row("R-1"), log.row("R-3"), log.row("R-5")
    for left, right in ((one, other), (one, third)):
        for header in OURS:
            left[header], right[header] = right.get(header, ""), left.get(header, "")
        said = waiting(log)

    assert "3 rows (R-1 and 2 more)" in said[0]


def test_rows_that_wait_are_free_once_no_cell_stands_elsewhere() -> None:
    log = a_stamped_log()
    as_it_was = [dict(row) for row in log.rows]
    sort_by_id(log, *OURS)
    assert waiting(log)
    log.rows = as_it_was
    log.row("R-2")["Status"] = "Refunded"

    assert waiting(log) == ()
    assert log.memory.waiting == frozenset()


def test_rows_wait_on_where_the_headers_are_not_believed_meanwhile() -> None:
    log = a_stamped_log()
    sort_by_id(log, *OURS)
    waiting(log)
    waited, headers = log.memory.waiting, log.headers
    log.headers = tuple("Bananas" if header == "Case ID" else header for header in headers)
    waiting(log)
    log.headers = headers

    assert log.memory.waiting == waited == {f"r-{number}" for number in range(6)}


def test_rows_that_were_worked_on_while_they_waited_are_free_when_the_sort_is_put_right() -> None:
    log = a_stamped_log()
    sort_by_id(log, *OURS)
    assert waiting(log)
    dates = {
        row["Case ID"]: [other.get(header, "") for header in OURS]
        for row, other in zip(log.rows, reversed(log.rows), strict=True)
    }
    for case_id, status in (("R-0", "Refunded"), ("R-4", "Under Review"), ("R-5", "Approved")):
        log.row(case_id)["Status"] = status
    for row in log.rows:
        row.update(zip(OURS, dates[row["Case ID"]], strict=True))

    assert waiting(log) == ()


def test_where_nothing_names_the_cases_that_wait_but_their_customers_a_row_is_named() -> None:
    log = Log([case("", customer=f"customer {n}", order="") for n in range(24)])
    log.headers = tuple(header for header in HEADERS if header != "Case ID")
    for number, row in enumerate(log.rows):
        row[NOTES] = f"note {number}"
    log.settle()
    notes = [row[NOTES] for row in log.rows]
    for row, note in zip(log.rows, reversed(notes), strict=True):
        row[NOTES] = note

    assert "24 rows (row 2 and 23 more) are left alone" in waiting(log)[0]


def test_ids_alone_may_change_places() -> None:
    log = a_stamped_log()
    one, other = log.row("R-0"), log.row("R-5")
    one["Case ID"], other["Case ID"] = "R-5", "R-0"

    recognised, withheld = withheld_of(log)

    assert withheld == NOTHING_WITHHELD
    assert recognised.rekeyed == {"r-0": "r-5", "r-5": "r-0"}


def with_headers(log: Log, **others: str) -> None:
    """Somebody types over headers, and leaves what stands below them."""
    names = {name.replace("_", " "): other for name, other in others.items()}
    log.rows = [{names.get(h, h): cell for h, cell in row.items()} for row in log.rows]
    log.headers = tuple(names.get(h, h) for h in log.headers)


@pytest.mark.parametrize(
    ("others", "said"),
    [
        pytest.param({"Status": NOTES, NOTES: "Status"}, f'"{NOTES}" and "Status" are', id="exchanged"),
        pytest.param({"Status": "Old", NOTES: "State"}, '"State" is', id="another field's name"),
        pytest.param({"Status": "Old", "Colour": "Status"}, '"Status" is', id="a column nobody knew"),
        pytest.param({"Case_ID": "Order ID", "Order_ID": "RMA"}, '"RMA" is', id="the names of the cases"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("cases", [5, 50])
def test_headers_over_other_cells_than_before_are_not_believed(
    cases: int, others: dict[str, str], said: str
) -> None:
    log = a_log(cases)
    log.headers = (*HEADERS, "Colour")
    for number, row in enumerate(log.rows):
        row["Order ID"], row["Colour"] = f"#{number}", f"colour {number}"
    log.run()
    with_headers(log, **others)
    log.add({"Case ID": "R-900", "Order ID": "#900", "Status": "New", "State": "New"})

    recognised, withheld = withheld_of(log)

    [sentence] = withheld.sentences
    assert sentence.startswith(f"{said} read from another column than before")
    assert f"{cases} of {cases} cases" in sentence
    assert withheld.headers
    assert (frozen(recognised), recognised.absent) == (cases + 1, ())


def test_where_the_column_of_the_ids_is_gone_nobody_knows_which_row_is_which() -> None:
    log = a_log(1)
    log.run()
    with_headers(log, Case_ID="Bananas")

    recognised, withheld = withheld_of(log)

    [sentence] = withheld.sentences
    assert sentence.startswith('The column "Case ID" with the Case IDs is not there any more')
    assert withheld.headers
    assert (frozen(recognised), recognised.absent) == (1, ())


def test_where_two_columns_are_headed_as_that_of_the_ids_one_of_them_is_to_be_renamed() -> None:
    log = a_log(1)
    log.run()
    log.headers = (*HEADERS, "Case ID")

    [sentence] = withheld_of(log)[1].sentences

    assert sentence.startswith("Several columns are headed as the one of the Case IDs")
    assert "--allow" not in sentence


def test_a_log_in_which_no_case_was_ever_known_may_lose_its_column_of_ids() -> None:
    log = Log([{"Case ID": "R-1"}])
    log.run()
    with_headers(log, Case_ID="Bananas")

    assert withheld_of(log)[1] == NOTHING_WITHHELD


@pytest.mark.parametrize(
    "others",
    [
        pytest.param({NOTES: "Notes"}, id="renamed"),
        pytest.param({NOTES: "Remarks of old"}, id="not to be found any more"),
    ],
)
def test_headers_that_are_renamed_or_moved_over_the_same_cells_are_everyday(
    others: dict[str, str],
) -> None:
    log = a_log(50)
    log.headers = ("Colour", *reversed(HEADERS))
    with_headers(log, **others)
    for row in log.rows[:25]:
        row["Status"] = "Rejected"

    assert withheld_of(log)[1] == NOTHING_WITHHELD


def test_a_combined_column_is_read_where_its_header_stands() -> None:
    both = "Customer Name & Order ID"
    log = Log(
        [
            {"Case ID": f"R-{n}", both: f"Ada #{n}", "Status": "New", "X": f"Bo #1{n}"}
            for n in range(9)
        ]
    )
    log.headers = ("Case ID", both, "Status", "X")
    log.run()
    log.headers = ("Case ID", "Old", "Status", both)
    log.rows = [{**row, "Old": row[both], both: row["X"]} for row in log.rows]

    assert withheld_of(log)[1].headers


@pytest.mark.parametrize(("cases", "carried"), [(50, 50), (50, 20), (5, 5)])
def test_a_column_pasted_under_another_header_is_left_alone(cases: int, carried: int) -> None:
    log = a_log(cases)
    for row in log.rows[:carried]:
        row["Status"], row[NOTES] = row[NOTES], ""
    log.add(case("R-900"))

    recognised, withheld = withheld_of(log)

    [sentence] = withheld.sentences
    assert sentence.startswith(f"Under Status, {carried} cases have what stood under Notes")
    assert frozen(recognised) == carried
    assert recognised.rows[-1].key == "r-900"


@pytest.mark.parametrize(("cases", "carried"), [(50, 19), (8, 4), (3, 3)])
def test_a_few_cells_moved_by_hand_are_everyday(cases: int, carried: int) -> None:
    log = a_log(cases)
    for row in log.rows[:carried]:
        row["Status"], row[NOTES] = row[NOTES], ""

    assert withheld_of(log)[1] == NOTHING_WITHHELD


def test_a_status_filled_down_and_rows_sorted_are_everyday() -> None:
    log = a_log(60)
    for row in log.rows[:40]:
        row["Status"] = "Rejected"
    log.rows.reverse()

    assert withheld_of(log)[1] == NOTHING_WITHHELD


def test_a_block_that_is_pasted_is_everyday() -> None:
    log = a_log(10)
    log.add(*(case(f"P-{n}") for n in range(200)))

    assert withheld_of(log)[1] == NOTHING_WITHHELD


@pytest.mark.parametrize(
    ("zone", "locale", "said"),
    [
        pytest.param("America/New_York", "en_GB", ["time zone is now Europe/Berlin, and was America/New_York"], id="zone"),
        pytest.param("Europe/Berlin", "de_DE", ["locale is now en_GB, and was de_DE"], id="locale"),
        pytest.param("Europe/Berlin", "en_GB", [], id="neither"),
        pytest.param("", "", [], id="not known before"),
    ],
)  # fmt: skip
def test_a_sheet_with_another_zone_gets_no_timestamps(
    zone: str, locale: str, said: list[str]
) -> None:
    log = a_log(3)
    log.memory = replace(log.memory, zone=zone, locale=locale)

    _, withheld = withheld_of(log)

    assert [part in sentence for part, sentence in zip(said, withheld.sentences, strict=True)] == [
        True for _ in said
    ]
    assert withheld.stamps is bool(said)


def test_the_wall_clock_is_what_a_sheet_says() -> None:
    log = Log([case("R-1", received=46322.5), case("R-2")])
    log.run()
    memory = replace(log.memory, zone="America/New_York")
    there = in_zone(replace(memory, zone=str(ZONE)), "America/New_York")

    back = in_zone(replace(there, zone="America/New_York"), str(ZONE))

    assert there.cases["r-1"].case.requested_at != log.known("r-1").case.requested_at
    assert back.cases == log.memory.cases
    assert in_zone(memory, "America/New_York") is memory


def test_so_is_what_it_said_when_somebody_touched_it_first() -> None:
    log = Log([case("R-1", received=46322.5)])
    log.run()
    log.rows[0]["Amount"] = 99
    log.run()
    at = log.known("r-1").found_since
    memory = in_zone(replace(log.memory, zone=str(ZONE)), "America/New_York")
    moved = memory.cases["r-1"]
    assert (at, moved.found_since) == (log.known("r-1").case.requested_at, moved.case.requested_at)
    assert at != moved.found_since


def stamp(name: str, before: float | None, after: float | None, number: int = 0) -> Change:
    return Change(
        case=f"r-{number}", label=f"R-{number}", row=number + 2, field=name,
        before=before, after=after, reason="",
    )  # fmt: skip


def test_where_stamps_are_withheld_ids_and_flags_go_on() -> None:
    changes = [stamp(name, None, 1.0) for name in ("resolved_at", "case_id", "follow_up")]

    left, _ = hold_back(changes, Withheld(stamps=True), {}, ZONE)

    assert [change.field for change in left] == ["case_id", "follow_up"]


def test_dates_are_not_emptied_in_bulk_by_a_setting() -> None:
    log = a_log(21)
    changes = [stamp("resolved_at", 46327.5, None, number) for number in range(21)]
    other = stamp("last_action_at", None, 46328.5)

    left, withheld = hold_back([*changes, other], NOTHING_WITHHELD, log.memory.cases, ZONE)
    few, nothing = hold_back(changes[:20], NOTHING_WITHHELD, log.memory.cases, ZONE)

    assert left == (other,)
    assert withheld.sentences[0].startswith("21 dates would be emptied though nobody changed")
    assert (few, nothing) == (tuple(changes[:20]), NOTHING_WITHHELD)


def test_forty_cases_that_people_opened_again_are_everyday() -> None:
    log = a_log(40)
    for row in log.rows:
        row["Status"] = "Refunded"
    log.run()
    for row in log.rows:
        row["Status"] = "New"
    log.wait(days=1)

    report = log.run()

    cleared = [c for c in report.decisions.changes if c.field == "resolved_at" and c.after is None]
    assert len(cleared) >= 30
    left, withheld = hold_back(
        cleared, NOTHING_WITHHELD, report.observed.cases, ZoneInfo(str(ZONE))
    )
    assert (left, withheld) == (tuple(cleared), NOTHING_WITHHELD)
