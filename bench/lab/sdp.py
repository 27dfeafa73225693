"""The offer of a raw peer, as Chromium would write it but shorter, and what a raw peer needs of the answer.

Written apart from `rtc/wire/sdp.py` on purpose: a bench that shared the server's reader would share its mistakes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

OPUS = 111
VP8 = 96
RTX = 97

# Chromium's ids of the header extensions.
AUDIO_LEVEL = 1
ABS_SEND_TIME = 2
TRANSPORT_CC = 3
MID = 4
RID = 10

SENDING = (("microphone", "audio"), ("camera", "video"), ("screen", "video"), ("screen_sound", "audio"))
TALKING = SENDING[:2]  # without a screen

_EXTENSIONS = {
    MID: "urn:ietf:params:rtp-hdrext:sdes:mid",
    ABS_SEND_TIME: "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    TRANSPORT_CC: "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
}
_RID = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
_LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
_AUDIO = [
    f"a=rtpmap:{OPUS} opus/48000/2",
    f"a=rtcp-fb:{OPUS} transport-cc",
    f"a=fmtp:{OPUS} minptime=10;useinbandfec=1",
]
_VIDEO = [
    f"a=rtpmap:{VP8} VP8/90000",
    f"a=rtcp-fb:{VP8} transport-cc",
    f"a=rtcp-fb:{VP8} ccm fir",
    f"a=rtcp-fb:{VP8} nack",
    f"a=rtcp-fb:{VP8} nack pli",
    f"a=rtpmap:{RTX} rtx/90000",
    f"a=fmtp:{RTX} apt={VP8}",
]


class Credentials(Struct, frozen=True):
    ufrag: str
    pwd: str
    fingerprint: str  # SHA-256 of the certificate, AB:CD:...


class Offer(Struct, frozen=True):
    text: str
    sources: dict[str, str]  # mid -> source
    slots: list[tuple[str, str]]  # (audio mid, video mid)


class AnsweredLine(Struct, frozen=True):
    mid: str
    kind: str
    port: int  # 0: refused
    payload_types: list[int]
    ssrcs: list[int]  # the media's own first, then its RTX
    extensions: dict[int, str]


class Answer(Struct, frozen=True):
    ufrag: str
    pwd: str
    fingerprint: str  # "sha-256 AB:CD:..."
    candidates: list[tuple[str, int]]  # of UDP
    passive: list[tuple[str, int]]  # of TCP: we connect
    lines: dict[str, AnsweredLine]


def write_offer(
    mine: Credentials,
    pairs: int,
    sending: Sequence[tuple[str, str]] = SENDING,
    rids: Sequence[str] = (),
) -> Offer:
    """The sending m-lines, then `pairs` pairs of slots. Mids count from 0. `rids`: of the camera's encodings."""
    lines = [(kind, "sendonly") for _, kind in sending] + [("audio", "recvonly"), ("video", "recvonly")] * pairs
    mids = [str(n) for n in range(len(lines))]
    camera = next((mids[n] for n, (source, _) in enumerate(sending) if source == "camera"), None)
    text = _session(mids)
    for mid, (kind, direction) in zip(mids, lines, strict=True):
        text += _section(mine, mid, kind, direction)
        if rids and mid == camera:
            text += [f"a=extmap:{RID} {_RID}", *(f"a=rid:{rid} send" for rid in rids)]
            text += [f"a=simulcast:send {';'.join(rids)}"]
    sources = {mids[n]: source for n, (source, _) in enumerate(sending)}
    slots = [(mids[n], mids[n + 1]) for n in range(len(sending), len(lines), 2)]
    return Offer("\r\n".join(text) + "\r\n", sources, slots)


def write_answer(mine: Credentials, lines: Sequence[AnsweredLine]) -> str:
    """Takes all m-lines that the other side offers to send, with its payload types and extensions as they are.

    The offerer is ICE-lite, so nothing is said of candidates; we start DTLS.
    """
    text = _session([line.mid for line in lines])
    for line in lines:
        text += _section(mine, line.mid, line.kind, "recvonly", "active", line.payload_types, line.extensions)
    return "\r\n".join(text) + "\r\n"


def read_answer(text: str) -> Answer:
    """Session values may stand anywhere: BUNDLE makes them one."""
    session, *sections = text.replace("\r\n", "\n").split("\nm=")
    everywhere = [line for part in (session, *sections) for line in part.split("\n")]
    candidates = [line.split() for line in everywhere if line.startswith("a=candidate:")]
    return Answer(
        ufrag=_first(everywhere, "a=ice-ufrag:"),
        pwd=_first(everywhere, "a=ice-pwd:"),
        fingerprint=_first(everywhere, "a=fingerprint:"),
        candidates=list(dict.fromkeys((c[4], int(c[5])) for c in candidates if c[2].lower() == "udp")),
        passive=list(dict.fromkeys((c[4], int(c[5])) for c in candidates if c[-2:] == ["tcptype", "passive"])),
        lines={line.mid: line for line in map(_read_section, sections)},
    )


def _session(mids: Sequence[str]) -> list[str]:
    text = ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", f"a=group:BUNDLE {' '.join(mids)}"]
    return [*text, "a=extmap-allow-mixed", "a=msid-semantic: WMS"]


def _section(
    mine: Credentials,
    mid: str,
    kind: str,
    direction: str,
    setup: str = "actpass",
    offered: Sequence[int] = (OPUS, VP8, RTX),
    extensions: Mapping[int, str] | None = None,
) -> list[str]:
    """`offered`: payload types of which ours are taken."""
    payload_types = [n for n in ((OPUS,) if kind == "audio" else (VP8, RTX)) if n in offered]
    if extensions is None:
        extensions = _EXTENSIONS | ({AUDIO_LEVEL: _LEVEL} if kind == "audio" else {})
    return [
        f"m={kind} 9 UDP/TLS/RTP/SAVPF {' '.join(map(str, payload_types))}",
        "c=IN IP4 0.0.0.0",
        f"a=ice-ufrag:{mine.ufrag}",
        f"a=ice-pwd:{mine.pwd}",
        "a=ice-options:trickle",
        f"a=fingerprint:sha-256 {mine.fingerprint}",
        f"a=setup:{setup}",
        f"a=mid:{mid}",
        f"a={direction}",
        "a=rtcp-mux",
        "a=rtcp-rsize",
        *(f"a=extmap:{number} {uri}" for number, uri in extensions.items()),
        *(_AUDIO if kind == "audio" else _VIDEO),
    ]


def _read_section(section: str) -> AnsweredLine:
    head, *lines = section.split("\n")
    kind, port, _, *payload_types = head.split()
    ssrcs = [int(line[7:].split()[0]) for line in lines if line.startswith("a=ssrc:")]
    extensions = [line[9:].split()[:2] for line in lines if line.startswith("a=extmap:")]
    return AnsweredLine(
        mid=_first(lines, "a=mid:"),
        kind=kind,
        port=int(port),
        payload_types=[int(number) for number in payload_types],
        ssrcs=list(dict.fromkeys(ssrcs)),
        extensions={int(number.split("/")[0]): uri for number, uri in extensions},
    )


def _first(lines: list[str], start: str) -> str:
    return next((line.removeprefix(start) for line in lines if line.startswith(start)), "")
