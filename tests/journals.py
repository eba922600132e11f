"""A journal that remembers what it was told."""

from collections.abc import Mapping, Sequence
from typing import Any

from refundsheet.core.model import Change, Receipt


class ListJournal:
    """Keeps the batches that were sent and the receipts that came, in order."""

    def __init__(self) -> None:
        self.batches: list[list[Change]] = []
        self.nonces: list[str] = []
        self.conditions: list[Mapping[str, Any]] = []
        self.receipts: list[Receipt] = []

    def sent(
        self, changes: Sequence[Change], *, nonce: str, expected: Sequence[Mapping[str, Any]]
    ) -> None:
        self.batches.append(list(changes))
        self.nonces.append(nonce)
        self.conditions += expected

    def settled(self, receipts: Sequence[Receipt]) -> None:
        self.receipts += receipts
