"""Tells every open page what has changed, in the moment it has: server-sent events.

`GET /live?id=SPREADSHEET` answers with a stream. Each event is `{"sheets": {id: rows}}`: the tabs
that changed, each with the first and last of its changed rows (counted from 0), or null where rows
were added, removed or put in another order.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Callable

from refundsheet.localsheets.sheet import Sheet
from refundsheet.localsheets.workbook import Spreadsheet

#: How often a silent stream looks whether the server is stopping, and shows that it is alive.
_BEAT_SECONDS = 1.0
#: An event that says nothing; browsers pass over it.
_BEAT = b":\n\n"

#: First and last changed row of a tab, or None for all of it.
Span = tuple[int, int] | None


class Live:
    """Who listens to which spreadsheet.

    Args:
        is_stopping: Whether the server is about to end; the streams end then, too.
    """

    def __init__(self, is_stopping: Callable[[], bool]) -> None:
        self._is_stopping = is_stopping
        self._listening: dict[str, set[asyncio.Queue[bytes]]] = defaultdict(set)

    def news(self, book: Spreadsheet, before: Spreadsheet | None) -> Callable[[], None]:
        """How to tell of a change once it is stored; asked while the rows still say what changed."""
        listening = self._listening.get(book.spreadsheet_id)
        if not listening:
            return lambda: None
        spans = {
            str(sheet.sheet_id): _span(sheet) for sheet in book.sheets if _is_news(sheet, before)
        }
        event = f"data: {json.dumps({'sheets': spans})}\n\n".encode()

        def tell() -> None:
            for queue in listening:
                queue.put_nowait(event)

        return tell

    async def stream(self, spreadsheet_id: str) -> AsyncIterator[bytes]:
        """The events of one spreadsheet, until the reader or the server has gone."""
        queue: asyncio.Queue[bytes] = asyncio.Queue()
        self._listening[spreadsheet_id].add(queue)
        try:
            yield _BEAT
            while not self._is_stopping():
                try:
                    yield await asyncio.wait_for(queue.get(), _BEAT_SECONDS)
                except TimeoutError:
                    yield _BEAT
        finally:
            self._listening[spreadsheet_id].discard(queue)


def _is_news(sheet: Sheet, before: Spreadsheet | None) -> bool:
    """Whether a tab is another than it was: its cells, or what lies on and around them."""
    if sheet.changed or sheet.order_changed or before is None:
        return True
    old = next((found for found in before.sheets if found.sheet_id == sheet.sheet_id), None)
    return old is None or old.objects != sheet.objects or old.properties != sheet.properties


def _span(sheet: Sheet) -> Span:
    if sheet.order_changed or not sheet.changed:
        return None
    changed = {row.uid for row in sheet.changed}
    places = [place for place, row in enumerate(sheet.rows) if row.uid in changed]
    return (places[0], places[-1]) if places else None
