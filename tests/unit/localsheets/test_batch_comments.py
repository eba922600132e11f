"""Comment threads on cells, as Google's discovery document describes them."""

from pathlib import Path
from typing import Any

import pytest

from refundsheet.localsheets.server import LocalServer
from tests.unit.localsheets.callers import SPREADSHEET_TYPE, Book, Caller, lines, span

Json = dict[str, Any]
_INCLUDED = {"commentsViewMode": "COMMENTS_VIEW_MODE_INCLUDED"}
_B3 = {"sheetId": 0, "rowIndex": 2, "columnIndex": 1}


def _start(book: Book, content: str = "Paid <twice>?", **more: Any) -> Json:
    request = {"insertComment": {"coordinate": _B3, "content": content, **more}}
    return book.reply(request)["insertComment"]["commentThread"]


def _answer(thread: Json, content: str = "", **more: Any) -> Json:
    post = ({"content": content} if content else {}) | more
    return {"addCommentReply": {"commentId": thread["commentId"], "post": post}}


def _about(kind: str, thread: Json, **more: Any) -> Json:
    return {kind: {"commentId": thread["commentId"], **more}}


def _threads(book: Book) -> list[Json]:
    return book.get(**_INCLUDED).get("comments", [])


def _anchors(book: Book) -> list[Json]:
    return book.get(**_INCLUDED)["sheets"][0].get("commentAnchors", [])


def test_a_thread_is_anchored_to_its_cell_and_quotes_what_it_shows(book: Book) -> None:
    book.write("B3", [["$5.00"]], "USER_ENTERED")
    thread = _start(book)
    head = thread["headPost"]
    assert (thread["status"], thread["plainTextQuote"]) == ("OPEN", "$5.00")
    assert (head["content"], head["contentHtml"]) == ("Paid <twice>?", "Paid &lt;twice&gt;?")
    assert head["author"]["me"]
    assert head["createTime"] == head["updateTime"]
    assert _threads(book) == [thread]
    assert _anchors(book) == [{"anchorId": thread["anchorId"], "range": span((2, 3), (1, 2))}]


@pytest.mark.parametrize(
    ("mode", "shown"),
    [
        pytest.param({}, False, id="omitted unless asked for"),
        pytest.param({"commentsViewMode": "COMMENTS_VIEW_MODE_OMITTED"}, False, id="omitted"),
        pytest.param(_INCLUDED, True, id="included"),
    ],
)
def test_comments_are_shown_to_who_asks_for_them(book: Book, mode: Json, *, shown: bool) -> None:
    thread = _start(book)
    reply = book.batch(_answer(thread, "Yes"), includeSpreadsheetInResponse=True, **mode)
    path = f"{book.path}:getByDataFilter"
    filtered = book.caller.ok("POST", path, mode)
    for found in (book.get(**mode), filtered, reply["updatedSpreadsheet"]):
        keys = ("comments" in found, "commentAnchors" in found["sheets"][0])
        assert keys == (shown, shown)
        assert found.get("commentsViewMode") == (mode["commentsViewMode"] if shown else None)


def test_the_state_of_comment_updates_is_told_where_there_were_any(book: Book) -> None:
    thread = _start(book)
    assert book.batch(_answer(thread, "Yes"))["commentUpdateState"] == "ALL_SAVED"
    quiet = {"insertDimension": {"range": lines("ROWS", 0, 1)}}
    assert "commentUpdateState" not in book.batch(quiet)


def test_replies_stand_in_order_and_resolve_and_reopen_their_thread(book: Book) -> None:
    thread = _start(book)
    statuses: list[str] = []
    for post in ({"content": "Yes"}, {"commentAction": "RESOLVE"}, {"commentAction": "REOPEN"}):
        book.batch(_answer(thread, **post))
        statuses.append(_threads(book)[0]["status"])
    assert statuses == ["OPEN", "RESOLVED", "OPEN"]
    replies = _threads(book)[0]["replies"]
    assert [reply.get("commentAction") for reply in replies] == [None, "RESOLVE", "REOPEN"]
    assert replies[0]["content"] == "Yes"


def test_head_and_replies_are_reworded_and_a_deleted_reply_is_marked(book: Book) -> None:
    thread = _start(book)
    reply = book.reply(_answer(thread, "Yes"))["addCommentReply"]["post"]
    head_id, reply_id = thread["headPost"]["postId"], reply["postId"]
    book.batch(
        _about("updateCommentPost", thread, postId=head_id, content="Twice?"),
        _about("updateCommentPost", thread, postId=reply_id, content="No"),
    )
    found = _threads(book)[0]
    assert (found["headPost"]["content"], found["replies"][0]["content"]) == ("Twice?", "No")
    book.batch(_about("deleteCommentReply", thread, postId=reply_id))
    left = _threads(book)[0]["replies"][0]
    assert (left["postId"], left["deleted"]) == (reply_id, True)
    assert not {"author", "content", "contentHtml"} & left.keys()
    again = book.batch_refused(_about("deleteCommentReply", thread, postId=reply_id))
    cause = f"Invalid requests[0].deleteCommentReply: No post with id: {reply_id}"
    assert again == (400, cause)


def test_a_deleted_thread_takes_its_anchor_along(book: Book) -> None:
    thread, other = _start(book), _start(book)
    book.batch(_about("deleteComment", thread))
    assert _threads(book) == [other]
    assert [anchor["anchorId"] for anchor in _anchors(book)] == [other["anchorId"]]


@pytest.mark.parametrize(
    ("request_", "rows"),
    [
        pytest.param({"insertDimension": {"range": lines("ROWS", 0, 2)}}, (4, 5), id="inserted"),
        pytest.param({"deleteDimension": {"range": lines("ROWS", 0, 1)}}, (1, 2), id="deleted"),
        pytest.param(
            {"moveDimension": {"source": lines("ROWS", 2, 3), "destinationIndex": 0}},
            (0, 1),
            id="moved",
        ),
        pytest.param({"deleteDimension": {"range": lines("ROWS", 2, 3)}}, None, id="its own row"),
        pytest.param({"duplicateSheet": {"insertSheetIndex": 1}}, (2, 3), id="not with a copy"),
    ],
)
def test_a_thread_follows_its_cell(
    book: Book, request_: Json, rows: tuple[int, int] | None
) -> None:
    thread = _start(book)
    book.batch(request_)
    assert _threads(book) == [thread]
    assert [found["range"] for found in _anchors(book)] == ([span(rows, (1, 2))] if rows else [])
    assert all("commentAnchors" not in tab for tab in book.get(**_INCLUDED)["sheets"][1:])


_LONG = "\u00e4" * 1025


@pytest.mark.parametrize(
    ("kind", "body", "cause"),
    [
        pytest.param("insertComment", {}, "content cannot be empty", id="no content"),
        pytest.param("insertComment", {"content": _LONG}, "exceed 2048 UTF-8", id="2050 bytes"),
        pytest.param("insertComment", {"content": "x"}, "No coordinate", id="nowhere"),
        pytest.param(
            "insertComment",
            {"content": "x", "coordinate": {"rowIndex": 5000}},
            "exceeds grid limits",
            id="off the grid",
        ),
        pytest.param("deleteComment", {"commentId": "?"}, "No comment with id: ?", id="no thread"),
        pytest.param("updateCommentPost", {"postId": "?"}, "No post with id: ?", id="no post"),
        pytest.param("deleteCommentReply", {"postId": "?"}, "No post with id: ?", id="no reply"),
        pytest.param("addCommentReply", {}, "content cannot be empty", id="an empty reply"),
        pytest.param(
            "addCommentReply",
            {"post": {"content": "x", "assigneeEmail": "a@localhost"}},
            "no assignee",
            id="assigned where nobody was",
        ),
    ],
)
def test_what_google_documents_as_refused_is(book: Book, kind: str, body: Json, cause: str) -> None:
    thread = _start(book)
    request = body if kind == "insertComment" else {"commentId": thread["commentId"]} | body
    code, text = book.batch_refused({kind: request})
    assert (code, cause in text) == (400, True), text
    assert _threads(book) == [thread]


@pytest.mark.parametrize(
    ("post", "cause"),
    [
        pytest.param({"commentAction": "RESOLVE"}, "a comment action", id="resolving"),
        pytest.param(
            {"content": "x", "assigneeEmail": "b@localhost"}, "an assignee", id="assigning"
        ),
    ],
)
def test_a_reply_that_did_something_is_not_deleted(book: Book, post: Json, cause: str) -> None:
    thread = _start(book, assigneeEmailAddress="a@localhost")
    reply = book.reply(_answer(thread, **post))["addCommentReply"]["post"]
    refusal = book.batch_refused(_about("deleteCommentReply", thread, postId=reply["postId"]))
    assert (refusal[0], cause in refusal[1]) == (400, True)
    both = _answer(thread, commentAction="RESOLVE", assigneeEmail="b@localhost")
    assert book.batch_refused(both)[0] == 400


@pytest.mark.parametrize("kind", ["deleteComment", "updateCommentPost"])
def test_only_its_author_changes_a_post(book: Book, kind: str) -> None:
    thread = _start(book)
    more = {"postId": thread["headPost"]["postId"], "content": "Mine"}
    request = _about(kind, thread, **(more if kind == "updateCommentPost" else {}))
    book.caller.ok("POST", "/control", {"callers": {"guest": "guest@localhost"}})
    path, body = f"{book.path}:batchUpdate", {"requests": [request]}
    guest = {"access_token": "guest"}
    code, text = book.caller.refused("POST", path, body, **guest)
    assert (code, "not the author" in text) == (400, True)
    seen = book.get(**_INCLUDED, **guest)["comments"][0]
    assert "me" not in seen["headPost"]["author"]


def test_threads_are_there_after_a_restart(tmp_path: Path) -> None:
    data = tmp_path / "state.db"
    with LocalServer(data=data) as server:
        caller = Caller(server.base_url)
        made = caller.ok("POST", "/drive/v3/files", {"mimeType": SPREADSHEET_TYPE})
        book = Book(caller, made["id"])
        thread = _start(book)
        anchors = _anchors(book)
    with LocalServer(data=data) as server:
        book = Book(Caller(server.base_url), made["id"])
        assert (_threads(book), _anchors(book)) == ([thread], anchors)
