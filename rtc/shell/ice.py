"""ICE-lite agent of one peer: answers connectivity checks, no socket, no clock (RFC 8445, RFC 7675)."""

from __future__ import annotations

import hmac
import secrets

from msgspec import Struct

from rtc.wire import stun
from rtc.wire.errors import WireError


class Credentials(Struct, frozen=True):
    """`a=ice-ufrag` and `a=ice-pwd` (RFC 8839 5.4)."""

    ufrag: str
    pwd: str

    @classmethod
    def make(cls) -> Credentials:
        """48 bits, so that peers of one worker never collide, and 192 bits (RFC 8445 5.3 wants 24 and 128)."""
        return cls(secrets.token_hex(6), secrets.token_hex(24))

    def __repr__(self) -> str:
        return f"Credentials({self.ufrag})"


class IceResult(Struct, frozen=True):
    """An authenticated check from this address: send `response` back there.

    `nominated`: media goes to this address from now on. The latest nomination wins, since browsers nominate anew
    whenever they like another path better.
    """

    response: bytes
    nominated: bool


class IceAgent:
    """The controlled, lite side. It never sends a check: the browser's checks are consent, too (RFC 7675 5.1)."""

    def __init__(self) -> None:
        self.local = Credentials.make()
        self._remote: Credentials | None = None
        self._old: tuple[Credentials, Credentials | None] | None = None

    @property
    def ufrags(self) -> tuple[str, ...]:
        """Those under which checks are taken now, newest first."""
        return (self.local.ufrag, self._old[0].ufrag) if self._old else (self.local.ufrag,)

    def set_remote(self, ufrag: str, pwd: str) -> None:
        """The browser's credentials, from its newest offer. After `restart`, those that belong to the new ones."""
        self._remote = Credentials(ufrag, pwd)

    def restart(self, local: Credentials | None = None) -> Credentials:
        """New local credentials (these, or some of its own) for the answer to an ICE restart.

        The old pair stays valid until the first check with the new one: until the browser has our answer, its media
        flows on the old path.
        """
        self._old = (self.local, self._remote)
        self.local, self._remote = local or Credentials.make(), None
        return self.local

    def handle(self, data: bytes, address: tuple[str, int]) -> IceResult | None:
        """None for everything but an authenticated check: whoever cannot sign gets no answer."""
        try:
            request = stun.parse(data)
        except WireError:
            return None
        if self._is_valid(request, self.local, self._remote):
            self._old = None
            return _answer(request, self.local, address)
        if self._old and self._is_valid(request, *self._old):
            return _answer(request, self._old[0], address)
        return None

    @staticmethod
    def _is_valid(request: stun.BindingRequest, local: Credentials, remote: Credentials | None) -> bool:
        ours, _, theirs = request.username.partition(":")
        if not _same(ours, local.ufrag) or (remote and not _same(theirs, remote.ufrag)):
            return False
        return request.is_signed_with(local.pwd)


def ufrag_of(data: bytes) -> str | None:
    """Our ufrag in a Binding request: which peer it is for. Nothing is proven by it."""
    username = stun.username_of(data)
    return username.partition(":")[0] if username else None


def _answer(request: stun.BindingRequest, local: Credentials, address: tuple[str, int]) -> IceResult:
    if request.controlled:
        # RFC 8445 7.3.1.1: a lite agent is always the controlled one, so the other has to change its mind.
        return IceResult(stun.refusal(request, 487, "Role Conflict", local.pwd), nominated=False)
    return IceResult(stun.success(request, address, local.pwd), nominated=request.use_candidate)


def _same(ours: str, theirs: str) -> bool:
    return hmac.compare_digest(ours.encode(), theirs.encode())
