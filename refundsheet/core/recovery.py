"""What became of writes whose answer was lost: once none can arrive any more, the cells decide."""

from collections.abc import Iterable, Iterator

from refundsheet.core.identity import Recognised, comparable_id, fingerprint
from refundsheet.core.model import Change, Layout, Outcome, Receipt
from refundsheet.core.parse import cell
from refundsheet.core.serials import same_serial


def settle_by_cell(
    changes: Iterable[Change], recognised: Recognised, layout: Layout
) -> Iterator[Receipt]:
    """Done where the case's one row holds exactly what was to be written; else it was not written."""
    rows = {known.key: known.row for known in recognised.rows if known.doubt is None}
    for change in changes:
        row = rows.get(change.case)
        if change.field == "case_id":
            # Somebody may have given the same ID to another row meanwhile: the content tells.
            named = rows.get(comparable_id(str(change.after)))
            row = named if named and fingerprint(named.case) == change.case else None
        held = None if row is None else cell(row, change.field, layout)
        if row is not None and _same(held, change.after):
            yield Receipt(change, Outcome.DONE, "found in its cell after the answer was lost")
        else:
            yield Receipt(change, Outcome.LOST, "not in its cell after the answer was lost")


def _same(held: object, after: object) -> bool:
    if isinstance(held, (int, float)) and isinstance(after, (int, float)):
        return same_serial(held, after)
    return held == after
