"""VP8 picture ids and TL0PICIDX of one slot (RFC 7741 4.2): one rising line, whatever source is on the slot."""

from __future__ import annotations

from typing import Final

from rtc.wire.vp8 import Vp8Descriptor

# Each frame that is left out makes one; late packets and NACKs reach back about a second.
MAX_DROPS: Final = 64
LATE: Final = 256  # frames: nobody asks for older ones

PictureFields = tuple[int, int, int, int, int]
"""(bytes to the picture id, its 7 or 15 bits, its value, bytes to TL0PICIDX, its value); 0 bytes: it has none."""


def fields_of(descriptor: Vp8Descriptor, payload_at: int) -> PictureFields | None:
    """For a packet whose payload starts at `payload_at`; None where there is nothing to rewrite."""
    id_at = tl0_at = 0
    if descriptor.picture_id is not None:
        id_at = payload_at + descriptor.picture_id_offset
    if descriptor.tl0picidx is not None:
        tl0_at = payload_at + descriptor.tl0picidx_offset
    if not id_at and not tl0_at:
        return None
    return id_at, descriptor.picture_id_bits, descriptor.picture_id or 0, tl0_at, descriptor.tl0picidx or 0


def rewrite(packet: memoryview | bytearray, at: int, fields: PictureFields, id_delta: int, tl0_delta: int) -> None:
    """Write the moved ids over the packet that starts at `at`. A 7-bit id stays 7 bits wide."""
    id_at, bits, picture_id, tl0_at, tl0picidx = fields
    if id_at and id_delta:
        number = picture_id + id_delta
        if bits == 15:
            packet[at + id_at] = 0x80 | number >> 8 & 0x7F
            packet[at + id_at + 1] = number & 0xFF
        else:
            packet[at + id_at] = number & 0x7F
    if tl0_at and tl0_delta:
        packet[at + tl0_at] = (tl0picidx + tl0_delta) & 0xFF


class PictureIds:
    """Offsets that make a new source continue where the last one ended. A source without ids is left alone.

    `id_delta` and `tl0_delta` serve the packet path: they are those of the newest frame and what follows.
    """

    __slots__ = ("_dropped", "_last_id", "_last_tl0", "id_delta", "tl0_delta")

    def __init__(self) -> None:
        self.id_delta = 0  # modulo 2**15
        self.tl0_delta = 0  # modulo 2**8
        self._last_id: int | None = None
        self._last_tl0: int | None = None
        self._dropped: list[int] = []  # ids of the present source, oldest first

    def sync(self, first: Vp8Descriptor) -> None:
        """`first` starts a new source (or the same one after a pause)."""
        self._dropped.clear()
        if first.picture_id is not None and self._last_id is not None:
            self.id_delta = (self._last_id + 1 - first.picture_id) & 0x7FFF
        if first.tl0picidx is not None and self._last_tl0 is not None:
            self.tl0_delta = (self._last_tl0 + 1 - first.tl0picidx) & 0xFF

    def drop(self, packet: Vp8Descriptor) -> None:
        """The frame of this packet, the newest, is left out. The others close up: to a decoder a gap is loss."""
        picture_id = packet.picture_id
        if picture_id is None or self._dropped[-1:] == [picture_id]:
            return
        self.id_delta = (self.id_delta - 1) & 0x7FFF
        self._dropped.append(picture_id)
        if len(self._dropped) > MAX_DROPS:
            del self._dropped[0]

    def id_delta_of(self, packet: Vp8Descriptor | None) -> int:
        """Of a packet that need not be of the newest frame."""
        if packet is None or packet.picture_id is None or not self._dropped:
            return self.id_delta
        after = sum((dropped - packet.picture_id) & 0x7FFF < LATE for dropped in self._dropped)
        return (self.id_delta + after) & 0x7FFF

    def stop(self, last: Vp8Descriptor) -> None:
        """`last` is the newest packet of the present source, sent or left out."""
        if last.picture_id is not None:
            self._last_id = (last.picture_id + self.id_delta) & 0x7FFF
        if last.tl0picidx is not None:
            self._last_tl0 = (last.tl0picidx + self.tl0_delta) & 0xFF
