from __future__ import annotations

import hashlib

from signaling.core.ids import LinkHash
from signaling.core.support_code import support_code

TOKEN = "2Pp1vX8wqkQZyJ0rXo7mUu3c5d9fGhJk"
LINK = LinkHash(hashlib.sha256(TOKEN.encode()).hexdigest())


def test_the_page_shows_the_same() -> None:
    """The vector stands in web/src/session/supportCode.test.ts too: one knows the token, the other its hash."""
    assert support_code(LINK, "2026-11-23") == "234769"
    assert support_code(LINK, "2026-11-24") == "946093"


def test_always_six_digits() -> None:
    codes = [support_code(LINK, f"day {number}") for number in range(2000)]
    assert all(len(code) == 6 and code.isdecimal() for code in codes)
    assert any(code.startswith("00") for code in codes)
