"""Keeps all requests of one Google account below its quota of sixty reads and sixty writes a minute."""

from functools import cache
from typing import cast

from pyrate_limiter import Duration, InMemoryBucket, Limiter, Rate, SingleBucketFactory

from refundsheet.errors import QuotaError

#: Google allows 60; the rest is for somebody who runs a command beside the daemon. Processes know nothing
#: of each other: those that use one account are each given their share of it in their settings.
PER_MINUTE = 55


class _Bucket:
    """Requests of one kind; old ones are dropped on the way in, so that no thread has to run."""

    def __init__(self, per_minute: int, *apart: Rate) -> None:
        self._per_minute = per_minute
        self._items = InMemoryBucket([*apart, Rate(per_minute, Duration.MINUTE)])
        self._limiter = Limiter(SingleBucketFactory(self._items, schedule_leak=False))

    def wait(self, patience: float) -> bool:
        self._items.leak(cast("int", self._items.now()))
        return bool(self._limiter.try_acquire("request", timeout=patience))

    def left(self) -> int:
        """How many more may go in this minute."""
        self._items.leak(cast("int", self._items.now()))
        return max(0, self._per_minute - self._items.count())


class Pace:
    """Lets a request go when the quota has room for it; writes follow each other a second apart.

    Args:
        reads: Reads a minute.
        writes: Writes a minute.
    """

    def __init__(self, reads: int = PER_MINUTE, writes: int = PER_MINUTE) -> None:
        self._reads = _Bucket(reads)
        self._writes = _Bucket(writes, Rate(1, Duration.SECOND))

    def wait(self, *, is_write: bool, patience: float) -> None:
        """Return when the request may leave.

        Args:
            is_write: Which of the two quotas it counts against.
            patience: For how many seconds at most.

        Raises:
            QuotaError: The quota stays used up for longer than that.
        """
        bucket = self._writes if is_write else self._reads
        if not bucket.wait(patience):
            raise QuotaError(
                f"The quota of {'write' if is_write else 'read'} requests a minute is used up by "
                f"this account's other work: refundsheet goes on by itself; if this is said often, "
                f'raise "poll_seconds", give each refundsheet its share ("google.requests_per_minute") or an '
                f"account of its own."
            )

    def left(self) -> tuple[int, int] | None:
        """How many reads and writes may still go in this minute; None where nobody counts."""
        return self._reads.left(), self._writes.left()


class Unhurried(Pace):
    """No pace at all: a server on this machine has no quota."""

    def left(self) -> None:
        """Nobody counts."""

    def wait(self, *, is_write: bool, patience: float) -> None:
        """Let it go."""


@cache
def pace_of(account: str, per_minute: int = PER_MINUTE) -> Pace:
    """The one pace that all stores of this process share for an account.

    Args:
        account: Whose quota it is.
        per_minute: This process's share of it, of reads and of writes.
    """
    del account  # the cache key, nothing else
    return Pace(per_minute, per_minute)
