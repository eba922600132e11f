"""What a pass wrote, to be taken back: only cells that still hold exactly that, the others say why not."""

from collections.abc import Iterable
from dataclasses import dataclass

from refundsheet.core.identity import Recognised
from refundsheet.core.model import Cell, Change, Layout
from refundsheet.core.parse import cell
from refundsheet.core.serials import same_serial


@dataclass(frozen=True, slots=True)
class Left:
    """A cell that stays as it is, and why."""

    change: Change
    why: str


@dataclass(frozen=True, slots=True)
class Undoing:
    """How the writes of a pass are taken back.

    Attributes:
        run: The number of that pass.
        changes: The writes that do it.
        left: What it had written and is not taken back.
    """

    run: int
    changes: tuple[Change, ...]
    left: tuple[Left, ...]


def undo(run: int, written: Iterable[Change], recognised: Recognised, layout: Layout) -> Undoing:
    """Plan to put back what stood in the cells before a pass.

    Args:
        run: The number of the pass.
        written: What it wrote.
        recognised: Whose the rows are now.
        layout: Where the columns are now.
    """
    rows = {known.key: known for known in recognised.rows}
    changes: list[Change] = []
    left: list[Left] = []
    for change in written:
        known = rows.get(change.case)
        if known is None:
            left.append(Left(change, "the case is not in the log any more"))
        elif known.doubt is not None:
            left.append(Left(change, "it is not certain which row is the case"))
        elif change.field not in layout.columns:
            left.append(Left(change, "its column is not there any more"))
        elif not _same(held := cell(known.row, change.field, layout), change.after):
            why = "somebody emptied it" if held is None else "it holds something else now"
            left.append(Left(change, why))
        else:
            changes.append(_back(run, change, known.row.number, held))
    return Undoing(run, tuple(changes), tuple(left))


def _back(run: int, change: Change, row: int, held: Cell) -> Change:
    return Change(
        case=change.case,
        label=str(change.after) if change.field == "case_id" else change.label,
        row=row,
        field=change.field,
        before=held,
        after=change.before,
        reason=f"run {run} was undone",
        takes_back=True,
    )


def _same(held: Cell, after: Cell) -> bool:
    if isinstance(held, (int, float)) and isinstance(after, (int, float)):
        return same_serial(held, after)
    return held == after
