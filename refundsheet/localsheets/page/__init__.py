"""The spreadsheet in a browser: what is served, and under which rules of safety."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

#: Media type by ending; nothing else is served.
_MEDIA_TYPES = {
    "html": "text/html; charset=UTF-8",
    "js": "text/javascript; charset=UTF-8",
    "css": "text/css; charset=UTF-8",
    "svg": "image/svg+xml",
}

#: Nothing from anywhere else, nothing inline, in nobody's frame.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@cache
def served(path: str) -> tuple[bytes, str] | None:
    """A file of the page and its media type; None where there is none of that name.

    Args:
        path: ``index.html``, or what stands in its links, as ``vendor/uplot.js``.
    """
    media_type = _MEDIA_TYPES.get(path.rpartition(".")[2])
    if media_type is None or not all(
        part.isidentifier() for part in path.replace(".", "/").split("/")
    ):
        return None
    file = files(__name__).joinpath(path)
    return (file.read_bytes(), media_type) if file.is_file() else None
