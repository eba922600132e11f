"""Somebody is forgotten: what is kept of them leaves our tabs and the ledger.

Their rows of the log are people's, and are gone before. What remains is the bare Case ID.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from refundsheet.config import Settings
from refundsheet.core.columns import OUR_FIELDS, header_names
from refundsheet.core.forget import Forgotten, Gone, Wanted, gone, standing
from refundsheet.core.history import ToldRow, told_rows
from refundsheet.core.keys import comparable_id
from refundsheet.core.model import Cell, Row
from refundsheet.core.parse import cell
from refundsheet.errors import ExitCode, RefundsheetError, UsageError
from refundsheet.ledger.logbook import Logbook
from refundsheet.scene import Scene
from refundsheet.sheets.store import SheetStore

#: Of more rows than these the others are counted.
_MOST_ROWS = 8


class StillInLogError(RefundsheetError):
    """Rows of somebody who is to be forgotten still stand in the log."""

    exit_code = ExitCode.REFUSED_AS_UNSAFE

    def __init__(self, wanted: Wanted, title: str, rows: Sequence[Row]) -> None:
        shown = [f"row {r.number}" + f" ({r.case.case_id})" * bool(r.case.case_id) for r in rows]
        more = f" and {len(rows) - _MOST_ROWS:,} more" if len(rows) > _MOST_ROWS else ""
        super().__init__(
            f'Nothing was removed, for "{title}" still tells of {wanted.said} in '
            f"{', '.join(shown[:_MOST_ROWS])}{more}. Delete {'them' if len(rows) > 1 else 'it'} there "
            "first: refundsheet deletes no row of yours. Then run this again."
        )


class NotBelievedError(RefundsheetError):
    """The log is in a state in which nobody can say whether somebody's rows are gone."""

    exit_code = ExitCode.REFUSED_AS_UNSAFE

    def __init__(self, why: str) -> None:
        super().__init__(f"Nothing was removed. {why}")


def require_gone(wanted: Wanted, scene: Scene) -> None:
    """Make sure that people have deleted the rows, and that what was read can be believed.

    Raises:
        UsageError: There is nothing to look for, or the log was never learnt.
        StillInLogError: A row stands.
        NotBelievedError: Another refundsheet holds the log, or much of it has vanished.
    """
    if not comparable_id(wanted.text):
        raise UsageError("Say whom to forget: the order, the Case ID or the customer is blank.")
    if scene.context.memory.baseline_at is None:
        raise UsageError(
            "The ledger knows nothing of this log yet, so there is nothing to forget in it: make a "
            "pass first (refundsheet sync), for the History tab may tell more."
        )
    if rows := standing(wanted, scene.log.rows):
        raise StillInLogError(wanted, scene.log.snapshot.title, rows)
    if scene.read_only:
        raise NotBelievedError(scene.read_only)
    if scene.withheld.rows or scene.withheld.absent:
        raise NotBelievedError(" ".join(scene.withheld.sentences))


@dataclass(frozen=True, slots=True)
class Forgetter:
    """Removes what is kept of somebody; where it is cut short, doing it again does the rest."""

    store: SheetStore
    logbook: Logbook
    settings: Settings

    def forget(self, now: datetime, wanted: Wanted, scene: Scene, *, dry_run: bool) -> Forgotten:
        """Remove it, the ledger last, for that says what else there is.

        Args:
            now: The time of the pass.
            wanted: Whom.
            scene: The log as read, without their rows.
            dry_run: Only look what there is.
        """
        of_them = gone(wanted, self.logbook.recall().cases.values(), scene.log.rows)
        removed, left = self._history(of_them, scene, dry_run=dry_run)
        if not dry_run:
            self.store.fence(self.logbook.claim(now))
            self.store.empty_hidden_tab()
        in_use = _our_texts(scene)
        return Forgotten(
            gone=of_them,
            ledger=self.logbook.erase(of_them, now, in_use, dry_run=dry_run),
            history_rows=removed,
            left=left,
            elsewhere=tuple(sorted(set(self.store.find_elsewhere(of_them.labels).values()))),
        )

    def _history(
        self, of_them: Gone, scene: Scene, *, dry_run: bool
    ) -> tuple[int, tuple[int, ...]]:
        """How many rows leave the History tab, and the numbers of those that name them and stay."""
        title = self.settings.tabs.history
        rows = self.store.read_page(title)
        entries = self._told(rows, scene)
        told = [t for t in entries if of_them.is_told(t.entry)]
        ours = {t.row for t in told if t.is_plain}
        if ours and not dry_run:
            self.store.remove_rows(title, ours)
            rows = self.store.read_page(title)
        about, others = {t.row for t in told}, {t.row for t in entries}
        removed = ours if dry_run else ours - {tuple(row) for row in rows}
        left = tuple(
            number
            for number, row in enumerate(map(tuple, rows), 1)
            if row not in removed and (row in about or (row not in others and of_them.is_in(row)))
        )
        return sum(t.row in removed for t in told), left

    def _told(self, rows: Sequence[Sequence[Cell]], scene: Scene) -> Sequence[ToldRow]:
        names, zone = header_names(self.settings.log.headers), scene.context.calendar.zone
        return list(told_rows(rows, names, zone))


def _our_texts(scene: Scene) -> frozenset[str]:
    """The texts that stand in our columns."""
    layout = scene.context.layout
    ours = [field for field in OUR_FIELDS if field in layout.columns]
    held = (cell(row, field, layout) for row in scene.log.rows for field in ours)
    return frozenset(text for text in held if isinstance(text, str))
