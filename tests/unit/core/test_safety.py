"""A plan too large to be true is not carried out."""

import pytest

from refundsheet.core.safety import refuse_implausible
from refundsheet.errors import UnsafePlanError
from tests.passes import HEADERS, Log, case

STATUSES = ("New", "Under Review", "Approved", "Refunded")


def a_log(cases: int) -> Log:
    rows = [case(f"R-{n}", status=STATUSES[n % 4], notes=f"note {n}") for n in range(cases)]
    log = Log(rows)
    log.run()
    return log


def refuse(log: Log) -> None:
    refuse_implausible(log.recognise(), log.memory)


@pytest.mark.parametrize(("cases", "deleted"), [(30, 20), (200, 50), (100, 0)])
def test_a_team_may_clear_out_its_log(cases: int, deleted: int) -> None:
    log = a_log(cases)
    del log.rows[:deleted]
    refuse(log)


@pytest.mark.parametrize(("cases", "deleted"), [(30, 21), (200, 51)])
def test_half_a_log_does_not_vanish(cases: int, deleted: int) -> None:
    log = a_log(cases)
    del log.rows[:deleted]
    with pytest.raises(
        UnsafePlanError, match=f"{deleted} of {cases} known cases are not in the log"
    ):
        refuse(log)


def test_what_was_missed_before_is_not_counted_again() -> None:
    log = a_log(30)
    del log.rows[:25]
    log.run()
    refuse(log)


def test_rows_without_an_id_count_too() -> None:
    log = Log([case("", order=f"#{n}", customer=f"c{n}") for n in range(30)])
    log.run()
    log.headers = tuple(f"x {h}" if h in ("Order ID", "Customer Name") else h for h in HEADERS)
    log.rows = [row | {"Amount": ""} for row in log.rows]
    with pytest.raises(UnsafePlanError):
        refuse(log)


@pytest.mark.parametrize("header", ["Status", "Notes & Communications"])
def test_a_column_sorted_by_itself_is_refused(header: str) -> None:
    log = a_log(40)
    cells = sorted(row[header] for row in log.rows)
    for row, cell in zip(log.rows, cells, strict=True):
        row[header] = cell
    with pytest.raises(UnsafePlanError, match="have changed places"):
        refuse(log)


def test_columns_sorted_without_the_ids_are_refused() -> None:
    log = a_log(40)
    kept = ("Case ID", "Status", "Notes & Communications")
    others = [{h: c for h, c in row.items() if h not in kept} for row in log.rows]
    for row, other in zip(log.rows, reversed(others), strict=True):
        row.update(other)
    with pytest.raises(UnsafePlanError, match="have changed places"):
        refuse(log)


def test_a_status_filled_down_and_rows_sorted_are_everyday() -> None:
    log = a_log(60)
    for row in log.rows[:40]:
        row["Status"] = "Rejected"
    log.rows.reverse()
    refuse(log)
