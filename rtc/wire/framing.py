"""Datagrams on a byte stream: two octets of length before each (RFC 4571 2), as ICE over TCP has them (RFC 6544 3)."""

from __future__ import annotations

from typing import Final

HEAD: Final = 2  # octets of length
# As one message of the UDP socket takes. Larger ones no browser sends, and whoever speaks HTTP or TLS to this port
# begins with the length of one.
MAX_FRAME: Final = 2048  # octets


def frame(datagram: bytes) -> bytes:
    """Raises ValueError beyond 65,535 octets."""
    if len(datagram) > 0xFFFF:
        raise ValueError("too long for a frame")
    return len(datagram).to_bytes(HEAD, "big") + datagram


class Unframer:
    """Takes a stream apart. It keeps less than one frame.

    `broken`: a frame is longer than ours are; nothing can be read after it.
    """

    def __init__(self) -> None:
        self.broken = False
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        """The datagrams that are complete now. Empty ones mean nothing and are left out."""
        data = self._rest + data
        datagrams: list[bytes] = []
        at = 0
        while not self.broken and len(data) - at >= HEAD:
            size = int.from_bytes(data[at : at + HEAD], "big")
            self.broken = size > MAX_FRAME
            end = at + HEAD + size
            if self.broken or end > len(data):
                break
            if size:
                datagrams.append(data[at + HEAD : end])
            at = end
        self._rest = b"" if self.broken else data[at:]
        return datagrams
