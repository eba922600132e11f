"""Rows that leave a tab of ours by what they hold, wherever people have sorted them to.

A row number means nothing from one moment to the next, so nothing is deleted by the place it was read
at. One batch is ordered and atomic, and in it

    insert     as many rows below the first one as are to leave
    write      into these what the ones that are to leave hold
    compare    deleteDuplicates over all rows below the first: whatever is equal to a row further up, in
               every column, is removed. The rows just written are the first of their kind, and stay.
    delete     the rows that were inserted

The places that are deleted at the end are those the batch itself has filled, whatever the tab looked
like, provided that no two of them are equal: then one would be taken for the other's duplicate, and
the rows below would have moved up. Only texts are trusted to tell rows apart, since numbers and times
may be shown alike; rows that they do not tell apart go one batch after the other.

A row to which somebody has added a word is equal to none and stays. Carried out twice, or late, a batch
finds nothing more to remove. Rows of a tab that are alike in every cell become one, and so do blank
ones; History rows are numbered, so none are alike but a copy somebody made. What people have attached
to rows further down, such as comments, may stay where the row was: Google does not say.
"""

import json
from collections.abc import Iterable, Iterator, Sequence

from refundsheet.core.model import Cell
from refundsheet.sheets.grid import user_entered
from refundsheet.sheets.layout import LARGEST_BODY, Request

Row = Sequence[Cell]


def sweep(sheet_id: int, rows: Iterable[Row]) -> Iterator[list[Request]]:
    """The batches in which rows leave a tab, none of them larger than Google recommends.

    Args:
        sheet_id: The tab.
        rows: What stands in each of the rows, all its cells from the first on, as read.
    """
    for group in _groups(rows):
        count = len(group)
        inserted = {
            "sheetId": sheet_id,
            "dimension": "ROWS",
            "startIndex": 1,
            "endIndex": 1 + count,
        }
        start = {"sheetId": sheet_id, "rowIndex": 1, "columnIndex": 0}
        cells = [{"values": [user_entered(cell) for cell in row]} for row in group]
        yield [
            # Formats as in the rows below: what is shown is compared.
            {"insertDimension": {"range": inserted, "inheritFromBefore": False}},
            {"updateCells": {"start": start, "rows": cells, "fields": "userEnteredValue"}},
            {"deleteDuplicates": {"range": {"sheetId": sheet_id, "startRowIndex": 1}}},
            {"deleteDimension": {"range": inserted}},
        ]


def _groups(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """The rows in groups in which no two can be taken for each other."""
    different = dict.fromkeys(map(tuple, rows))  # one is enough to remove all that are equal to it
    waiting: list[Row] = [row for row in different if any(cell not in {None, ""} for cell in row)]
    while waiting:
        group: list[Row] = []
        left: list[Row] = []
        told, size = set[tuple[str, ...]](), 0
        for row in waiting:
            length = len(json.dumps([user_entered(cell) for cell in row]))
            is_told = _telling(row) in told
            if is_told or (group and size + length > LARGEST_BODY):
                left.append(row)
                continue
            told.add(_telling(row))
            group.append(row)
            size += length
        yield group
        waiting = left


def _telling(row: Row) -> tuple[str, ...]:
    """What tells a row from others however its numbers are shown: its texts, by column."""
    texts = [cell.strip().casefold() if isinstance(cell, str) else "" for cell in row]
    while texts and not texts[-1]:
        texts.pop()
    return tuple(texts)
