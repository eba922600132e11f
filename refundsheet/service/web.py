"""``/healthz`` and ``/metrics`` on a port of this machine, for supervisors and Prometheus."""

import json
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from refundsheet.errors import ConfigurationError
from refundsheet.service.pulse import Pulse

#: What is answered to a path: status, media type and body.
Answer = tuple[HTTPStatus, str, bytes]


@contextmanager
def serving(
    listen: tuple[str, int], pulse: Callable[[], Pulse], clock: Callable[[], datetime]
) -> Generator[str]:
    """Answer while the context lasts; gives the address.

    Args:
        listen: Host and port; port 0 takes a free one.
        pulse: How the daemon stands.
        clock: The time now, asked once a request.

    Raises:
        ConfigurationError: the port is taken, or Prometheus' client is not installed.
    """
    metrics = _metrics(pulse)
    server = _server(listen, lambda path: _answer(path, pulse, metrics, clock))
    thread = threading.Thread(target=server.serve_forever, name="health", daemon=True)
    thread.start()
    try:
        yield f"http://{listen[0]}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _server(listen: tuple[str, int], answer: Callable[[str], Answer]) -> ThreadingHTTPServer:
    """A server that listens already and answers each path."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, media_type, body = answer(self.path)
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
            """Say nothing: it is asked every few seconds."""

    host, port = listen
    try:
        server = ThreadingHTTPServer(listen, Handler)
    except OSError as error:
        raise ConfigurationError(
            f'metrics.listen: "{host}:{port}" cannot be used ({error.strerror}); choose another port'
        ) from None
    server.daemon_threads = True
    return server


def _answer(
    path: str,
    pulse: Callable[[], Pulse],
    metrics: Callable[[], Answer],
    clock: Callable[[], datetime],
) -> Answer:
    match path.partition("?")[0]:
        case "/healthz":
            now, felt = clock(), pulse()
            status = HTTPStatus.OK if felt.is_healthy(now) else HTTPStatus.SERVICE_UNAVAILABLE
            return status, "application/json", json.dumps(felt.to_json(now)).encode()
        case "/metrics":
            return metrics()
        case _:
            return HTTPStatus.NOT_FOUND, "text/plain", b"There is /healthz and /metrics.\n"


def _metrics(pulse: Callable[[], Pulse]) -> Callable[[], Answer]:
    try:
        from refundsheet.service.metrics import exposition  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        raise ConfigurationError(
            "metrics.listen: Prometheus' client is not installed; install refundsheet[metrics], "
            "or leave the key out"
        ) from None

    def answer() -> Answer:
        media_type, body = exposition(pulse())
        return HTTPStatus.OK, media_type, body

    return answer
