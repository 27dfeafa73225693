"""A router with people in it, media made by hand, and the batch read back as packets. No socket, no clock."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from rtc.core.batch import Batch
from rtc.core.changes import Attach, Change
from rtc.core.control import Control
from rtc.core.model import Grant, Mid, PeerId, Source
from rtc.core.negotiation import Line, Negotiated
from rtc.core.peer import Peer
from rtc.core.picture_ids import rewrite
from rtc.core.router import Refusal, Router
from rtc.core.supply import Needs
from rtc.wire import extensions as uris
from rtc.wire import rtcp, rtp

WALL_OFFSET = 1_700_000_000.0
SENDING = {"0": Source.MICROPHONE, "1": Source.CAMERA, "2": Source.SCREEN, "3": Source.SCREEN_SOUND}
EVERYTHING = Grant(frozenset(Source), may_receive=True)
AUDIO, VIDEO, RTX, RED = 111, 96, 97, 63


@dataclass
class Wire:
    """Stands for the shell's sink: what the packet path asks of it is the SSRC."""

    ssrc: int


@dataclass(frozen=True)
class Sent:
    """One entry of the batch as it would go on the wire, before SRTP."""

    ssrc: int
    packet: rtp.RtpPacket

    @property
    def sequence(self) -> int:
        return self.packet.sequence

    @property
    def payload(self) -> bytes:
        return self.packet.payload


def lines(
    slots: int,
    ssrcs: itertools.count[int],
    ids: dict[str, int],
    rids: list[str],
    rtx: int | None,
    red: int | None = None,
) -> dict[Mid, Line]:
    made: dict[Mid, Line] = {}
    for mid, source in SENDING.items():
        kind, payload_type, rate = ("audio", AUDIO, 48_000) if source.is_audio else ("video", VIDEO, 90_000)
        made[Mid(mid)] = Line(
            mid=Mid(mid),
            kind=kind,
            source=source,
            slot=None,
            payload_type=payload_type,
            rtx_payload_type=None if source.is_audio else RTX,
            clock_rate=rate,
            extensions=ids,
            rids=rids if source is Source.CAMERA else [],
        )
    for slot in range(slots):
        for kind, payload_type, rate in (("audio", AUDIO, 48_000), ("video", VIDEO, 90_000)):
            mid = Mid(f"{kind[0]}{slot}")
            made[mid] = Line(
                mid=mid,
                kind=kind,
                source=None,
                slot=slot,
                payload_type=payload_type,
                rtx_payload_type=rtx if kind == "video" else None,
                red_payload_type=red if kind == "audio" else None,
                clock_rate=rate,
                extensions=ids,
                ssrc=next(ssrcs),
                rtx_ssrc=next(ssrcs) if kind == "video" and rtx else None,
            )
    return made


CHROMIUM_IDS = {uris.MID: 4, uris.RID: 10, uris.RRID: 11, uris.AUDIO_LEVEL: 1, uris.TRANSPORT_CC: 3}
FIREFOX_IDS = {uris.MID: 3, uris.RID: 5, uris.RRID: 6, uris.AUDIO_LEVEL: 2, uris.TRANSPORT_CC: 7}


@dataclass
class Person:
    peer: Peer
    control: Control
    ids: dict[str, int]
    sequences: dict[int, int] = field(default_factory=dict)

    @property
    def id(self) -> PeerId:
        return self.peer.id

    def ssrc(self, source: Source) -> int:
        return self.id * 1000 + list(Source).index(source)


class Group:
    def __init__(self, trace: float | None = None) -> None:
        self.now = 100.0
        randoms = itertools.count(7_000_000)
        self.router = Router(lambda: next(randoms), trace)
        self.batch = Batch()
        self.people: dict[PeerId, Person] = {}
        self._ssrcs = itertools.count(900_000)
        self._ids = itertools.count(1)

    def join(
        self,
        slots: int = 3,
        *,
        ids: dict[str, int] | None = None,
        rids: list[str] | None = None,
        grant: Grant = EVERYTHING,
        connect: bool = True,
        rtx: int | None = RTX,
        red: int | None = None,
    ) -> Person:
        extension_ids = ids or CHROMIUM_IDS
        peer = self.router.add_peer(self.now, PeerId(next(self._ids)), grant)
        peer.adopt(
            Negotiated(
                answer="",
                lines=lines(slots, self._ssrcs, extension_ids, rids or [], rtx, red),
                slots=[(Mid(f"a{i}"), Mid(f"v{i}")) for i in range(slots)],
                extensions=extension_ids,
                remote_fingerprints=[],
                remote_ufrag="u",
                remote_pwd="p",
                ice_restarted=False,
                version=1,
            )
        )
        person = self.people[peer.id] = Person(peer, Control(self.now, peer, WALL_OFFSET), extension_ids)
        if connect:
            self.connect(person)
        return person

    def connect(self, person: Person) -> None:
        for slot in person.peer.slots.values():
            slot.sink = Wire(slot.ssrc)
            slot.rtx_sink = Wire(slot.rtx_ssrc) if slot.rtx_ssrc else None
        self.router.connected(self.now, person.peer, self.batch)

    def apply(self, *changes: Change) -> list[Refusal]:
        return self.router.apply(self.now, changes, self.batch)

    def pass_time(self, seconds: float) -> list[Sent]:
        """As the worker's tick does it; what leaves for pictures whose step has come."""
        self.now += seconds
        self.router.wake(self.now, self.batch)
        return self.sent()

    def adapt(self, person: Person) -> tuple[list[Mid] | None, list[tuple[Source, Needs]]]:
        """As the worker's tick does it; (slots that wait for room, what is worth sending), each on change."""
        waiting = person.peer.downlink.decide(self.now, self.router.speakers, self.batch)
        return waiting, person.peer.supply.decide(self.now)

    def show(self, viewer: Person, mid: str, publisher: Person, source: Source) -> None:
        assert self.apply(Attach(viewer.id, Mid(mid), publisher.id, source)) == []

    def send(
        self,
        person: Person,
        source: Source,
        sequence: int,
        timestamp: int,
        payload: bytes | None = None,
        *,
        extensions: list[tuple[int, bytes]] | None = None,
        ssrc: int | None = None,
        payload_type: int | None = None,
        mid: bool = True,
    ) -> list[Sent]:
        """One packet from a browser; what the worker would send for it."""
        mids = {source: mid for mid, source in SENDING.items()}
        elements = [(person.ids[uris.MID], mids[source].encode())] if mid else []
        data = rtp.build(
            False,
            payload_type if payload_type is not None else (AUDIO if source.is_audio else VIDEO),
            sequence & 0xFFFF,
            timestamp,
            person.ssrc(source) if ssrc is None else ssrc,
            elements + (extensions or []),
            delta_frame() if payload is None else payload,
        )
        person.peer.receive_rtp(self.now, data, self.batch, self.router.speakers)
        return self.sent()

    def control(self, person: Person, *messages: rtcp.Rtcp) -> list[Sent]:
        person.control.receive(self.now, rtcp.build_compound(list(messages)), self.batch)
        return self.sent()

    def due(self, person: Person) -> list[rtcp.Rtcp]:
        return [message for data in person.control.due(self.now) for message in rtcp.parse_compound(data)]

    def sent(self) -> list[Sent]:
        sent: list[Sent] = []
        for form, fan, number, timestamp in self.batch.entries:
            for sink, sequence, more, picture_id, tl0picidx in fan.targets:
                data = bytearray(form.size)
                numbers = (number + sequence) & 0xFFFF, (timestamp + more) & 0xFFFFFFFF
                form.pack_into(data, 0, form.head, *numbers, sink.ssrc, form.rest)
                if form.pictures is not None:
                    rewrite(data, 0, form.pictures, picture_id, tl0picidx)
                sent.append(Sent(sink.ssrc, rtp.parse(bytes(data))))
        self.batch.entries.clear()
        return sent


@dataclass(frozen=True)
class Made:
    """A packet of a camera."""

    layer: int
    ssrc: int
    sequence: int  # unbounded
    timestamp: int
    captured: float
    picture_id: int
    key: bool  # a key frame begins with it
    payload: bytes


class Camera:
    """A person's camera with an encoding for each rid: SSRCs, numbers and clocks of their own, as browsers have them.

    All encodings have the frame of the group's present moment. Each packet's last 12 octets are its own: `made` tells
    what it is.
    """

    def __init__(self, group: Group, person: Person) -> None:
        self.group = group
        self.person = person
        negotiated = person.peer.negotiated
        assert negotiated is not None
        self.rids = negotiated.lines[Mid("1")].rids
        self.ssrcs = [person.id * 1000 + 100 + layer for layer in range(len(self.rids))]
        self._made: dict[bytes, Made] = {}
        self._sequences = [60_000 + 2000 * layer for layer in range(len(self.rids))]
        self._picture_ids = [1000 * layer for layer in range(len(self.rids))]
        self._timestamps = [0 for _ in self.rids]
        self._skipped: list[list[Made]] = [[] for _ in self.rids]
        self._counter = itertools.count(1)
        self._temporal = 0x20  # RFC 7741 4.2: TID, Y, KEYIDX

    def made(self, sent: Sent) -> Made:
        return self._made[sent.payload[-12:]]

    def layers(self, sent: list[Sent]) -> list[int]:
        return [self.made(one).layer for one in sent]

    def send(self, layer: int, *, key: bool = False, temporal: int = 0, syncs: bool = True) -> list[Sent]:
        """A frame of one packet."""
        self._temporal = temporal << 6 | syncs << 5
        return self._send(self._begin(layer, key))

    def more(self, layer: int) -> list[Sent]:
        """One more packet of its newest frame."""
        return self._send(self._make(layer, b"\x80\xe0", b"more"))

    def skip(self, layer: int, *, key: bool = False) -> None:
        """A frame that is lost on its way."""
        self._skipped[layer].append(self._begin(layer, key))

    def send_skipped(self, layer: int) -> list[Sent]:
        """It was only late."""
        return self._send(self._skipped[layer].pop()) if self._skipped[layer] else []

    def repair(self, layer: int) -> list[Sent]:
        """It comes again, by RTX."""
        if not self._skipped[layer]:
            return []
        made = self._skipped[layer].pop()
        return self.group.send(
            self.person,
            Source.CAMERA,
            made.sequence,
            made.timestamp,
            (made.sequence & 0xFFFF).to_bytes(2, "big") + made.payload,
            extensions=[(self.person.ids[uris.RRID], self.rids[layer].encode())],
            ssrc=self.ssrcs[layer] + 500,
            payload_type=RTX,
        )

    def begin_anew(self, layer: int) -> None:
        self.ssrcs[layer] += 10_000
        self._sequences[layer] = 40_000
        self._skipped[layer].clear()

    def report(self) -> None:
        """A sender report of each encoding, on the person's own clock, which is an hour off."""
        ntp = int((self.group.now + 3600) * 2**32)
        for layer, ssrc in enumerate(self.ssrcs):
            self.group.control(self.person, rtcp.SenderReport(ssrc, ntp, self._timestamp(layer), 1, 1))

    def _timestamp(self, layer: int) -> int:
        return (round((self.group.now - 100) * 90_000) + layer * 0x70000000) & 0xFFFFFFFF

    def _begin(self, layer: int, key: bool) -> Made:
        self._picture_ids[layer] += 1
        self._timestamps[layer] = self._timestamp(layer)
        height = (180 << layer).to_bytes(2, "little")
        frame = b"\x00\x00\x00\x9d\x01\x2a\x40\x01" + height if key else b"\x01delta"
        return self._make(layer, b"\x90\xe0", frame, key)

    def _make(self, layer: int, first: bytes, text: bytes, key: bool = False) -> Made:
        """Under its next number."""
        self._sequences[layer] += 1
        number = self._picture_ids[layer]
        ids = (0x8000 | number & 0x7FFF).to_bytes(2, "big") + bytes([number & 0xFF, self._temporal])
        end = self.person.id.to_bytes(4, "big") + next(self._counter).to_bytes(8, "big")
        made = self._made[end] = Made(
            layer,
            self.ssrcs[layer],
            self._sequences[layer],
            self._timestamps[layer],
            self.group.now,
            number,
            key,
            first + ids + text + end,
        )
        return made

    def _send(self, made: Made) -> list[Sent]:
        rid = (self.person.ids[uris.RID], self.rids[made.layer].encode())
        return self.group.send(
            self.person, Source.CAMERA, made.sequence, made.timestamp, made.payload, extensions=[rid], ssrc=made.ssrc
        )


def delta_frame(picture_id: int = 2, text: bytes = b"delta") -> bytes:
    return b"\x90\x80" + (0x8000 | picture_id).to_bytes(2, "big") + b"\x01" + text


def key_frame(picture_id: int = 1) -> bytes:
    return b"\x90\x80" + (0x8000 | picture_id).to_bytes(2, "big") + b"\x00\x00\x00\x9d\x01\x2a\x40\x01\xb4\x00"
