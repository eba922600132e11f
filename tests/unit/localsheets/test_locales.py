import pytest

from refundsheet.localsheets.locales import LOCALES, DateOrder, locale_named


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        pytest.param("en_US", "en_US", id="known"),
        pytest.param("de-DE", "de_DE", id="with a hyphen, as browsers write it"),
        pytest.param("de_AT", "de_DE", id="an unknown country has its language's habits"),
        pytest.param("fr", "fr_FR", id="a language alone"),
        pytest.param("en_NZ", "en_US", id="English anywhere else"),
        pytest.param("pt_AO", "pt_BR", id="the first known country of a language"),
        pytest.param("no_NO", "nb_NO", id="the old code for Norwegian"),
        pytest.param("xx_YY", "en_US", id="an unknown language"),
        pytest.param("", "en_US", id="none at all"),
    ],
)
def test_a_locale_is_found_by_its_code_or_its_language(asked: str, given: str) -> None:
    assert locale_named(asked).code == given


@pytest.mark.parametrize("code", LOCALES)
def test_every_locale_names_twelve_months_and_seven_days(code: str) -> None:
    words = locale_named(code).words
    lengths = [len(names) for names in (words.months, words.short_months)]
    assert (lengths, len(words.days), len(words.short_days)) == ([12, 12], 7, 7)


@pytest.mark.parametrize("code", LOCALES)
def test_decimals_and_thousands_are_told_apart(code: str) -> None:
    locale = locale_named(code)
    assert locale.decimal != locale.thousands


@pytest.mark.parametrize("code", LOCALES)
def test_the_date_pattern_has_the_order_in_which_dates_are_read(code: str) -> None:
    locale = locale_named(code)
    if code == "en_CA":  # shows 2020-01-31 and reads 31/1/2020
        assert locale.order is DateOrder.DAY_MONTH_YEAR
        return
    order = sorted("ymd", key=locale.date_pattern.index)
    assert "".join(order).upper() == locale.order.value


@pytest.mark.parametrize(
    ("code", "pattern"),
    [
        pytest.param("en_US", '"$"#,##0.00', id="sign in front: sheets-api.md 6"),
        pytest.param("de_DE", '#,##0.00\u00a0"€"', id="sign behind"),
        pytest.param("pt_BR", '"R$"\u00a0#,##0.00', id="sign of two letters"),
    ],
)
def test_money_is_written_with_the_sign_where_the_country_puts_it(code: str, pattern: str) -> None:
    assert locale_named(code).currency_pattern("#,##0.00") == pattern


def test_a_date_with_its_time_uses_the_clock_of_24_hours() -> None:
    assert locale_named("en_US").date_time_pattern == "m/d/yyyy h:mm:ss"


@pytest.mark.parametrize(("code", "sign"), [("en_US", ","), ("de_DE", ";"), ("ja_JP", ",")])
def test_arguments_are_separated_by_what_is_no_decimal_sign(code: str, sign: str) -> None:
    assert locale_named(code).argument_separator == sign
