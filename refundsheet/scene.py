"""What a pass begins with, what it decided before its first write, and what there is to tell of that."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from refundsheet.config.settings_tab.standing import InForce
from refundsheet.core.clock import set_back
from refundsheet.core.history import why_left
from refundsheet.core.identity import Recognised
from refundsheet.core.lease import Standing
from refundsheet.core.memory import Memory, Remembered
from refundsheet.core.model import Layout, Outcome, Snapshot
from refundsheet.core.observe import Observed, newly_removed
from refundsheet.core.parse import ParsedLog
from refundsheet.core.planner import Context, Decisions
from refundsheet.core.report import OldCase, PassReport
from refundsheet.core.rules.catalogue import graded
from refundsheet.core.safety import (
    Withheld,
    headers_of,
    in_zone,
)
from refundsheet.core.summary import (
    Summary,
)
from refundsheet.ledger.records import Intent
from refundsheet.sheets.setup import in_words
from refundsheet.sheets.store import Setup


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a pass begins with: the log as it stands, and what was remembered of it before.

    Attributes:
        now: The time of the pass.
        read_only: Why nothing may be written; "" where it may.
        accepts_clock: Whether people say that the clock is right, though later times are remembered.
        unsure: Writes of which this pass finds out what became of them.
        told: What the receipts of these tell; None where they tell nothing.
        held: The settings of this pass.
    """

    now: datetime
    snapshot: Snapshot
    standing: Standing
    read_only: str
    remembered: Memory
    accepts_clock: bool
    unsure: Sequence[Intent]
    told: tuple[Outcome | None, ...]
    held: InForce

    def without_values(self) -> Self:
        """The same without the answer of the sheet."""
        return replace(self, snapshot=replace(self.snapshot, values=b""))

    @property
    def remembered_alike(self) -> Mapping[str, Remembered]:
        """What is remembered by key, where its moments are in the sheet's zone."""
        return self.remembered.cases if self.remembered.zone == self.snapshot.zone else {}

    def as_of_now(self, memory: Memory) -> Memory:
        """A memory in the sheet's zone, and by this clock where people say that it is right."""
        memory = set_back(memory, self.now) if self.accepts_clock else memory
        return in_zone(memory, self.snapshot.zone)

    def learnt(self, memory: Memory, layout: Layout, withheld: Withheld) -> Memory:
        """The memory with what waits, and the headers, zone and locale unless these cannot be believed."""
        memory = replace(memory, waiting=withheld.waiting)
        if not withheld.headers:
            memory = replace(memory, headers=headers_of(layout))
        if withheld.stamps:
            return memory
        return replace(memory, zone=self.snapshot.zone, locale=self.snapshot.locale)

    def is_new_zone(self, withheld: Withheld) -> bool:
        """Whether every moment that is remembered is now another one."""
        return self.remembered.zone not in {"", self.snapshot.zone} and not withheld.stamps


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a pass read and decided, all of it before its first write.

    Attributes:
        read_only: Why nothing may be written; "" where it may.
        held: The settings of this pass.
        by_settings: The keys of the cases that are flagged otherwise because the settings are new.
    """

    log: ParsedLog
    standing: Standing
    read_only: str
    setup: Setup
    recognised: Recognised
    observed: Observed
    decisions: Decisions
    context: Context
    withheld: Withheld
    held: InForce
    by_settings: frozenset[str]


def report_of(scene: Scene, summary: Summary) -> PassReport:
    """What there is to tell before anything was written."""
    return PassReport(
        run=0,
        at=scene.context.now,
        log=scene.log,
        summary=summary,
        setup=in_words(scene.setup),
        changes=scene.decisions.changes,
        headers=graded(scene.log.layout.violations, scene.context.desk.grades),
        violations=scene.decisions.violations,
        by_settings=len(scene.by_settings),
        old=tuple(_old_cases(scene)),
        flagged=Counter(flag.kind.word for flag in scene.decisions.flags.values()),
        edited=Counter(observation.field for observation in scene.observed.observations),
        is_baseline=scene.context.memory.baseline_at is None,
        is_backfill=scene.context.backfill,
        read_only=scene.read_only,
        withheld=scene.withheld.sentences,
        removed=tuple(_removed(scene)),
    )


def _old_cases(scene: Scene) -> Iterator[OldCase]:
    """The open cases that are not flagged because they are old, top to bottom."""
    old = set(scene.decisions.old)
    for known in scene.recognised.rows if old else ():
        if known.key in old:
            case = known.row.case
            yield OldCase(
                row=known.row.number,
                case=case.case_id or case.order_id or case.customer_name,
                status=case.status,
                owner=case.owner,
                since=case.last_action_at or case.requested_at,
            )


def _removed(scene: Scene) -> Iterator[str]:
    """The cases that count as removed since this pass, with what became of them."""
    cases = scene.observed.cases
    for key in newly_removed(scene.context.memory, scene.observed):
        yield f"{name_of(key, cases)}: {why_left(cases[key])}"


def name_of(key: str, cases: Mapping[str, Remembered]) -> str:
    """What people call a case."""
    known = cases.get(key)
    if known is None:
        return key
    return known.case.case_id or known.case.order_id or known.case.customer_name
