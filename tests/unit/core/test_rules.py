"""Each rule with a case that keeps it and one that breaks it, in the words a colleague reads."""

from datetime import date, datetime
from typing import Any

import pytest

from refundsheet.core.columns import BY_FIELD
from refundsheet.core.desk import Desk
from refundsheet.core.model import RefundCase, Severity
from refundsheet.core.rules import RULES, check
from tests.passes import ZONE

DESK = Desk()
ALL = frozenset(BY_FIELD)
GOOD: dict[str, Any] = {
    "status": "Refunded",
    "reason": "Wrong item",
    "requested_at": date(2026, 11, 2),
    "resolved_at": date(2026, 11, 4),
}


def broken(fields: frozenset[str] = ALL, **content: Any) -> dict[str, str]:
    case = RefundCase(**(GOOD | content))
    return {found.rule: found.sentence for found in check(case, DESK, fields)}


def test_a_good_case_breaks_no_rule() -> None:
    assert broken() == {}


@pytest.mark.parametrize(
    ("content", "rule", "sentence"),
    [
        (
            {"status": "what?", "resolved_at": None}, "unknown_status",
            'Status "what?" is not on the list, so the case counts as open. Choose one from the list.',
        ),
        (
            {"status": "Refnded"}, "status_near_miss",
            'Status "Refnded" is read as Refunded. If that is right, choose Refunded.',
        ),
        (
            {"status": "", "resolved_at": None}, "no_status",
            "The status is blank. Choose one, so that the case is followed up.",
        ),
        (
            {"resolved_at": date(2026, 11, 1)}, "resolved_before_received",
            "The resolution date is earlier than the date received. Correct the one that is wrong.",
        ),
        (
            {"status": "New"}, "resolved_but_open",
            ("There is a resolution date, but the status says the case is open. "
            "Clear the date, or close the case."),
        ),
        (
            {"resolved_at": None}, "closed_without_date",
            "Closed without a resolution date, so it is left out of the figures on speed.",
        ),
        (
            {"reason": "other"}, "other_needs_note",
            'The reason is "Other". Please say in the notes what happened.',
        ),
        (
            {"reason": "Wrong itm"}, "reason_near_miss",
            'Reason "Wrong itm" is counted by itself. Did you mean Wrong item?',
        ),
        (
            {"reason": "Damaged / defect"}, "reason_not_listed",
            'Reason "Damaged / defect" is not on the list, so it is counted by itself. Did you mean Damaged or defective?',
        ),
        (
            {"reason": "Bad karma"}, "reason_not_listed",
            'Reason "Bad karma" is not on the list, so it is counted by itself.',
        ),
    ],
)  # fmt: skip
def test_a_broken_rule_says_what_to_do(content: dict[str, Any], rule: str, sentence: str) -> None:
    assert broken(**content) == {rule: sentence}


@pytest.mark.parametrize(
    "content",
    [
        pytest.param({"status": "processed "}, id="a synonym, and a space"),
        pytest.param({"reason": "WRONG ITEM"}, id="letter case"),
        pytest.param({"reason": ""}, id="no reason"),
        pytest.param({"reason": "Other", "notes": "gift"}, id="Other, with a note"),
        pytest.param({"resolved_at": date(2026, 11, 2)}, id="closed on the day"),
        pytest.param({"requested_at": None}, id="received is unknown"),
        pytest.param(
            {"requested_at": datetime(2026, 11, 4, 16, tzinfo=ZONE)}, id="by the day, where one has no time"
        ),
        pytest.param({"status": "New", "resolved_at": None}, id="open"),
    ],
)  # fmt: skip
def test_what_is_right_is_left_alone(content: dict[str, Any]) -> None:
    assert broken(**content) == {}


def test_times_of_one_day_are_compared() -> None:
    assert "resolved_before_received" in broken(
        requested_at=datetime(2026, 11, 4, 16, tzinfo=ZONE),
        resolved_at=datetime(2026, 11, 4, 15, 59, tzinfo=ZONE),
    )


def test_a_rule_is_asked_only_where_its_columns_are() -> None:
    assert broken(frozenset({"reason"}), reason="Other") == {}
    assert broken(frozenset({"status"}), resolved_at=date(2026, 11, 1)) == {}


def test_a_quoted_cell_is_kept_short() -> None:
    for sentence in broken(status="x" * 9000, reason="y" * 9000, resolved_at=None).values():
        assert len(sentence) < 200


def test_every_rule_has_an_id_of_its_own_and_a_column_of_the_table() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert all(rule.field in BY_FIELD for rule in RULES)
    assert all(isinstance(rule.severity, Severity) for rule in RULES)
