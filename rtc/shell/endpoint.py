"""One peer at the network: ICE, DTLS and SRTP around the core's `Peer` and `Control`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from rtc.core.batch import Batch
from rtc.core.control import Control
from rtc.core.model import LostReason, Mid, Source
from rtc.core.negotiation import LocalTransport, Negotiated, negotiate, remote_credentials
from rtc.core.peer import Peer
from rtc.core.sent_log import SentLog
from rtc.core.slot import Slot
from rtc.shell import srtp
from rtc.shell.dtls import Certificate, DtlsServer, SrtpKeys
from rtc.shell.ice import Credentials, IceAgent
from rtc.shell.libc import STREAM, Destination
from rtc.wire import sdp
from rtc.wire.description import Candidate

# RFC 7675 5.1: consent ends 30 s after the last sign of life.
CONSENT: Final = 30.0  # seconds
# A browser gathers a handful of addresses; each may have checked in.
MAX_ADDRESSES: Final = 8
# Who was heard this lately keeps an address that another claims: a forged one costs nothing. When a NAT really gave it
# to somebody else, the first one is silent, and browsers check for longer than this.
KEEPS_ADDRESS: Final = 5.0  # seconds


class OutgoingStream:
    """Where packets of one outgoing SSRC go (the core's `Sink`). Read once per packet, so plain attributes."""

    __slots__ = (
        "_destination",
        "_protected",
        "address",
        "context",
        "context_address",
        "log",
        "protect_address",
        "ssrc",
        "tag",
    )

    def __init__(self, ssrc: int, protected: srtp.Protected, destination: Destination, log: SentLog) -> None:
        self.ssrc = ssrc
        self.log = log
        self._protected = protected
        self._destination = destination  # keeps the memory at `address` alive
        self.context: Any = protected.context
        self.context_address = protected.context_address
        self.protect_address = protected.protect_address
        self.tag = protected.tag
        self.address = destination.address


class Endpoint:
    """Owns the peer's transport state. Datagrams in and out are bytes; sending is the caller's business."""

    def __init__(
        self, now: float, peer: Peer, certificate: Certificate, wall_offset: float, keyed: srtp.Keyed = srtp.keyed
    ) -> None:
        self.peer = peer
        self.control = Control(now, peer, wall_offset)
        self.ice = IceAgent()
        self.dtls: DtlsServer | None = None
        self.destination = Destination()
        self.addresses: list[bytes] = []  # keys that passed an authenticated check, newest last
        self.inbound: srtp.Inbound | None = None
        self.heard_at = now
        self._certificate = certificate
        self._outbound_control: srtp.OutboundControl | None = None
        self._keyed = keyed
        self._make_protected: Callable[[int], srtp.Protected] | None = None  # the stream of an outgoing SSRC

    # --- negotiation -------------------------------------------------------------------------------------------------

    def answer(
        self,
        offer_text: str,
        sources: dict[Mid, Source],
        candidates: list[Candidate],
        new_ssrc: Callable[[], int],
    ) -> Negotiated:
        """Raises WireError or NegotiationError; then nothing has changed."""
        offer = sdp.parse(offer_text)
        previous = self.peer.negotiated
        remote = remote_credentials(offer)
        restarts = previous is not None and (previous.remote_ufrag, previous.remote_pwd) != (remote.ufrag, remote.pwd)
        local = Credentials.make() if restarts else self.ice.local
        transport = LocalTransport(local.ufrag, local.pwd, self._certificate.fingerprint, candidates)
        negotiated = negotiate(offer, sources, self.peer.grant, previous, transport, new_ssrc)
        if restarts:
            self.ice.restart(local)
        self.ice.set_remote(remote.ufrag, remote.pwd)
        if self.dtls is None:
            self.dtls = DtlsServer(self._certificate, negotiated.remote_fingerprints)
        for slot in self.peer.adopt(negotiated):
            self._connect_slot(slot)
        return negotiated

    # --- the network -------------------------------------------------------------------------------------------------

    def receive_stun(self, data: bytes, key: bytes, address: tuple[str, int]) -> bytes | None:
        """The response; None for what is not an authenticated check. A nomination moves the peer here.

        `address`: what `key` stands for, as the browser is told.
        """
        result = self.ice.handle(data, address)
        if result is None:
            self.peer.drops["stun"] += 1
            return None
        if result.nominated or not self.destination.key:
            self.move(key)
        return result.response

    def move(self, key: bytes) -> None:
        """The peer is here now."""
        self.destination.move(key)
        self.peer.protocol = "tcp" if key.startswith(STREAM) else "udp"

    def forget_address(self, key: bytes) -> None:
        """The connection with this key has ended."""
        if key in self.addresses:
            self.addresses.remove(key)
        if self.destination.key == key:
            self.destination.forget()

    def lives_at(self, key: bytes, now: float) -> bool:
        """Whether this is where the peer is now."""
        return self.destination.key == key and now - self.heard_at < KEEPS_ADDRESS

    def note_address(self, key: bytes) -> bytes | None:
        """Remember an authenticated address; returns one to forget when there are too many."""
        if key in self.addresses:
            return None
        self.addresses.append(key)
        if len(self.addresses) <= MAX_ADDRESSES:
            return None
        oldest = next(one for one in self.addresses if one != self.destination.key)
        self.addresses.remove(oldest)
        return oldest

    def receive_dtls(self, data: bytes) -> list[bytes]:
        if self.dtls is None:
            return []
        had_keys = self.dtls.keys is not None
        datagrams = self.dtls.receive(data)
        if self.dtls.keys is not None and not had_keys:
            self.open(self.dtls.keys)
        return datagrams

    def open(self, keys: SrtpKeys) -> None:
        """The handshake is done: media can come and go. Once only: an index may not be used twice under one key."""
        assert self._make_protected is None
        self._make_protected = self._keyed(keys.profile, keys.send)
        self.inbound = srtp.Inbound(keys.profile, keys.receive)
        self._outbound_control = srtp.OutboundControl(keys.profile, keys.send)
        for slot in self.peer.slots.values():
            self._connect_slot(slot)

    def _connect_slot(self, slot: Slot) -> None:
        if self._make_protected is None or slot.sink is not None:
            return
        slot.sink = self._outgoing(self._make_protected, slot.ssrc)
        if slot.rtx_ssrc is not None:
            slot.rtx_sink = self._outgoing(self._make_protected, slot.rtx_ssrc)

    def _outgoing(self, make: Callable[[int], srtp.Protected], ssrc: int) -> OutgoingStream:
        return OutgoingStream(ssrc, make(ssrc), self.destination, self.peer.sent_log)

    def receive_rtcp(self, now: float, data: bytes, batch: Batch) -> None:
        self.control.receive(now, data, batch)

    def due(self, now: float) -> list[bytes]:
        """Protected RTCP, or DTLS retransmissions, to send now."""
        if self._outbound_control is None:
            if self.dtls is None:
                return []
            timeout = self.dtls.next_timeout()
            return self.dtls.handle_timeout() if timeout is not None and timeout <= 0 else []
        return [self._outbound_control.protect(data) for data in self.control.due(now)]

    def lost(self, now: float) -> LostReason | None:
        """Whether, and why, the transport is over."""
        if self.dtls is not None and self.dtls.failed:
            return LostReason.DTLS
        if self.dtls is not None and self.dtls.closed:
            return LostReason.CLOSED
        return LostReason.CONSENT if now - self.heard_at > CONSENT else None

    def close(self) -> list[bytes]:
        return self.dtls.close() if self.dtls is not None else []
