"""The worker's packet path with and without C for ordinary packets: the same datagrams, the same books."""

from __future__ import annotations

import gc
import itertools
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from pylibsrtp import Error, Policy, Session

from rtc.core.batch import Batch
from rtc.core.changes import Attach, Change, Detach, Hold, Release, Renew
from rtc.core.encoding import Encoding
from rtc.core.model import Mid, PeerId, Source
from rtc.core.negotiation import Negotiated
from rtc.core.router import Router
from rtc.core.stats import PeerStats
from rtc.shell import kernel, libc, srtp
from rtc.shell.dtls import Certificate
from rtc.shell.endpoint import Endpoint, OutgoingStream
from rtc.shell.express import KEPT, MOST_ARRIVALS, Route
from rtc.shell.media import MediaSocket
from rtc.wire import extensions as uris
from rtc.wire import rtcp, rtp
from rtc.wire.feedback import Nack
from tests.unit.rtc.core.group import AUDIO, CHROMIUM_IDS, EVERYTHING, FIREFOX_IDS, RTX, VIDEO, delta_frame, key_frame
from tests.unit.rtc.core.group import lines as lines_of
from tests.unit.rtc.marks import replaces_methods

PROFILE, MASTER = "SRTP_AEAD_AES_128_GCM", bytes(range(28))
# A viewer whose header extension ids do not fit the one-byte form.
WIDE_IDS = {**CHROMIUM_IDS, uris.AUDIO_LEVEL: 21}
IDS = [CHROMIUM_IDS, FIREFOX_IDS, WIDE_IDS]
RIDS = ["q", "h"]
SHELL = Path(__file__).parents[4] / "rtc" / "shell"

pytestmark = pytest.mark.skipif(kernel.load() is None and shutil.which("cc") is None, reason="no C compiler here")


class Clock:
    """The same time for both paths: outgoing timestamps follow it."""

    now = 1000.0

    def monotonic(self) -> float:
        return self.now


clock = Clock()


@pytest.fixture(autouse=True, scope="module")
def one_clock() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "monotonic", clock.monotonic)
        yield


class Person:
    """A browser's socket and keys, and the worker's end of it."""

    def __init__(self, site: Site, ids: dict[str, int], ssrcs: itertools.count[int]) -> None:
        self.udp = libc.open_socket(site.host, 0, socket.SOCK_DGRAM)
        self.udp.connect((site.host, site.media.port))
        self.key = libc.key_of(*self.udp.getsockname()[:2])
        peer = site.router.add_peer(0, PeerId(len(site.people) + 1), EVERYTHING)
        policy = Policy(
            key=MASTER, ssrc_type=Policy.SSRC_ANY_INBOUND, srtp_profile=Policy.SRTP_PROFILE_AEAD_AES_128_GCM
        )
        policy.window_size = 1024
        self.session = Session(policy)
        self.endpoint = Endpoint(0, peer, site.certificate, 0.0)
        self.endpoint.inbound = srtp.Inbound(PROFILE, MASTER)
        self.endpoint.destination.move(self.key)
        slots = lines_of(2, ssrcs, ids, RIDS, RTX)
        peer.adopt(Negotiated("", slots, [], ids, [], "u", "p", False, 1))
        for slot in peer.slots.values():
            slot.sink = self.outgoing(slot.ssrc)
            if slot.rtx_ssrc is not None:
                slot.rtx_sink = self.outgoing(slot.rtx_ssrc)
        site.router.connected(0, peer, site.media.batch)

    def outgoing(self, ssrc: int) -> OutgoingStream:
        return OutgoingStream(
            ssrc, srtp.Outbound(PROFILE, MASTER, ssrc), self.endpoint.destination, self.endpoint.peer.sent_log
        )

    def received(self) -> Iterator[rtp.RtpPacket]:
        while True:
            try:
                yield rtp.parse(bytes(self.session.unprotect(self.udp.recv(2048))))
            except BlockingIOError:
                return


class Select(NamedTuple):
    """`Publication.select` for what is on a slot."""

    viewer: PeerId
    mid: Mid
    layer: int | None


class Site:
    """One worker's socket with three people, and the `Transports` around it."""

    def __init__(self, certificate: Certificate, *, express: bool, host: str = "127.0.0.1") -> None:
        numbers = itertools.count(7_000_000)
        self.host = host
        self.router = Router(lambda: next(numbers))
        self.media = MediaSocket(host, 0, self.router, self, express=express)
        self.certificate = certificate
        self.people: list[Person] = []
        self.faults = 0
        self.moves = 0
        ssrcs = itertools.count(900_000)
        for ids in IDS:
            self.people.append(Person(self, ids, ssrcs))

    def close(self) -> None:
        self.media.close()
        for person in self.people:
            person.udp.close()

    def find(self, key: bytes) -> Endpoint | None:
        return next((person.endpoint for person in self.people if person.key == key), None)

    def receive_stun(self, now: float, data: bytes, key: bytes) -> None:
        pass

    def receive_dtls(self, now: float, endpoint: Endpoint, data: bytes) -> None:
        pass

    def senders_of(self, ssrc: int) -> list[Endpoint]:
        return []

    def moved(self, endpoint: Endpoint, key: bytes) -> None:
        endpoint.destination.move(key)
        self.moves += 1

    def started(self, batch: Batch) -> None:
        pass

    def broken(self, now: float, key: bytes) -> None:
        self.faults += 1

    def apply(self, change: Change | Select) -> None:
        if isinstance(change, Select):
            subscription = self.router.peers[change.viewer].slots[change.mid].subscription
            if subscription is not None:
                subscription.publication.select(clock.now, subscription, change.layer, self.media.batch)
        else:
            self.router.apply(clock.now, [change], self.media.batch)
        self.media.flush()

    def settle(self) -> None:
        """As `Control` does each 100 ms."""
        for peer in self.router.peers.values():
            peer.settle_all()

    def wake(self) -> None:
        self.router.wake(clock.now, self.media.batch)
        self.media.flush()

    def send(self, person: int, datagrams: list[bytes], *, late: float = 0.0) -> None:
        """`late`: seconds that they wait in the kernel."""
        for datagram in datagrams:
            self.people[person].udp.send(datagram)
        time.sleep(late)
        self.media.readable()

    def left(self) -> list[tuple[list[tuple[object, ...]], list[bytes]]]:
        """What reached each person, and its transport-wide numbers, in no order: C's copies go before Python's."""
        left = []
        for person, ids in zip(self.people, IDS, strict=True):
            packets = list(person.received())
            numbers = [packet.extensions.pop(ids[uris.TRANSPORT_CC]) for packet in packets]
            left.append((sorted(map(_fields, packets)), sorted(numbers)))
        return left

    def copies(self) -> list[int]:
        return [len(packets) for packets, _ in self.left()]

    def books(self) -> list[PeerStats]:
        """All that is counted, but for how long this machine took."""
        self.settle()
        return [
            replace(stats, subscriptions=[replace(one, largest_hold_ms=0) for one in stats.subscriptions])
            for stats in (peer.stats() for peer in self.router.peers.values())
        ]

    def kept(self) -> list[tuple[int, list[bytes | None]]]:
        """What could be sent again, of each stream."""
        return [
            (
                stream.log.highest,
                [_payload(stream.recall(n)) for n in range(stream.log.highest - 40, stream.log.highest + 1)],
            )
            for person in self.people
            for _, stream in person.endpoint.peer.streams
        ]

    def sent(self) -> list[tuple[int, int]]:
        """How much each person was sent, by its log."""
        logs = [person.endpoint.peer.sent_log for person in self.people]
        return [(log.next, log.octets) for log in logs]

    def arrivals(self) -> list[int]:
        return [len(person.endpoint.peer.arrivals.take(1, 2)) for person in self.people]


def _fields(packet: rtp.RtpPacket) -> tuple[object, ...]:
    extensions = sorted(packet.extensions.items())
    return (
        packet.ssrc,
        packet.sequence,
        packet.timestamp,
        packet.payload_type,
        packet.marker,
        extensions,
        packet.payload,
    )


def _payload(cached: object) -> bytes | None:
    return None if cached is None else cached.packet.payload  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def certificate() -> Certificate:
    return Certificate.make()


MIC, CAMERA, HALF = (Source.MICROPHONE, 0), (Source.CAMERA, 0), (Source.CAMERA, 1)
Stream = tuple[Source, int]
"""A source's encoding."""
STREAMS: dict[Stream, tuple[str, int]] = {MIC: ("0", AUDIO), CAMERA: ("1", VIDEO), HALF: ("1", VIDEO)}
SOURCES = [Source.MICROPHONE, Source.CAMERA]


class Publisher:
    """Makes what one person's browser would send; SRTP of its own."""

    def __init__(self, person: int, ids: dict[str, int]) -> None:
        self._person = person
        self._ids = ids
        policy = Policy(
            key=MASTER, ssrc_type=Policy.SSRC_ANY_OUTBOUND, srtp_profile=Policy.SRTP_PROFILE_AEAD_AES_128_GCM
        )
        policy.allow_repeat_tx = True
        self._session = Session(policy)
        self._numbers = itertools.count(65_500)
        self.sequences = dict.fromkeys(STREAMS, 65_520)

    def ssrc(self, stream: Stream) -> int:
        return (self._person + 1) * 1000 + list(STREAMS).index(stream)

    def packet(self, stream: Stream, step: int, kind: str, noise: bytes) -> bytes | None:
        """None for what SRTP itself does not take."""
        if kind == "report":
            ntp = int((clock.now + 3600) * 2**32)
            timestamp = (self.sequences[stream] * 960 + len(noise)) & 0xFFFFFFFF
            report = rtcp.SenderReport(self.ssrc(stream), ntp, timestamp, 1, 1)
            return bytes(self._session.protect_rtcp(rtcp.build_compound([report])))
        self.sequences[stream] += step
        sequence = self.sequences[stream]
        if step < 0:
            self.sequences[stream] -= step
        source, layer = stream
        mid, payload_type = STREAMS[stream]
        elements = [
            (self._ids[uris.MID], mid.encode()),
            (self._ids[uris.TRANSPORT_CC], (next(self._numbers) & 0xFFFF).to_bytes(2, "big")),
        ]
        if source is Source.MICROPHONE and kind != "no level":
            elements.append((self._ids[uris.AUDIO_LEVEL], bytes([0x80 | len(noise)])))
        if source is Source.CAMERA and kind != "repair":
            elements.append((self._ids[uris.RID], RIDS[layer].encode()))
        ssrc = self.ssrc(stream)
        payload = b"voice" + noise if source is Source.MICROPHONE else delta_frame(sequence & 0x7FFF, noise)
        if kind == "key" and source is Source.CAMERA:
            payload = key_frame(sequence & 0x7FFF) + noise
        elif kind == "empty":
            payload = b""
        elif kind == "noise":
            payload = noise
        elif kind == "other type":
            payload_type = 100
        elif kind == "repair":
            payload_type, ssrc = RTX, ssrc + 500
            elements.append((self._ids[uris.RRID], RIDS[layer].encode()))
            payload = (sequence & 0xFFFF).to_bytes(2, "big") + payload
        data = bytearray(rtp.build(False, payload_type, sequence & 0xFFFF, sequence * 960, ssrc, elements, payload))
        if kind == "two-byte":
            data = bytearray(
                rtp.build(
                    False, payload_type, sequence & 0xFFFF, sequence * 960, ssrc, [*elements, (30, noise)], payload
                )
            )
        elif kind == "padded":
            data[0] |= 0x20
            data += b"\0\0\0\4"
        elif kind == "odd":
            data[12 : 12 + len(noise)] = noise
        try:
            protected = bytes(self._session.protect(bytes(data)))
        except (Error, TypeError, ValueError):
            return None
        return protected[:-1] + b"?" if kind == "forged" else protected


KINDS = ["plain"] * 12 + [
    "key", "key", "report", "empty", "noise", "other type", "repair", "two-byte", "padded", "odd", "forged", "no level",
]  # fmt: skip
packets = st.tuples(
    st.sampled_from(list(STREAMS)),
    st.sampled_from([1, 1, 1, 1, 1, 1, 0, 2, 3, -1, -2, 700]),
    st.sampled_from(KINDS),
    st.binary(min_size=1, max_size=14),
)
people = st.integers(1, 3).map(PeerId)
commands: st.SearchStrategy[Change] = st.one_of(
    st.builds(Attach, people, st.just(Mid("a0")), people, st.just(Source.MICROPHONE)),
    st.builds(Attach, people, st.sampled_from([Mid("v0"), Mid("v1")]), people, st.just(Source.CAMERA)),
    st.builds(Detach, people, st.sampled_from([Mid("a0"), Mid("v0")])),
    st.builds(Hold, people, st.sampled_from(SOURCES)),
    st.builds(Release, people, st.sampled_from(SOURCES)),
    st.builds(Renew, people, st.just(Source.CAMERA)),
)
steps = st.one_of(
    st.tuples(st.integers(0, 2), st.lists(packets, min_size=1, max_size=12)),
    st.tuples(st.integers(0, 2), st.lists(packets, min_size=1, max_size=12)),
    commands,
    st.builds(Select, people, st.sampled_from([Mid("v0"), Mid("v1")]), st.sampled_from([0, 1, 1, None])),
    st.just("wait"),
)


def everybody_sees_everybody(site: Site) -> None:
    for viewer in (1, 2, 3):
        for i, publisher in enumerate(p for p in (1, 2, 3) if p != viewer):
            site.apply(Attach(PeerId(viewer), Mid(f"a{i}"), PeerId(publisher), Source.MICROPHONE))
            site.apply(Attach(PeerId(viewer), Mid(f"v{i}"), PeerId(publisher), Source.CAMERA))


@given(story=st.lists(steps, min_size=5, max_size=40))
@settings(max_examples=150, deadline=None)
def test_the_same_leaves_and_is_counted(certificate: Certificate, story: list[object]) -> None:
    sites = express, reference = Site(certificate, express=True), Site(certificate, express=False)
    publishers = [Publisher(i, ids) for i, ids in enumerate(IDS)]
    try:
        for site in sites:
            everybody_sees_everybody(site)
        for person, publisher in enumerate(publishers):
            first = [publisher.packet(stream, 1, "key", b"first") for stream in STREAMS]
            for site in sites:
                site.send(person, [datagram for datagram in first if datagram])
        for number, step in enumerate(story):
            clock.now += 0.4 if step == "wait" else 0.007
            for site in sites:
                if step == "wait" or number % 10 == 0:
                    site.settle()
                site.wake()
            if step == "wait":
                continue
            if isinstance(step, tuple) and not isinstance(step, Select):
                person, wanted = step
                made = [publishers[person].packet(*one) for one in wanted]
                for site in sites:
                    site.send(person, [datagram for datagram in made if datagram])
            else:
                for site in sites:
                    site.apply(step)  # type: ignore[arg-type]
            assert express.left() == reference.left()
        assert express.books() == reference.books()
        assert express.kept() == reference.kept()
        assert express.arrivals() == reference.arrivals()
        assert express.sent() == reference.sent()
        assert express.faults == reference.faults == 0
        assert express.moves == reference.moves
    finally:
        for site in sites:
            site.close()


def test_more_than_fits_between_two_settlements(certificate: Certificate) -> None:
    sites = express, reference = Site(certificate, express=True), Site(certificate, express=False)
    publisher = Publisher(0, CHROMIUM_IDS)
    made = [publisher.packet(CAMERA, 1, "key", b"x")] + [
        publisher.packet(stream, 1, "plain", b"x") for stream in [CAMERA] * (KEPT + 50) + [MIC] * (MOST_ARRIVALS + 50)
    ]
    for site in sites:
        everybody_sees_everybody(site)
        for start in range(0, len(made), 50):
            site.send(0, [datagram for datagram in made[start : start + 50] if datagram])
            site.copies()
    assert express.books() == reference.books()
    assert express.kept() == reference.kept()
    pending = [sorted(site.people[0].endpoint.peer.arrivals._pending) for site in sites]
    assert pending[0] == pending[1]
    assert len(pending[0]) == len(made)
    for site in sites:
        site.close()


needs_ipv6 = pytest.mark.skipif(not libc.has_ipv6(), reason="no IPv6 here")


@pytest.fixture(params=["127.0.0.1", pytest.param("::1", marks=needs_ipv6)])
def site(certificate: Certificate, request: pytest.FixtureRequest) -> Iterator[Site]:
    site = Site(certificate, express=True, host=request.param)
    everybody_sees_everybody(site)
    yield site
    site.close()


def test_ordinary_packets_do_not_come_to_the_core(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    publisher = Publisher(0, CHROMIUM_IDS)
    for stream in STREAMS:
        site.send(0, [publisher.packet(stream, 1, "key", b"x") or b""])
    site.left()

    def receive(*_: object) -> bool:
        raise AssertionError("this one needed no look")

    monkeypatch.setattr(Encoding, "receive", receive)
    for stream in STREAMS:
        site.send(0, [publisher.packet(stream, 1, "plain", b"x") or b"" for _ in range(20)])
    assert site.copies() == [0, 40, 40]
    assert site.faults == 0


@pytest.mark.parametrize("express", [True, False])
def test_a_key_frame_ends_what_follows_it_of_another_encoding(certificate: Certificate, express: bool) -> None:
    site = Site(certificate, express=express)
    publisher = Publisher(0, CHROMIUM_IDS)
    site.apply(Attach(PeerId(2), Mid("v0"), PeerId(1), Source.CAMERA))
    for stream in (CAMERA, HALF):
        site.send(0, [publisher.packet(stream, 1, "key", b"x") or b""])
    site.apply(Select(PeerId(2), Mid("v0"), 1))
    site.left()
    kinds = [(CAMERA, "plain"), (HALF, "key"), (CAMERA, "plain"), (HALF, "plain")]
    site.send(0, [publisher.packet(stream, 1, kind, b"x") or b"" for stream, kind in kinds])
    assert site.copies() == [0, 3, 0]
    site.close()


def test_nothing_that_comes_from_a_forgotten_address_is_taken(site: Site) -> None:
    publisher = Publisher(0, CHROMIUM_IDS)
    site.send(0, [publisher.packet(MIC, 1, "plain", b"x") or b"" for _ in range(3)])
    site.left()
    person = site.people[0]
    site.media.forget(person.endpoint)
    person.key = b""
    site.send(0, [publisher.packet(MIC, 1, "plain", b"x") or b""])
    assert site.copies() == [0, 0, 0]


def test_what_was_just_forwarded_is_sent_again_to_whoever_misses_it(site: Site) -> None:
    publisher = Publisher(0, CHROMIUM_IDS)
    site.send(0, [publisher.packet(CAMERA, 1, "key", b"x") or b""])
    site.send(0, [publisher.packet(CAMERA, 1, "plain", b"x") or b"" for _ in range(5)])
    viewer = site.people[1]
    newest = list(viewer.received())[-1]
    nack = rtcp.build_compound([rtcp.ReceiverReport(1), Nack(1, newest.ssrc, (newest.sequence,))])
    viewer.endpoint.receive_rtcp(clock.now, nack, site.media.batch)
    site.media.flush()
    (again,) = viewer.received()
    assert again.payload == newest.sequence.to_bytes(2, "big") + newest.payload


def test_viewers_are_told_of_what_was_held_up(site: Site) -> None:
    publisher = Publisher(0, CHROMIUM_IDS)
    for late in (0, 0, 0.1, 0.15, 0):  # a busy machine adds to each
        site.send(0, [publisher.packet(MIC, 1, "plain", b"x") or b""], late=late)
    site.settle()
    holds = [one.largest_hold_ms for one in site.router.peers[PeerId(2)].stats().subscriptions]
    assert 80 < max(holds) < 140, "the third packet, by as much later as the second was not"


@replaces_methods
def test_nothing_is_kept_of_routes_that_went_within_a_batch(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their memory is another's by then."""
    publisher, endpoint = Publisher(0, CHROMIUM_IDS), site.people[0].endpoint
    site.send(0, [publisher.packet(MIC, 1, "plain", b"x") or b""])
    monkeypatch.setattr(site, "receive_stun", lambda now, data, key: site.media.forget(endpoint))
    site.send(0, [publisher.packet(MIC, 1, "plain", b"x") or b"", bytes(20)])
    express = site.media._express
    assert express is not None
    assert express.fields.touched_count == 0
    site.send(0, [publisher.packet(MIC, 1, "plain", b"x") or b"" for _ in range(2)])
    assert site.books()[0].received_packets == 4


def test_who_is_gone_leaves_no_memory_to_the_garbage_collector(site: Site) -> None:
    publisher = Publisher(0, CHROMIUM_IDS)
    for stream in STREAMS:
        site.send(0, [publisher.packet(stream, 1, "key", b"x") or b"" for _ in range(3)])
    assert all(stream.lane for _, stream in site.people[0].endpoint.peer.demuxer.streams)
    gc.collect()
    gc.disable()
    try:
        before = routes_alive()
        site.media.forget(site.people[0].endpoint)
        assert routes_alive() == before - len(STREAMS)
    finally:
        gc.enable()


def routes_alive() -> int:
    return sum(isinstance(one, Route) for one in gc.get_objects())


def test_who_has_moved_is_followed_from_the_first_packet(site: Site) -> None:
    publisher, endpoint = Publisher(0, CHROMIUM_IDS), site.people[0].endpoint
    for stream in STREAMS:
        site.send(0, [publisher.packet(stream, 1, "key", b"x") or b"" for _ in range(3)])
    home = endpoint.destination.key
    endpoint.destination.move(site.people[1].key)
    site.send(0, [publisher.packet(CAMERA, 1, "plain", b"x") or b""])
    assert (site.moves, endpoint.destination.key) == (1, home)


def test_who_is_held_is_not_heard_through_an_older_ssrc(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    older, newer = Publisher(0, CHROMIUM_IDS), Publisher(0, CHROMIUM_IDS)
    monkeypatch.setattr(newer, "ssrc", lambda source: 1700)
    for publisher in (older, newer, older):
        site.send(0, [publisher.packet(MIC, 1, "plain", b"x") or b""])
    site.apply(Hold(PeerId(1), Source.MICROPHONE))
    site.send(0, [older.packet(MIC, 1, "plain", b"x") or b"" for _ in range(10)])
    assert site.router.speakers.evaluate(clock.now) is None


def test_a_send_that_fails_leaves_the_books_right(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    publisher = Publisher(0, CHROMIUM_IDS)
    site.send(0, [publisher.packet(MIC, 1, "plain", b"x") or b""])

    def broken(*_: object) -> int:
        raise RuntimeError

    site.people[1].endpoint.destination.move(libc.key_of(site.host, 0))  # so that the kernel does not take it
    with monkeypatch.context() as patch:
        patch.setattr("rtc.shell.libc.Outgoing.send", broken)
        with pytest.raises(RuntimeError):
            site.send(0, [publisher.packet(MIC, 1, "plain", b"x") or b""])
    site.send(0, [publisher.packet(MIC, 1, "plain", b"x") or b""])
    (publication,) = site.books()[0].publications
    assert (publication.packets, publication.lost) == (3, 0)


def test_what_the_kernel_refuses_keeps_nothing_else(site: Site) -> None:
    publisher, lost = Publisher(0, CHROMIUM_IDS), site.media.send_errors
    site.send(0, [publisher.packet(MIC, 1, "plain", b"x") or b""])
    site.left()
    site.people[1].endpoint.destination.move(libc.key_of(site.host, 0))
    site.send(0, [publisher.packet(MIC, 1, "plain", b"x") or b"" for _ in range(100)])
    assert site.copies() == [0, 0, 100]
    assert site.media.send_errors == lost + 100


@replaces_methods
@pytest.mark.parametrize("refused", [False, True])
def test_copies_that_do_not_fit_at_once_leave_in_order(
    certificate: Certificate, monkeypatch: pytest.MonkeyPatch, refused: bool
) -> None:
    monkeypatch.setattr("rtc.shell.sending.SEND_AT_ONCE", 7)
    site, publisher = Site(certificate, express=True), Publisher(0, CHROMIUM_IDS)
    everybody_sees_everybody(site)
    site.send(0, [publisher.packet(MIC, 1, "plain", b"x") or b""])
    site.left()
    if refused:
        site.people[1].endpoint.destination.move(libc.key_of(site.host, 0))
    site.send(0, [publisher.packet(MIC, 1, "plain", b"x") or b"" for _ in range(60)])
    sequences = [packet.sequence for packet in site.people[2].received()]
    assert sequences == list(range(sequences[0], sequences[0] + 60))
    assert len(list(site.people[1].received())) == (0 if refused else 60)
    site.close()


def test_what_a_repair_brought_already_does_not_leave_twice(site: Site) -> None:
    publisher = Publisher(0, CHROMIUM_IDS)
    for step, kind in ((1, "key"), (1, "plain"), (1, "repair"), (0, "plain"), (1, "plain")):
        site.send(0, [publisher.packet(CAMERA, step, kind, b"x") or b""])
    assert site.copies() == [0, 4, 4]
    assert site.people[0].endpoint.peer.drops["duplicate"] == 1


def test_a_budget_that_is_spent_stops_ordinary_packets_too(site: Site) -> None:
    publisher = Publisher(0, CHROMIUM_IDS)
    for _ in range(40):
        site.send(0, [publisher.packet(MIC, 1, "plain", b"x") or b"" for _ in range(40)])
        site.left()
    site.settle()
    peer = site.people[0].endpoint.peer
    assert peer.received_packets == 1500
    assert peer.drops["rate"] == 100


@pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler here")
def test_no_octet_outside_of_a_packet_is_read(tmp_path: Path) -> None:
    """Packets made to lie about their lengths, through the C code under the sanitizers."""
    harness, program = Path(__file__).with_name("ingest_harness.c"), tmp_path / "harness"
    flags = ["-std=gnu11", "-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", f"-I{SHELL}"]
    built = subprocess.run(
        ["cc", *flags, "-o", str(program), str(harness)], capture_output=True, text=True, check=False
    )
    if "cannot find" in built.stderr:
        pytest.skip("the compiler has no sanitizers here")
    assert built.returncode == 0, built.stderr
    run = subprocess.run([str(program), "300000"], capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stderr
    forwarded, opened, untouched = map(int, run.stdout.split())
    assert min(forwarded, opened, untouched) > 1000  # so that it has been everywhere
