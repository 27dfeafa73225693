"""Any offer gets an answer made only of our own kinds of line, or an error; offered again, nothing changes."""

from __future__ import annotations

import itertools

from rtc.core.model import Grant, Source
from rtc.core.negotiation import LocalTransport, NegotiationError, negotiate
from rtc.wire import sdp
from rtc.wire.description import Candidate
from rtc.wire.errors import WireError
from tests.unit.rtc.core.answer_lines import sources_of, strays

_GRANT = Grant(frozenset(Source), True)
_LOCAL = LocalTransport("ourufrag", "ourpasswordourpassword", "7C:7C", [Candidate("192.0.2.10", 5004)])
_HEAD = (
    b"v=0\no=- 4 2 IN IP4 127.0.0.1\ns=-\nt=0 0\na=group:BUNDLE 0 1 2 3\na=ice-ufrag:theirs\n"
    b"a=ice-pwd:theirpasswordtheirpassword\na=fingerprint:sha-256 AB:CD\na=setup:actpass\n"
)
_AUDIO = (
    b"m=audio 9 UDP/TLS/RTP/SAVPF 111\na=mid:%d\na=%s\na=rtcp-mux\na=rtpmap:111 opus/48000/2\n"
    b"a=rtcp-fb:111 transport-cc\na=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\na=ssrc:%d cname:x\n"
)
_VIDEO = (
    b"m=video 0 UDP/TLS/RTP/SAVPF 96 97\na=bundle-only\na=mid:%d\na=%s\na=rtcp-mux\na=rtpmap:96 VP8/90000\n"
    b"a=rtcp-fb:96 nack pli\na=rtpmap:97 rtx/90000\na=fmtp:97 apt=96\n"
    b"a=extmap:10/sendonly urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\na=rid:q send\na=rid:f send\n"
    b"a=simulcast:send q;f\n"
)
SEEDS = (
    _HEAD + _AUDIO % (0, b"sendonly", 7),
    _HEAD + _AUDIO % (0, b"sendonly", 7) + _VIDEO % (1, b"sendonly"),
    _HEAD + _AUDIO % (0, b"recvonly", 7) + _VIDEO % (1, b"recvonly"),
    _HEAD
    + _AUDIO % (0, b"sendonly", 7)
    + _VIDEO % (1, b"sendonly")
    + _AUDIO % (2, b"recvonly", 8)
    + _VIDEO % (3, b"recvonly"),
    _HEAD + _AUDIO % (0, b"sendonly", 7) + b"m=application 9 UDP/DTLS/SCTP webrtc-datachannel\na=mid:1\n",
)


def check(data: bytes) -> None:
    new_ssrc = itertools.count(1).__next__
    try:
        offer = sdp.parse(data.decode("utf-8", "replace"))
        first = negotiate(offer, sources_of(offer), _GRANT, None, _LOCAL, new_ssrc)
    except (WireError, NegotiationError):
        return
    assert strays(first.answer) == []
    answered = sdp.parse(first.answer).media
    assert [media.mid for media in answered] == [media.mid for media in offer.media]
    assert negotiate(offer, {}, _GRANT, first, _LOCAL, new_ssrc).lines == first.lines
