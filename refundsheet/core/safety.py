"""A plan too large to be true is not carried out: evidence that we misread the sheet."""

from refundsheet.core.identity import Recognised, is_provisional
from refundsheet.core.memory import Memory
from refundsheet.errors import UnsafePlanError

#: So many cases may vanish between two reads; a team clears out old ones now and then.
_ALWAYS_PLAUSIBLE = 20
_SHARE = 0.25


def refuse_implausible(recognised: Recognised, memory: Memory) -> None:
    """Stop where a large part of the known cases is suddenly gone.

    Raises:
        UnsafePlanError: naming the figures and the option that overrides it.
    """
    known = [key for key, case in memory.cases.items() if case.settled and not case.removed]
    gone = [
        key
        for key in recognised.absent
        if not is_provisional(key) and not memory.cases[key].missing_reads
    ]
    if len(gone) > max(_ALWAYS_PLAUSIBLE, _SHARE * len(known)):
        raise UnsafePlanError(
            f"{len(gone)} of {len(known)} known cases are not in the log any more, so nothing was "
            "written. If they were really removed, run: refundsheet sync --allow-large-change"
        )
