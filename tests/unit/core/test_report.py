"""What a pass tells afterwards."""

import json
from dataclasses import replace

from refundsheet.core.model import Change, Outcome, Receipt, Severity, Violation
from refundsheet.core.report import PassReport
from refundsheet.core.summary import summarise
from tests.figures import facts
from tests.passes import MONDAY, Log, case

CHANGE = Change(
    case="r-1", label="R-1", row=2, field="resolved_at", before=None, after=46328.5, reason="closed"
)
OTHER = Change(
    case="r-1", label="R-1", row=2, field="row_check", before=None, after="Mend it.", reason="so"
)


def a_report(**known: object) -> PassReport:
    log = Log([case("R-1")])
    summary = summarise(facts(desk=log.desk, now=MONDAY), ())
    return PassReport(run=7, at=MONDAY, log=log.read(), summary=summary, **known)  # pyright: ignore[reportArgumentType]


def test_a_quiet_pass_has_nothing_worse_than_a_note() -> None:
    assert a_report().worst is Severity.NOTE


def test_the_worst_violation_decides() -> None:
    found = (
        Violation("a", Severity.WARNING, "status", "Choose one."),
        Violation("b", Severity.PROBLEM, "", "Mend it."),
    )
    report = a_report(violations={2: found})
    assert report.worst is Severity.PROBLEM
    told = json.loads(json.dumps(report.violations_json()))
    assert told["rows"] == 1
    assert told["headers"] == []
    assert told["violations"][0] == {
        "row": 2,
        "column": "G",
        "header": "Status",
        "rule": "a",
        "severity": "warning",
        "sentence": "Choose one.",
    }
    assert told["violations"][1]["column"] is None


def test_a_cell_is_called_as_the_sheet_calls_it() -> None:
    report = a_report()
    assert [report.cell_name(2, name) for name in ("status", "owner", "")] == [
        "G2",
        "row 2",
        "row 2",
    ]


def test_a_name_may_stand_in_the_column_it_shares_with_the_order() -> None:
    both = "Customer Name & Order ID"
    log = Log([{both: "Ada, #1"}], headers=("Case ID", "Status", both))
    report = replace(a_report(), log=log.read())
    assert [report.cell_name(2, name) for name in ("order_id", "customer_name")] == ["C2", "C2"]


def test_every_change_is_told_with_what_became_of_it() -> None:
    receipts = (Receipt(CHANGE, Outcome.LOST, "the row had moved"),)
    done, planned = a_report(changes=(CHANGE, OTHER), receipts=receipts).changes_json()
    assert (done["outcome"], done["detail"]) == ("lost", "the row had moved")
    assert (planned["outcome"], planned["detail"]) == (None, "")
    assert (done["case"], done["row"], done["after"]) == ("R-1", 2, 46328.5)


def test_what_people_did_is_one_line() -> None:
    report = a_report(edited={"status": 1200, "notes": 1})
    assert report.news == (
        "Seen at 09:00: people changed Status in 1,200 rows, Notes & Communications in 1 row."
    )
    assert a_report().news == ""


def test_the_figures_of_a_pass_are_plain_values() -> None:
    report = a_report(
        changes=(CHANGE, OTHER),
        receipts=(Receipt(CHANGE, Outcome.DONE), Receipt(OTHER, Outcome.DONE)),
        edited={"status": 2, "notes": 1},
    )
    assert report.count(Outcome.DONE) == 2
    told = json.loads(json.dumps(report.to_json()))
    assert (told["run"], told["planned"], told["receipts"], told["observed"]) == (
        7,
        2,
        {"done": 2},
        3,
    )
    assert told["at"] == "2026-11-02T09:00:00+01:00"
