"""Contract with the pinned pylibsrtp: what srtp.py takes from its binding behaves like its public Session."""

from __future__ import annotations

import pytest
from pylibsrtp import Policy, Session

from rtc.shell import libc, srtp
from rtc.wire import rtp

PROFILES = {
    "SRTP_AEAD_AES_128_GCM": (28, Policy.SRTP_PROFILE_AEAD_AES_128_GCM),
    "SRTP_AEAD_AES_256_GCM": (44, Policy.SRTP_PROFILE_AEAD_AES_256_GCM),
    "SRTP_AES128_CM_SHA1_80": (30, Policy.SRTP_PROFILE_AES128_CM_SHA1_80),
}
SSRC = 0xCAFE


def packet(sequence: int) -> bytes:
    return rtp.build(False, 96, sequence, 3000, SSRC, [], b"p" * 1100)


def protect(outbound: srtp.Outbound, messages: libc.Messages, data: bytes) -> tuple[int, bytes]:
    messages.buffer[: len(data)] = data
    messages.lengths[0] = len(data)
    error = srtp.protect(outbound.context, messages.pointers[0], messages.length_pointers[0])
    return error, bytes(messages.buffer[: messages.lengths[0]])


def session(profile: str, master: bytes, direction: int) -> Session:
    return Session(Policy(key=master, ssrc_type=direction, srtp_profile=PROFILES[profile][1]))


@pytest.mark.parametrize("profile", PROFILES)
def test_what_we_protect_in_place_a_browsers_library_opens(profile: str) -> None:
    master = bytes(range(PROFILES[profile][0]))
    outbound, messages = srtp.Outbound(profile, master, SSRC), libc.Messages(1)
    reader = session(profile, master, Policy.SSRC_ANY_INBOUND)
    for sequence in range(3):
        error, protected = protect(outbound, messages, packet(sequence))
        assert error == 0
        assert len(protected) == len(packet(0)) + outbound.tag
        assert reader.unprotect(protected) == packet(sequence)


@pytest.mark.parametrize("profile", PROFILES)
def test_what_a_browser_protects_is_opened_once_and_only_unchanged(profile: str) -> None:
    master = bytes(range(PROFILES[profile][0]))
    protected = session(profile, master, Policy.SSRC_ANY_OUTBOUND).protect(packet(7))
    inbound, messages = srtp.Inbound(profile, master), libc.Messages(1)

    def unprotect(data: bytes) -> int:
        messages.buffer[: len(data)] = data
        messages.lengths[0] = len(data)
        return int(srtp.unprotect(inbound.context, messages.pointers[0], messages.length_pointers[0]))

    assert unprotect(protected[:-1] + bytes((protected[-1] ^ 1,))) not in (0, *srtp.REPLAYED)
    assert unprotect(protected) == 0
    assert bytes(messages.buffer[: messages.lengths[0]]) == packet(7)
    assert unprotect(protected) in srtp.REPLAYED


def test_no_index_is_protected_twice() -> None:
    """RFC 7714 8.1: the same index under AES-GCM gives the key away, so libsrtp must refuse it."""
    outbound, messages = srtp.Outbound("SRTP_AEAD_AES_128_GCM", bytes(28), SSRC), libc.Messages(1)
    assert protect(outbound, messages, packet(1))[0] == 0
    assert protect(outbound, messages, packet(2))[0] == 0
    assert protect(outbound, messages, packet(1))[0] in srtp.REPLAYED


def test_rtcp_goes_out_under_any_ssrc_and_what_is_not_rtcp_is_an_error() -> None:
    profile, master = "SRTP_AEAD_AES_128_GCM", bytes(28)
    control = srtp.OutboundControl(profile, master)
    reader = session(profile, master, Policy.SSRC_ANY_INBOUND)
    for ssrc in (1, 2):
        report = b"\x80\xc9\x00\x01" + ssrc.to_bytes(4, "big")
        assert reader.unprotect_rtcp(control.protect(report)) == report
    with pytest.raises(ValueError, match="too long"):
        control.protect(bytes(2000))


@pytest.mark.parametrize("profile", PROFILES)
def test_the_index_of_srtcp_tells_what_is_newer_for_each_sender(profile: str) -> None:
    master = bytes(range(PROFILES[profile][0]))
    browser = session(profile, master, Policy.SSRC_ANY_OUTBOUND)
    inbound, messages = srtp.Inbound(profile, master), libc.Messages(1)
    reports = {ssrc: bytes.fromhex("80c90001") + ssrc.to_bytes(4, "big") for ssrc in (1, 2)}
    protected = [(ssrc, browser.protect_rtcp(reports[ssrc])) for ssrc in (1, 1, 1, 2, 2)]
    newest = []
    for number in (1, 0, 2, 3, 4):
        ssrc, data = protected[number]
        messages.buffer[: len(data)] = data
        messages.lengths[0] = len(data)
        assert srtp.unprotect_rtcp(inbound.context, messages.pointers[0], messages.length_pointers[0]) == 0
        assert bytes(messages.buffer[: messages.lengths[0]]) == reports[ssrc]
        newest.append(inbound.is_newest_control(ssrc, messages.buffer, len(data)))
    assert newest == [True, False, True, True, True]
