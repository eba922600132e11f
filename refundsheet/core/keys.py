"""How cases are known: by IDs as people see them, and rows without one by what they say."""

import hashlib
import unicodedata
from collections.abc import Container, Iterator
from itertools import count
from operator import attrgetter, eq

from refundsheet.core.model import RefundCase

#: What hardly ever changes in a case's life, and tells one row from another.
FINGERPRINT_FIELDS = (
    "order_id",
    "customer_name",
    "product",
    "amount",
    "currency",
    "requested_at",
    "reason",
)

#: Begins the key of a row without an ID; no ID is compared with it, for IDs hold no such letter.
NAMELESS = "\x1e"
#: Stands before the number of a row that shares its key with others.
RIVAL = "\x1f"

_INVISIBLE = {"Cf", "Cc"}  # right-to-left marks, zero-width spaces, stray control characters

what_it_says = attrgetter(*FINGERPRINT_FIELDS)
what_it_says_beside_its_order = attrgetter(*FINGERPRINT_FIELDS[1:])


def comparable_id(text: str) -> str:
    """The ID as it is compared: no case, no spaces around, no invisible marks, no full width."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        text = "".join(mark for mark in text if unicodedata.category(mark) not in _INVISIBLE)
    # Splitting drops the separators that our own keys are made of, too.
    return " ".join(text.split()).casefold()


def fingerprint(case: RefundCase) -> str:
    """A key for a row without an ID; "" where it holds nothing to know it by."""
    tells = case.product or case.amount is not None or case.requested_at
    if is_anonymous(case) and not tells:
        return ""
    content = RIVAL.join(map(str, what_it_says(case)))
    return NAMELESS + hashlib.blake2b(content.encode(), digest_size=12).hexdigest()


def is_provisional(key: str) -> bool:
    """Whether the key is not a Case ID of its own: a row without one, or with a shared one."""
    return key.startswith(NAMELESS) or RIVAL in key


def root_of(key: str) -> str:
    """The key that a row shares with others; a key that is nobody else's as it is."""
    return key.partition(RIVAL)[0]


def numbered(key: str, taken: Container[str]) -> Iterator[str]:
    """The keys that are free for rows that share one."""
    return (rival for n in count(1) if (rival := f"{key}{RIVAL}{n}") not in taken)


def is_anonymous(case: RefundCase) -> bool:
    """Whether nothing says whose case it is."""
    return not (case.order_id or case.customer_name)


def likeness(one: RefundCase, other: RefundCase) -> int:
    """In how many of the cells that hardly ever change two rows say the same."""
    return sum(map(eq, what_it_says(one), what_it_says(other)))
