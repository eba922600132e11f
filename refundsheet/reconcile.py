"""One pass over the sheet: read, recognise, plan, write what still holds, record, summarise, tell."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from refundsheet.config import Settings
from refundsheet.config.settings_tab.layout import settings_page
from refundsheet.config.settings_tab.standing import InForce, in_force
from refundsheet.config.settings_tab.standing import Standing as TeamStanding
from refundsheet.core.advance import advance
from refundsheet.core.calendar import BusinessCalendar
from refundsheet.core.clock import clock_sentence
from refundsheet.core.columns import header_names
from refundsheet.core.desk import Desk
from refundsheet.core.flagging import changed_flags
from refundsheet.core.follow_up import Flag
from refundsheet.core.forget import Forgotten, Wanted
from refundsheet.core.history import Entry, from_rows
from refundsheet.core.identity import Recognised, recognise
from refundsheet.core.judged import NOTHING_JUDGED
from refundsheet.core.lease import Standing, Tenure
from refundsheet.core.memory import Memory
from refundsheet.core.model import Layout, Outcome, Plan, Snapshot
from refundsheet.core.observe import NOTHING_OBSERVED, Observed, newly_removed, observe, with_places
from refundsheet.core.parse import ParsedLog, collector_resting, parse
from refundsheet.core.planner import Context, Decisions, decide, flagged_by
from refundsheet.core.recollect import catch_up, recollect
from refundsheet.core.recovery import settle
from refundsheet.core.report import Options, PassReport
from refundsheet.core.safety import (
    NOTHING_WITHHELD,
    Withheld,
    hold_back,
    implausible,
    withhold,
)
from refundsheet.core.undo import Undoing, undo
from refundsheet.editor import Editor
from refundsheet.errors import UsageError
from refundsheet.forgetting import Forgetter, require_gone
from refundsheet.ledger.ledger import Ledger
from refundsheet.ledger.logbook import Logbook
from refundsheet.ledger.records import SheetKey
from refundsheet.publishing import Publisher
from refundsheet.scene import Look, Scene, name_of, report_of
from refundsheet.sheets.setup import layout_after, what_is_missing
from refundsheet.sheets.shown_currency import ShownCurrency
from refundsheet.sheets.store import Asked, Setup, SheetStore

#: What a pass is doing, for whoever looks on.
STEPS = ("waiting for another refundsheet", "reading", "deciding", "writing", "summing up")
_WAITING, READING, _DECIDING, _WRITING, _SUMMING_UP = STEPS


class Reconciler:
    """Passes over one log, one after the other; what the last read said is kept between them.

    Args:
        store: The spreadsheet.
        ledger: What is remembered.
        settings: The team's settings.
        tell: Told each of STEPS as it begins.
    """

    def __init__(
        self,
        store: SheetStore,
        ledger: Ledger,
        settings: Settings,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._tell = tell
        self._store = store
        self._settings = settings
        self._logbook = Logbook(ledger, SheetKey(store.book.spreadsheet_id, store.log.sheet_id))
        self._publisher = Publisher(store, self._logbook, settings)
        self._currency = ShownCurrency(store)
        self._log: ParsedLog | None = None
        self._judged = NOTHING_JUDGED
        self._desk: Desk | None = None
        self._calendar: BusinessCalendar | None = None
        self._editor = Editor(store, self._logbook, self._publisher, settings)
        #: Whether somebody else has written to the sheet, and nothing was learnt of that yet.
        self._has_missed = False

    def run(self, now: datetime, options: Options | None = None) -> PassReport:
        """One pass; ``now`` is its one time. Processes that share the ledger take turns."""
        options = options or Options()
        if options.dry_run:
            return self._pass(now, options)
        with self._logbook.turn(lambda: self._tell(_WAITING)):
            return self._pass(now, options)

    def undo(self, now: datetime, run: int, *, dry_run: bool) -> tuple[PassReport, Undoing]:
        """Take back what a pass wrote, where it still stands: a pass of its own that does nothing else.

        Raises:
            UsageError: That pass wrote nothing, or all of it was taken back.
        """
        options = Options(dry_run=dry_run)
        with self._logbook.turn(lambda: self._tell(_WAITING)):
            scene = self._decide(now, options)
            written = self._logbook.written_by(run)
            if not written:
                raise UsageError(f"There is nothing that run {run} wrote and that could be undone.")
            changes = (intent.change for intent in written)
            undoing = undo(run, changes, scene.recognised, scene.context.layout)
            decisions = replace(scene.decisions, changes=undoing.changes)
            report = self._carry_out(replace(scene, decisions=decisions), options)
            done = {(change.case, change.field) for change in report.done}
            places = ((intent, (intent.change.case, intent.change.field)) for intent in written)
            self._logbook.took_back(intent for intent, place in places if place in done)
        return report, undoing

    def forget(self, now: datetime, wanted: Wanted, *, dry_run: bool) -> Forgotten:
        """Remove what is kept of somebody, between two passes: the second shows all without them.

        Raises:
            RefundsheetError: Their rows still stand, or nobody can say so (forgetting.py).
        """
        options = Options(dry_run=dry_run)
        forgetter = Forgetter(self._store, self._logbook, self._settings)
        with self._logbook.turn(lambda: self._tell(_WAITING)):
            scene = self._decide(now, options)
            require_gone(wanted, scene)
            if dry_run:
                return forgetter.forget(now, wanted, scene, dry_run=True)
            self._carry_out(scene, options)
            forgotten = forgetter.forget(now, wanted, scene, dry_run=False)
            report = self._pass(now, options)
            self._logbook.end({**report.to_json(), "forgot": forgotten.to_json()})
            self._logbook.leave_no_trace()
            return replace(forgotten, run=report.run)

    def _pass(self, now: datetime, options: Options) -> PassReport:
        with (
            collector_resting()
        ):  # nearly all that a pass makes is kept: looking for garbage is vain
            return self._carry_out(self._decide(now, options), options)

    def _carry_out(self, scene: Scene, options: Options) -> PassReport:
        """Write what was decided, record it, sum up."""
        if options.dry_run or scene.read_only:
            return report_of(scene, self._editor.summary(scene, scene.observed.cases))
        self._tell(_WRITING)
        context = scene.context
        self._publisher.look(is_first=context.memory.baseline_at is None)
        journal = self._logbook.begin(context.now)
        fields = frozenset(scene.log.layout.columns)
        self._logbook.learn(context.now, fields, context.memory, scene.recognised, scene.observed)
        setup = self._with_claim(scene.setup, context.now)
        if self._has_missed:
            self._publisher.look_again()
            self._has_missed = False
        self._store.prepare(setup)
        receipts = self._store.write(_plan(scene, setup), journal)
        advanced = advance(scene.observed.cases, receipts, context.calendar.zone)
        told = {known.key for known in scene.recognised.rows if known.doubt is None}
        flags = scene.decisions.flags
        news = self._logbook.record(context.now, advanced, flags, journal, told)
        news = news.without(scene.by_settings)
        self._logbook.now_hold(scene.held.settings.deciding(), context.now, len(scene.by_settings))
        self._tell(_SUMMING_UP)
        is_upkeep = self._logbook.keep_up(context.now, self._settings.ledger.keep_months)
        summary = self._editor.summary(scene, advanced.cases, advanced.changed, receipts)
        edition = self._editor.edition(scene, summary, advanced)
        published = self._publisher.publish(edition)
        if is_upkeep:
            self._publisher.trim(edition)
        self._logbook.set_team_settings(scene.held.standing.to_json())
        if setup.columns:  # of a log with other columns nothing can be taken over
            self._log, self._judged = None, NOTHING_JUDGED
            self._editor.let_go()
        report = replace(
            report_of(scene, summary),
            run=self._logbook.run,
            receipts=receipts,
            raised={name_of(key, advanced.cases): flag for key, flag in news.raised.items()},
            cleared=tuple(name_of(key, advanced.cases) for key in news.over),
            published=published,
            quota_left=self._store.quota_left,
        )
        self._logbook.end(report.to_json())
        return report

    def _decide(self, now: datetime, options: Options) -> Scene:
        """Everything up to the first write to the log."""
        self._tell(READING)
        look = self._look(now, options)
        if look.held.release:
            options = replace(options, allow_large_change=True)
        self._tell(_DECIDING)
        names = header_names(self._settings.log.headers)
        # Handed over, so that nobody keeps the answer beside what is made of it.
        answer, look = [look.snapshot], look.without_values()
        log = self._log = parse(
            answer.pop(), names=names, previous=self._log, remembered=look.remembered_alike
        )
        tab = self._settings.tabs.hidden
        pages = self._publisher.empty_pages
        if options.create_settings:
            pages = (*pages, settings_page(self._settings, self._settings.tabs.settings))
        setup = what_is_missing(log.layout, self._store.book, pages, tab)
        layout = layout_after(log.layout, setup)
        recognised, memory = self._recognised(log, layout, look)
        if self._has_missed and memory.baseline_at is not None:
            context = self._context(layout, memory, look, options)
            memory = catch_up(context, recognised, self._past(context))
            recognised = recognise(log.rows, layout, memory)
        recognised, withheld = self._believed(recognised, memory, log, options)
        memory = look.learnt(memory, log.layout, withheld)
        context = self._context(layout, memory, look, options)
        context = replace(context, shown_currency=self._currency.of(log, now))
        is_other = look.is_new_zone(withheld) or self._has_missed
        context = self._observed(context, recognised, log, is_other=is_other)
        decisions = decide(recognised, context, self._judged)
        self._judged = decisions.judged
        if not options.allow_large_change:
            decisions, withheld = _held_back(decisions, withheld, context)
        return Scene(
            log=log,
            standing=look.standing,
            read_only=look.read_only,
            setup=setup,
            recognised=recognised,
            observed=context.observed,
            decisions=decisions,
            context=context,
            withheld=withheld,
            held=self._with_preview(look.held, recognised, context, decisions),
            by_settings=self._changed_by_settings(look.held, recognised, context, decisions),
        )

    def _with_preview(
        self, held: InForce, recognised: Recognised, context: Context, decisions: Decisions
    ) -> InForce:
        """With what settings that wait would change."""
        if held.pending is None:
            return held
        then, now = _flags_by(held.pending, recognised, context), decisions.flags
        appearing = sum(key not in now or now[key].kind != then[key].kind for key in then)
        going = sum(key not in then or now[key].kind != then[key].kind for key in now)
        return held.with_preview(appearing, going)

    def _changed_by_settings(
        self, held: InForce, recognised: Recognised, context: Context, decisions: Decisions
    ) -> frozenset[str]:
        """The keys of the cases that the settings of before would flag otherwise."""
        holding = self._logbook.settings
        if holding is None or holding.text == held.settings.deciding():
            return frozenset()
        before = held.settings.as_decided_by(holding.text)
        if before is None:
            return frozenset()
        return changed_flags(_flags_by(before, recognised, context), decisions.flags)

    def _look(self, now: datetime, options: Options) -> Look:
        """Read, and remember what was there before."""
        memory, unsure = self._logbook.recall(), self._logbook.unsure()
        asked = [Asked(intent.nonce, intent.expected) for intent in unsure]
        snapshot, standing, read_only, told = self._read(now, options, asked)
        return Look(
            now=now,
            snapshot=snapshot,
            standing=standing,
            read_only=read_only,
            remembered=memory,
            accepts_clock=options.accept_clock,
            unsure=() if options.dry_run or read_only else unsure,
            told=told,
            held=self._held(snapshot, now),
        )

    def _held(self, snapshot: Snapshot, now: datetime) -> InForce:
        """The settings of this pass: the file's, and over them what stands on the Settings tab."""
        before = TeamStanding.from_json(self._logbook.team_settings)
        local = now.astimezone(ZoneInfo(snapshot.zone))
        return in_force(self._settings, snapshot.settings, before, local)

    def _recognised(self, log: ParsedLog, layout: Layout, look: Look) -> tuple[Recognised, Memory]:
        """Which row is which case; first of all, what became of writes without an answer."""
        memory = look.as_of_now(look.remembered)
        recognised = recognise(log.rows, layout, memory)
        if not look.unsure:
            return recognised, memory
        changes = [intent.change for intent in look.unsure]
        receipts = tuple(settle(changes, look.told, recognised, layout))
        zone = ZoneInfo(look.snapshot.zone)
        settled = self._logbook.settle(look.now, look.unsure, receipts, zone)
        memory = look.as_of_now(settled)
        return recognise(log.rows, layout, memory), memory

    def _observed(
        self, context: Context, recognised: Recognised, log: ParsedLog, *, is_other: bool
    ) -> Context:
        """With what people have done, and with what the sheet still tells where nothing is known.

        Where the memory is another than the ledger's, all of it is to be stored.
        """
        fields, memory = frozenset(log.layout.columns), context.memory
        observed = observe(recognised, fields, memory, context.desk, context.now)
        observed = self._located(observed, memory)
        if is_other:
            observed = replace(observed, changed=frozenset(observed.cases))
        context = replace(context, observed=observed)
        if memory.baseline_at is not None:
            return context
        return recollect(context, recognised, self._past(context))

    def _believed(
        self, recognised: Recognised, memory: Memory, log: ParsedLog, options: Options
    ) -> tuple[Recognised, Withheld]:
        """The rows without what cannot be believed at once, unless people have looked."""
        if options.allow_large_change:
            return recognised, NOTHING_WITHHELD
        read = log.layout, memory, log.snapshot
        withheld = implausible(recognised, *read)
        if withheld.absent:  # cases that were moved to an archive are not gone
            elsewhere = self._store.find_elsewhere(recognised.absent)
            withheld = implausible(recognised, *read, elsewhere)
        return withhold(recognised, withheld), withheld

    def _located(self, observed: Observed, memory: Memory) -> Observed:
        """With the tabs to which people have moved the cases that count as removed from now on."""
        removed = newly_removed(memory, observed)
        return with_places(observed, self._store.find_elsewhere(removed)) if removed else observed

    def _read(
        self, now: datetime, options: Options, asked: Sequence[Asked]
    ) -> tuple[Snapshot, Standing, str, tuple[Outcome | None, ...]]:
        """Read, and make sure that we alone write: what was read, our lease, and why we may not.

        The lease is taken with a new nonce: no request that left before can have an effect after.
        Last comes what the receipts of such requests told.
        """
        nothing = (None,) * len(asked)
        settings_tab = self._settings.tabs.settings
        snapshot = self._store.read(now, settings_tab)
        local = now.astimezone(ZoneInfo(snapshot.zone))
        standing = self._logbook.stands(snapshot.marks, local)
        clock = "" if options.accept_clock else clock_sentence(self._logbook.recall(), local)
        read_only = clock or ("" if options.take_over else standing.sentence)
        self._has_missed = self._has_missed or (standing.has_missed and not read_only)
        is_ours = standing.tenure is Tenure.OURS and not asked
        has_tab = self._store.book.tab(self._settings.tabs.hidden) is not None
        if read_only or options.dry_run or is_ours or not has_tab:
            return snapshot, standing, read_only, nothing
        told = self._store.fence(self._logbook.claim(now), asked)
        snapshot = self._store.read(now, settings_tab)
        standing = self._logbook.stands(snapshot.marks, local)
        return snapshot, standing, standing.sentence, told

    def _with_claim(self, setup: Setup, now: datetime) -> Setup:
        """A hidden tab is made with the lease in it: of two who make it only one succeeds."""
        return replace(setup, claim=self._logbook.claim(now)) if setup.hidden_tab else setup

    def _past(self, context: Context) -> tuple[Entry, ...]:
        """What the History tab tells a ledger that is new."""
        names = header_names(self._settings.log.headers)
        rows = self._store.read_page(self._settings.tabs.history)
        return from_rows(rows, names, context.calendar.zone)

    def _context(self, layout: Layout, memory: Memory, look: Look, options: Options) -> Context:
        """What the rows are judged by; desk and calendar keep what they once worked out."""
        zone = ZoneInfo(look.snapshot.zone)
        local = look.now.astimezone(zone).replace(microsecond=0)
        desk = look.held.settings.desk(_years_about(local))
        if self._desk is None or self._desk != desk:
            self._desk = desk
        calendar = BusinessCalendar(zone, desk.hours, desk.holidays, desk.half_days)
        if self._calendar is None or self._calendar != calendar:
            self._calendar = calendar
        observed, backfill = NOTHING_OBSERVED, options.backfill
        return Context(layout, memory, observed, self._desk, self._calendar, local, backfill)


def _years_about(now: datetime) -> range:
    """The years whose holidays a pass may need."""
    return range(now.year - 1, now.year + 2)


def _flags_by(settings: Settings, recognised: Recognised, context: Context) -> Mapping[str, Flag]:
    """The flags as other settings would have them now."""
    desk = settings.desk(_years_about(context.now))
    zone = context.calendar.zone
    calendar = BusinessCalendar(zone, desk.hours, desk.holidays, desk.half_days)
    return flagged_by(recognised, replace(context, desk=desk, calendar=calendar)).flags


def _held_back(
    decisions: Decisions, withheld: Withheld, context: Context
) -> tuple[Decisions, Withheld]:
    """The decisions without what must wait until people have looked."""
    cases, zone = context.observed.cases, context.calendar.zone
    changes, withheld = hold_back(decisions.changes, withheld, cases, zone)
    return replace(decisions, changes=changes), withheld


def _plan(scene: Scene, setup: Setup) -> Plan:
    """The changes, with all that a guarded write must find around them."""
    nonce, *_ = (*setup.claim, *scene.log.snapshot.marks, "")
    header_row = scene.context.layout.header_row
    numbers = {change.row + offset for change in scene.decisions.changes for offset in (-1, 0, 1)}
    rows = {number: scene.log.cells_at(number) for number in numbers | {header_row}}
    headers = rows[header_row][: scene.setup.column_index] if scene.setup.columns else None
    if headers is not None:
        blanks = ("",) * (scene.setup.column_index - len(headers))
        rows[header_row] = (*headers, *blanks, *(c.header for c in scene.setup.columns))
    zone = scene.log.snapshot.zone
    return Plan(scene.decisions.changes, scene.context.layout, rows, str(nonce), zone)
