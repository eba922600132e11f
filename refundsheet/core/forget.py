"""Whom people want forgotten: their cases, the names nobody else has, and what tells of either."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from refundsheet.core.history import WHOLE_ROW, By, Entry
from refundsheet.core.keys import comparable_id
from refundsheet.core.memory import Remembered
from refundsheet.core.model import Cell, RefundCase, Row

#: A name that is shorter may be an everyday word or number in what people write of others.
_TELLING = 6

_SAID = {"order_id": "order", "customer_name": "customer", "case_id": "case"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What people give to say whose cases they mean.

    Attributes:
        field: ``order_id``, ``customer_name`` or ``case_id``.
        text: The order, the customer or the Case ID, as people write it.
    """

    field: str
    text: str

    @property
    def said(self) -> str:
        """In words: order 1001."""
        return f"{_SAID[self.field]} {self.text}"

    def fits(self, case: RefundCase) -> bool:
        """Whether a case is meant."""
        return comparable_id(getattr(case, self.field)) == comparable_id(self.text)


@dataclass(frozen=True)
class Gone:
    """The cases that are to be forgotten, and how to tell what is about them.

    Attributes:
        wanted: What people asked for.
        cases: What is remembered of them.
        labels: Their Case IDs and names in the form they are compared in, as far as no other case
            has the same.
        names: Of these the orders and customers, which say who it is.
    """

    wanted: Wanted
    cases: tuple[Remembered, ...]
    labels: frozenset[str]
    names: frozenset[str]

    @cached_property
    def keys(self) -> frozenset[str]:
        """The keys of the cases."""
        return frozenset(known.key for known in self.cases)

    @cached_property
    def case_ids(self) -> tuple[str, ...]:
        """Their Case IDs: each remains, bare, so that no other case is ever given it.

        Not one that is an order's number or a name as well: that would still say who it was.
        """
        ids = {known.case.case_id for known in self.cases}
        theirs = self.labels - self.names
        return tuple(sorted(case_id for case_id in ids if comparable_id(case_id) in theirs))

    def is_told(self, entry: Entry) -> bool:
        """Whether a line of the history is about them, or names them.

        What people wrote about other cases names them only where it says a whole name, or one that
        is too long to be an everyday word.
        """
        if _keeps_id(entry):
            return False
        if entry.case in self.keys or self.is_called(entry.label.strip("()")):
            return True
        texts = [text for text in (entry.before, entry.after, entry.why) if isinstance(text, str)]
        names = self.are_named_in if entry.by is By.US else self.are_surely_named_in
        return any(map(names, texts))

    def is_called(self, name: str) -> bool:
        """Whether one of them, and no other case, is called so."""
        return comparable_id(name) in self.labels

    def is_in(self, row: Iterable[Cell]) -> bool:
        """Whether any text in a row names them."""
        return any(self.are_surely_named_in(cell) for cell in row if isinstance(cell, str))

    def are_named_in(self, text: str) -> bool:
        """Whether a text of ours holds one of their names as whole words."""
        return self._pattern is not None and bool(self._pattern.search(comparable_id(text)))

    def are_surely_named_in(self, text: str) -> bool:
        """Whether somebody else's text is one of their names, or holds one that is long enough."""
        said = comparable_id(text)
        if said in self.names:
            return True
        return self._pattern is not None and any(
            len(found) >= _TELLING for found in self._pattern.findall(said)
        )

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        longest_first = sorted(self.names, key=len, reverse=True)
        names = "|".join(map(re.escape, longest_first))
        return re.compile(rf"(?<![\w-])(?:{names})(?![\w-])") if names else None


def gone(wanted: Wanted, remembered: Iterable[Remembered], rows: Iterable[Row]) -> Gone:
    """Whose cases are meant, and what is theirs alone.

    Args:
        wanted: What people asked for.
        remembered: All cases that are remembered.
        rows: The rows of the log.
    """
    known = [one for one in remembered if not is_bare(one)]
    meant = tuple(one for one in known if wanted.fits(one.case))
    others = [one.case for one in known if not wanted.fits(one.case)]
    others += [row.case for row in rows if not wanted.fits(row.case)]
    asked = {} if wanted.field == "case_id" else {comparable_id(wanted.text)}
    names = _texts((one.case for one in meant), "order_id", "customer_name").union(asked)
    names -= _texts(others, "order_id", "customer_name")
    ids = _texts((one.case for one in meant), "case_id") - _texts(others, "case_id")
    if wanted.field == "case_id":
        ids |= {comparable_id(wanted.text)} - _texts(others, "case_id")
    return Gone(wanted, meant, frozenset(names | ids), frozenset(names))


def _texts(cases: Iterable[RefundCase], *fields: str) -> set[str]:
    found = {comparable_id(getattr(case, field)) for case in cases for field in fields}
    return found - {""}


def standing(wanted: Wanted, rows: Iterable[Row]) -> tuple[Row, ...]:
    """The rows of the log that are still about them: people delete these themselves."""
    return tuple(row for row in rows if wanted.fits(row.case))


def bare(case_id: str, now: datetime) -> Remembered:
    """All that remains of a forgotten case: that its ID was used."""
    return Remembered(
        key=comparable_id(case_id),
        case=RefundCase(case_id=case_id),
        adopted=True,
        first_seen=now,
        still_since=now,
        settled=True,
        missing_since=now,
        removed=True,
    )


def id_kept(case_id: str, run: int, now: datetime) -> Entry:
    """The line of History by which even a ledger that is new never gives the ID of a forgotten case."""
    return Entry(
        case=comparable_id(case_id),
        label=case_id,
        field=WHOLE_ROW,
        before=None,
        after=None,
        by=By.US,
        why="the case was forgotten; its ID is given to no other",
        run=run,
        not_before=now,
        not_after=now,
    )


def _keeps_id(entry: Entry) -> bool:
    # Of rows as a whole refundsheet itself tells nothing else: people remove and return them.
    return entry.by is By.US and entry.field == WHOLE_ROW


def is_bare(known: Remembered) -> bool:
    """Whether nothing is remembered of a case but its ID."""
    return known.removed and known.case == RefundCase(case_id=known.case.case_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much of what the ledger holds: cases, changes people made, flags and so on."""

    cases: int = 0
    changes: int = 0
    flags: int = 0
    writes: int = 0
    lines: int = 0
    texts: int = 0
    reports: int = 0

    @property
    def total(self) -> int:
        """All of it together."""
        return (
            self.cases
            + self.changes
            + self.flags
            + self.writes
            + self.lines
            + self.texts
            + self.reports
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What was removed of somebody, or would be.

    Attributes:
        ledger: What of the ledger.
        history_rows: How many rows of the History tab.
        left: The rows of that tab, counted from 1, that name them and stay, for people have written
            in or beside them.
        elsewhere: The team's other tabs that name them.
        run: The pass that shows all without them; 0 for a dry run.
    """

    gone: Gone
    ledger: Counts
    history_rows: int
    left: tuple[int, ...] = ()
    elsewhere: tuple[str, ...] = ()
    run: int = 0

    def to_json(self) -> dict[str, Any]:
        """How much that was, as plain values that name nobody."""
        return {
            "cases": self.ledger.cases,
            "ledger_entries": self.ledger.total,
            "history_rows": self.history_rows,
            "history_rows_left": len(self.left),
        }

    @property
    def is_nothing(self) -> bool:
        """Whether nothing was kept of them."""
        return not (self.ledger.total or self.history_rows or self.left)
