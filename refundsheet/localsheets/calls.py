"""A request as the methods see it: which method, its names, parameters and body."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import parse_qs, unquote

from refundsheet.localsheets import errors, masks, payload, schema
from refundsheet.localsheets.masks import Mask
from refundsheet.localsheets.schema import Json

_BASES = {"sheets": "/", "drive": "/drive/v3/"}
#: API, method id, names from the path.
Found = tuple[str, str, dict[str, str]]
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


#: Methods outside the condensed documents: uploads, v2's, which gspread's import uses, and the
#: address a browser exports from, which clients make of a spreadsheet's own.
_MORE: dict[str, dict[str, Json]] = {
    "drive": {
        f"drive.{name}": {
            "verb": verb,
            "path": path,
            "request": None,
            "response": None,
            "parameters": dict.fromkeys(parameters, "string"),
        }
        for name, verb, path, parameters in (
            ("v2.files.update", "PUT", "/upload/drive/v2/files/{fileId}", ()),
            ("v2.files.insert", "POST", "/upload/drive/v2/files", ()),
            ("files.upload", "POST", "/upload/drive/v3/files", ()),
            ("files.uploadOver", "PATCH", "/upload/drive/v3/files/{fileId}", ()),
            ("browser.export", "GET", "/spreadsheets/d/{fileId}/export", ("format", "gid")),
        )
    }
}


@dataclass(frozen=True, slots=True)
class Raw:
    """An answer that is not JSON: an exported file, or nothing at all."""

    content: bytes
    media_type: str
    status: int = 200


@dataclass(frozen=True, slots=True)
class Call:
    """One request, checked against its method."""

    api: str
    #: Google's id of the method, such as `sheets.spreadsheets.values.get`.
    method: str
    #: Names from the path: spreadsheetId, range, fileId, ...
    names: dict[str, str]
    parameters: Json
    body: Json
    caller: str
    #: The URL's `fields`; empty wants everything.
    mask: Mask = field(default_factory=dict[str, Mask])
    #: Whether the URL has a `fields` at all; `*` is one, with an empty mask.
    masked: bool = False
    #: The body as it came, for uploads.
    content: bytes = b""
    media_type: str = ""

    @property
    def spreadsheet_id(self) -> str:
        """The spreadsheet it is about."""
        return self.names["spreadsheetId"]


@dataclass(frozen=True, slots=True)
class _Route:
    verb: str
    pattern: re.Pattern[str]
    api: str
    method: str


@cache
def _routes() -> list[_Route]:
    """Every method of both APIs; those with more fixed text first."""
    found: list[tuple[int, _Route]] = []
    for api, base in _BASES.items():
        for method_id, method in _methods(api).items():
            own: str = method["path"]
            path = own if own.startswith("/") else base + own
            fixed = len(_PLACEHOLDER.sub("", path))
            found.append((fixed, _Route(method["verb"], _pattern(path), api, method_id)))
    return [route for _, route in sorted(found, key=lambda pair: -pair[0])]


def _methods(api: str) -> Json:
    return schema.methods(api) | _MORE.get(api, {})


def _pattern(path: str) -> re.Pattern[str]:
    pieces = _PLACEHOLDER.split(path)
    for place in range(1, len(pieces), 2):
        loose = pieces[place] == "range"
        pieces[place] = f"(?P<{pieces[place]}>{'.+' if loose else '[^/:]+'})"
    for place in range(0, len(pieces), 2):
        pieces[place] = re.escape(pieces[place])
    return re.compile("".join(pieces) + r"\Z")


def find_method(verb: str, raw_path: str) -> Found | None:
    """(api, method id, names) for a path as it came over the wire; a stray slash is forgiven."""
    path = re.sub(r"/(?=:|\Z)", "", raw_path)
    for route in _routes():
        match = route.pattern.match(path) if route.verb == verb else None
        if match:
            names = {name: unquote(text) for name, text in match.groupdict().items()}
            return route.api, route.method, names
    return None


def read(found: Found, query: str, body: bytes, caller: str, media_type: str = "") -> Call:
    """Check a request against its method.

    Raises:
        ApiError: 400 for unknown fields, wrong types, unreadable JSON or a mask that fits nothing.
    """
    api, method_id, names = found
    method: Json = _methods(api)[method_id]
    asked = parse_qs(query, keep_blank_values=True)
    parameters = schema.parse_parameters(method, asked, strict=api == "sheets")
    parsed = _body(api, method, body)
    mask = _mask(api, method["response"], asked.get("fields", [""])[-1])
    return Call(
        api=api,
        method=method_id,
        names=names,
        parameters=parameters,
        body=parsed,
        caller=caller,
        mask=mask,
        masked="fields" in asked,
        content=body,
        media_type=media_type,
    )


def _body(api: str, method: Json, body: bytes) -> Json:
    message: str | None = method["request"]
    if message is None or not body.strip():
        return {}
    try:
        content = payload.read(body)
    except ValueError as mistake:
        text = f"Invalid JSON payload received. {mistake}"
        raise errors.bad_request([("", text)]) from mistake
    at = "data" if message == "ValueRange" else ""
    return schema.parse(message, content, at=at, api=api)


def _mask(api: str, response: str | None, text: str) -> Mask:
    if not text or response is None:
        return {}
    try:
        mask = masks.parse(text)
        masks.check(mask, response, api)
    except masks.MaskError as mistake:
        raise errors.bad_mask(mistake.path) from mistake
    return {} if "*" in mask and not mask["*"] else mask
