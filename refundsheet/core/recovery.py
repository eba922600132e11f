"""What became of writes whose answer was lost, once a fence has made sure that none can arrive any more."""

from collections.abc import Iterator, Sequence

from refundsheet.core.identity import Recognised
from refundsheet.core.keys import comparable_id, fingerprint
from refundsheet.core.model import Change, Layout, Outcome, Receipt
from refundsheet.core.parse import cell
from refundsheet.core.serials import same_serial


def settle(
    changes: Sequence[Change],
    told: Sequence[Outcome | None],
    recognised: Recognised,
    layout: Layout,
) -> Iterator[Receipt]:
    """A receipt for each write, by what its receipt on the hidden tab told, else by its cell.

    Where neither tells, and the cell is blank, it may have been written and cleared by somebody
    since: then nothing is stamped.

    Args:
        changes: The writes.
        told: For each of them what its receipt told; None where it told nothing.
        recognised: The rows as they are now.
        layout: Where the columns are.
    """
    rows = {known.key: known.row for known in recognised.rows if known.doubt is None}
    for change, outcome in zip(changes, told, strict=True):
        if outcome is not None:
            yield Receipt(change, outcome, "by its receipt, after the answer was lost")
            continue
        row = rows.get(change.case)
        if change.field == "case_id":
            # Somebody may have given the same ID to another row meanwhile: the content tells.
            named = rows.get(comparable_id(str(change.after)))
            row = named if named and fingerprint(named.case) == change.case else None
        held = None if row is None else cell(row, change.field, layout)
        if row is not None and _same(held, change.after):
            yield Receipt(change, Outcome.DONE, "found in its cell after the answer was lost")
        elif row is not None and held is None and change.before is None:
            detail = "the answer and its receipt were lost: it may have been written and cleared"
            yield Receipt(change, Outcome.UNRESOLVED, detail)
        else:
            yield Receipt(change, Outcome.LOST, "not in its cell after the answer was lost")


def _same(held: object, after: object) -> bool:
    if isinstance(held, (int, float)) and isinstance(after, (int, float)):
        return same_serial(held, after)
    return held == after
