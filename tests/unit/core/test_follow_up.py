"""Which case needs somebody, since when and why."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from refundsheet.core.desk import Desk, Meaning, Span, Status
from refundsheet.core.follow_up import Flag, FlagKind, follow_up, words
from refundsheet.core.memory import Remembered
from refundsheet.core.model import RefundCase
from tests.passes import CALENDAR, MONDAY, ZONE

LAW_IS_OFF = Desk(legal_days=None)


def at(day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


def flag_of(now: datetime, desk: Desk = LAW_IS_OFF, /, **known: Any) -> Flag | None:
    """The flag of a case that was seen to enter its status on Monday the 2nd at nine."""
    fields: dict[str, Any] = {"status_since": MONDAY, "adopted": False} | known
    content = {name: fields.pop(name) for name in list(fields) if name in _CASE_FIELDS}
    remembered = Remembered(
        key="r-1", case=RefundCase(**content), first_seen=MONDAY, still_since=MONDAY, **fields
    )
    return follow_up(remembered, desk, CALENDAR, MONDAY, now)


_CASE_FIELDS = frozenset(RefundCase.__dataclass_fields__)


@pytest.mark.parametrize(
    ("status", "now", "text"),
    [
        ("New", at(2, 14, 59), None),
        (
            "New", at(2, 15),
            ("Due soon: New since Mon 2 Nov 09:00, limit 1 business day, due Mon 2 Nov 17:00. "
            "Act on it or change the status."),
        ),
        (
            "New", at(2, 17),
            ("Stale: New since Mon 2 Nov 09:00, limit 1 business day, due Mon 2 Nov 17:00. "
            "Act on it or change the status."),
        ),
        (
            "New", at(3, 17),
            ("Escalate: New since Mon 2 Nov 09:00, second limit 2 business days, passed "
            "Tue 3 Nov 17:00. Ask a team lead."),
        ),
        (
            "Approved", at(3, 17),
            ("Overdue: Approved since Mon 2 Nov 09:00, limit 2 business days, due Tue 3 Nov 17:00. "
            "Pay it or change the status."),
        ),
        (
            "Awaiting Customer", at(6, 17),
            ("Nudge: Awaiting Customer since Mon 2 Nov 09:00, limit 5 business days, due "
            "Fri 6 Nov 17:00. Remind them, or change the status."),
        ),
        (
            "Awaiting Return", at(16),
            ("Escalate: Awaiting Return since Mon 2 Nov 09:00, second limit 14 days, passed "
            "Mon 16 Nov 09:00. Close the case?"),
        ),
        (
            "On Hold", at(13, 17),
            ("Stale: On Hold since Mon 2 Nov 09:00, limit 10 business days, due Fri 13 Nov 17:00. "
            "Remind them, or change the status."),
        ),
        (
            "", at(3, 17),
            ("Stale: No status since Mon 2 Nov 09:00, limit 2 business days, due Tue 3 Nov 17:00. "
            "Act on it or change the status."),
        ),
        ("Refunded", at(30), None),
        ("Closed", at(30), None),
    ],
)  # fmt: skip
def test_every_status_has_its_limits(status: str, now: datetime, text: str | None) -> None:
    flag = flag_of(now, status=status)
    assert (flag.text if flag else None) == text


def test_the_text_does_not_change_while_time_goes_by() -> None:
    flags = [flag_of(at(day), status="Payout Failed") for day in (5, 9, 30)]
    assert len({flag.text for flag in flags if flag}) == 1
    assert all(flags)


def test_a_status_without_limits_is_never_flagged() -> None:
    desk = Desk(statuses=(Status(label="Draft", meaning=Meaning.OPEN),), legal_days=None)
    assert flag_of(at(30), desk, status="Draft") is None


def test_a_status_may_have_no_early_warning() -> None:
    limit = Span.parse("10 bd")
    desk = Desk(
        statuses=(Status(label="Draft", meaning=Meaning.OPEN, limit=limit),), legal_days=None
    )
    assert flag_of(at(6), desk, status="Draft") is None


@pytest.mark.parametrize(
    ("status", "known", "since"),
    [
        pytest.param("New", {"acted_at": at(9, 12)}, "Mon 9 Nov 12:00", id="a note starts it anew"),
        pytest.param("New", {"last_action_at": at(9, 12)}, "Mon 9 Nov 12:00", id="a date, too"),
        pytest.param("New", {"last_action_at": date(2026, 11, 9)}, "Mon 9 Nov", id="a day"),
        pytest.param(
            "New", {"acted_at": at(9, 12), "last_action_at": date(2026, 11, 9)},
            "Mon 9 Nov 12:00", id="of a day and a time of it the time",
        ),
        pytest.param(
            "New", {"acted_at": at(9, 12), "last_action_at": date(2026, 11, 6)},
            "Mon 9 Nov 12:00", id="of two days the later",
        ),
        pytest.param(
            "New", {"acted_at": at(9, 12), "last_action_at": date(2026, 11, 10)},
            "Tue 10 Nov", id="be it a day alone",
        ),
        pytest.param(
            "Approved", {"acted_at": at(9, 12)}, "Mon 2 Nov 09:00", id="but not of a payout",
        ),
        pytest.param(
            "Approved", {"status_since": None, "adopted": True, "last_action_at": at(4),
                         "acted_at": at(9, 12)},
            "at least since Wed 4 Nov 09:00", id="nor of a payout that was not seen to begin",
        ),
        pytest.param(
            "New", {"status_since": None, "adopted": True, "last_action_at": at(4)},
            "at least since Wed 4 Nov 09:00", id="adopted",
        ),
        pytest.param(
            "New", {"status_since": None, "adopted": True, "acted_at": at(9, 12)},
            "New since Mon 9 Nov 12:00", id="adopted and acted on",
        ),
        pytest.param(
            "New", {"status_since": None, "adopted": True, "requested_at": date(2026, 11, 3)},
            "at least since Tue 3 Nov", id="adopted, and only received",
        ),
        pytest.param("New", {"status_since": None}, "New since Mon 2 Nov 09:00", id="first seen"),
    ],
)  # fmt: skip
def test_where_the_clock_starts(status: str, known: dict[str, Any], since: str) -> None:
    flag = flag_of(at(27), status=status, **known)
    assert flag is not None
    assert f"since {since.removeprefix('at least since ').split('since ')[-1]}," in flag.text
    assert ("at least" in since) == ("at least" in flag.text)


def test_an_adopted_case_without_any_date_is_not_flagged() -> None:
    assert flag_of(at(27), status="New", status_since=None, adopted=True) is None


def test_old_cases_are_not_flagged_at_adoption_until_somebody_touches_them() -> None:
    old: dict[str, Any] = {
        "status_since": None,
        "adopted": True,
        "last_action_at": date(2026, 9, 1),
    }
    assert flag_of(at(27), status="New", **old) is None
    assert flag_of(at(27), status="New", **old | {"acted_at": at(9)}) is not None
    assert flag_of(at(27), status="New", **old | {"adopted": False}) is not None
    assert flag_of(at(27), status="New", **old | {"last_action_at": at(1)}) is not None


def test_a_snoozed_case_is_silent_until_the_desk_opens_that_day() -> None:
    snoozed = {"status": "New", "snooze_until": date(2026, 11, 20)}
    assert flag_of(at(20, 8, 59), **snoozed) is None
    assert flag_of(at(20, 9), **snoozed) is not None


@pytest.mark.parametrize(
    ("deadline", "now", "kind", "text"),
    [
        (at(10, 15), at(9, 14, 59), None, ""),
        (at(10, 15), at(9, 15), FlagKind.DEADLINE_NEAR, "Deadline: ends Tue 10 Nov 15:00. Answer before then."),
        (at(10, 15), at(10, 15), FlagKind.DEADLINE_PASSED, "Deadline: passed Tue 10 Nov 15:00. Answer at once."),
        (date(2026, 11, 10), at(10, 16, 59), FlagKind.DEADLINE_NEAR, "Deadline: ends Tue 10 Nov. Answer before then."),
        (date(2026, 11, 10), at(10, 17), FlagKind.DEADLINE_PASSED, "Deadline: passed Tue 10 Nov. Answer at once."),
    ],
)  # fmt: skip
def test_a_deadline_is_honoured_as_it_is(
    deadline: Any, now: datetime, kind: FlagKind | None, text: str
) -> None:
    flag = flag_of(now, status="Awaiting Return", status_since=at(9), deadline=deadline)
    assert ((flag.kind, flag.text) if flag else (None, "")) == (kind, text)


def test_the_law_counts_calendar_days_and_says_to_check_it() -> None:
    known = {"status": "On Hold", "status_since": at(16), "requested_at": date(2026, 11, 2)}
    assert flag_of(at(12, 16), Desk(), **known) is None
    near, over = flag_of(at(12, 17), Desk(), **known), flag_of(at(16, 17), Desk(), **known)
    assert near is not None
    assert over is not None
    assert (near.kind.is_overdue, over.kind.is_overdue) == (False, True)
    assert near.text == (
        "Deadline: received Mon 2 Nov, the 14 days of the law (check yours) end "
        "Mon 16 Nov 17:00. Decide or pay."
    )
    assert "ended Mon 16 Nov" in over.text


def test_the_most_pressing_reason_wins() -> None:
    flag = flag_of(at(30), Desk(), status="New", requested_at=date(2026, 11, 2), deadline=at(3))
    assert flag is not None
    assert (flag.kind, flag.kind.word) == (FlagKind.ESCALATE, "Escalate")


def test_a_long_status_does_not_fill_the_cell() -> None:
    flag = flag_of(at(30), status="x" * 5000)
    assert flag is not None
    assert len(flag.text) < 250


def test_another_year_is_named() -> None:
    assert words(date(2025, 12, 31), MONDAY) == "Wed 31 Dec 2025"
    assert words(MONDAY + timedelta(hours=1), MONDAY) == "Mon 2 Nov 10:00"


def test_a_moment_is_told_in_the_zone_of_the_sheet() -> None:
    utc = replace(Flag(FlagKind.STALE, "", MONDAY), by=MONDAY).by
    assert words(utc.astimezone(), MONDAY) == "Mon 2 Nov 09:00"
