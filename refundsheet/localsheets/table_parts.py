"""What a formula can name of a table: `Cases[Amount]`, `Cases[#HEADERS]`, `Cases[[#ALL],[Amount]]`."""

from dataclasses import replace

from refundsheet.localsheets.a1 import Box
from refundsheet.localsheets.formulas.tokens import name_key
from refundsheet.localsheets.schema import Json

_DATA = "#DATA"
_PARTS = ("#ALL", _DATA, "#HEADERS", "#TOTALS")


def named_parts(table: Json, box: Box) -> dict[str, Box]:
    """The cells behind each name; the data is what lies between header and footer."""
    rows = _rows(table, box)
    parts = {f"[{part}]": found for part, found in rows.items()}
    for index, column in _columns(table).items():
        start = box.column_start + index
        for part, found in rows.items():
            both = replace(found, column_start=start, column_end=start + 1)
            parts[f"[[{part}],[{column}]]"] = both
            if part == _DATA:
                parts[f"[{column}]"] = both
    return {f"{table['name']}{part}": found for part, found in parts.items()}


def _rows(table: Json, box: Box) -> dict[str, Box]:
    """The rows behind each part of all columns; no row of totals without a footer, no empty data."""
    footer = int("footerColorStyle" in table.get("rowsProperties", {}))
    rows = {
        "#ALL": box,
        "#HEADERS": replace(box, row_end=box.row_start + 1),
        _DATA: replace(box, row_start=box.row_start + 1, row_end=box.row_end - footer),
        "#TOTALS": replace(box, row_start=box.row_end - footer),
    }
    return {part: found for part, found in rows.items() if found.rows}


def renamed_parts(old: Json, new: Json) -> dict[str, str]:
    """What the names of an old table have become, by `name_key` of the old ones.

    Two columns that changed places keep their names.
    """
    before, after = _columns(old), _columns(new)
    names = {
        name: after[index]
        for index, name in before.items()
        if name not in after.values() and after.get(index, name) not in before.values()
    }
    pairs = [(f"[{part}]", f"[{part}]") for part in _PARTS]
    for name in before.values():
        now = names.get(name, name)
        pairs.append((f"[{name}]", f"[{now}]"))
        pairs += [(f"[[{part}],[{name}]]", f"[[{part}],[{now}]]") for part in _PARTS]
    texts = [(f"{old['name']}{was}", f"{new['name']}{now}") for was, now in pairs]
    return {name_key(was): now for was, now in texts if was != now}


def _columns(table: Json) -> dict[int, str]:
    columns: list[Json] = table.get("columnProperties", [])
    return {column.get("columnIndex", 0): column.get("columnName", "") for column in columns}
