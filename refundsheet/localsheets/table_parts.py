"""What a formula can name of a table: `Cases[Amount]`, `Cases[#HEADERS]`."""

from dataclasses import replace

from refundsheet.localsheets.a1 import Box
from refundsheet.localsheets.schema import Json


def named_parts(table: Json, box: Box) -> dict[str, Box]:
    """The cells behind each name; the data is what lies between header and footer."""
    name = table["name"]
    footer = int("footerColorStyle" in table.get("rowsProperties", {}))
    data = replace(box, row_start=box.row_start + 1, row_end=box.row_end - footer)
    parts = {
        f"{name}[#ALL]": box,
        f"{name}[#HEADERS]": replace(box, row_end=box.row_start + 1),
    }
    if footer:
        parts[f"{name}[#TOTALS]"] = replace(box, row_start=box.row_end - 1)
    if data.row_start >= data.row_end:
        return parts
    parts[f"{name}[#DATA]"] = data
    for index, column in _columns(table).items():
        at = box.column_start + index
        parts[f"{name}[{column}]"] = replace(data, column_start=at, column_end=at + 1)
    return parts


def renamed_parts(old: Json, new: Json) -> dict[str, str]:
    """What the names of an old table have become, by the casefolded old ones.

    Two columns that changed places keep their names.
    """
    before, after = _columns(old), _columns(new)
    names = {
        name: after[index]
        for index, name in before.items()
        if name not in after.values() and after.get(index, name) not in before.values()
    }
    pairs = [(name, names.get(name, name)) for name in before.values()]
    pairs += [(part, part) for part in ("#ALL", "#DATA", "#HEADERS", "#TOTALS")]
    texts = [(f"{old['name']}[{was}]", f"{new['name']}[{now}]") for was, now in pairs]
    return {was.casefold(): now for was, now in texts if was != now}


def _columns(table: Json) -> dict[int, str]:
    columns: list[Json] = table.get("columnProperties", [])
    return {column.get("columnIndex", 0): column.get("columnName", "") for column in columns}
