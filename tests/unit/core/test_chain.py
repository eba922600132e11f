"""How what was seen of a link is judged."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from refundsheet.core.chain import (
    Barred,
    Finding,
    Link,
    State,
    answer_of,
    barred_columns,
    broken,
    clock,
    key_file,
    noted,
    protection,
    quota,
    sound,
    zone,
)
from refundsheet.core.model import Layout
from refundsheet.errors import ExitCode

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
LAYOUT = Layout(2, ("Case ID", "Status", "Follow-up"), {"case_id": 0, "status": 1, "follow_up": 2})


def told(found: Finding) -> tuple[State, str]:
    return found.state, found.said


@pytest.mark.parametrize(
    ("mode", "state"),
    [
        pytest.param(0o100600, State.SOUND, id="ours alone"),
        pytest.param(0o100400, State.SOUND, id="ours to read"),
        pytest.param(0o100440, State.SOUND, id="a group's to read, as systemd hands it over"),
        pytest.param(0o100660, State.BROKEN, id="a group's to change"),
        pytest.param(0o100644, State.BROKEN, id="everybody's to read"),
    ],
)
def test_a_key_is_kept_from_others(mode: int, state: State) -> None:
    found = key_file("/etc/key.json", mode)

    assert found.state is state
    assert state is State.SOUND or "chmod 600 /etc/key.json" in found.said


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (60, None),
        (-60, None),
        (61, "1 minute ahead of"),
        (-420, "7 minutes behind"),
    ],
)
def test_a_clock_may_differ_by_a_minute(ahead: int, said: str | None) -> None:
    found = clock(NOON + timedelta(seconds=ahead), NOON)

    assert (found.state is State.BROKEN) is (said is not None)
    assert said is None or f"This machine's clock is {said} the server's" in found.said


def test_a_server_that_tells_no_time_does_not_break_the_chain() -> None:
    assert clock(NOON, None).state is State.SOUND


@pytest.mark.parametrize(
    ("area", "closed"),
    [
        pytest.param(Barred(), ("Case ID", "Follow-up"), id="the tab, but for what is the team's"),
        pytest.param(Barred(columns=(2, 3)), ("Follow-up",), id="one column"),
        pytest.param(Barred(columns=(2, None)), ("Follow-up",), id="from one column on"),
        pytest.param(Barred(columns=(1, 2)), (), id="a column of the team's"),
        pytest.param(Barred(rows=(0, 2)), (), id="the headers"),
        pytest.param(Barred(rows=(4, 9)), (), id="some rows"),
        pytest.param(Barred(rows=(2, 12)), ("Case ID", "Follow-up"), id="all rows there are"),
    ],
)
def test_a_column_is_closed_where_all_its_rows_are(area: Barred, closed: tuple[str, ...]) -> None:
    assert barred_columns(LAYOUT, 10, [area]) == closed


def test_what_is_protected_is_named_with_its_cure() -> None:
    assert protection((), (), "ask.").state is State.SOUND
    found = protection(("Row Check",), ("Summary",), "ask.")
    assert found.said == (
        'The column "Row Check", the tab "Summary" are protected against refundsheet: ask.'
    )
    assert 'The tab "Summary" is protected' in protection((), ("Summary",), "ask.").said


@pytest.mark.parametrize(
    ("sheet", "hours_here", "said"),
    [
        pytest.param("Europe/Berlin", 1, None, id="one zone"),
        pytest.param("Europe/Berlin", 0, None, id="a server in UTC"),
        pytest.param("America/Los_Angeles", 1, "9 hours behind", id="behind"),
        pytest.param("Asia/Kolkata", 4.5, "1 hour ahead of", id="ahead"),
    ],
)
def test_the_spreadsheets_zone_is_worth_a_look_where_it_is_another(
    sheet: str, hours_here: float, said: str | None
) -> None:
    found = zone(sheet, NOON.astimezone(timezone(timedelta(hours=hours_here))))

    assert found.state is (State.NOTED if said else State.SOUND)
    assert said is None or f"({sheet}) is {said} this machine's" in found.said


@pytest.mark.parametrize(
    ("left", "state"),
    [(None, State.SOUND), ((54, 1), State.SOUND), ((0, 60), State.NOTED), ([3, 0], State.NOTED)],
)
def test_a_quota_that_is_used_up_is_worth_a_look(
    left: tuple[int, int] | None, state: State
) -> None:
    assert quota(left).state is state


def test_a_message_of_several_lines_becomes_one_sentence() -> None:
    found = broken(Link.SETTINGS, "There are 2 mistakes:\na: wrong\nb: wrong", ExitCode.USAGE)
    assert told(found) == (State.BROKEN, "There are 2 mistakes: a: wrong; b: wrong")
    assert broken(Link.LOG, "Empty.", ExitCode.USAGE).said == "Empty."


def test_the_answer_is_that_of_what_is_worst() -> None:
    good, odd = sound(Link.KEY, "k"), noted(Link.ZONE, "z")
    assert answer_of([]) is ExitCode.DONE
    assert answer_of([good]) is ExitCode.DONE
    assert answer_of([good, odd]) is ExitCode.PROBLEMS_FOUND
    ended = broken(Link.LOG, "Empty.", ExitCode.SHEET_UNREACHABLE)
    assert answer_of([odd, ended]) is ExitCode.SHEET_UNREACHABLE
