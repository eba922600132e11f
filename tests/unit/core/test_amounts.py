"""Amounts keep every cent and say which currency they name."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refundsheet.core.amounts import currency_code, read_amount, shown_currency


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("€12,50", "12.50", "EUR"),
        ("12.50 EUR", "12.50", "EUR"),
        ("$1,234.56", "1234.56", "USD"),
        ("1.234,56 €", "1234.56", "EUR"),
        ("USD 5", "5", "USD"),
        ("£5 GBP", "5", "GBP"),
        ("R$ 5", "5", "BRL"),
        ("Rs. 1,00,000.00", "100000", "INR"),
        ("12.50 xyz", None, None),
        ("12.50 XYZ", "12.50", "XYZ"),
        ("5 usd", "5", "USD"),
        ("(12.00)", "-12", ""),
        ("-5", "-5", ""),
        ("$-5", "-5", "USD"),
        ("+5", "5", ""),
        pytest.param("5-", "-5", "", id="the minus behind, as book-keeping writes it"),
        pytest.param("12,-", "12", "", id="a dash for no cents"),
        pytest.param("€ 12,\u2013", "12", "EUR", id="a long dash for no cents"),
        ("1'234.50 CHF", "1234.50", "CHF"),
        ("1 234,50 zł", "1234.50", "PLN"),
        ("1,234,567", "1234567", ""),
        ("1.234.567,8", "1234567.8", ""),
        ("0,123", "0.123", ""),
        (".5", "0.5", ""),
        ("12.", "12", ""),
        pytest.param("\uff11\uff12.\uff15\uff10", "12.50", "", id="full-width digits"),
        pytest.param("1\u202f234,50\u00a0€", "1234.50", "EUR", id="no-break spaces"),
        ("5 items", None, None),
        ("1.2.3", None, None),
        ("12,34,5", None, None),
        ("1,234.567.89", None, None),
        ("12.5 0", None, None),
        ("--5", None, None),
        ("(-5)", None, None),
        ("(5", None, None),
        ("£5 EUR", None, None),
        ("twelve", None, None),
        ("", None, None),
        pytest.param("1" * 65, None, None, id="longer than any amount"),
    ],
)
@pytest.mark.parametrize("locale", ["en_US", "de_DE"])
def test_an_amount_of_one_meaning_reads_alike_in_every_locale(
    text: str, amount: str | None, currency: str | None, locale: str
) -> None:
    expected = None if amount is None else (Decimal(amount), currency)
    assert read_amount(text, locale) == expected


@pytest.mark.parametrize(
    ("text", "locale", "amount"),
    [
        ("1,234", "en_US", "1234"),
        ("1,234", "de_DE", "1.234"),
        ("1.234", "en_GB", "1.234"),
        ("1.234", "de-AT", "1234"),
        ("1.234", "de_CH", "1.234"),
        ("1,234", "es_MX", "1234"),
    ],
)
def test_the_locale_decides_what_one_sign_before_three_digits_is(
    text: str, locale: str, amount: str
) -> None:
    assert read_amount(text, locale) == (Decimal(amount), "")


@pytest.mark.parametrize(
    ("number", "amount"),
    [(12, "12.00"), (12.5, "12.50"), (0.1 + 0.2, "0.30"), (2.675, "2.68"), (-3, "-3.00")],
)
def test_a_number_is_its_cents_as_the_sheet_shows_them(number: float, amount: str) -> None:
    read = read_amount(number, "en_US")
    assert read is not None
    assert str(read[0]) == amount


@pytest.mark.parametrize("number", [1e15, 123456789012345678, float("inf"), float("nan")])
def test_a_number_without_cents_left_is_no_amount(number: float) -> None:
    assert read_amount(number, "en_US") is None


@pytest.mark.parametrize(
    ("text", "locale", "code"),
    [
        ("$", "en_US", "USD"),
        ("$", "en_CA", "CAD"),
        ("$", "de_DE", "USD"),
        ("kr", "sv_SE", "SEK"),
        ("kr", "en_US", "kr"),
        ("¥", "zh_CN", "CNY"),
        ("¥", "ja_JP", "JPY"),
        (" Euro ", "en_US", "EUR"),
        ("eur", "en_US", "EUR"),
        ("points", "en_US", None),
    ],
)
def test_a_currency_is_known_by_its_sign_or_code(text: str, locale: str, code: str | None) -> None:
    assert currency_code(text, locale) == code


@given(st.text(alphabet="0123456789.,' -+()€$USDkr\u00a0", max_size=20))
def test_no_text_raises(text: str) -> None:
    read_amount(text, "en_US")


@given(st.decimals(min_value=0, max_value=10**9, places=2), st.sampled_from(["en_US", "de_DE"]))
def test_what_a_locale_writes_it_reads(amount: Decimal, locale: str) -> None:
    written = f"{amount:,.2f}"
    if locale == "de_DE":
        written = written.translate(str.maketrans(",.", ".,"))
    assert read_amount(written, locale) == (amount, "")


@pytest.mark.parametrize(
    ("patterns", "locale", "currency"),
    [
        (['"\u20ac"#,##0.00'], "en_US", "EUR"),
        (["[$\u20ac-407] #,##0.00"], "en_US", "EUR"),
        (["#,##0.00 [$USD]"], "de_DE", "USD"),
        (["$#,##0.00"], "en_AU", "AUD"),
        (['_("$"* #,##0.00_);_("$"* \\(#,##0.00\\)'], "en_US", "USD"),
        (["\u00a3#,##0.00;[Red]-\u00a3#,##0.00", "\u00a3#,##0"], "en_GB", "GBP"),
        pytest.param(["\u00a3#,##0.00", "#,##0.00"], "en_GB", "", id="not all of them"),
        pytest.param(["\u00a3#,##0.00", "\u20ac#,##0.00"], "en_GB", "", id="two currencies"),
        pytest.param(['"$"0" or "\u20ac0'], "en_US", "", id="two in one"),
        pytest.param(['0" pcs"', '"Total: "0', "0.00%", "yyyy-mm-dd", "[Red]0", ""], "en_US", "", id="none"),
        pytest.param([], "en_US", "", id="no amounts"),
    ],
)  # fmt: skip
def test_a_currency_may_be_named_by_the_format_alone(
    patterns: list[str], locale: str, currency: str
) -> None:
    assert shown_currency(patterns, locale) == currency
