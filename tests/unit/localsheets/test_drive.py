"""Drive's export, CSV upload, permissions and comments (sheets-api.md §2, §5)."""

import json
from typing import Any

import pytest
import requests

from tests.unit.localsheets.callers import Book, Json

SHARED = {"type": "user", "role": "writer", "emailAddress": "ann@example.org"}


def drive(book: Book, rest: str = "") -> str:
    return f"/drive/v3/files/{book.spreadsheet_id}{rest}"


def upload(book: Book, text: str, media_type: str = "text/csv") -> requests.Response:
    url = f"{book.caller.base_url}/upload/drive/v2/files/{book.spreadsheet_id}"
    query = {"uploadType": "media", "convert": "True"}
    headers = {"Content-Type": media_type, "Authorization": "Bearer somebody"}
    return requests.put(url, data=text.encode(), params=query, headers=headers, timeout=20)


@pytest.mark.parametrize(
    ("values", "csv"),
    [
        pytest.param([], "", id="nothing"),
        pytest.param([["a1", "B2"]], "a1,B2", id="no final line break"),
        pytest.param([["a"], [], ["b", "c"]], "a,\r\n,\r\nb,c", id="CRLF, as wide as the widest"),
        pytest.param([['say "hi"', "x,y"]], '"say ""hi""","x,y"', id="quoted where needed"),
        pytest.param([["50%", "2026-01-05"]], "50%,2026-01-05", id="as shown"),
        pytest.param([["=1+1"]], "2", id="formulas as their results"),
    ],
)
def test_the_first_tab_is_exported_as_csv(book: Book, values: list[list[Any]], csv: str) -> None:
    book.write("A1", values or [[None]], "USER_ENTERED")

    answer = book.caller.call("GET", drive(book, "/export"), mimeType="text/csv")

    assert answer.content.decode() == csv
    assert answer.headers["Content-Type"].startswith("text/csv")


def test_a_tab_inside_a_cell_does_not_become_another_cell_of_a_tsv(book: Book) -> None:
    book.write("A1", [["a\tb", "c\nd"]])

    answer = book.caller.call("GET", drive(book, "/export"), mimeType="text/tab-separated-values")

    assert answer.text == "a b\tc d"


@pytest.mark.parametrize(
    ("media_type", "code"),
    [
        pytest.param("application/pdf", 501, id="known to Google, not built here"),
        pytest.param("text/plain", 400, id="no format of a spreadsheet"),
        pytest.param("", 400, id="none named"),
    ],
)
def test_other_formats_are_refused_loudly(book: Book, media_type: str, code: int) -> None:
    answer = book.caller.call("GET", drive(book, "/export"), mimeType=media_type)

    assert answer.status_code == answer.json()["error"]["code"] == code


def test_an_uploaded_csv_replaces_the_book_by_one_tab_titled_as_the_file(book: Book) -> None:
    book.batch({"addSheet": {"properties": {"title": "Second"}}})

    assert upload(book, "007,2026-01-05\n=1+1,x").status_code == 200

    sheets = book.get()["sheets"]
    assert [sheet["properties"]["title"] for sheet in sheets] == ["Log"]
    assert book.read("A1:B2") == [[7, 46027], [2, "x"]]


def test_an_upload_of_anything_else_is_refused_by_name(book: Book) -> None:
    answer = upload(book, "{}", "application/json")

    assert answer.status_code == 501
    assert "application/json" in answer.json()["error"]["message"]


def test_permissions_are_made_changed_listed_and_taken_away(book: Book) -> None:
    path = drive(book, "/permissions")
    made = book.caller.ok("POST", path, SHARED | {"withLink": False})
    assert set(made) == {"kind", "id", "type", "role"}

    book.caller.ok("PATCH", f"{path}/{made['id']}", {"role": "reader"})

    listed = book.caller.ok("GET", path, fields="permissions")["permissions"]
    assert [(one["role"], one["emailAddress"]) for one in listed] == [
        ("owner", "owner@localhost"),
        ("reader", "ann@example.org"),
    ]
    assert book.caller.call("DELETE", f"{path}/{made['id']}").status_code == 204
    words = f"Permission not found: {made['id']}."
    assert book.caller.refused("GET", f"{path}/{made['id']}") == (404, words)


@pytest.mark.parametrize(
    ("address", "query", "reason"),
    [
        pytest.param("ann@example.org", {}, "forbidden", id="not asked to transfer (3P)"),
        pytest.param(
            "ann@example.org",
            {"transferOwnership": "true"},
            "consentRequiredForOwnershipTransfer",
            id="without her consent (3P)",
        ),
        pytest.param("owner@localhost", {}, "", id="who owns it already"),
    ],
)
def test_nobody_becomes_the_owner_by_being_shared_with(
    book: Book, address: str, query: Json, reason: str
) -> None:
    body = {"type": "user", "role": "owner", "emailAddress": address}
    answer = book.caller.call("POST", drive(book, "/permissions"), body, **query)
    found = answer.json().get("error", {}).get("errors", [{"reason": ""}])[0]["reason"]
    assert (answer.status_code, found) == (403 if reason else 200, reason)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"role": "writer"}, id="no type"),
        pytest.param({"type": "user", "emailAddress": "a@example.org"}, id="no role"),
        pytest.param({"type": "user", "role": "writer"}, id="no address"),
        pytest.param({"type": "domain", "role": "writer"}, id="no domain"),
    ],
)
def test_an_incomplete_permission_is_refused(book: Book, body: Json) -> None:
    code, _ = book.caller.refused("POST", drive(book, "/permissions"), body)

    assert code == 400


def test_comments_demand_fields_and_come_newest_first(book: Book) -> None:
    path = drive(book, "/comments")
    assert book.caller.refused("GET", path)[0] == 400
    for text in ("first", "second"):
        book.caller.ok("POST", path, {"content": text}, fields="id")

    found = book.caller.ok("GET", path, fields="comments/content")

    assert found == {"comments": [{"content": "second"}, {"content": "first"}]}


def test_sharing_and_comments_do_not_count_as_changes_of_the_file(book: Book) -> None:
    before = book.caller.ok("GET", drive(book), fields="modifiedTime")
    book.caller.ok("POST", "/control", {"now": "2040-01-01T00:00:00+00:00"})

    book.caller.ok("POST", drive(book, "/permissions"), SHARED)
    book.caller.ok("POST", drive(book, "/comments"), {"content": "hm"}, fields="id")

    assert book.caller.ok("GET", drive(book), fields="modifiedTime") == before


@pytest.mark.parametrize("path", ["/drive/v3/changes", "/drive/v3/about"])
def test_what_is_not_built_is_refused_by_name(book: Book, path: str) -> None:
    code, words = book.caller.refused("GET", path)

    assert code == 501
    assert words.startswith(path.replace("/drive/v3/", "drive."))


def test_a_body_beyond_ten_megabytes_is_refused_in_googles_words(book: Book) -> None:
    body = json.dumps({"values": [["x" * 10_485_760]]})
    url = f"{book.caller.base_url}{book.path}/values/A1"
    query = {"valueInputOption": "RAW"}

    answer = requests.put(url, data=body, params=query, timeout=20)  # no token: not yet looked at

    words = "Request payload size exceeds the limit: 10485760 bytes."
    assert (answer.status_code, answer.json()["error"]["message"]) == (400, words)


def test_a_cell_with_a_link_formula_tells_where_it_leads(book: Book) -> None:
    book.write("A1", [['=HYPERLINK("https://example.org/1","one")']], "USER_ENTERED")

    found = book.get(ranges="A1", fields="sheets.data.rowData.values(hyperlink,formattedValue)")

    cell = found["sheets"][0]["data"][0]["rowData"][0]["values"][0]
    assert cell == {"formattedValue": "one", "hyperlink": "https://example.org/1"}
