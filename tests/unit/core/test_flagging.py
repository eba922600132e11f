"""The flags of a whole log, from what people were seen to do."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from refundsheet.core.clocks import is_old_case
from refundsheet.core.desk import Desk
from refundsheet.core.flagging import (
    changed_flags,
    flag_cases,
    flag_news,
    new_settings_sentence,
    old_cases_sentence,
    standing_of,
)
from refundsheet.core.follow_up import Flag, FlagKind, Reason
from refundsheet.core.memory import Remembered
from refundsheet.core.model import RefundCase
from refundsheet.core.serials import to_serial
from tests.passes import CALENDAR, MONDAY, ZONE, Log, case

DESK = Desk(legal_days=None)


def serial(moment: datetime) -> float:
    return to_serial(moment, ZONE)


def a_log(*rows: dict[str, Any]) -> Log:
    log = Log(list(rows), desk=DESK)
    log.run()
    return log


def shown(log: Log, case_id: str = "R-1") -> str:
    """What stands in the Follow-up cell after one more pass."""
    log.run()
    return log.row(case_id).get("Follow-up", "")


LONG_AGO = serial(MONDAY - timedelta(days=70))
LAST_WEEK = serial(MONDAY - timedelta(days=7))


# Never flooding


@pytest.mark.parametrize(
    ("known", "is_old"),
    [
        pytest.param({"last_action_at": date(2026, 9, 2)}, True, id="untouched for 60 days at adoption"),
        pytest.param({"last_action_at": date(2026, 9, 5)}, False, id="for less"),
        pytest.param({"requested_at": date(2026, 9, 2)}, True, id="never touched since its request"),
        pytest.param({"requested_at": date(2026, 9, 2), "last_action_at": date(2026, 10, 20)}, False, id="worked on lately"),
        pytest.param({}, True, id="no date tells how old it is"),
        pytest.param({"deadline": date(2026, 11, 20)}, False, id="a deadline tells that it is not"),
        pytest.param({"last_action_at": date(2026, 9, 2), "adopted": False}, False, id="typed in since then"),
        pytest.param({"last_action_at": date(2026, 9, 2), "still_since": MONDAY + timedelta(days=1)}, False, id="until somebody touches it"),
        pytest.param({"last_action_at": date(2026, 9, 2), "acted_at": MONDAY}, False, id="or has, as History tells"),
        pytest.param({"last_action_at": date(2026, 9, 2), "status_since": MONDAY}, False, id="or has given it its status"),
    ],
)  # fmt: skip
def test_adopting_an_old_log_never_floods(known: dict[str, Any], is_old: bool) -> None:  # noqa: FBT001
    fields: dict[str, Any] = {"adopted": True, "still_since": MONDAY} | known
    names = ("requested_at", "last_action_at", "deadline")
    content = {name: fields.pop(name) for name in names if name in fields}
    old = Remembered(key="r-1", case=RefundCase(**content), first_seen=MONDAY, **fields)
    assert is_old_case(old, DESK, CALENDAR, MONDAY) is is_old


def test_old_cases_are_listed_and_not_flagged() -> None:
    log = a_log(
        case("R-1", received=LONG_AGO),
        case("R-2", received=LAST_WEEK),
        case("R-3", received=LONG_AGO, status="Refunded"),
    )
    decisions = log.run().decisions
    assert decisions.old == ("r-1",)
    assert list(decisions.flags) == ["r-2"]


@pytest.mark.parametrize(
    "cells",
    [
        {"Notes & Communications": "called"},
        {"Status": "Under Review"},
        {"Amount": 99},
        {"Date of Last Action": LAST_WEEK},
    ],
)
def test_whatever_somebody_touches_an_old_case_is_flagged_like_others(
    cells: dict[str, Any],
) -> None:
    log = a_log(case("R-1", received=LONG_AGO))
    log.row("R-1").update(cells)
    log.run()
    log.wait(days=5)
    assert shown(log).startswith("Escalate: ")


def test_our_own_cells_are_no_touch() -> None:
    log = a_log(case("R-1", received=LONG_AGO))
    log.row("R-1")["Row Check"] = "what?"
    assert shown(log) == ""
    log.row("R-1")["Row Check"] = ""
    assert shown(log) == ""


# The clocks of an adopted case


def test_notes_do_not_reset_the_payout_clock_of_an_adopted_case() -> None:
    log = a_log(case("R-1", status="Approved", last_action=LAST_WEEK))
    told = shown(log)
    assert "Approved at least since Mon 26 Oct 09:00" in told
    for note in ("called", "called again"):
        log.row("R-1")["Notes & Communications"] = note
        assert shown(log) == told


def test_a_slip_that_is_put_right_is_no_new_status() -> None:
    log = a_log(case("R-1", status="New"))
    log.row("R-1")["Status"] = "Aproved"
    log.run()
    since = log.now
    log.wait(days=1)
    log.row("R-1")["Status"] = "Approved"
    log.run()
    assert log.known("r-1").status_since == since


# What happened


def test_a_closed_case_that_is_opened_again_is_told_until_the_next_note() -> None:
    log = a_log(case("R-1", status="Refunded", resolved=LAST_WEEK))
    assert shown(log) == ""
    log.row("R-1")["Status"] = "Under Review"
    assert shown(log).startswith("Reopened: Under Review since Mon 2 Nov 09:03, after Refunded.")
    log.row("R-1")["Notes & Communications"] = "the parcel came back"
    assert shown(log) == ""


def test_two_cases_of_one_order_are_told_once_the_second_is_approved() -> None:
    log = a_log(
        case("R-1", order="#7", status="Refunded", received=LAST_WEEK),
        case("R-2", order="#7", customer="Bo Lind", received=LAST_WEEK, last_action=serial(MONDAY)),
    )
    assert shown(log, "R-2") == ""
    log.row("R-2")["Status"] = "Approved"
    assert shown(log, "R-2").startswith(
        "Possible double refund: Approved since Mon 2 Nov 09:03, and R-1 has the same order."
    )
    assert not log.row("R-1").get("Follow-up"), "it was paid before anybody looked on"
    log.row("R-2")["Notes & Communications"] = "the second parcel, see R-1"
    assert shown(log, "R-2") == ""


# What is new


def of(*kinds: FlagKind, text: str = "why") -> Flag:
    return Flag.of([Reason(kind, text, MONDAY, text) for kind in kinds], is_urgent=False)


STALE, ESCALATE, NEAR = FlagKind.STALE, FlagKind.ESCALATE, FlagKind.DEADLINE_NEAR


@pytest.mark.parametrize(
    ("was", "now", "told", "cleared", "raised", "over"),
    [
        pytest.param({}, {"r-1": of(STALE)}, ["stale"], [], ["r-1"], (), id="raised"),
        pytest.param({"r-1": of(STALE)}, {"r-1": of(STALE)}, [], [], [], (), id="stands"),
        pytest.param({"r-1": of(STALE)}, {}, [], ["stale"], [], ("r-1",), id="cleared"),
        pytest.param(
            {"r-1": of(STALE)}, {"r-1": of(ESCALATE)}, ["escalate"], ["stale"], ["r-1"], (),
            id="it got worse",
        ),
        pytest.param(
            {"r-1": of(STALE)}, {"r-1": of(STALE, NEAR)}, ["deadline_near"], [], ["r-1"], (),
            id="a reason is added: the first one stands all the while",
        ),
        pytest.param(
            {"r-1": of(STALE, NEAR)}, {"r-1": of(STALE)}, [], ["deadline_near"], [], (),
            id="one of two is gone",
        ),
        pytest.param(
            {"r-1": of(STALE)}, {"r-1": of(STALE, text="other")}, ["stale"], [], [], (),
            id="other words are no news",
        ),
        pytest.param({}, {"r-1": Flag(STALE, "why", MONDAY)}, ["stale"], [], ["r-1"], (), id="a flag of one reason"),
        pytest.param({}, {"r-1": of(NEAR, NEAR)}, ["deadline_near"], [], ["r-1"], (), id="two deadlines"),
    ],
)  # fmt: skip
def test_the_history_of_flags_is_kept_reason_by_reason(
    was: dict[str, Flag],
    now: dict[str, Flag],
    told: list[str],
    cleared: list[str],
    raised: list[str],
    over: tuple[str, ...],
) -> None:
    news = flag_news(standing_of(was), now)
    assert [reason.kind.key for _, reason in news.told] == told
    assert [kind for _, kind in news.cleared] == cleared
    assert (list(news.raised), news.over) == (raised, over)


# Another desk


def test_the_flags_that_other_settings_change_are_known() -> None:
    flag = Flag(FlagKind.STALE, "Stale: a", MONDAY)
    before = {"r-1": flag, "r-2": flag, "r-3": flag}
    after = {"r-1": flag, "r-2": replace(flag, text="Stale: b"), "r-4": flag}
    assert changed_flags(before, after) == {"r-2", "r-3", "r-4"}


def test_every_flag_is_judged_by_the_desk_it_is_given() -> None:
    known = Remembered(
        key="r-1",
        case=RefundCase(status="New", requested_at=MONDAY),
        adopted=True,
        first_seen=MONDAY,
        still_since=MONDAY,
    )
    late = MONDAY + timedelta(days=20)
    with_law = flag_cases([known], Desk(statuses=()), CALENDAR, MONDAY, late)
    assert with_law.flags["r-1"].kind is FlagKind.ESCALATE  # by the limits of unknown statuses
    assert len(with_law.flags["r-1"].reasons) == 2
    without = flag_cases([known], Desk(statuses=(), legal_days=None), CALENDAR, MONDAY, late)
    assert len(without.flags["r-1"].reasons) == 1


@pytest.mark.parametrize(
    ("flags", "days", "sentence"),
    [
        (12, 0, "12 flags changed by new settings (Mon 2 Nov 09:00)."),
        (1, 7, "1 flag changed by new settings (Mon 2 Nov 09:00)."),
        (12, 8, ""),
        (0, 0, ""),
    ],
)
def test_a_changed_setting_is_told_in_one_line_for_a_week(
    flags: int, days: int, sentence: str
) -> None:
    assert new_settings_sentence(flags, MONDAY, MONDAY + timedelta(days=days)) == sentence


def test_old_cases_are_one_line() -> None:
    assert old_cases_sentence(0, 60) == ""
    assert old_cases_sentence(1, 60).startswith("1 old open case: untouched for 60 days ")
    assert old_cases_sentence(412, 60) == (
        "412 old open cases: untouched for 60 days when refundsheet came, or without any date. "
        "No flags until somebody touches them; refundsheet check --old lists them."
    )
