"""Ordinary packets without Python: routes of incoming SSRCs for the C kernel (`ingest.c`), and its records of them.

A route is open only while the core says what becomes of each next packet (`Publication.ordinary`); the core closes it
at every change. What C does not take comes to `media.py` as if there were no C.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any, Final

from rtc.core.batch import Fan, first_value_at
from rtc.core.encoding import Encoding
from rtc.core.model import Source
from rtc.core.peer import Peer
from rtc.core.rtp_stream import RtpStream
from rtc.core.slot import ReceiverClass
from rtc.shell import kernel, libc, srtp
from rtc.shell.endpoint import Endpoint
from rtc.wire import rtp

# What became of a message.
UNTOUCHED: Final = 0
OPENED: Final = 1  # admitted by the budget and unprotected
FORWARDED: Final = 2
FAILED: Final = 3  # admitted, not authentic

MOST_FLOWS: Final = 4  # receiver classes of one route
MOST_ROUTES: Final = 16  # of one peer: four sources, three encodings of the pictures, and a browser that begins anew
LARGEST_BLOCK: Final = 32  # octets of header extensions
PACKETS: Final = 256  # in one batch; more come to Python
RESTS: Final = PACKETS * 1024  # octets

Record = tuple[int, int, int, int, int, int, int, int]
"""(status, libsrtp's error, octet of the audio level or -1, transport-cc number or -1, octets of the packet, of its
payload, timestamp, number of the route)"""

_SOURCES: Final = list(Source)
_RECORD: Final = struct.Struct("=BBhiHHII")

libc.ffi.cdef(
    """
    struct flow {
        uint64_t targets; uint32_t count; uint8_t payload_type, block_size, level_at, transport_at; uint8_t block[32];
    };
    struct route {
        uint32_t number, ssrc; uint16_t expected;
        uint8_t open, is_video, payload_type, level_id, transport_id, flow_count, source;
        struct flow flows[4];
    };
    struct publisher {
        const uint8_t *destination; void *context; double *left; uint32_t count, passed, passed_by[4];
        struct route *routes[16];
    };
    struct ingest {
        unsigned char *buffers; unsigned char *names; int *lengths; struct mmsghdr *messages;
        void *records; void *packets; unsigned char *rests; struct publisher **publishers; void *unprotect;
        uint32_t slot, name, mask, packet_capacity, rest_capacity, packet_count, rest_size, batch;
    };
    uint32_t route_size(void);
    uint32_t address_hash(const uint8_t *address);
    void ingest(struct ingest *in, uint32_t count);
    """
)


class Route:
    """A `Lane` of the core: one stream's ordinary packets."""

    __slots__ = ("_kept", "encoding", "endpoint", "fields", "keeps", "number", "peer", "stream")

    def __init__(self, number: int, endpoint: Endpoint, ssrc: int) -> None:
        self.number = number
        self.endpoint = endpoint
        self.peer: Peer = endpoint.peer
        self.encoding: Encoding
        self.stream: RtpStream
        self.keeps = False
        self.fields: Any = libc.ffi.new("struct route *", {"number": number, "ssrc": ssrc})
        self._kept: list[Fan] = []  # whose prepared targets C reads

    def open(
        self,
        encoding: Encoding,
        stream: RtpStream,
        payload_type: int,
        flows: list[tuple[ReceiverClass, Fan]],
    ) -> None:
        fields = self.fields
        self.encoding, self.stream, self.keeps = encoding, stream, encoding.keeps
        audio_level_id = encoding.publication.audio_level_id
        self._kept = [fan for _, fan in flows]
        fields.expected = (stream.log.highest + 1) & 0xFFFF
        fields.source = _SOURCES.index(encoding.publication.source)
        fields.is_video = encoding.is_video
        fields.payload_type = payload_type
        fields.level_id = audio_level_id or 0
        fields.transport_id = self.peer.transport_cc_id or 0
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

    def close(self) -> None:
        self.fields.open = 0


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
        self.address = address
        self.routes: dict[int, Route] = {}
        self._budget = libc.ffi.from_buffer("double[]", endpoint.peer.budget.memory)
        self.fields: Any = libc.ffi.new(
            "struct publisher *",
            {
                # Kept alive by the endpoint, which `Express` keeps as the key.
                "destination": libc.ffi.cast("uint8_t *", endpoint.destination.address),
                "context": libc.ffi.cast("void *", endpoint.inbound.context_address),
                "left": self._budget,
            },
        )

    def add(self, route: Route, ssrc: int) -> None:
        self.fields.routes[len(self.routes)] = route.fields
        self.routes[ssrc] = route
        self.fields.count = len(self.routes)


class Express:
    """All routes of one worker."""

    def __init__(self, incoming: libc.Incoming, library: Any) -> None:
        if library.route_size() != libc.ffi.sizeof("struct route"):
            raise ValueError("ingest.c and express.py do not agree")
        self.routes: list[Route] = []
        self._library = library
        self._publishers: dict[Endpoint, _Publisher] = {}
        self._records = libc.ffi.new("unsigned char[]", incoming.count * _RECORD.size)
        self._record_view = memoryview(libc.ffi.buffer(self._records)).cast("B")
        self._packets = libc.ffi.new("unsigned char[]", PACKETS * kernel.PACKET.size)
        self._rests = libc.ffi.new("unsigned char[]", RESTS)
        self._table: Any = None
        self._free: list[int] = []
        self._fields = libc.ffi.new(
            "struct ingest *",
            incoming.arrays()
            | {
                "records": self._records,
                "packets": self._packets,
                "rests": self._rests,
                "unprotect": libc.ffi.cast("void *", srtp.UNPROTECT_ADDRESS),
                "packet_capacity": PACKETS,
                "rest_capacity": RESTS,
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
            number = self._free.pop() if self._free else len(self.routes)
            route = Route(number, endpoint, ssrc)
            self.routes[number : number + 1] = [route]
            publisher.add(route, ssrc)
        return route

    def forget(self, endpoint: Endpoint) -> None:
        """It is gone, or its address is another's."""
        publisher = self._publishers.pop(endpoint, None)
        if publisher is None:
            return
        for route in publisher.routes.values():
            route.stream.close_lane()
            self._free.append(route.number)
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
        self._fields.publishers, self._fields.mask = table, size - 1
        self._table = table

    # --- packets -----------------------------------------------------------------------------------------------------

    def take(self, count: int) -> Iterator[Record]:
        """What becomes of the `count` messages that have come; what is forwarded waits for `fill`."""
        self._library.ingest(self._fields, count)
        return _RECORD.iter_unpack(self._record_view[: count * _RECORD.size])

    def fill(self, writer: kernel.KernelWriter, now: float) -> Iterator[int]:
        """As `Writer.fill`, what the newest `take` has made ready."""
        return writer.fill_packets(self._packets, self._fields.packet_count, now)
