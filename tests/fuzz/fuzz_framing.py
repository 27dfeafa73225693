"""Any bytes are datagrams up to a frame that is too long: the same ones however the stream is cut into pieces, and
framed again they are the stream.
"""

from __future__ import annotations

from rtc.wire.framing import MAX_FRAME, Unframer, frame

SEEDS = (
    b"\x03",
    frame(b"\0\1\0\0\x21\x12\xa4\x42transaction!"),
    b"\x05" + frame(b"\x80rtp") + frame(b"") + frame(b"\x16dtls"),
    b"\xff" + frame(bytes(MAX_FRAME)) + (MAX_FRAME + 1).to_bytes(2, "big"),
    b"\x01GET / HTTP/1.1\r\n\r\n",
    b"\x01\x16\x03\x01\x02\x00\x01\x00",
)


def check(data: bytes) -> None:
    """The first octet says how long the pieces are."""
    piece, stream = data[0] + 1 if data else 1, data[1:]
    datagrams, broken = _read([stream])
    assert (datagrams, broken) == _read([stream[at : at + piece] for at in range(0, len(stream), piece)])
    assert all(0 < len(one) <= MAX_FRAME for one in datagrams)
    if b"\0\0" not in stream:  # an empty frame is left out
        again = b"".join(map(frame, datagrams))
        assert stream.startswith(again)
        rest = stream[len(again) :]
        size = int.from_bytes(rest[:2], "big")
        assert broken == (len(rest) >= 2 and size > MAX_FRAME)
        assert broken or len(rest) < 2 or len(rest) < 2 + size


def _read(pieces: list[bytes]) -> tuple[list[bytes], bool]:
    unframer = Unframer()
    return [datagram for piece in pieces for datagram in unframer.feed(piece)], unframer.broken
