"""Every figure of a log, and what is said of those it has no column for."""

from refundsheet.core.model import RefundCase, Severity, Violation
from refundsheet.core.statistics.facts import known_by_its_row
from refundsheet.core.statistics.figures import Duration, SwitchedOff, Table
from refundsheet.core.statistics.quality import problems
from refundsheet.core.statistics.registry import STATISTICS, Topic, compute
from tests.figures import FIELDS, FRIDAY, facts


def test_every_figure_has_a_name_of_its_own_a_definition_and_a_basis() -> None:
    found = [result for results in compute(facts()).values() for result in results]
    names = [statistic.name for statistic in STATISTICS]
    assert len(names) == len(set(names))
    told = [result.name for result in found]
    assert len(told) == len(set(told))
    assert set(names) - set(told) <= {"approved_unpaid_amount"}  # one a currency
    assert not any(isinstance(result, SwitchedOff) for result in found)
    for result in found:
        assert not isinstance(result, SwitchedOff)
        assert result.definition.endswith(".")
        assert result.used == 0


def test_tables_are_rectangular() -> None:
    cases = [RefundCase(status="New", reason="Odd", product="P", owner="Ana")]
    found = [result for results in compute(facts(*cases)).values() for result in results]
    for table in found:
        if isinstance(table, Table):
            assert {len(row) for row in table.rows} <= {len(table.columns)}


def test_a_figure_without_its_column_is_switched_off_and_says_why() -> None:
    found = compute(facts(fields=FIELDS - {"product", "requested_at"}))
    off = {one.name: one.why for one in found[Topic.SHARES] if isinstance(one, SwitchedOff)}
    assert off["by_product"] == (
        'The log has no column "Date Request Received" and no column "Product".'
    )
    assert not [
        one for one in found[Topic.SPEED] if isinstance(one, Duration) and one.name != "payout"
    ]


def test_rows_are_counted_by_what_is_wrong_with_them() -> None:
    early = Violation("resolved_before_received", Severity.PROBLEM, "resolved_at", "")
    near = Violation("status_near_miss", Severity.WARNING, "status", "")
    note = Violation("reason_not_listed", Severity.NOTE, "reason", "")
    table = problems(facts(violations=((near,), (near, near, early), (note,))))
    assert table.rows == (
        ("Resolved before received", "problem", 1),
        ("Status near miss", "warning", 2),
    )


def test_a_case_in_doubt_is_known_by_what_its_row_says() -> None:
    case = RefundCase(status="New")
    known = known_by_its_row(case, FRIDAY)
    assert (known.case, known.adopted, known.visits) == (case, True, ())
