"""Ordinary packets without Python: routes of incoming SSRCs for the C kernel (`ingest.c`), and its books of them.

A route is open only while the core says what becomes of each next packet (`Publication.ordinary`); the core closes it
at every change. What C does not take comes to `media.py` as if there were no C.
"""

from __future__ import annotations

import struct
from typing import Any, Final

from rtc.core.batch import Fan, first_value_at
from rtc.core.encoding import Encoding
from rtc.core.model import Source
from rtc.core.receive_log import Reception
from rtc.core.rtp_stream import Ledger, RtpStream
from rtc.core.slot import ReceiverClass
from rtc.core.speakers import SPEECH, Speakers
from rtc.shell import kernel, libc, srtp
from rtc.shell.endpoint import Endpoint
from rtc.wire import rtp

# What became of a message that was not forwarded.
UNTOUCHED: Final = 0
OPENED: Final = 1  # admitted by the budget and unprotected
FAILED: Final = 3  # admitted, not authentic

MOST_FLOWS: Final = 4  # receiver classes of one route
MOST_ROUTES: Final = 16  # of one peer: four sources, three encodings of the pictures, and a browser that begins anew
LARGEST_BLOCK: Final = 32  # octets of header extensions
PACKETS: Final = 256  # in one batch; more come to Python
RESTS: Final = PACKETS * 1024  # octets
# Octets of a datagram; ingest.c has the same. Larger ones no network carries whole, and with our header extensions and
# tag they would outgrow their buffer.
LARGEST: Final = 1500

KEPT: Final = 256  # packets of one route between two settlements; the next one comes to Python
MOST_ARRIVALS: Final = 512  # of one peer

Left = tuple[int, int, int]
"""A message that needs a look: (its place, what became of it, libsrtp's error)."""

_SOURCES: Final = list(Source)
_LEFT: Final = struct.Struct("=HBB")
_LEDGER: Final = struct.Struct("=6d2Q5I4x")
_COUNTED_FROM: Final = 40  # octets of it; what stands before goes on after a settlement
_NOTHING: Final = bytes(_LEDGER.size - _COUNTED_FROM)
_ARRIVAL: Final = struct.Struct("=QH6x")

libc.ffi.cdef(
    """
    struct flow {
        uint64_t targets; uint32_t count; uint8_t payload_type, block_size, level_at, transport_at; uint8_t block[32];
    };
    struct ledger {
        double last_arrival, transit, jitter, largest_gap, last_delay, largest_hold; uint64_t octets, payload;
        uint32_t packets, timestamp, heard, active, loudness, unused;
    };
    struct arrival { uint64_t at; uint16_t number, unused[3]; };
    struct route {
        uint32_t ssrc; uint16_t expected;
        uint8_t open, is_video, payload_type, level_id, transport_id, flow_count, source;
        uint32_t batch; double clock_rate; struct ledger ledger; uint8_t *kept; uint16_t kept_lengths[256];
        struct flow flows[4];
    };
    struct publisher {
        const uint8_t *destination; void *context; double *left;
        struct arrival *arrivals; uint32_t arrival_count; double heard_at;
        uint32_t count, passed, passed_by[4];
        struct route *routes[16];
    };
    struct ingest {
        unsigned char *buffers; unsigned char *names; int *lengths; struct mmsghdr *messages;
        struct stamps *stamps; void *left; struct route **touched; void *packets; unsigned char *rests;
        struct publisher **publishers; void *unprotect;
        uint32_t slot, name, mask, packet_capacity, rest_capacity, packet_count, rest_size, batch;
        uint32_t left_count, touched_count, speech, capacity; double now;
    };
    uint32_t route_size(void);
    uint32_t ledger_size(void);
    uint32_t address_hash(const uint8_t *address);
    """
)

# Pages that nothing was written to take no memory; most of a route's stay so.
_uncleared: Final = libc.ffi.new_allocator(should_clear_after_alloc=False)


class Route:
    """A `Lane` of the core: one stream's ordinary packets, and their books until they are settled."""

    __slots__ = (
        "__weakref__", "_encoding", "_fans", "_kept", "_kept_view", "_ledger", "_ledger_view", "_publisher",
        "_speakers", "_stream", "fields",
    )  # fmt: skip

    def __init__(self, publisher: _Publisher, ssrc: int, speakers: Speakers) -> None:
        self._publisher = publisher
        self._speakers = speakers
        self._encoding: Encoding
        self._stream: RtpStream
        self.fields: Any = libc.ffi.new("struct route *", {"ssrc": ssrc})
        self._ledger = libc.ffi.addressof(self.fields, "ledger")
        self._ledger_view = memoryview(libc.ffi.buffer(self._ledger)).cast("B")
        self._kept: Any = None  # memory for packets, once this stream needs it
        self._kept_view = memoryview(b"")
        self._fans: list[Fan] = []  # whose prepared targets C reads

    def open(
        self,
        encoding: Encoding,
        stream: RtpStream,
        payload_type: int,
        flows: list[tuple[ReceiverClass, Fan]],
    ) -> None:
        fields, ledger = self.fields, self._ledger
        self._encoding, self._stream = encoding, stream
        audio_level_id = encoding.publication.audio_level_id
        self._fans = [fan for _, fan in flows]
        fields.expected = (stream.log.highest + 1) & 0xFFFF
        fields.source = _SOURCES.index(encoding.publication.source)
        fields.is_video = encoding.is_video
        fields.payload_type = payload_type
        fields.level_id = audio_level_id or 0
        fields.transport_id = self._publisher.endpoint.peer.transport_cc_id or 0
        fields.clock_rate = stream.log.clock_rate
        ledger.last_arrival, ledger.transit, ledger.jitter, ledger.largest_gap = stream.log.reception
        ledger.last_delay = encoding.last_delay
        fields.kept = self._room() if encoding.keeps else libc.ffi.NULL
        fields.flow_count = len(flows)
        for flow, (receivers, fan) in zip(fields.flows, flows, strict=False):
            prepared = kernel.prepare(fan)
            flow.targets, flow.count = prepared.address, prepared.count
            flow.payload_type = receivers.payload_type
            block, flow.level_at, flow.transport_at = _block(audio_level_id, receivers)
            flow.block_size = len(block)
            libc.ffi.memmove(flow.block, block, len(block))
        fields.open = 1
        stream.lane = self

    def _room(self) -> Any:
        if self._kept is None:
            self._kept = _uncleared("uint8_t[]", KEPT * LARGEST)
            self._kept_view = memoryview(libc.ffi.buffer(self._kept)).cast("B")
        return self._kept

    def close(self) -> None:
        self.fields.open = 0
        self.settle()

    def drop(self) -> None:
        """The core has it no more."""
        self._stream.close_lane()

    def settle(self) -> None:
        if not self._ledger.packets:
            return
        *times, last_delay, largest_hold, octets, payload, packets, timestamp, heard, active, loudness = (
            _LEDGER.unpack_from(self._ledger_view)
        )
        kept = self._take_kept(packets) if self.fields.kept else ()
        self._ledger_view[_COUNTED_FROM:] = _NOTHING
        publisher = self._publisher
        publisher.endpoint.heard_at = max(publisher.endpoint.heard_at, publisher.fields.heard_at)
        ledger = Ledger(
            Reception(*times), packets, octets, payload, timestamp, kept, publisher.take_arrivals(),
            heard, active, loudness, last_delay, largest_hold,
        )  # fmt: skip
        publisher.endpoint.peer.settle(self._encoding, self._stream, ledger, self._speakers)

    def _take_kept(self, packets: int) -> list[bytes]:
        view = self._kept_view
        lengths = enumerate(self.fields.kept_lengths[0:packets])
        return [bytes(view[i * LARGEST : i * LARGEST + length]) for i, length in lengths]


def _block(audio_level_id: int | None, receivers: ReceiverClass) -> tuple[bytes, int, int]:
    """The header extensions of a copy, where in them the audio level is, and where in the copy its number (0: no)."""
    elements: list[tuple[int, bytes]] = []
    if receivers.transport_id is not None:
        elements.append((receivers.transport_id, bytes(2)))
    has_level = audio_level_id is not None and receivers.audio_level_id is not None
    if has_level:
        assert receivers.audio_level_id is not None
        elements.append((receivers.audio_level_id, b"\xff"))
    if not elements:
        return b"", 0, 0
    block = rtp.build_extensions(elements)
    # The level is the last element; after it there are only zeros.
    return (
        block,
        block.rindex(b"\xff") if has_level else 0,
        first_value_at(block[:2]) if receivers.transport_id is not None else 0,
    )


class _Publisher:
    """A peer at its address."""

    def __init__(self, endpoint: Endpoint, address: bytes) -> None:
        assert endpoint.inbound is not None
        self.endpoint = endpoint
        self.address = address
        self.routes: dict[int, Route] = {}
        self._budget = libc.ffi.from_buffer("double[]", endpoint.peer.budget.memory)
        self._arrivals = libc.ffi.new("struct arrival[]", MOST_ARRIVALS)
        self._arrivals_view = memoryview(libc.ffi.buffer(self._arrivals)).cast("B")
        self.fields: Any = libc.ffi.new(
            "struct publisher *",
            {
                # Kept alive by the endpoint, which `Express` keeps as the key.
                "destination": libc.ffi.cast("uint8_t *", endpoint.destination.address),
                "context": libc.ffi.cast("void *", endpoint.inbound.context_address),
                "left": self._budget,
                "arrivals": self._arrivals,
            },
        )

    def add(self, route: Route, ssrc: int) -> None:
        self.fields.routes[len(self.routes)] = route.fields
        self.routes[ssrc] = route
        self.fields.count = len(self.routes)

    def take_arrivals(self) -> list[tuple[int, int]]:
        """(microseconds, transport-wide number) of all that was forwarded since the last call."""
        count = self.fields.arrival_count
        self.fields.arrival_count = 0
        return list(_ARRIVAL.iter_unpack(self._arrivals_view[: count * _ARRIVAL.size])) if count else []


class Express:
    """All routes of one worker."""

    def __init__(self, incoming: libc.Incoming, library: Any, speakers: Speakers) -> None:
        agreed = (library.route_size(), library.ledger_size())
        if agreed != (libc.ffi.sizeof("struct route"), _LEDGER.size):
            raise ValueError("ingest.c and express.py do not agree")
        self._library = library
        self._speakers = speakers
        self._publishers: dict[Endpoint, _Publisher] = {}
        self._left = libc.ffi.new("unsigned char[]", incoming.count * _LEFT.size)
        self._left_view = memoryview(libc.ffi.buffer(self._left)).cast("B")
        self._touched = libc.ffi.new("struct route *[]", incoming.count)
        self._packets = libc.ffi.new("unsigned char[]", PACKETS * kernel.PACKET.size)
        self._rests = libc.ffi.new("unsigned char[]", RESTS)
        self._table: Any = None
        self.fields: Any = libc.ffi.new(
            "struct ingest *",
            incoming.arrays()
            | {
                "left": self._left,
                "touched": self._touched,
                "packets": self._packets,
                "rests": self._rests,
                "unprotect": libc.ffi.cast("void *", srtp.UNPROTECT_ADDRESS),
                "packet_capacity": PACKETS,
                "rest_capacity": RESTS,
                "speech": SPEECH,
            },
        )
        self._arrange()

    # --- routes ------------------------------------------------------------------------------------------------------

    def consider(self, endpoint: Endpoint, ssrc: int) -> None:
        """A packet of this SSRC went through the core: open its route, if those that follow need no look."""
        peer = endpoint.peer
        found = peer.demuxer.find_media(ssrc)
        if found is None or found.stream is None or found.stream.lane is not None:
            return
        encoding = peer.publications[found.source].encodings[found.layer]
        flows = encoding.ordinary(found.stream)
        if flows is None or len(flows) > MOST_FLOWS:
            return
        route = self._route(endpoint, ssrc)
        if route is not None:
            route.open(encoding, found.stream, found.payload_type, flows)

    def _route(self, endpoint: Endpoint, ssrc: int) -> Route | None:
        """None for a peer that has too many."""
        address = endpoint.destination.key
        publisher = self._publishers.get(endpoint)
        if publisher is not None and publisher.address != address:
            self.forget(endpoint)
            publisher = None
        if publisher is None:
            publisher = self._publishers[endpoint] = _Publisher(endpoint, address)
            self._arrange()
        route = publisher.routes.get(ssrc)
        if route is None and len(publisher.routes) < MOST_ROUTES:
            route = Route(publisher, ssrc, self._speakers)
            publisher.add(route, ssrc)
        return route

    def forget(self, endpoint: Endpoint) -> None:
        """It is gone, or its address is another's."""
        publisher = self._publishers.pop(endpoint, None)
        if publisher is None:
            return
        self.fields.touched_count = 0  # the relay would write to routes that are freed
        for route in publisher.routes.values():
            route.drop()
        publisher.routes.clear()  # they know it, too: no circle is left for the garbage collector
        self._arrange()

    def _arrange(self) -> None:
        """The table of addresses anew, at most half full."""
        size = 16
        while size < 2 * len(self._publishers) + 1:
            size *= 2
        table = libc.ffi.new("struct publisher *[]", size)
        for publisher in self._publishers.values():
            at = self._library.address_hash(publisher.address) & (size - 1)
            while table[at] != libc.ffi.NULL:
                at = (at + 1) & (size - 1)
            table[at] = publisher.fields
        self.fields.publishers, self.fields.mask = table, size - 1
        self._table = table

    # --- packets -----------------------------------------------------------------------------------------------------

    def left(self) -> list[Left]:
        """Those of the newest messages which need a look."""
        left = self.fields.left_count
        return list(_LEFT.iter_unpack(self._left_view[: left * _LEFT.size])) if left else []
