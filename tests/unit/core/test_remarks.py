"""Ten thousand violations are told as a few rules, the most important first."""

from refundsheet.core.model import Severity, Violation
from refundsheet.core.remarks import BrokenRule, Remark, by_rule, worst_rows
from refundsheet.core.rules.catalogue import RULE_BY_ID


def typo(label: str) -> Violation:
    return Violation("status_near_miss", Severity.WARNING, "status", f"{label} is a typo.")


def copy(free: str) -> Violation:
    gist = "R-1 stands twice."
    return Violation("duplicate_id", Severity.PROBLEM, "case_id", f"{gist} {free} is free.", gist)


EARLY = Violation("date_too_early", Severity.NOTE, "paid_at", "Too early.")


def test_rules_come_by_severity_and_sentences_by_how_often_they_are_said() -> None:
    found = {
        9: [typo("Nwe")],
        3: [typo("Piad"), EARLY],
        5: [copy("R-8"), typo("Piad")],
        4: [copy("R-9")],
    }
    assert by_rule(found) == (
        BrokenRule(
            RULE_BY_ID["duplicate_id"],
            Severity.PROBLEM,
            (Remark("R-1 stands twice.", ((4, "case_id"), (5, "case_id"))),),
            rows=2,
        ),
        BrokenRule(
            RULE_BY_ID["status_near_miss"],
            Severity.WARNING,
            (
                Remark("Piad is a typo.", ((3, "status"), (5, "status"))),
                Remark("Nwe is a typo.", ((9, "status"),)),
            ),
            rows=3,
        ),
        # as much as it matters to the team
        BrokenRule(
            RULE_BY_ID["date_too_early"], Severity.NOTE, (Remark("Too early.", ((3, "paid_at"),)),), rows=1
        ),
    )  # fmt: skip


def test_a_row_is_counted_once_for_a_rule_that_it_breaks_twice() -> None:
    others = Violation("date_too_early", Severity.NOTE, "approved_at", "Too early, too.")
    (broken,) = by_rule({3: [EARLY, others]})
    assert (broken.rows, len(broken.remarks)) == (1, 2)


def test_rows_with_many_faults_are_pointed_out() -> None:
    found = {
        2: [typo("a"), typo("b"), typo("c")],
        3: [typo("a"), typo("b"), EARLY, EARLY],
        4: [copy("x"), copy("y"), typo("z")],
        5: [typo("a"), typo("b"), typo("c"), typo("d")],
    }
    assert worst_rows(found) == ((4, 2, 1), (5, 0, 4), (2, 0, 3))
