from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refundsheet.localsheets.display import display
from refundsheet.localsheets.entry import Entered, NumberFormat, enter
from refundsheet.localsheets.locales import LOCALES

TODAY = date(2026, 11, 23)


def entered(text: str, locale: str = "en_US") -> Entered:
    return enter(text, locale=locale, today=TODAY)


def shown(text: str, locale: str = "en_US") -> str:
    result = entered(text, locale)
    return display(result.value, result.number_format, locale=locale)


@pytest.mark.parametrize(
    ("text", "value", "kind", "pattern"),
    [
        pytest.param("2020-01-01", 43831, "DATE", "yyyy-mm-dd", id="recorded: sheets-api.md 6"),
        pytest.param("1999-01-02", 36162, "DATE", "yyyy-mm-dd", id="recorded, last century"),
        pytest.param("9/27/2026", 46292, "DATE", "m/d/yyyy", id="US date: sheets-api.md 6"),
        pytest.param("1-2", 46024, "DATE", "m-d", id="no year, this year's: sheets-api.md 6"),
        pytest.param("50%", 0.5, "PERCENT", "0%", id="percent: sheets-api.md 6"),
        pytest.param("12.5%", 0.125, "PERCENT", "0.00%", id="percent with decimals"),
        pytest.param("$100.15", 100.15, "CURRENCY", '"$"#,##0.00', id="money: sheets-api.md 6"),
        pytest.param("$1,234", 1234, "CURRENCY", '"$"#,##0', id="money in whole units"),
        pytest.param("-$5", -5, "CURRENCY", '"$"#,##0', id="sign before the currency"),
        pytest.param("$-5", -5, "CURRENCY", '"$"#,##0', id="sign after the currency"),
        pytest.param("($5.00)", -5, "CURRENCY", '"$"#,##0.00', id="an accountant's minus"),
        pytest.param("2,000,000.01", 2000000.01, "NUMBER", "#,##0.00", id="recorded thousands"),
        pytest.param("1,234", 1234, "NUMBER", "#,##0", id="thousands without decimals"),
        pytest.param("12E3", 12000, "SCIENTIFIC", "0.00E+00", id="power of ten"),
        pytest.param("1e-3", 0.001, "SCIENTIFIC", "0.00E+00", id="negative power"),
        pytest.param("10:30", 0.4375, "TIME", "h:mm", id="time"),
        pytest.param("10:30 PM", 0.9375, "TIME", "h:mm am/pm", id="time with PM"),
        pytest.param("12:15 am", 0.25 / 24, "TIME", "h:mm am/pm", id="after midnight"),
        pytest.param("6pm", 0.75, "TIME", "h:mm am/pm", id="bare hour"),
        pytest.param("25:00", 25 / 24, "TIME", "[h]:mm:ss", id="more than a day is a duration"),
        pytest.param("0:00:00.250", 0.25 / 86400, "TIME", "h:mm:ss.000", id="milliseconds"),
        pytest.param("16-Feb-17", 42782, "DATE", "d-mmm-yy", id="as in the TSA log"),
        pytest.param("Feb 16, 2017", 42782, "DATE", "mmm d, yyyy", id="month first"),
        pytest.param("february 16 2017", 42782, "DATE", "mmmm d yyyy", id="small letters"),
        pytest.param("16 Feb", 46069, "DATE", "d mmm", id="named month, this year"),
        pytest.param("Feb 2017", 42767, "DATE", "mmm yyyy", id="a month is its first day"),
        pytest.param("12/2017", 43070, "DATE", "m/yyyy", id="a month in figures"),
        pytest.param("Mon, Mar 2, 2020", 43892, "DATE", "mmm d, yyyy", id="weekday is dropped"),
        pytest.param("July 4th, 2020", 44016, "DATE", "mmmm d, yyyy", id="ordinal"),
        pytest.param("02/09/2021", 44236, "DATE", "mm/dd/yyyy", id="typed zeros stay"),
        pytest.param("1/1/29", 47119, "DATE", "m/d/yy", id="29 is of this century"),
        pytest.param("1/1/30", 10959, "DATE", "m/d/yy", id="30 is of the last"),
        pytest.param("12/30/1899", 0, "DATE", "m/d/yyyy", id="day zero: sheets-api.md 6"),
        pytest.param("3/1/1900", 61, "DATE", "m/d/yyyy", id="1900 had no 29 February: 6"),
        pytest.param(" 50% ", 0.5, "PERCENT", "0%", id="spaces around do not count"),
        pytest.param(
            "2026-09-27 10:30:15",
            46292 + 37815 / 86400,
            "DATE_TIME",
            "yyyy-mm-dd h:mm:ss",
            id="date and time: sheets-api.md 6",
        ),
        pytest.param(
            "05/01/2022 12:00:03 AM",
            44682 + 3 / 86400,
            "DATE_TIME",
            "mm/dd/yyyy h:mm:ss am/pm",
            id="as in the New York log",
        ),
    ],
)
def test_what_google_recognises_becomes_a_number_with_a_format(
    text: str, value: float, kind: str, pattern: str
) -> None:
    result = entered(text)
    assert result.value == pytest.approx(value, abs=1e-9)
    assert result.number_format == NumberFormat(kind, pattern)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("007", 7, id="leading zeros go: sheets-api.md 6"),
        pytest.param("0042", 42, id="recorded"),
        pytest.param("3.00", 3, id="no format for decimals: sheets-api.md 6"),
        pytest.param("-5", -5, id="minus"),
        pytest.param("+5", 5, id="a number with a plus is no formula"),
        pytest.param(".5", 0.5, id="no whole part"),
        pytest.param("5.", 5, id="no decimals"),
        pytest.param("(5)", -5, id="an accountant's minus"),
        pytest.param("-0", 0, id="there is no minus zero"),
        pytest.param("2017042438845", 2017042438845, id="a claim number"),
        pytest.param("12345678901234567890", 1.2345678901234567e19, id="beyond 15 digits: float"),
    ],
)
def test_a_plain_number_brings_no_format(text: str, value: float) -> None:
    assert entered(text) == Entered(value=value, formula=None, number_format=None)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("3_1_0", id="underscores: sheets-api.md 6"),
        pytest.param("2026-09-27T10:30:15", id="ISO with T: sheets-api.md 6"),
        pytest.param("29-02-2016 01:16", id="29 is no month in en_US"),
        pytest.param("2/30/2020", id="no such day"),
        pytest.param("2/29/2019", id="no leap year"),
        pytest.param("1 1/2", id="fractions are text"),
        pytest.param("1.2.3", id="a version, not a date"),
        pytest.param("1,23", id="a comma that groups nothing"),
        pytest.param("10:75", id="no such minute"),
        pytest.param("13:00 PM", id="no such hour on a dial"),
        pytest.param("12A", id="a seat, not an hour"),
        pytest.param("MARCH1", id="a code, not a date"),
        pytest.param("May", id="a name, not a date"),
        pytest.param("INC0000045", id="a ticket"),
        pytest.param("-", id="a dash"),
        pytest.param("=", id="a lone equals sign"),
        pytest.param("+", id="a lone plus"),
        pytest.param("$", id="a lone currency"),
        pytest.param("5%%", id="twice percent"),
        pytest.param(" ", id="a space"),
        pytest.param(", 10:30", id="a comma before a time"),
        pytest.param("€5", id="another country's money"),
        pytest.param("1e400", id="more than a float holds"),
        pytest.param(" leading and trailing ", id="spaces around text stay"),
        pytest.param("two\nlines", id="recorded with a line break"),
        pytest.param("Iñtërnâtiônàlizætiøn", id="recorded letters"),
    ],
)
def test_everything_else_stays_the_text_it_was(text: str) -> None:
    assert entered(text) == Entered(value=text, formula=None, number_format=None)


@pytest.mark.parametrize("text", ["TRUE", "true", "True"])
def test_truth_is_recognised_in_any_case(text: str) -> None:
    assert entered(text).value is True


def test_nothing_empties_the_cell() -> None:
    assert entered("") == Entered(value=None, formula=None, number_format=None)


def test_an_apostrophe_keeps_text_text_and_is_gone() -> None:
    assert entered("'0123") == Entered(value="0123", formula=None, number_format=None)


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        pytest.param("= 1 / 1024", "= 1 / 1024", id="recorded, kept as typed"),
        pytest.param("=1+1", "=1+1", id="recorded"),
        pytest.param("+A1", "=+A1", id="plus begins a formula: sheets-api.md 6"),
        pytest.param("+44 20 7946", "=+44 20 7946", id="a telephone number: #ERROR! in Google"),
    ],
)
def test_equals_and_plus_begin_a_formula(text: str, formula: str) -> None:
    assert entered(text) == Entered(value=None, formula=formula, number_format=None)


@pytest.mark.parametrize(
    ("locale", "text", "value"),
    [
        pytest.param("de_DE", "1.234,50", 1234.5, id="German thousands and decimals"),
        pytest.param("de_DE", "1,5", 1.5, id="German decimals"),
        pytest.param("de_DE", "31.12.2020", 44196, id="German date"),
        pytest.param("de_DE", "12. März 2020", 43902, id="German month"),
        pytest.param("de_DE", "WAHR", True, id="German truth"),
        pytest.param("de_DE", "5,00 €", 5, id="euro behind"),
        pytest.param(
            "en_GB", "29-02-2016 01:16", 42429 + 76 / 1440, id="day first: ServiceNow log"
        ),
        pytest.param("en_GB", "£5.10", 5.1, id="pounds"),
        pytest.param("en_GB", "16-Feb-17", 42782, id="named month needs no order"),
        pytest.param("fr_FR", "1 234,5", 1234.5, id="a typed space groups thousands"),
        pytest.param("fr_FR", "12 févr. 2020", 43873, id="French short month"),
        pytest.param("pt_BR", "12 de março de 2020", 43902, id="Portuguese month"),
        pytest.param("sv_SE", "20-01-02", 43832, id="Swedish year first"),
        pytest.param("ja_JP", "2020年1月2日", 43832, id="Japanese signs"),
        pytest.param("ja_JP", "2020/1/2", 43832, id="Japanese year first"),
    ],
)
def test_the_locale_decides_how_text_is_read(locale: str, text: str, value: float) -> None:
    assert entered(text, locale).value == pytest.approx(value, abs=1e-9)


@pytest.mark.parametrize("locale", LOCALES)
def test_an_iso_date_is_understood_everywhere(locale: str) -> None:
    assert entered("2020-01-31", locale).value == 43861


def test_an_hour_loses_its_zero_on_display() -> None:
    assert shown("2026-09-27 09:05") == "2026-09-27 9:05"  # sheets-api.md 6


DAYS = st.dates(date(1950, 1, 1), date(2049, 12, 31))


@given(day=DAYS, locale=st.sampled_from(sorted(LOCALES)))
def test_a_shown_date_entered_again_is_the_same_day(day: date, locale: str) -> None:
    serial = (day - date(1899, 12, 30)) // timedelta(days=1)
    text = display(serial, NumberFormat("DATE", ""), locale=locale)
    assert entered(text, locale).value == serial
    assert shown(text, locale) == text


@given(value=st.integers(-(10**11), 10**11), locale=st.sampled_from(sorted(LOCALES)))
def test_shown_money_entered_again_is_the_same_amount(value: int, locale: str) -> None:
    text = display(value / 100, NumberFormat("CURRENCY", ""), locale=locale)
    assert entered(text, locale).value == value / 100
    assert shown(text, locale) == text


@given(value=st.floats(-1e9, 1e9).map(lambda value: round(value, 4)))
def test_a_plain_number_reads_as_it_was_typed(value: float) -> None:
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    expected = 0.0 if value == 0 else value
    assert entered(text).value == expected


@given(text=st.text(max_size=80), locale=st.sampled_from(sorted(LOCALES)))
def test_no_text_is_too_odd_to_enter(text: str, locale: str) -> None:
    result = entered(text, locale)
    assert isinstance(display(result.value, result.number_format, locale=locale), str)


@given(
    text=st.from_regex(
        r"[0-9]{1,4}[-/. :][0-9]{1,4}([-/. :][0-9]{1,4})?( ?[apAP][mM])?", fullmatch=True
    )
)
def test_what_looks_like_a_date_is_a_number_with_a_format_or_the_text(text: str) -> None:
    result = entered(text)
    assert result.value == text or isinstance(result.value, float)
