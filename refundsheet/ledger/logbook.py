"""One log's side of the ledger, as the passes of one process use it."""

import secrets
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from refundsheet.core.advance import Advanced, advance
from refundsheet.core.flag_news import FlagSpan
from refundsheet.core.flagging import FlagNews, flag_news, standing_of
from refundsheet.core.follow_up import Flag
from refundsheet.core.forget import Counts, Gone
from refundsheet.core.history import Entry, seen, written
from refundsheet.core.identity import Recognised
from refundsheet.core.lease import Holder, Standing, Tenure, lease_cells, stands
from refundsheet.core.memory import Memory, Remembered
from refundsheet.core.model import Cell, Outcome, Receipt
from refundsheet.core.observe import Observed
from refundsheet.core.pages import Page, PageCell, from_stored, to_stored
from refundsheet.ledger.journal import LedgerJournal
from refundsheet.ledger.ledger import Ledger
from refundsheet.ledger.records import (
    Addition,
    Intent,
    IntentState,
    Learnt,
    RaisedFlag,
    SettingsInForce,
    SheetKey,
    Upkeep,
)

#: Upkeep is due so long after the last one.
_UPKEEP_EVERY = timedelta(days=1)
#: So many entries go to the History tab at once: a request stays far below 2 MB.
_LARGEST_ADDITION = 300


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
        self._standing: dict[str, dict[str, str]] = {}
        self._published: dict[str, Mapping[tuple[int, int], PageCell]] = {}
        self._latest_run = -1
        self._upkeep: Upkeep | None = None
        self._known_mark = ""
        self._settings: SettingsInForce | None = None
        #: A time, and the reasons that stood then or later; None where they may be others by now.
        self._spans: tuple[datetime, tuple[FlagSpan, ...]] | None = None

    def recall(self) -> Memory:
        """What is remembered; read anew where another process has written since."""
        latest = self._ledger.latest_pass(self.sheet)
        if latest != self._latest_run:
            self._memory = self._ledger.recall(self.sheet)
            self._standing = {}
            for flag in self._ledger.flags(self.sheet, standing=True):
                self._standing.setdefault(flag.case, {})[flag.kind] = flag.text
            self._settings = self._ledger.settings_in_force(self.sheet)
            self._published.clear()
            self._spans = None
            self._latest_run = latest
        return self._memory

    def turn(self, on_wait: Callable[[], None]) -> AbstractContextManager[None]:
        """Be the only process that makes a pass with this ledger."""
        return self._ledger.turn(on_wait)

    def stands(self, marks: Sequence[Cell], now: datetime) -> Standing:
        """What the lease on the sheet means for this ledger."""
        found = stands(marks, self._holder(), self._knows, now)
        if found.tenure is not Tenure.RESTORED:
            return found
        self.recall()  # another process of ours may have made a pass since
        return stands(marks, self._holder(), self._knows, now)

    def lease(self, now: datetime) -> tuple[str, ...]:
        """The lease as it is renewed."""
        return lease_cells(self._holder(), now)

    def claim(self, now: datetime) -> tuple[str, ...]:
        """A new nonce, remembered before it leaves, and with it the lease."""
        nonce = secrets.token_hex(16)
        self._ledger.leave_mark(self.sheet, nonce)
        return (nonce, *self.lease(now))

    def _holder(self) -> Holder:
        return Holder(
            ledger=self._ledger.id,
            who=self._ledger.who,
            spreadsheet_id=self.sheet.spreadsheet_id,
            run=max(self._latest_run, 0),
            is_new=self._memory.baseline_at is None,
        )

    def _knows(self, nonce: str) -> bool:
        if nonce != self._known_mark and self._ledger.knows_mark(self.sheet, nonce):
            self._known_mark = nonce
        return nonce == self._known_mark

    def written_by(self, run: int) -> Sequence[Intent]:
        """What a pass wrote, as far as it was not taken back."""
        done = (IntentState.DONE,)
        return self._ledger.intents(self.sheet, states=done, pass_number=run)

    def took_back(self, undone: Iterable[Intent]) -> None:
        """Note that writes of an earlier pass were taken back by this one."""
        detail = f"taken back by run {self.run}"
        outcomes = {intent.number: (IntentState.UNDONE, detail) for intent in undone}
        self._ledger.settle(outcomes)

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

    def settle(
        self, at: datetime, intents: Sequence[Intent], receipts: Sequence[Receipt], zone: ZoneInfo
    ) -> Memory:
        """Learn from what the cells told after the fence; the memory with it."""
        states = {True: IntentState.DONE, False: IntentState.EXPIRED}
        outcomes: dict[int, tuple[IntentState, str]] = {}
        entries: list[Entry] = []
        for intent, receipt in zip(intents, receipts, strict=True):
            is_done = receipt.outcome is Outcome.DONE
            outcomes[intent.number] = states[is_done], receipt.detail
            if is_done:
                entries.append(written(receipt.change, intent.pass_number, intent.at))
        advanced = advance(self._memory.cases, receipts, zone)
        # The read is not taken in yet: the next one must not begin where this one ends.
        last_read = self._memory.last_read_at or at
        self._take_in(last_read, advanced, FlagNews(), entries, outcomes)
        return self._memory

    def learn(
        self,
        at: datetime,
        fields: frozenset[str],
        memory: Memory,
        recognised: Recognised,
        observed: Observed,
    ) -> None:
        """Store what a read showed, before anything is written: the time it was seen at stands.

        Args:
            at: The time of the pass.
            fields: The fields whose columns the read had.
            memory: What was remembered before it, with the headers, zone, locale and what waits as
                they are to stand.
            recognised: Which row is which case.
            observed: What people did.
        """
        renamed = recognised.rekeyed
        self._ledger.record(
            self.sheet,
            Learnt(
                at=at,
                pass_number=self.run,
                baseline_at=None if self._memory.baseline_at else at,
                fields=fields,
                headers=memory.headers,
                waiting=memory.waiting,
                book=(memory.zone, memory.locale),
                renamed=renamed,
                forgotten=observed.forgotten,
                remembered=_changed(observed.changed, observed.cases),
                observations=observed.observations,
                texts=memory.texts - self._memory.texts,
                history=seen(memory, observed, self.run, at, renamed.values()),
            ),
        )
        self._standing = {renamed.get(key, key): was for key, was in self._standing.items()}
        self._spans = None if renamed else self._spans
        self._memory = replace(
            memory,
            baseline_at=self._memory.baseline_at or at,
            last_read_at=at,
            fields=fields,
            cases=observed.cases,
        )

    def record(
        self,
        at: datetime,
        advanced: Advanced,
        flags: Mapping[str, Flag],
        journal: LedgerJournal,
        told: Collection[str],
    ) -> FlagNews:
        """Store what a pass has written, and how its flags differ from those before.

        Args:
            at: The time of the pass.
            advanced: The cases after its writes.
            flags: Key to flag, of the cases that need somebody now.
            journal: The pass's journal.
            told: The keys of the cases that the read tells of. Of others, as a row that was cut and
                is not pasted yet, nobody knows anything now, and their flags stand as they did.
        """
        renamed, cases = advanced.renamed, advanced.cases
        standing = {renamed.get(key, key): was for key, was in self._standing.items()}
        now = {renamed.get(key, key): flag for key, flag in flags.items()}
        told = {renamed.get(key, key) for key in told}
        untold = {
            key: was
            for key, was in standing.items()
            if key not in told and key in cases and not cases[key].removed
        }
        judged = {key: was for key, was in standing.items() if key not in untold}
        news = flag_news(judged, now)
        entries = [written(change, self.run, at) for change in journal.done]
        self._take_in(at, advanced, news, entries, journal.outcomes)
        self._standing = untold | standing_of(now)
        return news

    def _take_in(
        self,
        at: datetime,
        advanced: Advanced,
        news: FlagNews,
        entries: Iterable[Entry],
        outcomes: Mapping[int, tuple[IntentState, str]],
    ) -> None:
        texts = advanced.texts - self._memory.texts
        if outcomes or news.told or news.cleared:
            self._spans = None
            self._ledger.record(
                self.sheet,
                Learnt(
                    at=at,
                    renamed=advanced.renamed,
                    remembered=_changed(advanced.changed, advanced.cases),
                    texts=texts,
                    raised=[RaisedFlag(key, why.kind.key, why.text) for key, why in news.told],
                    cleared=news.cleared,
                    history=[_renamed(entry, advanced.renamed) for entry in entries],
                    outcomes=outcomes,
                ),
            )
        self._memory = replace(self._memory, cases=advanced.cases, texts=self._memory.texts | texts)

    @property
    def team_settings(self) -> Any | None:
        """What of the Settings tab is in force and what waits, as it was given."""
        return self._ledger.team_settings(self.sheet)

    def set_team_settings(self, standing: Any) -> None:
        """Remember it, where it is another than before."""
        if standing != self.team_settings:
            self._ledger.set_team_settings(self.sheet, standing)

    def flag_spans(self, since: datetime) -> tuple[FlagSpan, ...]:
        """Every reason for a flag that stood at a time or later."""
        if self._spans is None or self._spans[0] != since:
            flags = self._ledger.flags(self.sheet, since=since)
            spans = (
                FlagSpan(case=flag.case, raised_at=flag.raised_at, cleared_at=flag.cleared_at)
                for flag in flags
            )
            self._spans = since, tuple(spans)
        return self._spans[1]

    @property
    def settings(self) -> SettingsInForce | None:
        """The settings by which the last flags were judged; None before the first pass."""
        return self._settings

    def now_hold(self, text: str, at: datetime, changed_flags: int) -> None:
        """Note the settings of this pass, where they are others than before."""
        if self._settings is None or self._settings.text != text:
            self._settings = SettingsInForce(text, at, changed_flags)
            self._ledger.set_settings_in_force(self.sheet, self._settings)

    def published(self, tab: str) -> Mapping[tuple[int, int], PageCell]:
        """What was last published on a tab of ours; nothing where that is not known."""
        if tab not in self._published:
            self._published[tab] = from_stored(self._ledger.published(self.sheet, tab) or {})
        return self._published[tab]

    def set_published(self, page: Page) -> None:
        """Remember what now stands on a tab of ours."""
        self._ledger.set_published(self.sheet, page.title, to_stored(page.cells))
        self._published[page.title] = page.cells

    def unpublished(self, at: datetime) -> Addition | None:
        """The next entries for the History tab; the same ones until they are confirmed."""
        return self._ledger.next_addition(self.sheet, at, _LARGEST_ADDITION)

    def confirm(self, addition: Addition) -> None:
        """The History tab has these entries."""
        self._ledger.confirm(self.sheet, addition)

    def numbered_entries(self, numbers: Iterable[int]) -> Mapping[int, Entry]:
        """Number to what changed, of those that are remembered."""
        return self._ledger.numbered_entries(self.sheet, numbers)

    def erase(self, gone: Gone, at: datetime, in_use: Collection[str], *, dry_run: bool) -> Counts:
        """Delete what is about cases, but for their bare IDs; how much that was."""
        counts = self._ledger.erase(self.sheet, gone, at, in_use, dry_run=dry_run)
        if not dry_run:
            self._latest_run = -1  # all is to be read anew
        return counts

    def leave_no_trace(self) -> None:
        """Rewrite the ledger, so that its files hold nothing any more of what was deleted."""
        self._ledger.leave_no_trace()

    @property
    def upkeep(self) -> Upkeep | None:
        """The last upkeep; None before the first."""
        if self._upkeep is None:
            self._upkeep = self._ledger.upkeep(self.sheet)
        return self._upkeep

    def keep_up(self, at: datetime, keep_months: int) -> bool:
        """Once a day, drop what is older than so many months; whether it was time to."""
        if self.upkeep is not None and at - self.upkeep.at < _UPKEEP_EVERY:
            return False
        before = months_before(at, keep_months)
        self._upkeep = self._ledger.keep_up(self.sheet, at, before=before)
        return True

    def end(self, report: Mapping[str, Any]) -> None:
        """Store what the pass did."""
        self._ledger.end_pass(self.run, report)


def months_before(at: datetime, months: int) -> datetime:
    """The same day of an earlier month, or the last one that every month has."""
    year, month = divmod(at.year * 12 + at.month - 1 - months, 12)
    return at.replace(year=year, month=month + 1, day=min(at.day, 28))


def _renamed(entry: Entry, renamed: Mapping[str, str]) -> Entry:
    return replace(entry, case=renamed.get(entry.case, entry.case))


def _changed(keys: Iterable[str], cases: Mapping[str, Remembered]) -> list[Remembered]:
    return [cases[key] for key in keys if key in cases]
