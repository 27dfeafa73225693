"""SDP text against values: recorded offers, single lines, and text that no browser would write."""

from __future__ import annotations

import re
import time
from pathlib import Path

import aiortc.sdp
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtc.wire import sdp
from rtc.wire.description import (
    Candidate,
    Codec,
    Direction,
    Extension,
    Fingerprint,
    Media,
    Rid,
    SessionDescription,
    SsrcGroup,
    Transport,
)
from rtc.wire.errors import WireError

OFFERS = Path(__file__).parents[3] / "data" / "offers"
RECORDED = sorted(path.stem for path in OFFERS.glob("*.sdp"))
# aiortc's parser fails on Firefox's rtcp-fb lines of payload types that are not in the m-line.
AIORTC_READS = [name for name in RECORDED if not name.startswith("firefox")]

HEAD = "v=0\no=- 4 2 IN IP4 127.0.0.1\ns=-\nt=0 0\n"


def recorded(name: str) -> str:
    return (OFFERS / f"{name}.sdp").read_bytes().decode()


def offer(*attributes: str, m_line: str = "video 9 UDP/TLS/RTP/SAVPF 96 97", mid: str = "a=mid:0") -> str:
    """One m-line with these attributes."""
    return HEAD + "\n".join(["m=" + m_line, mid, *attributes]) + "\n"


def only(*attributes: str, m_line: str = "video 9 UDP/TLS/RTP/SAVPF 96 97") -> Media:
    (media,) = sdp.parse(offer(*attributes, m_line=m_line)).media
    return media


# --- recorded offers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", RECORDED)
def test_what_was_read_is_read_again_from_what_we_write(name: str) -> None:
    description = sdp.parse(recorded(name))
    again = sdp.write(description)
    assert sdp.parse(again) == description
    assert again == sdp.write(sdp.parse(again))


@pytest.mark.parametrize("name", AIORTC_READS)
def test_another_parser_reads_the_same(name: str) -> None:
    theirs = aiortc.sdp.SessionDescription.parse(recorded(name))
    ours = sdp.parse(recorded(name))
    assert [group.items for group in theirs.group if group.semantic == "BUNDLE"] == [list(ours.bundle)]
    for their, our in zip(theirs.media, ours.media, strict=True):
        assert (their.kind, their.port, their.profile) == (our.kind, our.port, our.protocol)
        assert (their.rtp.muxId, their.direction or "sendrecv") == (our.mid, our.direction)
        assert [str(one) for one in their.fmt] == list(our.formats)
        codecs = [(one.payloadType, one.name, one.clockRate, one.channels or 1) for one in their.rtp.codecs]
        assert codecs == [(one.payload_type, one.name, one.clock_rate, one.channels) for one in our.codecs]
        feedback = [
            {f"{one.type} {one.parameter or ''}".strip() for one in codec.rtcpFeedback} for codec in their.rtp.codecs
        ]
        assert feedback == [set(codec.feedback) for codec in our.codecs]
        extensions = [(one.id, one.uri) for one in their.rtp.headerExtensions]
        assert extensions == [(one.id, one.uri) for one in our.extensions]
        assert [one.ssrc for one in their.ssrc] == list(our.ssrcs)
        assert [tuple(one.items) for one in their.ssrc_group] == [one.ssrcs for one in our.ssrc_groups]
        assert (their.ice.usernameFragment, their.ice.password) == (our.transport.ufrag, our.transport.pwd)


@pytest.mark.parametrize("name", ["chromium-simulcast", "firefox-simulcast", "libwebrtc-simulcast"])
def test_simulcast_of_a_camera(name: str) -> None:
    camera = sdp.parse(recorded(name)).media[1]
    assert camera.rids == (Rid("q", True), Rid("h", True), Rid("f", True))
    assert camera.simulcast_send == ("q", "h", "f")
    assert camera.simulcast_receive == ()
    # Chromium announces no SSRC where there is simulcast, Firefox three with their RTX.
    assert len(camera.ssrcs) == (6 if name.startswith("firefox") else 0)


def test_what_firefox_has_its_own_way() -> None:
    first, second, *_ = media = sdp.parse(recorded("firefox-page")).media
    assert (first.port, first.bundle_only, first.rejected) == (9, False, False)
    assert (second.port, second.bundle_only, second.rejected) == (0, True, False)
    # The fingerprint stands before the first m-line, extmap-allow-mixed in each.
    assert {one.transport for one in media} == {first.transport}
    assert first.transport.setup == "actpass"
    assert [one.algorithm for one in first.transport.fingerprints] == ["sha-256"]
    assert all(one.allow_mixed for one in media)
    assert Extension(6, "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay", Direction.RECVONLY) in (
        second.extensions
    )
    assert [codec.name for codec in second.codecs] == ["VP8", "rtx"]


def test_what_chromium_has_its_own_way() -> None:
    first, *_ = media = sdp.parse(recorded("chromium-page")).media
    assert all(one.allow_mixed for one in media)  # said once, before the first m-line
    assert all(one.reduced_size and one.rtcp_mux for one in media)
    assert first.codecs == (Codec(111, "opus", 48_000, 2, "minptime=10;useinbandfec=1", ("transport-cc",)),)
    assert first.msid is not None
    assert first.msid[0] == "-"


# --- single lines ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attribute", "field", "value"),
    [
        ("a=sendonly", "direction", Direction.SENDONLY),
        ("a=inactive", "direction", Direction.INACTIVE),
        ("a=unheard-of:by us", "direction", Direction.SENDRECV),
        ("a=bundle-only", "bundle_only", True),
        ("a=rtcp-mux", "rtcp_mux", True),
        ("a=rtcp-rsize", "reduced_size", True),
        ("a=extmap-allow-mixed", "allow_mixed", True),
        ("a=extmap:3 urn:x", "extensions", (Extension(3, "urn:x"),)),
        ("a=extmap:14/sendonly urn:x with attributes", "extensions", (Extension(14, "urn:x", Direction.SENDONLY),)),
        ("a=rid:hi send", "rids", (Rid("hi", True),)),
        ("a=rid:1 recv max-width=10;pt=96,97", "rids", (Rid("1", False, (96, 97)),)),
        ("a=simulcast:send 1;~2,3;4", "simulcast_send", ("1", "2", "4")),
        ("a=simulcast:send 1;2 recv 3", "simulcast_receive", ("3",)),
        ("a=simulcast:recv 3;4 send 1", "simulcast_send", ("1",)),
        ("a=msid:stream track", "msid", ("stream", "track")),
        ("a=msid:stream", "msid", ("stream", "")),
        ("a=ssrc:4294967295 cname:x", "ssrcs", {0xFFFFFFFF: "x"}),
        ("a=ssrc:7 cname:x\na=ssrc:7 msid:a b", "ssrcs", {7: "x"}),
        ("a=ssrc:7 msid:a b\na=ssrc:7 cname:x", "ssrcs", {7: "x"}),
        ("a=ssrc-group:FID 7 8", "ssrc_groups", (SsrcGroup("FID", (7, 8)),)),
        ("a=ice-ufrag:abcd", "transport", Transport(ufrag="abcd")),
        ("a=setup:active", "transport", Transport(setup="active")),
        ("a=fingerprint:SHA-256 ab:cd", "transport", Transport(fingerprints=(Fingerprint("sha-256", "AB:CD"),))),
        ("a=rtpmap:96 VP8/90000", "codecs", (Codec(96, "VP8", 90_000),)),
        ("a=rtpmap:98 VP8/90000", "codecs", ()),
        (
            "a=rtcp-fb:* nack\na=rtpmap:97 rtx/90000\na=fmtp:97 apt=96;rtx-time=200\na=rtcp-fb:97 ccm fir",
            "codecs",
            (Codec(97, "rtx", 90_000, 1, "apt=96;rtx-time=200", ("ccm fir", "nack")),),
        ),
    ],
)
def test_one_attribute(attribute: str, field: str, value: object) -> None:
    assert getattr(only(attribute), field) == value


def test_a_parameter_of_a_codec() -> None:
    codec = Codec(97, "rtx", 90_000, parameters="rtx-time=200; apt = 96")
    assert (codec.parameter("apt"), codec.parameter("ap"), codec.parameter("rtx-time")) == (None, None, "200")
    assert Codec(97, "rtx", 90_000, parameters="x=1; apt=96").parameter("apt") == "96"


def test_codecs_are_in_the_order_of_the_m_line() -> None:
    codecs = only("a=rtpmap:96 VP8/90000", "a=rtpmap:97 H264/90000", m_line="video 9 A 97 96 97").codecs
    assert [codec.payload_type for codec in codecs] == [97, 96]


def test_what_the_session_says_holds_where_the_m_line_says_nothing() -> None:
    text = (
        HEAD
        + "a=ice-ufrag:sess\na=setup:active\na=inactive\na=fingerprint:sha-256 AB\na=group:LS 0\na=group:BUNDLE 0 1\n"
        "m=audio 9 A 0\na=mid:0\na=ice-ufrag:line\na=fingerprint:sha-256 CD\nm=audio 9 A 0\na=mid:1\na=sendonly\n"
    )
    description = sdp.parse(text)
    first, second = description.media
    assert first.transport == Transport("line", "", (Fingerprint("sha-256", "CD"),), "active")
    assert second.transport == Transport("sess", "", (Fingerprint("sha-256", "AB"),), "active")
    assert (first.direction, second.direction) == (Direction.INACTIVE, Direction.SENDONLY)
    assert description.bundle == ("0", "1")
    assert description.version == 2


@pytest.mark.parametrize(
    ("port", "bundle_only", "rejected"), [(9, False, False), (0, False, True), (0, True, False), (9, True, False)]
)
def test_port_zero(port: int, bundle_only: bool, rejected: bool) -> None:
    media = only(*(["a=bundle-only"] if bundle_only else []), m_line=f"video {port} A 96")
    assert media.rejected is rejected


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_either_line_end_will_do(end: str) -> None:
    text = offer("a=rtcp-mux").replace("\n", end)
    assert sdp.parse(text).media == (only("a=rtcp-mux"),)
    assert sdp.parse(text.removesuffix(end)).media == (only("a=rtcp-mux"),)


# --- text that no browser would write --------------------------------------------------------------------------------

HOSTILE = {
    "nothing": "",
    "no version": "s=-\n",
    "later version": HEAD.replace("v=0", "v=1"),
    "no type": HEAD + "rubbish\n",
    "empty line": HEAD + "\nm=audio 9 A 0\na=mid:0\n",
    "NUL": offer("a=x:\0"),
    "lone CR": offer("a=mid:0\ra=y"),
    "vertical tab": offer("a=x:\v"),
    "bad origin": "v=0\no=- x y IN IP4 0.0.0.0\n",
    "origin of 20 digits": "v=0\no=- 1 99999999999999999999 IN IP4 0.0.0.0\n",
    "m-line without format": offer(m_line="audio 9 UDP/TLS/RTP/SAVPF"),
    "m-line without port": offer(m_line="audio UDP/TLS/RTP/SAVPF 0"),
    "port too large": offer(m_line="audio 65536 A 0"),
    "port of other digits": offer(m_line="audio ٩ A 0"),
    "kind in capitals": offer(m_line="AUDIO 9 A 0"),
    "formats apart by a line separator": offer(m_line="audio 9 A 0\u20281"),
    "format not a token": offer(m_line="audio 9 A 0 (1)"),
    "129 formats": offer(m_line="audio 9 A " + " ".join(["0"] * 129)),
    "no mid": offer(mid="a=x"),
    "empty mid": offer(mid="a=mid:"),
    "mid with a space": offer(mid="a=mid:a b"),
    "mid with a quote": offer(mid='a=mid:"'),
    "mid with a slash": offer(mid="a=mid:a/b"),
    "mid not ASCII": offer(mid="a=mid:é"),
    "mid with a line separator": offer(mid="a=mid:a\u2028b"),
    "mid of 17": offer(mid="a=mid:" + "m" * 17),
    "mid twice": offer() + offer().removeprefix(HEAD),
    "141 m-lines": HEAD + "".join(f"m=audio 9 A 0\na=mid:{number}\n" for number in range(141)),
    "payload type above 127": offer("a=rtpmap:128 VP8/90000", m_line="video 9 A 128"),
    "payload type of 4 digits": offer("a=rtpmap:1128 VP8/90000"),
    "payload type with a zero": offer("a=rtpmap:096 VP8/90000"),
    "rtpmap without clock": offer("a=rtpmap:96 VP8"),
    "extmap without id": offer("a=extmap:urn:x"),
    "extmap of unknown direction": offer("a=extmap:3/sideways urn:x"),
    "rid of 17": offer("a=rid:" + "r" * 17 + " send"),
    "rid without direction": offer("a=rid:x"),
    "rid with a semicolon": offer("a=rid:a;b send"),
    "rid for a payload type of letters": offer("a=rid:a send pt=x"),
    "simulcast without list": offer("a=simulcast:send"),
    "simulcast with a space": offer("a=simulcast:send a; b"),
    "simulcast three times": offer("a=simulcast:send a recv b send c"),
    "ssrc above 32 bits": offer("a=ssrc:4294967296 cname:x"),
    "ssrc in hex": offer("a=ssrc:0xff cname:x"),
    "ssrc-group of letters": offer("a=ssrc-group:FID a b"),
    "ssrc-group of spaces": offer("a=ssrc-group:FID" + " " * 4000 + "x"),
    "short ufrag": offer("a=ice-ufrag:abc"),
    "ufrag with a colon": offer("a=ice-ufrag:abcd:efgh"),
    "short pwd": offer("a=ice-pwd:" + "p" * 21),
    "fingerprint in words": offer("a=fingerprint:sha-256 secret"),
    "fingerprint of 65 bytes": offer("a=fingerprint:sha-256 " + ":".join(["00"] * 65)),
    "nine fingerprints": offer(*["a=fingerprint:sha-256 00"] * 9),
    "setup of our own": offer("a=setup:whatever"),
    "too much feedback": offer("a=rtpmap:96 VP8/90000", *[f"a=rtcp-fb:* x{number}" for number in range(17)]),
    "too many attributes": offer(*["a=ssrc:1 cname:x"] * 601),
    "line too long": offer("a=x:" + "y" * 4096),
    "too many lines": offer(*["a=x"] * 40_000),
    "text too long": offer(*["a=" + "y" * 4000] * 270),
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_refused(text: str) -> None:
    with pytest.raises(WireError):
        sdp.parse(text)


def test_a_refusal_repeats_nothing_of_the_text() -> None:
    with pytest.raises(WireError) as caught:
        sdp.parse(offer("a=fingerprint:sha-256 secret", mid="a=mid:secret"))
    assert "secret" not in str(caught.value)


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    for whole in (text, HEAD + text, offer(text)):
        try:
            description = sdp.parse(whole)
        except WireError:
            continue
        assert sdp.parse(sdp.write(description)) == description


@given(
    st.sampled_from(RECORDED),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 40), st.text(max_size=12)), max_size=4),
)
def test_any_damaged_offer_is_read_or_refused(name: str, damages: list[tuple[float, int, str]]) -> None:
    text = recorded(name)
    for place, length, put in damages:
        start = int(place * len(text))
        text = text[:start] + put + text[start + length :]
    try:
        description = sdp.parse(text)
    except WireError:
        return
    assert sdp.parse(sdp.write(description)) == description


@pytest.mark.parametrize(
    "filling",
    [
        "a=ssrc-group:FID" + " " * 4000 + "x",
        "a=simulcast:send " + ",".join(["a"] * 2000) + "!",
        "a=rtcp-fb:96 " + " " * 4000 + "!",
        "a=extmap:1" + " " * 4000,
        "a=fingerprint:x" + " " * 4000,
        "a=msid:" + "a" * 4000,
        "a=rtpmap:96 VP8/90000" + " " * 4000 + "x",
        "a=rid:a send pt=" + "1," * 2000,
    ],
    ids=lambda line: line[2:12],
)
def test_a_bad_line_costs_little(filling: str) -> None:
    text = HEAD + f"m=audio 9 A 96\na=mid:0\n{filling}\n"
    started = time.process_time()
    for _ in range(100):  # 100 of 4 KB; quadratic patterns take 50 ms and more for each
        with pytest.raises(WireError):
            sdp.parse(text)
    assert time.process_time() - started < 1.0


def test_a_megabyte_of_good_lines_costs_little() -> None:
    formats = " ".join(str(number) for number in range(128))
    codecs = "".join(f"a=rtpmap:{number} VP8/90000\na=rtcp-fb:{number} nack\n" for number in range(128))
    feedback = "".join(f"a=rtcp-fb:96 f{number}\n" for number in range(320))
    feedback += "".join(f"a=rtcp-fb:* f{number}\n" for number in range(16))
    text = HEAD + "".join(f"m=video 9 A {formats}\na=mid:{number}\n{codecs}{feedback}" for number in range(67))
    assert len(text) > 750_000
    started = time.process_time()
    assert len(sdp.parse(text).media) == 67
    assert time.process_time() - started < 2.0


# --- writing ---------------------------------------------------------------------------------------------------------


def test_the_written_text() -> None:
    description = SessionDescription(
        ice_lite=True,
        bundle=("0", "x"),
        version=3,
        media=(
            Media(
                kind="video",
                port=9,
                protocol="UDP/TLS/RTP/SAVPF",
                formats=("96", "97"),
                mid="0",
                direction=Direction.SENDONLY,
                transport=Transport("uf", "pw", (Fingerprint("sha-256", "AB:CD"),), "passive"),
                rtcp_mux=True,
                reduced_size=True,
                allow_mixed=True,
                codecs=(Codec(96, "VP8", 90_000, feedback=("nack", "nack pli")), Codec(97, "rtx", 90_000, 1, "apt=96")),
                extensions=(Extension(4, "urn:a"), Extension(5, "urn:b", Direction.RECVONLY)),
                rids=(Rid("q", False), Rid("f", False, (96,))),
                simulcast_receive=("q", "f"),
                msid=("p0", "s0"),
                ssrcs={11: "c", 12: ""},
                ssrc_groups=(SsrcGroup("FID", (11, 12)),),
                candidates=(Candidate("192.0.2.1", 5004), Candidate("2001:db8:0::1", 5005)),
            ),
            Media(kind="application", port=0, protocol="UDP/DTLS/SCTP", formats=("webrtc-datachannel",), mid="x"),
        ),
    )
    assert sdp.write(description).split("\r\n") == [
        "v=0",
        "o=- 1 3 IN IP4 0.0.0.0",
        "s=-",
        "t=0 0",
        "a=ice-lite",
        "a=group:BUNDLE 0 x",
        "m=video 9 UDP/TLS/RTP/SAVPF 96 97",
        "c=IN IP4 0.0.0.0",
        "a=mid:0",
        "a=sendonly",
        "a=rtcp-mux",
        "a=rtcp-rsize",
        "a=extmap-allow-mixed",
        "a=ice-ufrag:uf",
        "a=ice-pwd:pw",
        "a=fingerprint:sha-256 AB:CD",
        "a=setup:passive",
        "a=rtpmap:96 VP8/90000",
        "a=rtcp-fb:96 nack",
        "a=rtcp-fb:96 nack pli",
        "a=rtpmap:97 rtx/90000",
        "a=fmtp:97 apt=96",
        "a=extmap:4 urn:a",
        "a=extmap:5/recvonly urn:b",
        "a=rid:q recv",
        "a=rid:f recv pt=96",
        "a=simulcast:recv q;f",
        "a=msid:p0 s0",
        "a=ssrc-group:FID 11 12",
        "a=ssrc:11 cname:c",
        "a=ssrc:12",
        "a=candidate:1 1 udp 2130706431 192.0.2.1 5004 typ host",
        "a=candidate:2 1 udp 2130706175 2001:db8::1 5005 typ host",
        "a=end-of-candidates",
        "m=application 0 UDP/DTLS/SCTP webrtc-datachannel",
        "c=IN IP4 0.0.0.0",
        "a=mid:x",
        "a=sendrecv",
        "",
    ]


TEXT = "x\r\na=injected"
INJECTED = {
    "kind": {"kind": TEXT},
    "protocol": {"protocol": TEXT},
    "format": {"formats": (TEXT,)},
    "mid": {"mid": TEXT},
    "ufrag": {"transport": Transport(ufrag=TEXT)},
    "pwd": {"transport": Transport(pwd=TEXT)},
    "fingerprint": {"transport": Transport(fingerprints=(Fingerprint("sha-256", TEXT),))},
    "setup": {"transport": Transport(setup=TEXT)},
    "codec": {"codecs": (Codec(96, TEXT, 1),)},
    "parameters": {"codecs": (Codec(96, "x", 1, 1, TEXT),)},
    "feedback": {"codecs": (Codec(96, "x", 1, feedback=(TEXT,)),)},
    "uri": {"extensions": (Extension(1, TEXT),)},
    "rid": {"rids": (Rid(TEXT, True),)},
    "simulcast": {"simulcast_receive": (TEXT,)},
    "msid": {"msid": ("a", TEXT)},
    "cname": {"ssrcs": {1: TEXT}},
    "group": {"ssrc_groups": (SsrcGroup(TEXT, (1,)),)},
    "candidate": {"candidates": (Candidate(TEXT, 1),)},
}


@pytest.mark.parametrize("changes", INJECTED.values(), ids=INJECTED.keys())
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\0"], ids=["CRLF", "LF", "CR", "NUL"])
def test_no_value_breaks_out_of_its_line(changes: dict[str, object], end: str) -> None:
    media = msgspec.structs.replace(only("a=rtcp-mux"), **changes)
    smaller = msgspec.json.decode(
        msgspec.json.encode(media).replace(rb"\r\n", msgspec.json.encode(end)[1:-1]), type=Media
    )
    with pytest.raises(ValueError, match=r"control character|IPv4"):
        sdp.write(SessionDescription(media=(smaller,)))


def test_a_mid_in_the_group_does_not_break_out_either() -> None:
    with pytest.raises(WireError):
        sdp.write(SessionDescription(media=(), bundle=(TEXT,)))


def test_every_line_end_is_crlf() -> None:
    text = sdp.write(sdp.parse(recorded("firefox-whole")))
    assert not re.search(r"(?<!\r)\n|\r(?!\n)", text)
