"""The control route: faults, late requests, latency, quota, clock, access, the unknowns.

`GET /control` shows what is in force, `POST /control` changes it (only the keys sent),
`DELETE /control` puts everything back; `POST /control/ui` is in `people`. The keys:

* `now`: an ISO moment with offset the clock stands at, or null to let it run
* `latency_seconds`: how long every API answer takes at least
* `quota`: `{"reads": 60, "writes": 60}` a minute and token, or null for none
* `switches`: names and values of `switches.Switches`
* `access`: `{spreadsheet id: "writer" | "reader" | "none"}`
* `callers`: `{token: e-mail}`; a token not listed is the owner's
* `require_token`: whether a request without a bearer token is refused with 401; an API key alone
  (`?key=`) reads what is shared with anyone, as at Google
* `faults`: a list put after those waiting; each is `{"kind", "times", "match", "delay_seconds"}`
  with kind one of `Fault`, `match` a text the method and path must contain
"""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from refundsheet.localsheets import errors
from refundsheet.localsheets.library import Library
from refundsheet.localsheets.schema import Json
from refundsheet.localsheets.spreadsheets import READS
from refundsheet.localsheets.switches import Switches, switches_from, switches_shown
from refundsheet.localsheets.workbook import ANYONE, OWNER

#: What an API key is enough for.
_KEY_METHODS = frozenset(
    f"sheets.spreadsheets.{name}" for name in ("get", "values.get", "values.batchGet")
)
_MINUTE = 60.0


class Fault(Enum):
    """What goes wrong with a request."""

    QUOTA_429 = "429"
    INTERNAL_500 = "500"
    #: 503 although the write took effect.
    UNAVAILABLE_503_AFTER = "503_after"
    UNAVAILABLE_503 = "503"
    HTML_502 = "html_502"
    CUT_BEFORE = "cut_before"
    CUT_AFTER = "cut_after"
    #: Half of the body, then the connection is closed.
    TRUNCATED = "truncated"
    #: The connection is cut at once; the request takes effect `delay_seconds` later.
    LATE = "late"


@dataclass(slots=True)
class PlannedFault:
    """A fault waiting for its request."""

    kind: Fault
    #: How many requests it still hits.
    times: int = 1
    #: A text the verb, method id and path must contain.
    match: str = ""
    #: For `late`: when the effect comes.
    delay_seconds: float = 0.5


@dataclass(slots=True)
class Control:
    """What is in force."""

    library: Library
    latency_seconds: float = 0.0
    quota: dict[str, int] | None = None
    access: dict[str, str] = field(default_factory=dict[str, str])
    callers: dict[str, str] = field(default_factory=dict[str, str])
    require_token: bool = True
    faults: list[PlannedFault] = field(default_factory=list[PlannedFault])
    #: When each token's reads and writes came, monotonic seconds.
    _spent: dict[tuple[str, str], deque[float]] = field(
        default_factory=lambda: defaultdict[tuple[str, str], deque[float]](deque)
    )

    def caller(self, token: str, key: str, method: str) -> str:
        """Who calls: whom a token belongs to, or anyone with an API key.

        Raises:
            ApiError: 401, no token where one is required.
        """
        if token:
            return self.callers.get(token, OWNER)
        if key and method in _KEY_METHODS:
            return ANYONE
        if key or self.require_token:
            raise errors.unauthenticated(method)
        return OWNER

    def check_access(self, spreadsheet_id: str, method: str, caller: str, *, writes: bool) -> None:
        """Refuse what is not shared, and a reader's writes.

        Raises:
            ApiError: 403; 404 through Drive.
        """
        role = self.access.get(spreadsheet_id, "writer")
        if role == "none" and method.startswith("drive."):
            raise errors.file_not_found(spreadsheet_id)
        if role == "none" or (role == "reader" and writes):
            raise errors.permission_denied()
        if caller == ANYONE and not self._is_public(spreadsheet_id):
            raise errors.permission_denied()

    def _is_public(self, spreadsheet_id: str) -> bool:
        permissions = self.library.book(spreadsheet_id, ANYONE).permissions
        return any(permission["type"] == "anyone" for permission in permissions)

    def spend(self, token: str, method: str) -> None:
        """Count a request against the quota.

        Raises:
            ApiError: 429, this token's minute is full.
        """
        if self.quota is None or not method.startswith("sheets."):
            return
        kind = "read" if method in READS else "write"
        spent = self._spent[token, kind]
        now = time.monotonic()
        while spent and spent[0] <= now - _MINUTE:
            spent.popleft()
        if len(spent) >= self.quota.get(f"{kind}s", _DEFAULT_QUOTA):
            raise errors.quota_exceeded(kind, _PROJECT)
        spent.append(now)

    def next_fault(self, described: str) -> PlannedFault | None:
        """The first waiting fault this request fits; it is used up by one."""
        for fault in self.faults:
            if fault.match in described:
                fault.times -= 1
                if fault.times <= 0:
                    self.faults.remove(fault)
                return fault
        return None

    def show(self) -> Json:
        """What is in force, as JSON."""
        fixed = self.library.fixed_now
        return {
            "now": fixed.isoformat() if fixed else None,
            "latency_seconds": self.latency_seconds,
            "quota": self.quota,
            "switches": switches_shown(self.library.switches),
            "access": self.access,
            "callers": self.callers,
            "require_token": self.require_token,
            "faults": [_fault_shown(fault) for fault in self.faults],
        }

    def change(self, wanted: Json) -> None:
        """Set the keys sent.

        Raises:
            ValueError: an unknown key or value; nothing was changed.
        """
        unknown = wanted.keys() - self.show().keys()
        if unknown:
            raise ValueError(f"There is no control {', '.join(sorted(unknown))}.")
        switches = switches_from(wanted.get("switches", {}), self.library.switches)
        read = {key: _READERS[key](value) for key, value in wanted.items() if key in _READERS}
        self.library.switches = switches
        self.library.fixed_now = read.get("now", self.library.fixed_now)
        self.faults.extend(read.get("faults", []))
        self.access |= read.get("access", {})
        self.callers |= read.get("callers", {})
        self.latency_seconds = read.get("latency_seconds", self.latency_seconds)
        self.require_token = read.get("require_token", self.require_token)
        if "quota" in read:
            self.quota = read["quota"]
            self._spent.clear()

    def reset(self) -> None:
        """Everything as at the start."""
        self.library.fixed_now, self.library.switches = None, Switches()
        self.latency_seconds, self.quota, self.require_token = 0.0, None, True
        self.access, self.callers, self.faults = {}, {}, []
        self._spent.clear()


_DEFAULT_QUOTA = 60
#: The project number quota refusals name.
_PROJECT = "100000000000"


def _moment(text: Any) -> datetime | None:
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"The moment {text} needs an offset from UTC.")
    return moment


def _seconds(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
        raise ValueError(f"{value!r} is no number of seconds.")
    return float(value)


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{value!r} is no whole number of at least 0.")
    return value


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{value!r} is neither true nor false.")  # noqa: TRY004  told as any other
    return value


def _quota(body: Any) -> dict[str, int] | None:
    if body is None:
        return None
    _check_keys(body, _QUOTAS)
    return {kind: _count(value) for kind, value in body.items()}


def _access(body: dict[str, Any]) -> dict[str, str]:
    for role in body.values():
        if role not in _ROLES:
            raise ValueError(f"There is no role {role!r}; there are {', '.join(_ROLES)}.")
    return body


def _callers(body: dict[str, Any]) -> dict[str, str]:
    return {token: str(email) for token, email in body.items()}


def _faults(items: list[dict[str, Any]]) -> list[PlannedFault]:
    return [_fault(item) for item in items]


def _fault(body: dict[str, Any]) -> PlannedFault:
    _check_keys(body, _FAULT_KEYS)
    return PlannedFault(
        kind=Fault(body["kind"]),
        times=_count(body.get("times", 1)),
        match=str(body.get("match", "")),
        delay_seconds=_seconds(body.get("delay_seconds", 0.5)),
    )


def _check_keys(body: dict[str, Any], known: Iterable[str]) -> None:
    unknown = body.keys() - set(known)
    if unknown:
        raise ValueError(f"There is no {', '.join(sorted(unknown))}; there are {', '.join(known)}.")


_ROLES = ("writer", "reader", "none")
_QUOTAS = ("reads", "writes")
_FAULT_KEYS = ("kind", "times", "match", "delay_seconds")
#: How the value of each key is read, but for the switches, which are read beside those in force.
_READERS: dict[str, Callable[[Any], Any]] = {
    "now": _moment,
    "latency_seconds": _seconds,
    "quota": _quota,
    "access": _access,
    "callers": _callers,
    "require_token": _truth,
    "faults": _faults,
}


def _fault_shown(fault: PlannedFault) -> Json:
    return {
        "kind": fault.kind.value,
        "times": fault.times,
        "match": fault.match,
        "delay_seconds": fault.delay_seconds,
    }
