from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.core.names import LONGEST, clean_name
from signaling.core.session import RefusedError
from signaling.protocol import ErrorCode


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("Sam", "Sam"),
        ("  Sam \t of  the\nhouse ", "Sam of the house"),
        ("Zoe\u0301", "Zo\u00e9"),
        ("Sam\u202e anA", "Sam anA"),  # a direction override would turn the rest round
        ("A\u0000n\u200ba", "Ana"),
        ("\u0645\u06cc\u200c\u0646\u0627", "\u0645\u06cc\u200c\u0646\u0627"),  # Persian needs the joiner
    ],
)
def test_names_are_made_safe_to_show(raw: str, name: str) -> None:
    assert clean_name(raw) == name


@pytest.mark.parametrize("raw", ["", "   ", "\u202e", "\u200d", "\u0000", "x" * (LONGEST + 1)])
def test_what_is_no_name_is_refused(raw: str) -> None:
    with pytest.raises(RefusedError) as caught:
        clean_name(raw)
    assert caught.value.code == ErrorCode.BAD_NAME


@given(st.text(max_size=80))
def test_any_text_is_a_safe_name_or_refused(raw: str) -> None:
    try:
        name = clean_name(raw)
    except RefusedError:
        return
    assert 0 < len(name) <= LONGEST
    assert name == name.strip()
    assert not any(unicodedata.category(ch) in ("Cc", "Cs", "Co") or ch in "\u202a\u202e\u2066" for ch in name)
    assert clean_name(name) == name
