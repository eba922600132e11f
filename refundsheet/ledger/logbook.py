"""One log's side of the ledger, as the passes of one process use it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from refundsheet.core.advance import Advanced
from refundsheet.core.follow_up import Flag
from refundsheet.core.identity import Recognised
from refundsheet.core.memory import Memory
from refundsheet.core.model import Outcome, Receipt
from refundsheet.core.observe import Observed
from refundsheet.core.pages import Page, PageCell, from_stored, to_stored
from refundsheet.ledger.journal import LedgerJournal
from refundsheet.ledger.ledger import Ledger
from refundsheet.ledger.records import Intent, IntentState, RaisedFlag, SheetKey


@dataclass(frozen=True, slots=True)
class FlagNews:
    """How the flags of a pass differ from those that stood before it.

    Attributes:
        raised: Key to flag, of those that stand newly or say something else.
        cleared: Key and kind of those whose reason is gone.
    """

    raised: Mapping[str, Flag] = field(default_factory=dict[str, Flag])
    cleared: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Learnt:
    """What a pass saw and wrote.

    Attributes:
        fields: The fields whose columns the read had.
    """

    fields: frozenset[str]
    recognised: Recognised
    observed: Observed
    advanced: Advanced


class Logbook:
    """What is remembered of one log; read from the ledger once, then kept in step with it.

    Args:
        ledger: Where it is kept.
        sheet: The log.
    """

    def __init__(self, ledger: Ledger, sheet: SheetKey) -> None:
        self._ledger = ledger
        self.sheet = sheet
        self._memory = Memory()
        self._standing: dict[str, tuple[str, str]] = {}
        self._published: dict[str, Mapping[tuple[int, int], PageCell]] = {}
        self._latest_run = -1

    def recall(self) -> Memory:
        """What is remembered; read anew where another process has written since."""
        passes = self._ledger.passes(self.sheet, limit=1)
        latest = passes[0].number if passes else 0
        if latest != self._latest_run:
            self._memory = self._ledger.recall(self.sheet)
            flags = self._ledger.flags(self.sheet, standing=True)
            self._standing = {flag.case: (flag.kind, flag.text) for flag in flags}
            self._published.clear()
            self._latest_run = latest
        return self._memory

    def begin(self, at: datetime) -> LedgerJournal:
        """Begin a pass; its journal keeps what it writes."""
        self._latest_run = self._ledger.begin_pass(self.sheet, at)
        return LedgerJournal(self._ledger, self.sheet, self._latest_run)

    @property
    def run(self) -> int:
        """The number of the pass that runs, or ran last."""
        return self._latest_run

    def unsure(self) -> Sequence[Intent]:
        """Writes of an earlier pass of which nobody knows what became."""
        return self._ledger.open_intents(self.sheet)

    def settle(self, intents: Sequence[Intent], receipts: Sequence[Receipt]) -> None:
        """Note what their cells told after the fence."""
        states = {True: IntentState.DONE, False: IntentState.EXPIRED}
        self._ledger.settle(
            {
                intent.number: (states[receipt.outcome is Outcome.DONE], receipt.detail)
                for intent, receipt in zip(intents, receipts, strict=True)
            }
        )

    def record(
        self,
        at: datetime,
        learnt: Learnt,
        flags: Mapping[str, Flag],
    ) -> FlagNews:
        """Store what a pass has learnt in one transaction, and keep it for the next one.

        Args:
            at: The time of the pass.
            learnt: What it saw and wrote.
            flags: Key to flag, of the cases that need somebody now.
        """
        advanced, observed = learnt.advanced, learnt.observed
        renamed = _chained(learnt.recognised.rekeyed, advanced.renamed)
        standing = {renamed.get(key, key): was for key, was in self._standing.items()}
        now = {advanced.renamed.get(key, key): flag for key, flag in flags.items()}
        news = _flag_news(standing, now)
        changed = (observed.changed | advanced.changed) & advanced.cases.keys()
        self._ledger.record(
            self.sheet,
            at=at,
            pass_number=self.run,
            baseline_at=None if self._memory.baseline_at else at,
            fields=learnt.fields,
            renamed=renamed,
            forgotten=observed.forgotten,
            remembered=[advanced.cases[key] for key in changed],
            observations=observed.observations,
            texts=advanced.texts - self._memory.texts,
            raised=[RaisedFlag(key, _kind(flag), flag.text) for key, flag in news.raised.items()],
            cleared=news.cleared,
        )
        self._standing = {key: (_kind(flag), flag.text) for key, flag in now.items()}
        self._memory = replace(
            self._memory,
            baseline_at=self._memory.baseline_at or at,
            last_read_at=at,
            fields=learnt.fields,
            cases=advanced.cases,
            texts=self._memory.texts | advanced.texts,
        )
        return news

    def published(self, tab: str) -> Mapping[tuple[int, int], PageCell]:
        """What was last published on a tab of ours; nothing where that is not known."""
        if tab not in self._published:
            self._published[tab] = from_stored(self._ledger.published(self.sheet, tab) or {})
        return self._published[tab]

    def set_published(self, page: Page) -> None:
        """Remember what now stands on a tab of ours."""
        self._ledger.set_published(self.sheet, page.title, to_stored(page.cells))
        self._published[page.title] = page.cells

    def end(self, report: Mapping[str, Any]) -> None:
        """Store what the pass did."""
        self._ledger.end_pass(self.run, report)


def _chained(first: Mapping[str, str], then: Mapping[str, str]) -> dict[str, str]:
    """Old key to new, of a case that was recognised under one key and then given another."""
    return {old: then.get(new, new) for old, new in first.items()} | dict(then)


def _flag_news(standing: Mapping[str, tuple[str, str]], now: Mapping[str, Flag]) -> FlagNews:
    raised = {
        key: flag for key, flag in now.items() if standing.get(key) != (_kind(flag), flag.text)
    }
    cleared = tuple(
        (key, kind)
        for key, (kind, _) in standing.items()
        if key not in now or _kind(now[key]) != kind
    )
    return FlagNews(raised, cleared)


def _kind(flag: Flag) -> str:
    """A flag's kind as the ledger names it."""
    return flag.kind.name.lower()
