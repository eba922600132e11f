"""What `check` prints of a log with many faults fits on a screen, and says what to do."""

from collections.abc import Mapping

import pytest

from refundsheet.cli.check import ADVICE, print_check
from refundsheet.core.model import Severity, Violation
from refundsheet.core.report import PassReport
from refundsheet.core.rules.catalogue import RULE_BY_ID
from refundsheet.core.summary import summarise
from tests.figures import facts
from tests.passes import MONDAY, Log, case

ROWS = 30


def odd(label: str) -> Violation:
    return Violation("unknown_status", Severity.WARNING, "status", f"{label} is unknown.")


def printed(
    capsys: pytest.CaptureFixture[str],
    violations: Mapping[int, tuple[Violation, ...]],
    *,
    headers: tuple[Violation, ...] = (),
    notes: bool = False,
    everything: bool = False,
) -> list[str]:
    """The lines of the output."""
    log = Log([case(f"R-{n}") for n in range(ROWS)]).read()
    report = PassReport(
        run=0,
        at=MONDAY,
        log=log,
        summary=summarise(facts(), ()),
        violations=violations,
        headers=headers,
    )
    print_check(report, notes=notes, everything=everything)
    return capsys.readouterr().out.splitlines()


def test_of_many_rows_the_first_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    found = {number: (odd("Wibble"),) for number in range(2, 22)}
    found |= {number: (odd(f"Label {number}"),) for number in range(22, 26)}
    lines = printed(capsys, found)
    assert lines[0] == (
        '30 rows of "Refund Log" checked, 24 rows have something to correct: 24 warnings'
    )
    assert lines[2:6] == [
        "WARNING  The status is not on the list; the case counts as open: 24 rows (unknown_status)",
        "  Wibble is unknown.",
        "    G2, G3, G4, G5, G6, G7 and 14 more",
        "  Label 22 is unknown.",
    ]
    assert "  … and 2 others of this kind" in lines
    assert f"  {ADVICE['unknown_status']}" in lines
    assert len(lines) < 15


def test_headers_and_the_worst_rows_are_told_too(capsys: pytest.CaptureFixture[str]) -> None:
    twice = Violation("header_twice", Severity.PROBLEM, "", "Two columns are called Status.")
    lines = printed(capsys, {7: (odd("a"), odd("b"), twice)}, headers=(twice,))
    assert "PROBLEM  Headers: Two columns are called Status." in lines
    assert lines[lines.index("Rows with most to correct:") + 1] == "  row 7: 1 problem, 2 warnings"


def test_what_every_row_has_is_said_so(capsys: pytest.CaptureFixture[str]) -> None:
    note = Violation("reason_missing", Severity.NOTE, "reason", "There is no reason.")
    lines = printed(capsys, dict.fromkeys(range(2, ROWS + 2), (note,)))
    assert lines[0] == '30 rows of "Refund Log" checked, nothing to correct: 30 notes'
    assert "  There is no reason: every row (reason_missing)" in lines


def test_advice_is_given_for_rules_that_there_are() -> None:
    assert ADVICE.keys() <= RULE_BY_ID.keys()
