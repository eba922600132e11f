"""The helper that holds requests against Google's document sees each kind of mistake."""

from typing import Any

import pytest

from tests.discovery import Sent, mistakes

BOOK = "http://127.0.0.1:1/v4/spreadsheets/abc"


def batch(*requests: dict[str, Any]) -> Sent:
    return Sent("POST", f"{BOOK}:batchUpdate?prettyPrint=false", {"requests": list(requests)})


@pytest.mark.parametrize(
    "request_sent",
    [
        pytest.param(Sent("GET", f"{BOOK}?fields=sheets.properties(sheetId,title)"), id="mask"),
        pytest.param(Sent("GET", f"{BOOK}/values:batchGet?ranges='A'&ranges='B'"), id="repeated"),
        pytest.param(
            batch({"deleteSheet": {"sheetId": 4}}, {"addSheet": {"properties": {"title": "A"}}}),
            id="two requests",
        ),
        pytest.param(
            batch({"repeatCell": {"cell": {}, "fields": "userEnteredFormat.textFormat.bold,note"}}),
            id="mask in a request",
        ),
    ],
)
def test_what_google_knows_is_no_mistake(request_sent: Sent) -> None:
    assert mistakes(request_sent) == []


@pytest.mark.parametrize(
    ("request_sent", "said"),
    [
        pytest.param(Sent("PUT", BOOK), "is no method", id="method"),
        pytest.param(Sent("GET", f"{BOOK}/value"), "is no method", id="path"),
        pytest.param(Sent("GET", f"{BOOK}?field=a"), "unknown parameter field", id="parameter"),
        pytest.param(
            Sent("GET", f"{BOOK}/values:batchGet?valueRenderOption=RAW"), "not one of", id="enum"
        ),
        pytest.param(Sent("GET", f"{BOOK}?prettyPrint=no"), "no boolean", id="boolean"),
        pytest.param(Sent("GET", f"{BOOK}?fields=sheets(props)"), "no field props", id="mask"),
        pytest.param(Sent("GET", f"{BOOK}?fields=a&fields=b"), "given 2 times", id="twice"),
        pytest.param(Sent("GET", BOOK, {}), "takes no body", id="body"),
        pytest.param(batch({"removeSheet": {}}), "no field removeSheet", id="request kind"),
        pytest.param(batch({"deleteSheet": {"id": 4}}), "no field id", id="field"),
        pytest.param(batch({"deleteSheet": {"sheetId": "4"}}), "no integer", id="type"),
        pytest.param(batch({"deleteSheet": {"sheetId": True}}), "no integer", id="true for 1"),
        pytest.param(batch({"deleteSheet": {"sheetId": 2**31}}), "32 bits", id="too large"),
        pytest.param(batch({"deleteSheet": [4]}), "is no DeleteSheetRequest", id="no message"),
        pytest.param(batch({"updateCells": {"rows": {}}}), "is no list", id="no list"),
        pytest.param(
            batch({"deleteSheet": {}, "addSheet": {}}), "must have one field", id="two kinds in one"
        ),
        pytest.param(
            batch({"copyPaste": {"pasteType": "VALUES"}}), "not one of", id="enum in a request"
        ),
        pytest.param(
            batch({"repeatCell": {"fields": "userEnteredFormat.bold"}}),
            "CellFormat has no field bold",
            id="mask in a request",
        ),
        pytest.param(
            batch({"repeatCell": {"cell": {"userEnteredFormat": {"backgroundColor": {}}}}}),
            "deprecated",
            id="deprecated",
        ),
    ],
)
def test_each_mistake_is_named(request_sent: Sent, said: str) -> None:
    assert said in " ".join(mistakes(request_sent))
