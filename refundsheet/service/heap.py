"""What becomes of large blocks of memory that are freed: they go back to the system."""

import ctypes
from contextlib import suppress

#: The option's number in malloc.h.
_M_MMAP_THRESHOLD = -3
#: From so many bytes on a block is a mapping of its own. This is what glibc begins with.
_LARGE = 128 * 1024


def give_back_large_blocks() -> None:
    """Have every large block given back as soon as it is freed, as glibc does at first.

    It raises the limit to the size of whatever large block is freed, as the 26 MB that a log of
    100,000 rows answers with. From then on such blocks lie in the heap, which cannot shrink below what
    was put above them: the service stayed 40 MB larger for nothing. Other C libraries have no such
    option and need none.
    """
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _LARGE)
