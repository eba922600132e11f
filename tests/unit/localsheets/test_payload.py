"""What a body's JSON may hold: as much as Google's parser takes, and less than Python's would."""

from typing import Any

import pytest

from refundsheet.localsheets import payload


@pytest.mark.parametrize(
    ("body", "content"),
    [
        pytest.param(b'{"a": [1, 2.5, null]}', {"a": [1, 2.5, None]}, id="JSON"),
        pytest.param(b'["\\ud83c\\udf35"]', ["\U0001f335"], id="a character in two halves"),
        pytest.param(b"[1e308]", [1e308], id="nearly too large"),
        pytest.param(b"[" * 100 + b"]" * 100, None, id="a hundred levels"),
    ],
)
def test_a_body_is_read(body: bytes, content: Any) -> None:
    read = payload.read(body)
    assert content is None or read == content


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        pytest.param(b"[NaN]", "Unexpected token. NaN", id="NaN"),
        pytest.param(b"[-Infinity]", "Unexpected token. -Infinity", id="Infinity"),
        pytest.param(b"[1e309]", "Number exceeds the range of double.", id="too large"),
        pytest.param(b"[" + b"9" * 310 + b"]", "Number exceeds the range of double.", id="digits"),
        pytest.param(b'["\\ud83c"]', "Invalid unicode code point.", id="half a character"),
        pytest.param(b"[" * 102 + b"]" * 102, "Message too deep.", id="a level too many"),
        pytest.param(b"[" * 100_000, "Message too deep.", id="deeper than Python goes"),
    ],
)
def test_what_google_could_not_hold_is_refused(body: bytes, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        payload.read(body)
