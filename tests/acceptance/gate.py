"""A gate between the installed command and its server: one request at a time, and somebody who looks on."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import requests

#: Carries a request to the server: takes how it is forwarded, gives back the answer.
Carry = Callable[["Asked", Callable[[], "Told"]], "Told"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came to the gate."""

    verb: str
    path: str
    body: bytes
    token: str


@dataclass(frozen=True, slots=True)
class Told:
    """The server's answer."""

    status: int
    kind: str
    content: bytes


class Gate:
    """Listens in front of a server, which must be reached through it alone.

    Args:
        server: Where the server answers.
        carry: Called for each request, in a thread of its connection.
    """

    def __init__(self, server: str, carry: Carry) -> None:
        self._server = server
        self._people = requests.Session()
        self._people.trust_env = False
        self._listener = _Listener(("127.0.0.1", 0), _handler(self._forward, carry))
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.05,))

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._listener.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown()
        self._thread.join()
        self._listener.server_close()
        self._people.close()

    def _forward(self, asked: Asked) -> Told:
        headers = {"Content-Type": "application/json", "Authorization": asked.token}
        address = self._server + asked.path
        answer = self._people.request(asked.verb, address, data=asked.body, headers=headers)
        return Told(answer.status_code, answer.headers.get("Content-Type", ""), answer.content)


class _Listener(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed does not hear its answer."""


def _handler(forward: Callable[[Asked], Told], carry: Carry) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body leave together

        def _carry(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            token = self.headers.get("Authorization", "")
            asked = Asked(self.command, self.path, self.rfile.read(length), token)
            if len(asked.body) < length:
                return  # killed in the middle of it
            told = carry(asked, lambda: forward(asked))
            self.send_response(told.status)
            self.send_header("Content-Type", told.kind)
            self.send_header("Content-Length", str(len(told.content)))
            self.end_headers()
            self.wfile.write(told.content)

        do_GET = do_POST = do_PUT = _carry  # noqa: N815 - their names

        def log_request(self, code: int | str = "", size: int | str = "") -> None:
            """Nobody reads it."""

    return Handler
