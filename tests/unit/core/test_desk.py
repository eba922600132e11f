"""A team's statuses, reasons and spans, as they type them."""

import pytest

from refundsheet.core.desk import (
    DEFAULT_STATUSES,
    UNKNOWN_STATUS,
    Desk,
    Meaning,
    Span,
    Status,
    Unit,
)

DESK = Desk()


@pytest.mark.parametrize(
    ("text", "span", "shown"),
    [
        ("2 business days", Span(2, Unit.BUSINESS_DAYS), "2 business days"),
        (" 1.5 BD ", Span(1.5, Unit.BUSINESS_DAYS), "1.5 business days"),
        ("6bh", Span(6, Unit.BUSINESS_HOURS), "6 business hours"),
        ("1 business hour", Span(1, Unit.BUSINESS_HOURS), "1 business hour"),
        ("14 days", Span(14, Unit.CALENDAR_DAYS), "14 days"),
        ("1d", Span(1, Unit.CALENDAR_DAYS), "1 day"),
    ],
)
def test_a_span_reads_as_people_write_it(text: str, span: Span, shown: str) -> None:
    assert Span.parse(text) == span
    assert str(span) == shown


@pytest.mark.parametrize("text", ["", "two days", "0 days", "-1 d", "3 weeks", "2"])
def test_what_is_no_span_is_told_with_examples(text: str) -> None:
    with pytest.raises(
        ValueError, match=r'is not a length of time: write for example "2 business days"'
    ):
        Span.parse(text)


@pytest.mark.parametrize(
    ("label", "status", "suggestion"),
    [
        ("New", "New", ""),
        (" under  REVIEW", "Under Review", ""),
        ("on-hold", "On Hold", ""),
        ("Pending", "Under Review", ""),
        ("Processed", "Refunded", ""),
        ("Refundd", "Refunded", "Refunded"),
        ("Awaiting Custmer", "Awaiting Customer", "Awaiting Customer"),
    ],
)
def test_a_label_is_understood(label: str, status: str, suggestion: str) -> None:
    found = DESK.recognise(label)
    assert (found.status.label, found.suggestion, found.is_known) == (status, suggestion, True)


@pytest.mark.parametrize("label", ["", "  ", "whatever", "Nw"])
def test_an_unknown_label_counts_as_open(label: str) -> None:
    found = DESK.recognise(label)
    assert (found.status, found.is_known) == (UNKNOWN_STATUS, False)
    assert found.status.meaning is Meaning.OPEN


def test_the_teams_own_label_beats_a_synonym() -> None:
    own = Status(label="Pending", meaning=Meaning.WAITING)
    assert Desk(statuses=(*DEFAULT_STATUSES, own)).recognise("pending").status is own


def test_closed_is_whatever_ends_a_case() -> None:
    assert [meaning for meaning in Meaning if meaning.is_closed] == [Meaning.PAID, Meaning.CLOSED]


@pytest.mark.parametrize(
    ("reason", "is_known", "suggestion"),
    [
        ("wrong ITEM", True, ""),
        ("Wrong itme", False, "Wrong item"),
        ("Bad karma", False, ""),
        ("", False, ""),
    ],
)
def test_a_reason_is_looked_up_on_the_list(reason: str, is_known: bool, suggestion: str) -> None:  # noqa: FBT001
    found = DESK.listed_reason(reason)
    assert (found.is_known, found.suggestion) == (is_known, suggestion)
