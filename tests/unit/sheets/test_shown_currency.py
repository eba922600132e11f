"""A currency that is only in the format of the amounts is asked for when they change, and not oftener."""

import sys
from datetime import UTC, datetime, timedelta
from unittest.mock import Mock

import pytest

from refundsheet.core.model import Cell
from refundsheet.core.parse import ParsedLog, parse
from refundsheet.errors import SheetUnavailableError
from refundsheet.sheets.memory import MemorySheetStore
from refundsheet.sheets.shown_currency import ShownCurrency

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
EURO, PLAIN = '"\u20ac"#,##0.00', "0.00"


def a_store(amounts: list[Cell], formats: list[str]) -> MemorySheetStore:
    cases = [[f"R-{n}", "New", amount] for n, amount in enumerate(amounts)]
    store = MemorySheetStore([["Case ID", "Status", "Amount"], *cases])
    store.formats = {2: ("", *formats)}
    return store


def read(store: MemorySheetStore) -> ParsedLog:
    return parse(store.read(NOW))


@pytest.mark.parametrize(
    ("amounts", "formats", "currency"),
    [
        ([5, 6], [EURO, EURO], "EUR"),
        pytest.param([5, 6], [EURO, PLAIN], "", id="one is shown without"),
        pytest.param([5, 6], [EURO], "", id="one has no format"),
        pytest.param([5, "", "soon"], [EURO, PLAIN, PLAIN], "EUR", id="only amounts are asked"),
        pytest.param([5, "6 USD"], [EURO, PLAIN], "EUR", id="only those that name none"),
        pytest.param(["5 USD"], [EURO], "", id="all of them name one"),
    ],
)
def test_the_currency_is_the_one_that_all_bare_amounts_are_shown_in(
    amounts: list[Cell], formats: list[str], currency: str
) -> None:
    store = a_store(amounts, formats)
    assert ShownCurrency(store).of(read(store), NOW) == currency


def test_nothing_is_asked_while_the_amounts_stay() -> None:
    store = a_store([5, 6], [EURO, EURO])
    shown = ShownCurrency(store)
    log = read(store)
    asked = store.requests.reads
    assert [shown.of(log, NOW + timedelta(minutes=n)) for n in (0, 1, 59)] == ["EUR"] * 3
    store.rows.append(["R-9", "New", "7 USD"])  # another row, and no amount without currency
    assert shown.of(read(store), NOW + timedelta(minutes=59)) == "EUR"
    assert store.requests.reads == asked + 2  # that read, and once how amounts are shown


def test_a_format_that_people_change_alone_is_seen_within_the_hour() -> None:
    store = a_store([5, 6], [PLAIN, EURO])
    shown = ShownCurrency(store)
    log = read(store)
    assert shown.of(log, NOW) == ""
    store.formats = {2: ("", EURO, EURO)}
    answers = [shown.of(log, NOW + timedelta(minutes=n)) for n in (59, 60)]
    assert answers == ["", "EUR"]


def test_once_every_amount_names_its_currency_nothing_is_shown_for_it() -> None:
    store = a_store([5], [EURO])
    shown = ShownCurrency(store)
    assert shown.of(read(store), NOW) == "EUR"
    store.rows[1][2] = "5 USD"
    assert [shown.of(log, NOW) for log in [read(store)] * 2] == ["", ""]


def test_a_new_amount_in_another_currency_ends_it() -> None:
    store = a_store([5], [EURO])
    shown = ShownCurrency(store)
    assert shown.of(read(store), NOW) == "EUR"
    store.rows.append(["R-9", "New", 7])
    store.formats = {2: ("", EURO, "[$USD]0.00")}
    assert shown.of(read(store), NOW) == ""


def test_a_large_log_is_asked_every_ten_minutes_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("refundsheet.sheets.shown_currency._MANY_ROWS", 1)
    store = a_store([5, 6], [EURO, EURO])
    shown = ShownCurrency(store)
    shown.of(read(store), NOW)
    store.rows[1][2] = 8
    store.formats = {2: ("", EURO, PLAIN)}
    answers = [shown.of(read(store), NOW + timedelta(minutes=n)) for n in (9, 10)]
    assert answers == ["EUR", ""]


def test_a_question_that_failed_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    store = a_store([5], [EURO])
    shown = ShownCurrency(store)
    assert shown.of(read(store), NOW) == "EUR"
    store.rows.append(["R-9", "New", 7])
    store.formats = {2: ("", EURO, "[$USD]0.00")}
    with monkeypatch.context() as broken:
        broken.setattr(
            store, "number_formats", Mock(side_effect=SheetUnavailableError("Try again."))
        )
        with pytest.raises(SheetUnavailableError):
            shown.of(read(store), NOW)
    assert shown.of(read(store), NOW) == ""


def test_no_log_is_kept_for_the_next_one_to_be_compared_with() -> None:
    store = a_store([5, 6], [EURO, EURO])
    log = read(store)
    held = sys.getrefcount(log.rows), sys.getrefcount(log.rows[0])
    shown = ShownCurrency(store)
    shown.of(log, NOW)
    assert (sys.getrefcount(log.rows), sys.getrefcount(log.rows[0])) == held


def test_a_log_without_amounts_is_not_asked() -> None:
    store = MemorySheetStore([["Case ID", "Status"], ["R-1", "New"]])
    log = parse(store.read(NOW))
    asked = store.requests.reads
    assert ShownCurrency(store).of(log, NOW) == ""
    assert store.requests.reads == asked
