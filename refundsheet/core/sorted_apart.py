"""Part of a log sorted without the rest: cases are half on one row and half on another.

No tool can put that right, for nobody knows which half people meant; but it can be seen, and those rows
wait until somebody has undone it (guarded-write.md, what can not be met).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from refundsheet.core.columns import BY_FIELD, Kind, Writer
from refundsheet.core.identity import KnownRow, Recognised
from refundsheet.core.keys import NAMELESS, root_of
from refundsheet.core.memory import Remembered

#: So many cells that exchanged their contents, and nearly nothing else, were not exchanged by hand.
_MANY = 20
_NEARLY_ALL = 0.9

#: Our timestamps tell the second, so nobody types one again; one may have been cut and pasted.
_STAMPS = 2

#: People exchange the IDs of two rows at times; among three only a sort does.
_TURNED_IDS = 3

#: Where rows wait already, fewer cells that still stand elsewhere are enough, and one stamp of ours; but
#: cases that people worked on meanwhile may be in each other's former statuses when all is put right.
_STILL = 10

_TEAMS = tuple(name for name, column in BY_FIELD.items() if column.writer is not Writer.US)
_STAMPED = tuple(
    name
    for name, column in BY_FIELD.items()
    if column.kind is Kind.MOMENT and column.writer is Writer.TEAM_THEN_US
)
#: Where a change has consequences, and so where it must be seen.
_TELLING = ("status", "notes", *_STAMPED)

_Known = tuple[KnownRow, Remembered]


@dataclass(frozen=True, slots=True)
class Apart:
    """What was sorted without the rest.

    Attributes:
        fields: The fields whose cells stand on rows of other cases now.
        keys: The cases whose rows wait.
    """

    fields: tuple[str, ...] = ()
    keys: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Changed:
    """A case of which a field says something else than at the read before; None is a blank."""

    field: str
    known: KnownRow
    before: Remembered
    then: object
    now: object


def sorted_apart(
    recognised: Recognised,
    cases: Mapping[str, Remembered],
    waiting: frozenset[str] = frozenset(),
) -> Apart:
    """Which rows are half of one case and half of another.

    Args:
        recognised: Whose the rows are.
        cases: What was remembered, by key.
        waiting: The keys of the cases whose rows wait since an earlier read: they do as long as any
            of their cells still stands elsewhere, whatever people do to other rows meanwhile.
    """
    news = [
        (row, row.remembered)
        for row in recognised.rows
        if row.doubt is None and row.remembered and row.row.case is not row.remembered.case
    ]
    old, fresh = _by_waiting(news, waiting)
    still = [field for field in _TELLING if _is_still_apart(field, _changed(field, old), cases)]
    if still and _stamps_moved(news) > _stamps_moved(old):
        fresh = news  # what stood elsewhere has moved once more
    is_turned = _are_ids_turned(recognised)
    found = [
        field
        for field in _TELLING
        if _is_apart(field, _changed(field, fresh), cases, is_turned=is_turned)
    ]
    keys = set(waiting & cases.keys()) if still else set[str]()
    if found:
        keys.update(_touched(fresh, cases))
    fields = tuple(field for field in _TELLING if field in still or field in found)
    return Apart(fields, frozenset(keys))


def _by_waiting(
    news: Sequence[_Known], waiting: frozenset[str]
) -> tuple[Sequence[_Known], Sequence[_Known]]:
    if not waiting:
        return (), news
    old: list[_Known] = []
    fresh: list[_Known] = []
    for known, before in news:
        is_free = waiting.isdisjoint((known.key, before.key))
        (fresh if is_free else old).append((known, before))
    return old, fresh


def _changed(field: str, news: Iterable[_Known]) -> Sequence[_Changed]:
    found: list[_Changed] = []
    for known, before in news:
        then, now = getattr(before.case, field) or None, getattr(known.row.case, field) or None
        if then != now:
            found.append(_Changed(field, known, before, then, now))
    return found


def _moved(changed: Iterable[_Changed]) -> Counter[object]:
    """What left so many rows and came to as many others, blanks among it."""
    return Counter(one.then for one in changed) & Counter(one.now for one in changed)


def _is_apart(
    field: str, changed: Sequence[_Changed], cases: Mapping[str, Remembered], *, is_turned: bool
) -> bool:
    moved = _moved(changed).total()
    return (
        moved >= max(_MANY, _NEARLY_ALL * len(changed))
        or (field in _STAMPED and _ours_moved(field, changed) >= _STAMPS)
        or _is_torn(changed, cases, is_turned=is_turned)
    )


def _is_still_apart(
    field: str, changed: Sequence[_Changed], cases: Mapping[str, Remembered]
) -> bool:
    moved = _moved(changed)
    return (
        moved.total() - moved[None] >= _STILL
        or (field in _STAMPED and _ours_moved(field, changed) > 0)
        or any(_torn(changed, cases))
    )


def _ours_moved(field: str, changed: Sequence[_Changed]) -> int:
    """How many timestamps of ours say on another row when something happened on theirs."""
    ours = Counter(one.then for one in changed if field in one.before.written)
    return (ours & Counter(one.now for one in changed)).total()


def _stamps_moved(news: Iterable[_Known]) -> int:
    return sum(_ours_moved(field, _changed(field, news)) for field in _STAMPED)


def _torn(changed: Iterable[_Changed], cases: Mapping[str, Remembered]) -> Iterator[_Changed]:
    """Those whose ID is another case's, and brought along what that case said in the field."""
    for one in changed:
        owner = cases.get(one.known.key) if one.known.key != one.before.key else None
        if owner is None or owner.removed or one.now is None:
            continue
        if one.now == getattr(owner.case, one.field):
            yield one


def _is_torn(
    changed: Sequence[_Changed], cases: Mapping[str, Remembered], *, is_turned: bool
) -> bool:
    """Whether an ID brought something along, and another row lost that, or IDs went round."""
    lost = {one.then for one in changed}
    return any(is_turned or one.now in lost for one in _torn(changed, cases))


def _are_ids_turned(recognised: Recognised) -> bool:
    """Whether the IDs of several rows changed places among each other, and none left the log."""
    left = {root_of(old) for old in recognised.rekeyed if not old.startswith(NAMELESS)}
    return len(left) >= _TURNED_IDS and left <= {root_of(row.key) for row in recognised.rows}


def _touched(news: Sequence[_Known], cases: Mapping[str, Remembered]) -> Iterator[str]:
    """The keys of the cases that gave a cell to another row, or got one from there."""
    for field in _TEAMS:
        changed = _changed(field, news)
        moved = _moved(changed)
        for one in changed:
            if one.then in moved or one.now in moved:
                yield from (one.known.key, one.before.key)
        for one in _torn(changed, cases):
            yield from (one.known.key, one.before.key)
