"""What a pass is asked for, and what it tells afterwards."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any

from refundsheet.core.columns import CUSTOMER_AND_ORDER
from refundsheet.core.follow_up import Flag
from refundsheet.core.headers import column_letter
from refundsheet.core.history import header_of
from refundsheet.core.model import Change, Moment, Outcome, Receipt, Severity, Violation
from refundsheet.core.parse import ParsedLog
from refundsheet.core.remarks import BrokenRule, times_unknown
from refundsheet.core.summary import Summary


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a pass is asked for besides the usual.

    Attributes:
        dry_run: Decide, and write nothing anywhere.
        backfill: Complete the cases that were there before refundsheet too.
        allow_large_change: Carry out a plan that looks too large to be true.
        take_over: Write although another ledger holds the lease, or a later copy of this one did.
        accept_clock: Write although the ledger remembers a later time than now.
        create_settings: Make the Settings tab, where there is none.
    """

    dry_run: bool = False
    backfill: bool = False
    allow_large_change: bool = False
    take_over: bool = False
    accept_clock: bool = False
    create_settings: bool = False


#: Both may stand in one column.
_IN_BOTH = ("customer_name", "order_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class OldCase:
    """An open case that was old when the log was adopted, and is not flagged.

    Attributes:
        row: Where it stood in this read.
        case: What people call it.
        since: Its last action, or where it has none its receipt.
    """

    row: int
    case: str
    status: str
    owner: str
    since: Moment | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PassReport:
    """What a pass saw and did.

    Attributes:
        run: The number of the pass in the ledger; 0 for a dry run.
        log: The log as it was read.
        setup: What was added to the spreadsheet, or would be, in words.
        changes: Every cell the pass decided to write.
        receipts: What became of each; none in a dry run.
        headers: What is wrong with the log's headers.
        violations: Row number to what is wrong with it.
        raised: The flags of the cases with a reason that did not stand before, by the case's name.
        cleared: The names of the cases that were flagged and are not any more.
        by_settings: How many cases are flagged otherwise because the settings are new; they are
            not among the raised and cleared.
        old: The open cases that are so old that they are listed here, and not flagged.
        flagged: Kind of flag to how many cases carry it now.
        quota_left: Reads and writes still allowed in this minute; None where nobody counts them.
        edited: Field to the number of rows in which people changed it.
        is_baseline: The log was read for the first time: it was learnt, not stamped.
        is_backfill: What happened before the first read was completed, as far as the log tells it.
        published: How many cells of our own tabs were renewed.
        removed: The cases that count as removed from now on, each with what became of it.
        withheld: Why parts of the plan wait until people have looked, a sentence each.
        read_only: Why nothing at all may be written, in a sentence; "" where it may.
    """

    run: int
    at: datetime
    log: ParsedLog
    summary: Summary
    setup: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    headers: tuple[Violation, ...] = ()
    violations: Mapping[int, tuple[Violation, ...]] = field(
        default_factory=dict[int, tuple[Violation, ...]]
    )
    raised: Mapping[str, Flag] = field(default_factory=dict[str, Flag])
    cleared: tuple[str, ...] = ()
    by_settings: int = 0
    old: tuple[OldCase, ...] = ()
    flagged: Mapping[str, int] = field(default_factory=dict[str, int])
    quota_left: tuple[int, int] | None = None
    edited: Mapping[str, int] = field(default_factory=dict[str, int])
    is_baseline: bool = False
    is_backfill: bool = False
    published: int = 0
    removed: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    read_only: str = ""

    @property
    def done(self) -> tuple[Change, ...]:
        """The changes that were carried out."""
        return tuple(r.change for r in self.receipts if r.outcome is Outcome.DONE)

    @property
    def is_whole(self) -> bool:
        """Whether all that was planned could be tried."""
        return not (self.read_only or self.withheld)

    @property
    def cases_written(self) -> tuple[str, ...]:
        """The Case IDs, or the rows of cases without one, whose cells were written: names of nobody."""
        ids = {row.number: row.case.case_id for row in self.log.rows}
        found = (ids.get(change.row) or f"row {change.row}" for change in self.done)
        return tuple(dict.fromkeys(found))

    def count(self, outcome: Outcome) -> int:
        """How many changes ended so."""
        return sum(receipt.outcome is outcome for receipt in self.receipts)

    @property
    def rows_to_correct(self) -> int:
        """How many rows hold more than a note."""
        return sum(
            any(violation.severity >= Severity.WARNING for violation in found)
            for found in self.violations.values()
        )

    @property
    def worst(self) -> Severity:
        """How much the worst violation matters; a note where there is none."""
        found = [*self.headers, *chain.from_iterable(self.violations.values())]
        return max((violation.severity for violation in found), default=Severity.NOTE)

    def counts(self) -> Mapping[Severity, int]:
        """How many violations there are of each severity, the worst first."""
        found = chain(self.headers, *self.violations.values())
        counts = Counter(violation.severity for violation in found)
        return {severity: counts[severity] for severity in sorted(counts, reverse=True)}

    def cell_name(self, row: int, field: str) -> str:
        """What the sheet calls the cell a violation is about; the row, where it is about all of it."""
        index = self._column(field)
        return f"row {row}" if index is None else f"{column_letter(index)}{row}"

    def _column(self, field: str) -> int | None:
        columns = self.log.layout.columns
        both = columns.get(CUSTOMER_AND_ORDER.field) if field in _IN_BOTH else None
        return columns.get(field, both)

    @property
    def observed(self) -> int:
        """How many cells people changed."""
        return sum(self.edited.values())

    @property
    def news(self) -> str:
        """What people have done since the last pass: one line, however many rows; "" for nothing."""
        layout = self.log.layout
        changed = [
            f"{header_of(name, layout).strip()} in {count:,} row{'' if count == 1 else 's'}"
            for name, count in self.edited.items()
        ]
        return f"Seen at {self.at:%H:%M}: people changed {', '.join(changed)}." if changed else ""

    @property
    def nameless(self) -> int:
        """How many rows have no Case ID, in a log that has a column for it."""
        has_ids = "case_id" in self.log.layout.columns
        return sum(not row.case.case_id for row in self.log.rows) if has_ids else 0

    def times_unknown(self) -> tuple[BrokenRule, ...]:
        """What nobody saw happen and no cell tells, where the log was learnt or completed.

        The figures that need these times leave their cases out.
        """
        is_asked = self.is_baseline or self.is_backfill
        return times_unknown(self.violations, self.changes) if is_asked else ()

    def violations_json(self) -> Mapping[str, Any]:
        """What is wrong, row by row, as plain values."""
        return {
            "rows": len(self.log.rows),
            "headers": [self._violation_json(v) for v in self.headers],
            "violations": [
                {"row": number} | self._violation_json(violation)
                for number, found in self.violations.items()
                for violation in found
            ],
        }

    def old_json(self) -> Mapping[str, Any]:
        """The old open cases as plain values."""
        return {
            "old_open_cases": [
                {
                    "row": old.row,
                    "case": old.case,
                    "status": old.status,
                    "owner": old.owner,
                    "since": old.since.isoformat() if old.since else None,
                }
                for old in self.old
            ]
        }

    def _violation_json(self, violation: Violation) -> dict[str, Any]:
        index = self._column(violation.field)
        return {
            "column": None if index is None else column_letter(index),
            "header": None if index is None else self.log.layout.headers[index],
            "rule": violation.rule,
            "severity": violation.severity.name.lower(),
            "sentence": violation.sentence,
        }

    def changes_json(self) -> list[Mapping[str, Any]]:
        """Every cell decided on, as plain values, with what became of it."""
        outcomes = {receipt.change: receipt for receipt in self.receipts}
        return [
            {
                "case": change.label,
                "row": change.row,
                "field": change.field,
                "before": change.before,
                "after": change.after,
                "reason": change.reason,
                "outcome": outcomes[change].outcome.value if change in outcomes else None,
                "detail": outcomes[change].detail if change in outcomes else "",
            }
            for change in self.changes
        ]

    def to_json(self) -> Mapping[str, Any]:
        """The figures of the pass as plain values."""
        return {
            "run": self.run,
            "at": self.at.isoformat(),
            "rows": len(self.log.rows),
            "baseline": self.is_baseline,
            "setup": list(self.setup),
            "observed": self.observed,
            "edited": dict(self.edited),
            "planned": len(self.changes),
            "receipts": {
                outcome.value: self.count(outcome) for outcome in Outcome if self.count(outcome)
            },
            "raised": len(self.raised),
            "cleared": len(self.cleared),
            "flags_changed_by_settings": self.by_settings,
            "old_open_cases": len(self.old),
            "flagged": dict(self.flagged),
            "quota_left": self.quota_left,
            "rows_with_violations": len(self.violations),
            "rows_to_correct": self.rows_to_correct,
            "times_unknown": {broken.rule.id: broken.rows for broken in self.times_unknown()},
            "published": self.published,
            "removed": list(self.removed),
            "withheld": list(self.withheld),
            "read_only": self.read_only,
        }
