"""Random requests after Google's own messages: some sensible, some not, all well-formed JSON."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from refundsheet.localsheets import schema
from refundsheet.localsheets.batch_update import HANDLERS

Json = dict[str, Any]
_DEEPEST = 5
_SHEETS = st.sampled_from([0, 0, 0, 1, 1, 5])
_TEXTS = st.sampled_from(
    [
        "",
        "a",
        "B1",
        "Sheet1",
        "Two",
        "12",
        "2026-11-01",
        "50%",
        "=A1+B2",
        "=SUM(A1:B9)",
        "=1/0",
        " x ",
        "(",
        "$1",
        ",",
        "=Two!A1",
        "=ARRAYFORMULA(A1:A3)",
        "'x",
        "TRUE",
        "en_US",
        "Etc/GMT",
        "n",
    ]
)
_NUMBERS = st.sampled_from([0, 1, 2, 3, 4, 5, 7, 9, 12, -1, 40])


def _indexes(first: str, last: str) -> st.SearchStrategy[Json]:
    """Mostly a span inside a small grid, sometimes open, empty, backwards or outside."""
    spans = st.tuples(st.integers(0, 6), st.integers(1, 3))
    inside = spans.map(lambda span: {first: span[0], last: span[0] + span[1]})
    odd = st.fixed_dictionaries({}, optional={first: _NUMBERS, last: _NUMBERS})
    return st.one_of(inside, inside, inside, inside, inside, odd)


_RANGES: dict[str, st.SearchStrategy[Json]] = {
    "GridRange": st.tuples(
        _SHEETS.map(lambda number: {"sheetId": number}),
        _indexes("startRowIndex", "endRowIndex"),
        _indexes("startColumnIndex", "endColumnIndex"),
    ).map(lambda parts: parts[0] | parts[1] | parts[2]),
    "DimensionRange": st.tuples(
        _SHEETS.map(lambda number: {"sheetId": number}),
        st.sampled_from(["ROWS", "COLUMNS"]).map(lambda axis: {"dimension": axis}),
        _indexes("startIndex", "endIndex"),
    ).map(lambda parts: parts[0] | parts[1] | parts[2]),
    "GridCoordinate": st.fixed_dictionaries(
        {"sheetId": _SHEETS, "rowIndex": st.integers(0, 8), "columnIndex": st.integers(0, 6)}
    ),
    "ExtendedValue": st.one_of(
        st.builds(lambda number: {"numberValue": number}, _NUMBERS),
        st.builds(lambda text: {"stringValue": text}, _TEXTS),
        st.builds(lambda text: {"formulaValue": text}, _TEXTS.filter(lambda t: t.startswith("="))),
        st.builds(lambda truth: {"boolValue": truth}, st.booleans()),
    ),
    "GridProperties": st.fixed_dictionaries(
        {},
        optional={
            name: st.integers(-1, 12) for name in ("rowCount", "columnCount", "frozenRowCount")
        },
    ),
}
_ALWAYS = frozenset(
    {"range", "fields", "properties", "rule", "source", "destination", "rows", "spec"}
)


def requests_() -> st.SearchStrategy[Json]:
    """One request of any kind the server acts on."""
    return st.sampled_from(sorted(HANDLERS)).flatmap(_request)


def _request(kind: str) -> st.SearchStrategy[Json]:
    message = schema.fields_of("Request")[kind]
    return _message(message, 0).map(lambda body: {kind: body})


@st.composite
def _message(draw: Callable[..., Any], message: str, depth: int) -> Json:
    if message in _RANGES:
        return draw(_RANGES[message])
    fields = {
        name: kind
        for name, kind in schema.fields_of(message).items()
        if not name.startswith("dataSource") and (depth < _DEEPEST or not _is_nested(kind))
    }
    if not fields:
        return {}
    names = draw(st.lists(st.sampled_from(sorted(fields)), unique=True, max_size=5))
    names += [name for name in _ALWAYS & fields.keys() if name not in names]
    chosen = (
        sorted(names) if depth else [n for n in sorted(fields) if n in names or draw(st.booleans())]
    )
    masked = _masked(message, fields)
    return {name: draw(_value(fields[name], name, depth, masked)) for name in chosen}


def _is_nested(kind: str) -> bool:
    return schema.is_message(kind.strip("[]{}"))


def _masked(message: str, fields: dict[str, str]) -> str:
    """What a request's mask is about: its one message, or CellData."""
    nested = [kind for kind in fields.values() if schema.is_message(kind) and kind != "GridRange"]
    return nested[0] if nested and message.startswith("Update") else "CellData"


def _value(kind: str, name: str, depth: int, masked: str) -> st.SearchStrategy[Any]:
    if kind.startswith("["):
        return st.lists(_value(kind[1:-1], name, depth, masked), max_size=2)
    if kind.startswith("{"):
        keys = st.sampled_from(["0", "1", "3", "x"])
        return st.dictionaries(keys, _value(kind[1:-1], name, depth, masked), max_size=2)
    if schema.is_message(kind):
        return _message(kind, depth + 1)
    if kind.startswith("="):
        return st.sampled_from(kind[1:].split("|"))
    if kind == "mask":
        names = sorted(schema.fields_of(masked))
        listed = st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True)
        return st.one_of(st.just("*"), listed.map(",".join), st.sampled_from(["", "nope"]))
    scalars: dict[str, st.SearchStrategy[Any]] = {
        "int32": _SHEETS if name == "sheetId" else _NUMBERS,
        "bool": st.booleans(),
        "float": st.sampled_from([0, 0.5, 1]),
        "double": _NUMBERS,
    }
    return scalars.get(kind, _TEXTS)
