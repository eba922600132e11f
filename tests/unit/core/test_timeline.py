"""Which statuses a case went through, and in which interval it entered each."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from refundsheet.core.memory import (
    FIRST_VISITS,
    LONG_GAP,
    MOST_VISITS,
    Remembered,
    Seen,
    Visit,
    bounded,
    likely_time,
    timeline,
    with_visit,
)
from refundsheet.core.model import RefundCase
from tests.passes import MONDAY, Log, case

POLL = timedelta(seconds=20)


def statuses(known: Remembered) -> list[str]:
    return [visit.status for visit in timeline(known)]


def log_of(*rows: dict[str, object]) -> Log:
    log = Log(list(rows))
    log.run()
    return log


def a_new_case(log: Log, **cells: object) -> Remembered:
    log.add(case("R-2", received="", **cells))
    log.settle()
    return log.known("r-2")


def test_an_adopted_case_costs_nothing_until_its_status_changes() -> None:
    log = log_of(case("R-1", status="New"))
    known = log.known("r-1")
    assert known.visits is Remembered.__dataclass_fields__["visits"].default
    assert timeline(known) == (Visit(status="New", not_before=None, not_after=known.first_seen),)


def test_a_change_of_status_lies_between_two_reads() -> None:
    log = log_of(case("R-1", status="New"))
    before = log.now
    log.rows[0]["Status"] = "Approved"
    log.run()
    entered = Visit(status="Approved", not_before=before, not_after=log.now)
    assert timeline(log.known("r-1"))[1:] == (entered,)
    assert statuses(log.known("r-1")) == ["New", "Approved"]


def test_a_new_row_was_entered_between_two_reads() -> None:
    log = log_of(case("R-1"))
    before = log.now
    (entered,) = timeline(a_new_case(log, status="Under Review"))
    assert (entered.status, entered.not_before) == ("Under Review", before)
    assert entered.not_after == before + timedelta(minutes=1)


def test_what_is_typed_and_thought_better_of_was_no_visit() -> None:
    log = log_of(case("R-1"))
    log.add(case("R-2", status="New"))
    log.run()
    first_seen = log.now
    log.rows[1]["Status"] = "Under Review"
    log.settle()
    (entered,) = timeline(log.known("r-2"))
    assert (entered.status, entered.not_after) == ("Under Review", first_seen)


def test_a_row_begins_when_it_says_what_it_is_about() -> None:
    log = log_of(case("R-1"))
    log.add({"Customer Name": "Bo Lind"})
    log.run()
    log.rows[1] |= case("R-2", received="")
    log.settle()
    known = log.known("r-2")
    assert [visit.not_after for visit in timeline(known)] == [known.first_seen]


def test_nobody_saw_the_beginning_of_a_backdated_row() -> None:
    log = log_of(case("R-1"))
    log.add(case("R-2", received=46300.0, status="Approved"))
    log.settle()
    assert [visit.not_before for visit in timeline(log.known("r-2"))] == [None]


@pytest.mark.parametrize(
    ("before", "after", "visits"),
    [
        pytest.param("Aproved", "Approved", 1, id="a slip put right"),
        pytest.param("approved", "Approved", 1, id="another case"),
        pytest.param("Pending", "In Progress", 2, id="two words of the team for one meaning"),
        pytest.param("odd", "odder", 2, id="two that nobody understands"),
        pytest.param("", "New", 2, id="none before"),
    ],
)
def test_a_spelling_is_put_right_within_one_visit(before: str, after: str, visits: int) -> None:
    log = log_of(case("R-1", status=before))
    log.rows[0]["Status"] = after
    log.run()
    known = log.known("r-1")
    assert len(timeline(known)) == visits
    assert (known.status_since is not None) == (visits > 1)


def test_the_first_action_is_the_first_change_after_the_row_was_settled() -> None:
    log = log_of(case("R-1"))
    known = a_new_case(log)
    assert known.first_action is None
    before = log.now
    log.rows[1]["Notes & Communications"] = "called"
    log.run()
    first = Seen(not_before=before, not_after=log.now)
    assert log.known("r-2").first_action == first
    log.rows[1]["Status"] = "Approved"
    log.run()
    assert log.known("r-2").first_action == first


def test_of_an_adopted_case_nobody_knows_the_first_action() -> None:
    log = log_of(case("R-1"))
    log.rows[0]["Status"] = "Approved"
    log.run()
    assert log.known("r-1").first_action is None


@pytest.mark.parametrize(
    ("not_before", "at"),
    [
        pytest.param(MONDAY - POLL, MONDAY, id="a poll: the read that showed it"),
        pytest.param(MONDAY - LONG_GAP, MONDAY, id="a slow poll"),
        pytest.param(MONDAY - timedelta(hours=4), MONDAY - timedelta(hours=2), id="an outage"),
        pytest.param(
            (MONDAY - timedelta(hours=4)).astimezone(UTC),
            MONDAY - timedelta(hours=2),
            id="an outage, its times in other zones",
        ),
        pytest.param(None, MONDAY, id="before anybody looked"),
    ],
)
def test_after_an_outage_the_middle_is_the_likely_time(
    not_before: datetime | None, at: datetime
) -> None:
    assert likely_time(not_before, MONDAY) == at
    assert Seen(not_before=not_before, not_after=MONDAY).at == at
    is_poll = not_before is not None and MONDAY - not_before <= LONG_GAP
    assert Seen(not_before=not_before, not_after=MONDAY).is_vague is not is_poll


def test_a_case_toggled_a_thousand_times_keeps_its_first_and_latest_visits() -> None:
    known = Remembered(
        key="r-1", case=RefundCase(), adopted=True, first_seen=MONDAY, still_since=MONDAY
    )
    visits = with_visit(known, "New", _toggled(0))
    for turn in range(1, 1000):
        visits = bounded((*visits, _toggled(turn)))
    assert len(visits) == MOST_VISITS
    assert [visit.status for visit in visits[: FIRST_VISITS + 1]] == ["New", "0", "1", "953"]
    assert visits[-1] == _toggled(999)
    assert all(one.not_after <= other.not_after for one, other in pairwise(visits))


def _toggled(turn: int) -> Visit:
    at = MONDAY + turn * POLL
    return Visit(status=str(turn), not_before=at, not_after=at + POLL)


def test_what_was_remembered_before_visits_were_begins_with_the_status_it_left() -> None:
    since = MONDAY - timedelta(days=3)
    known = Remembered(
        key="r-1",
        case=RefundCase(status="Approved"),
        adopted=False,
        first_seen=MONDAY - timedelta(days=9),
        still_since=MONDAY,
        status_since=since,
    )
    assert timeline(known) == (Visit(status="Approved", not_before=since, not_after=since),)
    assert with_visit(known, "Approved", _toggled(1)) == (*timeline(known), _toggled(1))
