"""What a value shows, remembered: logs repeat themselves."""

from __future__ import annotations

from functools import lru_cache

from refundsheet.localsheets.cell_formats import CellFormat
from refundsheet.localsheets.display import display
from refundsheet.localsheets.rows import Value


@lru_cache(maxsize=65536, typed=True)
def shown(value: Value, look: CellFormat | None, locale: str) -> str:
    """A value's formattedValue."""
    return display(value, look.number_format if look else None, locale=locale)
