"""VP8 picture ids and TL0PICIDX of one slot (RFC 7741 4.2): one rising line, whatever source is on the slot."""

from __future__ import annotations

from rtc.wire.vp8 import Vp8Descriptor

Patch = tuple[tuple[int, bytes], ...]
"""Bytes to write over a packet, as (offset, bytes)."""


class PictureIds:
    """Offsets that make a new source continue where the last one ended. A source without ids is left alone."""

    __slots__ = ("_id_delta", "_last_id", "_last_tl0", "_tl0_delta")

    def __init__(self) -> None:
        self._id_delta = 0  # modulo 2**15
        self._tl0_delta = 0  # modulo 2**8
        self._last_id: int | None = None
        self._last_tl0: int | None = None

    @property
    def plain(self) -> bool:
        """No packet needs a patch."""
        return not (self._id_delta or self._tl0_delta)

    def sync(self, first: Vp8Descriptor) -> None:
        """`first` starts a new source (or the same one after a pause)."""
        if first.picture_id is not None and self._last_id is not None:
            self._id_delta = (self._last_id + 1 - first.picture_id) & 0x7FFF
        if first.tl0picidx is not None and self._last_tl0 is not None:
            self._tl0_delta = (self._last_tl0 + 1 - first.tl0picidx) & 0xFF

    def stop(self, last: Vp8Descriptor) -> None:
        """`last` is the newest packet that was sent of the present source."""
        if last.picture_id is not None:
            self._last_id = (last.picture_id + self._id_delta) & 0x7FFF
        if last.tl0picidx is not None:
            self._last_tl0 = (last.tl0picidx + self._tl0_delta) & 0xFF

    def patch(self, descriptor: Vp8Descriptor, payload_at: int) -> Patch:
        """What to write over a packet whose payload starts at `payload_at`. A 7-bit id stays 7 bits wide."""
        fields: list[tuple[int, bytes]] = []
        if descriptor.picture_id is not None and self._id_delta:
            number = descriptor.picture_id + self._id_delta
            at = payload_at + descriptor.picture_id_offset
            if descriptor.picture_id_bits == 15:
                fields.append((at, (0x8000 | number & 0x7FFF).to_bytes(2, "big")))
            else:
                fields.append((at, bytes((number & 0x7F,))))
        if descriptor.tl0picidx is not None and self._tl0_delta:
            at = payload_at + descriptor.tl0picidx_offset
            fields.append((at, bytes(((descriptor.tl0picidx + self._tl0_delta) & 0xFF,))))
        return tuple(fields)
