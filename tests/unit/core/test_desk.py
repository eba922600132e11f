"""A team's statuses, reasons and spans, as they type them."""

from datetime import timedelta

import pytest

from refundsheet.core.desk import (
    DEFAULT_REASONS,
    DEFAULT_STATUSES,
    UNKNOWN_STATUS,
    Desk,
    Meaning,
    Reason,
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


def test_days_of_the_calendar_are_whole() -> None:
    with pytest.raises(ValueError, match="days of the calendar are counted whole"):
        Span.parse("1.5 days")


@pytest.mark.parametrize(
    ("earlier", "later", "is_never_before"),
    [
        ("6 bh", "1 bd", False),
        ("8 bh", "1 bd", True),
        ("2 bd", "1 bd", True),
        ("13 d", "14 d", False),
        ("14 d", "14 d", True),
        pytest.param("7 bd", "14 d", False, id="usually before"),
        pytest.param("7 bd", "6 d", True, id="seven business days take more than six days"),
        pytest.param("3 bd", "3 d", False, id="in one week they are up before the third night"),
        pytest.param("17 bh", "1 d", True, id="more than two days of eight hours"),
        pytest.param("14 d", "1 bd", False, id="holidays may be long"),
    ],
)
def test_two_limits_have_an_order_whatever_they_are_counted_in(
    earlier: str,
    later: str,
    is_never_before: bool,  # noqa: FBT001
) -> None:
    day = timedelta(hours=8)
    assert Span.parse(earlier).is_never_before(Span.parse(later), day) is is_never_before


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
        ("Colsed", "Closed", "Closed"),
        ("Piad", "Refunded", "Refunded"),
        ("R\u00e9funded", "Refunded", ""),
        ("\uff32\uff45\uff46unded\u200f", "Refunded", ""),
    ],
)
def test_a_label_is_understood(label: str, status: str, suggestion: str) -> None:
    found = DESK.recognise(label)
    assert (found.status.label, found.suggestion, found.is_known) == (status, suggestion, True)


@pytest.mark.parametrize(
    ("label", "meaning"),
    [
        ("New", Meaning.OPEN),
        ("Under Review", Meaning.OPEN),
        ("Awaiting Customer", Meaning.WAITING),
        ("Awaiting Return", Meaning.WAITING),
        ("On Hold", Meaning.WAITING),
        ("Approved", Meaning.APPROVED),
        ("Processing", Meaning.APPROVED),
        ("Payout Failed", Meaning.OPEN),
        ("Refunded", Meaning.PAID),
        ("Replaced", Meaning.PAID),
        ("Store Credit", Meaning.PAID),
        ("Rejected", Meaning.CLOSED),
        ("Cancelled", Meaning.CLOSED),
        ("Duplicate", Meaning.CLOSED),
        # understood as they stand
        ("Pending", Meaning.OPEN),
        ("Open", Meaning.OPEN),
        ("In Progress", Meaning.OPEN),
        ("In Review", Meaning.OPEN),
        ("Waiting", Meaning.WAITING),
        ("Awaiting Platform", Meaning.WAITING),
        ("Processed", Meaning.PAID),
        ("Completed", Meaning.PAID),
        ("Resolved", Meaning.CLOSED),
        ("Closed", Meaning.CLOSED),
        ("Denied", Meaning.CLOSED),
        ("Declined", Meaning.CLOSED),
        ("Escalated", Meaning.OPEN),
        ("Appealed", Meaning.OPEN),
        ("Reopened", Meaning.OPEN),
        # what other teams call theirs
        ("Submitted", Meaning.OPEN),
        ("Under Investigation", Meaning.OPEN),
        ("Waiting on customer", Meaning.WAITING),
        ("Return label sent", Meaning.WAITING),
        ("To be refunded", Meaning.APPROVED),
        ("Refund in progress", Meaning.APPROVED),
        ("Refund failed", Meaning.OPEN),
        ("Partially refunded", Meaning.PAID),
        ("Exchanged", Meaning.PAID),
        ("Voucher sent", Meaning.PAID),
        ("Not approved", Meaning.CLOSED),
        ("Solved", Meaning.CLOSED),
    ],
)
def test_the_usual_labels_have_their_meaning_out_of_the_box(label: str, meaning: Meaning) -> None:
    found = DESK.recognise(label)
    assert (found.status.meaning, found.is_known, found.suggestion) == (meaning, True, "")


@pytest.mark.parametrize(
    "label",
    [
        "", "  ", "whatever", "Nw",
        pytest.param("Unapproved", id="the opposite"),
        pytest.param("Not Refunded", id="the opposite, in words"),
        pytest.param("Refund Pending", id="asked for, or on its way"),
        pytest.param("Unpaid", id="not yet"),
        pytest.param("None", id="another word, one letter from Done"),
    ],
)  # fmt: skip
def test_an_unknown_label_counts_as_open(label: str) -> None:
    found = DESK.recognise(label)
    assert (found.status, found.is_known) == (UNKNOWN_STATUS, False)
    assert found.status.meaning is Meaning.OPEN


def test_a_slip_between_two_labels_is_neither() -> None:
    statuses = tuple(Status(label=label, meaning=Meaning.OPEN) for label in ("Stage A", "Stage B"))
    assert not Desk(statuses=statuses).recognise("Stage C").is_known


def test_the_teams_own_label_beats_a_synonym() -> None:
    own = Status(label="Pending", meaning=Meaning.WAITING)
    assert Desk(statuses=(*DEFAULT_STATUSES, own)).recognise("pending").status is own


def test_closed_is_whatever_ends_a_case() -> None:
    assert [meaning for meaning in Meaning if meaning.is_closed] == [Meaning.PAID, Meaning.CLOSED]


@pytest.mark.parametrize(
    ("text", "label", "suggestion", "is_slip"),
    [
        ("wrong ITEM", "Wrong item", "", False),
        ("Defective", "Damaged or defective", "", False),
        ("Wrong itme", None, "Wrong item", True),
        ("Item damaged or defective", None, "Damaged or defective", False),
        ("Bad karma", None, "", False),
        ("", None, "", False),
    ],
)
def test_a_reason_is_looked_up_on_the_list(
    text: str,
    label: str | None,
    suggestion: str,
    is_slip: bool,  # noqa: FBT001
) -> None:
    found = DESK.listed_reason(text)
    assert (found.reason.label if found.reason else None) == label
    assert (found.suggestion, found.is_slip) == (suggestion, is_slip)


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("Wrong item", "Wrong item"),
        (" wrong  ITEM ", "Wrong item"),
        ("charged twice", "Duplicate order or charge"),
        pytest.param("Wrong itme", "Wrong itme", id="what only comes near is counted as typed"),
        pytest.param(" Bad \n karma", "Bad karma", id="as typed, on one line"),
        ("", ""),
    ],
)
def test_a_reason_is_counted_under_its_label(text: str, counted: str) -> None:
    assert DESK.canonical_reason(text) == counted


def test_a_reason_that_was_renamed_takes_its_old_rows_along() -> None:
    renamed = Reason(label="Arrived broken", synonyms=("Damaged or defective", "Broken"))
    desk = Desk(reasons=(renamed, *DEFAULT_REASONS[1:]))
    said = ("Arrived broken", "damaged or defective", "Broken")
    assert {desk.canonical_reason(text) for text in said} == {"Arrived broken"}


def test_a_label_beats_a_synonym_of_another_reason() -> None:
    one, other = Reason(label="Lost", synonyms=("Late",)), Reason(label="Late")
    assert Desk(reasons=(one, other)).canonical_reason("late") == "Late"
