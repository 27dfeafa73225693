"""One endpoint's media state: what it sends us, its slots, and the RTCP between it and us."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Final

from rtc.core.arrivals import ArrivalLog
from rtc.core.bandwidth_slices import Digest
from rtc.core.batch import Batch
from rtc.core.budget import Budget
from rtc.core.clock import PublisherClock
from rtc.core.demuxer import Demuxer
from rtc.core.downlink import Downlink
from rtc.core.encoding import Encoding
from rtc.core.model import Grant, Mid, PeerId, Source
from rtc.core.negotiation import Line, Negotiated
from rtc.core.publication import Publication
from rtc.core.rtp_stream import Ledger, RtpStream
from rtc.core.runs import Runs
from rtc.core.sent_log import SentLog
from rtc.core.slot import ReceiverClass, Slot
from rtc.core.speakers import Speakers
from rtc.core.stats import PeerStats, Run
from rtc.core.supply import Supply
from rtc.wire import extensions as uris
from rtc.wire import rtp
from rtc.wire.errors import WireError

# Until a receiver report has told: a usual line from home.
DEFAULT_ROUND_TRIP: Final = 0.1  # seconds


class Peer:
    """State of one peer. No clock, no socket: `now` is monotonic seconds, packets are plain RTP and RTCP."""

    def __init__(
        self,
        now: float,
        peer: PeerId,
        grant: Grant,
        rtcp_ssrc: int,
        random_16: Callable[[], int],
        trace: float | None = None,
        digest: Digest | None = None,
    ) -> None:
        """`trace`, `digest`: see `Router`."""
        self.id = peer
        self.grant = grant
        self.rtcp_ssrc = rtcp_ssrc
        self.connected = False
        self.publications: dict[Source, Publication] = {}
        self.slots: dict[Mid, Slot] = {}
        self.slot_by_ssrc: dict[int, Slot] = {}
        self.negotiated: Negotiated | None = None
        self.demuxer = Demuxer()
        self.clock = PublisherClock()
        self.arrivals = ArrivalLog()
        self.sent_log = SentLog()
        self.downlink = Downlink(self.slots, self.sent_log, digest)
        self.supply = Supply(self.publications, self.demuxer)
        self.budget = Budget(now)
        self.repairs = Budget(now)  # packets that it may ask to be sent again
        self.drops: Counter[str] = Counter()
        self.round_trip: float | None = None
        self.received_packets = 0
        self.received_octets = 0
        self.protocol: str | None = None  # udp or tcp: the shell says it, for the statistics
        self.blocked = False  # its line takes no pictures now (`Router.block`)
        self._random_16 = random_16
        self._trace = trace
        self.transport_cc_id: int | None = None

    def adopt(self, negotiated: Negotiated) -> list[Slot]:
        """Take over what an offer agreed on; what exists stays as it is. Returns the new slots."""
        self.negotiated = negotiated
        self.transport_cc_id = negotiated.extensions.get(uris.TRANSPORT_CC)
        self.demuxer.adopt(negotiated)
        for _, stream in self.demuxer.streams:
            stream.close_lane()  # its header extensions may have new ids
        new_slots: list[Slot] = []
        for line in negotiated.lines.values():
            if line.source is not None:
                self._adopt_source(line, line.source)
            elif line.mid not in self.slots:
                new_slots.append(self._add_slot(line))
        return new_slots

    def _adopt_source(self, line: Line, source: Source) -> None:
        publication = self.publications.get(source)
        if publication is None:
            publication = self.publications[source] = Publication(self.id, source, line.clock_rate)
        publication.layers = max(1, len(line.rids))
        publication.audio_level_id = line.extensions.get(uris.AUDIO_LEVEL) if source.is_audio else None

    def _add_slot(self, line: Line) -> Slot:
        assert line.ssrc is not None
        slot = Slot(
            mid=line.mid,
            is_video=line.kind == "video",
            clock_rate=line.clock_rate,
            ssrc=line.ssrc,
            rtx_ssrc=line.rtx_ssrc,
            rtx_payload_type=line.rtx_payload_type,
            receivers=ReceiverClass(
                line.payload_type, line.extensions.get(uris.AUDIO_LEVEL), line.extensions.get(uris.TRANSPORT_CC)
            ),
            # Half the range is left before the first roll-over: a receiver that joins in the middle of a wrap would
            # guess the wrong index (RFC 3711 3.3.1).
            first_sequence=self._random_16() & 0x7FFF,
            red_payload_type=line.red_payload_type,
        )
        slot.blocked = slot.is_video and self.blocked
        if self._trace is not None:
            slot.runs = Runs(line.mid, self._trace)
        self.slots[line.mid] = slot
        self.slot_by_ssrc[slot.ssrc] = slot
        return slot

    def refill(self, now: float) -> None:
        """Call every 20 ms: what it may send and ask for grows with time."""
        self.budget.refill(now)
        self.repairs.refill(now)

    @property
    def round_trip_or_default(self) -> float:
        return self.round_trip if self.round_trip is not None else DEFAULT_ROUND_TRIP

    @property
    def streams(self) -> list[tuple[Publication, RtpStream]]:
        """What arrives, each with the publication that it belongs to."""
        streams = self.demuxer.streams
        return [(self.publications[source], stream) for source, stream in streams if stream.log.received]

    def receive_rtp(self, now: float, data: bytes, batch: Batch, speakers: Speakers) -> Encoding | None:
        """Take one decrypted packet; bad ones are counted and dropped. The encoding that got something, or None."""
        self.received_packets += 1
        self.received_octets += len(data)
        try:
            return self._receive_rtp(now, rtp.parse(data), batch, speakers)
        except WireError:
            self.drops["malformed"] += 1
            return None

    def _receive_rtp(self, now: float, packet: rtp.RtpPacket, batch: Batch, speakers: Speakers) -> Encoding | None:
        cc_id = self.transport_cc_id
        if cc_id is not None:
            value = packet.extensions.get(cc_id)
            if value is not None:
                self.arrivals.record(now, uris.read_transport_cc(value))
        found = self.demuxer.find(packet)
        if found is None:
            self.drops["unknown_ssrc"] += 1
            return None
        publication = self.publications[found.source]
        stream = found.stream
        if stream is None:
            stream = found.stream = RtpStream(found.ssrc, publication.clock_rate, self.clock)
            publication.begin(now, found.layer, stream)
        repair = packet.ssrc != found.ssrc
        if repair:
            original = rtp.unwrap_rtx(packet, found.payload_type, found.ssrc)
            if original is None:
                return None  # padding: the browser probes for bandwidth
            packet = original
        elif packet.payload_type != found.payload_type:
            self.drops["payload_type"] += 1
            return None
        elif publication.audio_level_id is not None and found.source is Source.MICROPHONE and not publication.held:
            level = packet.extensions.get(publication.audio_level_id)
            if level:
                speakers.heard(self.id, level[0] & 0x7F)
        encoding = publication.encodings[found.layer]
        if not encoding.receive(now, stream, packet, repair, batch):
            self.drops["duplicate"] += 1
            return None
        return encoding

    def settle(self, encoding: Encoding, stream: RtpStream, ledger: Ledger, speakers: Speakers) -> None:
        """Take over the books of what the stream's lane has forwarded, as if it had come to `receive_rtp`."""
        self.received_packets += ledger.packets
        self.received_octets += ledger.octets
        self.arrivals.record_all(ledger.arrivals)
        publication = encoding.publication
        # The lane of an SSRC that another took the place of stays open through a hold.
        if ledger.heard and publication.source is Source.MICROPHONE and not publication.held:
            speakers.heard_all(self.id, ledger.heard, ledger.active, ledger.loudness)
        encoding.settled(stream, ledger)

    def settle_all(self) -> None:
        """Bring the books of all that it sends up to date."""
        for _, stream in self.demuxer.streams:
            stream.settle()

    def stats(self) -> PeerStats:
        sent = [s.slot_totals() for slot in self.slots.values() if (s := slot.subscription) is not None]
        publications = [stats for p in self.publications.values() if (stats := p.stats()) is not None]
        return PeerStats(
            peer=self.id,
            connected=self.connected,
            rtt_ms=None if self.round_trip is None else self.round_trip * 1000,
            received_packets=self.received_packets,
            received_octets=self.received_octets,
            sent_packets=sum(packets for packets, _ in sent),
            sent_octets=sum(octets for _, octets in sent),
            dropped=dict(self.drops),
            feedback_sent=self.arrivals.sent,
            publications=publications,
            subscriptions=[s.stats() for slot in self.slots.values() if (s := slot.subscription) is not None],
            protocol=self.protocol,
            blocked=self.blocked,
            runs=[run for slot in self.slots.values() if slot.runs is not None for run in _runs(slot, slot.runs)],
            downlink=self.downlink.stats,
        )


def _runs(slot: Slot, runs: Runs) -> list[Run]:
    return runs.so_far(slot.subscription.flow if slot.subscription is not None else None)
