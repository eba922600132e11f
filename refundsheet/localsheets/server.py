"""Starting the server: for a command until it is stopped, or in a thread for tests and the demo."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from refundsheet.localsheets.control import Control
from refundsheet.localsheets.library import Library
from refundsheet.localsheets.load import add_spreadsheet, load_csv
from refundsheet.localsheets.routes import application
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.store import Store

Result = TypeVar("Result")

DEFAULT_PORT = 8737
_START_SECONDS = 10.0
_STEP_SECONDS = 0.01


class NotLoopbackError(ValueError):
    """An address other machines can reach: there is no login, so the server refuses it."""

    def __init__(self, host: str) -> None:
        super().__init__(f"{host} is not a loopback address; the local server listens on no other.")


class _Connections:
    """The open connections by their peer, so that a fault can cut one."""

    def __init__(self) -> None:
        self._open: dict[Any, asyncio.Transport] = {}

    def protocol(self) -> type[H11Protocol]:
        """An HTTP protocol that reports its connections here."""
        connections = self._open

        class Reporting(H11Protocol):
            def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
                super().connection_made(transport)
                # Head and body leave one after the other, and the body would wait 40 ms for the head
                # to be acknowledged. asyncio knows that, but not of `create_server`'s sockets.
                connection = transport.get_extra_info("socket")
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connections[self.client] = transport

            def connection_lost(self, exc: Exception | None) -> None:
                connections.pop(self.client, None)
                super().connection_lost(exc)

        return Reporting

    def hang_up(self, client: Any, now: bool) -> None:  # noqa: FBT001 (positional by its type)
        """Close a connection; `now` without sending what is still waiting."""
        transport = self._open.get(tuple(client))
        if transport is None:
            return
        if now:
            transport.abort()
        else:
            transport.close()


class LocalServer:
    """A server in a thread. `start()` returns when it answers; also a context manager."""

    def __init__(self, *, data: Path | None = None, host: str = "127.0.0.1", port: int = 0) -> None:
        """Bind the address and open the file.

        Args:
            data: the SQLite file; None keeps the state in a temporary one.
            host: a loopback address.
            port: 0 takes a free one.

        Raises:
            NotLoopbackError: the address is open to other machines.
            OSError: the port is taken.
        """
        _check_loopback(host)
        self._socket = socket.create_server((host, port))
        self._scratch = None if data else tempfile.TemporaryDirectory(prefix="localsheets-")
        self._store = Store(data or Path(self._scratch.name if self._scratch else "") / "state.db")
        self._library = Library(self._store)
        self.control = Control(self._library)
        self._connections = _Connections()
        self._loop: asyncio.AbstractEventLoop | None = None
        config = uvicorn.Config(
            application(self.control, self._connections.hang_up, lambda: self._server.should_exit),
            http=self._connections.protocol(),
            ws="none",
            lifespan="off",
            log_level="error",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=2,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self.run, name="localsheets", daemon=True)

    @property
    def base_url(self) -> str:
        """Where the API answers, such as `http://127.0.0.1:8737`."""
        host, port = self._socket.getsockname()[:2]
        return f"http://{host}:{port}"

    def run(self) -> None:
        """Serve until `stop` or a signal; returns when the last answer is out."""
        try:
            asyncio.run(self._serve())
        finally:
            self._store.close()
            if self._scratch:
                self._scratch.cleanup()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        await self._server.serve(sockets=[self._socket])

    def start(self) -> Self:
        """Serve in a thread; returns when the server answers.

        Raises:
            TimeoutError: it did not within ten seconds.
        """
        self._thread.start()
        waited = threading.Event()
        for _ in range(int(_START_SECONDS / _STEP_SECONDS)):
            if self._server.started:
                return self
            waited.wait(_STEP_SECONDS)
        raise TimeoutError("The local server did not start.")

    def stop(self) -> None:
        """Finish the requests in hand and let go of port and file."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        mistake: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def load_csv(self, path: Path, *, locale: str = "en_US", time_zone: str = "Etc/GMT") -> str:
        """Make a spreadsheet of a CSV file, before or after the start; returns its id."""
        return self._between_requests(
            lambda: load_csv(self._library, path, locale=locale, time_zone=time_zone)
        )

    def add_spreadsheet(
        self, title: str, *, locale: str = "en_US", time_zone: str = "Etc/GMT"
    ) -> str:
        """Make a spreadsheet with one empty tab, before or after the start; returns its id."""
        return self._between_requests(
            lambda: add_spreadsheet(self._library, title, locale=locale, time_zone=time_zone)
        )

    def set_control(self, **changes: Any) -> Json:
        """Change what is in force, as `POST /control` does; returns all of it."""

        def change() -> Json:
            self.control.change(changes)
            return self.control.show()

        return self._between_requests(change)

    def spreadsheets(self) -> list[tuple[str, str]]:
        """(id, title) of every spreadsheet, oldest first."""
        return self._between_requests(
            lambda: [(key, self._library.book(key, "").title) for key in self._library.ids()]
        )

    def _between_requests(self, action: Callable[[], Result]) -> Result:
        """Run something where no request is under way: on the server's loop once it runs."""
        loop = self._loop
        if loop is None or not loop.is_running():
            return action()

        async def run() -> Result:
            return action()

        return asyncio.run_coroutine_threadsafe(run(), loop).result()


def _check_loopback(host: str) -> None:
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = host == "localhost"
    if not loopback:
        raise NotLoopbackError(host)
