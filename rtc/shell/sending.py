"""From a batch of the core to datagrams: copies for each viewer, SRTP in place, `sendmmsg` with UDP_SEGMENT.

`PythonWriter` says how a batch becomes messages; `kernel.KernelWriter` does the same in C where that was built.
"""

from __future__ import annotations

import errno
import select
from collections.abc import Callable, Iterator
from operator import itemgetter
from typing import Final, Protocol

import structlog

from rtc.core.batch import Entry, Form
from rtc.core.picture_ids import rewrite
from rtc.shell import kernel, libc, srtp
from rtc.shell.endpoint import OutgoingStream

log = structlog.get_logger()

SEND_AT_ONCE: Final = 256  # messages; more would wait longer for the first to leave
IP_AND_UDP: Final = 28  # bytes of headers
WAIT_FOR_SPACE: Final = 2  # milliseconds for a full send buffer to drain, before packets are given up

# (address of the sockaddr, stream, form, sequence number, timestamp, picture id's and TL0PICIDX's addition)
_Copy = tuple[int, OutgoingStream, Form, int, int, int, int]
_ADDRESS: Final = itemgetter(0)


class Writer(Protocol):
    """Makes messages of entries, in the arrays of a `libc.Outgoing`."""

    path: str

    @property
    def failed(self) -> int:
        """Copies that could not be protected, since the start."""

    def fill(self, entries: list[Entry], now: float) -> Iterator[int]:
        """Write and protect all copies, some at a time: yields how many packets are ready to be framed and sent.

        What goes to one address stands together, in the order of the entries. `now`: monotonic seconds, for the logs.
        """

    def frame(self, first: int, end: int, segments: bool) -> int:
        """Make messages of packets `first` to `end`; returns how many. `segments`: a message may have several."""


class PythonWriter:
    """The reference."""

    path = "python"

    def __init__(self, outgoing: libc.Outgoing) -> None:
        self._failed = 0
        self._outgoing = outgoing

    @property
    def failed(self) -> int:
        return self._failed

    def fill(self, entries: list[Entry], now: float) -> Iterator[int]:
        copies: list[_Copy] = [
            (  # type: ignore[misc]  # the sinks are ours
                sink.address,  # type: ignore[attr-defined]
                sink,
                form,
                (number + sequence) & 0xFFFF,
                (timestamp + more) & 0xFFFFFFFF,
                picture_id,
                tl0picidx,
            )
            for form, fan, number, timestamp in entries
            for sink, sequence, more, picture_id, tl0picidx in fan.targets
        ]
        copies.sort(key=_ADDRESS)
        for start in range(0, len(copies), self._outgoing.count):
            yield self._write(copies[start : start + self._outgoing.count], int(now * 1_000_000))

    def _write(self, copies: list[_Copy], now: int) -> int:
        outgoing = self._outgoing
        buffer, lengths, sizes, addresses = outgoing.buffer, outgoing.lengths, outgoing.sizes, outgoing.addresses
        pointers, length_pointers = outgoing.pointers, outgoing.length_pointers
        protect, slot_size = srtp.protect, libc.SLOT
        count = 0
        for address, sink, form, sequence, timestamp, picture_id, tl0picidx in copies:
            at = count * slot_size
            form.pack_into(buffer, at, form.head, sequence, timestamp, sink.ssrc, form.rest)
            if (picture_id or tl0picidx) and form.pictures is not None:
                rewrite(buffer, at, form.pictures, picture_id, tl0picidx)
            size = form.size
            transport_at = form.transport_at
            if transport_at:
                number = sink.log.next & 0xFFFF
                buffer[at + transport_at], buffer[at + transport_at + 1] = number >> 8, number & 0xFF
            lengths[count] = size
            if protect(sink.context, pointers[count], length_pointers[count]):
                self._failed += 1
                continue
            if transport_at:
                sink.log.note(now, size + sink.tag + IP_AND_UDP)
            sizes[count] = size + sink.tag
            addresses[count] = address
            count += 1
        return count

    def frame(self, first: int, end: int, segments: bool) -> int:
        addresses, sizes, frame = self._outgoing.addresses, self._outgoing.sizes, self._outgoing.frame
        messages = 0
        while first < end:
            address, size = addresses[first], sizes[first]
            following = first + 1
            if segments:
                last = min(end, first + libc.MAX_SEGMENTS)
                while following < last and addresses[following] == address and sizes[following] == size:
                    following += 1
                # The last one may be shorter.
                if following < last and addresses[following] == address and sizes[following] < size:
                    following += 1
            frame(messages, first, following - first, address)
            messages += 1
            first = following
        return messages


Divert = Callable[[bytes, list[bytes]], int]
"""(key of a connection, packets): sends them there, and says how many were given up."""


class Sender:
    """Sends batches on one UDP socket; what the kernel will not take is counted and given up.

    Packets to connections are among the others until the kernel turns them away, since it knows no such address: so
    they cost nothing to whoever has none. `divert` takes them.
    """

    def __init__(self, fd: int, outgoing: libc.Outgoing, writer: Writer, divert: Divert) -> None:
        self.lost = 0  # packets
        self._fd = fd
        self._outgoing = outgoing
        self.divert = divert
        self.writer = writer
        self.segments = True  # until the kernel or a network card says that it cannot

    @property
    def path(self) -> str:
        """`compiled` or `python`."""
        return self.writer.path

    @property
    def errors(self) -> int:
        """Packets that did not leave."""
        return self.lost + self.writer.failed

    def send(self, entries: list[Entry], now: float) -> None:
        """`now`: monotonic seconds.

        Raises ValueError for a packet that no buffer takes: ours are made of what the socket received.
        """
        if any(entry[0].size > libc.LARGEST for entry in entries):
            raise ValueError("a packet is too long to be sent")
        for packets in self.writer.fill(entries, now):
            self._send_packets(0, packets)

    def _send_packets(self, start: int, end: int) -> None:
        self.send_framed(0, self.writer.frame(start, end, self.segments), end)

    def send_framed(self, first: int, messages: int, end: int) -> None:
        """Messages from `first` to `messages`, of which the last packet is the one before `end`."""
        outgoing, waited = self._outgoing, False
        while first < messages:
            sent = outgoing.send(self._fd, first, messages - first)
            if sent > 0:
                first += sent
            elif (key := outgoing.key(first)).startswith(libc.STREAM):
                self.lost += self.divert(key, outgoing.contents(first))
                first += 1
            elif -sent in (errno.EAGAIN, errno.ENOBUFS) and not waited:
                waited = True
                select.select([], [self._fd], [], WAIT_FOR_SPACE / 1000)
            elif -sent in (errno.EAGAIN, errno.ENOBUFS):
                self.lost += end - outgoing.first_packet(first)
                return
            elif outgoing.packets(first) > 1:
                self.segments = False
                log.info("media.no_segmentation", error=errno.errorcode.get(-sent))
                self._send_packets(outgoing.first_packet(first), end)
                return
            else:
                # This one cannot be sent (no route, for instance); the others may.
                self.lost += 1
                first += 1


def make_sender(fd: int, compiled: bool, divert: Divert) -> Sender:
    """With the C kernel, if `compiled` asks for it and it is there."""
    outgoing = libc.Outgoing(SEND_AT_ONCE)
    library = kernel.load() if compiled else None
    writer: Writer = PythonWriter(outgoing) if library is None else kernel.KernelWriter(outgoing, library)
    return Sender(fd, outgoing, writer, divert)
