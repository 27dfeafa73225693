"""The socket's side of the packet path, on loopback."""

from __future__ import annotations

import asyncio
import select
import socket
import time
from collections.abc import Iterator

import pytest
import uvloop
from pylibsrtp import Policy, Session

from rtc.core.batch import Batch
from rtc.core.budget import MAX_OCTETS
from rtc.core.model import Grant, PeerId
from rtc.core.router import Router
from rtc.shell import libc, srtp
from rtc.shell.dtls import Certificate
from rtc.shell.endpoint import Endpoint
from rtc.shell.media import CONTROL_COST, LARGEST, MAX_GUESSES, MAX_SSRCS, MAY_WAIT, MediaSocket
from rtc.wire import rtp
from tests.unit.rtc.marks import replaces_methods

PROFILE, MASTER = "SRTP_AEAD_AES_128_GCM", bytes(range(28))


class Transports:
    """Nobody is known, or one endpoint everywhere; what is handed on is kept."""

    def __init__(self) -> None:
        self.endpoint: Endpoint | None = None
        self.elsewhere: list[Endpoint] = []  # at addresses of which nothing comes
        self.moves: list[Endpoint] = []
        self.stun: list[bytes] = []
        self.faults: list[bytes] = []

    def find(self, key: bytes) -> Endpoint | None:
        return self.endpoint

    def receive_stun(self, now: float, data: bytes, key: bytes) -> None:
        if data == b"\0bug":
            raise ZeroDivisionError
        self.stun.append(data)

    def receive_dtls(self, now: float, endpoint: Endpoint, data: bytes) -> None:
        raise AssertionError("from nobody")

    def senders_of(self, ssrc: int) -> list[Endpoint]:
        return [one for one in self.elsewhere if one.inbound is not None and ssrc in one.inbound.ssrcs]

    def moved(self, endpoint: Endpoint, key: bytes) -> None:
        self.moves.append(endpoint)
        endpoint.move(key)

    def started(self, batch: Batch) -> None:
        raise AssertionError("nothing flows")

    def broken(self, now: float, key: bytes) -> None:
        self.faults.append(key)


@pytest.fixture
def transports() -> Transports:
    return Transports()


@pytest.fixture
def media(transports: Transports) -> Iterator[MediaSocket]:
    media = MediaSocket("127.0.0.1", 0, Router(lambda: 1), transports)
    yield media
    media.close()


@pytest.fixture
def sender(media: MediaSocket) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.connect(("127.0.0.1", media.port))
        yield udp


def test_what_is_no_stun_from_strangers_goes_nowhere(
    media: MediaSocket, transports: Transports, sender: socket.socket
) -> None:
    for datagram in (b"", b"\x14dtls", b"\x80rtp", b"\x80\xc9rtcp", b"\x40channel", b"\xffall", b"\0check"):
        sender.send(datagram)
    media.readable()
    assert transports.stun == [b"", b"\0check"]


def test_a_fault_of_ours_costs_nobody_else(media: MediaSocket, transports: Transports, sender: socket.socket) -> None:
    for datagram in (b"\0one", b"\0bug", b"\0two"):
        sender.send(datagram)
    media.readable()
    assert transports.stun == [b"\0one", b"\0two"]
    assert len(transports.faults) == 1


def test_one_wake_up_takes_more_than_one_batch(
    media: MediaSocket, transports: Transports, sender: socket.socket
) -> None:
    for _ in range(200):
        sender.send(b"\0x")
    media.readable()
    assert len(transports.stun) == 200
    assert media.largest_queue > 0


def test_a_port_that_is_taken_is_an_error(media: MediaSocket, transports: Transports) -> None:
    with pytest.raises(OSError, match="in use"):
        MediaSocket("127.0.0.1", media.port, Router(lambda: 1), transports)


def somebody(number: int, master: bytes) -> Endpoint:
    """With SRTP keys."""
    peer = Router(lambda: 1).add_peer(0, PeerId(number), Grant(frozenset(), may_receive=True))
    made = Endpoint(0, peer, Certificate.make(), 0.0)
    made.inbound = srtp.Inbound(PROFILE, master)
    return made


def browser_of(master: bytes) -> Session:
    policy = Policy(key=master, ssrc_type=Policy.SSRC_ANY_OUTBOUND, srtp_profile=Policy.SRTP_PROFILE_AEAD_AES_128_GCM)
    return Session(policy)


@pytest.fixture
def endpoint(transports: Transports) -> Endpoint:
    """Somebody behind every address."""
    transports.endpoint = somebody(1, MASTER)
    return transports.endpoint


@pytest.fixture
def browser() -> Session:
    return browser_of(MASTER)


def packet(ssrc: int, size: int) -> bytes:
    return rtp.build(False, 96, 1, 1, ssrc, [], bytes(size))


def test_a_datagram_that_would_outgrow_its_buffer_on_the_way_out_is_dropped(
    media: MediaSocket, endpoint: Endpoint, browser: Session, sender: socket.socket
) -> None:
    header_and_tag = 12 + 16
    for ssrc, size in enumerate((LARGEST, LARGEST + 1, 2048)):
        # pylibsrtp protects no more than 1,352 bytes: what is larger need not be whole to be refused.
        protected = browser.protect(packet(ssrc, min(size, 1200) - header_and_tag))
        sender.send(protected + bytes(size - len(protected)))
    media.readable()
    assert endpoint.peer.drops["size"] == 2
    assert endpoint.peer.drops["srtp"] == 1


def test_ssrcs_without_end_are_not_all_kept(
    media: MediaSocket, endpoint: Endpoint, browser: Session, sender: socket.socket
) -> None:
    for ssrc in range(1, MAX_SSRCS + 11):
        sender.send(browser.protect(packet(ssrc, 10)))
    media.readable()
    assert endpoint.peer.drops["ssrcs"] == 10
    assert endpoint.peer.received_packets == MAX_SSRCS


def test_control_packets_cost_more_than_media(
    media: MediaSocket, endpoint: Endpoint, browser: Session, sender: socket.socket
) -> None:
    """Twelve hundred bytes of NACKs are half a millisecond of work: at 8 Mbit/s half a core."""
    nack = b"\x81\xcd" + (249).to_bytes(2, "big") + bytes(996)
    allowed = MAX_OCTETS // (1000 * CONTROL_COST)
    for _ in range(allowed + 10):
        sender.send(browser.protect_rtcp(nack))
        media.readable()
    assert 10 <= endpoint.peer.drops["rate"] <= 20


@replaces_methods
def test_what_comes_while_reports_are_read_does_not_wait_for_all_of_them(
    media: MediaSocket,
    transports: Transports,
    endpoint: Endpoint,
    browser: Session,
    sender: socket.socket,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Twenty viewers' reports, of a quarter of a millisecond each, may come at once."""
    order: list[str] = []

    def read(now: float, data: bytes, batch: Batch) -> None:
        order.append("report")
        sender.send(b"\0anything")
        time.sleep(1.5 * MAY_WAIT)

    monkeypatch.setattr(endpoint, "receive_rtcp", read)
    monkeypatch.setattr(transports, "receive_stun", lambda *_: order.append("other"))
    for _ in range(3):
        sender.send(browser.protect_rtcp(REPORT))
    sender.send(b"\0anything")
    media.readable()
    assert order == ["other", "report", "other", "report", "other", "report", "other"]


@replaces_methods
def test_reports_without_end_do_not_heap_up(
    media: MediaSocket, endpoint: Endpoint, browser: Session, sender: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[bytes] = []
    monkeypatch.setattr(endpoint, "receive_rtcp", lambda now, data, batch: read.append(data))
    monkeypatch.setattr("rtc.shell.media.MOST_CONTROL", 2)
    for _ in range(5):
        sender.send(browser.protect_rtcp(REPORT))
    media.read()
    assert len(read) == 3
    media.take_control()
    assert len(read) == 5


@replaces_methods
def test_a_flood_of_reports_leaves_the_loop_its_turn(
    media: MediaSocket, endpoint: Endpoint, browser: Session, sender: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[bytes] = []

    def flood(now: float, data: bytes, batch: Batch) -> None:
        """Each one that is taken brings the next."""
        read.append(data)
        if len(read) < 50:
            sender.send(browser.protect_rtcp(REPORT))
        time.sleep(1.5 * MAY_WAIT)

    monkeypatch.setattr(endpoint, "receive_rtcp", flood)
    sender.send(browser.protect_rtcp(REPORT))
    media.readable()
    assert len(read) == 1
    media.until = time.monotonic() + 5 * MAY_WAIT
    media.readable()
    assert 1 < len(read) < 10, "until the next tick is due"


def test_what_comes_next_waits_for_no_turn_of_the_loop(
    media: MediaSocket, transports: Transports, sender: socket.socket
) -> None:
    media.until = time.monotonic() + 10
    loop, other = socket.socketpair()
    with loop, other:
        media.share(loop.fileno())

        def answer(now: float, data: bytes, key: bytes) -> None:
            """Each one that is taken brings the next, and the third brings work for the loop."""
            transports.stun.append(data)
            if len(transports.stun) < 3:
                sender.send(b"\0again")
            else:
                other.send(b"x")

        transports.receive_stun = answer  # type: ignore[method-assign]
        sender.send(b"\0first")
        media.readable()
    assert transports.stun == [b"\0first", b"\0again", b"\0again"]
    assert time.monotonic() < media.until


async def test_the_event_loop_has_an_fd_that_tells_of_its_work() -> None:
    """uvloop's own name for it, `_get_backend_id`, is not promised by anybody."""
    loop = uvloop.new_event_loop()
    reading, writing = socket.socketpair()
    seen: list[bool] = []

    def look() -> None:
        writing.send(b"x")
        seen.append(bool(select.select([loop._get_backend_id()], [], [], 1)[0]))
        loop.stop()

    with reading, writing:
        loop.add_reader(reading, lambda: None)
        loop.call_later(0.01, look)
        await asyncio.get_running_loop().run_in_executor(None, loop.run_forever)
        loop.remove_reader(reading)
    loop.close()
    assert seen == [True]


# --- a NAT gives somebody another address ----------------------------------------------------------------------------

REPORT = b"\x80\xc9\x00\x01\x00\x00\x00\x01"  # a receiver report of SSRC 1, about nothing


@pytest.fixture
def two(transports: Transports) -> list[tuple[Endpoint, Session]]:
    """Two who only listen: browsers give both the SSRC 1."""
    people = [(somebody(number, bytes([number]) * 28), browser_of(bytes([number]) * 28)) for number in (1, 2)]
    transports.elsewhere = [endpoint for endpoint, _ in people]
    for endpoint, _ in people:
        assert endpoint.inbound is not None
        endpoint.inbound.ssrcs.add(1)
    return people


def test_reports_from_an_address_of_nobody_move_whoever_can_sign_them(
    media: MediaSocket, transports: Transports, two: list[tuple[Endpoint, Session]], sender: socket.socket
) -> None:
    for endpoint, browser in reversed(two):
        sender.send(browser.protect_rtcp(REPORT))
        media.readable()
        assert transports.moves.pop() is endpoint
        assert libc.address_of(endpoint.destination.key) == sender.getsockname()
    assert [endpoint.peer.drops for endpoint, _ in two] == [{}, {}]


def test_what_was_seen_before_moves_nobody(
    media: MediaSocket, transports: Transports, two: list[tuple[Endpoint, Session]], sender: socket.socket
) -> None:
    (endpoint, browser), _ = two
    older, newer = browser.protect_rtcp(REPORT), browser.protect_rtcp(REPORT)
    transports.endpoint = endpoint  # at home
    sender.send(newer)
    media.readable()
    assert transports.moves == [endpoint]
    endpoint.move(libc.stream_key(7))
    transports.endpoint = None
    for echo in (newer, older, newer[:-5] + bytes((newer[-5] ^ 1,)) + newer[-4:]):
        sender.send(echo)
        media.readable()
    assert transports.moves == [endpoint]
    sender.send(browser.protect_rtcp(REPORT))
    media.readable()
    assert transports.moves == [endpoint, endpoint]


def test_who_guesses_costs_the_people_nothing_and_soon_is_not_heard(
    media: MediaSocket, transports: Transports, two: list[tuple[Endpoint, Session]], sender: socket.socket
) -> None:
    forged = browser_of(bytes(28))
    for _ in range(MAX_GUESSES):
        sender.send(forged.protect_rtcp(REPORT))
        media.readable()
    (endpoint, browser), _ = two
    assert endpoint.peer.drops == {}
    assert endpoint.peer.budget.admit(MAX_OCTETS // 10)
    sender.send(browser.protect_rtcp(REPORT))
    media.readable()
    assert transports.moves == []
