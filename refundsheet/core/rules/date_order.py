"""Dates in which the sheet has taken the day for the month: what only the rest of their column shows.

A sheet that takes the month first turns 03-04-2026 into 4 March, whoever meant 3 April, and leaves
29-02-2026 as text, since there is no month 29. So a column in which only the first twelve days of
months stand as dates, and the days after them as text, was filled in by people of the other order.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from refundsheet.core.cells import DATE_AMBIGUOUS, DATE_IS_TEXT, day_words
from refundsheet.core.columns import BY_FIELD, quoted
from refundsheet.core.identity import KnownRow
from refundsheet.core.model import Layout, Violation
from refundsheet.core.parse import cell
from refundsheet.core.rules.catalogue import violation

DATE_SWAPPED = "date_swapped"

#: Fewer texts than these, or a smaller share of the column's dates, tell nothing of the others.
_FEWEST, _SHARE = 3, 0.1

#: So many of the dates may lie after the twelfth day of their month: of dates at large it is most.
_LATER_DAYS = 0.1
_MONTHS = 12

_NUMBERS = re.compile(r"'?\s*(\d{1,2})[-/.](\d{1,2})[-/.]\d{4}\b")


def swapped_dates(rows: Sequence[KnownRow], layout: Layout) -> Iterator[tuple[str, Violation]]:
    """The key of each case with such a date, and what to say of it.

    Args:
        rows: The rows of the log.
        layout: Where its columns are.
    """
    for field, texts in _texts_of_one_order(rows, layout).items():
        dates = list(_dates(rows, field, layout))
        later = sum(day.day > _MONTHS for _, day in dates)
        is_rare = len(texts) < _SHARE * (len(texts) + len(dates))
        if is_rare or later > _LATER_DAYS * len(dates):
            continue
        for key, day in dates:
            if day.day <= _MONTHS and day.day != day.month:
                yield key, _swapped(field, day, texts[0])


def _texts_of_one_order(rows: Iterable[KnownRow], layout: Layout) -> dict[str, list[str]]:
    """Field to the texts in it that are dates in one order of day and month alone."""
    texts = defaultdict[str, list[str]](list)
    without = set[str]()
    for known in rows:
        for found in known.row.violations:
            if found.rule == DATE_IS_TEXT:
                texts[found.field].append(str(cell(known.row, found.field, layout)))
            elif found.rule == DATE_AMBIGUOUS:  # the sheet does not take texts there for dates
                without.add(found.field)
    return {
        field: numbers
        for field, held in texts.items()
        if field not in without
        and len(numbers := [text for text in held if _NUMBERS.match(text)]) >= _FEWEST
        and len(_orders(numbers)) == 1
    }


def _orders(texts: Iterable[str]) -> Collection[bool]:
    """Whether the day comes first, in each of the texts."""
    matches = (_NUMBERS.match(text) for text in texts)
    return {int(match[1]) > _MONTHS for match in matches if match}


def _dates(rows: Iterable[KnownRow], field: str, layout: Layout) -> Iterator[tuple[str, date]]:
    """Key and day of what the sheet has as a date in a column, as far as it can be true."""
    for known in rows:
        moment = getattr(known.row.case, field)
        if moment is not None and not isinstance(cell(known.row, field, layout), str):
            yield known.key, date(moment.year, moment.month, moment.day)


def _swapped(field: str, day: date, text: str) -> Violation:
    header = BY_FIELD[field].header
    other = day.replace(month=day.day, day=day.month)
    order = ("month", "day") if _orders([text]) == {True} else ("day", "month")
    why = (
        f"other dates of the column, as {quoted(text)}, have the {order[1]} first, and this "
        f"spreadsheet takes the {order[0]} first. Type it again as a date, or choose your country in "
        "File > Settings and enter the column anew."
    )
    gist = f"{header} may have day and month swapped: {why}"
    sentence = f"{header} is {day_words(day)}, or rather {day_words(other)}: {why}"
    return replace(violation(DATE_SWAPPED, sentence, field), gist=gist)
