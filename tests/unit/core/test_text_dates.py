"""A date that stands as text is read where it can mean only one day, and never guessed."""

import csv
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refundsheet.core.model import Moment
from refundsheet.core.text_dates import Ambiguous, read_text_date

at = datetime.fromisoformat


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-04", date(2026, 3, 4)),
        ("2026/3/4", date(2026, 3, 4)),
        ("2026-03-04 09:05", at("2026-03-04 09:05")),
        ("2026-03-04T10:30:15.250", at("2026-03-04 10:30:15")),
        ("2026-03-04T10:30:15Z", datetime(2026, 3, 4, 10, 30, 15, tzinfo=UTC)),
        ("2026-03-04 12:30+02:00", datetime(2026, 3, 4, 10, 30, tzinfo=UTC)),
        ("29-02-2016 01:16", at("2016-02-29 01:16")),
        ("13/04/2026", date(2026, 4, 13)),
        ("04/13/2026 11:05 PM", at("2026-04-13 23:05")),
        ("05/05/2026 12:00:03 AM", at("2026-05-05 00:00:03")),
        ("31.12.2026, 12:00 p.m.", at("2026-12-31 12:00")),
        ("16-Feb-17", date(2017, 2, 16)),
        ("3 Apr 2026", date(2026, 4, 3)),
        ("3rd of April 2026 at 5:00 pm", at("2026-04-03 17:00")),
        ("Sept. 3, 2026", date(2026, 9, 3)),
        ("2026-Apr-03", date(2026, 4, 3)),
        pytest.param(
            "\u200f13/04/2026\u00a0", date(2026, 4, 13), id="direction mark and no-break space"
        ),
        pytest.param(
            "\uff11\uff13/\uff10\uff14/\uff12\uff10\uff12\uff16",
            date(2026, 4, 13),
            id="full-width digits",
        ),
        pytest.param("'2026-03-04", date(2026, 3, 4), id="an apostrophe to keep it text"),
    ],
)
@pytest.mark.parametrize("locale", ["en_US", "en_GB", "de_DE", "ja_JP"])
def test_a_text_of_one_meaning_is_read_in_every_locale(
    text: str, moment: Moment, locale: str
) -> None:
    assert read_text_date(text, locale=locale) == moment


@pytest.mark.parametrize(
    ("text", "locale", "day"),
    [
        ("3. März 2026", "de_DE", date(2026, 3, 3)),
        ("16 Mrz 2026", "de_AT", date(2026, 3, 16)),
        ("1er février 2026", "fr_FR", date(2026, 2, 1)),
        ("3 de abril de 2026", "es_MX", date(2026, 4, 3)),
        ("3 maart 2026", "nl-NL", date(2026, 3, 3)),
        ("7 października 2026", "pl_PL", date(2026, 10, 7)),
    ],
)
def test_month_names_of_the_sheets_language_are_understood(
    text: str, locale: str, day: date
) -> None:
    assert read_text_date(text, locale=locale) == day
    assert read_text_date(text, locale="en_US") is None


@pytest.mark.parametrize("locale", ["en_US", "en_GB", "de_DE"])
@pytest.mark.parametrize(
    "text", ["03/04/2026", "3-4-2026 10:15", "03.04.2026", "03/04/2026 12:00:03 AM"]
)
def test_a_text_that_could_be_two_days_is_not_read_in_any_locale(text: str, locale: str) -> None:
    assert read_text_date(text, locale=locale) == Ambiguous((date(2026, 4, 3), date(2026, 3, 4)))


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("13/04/26", (date(2026, 4, 13), date(2013, 4, 26))),
        ("31/12/99", (date(2099, 12, 31),)),
    ],
)
def test_two_digits_among_numbers_are_no_year(text: str, readings: tuple[date, ...]) -> None:
    assert read_text_date(text, locale="en_GB") == Ambiguous(readings, short_year=True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "March",
        "12",
        "10:30",
        "20260304",
        "31/04/2026",
        "99/99/99",
        "2026-13-04",
        "2026-03-04 25:00",
        "13/04/2026 25:00",
        "13/04/2026 13:00 PM",
        "2026-03-04T10:30+99:00",
        "2026-03-04Z",
        "3 Foo 2026",
        "31 April 2026",
        "2026-03-04 or later",
        "about 13/04/2026",
        "13/04-2026",
        pytest.param("2026-03-04" + " " * 60, id="longer than any date"),
    ],
)
def test_anything_else_is_no_date(text: str) -> None:
    assert read_text_date(text, locale="en_GB") is None


@given(st.text(max_size=30), st.sampled_from(["en_US", "de_DE", "", "xx"]))
def test_no_text_raises(text: str, locale: str) -> None:
    read_text_date(text, locale=locale)


@given(
    st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    st.sampled_from(
        ["%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y %H:%M", "%m.%d.%Y", "%Y-%m-%d", "%d %B %Y", "%d-%b-%y"]
    ),
    st.sampled_from(["en_US", "en_GB", "fr_FR"]),
)
def test_a_day_is_read_right_or_not_at_all(day: date, form: str, locale: str) -> None:
    read = read_text_date(day.strftime(form), locale=locale)
    if isinstance(read, Ambiguous):
        assert day in read.readings
    else:
        assert read is not None
        assert (read.year, read.month, read.day) == (day.year, day.month, day.day)


def test_no_date_of_a_real_messy_sheet_is_read_wrong(shared: Path) -> None:
    folder = shared / "data" / "messy_mixed"
    with (folder / "cases.csv").open(newline="", encoding="utf-8") as cases:
        cells = list(csv.DictReader(cases))
    with (folder / "truth.csv").open(newline="", encoding="utf-8") as truth:
        meant = list(csv.DictReader(truth))
    read = unread = 0
    for cell, truth_of in zip(cells, meant, strict=True):
        for column in ("Date Request Received", "Date of Last Action", "Resolution Date"):
            moment = read_text_date(cell[column], locale="en_US")
            if moment is None or isinstance(moment, Ambiguous):
                unread += bool(cell[column])
                continue
            day = truth_of[f"{column} (ISO)"]
            assert datetime.fromisoformat(day) == datetime.fromisoformat(str(moment)), cell[column]
            read += 1
        is_ambiguous = isinstance(
            read_text_date(cell["Date Request Received"], locale="en_US"), Ambiguous
        )
        assert is_ambiguous == (truth_of["received_ambiguous_day_month"] == "1")
    assert read > unread / 2 > 0
