"""Large blocks of memory go back to the system, however large the last one was."""

import ctypes
import platform
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

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


def _mappings() -> int:
    mallinfo = ctypes.CDLL(None).mallinfo2
    mallinfo.restype = Mallinfo
    return int(mallinfo().hblks)


def _held_and_given_back() -> tuple[int, int]:
    """How many mappings three large blocks are, and how many of them stay when they are freed."""
    give_back_large_blocks()
    larger = bytearray(30 * MEGABYTES)
    del larger
    before = _mappings()
    blocks = [bytearray(20 * MEGABYTES) for _ in range(3)]
    held = _mappings() - before
    blocks.clear()
    return held, _mappings() - before


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library")
def test_a_block_is_given_back_after_a_larger_one_was_freed() -> None:
    # In a process of its own: what else the tests hold comes and goes.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        assert process.submit(_held_and_given_back).result() == (3, 0)


def test_where_there_is_no_such_option_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    give_back_large_blocks()
