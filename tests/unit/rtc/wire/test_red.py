"""Sound with the sound before it: the layout of RFC 2198, section 3."""

from __future__ import annotations

import pytest

from rtc.wire import red

OPUS = 111


def test_the_older_block_comes_first() -> None:
    payload = red.build(OPUS, b"now", b"older", 960)
    # F=1 and the type; 14 bits of offset, 10 of length; F=0 and the type of the newest, which has neither.
    assert payload == bytes((0x80 | OPUS, 960 >> 6, (960 & 0x3F) << 2, 5, OPUS)) + b"older" + b"now"


@pytest.mark.parametrize(
    ("before", "offset", "fits"),
    [
        (bytes(1023), 16383, True),
        (b"", 0, True),
        (bytes(1024), 960, False),
        (b"x", 16384, False),
        (b"x", -960, False),
        (b"x", 2**32 - 960, False),
    ],
)
def test_what_has_room(before: bytes, offset: int, fits: bool) -> None:
    assert red.fits(before, offset) is fits
    if fits:
        header = int.from_bytes(red.build(OPUS, b"now", before, offset)[1:4], "big")
        assert (header >> 10, header & 0x3FF) == (offset, len(before))
    else:
        with pytest.raises(ValueError, match="no room"):
            red.build(OPUS, b"now", before, offset)
