"""Comment threads as the Sheets API shows them, and who sees them."""

from __future__ import annotations

from refundsheet.localsheets import schema
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.sharing import person_id
from refundsheet.localsheets.workbook import Spreadsheet

INCLUDED = "COMMENTS_VIEW_MODE_INCLUDED"
_SHOWING = frozenset({INCLUDED, "COMMENTS_VIEW_MODE_DEFAULT_FOR_CURRENT_ACCESS"})


def wanted(asked: Json) -> bool:
    """Whether a request's `commentsViewMode` asks for comments; without one they are left out."""
    return asked.get("commentsViewMode") in _SHOWING


def user_name(caller: str) -> str:
    """An account's resource name."""
    return f"users/{person_id(caller)}"


def shown_thread(book: Spreadsheet, thread: Json) -> Json:
    """A thread with `me` on what the caller wrote."""
    replies = [shown_post(book, post) for post in thread["replies"]]
    head = shown_post(book, thread["headPost"])
    return schema.omit_defaults("CommentThread", thread | {"headPost": head, "replies": replies})


def shown_post(book: Spreadsheet, post: Json) -> Json:
    """A post, with `me` if the caller wrote it; of a deleted one the author is not told."""
    if "author" not in post:
        return post
    me = is_author(book, post)
    return schema.omit_defaults("Post", post | {"author": post["author"] | {"me": me}})


def is_author(book: Spreadsheet, post: Json) -> bool:
    """Whether the caller wrote a post."""
    return post["author"]["user"] == user_name(book.context.caller)
