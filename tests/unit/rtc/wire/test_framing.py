"""RFC 4571: datagrams on a stream, as tables of (pieces that come, datagrams that are read)."""

from __future__ import annotations

import pytest

from rtc.wire.framing import MAX_FRAME, Unframer, frame


@pytest.mark.parametrize(
    ("datagram", "framed"),
    [(b"", b"\0\0"), (b"stun", b"\0\4stun"), (b"x" * 300, b"\x01\x2c" + b"x" * 300)],
)
def test_a_datagram_has_its_length_before_it(datagram: bytes, framed: bytes) -> None:
    assert frame(datagram) == framed


def test_no_frame_holds_more_than_its_length_can_say() -> None:
    assert len(frame(bytes(0xFFFF))) == 0xFFFF + 2
    with pytest.raises(ValueError, match="too long"):
        frame(bytes(0x10000))


@pytest.mark.parametrize(
    ("pieces", "read"),
    [
        ([b"\0\3one\0\3two"], [[b"one", b"two"]]),
        ([b"\0", b"\3", b"on", b"e\0\3t", b"wo"], [[], [], [], [b"one"], [b"two"]]),
        ([b"\0\3one\0"], [[b"one"]]),
        ([b"\0\0\0\3one\0\0"], [[b"one"]]),  # empty ones mean nothing
        ([b""], [[]]),
    ],
)
def test_a_stream_is_read_however_it_comes(pieces: list[bytes], read: list[list[bytes]]) -> None:
    unframer = Unframer()
    assert [unframer.feed(piece) for piece in pieces] == read
    assert not unframer.broken


def test_the_longest_frame_is_read() -> None:
    assert Unframer().feed(frame(bytes(MAX_FRAME))) == [bytes(MAX_FRAME)]


@pytest.mark.parametrize(
    "start",
    [
        (MAX_FRAME + 1).to_bytes(2, "big"),
        b"\xff\xff",
        b"GET / HTTP/1.1\r\n",
        b"\x16\x03\x01\x02\x00\x01",  # TLS
        b"SSH-2.0-OpenSSH\r\n",
    ],
)
def test_nothing_is_read_after_a_frame_that_is_too_long(start: bytes) -> None:
    unframer = Unframer()
    assert unframer.feed(b"\0\3one" + start) == [b"one"]
    assert unframer.broken
    assert unframer.feed(b"\0\3two") == []
