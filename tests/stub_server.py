"""A server that answers as it is told: the faults of a network, on loopback."""

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server does with one request."""

    body: bytes = b"{}"
    status: int = 200
    content_type: str = "application/json; charset=UTF-8"
    headers: dict[str, str] = field(default_factory=dict[str, str])
    #: Say that so many bytes more will come than do.
    missing_bytes: int = 0
    #: Hang up without a word.
    cut: bool = False
    #: Wait so many seconds first.
    delay: float = 0


def as_json(content: Any, status: int = 200) -> Answer:
    return Answer(json.dumps(content).encode(), status)


def google_error(status: int, message: str, *reasons: str) -> Answer:
    details = [{"reason": reason} for reason in reasons]
    return as_json({"error": {"code": status, "message": message, "details": details}}, status)


class Stub:
    """The server: answers in turn, the last one for ever, and remembers what it was asked."""

    def __init__(self) -> None:
        self.answers: list[Answer] = [Answer()]
        self.asked: list[tuple[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self._hurry = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._hurry.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _next(self) -> Answer:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                stub.bodies.append(self.rfile.read(length))
                stub.asked.append((self.command, self.path))
                stub.headers.append(dict(self.headers))
                answer = stub._next()
                stub._hurry.wait(answer.delay)
                if not answer.cut:
                    self._send(answer)

            def _send(self, answer: Answer) -> None:
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.content_type)
                self.send_header("Content-Length", str(len(answer.body) + answer.missing_bytes))
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.body)

            do_GET = answer  # noqa: N815
            do_POST = answer  # noqa: N815

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Nothing is printed."""

        return Handler
