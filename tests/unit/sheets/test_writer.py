"""Writes on a local server: each lands on its case, or on nothing, whatever people do meanwhile."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from refundsheet.core.columns import header_names
from refundsheet.core.headers import find_layout
from refundsheet.core.keys import fingerprint
from refundsheet.core.model import Change, Outcome, Plan, Receipt, RefundCase
from refundsheet.localsheets.server import LocalServer
from refundsheet.sheets import task
from refundsheet.sheets.store import Setup
from tests.journals import ListJournal
from tests.teams import HIDDEN, HttpTeam, Rows

HEADERS = [
    "Case ID",
    "Order ID",
    "Status",
    "Amount",
    "Last Action",
    "Resolution Date",
    "Notes",
    "Follow-up",
    "Row Check",
]
CASE, ORDER, STATUS, AMOUNT, ACTION, RESOLVED, NOTES, FOLLOW_UP, ROW_CHECK = range(9)
STAMP = 46349.5


def cases(count: int) -> Rows:
    rows = [[f"R-{n}", f"10{n}", "Refunded", n + 0.5] for n in range(1, count + 1)]
    return [list(HEADERS), *rows]


@pytest.fixture
def team_of(local_server: LocalServer) -> Iterator[Callable[..., HttpTeam]]:
    made: list[HttpTeam] = []

    def make(rows: Rows, **grid: Any) -> HttpTeam:
        made.append(HttpTeam(local_server, rows, **grid))
        return made[-1]

    yield make
    for team in made:
        team.close()


@pytest.fixture
def team(team_of: Callable[..., HttpTeam]) -> HttpTeam:
    return team_of(cases(4))


def change(row: int, field: str = "resolved_at", **more: Any) -> Change:
    values: dict[str, Any] = {
        "case": f"r-{row - 1}",
        "label": f"R-{row - 1}",
        "before": None,
        "after": STAMP,
        "premise": ("status",),
        **more,
    }
    return Change(row=row, field=field, reason="status is closed", **values)


def plan_of(team: HttpTeam, *changes: Change) -> Plan:
    rows = team.rows()
    return Plan(
        changes,
        find_layout(rows, header_names()),
        {number: tuple(row) for number, row in enumerate(rows, 1)},
    )


def write(
    team: HttpTeam,
    *changes: Change,
    meanwhile: Callable[[], object] | None = None,
    also_seen: Callable[[Any], object] | None = None,
) -> tuple[Receipt, ...]:
    """Write; people act between the look and the batch; the look may see more than the server knows."""
    store = team.store()
    get_json = store.client.get_json

    def look(*args: Any, **query: Any) -> Any:
        answer = get_json(*args, **query)
        if also_seen and "ranges" in query.get("params", {}):
            also_seen(next(s for s in answer["sheets"] if s["properties"]["sheetId"] == 77))
        return answer

    store.client.get_json = look
    store.describe()
    store.prepare(Setup(hidden_tab="" if HIDDEN in team.tabs() else HIDDEN))
    hidden = store.book.tab(HIDDEN)
    assert hidden
    store._writer.test(hidden)
    plan = plan_of(team, *changes)
    if meanwhile:
        team.act_before(1, meanwhile)
    return store.write(plan, ListJournal())


def told(receipts: tuple[Receipt, ...]) -> list[tuple[Outcome, str]]:
    return [(receipt.outcome, receipt.detail) for receipt in receipts]


def outcomes(receipts: tuple[Receipt, ...]) -> set[Outcome]:
    return {receipt.outcome for receipt in receipts}


def column(team: HttpTeam, index: int) -> list[Any]:
    return [row[index] if index < len(row) else "" for row in team.rows()[1:]]


DONE = [(Outcome.DONE, "")]


# Where it lands


def test_several_cells_of_a_row_are_written_together(team: HttpTeam) -> None:
    receipts = write(team, change(3), change(3, "last_action_at", after=46349.25))

    assert outcomes(receipts) == {Outcome.DONE}
    assert team.rows()[2] == ["R-2", "102", "Refunded", 2.5, 46349.25, STAMP]


def test_all_cells_of_a_row_are_written_or_none(team: HttpTeam) -> None:
    receipts = write(
        team,
        change(3),
        change(3, "last_action_at"),
        meanwhile=lambda: team.put(3, ACTION, 46000),
    )

    assert outcomes(receipts) == {Outcome.LOST}
    assert team.rows()[2] == ["R-2", "102", "Refunded", 2.5, 46000]


@pytest.mark.parametrize("named", ["R-4", ""], ids=["a case with an ID", "one without"])
def test_the_last_row_of_the_grid_is_written(team_of: Callable[..., HttpTeam], named: str) -> None:
    rows = cases(4)
    rows[4][CASE] = named
    team = team_of(rows, row_count=5)

    assert told(write(team, change(5))) == DONE
    assert column(team, RESOLVED) == ["", "", "", STAMP]


def test_rows_added_meanwhile_are_in_nobodys_way(team: HttpTeam) -> None:
    receipts = write(team, change(2), meanwhile=lambda: team.fill("A6", [["R-5"], ["R-6"]]))

    assert told(receipts) == DONE


def test_more_rows_than_a_batch_holds_go_in_several(team_of: Callable[..., HttpTeam]) -> None:
    team = team_of(cases(230), row_count=240)
    journal = ListJournal()
    store = team.store()
    store.prepare(Setup(hidden_tab=HIDDEN))
    plan = plan_of(team, *(change(row) for row in range(2, 232)))

    receipts = store.write(plan, journal)

    assert [len(batch) for batch in journal.batches] == [100, 100, 30]
    assert outcomes(receipts) == {Outcome.DONE}
    assert set(column(team, RESOLVED)) == {STAMP}


def test_what_has_waited_longest_goes_first(team_of: Callable[..., HttpTeam]) -> None:
    team = team_of(cases(120), row_count=130)
    journal = ListJournal()
    store = team.store()
    store.prepare(Setup(hidden_tab=HIDDEN))
    late = [change(row) for row in range(2, 112)]
    early = [change(row, after=STAMP - 1) for row in (112, 113)]

    store.write(plan_of(team, *late, *early), journal)

    assert [one.row for one in journal.batches[0]][:3] == [112, 113, 2]


def test_rows_with_long_notes_go_in_smaller_batches(team_of: Callable[..., HttpTeam]) -> None:
    rows = cases(20)
    for row in rows[1:]:
        row += ["", "", "x" * 45_000]
    team = team_of(rows)
    journal = ListJournal()
    store = team.store()
    store.prepare(Setup(hidden_tab=HIDDEN))
    changes = [change(row, premise=("notes",)) for row in range(2, 22)]

    receipts = store.write(plan_of(team, *changes), journal)

    assert [len(batch) for batch in journal.batches] == [8, 8, 4]
    assert outcomes(receipts) == {Outcome.DONE}


def test_a_tab_with_a_long_name_in_another_script_is_written(
    team_of: Callable[..., HttpTeam], requests_sent: list[Any]
) -> None:
    team = team_of(cases(90), row_count=120, title="返金ケースの記録" * 10)

    receipts = write(team, *(change(row) for row in range(2, 92)))

    assert outcomes(receipts) == {Outcome.DONE}
    assert max(len(sent.url) for sent in requests_sent) < 8000


def test_many_flags_go_as_they_are_in_one_request(
    team_of: Callable[..., HttpTeam], requests_sent: list[Any]
) -> None:
    team = team_of(cases(120), row_count=130)
    flags = [change(row, "follow_up", after=f"Stale {row}") for row in range(2, 122)]

    receipts = write(team, *flags, change(2))

    assert outcomes(receipts) == {Outcome.DONE}
    assert column(team, FOLLOW_UP) == [f"Stale {row}" for row in range(2, 122)]
    kinds = [next(iter(request)) for request in requests_sent[-1].body["requests"]]
    assert kinds.count("deleteDuplicates") == 1


def test_flags_of_as_many_rows_as_a_batch_holds_are_judged(
    team_of: Callable[..., HttpTeam], requests_sent: list[Any]
) -> None:
    team = team_of(cases(100), row_count=110)
    fields = ("follow_up", "row_check")
    flags = [change(row, field, after="Stale") for row in range(2, 102) for field in fields]

    receipts = write(team, *flags, meanwhile=lambda: team.sort(CASE))

    assert Outcome.DONE not in outcomes(receipts)
    assert len(json.dumps(requests_sent[-1].body)) < 2_000_000


def test_many_flags_that_lose_a_race_to_a_sort_hit_no_note_of_peoples(
    team_of: Callable[..., HttpTeam],
) -> None:
    rows = [row + [""] * (FOLLOW_UP - len(row)) for row in cases(240)]
    for number in range(121, 241):
        rows[number] += [f"note {number}"]
    team = team_of(rows, row_count=260)
    flags = [change(row, "follow_up", after=f"Stale {row}") for row in range(2, 122)]

    write(team, *flags, meanwhile=lambda: team.sort(AMOUNT))

    assert {f"note {number}" for number in range(121, 241)} <= set(column(team, FOLLOW_UP))


def test_of_very_many_flags_some_follow_with_a_later_pass(
    team_of: Callable[..., HttpTeam], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(task, "MOST_JUDGED_FLAGS", 110)
    rows = cases(120)
    rows[120] += ["", "", "", "mine"]
    team = team_of(rows, row_count=130)
    flags = [change(row, "follow_up", after="Stale") for row in range(2, 118)]

    receipts = write(team, change(118), *flags)

    assert [r.change.row for r in receipts if r.outcome is Outcome.WAITING] == [*range(112, 118)]
    assert column(team, FOLLOW_UP)[:111] == ["Stale"] * 110 + [""]
    assert column(team, RESOLVED)[116] == STAMP


@pytest.mark.parametrize(
    ("act", "rows"),
    [
        pytest.param(lambda team: team.insert_row(102), range(102, 122), id="the row had moved"),
        pytest.param(lambda team: team.put(60, STATUS, "New"), [60], id="the reason is gone"),
        pytest.param(lambda team: team.put(60, FOLLOW_UP, "mine"), [60], id="somebody wrote there"),
    ],
)
def test_of_many_flags_those_that_people_overtook_are_not_sent(
    team_of: Callable[..., HttpTeam], act: Callable[[HttpTeam], object], rows: Sequence[int]
) -> None:
    team = team_of(cases(120), row_count=130)
    flags = [change(row, "follow_up", after=f"Stale {row}") for row in range(2, 122)]
    store = team.store()
    store.prepare(Setup(hidden_tab=HIDDEN))
    plan = plan_of(team, *flags)
    act(team)

    receipts = store.write(plan, ListJournal())

    assert {r.change.row for r in receipts if r.outcome is Outcome.LOST} == set(rows)
    assert not [text for text in column(team, FOLLOW_UP) if text in {f"Stale {n}" for n in rows}]


@pytest.fixture
def many_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of whole columns fifty rows are looked at in a request."""
    monkeypatch.setattr(task, "_MOST_ROWS_AT_ONCE", 50)


def test_very_long_columns_are_looked_at_in_several_requests(
    many_looks: None, team_of: Callable[..., HttpTeam], requests_sent: list[Any]
) -> None:
    team = team_of(cases(120), row_count=130)
    team.fill("F2", [['=ARRAYFORMULA(IF(C2:C125="Gone", 1, ""))']], "USER_ENTERED")
    flags = [change(row, "follow_up", after=f"Stale {row}") for row in range(2, 122)]

    receipts = write(team, *flags, change(120))

    looks = [sent for sent in requests_sent if "rowMetadata" in sent.url]
    assert len(looks) == 3
    refused = (Outcome.REFUSED, "a formula further up fills the column")
    assert [one for one in told(receipts) if one not in DONE] == [refused]
    assert column(team, FOLLOW_UP)[:120] == [f"Stale {row}" for row in range(2, 122)]


def test_another_writer_between_two_looks_leaves_all_for_the_next_pass(
    many_looks: None, team_of: Callable[..., HttpTeam]
) -> None:
    team = team_of(cases(120), row_count=130)
    store = team.store()
    store.prepare(Setup(hidden_tab=HIDDEN, claim=("ours",)))
    hidden = store.book.tab(HIDDEN)
    assert hidden
    store._writer.test(hidden)
    nonce, *_ = store.read(datetime(2026, 11, 2, tzinfo=UTC)).marks
    flags = [change(row, "follow_up", after=f"Stale {row}") for row in range(2, 122)]
    plan = replace(plan_of(team, *flags), nonce=str(nonce))
    team.act_before(1, lambda: team.store().fence(("theirs",)))

    receipts = store.write(plan, ListJournal())

    assert outcomes(receipts) == {Outcome.LOST}
    assert column(team, FOLLOW_UP) == [""] * 120


@pytest.mark.parametrize("waits_longest", [None, 3, 4])
def test_an_id_is_written_although_the_neighbour_gets_one_too(
    team_of: Callable[..., HttpTeam], waits_longest: int | None
) -> None:
    rows = cases(4)
    rows[2][CASE] = rows[3][CASE] = ""
    team = team_of(rows)
    minted = [
        change(
            row,
            "case_id",
            case=fingerprint(RefundCase(order_id=f"10{row - 1}")),
            after=f"R-{row + 5}",
        )
        for row in (3, 4)
    ]

    due = [replace(one, field="resolved_at", after=STAMP - 1) for one in minted]
    due = [one for one in due if one.row == waits_longest]

    receipts = write(team, *minted, *due, change(2), change(5))

    assert outcomes(receipts) == {Outcome.DONE}
    assert column(team, CASE) == ["R-1", "R-8", "R-9", "R-4"]


def test_ids_below_one_that_was_not_given_wait_and_stamps_do_not(
    team_of: Callable[..., HttpTeam],
) -> None:
    rows = cases(6)
    for row in rows[2:6]:
        row[CASE] = ""
    team = team_of(rows)
    minted = [
        change(
            row,
            "case_id",
            case=fingerprint(RefundCase(order_id=f"10{row - 1}")),
            after=f"R-{row + 9}",
        )
        for row in (3, 4, 5, 6)
    ]

    receipts = write(
        team, *minted, change(2), change(7), meanwhile=lambda: team.put(4, CASE, "R-99")
    )

    assert column(team, CASE) == ["R-1", "", "R-99", "", "", "R-6"]
    assert [r.outcome for r in receipts if r.change.row in {2, 7}] == [Outcome.DONE] * 2


# What is compared


def sort(team: HttpTeam) -> None:
    team.sort(CASE)


@pytest.mark.parametrize(
    ("meanwhile", "why"),
    [
        pytest.param(lambda t: t.insert_column(1), "a column was moved, inserted or renamed", id="a column inserted"),
        pytest.param(lambda t: t.put(1, STATUS, "State"), "a column was moved, inserted or renamed", id="a header renamed"),
        pytest.param(sort, "the row had moved", id="sorted"),
        pytest.param(lambda t: t.insert_row(2), "the row had moved", id="a row inserted above"),
        pytest.param(lambda t: t.put(2, CASE, "R-9"), "a row beside it had moved", id="the case above renamed"),
        pytest.param(lambda t: t.delete_row(4), "a row beside it had moved", id="the case below deleted"),
        pytest.param(lambda t: t.put(3, STATUS, "New"), "somebody had changed the row", id="opened again"),
        pytest.param(lambda t: t.put(3, RESOLVED, 46000), "somebody had changed the row", id="stamped by a person"),
        pytest.param(lambda t: t.put(3, RESOLVED, 0), "somebody had changed the row", id="a nought is no blank"),
        pytest.param(lambda t: t.put(3, RESOLVED, False), "somebody had changed the row", id="nor is an empty checkbox"),
        pytest.param(lambda t: t.put(3, RESOLVED, "soon"), "somebody had changed the row", id="a text"),
    ],
)  # fmt: skip
def test_what_people_did_meanwhile_stands_and_is_named(
    team: HttpTeam, meanwhile: Callable[[HttpTeam], object], why: str
) -> None:
    left: list[Rows] = []

    def people_act() -> None:
        meanwhile(team)
        left.append(team.rows())

    receipts = write(team, change(3), meanwhile=people_act)

    assert told(receipts) == [(Outcome.LOST, why)]
    assert [team.rows()] == left


def test_a_second_writer_in_between_is_noticed(team: HttpTeam) -> None:
    write(team, change(2))

    receipts = write(team, change(3), meanwhile=lambda: team.store().fence())

    assert told(receipts) == [(Outcome.LOST, "another writer was there in between")]


@pytest.mark.parametrize("typed", ["r-2", " R-2", "R-2 "])
def test_what_only_looks_as_expected_is_taken_back(team: HttpTeam, typed: str) -> None:
    receipts = write(team, change(3), meanwhile=lambda: team.put(3, CASE, typed))

    assert outcomes(receipts) <= {Outcome.UNDONE, Outcome.LOST}
    assert column(team, RESOLVED)[1] == ""
    assert column(team, CASE)[1] == typed


def test_a_status_typed_again_in_small_letters_is_still_the_reason(team: HttpTeam) -> None:
    status = column(team, STATUS)[1].lower()

    receipts = write(team, change(3), meanwhile=lambda: team.put(3, STATUS, status))

    assert told(receipts) == DONE


def test_a_formula_that_shows_nothing_is_put_back(team: HttpTeam) -> None:
    receipts = write(team, change(3), meanwhile=lambda: team.fill("F3", [['=""']], "USER_ENTERED"))

    assert outcomes(receipts) == {Outcome.UNDONE}
    assert team.formula("F3") == '=""'


def test_a_formula_is_put_back_in_one_of_two_rows_that_say_the_same(
    team_of: Callable[..., HttpTeam],
) -> None:
    twins = [["", "101", "New"], ["R-1", "102", "New"], ["", "101", "New"]]
    team = team_of([list(HEADERS), *twins])
    both = (
        change(row, "row_check", case=fingerprint(RefundCase(order_id="101")), after="Two rows")
        for row in (2, 4)
    )

    receipts = write(team, *both, meanwhile=lambda: team.fill("I4", [['=""']], "USER_ENTERED"))

    assert {receipt.change.row: receipt.outcome for receipt in receipts} == {
        2: Outcome.DONE,
        4: Outcome.UNDONE,
    }
    assert team.formula("I4") == '=""'


@pytest.mark.parametrize("request_after", [0, 1], ids=["before we look", "after we looked"])
def test_what_was_written_over_a_formula_is_found_again_after_a_sort(
    team: HttpTeam, request_after: int
) -> None:
    def fill() -> None:
        team.fill("F3", [['=""']], "USER_ENTERED")
        team.act_before(request_after, lambda: team.sort(CASE))

    receipts = write(team, change(3), meanwhile=fill)

    assert outcomes(receipts) == {Outcome.UNDONE}
    assert STAMP not in column(team, RESOLVED)


@pytest.mark.parametrize("place", ["A3", "C3", "G3"], ids=["the ID", "the status", "the notes"])
def test_what_a_reason_rests_on_may_be_a_formula(team: HttpTeam, place: str) -> None:
    team.fill(
        place, [[f'="{ {"A": "R-2", "C": "Refunded", "G": "called"}[place[0]] }"']], "USER_ENTERED"
    )

    receipts = write(team, change(3, premise=("status", "notes")))

    assert told(receipts) == DONE


@pytest.mark.parametrize(
    "named", ["123456789012345678", "00123", "12E3", "=1+1", "'0012", "TRUE", "é🌵"]
)
def test_ids_are_compared_letter_by_letter(team_of: Callable[..., HttpTeam], named: str) -> None:
    rows = cases(4)
    rows[2][CASE] = named
    team = team_of(rows)
    stored = column(team, CASE)[1]

    assert told(write(team, change(3))) == DONE
    assert column(team, CASE)[1] == stored


def test_of_two_ids_of_eighteen_digits_the_last_one_tells(
    team_of: Callable[..., HttpTeam],
) -> None:
    rows = cases(4)
    rows[2][CASE] = "123456789012345678"
    team = team_of(rows)

    receipts = write(team, change(3), meanwhile=lambda: team.put(3, CASE, "123456789012345679"))

    assert outcomes(receipts) == {Outcome.LOST}


@pytest.mark.parametrize("text", ["=NOW()", "+1", "@Ada", "-", "'quoted", "TRUE", "1/2"])
def test_text_stays_text(team: HttpTeam, text: str) -> None:
    assert told(write(team, change(3, "row_check", after=text))) == DONE

    assert team.cells("I3", "userEnteredValue") == [[{"userEnteredValue": {"stringValue": text}}]]


def test_a_stamp_can_be_taken_back(team: HttpTeam) -> None:
    write(team, change(3))

    assert told(write(team, change(3, before=STAMP, after=None))) == DONE
    assert column(team, RESOLVED) == [""] * 4


# How it looks


def test_a_stamp_without_a_format_gets_one(team: HttpTeam) -> None:
    write(team, change(3))

    [[cell]] = team.cells("F3", "userEnteredFormat.numberFormat,formattedValue")
    assert cell["formattedValue"] == "2026-11-23 12:00"


@pytest.mark.parametrize(
    ("neighbour", "typed", "shown"),
    [
        pytest.param("F2", "23/11/2026 9:05", "23/11/2026 12:00", id="a date with a time"),
        pytest.param("F4", "23/11/2026", "23/11/2026 12:00", id="a date"),
        pytest.param("F2", "soon", "2026-11-23 12:00", id="no date"),
    ],
)
def test_a_stamp_without_a_format_looks_like_its_neighbour(
    team: HttpTeam, neighbour: str, typed: str, shown: str
) -> None:
    team.fill(neighbour, [[typed]], "USER_ENTERED")

    write(team, change(3))

    assert team.cells("F3", "formattedValue") == [[{"formattedValue": shown}]]


def test_the_format_of_a_cell_is_kept(team: HttpTeam) -> None:
    theirs = {"numberFormat": {"type": "DATE", "pattern": "dd.mm.yy"}}
    cells = {"sheetId": 77, "startColumnIndex": RESOLVED, "endColumnIndex": RESOLVED + 1}
    looks = {"userEnteredFormat": theirs}
    team.change({"repeatCell": {"range": cells, "cell": looks, "fields": "userEnteredFormat"}})

    write(team, change(3))

    assert team.cells("F3", "formattedValue") == [[{"formattedValue": "23.11.26"}]]


# What must not be written

TARGET = {
    "sheetId": 77,
    "startRowIndex": 2,
    "endRowIndex": 3,
    "startColumnIndex": RESOLVED,
    "endColumnIndex": RESOLVED + 1,
}


def test_a_formula_is_never_written_over(team: HttpTeam) -> None:
    team.fill("F3", [["=1+1"]], "USER_ENTERED")

    receipts = write(team, change(3, before=2), change(2))

    assert told(receipts) == [(Outcome.REFUSED, "a formula stands there"), *DONE]


@pytest.mark.parametrize(
    ("place", "formula"),
    [
        pytest.param(
            "F1", '={"Resolution Date"; ARRAYFORMULA(IF(C2:C5="Gone", 1, ""))}', id="head"
        ),
        pytest.param("F2", '=ARRAYFORMULA(IF(C2:C5="Gone", 1, ""))', id="first row"),
    ],
)
def test_a_column_that_a_formula_at_its_top_fills_is_not_written(
    team: HttpTeam, place: str, formula: str
) -> None:
    team.fill(place, [[formula]], "USER_ENTERED")

    receipts = write(team, change(4), change(4, "last_action_at"))

    refused = (Outcome.REFUSED, "a formula further up fills the column")
    assert sorted(told(receipts), key=str) == sorted([refused, *DONE], key=str)
    assert column(team, RESOLVED) == [""] * 4
    assert column(team, ACTION) == ["", "", STAMP, ""]


def test_a_merged_cell_is_not_written(team: HttpTeam) -> None:
    merged = {**TARGET, "endRowIndex": 4}
    team.change({"mergeCells": {"range": merged, "mergeType": "MERGE_ALL"}})

    receipts = write(team, change(4), change(2))

    assert told(receipts) == [(Outcome.REFUSED, "the cell is merged with others"), *DONE]


def hides(row: int, end: int = 5) -> dict[str, Any]:
    """A filter that hides a row by its amount."""
    box = {"sheetId": 77, "startRowIndex": 0, "endRowIndex": end}
    hidden = {"columnIndex": AMOUNT, "filterCriteria": {"hiddenValues": [f"{row - 0.5}"]}}
    return {"setBasicFilter": {"filter": {"range": box, "filterSpecs": [hidden]}}}


def test_a_filtered_row_is_left_for_later_where_a_paste_would_miss_it(
    team: HttpTeam, local_server: LocalServer
) -> None:
    local_server.set_control(switches={"filtered_paste": "skipped"})
    team.change(hides(3))

    receipts = write(team, change(3), change(2))

    assert told(receipts) == [(Outcome.WAITING, "a filter hides the row"), *DONE]
    assert column(team, RESOLVED) == [STAMP, "", "", ""]


def test_nothing_is_pasted_beside_a_filter_where_it_could_land_on_another_row(
    team: HttpTeam, local_server: LocalServer
) -> None:
    local_server.set_control(switches={"filtered_paste": "displaced"})
    team.change(hides(3))

    receipts = write(team, change(3), change(2))

    why = "a filter is on: Google Sheets could paste on another row"
    assert told(receipts) == [(Outcome.WAITING, why)] * 2
    assert column(team, RESOLVED) == [""] * 4


def test_a_filter_set_between_two_batches_is_seen_before_the_second(
    team_of: Callable[..., HttpTeam], local_server: LocalServer
) -> None:
    local_server.set_control(switches={"filtered_paste": "displaced"})
    team = team_of(cases(102), row_count=200)
    rows = range(2, 104)
    a_filter = hides(102, end=103)

    receipts = write(
        team,
        *map(change, rows),
        meanwhile=lambda: team.act_before(0, lambda: team.change(a_filter)),
    )

    found = [receipt.outcome for receipt in receipts]
    assert found == [Outcome.DONE] * 100 + [Outcome.WAITING] * 2
    assert column(team, RESOLVED) == [STAMP] * 100 + ["", ""]


@pytest.mark.parametrize("paste", ["exact", "skipped", "displaced"])
def test_a_filter_set_in_that_very_moment_stays_as_people_set_it(
    team: HttpTeam, local_server: LocalServer, paste: str
) -> None:
    local_server.set_control(switches={"filtered_paste": paste})

    write(team, change(3), meanwhile=lambda: team.change(hides(3)))

    filtered = [sheet["basicFilter"] for sheet in team.sheets("basicFilter") if sheet]
    assert [one["filterSpecs"][0]["columnIndex"] for one in filtered] == [AMOUNT]


def test_what_landed_on_another_row_is_found_there_and_people_are_told(
    team: HttpTeam, local_server: LocalServer
) -> None:
    local_server.set_control(switches={"filtered_paste": "displaced"})

    receipts = write(team, change(3), meanwhile=lambda: team.change(hides(3)))

    why = "a filter is on: Google Sheets could paste on another row"
    assert told(receipts) == [(Outcome.VANISHED, f"{why}; what was written there stands in row 4")]


def test_a_cell_merged_in_that_very_moment_is_told_as_merged(team: HttpTeam) -> None:
    box = {"sheetId": 77, "startRowIndex": 1, "endRowIndex": 3}
    merged = box | {"startColumnIndex": RESOLVED, "endColumnIndex": RESOLVED + 1}
    merge = {"mergeCells": {"range": merged, "mergeType": "MERGE_ALL"}}

    receipts = write(team, change(3), meanwhile=lambda: team.change(merge))

    assert told(receipts) == [(Outcome.VANISHED, "the cell is merged with others")]


@pytest.mark.parametrize("place", ["A3", "B3", "A4"], ids=["notes", "status", "the ID below"])
@pytest.mark.parametrize("blank_is_empty", [True, False], ids=["blank is empty", "blank is not"])
def test_a_row_with_a_formula_that_shows_nothing_is_written(
    team_of: Callable[..., HttpTeam],
    local_server: LocalServer,
    place: str,
    *,
    blank_is_empty: bool,
) -> None:
    local_server.set_control(switches={"duplicates_blank_is_empty": blank_is_empty})
    rows = cases(4)
    team = team_of(rows)
    column = {"A3": NOTES, "B3": STATUS, "A4": CASE}[place]
    team.fill(f"{chr(65 + column)}{place[1]}", [['=""']], "USER_ENTERED")

    receipts = write(team, change(3, premise=("status", "notes")))

    assert told(receipts) == DONE


@pytest.mark.parametrize(
    ("protection", "expected"),
    [
        pytest.param({}, [(Outcome.REFUSED, "the cell is protected against refundsheet")], id="for others"),
        pytest.param({"requestingUserCanEdit": True}, DONE, id="refundsheet among the editors"),
        pytest.param({"warningOnly": True}, DONE, id="a warning"),
    ],
)  # fmt: skip
def test_a_protected_cell_is_written_only_by_those_who_may(
    team: HttpTeam, protection: dict[str, bool], expected: list[tuple[Outcome, str]]
) -> None:
    def protect(log: Any) -> None:
        log["protectedRanges"] = [{"range": TARGET, **protection}]

    assert told(write(team, change(3), also_seen=protect)) == expected


def test_a_protection_that_came_meanwhile_costs_its_own_cell_and_no_other(
    team: HttpTeam, local_server: LocalServer
) -> None:
    def protect() -> None:
        theirs = {"range": TARGET, "editors": {"users": ["joan@example.com"]}}
        team.change({"addProtectedRange": {"protectedRange": theirs}})
        local_server.set_control(callers={"refundsheet": "refundsheet@example.com"})

    receipts = write(team, change(3), change(2), meanwhile=protect)

    became = {receipt.change.row: receipt.outcome for receipt in receipts}
    assert became == {2: Outcome.DONE, 3: Outcome.REFUSED}
    assert column(team, RESOLVED) == [STAMP, "", "", ""]


# An adversary

PEOPLE = st.lists(
    st.one_of(
        st.tuples(st.just("sort"), st.sampled_from([CASE, ORDER, AMOUNT])),
        st.tuples(st.just("insert_row"), st.integers(2, 7)),
        st.tuples(st.just("delete_row"), st.integers(2, 6)),
        st.tuples(st.just("copy_above"), st.integers(2, 6)),
        st.tuples(st.just("insert_column"), st.integers(0, 6)),
        st.tuples(st.just("status"), st.integers(2, 6)),
        st.tuples(st.just("target"), st.integers(2, 6)),
        st.tuples(st.just("rename"), st.integers(2, 6)),
        st.tuples(st.just("header"), st.sampled_from([CASE, STATUS, RESOLVED])),
    ),
    min_size=1,
    max_size=4,
)


def act(team: HttpTeam, what: str, where: int) -> None:
    """One thing people do."""
    match what:
        case "sort":
            team.sort(where)
        case "insert_row":
            team.insert_row(where)
        case "delete_row":
            team.delete_row(where)
        case "copy_above":
            row = team.rows()[where - 1 : where]
            team.insert_row(where)
            if row:
                team.fill(f"A{where}", row)
        case "insert_column":
            team.insert_column(where)
        case "status":
            team.put(where, STATUS, "Under Review")
        case "target":
            team.put(where, RESOLVED, 45000)
        case "rename":
            team.put(where, CASE, f"R-{where}0")
        case _:
            team.put(1, where, f"Our own word for {where}")


def stamped(rows: Rows) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in rows if STAMP in row]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PEOPLE)
def test_whatever_people_do_meanwhile_a_stamp_sits_on_its_own_case(
    team_of: Callable[..., HttpTeam], people: list[tuple[str, int]]
) -> None:
    team = team_of(cases(5), row_count=9)
    left: list[Rows] = []

    def people_act() -> None:
        for what, where in people:
            act(team, what, where)
        left.append(team.rows())

    receipts = write(team, change(3), change(5), meanwhile=people_act)

    [before], after = left, team.rows()
    written = {receipt.change.label for receipt in receipts if receipt.outcome is Outcome.DONE}
    expected = [
        [*row, *[""] * (RESOLVED - len(row)), STAMP] if row and row[0] in written else row
        for row in before
    ]
    assert after == expected
    assert len(stamped(after)) == len(written)
