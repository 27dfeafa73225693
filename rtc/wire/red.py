"""A packet of sound that has the one before it with it: RFC 2198."""

from __future__ import annotations

import struct
from typing import Final

MAX_OFFSET: Final = (1 << 14) - 1  # RTP clock units from the one before
MAX_LENGTH: Final = (1 << 10) - 1  # octets of the one before

_HEADERS: Final = struct.Struct("!IB")


def build(payload_type: int, payload: bytes, before: bytes, offset: int) -> bytes:
    """The payload of such a packet, both parts of the same `payload_type`. `offset`: how much earlier `before` is.

    Raises `ValueError` for one that is too early or too long.
    """
    if not fits(before, offset):
        raise ValueError("no room for such a block")
    block = 0x80 << 24 | payload_type << 24 | offset << 10 | len(before)
    return _HEADERS.pack(block, payload_type) + before + payload


def fits(before: bytes, offset: int) -> bool:
    """Whether `build` takes it."""
    return 0 <= offset <= MAX_OFFSET and len(before) <= MAX_LENGTH
