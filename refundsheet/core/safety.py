"""A plan too large to be true is not carried out: evidence that we misread the sheet."""

from collections import Counter

from refundsheet.core.columns import BY_FIELD
from refundsheet.core.identity import Recognised
from refundsheet.core.memory import Memory
from refundsheet.errors import UnsafePlanError

#: So many cases may vanish between two reads; a team clears out old ones now and then.
_ALWAYS_PLAUSIBLE = 20
_SHARE = 0.25

#: So many cells that exchanged their contents were not exchanged by hand.
_SORTED_ALONE = 20

_OVERRIDE = "refundsheet sync --allow-large-change"


def refuse_implausible(recognised: Recognised, memory: Memory) -> None:
    """Stop where many of the known cases are suddenly gone, or their cells belong to other cases.

    Raises:
        UnsafePlanError: naming the figures and the option that overrides it.
    """
    _refuse_many_gone(recognised, memory)
    for field in ("status", "notes"):
        _refuse_sorted_alone(recognised, field)


def _refuse_many_gone(recognised: Recognised, memory: Memory) -> None:
    known = sum(case.settled and not case.removed for case in memory.cases.values())
    absent = (memory.cases[key] for key in recognised.absent)
    gone = sum(case.settled and not case.missing_reads for case in absent)
    if gone > max(_ALWAYS_PLAUSIBLE, _SHARE * known):
        raise UnsafePlanError(
            f"{gone} of {known} known cases are not in the log any more, so nothing was "
            f"written. If they were really removed, run: {_OVERRIDE}"
        )


def _refuse_sorted_alone(recognised: Recognised, field: str) -> None:
    """People change cells to something else; a column sorted without its rows only mixes them."""
    changes = [
        (getattr(known.remembered.case, field), getattr(known.row.case, field))
        for known in recognised.rows
        if known.doubt is None
        and known.remembered is not None
        and known.row.case is not known.remembered.case
    ]
    changed = [(old, new) for old, new in changes if old != new]
    if len(changed) < _SORTED_ALONE:
        return
    if Counter(old for old, _ in changed) == Counter(new for _, new in changed):
        header = BY_FIELD[field].header
        raise UnsafePlanError(
            f"The {header} cells of {len(changed)} cases have changed places among each other, as "
            "if part of the log had been sorted without the rest, so nothing was written. Undo "
            f"the sort in the sheet; if all is as it should be, run: {_OVERRIDE}"
        )
