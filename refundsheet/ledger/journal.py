"""Keeps every write of a pass in the ledger: the intent before it leaves, then what became of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from refundsheet.core.model import Change, Receipt
from refundsheet.ledger.ledger import Ledger
from refundsheet.ledger.records import IntentState, SheetKey


class LedgerJournal:
    """The journal of one pass.

    What became of the changes is stored together with what they teach of their cases
    (``Logbook.record``): a pass that is cut off before leaves them open, and the next one asks the
    cells.

    Args:
        ledger: Where it is kept.
        sheet: The log that is written to.
        pass_number: The pass that writes.
    """

    def __init__(self, ledger: Ledger, sheet: SheetKey, pass_number: int) -> None:
        self._ledger = ledger
        self._sheet = sheet
        self._pass = pass_number
        self._numbers: dict[Change, int] = {}
        self._outcomes: dict[int, tuple[IntentState, str]] = {}

    def sent(
        self, changes: Sequence[Change], *, nonce: str, expected: Sequence[Mapping[str, Any]]
    ) -> None:
        """Note the changes of a batch; they are on the disk on return."""
        if not changes:
            self._ledger.leave_mark(self._sheet, nonce)
            return
        numbers = self._ledger.intend(
            self._sheet, self._pass, changes, nonce=nonce, expected=expected
        )
        self._numbers.update(zip(changes, numbers, strict=True))

    def settled(self, receipts: Sequence[Receipt]) -> None:
        """Note what became of them."""
        for receipt in receipts:
            state = IntentState(receipt.outcome.value)
            self._outcomes[self._numbers[receipt.change]] = (state, receipt.detail)

    @property
    def outcomes(self) -> Mapping[int, tuple[IntentState, str]]:
        """The number of every intent to what became of it."""
        return self._outcomes

    @property
    def done(self) -> list[Change]:
        """The changes that were carried out."""
        return [
            change
            for change, number in self._numbers.items()
            if number in self._outcomes and self._outcomes[number][0] is IntentState.DONE
        ]
