"""The judged write: its requests in their order, and what each answer means."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from refundsheet.core.model import Cell, Change, Outcome, Receipt
from refundsheet.sheets import judged
from refundsheet.sheets.grid import Answer, user_entered
from refundsheet.sheets.judged import Bench, Judgement
from tests.discovery import Sent, mistakes

LOG, HIDDEN = 7, 8
CASE, STATUS, ACTION, RESOLVED = 0, 2, 4, 5
HEADERS = {CASE: "Case ID", STATUS: "Status", ACTION: "Last Action", RESOLVED: "Resolution Date"}
STAMP = 46349.5


def change(field: str, after: Cell = STAMP) -> Change:
    return Change(
        case="r-2", label="R-2", row=3, field=field, before=None, after=after, reason="closed"
    )


JUDGEMENT = Judgement(
    row=2,
    compared={CASE: "R-2", STATUS: "Refunded", ACTION: None, RESOLVED: None},
    above="R-1",
    below="R-3",
    changes={ACTION: change("last_action_at"), RESOLVED: change("resolved_at")},
)
BENCH = Bench(
    log_id=LOG,
    hidden_id=HIDDEN,
    log_rows=20,
    log_columns=9,
    header_row=0,
    id_column=CASE,
    headers=HEADERS,
    old_nonce="old",
    new_nonce="new",
)
#: Template, expected, actual, written, header of the receipts, receipts and evidence.
TEMPLATE, EXPECTED, ACTUAL, WRITTEN, HEADER, RECEIPT, EVIDENCE = range(20, 27)


def kind(request: dict[str, Any]) -> str:
    return next(iter(request))


def test_the_requests_of_one_row_come_in_the_order_that_makes_them_safe() -> None:
    kinds = [kind(request) for request in judged.build(BENCH, [JUDGEMENT])]

    assert kinds == [
        *["updateCells", *["copyPaste"] * 4],  # the nonce and three runs of headers as they are
        *["copyPaste"] * 3,  # the row as it is, kept as evidence
        "updateCells",  # what we expect
        *["copyPaste"]
        * 7,  # what is: template, neighbours, three runs of cells, the cells to write
        "updateCells",  # "no" beside it
        "updateCells",  # what shall be
        "deleteDuplicates",
        "copyPaste",  # to the log
        "copyPaste",  # to the receipt
        *["updateCells"] * 2,  # the new nonce
    ]


def test_the_judge_looks_at_two_rows_and_the_key_alone() -> None:
    [judge] = [r for r in judged.build(BENCH, [JUDGEMENT]) if kind(r) == "deleteDuplicates"]

    body = judge["deleteDuplicates"]
    assert (body["range"]["startRowIndex"], body["range"]["endRowIndex"]) == (EXPECTED, WRITTEN + 1)
    [columns] = body["comparisonColumns"]
    # nonce, four headers, two neighbours, four cells
    assert columns["endIndex"] - columns["startIndex"] == 1 + 4 + 2 + 4


def test_only_the_cells_to_write_are_ever_written_to_the_log() -> None:
    destinations = [
        request["copyPaste"]["destination"]
        for request in judged.build(BENCH, [JUDGEMENT])
        if kind(request) == "copyPaste" and request["copyPaste"]["destination"]["sheetId"] == LOG
    ]

    assert destinations == [
        {
            "sheetId": LOG,
            "startRowIndex": 2,
            "endRowIndex": 3,
            "startColumnIndex": ACTION,
            "endColumnIndex": RESOLVED + 1,
        }
    ]
    others = (
        r["updateCells"] for r in judged.build(BENCH, [JUDGEMENT]) if kind(r) == "updateCells"
    )
    assert {other["start"]["sheetId"] for other in others} == {HIDDEN}


def test_everything_lies_below_the_logs_last_row() -> None:
    rows = [
        request["copyPaste"]["destination"]["startRowIndex"]
        for request in judged.build(BENCH, [JUDGEMENT])
        if kind(request) == "copyPaste" and request["copyPaste"]["destination"]["sheetId"] == HIDDEN
    ]

    assert min(rows) >= BENCH.log_rows


def test_google_understands_the_requests() -> None:
    body = {"requests": judged.build(BENCH, [JUDGEMENT, JUDGEMENT])}
    url = f"https://sheets.googleapis.com/v4/spreadsheets/abc:batchUpdate?fields={judged.ANSWER_FIELDS}"

    assert mistakes(Sent("POST", url, body)) == []


@pytest.mark.parametrize(
    ("cell", "entered"),
    [
        pytest.param(None, {}, id="blank"),
        pytest.param("", {}, id="an empty text"),
        pytest.param(0, {"userEnteredValue": {"numberValue": 0}}, id="nought"),
        pytest.param(False, {"userEnteredValue": {"boolValue": False}}, id="an empty checkbox"),
        pytest.param("=1+1", {"userEnteredValue": {"stringValue": "=1+1"}}, id="text like a formula"),
        pytest.param("00123", {"userEnteredValue": {"stringValue": "00123"}}, id="text like a number"),
    ],
)  # fmt: skip
def test_a_cell_is_entered_as_what_it_is(cell: Cell, entered: dict[str, Any]) -> None:
    assert user_entered(cell) == entered


# Receipts


def line(cells: Sequence[Cell]) -> dict[str, Any]:
    return {"values": [user_entered(cell) for cell in cells]}


def formula(text: str) -> dict[str, Any]:
    return {"values": [{"userEnteredValue": {"formulaValue": text}}]}


class Told:
    """An answer to one judgement, as Google would give it where all went well."""

    def __init__(self) -> None:
        self.nonce = "new"
        start = BENCH.key[0]
        self.receipt: list[Cell] = [None] * BENCH.width
        self.receipt[start], self.receipt[BENCH.verdict] = "written", "yes"
        self.evidence: dict[int, dict[str, Any]] = {
            column: line([cell]) for column, cell in JUDGEMENT.compared.items()
        }
        self.cells: dict[int, dict[str, Any]] = {ACTION: line([STAMP]), RESOLVED: line([STAMP])}

    def lost(self, slot: int, found: Cell) -> "Told":
        """Nothing was written, for one compared cell was another."""
        expected: list[Cell] = [None] * BENCH.width
        expected[BENCH.key[0]] = BENCH.old_nonce
        for column, header in HEADERS.items():
            expected[BENCH.header_slot(column)] = header
            expected[BENCH.cell_slot(column)] = JUDGEMENT.compared[column]
        above, below = BENCH.neighbour_slots
        expected[above], expected[below] = JUDGEMENT.above, JUDGEMENT.below
        expected[BENCH.verdict], expected[slot] = "no", found
        self.receipt = expected
        return self

    def receipts(self, judgement: Judgement = JUDGEMENT) -> list[Receipt]:
        hidden = [
            {"startRow": HEADER, "rowData": [line([self.nonce, 1])]},
            {"startRow": RECEIPT, "rowData": [line(self.receipt)]},
            *(
                {"startRow": EVIDENCE, "startColumn": column, "rowData": [row]}
                for column, row in self.evidence.items()
            ),
        ]
        log = [
            {"startRow": 2, "startColumn": column, "rowData": [row]}
            for column, row in self.cells.items()
        ]
        sheets = [
            {"properties": {"sheetId": HIDDEN}, "data": hidden},
            {"properties": {"sheetId": LOG}, "data": log},
        ]
        return list(judged.read_receipts(BENCH, [judgement], Answer({"sheets": sheets})))


def outcome_of(receipts: list[Receipt]) -> tuple[Outcome, str]:
    """Both cells of a row share one fate."""
    [told] = {(receipt.outcome, receipt.detail) for receipt in receipts}
    assert len(receipts) == 2
    return told


def test_yes_and_all_as_expected_is_done() -> None:
    assert outcome_of(Told().receipts()) == (Outcome.DONE, "")


@pytest.mark.parametrize(
    ("column", "found"),
    [
        pytest.param(CASE, line(["r-2"]), id="another case of the letters"),
        pytest.param(CASE, line(["R-2 "]), id="a blank more"),
        pytest.param(RESOLVED, formula('=""'), id="a formula that shows nothing"),
        pytest.param(STATUS, formula('="Refunded"'), id="a formula that was none when read"),
        pytest.param(RESOLVED, line([0]), id="a nought shown as nothing"),
    ],
)
def test_yes_and_not_exactly_as_expected_is_a_false_match(
    column: int, found: dict[str, Any]
) -> None:
    told = Told()
    told.evidence[column] = found

    assert outcome_of(told.receipts())[0] is Outcome.FALSE_MATCH


@pytest.mark.parametrize("status", ["refunded", " Refunded"])
def test_a_reason_that_only_looks_another_is_the_same_reason(status: str) -> None:
    told = Told()
    told.evidence[STATUS] = line([status])

    assert outcome_of(told.receipts())[0] is Outcome.DONE


def test_a_formula_that_was_known_is_compared_by_what_it_shows() -> None:
    told = Told()
    told.evidence[STATUS] = formula('="Refunded"')

    receipts = told.receipts(replace(JUDGEMENT, formulas=frozenset({STATUS})))

    assert outcome_of(receipts)[0] is Outcome.DONE


def test_yes_and_not_there_has_vanished() -> None:
    told = Told()
    told.cells[RESOLVED] = line([None])

    assert [receipt.outcome for receipt in told.receipts()] == [Outcome.DONE, Outcome.VANISHED]


ABOVE, BELOW = BENCH.neighbour_slots


@pytest.mark.parametrize(
    ("slot", "found", "why"),
    [
        pytest.param(BENCH.key[0], "theirs", "another writer was there in between", id="nonce"),
        pytest.param(BENCH.header_slot(STATUS), "State", "a column was moved, inserted or renamed", id="header"),
        pytest.param(BENCH.cell_slot(CASE), "R-9", "the row had moved", id="case"),
        pytest.param(ABOVE, "R-9", "a row beside it had moved", id="above"),
        pytest.param(BELOW, None, "a row beside it had moved", id="below"),
        pytest.param(BENCH.cell_slot(STATUS), "New", "somebody had changed the row", id="premise"),
        pytest.param(BENCH.cell_slot(RESOLVED), 45000, "somebody had changed the row", id="target"),
    ],
)  # fmt: skip
def test_no_is_a_lost_race_and_says_which(slot: int, found: Cell, why: str) -> None:
    assert outcome_of(Told().lost(slot, found).receipts()) == (Outcome.LOST, why)


@pytest.mark.parametrize("nonce", ["old", None, 5])
def test_receipts_that_are_not_ours_say_nothing(nonce: Any) -> None:
    told = Told()
    told.nonce = nonce

    assert outcome_of(told.receipts())[0] is Outcome.UNKNOWN


@pytest.mark.parametrize("verdict", ["expected", None, True])
def test_a_receipt_that_was_overwritten_says_nothing(verdict: Cell) -> None:
    told = Told()
    told.receipt[BENCH.verdict] = verdict

    assert outcome_of(told.receipts()) == (Outcome.UNKNOWN, "the receipt was overwritten")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (None, "", True),
        (None, 0, False),
        (None, False, False),
        (0, False, False),
        (1, True, False),
        (1, 1.0, True),
        ("1", 1, False),
        ("r-1 ", "R-1", True),
        ("123456789012345678", "123456789012345679", False),
    ],
)
def test_cells_are_the_same_or_not(one: Cell, other: Cell, *, same: bool) -> None:
    assert judged.same_cell(one, other) is same
    assert judged.same_cell(other, one) is same
