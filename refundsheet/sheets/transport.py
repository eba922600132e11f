"""The way to one spreadsheet: time-outs, bounded retries, pacing, and answers that are whole.

gspread's own BackOffHTTPClient is not used: it never gives up, and it sends writes again whose
answer was lost.
"""

import logging
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from io import BytesIO
from time import monotonic
from typing import Any, cast

import stamina
from google.auth.exceptions import GoogleAuthError
from gspread.exceptions import APIError
from gspread.http_client import FileType, HTTPClient, ParamsType
from gspread.urls import SPREADSHEET_URL
from requests import RequestException, Response

from refundsheet.errors import AnswerLostError, QuotaError, SheetError, SheetUnavailableError
from refundsheet.sheets.credentials import GOOGLE, Access
from refundsheet.sheets.long_answer import Json, take_apart
from refundsheet.sheets.refusals import (
    Circumstances,
    from_answer,
    from_network,
    from_odd_body,
    from_sign_in,
)

#: Seconds to connect, and to wait for the next piece of the answer.
CONNECT_SECONDS, ANSWER_SECONDS = 5.0, 60.0
#: A request that may be repeated is tried so often, and given up after so many seconds.
TRIES, PATIENCE = 5, 90.0
#: Google's quota is counted by the minute: three of these outlast it.
_QUOTA_WAIT = 20.0
_LONGEST_WAIT = 21.0
_PART_BYTES = 1 << 16
_DRIVE = "https://www.googleapis.com"

_log = logging.getLogger(__name__)
# Each retry is logged here in a sentence; stamina's own line would name a callable.
stamina.instrumentation.set_on_retry_hooks(())


@dataclass(slots=True)
class Requests:
    """How many requests have left, every try counted."""

    reads: int = 0
    writes: int = 0


class SpreadsheetClient(HTTPClient):
    """Sends requests about one spreadsheet; every failure is a SheetError in words for people.

    Args:
        spreadsheet_id: The long id in the spreadsheet's address.
        access: The open way to the server.
    """

    def __init__(self, spreadsheet_id: str, access: Access) -> None:
        # gspread asks for credentials only where it is given no session.
        super().__init__(auth=cast("Any", None), session=access.session)
        self.spreadsheet_id = spreadsheet_id
        self.access = access
        self.requests = Requests()
        # Google compresses only for a caller that says so here too.
        self.session.headers["User-Agent"] = "refundsheet (gzip)"
        self.session.hooks["response"] = [_read_whole]

    def get(self, suffix: str = "", params: Mapping[str, Any] | None = None) -> bytes:
        """Read; the body is handed on as it came, so that it is parsed only once.

        Args:
            suffix: What follows the spreadsheet's id, as ``/values:batchGet``.
            params: The query; ``prettyPrint`` is set here.
        """
        query = {**(params or {}), "prettyPrint": "false"}
        return self.request("GET", self._url(suffix), params=query).content

    def get_json(self, suffix: str = "", params: Mapping[str, Any] | None = None) -> Json:
        """Read an answer; of a long one the rows are decoded as they are gone through."""
        return self._parsed(self.get(suffix, params), is_write=False)

    def post_json(self, suffix: str, body: Mapping[str, Any]) -> Json:
        """Send what does no harm when it is carried out twice, as ``/values:batchClearByDataFilter``."""
        query: ParamsType = {"prettyPrint": "false"}
        address = self._url(suffix)
        response = self.request("POST", address, params=query, json=body, repeatable=True)
        return self._parsed(response.content, is_write=True)

    def send_batch(
        self, body: Mapping[str, Any], *, fields: str = "", repeatable: bool = False
    ) -> Json:
        """Send one ``spreadsheets.batchUpdate``.

        Args:
            body: The whole request body.
            fields: A mask for the answer.
            repeatable: Whether carrying it out twice does no harm.

        Raises:
            AnswerLostError: It may have been carried out.
            RefusedError: It was not.
        """
        query: ParamsType = {"prettyPrint": "false"}
        if fields:
            query["fields"] = fields
        response = self.request(
            "POST", self._url(":batchUpdate"), params=query, json=body, repeatable=repeatable
        )
        return self._parsed(response.content, is_write=True)

    def request(  # noqa: PLR0913, PLR0917 - gspread's own signature, and one word more
        self,
        method: str,
        endpoint: str,
        params: ParamsType | None = None,
        data: bytes | None = None,
        json: Mapping[str, Any] | None = None,
        files: FileType = None,
        headers: Any = None,
        *,
        repeatable: bool = False,
    ) -> Response:
        """Send one request, again and again where that is harmless, and check that the answer is whole.

        Args:
            method: GET may always be repeated.
            endpoint: Google's own address; the server's is put in its place.
            params: The query.
            data: A body of bytes.
            json: A body of JSON.
            files: Never used here; gspread has it.
            headers: More headers.
            repeatable: Whether carrying it out twice does no harm.
        """
        about = self.circumstances(is_write=method.upper() != "GET")
        deadline = monotonic() + PATIENCE
        arguments = (method, self._here(endpoint), params, data, json, files, headers)
        send_once = partial(self._send, arguments, about, deadline)
        if about.is_write and not repeatable:
            return send_once()
        return _Tries(deadline).until_answered(send_once)

    def _send(self, arguments: tuple[Any, ...], about: Circumstances, deadline: float) -> Response:
        self.access.pace.wait(is_write=about.is_write, patience=_left(deadline))
        self.set_timeout((CONNECT_SECONDS, _left(deadline)))
        self._count(about)
        try:
            response = super().request(*arguments)
        except APIError as error:
            raise from_answer(error.response, about) from None
        except GoogleAuthError as error:
            raise from_sign_in(error, about) from error
        except RequestException as error:
            raise from_network(error, about) from error
        if not _is_whole(response):
            raise from_odd_body(response.status_code, response.content, about)
        return response

    def _count(self, about: Circumstances) -> None:
        if about.is_write:
            self.requests.writes += 1
        else:
            self.requests.reads += 1

    def circumstances(self, *, is_write: bool) -> Circumstances:
        """What a sentence about a request may name."""
        return Circumstances(
            spreadsheet_id=self.spreadsheet_id,
            base_url=self.access.base_url,
            account=self.access.account,
            is_write=is_write,
        )

    def _url(self, suffix: str) -> str:
        return SPREADSHEET_URL % self.spreadsheet_id + suffix

    def _here(self, endpoint: str) -> str:
        """Google's address with the server's own in its place; a local server is Drive as well."""
        base = self.access.base_url
        moved = endpoint.replace(GOOGLE, base, 1)
        return moved if base.startswith("https") else moved.replace(_DRIVE, base, 1)

    def _parsed(self, content: bytes, *, is_write: bool) -> Json:
        try:
            return take_apart(content)
        except ValueError:
            about = self.circumstances(is_write=is_write)
            raise from_odd_body(HTTPStatus.OK, content, about) from None


class _Tries:
    """The tries of one request, which end together before its deadline."""

    def __init__(self, deadline: float) -> None:
        self._deadline = deadline
        self._answer_lost = False

    def until_answered(self, send_once: Callable[[], Response]) -> Response:
        """Try until an answer comes; one lost answer makes every later failure ambiguous too."""
        try:
            return stamina.RetryingCaller(
                attempts=TRIES,
                timeout=PATIENCE,
                wait_initial=2.0,
                wait_max=_LONGEST_WAIT,
                wait_jitter=1.0,
            )(self._wait_before_next, send_once)
        except SheetError as error:
            if self._answer_lost and not isinstance(error, AnswerLostError):
                raise AnswerLostError(str(error)) from error
            raise

    def _wait_before_next(self, error: Exception) -> bool | float:
        self._answer_lost = self._answer_lost or isinstance(error, AnswerLostError)
        if not isinstance(error, SheetUnavailableError):
            return False
        if monotonic() + _LONGEST_WAIT + CONNECT_SECONDS > self._deadline:
            return False
        _log.info("%s", error)
        if isinstance(error, QuotaError):
            return _QUOTA_WAIT + random.random()  # noqa: S311 - jitter, no secret
        return True


def _left(deadline: float) -> float:
    return min(ANSWER_SECONDS, max(1.0, deadline - monotonic()))


def _read_whole(response: Response, **_: Any) -> None:
    """Read the body before requests does: it would hold all parts of a long one beside the whole."""
    body = BytesIO()
    for part in response.iter_content(_PART_BYTES):
        body.write(part)
    response._content = body.getvalue()  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - where `content` looks first


def _is_whole(response: Response) -> bool:
    """Whether the body is a JSON object from its first to its last brace, without parsing it."""
    is_json = "json" in response.headers.get("Content-Type", "")
    body = response.content
    return is_json and body.lstrip()[:1] == b"{" and body[-16:].rstrip()[-1:] == b"}"
