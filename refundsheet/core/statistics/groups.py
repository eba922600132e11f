"""Which words of people mean the same category: capitals, blanks and widths make no difference."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from unicodedata import normalize

#: What cells without a word are counted as.
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
    return {word: names[_alike(canonical(word))] or BLANK for word in counts}


def _alike(word: str) -> str:
    """Not as headers are compared: of products a sign may be all that tells one from another."""
    return " ".join(normalize("NFKC", word).casefold().split())
