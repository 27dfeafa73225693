"""What a worker measures, as plain values. Times in milliseconds, counters since the object was made."""

from __future__ import annotations

from msgspec import Struct

from rtc.core.model import Mid, PeerId, Source


class EncodingStats(Struct, frozen=True):
    """One rendition of a publication."""

    layer: int  # from 0, the lowest
    height: int  # lines of its newest key frame; 0: none came
    packets: int
    octets: int
    viewers: int  # that are fed from it now


class PublicationStats(Struct, frozen=True):
    """Media arriving from one publisher (after SRTP, duplicates not counted), all its encodings together."""

    source: Source
    packets: int
    octets: int
    lost: int  # sequence numbers never seen, repaired ones not counted
    repaired: int  # arrived by retransmission
    duplicates: int
    padding: int  # padding-only packets, not forwarded
    jitter_ms: float  # RFC 3550 6.4.1
    key_frames: int
    key_frame_requests: int
    largest_gap_ms: float  # between two arrivals
    encodings: list[EncodingStats] = []  # lowest first, those of which something came


class SubscriptionStats(Struct, frozen=True):
    """What left on one slot since the present attachment."""

    mid: Mid
    publisher: PeerId
    source: Source
    packets: int
    octets: int
    nacked: int
    retransmitted: int
    largest_hold_ms: float  # largest gap between packets sent, less the gap in what arrived
    loss: float  # fraction, from the viewer's newest receiver report
    layer: int | None = None  # encoding that flows, from 0, the smallest; None: nothing does
    wanted: int | None = None  # as was last decided; None: it waits for room


class Run(Struct, frozen=True):
    """What one publication sent on one slot without a break. Only with tracing on: it says who saw whom, and when.

    `first` and `last` are RTP timestamps as they left; what was sent again has those of what it repeats. `at` and
    `until` are wall clock seconds, of the first packet and of the stop. While it goes on, `until` is None, and `last`
    and `packets` are of now.
    """

    mid: Mid
    publisher: PeerId
    source: Source
    first: int
    last: int
    packets: int
    at: float
    until: float | None


class DownlinkStats(Struct, frozen=True):
    """The line to one peer, as of the last decision about it. Bits/s on the wire, with all headers."""

    target: float | None = None  # that it carries; None: not known yet
    ideal: float = 0.0  # of everything as its tiles wish
    allocated: float = 0.0
    troubled: bool = False  # it was found full within the last seconds
    probes: int = 0  # so far


class PeerStats(Struct, frozen=True):
    peer: PeerId
    connected: bool
    rtt_ms: float | None  # from the viewer's receiver reports (LSR, DLSR)
    received_packets: int
    received_octets: int
    sent_packets: int
    sent_octets: int
    dropped: dict[str, int]  # reason -> count: srtp, replay, unknown_ssrc, malformed, rate, duplicate, ...
    feedback_sent: int  # transport-cc messages
    publications: list[PublicationStats]
    subscriptions: list[SubscriptionStats]
    runs: list[Run] = []  # slot by slot, each oldest first; empty unless tracing is on
    protocol: str | None = None  # udp or tcp, that reaches us; None before the first connectivity check
    blocked: bool = False  # its connection is full: no pictures for now
    downlink: DownlinkStats = DownlinkStats()


class WorkerStats(Struct, frozen=True):
    at: float  # wall clock, seconds
    pid: int
    path: str  # of the inner loop: compiled or python
    batches: int
    largest_queue_ms: float  # from the kernel's receive timestamp to our read, worst of the last second
    kernel_drops: int  # SO_RXQ_OVFL
    send_errors: int
    latency_ms: list[float]  # samples since the last message; empty unless sampling is on
    peers: list[PeerStats]
