"""What a pass has to show: the figures, the queue of flagged cases, the notes beside settings."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime

from refundsheet.config import Settings
from refundsheet.config.settings_tab.keys import MESSAGES
from refundsheet.config.settings_tab.standing import notes
from refundsheet.core import attention
from refundsheet.core.advance import Advanced
from refundsheet.core.attention import Queue, queued, rows_to_sort_out
from refundsheet.core.flag_news import changes_since, last_close
from refundsheet.core.flagging import new_settings_sentence, old_cases_sentence
from refundsheet.core.memory import Remembered
from refundsheet.core.model import Receipt
from refundsheet.core.pages import Page, PageCell, PageEdit, Style
from refundsheet.core.planner import is_settled
from refundsheet.core.row_links import LogTab
from refundsheet.core.statistics.basis import Basis
from refundsheet.core.statistics.facts import Facts, known_by_its_row
from refundsheet.core.summary import (
    Summary,
    currency_sentence,
    missing_columns,
    not_written,
    summarise,
)
from refundsheet.core.summary_page import Links, case_links
from refundsheet.ledger.logbook import Logbook
from refundsheet.publishing import Edition, Publisher
from refundsheet.scene import Scene
from refundsheet.sheets.store import SheetStore


class Editor:
    """Makes the pages of each pass; figures are computed anew only when what they rest on has changed.

    Args:
        store: The spreadsheet.
        logbook: What is remembered, and what stands on our tabs already.
        publisher: Who sends the pages.
        settings: The team's settings.
    """

    def __init__(
        self, store: SheetStore, logbook: Logbook, publisher: Publisher, settings: Settings
    ) -> None:
        self._store = store
        self._logbook = logbook
        self._publisher = publisher
        self._settings = settings
        #: The last figures, with what they rest on.
        self._summed: tuple[Basis, Summary] | None = None
        #: The page made of them.
        self._page: tuple[Summary, Page] | None = None

    def summary(
        self,
        scene: Scene,
        cases: Mapping[str, Remembered],
        written: Collection[str] = (),
        receipts: Iterable[Receipt] = (),
    ) -> Summary:
        """The figures, as of the full hour: an unchanged log says the same until the next one.

        Args:
            scene: The pass.
            cases: What is remembered after it.
            written: The keys of the cases it wrote something about.
            receipts: What became of its writes.
        """
        to_say = (
            *scene.withheld.sentences,
            *self._about_flags(scene),
            *missing_columns(scene.log.layout),
            *currency_sentence(scene.context.shown_currency),
            *not_written(receipts),
            *self._store.cautions,
            *self._publisher.cautions,
            *self._size(),
        )
        basis = Basis(
            rows=scene.log.rows,
            layout=scene.context.layout,
            tab=self._store.log.title,
            desk=scene.context.desk,
            hour=_full_hour(scene.context.now),
            notes=to_say,
            has_news=bool(scene.observed.changed or scene.observed.forgotten or written),
        )
        if self._summed is None or not basis.still_holds(self._summed[0]):
            facts = self._facts(scene, cases, basis.hour)
            self._summed = basis, summarise(facts, to_say)
        return self._summed[1]

    def let_go(self) -> None:
        """Keep nothing of the pass: the rows that the figures rest on would stay in memory."""
        self._summed = None

    def edition(self, scene: Scene, summary: Summary, advanced: Advanced) -> Edition:
        """What there is to show."""
        context = scene.context
        return Edition(
            now=context.now,
            layout=context.layout,
            calendar=context.calendar,
            pages=(self._summary_page(scene, summary), self._queue(scene, advanced)),
            new=frozenset(page.title for page in scene.setup.pages),
            notes=self._notes(scene),
            is_lease_due=scene.standing.is_due(context.now),
        )

    def _summary_page(self, scene: Scene, summary: Summary) -> Page:
        """The Summary tab; as long as the figures hold, the one that was made of them."""
        if self._page is None or self._page[0] is not summary:
            links = Links(
                case_links(summary, scene.recognised, self._log_tab(scene)), self._queue_tab
            )
            page = self._publisher.summary_page(summary, scene.context.calendar.zone, links)
            self._page = summary, page
        return self._page[1]

    @property
    def _queue_tab(self) -> int | None:
        """The sheet ID of the queue's tab."""
        tab = self._store.book.tab(self._settings.tabs.needs_attention)
        return None if tab is None else tab.sheet_id

    def _log_tab(self, scene: Scene) -> LogTab:
        """Where the cases stand."""
        log = self._store.log
        return LogTab(
            sheet_id=log.sheet_id,
            title=log.title,
            layout=scene.context.layout,
            rows=scene.log.rows,
        )

    def _facts(self, scene: Scene, cases: Mapping[str, Remembered], hour: datetime) -> Facts:
        """What the figures are computed from."""
        context = scene.context
        counted: list[Remembered] = []
        rows = scene.recognised.rows
        if scene.withheld.headers:  # then the last rows that could be believed count
            rows, counted = (), [c for c in cases.values() if c.settled and not c.removed]
        for known in rows:
            after, latest = scene.observed.cases.get(known.key), cases.get(known.key)
            if known.doubt is None and latest is not None and is_settled(known, after):
                counted.append(latest)
            elif is_settled(known, after) or known.row.number in scene.withheld.rows:
                counted.append(known_by_its_row(known.row.case, context.now))
        return Facts(
            cases=counted,
            flags=scene.decisions.flags,
            desk=context.desk,
            calendar=context.calendar,
            now=hour,
            fields=frozenset(context.layout.columns),
            violations=tuple(scene.decisions.violations.values()),
            old=len(scene.decisions.old),
            being_typed=max(0, len(rows) - len(counted)),
            shown_currency=context.shown_currency,
            weeks=self._settings.summary.weeks,
        )

    def _about_flags(self, scene: Scene) -> Iterator[str]:
        """What new settings did to the flags, and which cases have none because they are old."""
        now, holding = scene.context.now, self._logbook.settings
        if scene.by_settings:
            yield new_settings_sentence(len(scene.by_settings), now, now)
        elif holding and (said := new_settings_sentence(holding.changed_flags, holding.since, now)):
            yield said
        if said := old_cases_sentence(len(scene.decisions.old), scene.context.desk.old_case_days):
            yield said

    def _size(self) -> Iterator[str]:
        """How large the ledger was at its last upkeep, for the Summary."""
        if upkeep := self._logbook.upkeep:
            months = self._settings.ledger.keep_months
            yield f"The ledger takes {upkeep.size / 1e6:.1f} MB and keeps {months} months."
        if self._publisher.untrimmed:
            yield self._publisher.untrimmed

    def _queue(self, scene: Scene, advanced: Advanced) -> Page:
        """The Needs attention tab, with what changed since the last working day."""
        context = scene.context
        since, baseline = last_close(context.calendar, context.now), context.memory.baseline_at
        is_known = baseline is not None and baseline.timestamp() <= since.timestamp()
        queue = Queue(
            cases=tuple(queued(scene.recognised, scene.decisions.flags, advanced)),
            changes=changes_since(since, self._logbook.flag_spans(since)) if is_known else None,
            remarks=tuple(self._remarks(scene)),
            log=self._log_tab(scene),
            desk=context.desk,
            calendar=context.calendar,
            now=_full_hour(context.now),
        )
        return attention.to_page(queue, self._settings.tabs.needs_attention)

    def _remarks(self, scene: Scene) -> Iterator[str]:
        """What is not in the queue, and where it is instead."""
        if scene.withheld.rows or scene.withheld.absent:
            yield f"Some rows wait until people have looked: see {self._settings.tabs.summary}."
        in_doubt = sum(known.doubt is not None for known in scene.recognised.rows)
        yield from rows_to_sort_out(scene.decisions.violations.values(), in_doubt)
        yield from self._publisher.cautions
        yield from self._about_flags(scene)

    def _notes(self, scene: Scene) -> PageEdit | None:
        """What is to be said on the Settings tab, beside what people typed there.

        Where the tab has changed since the pass began, it waits for the next one: the rows, or the
        columns, may be others by now. One more read, and only where there is something to say.
        """
        rows, title = scene.log.snapshot.settings, self._settings.tabs.settings
        if rows is None:
            return None
        known = {cell.value for cell in self._logbook.published(title).values()}
        said = notes(scene.held, rows, known, len(scene.withheld.sentences))
        cells = {
            (row, MESSAGES): PageCell(text, Style.NOTE) if text else None
            for row, text in said.items()
        }
        if not cells or self._store.read_page(title) != tuple(map(tuple, rows)):
            return None
        return PageEdit(Page(title, {}, is_theirs=True), cells)


def _full_hour(now: datetime) -> datetime:
    """The time of figures: an unchanged log says the same until the next one."""
    return now.replace(minute=0, second=0)
