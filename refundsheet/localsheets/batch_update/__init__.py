"""`spreadsheets.batchUpdate`: one function a request kind, applied in order, all or none.

A handler takes the book (a fork it may change) and the request, already checked and normalised
against Google's messages, and returns its reply or None. It raises RequestError with the cause;
the place and kind are put before it here. To add a kind: write its function in the family's
module and name it in that module's HANDLERS.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from refundsheet.localsheets import errors, schema
from refundsheet.localsheets.batch_update import (
    banding,
    blocks,
    borders,
    cells,
    charts,
    comments,
    conditional,
    developer_metadata,
    dimensions,
    duplicates,
    filling,
    filter_views,
    groups,
    merges,
    named,
    paste,
    positions,
    protection,
    replacing,
    sheets,
    sorting,
    splitting,
    tables,
)
from refundsheet.localsheets.covered import clear_covered
from refundsheet.localsheets.errors import ApiError, RequestError
from refundsheet.localsheets.headers import name_columns
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.workbook import Spreadsheet

Handler = Callable[[Spreadsheet, Json], Json | None]

#: Every kind this server acts on, by the name requests carry.
HANDLERS: dict[str, Handler] = {
    **banding.HANDLERS,
    **blocks.HANDLERS,
    **borders.HANDLERS,
    **cells.HANDLERS,
    **charts.HANDLERS,
    **comments.HANDLERS,
    **conditional.HANDLERS,
    **developer_metadata.HANDLERS,
    **dimensions.HANDLERS,
    **duplicates.HANDLERS,
    **filling.HANDLERS,
    **filter_views.HANDLERS,
    **groups.HANDLERS,
    **merges.HANDLERS,
    **named.HANDLERS,
    **paste.HANDLERS,
    **positions.HANDLERS,
    **protection.HANDLERS,
    **replacing.HANDLERS,
    **sheets.HANDLERS,
    **sorting.HANDLERS,
    **splitting.HANDLERS,
    **tables.HANDLERS,
}


def apply(book: Spreadsheet, requests: list[Json]) -> list[Json]:
    """Apply the requests in order to a fork; each sees what the earlier ones did.

    Raises:
        ApiError: 400 for the first that fails, 501 for a kind that is Google's but not built yet.
            The fork is then to be thrown away.
    """
    if not requests:
        raise errors.invalid("Must specify at least one request.")
    kinds = [_kind(place, request) for place, request in enumerate(requests)]
    return [
        _apply_one(book, place, kind, request[kind])
        for place, (kind, request) in enumerate(zip(kinds, requests, strict=True))
    ]


def touches_comments(requests: list[Json]) -> bool:
    """Whether any of the requests is about comments."""
    return any(kind in comments.HANDLERS for request in requests for kind in request)


def _kind(place: int, request: Json) -> str:
    names = list(request)
    if not names:
        raise errors.invalid(f"Invalid requests[{place}]: No request set.")
    if len(names) > 1:
        text = (
            f"Invalid value at 'requests[{place}]' (oneof), oneof field 'kind' is already set. "
            f"Cannot set '{names[1]}'"
        )
        raise errors.bad_request([(f"requests[{place}]", text)])
    if names[0] not in HANDLERS:
        raise errors.not_built(names[0])
    _refuse_data_sources(names[0], request)
    return names[0]


def _refuse_data_sources(kind: str, body: Any) -> None:
    """Sheets connected to a database are Google's; naming one anywhere is refused, not ignored."""
    if isinstance(body, list):
        for item in body:
            _refuse_data_sources(kind, item)
    if isinstance(body, dict):
        for name, value in body.items():
            if name.startswith("dataSource"):
                raise errors.not_built(f"{name} in {kind}")
            _refuse_data_sources(kind, value)


def _apply_one(book: Spreadsheet, place: int, kind: str, request: Json) -> Json:
    try:
        reply = HANDLERS[kind](book, request)
        clear_covered(book)
        name_columns(book)
    except RequestError as refusal:
        raise errors.invalid_request(place, kind, str(refusal)) from refusal
    except ApiError as refusal:
        if refusal.code == errors.INVALID:
            raise errors.invalid_request(place, kind, refusal.message) from refusal
        raise
    return {} if reply is None else {kind: schema.omit_defaults(_response(kind), reply)}


def _response(kind: str) -> str:
    return schema.fields_of("Response")[kind]
