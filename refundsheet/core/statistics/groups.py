"""Which words of people mean the same category: capitals, blanks and widths make no difference.

What people put where they have nothing to say, as a dash, is no category: it says as much as a blank.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from unicodedata import normalize

from refundsheet.core.cells import reads_blank

#: What cells that say nothing are counted as.
BLANK = "(none)"


def group_names(
    words: Iterable[str], canonical: Callable[[str], str] = str.strip
) -> Mapping[str, str]:
    """Each word as typed to the name of its category.

    The name is what ``canonical`` makes of the word, in the spelling that is most usual.
    """
    counts = Counter(words)
    spellings: Counter[str] = Counter()
    for word, count in counts.items():
        spellings[canonical(word)] += count
    names: dict[str, str] = {}
    # Of equally usual spellings the first by the alphabet, so that a name does not change by itself.
    for spelling in sorted(spellings, key=lambda spelling: (-spellings[spelling], spelling)):
        names.setdefault(_alike(spelling), spelling)
    return {word: BLANK if reads_blank(word) else names[_alike(canonical(word))] for word in counts}


def _alike(word: str) -> str:
    """Not as headers are compared: of products a sign may be all that tells one from another."""
    return " ".join(normalize("NFKC", word).casefold().split())
