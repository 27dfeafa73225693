"""Messages between the engine (node process) and a worker (one process), and their framing.

A frame is a 4-byte big-endian length and one msgpack-encoded Struct of the unions below. End of file is death on
either side. Only `Offer` has a reply (`Answered` or `OfferRefused`).
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

from rtc.core.changes import Change
from rtc.core.model import Grant, LostReason, Mid, PeerId, Source
from rtc.core.stats import WorkerStats

# --- engine -> worker ------------------------------------------------------------------------------------------------


class Start(Struct, frozen=True, tag="start"):
    """First message to a worker. It binds, then says `Ready`."""

    index: int
    bind_host: str
    port: int  # 0: any
    announced: list[tuple[str, int]]  # (address, port) put into answers; port 0 means the bound one
    tcp_port: int | None  # of ICE over TCP; 0: the number of the UDP port, None: not at all
    certificate_pem: bytes
    private_key_pem: bytes
    compiled: bool = True  # use the C kernel where there is one
    trace: bool = False  # statistics say who was on which slot from when to when
    express: bool = True  # with the C kernel, packets that need no look do not come to Python


class AddPeer(Struct, frozen=True, tag="add_peer"):
    peer: PeerId
    grant: Grant


class RemovePeer(Struct, frozen=True, tag="remove_peer"):
    peer: PeerId


class Offer(Struct, frozen=True, tag="offer"):
    """A browser's SDP offer. `sources` names what each sending m-line carries."""

    request: int
    peer: PeerId
    sdp: str
    sources: dict[Mid, Source]


class Apply(Struct, frozen=True, tag="apply"):
    """All changes of one command; the worker applies them together, audio first."""

    changes: list[Change]


class SampleLatency(Struct, frozen=True, tag="sample_latency"):
    """Switch the sampling of time in the server per batch on or off (bench only)."""

    on: bool


ToWorker = Start | AddPeer | RemovePeer | Offer | Apply | SampleLatency

# --- worker -> engine ------------------------------------------------------------------------------------------------


class Ready(Struct, frozen=True, tag="ready"):
    port: int


class Answered(Struct, frozen=True, tag="answered"):
    """`slots`: the (audio mid, video mid) pairs of the peer, in order; pair k has the msid stream `p{k}`."""

    request: int
    sdp: str
    slots: list[tuple[Mid, Mid]]


class OfferRefused(Struct, frozen=True, tag="offer_refused"):
    request: int
    text: str


class Connected(Struct, frozen=True, tag="connected"):
    """ICE and DTLS are done; media can flow."""

    peer: PeerId


class Lost(Struct, frozen=True, tag="lost"):
    peer: PeerId
    reason: LostReason


class Flowing(Struct, frozen=True, tag="flowing"):
    """First packet of a new attachment left on this slot; `rtp` is its outgoing timestamp."""

    peer: PeerId
    mid: Mid
    publisher: PeerId
    source: Source
    rtp: int


class Speakers(Struct, frozen=True, tag="speakers"):
    """Peers whose microphone has speech now, loudest first. Sent on change, at most every 200 ms."""

    peers: list[PeerId]


class Stats(Struct, frozen=True, tag="stats"):
    """Once a second."""

    stats: WorkerStats


class Refused(Struct, frozen=True, tag="refused"):
    """A change that the grant or the state does not allow was not applied."""

    peer: PeerId
    text: str


class Squeezed(Struct, frozen=True, tag="squeezed"):
    """The slots whose pictures or sound this viewer's line has no room for now: all of them, on each change."""

    peer: PeerId
    mids: list[Mid]


class Needed(Struct, frozen=True, tag="needed"):
    """So many of a source's encodings are worth sending, smallest first: 0 to 3. On change; before the first: all.

    `paused`: none, because the publisher's line does not carry its sound beside them.
    """

    peer: PeerId
    source: Source
    layers: int
    paused: bool = False


FromWorker = (
    Ready | Answered | OfferRefused | Connected | Lost | Flowing | Speakers | Stats | Refused | Squeezed | Needed
)

# An SDP of 64 slots is about 400 KB in Chromium; nothing else comes near.
MAX_FRAME = 4 * 1024 * 1024  # bytes


class RpcError(Exception):
    """A frame that is too long or does not decode. Whoever sent it is broken: close the pipe."""


_encoder = msgspec.msgpack.Encoder()


def encode(message: ToWorker | FromWorker) -> bytes:
    """One framed message."""
    body = _encoder.encode(message)
    return len(body).to_bytes(4, "big") + body


class Frames:
    """Splits a byte stream into messages of one union. Raises RpcError on a frame nobody of ours would write."""

    def __init__(self, union: object) -> None:
        self._decoder: msgspec.msgpack.Decoder[object] = msgspec.msgpack.Decoder(union)
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[object]:
        self._buffer += data
        messages: list[object] = []
        start = 0
        while len(self._buffer) - start >= 4:
            length = int.from_bytes(self._buffer[start : start + 4], "big")
            if length > MAX_FRAME:
                raise RpcError(f"frame of {length} bytes")
            if len(self._buffer) - start - 4 < length:
                break
            body = bytes(self._buffer[start + 4 : start + 4 + length])
            try:
                messages.append(self._decoder.decode(body))
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:  # msgspec raises both
                raise RpcError(str(error)) from error
            start += 4 + length
        del self._buffer[:start]
        return messages
