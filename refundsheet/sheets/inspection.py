"""What is asked of a server to find out why a log cannot be kept: its time, and what is closed to us."""

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests

from refundsheet.core.chain import Barred
from refundsheet.sheets.refusals import from_network, let_edit
from refundsheet.sheets.transport import CONNECT_SECONDS, SpreadsheetClient

#: Whoever waits for the command would rather hear that nobody answers.
_ANSWER_SECONDS = 15.0

_PROTECTION_FIELDS = (
    "sheets(properties(sheetId,title),protectedRanges(range,warningOnly,requestingUserCanEdit))"
)
#: Nothing carries this mark.
_NOBODYS_MARK = "refundsheet-asks-whether-it-may-edit"


def server_time(client: SpreadsheetClient) -> datetime | None:
    """What time the server has it, asked without any key and once; None where it does not say.

    Raises:
        SheetError: Nobody answers.
    """
    with requests.Session() as session:
        session.trust_env = client.access.session.trust_env
        try:
            timeout = (CONNECT_SECONDS, _ANSWER_SECONDS)
            answer = session.head(client.access.base_url, timeout=timeout)
        except requests.RequestException as error:
            raise from_network(error, client.circumstances(is_write=False)) from error
    try:
        return parsedate_to_datetime(answer.headers["Date"])
    except (KeyError, ValueError):
        return None


def ask_to_edit(client: SpreadsheetClient) -> None:
    """Send a change that changes nothing, to hear whether we might: a mark nobody has is taken away.

    Raises:
        RefusedError: We may read the spreadsheet and not change it.
    """
    nobodys = {"developerMetadataLookup": {"metadataKey": _NOBODYS_MARK}}
    request = {"deleteDeveloperMetadata": {"dataFilter": nobodys}}
    client.send_batch({"requests": [request]}, repeatable=True)


def closed_areas(client: SpreadsheetClient) -> Mapping[str, tuple[Barred, ...]]:
    """By the title of each tab, the areas that are protected against us: one read request."""
    answer = client.get_json(params={"fields": _PROTECTION_FIELDS})
    return {
        sheet["properties"]["title"]: tuple(
            _area(protection.get("range", {}))
            for protection in sheet.get("protectedRanges", ())
            if not (protection.get("requestingUserCanEdit") or protection.get("warningOnly"))
        )
        for sheet in answer.get("sheets", ())
    }


def _area(grid_range: Mapping[str, Any]) -> Barred:
    return Barred(
        rows=(grid_range.get("startRowIndex", 0), grid_range.get("endRowIndex")),
        columns=(grid_range.get("startColumnIndex", 0), grid_range.get("endColumnIndex")),
    )


def how_to_open(client: SpreadsheetClient) -> str:
    """What people do so that we may write what is protected."""
    return let_edit(client.circumstances(is_write=True))
