"""One typo is understood; another word is another word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refundsheet.core.slips import is_slip


@pytest.mark.parametrize(
    ("typed", "meant", "expected"),
    [
        pytest.param("refnded", "refunded", True, id="left out"),
        pytest.param("refundded", "refunded", True, id="added"),
        pytest.param("refunfed", "refunded", True, id="changed"),
        pytest.param("refudned", "refunded", True, id="swapped"),
        pytest.param("piad", "paid", True, id="swapped in a short word"),
        pytest.param("efunded", "refunded", True, id="at the beginning"),
        pytest.param("refunde", "refunded", True, id="at the end"),
        pytest.param("paaid", "paid", False, id="added to a short word"),
        pytest.param("none", "done", False, id="a short word with another letter"),
        pytest.param("on", "no", False, id="two letters"),
        pytest.param("unapproved", "approved", False, id="the opposite"),
        pytest.param("not paid", "paid", False, id="the opposite, in two words"),
        pytest.param("refund", "refunded", False, id="two letters left out"),
        pytest.param("level 3", "level 2", False, id="another number"),
        pytest.param("closed", "closed", False, id="no slip at all"),
        pytest.param("", "", False, id="nothing"),
        pytest.param("aaaaa", "aaaaaa", True, id="a letter repeated"),
    ],
)
def test_a_slip_is_one_letter(typed: str, meant: str, expected: bool) -> None:  # noqa: FBT001
    assert is_slip(typed, meant) is expected


def _typos(word: str) -> set[str]:
    """Every word one edit away, built the plain way."""
    letters = "abc"
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    changed = {a + letter + b[1:] for a, b in cuts if b for letter in ("", *letters)}
    added = {a + letter + b for a, b in cuts for letter in letters}
    swapped = {a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1}
    return (changed | added | swapped) - {word}


@given(st.text("abc", min_size=5, max_size=8), st.data())
def test_every_typo_is_a_slip_and_nothing_else_is(meant: str, data: st.DataObject) -> None:
    typos = _typos(meant)
    near = st.sampled_from(sorted(typos))
    typed = data.draw(near | st.text("abc", max_size=9))
    assert is_slip(typed, meant) is (typed in typos)
