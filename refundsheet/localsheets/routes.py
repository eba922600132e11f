"""The server's HTTP face: Google's paths, the control route and the plain page."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from refundsheet.localsheets import calls, drive, errors, masks, page, payload, render, spreadsheets
from refundsheet.localsheets.calls import Found, Raw
from refundsheet.localsheets.control import Control, Fault, PlannedFault
from refundsheet.localsheets.errors import ApiError, RequestError
from refundsheet.localsheets.live import Live
from refundsheet.localsheets.people import People

#: Closes a client's connection: `now` drops what is not sent yet.
Hangup = Callable[[Any, bool], None]

METHODS = spreadsheets.METHODS | drive.METHODS
_VERBS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_LARGEST_BODY = 10_485_760
_JSON_TYPE = "application/json; charset=UTF-8"
_JSON_HEADERS = {
    "Vary": "Origin, X-Origin, Referer",
    "Cache-Control": "private",
    "Server": "ESF",
    "X-Content-Type-Options": "nosniff",
}
_HTML_502 = (
    "<!DOCTYPE html><html lang=en><title>Error 502 (Server Error)!!1</title>"
    "<p><b>502.</b> <ins>That\u2019s an error.</ins><p>The server encountered a temporary error and "
    "could not complete your request.<p>Please try again in 30 seconds."
)
_HTML_404 = (
    "<!DOCTYPE html><html lang=en><title>Error 404 (Not Found)!!1</title>"
    "<p><b>404.</b> <ins>That\u2019s an error.</ins><p>The requested URL was not found on this server."
)


def application(control: Control, hang_up: Hangup, is_stopping: Callable[[], bool]) -> Starlette:
    """The ASGI application over a library and what the control route has in force."""
    face = _Face(control, hang_up, Live(is_stopping))
    return Starlette(
        routes=[
            Route("/", face.page, methods=["GET"]),
            Route("/page/{file:path}", face.page, methods=["GET"]),
            Route("/live", face.live, methods=["GET"]),
            Route("/control", face.control, methods=["GET", "POST", "DELETE"]),
            Route("/control/ui", face.ui, methods=["POST"]),
            Route("/{path:path}", face.api, methods=_VERBS),
        ],
        exception_handlers={Exception: _internal},
    )


async def _internal(_request: Request, _mistake: Exception) -> Response:
    """A mistake of this server, in Google's words; the traceback goes to the log."""
    return _error(errors.internal())


class _Face:
    def __init__(self, control: Control, hang_up: Hangup, live: Live) -> None:
        self._control = control
        self._hang_up = hang_up
        self._live = live
        control.library.on_change = live.news
        self._people = People(control.library)
        #: Late requests on their way; kept so that they are not collected before they arrive.
        self._late: set[asyncio.Task[None]] = set()

    async def page(self, request: Request) -> Response:
        """The spreadsheet to work in, and the files it is made of."""
        refusal = _refuse_strangers(request)
        if refusal:
            return refusal
        found = page.served(request.path_params.get("file", "index.html"))
        if found is None:
            return HTMLResponse(_HTML_404, status_code=404)
        content, media_type = found
        return Response(content, media_type=media_type, headers=page.HEADERS)

    async def live(self, request: Request) -> Response:
        """What changes in a spreadsheet, as it changes."""
        refusal = _refuse_strangers(request)
        if refusal:
            return refusal
        stream = self._live.stream(request.query_params.get("id", ""))
        headers = {"Cache-Control": "no-store"}
        return StreamingResponse(stream, media_type="text/event-stream", headers=headers)

    async def control(self, request: Request) -> Response:
        """Show or change what is in force."""
        refusal = _refuse_strangers(request)
        if refusal:
            return refusal
        if request.method == "DELETE":
            self._control.reset()
        if request.method == "POST":
            try:
                self._control.change(payload.read(await request.body()))
            except (ValueError, TypeError, KeyError, AttributeError) as mistake:
                return JSONResponse({"error": str(mistake)}, status_code=400)
        return JSONResponse(self._control.show())

    async def ui(self, request: Request) -> Response:
        """What a person does in the browser."""
        refusal = _refuse_strangers(request)
        if refusal:
            return refusal
        try:
            return JSONResponse(self._people.act(payload.read(await request.body())))
        except ApiError as mistake:
            return _error(mistake)
        except (ValueError, TypeError, KeyError, AttributeError) as mistake:
            return JSONResponse({"error": str(mistake)}, status_code=400)

    async def api(self, request: Request) -> Response:
        """One of Google's methods, unless a fault comes first."""
        refusal = _refuse_strangers(request)
        if refusal:
            return refusal
        body = await request.body()
        if len(body) > _LARGEST_BODY:
            return _error(errors.invalid(errors.TOO_LARGE))
        await asyncio.sleep(self._control.latency_seconds)
        path = request.scope["raw_path"].decode("latin-1").partition("?")[0]
        found = calls.find_method(request.method, path)
        if found is None:
            return HTMLResponse(_HTML_404, status_code=404)
        fault = self._control.next_fault(f"{request.method} {found[1]} {path}")
        if fault is not None:
            return await self._faulty(request, found, body, fault)
        return self._answer(request, found, body)

    def _answer(self, request: Request, found: Found, body: bytes) -> Response:
        try:
            with _no_collection():
                return self._perform(request, found, body)
        except ApiError as refusal:
            return _error(refusal)
        except RequestError as refusal:
            return _error(errors.invalid(str(refusal)))

    def _perform(self, request: Request, found: Found, body: bytes) -> Response:
        method = found[1]
        token = _token(request)
        caller = self._control.caller(token, request.query_params.get("key", ""), method)
        if method not in METHODS:
            raise errors.not_built(method)
        self._control.spend(token, method)
        media_type = request.headers.get("content-type", "")
        call = calls.read(found, request.url.query, body, caller, media_type)
        for spreadsheet_id, writes in spreadsheets.concerned(call):
            self._control.check_access(spreadsheet_id, method, caller, writes=writes)
        answer = METHODS[method](self._control.library, call)
        if isinstance(answer, Raw):
            return Response(answer.content, answer.status, media_type=answer.media_type)
        pretty = request.query_params.get("prettyPrint", "true").lower() != "false"
        return _json(render.dumps(masks.choose(call.mask, answer), pretty=pretty), 200)

    async def _faulty(
        self,
        request: Request,
        found: Found,
        body: bytes,
        fault: PlannedFault,
    ) -> Response:
        plain = _plain_fault(fault.kind, found[1])
        if plain is not None:
            return plain
        if fault.kind is Fault.LATE:
            task = asyncio.create_task(self._later(request, found, body, fault.delay_seconds))
            self._late.add(task)
            task.add_done_callback(self._late.discard)
            return _Cut(self._hang_up)
        if fault.kind is Fault.CUT_BEFORE:
            return _Cut(self._hang_up)
        answer = self._answer(request, found, body)
        if fault.kind is Fault.UNAVAILABLE_503_AFTER:
            return _error(errors.unavailable())
        whole = bytes(answer.body)
        return _Cut(self._hang_up, whole if fault.kind is Fault.TRUNCATED else b"")

    async def _later(
        self,
        request: Request,
        found: Found,
        body: bytes,
        delay_seconds: float,
    ) -> None:
        await asyncio.sleep(delay_seconds)
        self._answer(request, found, body)


def _plain_fault(kind: Fault, method: str) -> Response | None:
    """The faults that are an answer and have no effect."""
    if kind is Fault.QUOTA_429:
        reads = method in spreadsheets.READS
        return _error(errors.quota_exceeded("read" if reads else "write", "100000000000"))
    if kind is Fault.INTERNAL_500:
        return _error(errors.internal())
    if kind is Fault.UNAVAILABLE_503:
        return _error(errors.unavailable())
    if kind is Fault.HTML_502:
        return HTMLResponse(_HTML_502, status_code=502)
    return None


class _Cut(Response):
    """Half of a body, or nothing at all, and then a closed connection."""

    def __init__(self, hang_up: Hangup, whole: bytes = b"") -> None:
        super().__init__(whole)
        self._hang_up = hang_up
        self._whole = whole

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what is to be seen, hang up, and wait until the server has noticed."""
        if self._whole:
            length = str(len(self._whole)).encode()
            headers = [
                (b"content-type", b"application/json; charset=UTF-8"),
                (b"content-length", length),
            ]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            half = self._whole[: len(self._whole) // 2]
            await send({"type": "http.response.body", "body": half, "more_body": True})
        self._hang_up(scope["client"], not self._whole)
        while (await receive())["type"] != "http.disconnect":
            continue


@contextmanager
def _no_collection() -> Generator[None]:
    """No search for garbage while an answer grows: it would visit every cell, and find none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _json(body: bytes, status: int) -> Response:
    return Response(body, status_code=status, media_type=_JSON_TYPE, headers=_JSON_HEADERS)


def _error(refusal: ApiError) -> Response:
    return _json(render.dumps(refusal.body(), pretty=True), refusal.code)


def _token(request: Request) -> str:
    named = request.query_params.get("access_token", "")
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return named or (token if kind.lower() == "bearer" else "")


def _refuse_strangers(request: Request) -> Response | None:
    """Only callers that mean this machine: a foreign Host or Origin is a web page's trick."""
    if _host(f"//{request.headers.get('host', '')}") not in _LOOPBACK:
        return JSONResponse({"error": "This server answers on loopback only."}, status_code=403)
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers["host"]:
        return JSONResponse({"error": "Requests from other origins are refused."}, status_code=403)
    return None


def _host(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None
