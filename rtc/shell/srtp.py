"""SRTP in place, through libsrtp as pylibsrtp bundles it (RFC 3711, RFC 7714). The only file that touches its binding.

`pylibsrtp.Session` copies each packet twice; the same library called on a prepared buffer costs half (measured).
"""

from __future__ import annotations

import functools
import struct
from collections.abc import Callable
from typing import Any, Final, Protocol

from pylibsrtp import Error, Policy, Session
from pylibsrtp._binding import ffi, lib

# Reordering across a retransmission or a Wi-Fi stall; the default of 128 packets is under half a second of video.
REPLAY_WINDOW: Final = 1024  # packets

# Bytes that protection adds to an RTP packet.
TAG: Final = {"SRTP_AEAD_AES_128_GCM": 16, "SRTP_AEAD_AES_256_GCM": 16, "SRTP_AES128_CM_SHA1_80": 10}
_PROFILES: Final = {
    "SRTP_AEAD_AES_128_GCM": Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
    "SRTP_AEAD_AES_256_GCM": Policy.SRTP_PROFILE_AEAD_AES_256_GCM,
    "SRTP_AES128_CM_SHA1_80": Policy.SRTP_PROFILE_AES128_CM_SHA1_80,
}
# Octets from the end of an SRTCP packet to the word that has its index (RFC 3711 3.4, RFC 7714 9.2).
_INDEX_AT: Final = {"SRTP_AEAD_AES_128_GCM": 4, "SRTP_AEAD_AES_256_GCM": 4, "SRTP_AES128_CM_SHA1_80": 14}
_WORD: Final = struct.Struct(">I")
MAX_RTCP: Final = 1352  # bytes that pylibsrtp's buffer takes

# libsrtp's error numbers that are worth telling apart.
REPLAYED: Final = (9, 10)  # srtp_err_status_replay_fail, _old

protect: Final = lib.srtp_protect
"""(context, pointer to the packet, pointer to its length): encrypts in place and updates the length; 0 is success."""

PROTECT_ADDRESS: Final = int(ffi.cast("uintptr_t", ffi.addressof(lib, "srtp_protect")))
"""The same function, for C."""

unprotect: Final = lib.srtp_unprotect
UNPROTECT_ADDRESS: Final = int(ffi.cast("uintptr_t", ffi.addressof(lib, "srtp_unprotect")))
unprotect_rtcp: Final = lib.srtp_unprotect_rtcp


def _session(profile: str, master: bytes, ssrc_type: int, ssrc: int = 0) -> Session:
    policy = Policy(key=master, ssrc_type=ssrc_type, ssrc_value=ssrc, srtp_profile=_PROFILES[profile])
    policy.window_size = REPLAY_WINDOW
    # RFC 7714 8.1: two packets under one index would give the key away. A retransmission has its own SSRC.
    policy.allow_repeat_tx = False
    return Session(policy)


class Protected(Protocol):
    """The SRTP stream of one outgoing SSRC."""

    context: Any
    """What the function that protects takes first."""
    context_address: int
    protect_address: int
    tag: int
    """Octets that protection adds."""


Keyed = Callable[[str, bytes], Callable[[int], Protected]]
"""(profile, master key and salt): what makes the stream of an SSRC, once for each."""


class Outbound:
    """A `Protected` of libsrtp. One context per SSRC spares its search through a list of them."""

    __slots__ = ("_session", "context", "context_address", "protect_address", "tag")

    def __init__(self, profile: str, master: bytes, ssrc: int) -> None:
        self._session = _session(profile, master, Policy.SSRC_SPECIFIC, ssrc)
        self.context: Any = self._session._srtp[0]
        self.context_address = int(ffi.cast("uintptr_t", self.context))
        self.protect_address = PROTECT_ADDRESS
        self.tag = TAG[profile]


def keyed(profile: str, master: bytes) -> Callable[[int], Protected]:
    """All by libsrtp."""
    return functools.partial(Outbound, profile, master)


class OutboundControl:
    """SRTCP of all SSRCs towards one peer."""

    def __init__(self, profile: str, master: bytes) -> None:
        self._session = _session(profile, master, Policy.SSRC_ANY_OUTBOUND)

    def protect(self, data: bytes) -> bytes:
        """Raises ValueError for a datagram that is too long or not RTCP."""
        try:
            return bytes(self._session.protect_rtcp(data))
        except Error as error:
            raise ValueError(str(error)) from error


class Inbound:
    """All that one peer sends. `ssrcs`: those that authenticated, for the caller to keep and to bound."""

    __slots__ = ("_index_at", "_newest_control", "_session", "context", "context_address", "ssrcs")

    def __init__(self, profile: str, master: bytes) -> None:
        self._session = _session(profile, master, Policy.SSRC_ANY_INBOUND)
        self.context: Any = self._session._srtp[0]
        self.context_address = int(ffi.cast("uintptr_t", self.context))
        self.ssrcs: set[int] = set()
        self._index_at = _INDEX_AT[profile]
        self._newest_control: dict[int, int] = {}

    def is_newest_control(self, ssrc: int, buffer: memoryview, end: int) -> bool:
        """Whether an SRTCP packet that has been unprotected, and ended there before, is newer than all before it."""
        (word,) = _WORD.unpack_from(buffer, end - self._index_at)
        index = word & 0x7FFFFFFF
        newest: bool = index > self._newest_control.get(ssrc, -1)
        if newest:
            self._newest_control[ssrc] = index
        return newest


__all__ = [
    "PROTECT_ADDRESS",
    "REPLAYED",
    "TAG",
    "UNPROTECT_ADDRESS",
    "Inbound",
    "Keyed",
    "Outbound",
    "OutboundControl",
    "Protected",
    "ffi",
    "keyed",
    "protect",
    "unprotect",
    "unprotect_rtcp",
]
