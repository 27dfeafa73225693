"""What an answer may consist of, line by line: the fence around everything an offer could smuggle into it."""

from __future__ import annotations

import re
from typing import Final

from rtc.core.model import Mid, Source
from rtc.wire.description import SessionDescription

_TOKEN = r"[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]+"
_URI = "|".join(
    re.escape(uri)
    for uri in (
        "urn:ietf:params:rtp-hdrext:sdes:mid",
        "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
        "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
        "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
        "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
        "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
    )
)
ANSWER_LINE: Final = re.compile(
    "|".join(
        (
            r"v=0|s=-|t=0 0|o=- 1 \d+ IN IP4 0\.0\.0\.0|c=IN IP4 0\.0\.0\.0",
            rf"a=group:BUNDLE( {_TOKEN})+|a=mid:{_TOKEN}",
            r"m=(audio|video) 9 (UDP/TLS|TCP/DTLS)/RTP/SAVPF \d+( \d+)?",
            rf"m=[a-z]+ 0 [A-Z0-9/]+ {_TOKEN}",
            r"a=(sendonly|recvonly|inactive|ice-lite|rtcp-mux|rtcp-rsize|extmap-allow-mixed|end-of-candidates)",
            r"a=ice-ufrag:ourufrag|a=ice-pwd:ourpasswordourpassword|a=fingerprint:sha-256 7C:7C|a=setup:passive",
            r"a=candidate:[12] 1 udp \d+ (192\.0\.2\.10|2001:db8::10) 5004 typ host",
            r"a=candidate:3 1 tcp \d+ 192\.0\.2\.10 443 typ host tcptype passive",
            r"a=rtpmap:\d+ ((opus|red)/48000/2|VP8/90000|rtx/90000)",
            r"a=fmtp:\d+ (minptime=10;useinbandfec=1(;usedtx=1|;stereo=1;maxaveragebitrate=96000)?|apt=\d+)",
            r"a=fmtp:\d+ (?P<twice>\d+)/(?P=twice)",
            r"a=rtcp-fb:\d+ (nack|nack pli|ccm fir|transport-cc|goog-remb)",
            rf"a=extmap:\d+(/sendonly|/recvonly)? ({_URI})",
            r"a=rid:[\w-]+ recv|a=simulcast:recv [\w-]+(;[\w-]+)*",
            rf"a=msid:p\d+ s{_TOKEN}|a=ssrc:\d+ cname:kinroom|a=ssrc-group:FID \d+ \d+",
        )
    ),
    re.ASCII,
)


def strays(answer: str) -> list[str]:
    """Lines that no answer of ours has."""
    *lines, last = answer.split("\r\n")
    return [line for line in lines if not ANSWER_LINE.fullmatch(line)] + [last] * (last != "")


def sources_of(offer: SessionDescription) -> dict[Mid, Source]:
    """As the page names them: its sending m-lines, in order."""
    left = {"audio": [Source.MICROPHONE, Source.SCREEN_SOUND], "video": [Source.CAMERA, Source.SCREEN]}
    sending = [media for media in offer.media if media.direction == "sendonly" and left.get(media.kind)]
    return {Mid(media.mid): left[media.kind].pop(0) for media in sending if left[media.kind]}
