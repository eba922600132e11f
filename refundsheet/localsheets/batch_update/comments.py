"""Comment threads: started on a cell, answered, resolved, reworded and taken away."""

from __future__ import annotations

import html

from refundsheet.localsheets.a1 import Box
from refundsheet.localsheets.batch_update import objects
from refundsheet.localsheets.batch_update.merges import moved_box
from refundsheet.localsheets.batch_update.objects import Kind
from refundsheet.localsheets.errors import RequestError
from refundsheet.localsheets.ranges import grid_box, grid_range, open_box
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.sharing import stamp
from refundsheet.localsheets.shown import shown
from refundsheet.localsheets.threads import is_author, shown_post, shown_thread, user_name
from refundsheet.localsheets.workbook import Spreadsheet

_ANCHOR = Kind("commentAnchors", "anchorId", "comment anchor")
#: Of a content and of an address, in bytes of UTF-8 (documented).
_MOST_BYTES = 2048
#: What an action of a post makes of its thread.
_STATUS_AFTER = {"RESOLVE": "RESOLVED", "REOPEN": "OPEN"}


def insert_comment(book: Spreadsheet, request: Json) -> Json:
    """Start a thread on a cell, quoting what the cell shows."""
    content = _checked_content(request.get("content", ""))
    assignee = _checked_assignee(request.get("assigneeEmailAddress", ""))
    if "coordinate" not in request:
        raise RequestError("No coordinate specified.")
    anchor_id = str(book.context.new_id())
    quote = _anchor(book, request["coordinate"], anchor_id)
    thread: Json = {
        "anchorId": anchor_id,
        "commentId": _fresh_id(book),
        "headPost": _post(book, content, assignee),
        "plainTextQuote": quote,
        "replies": [],
        "status": "OPEN",
    }
    book.threads = (*book.threads, thread)
    return {"commentThread": shown_thread(book, thread)}


def _anchor(book: Spreadsheet, place: Json, anchor_id: str) -> str:
    """Tie an anchor to a cell; returns the text the cell shows."""
    row, column = place.get("rowIndex", 0), place.get("columnIndex", 0)
    cell_range = {
        "sheetId": place.get("sheetId", 0),
        "startRowIndex": row,
        "endRowIndex": row + 1,
        "startColumnIndex": column,
        "endColumnIndex": column + 1,
    }
    box = grid_box(book, cell_range)
    sheet = book.sheet(box.sheet_id)
    objects.add(sheet, _ANCHOR, {"anchorId": anchor_id, "range": grid_range(box)})
    book.calculate()
    cell = sheet.cell(row, column)
    return shown(cell.value, cell.look, book.locale)


def _fresh_id(book: Spreadsheet) -> str:
    return f"AAAA{book.context.new_id():08x}"


def _post(book: Spreadsheet, content: str, assignee: str = "", action: str = "") -> Json:
    now = stamp(book.context.now)
    caller = book.context.caller
    return {
        "assigneeEmail": assignee,
        "author": {"displayName": caller.partition("@")[0], "user": user_name(caller)},
        "commentAction": action,
        "createTime": now,
        "postId": _fresh_id(book),
        "updateTime": now,
        **_worded(content),
    }


def _worded(content: str) -> Json:
    return {"content": content, "contentHtml": html.escape(content).replace("\n", "<br>")}


def _checked_content(content: str, *, may_be_empty: bool = False) -> str:
    if not content and not may_be_empty:
        raise RequestError("Comment content cannot be empty.")
    if len(content.encode("utf-8", "surrogatepass")) > _MOST_BYTES:
        raise RequestError(f"Comment content must not exceed {_MOST_BYTES} UTF-8 code units.")
    return content


def _checked_assignee(address: str) -> str:
    if len(address.encode("utf-8", "surrogatepass")) > _MOST_BYTES:
        raise RequestError(f"Assignee email must not exceed {_MOST_BYTES} UTF-8 code units.")
    return address


def add_reply(book: Spreadsheet, request: Json) -> Json:
    """Answer in a thread, resolving or reopening it on demand."""
    thread = _thread(book, request)
    asked: Json = request.get("post", {})
    action: str = asked.get("commentAction", "").removeprefix("COMMENT_ACTION_TYPE_UNSPECIFIED")
    content = _checked_content(asked.get("content", ""), may_be_empty=action in _STATUS_AFTER)
    assignee = _checked_assignee(asked.get("assigneeEmail", ""))
    if assignee and not thread["headPost"]["assigneeEmail"]:
        raise RequestError("Cannot assign a comment whose first post has no assignee.")
    if assignee and action in _STATUS_AFTER:
        raise RequestError("Cannot assign a comment while resolving or reopening it.")
    post = _post(book, content, assignee, action)
    status = _STATUS_AFTER.get(action, thread["status"])
    _replace(book, thread, thread | {"replies": [*thread["replies"], post], "status": status})
    return {"post": shown_post(book, post)}


def update_post(book: Spreadsheet, request: Json) -> None:
    """Reword a post of one's own, the first of a thread or a reply."""
    thread = _thread(book, request)
    old = _own_post([thread["headPost"], *thread["replies"]], book, request)
    content = _checked_content(request.get("content", ""))
    new = old | _worded(content) | {"updateTime": stamp(book.context.now)}
    _replace_post(book, thread, old, new)


def delete_comment(book: Spreadsheet, request: Json) -> None:
    """Take a thread of one's own away, with its anchor."""
    thread = _thread(book, request)
    _own_post([thread["headPost"]], book, {"postId": thread["headPost"]["postId"]})
    book.threads = tuple(kept for kept in book.threads if kept is not thread)
    for sheet, anchor in list(objects.every(book, _ANCHOR)):
        if anchor["anchorId"] == thread["anchorId"]:
            objects.remove(sheet, _ANCHOR, anchor)


def delete_reply(book: Spreadsheet, request: Json) -> None:
    """Empty a reply of one's own; that there was one stays to be seen."""
    thread = _thread(book, request)
    old = _own_post(thread["replies"], book, request)
    if old["commentAction"] in _STATUS_AFTER:
        raise RequestError("Cannot delete a reply that contains a comment action.")
    if old["assigneeEmail"]:
        raise RequestError("Cannot delete a reply that contains an assignee.")
    kept = {name: old[name] for name in ("createTime", "postId")}
    new = kept | {"deleted": True, "updateTime": stamp(book.context.now)}
    _replace_post(book, thread, old, new)


def move_anchors(book: Spreadsheet, source: Box, target: Box) -> None:
    """The threads on cells that are cut go along."""
    for sheet, anchor in list(objects.every(book, _ANCHOR)):
        box = open_box(book, anchor["range"])
        if source.holds(box):
            new = {**anchor, "range": grid_range(moved_box(box, source, target))}
            objects.move(sheet, book.sheet(target.sheet_id), _ANCHOR, anchor, new)


def _thread(book: Spreadsheet, request: Json) -> Json:
    wanted = request.get("commentId", "")
    for thread in book.threads:
        if thread["commentId"] == wanted:
            return thread
    raise RequestError(f"No comment with id: {wanted}")


def _own_post(posts: list[Json], book: Spreadsheet, request: Json) -> Json:
    """The post asked for, which the caller must have written and not deleted."""
    wanted = request.get("postId", "")
    for post in posts:
        if post["postId"] == wanted and not post.get("deleted"):
            if not is_author(book, post):
                raise RequestError("The requesting user is not the author of the post.")
            return post
    raise RequestError(f"No post with id: {wanted}")


def _replace_post(book: Spreadsheet, thread: Json, old: Json, new: Json) -> None:
    head = new if thread["headPost"] is old else thread["headPost"]
    replies = [new if post is old else post for post in thread["replies"]]
    _replace(book, thread, thread | {"headPost": head, "replies": replies})


def _replace(book: Spreadsheet, old: Json, new: Json) -> None:
    book.threads = tuple(new if thread is old else thread for thread in book.threads)


HANDLERS = {
    "insertComment": insert_comment,
    "addCommentReply": add_reply,
    "updateCommentPost": update_post,
    "deleteComment": delete_comment,
    "deleteCommentReply": delete_reply,
}
