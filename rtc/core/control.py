"""RTCP of one worker: what viewers and publishers tell us, and what we tell them (RFC 3550 6, RFC 4585, RFC 3611)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from rtc.core.arrivals import FEEDBACK_EVERY, feedback_every
from rtc.core.batch import Batch
from rtc.core.clock import to_ntp
from rtc.core.encoding import Encoding
from rtc.core.model import Source
from rtc.core.negotiation import CNAME
from rtc.core.peer import Peer
from rtc.core.publication import Publication
from rtc.core.receive_log import GIVE_UP_AFTER
from rtc.core.rtp_stream import RtpStream
from rtc.core.slot import Slot
from rtc.core.subscription import Forwarding
from rtc.wire import rtcp
from rtc.wire.errors import WireError
from rtc.wire.feedback import FullIntraRequest, Nack, PictureLossIndication, Remb
from rtc.wire.transport_feedback import TransportFeedback

# The page takes 1.5 s without any packet as a dead path.
REPORT_EVERY: Final = 0.5  # seconds
# RTCP must fit one datagram with SRTCP's trailer; browsers' lines carry 1,200 bytes everywhere.
MAX_SLOTS_PER_PACKET: Final = 20  # a sender report and its CNAME are 48 bytes
MAX_BLOCKS: Final = 24  # report blocks of 24 bytes
MAX_NACKS: Final = 200  # sequence numbers in one message
# Viewers' jitter buffers hold about as much sound once some was late. Higher asks for what nobody plays any more.
SOUND_HELPS_FOR: Final = 0.25  # seconds
_GOLDEN: Final = 0.6180339887498949  # multiples of it, without their whole part, lie far apart from each other
_CNAME: Final = CNAME.encode()


class Control:
    """RTCP for one peer. `now` is monotonic seconds; `wall_offset` added to it gives Unix time."""

    def __init__(self, now: float, peer: Peer, wall_offset: float) -> None:
        self._peer = peer
        self._wall_offset = wall_offset
        # Staggered by id, evenly for however many: thirty people's reports at once take milliseconds.
        phase = peer.id * _GOLDEN % 1
        self._next_report = _next(now - REPORT_EVERY, REPORT_EVERY, phase)
        self._next_settlement = self._next_feedback = _next(now - FEEDBACK_EVERY, FEEDBACK_EVERY, phase)
        self._phase = phase
        self._odd = False
        self._highest: dict[int, int] = {}  # extended sequence number last reported, by slot's SSRC

    # --- in ----------------------------------------------------------------------------------------------------------

    def receive(self, now: float, data: bytes, batch: Batch) -> None:
        """Take one decrypted RTCP datagram; a broken one is counted and dropped as a whole."""
        try:
            messages = rtcp.parse_compound(data)
        except WireError:
            self._peer.drops["malformed_rtcp"] += 1
            return
        for message in messages:
            self._take(now, message, batch)

    def _take(self, now: float, message: rtcp.Rtcp, batch: Batch) -> None:
        match message:
            case rtcp.SenderReport():
                self._sender_report(now, message)
                self._blocks(now, message.reports)
            case rtcp.ReceiverReport():
                self._blocks(now, message.reports)
            case Nack():
                self._nack(now, message, batch)
            case PictureLossIndication():
                self._want_key_frame(now, message.media_ssrc)
            case FullIntraRequest():
                for ssrc, _ in message.entries:
                    self._want_key_frame(now, ssrc)
            case TransportFeedback():
                self._peer.downlink.receive(now, message, self._peer.round_trip_or_default)
            case Remb():
                self._peer.downlink.remb(now, message.bitrate)
            case _:
                pass  # the rest (descriptions, goodbyes) changes nothing here

    def _sender_report(self, now: float, report: rtcp.SenderReport) -> None:
        found = self._peer.demuxer.find_media(report.ssrc)
        if found is None or found.stream is None:
            return
        found.stream.clock.sender_report(now, report.ntp_time / 2**32, report.rtp_time)
        found.stream.last_sender_report = (now, rtcp.compact_ntp(report.ntp_time))

    def _blocks(self, now: float, blocks: Iterable[rtcp.ReportBlock]) -> None:
        packets, lost = 0, 0.0
        for block in blocks:
            slot = self._peer.slot_by_ssrc.get(block.ssrc)
            if slot is None:
                continue
            loss = block.fraction_lost / 256
            if slot.subscription is not None:
                slot.subscription.loss = loss
            if block.last_sender_report:
                self._round_trip(now, block)
            expected = self._expected(block)
            packets += expected
            lost += loss * expected
        if packets:
            self._peer.downlink.lost(now, packets, lost)

    def _expected(self, block: rtcp.ReportBlock) -> int:
        """Packets that the block's fraction is of: those since the viewer's last report on this slot."""
        highest = self._highest.get(block.ssrc, block.highest_sequence)
        self._highest[block.ssrc] = block.highest_sequence
        step = (block.highest_sequence - highest) & 0xFFFFFFFF
        return step if step < 0x8000 else 0  # else it is an old report, or begins anew

    def _round_trip(self, now: float, block: rtcp.ReportBlock) -> None:
        arrival = rtcp.compact_ntp(to_ntp(now + self._wall_offset))
        seconds = ((arrival - block.last_sender_report - block.delay_since) & 0xFFFFFFFF) / 65536
        # RFC 3550 6.4.1 leaves it to us to doubt: half a minute is a wrap below zero or a lie.
        if seconds < 30:
            before = self._peer.round_trip
            self._peer.round_trip = seconds if before is None else before + (seconds - before) / 8

    def _nack(self, now: float, nack: Nack, batch: Batch) -> None:
        slot = self._peer.slot_by_ssrc.get(nack.media_ssrc)
        if slot is None or slot.subscription is None:
            return
        sequences = [sequence for sequence in nack.sequences[:MAX_NACKS] if self._peer.repairs.admit(0)]
        slot.subscription.retransmit(now, sequences, self._peer.round_trip_or_default, batch)

    def _want_key_frame(self, now: float, ssrc: int) -> None:
        slot = self._peer.slot_by_ssrc.get(ssrc)
        if slot is None or not slot.is_video or slot.subscription is None:
            return
        encoding = slot.subscription.encoding
        if encoding is not None and slot.may_ask_for_key_frame(now):
            encoding.requests.want()

    # --- out ---------------------------------------------------------------------------------------------------------

    def due(self, now: float) -> list[bytes]:
        """RTCP datagrams to send to the peer now. Call every 20 ms, and after changes."""
        feedback = self._requests(now)
        if now >= self._next_settlement:
            self._next_settlement = _next(now, FEEDBACK_EVERY, self._phase)
            self._peer.settle_all()
        if now >= self._next_feedback:
            self._next_feedback = _next(now, feedback_every(self._peer.downlink.narrow), self._phase)
            feedback += self._arrivals()
        datagrams = [rtcp.build_compound([rtcp.ReceiverReport(self._peer.rtcp_ssrc), one]) for one in feedback]
        if now >= self._next_report:
            self._next_report = _next(now, REPORT_EVERY, self._phase)
            datagrams += self._reports(now)
        return datagrams

    def _requests(self, now: float) -> list[rtcp.Rtcp]:
        messages: list[rtcp.Rtcp] = []
        for publication in self._peer.publications.values():
            for encoding in publication.encodings:
                if encoding.stream is not None and encoding.used:
                    messages += self._requests_to(now, encoding, encoding.stream)
        return messages

    def _requests_to(self, now: float, encoding: Encoding, stream: RtpStream) -> list[rtcp.Rtcp]:
        messages: list[rtcp.Rtcp] = []
        ours = self._peer.rtcp_ssrc
        if stream.log.missing:
            helps_for = GIVE_UP_AFTER if encoding.is_video else SOUND_HELPS_FOR
            lost = stream.log.due(now, self._peer.round_trip_or_default, helps_for)
            for start in range(0, len(lost), MAX_NACKS):
                messages.append(Nack(ours, stream.ssrc, tuple(lost[start : start + MAX_NACKS])))
        if stream.log.overflowed:
            stream.log.overflowed = False
            if encoding.is_video:
                encoding.requests.want()
        if encoding.asks_for_key_frame and encoding.requests.due(now):
            messages.append(PictureLossIndication(ours, stream.ssrc))
        return messages

    def _arrivals(self) -> list[rtcp.Rtcp]:
        streams = self._peer.streams
        return list(self._peer.arrivals.take(self._peer.rtcp_ssrc, streams[0][1].ssrc)) if streams else []

    def _reports(self, now: float) -> list[bytes]:
        peer = self._peer
        blocks = [self._block(now, publication, stream) for publication, stream in peer.streams][:MAX_BLOCKS]
        own = rtcp.SourceDescription((rtcp.SourceChunk(peer.rtcp_ssrc, ((rtcp.CNAME, _CNAME),)),))
        datagrams = [rtcp.build_compound([rtcp.ReceiverReport(peer.rtcp_ssrc, tuple(blocks)), own])]
        # Each slot once a second, half of them each time.
        self._odd = not self._odd
        slots = [slot for i, slot in enumerate(peer.slots.values()) if i % 2 == self._odd and _flows(slot)]
        ntp = to_ntp(now + self._wall_offset)
        sender_reports = [report for slot in slots if (report := self._slot_report(now, ntp, slot)) is not None]
        for start in range(0, len(sender_reports), MAX_SLOTS_PER_PACKET):
            some = sender_reports[start : start + MAX_SLOTS_PER_PACKET]
            datagrams.append(rtcp.build_sender_reports(some, _CNAME))
        return datagrams

    def _block(self, now: float, publication: Publication, stream: RtpStream) -> rtcp.ReportBlock:
        fields = stream.log.report()
        fraction = fields.fraction_lost
        if publication.source is Source.MICROPHONE:
            # The browser's Opus encoder takes its FEC from this figure: the worst-off listener counts.
            fraction = max(fraction, min(255, int(publication.worst_loss * 256)))
        last, delay = 0, 0
        if stream.last_sender_report is not None:
            arrival, last = stream.last_sender_report
            delay = int((now - arrival) * 65536) & 0xFFFFFFFF
        return rtcp.ReportBlock(
            stream.ssrc, fraction, fields.cumulative_lost, fields.highest_sequence, fields.jitter, last, delay
        )

    def _slot_report(self, now: float, ntp: int, slot: Slot) -> rtcp.SenderReport | None:
        """On the slot's own line. None while the source's clock is unknown: a wrong line is worse than none."""
        subscription = slot.subscription
        if subscription is None or subscription.stream is None or slot.line is None:
            return None
        rtp = subscription.stream.clock.rtp_at(now)
        if rtp is None:
            return None
        rtp = (rtp + subscription.ts_delta) & 0xFFFFFFFF
        slot.line.anchor(now, rtp)
        packets, octets = subscription.slot_totals()
        return rtcp.SenderReport(slot.ssrc, ntp, rtp, packets & 0xFFFFFFFF, octets & 0xFFFFFFFF)


def _next(now: float, period: float, phase: float) -> float:
    """The first moment after `now` that lies at `phase` (0 to 1) of a period on the one clock of all peers."""
    return now + period * ((phase - now / period) % 1 or 1)


def _flows(slot: Slot) -> bool:
    return slot.subscription is not None and slot.subscription.forwarding is Forwarding.FLOWING
