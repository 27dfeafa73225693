"""Reports of viewers read in C (`digest.c`), where it was built: of twenty people, 53,000 packets a second are told."""

from __future__ import annotations

import struct
from typing import Any, Final

from rtc.core.bandwidth_slices import EVEN, LENGTH, STRETCHED, Digested, Open
from rtc.core.sent_log import SentLog
from rtc.shell import kernel, libc
from rtc.wire.steps import TICK, Steps

MOST_SLICES: Final = 64

# The struct of digest.c.
_CONSTANTS: Final = struct.Struct("=4q")
_OPEN: Final = struct.Struct("=10q")
_STRETCHED: Final = struct.Struct("=4q")
_SLICE: Final = struct.Struct("=5q")
_OPEN_AT: Final = _CONSTANTS.size
_STRETCHED_AT: Final = _OPEN_AT + _OPEN.size
_SLICES_AT: Final = _STRETCHED_AT + _STRETCHED.size

libc.ffi.cdef(
    """
    uint32_t digest_size(void);
    int digest(void *in, void *log, uint64_t now, uint32_t base, int64_t at, const uint8_t *ticks, uint32_t count);
    """
)


class KernelDigest:
    """A `bandwidth_slices.Digest`."""

    def __init__(self, library: Any) -> None:
        size = _SLICES_AT + MOST_SLICES * _SLICE.size
        if library.digest_size() != size:
            raise ValueError("digest.c and digest.py do not agree")
        self._digest = library.digest
        self._memory: Any = libc.ffi.new("unsigned char[]", size)
        self._view = memoryview(libc.ffi.buffer(self._memory)).cast("B")
        _CONSTANTS.pack_into(self._view, 0, LENGTH, STRETCHED, EVEN, TICK)

    def __call__(self, log: SentLog, before: Open, now: int, base: int, arrivals: Steps) -> Digested | None:
        view, ffi = self._view, libc.ffi
        _OPEN.pack_into(view, _OPEN_AT, *before)
        memory = ffi.from_buffer(log.memory)
        count = self._digest(self._memory, memory, now, base, arrivals.start, arrivals.ticks, len(arrivals))
        if count < 0:
            return None
        return Digested(
            _OPEN.unpack_from(view, _OPEN_AT),
            list(_SLICE.iter_unpack(view[_SLICES_AT : _SLICES_AT + count * _SLICE.size])),
            _STRETCHED.unpack_from(view, _STRETCHED_AT),
        )


def make_digest(compiled: bool) -> KernelDigest | None:
    """If `compiled` asks for it and it is there."""
    library = kernel.load() if compiled else None
    return None if library is None else KernelDigest(library)
