"""What refundsheet finds out about Google before it writes, and how it writes where the judge fails."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from refundsheet.core.columns import header_names
from refundsheet.core.headers import find_layout
from refundsheet.core.model import Change, Outcome, Plan, Receipt
from refundsheet.localsheets.server import LocalServer
from refundsheet.sheets.google import GoogleSheetStore
from refundsheet.sheets.selftest import EmptyText, Paste, SelfTest
from refundsheet.sheets.store import Setup
from refundsheet.sheets.trust import MOST_FALSE_MATCHES, Trust
from tests.journals import ListJournal
from tests.teams import HIDDEN, HttpTeam

HEADERS = ["Case ID", "Order ID", "Status", "Notes", "Date of Last Action", "Resolution Date"]
LOG = [
    HEADERS,
    ["R-1", "1001", "Refunded", "", "", ""],
    ["R-2", "1002", "Refunded", "", "", ""],
    ["R-3", "1003", "New", "", "", ""],
]
STAMP = 46349.5
RESOLVED = 5
COARSE = SelfTest(judge_works=False, filtered_paste=Paste.EXACT)


@pytest.fixture
def team(local_server: LocalServer) -> Iterator[HttpTeam]:
    team = HttpTeam(local_server, LOG)
    yield team
    team.close()


@pytest.fixture
def store(team: HttpTeam) -> GoogleSheetStore:
    store = team.store()
    store.describe()
    store.prepare(Setup(hidden_tab=HIDDEN))
    return store


def tried(store: GoogleSheetStore) -> SelfTest:
    hidden = store.book.tab(HIDDEN)
    assert hidden
    return store._writer.test(hidden)


def stamp(store: GoogleSheetStore, team: HttpTeam, row: int = 3) -> tuple[Receipt, ...]:
    """Stamp the resolution of the case in a row, as of what the team's log shows now."""
    rows = team.rows()
    change = Change(
        case=rows[row - 1][0].lower(),
        label=rows[row - 1][0],
        row=row,
        field="resolved_at",
        before=None,
        after=STAMP,
        reason="status became Refunded",
        premise=("status",),
    )
    layout = find_layout(rows, header_names())
    read = {number: tuple(cells) for number, cells in enumerate(rows, 1)}
    return store.write(Plan((change,), layout, read), ListJournal())


def resolved(team: HttpTeam) -> dict[str, Any]:
    filled = (row for row in team.rows()[1:] if row)
    return {row[0]: row[RESOLVED] if len(row) > RESOLVED else "" for row in filled}


def test_the_judge_is_trusted_where_google_does_as_documented(store: GoogleSheetStore) -> None:
    found = tried(store)

    assert store.cautions == ()
    assert found.judge_works
    assert found.failed == ()
    assert found.filtered_paste is Paste.EXACT


@pytest.mark.parametrize("paste", list(Paste), ids=lambda paste: paste.value)
def test_where_a_paste_on_a_filtered_row_lands_is_found_out(
    store: GoogleSheetStore, local_server: LocalServer, paste: Paste
) -> None:
    local_server.set_control(switches={"filtered_paste": paste.value})

    assert tried(store).filtered_paste is paste


@pytest.mark.parametrize("compare", ["display", "value"])
@pytest.mark.parametrize(
    ("blank_is_empty", "formulas_wait", "empty_text"),
    [
        pytest.param(True, False, EmptyText.BLANK, id="a blank"),
        pytest.param(True, True, EmptyText.BLANK, id="a blank, whatever a batch knows of formulas"),
        pytest.param(False, False, EmptyText.ITS_LIKE, id="another one, made by the batch"),
        pytest.param(False, True, EmptyText.NOTHING, id="nothing that a batch can make"),
    ],
)
def test_what_equals_a_cell_that_shows_nothing_is_found_out(
    store: GoogleSheetStore,
    local_server: LocalServer,
    compare: str,
    empty_text: EmptyText,
    *,
    blank_is_empty: bool,
    formulas_wait: bool,
) -> None:
    local_server.set_control(
        switches={
            "duplicates_compare": compare,
            "duplicates_blank_is_empty": blank_is_empty,
            "formulas_wait": formulas_wait,
        }
    )

    found = tried(store)

    assert found.judge_works
    assert found.empty_text is empty_text


@pytest.mark.parametrize("waits", [False, True])
def test_what_nothing_rests_on_is_noted_and_all_of_it_stands_in_the_log(
    store: GoogleSheetStore,
    local_server: LocalServer,
    caplog: pytest.LogCaptureFixture,
    *,
    waits: bool,
) -> None:
    local_server.set_control(switches={"formulas_wait": waits})
    caplog.set_level("INFO", "refundsheet.sheets.writer")

    found = tried(store)

    assert found.notes["the answer counts the rows that went"]
    assert found.notes["a formula has its value within its batch"] is not waits
    assert (
        "the judge works as it must; a paste on a row that a filter hides is exact" in caplog.text
    )


@pytest.mark.parametrize(
    ("switches", "said"),
    [
        ({"filtered_paste": "skipped"}, "Rows that a filter hides get their dates"),
        ({"filtered_paste": "displaced"}, "While a filter is on, refundsheet writes nothing"),
        ({"duplicates_blank_is_empty": False}, None),
        ({"duplicates_blank_is_empty": False, "formulas_wait": True}, "In rows where a formula"),
    ],
)
def test_people_are_told_what_it_means_for_them(
    store: GoogleSheetStore,
    local_server: LocalServer,
    switches: dict[str, Any],
    said: str | None,
) -> None:
    local_server.set_control(switches=switches)

    tried(store)

    assert [caution.startswith(said or "") for caution in store.cautions] == [True] * bool(said)


def test_the_test_touches_no_cell_of_people_and_leaves_no_filter(
    store: GoogleSheetStore, team: HttpTeam
) -> None:
    before = team.rows()

    tried(store)

    assert team.rows() == before
    hidden = store.book.tab(HIDDEN)
    answer = store.client.get_json(params={"fields": "sheets(properties.sheetId,basicFilter)"})
    assert hidden
    assert all("basicFilter" not in sheet for sheet in answer["sheets"])


def test_it_is_made_once_a_day(store: GoogleSheetStore) -> None:
    tried(store)
    writes = store.client.requests.writes

    tried(store)

    assert store.client.requests.writes == writes


@pytest.fixture
def coarse(store: GoogleSheetStore, monkeypatch: pytest.MonkeyPatch) -> GoogleSheetStore:
    """A store that has found that the judge cannot be relied on."""
    tried(store)
    monkeypatch.setattr(store._writer, "_trust", Trust(COARSE))
    return store


def test_without_the_judge_a_row_that_stands_still_is_written(
    coarse: GoogleSheetStore, team: HttpTeam
) -> None:
    receipts = stamp(coarse, team)

    assert "in a weaker way" in coarse.cautions[0]
    assert [receipt.outcome for receipt in receipts] == [Outcome.DONE]
    assert resolved(team) == {"R-1": "", "R-2": STAMP, "R-3": ""}


@pytest.mark.parametrize("later", [None, 0, 1], ids=["still", "before we look", "after we looked"])
@pytest.mark.parametrize(
    ("row", "case", "act"),
    [
        pytest.param(2, "R-1", lambda team: team.sort(0), id="the log is sorted"),
        pytest.param(3, "R-2", lambda team: team.insert_row(2), id="a row is inserted above"),
        pytest.param(3, "R-2", lambda team: team.delete_row(2), id="the row above is deleted"),
    ],
)
def test_without_the_judge_a_stamp_on_a_wrong_row_is_taken_back(
    coarse: GoogleSheetStore,
    team: HttpTeam,
    row: int,
    case: str,
    act: Callable[[HttpTeam], object],
    later: int | None,
) -> None:
    def move() -> None:
        act(team)
        if later is not None:
            team.act_before(later, lambda: team.insert_row(2))

    team.act_before(1, move)

    receipts = stamp(coarse, team, row)

    assert [receipt.outcome for receipt in receipts] == [Outcome.UNDONE]
    assert {found for found, value in resolved(team).items() if value == STAMP} <= {case}


def test_two_false_matches_end_the_trust_in_the_judge(
    store: GoogleSheetStore, team: HttpTeam
) -> None:
    tried(store)
    for row in (2, 3):
        team.act_before(1, lambda row=row: team.fill(f"F{row}", [['=""']], "USER_ENTERED"))
        receipts = stamp(store, team, row)
        assert [receipt.outcome for receipt in receipts] == [Outcome.UNDONE]

    assert store._writer._trust.false_matches == MOST_FALSE_MATCHES
    assert "in a weaker way" in store.cautions[0]
    assert team.formula("F2") == team.formula("F3") == '=""'


def test_a_paste_that_lands_elsewhere_after_all_ends_the_trust_in_the_judge(
    store: GoogleSheetStore, team: HttpTeam, local_server: LocalServer
) -> None:
    box = {"sheetId": 77, "startRowIndex": 0, "endRowIndex": 4}
    hidden = {"columnIndex": 0, "filterCriteria": {"hiddenValues": ["R-2"]}}

    def otherwise() -> None:
        local_server.set_control(switches={"filtered_paste": "displaced"})
        team.change({"setBasicFilter": {"filter": {"range": box, "filterSpecs": [hidden]}}})

    tried(store)
    team.act_before(1, otherwise)
    [receipt] = stamp(store, team, 3)

    assert receipt.outcome is Outcome.VANISHED
    assert receipt.detail == "what was written there stands in row 4"
    assert "elsewhere" in store.cautions[0]
    assert "in a weaker way" in store.cautions[0]
