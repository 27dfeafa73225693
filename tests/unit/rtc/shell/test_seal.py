"""Outgoing media under AES-GCM, held to libsrtp octet for octet (RFC 7714), and to its own rule: no index twice."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rtc.shell import gcm, kernel, libc, seal, srtp
from rtc.wire import rtp

PROFILES = {"SRTP_AEAD_AES_128_GCM": 28, "SRTP_AEAD_AES_256_GCM": 44}
SSRC = 0xCAFE_F00D
PROFILE = "SRTP_AEAD_AES_128_GCM"

pytestmark = pytest.mark.skipif(kernel.load() is None, reason="the C kernel was not built")


@pytest.fixture(params=["ipsec-mb", "openssl"], autouse=True, scope="module")
def library(request: pytest.FixtureRequest) -> Iterator[str]:
    """The only one that is found."""
    wanted = str(request.param)
    found = [one for one in gcm.libraries(kernel.load()) if one.name == wanted]
    if not found:
        pytest.skip("it is not installed, or this processor has none of its instructions")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gcm, "libraries", lambda _kernel: iter(found))
        yield wanted


class Streams:
    """The same SSRC sealed by us and by libsrtp."""

    def __init__(self, profile: str = PROFILE, master: bytes | None = None) -> None:
        key = bytes(range(PROFILES[profile])) if master is None else master
        loaded = seal._load()
        assert loaded is not None
        self.ours = seal.make_keyed(compiled=True)(profile, key)(SSRC)
        assert isinstance(self.ours, seal.Sealed)
        self.theirs = srtp.Outbound(profile, key, SSRC)
        self._function = loaded.seal
        self._messages = libc.Messages(1)
        self._length = libc.ffi.new("int *")

    def seal(self, data: bytes) -> tuple[int, bytes]:
        """(error, what is in the buffer)."""
        self._messages.buffer[: len(data)] = data
        self._length[0] = len(data)
        pointer = libc.ffi.cast("void *", int(srtp.ffi.cast("uintptr_t", self._messages.pointers[0])))
        error = int(self._function(self.ours.context, pointer, self._length))
        return error, bytes(self._messages.buffer[: self._length[0]])

    def reference(self, data: bytes) -> tuple[int, bytes]:
        self._messages.buffer[: len(data)] = data
        self._messages.lengths[0] = len(data)
        error = srtp.protect(self.theirs.context, self._messages.pointers[0], self._messages.length_pointers[0])
        return int(error), bytes(self._messages.buffer[: self._messages.lengths[0]])

    def agree(self, data: bytes) -> None:
        ours, theirs = self.seal(data), self.reference(data)
        assert ours == theirs
        assert ours[0] == 0


def packet(sequence: int, size: int = 1100) -> bytes:
    return rtp.build(False, 96, sequence & 0xFFFF, 3000, SSRC, [(1, b"\x05")], b"p" * size)


@pytest.mark.parametrize("profile", PROFILES)
@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_the_octets_are_those_of_libsrtp(profile: str, data: st.DataObject) -> None:
    """Any first number, some out of order, many past the roll-over of 16 bits."""
    streams = Streams(profile, data.draw(st.binary(min_size=PROFILES[profile], max_size=PROFILES[profile])))
    at = data.draw(st.sampled_from([0, 1, 30_000, 65_000, 65_535]))
    used: set[int] = set()
    for step in data.draw(st.lists(st.integers(-900, 12_000), max_size=30)):
        number = max(at + step, min(used, default=at))
        if number in used:
            continue
        used.add(number)
        streams.agree(packet(number, data.draw(st.integers(0, 1400))))
        at = max(at, number)


def test_headers_of_all_kinds_are_authenticated_and_not_encrypted() -> None:
    streams = Streams()
    plain = b"\x80\x60\x00\x01" + bytes(4) + SSRC.to_bytes(4, "big")
    streams.agree(plain)  # nothing but a header
    with_sources = b"\x82\x60\x00\x02" + plain[4:] + bytes(8)
    streams.agree(with_sources + b"payload")
    streams.agree(b"\x93\x60\x00\x03" + plain[4:] + bytes(12) + b"\xbe\xde\x00\x02" + bytes(8) + b"payload")
    assert streams.seal(packet(4))[1][:12] == packet(4)[:12]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80" * 11,
        b"\x82" + bytes(11),  # two sources, and none is there
        b"\x90" + bytes(12),  # extensions, cut in their header
        b"\x90" + bytes(13) + b"\xff\xff",  # longer than the packet
    ],
)
def test_what_is_cut_short_is_refused_and_takes_no_index(data: bytes) -> None:
    streams = Streams()
    assert streams.seal(data) == (8, data)
    streams.agree(packet(0))


def test_no_index_is_sealed_twice() -> None:
    """RFC 7714 8.1: the same index under AES-GCM gives the key away."""
    streams = Streams()
    for number in (5, 30_000, 29_500, 60_000, 70_000, 69_500):  # the last two after a roll-over
        assert streams.seal(packet(number))[0] == 0
        again = packet(number, 200)
        assert streams.seal(again) == (9, again)
    for number in range(70_001, 70_001 + 5000):
        assert streams.seal(packet(number))[0] == 0
    assert streams.seal(packet(75_000 - 1023))[0] == 9
    assert streams.seal(packet(75_000 - 1024))[0] == 10, "who knows whether that one was"


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 65_535), st.lists(st.integers(-1500, 1500), max_size=60))
def test_however_they_come_each_index_is_sealed_once(first: int, steps: list[int]) -> None:
    streams = Streams()
    assert streams.seal(packet(first, 0))[0] == 0
    used, highest = {first}, first
    for step in steps:
        number = highest + step
        error, _ = streams.seal(packet(number, 0))
        if number < 0:
            assert error == 10, "before the first of all"
        elif number in used:
            assert error in (9, 10)
        elif number >= highest - 1023:
            assert error == 0
        if error == 0:
            assert number not in used
            used.add(number)
            highest = max(highest, number)


def test_one_key_serves_all_streams_of_a_peer_and_lives_as_long_as_one_of_them() -> None:
    keyed = seal.make_keyed(compiled=True)(PROFILE, bytes(range(28)))
    first, second = keyed(SSRC), keyed(SSRC + 1)
    del keyed
    gc.collect()
    streams, other = Streams(), packet(3)[:8] + (SSRC + 1).to_bytes(4, "big") + packet(3)[12:]
    streams.ours = first
    streams.agree(packet(3))
    streams.ours, streams.theirs = second, srtp.Outbound(PROFILE, bytes(range(28)), SSRC + 1)
    streams.agree(other)


def test_a_packet_of_another_ssrc_is_refused() -> None:
    """Its index is another stream's."""
    streams = Streams()
    other = packet(1)[:8] + bytes(4) + packet(1)[12:]
    assert streams.seal(other) == (8, other)
    streams.agree(packet(1))


def test_other_profiles_and_a_worker_without_the_kernel_have_libsrtp() -> None:
    by_hash = seal.make_keyed(compiled=True)("SRTP_AES128_CM_SHA1_80", bytes(30))(SSRC)
    assert isinstance(by_hash, srtp.Outbound)
    assert by_hash.protect_address == srtp.PROTECT_ADDRESS
    assert isinstance(seal.make_keyed(compiled=False)(PROFILE, bytes(28))(SSRC), srtp.Outbound)


def test_a_library_that_does_otherwise_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seal, "derive", lambda _master, _key_size, _label, size: bytes(size))
    assert isinstance(seal.make_keyed(compiled=True)(PROFILE, bytes(28))(SSRC), srtp.Outbound)


def test_where_no_library_is_found_there_is_libsrtp(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gcm, "libraries", lambda _kernel: iter(()))
    assert isinstance(seal.make_keyed(compiled=True)(PROFILE, bytes(28))(SSRC), srtp.Outbound)
