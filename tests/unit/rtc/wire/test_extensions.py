from __future__ import annotations

import pytest

from rtc.wire import extensions
from rtc.wire.errors import WireError


@pytest.mark.parametrize(
    ("value", "voice", "level"), [(b"\x88", True, 8), (b"\x01", False, 1), (b"\x7f", False, 127), (b"\x80", True, 0)]
)
def test_audio_level_is_a_bit_and_seven(value: bytes, voice: bool, level: int) -> None:
    assert extensions.read_audio_level(value) == (voice, level)
    assert extensions.write_audio_level(voice, level) == value


def test_audio_level_takes_the_longer_form_of_two_byte_headers() -> None:
    assert extensions.read_audio_level(b"\xaa\x00") == (True, 42)


def test_abs_send_time_is_fixed_point_with_18_bits() -> None:
    # aiortc's rtp_only_padding_with_header_extensions.bin: 15846540 units of 2^-18 s.
    assert extensions.read_abs_send_time(bytes.fromhex("f1cc8c")) == 15846540 / 2**18
    assert extensions.write_abs_send_time(15846540 / 2**18).hex() == "f1cc8c"


def test_abs_send_time_wraps_after_64_seconds() -> None:
    wrapped = extensions.write_abs_send_time(3 * extensions.ABS_SEND_TIME_PERIOD + 1.5)
    assert extensions.read_abs_send_time(wrapped) == 1.5


def test_transport_cc_number() -> None:
    assert extensions.read_transport_cc(b"\xab\xcd") == 0xABCD
    assert extensions.write_transport_cc(0xABCD) == b"\xab\xcd"
    # Version 02 adds a feedback request.
    assert extensions.read_transport_cc(bytes.fromhex("abcd8005")) == 0xABCD


@pytest.mark.parametrize("text", ["0", "audio-1", "q", "a" * 255])
def test_identification(text: str) -> None:
    assert extensions.read_identification(extensions.write_identification(text)) == text


@pytest.mark.parametrize("value", [b"", b"\xff", b"a\x00", b"a b", "é".encode(), b"\n"])
def test_identification_is_visible_ascii(value: bytes) -> None:
    with pytest.raises(WireError):
        extensions.read_identification(value)


@pytest.mark.parametrize("text", ["", "a" * 256])
def test_identification_that_no_element_holds_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="255"):
        extensions.write_identification(text)


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (extensions.read_audio_level, b""),
        (extensions.read_abs_send_time, b"\x00\x00"),
        (extensions.read_abs_send_time, b"\x00\x00\x00\x00"),
        (extensions.read_transport_cc, b"\x01"),
    ],
)
def test_elements_of_the_wrong_size(read, value: bytes) -> None:
    with pytest.raises(WireError):
        read(value)
