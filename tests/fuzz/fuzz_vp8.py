"""Any bytes are a VP8 descriptor or a WireError. Its offsets lie inside it; its prefix says as much as the whole."""

from __future__ import annotations

import contextlib

from rtc.wire import vp8
from rtc.wire.errors import WireError

# From mediasoup's TestVP8, pion/rtp's tests; the last is a key frame of 320x180 with all fields.
SEEDS = tuple(
    bytes.fromhex(text)
    for text in (
        "d0801100",
        "883ee400",
        "ffff0000",
        "00",
        "002a94",
        "80802a",
        "0011223344556690",
        "90e0812345601002009d012a4001b4000000",
    )
)


def check(data: bytes) -> None:
    try:
        descriptor = vp8.parse(data)
    except WireError:
        return
    assert 1 <= descriptor.size <= min(6, len(data))
    assert vp8.parse(data[: vp8.MAX_PREFIX]) == descriptor
    if descriptor.picture_id is not None:
        size = descriptor.picture_id_bits // 7
        at = descriptor.picture_id_offset
        assert (
            int.from_bytes(data[at : at + size], "big") & (1 << descriptor.picture_id_bits) - 1 == descriptor.picture_id
        )
        assert at + size <= descriptor.size
    if descriptor.tl0picidx is not None:
        assert data[descriptor.tl0picidx_offset] == descriptor.tl0picidx
        assert descriptor.tl0picidx_offset < descriptor.size
    with contextlib.suppress(WireError):
        size = vp8.frame_size(data, descriptor)
        assert (size is None) == (not descriptor.key_frame)
