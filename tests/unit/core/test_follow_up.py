"""Which case needs somebody, since when and why: tables of a case, a time and the text it gets.

The remarks are the words of the specification that a row stands for.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from refundsheet.core.calendar import BusinessCalendar, Moment, parse_hours
from refundsheet.core.desk import Desk, Meaning, Span, Status
from refundsheet.core.follow_up import Flag, FlagKind, Reason, Timer, follow_up, words
from refundsheet.core.memory import Remembered, Visit
from refundsheet.core.model import RefundCase
from refundsheet.core.rules.doubles import Double, Likeness
from tests.passes import CALENDAR, MONDAY, ZONE

LAW_IS_OFF = Desk(legal_days=None)


def at(day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


def a_case(**known: Any) -> Remembered:
    """A case that was seen to enter its status on Monday the 2nd at nine."""
    fields: dict[str, Any] = {"status_since": MONDAY, "adopted": False} | known
    content = {name: fields.pop(name) for name in list(fields) if name in _CASE_FIELDS}
    return Remembered(
        key="r-1", case=RefundCase(**content), first_seen=MONDAY, still_since=MONDAY, **fields
    )


_CASE_FIELDS = frozenset(RefundCase.__dataclass_fields__)


def flag_of(now: datetime, desk: Desk = LAW_IS_OFF, /, **known: Any) -> Flag | None:
    return follow_up(a_case(**known), desk, CALENDAR, Timer(now))


def text_of(now: datetime, desk: Desk = LAW_IS_OFF, /, **known: Any) -> str:
    flag = flag_of(now, desk, **known)
    return flag.text if flag else ""


def visits(*entered: tuple[str, datetime]) -> tuple[Visit, ...]:
    return tuple(Visit(status=status, not_before=when, not_after=when) for status, when in entered)


# The limits

STALE, OVERDUE, NUDGE = FlagKind.STALE, FlagKind.OVERDUE, FlagKind.NUDGE


@pytest.mark.parametrize(
    ("status", "soon", "limit", "kind", "escalate"),
    [
        pytest.param("New", at(2, 15), at(2, 17), STALE, at(3, 17), id="New: 6 business hours, 1 business day, 2 bd"),
        pytest.param("Under Review", at(3, 13), at(3, 17), STALE, at(5, 17), id="Under Review: 1.5 bd, 2 bd, 4 bd"),
        pytest.param("Awaiting Customer", None, at(6, 17), NUDGE, at(13, 17), id='Awaiting Customer: nudge at 5 bd, "close?" at 10 bd'),
        pytest.param("Awaiting Return", None, at(10, 17), NUDGE, at(16), id="Awaiting Return: nudge at 7 bd, 14 calendar days"),
        pytest.param("On Hold", at(11, 17), at(13, 17), STALE, None, id="On Hold: paused, at most 10 bd; 8 bd, 10 bd"),
        pytest.param("Approved", at(3, 13), at(3, 17), OVERDUE, at(5, 17), id="Approved: 1.5 bd, 2 bd, 4 bd"),
        pytest.param("Processing", at(5, 17), at(6, 17), OVERDUE, at(13, 17), id="Processing: 4 bd, 5 bd, 10 bd"),
        pytest.param("Payout Failed", None, at(2, 17), STALE, at(3, 17), id="Payout Failed: open, urgent; 1 bd, 2 bd"),
        pytest.param("Pending", at(3, 13), at(3, 17), STALE, at(5, 17), id="Also understood as they stand: Pending"),
        pytest.param("what?", at(3, 13), at(3, 17), STALE, at(5, 17), id="An unknown status is flagged and treated as open"),
        pytest.param("", at(3, 13), at(3, 17), STALE, at(5, 17), id="and so is none"),
    ],
)  # fmt: skip
def test_every_status_has_its_limits(
    status: str,
    soon: datetime | None,
    limit: datetime,
    kind: FlagKind,
    escalate: datetime | None,
) -> None:
    steps = [(soon, FlagKind.DUE_SOON), (limit, kind), (escalate, FlagKind.ESCALATE)]
    before = None
    for begins, expected in steps:
        if begins is not None:
            earlier = flag_of(begins - timedelta(seconds=1), status=status)
            flag = flag_of(begins, status=status)
            assert (earlier.kind if earlier else None) == before
            assert flag is not None
            assert flag.kind is expected
            before = expected
    last = flag_of(at(30), status=status)
    assert (last.kind if last else None) == before


@pytest.mark.parametrize(
    ("status", "now", "text"),
    [
        pytest.param(
            "New", at(2, 15),
            "Due soon: New since Mon 2 Nov 09:00, limit 1 business day, due Mon 2 Nov 17:00. "
            "Act on it or change the status.", id="Due soon at 75 % of the limit",
        ),
        pytest.param(
            "New", at(2, 17),
            "Stale: New since Mon 2 Nov 09:00, limit 1 business day, due Mon 2 Nov 17:00. "
            "Act on it or change the status.", id="at the limit Stale (open, On Hold)",
        ),
        pytest.param(
            "On Hold", at(13, 17),
            "Stale: On Hold since Mon 2 Nov 09:00, limit 10 business days, due Fri 13 Nov 17:00. "
            "Go on with it, or change the status.", id="On Hold: ours to go on with",
        ),
        pytest.param(
            "Payout Failed", at(2, 17),
            "Stale: Payout Failed since Mon 2 Nov 09:00, limit 1 business day, due Mon 2 Nov 17:00. "
            "Urgent: act on it first, or change the status.", id="open, urgent",
        ),
        pytest.param(
            "Approved", at(3, 17),
            "Overdue: Approved since Mon 2 Nov 09:00, limit 2 business days, due Tue 3 Nov 17:00. "
            "Pay it or change the status.", id="Overdue (approved)",
        ),
        pytest.param(
            "Awaiting Customer", at(6, 17),
            "Nudge: Awaiting Customer since Mon 2 Nov 09:00, limit 5 business days, due "
            "Fri 6 Nov 17:00. Remind them, or change the status.", id="Nudge (waiting)",
        ),
        pytest.param(
            "Approved", at(5, 17),
            "Escalate: Approved since Mon 2 Nov 09:00, second limit 4 business days, passed "
            "Thu 5 Nov 17:00. Ask a team lead.", id="Escalate at the second limit",
        ),
        pytest.param(
            "Awaiting Return", at(16),
            "Escalate: Awaiting Return since Mon 2 Nov 09:00, second limit 14 days, passed "
            "Mon 16 Nov 09:00. Close the case?", id='"close?"',
        ),
        pytest.param(
            "", at(3, 17),
            "Stale: No status since Mon 2 Nov 09:00, limit 2 business days, due Tue 3 Nov 17:00. "
            "Act on it or change the status.", id="a blank status has a name too",
        ),
    ],
)  # fmt: skip
def test_the_words_of_a_limit(status: str, now: datetime, text: str) -> None:
    assert text_of(now, status=status) == text


@pytest.mark.parametrize("status", ["Refunded", "Replaced", "Store Credit", "Rejected", "Closed"])
def test_closed_cases_are_never_flagged(status: str) -> None:
    known = {"status": status, "requested_at": date(2026, 9, 1), "deadline": date(2026, 9, 9)}
    assert flag_of(at(30), Desk(), **known) is None


def test_the_text_does_not_change_while_time_goes_by() -> None:
    texts = {text_of(at(day), status="Payout Failed") for day in (5, 9, 30)}
    assert len(texts) == 1
    assert texts != {""}


def desk_with(**limits: str) -> Desk:
    spans = {name: Span.parse(text) for name, text in limits.items()}
    status = Status(label="Check", meaning=Meaning.OPEN, **spans)  # pyright: ignore[reportArgumentType] - spans alone
    return Desk(statuses=(status,), legal_days=None)


@pytest.mark.parametrize(
    ("limits", "now", "kind"),
    [
        pytest.param({}, at(30), None, id="no limits, no flags"),
        pytest.param({"limit": "10 bd"}, at(13, 16), None, id="no early warning"),
        pytest.param({"escalate": "1 bd"}, at(2, 17), FlagKind.ESCALATE, id="the second limit alone"),
        pytest.param({"limit": "5 bd", "escalate": "5 d"}, at(6, 16), None, id="within both"),
    ],
)  # fmt: skip
def test_a_team_sets_the_limits_it_wants(
    limits: dict[str, str], now: datetime, kind: FlagKind | None
) -> None:
    flag = flag_of(now, desk_with(**limits), status="Check")
    assert (flag.kind if flag else None) == kind


def test_a_second_limit_in_days_of_the_calendar_is_not_up_before_the_first() -> None:
    desk, friday = desk_with(limit="2 bd", escalate="3 d"), at(6)
    known = {"status": "Check", "status_since": friday}
    assert flag_of(at(9, 9), desk, **known) is None  # three days are over, but no two business days
    flag = flag_of(at(9, 17), desk, **known)
    assert flag is not None
    assert (flag.kind, flag.by) == (FlagKind.ESCALATE, at(9, 17))


def test_a_limit_in_the_hour_that_comes_twice_is_up_once() -> None:
    night = BusinessCalendar(ZONE, dict.fromkeys(range(1, 8), parse_hours("00:00-24:00")))
    entered = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30 in summer
    known = a_case(status="Check", status_since=entered.astimezone(ZONE))
    desk = desk_with(limit="1 bh")  # up at 02:30 in winter
    for minutes, is_up in ((10, False), (59, False), (60, True), (100, True)):
        now = (entered + timedelta(minutes=minutes)).astimezone(ZONE)
        assert (follow_up(known, desk, night, Timer(now)) is not None) is is_up


# Where a clock starts


@pytest.mark.parametrize(
    ("status", "known", "since"),
    [
        pytest.param("New", {}, "New since Mon 2 Nov 09:00,", id="Open: from entering the status"),
        pytest.param(
            "New", {"acted_at": at(9, 12)}, "New since Mon 9 Nov 12:00,",
            id="or the last action, whichever is later (a note resets it)",
        ),
        pytest.param("New", {"acted_at": at(1)}, "New since Mon 2 Nov 09:00,", id="the later of the two"),
        pytest.param("New", {"last_action_at": at(9, 12)}, "New since Mon 9 Nov 12:00,", id="a date somebody typed, too"),
        pytest.param("New", {"last_action_at": date(2026, 11, 9)}, "New since Mon 9 Nov,", id="be it a day"),
        pytest.param(
            "New", {"acted_at": at(9, 12), "last_action_at": date(2026, 11, 9)},
            "New since Mon 9 Nov 12:00,", id="of a day and a time of it the time",
        ),
        pytest.param(
            "New", {"acted_at": at(9, 12), "last_action_at": date(2026, 11, 6)},
            "New since Mon 9 Nov 12:00,", id="of two days the later",
        ),
        pytest.param(
            "New", {"acted_at": at(9, 12), "last_action_at": date(2026, 11, 10)},
            "New since Tue 10 Nov,", id="be it a day alone",
        ),
        pytest.param(
            "Approved", {"acted_at": at(9, 12), "last_action_at": at(9, 12)},
            "Approved since Mon 2 Nov 09:00,",
            id="Approved: from entering the status; notes do not reset it",
        ),
        pytest.param(
            "Awaiting Customer", {"acted_at": at(9, 12), "last_action_at": at(9, 12)},
            "Awaiting Customer since Mon 2 Nov 09:00,", id="Waiting: from entering",
        ),
        pytest.param(
            "New", {"status_since": None, "adopted": True, "last_action_at": at(4), "requested_at": at(3)},
            "New at least since Wed 4 Nov 09:00,", id="the entry was not seen: last action, at least since",
        ),
        pytest.param(
            "New", {"status_since": None, "adopted": True, "requested_at": date(2026, 11, 3)},
            "New at least since Tue 3 Nov,", id="else received",
        ),
        pytest.param(
            "New", {"status_since": None, "adopted": True, "last_action_at": at(4), "acted_at": at(9, 12)},
            "New since Mon 9 Nov 12:00,", id="adopted and acted on: that was seen",
        ),
        pytest.param(
            "New", {"status_since": None, "adopted": True, "acted_at": at(9, 12)},
            "New since Mon 9 Nov 12:00,", id="adopted without any date, and acted on",
        ),
        pytest.param(
            "Approved", {"status_since": None, "adopted": True, "last_action_at": at(4)},
            "Approved at least since Wed 4 Nov 09:00,", id="a payout that was not seen to begin",
        ),
        pytest.param(
            "Approved", {"status_since": None, "adopted": True, "found_since": at(4),
                         "last_action_at": at(9, 12), "acted_at": at(9, 12)},
            "Approved at least since Wed 4 Nov 09:00,", id="nor do notes reset that",
        ),
        pytest.param(
            "New", {"status_since": None, "visits": visits(("New", MONDAY)), "requested_at": date(2026, 11, 2)},
            "New since Mon 2 Nov,", id="a new row is open since its request",
        ),
        pytest.param(
            "Approved", {"status_since": None, "visits": visits(("Approved", MONDAY)), "requested_at": at(2, 7)},
            "Approved since Mon 2 Nov 09:00,", id="but approved since it was seen",
        ),
        pytest.param(
            "New", {"status_since": None, "visits": visits(("New", MONDAY))},
            "New since Mon 2 Nov 09:00,", id="and open since then, where no request is dated",
        ),
        pytest.param(
            "Approved", {"status_since": None, "requested_at": date(2026, 10, 28),
                         "visits": (Visit(status="Approved", not_before=None, not_after=MONDAY),)},
            "Approved at least since Wed 28 Oct,", id="Backdated rows: stale at once is right",
        ),
        pytest.param(
            "New", {"status_since": None}, "New at least since Mon 2 Nov 09:00,",
            id="nothing told and nothing seen but the row",
        ),
    ],
)  # fmt: skip
def test_where_the_clock_starts(status: str, known: dict[str, Any], since: str) -> None:
    assert since in text_of(at(27), status=status, **known)


def test_an_adopted_case_without_any_date_is_not_flagged() -> None:
    assert flag_of(at(27), status="New", status_since=None, adopted=True) is None


@pytest.mark.parametrize(
    ("until", "now", "is_silent"),
    [
        pytest.param(date(2026, 11, 20), at(20, 8, 59), True, id="snoozed ones not until the date"),
        pytest.param(date(2026, 11, 20), at(20, 9), False, id="from its opening on"),
        pytest.param(at(20, 14), at(20, 13, 59), True, id="not until the time"),
        pytest.param(at(20, 14), at(20, 14), False, id="from then on"),
        pytest.param(
            date(2026, 11, 21), at(22), True, id="a closed day: not before the next opening"
        ),
    ],
)
def test_a_snoozed_case_is_silent(until: Moment, now: datetime, is_silent: bool) -> None:  # noqa: FBT001
    known = {"status": "New", "deadline": at(3), "snooze_until": until}
    assert (flag_of(now, **known) is None) is is_silent


# Deadlines


@pytest.mark.parametrize(
    ("deadline", "now", "kind", "text"),
    [
        pytest.param(at(10, 15), at(9, 14, 59), None, "", id="warn 24 h before"),
        pytest.param(at(10, 15), at(9, 15), FlagKind.DEADLINE_NEAR,
                     "Deadline: ends Tue 10 Nov 15:00. Answer before then.", id="honoured as it is"),
        pytest.param(at(10, 15), at(10, 15), FlagKind.DEADLINE_PASSED,
                     "Deadline: passed Tue 10 Nov 15:00. Answer at once.", id="then overdue"),
        pytest.param(date(2026, 11, 10), at(10, 16, 59), FlagKind.DEADLINE_NEAR,
                     "Deadline: ends Tue 10 Nov. Answer before then.", id="a date ends at its closing"),
        pytest.param(date(2026, 11, 10), at(10, 17), FlagKind.DEADLINE_PASSED,
                     "Deadline: passed Tue 10 Nov. Answer at once.", id="and has passed then"),
        pytest.param(date(2026, 11, 8), at(8, 23, 59), FlagKind.DEADLINE_NEAR,
                     "Deadline: ends Sun 8 Nov. Answer before then.", id="a closed date ends with its day"),
    ],
)  # fmt: skip
def test_a_deadline_is_honoured_as_it_is(
    deadline: Moment, now: datetime, kind: FlagKind | None, text: str
) -> None:
    flag = flag_of(now, status="Awaiting Return", status_since=at(9), deadline=deadline)
    assert ((flag.kind, flag.text) if flag else (None, "")) == (kind, text)


NEAR = "Deadline: received Mon 2 Nov{}, the legal 14 days end Mon 16 Nov {} (check your law). Decide or pay."
OVER = NEAR.replace(" end ", " ended ")


@pytest.mark.parametrize(
    ("received", "now", "text"),
    [
        pytest.param(at(2), at(12, 8, 59), "", id="14 calendar days from received, warning at day 10"),
        pytest.param(at(2), at(12), NEAR.format(" 09:00", "09:00"), id='labelled "check your law"'),
        pytest.param(at(2), at(16), OVER.format(" 09:00", "09:00"), id="passed"),
        pytest.param(date(2026, 11, 2), at(12, 8, 59), "", id="a day warns from the opening"),
        pytest.param(date(2026, 11, 2), at(12), NEAR.format("", "17:00"), id="of day 10"),
        pytest.param(date(2026, 11, 2), at(16, 17), OVER.format("", "17:00"), id="and ends at a closing"),
        pytest.param(None, at(20), "", id="nothing is known of when it was received"),
    ],
)  # fmt: skip
def test_the_law_counts_calendar_days_and_says_to_check_it(
    received: Moment | None, now: datetime, text: str
) -> None:
    known = {"status": "Awaiting Return", "status_since": at(13), "requested_at": received}
    assert text_of(now, Desk(), **known) == text
    assert text_of(now, LAW_IS_OFF, **known) == ""


# What happened


@pytest.mark.parametrize(
    ("status", "known", "text"),
    [
        pytest.param(
            "Under Review", {},
            "Reopened: Under Review since Mon 2 Nov 09:00, after Refunded. Say in the notes what "
            "happens next.", id="a closed case opened again",
        ),
        pytest.param("Under Review", {"acted_at": MONDAY}, "Reopened", id="the new status is not yet an action on it"),
        pytest.param("Under Review", {"acted_at": at(2, 10)}, "", id="until the first action"),
        pytest.param("Approved", {}, "Reopened", id="approved once more"),
        pytest.param("Awaiting Customer", {}, "", id="waiting ones only by their own maximum"),
        pytest.param("Odd", {}, "", id="what nobody understands does not tell that it was opened again"),
        pytest.param("Under Review", {"status_since": None}, "", id="that was not seen"),
        pytest.param("Under Review", {"visits": ()}, "", id="nothing is remembered of before"),
        pytest.param(
            "New", {"visits": visits(("Refunded", at(1)), ("Under Review", at(1, 10)), ("New", MONDAY))},
            "", id="another status later it is a case as others are",
        ),
        pytest.param(
            "New", {"visits": visits(("Rejected", at(1)), ("Rejjjected", at(1, 10)), ("New", MONDAY))},
            "after Rejected", id="by way of a slip",
        ),
        pytest.param("New", {"visits": visits(("Odd", at(1)), ("New", MONDAY))}, "", id="it was never closed"),
    ],
)  # fmt: skip
def test_a_case_that_was_opened_again_is_told_until_somebody_acts_on_it(
    status: str, known: dict[str, Any], text: str
) -> None:
    seen = {"status": status, "visits": visits(("Refunded", at(1)), (status, MONDAY))} | known
    found = text_of(at(2, 11), **seen)
    assert (text in found) if text else found == ""


def doubles(*labels: str, likeness: Likeness = Likeness.ORDER) -> list[Double]:
    return [Double(label.lower(), label, likeness) for label in labels]


COMPARE = (
    " Compare them before any money goes; if both are right, name the other case in the notes."
)


@pytest.mark.parametrize(
    ("others", "text"),
    [
        pytest.param(doubles("R-9"), "Approved since Mon 2 Nov 09:00, and R-9 has the same order.", id="both approved or paid"),
        pytest.param(
            doubles("R-9", likeness=Likeness.CUSTOMER_AND_AMOUNT),
            "Approved since Mon 2 Nov 09:00, and R-9 has the same customer and amount.",
            id="or same customer and amount within 7 days",
        ),
        pytest.param(doubles("R-9", "R-8"), "Approved since Mon 2 Nov 09:00, and R-8 and R-9 have the same order.", id="whatever the order of the rows"),
        pytest.param(doubles(""), "Approved since Mon 2 Nov 09:00, and a case without an ID has the same order.", id="without an ID"),
        pytest.param(
            doubles("R-1", "R-2", "R-3", "R-4", "R-5"),
            "Approved since Mon 2 Nov 09:00, and R-1, R-2, R-3 and 2 more have the same order.", id="many",
        ),
        pytest.param(
            doubles("R-9") + doubles("R-7", likeness=Likeness.CUSTOMER_AND_AMOUNT),
            "Approved since Mon 2 Nov 09:00, and R-9 has the same order.", id="the closer likeness",
        ),
    ],
)  # fmt: skip
def test_money_that_may_leave_twice_is_told(others: Sequence[Double], text: str) -> None:
    flag = follow_up(a_case(status="Approved"), LAW_IS_OFF, CALENDAR, Timer(at(2, 10)), others)
    assert flag is not None
    assert flag.text == f"Possible double refund: {text}{COMPARE}"
    assert flag.by == MONDAY


@pytest.mark.parametrize(
    ("known", "text"),
    [
        pytest.param({}, "Refunded since Mon 2 Nov 09:00,", id="paid as we looked on: money went twice"),
        pytest.param({"status_since": None}, "Refunded at least since Mon 2 Nov 09:00,", id="typed in as paid"),
        pytest.param({"status_since": None, "adopted": True}, "", id="Adopting an old log never floods"),
        pytest.param(
            {"status_since": None, "adopted": True, "acted_at": at(9)}, "", id="paid before it",
        ),
        pytest.param({"snooze_until": at(30)}, "", id="snoozed ones not until the date"),
    ],
)  # fmt: skip
def test_closed_cases_are_told_when_they_may_have_been_paid_twice(
    known: dict[str, Any], text: str
) -> None:
    case = a_case(status="Refunded", **known)
    flag = follow_up(case, LAW_IS_OFF, CALENDAR, Timer(at(10)), doubles("R-9"))
    assert (text in flag.text) if text and flag else (flag is None and not text)


def test_an_open_case_without_any_date_may_be_a_double_too() -> None:
    case = a_case(status="Approved", status_since=None, adopted=True)
    flag = follow_up(case, LAW_IS_OFF, CALENDAR, Timer(at(10)), doubles("R-9"))
    assert flag is not None
    assert "Approved at least since Mon 2 Nov 09:00" in flag.text


# Several reasons


@pytest.mark.parametrize(
    ("now", "known", "text"),
    [
        pytest.param(
            at(5, 17), {"status": "Approved", "deadline": at(4)},
            "Escalate: Approved since Mon 2 Nov 09:00, second limit 4 business days, passed Thu 5 Nov 17:00. "
            "Ask a team lead. Also: deadline passed Wed 4 Nov 09:00.",
            id="the most pressing speaks, and names the others",
        ),
        pytest.param(
            at(3, 17), {"status": "Approved", "deadline": at(4)},
            "Overdue: Approved since Mon 2 Nov 09:00, limit 2 business days, due Tue 3 Nov 17:00. "
            "Pay it or change the status. Also: deadline ends Wed 4 Nov 09:00.",
            id="what is late before what will be",
        ),
        pytest.param(
            at(10, 17), {"status": "Awaiting Return", "deadline": at(11), "requested_at": at(1, 12)},
            "Deadline: ends Wed 11 Nov 09:00. Answer before then. "
            "Also: nudge, due Tue 10 Nov 17:00.",
            id="a deadline before a nudge",
        ),
        pytest.param(
            at(12), {"status": "Awaiting Return", "deadline": at(11), "requested_at": at(1)},
            "Deadline: passed Wed 11 Nov 09:00. Answer at once. Also: the legal 14 days end "
            "Sun 15 Nov 09:00 (check your law); nudge, due Tue 10 Nov 17:00.",
            id="two deadlines",
        ),
        pytest.param(
            at(3, 13),
            {"status": "Approved", "visits": visits(("Refunded", at(1)), ("Approved", MONDAY))},
            "Reopened: Approved since Mon 2 Nov 09:00, after Refunded. Say in the notes what happens next. "
            "Also: due soon, due Tue 3 Nov 17:00.",
            id="opened again, and due soon",
        ),
    ],
)  # fmt: skip
def test_the_most_pressing_reason_speaks_and_names_the_others(
    now: datetime, known: dict[str, Any], text: str
) -> None:
    assert text_of(now, Desk(), **known) == text


def test_a_double_is_more_pressing_than_an_escalation_and_hides_no_lateness() -> None:
    case = a_case(status="Approved")
    flag = follow_up(case, LAW_IS_OFF, CALENDAR, Timer(at(9)), doubles("R-9"))
    assert flag is not None
    assert [reason.kind for reason in flag.reasons] == [FlagKind.POSSIBLE_DOUBLE, FlagKind.ESCALATE]
    assert flag.text.endswith("Also: escalate, due Thu 5 Nov 17:00.")
    assert flag.is_overdue
    assert not flag.kind.is_overdue


def test_of_equal_flags_the_urgent_one_and_then_the_oldest_comes_first() -> None:
    def stale(by: datetime, *, urgent: bool = False) -> Flag:
        return Flag.of([Reason(FlagKind.STALE, "", by)], is_urgent=urgent)

    worst = Flag.of([Reason(FlagKind.ESCALATE, "", at(9))], is_urgent=False)
    queue = [stale(at(3)), stale(at(2)), stale(at(5), urgent=True), worst]
    assert sorted(queue, key=lambda flag: flag.rank) == [queue[3], queue[2], queue[1], queue[0]]


def test_the_figure_overdue_is_stale_overdue_escalate_and_passed_deadlines() -> None:
    overdue = {kind.name for kind in FlagKind if kind.is_overdue}
    assert overdue == {"STALE", "OVERDUE", "ESCALATE", "DEADLINE_PASSED"}
    assert Flag(FlagKind.STALE, "", MONDAY).is_overdue
    assert not Flag(FlagKind.NUDGE, "", MONDAY).is_overdue


# Words


def test_a_long_status_does_not_fill_the_cell() -> None:
    assert 0 < len(text_of(at(30), status="x" * 5000)) < 250


def test_another_year_is_named() -> None:
    assert words(date(2025, 12, 31), MONDAY) == "Wed 31 Dec 2025"
    assert words(MONDAY + timedelta(hours=1), MONDAY) == "Mon 2 Nov 10:00"


def test_a_moment_is_told_in_the_zone_of_the_sheet() -> None:
    assert words(MONDAY.astimezone(UTC), MONDAY) == "Mon 2 Nov 09:00"
