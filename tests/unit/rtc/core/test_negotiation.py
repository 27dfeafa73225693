"""Answers to recorded offers, what stays across re-offers, and what is refused."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from aiortc import RTCPeerConnection, RTCSessionDescription
from hypothesis import given
from hypothesis import strategies as st

from rtc.core.model import Grant, Mid, Source
from rtc.core.negotiation import (
    LocalTransport,
    Negotiated,
    NegotiationError,
    negotiate,
    remote_credentials,
)
from rtc.wire import extensions as uris
from rtc.wire import sdp
from rtc.wire.description import Candidate, Direction
from rtc.wire.errors import WireError
from tests.unit.rtc.core.answer_lines import sources_of, strays

OFFERS = Path(__file__).parents[3] / "data" / "offers"
RECORDED = sorted(path.stem for path in OFFERS.glob("*.sdp"))
EVERYTHING = Grant(may_send=frozenset(Source), may_receive=True)
NOTHING = Grant(may_send=frozenset(), may_receive=False)
CANDIDATES = [
    Candidate("192.0.2.10", 5004),
    Candidate("2001:db8::10", 5004),
    Candidate("192.0.2.10", 443, tcp=True),
]
LOCAL = LocalTransport("ourufrag", "ourpasswordourpassword", "7C:7C", CANDIDATES)
PAGE = ["chromium", "firefox", "libwebrtc"]


def recorded(name: str) -> str:
    return (OFFERS / f"{name}.sdp").read_bytes().decode()


def answer(
    text: str,
    previous: Negotiated | None = None,
    *,
    sources: dict[Mid, Source] | None = None,
    grant: Grant = EVERYTHING,
    ssrcs: Callable[[], int] | None = None,
) -> Negotiated:
    offer = sdp.parse(text)
    named = sources_of(offer) if sources is None else sources
    return negotiate(offer, named, grant, previous, LOCAL, ssrcs or itertools.count(1).__next__)


HEAD = """v=0
o=- 4 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE {bundle}
a=ice-ufrag:theirs
a=ice-pwd:theirpasswordtheirpassword
a=fingerprint:sha-256 AB:CD
a=setup:actpass
"""
AUDIO = """m=audio 9 UDP/TLS/RTP/SAVPF 111
a=mid:{mid}
a={direction}
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
"""
VIDEO = """m=video 9 UDP/TLS/RTP/SAVPF 96 97
a=mid:{mid}
a={direction}
a=rtcp-mux
a=rtpmap:96 VP8/90000
a=rtcp-fb:96 nack
a=rtcp-fb:96 goog-remb
a=rtpmap:97 rtx/90000
a=fmtp:97 apt=96
a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
"""


def offer(*lines: str, bundle: str | None = None) -> str:
    """`A` and `V` send audio and video, `a` and `v` receive; longer ones are m-lines as they are."""
    made = []
    for number, line in enumerate(lines):
        template = {"a": AUDIO, "v": VIDEO}.get(line.lower())
        direction = "recvonly" if line.islower() else "sendonly"
        made.append(template.format(mid=number, direction=direction) if template else line)
    mids = " ".join(re.findall(r"^a=mid:(.*)$", "".join(made), re.M))
    return HEAD.format(bundle=mids if bundle is None else bundle) + "".join(made)


def section(negotiated: Negotiated, mid: str) -> str:
    """The answer's m-line of that mid, with what stands under it."""
    (found,) = (one for one in re.split(r"(?=^m=)", negotiated.answer, flags=re.M) if f"\r\na=mid:{mid}\r\n" in one)
    return found


# --- recorded offers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", RECORDED)
def test_every_recorded_offer_has_a_sound_answer(name: str) -> None:
    offered = sdp.parse(recorded(name))
    negotiated = answer(recorded(name))
    answered = sdp.parse(negotiated.answer)
    assert strays(negotiated.answer) == []
    assert answered.ice_lite
    assert [one.mid for one in answered.media] == [one.mid for one in offered.media]
    assert list(answered.bundle) == list(negotiated.lines) == [one.mid for one in answered.media if not one.rejected]
    for theirs, ours in zip(offered.media, answered.media, strict=True):
        if ours.rejected:
            continue
        assert {codec.payload_type for codec in ours.codecs} <= {codec.payload_type for codec in theirs.codecs}
        assert {(one.id, one.uri) for one in ours.extensions} <= {(one.id, one.uri) for one in theirs.extensions}
        # That sound is asked for again no browser offers, and yet they do it.
        asked = {"nack"} if ours.kind == "audio" and ours.direction is Direction.RECVONLY else set()
        feedback = {codec.payload_type: {*codec.feedback, *asked} for codec in theirs.codecs}
        assert all(set(codec.feedback) <= feedback[codec.payload_type] for codec in ours.codecs)
        assert {theirs.direction, ours.direction} == {Direction.SENDONLY, Direction.RECVONLY}
        assert ours.transport.setup == "passive"
    ssrcs = [ssrc for line in negotiated.lines.values() for ssrc in (line.ssrc, line.rtx_ssrc) if ssrc is not None]
    assert len(set(ssrcs)) == len(ssrcs)
    assert negotiated.answer.count("a=end-of-candidates") == 1


@pytest.mark.parametrize("browser", PAGE)
def test_the_lines_of_a_page(browser: str) -> None:
    negotiated = answer(recorded(f"{browser}-page"))
    lines = list(negotiated.lines.values())
    assert [line.source for line in lines[:4]] == ["microphone", "camera", "screen", "screen_sound"]
    assert [(line.kind, line.slot) for line in lines[4:]] == [("audio", 0), ("video", 0), ("audio", 1), ("video", 1)]
    assert negotiated.slots == [("4", "5"), ("6", "7")]
    microphone, camera, slot = lines[0], lines[1], lines[5]
    assert (microphone.ssrc, camera.rtx_ssrc, microphone.rtx_payload_type) == (None, None, None)
    assert (microphone.clock_rate, camera.clock_rate) == (48_000, 90_000)
    assert {uris.MID, uris.TRANSPORT_CC, uris.AUDIO_LEVEL} <= microphone.extensions.keys()
    assert {uris.MID, uris.TRANSPORT_CC, uris.ABS_SEND_TIME} <= camera.extensions.keys()
    assert slot.extensions.keys() == {uris.MID, uris.TRANSPORT_CC}
    assert uris.VIDEO_ORIENTATION not in negotiated.extensions
    assert slot.rtx_payload_type == camera.rtx_payload_type is not None
    assert "a=msid:p0 s5\r\n" in section(negotiated, "5")
    assert f"a=ssrc-group:FID {slot.ssrc} {slot.rtx_ssrc}\r\n" in section(negotiated, "5")


@pytest.mark.parametrize("browser", PAGE)
def test_what_stays_when_a_page_grows_and_restarts(browser: str) -> None:
    ssrcs = itertools.count(1).__next__
    first = answer(recorded(f"{browser}-page"), ssrcs=ssrcs)
    second = answer(recorded(f"{browser}-page-grown"), first, ssrcs=ssrcs)
    third = answer(recorded(f"{browser}-page-restart"), second, ssrcs=ssrcs)
    for mid in list(first.lines)[4:]:
        assert first.lines[mid] == second.lines[mid] == third.lines[mid]
    for mid in list(first.lines)[:4]:
        was, now = first.lines[mid], third.lines[mid]
        assert (was.source, was.payload_type, was.extensions) == (now.source, now.payload_type, now.extensions)
    assert second.slots == [*first.slots, ("8", "9"), ("10", "11")] == third.slots
    assert [one.ice_restarted for one in (first, second, third)] == [False, False, True]
    assert [one.version for one in (first, second, third)] == [1, 2, 3]
    assert "a=msid:p3 s11\r\n" in section(third, "11")


@pytest.mark.parametrize("browser", PAGE)
def test_simulcast_is_accepted(browser: str) -> None:
    negotiated = answer(recorded(f"{browser}-simulcast"))
    microphone, camera, *_ = negotiated.lines.values()
    assert (microphone.rids, camera.rids) == ([], ["q", "h", "f"])
    assert {uris.MID, uris.RID, uris.RRID} <= camera.extensions.keys()
    assert "a=rid:q recv\r\na=rid:h recv\r\na=rid:f recv\r\na=simulcast:recv q;h;f\r\n" in section(negotiated, "1")
    assert "simulcast" not in section(negotiated, "0")


def test_ssrcs_that_firefox_announces() -> None:
    camera = answer(recorded("firefox-simulcast")).lines[Mid("1")]
    assert len(camera.remote_ssrcs) == 3
    assert list(camera.remote_rtx.values()) == camera.remote_ssrcs
    assert camera.remote_rtx.keys().isdisjoint(camera.remote_ssrcs)


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_what_we_cannot_use_is_rejected(browser: str) -> None:
    negotiated = answer(recorded(f"{browser}-unwanted"))
    assert len(negotiated.lines) == 4
    rejected = [one for one in sdp.parse(negotiated.answer).media if one.rejected]
    assert sorted(one.kind for one in rejected) == ["application", "video"]
    assert {one.direction for one in rejected} == {Direction.INACTIVE}


def test_a_viewer_without_transport_wide_numbers_may_tell_its_own_estimate() -> None:
    def feedback(text: str) -> set[str]:
        slot = next(one for one in sdp.parse(answer(text).answer).media if one.direction is Direction.SENDONLY)
        return {value for codec in slot.codecs for value in codec.feedback}

    plain = offer("A", "V", "v")
    numbered = "a=extmap:3 " + uris.TRANSPORT_CC + "\na=rtcp-fb:96 transport-cc"
    assert feedback(plain) == {"nack", "goog-remb"}
    assert "goog-remb" not in feedback(plain.replace("a=rtcp-fb:96 nack\n", f"a=rtcp-fb:96 nack\n{numbered}\n"))


def test_the_answer_to_a_bot() -> None:
    text = offer("A", "V", "a", "v").replace("goog-remb", "transport-cc")
    assert answer(text).answer.replace("\r\n", "\n") == (
        "v=0\no=- 1 1 IN IP4 0.0.0.0\ns=-\nt=0 0\na=ice-lite\na=group:BUNDLE 0 1 2 3\n"
        "m=audio 9 UDP/TLS/RTP/SAVPF 111\nc=IN IP4 0.0.0.0\na=mid:0\na=recvonly\na=rtcp-mux\n"
        "a=ice-ufrag:ourufrag\na=ice-pwd:ourpasswordourpassword\na=fingerprint:sha-256 7C:7C\na=setup:passive\n"
        "a=rtpmap:111 opus/48000/2\na=rtcp-fb:111 nack\na=fmtp:111 minptime=10;useinbandfec=1;usedtx=1\n"
        "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\n"
        "a=candidate:1 1 udp 2130706431 192.0.2.10 5004 typ host\n"
        "a=candidate:2 1 udp 2130706175 2001:db8::10 5004 typ host\n"
        "a=candidate:3 1 tcp 1520434687 192.0.2.10 443 typ host tcptype passive\na=end-of-candidates\n"
        "m=video 9 UDP/TLS/RTP/SAVPF 96 97\nc=IN IP4 0.0.0.0\na=mid:1\na=recvonly\na=rtcp-mux\n"
        "a=ice-ufrag:ourufrag\na=ice-pwd:ourpasswordourpassword\na=fingerprint:sha-256 7C:7C\na=setup:passive\n"
        "a=rtpmap:96 VP8/90000\na=rtcp-fb:96 nack\na=rtcp-fb:96 transport-cc\na=rtpmap:97 rtx/90000\na=fmtp:97 apt=96\n"
        "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\n"
        "m=audio 9 UDP/TLS/RTP/SAVPF 111\nc=IN IP4 0.0.0.0\na=mid:2\na=sendonly\na=rtcp-mux\n"
        "a=ice-ufrag:ourufrag\na=ice-pwd:ourpasswordourpassword\na=fingerprint:sha-256 7C:7C\na=setup:passive\n"
        "a=rtpmap:111 opus/48000/2\na=fmtp:111 minptime=10;useinbandfec=1\n"
        "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\na=msid:p0 s2\na=ssrc:1 cname:kinroom\n"
        "m=video 9 UDP/TLS/RTP/SAVPF 96 97\nc=IN IP4 0.0.0.0\na=mid:3\na=sendonly\na=rtcp-mux\n"
        "a=ice-ufrag:ourufrag\na=ice-pwd:ourpasswordourpassword\na=fingerprint:sha-256 7C:7C\na=setup:passive\n"
        "a=rtpmap:96 VP8/90000\na=rtcp-fb:96 nack\na=rtpmap:97 rtx/90000\na=fmtp:97 apt=96\n"
        "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\n"
        "a=msid:p0 s3\na=ssrc-group:FID 2 3\na=ssrc:2 cname:kinroom\na=ssrc:3 cname:kinroom\n"
    )


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_voices_pause_and_shared_sound_does_not(browser: str) -> None:
    answered = sdp.parse(answer(recorded(f"{browser}-page")).answer).media
    sent = [one.codecs[0].parameters for one in answered if one.kind == "audio" and one.direction is Direction.RECVONLY]
    slots = {
        one.codecs[0].parameters for one in answered if one.kind == "audio" and one.direction is Direction.SENDONLY
    }
    assert sent == [
        "minptime=10;useinbandfec=1;usedtx=1",
        "minptime=10;useinbandfec=1;stereo=1;maxaveragebitrate=96000",
    ]
    assert slots == {"minptime=10;useinbandfec=1"}


async def test_aiortc_takes_the_answer() -> None:
    peer = RTCPeerConnection()
    for direction in ("sendonly", "recvonly", "recvonly"):
        peer.addTransceiver("audio", direction)
        peer.addTransceiver("video", direction)
    await peer.setLocalDescription(await peer.createOffer())
    negotiated = answer(peer.localDescription.sdp)
    text = negotiated.answer.replace("192.0.2.10", "127.0.0.1")
    try:
        await peer.setRemoteDescription(RTCSessionDescription(text, "answer"))
        directions = [transceiver.currentDirection for transceiver in peer.getTransceivers()]
    finally:
        await peer.close()
    assert directions == ["sendonly", "sendonly", "recvonly", "recvonly", "recvonly", "recvonly"]
    assert negotiated.slots == [("2", "3"), ("4", "5")]


# --- one thing at a time ---------------------------------------------------------------------------------------------


def test_the_remote_side() -> None:
    text = offer("A").replace("a=fingerprint", "a=fingerprint:sha-1 00\na=fingerprint:sha-512 EE\na=fingerprint")
    negotiated = answer(text)
    assert (negotiated.remote_ufrag, negotiated.remote_pwd) == ("theirs", "theirpasswordtheirpassword")
    assert remote_credentials(sdp.parse(text)).ufrag == "theirs"
    assert [(one.algorithm, one.value) for one in negotiated.remote_fingerprints] == [
        ("sha-512", "EE"),
        ("sha-256", "AB:CD"),
    ]


def test_the_first_of_the_bundle_group_speaks_for_all() -> None:
    """aiortc gives each m-line credentials of its own; those of the group's first hold."""
    own = VIDEO.format(mid=1, direction="sendonly") + "a=ice-ufrag:second\n"
    assert remote_credentials(sdp.parse(offer("A", own))).ufrag == "theirs"
    assert remote_credentials(sdp.parse(offer("A", own, bundle="1 0"))).ufrag == "second"
    assert "a=candidate" in section(answer(offer("A", own, bundle="1 0")), "1")


@pytest.mark.parametrize(
    ("number", "blocks", "accepted"),
    [
        ("63", "111/111", 63),
        ("63", "111/111/111", 63),
        ("63", "0/111", None),
        ("63", "111", None),
        ("63", "x=1", None),
        ("70", "111/111", None),  # would read as RTCP
    ],
)
def test_sound_may_come_twice_to_who_listens(number: str, blocks: str, accepted: int | None) -> None:
    offered = f"a=rtpmap:{number} red/48000/2\na=fmtp:{number} {blocks}\n"
    lines = [
        AUDIO.replace("RTP/SAVPF 111", f"RTP/SAVPF 111 {number}").format(mid=mid, direction=direction) + offered
        for mid, direction in enumerate(("sendonly", "recvonly"))
    ]
    negotiated = answer(offer(*lines))
    assert [line.red_payload_type for line in negotiated.lines.values()] == [None, accepted]
    assert "red" not in section(negotiated, "0")
    twice = f"a=rtpmap:{number} red/48000/2\r\na=fmtp:{number} 111/111\r\n"
    assert (twice in section(negotiated, "1")) is (accepted is not None)
    if accepted is not None:
        with pytest.raises(NegotiationError, match="change its codec"):
            answer(offer(lines[0], AUDIO.format(mid=1, direction="recvonly")), negotiated)


def test_first_payload_type_and_its_rtx() -> None:
    video = VIDEO.format(mid=1, direction="sendonly").replace("96 97", "98 99 97 96 94 70")
    video += "a=rtpmap:98 VP9/90000\na=rtpmap:99 rtx/90000\na=fmtp:99 apt=98\na=rtpmap:94 vp8/90000\n"
    line = answer(offer("A", video)).lines[Mid("1")]
    assert (line.payload_type, line.rtx_payload_type) == (96, 97)


@pytest.mark.parametrize(
    ("changed", "to"),
    [
        ("opus/48000/2", "opus/48000"),
        ("opus/48000/2", "PCMU/8000"),
        ("111", "70"),  # 64 to 95 would read as RTCP
        ("UDP/TLS/RTP/SAVPF", "RTP/AVP"),
        ("m=audio 9", "m=audio 0"),
        ("a=rtcp-mux\n", ""),
    ],
)
def test_a_line_that_is_rejected(changed: str, to: str) -> None:
    negotiated = answer(offer("V", AUDIO.format(mid=1, direction="recvonly").replace(changed, to)))
    assert list(negotiated.lines) == ["0"]
    assert section(negotiated, "1").startswith("m=audio 0 ")
    assert "a=group:BUNDLE 0\r\n" in negotiated.answer


def test_a_line_outside_the_group_is_rejected() -> None:
    """Firefox groups 128 m-lines and no more."""
    negotiated = answer(offer("A", "a", "v", bundle="0 1"))
    assert list(negotiated.lines) == ["0", "1"]
    assert negotiated.slots == []


def test_a_group_names_a_line_once() -> None:
    assert "a=group:BUNDLE 0 1\r\n" in answer(offer("A", "a", bundle="0 1 0 9")).answer


def test_bundle_only_is_not_rejected() -> None:
    video = VIDEO.format(mid=1, direction="sendonly").replace("m=video 9", "m=video 0") + "a=bundle-only\n"
    assert section(answer(offer("A", video)), "1").startswith("m=video 9 ")


def test_a_rejected_line_may_be_used_again() -> None:
    data = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\na=mid:1\na=rtcp-mux\n"
    first = answer(offer("A", data))
    again = answer(offer("A", AUDIO.format(mid="new", direction="recvonly")), first)
    assert again.lines[Mid("new")].slot == 0


def test_slots_may_come_in_any_order() -> None:
    negotiated = answer(offer("A", "v", "v", "a"))
    assert negotiated.slots == [("3", "1")]
    assert answer(offer("A", "v", "v", "a", "a"), negotiated).slots == [("3", "1"), ("4", "2")]


def test_a_taken_ssrc_is_asked_for_again() -> None:
    audio = AUDIO.format(mid=0, direction="sendonly") + "a=ssrc:7 cname:x\n"
    numbers = iter([7, 0, 8, 8, 9, 10])
    first = answer(offer(audio, "a", "v"), ssrcs=numbers.__next__)
    assert [(line.ssrc, line.rtx_ssrc) for line in first.lines.values()] == [(None, None), (8, None), (9, 10)]
    second = answer(offer(audio, "a", "v", "a"), first, ssrcs=iter([8, 9, 10, 11]).__next__)
    assert second.lines[Mid("3")].ssrc == 11


@pytest.mark.parametrize(
    ("sending", "direction", "accepted"),
    [
        (True, "", True),
        (True, "/sendonly", True),
        (True, "/recvonly", False),
        (True, "/inactive", False),
        (False, "/recvonly", True),
        (False, "/sendonly", False),
        (False, "/sendrecv", True),
    ],
)
def test_directions_of_extensions(sending: bool, direction: str, accepted: bool) -> None:
    audio = AUDIO.format(mid=1, direction="sendonly" if sending else "recvonly").replace(
        "extmap:4", f"extmap:4{direction}"
    )
    sources = {Mid("0"): Source.SCREEN, **({Mid("1"): Source.MICROPHONE} if sending else {})}
    negotiated = answer(offer("V", audio), sources=sources)
    assert (uris.MID in negotiated.lines[Mid("1")].extensions) is accepted
    reverse = ("/recvonly" if sending else "/sendonly") if direction else ""
    assert (f"a=extmap:4{reverse} {uris.MID}\r\n" in section(negotiated, "1")) is accepted


def test_one_id_for_one_extension_on_all_lines() -> None:
    renumbered = VIDEO.format(mid=1, direction="sendonly").replace("extmap:4", "extmap:5")
    reused = VIDEO.format(mid=2, direction="sendonly").replace(uris.MID, uris.ABS_SEND_TIME)
    negotiated = answer(offer("A", renumbered, reused))
    assert [line.extensions for line in negotiated.lines.values()] == [{uris.MID: 4}, {}, {}]
    assert negotiated.extensions == {uris.MID: 4}


def test_an_id_stays_across_offers() -> None:
    first = answer(offer("A"))
    renumbered = AUDIO.format(mid=0, direction="sendonly").replace("extmap:4", "extmap:5")
    assert answer(offer(renumbered, "a"), first).lines[Mid("0")].extensions == {}


@pytest.mark.parametrize(
    ("number", "mixed", "accepted"),
    [
        (14, "", True),
        (15, "", False),
        (16, "", False),
        (0, "", False),
        (16, "a=extmap-allow-mixed\n", True),
        (15, "a=extmap-allow-mixed\n", False),
        (256, "a=extmap-allow-mixed\n", False),
    ],
)
def test_ids_of_extensions(number: int, mixed: str, accepted: bool) -> None:
    audio = AUDIO.format(mid=0, direction="sendonly").replace("extmap:4", f"extmap:{number}") + mixed
    line = answer(offer(audio)).lines[Mid("0")]
    assert line.extensions == ({uris.MID: number} if accepted else {})


def test_extensions_that_are_never_accepted() -> None:
    unwanted = [uris.VIDEO_ORIENTATION, uris.PLAYOUT_DELAY, uris.AUDIO_LEVEL, uris.DEPENDENCY_DESCRIPTOR, "urn:x"]
    lines = "".join(f"a=extmap:{number} {uri}\n" for number, uri in enumerate(unwanted, 5))
    negotiated = answer(offer("A", VIDEO.format(mid=1, direction="sendonly") + lines))
    assert negotiated.lines[Mid("1")].extensions == {uris.MID: 4}


@pytest.mark.parametrize(
    ("attributes", "rids"),
    [
        ("a=rid:a send\na=rid:b send\na=simulcast:send b;a", ["b", "a"]),
        ("a=rid:a send\na=rid:b recv\na=simulcast:send a;b", ["a"]),
        ("a=rid:a send\na=simulcast:send a;b", ["a"]),
        ("a=rid:a send pt=96,97\na=rid:b send pt=98\na=simulcast:send a;b", ["a"]),
        ("a=rid:a send\na=simulcast:send a;a", ["a"]),
        ("a=rid:a send\na=rid:b send\na=rid:c send\na=rid:d send\na=simulcast:send a;b;c;d", ["a", "b", "c"]),
        ("a=rid:a send", []),
    ],
)
def test_rids(attributes: str, rids: list[str]) -> None:
    negotiated = answer(offer("A", VIDEO.format(mid=1, direction="sendonly") + attributes + "\n"))
    assert negotiated.lines[Mid("1")].rids == rids
    assert (f"a=simulcast:recv {';'.join(rids)}\r\n" in section(negotiated, "1")) is bool(rids)


def test_groups_of_ssrcs() -> None:
    lines = "a=ssrc:1 cname:x\na=ssrc:2 cname:x\na=ssrc:3 cname:x\n"
    groups = "a=ssrc-group:SIM 1 3\na=ssrc-group:FID 1 2\na=ssrc-group:FID 3 4\na=ssrc-group:FID 3\n"
    line = answer(offer("A", VIDEO.format(mid=1, direction="sendonly") + lines + groups)).lines[Mid("1")]
    assert line.remote_ssrcs == [1, 3]
    assert line.remote_rtx == {2: 1}  # the SSRC 4 was not announced


def test_a_slot_that_is_paused_by_the_page_stays() -> None:
    first = answer(offer("A", "a"))
    second = answer(offer("A", AUDIO.format(mid=1, direction="inactive")), first)
    assert second.lines == first.lines
    assert "a=inactive\r\n" in section(second, "1")


def test_sources_need_not_be_said_again() -> None:
    first = answer(offer("A", "V"))
    assert answer(offer("A", "V"), first, sources={}).lines == first.lines


def test_only_what_is_granted() -> None:
    listener = Grant(may_send=frozenset(), may_receive=True)
    speaker = Grant(may_send=frozenset({Source.MICROPHONE}), may_receive=False)
    assert answer(offer("a", "v"), grant=listener).slots == [("0", "1")]
    assert list(answer(offer("A"), grant=speaker).lines) == ["0"]


REFUSED: dict[str, tuple[str, str]] = {
    "nothing": ("no BUNDLE group", offer()),
    "no group": ("no BUNDLE group", offer("A").replace("a=group:BUNDLE 0\n", "")),
    "a group of others": ("no BUNDLE group", offer("A", bundle="7")),
    "no ufrag": ("credentials", offer("A").replace("a=ice-ufrag:theirs\n", "")),
    "no pwd": ("credentials", offer("A").replace("a=ice-pwd:theirpasswordtheirpassword\n", "")),
    "passive": ("setup", offer("A").replace("actpass", "passive")),
    "no setup": ("setup", offer("A").replace("a=setup:actpass\n", "")),
    "no fingerprint": ("fingerprint", offer("A").replace("a=fingerprint:sha-256 AB:CD\n", "")),
    "old fingerprint": ("fingerprint", offer("A").replace("sha-256", "sha-1")),
    "first rejected": ("first m-line", offer("A", "V").replace("opus", "PCMU")),
    "one payload type": ("two meanings", offer("A", "V").replace("111", "96")),
    "65 audio slots": ("more than 64", offer("A", *["a"] * 65)),
    "one SSRC": ("on two m-lines", offer("A", "V").replace("a=rtcp-mux\n", "a=rtcp-mux\na=ssrc:5 cname:x\n")),
    "many SSRCs": (
        "too many",
        offer(AUDIO.format(mid=0, direction="sendonly") + "".join(f"a=ssrc:{n}\n" for n in range(17))),
    ),
}


@pytest.mark.parametrize(("reason", "text"), REFUSED.values(), ids=REFUSED.keys())
def test_refused(reason: str, text: str) -> None:
    with pytest.raises(NegotiationError, match=reason):
        answer(text)


@pytest.mark.parametrize(
    ("reason", "text", "sources", "grant"),
    [
        ("microphone is not granted", offer("A"), {"0": Source.MICROPHONE}, NOTHING),
        ("receiving is not granted", offer("A", "a"), {"0": Source.MICROPHONE}, Grant(frozenset(Source), False)),
        ("first m-line", offer("A"), {}, NOTHING),
        ("on an m-line of audio", offer("A"), {"0": Source.CAMERA}, EVERYTHING),
        ("on an m-line of video", offer("V"), {"0": Source.SCREEN_SOUND}, EVERYTHING),
        ("only receives", offer("A", "a"), {"0": Source.MICROPHONE, "1": Source.SCREEN_SOUND}, EVERYTHING),
        ("one source on two", offer("A", "A"), {"0": Source.MICROPHONE, "1": Source.MICROPHONE}, EVERYTHING),
        ("not in the offer", offer("A"), {"0": Source.MICROPHONE, "7": Source.CAMERA}, EVERYTHING),
    ],
)
def test_sources_refused(reason: str, text: str, sources: dict[Mid, Source], grant: Grant) -> None:
    with pytest.raises(NegotiationError, match=reason):
        answer(text, sources=sources, grant=grant)


@pytest.mark.parametrize(
    ("reason", "text", "sources"),
    [
        ("removed", offer("A", "V", "a"), {}),
        ("not in the offer", offer("A", AUDIO.format(mid="x", direction="recvonly"), "a", "v"), {}),
        ("removed", offer("A", "V", "a", VIDEO.format(mid=3, direction="recvonly").replace("video 9", "video 0")), {}),
        ("change its codec", offer("A", "V", "a", "v").replace("96", "98"), {}),
        ("change its codec", offer("A", "V", "a", "v").replace("apt=96", "apt=95"), {}),
        ("change its codec", offer("A", "V", "v", "a"), {}),
        ("change what it carries", offer("A", "V", "a", "v"), {"0": Source.SCREEN_SOUND}),
        ("change what it carries", offer("A", "V", "A", "v"), {"2": Source.SCREEN_SOUND}),
    ],
)
def test_changes_refused(reason: str, text: str, sources: dict[Mid, Source]) -> None:
    first = answer(offer("A", "V", "a", "v"))
    with pytest.raises(NegotiationError, match=reason):
        answer(text, first, sources=sources)


# --- nothing of the offer breaks out ---------------------------------------------------------------------------------


@given(
    st.sampled_from(RECORDED),
    st.lists(
        st.tuples(
            st.floats(0, 1, exclude_max=True),
            st.integers(0, 30),
            st.one_of(
                st.text(max_size=10), st.sampled_from(["\r\na=x:", "\r\n", "\u2028a=x", "\n\nm=", "a=candidate:"])
            ),
        ),
        min_size=1,
        max_size=4,
    ),
)
def test_a_damaged_offer_is_refused_or_gets_a_sound_answer(name: str, damages: list[tuple[float, int, str]]) -> None:
    text = recorded(name)
    for place, length, put in damages:
        start = int(place * len(text))
        text = text[:start] + put + text[start + length :]
    try:
        negotiated = answer(text)
    except (WireError, NegotiationError):
        return
    assert strays(negotiated.answer) == []
    assert answer(text, negotiated).lines == negotiated.lines


def test_the_offers_words_do_not_come_back() -> None:
    text = recorded("chromium-whole").replace(
        "a=rtcp-rsize", "a=rtcp-rsize\r\na=candidate:1 1 udp 1 203.0.113.9 9 typ host"
    )
    text = text.replace("useinbandfec=1", "secret=1").replace("cname:", "cname:secret").replace("o=-", "o=secret")
    negotiated = answer(text)
    assert "secret" not in negotiated.answer
    assert "203.0.113.9" not in negotiated.answer
