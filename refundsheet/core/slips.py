"""Slips of the finger: whether a word is another one but for a single typo."""

#: In a shorter word another letter makes another word: "none" is not "done".
_SHORTEST_CHANGED = 5
_SHORTEST_SWAPPED = 3


def is_slip(typed: str, meant: str) -> bool:
    """Whether one letter was left out, added, changed or swapped with the next; digits are never slips.

    Args:
        typed: What somebody wrote, made comparable.
        meant: A word they may have meant, made comparable.
    """
    start = _common(typed, meant)
    most = min(len(typed), len(meant)) - start
    end = min(_common(typed[::-1], meant[::-1]), most)
    one, other = typed[start : len(typed) - end], meant[start : len(meant) - end]
    if any(letter.isdigit() for letter in one + other):
        return False
    if len(one) == len(other) == 2:  # noqa: PLR2004 - two letters that changed places
        return one == other[::-1] and len(meant) >= _SHORTEST_SWAPPED
    return len(one) <= 1 and len(other) <= 1 and one != other and len(meant) >= _SHORTEST_CHANGED


def _common(one: str, other: str) -> int:
    """How many letters two texts share from the beginning."""
    for index, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return index
    return min(len(one), len(other))
