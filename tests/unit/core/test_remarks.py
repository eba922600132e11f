"""Ten thousand violations are told as a few rules, the most important first."""

from dataclasses import replace

from refundsheet.core.model import Change, Severity, Violation
from refundsheet.core.remarks import BrokenRule, Remark, by_rule, times_unknown, worst_rows
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


def test_what_nobody_knows_is_told_but_for_what_is_filled_in_now() -> None:
    closed = Violation("closed_without_date", Severity.NOTE, "resolved_at", "Closed, when?")
    received = Violation("received_missing", Severity.NOTE, "requested_at", "Received, when?")
    stamp = Change(
        case="r-1", label="R-1", row=2, field="resolved_at", before=None, after=46328.5, reason="so"
    )
    cleared = replace(stamp, row=3, after=None)
    found = {2: [closed, received], 3: [closed, EARLY], 4: [EARLY]}
    unknown = times_unknown(found, [stamp, cleared])
    assert [(broken.rule.id, broken.remarks[0].places) for broken in unknown] == [
        ("received_missing", ((2, "requested_at"),)),
        ("closed_without_date", ((3, "resolved_at"),)),
    ]
