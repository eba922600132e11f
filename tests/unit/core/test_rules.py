"""Each rule of the catalogue with a log that keeps it and one that breaks it, as a colleague reads it."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pytest

from refundsheet.core.columns import BY_FIELD
from refundsheet.core.desk import Desk
from refundsheet.core.model import RefundCase, Severity, Violation
from refundsheet.core.rules.catalogue import CATALOGUE, RULE_BY_ID, graded
from refundsheet.core.rules.registry import RULES, check
from tests.passes import HEADERS, ZONE, Log

ALL_HEADERS = (
    *HEADERS[:12], "Product", "Currency", "Assigned To", "Deadline", "Snooze Until", *HEADERS[12:],
)  # fmt: skip
GOOD = {
    "Case ID": "R-1",
    "Customer Name": "Ada Moreau",
    "Order ID": "#1001",
    "Product": "Lamp",
    "Amount": 12.5,
    "Currency": "EUR",
    "Date Request Received": 46322.0,
    "Reason for Refund": "Wrong item",
    "Status": "Refunded",
    "Assigned To": "Bo",
    "Date Approved": 46323.0,
    "Date of Last Action": 46324.5,
    "Date Paid": 46324.5,
    "Resolution Date": 46324.5,
}
#: What makes the good row an open one.
OPEN = {"Status": "New", "Date Approved": "", "Date Paid": "", "Resolution Date": ""}
APPROVED = {"Status": "Approved", "Date Paid": "", "Resolution Date": ""}
#: Another good row, which has nothing to do with the first.
OTHER = {**GOOD, "Case ID": "R-2", "Customer Name": "Bo Lind", "Order ID": "#2002", "Amount": 40}

Rows = list[dict[str, Any]]


def good(**cells: Any) -> dict[str, Any]:
    """The good row with other cells; names are headers with _ for a blank."""
    return GOOD | {name.replace("_", " "): cell for name, cell in cells.items()}


@dataclass(frozen=True)
class Example:
    """A log that breaks a rule, one that keeps it, and what people are told of the first row.

    Attributes:
        before: What stood there when the log was adopted, where that matters.
        protected: The headers of the columns that refundsheet may not write.
    """

    rule: str
    broken: Rows
    kept: Rows
    sentence: str
    before: Rows = field(default_factory=list[dict[str, Any]])
    headers: tuple[str, ...] = ALL_HEADERS
    protected: frozenset[str] = frozenset()


def one(rule: str, broken: dict[str, Any], kept: dict[str, Any], sentence: str) -> Example:
    """A rule about a single row, told by the cells that differ from the good one."""
    return Example(rule, [GOOD | broken], [GOOD | kept], sentence)


def later_days(mark: str, received: str | float) -> Rows:
    """Three more rows, received on a day that can be no month."""
    return [
        {
            **OTHER,
            "Case ID": f"R{mark}{n}",
            "Order ID": f"#7{n}{mark}",
            "Date Request Received": received,
        }
        for n in range(3)
    ]


EXAMPLES = [
    # several rows
    Example(
        "duplicate_id", [{**OTHER, "Case ID": "R-1"}, GOOD], [GOOD, OTHER],
        "R-1 is the Case ID of 2 rows, and this one looks like the copy. Give it a Case ID of its own. "
        "R-1-2 is free.",
        before=[GOOD],
    ),
    Example(
        "twin_rows", [good(Case_ID=""), good(Case_ID="")], [good(Case_ID=""), {**OTHER, "Case ID": ""}],
        "2 rows without a Case ID are about #1001, so they are hard to tell apart. "
        "Give each a Case ID, or delete the ones too many.",
    ),
    Example(
        "id_removed", [good(Case_ID="")], [GOOD],
        "The Case ID is gone; by the rest of the row it was R-1. "
        "Type it in again, or another one if this is a new case.",
        before=[GOOD],
    ),
    Example(
        "not_filled_in", [GOOD | OPEN | {"Status": "Rejected"}],
        [GOOD | OPEN | {"Status": "Rejected", "Resolution Date": 46324.5}],
        "Resolution Date could not be filled in: the cell is protected. "
        "Type it in, or let refundsheet write there.",
        before=[GOOD | OPEN], protected=frozenset({"Resolution Date"}),
    ),
    Example(
        "possible_double_refund", [GOOD, {**OTHER, "Order ID": "#1001"}], [GOOD, OTHER],
        "Possible double refund: R-1 and R-2 are about one order, and approved or paid. "
        "If both are right, name one in the notes of the other.",
    ),
    Example(
        "order_alike", [good(Order_ID="ORD-2002"), OTHER, {**OTHER, "Case ID": "R-3", "Status": "Rejected"}],
        [GOOD, OTHER],
        "The order may be #2002 of R-2, spelled another way.",
    ),
    Example(
        "currency_missing",
        [good(Currency=""), OTHER, {**OTHER, "Case ID": "R-3", "Order ID": "#3"}],
        [good(Currency=""), {**OTHER, "Currency": ""}],
        "The amount has no currency, so it is added up apart from the others. Type its currency.",
    ),
    Example(
        "date_swapped", [good(Date_Request_Received=46083.0), *later_days("-", "27-02-2026")],
        [good(Date_Request_Received=46083.0), *later_days("-", "27-02-2026"), *later_days("+", 46080.0)],
        "Date Request Received is 2 March 2026, or rather 3 February 2026: other dates of the column, as "
        "27-02-2026, have the day first, and this spreadsheet takes the month first. Type it again as a "
        "date, or choose your country in File > Settings and enter the column anew.",
    ),
    # IDs
    one(
        "id_lost_digits", {"Order ID": 1.2345678901234568e17}, {"Order ID": "123456789012345678"},
        "Order ID shows 123456789012345680, an ID the sheet turned into a number; digits may be lost. "
        "Format the cell as plain text and type the ID again.",
    ),
    one(
        "id_is_number", {"Order ID": 1001}, {"Order ID": "1001"},
        "Order ID 1001 is a number to the sheet, so leading zeros are lost. "
        "Format the column as plain text to keep IDs as they are typed.",
    ),
    one(
        "id_is_checkbox", {"Order ID": True}, {"Order ID": "TRUE"},
        "Order ID holds a checkbox (TRUE), not an ID. Type the ID as text.",
    ),
    # cells
    one(
        "cell_error", {"Amount": "#REF!"}, {"Amount": 3},
        "Amount shows #REF!: its formula gives no value. Mend the formula or type the value.",
    ),
    one(
        "only_spaces", {"Resolution Date": "  "}, {"Resolution Date": ""},
        "Resolution Date looks blank but holds spaces, so refundsheet leaves it alone. Clear the cell.",
    ),
    one(
        "placeholder", {"Order ID": "n/a"}, {"Order ID": "#1"},
        'Order ID says "n/a", which is read as blank. Better leave the cell empty.',
    ),
    # dates, one by one
    one(
        "date_ambiguous", {"Date Request Received": "03/04/2026"}, {"Date Request Received": "13/04/2026"},
        'Date Request Received "03/04/2026" is text and could be 3 April 2026 or 4 March 2026: '
        "type it again as a date, for example 2026-04-03.",
    ),
    one(
        "date_short_year", {"Date Request Received": "13/04/26"}, {"Date Request Received": "13 Apr 26"},
        'Date Request Received "13/04/26" has a year of two digits and could be 13 April 2026 or '
        "26 April 2013: type it again as a date, for example 2026-04-13.",
    ),
    one(
        "date_unreadable", {"Date Request Received": "last week"}, {"Date Request Received": "1 May 2026"},
        'Date Request Received "last week" cannot be read as a date. Type it again, for example 2026-04-03.',
    ),
    one(
        "date_in_future", {"Date of Last Action": 46330.0}, {"Date of Last Action": 46328.0},
        "Date of Last Action is 4 November 2026, which had not come yet when it was read. Correct the date.",
    ),
    one(
        "date_too_early", {"Date Request Received": 2026}, {"Date Request Received": 46320.0},
        "Date Request Received is 18 July 1905, too long ago to be right. "
        "Type the date again, for example 2026-04-03.",
    ),
    one(
        "date_too_far", {"Deadline": 50000.0}, {"Deadline": 46500.0},
        "Deadline is 21 November 2036, more than five years ahead. Correct the year.",
    ),
    one(
        "date_is_text", {"Date Request Received": "1 May 2026"}, {"Date Request Received": 46143.0},
        'Date Request Received "1 May 2026" is text, read as 1 May 2026. '
        "Type it again as a date: the sheet itself cannot sort or count with text.",
    ),
    # dates beside each other
    one(
        "approved_before_received", {"Date Approved": 46321.0}, {"Date Approved": 46322.0},
        "The approval is earlier than the date received. Correct the one that is wrong.",
    ),
    one(
        "paid_before_received", {"Date Paid": 46321.0, "Date Approved": ""}, {"Date Paid": 46322.0},
        "The payment is earlier than the date received. Correct the one that is wrong.",
    ),
    one(
        "paid_before_approved", {"Date Paid": 46322.5}, {"Date Paid": 46323.5},
        "The payment is earlier than the approval. Correct the one that is wrong.",
    ),
    one(
        "resolved_before_received", {"Resolution Date": 46321.0, "Date Approved": ""}, {},
        "The resolution date is earlier than the date received. Correct the one that is wrong.",
    ),
    one(
        "resolved_before_approved", {"Resolution Date": 46322.0}, {"Resolution Date": 46323.0},
        "The resolution date is earlier than the approval. Correct the one that is wrong.",
    ),
    one(
        "acted_before_received", {"Date of Last Action": 46321.9}, {"Date of Last Action": 46322.9},
        "The last action is earlier than the date received. Correct the one that is wrong.",
    ),
    one(
        "deadline_before_received", {"Deadline": 46321.0}, {"Deadline": 46336.0},
        "The deadline is earlier than the date received. Correct the one that is wrong.",
    ),
    # dates beside the status
    one(
        "resolved_but_open", {**OPEN, "Resolution Date": 46325.0}, OPEN,
        "There is a resolution date, but the status says the case is open. "
        "Clear the date, or close the case.",
    ),
    one(
        "received_missing", {"Date Request Received": ""}, {"Date Request Received": "who knows"},
        "The date received is blank, so the case is left out of the figures on speed.",
    ),
    one(
        "closed_without_date", {"Resolution Date": ""}, OPEN,
        "Closed without a resolution date, so it is left out of the figures on speed.",
    ),
    one(
        "paid_without_date", {"Date Paid": ""}, {"Date Paid": "", "Status": "Replaced"},
        "Paid without a date of payment, so it is left out of the figures on payouts.",
    ),
    one(
        "approval_unknown", {"Date Approved": ""}, {"Date Approved": "", "Status": "Rejected"},
        "Approval time unknown, so the case is left out of the figures on decisions and payouts.",
    ),
    one(
        "snoozed_but_closed", {"Snooze Until": 46400.0}, {**OPEN, "Snooze Until": 46400.0},
        "The case is closed, so there is nothing to snooze. Clear the date.",
    ),
    # status
    one(
        "no_status", {**OPEN, "Status": " "}, OPEN,
        "The status is blank. Choose one, so that the case is followed up.",
    ),
    one(
        "unknown_status", {**OPEN, "Status": "what?"}, {"Status": "processed "},
        'Status "what?" is not on the list, so the case counts as open. Choose one from the list.',
    ),
    one(
        "status_near_miss", {"Status": "Refnded"}, {"Status": "REFUNDED"},
        'Status "Refnded" is read as Refunded. If that is right, choose Refunded.',
    ),
    # who and what
    one(
        "nobody_named", {"Customer Name": "", "Order ID": ""}, {"Customer Name": ""},
        "There is neither a customer nor an order. Type one, so that people know whose case this is.",
    ),
    one(
        "order_missing", {"Order ID": ""}, {"Order ID": "?"},
        "There is no order, so an order refunded twice would go unnoticed.",
    ),
    one(
        "customer_missing", {"Customer Name": ""}, {},
        "There is no customer, so a customer refunded twice would go unnoticed.",
    ),
    one(
        "owner_missing", {**OPEN, "Assigned To": " "}, {"Assigned To": ""},
        "The case is open, and assigned to nobody.",
    ),
    # money
    one(
        "amount_unreadable", {"Amount": "ten"}, {"Amount": "EUR 10"},
        'Amount "ten" cannot be read as an amount. Type it as a number, for example 12.50.',
    ),
    one(
        "amount_negative", {"Amount": -3}, {"Amount": 3},
        "Amount -3 is negative. A refund is written without the minus sign.",
    ),
    one(
        "amount_zero", {"Amount": 0}, {"Amount": ""},
        "Amount is 0. Type what is to be refunded, or leave the cell empty.",
    ),
    one(
        "approved_without_amount", {**APPROVED, "Amount": ""}, APPROVED,
        "The refund is approved, and there is no amount. Type what is to be paid.",
    ),
    one(
        "currency_conflict", {"Amount": "$5"}, {"Amount": "\u20ac5"},
        "Amount is in USD, but the currency beside it is EUR. Correct one of them.",
    ),
    one(
        "currency_unknown", {"Currency": "points"}, {"Currency": "\u20ac"},
        'Currency "points" is not known, so it is added up by itself. Use a code such as EUR or USD.',
    ),
    # reason
    one(
        "reason_missing", {"Reason for Refund": " "}, {"Reason for Refund": "Other", "Notes & Communications": "x"},
        "There is no reason, so it is missing in the figures by reason.",
    ),
    one(
        "reason_near_miss", {"Reason for Refund": "Wrong itm"}, {"Reason for Refund": "WRONG ITEM"},
        'Reason "Wrong itm" is counted by itself. Did you mean Wrong item?',
    ),
    one(
        "other_needs_note", {"Reason for Refund": "misc."},
        {"Reason for Refund": "Other", "Notes & Communications": "a gift"},
        'The reason is "Other". Please say in the notes what happened.',
    ),
    one(
        "reason_not_listed", {"Reason for Refund": "Damaged / defect"}, {"Reason for Refund": "Broken"},
        'Reason "Damaged / defect" is not on the list, so it is counted by itself. '
        "Did you mean Damaged or defective?",
    ),
    # headers
    Example(
        "header_twice", [GOOD], [GOOD],
        'Columns A ("Deadline") and Q ("Deadline") could both be "Deadline", so neither is used. '
        'Let only one of them be headed "Deadline".',
        headers=("Deadline", *ALL_HEADERS),
    ),
    Example(
        "header_blank", [{**GOOD, "": "x"}], [GOOD],
        "Column A holds data but has no header: it is left alone.",
        headers=("", *ALL_HEADERS),
    ),
]  # fmt: skip


def told(
    rows: Rows, before: Rows, headers: tuple[str, ...], protected: frozenset[str] = frozenset()
) -> list[Violation]:
    """What is said of the log as a whole and of its first row, once it has been read three times."""
    log = Log(headers=headers, protected=protected)
    if before:
        log.add(*before)
        log.run()
    log.rows = [dict(row) for row in rows]
    passed = log.settle()
    return [*passed.log.layout.violations, *passed.decisions.violations.get(2, ())]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.rule)
def test_a_broken_rule_says_what_to_do(example: Example) -> None:
    found = told(example.broken, example.before, example.headers, example.protected)
    said = {violation.rule: violation for violation in found}
    assert said[example.rule].sentence == example.sentence
    assert said[example.rule].severity is RULE_BY_ID[example.rule].severity


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.rule)
def test_a_kept_rule_says_nothing(example: Example) -> None:
    found = told(example.kept, example.before, ALL_HEADERS, example.protected)
    assert example.rule not in [violation.rule for violation in found]


def test_a_cell_that_cannot_be_read_is_not_told_off_as_blank_too() -> None:
    unread = APPROVED | {"Amount": "ten", "Date Request Received": "soon", "Order ID": "?"}
    found = [violation.rule for violation in told([GOOD | unread], [], ALL_HEADERS)]
    assert found == ["date_unreadable", "amount_unreadable", "placeholder"]


def test_every_rule_of_the_catalogue_has_its_examples() -> None:
    assert sorted(example.rule for example in EXAMPLES) == sorted(RULE_BY_ID)
    assert len(RULE_BY_ID) == len(CATALOGUE)


def test_a_good_log_breaks_no_rule() -> None:
    assert told([GOOD, OTHER], [], ALL_HEADERS) == []


# --- what is asked when ---

DESK = Desk()
ALL = frozenset(BY_FIELD)
CASE: dict[str, Any] = {
    "customer_name": "Ada",
    "order_id": "#1",
    "amount": 3,
    "owner": "Bo",
    "status": "Refunded",
    "reason": "Wrong item",
    "requested_at": date(2026, 11, 2),
    "approved_at": date(2026, 11, 3),
    "paid_at": date(2026, 11, 4),
    "resolved_at": date(2026, 11, 4),
}


def broken(fields: frozenset[str] = ALL, **content: Any) -> dict[str, str]:
    case = RefundCase(**(CASE | content))
    return {found.rule: found.sentence for found in check(case, DESK, fields)}


@pytest.mark.parametrize(
    "content",
    [
        pytest.param({}, id="as it should be"),
        pytest.param({"status": "processed "}, id="a synonym, and a space"),
        pytest.param({"reason": "Other", "notes": "gift"}, id="Other, with a note"),
        pytest.param(
            {"requested_at": date(2026, 11, 4), "approved_at": date(2026, 11, 4)}, id="all on one day"
        ),
        pytest.param(
            {"requested_at": datetime(2026, 11, 2, 16, tzinfo=ZONE), "approved_at": date(2026, 11, 2)},
            id="by the day, where one has no time",
        ),
        pytest.param(
            {"status": "Replaced", "paid_at": None, "approved_at": None}, id="a replacement is not paid"
        ),
        pytest.param(
            {"status": "Rejected", "paid_at": None, "approved_at": None}, id="nor is a rejected request"
        ),
        pytest.param({"status": "Duplicate", "paid_at": None, "approved_at": None, "owner": ""}, id="closed"),
        pytest.param(
            {"status": "New", "resolved_at": None, "paid_at": None, "approved_at": None}, id="open"
        ),
    ],
)  # fmt: skip
def test_what_is_right_is_left_alone(content: dict[str, Any]) -> None:
    assert broken(**content) == {}


@pytest.mark.parametrize(
    ("received", "resolved", "is_broken"),
    [
        ((2026, 11, 4, 16, 0), (2026, 11, 4, 15, 54), True),
        pytest.param((2026, 11, 4, 16, 0), (2026, 11, 4, 15, 55), False, id="clocks differ a little"),
        pytest.param((2026, 10, 25, 2, 50), (2026, 10, 25, 2, 10), False, id="the hour that comes twice"),
    ],
)  # fmt: skip
def test_times_of_one_day_are_compared(
    received: tuple[int, ...],
    resolved: tuple[int, ...],
    is_broken: bool,  # noqa: FBT001
) -> None:
    year, month, day, hour, minute = resolved
    found = broken(
        requested_at=datetime(*received, tzinfo=ZONE),
        resolved_at=datetime(year, month, day, hour, minute, tzinfo=ZONE, fold=1),
        approved_at=None,
    )
    assert ("resolved_before_received" in found) is is_broken


@pytest.mark.parametrize(
    ("fields", "content"),
    [
        ({"reason"}, {"reason": "Other"}),
        ({"status"}, {"resolved_at": date(2026, 11, 1), "paid_at": None, "owner": ""}),
        ({"resolved_at"}, {"resolved_at": date(2026, 11, 1)}),
        ({"order_id"}, {"order_id": "", "customer_name": ""}),
    ],
)
def test_a_rule_is_asked_only_where_its_columns_are(
    fields: set[str], content: dict[str, Any]
) -> None:
    assert broken(frozenset(fields), **content) == {}


def test_one_column_for_customer_and_order_is_asked_as_two() -> None:
    fields = frozenset({"customer_and_order", "status"})
    assert list(broken(fields, customer_name="", order_id="")) == ["nobody_named"]


def test_a_quoted_cell_is_kept_short() -> None:
    long = broken(status="x" * 9000, reason="y" * 9000, currency="z" * 9000)
    assert {"unknown_status", "reason_not_listed", "currency_unknown"} <= long.keys()
    assert max(map(len, long.values())) < 200


def test_each_rule_of_a_case_is_in_the_catalogue_under_its_column() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert all(RULE_BY_ID[rule.id].field == rule.field for rule in RULES)
    assert all(rule.field in {"", *BY_FIELD} for rule in CATALOGUE)


# --- how much they matter ---

TYPO = Violation("status_near_miss", Severity.WARNING, "status", "a typo")
TEXT = Violation("date_is_text", Severity.NOTE, "paid_at", "text")
COPY = Violation("duplicate_id", Severity.PROBLEM, "case_id", "a copy")
LATER = Violation("unknown_status", Severity.WARNING, "status", "unknown")


def test_the_worst_comes_first_and_of_equals_the_more_important() -> None:
    assert graded([TEXT, TYPO, LATER, COPY], {}) == (COPY, LATER, TYPO, TEXT)


def test_a_team_may_grade_rules_and_switch_them_off() -> None:
    grades = {"date_is_text": Severity.PROBLEM, "duplicate_id": None}
    worse = Violation("date_is_text", Severity.PROBLEM, "paid_at", "text")
    assert graded([TEXT, TYPO, COPY], grades) == (worse, TYPO)


def test_rules_that_are_switched_off_say_nothing_anywhere() -> None:
    off = ("unknown_status", "possible_double_refund", "order_alike", "currency_missing")
    grades = dict.fromkeys(off) | {"reason_not_listed": Severity.WARNING}
    odd = good(Status="what?", Reason_for_Refund="Karma", Currency="")
    others = [{**OTHER, "Order ID": "ORD-1001", "Case ID": f"R-{n}"} for n in (2, 3, 4)]
    log = Log([odd, *others], headers=ALL_HEADERS, desk=Desk(grades=grades))
    assert log.settle().rules(0) == ["resolved_but_open", "reason_not_listed"]
    assert log.rows[0]["Row Check"].endswith(
        'Reason "Karma" is not on the list, so it is counted by itself.'
    )
    assert log.settle().rules(1) == []
