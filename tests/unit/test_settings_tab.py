"""The Settings tab: what a team lead types there, what of it counts, and what is said beside it."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from refundsheet.config import Settings
from refundsheet.config.settings_tab.keys import (
    APPLY,
    MESSAGES,
    MESSAGES_HEAD,
    RELEASE,
    team_text,
    with_team,
)
from refundsheet.config.settings_tab.layout import settings_page
from refundsheet.config.settings_tab.reading import Reading, read_tab
from refundsheet.config.settings_tab.standing import Standing, after_reading, messages
from refundsheet.core.desk import Meaning, Span
from refundsheet.core.model import Cell
from refundsheet.ledger.ledger import Ledger
from refundsheet.localsheets.server import LocalServer
from tests.shops import Shop, a_log
from tests.teams import HttpTeam

DEFAULTS = Settings()
NOW = datetime(2026, 11, 2, 10, tzinfo=UTC)
Rows = list[list[Cell]]


def the_tab(settings: Settings = DEFAULTS) -> Rows:
    """The cells of the tab as it is made."""
    page = settings_page(settings, "Settings")
    rows: Rows = [[""] * (MESSAGES + 1) for _ in range(max(row for row, _ in page.cells) + 5)]
    for (row, column), cell in page.cells.items():
        rows[row][column] = cell.value
    return rows


def row_of(rows: Rows, label: str) -> int:
    return next(number for number, row in enumerate(rows) if row[0] == label)


def set_beside(rows: Rows, label: str, value: Cell, column: int = 1) -> Rows:
    """The tab with another value beside a label."""
    rows[row_of(rows, label)][column] = value
    return rows


def read(rows: Rows) -> Reading:
    return read_tab(rows, DEFAULTS)


def test_the_tab_says_exactly_what_is_in_force() -> None:
    reading = read(the_tab())
    assert team_text(reading.wanted) == team_text(DEFAULTS)
    assert reading.messages == {}


def test_its_own_column_is_headed_and_everything_stands_left_of_it() -> None:
    page = settings_page(DEFAULTS, "Settings")
    assert page.cells[0, MESSAGES].value == MESSAGES_HEAD
    assert all(column < MESSAGES for row, column in page.cells if row)


@pytest.mark.parametrize(
    ("label", "value", "of"),
    [
        ("Monday", "09:00-12:30, 13:30-17:00", lambda s: len(s.hours.monday) == 2),
        ("Saturday", "10:00-14:00", lambda s: bool(s.hours.saturday)),
        ("Friday", "", lambda s: s.hours.friday == ()),
        ("Legal clock on", "no", lambda s: not s.legal.enabled),
        ("Legal clock on", False, lambda s: not s.legal.enabled),
        ("Legal clock, days", 30.0, lambda s: s.legal.days == 30),
        ("Public holidays of (country code)", "DE", lambda s: s.holidays.country == "DE"),
        ("Target for a decision", "2 business days", lambda s: s.targets.decision == Span.parse("2 bd")),
        ("New Case IDs look like", "RB-####", lambda s: s.case_ids == "RB-####"),
    ],
)  # fmt: skip
def test_a_single_setting_is_read(label: str, value: Cell, of: Callable[[Settings], bool]) -> None:
    reading = read(set_beside(the_tab(), label, value))
    assert of(reading.wanted)
    assert reading.messages == {}


def test_a_status_is_changed_added_and_removed() -> None:
    rows = the_tab()
    set_beside(rows, "Approved", "0.5 business days", column=2)
    set_beside(rows, "Approved", "1 business day", column=3)
    rows.insert(
        row_of(rows, "Approved"), ["Escalated to VigorBuy", "Waiting", "", "3 business days"]
    )
    del rows[row_of(rows, "Duplicate")]
    wanted = {status.label: status for status in read(rows).wanted.statuses}
    assert wanted["Approved"].limit == Span.parse("1 business day")
    assert wanted["Escalated to VigorBuy"].meaning is Meaning.WAITING
    assert "Duplicate" not in wanted


def test_reasons_holidays_and_rules_are_read() -> None:
    rows = the_tab()
    first = row_of(rows, "Reason") + 1
    rows[first] = ["Broken in transit", "yes", "Damaged or defective, smashed"]
    rows.insert(row_of(rows, "Closed on") + 1, [46380.0, "09:00-12:30", "Christmas Eve"])
    rows.insert(row_of(rows, "Closed on") + 2, [46381.0, "", "Christmas"])
    set_beside(rows, "status_near_miss", "off")
    wanted = read(rows).wanted
    assert (wanted.reasons[0].label, wanted.reasons[0].needs_note) == ("Broken in transit", True)
    assert wanted.reasons[0].synonyms == ("Damaged or defective", "smashed")
    assert wanted.holidays.dates == (date(2026, 12, 25),)
    assert wanted.holidays.half_days == {date(2026, 12, 24): ((time(9), time(12, 30)),)}
    assert wanted.rules["status_near_miss"].value == "off"


@pytest.mark.parametrize(
    ("label", "value", "column", "says"),
    [
        ("Monday", "nine to five", 1, "09:00-12:30"),
        ("Legal clock, days", "soon", 1, "integer"),
        ("Legal clock, days", 3, 1, "comes later than"),
        ("Public holidays of (country code)", "Atlantis", 1, "Atlantis"),
        ("Approved", "a while", 3, '"a while" is not a length of time'),
        ("Approved", "happy", 1, "must be"),
        ("Approved", "9 business days", 3, 'the limits of "Approved" are out of order'),
        ("Refunded", "2 days", 5, "never stands still"),
        ("status_near_miss", "loud", 1, "must be"),
        ("Old cases: untouched for days", 0, 1, "greater than"),
    ],
)
def test_a_bad_value_keeps_the_last_good_one_and_is_told_beside_it(
    label: str, value: Cell, column: int, says: str
) -> None:
    rows = set_beside(the_tab(), label, value, column)
    set_beside(rows, "Tuesday", "08:00-16:00")
    reading = read(rows)
    said = (
        reading.messages[row_of(rows, label)]
        if "later" not in says
        else next(iter(reading.messages.values()))
    )
    assert says in said
    assert team_text(reading.wanted) == team_text(
        read(set_beside(the_tab(), "Tuesday", "08:00-16:00")).wanted
    )


def test_a_half_day_whose_hours_cannot_be_read_changes_nothing_and_is_told() -> None:
    rows = the_tab()
    at = row_of(rows, "Closed on") + 1
    rows.insert(at, [46380.0, "mornings", "Christmas Eve"])
    reading = read(rows)
    assert team_text(reading.wanted) == team_text(DEFAULTS)
    assert "is not an interval" in reading.messages[at]


def test_a_new_entry_that_cannot_be_used_is_left_out_and_told() -> None:
    rows = the_tab()
    at = row_of(rows, "Approved")
    rows.insert(at, ["Parked", "somewhere"])
    reading = read(rows)
    assert team_text(reading.wanted) == team_text(DEFAULTS)
    assert list(reading.messages) == [at]


def test_a_label_that_is_there_twice_keeps_the_whole_list() -> None:
    rows = the_tab()
    rows.insert(row_of(rows, "Approved"), ["Approved", "open"])
    reading = read(rows)
    assert reading.wanted.statuses == DEFAULTS.statuses
    assert '"Approved" is there twice' in next(iter(reading.messages.values()))


def test_a_section_that_somebody_removed_stays_as_it_was() -> None:
    rows = [row for row in the_tab() if row[0] not in {"Status", "Setting", "Reason"}]
    assert team_text(read(rows).wanted) == team_text(DEFAULTS)


@pytest.mark.parametrize("odd", [[], [["?"]], [["Status", "Meaning"]], [[True, 3.5, None]]])
def test_an_odd_tab_changes_nothing(odd: Rows) -> None:
    assert team_text(read(odd).wanted) == team_text(DEFAULTS)


def test_what_was_accepted_comes_back_from_its_text() -> None:
    wanted = read(set_beside(the_tab(), "Legal clock, days", 30)).wanted
    assert with_team(DEFAULTS, team_text(wanted)).legal.days == 30


# --- what is in force ---


def waiting(rows: Rows, *, before: Standing | None = None, now: datetime = NOW) -> Standing:
    return after_reading(before or Standing(accepted=team_text(DEFAULTS)), read(rows), now)


def changed() -> Rows:
    return set_beside(the_tab(), "Legal clock, days", 30)


def test_a_tab_that_is_read_for_the_first_time_is_in_force() -> None:
    standing = after_reading(Standing(), read(changed()), NOW)
    assert (standing.accepted, standing.pending) == (team_text(read(changed()).wanted), None)


def test_a_change_waits_for_the_next_day() -> None:
    today = waiting(changed())
    evening = waiting(changed(), before=today, now=NOW + timedelta(hours=13))
    tomorrow = waiting(changed(), before=evening, now=NOW + timedelta(hours=14))
    assert (today.pending is not None, evening == today, tomorrow.pending) == (True, True, None)
    assert tomorrow.accepted == today.pending


def test_the_tick_applies_a_change_at_once() -> None:
    standing = waiting(set_beside(changed(), APPLY, value=True))
    assert (standing.pending, with_team(DEFAULTS, standing.accepted or "").legal.days) == (None, 30)


def test_a_change_that_is_taken_back_waits_no_more() -> None:
    standing = waiting(the_tab(), before=waiting(changed()))
    assert standing == Standing(accepted=team_text(DEFAULTS))


def test_another_change_waits_from_its_own_day_on() -> None:
    late = NOW + timedelta(hours=20)
    other = set_beside(changed(), "Legal clock, days", 21)
    assert waiting(other, before=waiting(changed()), now=late).seen_at == late


@pytest.mark.parametrize(
    ("tick", "released", "withheld", "says"),
    [
        (False, False, 0, "Nothing waits."),
        (False, False, 2, "2 parts of the plan wait"),
        (True, True, 0, "Take the tick away"),
    ],
)
def test_what_waits_is_said_beside_its_tick(
    *, tick: bool, released: bool, withheld: int, says: str
) -> None:
    reading = read(set_beside(the_tab(), RELEASE, value=tick))
    said = messages(reading, Standing(released=released), withheld)
    assert says in said[reading.ticks[RELEASE]]


def test_the_preview_is_said_beside_the_tick() -> None:
    reading = read(changed())
    standing = waiting(changed())
    said: dict[int, Any] = messages(reading, standing, 0)
    assert said[reading.ticks[APPLY]].startswith("Waiting")
    settled = messages(reading, Standing(), 0)
    assert settled[reading.ticks[APPLY]] == "All that stands here is in force."


# --- through the pass ---


@pytest.fixture
def shop(local_server: LocalServer, tmp_path: Path) -> Iterator[Shop]:
    """A log that refundsheet knows, whose cases have stood for three business days, with the tab."""
    team = HttpTeam(local_server, a_log(cases=3, status="Approved"))
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite'}") as ledger:
        made = Shop(team, ledger)
        made.sync(create_settings=True)
        made.sync(after=timedelta(days=3))
        yield made
    team.close()


def cells(shop: Shop) -> dict[tuple[int, int], Cell]:
    return shop.team.page("Settings")


def place(shop: Shop, label: str) -> int:
    return next(
        row for (row, column), value in cells(shop).items() if not column and value == label
    )


def type_there(shop: Shop, label: str, value: Cell, column: int = 1) -> None:
    assert isinstance(shop.team, HttpTeam)
    tab = f"'Settings'!{chr(65 + column)}{place(shop, label) + 1}"
    path = f"{shop.team._base}/values/{tab}?valueInputOption=USER_ENTERED"
    assert shop.team._people.put(path, json={"values": [[value]]}, timeout=5).ok


def give_time(shop: Shop) -> None:
    """Approved cases get more time than they have had."""
    for column, days in enumerate((20, 30, 40), start=2):
        type_there(shop, "Approved", f"{days} business days", column)


def said(shop: Shop, label: str) -> Cell:
    return cells(shop).get((place(shop, label), MESSAGES), "")


def test_a_limit_that_is_changed_shows_its_effect_before_it_has_any(shop: Shop) -> None:
    assert shop.cell("R-1", "Follow-up").startswith("Overdue: Approved at least since")
    give_time(shop)
    shop.sync()
    assert said(shop, APPLY) == (
        "Waiting: would change +0 / \N{MINUS SIGN}3 flags. In force from tomorrow on, or at once with this tick."
    )
    assert shop.cell("R-1", "Follow-up").startswith("Overdue")
    type_there(shop, APPLY, value=True)
    report = shop.sync()
    assert report.by_settings == 3
    assert said(shop, APPLY) == "All that stands here is in force."
    assert shop.sync(after=timedelta(minutes=1)).published == 0


def test_a_slip_is_told_beside_it_and_changes_nothing(shop: Shop) -> None:
    type_there(shop, "Approved", "a while", column=3)
    shop.sync()
    assert str(said(shop, "Approved")).startswith('"a while" is not a length of time')
    assert shop.cell("R-1", "Follow-up").startswith("Overdue")
    type_there(shop, "Approved", "2 business days", column=3)
    shop.sync()
    assert said(shop, "Approved") == ""


def test_what_somebody_typed_in_our_column_stays(shop: Shop) -> None:
    type_there(shop, "Approved", "ask Ina first", column=MESSAGES)
    type_there(shop, "Approved", "a while", column=3)
    shop.sync()
    assert said(shop, "Approved") == "ask Ina first"


def test_where_a_column_is_inserted_during_the_pass_the_note_waits_for_the_next(shop: Shop) -> None:
    team = cast("HttpTeam", shop.team)
    type_there(shop, "Approved", "a while", column=3)
    before = cells(shop)
    team.act_before(1, lambda: team.change(insert_column(team, MESSAGES)))
    shop.sync()
    left = {place: cell for place, cell in before.items() if place[1] < MESSAGES}
    assert {place: cell for place, cell in cells(shop).items() if place[1] <= MESSAGES} == left


def insert_column(team: HttpTeam, column: int) -> dict[str, Any]:
    tabs = team._get("?fields=sheets.properties(sheetId,title)")["sheets"]
    ids = {tab["properties"]["title"]: tab["properties"]["sheetId"] for tab in tabs}
    columns = {"dimension": "COLUMNS", "startIndex": column, "endIndex": column + 1}
    return {"insertDimension": {"range": {"sheetId": ids["Settings"], **columns}}}


def test_a_tab_that_is_removed_leaves_the_files_settings_in_force(shop: Shop) -> None:
    give_time(shop)
    type_there(shop, APPLY, value=True)
    assert shop.sync().by_settings == 3
    shop.team.remove_tab("Settings")
    assert shop.sync().by_settings == 3
    assert "Settings" not in shop.team.tabs()


def test_a_tab_that_is_removed_in_the_middle_of_a_pass_does_not_come_back_blank(shop: Shop) -> None:
    shop.sync()
    type_there(shop, "Legal clock, days", "thirty")
    team = cast("HttpTeam", shop.team)
    team.act_before(1, lambda: team.remove_tab("Settings"))
    shop.sync()
    assert "Settings" not in team.tabs()


def test_the_tab_costs_no_request(shop: Shop) -> None:
    assert shop.requests_of(shop.sync) == (1, 0)
