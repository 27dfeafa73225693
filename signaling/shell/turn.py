"""The relay (TURN, RFC 8656) for who cannot reach the media port, and credentials that open it for a while.

The scheme is coturn's `use-auth-secret`, from draft-uberti-behave-turn-rest-00: relay and server share a secret, so the
relay can check names that it was never told.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

from signaling.protocol import IceServer


class Relay:
    """Never shows the secret."""

    def __init__(self, urls: Sequence[str], secret: str, ttl: float) -> None:
        """`urls`: RFC 7065, all of one relay. `ttl`: seconds that credentials are good for; an allocation that was made
        with them lives on.
        """
        self.ttl = ttl
        self._urls = list(urls)
        self._secret = secret.encode()

    def credentials(self, now: float) -> IceServer:
        """New ones at each call. `now`: wall seconds. The name in them is chance: the relay learns nobody's."""
        username = f"{int(now + self.ttl)}:{secrets.token_hex(4)}"
        return IceServer(self._urls, username, self.password(username))

    def password(self, username: str) -> str:
        return base64.b64encode(hmac.digest(self._secret, username.encode(), hashlib.sha1)).decode()
