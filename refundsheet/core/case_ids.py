"""The next Case ID: the team's own pattern goes on, no number is used twice, nothing is renumbered."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count

from refundsheet.core.keys import comparable_id
from refundsheet.core.model import Cell, Outcome, Receipt

_NUMBERED = re.compile(r"(?P<prefix>.*?)(?P<number>\d{1,15})(?P<suffix>\D*)")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")

#: A pattern is the team's own when this share of the log's IDs follows it.
_TEAM_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class _Pattern:
    """An ID as prefix, number, suffix; the years in a prefix are told apart from its words."""

    prefix: str
    suffix: str
    number: int
    width: int

    @property
    def shape(self) -> tuple[str, str]:
        return _YEAR.sub("{year}", self.prefix), self.suffix


def next_ids(used: Iterable[str], default: str, year: int) -> Iterator[str]:
    """Case IDs to give, one after the other, each free among those ever used.

    Args:
        used: Every ID that stands in the log or was remembered from it, as written.
        default: The pattern where the log shows none of its own: ``{year}``, the number as ``#``.
        year: The current year in the sheet's zone.
    """
    written = [text.strip() for text in used]
    taken = {comparable_id(text) for text in written}
    prefix, suffix, first, width = _continued(written, year) or _fresh(default, year)
    numbered = (f"{prefix}{number:0{width}d}{suffix}" for number in count(first))
    return (minted for minted in numbered if comparable_id(minted) not in taken)


def _continued(written: list[str], year: int) -> tuple[str, str, int, int] | None:
    """The team's own pattern, if most IDs follow one: prefix, suffix, next number, digits."""
    patterns = [
        _Pattern(match["prefix"], match["suffix"], int(match["number"]), len(match["number"]))
        for match in map(_NUMBERED.fullmatch, written)
        if match
    ]
    shapes = Counter(pattern.shape for pattern in patterns)
    if not shapes:
        return None
    shape, followers = shapes.most_common(1)[0]
    if followers < _TEAM_SHARE * len(written):
        return None
    same = [pattern for pattern in patterns if pattern.shape == shape]
    prefixes = {pattern.prefix for pattern in same}
    this_year = shape[0].replace("{year}", str(year))
    if len(prefixes) > 1 and this_year > max(prefixes):
        # The team begins anew each year, and this one has no case yet.
        return this_year, shape[1], 1, max(pattern.width for pattern in same)
    # A mistyped year of the future starts no series.
    latest = this_year if this_year in prefixes else max(prefixes)
    numbers = [pattern for pattern in same if pattern.prefix == latest]
    padded = [p.width for p in numbers if p.width > len(str(p.number))]
    return latest, shape[1], max(p.number for p in numbers) + 1, max(padded, default=1)


def _fresh(default: str, year: int) -> tuple[str, str, int, int]:
    before, hashes, after = re.split(r"(#+)", default, maxsplit=1)
    return before.replace("{year}", str(year)), after, 1, len(hashes)


def tell_twins(receipts: Iterable[Receipt], ids: Iterable[Cell]) -> list[Receipt]:
    """The receipts; of an ID that somebody gave to another row in the same moment, that it is twice there.

    It is never given another number: the copy is flagged, and people decide.

    Args:
        receipts: What became of the changes of a batch.
        ids: All cells of the log's ID column after it.
    """
    found = list(receipts)
    minted = [r for r in found if r.change.field == "case_id" and r.outcome is Outcome.DONE]
    if not any(receipt.change.after for receipt in minted):
        return found
    held = Counter(comparable_id(str(cell)) for cell in ids if cell not in (None, ""))
    return [_told(receipt, held) for receipt in found]


def _told(receipt: Receipt, held: Mapping[str, int]) -> Receipt:
    change = receipt.change
    if change.field != "case_id" or receipt.outcome is not Outcome.DONE:
        return receipt
    rows = held.get(comparable_id(str(change.after)), 0)
    if rows <= 1:
        return receipt
    detail = (
        f"{change.after} was given to another row in the same moment and now stands in {rows} rows"
    )
    return replace(receipt, detail=detail)
