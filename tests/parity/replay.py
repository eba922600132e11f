"""Replays Google's recorded exchanges against a local server and lists where the answers differ.

`uv run python -m tests.parity.replay` prints the report; it takes the recordings' folder, and
without one looks for it in `../shared`.
"""

import json
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from refundsheet.localsheets.server import LocalServer
from tests import answers

#: Leaves that name a thing: a new one is given another name here than at Google.
_IDS = frozenset(
    {"spreadsheetId", "id", "sheetId", "namedRangeId", "protectedRangeId", "permissionId"}
)
#: Leaves that are a time, an address or the name of a state, as the issue allows.
_IGNORED = re.compile(r"(?:\w*(?:Time|Date|Link|Url)|url|etag)\Z")
_MISSING = "(absent)"
#: What the recorder's account shows here, to be taken for the account of the recording.
_CALLER = "recorder"


_VERSION = "Google counts every change of a file; the local server keeps no such count"
#: Every known difference with its reason, by exchange and leaf.
REASONS = {
    ("ClientTest.test_import_csv#3", "version"): _VERSION,
    ("ClientTest.test_import_csv#11", "version"): _VERSION,
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One exchange whose answer is not Google's."""

    #: Recording and place of the exchange in it, such as `CellTest.test_properties#3`.
    exchange: str
    leaf: str
    google: Any
    local: Any

    def __str__(self) -> str:
        return f"{self.exchange} {self.leaf}: Google {self.google!r}, here {self.local!r}"


@dataclass(slots=True)
class Report:
    """All exchanges of all recordings."""

    exchanges: int = 0
    differences: list[Difference] = field(default_factory=list[Difference])
    #: What Google's discovery documents would not allow in an answer.
    invalid: list[str] = field(default_factory=list[str])

    @property
    def exact(self) -> int:
        return self.exchanges - len({difference.exchange for difference in self.differences})

    def text(self) -> str:
        """The report people read."""
        share = 100 * self.exact / max(self.exchanges, 1)
        lines = [f"parity: {self.exact} of {self.exchanges} exchanges exact ({share:.1f} %)"]
        lines += [
            f"  {found}\n    because {REASONS.get((found.exchange, found.leaf), '(not known)')}"
            for found in self.differences
        ]
        return "\n".join(lines)


def replay_all(recordings: Path, server: LocalServer) -> Report:
    """Replay every recording of a folder."""
    report = Report()
    for path in sorted(recordings.glob("*.json")):
        interactions: list[dict[str, Any]] = json.loads(path.read_bytes())["interactions"]
        server.set_control(access=_not_shared(interactions), callers=_recorder(interactions))
        replay = _Replay(server)
        for number, interaction in enumerate(interactions):
            report.exchanges += 1
            name = f"{path.stem}#{number}"
            for leaf, google, local in replay.differences(interaction, report.invalid):
                report.differences.append(Difference(name, leaf, google, local))
        requests.delete(f"{server.base_url}/control", timeout=5)
    return report


def _not_shared(interactions: list[dict[str, Any]]) -> dict[str, str]:
    """The spreadsheets the recorder had no access to."""
    found: dict[str, str] = {}
    for interaction in interactions:
        if interaction["response"]["status"]["code"] == 403:
            match = re.search(r"/spreadsheets/([\w-]+)", interaction["request"]["uri"])
            assert match is not None
            found[match[1]] = "none"
    return found


def _recorder(interactions: list[dict[str, Any]]) -> dict[str, str]:
    """The recorder's e-mail, where an answer tells it (as the editor of a protected range)."""
    texts = [str(interaction["response"]["body"]["string"]) for interaction in interactions]
    match = re.search(r'"(?:users|emailAddress)":\s*\[?\s*"([^"]+)"', "".join(texts))
    return {_CALLER: match[1]} if match else {}


class _Replay:
    """One recording: its ids are learned as the local server gives its own."""

    def __init__(self, server: LocalServer) -> None:
        self._server = server
        self._ids: dict[str, str] = {}

    def differences(
        self, interaction: dict[str, Any], invalid: list[str]
    ) -> Iterator[tuple[str, Any, Any]]:
        """(leaf, Google's, ours) of one exchange; learns the ids that are new in it."""
        answer = self._send(interaction)
        invalid += answers.mistakes(answer)
        recorded = interaction["response"]
        if answer.status_code != recorded["status"]["code"]:
            yield "status", recorded["status"]["code"], answer.status_code
            return
        google, local = _body(recorded["body"]["string"]), _body(answer.text)
        self._learn(google, local)
        yield from _compare(_body(self._local(recorded["body"]["string"])), local, "")

    def _send(self, interaction: dict[str, Any]) -> requests.Response:
        recorded = interaction["request"]
        moment = _moment(interaction)
        if moment is not None:
            self._server.set_control(now=moment.isoformat())
        address = urlsplit(recorded["uri"])
        query = f"?{address.query}" if address.query else ""
        url = self._server.base_url + self._local(address.path + query)
        body = recorded["body"]
        headers = {"Authorization": f"Bearer {_CALLER}"}
        if "Content-Type" in recorded["headers"]:
            headers["Content-Type"] = recorded["headers"]["Content-Type"][0]
        sent = None if body is None else self._local(body).encode()
        return requests.request(recorded["method"], url, data=sent, headers=headers, timeout=20)

    def _local(self, text: str) -> str:
        """The text with Google's ids turned into ours."""
        if not self._ids:
            return text
        pattern = "|".join(re.escape(known) for known in sorted(self._ids, key=len, reverse=True))
        return re.sub(rf"(?<![\w-])(?:{pattern})(?![\w-])", lambda found: self._ids[found[0]], text)

    def _learn(self, google: Any, local: Any) -> None:
        if isinstance(google, dict) and isinstance(local, dict):
            for key in google.keys() & local.keys():
                if key in _IDS and _is_name(google[key]) and _is_name(local[key]):
                    self._ids.setdefault(str(google[key]), str(local[key]))
                self._learn(google[key], local[key])
        elif isinstance(google, list) and isinstance(local, list):
            for one, other in zip(google, local, strict=False):
                self._learn(one, other)


def _is_name(value: Any) -> bool:
    """Zero is the first tab's id in every new book, not a name given to it."""
    return isinstance(value, (str, int)) and value not in {0, ""}


def _moment(interaction: dict[str, Any]) -> datetime | None:
    dates = interaction["response"]["headers"].get("Date")
    return parsedate_to_datetime(dates[0]) if dates else None


def _body(text: str) -> Any:
    """JSON, or the text itself (an empty answer, an exported file)."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _compare(google: Any, local: Any, leaf: str) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(google, dict) and isinstance(local, dict):
        for key in google | local:
            if not _IGNORED.match(key):
                inner = f"{leaf}.{key}" if leaf else key
                yield from _compare(google.get(key, _MISSING), local.get(key, _MISSING), inner)
    elif isinstance(google, list) and isinstance(local, list):
        for index in range(max(len(google), len(local))):
            one = google[index] if index < len(google) else _MISSING
            other = local[index] if index < len(local) else _MISSING
            yield from _compare(one, other, f"{leaf}[{index}]")
    elif leaf.startswith("exportLinks") and str(google)[:8] == str(local)[:8]:
        return  # addresses by media type
    elif google != local or type(google) is not type(local):
        yield leaf, google, local


def main(arguments: list[str]) -> None:
    """Print the report."""
    beside = Path(__file__).parents[3] / "shared"
    shared = Path(os.environ.get("REFUNDSHEET_SHARED", beside))
    recordings = Path(arguments[0]) if arguments else shared / "recordings"
    with LocalServer() as server:
        print(replay_all(recordings, server).text())  # noqa: T201 (a command's output)


if __name__ == "__main__":
    main(sys.argv[1:])
