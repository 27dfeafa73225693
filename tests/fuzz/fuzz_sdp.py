"""Any text is a session description or a WireError. What was read and written is read to the same values again."""

from __future__ import annotations

from rtc.wire import sdp
from rtc.wire.errors import WireError

_HEAD = b"v=0\no=- 4 2 IN IP4 127.0.0.1\ns=-\nt=0 0\na=group:BUNDLE 0 1\na=ice-lite\na=extmap-allow-mixed\n"
_CHROMIUM = (
    b"m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\na=ice-ufrag:5PKi\r\n"
    b"a=ice-pwd:mMq3yygGMmIYDU28JJLmLsWK\r\na=fingerprint:sha-256 2F:08:8B\r\na=setup:actpass\r\na=mid:0\r\n"
    b"a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\na=sendonly\r\na=msid:- e31aaf8a\r\na=rtcp-mux\r\n"
    b"a=rtcp-rsize\r\na=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 transport-cc\r\na=fmtp:111 minptime=10\r\n"
    b"a=ssrc:2101674959 cname:/vQ2yBWhrs\r\na=ssrc:2101674959 msid:- e31aaf8a\r\n"
)
_FIREFOX = (
    b"m=video 0 UDP/TLS/RTP/SAVPF 120 124\na=bundle-only\na=sendonly\na=mid:1\na=rtcp-mux\na=rtcp-fb:* nack\n"
    b"a=extmap:9/sendonly urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\na=rtpmap:120 VP8/90000\n"
    b"a=rtpmap:124 rtx/90000\na=fmtp:124 apt=120\na=rid:q send pt=120\na=rid:f send\na=simulcast:send q;~f,x recv z\n"
    b"a=ssrc:1 cname:{x}\na=ssrc:2 cname:{x}\na=ssrc-group:FID 1 2\n"
)
SEEDS = (
    _HEAD,
    _HEAD + _CHROMIUM,
    _HEAD + _FIREFOX,
    _HEAD + _CHROMIUM + _FIREFOX,
    _HEAD + b"m=application 9 UDP/DTLS/SCTP webrtc-datachannel\na=mid:d\na=sctp-port:5000\n",
    _HEAD + b"m=audio 9 A 0\na=mid:\xe2\x80\xa8\n",
    _HEAD + b"m=audio 9 A 0\na=mid:0\na=msid:s\xe2\x80\xa8\n",  # was lost in writing
    _HEAD + b"m=audio 9 A 0\na=mid:0\na=msid:s\tt\n",  # a tab is read, and so must be written
    _HEAD + b"m=audio 9 A 0\na=mid:0\n\rm=audio 9 A 0\na=mid:0\n",
)


def check(data: bytes) -> None:
    try:
        description = sdp.parse(data.decode("utf-8", "replace"))
    except WireError:
        return
    text = sdp.write(description)
    assert sdp.parse(text) == description
    assert sdp.write(sdp.parse(text)) == text
