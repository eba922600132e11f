"""The one table of columns: every header finds its field, and no two fields share one."""

from collections import Counter
from dataclasses import fields

import pytest

from refundsheet.core.columns import (
    BY_FIELD,
    COLUMNS,
    CUSTOMER_AND_ORDER,
    OUR_FIELDS,
    Writer,
    comparable,
    header_names,
    quoted,
    unmarked,
)
from refundsheet.core.model import RefundCase


def test_no_header_belongs_to_two_fields() -> None:
    names = [
        comparable(name)
        for column in (*COLUMNS, CUSTOMER_AND_ORDER)
        for name in {comparable(n) for n in (column.header, *column.aliases)}
    ]
    assert [name for name, count in Counter(names).items() if count > 1] == []


def test_a_case_holds_every_column_of_the_team_and_no_other() -> None:
    teams = {column.field for column in COLUMNS if column.writer is not Writer.US}
    assert teams == {field.name for field in fields(RefundCase)}
    assert set(OUR_FIELDS) == set(BY_FIELD) - teams


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Case ID", "case_id"),
        ("  CASE_ID: ", "case_id"),
        ("Rés\u00f6lved", "resolved_at"),
        ("Notes & Communications", "notes"),
        ("notes communications", "notes"),
        ("VigorBuy Deadline", "deadline"),
        ("Customer Name & Order ID", "customer_and_order"),
        ("\uff33tatus", "status"),
    ],
)
def test_a_header_is_found_however_it_is_written(header: str, field: str) -> None:
    assert header_names()[comparable(header)] == field


def test_a_team_may_name_a_column_its_own_way() -> None:
    assert header_names({"status": "Wie steht's?"})[comparable("wie steht s")] == "status"


@pytest.mark.parametrize(
    ("text", "plain"),
    [("a\u00a0b", "a b"), ("\u200fR-1", "R-1"), ("\uff11", "1"), (" two\nlines ", "two lines")],
)
def test_marks_nobody_sees_are_left_out(text: str, plain: str) -> None:
    assert unmarked(text) == plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [("two\n lines", "two lines"), ("x" * 40, "x" * 40), ("x" * 41, "x" * 39 + "…")],
)
def test_a_quoted_text_is_one_short_line(text: str, shown: str) -> None:
    assert quoted(text) == shown
