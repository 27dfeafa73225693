"""The support code: six digits per link and day that a caller can read out to a practice's support.

The page shows the same before any server has answered: it has the token, the server only its hash.
"""

from __future__ import annotations

import hashlib
import hmac

from signaling.core.ids import LinkHash


def support_code(link: LinkHash, day: str) -> str:
    """`day`: of UTC, YYYY-MM-DD. Different links may share a code: it finds a person, it proves nothing."""
    digest = hmac.new(bytes.fromhex(link), day.encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(digest, 'big') % 10**6:06d}"
