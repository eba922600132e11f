from collections.abc import Mapping
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refundsheet.localsheets.display import CellError
from refundsheet.localsheets.formulas import (
    Evaluation,
    Formula,
    Value,
    adjust_for_delete,
    adjust_for_insert,
    evaluate,
    rename_sheet,
    shift_formula,
)
from refundsheet.localsheets.formulas.references import Axis
from refundsheet.localsheets.formulas.tokens import column_name, column_number, tokens_of

NOON = datetime(2026, 11, 23, 12, 0)  # noqa: DTZ001 - the spreadsheet's own clock
LOG: dict[tuple[int, int], Value | Formula] = {
    (0, 0): "Case ID",
    (1, 0): "R-1",
    (2, 0): "R-2",
    (3, 0): "r-3",
    (0, 1): "Amount",
    (1, 1): 30.0,
    (2, 1): 10.0,
    (3, 1): 20.0,
    (1, 2): True,
}


def evaluated(*formulas: str, locale: str = "en_US") -> Evaluation:
    """The formulas stand under each other in column A of a tab of their own."""
    cells = {(row, 0): Formula(text) for row, text in enumerate(formulas)}
    return evaluate({"Refund Log": LOG, "Sums": cells}, now=NOON, locale=locale)


def result(formula: str, locale: str = "en_US") -> Value:
    return evaluated(formula, locale=locale).values["Sums", 0, 0]


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        pytest.param("= 1 / 1024", 1 / 1024, id="recorded: sheets-api.md 6"),
        pytest.param("=4/2", 2, id="recorded"),
        pytest.param("=+1+1", 2, id="what a typed plus becomes"),
        pytest.param("=SUM('Refund Log'!B2:B)", 60, id="a range open below"),
        pytest.param("=SUM('refund log'!B:B)", 60, id="a title in another case"),
        pytest.param("=COUNTA('Refund Log'!2:2)", 3, id="a whole row"),
        pytest.param('=REGEXMATCH("R-12", "^R-")', True, id="REGEXMATCH"),
        pytest.param("=JOIN(\"+\", 'Refund Log'!A2:A4)", "R-1+R-2+r-3", id="JOIN"),
        pytest.param('=HYPERLINK("#gid=0", "R-1")', "R-1", id="a link is its label"),
        pytest.param("=COUNTUNIQUE('Refund Log'!B2:B4)", 3, id="COUNTUNIQUE"),
        pytest.param('=IFERROR(1/0)&"x"', "x", id="IFERROR without its second argument"),
        pytest.param("=GTE(2, 1)", True, id="a sign written as a function"),
        pytest.param("=ISBETWEEN(2, 1, 3)", True, id="ISBETWEEN"),
        pytest.param("=SUM(1; 2)", 3, id="semicolons are taken in en_US too"),
        pytest.param('="a""b"', 'a"b', id="a quote in a text"),
        pytest.param("=INDIRECT(\"'Refund Log'!A2\")", "R-1", id="a reference made of text"),
        pytest.param("=LET(x, 2, x*x)", 4, id="LET"),
        pytest.param("=TODAY()", 46349, id="today is the given day"),
        pytest.param("=now()", 46349.5, id="now is the given moment"),
        pytest.param("='Refund Log'!Z99", None, id="a blank cell repeated is blank"),
    ],
)
def test_a_formula_comes_to_what_google_shows(formula: str, value: Value) -> None:
    assert result(formula) == value


@pytest.mark.parametrize(
    ("formula", "kind"),
    [
        pytest.param("=1/0", "DIVIDE_BY_ZERO", id="division by zero"),
        pytest.param("=SUM(", "ERROR", id="no end"),
        pytest.param("=+44 20", "ERROR", id="a telephone number: sheets-api.md 6"),
        pytest.param("=Nowhere!A1", "REF", id="no such tab"),
        pytest.param("=#REF!+1", "REF", id="a lost reference"),
        pytest.param("=A1", "REF", id="a circle"),
        pytest.param("=nonsense", "NAME", id="no such name"),
        pytest.param("=NA()", "N_A", id="not available"),
        pytest.param("=SQRT(-1)", "NUM", id="no such number"),
        pytest.param('="x"+1', "VALUE", id="text is no number"),
    ],
)
def test_a_formula_that_fails_is_an_error_of_googles_kind(formula: str, kind: str) -> None:
    found = result(formula)
    assert isinstance(found, CellError)
    assert found.type == kind


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        pytest.param("=MATCH(\"R-2\", 'Refund Log'!A:A, 0)", 3, id="found"),
        pytest.param("=MATCH(\"R-3\", 'Refund Log'!A:A, 0)", 4, id="ignoring case"),
        pytest.param("=MATCH(\"R-2\", 'Refund Log'!A2:A, 0)", 2, id="counted from the top given"),
        pytest.param("=MATCH(20, 'Refund Log'!B:B, 0)", 4, id="a number"),
        pytest.param("=MATCH('Refund Log'!A3, 'Refund Log'!A:A, 0)", 3, id="a cell's value"),
        pytest.param("=MATCH(\"R-?\", 'Refund Log'!A:A, 0)", 2, id="a wildcard"),
        pytest.param("=MATCH(1, 'Refund Log'!C:C, 0)", "#N/A", id="1 is not TRUE"),
        pytest.param("=MATCH(\"R-9\", 'Refund Log'!A:A, 0)", "#N/A", id="missing"),
        pytest.param("=VLOOKUP(\"R-2\", 'Refund Log'!A:B, 2, FALSE)", 10, id="VLOOKUP"),
        pytest.param("=VLOOKUP(\"R-9\", 'Refund Log'!A:B, 2, 0)", "#N/A", id="VLOOKUP, missing"),
        pytest.param("=XLOOKUP(\"R-2\", 'Refund Log'!A:A, 'Refund Log'!B:B)", 10, id="XLOOKUP"),
        pytest.param(
            "=XLOOKUP(\"R-9\", 'Refund Log'!A:A, 'Refund Log'!B:B, \"none\")",
            "none",
            id="XLOOKUP with its own answer",
        ),
    ],
)
def test_exact_lookups_find_the_first_equal_value(formula: str, value: Value) -> None:
    found = result(formula)
    assert (found.text if isinstance(found, CellError) else found) == value


def test_a_lookup_in_a_column_of_formulas_waits_for_their_results() -> None:
    cells = {(0, 0): Formula('="R-"&1'), (0, 1): Formula('=MATCH("R-1", A:A, 0)')}
    found = evaluate({"Log": cells}, now=NOON, locale="en_US")
    assert found.values["Log", 0, 1] == 1


@pytest.mark.parametrize(
    ("formula", "column"),
    [
        pytest.param("=ARRAYFORMULA('Refund Log'!B2:B4*2)", [60, 20, 40], id="ARRAYFORMULA"),
        pytest.param("=SORT('Refund Log'!B2:B4, 1, TRUE)", [10, 20, 30], id="SORT up"),
        pytest.param("=SORT('Refund Log'!B2:B4, 1, FALSE)", [30, 20, 10], id="SORT down"),
        pytest.param(
            "=SORT('Refund Log'!B2:B4, 1, FALSE, 1, TRUE)", [30, 20, 10], id="SORT by two keys"
        ),
        pytest.param(
            "=FILTER('Refund Log'!A2:A4, 'Refund Log'!B2:B4>10)", ["R-1", "r-3"], id="FILTER"
        ),
        pytest.param("={1; 2}", [1, 2], id="an array written out"),
        pytest.param(
            "={'Refund Log'!B2; 'Refund Log'!B3:B4}", [30, 10, 20], id="ranges stacked in braces"
        ),
    ],
)
def test_an_array_fills_the_blank_cells_below(formula: str, column: list[Value]) -> None:
    values = evaluated(formula).values
    assert [values["Sums", row, 0] for row in range(len(column))] == column
    assert len(values) == len(column)


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        pytest.param("='Refund Log'!B1:B4", "Amount", id="the range's cell in the same row"),
        pytest.param("=('Refund Log'!A2:C2)&\"!\"", "R-1!", id="or in the same column"),
        pytest.param("='Refund Log'!B2:B4*2", "#VALUE!", id="none that meets the formula"),
        pytest.param("='Refund Log'!A1:B2", "#VALUE!", id="a block meets nothing"),
        pytest.param("=SUMPRODUCT('Refund Log'!B2:B4*2)", 120, id="functions take it whole"),
    ],
)
def test_a_range_outside_functions_is_the_cell_that_meets_the_formula(
    formula: str, value: Value
) -> None:
    found = result(formula)
    assert (found.text if isinstance(found, CellError) else found) == value


def test_an_array_does_not_write_over_what_people_typed() -> None:
    cells: dict[tuple[int, int], Value | Formula] = {(0, 0): Formula("={1; 2}"), (1, 0): "mine"}
    values = evaluate({"Sums": cells}, now=NOON, locale="en_US").values
    lost = CellError("REF", "Array result was not expanded because it would overwrite data.")
    assert values == {("Sums", 0, 0): lost}


@pytest.mark.parametrize("function", ["QUERY", "IMPORTRANGE", "SPARKLINE", "GOOGLEFINANCE"])
def test_a_function_not_known_here_is_named(function: str) -> None:
    found = evaluated(f"=1+{function.lower()}(A9)")
    assert found.unknown == {("Sums", 0, 0): (function,)}
    assert found.values["Sums", 0, 0] == CellError("NAME", f"Unknown function: '{function}'.")


def test_others_see_the_last_value_of_a_formula_that_is_not_known_here() -> None:
    cells = {(0, 0): Formula("=QUERY(B:C)", last=7.0), (1, 0): Formula("=A1+1")}
    found = evaluate({"Sums": cells}, now=NOON, locale="en_US")
    assert found.values == {("Sums", 0, 0): 7, ("Sums", 1, 0): 8}


def test_others_see_the_error_of_a_new_formula_that_is_not_known_here() -> None:
    error = evaluated("=QUERY(B:C)", "=A1+1").values["Sums", 1, 0]
    assert isinstance(error, CellError)
    assert error.text == "#NAME?"


@pytest.mark.parametrize(
    "formula",
    [
        pytest.param("=" + "+".join(["1"] * 20_000), id="long"),
        pytest.param("=" + "(" * 5_000 + "1" + ")" * 5_000, id="deep"),
        pytest.param("=1" + "%" * 20_000, id="many signs"),
    ],
)
def test_a_formula_too_large_for_the_engine_is_kept_as_if_unknown(formula: str) -> None:
    assert evaluated(formula).unknown == {("Sums", 0, 0): ()}
    kept = evaluate({"Sums": {(0, 0): Formula(formula, 5.0)}}, now=NOON, locale="en_US")
    assert kept.values == {("Sums", 0, 0): 5}


def test_a_long_formula_is_still_evaluated() -> None:
    assert result("=" + "+".join(["1"] * 900)) == 900


def test_a_cell_that_is_loading_is_not_available() -> None:
    cells = {(0, 0): CellError("LOADING", ""), (1, 0): Formula("=A1+1")}
    found = evaluate({"Sums": cells}, now=NOON, locale="en_US").values["Sums", 1, 0]
    assert isinstance(found, CellError)
    assert found.type == "N_A"


def test_formulas_are_written_with_semicolons_where_the_comma_is_decimal() -> None:
    assert result("=SUM(1,5;2)", "de_DE") == 3.5


def test_a_named_range_stands_for_its_cells() -> None:
    cells = {(0, 0): Formula("=SUM(amounts)")}
    found = evaluate(
        {"Refund Log": LOG, "Sums": cells},
        now=NOON,
        locale="en_US",
        names={"Amounts": "'Refund Log'!B2:B4"},
    )
    assert found.values["Sums", 0, 0] == 60


@pytest.mark.parametrize("title", ["a/b", "O'Hara", "x" * 60, "1", "🌵"])
def test_a_tab_may_have_any_title_google_allows(title: str) -> None:
    quoted = title.replace("'", "''")
    sheets = {title: LOG, "Sums": {(0, 0): Formula(f"='{quoted}'!A2&\"!\"")}}
    assert evaluate(sheets, now=NOON, locale="en_US").values["Sums", 0, 0] == "R-1!"


def test_a_book_without_formulas_needs_no_engine() -> None:
    assert evaluate({"Refund Log": LOG}, now=NOON, locale="en_US") == Evaluation({}, {}, {})


def test_errors_in_cells_reach_the_formulas_that_read_them() -> None:
    cells = {(0, 0): CellError("N_A", "typed"), (1, 0): Formula("=A1+1")}
    found = evaluate({"Sums": cells}, now=NOON, locale="en_US").values["Sums", 1, 0]
    assert isinstance(found, CellError)
    assert found.type == "N_A"


@pytest.mark.parametrize(
    ("formula", "target"),
    [
        pytest.param(
            '=HYPERLINK("https://example.org/"&1, "R-1")', "https://example.org/1", id="page"
        ),
        pytest.param('=HYPERLINK("#gid=0&range=A"&5, "R-1")', "#gid=0&range=A5", id="cell"),
    ],
)
def test_a_link_knows_where_it_leads(formula: str, target: str) -> None:
    assert evaluated(formula).links == {("Sums", 0, 0): target}


def test_a_grid_is_read_in_place() -> None:
    class Column:
        """Three numbers under each other."""

        formulas: Mapping[tuple[int, int], Formula] = {}
        last_row = 2
        last_column = 0

        def value(self, row: int, column: int) -> Value:
            return float(row + 1)

        def used(
            self, first_row: int, last_row: int, first_column: int, last_column: int
        ) -> list[tuple[int, int, Value]]:
            return [(row, 0, self.value(row, 0)) for row in range(first_row, last_row + 1)]

    cells = {(0, 0): Formula("=SUM(Log!A2:Z)"), (1, 0): Formula("=MATCH(3, Log!A:A, 0)")}
    found = evaluate({"Log": Column(), "Sums": cells}, now=NOON, locale="en_US")
    assert [found.values["Sums", row, 0] for row in (0, 1)] == [5, 3]


# References


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("=A1", "=B3", id="relative"),
        pytest.param("=$A$1+$A1+A$1", "=$A$1+$A3+B$1", id="a dollar holds"),
        pytest.param("=SUM(A1:B2)", "=SUM(B3:C4)", id="both ends"),
        pytest.param("=SUM(A:A)+SUM(1:1)", "=SUM(B:B)+SUM(3:3)", id="whole columns and rows"),
        pytest.param("=SUM(A2:A)", "=SUM(B4:B)", id="open below"),
        pytest.param("='Refund Log'!A1", "='Refund Log'!B3", id="on another tab"),
        pytest.param('="A1"&A1', '="A1"&B3', id="a text is no reference"),
        pytest.param("=LOG10(A1)", "=LOG10(B3)", id="a function is no reference"),
        pytest.param("=Z1", "=AA3", id="after Z comes AA"),
        pytest.param("=a1 + 1", "=B3 + 1", id="spaces stay"),
        pytest.param("=it's", "=it's", id="what is no formula stays"),
        pytest.param("=#REF!+A1", "=#REF!+B3", id="lost stays lost"),
    ],
)
def test_a_copied_formula_points_as_far_away_as_before(before: str, after: str) -> None:
    assert shift_formula(before, rows=2, columns=1) == after


@pytest.mark.parametrize(
    ("formula", "rows", "columns"),
    [
        pytest.param("=A1", -1, 0, id="above the first row: sheets-api.md 12"),
        pytest.param("=A1", 0, -1, id="left of the first column"),
        pytest.param("=A2:A1", -1, 0, id="one end is enough"),
        pytest.param("=ZZZ1", 0, 1, id="right of the last column"),
    ],
)
def test_a_reference_shifted_off_the_grid_is_lost(formula: str, rows: int, columns: int) -> None:
    assert shift_formula(formula, rows=rows, columns=columns) == "=#REF!"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("=A5", "=A7", id="at the new rows"),
        pytest.param("=A4", "=A4", id="above"),
        pytest.param("=$A$5", "=$A$7", id="a dollar does not hold against insertion"),
        pytest.param("=SUM(A1:A10)", "=SUM(A1:A12)", id="inside a range: it grows"),
        pytest.param("=SUM(A10:A1)", "=SUM(A12:A1)", id="a range written upwards"),
        pytest.param("=SUM(A1:A4)", "=SUM(A1:A4)", id="just below a range: it does not"),
        pytest.param("=SUM(A:A)", "=SUM(A:A)", id="a whole column"),
        pytest.param("=SUM(A6:A)", "=SUM(A8:A)", id="a range open below"),
        pytest.param("=Other!A5", "=Other!A5", id="another tab"),
        pytest.param("='refund log'!A5", "='refund log'!A7", id="its own tab by name"),
    ],
)
def test_references_follow_inserted_rows(before: str, after: str) -> None:
    log = "Refund Log"
    changed = adjust_for_insert(
        before, formula_sheet=log, edited_sheet=log, axis="ROWS", start=4, count=2
    )
    assert changed == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("=A5", "=#REF!", id="the cell itself"),
        pytest.param("=A7", "=A5", id="below"),
        pytest.param("=A4", "=A4", id="above"),
        pytest.param("=SUM(A1:A10)", "=SUM(A1:A8)", id="inside a range"),
        pytest.param("=SUM(A5:A10)", "=SUM(A5:A8)", id="the top of a range"),
        pytest.param("=SUM(A1:A6)", "=SUM(A1:A4)", id="the end of a range"),
        pytest.param("=SUM(A5:A6)", "=SUM(#REF!)", id="all of a range"),
        pytest.param("=SUM(A10:A1)", "=SUM(A8:A1)", id="a range written upwards"),
        pytest.param("=SUM(A5:A)", "=SUM(A5:A)", id="the top of an open range"),
        pytest.param("=Other!A5", "=Other!A5", id="another tab"),
    ],
)
def test_references_follow_deleted_rows(before: str, after: str) -> None:
    log = "Refund Log"
    changed = adjust_for_delete(
        before, formula_sheet=log, edited_sheet=log, axis="ROWS", start=4, count=2
    )
    assert changed == after


def test_references_follow_columns_on_another_tab() -> None:
    formula = "=Log!C1+C1"
    grown, shrunk = (
        change(formula, formula_sheet="Sums", edited_sheet="Log", axis="COLUMNS", start=0, count=1)
        for change in (adjust_for_insert, adjust_for_delete)
    )
    assert (grown, shrunk) == ("=Log!D1+C1", "=Log!B1+C1")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("='Refund Log'!A1", "=Cases!A1", id="quotes go where none are needed"),
        pytest.param("='refund log'!A:A", "=Cases!A:A", id="titles compare ignoring case"),
        pytest.param("=Other!A1", "=Other!A1", id="another tab"),
        pytest.param('="Refund Log"', '="Refund Log"', id="a text"),
        pytest.param("='Refund Log'!#REF!", "=Cases!#REF!", id="a lost cell of it"),
        pytest.param("='Refund Log'!amounts", "=Cases!amounts", id="a named range on it"),
        pytest.param("=#REF!", "=#REF!", id="lost without a tab"),
    ],
)
def test_formulas_follow_a_renamed_tab(before: str, after: str) -> None:
    assert rename_sheet(before, "Refund Log", "Cases") == after


@pytest.mark.parametrize(
    ("title", "written"),
    [
        pytest.param("Cases", "Cases", id="a word"),
        pytest.param("Refund Log", "'Refund Log'", id="a space"),
        pytest.param("O'Hara", "'O''Hara'", id="a quote"),
        pytest.param("D3", "'D3'", id="a title like a cell: sheets-api.md 3"),
        pytest.param("2026", "'2026'", id="a number"),
    ],
)
def test_a_new_title_is_quoted_where_it_must_be(title: str, written: str) -> None:
    assert rename_sheet("=Log!A1", "Log", title) == f"={written}!A1"


CELLS = st.builds(
    lambda column, row, fixed: f"{'$' * fixed[0]}{column_name(column)}{'$' * fixed[1]}{row + 1}",
    st.integers(10, 18_000),
    st.integers(10, 999_000),
    st.tuples(st.booleans(), st.booleans()),
)


@given(cells=st.lists(CELLS, min_size=1), rows=st.integers(-10, 10), columns=st.integers(-10, 10))
def test_a_shift_and_a_shift_back_leave_a_formula_as_it_was(
    cells: list[str], rows: int, columns: int
) -> None:
    formula = "=SUM(" + ",".join(cells) + ")"
    there = shift_formula(formula, rows=rows, columns=columns)
    assert shift_formula(there, rows=-rows, columns=-columns) == formula


@pytest.mark.parametrize("axis", ["ROWS", "COLUMNS"])
@given(cell=CELLS, start=st.integers(0, 999), count=st.integers(1, 99))
def test_deleting_what_was_inserted_leaves_a_formula_as_it_was(
    axis: Axis, cell: str, start: int, count: int
) -> None:
    formula = f"={cell}"
    for change in (adjust_for_insert, adjust_for_delete):
        formula = change(
            formula, formula_sheet="Log", edited_sheet="Log", axis=axis, start=start, count=count
        )
    assert formula == f"={cell}"


@pytest.mark.timeout(5)
@pytest.mark.parametrize("sign", ["'", '"', "a'", "A1:", "$", "a!"])
def test_a_long_run_of_one_sign_is_taken_apart_in_no_time(sign: str) -> None:
    text = "=" + sign * 20_000
    assert "".join(token.text for token in tokens_of(text)) == text


@pytest.mark.timeout(5)
def test_an_area_no_spreadsheet_has_room_for_ends_where_the_cells_do() -> None:
    assert result("=SUM('Refund Log'!B1:SUM1000000)") == 60
    assert result("=SUM('Refund Log'!SUM1000000:B2)") == 60


@given(text=st.text(max_size=40))
def test_no_sign_of_a_formula_is_lost_in_taking_it_apart(text: str) -> None:
    assert "".join(token.text for token in tokens_of(text)) == text


@given(text=st.text(alphabet="=A1B$:!'\"(){},;+-*/&#SUM0. ", max_size=30))
def test_no_formula_is_too_odd_to_evaluate(text: str) -> None:
    found = evaluated(f"={text}", "=1+1")
    assert ("Sums", 0, 0) in found.values


@given(column=st.integers(0, 18_277))
def test_a_column_is_found_by_its_name(column: int) -> None:
    assert column_number(column_name(column)) == column
