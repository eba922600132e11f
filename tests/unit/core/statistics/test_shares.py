"""What the cases of the last weeks are about and come to, by hand and against pandas."""

from datetime import date
from decimal import Decimal

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from refundsheet.core.desk import Desk, Reason
from refundsheet.core.model import RefundCase
from refundsheet.core.statistics import shares
from refundsheet.core.statistics.figures import Measure
from refundsheet.core.statistics.groups import group_names
from tests.figures import facts, watched
from tests.passes import MONDAY

NOW, LONG_AGO = date(2026, 11, 16), date(2026, 5, 17)
CENT = Decimal("0.01")


def test_shares_are_of_the_cases_of_the_last_weeks_alone() -> None:
    table = shares.by_reason(
        facts(
            *[RefundCase(reason="Wrong item", requested_at=NOW)] * 3,
            RefundCase(requested_at=date(2026, 5, 18)),
            RefundCase(reason="Wrong item", requested_at=LONG_AGO),
            RefundCase(reason="Wrong item"),
        )
    )
    assert table.rows == (("Wrong item", 3, 0.75), ("(none)", 1, 0.25))
    assert [(reason.cases, reason.why) for reason in table.left_out] == [
        (1, "no readable date of receipt")
    ]
    assert table.columns[2].measure is Measure.SHARE
    assert "no rate of refunds" in table.definition


def test_a_reason_that_was_renamed_takes_its_old_cases_along() -> None:
    desk = Desk(reasons=(Reason(label="Damaged", synonyms=("Broken",)),))
    typed = ("Broken", "damaged", "Torn", "torn ", "TORN", "torn")
    cases = [RefundCase(reason=reason, requested_at=NOW) for reason in typed]
    table = shares.by_reason(facts(*cases, desk=desk))
    assert [row[:2] for row in table.rows] == [("torn", 4), ("Damaged", 2)]


def test_of_many_products_the_rest_share_a_line() -> None:
    cases = [RefundCase(product=f"P{n:02}", requested_at=NOW) for n in range(22)]
    table = shares.by_product(facts(*cases, *cases[:1]))
    assert table.rows[0][:2] == ("P00", 2)
    assert table.rows[-1] == ("2 others", 2, 2 / 23)
    assert len(table.rows) == 21


def test_signs_tell_products_apart_and_capitals_do_not() -> None:
    names = group_names(["A+", "A-", "a+ ", "A+", " "])
    assert names == {"A+": "A+", "a+ ": "A+", "A-": "A-", " ": "(none)"}


def test_amounts_are_told_by_currency_and_to_the_cent() -> None:
    table = shares.amounts(
        facts(
            RefundCase(status="Approved", amount=Decimal("0.10"), currency="EUR", requested_at=NOW),
            RefundCase(
                status="Refunded",
                amount=Decimal("0.20"),
                currency="EUR",
                requested_at=LONG_AGO,
                paid_at=NOW,
            ),
            watched(("New", MONDAY), ("Refunded", MONDAY), amount=Decimal(5), currency="USD"),
            RefundCase(status="Store Credit", amount=Decimal(7), resolved_at=NOW),
            RefundCase(status="Refunded", amount=Decimal(9)),
            RefundCase(status="Approved"),
            RefundCase(status="New"),
            RefundCase(status="Approved", amount=Decimal(3)),
        )
    )
    assert table.rows == (
        ("EUR", 1, Decimal("0.10"), Decimal("0.20"), Decimal("0.10")),
        ("USD", 1, Decimal(5), Decimal(5), 0),
        ("no currency", 0, 0, 0, Decimal(3)),
    )
    assert table.used == 2
    assert [(reason.cases, reason.why) for reason in table.left_out] == [
        (1, "no readable amount"),
        (1, "paid on a day nobody knows"),
    ]


_CASES = st.lists(
    st.builds(
        RefundCase,
        status=st.sampled_from(["New", "Approved", "Refunded"]),
        reason=st.sampled_from(["", "Wrong item", "Other", "Odd"]),
        amount=st.decimals(0, 10**6, places=2),
        currency=st.sampled_from(["", "EUR", "USD"]),
        requested_at=st.dates(date(2026, 4, 1), NOW),
        paid_at=st.dates(date(2026, 4, 1), NOW),
    ),
    max_size=40,
)


@given(_CASES)
def test_pandas_counts_the_same(cases: list[RefundCase]) -> None:
    told = facts(*cases)
    frame = pd.DataFrame(
        {
            "status": [c.status for c in cases],
            "reason": [c.reason or "(none)" for c in cases],
            "amount": [c.amount for c in cases],
            "currency": [c.currency or "no currency" for c in cases],
            "came": pd.to_datetime([c.requested_at for c in cases]),
            "paid": pd.to_datetime([c.paid_at for c in cases]),
        }
    )
    since = pd.Timestamp("2026-05-18")
    recent = frame[frame["came"] >= since]
    shown = {row[0]: row[1] for row in shares.by_reason(told).rows}
    assert shown == recent.groupby("reason").size().to_dict()
    parts = [
        recent,
        frame[(frame["status"] == "Refunded") & (frame["paid"] >= since)],
        frame[frame["status"] == "Approved"],
    ]
    sums = [
        part.groupby("currency")["amount"].sum().to_dict() if len(part) else {} for part in parts
    ]
    for currency, _, *found in shares.amounts(told).rows:
        assert found == [part.get(currency, Decimal()) for part in sums]
