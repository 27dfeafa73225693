"""From a batch to datagrams, by Python and by the C kernel: the same bytes to the same addresses."""

from __future__ import annotations

import errno
import itertools
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pylibsrtp import Policy, Session

from rtc.core.batch import Entry, Fan, Form
from rtc.core.sent_log import SentLog
from rtc.shell import kernel, libc, srtp
from rtc.shell.endpoint import OutgoingStream
from rtc.shell.libc import Destination
from rtc.shell.sending import SEND_AT_ONCE, PythonWriter, Sender, Writer
from rtc.wire import rtp, vp8
from tests.unit.rtc.marks import replaces_methods

PROFILE, MASTER = "SRTP_AEAD_AES_128_GCM", bytes(range(28))

LIBRARY = kernel.load()
# Where a compiler is, `make` has built it: then its absence is a failure.
needs_kernel = pytest.mark.skipif(LIBRARY is None and shutil.which("cc") is None, reason="no C compiler here")


def python_writer(outgoing: libc.Outgoing) -> Writer:
    return PythonWriter(outgoing)


def kernel_writer(outgoing: libc.Outgoing) -> Writer:
    return kernel.KernelWriter(outgoing, LIBRARY)


BOTH = [pytest.param(python_writer, id="python"), pytest.param(kernel_writer, id="compiled", marks=needs_kernel)]


class Listener:
    """Somebody's browser: a socket and the key to what comes."""

    def __init__(self, ssrc: int) -> None:
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", 0))
        self.udp.settimeout(5)
        self.destination = Destination()
        self.destination.move(libc.key_of(*self.udp.getsockname()))
        self.stream = OutgoingStream(ssrc, srtp.Outbound(PROFILE, MASTER, ssrc), self.destination, SentLog())
        policy = Policy(
            key=MASTER, ssrc_type=Policy.SSRC_ANY_INBOUND, srtp_profile=Policy.SRTP_PROFILE_AEAD_AES_128_GCM
        )
        self._session = Session(policy)

    def hear(self, count: int) -> list[rtp.RtpPacket]:
        return [self.unprotect(self.udp.recv(2000)) for _ in range(count)]

    def unprotect(self, data: bytes) -> rtp.RtpPacket:
        return rtp.parse(bytes(self._session.unprotect(data)))


@pytest.fixture
def listeners() -> Iterator[list[Listener]]:
    listeners = [Listener(ssrc) for ssrc in (11, 22, 33)]
    yield listeners
    for listener in listeners:
        listener.udp.close()


@pytest.fixture(params=BOTH)
def sender(request: pytest.FixtureRequest) -> Iterator[Sender]:
    outgoing = libc.Outgoing(SEND_AT_ONCE)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.setblocking(False)
        yield Sender(udp.fileno(), outgoing, request.param(outgoing), lambda key, packets: len(packets))


SIZES = [1000, 1000, 999, 1000, 30, 1000, 1000]


def fan_out(listeners: list[Listener]) -> list[Entry]:
    fan = Fan(tuple((listener.stream, 100, 7, 0, 0) for listener in listeners))
    return [(Form(False, 96, [], bytes(size)), fan, number, 0) for number, size in enumerate(SIZES)]


def test_everybody_gets_all_packets_in_order(sender: Sender, listeners: list[Listener]) -> None:
    sender.send(fan_out(listeners), 0)
    for listener in listeners:
        heard = listener.hear(len(SIZES))
        assert [(packet.sequence, len(packet.payload)) for packet in heard] == list(enumerate(SIZES, 100))
        assert {(packet.ssrc, packet.timestamp) for packet in heard} == {(listener.stream.ssrc, 7)}


def test_a_network_that_cannot_segment_gets_them_one_by_one(
    sender: Sender, listeners: list[Listener], monkeypatch: pytest.MonkeyPatch
) -> None:
    send = libc.Outgoing.send
    calls: list[int] = []

    def once_broken(self: libc.Outgoing, fd: int, first: int, count: int) -> int:
        calls.append(count)
        return -errno.EIO if len(calls) == 1 else send(self, fd, first, count)

    monkeypatch.setattr(libc.Outgoing, "send", once_broken)
    sender.send(fan_out(listeners[:1]), 0)
    assert [packet.sequence for packet in listeners[0].hear(len(SIZES))] == [*range(100, 100 + len(SIZES))]
    assert calls[0] < len(SIZES) == calls[1]


@pytest.mark.parametrize("who", [0, 1, 2])
def test_what_goes_to_a_connection_is_handed_over_and_the_others_get_theirs(
    sender: Sender, listeners: list[Listener], who: int
) -> None:
    taken: list[tuple[bytes, bytes]] = []

    def divert(key: bytes, packets: list[bytes]) -> int:
        taken.extend((key, packet) for packet in packets)
        return 2  # that it had no room for, say

    sender.divert = divert
    connected = listeners.pop(who)
    connected.destination.move(libc.stream_key(7))
    sender.send(fan_out([connected, *listeners]), 0)
    assert {key for key, _ in taken} == {libc.stream_key(7)}
    assert [len(packet.payload) for packet in map(connected.unprotect, (data for _, data in taken))] == SIZES
    for listener in listeners:
        assert [len(packet.payload) for packet in listener.hear(len(SIZES))] == SIZES
    assert sender.errors > 0
    assert sender.errors % 2 == 0


def test_no_index_is_ever_used_twice(sender: Sender, listeners: list[Listener]) -> None:
    """Two packets under one SRTP index would give the key away: the second is not sent (RFC 7714 8.1)."""
    fan = Fan(((listeners[0].stream, 0, 0, 0, 0),))
    one, other = Form(False, 96, [], b"one"), Form(False, 96, [], b"other")
    sender.send([(one, fan, 5, 0), (other, fan, 5, 0), (one, fan, 6, 0)], 0)
    assert [packet.sequence for packet in listeners[0].hear(2)] == [5, 6]
    assert sender.errors == 1


def test_what_no_buffer_takes_is_refused(sender: Sender, listeners: list[Listener]) -> None:
    fan = Fan(((listeners[0].stream, 0, 0, 0, 0),))
    with pytest.raises(ValueError, match="too long"):
        sender.send([(Form(False, 96, [], bytes(libc.LARGEST)), fan, 1, 0)], 0)


# --- the same by both ------------------------------------------------------------------------------------------------

PAYLOADS = [
    b"opus",
    b"\x10\x01no ids",
    b"\x90\x80\x05\x01seven bits",
    b"\x90\x80\xff\xfe\x01fifteen bits",
    b"\x90\xe0\x81\x23\xfd\x20\x01and tl0",
    b"\x90\x60\xfd\x20\x01tl0 alone",
]


def form_of(payload: bytes, padding: int, marker: bool, level: bytes, transport_id: int | None) -> Form:
    descriptor = None if payload == b"opus" else vp8.parse(payload)
    return Form(marker, 96, [(1, level)] if level else [], payload + bytes(padding), descriptor, 0, transport_id)


forms = st.builds(
    form_of,
    st.sampled_from(PAYLOADS),
    st.sampled_from([0, 0, 1, 900]),
    st.booleans(),
    st.binary(max_size=1),
    st.sampled_from([None, 3, 40]),  # a header extension of the one-byte form, and of the other
)
# Numbers as the core has them: unbounded, negative, beyond their width.
additions = st.integers(-(2**20), 2**40)
targets = st.tuples(st.integers(0, 5), additions, additions, st.integers(0, 0x7FFF), st.integers(0, 0xFF))
fans = st.lists(st.lists(targets, max_size=6).map(tuple), min_size=4, max_size=4)
numbers = st.integers(0, 2**34)
batches = st.lists(st.tuples(forms, st.integers(0, 3), numbers, st.integers(0, 2**32 - 1)), max_size=60)
Fans = list[tuple[tuple[int, int, int, int, int], ...]]
Drawn = list[tuple[Form, int, int, int]]


class Recorded(libc.Outgoing):
    """What would be sent: (address, packets) of each message."""

    def take(self, messages: int, end: int) -> list[tuple[int, list[bytes]]]:
        starts = [*(self.first_packet(message) for message in range(messages)), end]
        assert [self.packets(m) for m in range(messages)] == [b - a for a, b in itertools.pairwise(starts)]
        return [(self.addresses[a], [self._packet(n) for n in range(a, b)]) for a, b in itertools.pairwise(starts)]

    def _packet(self, n: int) -> bytes:
        return bytes(self.buffer[n * libc.SLOT :][: self.sizes[n]])


class Written:
    """A batch by a writer, with streams of its own. Addresses are told by who lives there."""

    def __init__(self, make: Callable[[libc.Outgoing], Writer], fans: Fans, batch: Drawn, capacity: int) -> None:
        homes = sorted((Destination() for _ in range(3)), key=lambda home: home.address)
        who = {home.address: n for n, home in enumerate(homes)}
        logs = [SentLog() for _ in homes]
        logs[1].memory[:8] = (2**16 - 3).to_bytes(8, sys.byteorder)  # its numbers are about to wrap
        streams = [
            OutgoingStream(n + 1, srtp.Outbound(PROFILE, MASTER, n + 1), homes[n % 3], logs[n % 3]) for n in range(6)
        ]
        made = [Fan(tuple((streams[n], *additions) for n, *additions in fan)) for fan in fans]
        outgoing = Recorded(capacity)
        writer = make(outgoing)
        entries = [(form, made[fan], number, timestamp) for form, fan, number, timestamp in batch]
        self.messages: list[tuple[int, list[bytes]]] = []
        self.unsegmented: list[tuple[int, list[bytes]]] = []
        for packets in writer.fill(entries, 5000.000007):
            for segments, into in ((True, self.messages), (False, self.unsegmented)):
                messages = outgoing.take(writer.frame(0, packets, segments), packets)
                into += [(who[address], content) for address, content in messages]
        self.failed = writer.failed
        self.logs = [log.memory for log in logs]

    def packets(self, home: int) -> list[bytes]:
        return [packet for at, content in self.messages if at == home for packet in content]


@needs_kernel
@settings(deadline=None)
@given(fans, batches)
def test_both_write_the_same(fans: Fans, batch: Drawn) -> None:
    one, other = (Written(make, fans, batch, 512) for make in (python_writer, kernel_writer))
    assert one.messages == other.messages
    assert one.unsegmented == other.unsegmented
    assert one.failed == other.failed
    assert one.logs == other.logs


@needs_kernel
@settings(deadline=None)
@given(fans, batches)
def test_both_write_the_same_some_at_a_time(fans: Fans, batch: Drawn) -> None:
    one, other = (Written(make, fans, batch, 16) for make in (python_writer, kernel_writer))
    assert [one.packets(home) for home in range(3)] == [other.packets(home) for home in range(3)]
    assert one.failed == other.failed


@pytest.mark.parametrize("make", BOTH)
@settings(deadline=None)
@given(fans=fans, batch=batches)
def test_a_message_has_packets_of_one_size_and_maybe_a_shorter_last(
    make: Callable[[libc.Outgoing], Writer], fans: Fans, batch: Drawn
) -> None:
    written = Written(make, fans, batch, 512)
    for _, content in written.messages:
        sizes = [len(packet) for packet in content]
        assert len(sizes) <= libc.MAX_SEGMENTS
        assert set(sizes[:-1]) <= {sizes[0]}
        assert sizes[-1] <= sizes[0]
    assert [(at, [packet]) for at, content in written.messages for packet in content] == written.unsegmented


@replaces_methods
def test_a_library_of_another_source_is_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(kernel, "LIBRARY", tmp_path / "_kernel.so")
    assert kernel.load() is None
    kernel.LIBRARY.write_bytes(b"not a library")
    assert kernel.load() is None
