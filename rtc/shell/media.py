"""The packet path at the socket: `recvmmsg`, demux, SRTP in place (RFC 7983, RFC 5764 5.1.2).

Everything that one wake-up brings is unprotected, handed to the core, and what the core put into the batch is sent as a
whole (`sending.py`). Nothing here decodes, awaits or allocates per packet more than it must.
"""

from __future__ import annotations

import select
import socket
import struct
import time
from collections import deque
from typing import Final, Protocol

import structlog

from rtc.core.batch import Batch
from rtc.core.encoding import Encoding
from rtc.core.peer import Peer
from rtc.core.router import Router
from rtc.shell import libc, srtp
from rtc.shell.endpoint import Endpoint
from rtc.shell.express import FAILED, LARGEST, OPENED, UNTOUCHED, Express, Left
from rtc.shell.kernel import KernelWriter
from rtc.shell.relay import Relay
from rtc.shell.sending import make_sender
from rtc.shell.tcp import Connections

log = structlog.get_logger()

RECEIVE_AT_ONCE: Final = 64  # messages; with twenty viewers they become 1,200
# libsrtp keeps each SSRC that it saw for ever. A Firefox with 64 pairs of slots reports under 128 of its own.
MAX_SSRCS: Final = 256  # per peer, of RTP and RTCP
# One datagram of RTCP can name 5,000 packets; a browser with 25 pictures and 10 % loss sends 200 kbit/s of it.
CONTROL_COST: Final = 5  # octets of the peer's budget per octet
MAY_WAIT: Final = 0.001  # seconds that packets wait for the worker's other work, or a little longer
MOST_CONTROL: Final = 256  # datagrams of RTCP that wait; more are taken at once
SMALLEST: Final = 12  # octets of RTP's header, and of RTCP with its tag
BATCHES_PER_WAKE: Final = 8  # then other work of the loop has its turn
SOCKET_BUFFER: Final = 4 * 1024 * 1024  # bytes; 50 ms of 100,000 packets/s
# Each wake-up, and each burst that wakes a receiver, has its price. A pause before reading lets more packets come:
# it saves CPU, and adds to everybody's delay. The more a worker has to do, the more gather by themselves meanwhile.
LONGEST_PAUSE: Final = 0.003  # seconds, of a worker without work
SHORTEST_PAUSE: Final = 0.0005  # seconds, from half a core on
BUSY: Final = 1000  # packets received in a second, from which on it pays
MAX_LATENCY_SAMPLES: Final = 50_000
# Strangers can make us compute an HMAC with each check: what one core does in 3 % of its time.
MAX_STRANGERS: Final = 1000  # checks a second from unknown addresses

# Media from an unknown address is tried with the keys of whoever uses its SSRC: browsers that only listen all have 1.
MAX_GUESSES: Final = 1000  # a second, of 2 us each

_SEQUENCE: Final = struct.Struct(">H")
_SSRC: Final = struct.Struct(">I")


class Transports(Protocol):
    """Who is behind an address; what arrives there that is not media."""

    def find(self, key: bytes) -> Endpoint | None: ...

    def receive_stun(self, now: float, data: bytes, key: bytes) -> None: ...

    def receive_dtls(self, now: float, endpoint: Endpoint, data: bytes) -> None: ...

    def senders_of(self, ssrc: int) -> list[Endpoint]:
        """Those from whom something with this SSRC has authenticated."""

    def moved(self, endpoint: Endpoint, key: bytes) -> None:
        """The peer is at this address now, which may be one that nobody had."""

    def started(self, batch: Batch) -> None: ...

    def broken(self, now: float, key: bytes) -> None:
        """Our own code failed on what came from there."""


class MediaSocket:
    """One worker's UDP socket; media that comes and goes by connections passes through here, too."""

    def __init__(
        self,
        host: str,
        port: int,
        router: Router,
        transports: Transports,
        *,
        compiled: bool = True,
        express: bool = True,
    ) -> None:
        """`compiled`: use the C kernel where there is one; `express`: for packets that need no look, too.

        Raises OSError if the address cannot be bound.
        """
        self._socket = libc.open_socket(host, port, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, libc.SO_TIMESTAMPNS, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, libc.SO_RXQ_OVFL, 1)
        _enlarge(self._socket)
        self.fd = self._socket.fileno()
        self.port: int = self._socket.getsockname()[1]
        self.batches = 0
        self.received = 0
        self.largest_queue = 0.0  # seconds; the reader clears it
        self.pause = 0.0  # seconds (`pause_at`)
        # Until then `readable` may wait for more by itself. Monotonic seconds; the worker says it anew at each tick.
        self.until = 0.0
        self.latencies: list[float] | None = None  # seconds; a list while sampling is on
        self._router = router
        self._transports = transports
        self.connections = Connections()
        self._incoming = libc.Incoming(RECEIVE_AT_ONCE)
        self._single = libc.Messages(1)  # what came by a connection
        self._sender = make_sender(self.fd, compiled, self._divert)
        self._express: Express | None = None
        self._relay: Relay | None = None
        writer = self._sender.writer
        if express and isinstance(writer, KernelWriter):
            self._express = Express(self._incoming, writer.library, router.speakers)
            self._relay = Relay(self.fd, self._express, writer, self._sender)
        self._control_errors = 0
        self._guesses = float(MAX_GUESSES)
        self._guessed_at = 0.0
        self._batch = Batch()
        self._read_at = 0.0  # monotonic seconds: all that came before has been taken
        self._control: deque[tuple[bytes, bytes]] = deque()  # (from where, RTCP)
        self._waiting = select.poll()
        self._waiting.register(self.fd, select.POLLIN)

    @property
    def kernel_drops(self) -> int:
        return self._incoming.dropped

    @property
    def path(self) -> str:
        """Who does the inner loop: `compiled` or `python`."""
        return self._sender.path

    @property
    def send_errors(self) -> int:
        """Datagrams that did not leave."""
        return self._sender.errors + self._control_errors

    def close(self) -> None:
        self._socket.close()

    def send(self, data: bytes, key: bytes) -> None:
        """One datagram that is not media."""
        if key.startswith(libc.STREAM):
            self._control_errors += not self.connections.send(key, [(data, False)])
            return
        try:
            self._socket.sendto(data, libc.address_of(key))
        except OSError:
            self._control_errors += 1

    def forget(self, endpoint: Endpoint) -> None:
        """It is gone, or another claims its address: nothing that comes from there is taken for its any more."""
        if self._express is not None:
            self._express.forget(endpoint)

    def share(self, loop_fd: int) -> None:
        """`loop_fd` is readable when anything of the event loop is: then `readable` waits no longer."""
        self._waiting.register(loop_fd, select.POLLIN)

    def readable(self) -> None:
        """The loop's callback: take what is there.

        A turn of the loop costs as much as ten packets do. So this goes on by itself, until the loop has other work.
        """
        while True:
            if self.pause:
                time.sleep(self.pause)
            self.read()
            self.take_control()
            if not self._more_comes():
                return

    def _more_comes(self) -> bool:
        """Waits for packets, or for whatever is sooner."""
        left = self.until - time.monotonic()
        if left <= 0:
            return False
        if self._control:
            return True
        return any(fd == self.fd for fd, _ in self._waiting.poll(left * 1000))

    def read(self) -> None:
        """Take what is there now; RTCP waits for `take_control`."""
        for _ in range(BATCHES_PER_WAKE):
            if self._turn() < RECEIVE_AT_ONCE:
                break
        self._read_at = time.monotonic()

    def take_control(self) -> None:
        """What was read of RTCP by now. A viewer's report takes longer than most batches of media, which go first.

        What comes meanwhile waits: a flood of it must not keep the loop from its other work.
        """
        for _ in range(len(self._control)):
            key, data = self._control.popleft()
            self._single.buffer[: len(data)] = data
            self._receive_one(time.monotonic(), self._single, 0, len(data), key)
            self.flush()
            self.read_if_late()

    def read_if_late(self) -> bool:
        """Between two pieces of other work. Whether something may have come of it."""
        late = time.monotonic() - self._read_at > MAY_WAIT
        if late:
            self.read()
        return late

    # --- in ----------------------------------------------------------------------------------------------------------

    def _turn(self) -> int:
        """One batch: what needs no look leaves first. How many messages there were."""
        now = time.monotonic()
        delay = 0.0
        if self._express is not None and self._relay is not None:
            count = self._relay.turn(now)
            left = self._express.left()
            delay = self._relay.delay
        else:
            count = self._incoming.receive(self.fd)
            left = [(i, UNTOUCHED, 0) for i in range(count)]
        if count:
            self.batches += 1
            self.received += count
            self._note_delay(self._look(now, left) if left else None, delay)
        return count

    def _look(self, now: float, left: list[Left]) -> set[Encoding]:
        """Whose packets were among them."""
        names = self._incoming.names
        touched: set[Encoding] = set()
        for i, status, error in left:
            name = i * libc.SOCKADDR
            key = bytes(names[name : name + libc.ADDRESS_KEY])
            if status == UNTOUCHED and self._is_control(i) and len(self._control) < MOST_CONTROL:
                at = i * libc.SLOT
                self._control.append((key, bytes(self._incoming.buffer[at : at + self._incoming.size(i)])))
                continue
            encoding = self._receive_one(now, self._incoming, i, self._incoming.size(i), key, status, error)
            if encoding is not None:
                touched.add(encoding)
        self.flush()
        return touched

    def _is_control(self, i: int) -> bool:
        return self._incoming.size(i) >= SMALLEST and _is_rtcp(self._incoming.buffer, i * libc.SLOT)

    def receive(self, key: bytes, datagrams: list[bytes]) -> None:
        """What came by a connection."""
        now = time.monotonic()
        self.received += len(datagrams)
        for data in datagrams:
            self._single.buffer[: len(data)] = data
            self._receive_one(now, self._single, 0, len(data), key)
        self.flush()

    def _receive_one(
        self,
        now: float,
        messages: libc.Messages,
        i: int,
        size: int,
        key: bytes,
        status: int = UNTOUCHED,
        error: int = 0,
    ) -> Encoding | None:
        at = i * libc.SLOT
        kind = messages.buffer[at] if size else 0
        try:
            if 128 <= kind < 192:
                endpoint = self._transports.find(key)
                if endpoint is None:
                    return self._receive_stranger(now, messages, i, size, key)
                return self._receive_media(now, endpoint, messages, i, size, key, status, error)
            if kind < 64:
                self._receive_other(now, kind, bytes(messages.buffer[at : at + size]), key)
        except Exception:
            # A fault of ours costs one peer, not the group.
            self._transports.broken(now, key)
        return None

    def _receive_other(self, now: float, kind: int, data: bytes, key: bytes) -> None:
        if kind < 4:
            self._transports.receive_stun(now, data, key)
        elif kind >= 20:
            endpoint = self._transports.find(key)
            if endpoint is not None and endpoint.peer.budget.admit(len(data)):
                self._transports.receive_dtls(now, endpoint, data)

    def _receive_media(
        self,
        now: float,
        endpoint: Endpoint,
        messages: libc.Messages,
        i: int,
        size: int,
        key: bytes,
        status: int,
        error: int,
    ) -> Encoding | None:
        peer, inbound = endpoint.peer, endpoint.inbound
        if inbound is None:
            peer.drops["early"] += 1
            return None
        if not SMALLEST <= size <= LARGEST:
            peer.drops["size"] += 1
            return None
        if status == FAILED:
            self._count_failed(peer, error)
            return None
        ssrc, is_rtcp = _read_head(messages, i)
        if status != OPENED and not self._open(peer, inbound, messages, i, size, ssrc, is_rtcp):
            return None
        return self._take_media(now, endpoint, inbound, messages, i, size, key, ssrc, is_rtcp)

    def _receive_stranger(self, now: float, messages: libc.Messages, i: int, size: int, key: bytes) -> Encoding | None:
        """From an address of nobody. A NAT may have given it to one of ours: to whoever's keys open this."""
        if not SMALLEST <= size <= LARGEST or not self._may_guess(now):
            return None
        at = i * libc.SLOT
        ssrc, is_rtcp = _read_head(messages, i)
        original = bytes(messages.buffer[at : at + size])
        for endpoint in self._transports.senders_of(ssrc):
            inbound = endpoint.inbound
            if inbound is None or not self._may_guess(now):
                continue
            if not self._unprotect(inbound, messages, i, size, is_rtcp):
                return self._take_media(now, endpoint, inbound, messages, i, size, key, ssrc, is_rtcp)
            messages.buffer[at : at + size] = original  # what does not open is left in ruins
        return None

    def _may_guess(self, now: float) -> bool:
        self._guesses = min(MAX_GUESSES, self._guesses + (now - self._guessed_at) * MAX_GUESSES)
        self._guessed_at = now
        if self._guesses < 1:
            return False
        self._guesses -= 1
        return True

    def _take_media(
        self,
        now: float,
        endpoint: Endpoint,
        inbound: srtp.Inbound,
        messages: libc.Messages,
        i: int,
        size: int,
        key: bytes,
        ssrc: int,
        is_rtcp: bool,
    ) -> Encoding | None:
        """What is proven to be the endpoint's. `size`: octets of it before it was opened."""
        endpoint.heard_at = now
        peer, at = endpoint.peer, i * libc.SLOT
        data = bytes(messages.buffer[at : at + messages.lengths[i]])
        if is_rtcp:
            newest = inbound.is_newest_control(ssrc, messages.buffer, at + size)
            endpoint.receive_rtcp(now, data, self._batch)
            if newest and key != endpoint.destination.key:
                self._transports.moved(endpoint, key)
            return None
        encoding = peer.receive_rtp(now, data, self._batch, self._router.speakers)
        if encoding is None:
            return None
        if key != endpoint.destination.key:
            self._follow(endpoint, encoding, data, key)
        elif self._express is not None and messages is self._incoming:
            self._express.consider(endpoint, ssrc)
        return encoding

    def _open(
        self,
        peer: Peer,
        inbound: srtp.Inbound,
        messages: libc.Messages,
        i: int,
        size: int,
        ssrc: int,
        is_rtcp: bool,
    ) -> bool:
        """Unprotect message `i` in place, if the peer may send it and it is the peer's."""
        if not peer.budget.admit(size * CONTROL_COST if is_rtcp else size):
            peer.drops["rate"] += 1
            return False
        if ssrc not in inbound.ssrcs and len(inbound.ssrcs) >= MAX_SSRCS:
            peer.drops["ssrcs"] += 1
            return False
        error = self._unprotect(inbound, messages, i, size, is_rtcp)
        if error:
            self._count_failed(peer, error)
            return False
        inbound.ssrcs.add(ssrc)
        return True

    @staticmethod
    def _unprotect(inbound: srtp.Inbound, messages: libc.Messages, i: int, size: int, is_rtcp: bool) -> int:
        """libsrtp's error; 0: message `i` is open, and as long as its `lengths` says."""
        messages.lengths[i] = size
        unprotect = srtp.unprotect_rtcp if is_rtcp else srtp.unprotect
        error: int = unprotect(inbound.context, messages.pointers[i], messages.length_pointers[i])
        return error

    @staticmethod
    def _count_failed(peer: Peer, error: int) -> None:
        peer.drops["replay" if error in srtp.REPLAYED else "srtp"] += 1

    def _follow(self, endpoint: Endpoint, encoding: Encoding, data: bytes, key: bytes) -> None:
        """Media of this peer came from another address: go there, if it is newer than all before and so no echo."""
        stream = encoding.stream
        (sequence,) = _SEQUENCE.unpack_from(data, 2)
        if stream is not None and stream.log.highest & 0xFFFF == sequence:
            self._transports.moved(endpoint, key)

    # --- out ---------------------------------------------------------------------------------------------------------

    @property
    def batch(self) -> Batch:
        """For the core to fill outside of `readable`; `flush` sends it."""
        return self._batch

    def flush(self) -> None:
        """Protect and send all that is in the batch."""
        batch = self._batch
        entries = batch.entries
        if entries:
            try:
                self._sender.send(entries, time.monotonic())
            finally:
                entries.clear()  # what failed once would fail for ever
        if batch.started:
            self._transports.started(batch)
            batch.started.clear()

    def _divert(self, key: bytes, packets: list[bytes]) -> int:
        """To a connection. Pictures and repairs are what may have to wait there."""
        endpoint = self._transports.find(key)
        slots = endpoint.peer.slot_by_ssrc if endpoint is not None else {}
        datagrams: list[tuple[bytes, bool]] = []
        for packet in packets:
            slot = slots.get(_SSRC.unpack_from(packet, 8)[0])
            datagrams.append((packet, slot is None or slot.is_video))
        return 0 if self.connections.send(key, datagrams) else len(packets)

    def _note_delay(self, touched: set[Encoding] | None, delay: float) -> None:
        """`touched`: None if nothing needed a look; `delay`: of what needed none, seconds, 0 if all did."""
        if touched is not None and self._incoming.stamped_at:
            looked = max(0.0, time.time() - self._incoming.stamped_at)
            for encoding in touched:
                encoding.note_delay(looked)
            self.largest_queue = max(self.largest_queue, looked)
            if touched:
                delay = looked
        self.largest_queue = max(self.largest_queue, delay)
        if self.latencies is not None and delay and len(self.latencies) < MAX_LATENCY_SAMPLES:
            self.latencies.append(delay)


def _read_head(messages: libc.Messages, i: int) -> tuple[int, bool]:
    """(SSRC, whether it is RTCP) of message `i`, which has 12 octets at least."""
    at = i * libc.SLOT
    is_rtcp = _is_rtcp(messages.buffer, at)
    (ssrc,) = _SSRC.unpack_from(messages.buffer, at + (4 if is_rtcp else 8))
    return ssrc, is_rtcp


def _is_rtcp(buffer: memoryview, at: int) -> bool:
    """RFC 7983 7 and RFC 5761 4: packet types 192 to 223."""
    return 128 <= buffer[at] < 192 <= buffer[at + 1] < 224


def pause_at(rate: int, load: float) -> float:
    """How long to let packets gather before they are read. Seconds, 0 for not at all.

    `rate`: packets that come in a second; `load`: part of a core that the worker uses.
    """
    return max(SHORTEST_PAUSE, LONGEST_PAUSE * (1 - 2 * load)) if rate > BUSY else 0.0


def _enlarge(udp: socket.socket) -> None:
    """4 MB both ways; by force where we may, and a warning where the kernel gives less."""
    force = {socket.SO_RCVBUF: 33, socket.SO_SNDBUF: 32}  # SO_RCVBUFFORCE, SO_SNDBUFFORCE: need CAP_NET_ADMIN
    for option, forced in force.items():
        try:
            udp.setsockopt(socket.SOL_SOCKET, forced, SOCKET_BUFFER)
        except PermissionError:
            udp.setsockopt(socket.SOL_SOCKET, option, SOCKET_BUFFER)
    # The kernel doubles what was asked for, to count its own bookkeeping.
    if udp.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) < SOCKET_BUFFER:
        log.warning("media.small_receive_buffer", wanted=SOCKET_BUFFER, advice="raise net.core.rmem_max")
