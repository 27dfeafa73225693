"""ICE over TCP, for networks that let no UDP through: the worker's listening socket and its connections (RFC 6544).

Browsers connect to us (passive candidates). Each connection carries framed datagrams (RFC 4571), and is one address of
the peer behind it: STUN, DTLS, SRTP and SRTCP come and go as on UDP, and a nomination moves a peer between the two.
Whoever connects is a stranger until their first valid check; strangers are few, have little time, and get no memory.
"""

from __future__ import annotations

import asyncio
import ipaddress
import itertools
import socket
import time
from collections import Counter
from collections.abc import Callable
from typing import Final

import structlog

from rtc.core.send_queue import SendQueue
from rtc.shell import libc
from rtc.wire.framing import MAX_FRAME, Unframer, frame

log = structlog.get_logger()

# A browser's first check leaves as soon as it is connected, a few round trips after.
UNTIL_CHECK: Final = 5.0  # seconds
# Browsers check at least every 5 s a path that they keep, and give up on one after 30 s.
SILENCE: Final = 60.0  # seconds
# A few files of the usual 1,024 are left to the rest of the process.
MAX_CONNECTIONS: Final = 512
# Behind one address may be a whole clinic, with two connections for a browser that changes its mind.
MAX_EACH: Final = 128  # connections of one address
MAX_STRANGERS: Final = 128
MAX_STRANGERS_EACH: Final = 16
MAX_UNPROVEN: Final = 2 * MAX_FRAME  # octets from a stranger; a check has about 120
ACCEPT_AT_ONCE: Final = 16  # then other work of the loop has its turn
READ_AT_ONCE: Final = 65536  # octets
ACCEPT_AGAIN: Final = 1.0  # seconds after the system had no file left
# What waits in the kernel keeps its place, sound behind pictures: one packet there, and the others where order is kept.
UNSENT: Final = 1500  # octets

Receive = Callable[[bytes, list[bytes]], None]
"""(key, datagrams)"""


class Connection:
    """One accepted socket. `key` is its address among those of UDP; no other connection ever has it again."""

    def __init__(self, now: float, key: bytes, tcp: socket.socket, address: tuple[str, int], origin: str) -> None:
        self.key = key
        self.tcp = tcp
        self.address = address
        self.origin = origin
        self.since = self.heard_at = now
        self.received = 0  # octets
        self.queue = SendQueue(now)
        self.unframer = Unframer()
        self.waits_for_room = False


class Connections:
    """All of one worker."""

    def __init__(self) -> None:
        self._by_key: dict[bytes, Connection] = {}
        self._strangers: dict[bytes, Connection] = {}  # in the order of their coming
        self._origins: Counter[str] = Counter()
        self._numbers = itertools.count(1)
        self._listener: socket.socket | None = None
        self._loop: asyncio.AbstractEventLoop
        self._receive: Receive
        self._gone: Callable[[bytes], None]
        self.port = 0

    def listen(self, host: str, port: int) -> None:
        """Raises OSError if the address cannot be bound."""
        self._listener = libc.open_socket(host, port, socket.SOCK_STREAM)
        self._listener.listen(128)
        self.port = self._listener.getsockname()[1]

    def run(self, loop: asyncio.AbstractEventLoop, receive: Receive, gone: Callable[[bytes], None]) -> None:
        """`gone` is told the key of each connection that has ended."""
        self._loop, self._receive, self._gone = loop, receive, gone
        if self._listener is not None:
            loop.add_reader(self._listener, self._accept)

    def stop(self) -> None:
        for connection in list(self._by_key.values()):
            self._end(connection)
        if self._listener is not None:
            self._loop.remove_reader(self._listener)
            self._listener.close()

    # --- who is there ------------------------------------------------------------------------------------------------

    def find(self, key: bytes) -> Connection | None:
        return self._by_key.get(key)

    def prove(self, key: bytes) -> None:
        """Somebody behind this connection has passed a check."""
        self._strangers.pop(key, None)

    def close(self, key: bytes) -> None:
        connection = self._by_key.get(key)
        if connection is not None:
            self._end(connection)

    def each_second(self, now: float) -> None:
        """Strangers who were never checked, and whoever fell silent, make room."""
        late = [one for one in self._strangers.values() if now - one.since > UNTIL_CHECK]
        silent = [one for one in self._by_key.values() if now - one.heard_at > SILENCE]
        for connection in (*late, *silent):
            self._end(connection)

    def _accept(self) -> None:
        assert self._listener is not None
        for _ in range(ACCEPT_AT_ONCE):
            try:
                tcp, address = self._listener.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except OSError as error:
                log.warning("tcp.no_room", error=error.strerror)
                self._loop.remove_reader(self._listener)
                self._loop.call_later(ACCEPT_AGAIN, self._loop.add_reader, self._listener, self._accept)
                return
            self._admit(tcp, (libc.told(address[0]), address[1]))

    def _admit(self, tcp: socket.socket, address: tuple[str, int]) -> None:
        """The oldest stranger gives way to the newest: an honest one is no stranger for long."""
        origin = _origin(address[0])
        neighbours = [one for one in self._strangers.values() if one.origin == origin]
        if len(neighbours) >= MAX_STRANGERS_EACH:
            self._end(neighbours[0])
        elif len(self._strangers) >= MAX_STRANGERS:
            self._end(next(iter(self._strangers.values())))
        if len(self._by_key) >= MAX_CONNECTIONS or self._origins[origin] >= MAX_EACH:
            tcp.close()
            return
        tcp.setblocking(False)
        tcp.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        tcp.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT)
        connection = Connection(time.monotonic(), libc.stream_key(next(self._numbers)), tcp, address, origin)
        self._by_key[connection.key] = self._strangers[connection.key] = connection
        self._origins[origin] += 1
        self._loop.add_reader(tcp, self._readable, connection)

    def _end(self, connection: Connection) -> None:
        if self._by_key.pop(connection.key, None) is None:
            return
        self._strangers.pop(connection.key, None)
        self._origins[connection.origin] -= 1
        if not self._origins[connection.origin]:
            del self._origins[connection.origin]
        self._loop.remove_reader(connection.tcp)
        self._loop.remove_writer(connection.tcp)
        connection.tcp.close()
        self._gone(connection.key)

    # --- in ----------------------------------------------------------------------------------------------------------

    def _readable(self, connection: Connection) -> None:
        try:
            data = connection.tcp.recv(READ_AT_ONCE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._end(connection)
            return
        connection.heard_at = time.monotonic()
        connection.received += len(data)
        self._receive(connection.key, connection.unframer.feed(data))
        too_much = connection.key in self._strangers and connection.received > MAX_UNPROVEN
        if too_much or connection.unframer.broken:
            self._end(connection)

    # --- out ---------------------------------------------------------------------------------------------------------

    def send(self, key: bytes, datagrams: list[tuple[bytes, bool]]) -> bool:
        """Datagrams, each with whether it is part of a picture. False if the connection has ended."""
        connection = self._by_key.get(key)
        if connection is None:
            return False
        now = time.monotonic()
        for data, picture in datagrams:
            connection.queue.put(now, frame(data), picture)
        if not connection.waits_for_room:
            self._write(connection)
        return True

    def _write(self, connection: Connection) -> None:
        """As much as the kernel takes; the rest when it has room."""
        queue = connection.queue
        full = False
        while queue and not full:
            try:
                queue.wrote(connection.tcp.sendmsg(queue.head()))
            except BlockingIOError:
                full = True
            except OSError:
                self._end(connection)
                return
        if full != connection.waits_for_room:
            connection.waits_for_room = full
            if full:
                self._loop.add_writer(connection.tcp, self._write, connection)
            else:
                self._loop.remove_writer(connection.tcp)


def _origin(address: str) -> str:
    """What limits count: an IPv4 address, or the /64 of an IPv6 address, which is one household."""
    return ":".join(ipaddress.IPv6Address(address).exploded.split(":")[:4]) if ":" in address else address
