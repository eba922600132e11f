import pytest
from hypothesis import given
from hypothesis import strategies as st

from refundsheet.localsheets.display import CellError, NumberFormat, display
from refundsheet.localsheets.locales import LOCALES

Value = str | float | bool | None


def shown(value: Value, pattern: str, locale: str = "en_US") -> str:
    return display(value, NumberFormat("NUMBER", pattern), locale=locale)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param(2.0, "2", id="whole: sheets-api.md 3"),
        pytest.param(0.12, "0.12", id="decimals: sheets-api.md 3"),
        pytest.param(1 / 1024, "0.0009765625", id="recorded"),
        pytest.param(1 / 3, "0.3333333333", id="ten digits"),
        pytest.param(0.1 + 0.2, "0.3", id="a float's dust is not shown"),
        pytest.param(-1.5, "-1.5", id="minus"),
        pytest.param(43831.5208333333, "43831.52083", id="a serial number with time"),
        pytest.param(123456789012345, "123456789012345", id="fifteen digits"),
        pytest.param(1e15, "1E+15", id="large"),
        pytest.param(1234567890123456, "1.23457E+15", id="large, not round"),
        pytest.param(1e-10, "1E-10", id="small"),
        pytest.param(True, "TRUE", id="truth: sheets-api.md 3"),
        pytest.param("text", "text", id="text"),
        pytest.param(None, "", id="blank"),
    ],
)
def test_without_a_format_a_value_is_shown_as_simply_as_it_can_be(value: Value, text: str) -> None:
    assert display(value, None, locale="en_US") == text


@pytest.mark.parametrize(
    ("value", "pattern", "text"),
    [
        pytest.param(2000000.01, "#,##0.00", "2,000,000.01", id="recorded thousands"),
        pytest.param(-1234.5, "#,##0", "-1,235", id="rounded half up"),
        pytest.param(0.5, "0%", "50%", id="percent"),
        pytest.param(12000, "0.00E+00", "1.20E+04", id="power of ten"),
        pytest.param(99999, "0.00E+00", "1.00E+05", id="power that rounds up"),
        pytest.param(0, "0.00E+00", "0.00E+00", id="zero has no power"),
        pytest.param(12345, "##0.0E+0", "12.3E+3", id="powers of a thousand"),
        pytest.param(0.001, "0E-0", "1E-3", id="only a minus is written"),
        pytest.param(100.15, '"$"#,##0.00', "$100.15", id="quoted sign: sheets-api.md 6"),
        pytest.param(35, "#,##0.00 [$€-407]", "35.00 €", id="currency in brackets"),
        pytest.param(-5, "0;(0)", "(5)", id="a section for negatives"),
        pytest.param(0, '0;(0);"zero"', "zero", id="a section for zero"),
        pytest.param("x", '0;0;0;"<"@">"', "<x>", id="a section for text"),
        pytest.param("x", "0.00", "x", id="text does not care for digits"),
        pytest.param(5, "[Red]0", "5", id="a colour is not shown"),
        pytest.param(5, '[>3]"big";"small"', "big", id="a condition that holds"),
        pytest.param(2, '[>3]"big";"small"', "small", id="and one that does not"),
        pytest.param(7, "000", "007", id="zeros are kept"),
        pytest.param(1.5, "0.00##", "1.50", id="optional decimals"),
        pytest.param(5551234567, "(000) 000-0000", "(555) 123-4567", id="signs between digits"),
        pytest.param(1234567, "#,##0,", "1,235", id="in thousands"),
        pytest.param(0.5, ".00", ".50", id="no digit before the point"),
        pytest.param(3.25, "# ?/?", "3 1/4", id="fraction"),
        pytest.param(0.5, "?/?", "1/2", id="fraction without a whole part"),
        pytest.param(3, "# ?/?", "3", id="a whole number has no fraction"),
        pytest.param(7, r"0\x", "7x", id="escaped letter"),
        pytest.param(7, "_(0_)", " 7 ", id="room for parentheses"),
        pytest.param(1.25, "@", "1.25", id="as text"),
        pytest.param(1.25, "General", "1.25", id="as simply as it can be"),
    ],
)
def test_a_number_follows_its_pattern(value: float | str, pattern: str, text: str) -> None:
    assert shown(value, pattern) == text


@pytest.mark.parametrize(
    ("value", "pattern", "text"),
    [
        pytest.param(43831, "yyyy-mm-dd", "2020-01-01", id="recorded: sheets-api.md 3"),
        pytest.param(46292, "m/d/yyyy", "9/27/2026", id="US: sheets-api.md 6"),
        pytest.param(46292.378473, "yyyy-mm-dd h:mm:ss", "2026-09-27 9:05:00", id="bare hour: 6"),
        pytest.param(
            46292.99999999, "m/d/yyyy h:mm:ss", "9/28/2026 0:00:00", id="next day: sheets-api.md 3"
        ),
        pytest.param(46292.9999, "m/d/yyyy", "9/27/2026", id="a date alone is cut off"),
        pytest.param(0, "m/d/yyyy", "12/30/1899", id="day zero: sheets-api.md 6"),
        pytest.param(-1, "m/d/yyyy", "12/29/1899", id="the day before"),
        pytest.param(42782, "d-mmm-yy", "16-Feb-17", id="short names"),
        pytest.param(42782, "dddd, mmmm d, yyyy", "Thursday, February 16, 2017", id="long names"),
        pytest.param(42782, "ddd mmmmm", "Thu F", id="first letter of a month"),
        pytest.param(0.75, "h:mm am/pm", "6:00 PM", id="afternoon"),
        pytest.param(0, "h am/pm", "12 AM", id="midnight"),
        pytest.param(0.75, "hh:mm A/P", "06:00 P", id="one capital letter"),
        pytest.param(0.5 + 5 / 1440, "h:mm", "12:05", id="minutes after an hour"),
        pytest.param(5 / 1440, "mm:ss", "05:00", id="minutes before seconds"),
        pytest.param(43831.5, "h MM", "12 01", id="capital M is the month: Google's guide"),
        pytest.param(1.5, "[h]:mm:ss", "36:00:00", id="duration"),
        pytest.param(-0.5, "[h]:mm", "-12:00", id="negative duration"),
        pytest.param(5e6, "[h]:mm", "120000000:00", id="a duration has no calendar"),
        pytest.param(0.5, "[mm]", "720", id="in minutes"),
        pytest.param(90.25 / 86400, "[ss].00", "90.25", id="in seconds"),
        pytest.param(0.25 / 86400, "s.000", "0.250", id="milliseconds"),
        pytest.param(43831, 'yyyy"y"', "2020y", id="quoted letters are no date"),
        pytest.param(1e9, "yyyy", "1000000000", id="beyond the calendar"),
    ],
)
def test_a_serial_number_follows_its_date_pattern(value: float, pattern: str, text: str) -> None:
    assert shown(value, pattern) == text


@pytest.mark.parametrize(
    ("kind", "locale", "text"),
    [
        pytest.param("NUMBER", "en_US", "1,234.50", id="number"),
        pytest.param("CURRENCY", "en_US", "$1,234.50", id="currency"),
        pytest.param("PERCENT", "en_US", "123450.00%", id="percent"),
        pytest.param("SCIENTIFIC", "en_US", "1.23E+03", id="scientific"),
        pytest.param("DATE", "en_US", "5/18/1903", id="date"),
        pytest.param("TIME", "en_US", "12:00:00 PM", id="time"),
        pytest.param("DATE_TIME", "en_US", "5/18/1903 12:00:00", id="date and time"),
        pytest.param("TEXT", "en_US", "1234.5", id="text"),
        pytest.param("NUMBER", "de_DE", "1.234,50", id="German number"),
        pytest.param("CURRENCY", "de_DE", "1.234,50\u00a0€", id="German currency"),
        pytest.param("DATE", "de_DE", "18.05.1903", id="German date"),
        pytest.param("DATE_TIME", "en_GB", "18/05/1903 12:00:00", id="British date and time"),
        pytest.param("DATE", "ja_JP", "1903/05/18", id="Japanese date"),
    ],
)
def test_a_format_without_a_pattern_has_its_types_default(
    kind: str, locale: str, text: str
) -> None:
    assert display(1234.5, NumberFormat(kind, ""), locale=locale) == text


@pytest.mark.parametrize(
    ("value", "pattern", "locale", "text"),
    [
        pytest.param(1234.5, "#,##0.00", "fr_FR", "1\u202f234,50", id="French thousands"),
        pytest.param(42782, "mmmm", "fr_FR", "février", id="French month"),
        pytest.param(42782, "dddd", "de_DE", "Donnerstag", id="German weekday"),
        pytest.param(0.5, "ss.00", "de_DE", "00,00", id="decimal comma after seconds"),
        pytest.param(42782, "dd.mm.yyyy", "de_DE", "16.02.2017", id="points in dates stay"),
        pytest.param(True, "0", "de_DE", "WAHR", id="German truth"),
        pytest.param(1.5, "", "de_DE", "1,50", id="default pattern"),
    ],
)
def test_the_locale_decides_signs_and_names(
    value: float, pattern: str, locale: str, text: str
) -> None:
    assert shown(value, pattern, locale) == text


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("REF", "#REF!"),
        ("N_A", "#N/A"),
        ("ERROR", "#ERROR!"),
        ("DIVIDE_BY_ZERO", "#DIV/0!"),
        ("VALUE", "#VALUE!"),
        ("NAME", "#NAME?"),
        ("NUM", "#NUM!"),
        ("NULL_VALUE", "#NULL!"),
        ("LOADING", "Loading..."),
    ],
)
def test_an_error_is_shown_by_its_sign(kind: str, text: str) -> None:
    error = CellError(kind, "whatever")
    assert display(error, NumberFormat("NUMBER", "0.00"), locale="en_US") == text == error.text


@given(
    value=st.floats(allow_nan=False, allow_infinity=False),
    pattern=st.text(alphabet='0#?.,%E+-@;[]hmsdyAP/"\\_* $>3', max_size=12),
    locale=st.sampled_from(sorted(LOCALES)),
)
def test_no_pattern_is_too_odd_to_show(value: float, pattern: str, locale: str) -> None:
    assert isinstance(shown(value, pattern, locale), str)


@given(value=st.integers(-(10**14), 10**14))
def test_a_whole_number_is_shown_whole(value: int) -> None:
    assert display(float(value), None, locale="en_US") == str(value)
