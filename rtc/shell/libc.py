"""`recvmmsg` and `sendmmsg`, which Python's socket module lacks. The only file that calls libc through cffi.

Messages live in arrays made once; the packet path writes lengths and addresses into them through memoryviews, which
costs half of what the same through cffi's struct fields does (measured).
"""

from __future__ import annotations

import socket
import struct
import sys
from typing import Any, Final

from cffi import FFI

ffi = FFI()
ffi.cdef(
    """
    struct iovec { void *iov_base; size_t iov_len; };
    struct msghdr {
        void *msg_name; unsigned int msg_namelen; struct iovec *msg_iov; size_t msg_iovlen;
        void *msg_control; size_t msg_controllen; int msg_flags;
    };
    struct mmsghdr { struct msghdr msg_hdr; unsigned int msg_len; };
    struct stamps { double at; uint32_t dropped, unused; };
    int recvmmsg(int fd, struct mmsghdr *msgvec, unsigned int vlen, int flags, void *timeout);
    int sendmmsg(int fd, struct mmsghdr *msgvec, unsigned int vlen, int flags);
    """
)
_libc = ffi.dlopen(None)

SLOT: Final = 2048  # bytes of buffer per message; a WebRTC packet has at most 1,500
LARGEST: Final = SLOT - 64  # bytes of a packet that will be protected in it
SOCKADDR: Final = 28  # bytes, as IPv6 has it (ip(7), ipv6(7)); IPv4 has 16, with zeros behind its address
ADDRESS_KEY: Final = 24  # bytes of it that matter: family, port, flow (0), address
# The address family of connections: none that the kernel knows, so that a UDP socket takes nothing for them.
STREAM: Final = b"\xff\xff"
_IPV6: Final = socket.AF_INET6.to_bytes(2, sys.byteorder)
_MAPPED: Final = "::ffff:"
MSG_DONTWAIT: Final = 0x40
SO_TIMESTAMPNS: Final = 35
SO_RXQ_OVFL: Final = 40
_CONTROL: Final = 64  # bytes: a timespec and a counter with their headers
_CMSG: Final = struct.Struct("@Nii")
_TIMESPEC: Final = struct.Struct("@qq")
_COUNTER: Final = struct.Struct("@I")
SOL_UDP: Final = 17
UDP_SEGMENT: Final = 103
_SEGMENT_CMSG: Final = 24  # bytes: a header, a 16-bit size, and what aligns the next one
_SEGMENT_LENGTH: Final = 18  # bytes that count
# The kernel takes 64 segments and 65,507 bytes; forty packets of 1,500 are within both.
MAX_SEGMENTS: Final = 40

# Positions inside the arrays, in words of the view used.
_HEADER_Q: Final = ffi.sizeof("struct mmsghdr") // 8
_NAME_Q: Final = 0
_IOV_Q: Final = 2
_IOVLEN_Q: Final = 3
_CONTROL_Q: Final = 4
_CONTROLLEN_Q: Final = 5
_LENGTH_I: Final = ffi.offsetof("struct mmsghdr", "msg_len") // 4


class Messages:
    """`count` messages with a buffer and an address each."""

    def __init__(self, count: int) -> None:
        self.count = count
        buffers = ffi.new("unsigned char[]", count * SLOT)
        names = ffi.new("unsigned char[]", count * SOCKADDR)
        vectors = ffi.new("struct iovec[]", count)
        headers = ffi.new("struct mmsghdr[]", count)
        lengths = ffi.new("int[]", count)
        for i in range(count):
            vectors[i].iov_base = buffers + i * SLOT
            vectors[i].iov_len = SLOT
            header = headers[i].msg_hdr
            header.msg_iov = vectors + i
            header.msg_iovlen = 1
            header.msg_name = names + i * SOCKADDR
            header.msg_namelen = SOCKADDR
        # What the views below look at lives as long as these.
        self._buffers, self._names, self._vectors, self._headers, self._lengths = (
            buffers,
            names,
            vectors,
            headers,
            lengths,
        )
        self.buffer = memoryview(ffi.buffer(buffers)).cast("B")
        self.names = memoryview(ffi.buffer(names)).cast("B")
        # For libsrtp: pointers to each buffer and to its length, as cffi objects made once.
        self.pointers = [buffers + i * SLOT for i in range(count)]
        self.length_pointers = [lengths + i for i in range(count)]
        self.lengths = memoryview(ffi.buffer(lengths)).cast("B").cast("i")
        self._header_q = memoryview(ffi.buffer(headers)).cast("B").cast("Q")
        self._header_i = memoryview(ffi.buffer(headers)).cast("B").cast("I")
        self._vector_q = memoryview(ffi.buffer(vectors)).cast("B").cast("Q")


class Incoming(Messages):
    """What one `recvmmsg` brings. Times and drop counts come with the first message only: one look per batch."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self._control = ffi.new("unsigned char[]", _CONTROL)
        self._control_view = memoryview(ffi.buffer(self._control)).cast("B")
        self._headers[0].msg_hdr.msg_control = self._control
        self._headers[0].msg_hdr.msg_controllen = _CONTROL
        self._stamps = ffi.new("struct stamps *")

    @property
    def stamped_at(self) -> float:
        """Unix time at which the kernel took the first message."""
        at: float = self._stamps.at
        return at

    @property
    def dropped(self) -> int:
        """Messages, by the kernel since the socket was made."""
        dropped: int = self._stamps.dropped
        return dropped

    def receive(self, fd: int) -> int:
        """The number of messages read now; 0 if there are none. Lengths are in `size`."""
        self._header_q[_CONTROLLEN_Q] = _CONTROL
        count = int(_libc.recvmmsg(fd, self._headers, self.count, MSG_DONTWAIT, ffi.NULL))
        if count <= 0:
            return 0
        self._read_control(self._header_q[_CONTROLLEN_Q])
        return count

    def arrays(self) -> dict[str, Any]:
        """What the C kernel reads and writes, as fields of its struct."""
        return {
            "capacity": self.count,
            "stamps": self._stamps,
            "buffers": self._buffers,
            "names": self._names,
            "lengths": self._lengths,
            "messages": self._headers,
            "slot": SLOT,
            "name": SOCKADDR,
        }

    def size(self, i: int) -> int:
        """Bytes of message `i`."""
        size: int = self._header_i[i * (_HEADER_Q * 2) + _LENGTH_I]
        return size

    def _read_control(self, end: int) -> None:
        position = 0
        while position + _CMSG.size <= end:
            length, level, kind = _CMSG.unpack_from(self._control_view, position)
            if length < _CMSG.size:
                return
            if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS:
                seconds, nanoseconds = _TIMESPEC.unpack_from(self._control_view, position + _CMSG.size)
                self._stamps.at = seconds + nanoseconds * 1e-9
            elif level == socket.SOL_SOCKET and kind == SO_RXQ_OVFL:
                (self._stamps.dropped,) = _COUNTER.unpack_from(self._control_view, position + _CMSG.size)
            position += (length + 7) & ~7


class Outgoing(Messages):
    """Packets to be filled, then framed as messages and sent.

    A message is one packet, or several to one address of which all but the last have one size: the kernel then goes
    through its stack once and cuts it up at the end (UDP_SEGMENT, udp(7)).
    """

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.sizes = self._vector_q[1::2]  # bytes of each packet
        self._addresses = ffi.new("uint64_t[]", count)
        self.addresses = memoryview(ffi.buffer(self._addresses)).cast("B").cast("Q")  # where each one's sockaddr lies
        self._controls = ffi.new("unsigned char[]", count * _SEGMENT_CMSG)
        controls = memoryview(ffi.buffer(self._controls)).cast("B")
        for i in range(count):
            _CMSG.pack_into(controls, i * _SEGMENT_CMSG, _SEGMENT_LENGTH, SOL_UDP, UDP_SEGMENT)
        self._segment_h = controls.cast("H")
        self._controls_at = int(ffi.cast("uintptr_t", self._controls))
        self._vectors_at = int(ffi.cast("uintptr_t", self._headers[0].msg_hdr.msg_iov))

    def frame(self, message: int, packet: int, count: int, address: int) -> None:
        """Make message `message` of `count` packets from `packet` on. `address`: where the sockaddr lies in memory."""
        at = message * _HEADER_Q
        header = self._header_q
        header[at + _NAME_Q] = address
        header[at + _IOV_Q] = self._vectors_at + packet * 16
        header[at + _IOVLEN_Q] = count
        if count > 1:
            self._segment_h[message * (_SEGMENT_CMSG // 2) + 8] = self.sizes[packet]
            header[at + _CONTROL_Q] = self._controls_at + message * _SEGMENT_CMSG
            header[at + _CONTROLLEN_Q] = _SEGMENT_CMSG
        else:
            header[at + _CONTROL_Q] = 0
            header[at + _CONTROLLEN_Q] = 0

    def first_packet(self, message: int) -> int:
        """The number of the first packet in a message."""
        vector: int = self._header_q[message * _HEADER_Q + _IOV_Q]
        return (vector - self._vectors_at) // 16

    def packets(self, message: int) -> int:
        """How many packets are in a message."""
        packets: int = self._header_q[message * _HEADER_Q + _IOVLEN_Q]
        return packets

    def key(self, message: int) -> bytes:
        """The address key that a message goes to."""
        name = ffi.cast("unsigned char *", self._header_q[message * _HEADER_Q + _NAME_Q])
        return bytes(ffi.buffer(name, ADDRESS_KEY))

    def contents(self, message: int) -> list[bytes]:
        """The packets in a message."""
        first = self.first_packet(message)
        return [
            bytes(self.buffer[n * SLOT : n * SLOT + self.sizes[n]]) for n in range(first, first + self.packets(message))
        ]

    def arrays(self) -> dict[str, Any]:
        """What the C kernel writes to, as fields of its struct."""
        return {
            "buffers": self._buffers,
            "lengths": self._lengths,
            "vectors": self._vectors,
            "addresses": self._addresses,
            "messages": self._headers,
            "controls": self._controls,
            "capacity": self.count,
            "slot": SLOT,
            "control": _SEGMENT_CMSG,
            "most_segments": MAX_SEGMENTS,
        }

    def send(self, fd: int, first: int, count: int) -> int:
        """How many of `count` messages from `first` on the kernel took; -errno if not even one."""
        sent: int = _libc.sendmmsg(fd, self._headers + first, count, MSG_DONTWAIT)
        return sent if sent > 0 else -ffi.errno


class Destination:
    """A sockaddr that stays where it is in memory while the peer behind it moves."""

    __slots__ = ("__weakref__", "_memory", "address", "key")

    def __init__(self) -> None:
        self._memory: Any = ffi.new("unsigned char[]", SOCKADDR)
        self.address = int(ffi.cast("uintptr_t", self._memory))
        self.key = b""  # of the present address; empty while there is none

    def move(self, key: bytes) -> None:
        assert len(key) == ADDRESS_KEY
        ffi.memmove(self._memory, key, ADDRESS_KEY)
        self.key = key

    def forget(self) -> None:
        """It is nowhere: nothing that is sent there arrives."""
        ffi.memmove(self._memory, stream_key(0), ADDRESS_KEY)
        self.key = b""


def key_of(address: str, port: int) -> bytes:
    """The address key of (IPv4 or IPv6 address, port)."""
    family, at = (socket.AF_INET6, 8) if ":" in address else (socket.AF_INET, 4)
    start = family.to_bytes(2, sys.byteorder) + port.to_bytes(2, "big")
    return (start.ljust(at, b"\0") + socket.inet_pton(family, address)).ljust(ADDRESS_KEY, b"\0")


def address_of(key: bytes) -> tuple[str, int]:
    """(IPv4 or IPv6 address, port) of an address key, as a socket of its family has it."""
    six = key[:2] == _IPV6
    address = socket.inet_ntop(socket.AF_INET6, key[8:24]) if six else socket.inet_ntoa(key[4:8])
    return address, int.from_bytes(key[2:4], "big")


def told(address: str) -> str:
    """The address as whoever has it knows it: a socket of both families has IPv4 inside of IPv6 (RFC 4291 2.5.5.2)."""
    return address.removeprefix(_MAPPED)


def open_socket(host: str, port: int, kind: socket.SocketKind) -> socket.socket:
    """Bound, not blocking. `::` is all addresses of both families, where the system has both.

    Raises OSError if the address cannot be bound.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    if host == "::" and not has_ipv6():
        family, host = socket.AF_INET, "0.0.0.0"
    opened = socket.socket(family, kind)
    try:
        if family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, host != "::")
        if kind == socket.SOCK_STREAM:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.setblocking(False)
        opened.bind((host, port))
    except OSError:
        opened.close()
        raise
    return opened


def has_ipv6() -> bool:
    """Whether a socket can have it; a kernel may be built or told to be without."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def stream_key(number: int) -> bytes:
    """The address key of a connection; 0 is none's."""
    return STREAM + number.to_bytes(ADDRESS_KEY - len(STREAM), "big")
