"""What a new ledger learns from the History tab and from the cells that stand."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from refundsheet.core.desk import Desk
from refundsheet.core.follow_up import Timer, follow_up
from refundsheet.core.history import WHOLE_ROW, By, Entry
from refundsheet.core.memory import Memory, Owed, Remembered, Visit
from refundsheet.core.model import Cell, RefundCase, Severity
from refundsheet.core.observe import NOTHING_OBSERVED, observe
from refundsheet.core.planner import Context, decide
from refundsheet.core.recollect import catch_up, is_flag_text, recollect
from refundsheet.core.rules.doubles import Double, Likeness
from refundsheet.core.serials import to_serial
from tests.passes import CALENDAR, HEADERS, MONDAY, ZONE, Log

NOON = MONDAY + timedelta(hours=3)
STAMP = to_serial(NOON, ZONE)
DESK = Desk()


def row(case_id: str = "R-1", **cells: Cell) -> dict[str, Any]:
    usual = {"Case ID": case_id, "Order ID": "1001", "Customer Name": "Ada", "Status": "Refunded"}
    return usual | {name.replace("_", " "): value for name, value in cells.items()}


def entry(field: str, after: Cell, *, by: By = By.US, **changes: Any) -> Entry:
    parts: dict[str, Any] = {
        "case": "",
        "label": "R-1",
        "field": field,
        "before": None,
        "after": after,
        "by": by,
        "why": "",
        "run": 3,
        "not_before": NOON,
        "not_after": NOON,
    }
    return Entry(**(parts | changes))


def recollected(
    rows: Iterable[dict[str, Any]], *entries: Entry, headers: tuple[str, ...] = HEADERS
) -> Context:
    """What the first pass over a log judges it by."""
    now = MONDAY + timedelta(days=1)
    log = Log(list(rows), headers=headers, now=now)
    parsed, recognised = log.read(), log.recognise()
    fields = frozenset(parsed.layout.columns)
    observed = observe(recognised, fields, Memory(), DESK, now)
    context = Context(parsed.layout, Memory(), NOTHING_OBSERVED, DESK, CALENDAR, now)
    return recollect(replace(context, observed=observed), recognised, entries)


# Our own texts


@pytest.mark.parametrize("status", [*(s.label for s in DESK.statuses), "Odd", ""])
@pytest.mark.parametrize("adopted", [True, False])
def test_every_flag_we_raise_is_known_by_its_form(status: str, *, adopted: bool) -> None:
    content = RefundCase(
        status=status, requested_at=MONDAY, last_action_at=date(2026, 11, 2), deadline=NOON
    )
    cases = (content, replace(content, deadline=None), RefundCase(status=status))
    again = tuple(
        Visit(status=entered, not_before=None, not_after=MONDAY) for entered in ("Refunded", status)
    )
    flags = [
        follow_up(known, desk, CALENDAR, Timer(MONDAY + timedelta(hours=8 * hours)), others)
        for case in cases
        for known in [
            Remembered(key="r-1", case=case, adopted=adopted, first_seen=MONDAY, still_since=MONDAY),
            Remembered(
                key="r-1", case=case, adopted=adopted, first_seen=MONDAY, still_since=MONDAY,
                status_since=MONDAY, visits=again,
            ),
        ]
        for desk in (DESK, Desk(legal_days=None))
        for others in ((), (Double("r-2", "R.2", Likeness.ORDER),))
        for hours in range(0, 60, 4)
    ]  # fmt: skip
    raised = [flag.text for flag in flags if flag]

    assert [text for text in raised if not is_flag_text(text)] == []


@pytest.mark.parametrize(
    "held",
    [
        pytest.param("Stale: call Ada", id="a person's words"),
        pytest.param("Deadline: Friday.", id="a person's deadline"),
        pytest.param("", id="blank"),
        pytest.param(None, id="nothing"),
        pytest.param(46000.5, id="a number"),
    ],
)
def test_what_a_person_types_has_another_form(held: Cell) -> None:
    assert not is_flag_text(held)


FLAG = "Stale: New since Mon 2 Nov 09:00, limit 1 business day, due Mon 2 Nov 17:00. Act on it."


def test_texts_of_the_history_and_standing_flags_are_ours() -> None:
    told = (
        entry("follow_up", "Overdue: as written once", before="Stale: before that"),
        entry("follow_up_by", 46000.5),
        entry("follow_up", "Ada's", by=By.TEAM),
        entry("row_check", None),
    )
    theirs = row("R-3", **{"Follow-up": FLAG, "Follow-up By": 46001.5})
    ours = row("R-2", **{"Follow-up": FLAG, "Follow-up By": 46328 + 17 / 24})
    rows = [row(Follow_up="mine"), ours, theirs]

    memory = recollected(rows, *told).memory

    assert memory.texts == {
        "Overdue: as written once",
        "Stale: before that",
        "46000.500000",
        FLAG,
        "46328.708333",
    }


REOPENED = "Reopened: Approved since Mon 2 Nov 10:00, after Closed. Look at it again."
BEGAN, DUE = 46328 + 9 / 24, 46328 + 17 / 24


@pytest.mark.parametrize(
    ("flag", "by", "is_ours"),
    [
        pytest.param(FLAG, DUE, True, id="when it is due"),
        pytest.param(FLAG, BEGAN, False, id="when it began"),
        pytest.param(FLAG, 46328, False, id="the day it is due"),
        pytest.param(REOPENED, BEGAN + 1 / 24, True, id="when it was opened again"),
        pytest.param(REOPENED, DUE, False, id="another time"),
    ],
)
def test_a_time_is_ours_where_the_flag_beside_it_is_by_it(
    flag: str, by: float, *, is_ours: bool
) -> None:
    cells = {"Follow-up": flag, "Follow-up By": by}

    texts = recollected([row("R-2", **cells)]).memory.texts

    assert texts - {flag} == ({f"{by:.6f}"} if is_ours else set())


def test_a_row_check_is_ours_where_it_says_what_a_check_says_now() -> None:
    odd = row("R-2", Status="Odd", Amount="much")
    found = _violations([odd])[2]
    sentences = [one.sentence for one in found if one.severity >= Severity.WARNING]
    whole, cut = " • ".join(sentences), sentences[0][:20] + "…"
    assert len(sentences) > 1
    both = f"{sentences[0]} • a person's remark"
    checks = [whole, cut, both, "Odd…", "", None, 5]
    rows = [row(f"R-1{n}", **{"Row Check": check}) for n, check in enumerate(checks)]

    texts = recollected([odd, *rows]).memory.texts

    assert texts == {whole, cut}


def _violations(rows: list[dict[str, Any]]) -> dict[int, Any]:
    log = Log(rows)
    parsed = log.read()
    recognised = log.recognise()
    context = Context(parsed.layout, Memory(), NOTHING_OBSERVED, DESK, CALENDAR, MONDAY)
    observed = observe(recognised, frozenset(parsed.layout.columns), Memory(), DESK, MONDAY)
    return dict(decide(recognised, replace(context, observed=observed)).violations)


# Stamps


@pytest.mark.parametrize(
    ("held", "told", "is_ours"),
    [
        pytest.param(STAMP, entry("resolved_at", STAMP), True, id="as we wrote it"),
        pytest.param(STAMP + 1, entry("resolved_at", STAMP), False, id="changed since"),
        pytest.param("", entry("resolved_at", STAMP), False, id="cleared since"),
        pytest.param(STAMP, entry("resolved_at", STAMP, by=By.TEAM), False, id="a person's"),
        pytest.param(STAMP, entry("resolved_at", "soon"), False, id="no time"),
        pytest.param(STAMP, entry("resolved_at", STAMP, label="R-2"), False, id="another's"),
    ],
)
def test_a_stamp_is_ours_where_history_says_so_and_it_still_stands(
    held: Cell, told: Entry, *, is_ours: bool
) -> None:
    context = recollected([row(Resolution_Date=held)], told)

    assert ("resolved_at" in context.observed.cases["r-1"].written) is is_ours


@pytest.mark.parametrize(
    ("why", "backfilled"),
    [
        ("backfilled: the last action of a closed case", ("resolved_at",)),
        ("status became Refunded", ()),
    ],
)
def test_what_was_backfilled_is_known_by_its_reason(why: str, backfilled: tuple[str, ...]) -> None:
    context = recollected([row(Resolution_Date=STAMP)], entry("resolved_at", STAMP, why=why))

    assert context.observed.cases["r-1"].backfilled == backfilled


def test_an_id_we_minted_is_known_to_be_ours() -> None:
    context = recollected([row()], entry("case_id", "R-1"))

    assert context.observed.cases["r-1"].written == {"case_id": "R-1"}


def test_the_clock_goes_on_from_what_people_were_seen_to_do() -> None:
    entered = entry("status", "Refunded", by=By.TEAM)
    noted = entry("notes", "called", by=By.TEAM, not_after=NOON + timedelta(minutes=5))
    other = entry("owner", "Ada", by=By.TEAM, not_after=NOON + timedelta(hours=5))

    known = recollected([row()], entered, noted, other).observed.cases["r-1"]

    assert (known.status_since, known.acted_at) == (NOON, NOON + timedelta(minutes=5))
    assert [visit.status for visit in known.visits] == ["", "Refunded"]


def test_a_status_that_was_entered_unseen_has_no_beginning() -> None:
    known = recollected([row()], entry("status", "New", by=By.TEAM)).observed.cases["r-1"]

    assert known.status_since is None


# IDs


@pytest.mark.parametrize(
    "told",
    [
        pytest.param(entry("case_id", "R-7", label="R-7"), id="minted"),
        pytest.param(entry("case_id", "R-1", by=By.TEAM, before="R-7"), id="renamed by a person"),
        pytest.param(entry(WHOLE_ROW, "", by=By.TEAM, label="R-7"), id="removed"),
    ],
)
def test_an_id_that_was_used_counts_as_used(told: Entry) -> None:
    context = recollected([row()], told)

    assert context.memory.cases.keys() == {"r-7"}
    assert context.observed.cases["r-7"].removed
    assert "r-7" in context.observed.changed
    assert not context.observed.cases["r-1"].removed


def test_an_id_that_several_rows_share_is_not_gone() -> None:
    told = entry("status", "Refunded", by=By.TEAM)

    assert recollected([row(), row()], told).memory.cases == {}


def test_the_order_of_a_row_without_an_id_is_no_id() -> None:
    assert recollected([row()], entry("row_check", "!", label="(1009)")).memory.cases == {}


def test_a_log_without_a_column_of_ids_has_none_to_keep() -> None:
    told = entry(WHOLE_ROW, "", by=By.TEAM, label="1009")

    assert recollected([row()], told, headers=HEADERS[1:]).memory.cases == {}


# A ledger that has missed something


def caught_up(log: Log, *entries: Entry) -> Memory:
    """What a ledger that knows an earlier state of the log goes on with, days later."""
    log.wait(days=2)
    context = log.context(log.read().layout, NOTHING_OBSERVED)
    return catch_up(context, log.recognise(), entries)


@pytest.mark.parametrize(
    ("header", "held", "told", "is_seen"),
    [
        pytest.param("Status", "Rejected", entry("status", "Rejected", by=By.TEAM), True, id="seen"),
        pytest.param("Status", "Approved", entry("status", "Rejected", by=By.TEAM), False, id="changed again"),
        pytest.param("Status", "Rejected", entry("status", "Rejected", by=By.TEAM, not_after=MONDAY), False, id="before that"),
        pytest.param("Status", "Rejected", entry("status", "Rejected", by=By.TEAM, label="R-2"), False, id="another case"),
        pytest.param("Notes & Communications", "Hi. Called.", entry("notes", "Called.", by=By.TEAM), True, id="notes added"),
        pytest.param("Notes & Communications", "Hi. Called.", entry("notes", "Cal…", by=By.TEAM), True, id="long notes"),
        pytest.param("Notes & Communications", "Hi. Back.", entry("notes", "Called.", by=By.TEAM), False, id="other notes"),
        pytest.param("Resolution Date", STAMP, entry("resolved_at", STAMP), True, id="our stamp"),
        pytest.param("Resolution Date", STAMP + 1, entry("resolved_at", STAMP), False, id="changed by people"),
        pytest.param("Resolution Date", STAMP, entry("resolved_at", "soon"), False, id="no time"),
        pytest.param("Resolution Date", STAMP, entry("resolved_at", "shown", by=By.TEAM), True, id="a person's date"),
        pytest.param("Status", "Rejected", entry(WHOLE_ROW, "gone", by=By.TEAM), False, id="the row"),
    ],
)  # fmt: skip
def test_what_another_ledger_has_seen_is_no_news(
    header: str, held: Cell, told: Entry, *, is_seen: bool
) -> None:
    log = Log([row(Status="New")])
    log.run()
    log.rows[0][header] = held

    log.memory = caught_up(log, replace(told, not_after=min(told.not_after, NOON)))

    assert (log.run().observations == []) is is_seen


def test_a_change_after_the_last_that_was_told_is_told_from_there_and_since_then() -> None:
    log = Log([row(Status="New")])
    log.run()
    log.rows[0]["Status"] = "Approved"

    told = entry("status", "Rejected", by=By.TEAM, before="New", not_after=NOON)
    log.memory = caught_up(log, told)

    [seen] = [one for one in log.run().observed.observations if one.field == "status"]
    assert (seen.before, seen.after, seen.not_before) == ("Rejected", "Approved", NOON)


def test_a_status_that_was_told_of_another_case_under_the_same_id_is_not_taken_for_its_own() -> (
    None
):
    log = Log([row(Status="New"), row("R-2", Order_ID="1002", Status="Approved")])
    log.run()
    times = [NOON - timedelta(minutes=minutes) for minutes in (3, 2, 1)]
    by_team: list[dict[str, Any]] = [{"by": By.TEAM, "not_after": at} for at in times]
    swapped, seen, swapped_back = by_team

    log.memory = caught_up(
        log,
        entry("case_id", "R-2", before="R-1", label="R-2", **swapped),
        entry("case_id", "R-1", before="R-2", label="R-1", **swapped),
        entry("status", "Refunded", before="Approved", label="R-1", **seen),
        entry("case_id", "R-1", before="R-2", label="R-1", **swapped_back),
        entry("case_id", "R-2", before="R-1", label="R-2", **swapped_back),
    )

    assert log.run().changes == {}


def test_what_was_told_of_the_notes_does_not_tell_since_when_a_status_stands() -> None:
    log = Log([row(Status="New")])
    log.run()
    last_read = log.now
    log.rows[0] |= {"Status": "Refunded", "Notes & Communications": "Called."}

    log.memory = caught_up(log, entry("notes", "Called.", by=By.TEAM, not_after=NOON))

    [seen] = log.run().observed.observations
    assert (seen.field, seen.not_before) == ("status", last_read)


def test_what_was_told_under_an_id_that_a_case_got_later_is_not_taken_for_its_own() -> None:
    log = Log([row(Status="New")])
    log.run()
    log.rows[0]["Case ID"] = "R-2"

    told = entry("status", "Refunded", by=By.TEAM, before="New", label="R-2", not_after=NOON)
    log.memory = caught_up(log, told)

    passed = log.run()
    assert passed.observations == [("r-2", "case_id", "R-1", "R-2")]
    assert passed.changes == {}


def test_what_another_ledger_has_seen_before_a_case_got_another_id_is_no_news() -> None:
    log = Log([row(Status="New")])
    log.run()
    log.rows[0] |= {"Status": "Rejected", "Case ID": "R-2", "Resolution Date": STAMP}
    before = NOON - timedelta(minutes=1)
    renamed = entry("case_id", "R-2", by=By.TEAM, before="R-1", label="R-2")
    of_another = entry("status", "New", by=By.TEAM)

    log.memory = caught_up(
        log,
        entry("status", "Rejected", by=By.TEAM, not_after=before),
        of_another,
        renamed,
        entry("resolved_at", STAMP, label="R-2"),
    )

    passed = log.run()
    assert (passed.observations, passed.changes) == ([], {})


def test_a_case_is_followed_through_every_id_that_it_had_meanwhile() -> None:
    log = Log([row(Status="New")])
    log.run()
    log.rows[0] |= {"Status": "Rejected", "Case ID": "R-2"}
    minutes = [NOON + timedelta(minutes=n) for n in range(5)]
    renamed = [
        entry("case_id", after, by=By.TEAM, before=before, label=after, not_after=at)
        for before, after, at in zip(
            ["R-1", "R-2", "R-1"],
            ["R-2", "R-1", "R-2"],
            [minutes[0], minutes[1], minutes[3]],
            strict=True,
        )
    ]
    seen = entry("status", "Rejected", by=By.TEAM, label="R-1", not_after=minutes[2])

    log.memory = caught_up(log, *renamed[:2], seen, renamed[2])

    assert log.run().observations == []


def test_what_was_told_of_another_case_under_the_id_is_not_this_ones() -> None:
    log = Log([row(Status="New"), row("R-2", Order_ID="1002")])
    log.run()
    log.rows[0] |= {"Status": "Rejected", "Case ID": "R-2"}
    log.rows[1] |= {"Case ID": "R-1"}
    of_the_other = entry("status", "Rejected", by=By.TEAM, label="R-2", not_after=NOON)
    later = NOON + timedelta(minutes=1)
    swapped = [
        entry("case_id", after, by=By.TEAM, before=before, label=after, not_after=later)
        for before, after in (("R-1", "R-2"), ("R-2", "R-1"))
    ]

    log.memory = caught_up(log, of_the_other, *swapped)

    assert ("r-2", "status", "New", "Rejected") in log.run().observations


def test_what_another_ledger_has_seen_while_this_one_could_not_tell_the_case_is_no_news() -> None:
    log = Log([row(Status="New")])
    log.run()
    log.wait(days=2)
    log.add(row(Status="New") | {"Customer Name": "Cy"})
    log.rows[0] |= {"Status": "Rejected", "Customer Name": "Ben"}
    log.run()
    del log.rows[1]
    seen = [entry(*cell, by=By.TEAM) for cell in (("status", "Rejected"), ("customer_name", "Ben"))]

    log.memory = caught_up(log, *seen)

    passed = log.run()
    assert (passed.observations, passed.changes) == ([], {})


def test_a_date_that_was_cleared_stays_away_though_this_ledger_knows_the_row_as_just_typed() -> (
    None
):
    log = Log([row()])
    log.run()
    log.add(row("R-2", Order_ID="1002", Status="Approved", Date_Request_Received=""))
    log.run()
    stamped = entry("requested_at", STAMP, label="R-2")
    cleared = entry("requested_at", "", by=By.TEAM, label="R-2")

    log.memory = caught_up(log, stamped, cleared)

    assert log.settle().changes == {}
    assert not log.rows[1]["Date Request Received"]


def test_what_another_ledger_wrote_is_ours_and_not_owed_a_second_time() -> None:
    log = Log([row(Status="New")])
    log.run()
    owed = {field: Owed(MONDAY, "status") for field in ("resolved_at", "last_action_at")}
    known = replace(log.known("r-1"), owed=owed)
    log.memory = replace(log.memory, cases={"r-1": known})
    log.rows[0]["Resolution Date"] = STAMP

    caught = caught_up(log, entry("resolved_at", STAMP, why="x"), entry("last_action_at", STAMP))

    after = caught.cases["r-1"]
    assert (dict(after.owed), dict(after.written)) == ({}, {"resolved_at": STAMP})


@pytest.mark.parametrize(
    ("known", "before", "after", "changes"),
    [
        pytest.param("New", "New", "Approved", set[str](), id="read a little later"),
        pytest.param("Approved", "New", "Approved", set[str](), id="read at once"),
        pytest.param("Approved", "Approved", "Rejected", {"last_action_at"}, id="changed since"),
    ],
)
def test_what_another_ledger_has_seen_in_the_second_of_the_last_read_is_no_news(
    known: str, before: str, after: str, changes: set[str]
) -> None:
    log = Log([row(Status=known)])
    log.run()
    log.rows[0]["Status"] = "Approved" if not changes else "Under Review"
    told = entry("status", after, before=before, by=By.TEAM, not_after=log.now)

    log.memory = caught_up(log, told)

    assert {field for _, field in log.run().changes} == changes


@pytest.mark.parametrize(("field", "is_owed"), [("last_action_at", False), ("resolved_at", True)])
def test_what_was_written_in_the_second_of_the_last_read_is_not_owed_any_more(
    field: str, *, is_owed: bool
) -> None:
    log = Log([row(Status="New")])
    log.run()
    owed = {"last_action_at": Owed(log.now, "status")}
    log.memory = replace(log.memory, cases={"r-1": replace(log.known("r-1"), owed=owed)})

    caught = caught_up(log, entry(field, STAMP, not_after=log.now))

    assert bool(caught.cases["r-1"].owed) is is_owed


def test_ids_that_another_ledger_gave_are_not_free_and_its_texts_are_ours() -> None:
    log = Log([row(), row("R-3", Order_ID="1003")])
    log.run()
    told = (
        entry("case_id", "R-2", label="R-2"),
        entry("follow_up", "Stale: call", label="R-1"),
        entry("status", "New", by=By.TEAM, label="(1009)"),
    )

    caught = caught_up(log, *told)

    assert (caught.cases.keys(), caught.texts) == ({"r-1", "r-2", "r-3"}, {"Stale: call"})
    assert caught.cases["r-2"].removed


def test_a_log_without_ids_gives_none_away() -> None:
    headers = tuple(header for header in HEADERS if header != "Case ID")
    log = Log([row()], headers=headers)
    log.run()

    assert caught_up(log, entry("status", "New", by=By.TEAM)).cases.keys() == {"1001"}
