"""People who send three encodings each and watch each other, every one behind a line of their own: no socket, no clock.

The router and what it decides are the real ones. Pages do as they are told: they send a key frame when asked, as many
encodings as are needed, and feedback on what arrives as browsers do.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections import defaultdict
from dataclasses import dataclass, field

from rtc.core.changes import Attach, Change, Rank, Want
from rtc.core.model import Band, Grant, Mid, Source
from rtc.core.probing import STEP
from rtc.core.speakers import EVALUATE_EVERY
from rtc.wire import extensions as uris
from rtc.wire import rtcp, rtp, transport_feedback
from tests.unit.rtc.core.group import AUDIO, CHROMIUM_IDS, EVERYTHING, RED, RTX, VIDEO, Group, Person

MIC, CAMERA = Source.MICROPHONE, Source.CAMERA
RIDS = ["q", "h", "f"]
HEIGHTS = (180, 360, 720)  # lines
RATES = (60e3, 150e3, 350e3)  # bits/s of payload
FPS = 15
KEY_FRAME = 4  # times a frame
LARGEST_PAYLOAD = 1100  # octets
VOICE, VOICE_EVERY = 60, 0.020  # octets of payload, seconds
SILENCE_EVERY = 0.400  # seconds (DTX)
TAG_AND_HEADERS = 16 + 28  # octets of SRTP, IP and UDP
DELAY = 0.030  # seconds each way
FEEDBACK_EVERY = 0.100  # seconds
TICK = 0.010  # seconds, of the worker
WIDE = 20e6  # bits/s
LOUD, SOFT = 20, 100  # -dBov


@dataclass
class Line:
    """To one person. What finds its queue full is lost."""

    rate: float = WIDE  # bits/s
    queue: float = 0.3  # seconds
    loss: float = 0.0  # share of whatever is sent
    free_at: float = 0.0
    overflowed: int = 0
    chance: random.Random = field(default_factory=lambda: random.Random(5))

    def send(self, now: float, octets: int) -> float | None:
        """When it arrives."""
        start = max(now, self.free_at)
        if start - now > self.queue:
            self.overflowed += 1
            return None
        self.free_at = start + octets * 8 / self.rate
        if self.chance.random() < self.loss:
            return None
        return self.free_at + DELAY


@dataclass
class Watched:
    """What came of one person to another: (arrival, what the sender put last into the packet)."""

    sound: list[float] = field(default_factory=list)
    pictures: list[tuple[float, int]] = field(default_factory=list)  # (arrival, layer)


class Home:
    def __init__(self, person: Person, number: int, reports_arrivals: bool) -> None:
        self.person = person
        self.number = number
        self.line = Line()
        self.speaks = False
        self.loud = LOUD  # -dBov, while it speaks
        self.reports_arrivals = reports_arrivals
        self.layers = len(RIDS)  # that it sends
        self.squeezed: list[tuple[float, list[Mid]]] = []
        self.needed: list[tuple[float, int]] = []
        self.watched: defaultdict[int, Watched] = defaultdict(Watched)  # by number
        self.padding = 0  # packets
        self.twice = 0  # packets of sound with the one before it
        self.key_wanted = set(range(len(RIDS)))
        self.arrivals: list[tuple[int, float]] = []  # (transport-wide number, when), not reported yet
        self.reported = 0  # the first number of the next report
        self.reports = 0
        self._sequences = defaultdict(itertools.count)  # type: ignore[var-annotated]
        self._pictures = itertools.count(1)

    def ssrc(self, layer: int | None) -> int:
        return self.person.id * 1000 + (0 if layer is None else 1 + layer)

    def voice(self, now: float) -> bytes:
        """Each packet ends with who sent it and its layer."""
        level = bytes((self.loud if self.speaks else SOFT,))
        extensions = [(CHROMIUM_IDS[uris.MID], b"0"), (CHROMIUM_IDS[uris.AUDIO_LEVEL], level)]
        body = bytes(VOICE if self.speaks else 3) + bytes((self.number, 0))
        return self._packet(None, AUDIO, int(now * 48_000), extensions, body)

    def frame(self, now: float) -> list[bytes]:
        packets = []
        picture = next(self._pictures) & 0x7FFF
        for layer in range(self.layers):
            key = layer in self.key_wanted
            self.key_wanted.discard(layer)
            octets = int(RATES[layer] / 8 / FPS) * (KEY_FRAME if key else 1)
            for n in range(count := -(-octets // LARGEST_PAYLOAD)):
                body = bytes((0x90 if n == 0 else 0x80, 0x80, 0x80 | picture >> 8, picture & 0xFF))
                if n == 0:
                    size = HEIGHTS[layer].to_bytes(2, "little")
                    body += b"\x00\x00\x00\x9d\x01\x2a" + size + size if key else b"\x01\x00\x00"
                body += bytes(max(0, octets // count - len(body))) + bytes((self.number, layer))
                extensions = [(CHROMIUM_IDS[uris.MID], b"1"), (CHROMIUM_IDS[uris.RID], RIDS[layer].encode())]
                packets.append(self._packet(layer, VIDEO, int(now * 90_000), extensions, body))
        return packets

    def _packet(
        self, layer: int | None, payload_type: int, timestamp: int, extensions: list[tuple[int, bytes]], body: bytes
    ) -> bytes:
        sequence = next(self._sequences[layer]) & 0xFFFF
        return rtp.build(False, payload_type, sequence, timestamp, self.ssrc(layer), extensions, body)

    def feedback(self, now: float) -> list[rtcp.Rtcp]:
        arrived = sorted((n, at) for n, at in self.arrivals if at <= now)
        self.arrivals = [(n, at) for n, at in self.arrivals if at > now]
        if not arrived or not self.reports_arrivals:
            return []
        received = [(n & 0xFFFF, int(at * 1e6)) for n, at in arrived]
        messages = transport_feedback.report(1, 1, self.reports & 0xFF, received, self.reported & 0xFFFF)
        self.reported, self.reports = arrived[-1][0] + 1, self.reports + len(messages)
        return list(messages)


class Street:
    """`people` of them, who watch each other in tiles of `height` device pixels."""

    def __init__(
        self,
        people: int,
        height: int = 720,
        *,
        numbered: bool = True,
        grants: dict[int, Grant] | None = None,
        red: int | None = None,
    ) -> None:
        """`numbered`: their browsers take transport-wide numbers; `red`: payload type of sound that comes twice."""
        self.group = Group()
        ids = {uri: id_ for uri, id_ in CHROMIUM_IDS.items() if numbered or uri != uris.TRANSPORT_CC}
        joined = [
            self.group.join(people - 1, ids=ids, rids=RIDS, grant=(grants or {}).get(n, EVERYTHING), red=red)
            for n in range(people)
        ]
        self.homes = [Home(person, number, numbered) for number, person in enumerate(joined)]
        self._by_slot = {slot.ssrc: home for home in self.homes for slot in home.person.peer.slots.values()}
        self._by_slot |= {
            s.rtx_ssrc: home for home in self.homes for s in home.person.peer.slots.values() if s.rtx_ssrc
        }
        self._agenda: list[tuple[float, int, int, str, object]] = []
        self._order = itertools.count()
        for n in range(people):
            share = n / people
            self._later(share * VOICE_EVERY, n, "sound")
            self._later(share / FPS, n, "picture")
            self._later(share * FEEDBACK_EVERY, n, "feedback")
        self._later(0.0, 0, "tick")
        self._later(EVALUATE_EVERY, 0, "speakers")
        self._ticks = 0
        self.apply([change for home in self.homes for change in self.watching(home)])
        for home in self.homes:
            self.rank(home, height)

    @property
    def now(self) -> float:
        return self.group.now

    def others(self, home: Home) -> list[Home]:
        return [other for other in self.homes if other is not home]

    def slot(self, home: Home, other: Home, kind: str) -> Mid:
        return Mid(f"{kind}{other.number - (other.number > home.number)}")

    def watching(self, home: Home) -> list[Change]:
        who, others = home.person.id, self.others(home)
        sounds: list[Change] = [Attach(who, self.slot(home, o, "a"), o.person.id, MIC) for o in others]
        return [*sounds, *(Attach(who, self.slot(home, o, "v"), o.person.id, CAMERA) for o in others)]

    def rank(self, home: Home, height: int, bands: dict[int, Band] | None = None) -> None:
        wants = [
            Want(self.slot(home, other, "v"), height, (bands or {}).get(other.number, Band.REST))
            for other in self.others(home)
        ]
        self.apply([Rank(home.person.id, wants)])

    def apply(self, changes: list[Change]) -> None:
        assert self.group.apply(*changes) == []
        self._deliver()

    def layer(self, home: Home, other: Home) -> int | None:
        """That flows now."""
        subscription = home.person.peer.slots[self.slot(home, other, "v")].subscription
        assert subscription is not None
        return subscription.layer

    def says(self, home: Home, bitrate: float) -> None:
        """Its browser's own estimate."""
        self.group.control(home.person, rtcp.Remb(1, 0, int(bitrate), ()))

    # --- time --------------------------------------------------------------------------------------------------------

    def _later(self, seconds: float, number: int, what: str, value: object = None) -> None:
        heapq.heappush(self._agenda, (self.group.now + seconds, next(self._order), number, what, value))

    def run(self, seconds: float) -> None:
        until = self.group.now + seconds
        while self._agenda[0][0] < until:
            at, _, number, what, value = heapq.heappop(self._agenda)
            self.group.now = max(at, self.group.now)
            self._perform(self.homes[number], what, value)
        self.group.now = until

    def _perform(self, home: Home, what: str, value: object) -> None:
        match what:
            case "sound":
                self._receive(home, [home.voice(self.now)])
                self._later(VOICE_EVERY if home.speaks else SILENCE_EVERY, home.number, what)
            case "picture":
                self._receive(home, home.frame(self.now))
                self._later(1 / FPS, home.number, what)
            case "feedback":
                for message in home.feedback(self.now):
                    self._later(DELAY, home.number, "rtcp", message)
                self._later(FEEDBACK_EVERY, home.number, what)
            case "rtcp":
                home.person.control.receive(self.now, rtcp.build_compound([value]), self.group.batch)  # type: ignore[list-item]
                self._deliver()
            case "asked":
                home.key_wanted.add(value)  # type: ignore[arg-type]
            case "told":
                home.layers = value  # type: ignore[assignment]
            case "probe":
                self._probe(home)
            case "speakers":
                self.group.router.speakers.evaluate(self.now)
                self._later(EVALUATE_EVERY, 0, what)
            case _:
                self._tick()

    def _receive(self, home: Home, packets: list[bytes]) -> None:
        """At the server. The way there takes the same time for all that is sent, so it is left out."""
        for packet in packets:
            home.person.peer.receive_rtp(self.now, packet, self.group.batch, self.group.router.speakers)
        self._deliver()

    def _tick(self) -> None:
        self._later(TICK, 0, "tick")
        self._ticks += 1
        self.group.router.wake(self.now, self.group.batch)
        for home in self.homes[self._ticks % 2 :: 2]:
            home.person.peer.refill(self.now)
            for message in self.group.due(home.person):
                if isinstance(message, rtcp.PictureLossIndication):
                    layer = message.media_ssrc - home.ssrc(0)
                    self._later(2 * DELAY, home.number, "asked", layer)
            self._adapt(home)
        self._deliver()

    def _adapt(self, home: Home) -> None:
        squeezed, needed = self.group.adapt(home.person)
        if squeezed is not None:
            home.squeezed.append((self.now, squeezed))
        for source, layers in needed:
            assert source is CAMERA
            home.needed.append((self.now, layers))
            self._later(DELAY, home.number, "told", layers)
        if home.person.peer.downlink.probing.active:
            self._later(0.0, home.number, "probe")

    def _probe(self, home: Home) -> None:
        probing = home.person.peer.downlink.probing
        probing.put(self.now, self.group.batch)
        self._deliver()
        probing.noted(self.now)
        if probing.active and not any(what == "probe" and n == home.number for _, _, n, what, _ in self._agenda):
            self._later(STEP, home.number, "probe")

    def _deliver(self) -> None:
        batch = self.group.batch
        for form, fan, _, _ in batch.entries:
            for sink, *_ in fan.targets:
                home = self._by_slot[sink.ssrc]
                self._send(home, form.size + TAG_AND_HEADERS, form.head[1] & 0x7F, form.rest[-2:])
        batch.clear()

    def _send(self, home: Home, octets: int, payload_type: int, last: bytes) -> None:
        log = home.person.peer.sent_log
        number = log.next
        log.note(int(self.now * 1e6), octets)
        arrives = home.line.send(self.now, octets)
        if arrives is None:
            return
        home.arrivals.append((number, arrives))
        if payload_type == RTX:
            home.padding += 1
        elif payload_type in (AUDIO, RED):
            home.twice += payload_type == RED
            home.watched[last[0]].sound.append(arrives)
        else:
            home.watched[last[0]].pictures.append((arrives, last[1]))
