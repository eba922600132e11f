"""Large blocks of memory go back to the system, however large the last one was."""

import ctypes
import platform
from collections.abc import Callable

import pytest

from refundsheet.service.heap import give_back_large_blocks

MEGABYTES = 1 << 20


class Mallinfo(ctypes.Structure):
    """What glibc tells of its heap; ``hblks`` counts the blocks that are mappings of their own."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in (
            "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks",
            "fordblks", "keepcost",
        )
    )  # fmt: skip


@pytest.fixture
def mappings() -> Callable[[], int]:
    if platform.libc_ver()[0] != "glibc":
        pytest.skip("another C library")
    mallinfo = ctypes.CDLL(None).mallinfo2
    mallinfo.restype = Mallinfo
    return lambda: int(mallinfo().hblks)


def test_a_block_is_given_back_after_a_larger_one_was_freed(mappings: Callable[[], int]) -> None:
    give_back_large_blocks()
    larger = bytearray(30 * MEGABYTES)
    del larger
    before = mappings()
    blocks = [bytearray(20 * MEGABYTES) for _ in range(3)]
    assert mappings() == before + len(blocks)
    blocks.clear()
    assert mappings() == before


def test_where_there_is_no_such_option_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    give_back_large_blocks()
