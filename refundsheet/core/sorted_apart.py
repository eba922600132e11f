"""Part of a log sorted without the rest: cases are half on one row and half on another.

No tool can put that right, for nobody knows which half people meant (undo does); it can be seen.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from refundsheet.core.columns import BY_FIELD, Kind, Writer
from refundsheet.core.identity import KnownRow, Recognised
from refundsheet.core.memory import Remembered

#: So many cells of people's that exchanged their contents were not exchanged by hand.
_BY_NO_HAND = 20

#: Our timestamps tell the second, so nobody types one again; one may have been cut and pasted.
_STAMPS_BY_NO_HAND = 2

_STAMPED = tuple(
    name
    for name, column in BY_FIELD.items()
    if column.kind is Kind.MOMENT and column.writer is Writer.TEAM_THEN_US
)
_SORTABLE = ("status", "notes", *_STAMPED)


@dataclass(frozen=True, slots=True)
class Changed:
    """A case of which a field says something else than at the read before."""

    known: KnownRow
    before: Remembered
    then: object
    now: object


def sorted_apart(
    recognised: Recognised, cases: Mapping[str, Remembered]
) -> Mapping[str, Sequence[Changed]]:
    """The fields whose cells stand on rows of other cases than before, each with these cases.

    Args:
        recognised: Whose the rows are.
        cases: What was remembered, by key.
    """
    known = [(row, row.remembered) for row in recognised.rows if row.doubt is None]
    news = [(row, before) for row, before in known if before and row.row.case is not before.case]
    mixed: dict[str, Sequence[Changed]] = {}
    for field in _SORTABLE:
        changed = list(_changed(field, news))
        found = _exchanged(changed) or _elsewhere(field, changed)
        if found := found or _torn(field, changed, cases):
            mixed[field] = found
    return mixed


def _changed(field: str, news: Iterable[tuple[KnownRow, Remembered]]) -> Iterable[Changed]:
    for known, before in news:
        then, now = getattr(before.case, field) or None, getattr(known.row.case, field) or None
        if then != now:
            yield Changed(known, before, then, now)


def _exchanged(changed: Sequence[Changed]) -> Sequence[Changed]:
    """All of them, where they only changed places; people change cells to something else."""
    if len(changed) < _BY_NO_HAND:
        return ()
    is_mixed = Counter(one.then for one in changed) == Counter(one.now for one in changed)
    return changed if is_mixed else ()


def _elsewhere(field: str, changed: Sequence[Changed]) -> Sequence[Changed]:
    """Those between which timestamps of ours moved: they say when something else happened."""
    left = Counter(one.then for one in changed if field in one.before.written)
    moved = Counter(one.now for one in changed) & left
    if field not in _STAMPED or moved.total() < _STAMPS_BY_NO_HAND:
        return ()
    return [one for one in changed if one.now in moved or one.then in moved]


def _torn(
    field: str, changed: Sequence[Changed], cases: Mapping[str, Remembered]
) -> Sequence[Changed]:
    """Those whose ID is another case's, and brought along what that case said in the field."""
    return [
        one
        for one in changed
        if one.known.key != one.before.key
        and (owner := cases.get(one.known.key)) is not None
        and (getattr(owner.case, field) or None) == one.now
    ]
