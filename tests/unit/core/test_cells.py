"""Every cell becomes a value or a violation with a sentence a colleague can act on."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refundsheet.core.cells import Sheet, read_row, split_customer_and_order
from refundsheet.core.columns import COLUMNS, CUSTOMER_AND_ORDER
from refundsheet.core.model import Layout, RefundCase, Severity, Violation

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
NOON = 46346 + 13 / 24  # 20 November 2026, 13:00 in Berlin


def read(**cells: Any) -> tuple[RefundCase, tuple[Violation, ...]]:
    """Read a row of just these cells, each under the usual header of its field."""
    header_of = {column.field: column.header for column in (*COLUMNS, CUSTOMER_AND_ORDER)}
    headers = {field: header_of[field] for field in cells}
    columns = {field: index for index, field in enumerate(cells)}
    layout = Layout(1, tuple(headers.values()), columns)
    return read_row(list(cells.values()), layout, Sheet(BERLIN, "en_GB", NOW, headers))


def test_a_good_row_is_read_without_a_word() -> None:
    case, violations = read(
        case_id="R-1", customer_name="Ada", amount=12.5, requested_at=NOON, resolved_at=46346
    )
    assert case == RefundCase(
        case_id="R-1",
        customer_name="Ada",
        amount=Decimal("12.50"),
        requested_at=datetime(2026, 11, 20, 13, 0, tzinfo=BERLIN),
        resolved_at=date(2026, 11, 20),
    )
    assert violations == ()


@pytest.mark.parametrize(
    ("field", "cell", "value", "rule", "severity"),
    [
        # identifiers
        ("case_id", 1042, "1042", "id_is_number", Severity.NOTE),
        ("case_id", 10**15, "1000000000000000", "id_lost_digits", Severity.PROBLEM),
        (
            "case_id",
            1.2345678901234568e17,
            "123456789012345680",
            "id_lost_digits",
            Severity.PROBLEM,
        ),
        ("case_id", 12.5, "12.5", "id_lost_digits", Severity.PROBLEM),
        ("case_id", True, "TRUE", "id_is_checkbox", Severity.WARNING),
        ("order_id", "?", "", "placeholder", Severity.NOTE),
        ("order_id", " N/A ", "", "placeholder", Severity.NOTE),
        ("order_id", "UNKNOWN", "", "placeholder", Severity.NOTE),
        ("order_id", "#N/A", "", "cell_error", Severity.WARNING),
        # moments
        ("requested_at", "13/04/2026", date(2026, 4, 13), "date_is_text", Severity.NOTE),
        ("requested_at", "03/04/2026", None, "date_ambiguous", Severity.PROBLEM),
        ("requested_at", "13/04/26", None, "date_short_year", Severity.PROBLEM),
        ("requested_at", "last week", None, "date_unreadable", Severity.PROBLEM),
        ("requested_at", True, None, "date_unreadable", Severity.PROBLEM),
        ("requested_at", 20260304, None, "date_unreadable", Severity.PROBLEM),
        ("requested_at", 2026, None, "date_too_early", Severity.PROBLEM),
        ("requested_at", 0.5, None, "date_too_early", Severity.PROBLEM),
        ("requested_at", "1999-12-31 10:00", None, "date_too_early", Severity.PROBLEM),
        ("requested_at", "0001-01-01 00:00", None, "date_too_early", Severity.PROBLEM),
        ("requested_at", NOON + 6 / 1440, None, "date_in_future", Severity.PROBLEM),
        ("requested_at", 46347, None, "date_in_future", Severity.PROBLEM),
        ("requested_at", "9999-12-31 23:59", None, "date_in_future", Severity.PROBLEM),
        ("deadline", 46346 + 6 * 366, None, "date_too_far", Severity.PROBLEM),
        ("snooze_until", "TBD", None, "placeholder", Severity.NOTE),
        ("paid_at", "Loading...", None, "cell_error", Severity.WARNING),
        # amounts
        ("amount", "EUR 12,50", Decimal("12.50"), None, None),
        ("amount", "twelve", None, "amount_unreadable", Severity.PROBLEM),
        ("amount", True, None, "amount_unreadable", Severity.PROBLEM),
        ("amount", -3, Decimal(-3), "amount_negative", Severity.WARNING),
        ("amount", 0, Decimal(0), "amount_zero", Severity.NOTE),
        ("amount", "-", None, "placeholder", Severity.NOTE),
        # texts
        ("status", "#REF!", "", "cell_error", Severity.WARNING),
        ("product", 12, "12", None, None),
        ("product", False, "FALSE", None, None),
        ("notes", " - ", " - ", None, None),
        ("currency", "\u20ac", "EUR", None, None),
        ("currency", "points", "points", None, None),
    ],
)
def test_a_cell_becomes_a_value_or_a_violation(
    field: str, cell: Any, value: Any, rule: str | None, severity: Severity | None
) -> None:
    case, violations = read(**{field: cell})
    assert getattr(case, field) == value
    assert [(found.rule, found.severity, found.field) for found in violations] == (
        [(rule, severity, field)] if rule else []
    )


@pytest.mark.parametrize(
    ("field", "cell", "moment"),
    [
        ("requested_at", NOON + 4 / 1440, datetime(2026, 11, 20, 12, 4, tzinfo=UTC)),
        ("requested_at", "2026-11-20T12:04:00Z", datetime(2026, 11, 20, 12, 4, tzinfo=UTC)),
        ("requested_at", "2026-03-29 02:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("requested_at", 46346, date(2026, 11, 20)),
        ("deadline", 46347 + 365, date(2027, 11, 21)),
    ],
    ids=["clocks differ a little", "an instant", "an hour that was skipped", "today", "ahead"],
)
def test_a_moment_that_can_be_true_is_kept(field: str, cell: Any, moment: Any) -> None:
    case, _ = read(**{field: cell})
    assert getattr(case, field) == moment


@pytest.mark.parametrize("cell", ["", None])
@pytest.mark.parametrize("field", ["case_id", "amount", "requested_at"])
def test_a_blank_cell_is_no_violation(field: str, cell: str | None) -> None:
    assert read(**{field: cell}) == (RefundCase(), ())


@pytest.mark.parametrize("cell", ["  ", "\u00a0"])
@pytest.mark.parametrize(
    ("field", "rules"),
    [("case_id", ["only_spaces"]), ("requested_at", ["only_spaces"]), ("amount", []), ("order_id", [])],
)  # fmt: skip
def test_spaces_matter_only_where_refundsheet_would_fill_in_a_blank(
    field: str, cell: str, rules: list[str]
) -> None:
    case, violations = read(**{field: cell})
    assert case == RefundCase()
    assert [violation.rule for violation in violations] == rules


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        (
            {"requested_at": "03/04/2026"},
            (
                'Date Request Received "03/04/2026" is text and could be 3 April 2026 or 4 March 2026: '
                "type it again as a date, for example 2026-04-03."
            ),
        ),
        (
            {"last_action_at": 2026},
            (
                "Date of Last Action is 18 July 1905, too long ago to be right. "
                "Type the date again, for example 2026-04-03."
            ),
        ),
        (
            {"amount": "about   twelve " + "and more " * 10},
            (
                'Amount "about twelve and more and more and more\u2026" cannot be read as an amount. '
                "Type it as a number, for example 12.50."
            ),
        ),
        (
            {"status": "#REF!"},
            "Status shows #REF!: its formula gives no value. Mend the formula or type the value.",
        ),
        (
            {"order_id": 1001},
            (
                "Order ID 1001 is a number to the sheet, so leading zeros are lost. "
                "Format the column as plain text to keep IDs as they are typed."
            ),
        ),
    ],
)
def test_a_violation_says_what_stands_there_and_what_to_do(
    cells: dict[str, Any], sentence: str
) -> None:
    _, violations = read(**cells)
    assert [violation.sentence for violation in violations] == [sentence]


def test_the_amounts_currency_is_the_cases_where_no_column_names_one() -> None:
    assert read(amount="$5")[0].currency == "USD"
    assert read(amount="$5", currency="")[0].currency == "USD"
    assert read(amount="$5", currency="US$") == (
        RefundCase(amount=Decimal(5), currency="USD"),
        (),
    )


def test_two_currencies_are_a_conflict_and_the_column_counts() -> None:
    case, violations = read(amount="$5", currency="EUR")
    assert case.currency == "EUR"
    assert [(found.rule, found.field) for found in violations] == [("currency_conflict", "amount")]


@pytest.mark.parametrize(
    ("text", "customer", "order"),
    [
        ("Ada Moreau, #1001", "Ada Moreau", "#1001"),
        ("Ada Moreau #1001", "Ada Moreau", "#1001"),
        ("Ada Moreau (ORD-1001)", "Ada Moreau", "ORD-1001"),
        ("Ada Moreau - 1001", "Ada Moreau", "1001"),
        ("Ada Moreau\nOrder no. 1001", "Ada Moreau", "1001"),
        ("Ada Moreau / 114-3941689-8772232", "Ada Moreau", "114-3941689-8772232"),
        ("1001 - Ada Moreau", "Ada Moreau", "1001"),
        ("#1001 Ada Moreau", "Ada Moreau", "#1001"),
        ("#1001", "", "#1001"),
        ("00123", "", "00123"),
        ("Ada Moreau", "Ada Moreau", ""),
        pytest.param("Ada Moreau 2", "Ada Moreau 2", "", id="one digit is no order"),
        pytest.param("Jean-Luc O'Neil-Smith", "Jean-Luc O'Neil-Smith", "", id="hyphens"),
        pytest.param("a 1" * 50, "a 1" * 50, "", id="longer than any name"),
    ],
)
def test_customer_and_order_are_taken_apart(text: str, customer: str, order: str) -> None:
    assert split_customer_and_order(text) == (customer, order)


@pytest.mark.parametrize(
    ("cells", "customer", "order", "rules"),
    [
        ({"customer_and_order": "Ada, #1"}, "Ada", "#1", []),
        ({"customer_and_order": "Ada, #1", "order_id": "#2"}, "Ada", "#2", []),
        ({"customer_and_order": "-"}, "", "", ["placeholder"]),
        ({"customer_and_order": "#REF!"}, "", "", ["cell_error"]),
        ({"customer_and_order": 1001}, "", "1001", ["id_is_number"]),
    ],
)
def test_a_combined_column_fills_what_has_no_column_of_its_own(
    cells: dict[str, Any], customer: str, order: str, rules: list[str]
) -> None:
    case, violations = read(**cells)
    assert (case.customer_name, case.order_id) == (customer, order)
    assert [violation.rule for violation in violations] == rules
    assert all(found.sentence.startswith("Customer Name & Order ID ") for found in violations)


CELLS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=40))


@given(st.lists(CELLS, min_size=len(COLUMNS) + 1, max_size=len(COLUMNS) + 1))
def test_no_cell_raises(cells: list[Any]) -> None:
    fields = [column.field for column in (*COLUMNS, CUSTOMER_AND_ORDER)]
    read(**dict(zip(fields, cells, strict=True)))
