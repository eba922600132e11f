"""How the desk stands now, by hand and against pandas."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refundsheet.core.desk import Meaning
from refundsheet.core.follow_up import Flag, FlagKind
from refundsheet.core.model import Moment, RefundCase
from refundsheet.core.statistics import counts
from refundsheet.core.statistics.facts import Facts
from refundsheet.core.statistics.figures import Figure, Table
from tests.figures import DESK, FRIDAY, facts, known
from tests.passes import MONDAY


@pytest.mark.parametrize(
    ("figure", "statuses", "value"),
    [
        (counts.open_cases, ("New", "", "what?", "Payout Failed", "Approved", "Closed"), 4),
        (counts.waiting_cases, ("On Hold", "Awaiting Return", "New"), 2),
        (counts.unpaid_cases, ("Approved", "Processing", "Refunded"), 2),
    ],
)
def test_cases_are_counted_by_what_their_status_means(
    figure: Callable[[Facts], Figure], statuses: tuple[str, ...], value: int
) -> None:
    told = figure(facts(*(RefundCase(status=status) for status in statuses)))
    assert (told.value, told.used) == (value, len(statuses))


def test_overdue_is_what_is_past_a_limit() -> None:
    kinds = {str(kind): Flag(kind, "", FRIDAY) for kind in FlagKind}
    told = counts.overdue_cases(facts(RefundCase(status="New"), flags=kinds))
    assert told.value == 4  # Stale, Overdue, Escalate, a deadline that has passed


def test_currencies_are_never_added_to_each_other() -> None:
    amounts = (("12.50", "EUR"), ("0.10", "EUR"), ("0.20", "EUR"), ("5", "USD"), ("1", ""))
    cases = [RefundCase(status="Approved", amount=Decimal(a), currency=c) for a, c in amounts]
    told = counts.unpaid_amounts(facts(*cases, RefundCase(status="Approved", currency="EUR")))
    assert [(f.unit, f.value, f.used) for f in told] == [
        ("EUR", Decimal("12.80"), 3),
        ("USD", Decimal(5), 1),
        ("no currency", Decimal(1), 1),
    ]
    assert [reason.cases for reason in told[0].left_out] == [1]


def test_statuses_stand_in_the_order_of_the_teams_list() -> None:
    statuses = ("Refunded", "zzz", "New", "", "Approved", "New ", "Pending")
    table = counts.by_status(facts(*(RefundCase(status=status) for status in statuses)))
    assert table.rows == (
        ("New", 2),
        ("Pending", 1),
        ("Approved", 1),
        ("Refunded", 1),
        ("(blank)", 1),
        ("zzz", 1),
    )


def test_owners_are_counted_for_what_is_not_closed() -> None:
    rows = (("Ana", "New"), ("Bo", "New"), ("Bo ", "On Hold"), ("Ana", "Closed"), ("", "Approved"))
    table = counts.by_owner(facts(*(RefundCase(owner=o, status=s) for o, s in rows)))
    assert table.rows == (("Bo", 2), ("(nobody)", 1), ("Ana", 1))


@pytest.mark.parametrize(
    ("since", "row"),
    [
        pytest.param(FRIDAY - timedelta(hours=8), "0-1", id="one business day"),
        pytest.param(FRIDAY - timedelta(days=1, hours=7), "0-1", id="not yet two"),
        pytest.param(date(2026, 11, 19), "2-3", id="two whole days"),
        pytest.param(date(2026, 11, 17), "4-5", id="four"),
        pytest.param(date(2026, 11, 13), "6-10", id="over the weekend"),
        pytest.param(date(2026, 11, 6), "more than 10", id="eleven"),
        pytest.param(date(2026, 11, 20), "0-1", id="today"),
    ],
)
def test_ages_are_whole_business_days(since: Moment, row: str) -> None:
    table = counts.ageing(facts(RefundCase(status="New", last_action_at=since)))
    assert [row[0] for row in table.rows if row[1]] == [row]


def test_an_age_counts_from_the_receipt_where_nobody_acted() -> None:
    table = counts.ageing(
        facts(
            RefundCase(status="New", requested_at=FRIDAY),
            RefundCase(status="New"),
            RefundCase(status="Closed", requested_at=MONDAY),
        )
    )
    assert (table.rows[0], table.used) == (("0-1", 1), 1)
    assert [reason.cases for reason in table.left_out] == [1]


def test_an_action_that_was_seen_counts_though_its_date_was_cleared() -> None:
    case = RefundCase(status="New", requested_at=MONDAY)
    table = counts.ageing(facts(known(case, acted_at=FRIDAY)))
    assert table.rows[0] == ("0-1", 1)


def _by_name(table: Table) -> dict[str, object]:
    return {row[0]: row[1] for row in table.rows}


_CASES = st.lists(
    st.builds(
        RefundCase,
        status=st.sampled_from(["New", "Approved", "On Hold", "Refunded", "Closed", "", "pending"]),
        owner=st.sampled_from(["", "Ana", "Bo"]),
        amount=st.none() | st.decimals(0, 99, places=2),
        currency=st.sampled_from(["", "EUR", "USD"]),
    ),
    max_size=30,
)


@given(_CASES)
def test_pandas_counts_the_same(cases: list[RefundCase]) -> None:
    told = facts(*cases)
    frame = pd.DataFrame(
        {
            "meaning": [DESK.recognise(c.status).status.meaning for c in cases],
            "status": [c.status or "(blank)" for c in cases],
            "owner": [c.owner or "(nobody)" for c in cases],
            "amount": [c.amount for c in cases],
            "currency": [c.currency or "no currency" for c in cases],
        }
    )
    live = frame[frame["meaning"].isin([Meaning.OPEN, Meaning.WAITING, Meaning.APPROVED])]
    unpaid = frame[(frame["meaning"] == Meaning.APPROVED) & frame["amount"].notna()]
    assert counts.open_cases(told).value == (frame["meaning"] == Meaning.OPEN).sum()
    assert _by_name(counts.by_status(told)) == frame.groupby("status").size().to_dict()
    assert _by_name(counts.by_owner(told)) == live.groupby("owner").size().to_dict()
    assert {f.unit: f.value for f in counts.unpaid_amounts(told)} == (
        unpaid.groupby("currency")["amount"].sum().to_dict() if len(unpaid) else {}
    )
