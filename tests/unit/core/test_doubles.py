"""Which cases may refund the same thing twice, and which orders may be one."""

from datetime import date, datetime
from decimal import Decimal
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refundsheet.core.desk import Desk
from refundsheet.core.model import RefundCase
from refundsheet.core.rules.doubles import (
    Double,
    KeyedCase,
    Likeness,
    alike_orders,
    bare_order,
    possible_doubles,
    sentences,
)
from tests.passes import ZONE

DESK = Desk()
USUAL: dict[str, Any] = {
    "customer_name": "Ada Moreau",
    "order_id": "#1001",
    "amount": Decimal("12.50"),
    "currency": "EUR",
    "requested_at": date(2026, 11, 2),
    "status": "Approved",
}
ORDER, AMOUNT = Likeness.ORDER, Likeness.CUSTOMER_AND_AMOUNT
#: Another customer's, so that only the order is shared.
ELSE: dict[str, Any] = {"customer_name": "Bo Lind", "amount": Decimal(40)}


def a_case(case_id: str = "", **content: Any) -> KeyedCase:
    return case_id.lower(), RefundCase(case_id=case_id, **(USUAL | content))


def likeness(one: dict[str, Any], other: dict[str, Any]) -> Likeness | None:
    """What makes R-1 and R-2 possible doubles of each other."""
    found = possible_doubles([a_case("R-1", **one), a_case("R-2", **other)], DESK)
    shared = found["r-1"][0].likeness if found else None
    if shared:
        assert found == {
            "r-1": (Double("r-2", "R-2", shared),),
            "r-2": (Double("r-1", "R-1", shared),),
        }
    return shared


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        # of one order
        ({}, {**ELSE}, ORDER),
        ({"status": "Refunded"}, {**ELSE, "status": "Processing"}, ORDER),
        ({"order_id": "a-1 "}, {**ELSE, "order_id": "A-1"}, ORDER),
        pytest.param({}, {**ELSE, "status": "New"}, None, id="one of them is still open"),
        pytest.param({}, {**ELSE, "status": "Rejected"}, None, id="one of them was rejected"),
        pytest.param({}, {**ELSE, "order_id": "1001"}, None, id="an order spelled alike"),
        pytest.param({"order_id": ""}, {**ELSE, "order_id": ""}, None, id="no order"),
        pytest.param({"product": "Lamp"}, {**ELSE, "product": "Chair"}, None, id="two products"),
        pytest.param({"product": "Lamp"}, {**ELSE, "product": " LAMP"}, ORDER, id="one product"),
        pytest.param({"product": "Lamp"}, {**ELSE}, ORDER, id="one product unnamed"),
        # of one customer and amount
        ({"status": "New"}, {"status": "New"}, AMOUNT),
        ({"status": "New"}, {"status": "New", "order_id": ""}, AMOUNT),
        ({"status": "New"}, {"status": "New", "order_id": "ORD-1001"}, AMOUNT),
        ({}, {"order_id": "#2"}, AMOUNT),
        ({}, {"order_id": "#2", "requested_at": date(2026, 11, 9)}, AMOUNT),
        ({}, {"order_id": "", "customer_name": "ADA  moreau"}, AMOUNT),
        (
            {"order_id": ""},
            {"requested_at": datetime(2026, 10, 26, 23, 59, tzinfo=ZONE), "order_id": ""},
            AMOUNT,
        ),
        pytest.param({}, {"order_id": "#2", "status": "New"}, None, id="two orders, one open"),
        pytest.param(
            {}, {"order_id": "#2", "requested_at": date(2026, 11, 10)}, None, id="eight days apart"
        ),
        pytest.param({}, {"order_id": "#2", "requested_at": None}, None, id="received when?"),
        pytest.param({}, {"order_id": "#2", "amount": Decimal(3)}, None, id="another amount"),
        pytest.param({}, {"order_id": "#2", "currency": "USD"}, None, id="another currency"),
        pytest.param({}, {"order_id": "", "status": "Cancelled"}, None, id="cancelled"),
        pytest.param(
            {"amount": Decimal(0)}, {"order_id": "#2", "amount": Decimal(0)}, None, id="nothing"
        ),
        pytest.param(
            {"amount": None}, {"order_id": "#2", "amount": None}, None, id="amounts unknown"
        ),
        pytest.param(
            {"customer_name": ""}, {"order_id": "#2", "customer_name": ""}, None, id="nobody"
        ),
        # people have looked
        pytest.param({"notes": "see r-2: both are right"}, {**ELSE}, None, id="named in the notes"),
        pytest.param({}, {**ELSE, "notes": "R-1 was the lamp"}, None, id="in the other's"),
        pytest.param({"notes": "as R-20"}, {**ELSE}, ORDER, id="another case is named"),
    ],
)
def test_two_cases_are_possible_doubles_or_not(
    one: dict[str, Any], other: dict[str, Any], expected: Likeness | None
) -> None:
    assert likeness(one, other) is expected


def test_each_of_three_names_the_other_two_and_the_order_comes_first() -> None:
    of_order = a_case("R-2", **ELSE)
    of_amount = a_case("R-3", order_id="#2")
    found = possible_doubles([of_amount, a_case("R-1"), of_order], DESK)
    assert [(double.label, double.likeness) for double in found["r-1"]] == [
        ("R-2", ORDER),
        ("R-3", AMOUNT),
    ]
    assert [double.label for double in found["r-3"]] == ["R-1"]


def test_a_case_without_an_id_is_known_by_its_key() -> None:
    nameless = RefundCase(**(USUAL | ELSE))
    found = possible_doubles([a_case("R-1"), ("\x1eabc", nameless)], DESK)
    assert found["r-1"] == (Double("\x1eabc", "", ORDER),)


def test_what_very_many_cases_share_is_no_order() -> None:
    many = [a_case(f"R-{n}", customer_name=f"No {n}", order_id="NYPD") for n in range(21)]
    assert possible_doubles(many, DESK) == {}
    assert len(possible_doubles(many[:20], DESK)) == 20


@pytest.mark.parametrize(
    ("case_id", "labels", "named"),
    [
        ("R-1", ["R-2"], "R-1 and R-2 are"),
        ("R-2", ["R-1"], "R-1 and R-2 are"),
        ("", ["R-2"], "R-2 and this case are"),
        ("R-1", [""], "R-1 and a case without an ID are"),
        ("R-1", ["R-2", "R-3", "R-4"], "R-1, R-2, R-3 and R-4 are"),
        ("R-1", ["R-2", "R-3", "R-4", "R-5", "R-6"], "R-1, R-2, R-3, R-4 and 2 more are"),
    ],
)
def test_a_sentence_names_both_cases(case_id: str, labels: list[str], named: str) -> None:
    others = [Double(label.lower(), label, ORDER) for label in labels]
    (sentence,) = sentences(case_id, others)
    assert sentence == (
        f"Possible double refund: {named} about one order, and approved or paid. "
        "If both are right, name one in the notes of the other."
    )


def test_each_way_of_being_alike_has_its_sentence() -> None:
    first, second = sentences("R-1", [Double("r-2", "R-2", ORDER), Double("r-3", "R-3", AMOUNT)])
    assert "R-2" in first
    assert "R-3 are of one customer and amount, received within 7 days." in second


_DRAWN = st.fixed_dictionaries(
    {
        "customer_name": st.sampled_from(["Ada", "Bo"]),
        "order_id": st.sampled_from(["", "#100", "100", "#200"]),
        "amount": st.sampled_from([Decimal(5), Decimal(6)]),
        "product": st.sampled_from(["", "Lamp", "Chair"]),
        "requested_at": st.dates(date(2026, 11, 1), date(2026, 11, 14)),
        "status": st.sampled_from(["New", "Approved", "Refunded", "Rejected"]),
        "notes": st.sampled_from(["", "R-0", "R-1 and R-2"]),
    }
)


@given(st.lists(_DRAWN, max_size=12))
def test_a_whole_log_is_as_its_pairs(rows: list[dict[str, Any]]) -> None:
    cases = [a_case(f"R-{n}", **row) for n, row in enumerate(rows)]
    found = possible_doubles(cases, DESK)
    together = {(key, double.key) for key, doubles in found.items() for double in doubles}
    alone = {
        (key, double.key)
        for pair in combinations(cases, 2)
        for key, doubles in possible_doubles(pair, DESK).items()
        for double in doubles
    }
    assert together == alone


@pytest.mark.parametrize(
    ("order", "bare"),
    [
        ("#1001", "1001"), ("1001", "1001"), ("ord-1001", "1001"), ("order no. 1001", "1001"),
        ("order #1001", "1001"), ("no. 1001", "1001"), ("rb-1001", "rb-1001"), ("#12", "#12"),
        ("00123", "00123"), ("", ""),
    ],
)  # fmt: skip
def test_an_orders_number_is_found_behind_what_stands_before_it(order: str, bare: str) -> None:
    assert bare_order(order) == bare


def test_an_order_in_another_spelling_is_suggested() -> None:
    cases = [
        a_case("R-1", order_id="#1001"), a_case("R-2", order_id="ORD-1001"),
        a_case("R-3", order_id="#1001 "), a_case("R-4", order_id="#2002"), a_case("R-5", order_id=""),
    ]  # fmt: skip
    assert {key: model.case_id for key, model in alike_orders(cases).items()} == {"r-2": "R-1"}


def test_orders_spelled_alike_are_no_matter() -> None:
    assert alike_orders([a_case("R-1"), a_case("R-2", order_id="#1002")]) == {}
