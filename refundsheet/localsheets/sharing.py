"""Drive's permissions and comments of a file. They are kept and shown; access is the control route's."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime

from refundsheet.localsheets import errors, masks
from refundsheet.localsheets.calls import Call, Raw
from refundsheet.localsheets.errors import ApiError
from refundsheet.localsheets.file_query import page
from refundsheet.localsheets.library import Library
from refundsheet.localsheets.masks import Mask
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.workbook import OWNER, Spreadsheet

_PERMISSION_FIELDS: Mask = {"kind": {}, "id": {}, "type": {}, "role": {}}
_TYPES = frozenset({"user", "group", "domain", "anyone"})
_ROLES = frozenset({"owner", "writer", "commenter", "reader"})
NO_CONTENT = Raw(b"", "text/html", 204)


def file_book(library: Library, call: Call) -> Spreadsheet:
    """The spreadsheet a file method is about.

    Raises:
        ApiError: 404 in Drive's words.
    """
    file_id = call.names["fileId"]
    try:
        return library.book(file_id, call.caller)
    except ApiError as refusal:
        raise errors.file_not_found(file_id) from refusal


def _change(library: Library, call: Call, action: Callable[[Spreadsheet], Json]) -> Json:
    book = file_book(library, call)
    return library.change(book.spreadsheet_id, call.caller, action, content=False)


def stamp(moment: datetime) -> str:
    """A moment as Drive writes it."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"


def person_id(address: str) -> str:
    """An account's permission id: always the same for the same address."""
    digest = hashlib.sha256(address.casefold().encode()).digest()
    return f"{int.from_bytes(digest[:8], 'big') % 10**20:020}"


def permissions_of(book: Spreadsheet) -> list[Json]:
    """All permissions, the owner's first."""
    owner = _permission({"type": "user", "role": "owner", "emailAddress": OWNER})
    return [owner, *book.permissions]


def _permission(body: Json) -> Json:
    kind = body["type"]
    address = body.get("emailAddress") or body.get("domain") or ""
    whole: Json = {"kind": "drive#permission", "id": _permission_id(body, address), "type": kind}
    if kind in {"user", "group"}:
        whole |= {"displayName": address.partition("@")[0], "emailAddress": address}
    if kind == "domain":
        whole |= {"displayName": address, "domain": address}
    if kind in {"domain", "anyone"}:
        whole["allowFileDiscovery"] = bool(body.get("allowFileDiscovery"))
    else:
        whole |= {"deleted": False, "pendingOwner": False}
    return whole | {"role": body["role"]}


def _permission_id(body: Json, address: str) -> str:
    if body["type"] != "anyone":
        return person_id(address)
    return "anyone" if body.get("allowFileDiscovery") else "anyoneWithLink"


def permissions_create(library: Library, call: Call) -> Json:
    """Share the file; sharing again with the same account changes its role."""
    _check_permission(call.body)
    if call.body["role"] == "owner":
        return masks.choose(call.mask or _PERMISSION_FIELDS, _owners(library, call))
    permission = _permission(call.body)

    def share(book: Spreadsheet) -> Json:
        others = (kept for kept in book.permissions if kept["id"] != permission["id"])
        book.permissions = (*others, permission)
        return masks.choose(call.mask or _PERMISSION_FIELDS, permission)

    return _change(library, call, share)


def _check_permission(body: Json) -> None:
    if body.get("type") not in _TYPES:
        raise errors.drive_invalid("The permission type field is required.", "required")
    _check_role(body)
    kind = body["type"]
    if kind in {"user", "group"} and "@" not in body.get("emailAddress", ""):
        raise errors.drive_invalid("The specified emailAddress is invalid or not applicable.")
    if kind == "domain" and not body.get("domain"):
        raise errors.drive_invalid("The specified domain is invalid or not applicable.")


def _check_role(body: Json) -> None:
    if body.get("role") not in _ROLES:
        raise errors.drive_invalid("The permission role field is required.", "required")


def _owners(library: Library, call: Call) -> Json:
    """The owner's permission, for whom it is asked again; nobody else becomes the owner (3P)."""
    if call.body.get("emailAddress", "").casefold() == OWNER.casefold():
        return permissions_of(file_book(library, call))[0]
    if not call.parameters.get("transferOwnership"):
        raise errors.drive_forbidden(
            "The transferOwnership parameter must be enabled when the permission role is 'owner'.",
            "forbidden",
            "transferOwnership",
        )
    raise errors.drive_forbidden(
        "Consent is required to transfer ownership of a file to another user.",
        "consentRequiredForOwnershipTransfer",
    )


def permissions_list(library: Library, call: Call) -> Json:
    """Who the file is shared with."""
    below = masks.below(call.mask, "permissions") or _default(call.mask)
    every = permissions_of(file_book(library, call))
    part, following = page(len(every), call.parameters, usual=None, most=100)
    body: Json = {"kind": "drive#permissionList", **following}
    body["permissions"] = [masks.choose(below, permission) for permission in every[part]]
    return masks.choose(call.mask, body)


def _default(mask: Mask) -> Mask:
    """Without any mask Drive shows four fields of a permission; `permissions` asks for all."""
    return {} if mask else _PERMISSION_FIELDS


def permissions_get(library: Library, call: Call) -> Json:
    """One permission."""
    found = _found(permissions_of(file_book(library, call)), call.names["permissionId"])
    return masks.choose(call.mask or _PERMISSION_FIELDS, found)


def permissions_update(library: Library, call: Call) -> Json:
    """Change a permission's role."""
    _check_role(call.body)
    if call.body["role"] == "owner":
        raise errors.not_built("drive.permissions.update with role owner")

    def change(book: Spreadsheet) -> Json:
        old = _found(list(book.permissions), call.names["permissionId"])
        new = old | {"role": call.body["role"]}
        book.permissions = tuple(new if kept is old else kept for kept in book.permissions)
        return masks.choose(call.mask or _PERMISSION_FIELDS, new)

    return _change(library, call, change)


def permissions_delete(library: Library, call: Call) -> Raw:
    """Stop sharing."""

    def unshare(book: Spreadsheet) -> Json:
        gone = _found(list(book.permissions), call.names["permissionId"])
        book.permissions = tuple(kept for kept in book.permissions if kept is not gone)
        return {}

    _change(library, call, unshare)
    return NO_CONTENT


def _found(permissions: list[Json], wanted: str) -> Json:
    for permission in permissions:
        if permission["id"] == wanted:
            return permission
    raise errors.drive_not_found(f"Permission not found: {wanted}.", "permissionId")


def comments_list(library: Library, call: Call) -> Json:
    """The comments on a file, newest first."""
    _demand_fields(call)
    every = list(reversed(file_book(library, call).comments))
    part, following = page(len(every), call.parameters, usual=20, most=100)
    body: Json = {"kind": "drive#commentList", **following, "comments": every[part]}
    return masks.choose(call.mask, body)


def comments_create(library: Library, call: Call) -> Json:
    """Say something about a file."""
    _demand_fields(call)
    content = call.body.get("content")
    if not content:
        raise errors.drive_invalid("The content field is required.", "required")

    def add(book: Spreadsheet) -> Json:
        comment = _comment(book, call, content)
        book.comments = (*book.comments, comment)
        return masks.choose(call.mask, comment)

    return _change(library, call, add)


def _comment(book: Spreadsheet, call: Call, content: str) -> Json:
    now = stamp(book.context.now)
    comment: Json = {
        "kind": "drive#comment",
        "id": f"AAAA{book.context.new_id():08x}",
        "createdTime": now,
        "modifiedTime": now,
        "author": {
            "kind": "drive#user",
            "displayName": call.caller.partition("@")[0],
            "me": True,
        },
        "htmlContent": content,
        "content": content,
        "deleted": False,
        "replies": [],
    }
    kept = {name: call.body[name] for name in ("anchor", "quotedFileContent") if name in call.body}
    return comment | kept


def comments_get(library: Library, call: Call) -> Json:
    """One comment."""
    _demand_fields(call)
    return masks.choose(call.mask, _comment_named(file_book(library, call), call))


def comments_update(library: Library, call: Call) -> Json:
    """Say it otherwise."""
    _demand_fields(call)

    def change(book: Spreadsheet) -> Json:
        old = _comment_named(book, call)
        content = call.body.get("content", old["content"])
        now = stamp(book.context.now)
        new = old | {"content": content, "htmlContent": content, "modifiedTime": now}
        book.comments = tuple(new if kept is old else kept for kept in book.comments)
        return masks.choose(call.mask, new)

    return _change(library, call, change)


def comments_delete(library: Library, call: Call) -> Raw:
    """Take a comment away."""

    def remove(book: Spreadsheet) -> Json:
        gone = _comment_named(book, call)
        book.comments = tuple(kept for kept in book.comments if kept is not gone)
        return {}

    _change(library, call, remove)
    return NO_CONTENT


def _comment_named(book: Spreadsheet, call: Call) -> Json:
    wanted = call.names["commentId"]
    for comment in book.comments:
        if comment["id"] == wanted:
            return comment
    raise errors.drive_not_found(f"Comment not found: {wanted}", "commentId")


def _demand_fields(call: Call) -> None:
    if not call.masked:
        raise errors.drive_invalid(
            "The 'fields' parameter is required for this method.", "required", "fields"
        )


METHODS: dict[str, Callable[[Library, Call], Json | Raw]] = {
    "drive.permissions.create": permissions_create,
    "drive.permissions.delete": permissions_delete,
    "drive.permissions.get": permissions_get,
    "drive.permissions.list": permissions_list,
    "drive.permissions.update": permissions_update,
    "drive.comments.create": comments_create,
    "drive.comments.delete": comments_delete,
    "drive.comments.get": comments_get,
    "drive.comments.list": comments_list,
    "drive.comments.update": comments_update,
}
