"""What a pass is asked for, and what it tells afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from refundsheet.core.follow_up import Flag
from refundsheet.core.model import Change, Outcome, Receipt, Violation
from refundsheet.core.parse import ParsedLog
from refundsheet.core.summary import Summary


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a pass is asked for besides the usual.

    Attributes:
        dry_run: Decide, and write nothing anywhere.
        backfill: Complete the cases that were there before refundsheet too.
        allow_large_change: Carry out a plan that looks too large to be true.
    """

    dry_run: bool = False
    backfill: bool = False
    allow_large_change: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PassReport:
    """What a pass saw and did.

    Attributes:
        run: The number of the pass in the ledger; 0 for a dry run.
        log: The log as it was read.
        setup: What was added to the spreadsheet, or would be, in words.
        changes: Every cell the pass decided to write.
        receipts: What became of each; none in a dry run.
        violations: Row number to what is wrong with it.
        raised: Flags that did not stand before, by the case's name.
        cleared: The names of the cases whose flag's reason is gone.
        observed: How many cells people changed.
        is_baseline: The log was read for the first time: it was learnt, not stamped.
        published: How many cells of our own tabs were renewed.
    """

    run: int
    at: datetime
    log: ParsedLog
    summary: Summary
    setup: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    violations: Mapping[int, tuple[Violation, ...]] = field(
        default_factory=dict[int, tuple[Violation, ...]]
    )
    raised: Mapping[str, Flag] = field(default_factory=dict[str, Flag])
    cleared: tuple[str, ...] = ()
    observed: int = 0
    is_baseline: bool = False
    published: int = 0

    def count(self, outcome: Outcome) -> int:
        """How many changes ended so."""
        return sum(receipt.outcome is outcome for receipt in self.receipts)

    def to_json(self) -> Mapping[str, Any]:
        """The figures of the pass as plain values."""
        return {
            "run": self.run,
            "at": self.at.isoformat(),
            "rows": len(self.log.rows),
            "baseline": self.is_baseline,
            "setup": list(self.setup),
            "observed": self.observed,
            "planned": len(self.changes),
            "receipts": {
                outcome.value: self.count(outcome) for outcome in Outcome if self.count(outcome)
            },
            "raised": len(self.raised),
            "cleared": len(self.cleared),
            "rows_with_violations": len(self.violations),
            "published": self.published,
        }
