"""What is known once the receipts are in: our own writes are learnt, and never taken for people's."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from refundsheet.core.columns import BY_FIELD, Kind, Writer
from refundsheet.core.keys import comparable_id, fingerprint
from refundsheet.core.memory import Remembered
from refundsheet.core.model import Cell, Moment, Outcome, Receipt
from refundsheet.core.planner import cell_text
from refundsheet.core.serials import to_moment


@dataclass(frozen=True, slots=True)
class Advanced:
    """The cases after a pass has written.

    Attributes:
        cases: Key to what is remembered, for every case of the log.
        changed: The keys whose record a receipt changed.
        renamed: Old key to new, of the rows that were given an ID.
        texts: What we wrote into our own columns, or sent there without knowing what became of it.
    """

    cases: Mapping[str, Remembered]
    changed: frozenset[str]
    renamed: Mapping[str, str]
    texts: frozenset[str]


def advance(
    cases: Mapping[str, Remembered], receipts: Iterable[Receipt], zone: ZoneInfo
) -> Advanced:
    """Take in what was written, and nothing that was not."""
    after = dict(cases)
    changed: set[str] = set()
    renamed: dict[str, str] = {}
    texts: set[str] = set()
    for receipt in receipts:
        change = receipt.change
        is_our_column = BY_FIELD[change.field].writer is Writer.US
        if is_our_column and change.after is not None and receipt.outcome not in _NOT_SENT:
            # Whatever else the receipt says: a text that was on its way may stand there one day.
            texts.add(cell_text(change.after))
        known = after.get(change.case)
        if known is None:
            continue
        learnt = _learnt(known, receipt, zone)
        if learnt.key != known.key:
            del after[known.key]
            renamed[known.key] = learnt.key
        if learnt is not known:
            after[learnt.key] = learnt
            changed.add(learnt.key)
    return Advanced(after, frozenset(changed - renamed.keys()), renamed, frozenset(texts))


def _learnt(known: Remembered, receipt: Receipt, zone: ZoneInfo) -> Remembered:
    if receipt.outcome in _BARRED:
        return _barred(known, receipt)
    if receipt.outcome is not Outcome.DONE:
        return known
    name, value = receipt.change.field, receipt.change.after
    owed = {field: stamp for field, stamp in known.owed.items() if field != name}
    if name in known.barred:
        known = replace(known, barred={f: why for f, why in known.barred.items() if f != name})
    if receipt.change.takes_back:
        known = replace(known, undone={**known.undone, name: receipt.change.before})
    if BY_FIELD[name].writer is Writer.US:
        return known
    written = {field: cell for field, cell in known.written.items() if field != name}
    if value is not None:
        written[name] = value
    backfilled = tuple(field for field in known.backfilled if field != name)
    if receipt.change.backfills:
        backfilled = (*backfilled, name)
    case = replace(known.case, **{name: _content(name, value, zone)})
    key = known.key
    if name == "case_id":
        key = fingerprint(case) if value is None else comparable_id(str(value))
    return replace(known, key=key, case=case, owed=owed, written=written, backfilled=backfilled)


#: How a change ends that was never on its way, or of which Google took nothing.
_NOT_SENT = {Outcome.REFUSED, Outcome.WAITING}
#: How a write ends that trying again does not help; people have to know why their cell is blank.
_BARRED = {Outcome.REFUSED, Outcome.UNRESOLVED, Outcome.VANISHED}


def _barred(known: Remembered, receipt: Receipt) -> Remembered:
    """What could not be written is owed no more, unless a look at the sheet's layout may help."""
    name = receipt.change.field
    if BY_FIELD[name].writer is Writer.US:
        return known
    if receipt.change.after is not None and known.barred.get(name) != receipt.detail:
        known = replace(known, barred={**known.barred, name: receipt.detail})
    if name in known.owed and receipt.outcome is not Outcome.VANISHED:
        owed = {field: stamp for field, stamp in known.owed.items() if field != name}
        known = replace(known, owed=owed)
    return known


def _content(name: str, value: Cell, zone: ZoneInfo) -> str | Moment | None:
    """The value as the next read will show it."""
    if BY_FIELD[name].kind is Kind.MOMENT:
        return to_moment(value, zone) if isinstance(value, (int, float)) else None
    return "" if value is None else str(value)
