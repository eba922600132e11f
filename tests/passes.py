"""A log and the passes over it without a spreadsheet: what people do, what is decided, what is learnt."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from refundsheet.core.advance import Advanced, advance
from refundsheet.core.calendar import BusinessCalendar
from refundsheet.core.desk import Desk
from refundsheet.core.flagging import Flagged
from refundsheet.core.identity import Recognised, recognise
from refundsheet.core.judged import NOTHING_JUDGED, Judged
from refundsheet.core.memory import Memory, Remembered
from refundsheet.core.model import Change, Layout, Outcome, Receipt, Snapshot
from refundsheet.core.observe import Observed, observe
from refundsheet.core.parse import ParsedLog, parse
from refundsheet.core.planner import Context, Decisions, decide, flagged_by
from refundsheet.core.safety import headers_of

ZONE = ZoneInfo("Europe/Berlin")
#: A Monday, at the desk's opening.
MONDAY = datetime(2026, 11, 2, 9, tzinfo=ZONE)

#: Kept, for the tables it builds are the slowest thing in these tests.
CALENDAR = BusinessCalendar(ZONE, Desk().hours)

HEADERS = (
    "Case ID",
    "Customer Name",
    "Order ID",
    "Amount",
    "Date Request Received",
    "Reason for Refund",
    "Status",
    "Notes & Communications",
    "Date of Last Action",
    "Date Approved",
    "Date Paid",
    "Resolution Date",
    "Follow-up",
    "Follow-up By",
    "Row Check",
)


@dataclass(frozen=True)
class Passed:
    """What one pass came to."""

    log: ParsedLog
    recognised: Recognised
    observed: Observed
    decisions: Decisions
    advanced: Advanced

    @property
    def changes(self) -> dict[tuple[str, str], Any]:
        """Case as people call it and field, to what was written; stamps and IDs alone."""
        ours = {"follow_up", "follow_up_by", "row_check"}
        return {
            (change.label, change.field): change.after
            for change in self.decisions.changes
            if change.field not in ours
        }

    @property
    def keys(self) -> list[str]:
        """The key of every row, top to bottom."""
        return [known.key for known in self.recognised.rows]

    @property
    def doubts(self) -> list[str | None]:
        """The rule that puts each row in doubt."""
        return [known.doubt.rule if known.doubt else None for known in self.recognised.rows]

    @property
    def observations(self) -> list[tuple[str, str, str, str]]:
        """Case, field, before and after of everything people were seen to change."""
        return [(o.case, o.field, o.before, o.after) for o in self.observed.observations]

    def rules(self, row: int) -> list[str]:
        """What is wrong with the row at that place, counted from 0."""
        number = self.recognised.rows[row].row.number
        return [v.rule for v in self.decisions.violations.get(number, ())]


@dataclass
class Log:
    """A refund log: people edit ``rows``, and ``run`` is one pass of refundsheet over them."""

    rows: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    headers: tuple[str, ...] = HEADERS
    desk: Desk = field(default_factory=Desk)
    memory: Memory = field(default_factory=Memory)
    now: datetime = MONDAY
    log: ParsedLog | None = None
    judged: Judged = NOTHING_JUDGED
    #: The headers of the columns that refundsheet may not write.
    protected: frozenset[str] = frozenset()

    def add(self, *rows: Mapping[str, Any]) -> None:
        """Type rows at the end, each a mapping of header to cell."""
        self.rows += [dict(row) for row in rows]

    def row(self, case_id: str) -> dict[str, Any]:
        """The first row with that Case ID."""
        return next(row for row in self.rows if row.get("Case ID") == case_id)

    def wait(self, **span: float) -> None:
        """Let time go by."""
        self.now += timedelta(**span)

    def read(self) -> ParsedLog:
        """The log as it stands, as Google would answer it."""
        grid = [list(self.headers)]
        grid += [[row.get(header, "") for header in self.headers] for row in self.rows]
        values = {"valueRanges": [{"majorDimension": "ROWS", "values": grid}]}
        snapshot = Snapshot(
            spreadsheet_id="sheet",
            sheet_id=0,
            title="Refund Log",
            zone=str(ZONE),
            locale="en_GB",
            read_at=self.now.astimezone(UTC),
            values=json.dumps(values).encode(),
        )
        return parse(snapshot, previous=self.log)

    def recognise(self) -> Recognised:
        """Whose the rows are, without learning anything."""
        log = self.read()
        return recognise(log.rows, log.layout, self.memory)

    def run(
        self,
        *,
        outcome: Outcome = Outcome.DONE,
        backfill: bool = False,
    ) -> Passed:
        """One pass; a minute goes by first."""
        self.wait(minutes=1)
        log = self.log = self.read()
        recognised = recognise(log.rows, log.layout, self.memory)
        fields = frozenset(log.layout.columns)
        observed = observe(recognised, fields, self.memory, self.desk, self.now)
        context = self.context(log.layout, observed, backfill=backfill)
        decisions = decided_twice(recognised, context, self.judged)
        self.judged = decisions.judged
        receipts = [self.receipt(change, outcome, log.layout) for change in decisions.changes]
        self.write(receipts, log.layout)
        advanced = advance(observed.cases, receipts, ZONE)
        self.memory = Memory(
            baseline_at=self.memory.baseline_at or self.now,
            last_read_at=self.now,
            fields=fields,
            headers=headers_of(log.layout),
            cases=advanced.cases,
            texts=self.memory.texts | advanced.texts,
        )
        return Passed(log, recognised, observed, decisions, advanced)

    def settle(self) -> Passed:
        """Enough passes for new rows to have stood still."""
        self.run()
        self.run()
        return self.run()

    def context(self, layout: Layout, observed: Observed, *, backfill: bool = False) -> Context:
        """What the pass decides by."""
        return Context(layout, self.memory, observed, self.desk, CALENDAR, self.now, backfill)

    def receipt(self, change: Change, outcome: Outcome, layout: Layout) -> Receipt:
        """What becomes of a change."""
        if layout.headers[layout.columns[change.field]] in self.protected:
            return Receipt(change, Outcome.REFUSED, "the cell is protected")
        return Receipt(change, outcome)

    def write(self, receipts: Iterable[Receipt], layout: Layout) -> None:
        """Put what was written into its cells."""
        for receipt in receipts:
            if receipt.outcome is Outcome.DONE:
                change = receipt.change
                header = layout.headers[layout.columns[change.field]]
                self.rows[change.row - 2][header] = "" if change.after is None else change.after

    def known(self, key: str) -> Remembered:
        """What is remembered under a key."""
        return self.memory.cases[key]

    def forget_objects(self) -> None:
        """As after a restart: equal content, but no object of the read before."""
        self.log, self.judged = None, NOTHING_JUDGED
        cases = {
            key: replace(case, case=replace(case.case)) for key, case in self.memory.cases.items()
        }
        self.memory = replace(self.memory, cases=cases)


def decided_twice(
    recognised: Recognised, context: Context, before: Judged = NOTHING_JUDGED
) -> Decisions:
    """What is decided; what was judged before must have made no difference."""
    decisions = decide(recognised, context, before)
    assert _in_full(decisions) == _in_full(decide(recognised, context))
    assert flagged_by(recognised, context) == Flagged(decisions.flags, decisions.old)
    return decisions


def _in_full(decisions: Decisions) -> tuple[object, ...]:
    """All that was decided, in its order."""
    flags, violations = decisions.flags.items(), decisions.violations.items()
    return decisions.changes, list(flags), decisions.old, list(violations)


def case(case_id: str = "", **cells: Any) -> dict[str, Any]:
    """A row as people type it: by default one of Ada's, opened last week."""
    usual = {
        "Case ID": case_id,
        "Customer Name": "Ada Moreau",
        "Order ID": f"#{case_id}",
        "Amount": 12.5,
        "Date Request Received": 46322.0,
        "Reason for Refund": "Wrong item",
        "Status": "New",
    }
    named = {header.lower().replace(" ", "_").replace("-", "_"): header for header in HEADERS}
    aliases = {
        "customer": "Customer Name",
        "order": "Order ID",
        "received": "Date Request Received",
        "reason": "Reason for Refund",
        "notes": "Notes & Communications",
        "last_action": "Date of Last Action",
        "approved": "Date Approved",
        "paid": "Date Paid",
        "resolved": "Resolution Date",
    }
    return usual | {(aliases | named)[name]: value for name, value in cells.items()}


def shuffled(rows: Sequence[dict[str, Any]], order: Sequence[int]) -> list[dict[str, Any]]:
    """The rows in another order."""
    return [rows[index] for index in order]
