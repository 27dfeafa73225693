"""The inner loop in C (`kernel.c`), where it was built: see `hatch_build.py`. The only file that loads the library."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any, Final

import structlog

from rtc.compiled import PACKAGE
from rtc.core.batch import Entry, Fan
from rtc.shell import libc
from rtc.shell.endpoint import OutgoingStream

log = structlog.get_logger()

LIBRARY: Final = PACKAGE / "shell" / "_kernel.so"
VERSION: Final = 9  # of the structs; kernel.h has the same
ENTRIES_AT_ONCE: Final = 64

# The structs of kernel.h.
_TARGET: Final = struct.Struct("=QQQQIIHHBB2x")
PACKET: Final = struct.Struct("=QQIIIHH2sHHHBBH4x")
_NO_PICTURES: Final = (0, 0, 0, 0, 0)

libc.ffi.cdef(
    """
    struct outgoing {
        unsigned char *buffers; int *lengths; struct iovec *vectors; uint64_t *addresses;
        struct mmsghdr *messages; unsigned char *controls;
        uint32_t capacity, slot, control, most_segments, failed, unused; uint64_t now;
    };
    int kernel_version(void);
    uint32_t fill(struct outgoing *out, void *packets, uint32_t count);
    uint32_t frame(struct outgoing *out, uint32_t first, uint32_t end, int segments);
    """
)
"""`load` gives a library with these."""


class Prepared:
    """The targets of a fan as C wants them. What they point to lives as long as the fan."""

    __slots__ = ("_logs", "_memory", "address", "count")

    def __init__(self, fan: Fan) -> None:
        targets = sorted(fan.targets, key=_address)
        self.count = len(targets)
        self._memory: Any = libc.ffi.new("unsigned char[]", _TARGET.size * self.count)
        self._logs = [libc.ffi.from_buffer(sink.log.memory) for sink, *_ in targets]  # type: ignore[attr-defined]
        view = memoryview(libc.ffi.buffer(self._memory))
        for i, target in enumerate(targets):
            sink: OutgoingStream = target[0]  # type: ignore[assignment]  # the sinks are ours
            _, sequence, timestamp, picture_id, tl0picidx = target
            _TARGET.pack_into(
                view,
                i * _TARGET.size,
                sink.protect_address,
                sink.context_address,
                sink.address,
                int(libc.ffi.cast("uintptr_t", self._logs[i])),
                sink.ssrc,
                timestamp & 0xFFFFFFFF,
                sequence & 0xFFFF,
                picture_id,
                tl0picidx,
                sink.tag,
            )
        self.address = int(libc.ffi.cast("uintptr_t", self._memory))


def _address(target: tuple[Any, int, int, int, int]) -> int:
    address: int = target[0].address
    return address


def prepare(fan: Fan) -> Prepared:
    """Made once for each fan."""
    prepared = fan.prepared
    if prepared is None:
        prepared = fan.prepared = Prepared(fan)
    assert isinstance(prepared, Prepared)
    return prepared


def load() -> Any | None:
    """The library; None where it was not built, or was built from another source."""
    if not LIBRARY.exists():
        return None
    try:
        library = libc.ffi.dlopen(str(LIBRARY))
        version = library.kernel_version()
    except (OSError, AttributeError):
        version = None
    if version != VERSION:
        log.warning("kernel.unusable", found=version, needed=VERSION, advice="install again to build it anew")
        return None
    return library


class KernelWriter:
    """A `sending.Writer`."""

    path = "compiled"

    def __init__(self, outgoing: libc.Outgoing, library: Any) -> None:
        self.library = library
        self._outgoing = outgoing
        self.fields: Any = libc.ffi.new("struct outgoing *", outgoing.arrays())
        # What follows the fixed header of each packet, and the packets' structs.
        self._rests: Any = libc.ffi.new("unsigned char[]", ENTRIES_AT_ONCE * libc.SLOT)
        self._rest_view = memoryview(libc.ffi.buffer(self._rests)).cast("B")
        self._rests_at = int(libc.ffi.cast("uintptr_t", self._rests))
        self._packets: Any = libc.ffi.new("unsigned char[]", ENTRIES_AT_ONCE * PACKET.size)
        self._packet_view = memoryview(libc.ffi.buffer(self._packets)).cast("B")

    @property
    def failed(self) -> int:
        failed: int = self.fields.failed
        return failed

    def fill(self, entries: list[Entry], now: float) -> Iterator[int]:
        self.fields.now = int(now * 1_000_000)
        fill, out, capacity = self.library.fill, self.fields, self._outgoing.count
        for start in range(0, len(entries), ENTRIES_AT_ONCE):
            some = entries[start : start + ENTRIES_AT_ONCE]
            self._describe(some)
            copies = capacity
            while copies == capacity:  # fewer: all are written
                copies = fill(out, self._packets, len(some))
                if copies:
                    yield copies

    def _describe(self, entries: list[Entry]) -> None:
        for i, (form, fan, number, timestamp) in enumerate(entries):
            prepared = prepare(fan)
            rest = form.rest
            at = i * libc.SLOT
            self._rest_view[at : at + len(rest)] = rest
            picture_id_at, bits, picture_id, tl0picidx_at, tl0picidx = form.pictures or _NO_PICTURES
            PACKET.pack_into(
                self._packet_view,
                i * PACKET.size,
                self._rests_at + at,
                prepared.address,
                prepared.count,
                0,
                timestamp & 0xFFFFFFFF,
                number & 0xFFFF,
                len(rest),
                form.head,
                picture_id_at,
                picture_id,
                tl0picidx_at,
                tl0picidx,
                bits,
                form.transport_at,
            )

    def frame(self, first: int, end: int, segments: bool) -> int:
        messages: int = self.library.frame(self.fields, first, end, segments)
        return messages
