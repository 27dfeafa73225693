"""One m-line: what we take of an offered one, and how we answer it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from rtc.core.model import Mid, Source
from rtc.wire import extensions as uris
from rtc.wire.description import Candidate, Codec, Direction, Extension, Media, Rid, SsrcGroup, Transport

CNAME: Final = "kinroom"
"""Of every slot: all are on the server's one clock, which is what one CNAME says (RFC 3550 6.5.1)."""

MAX_RIDS: Final = 3
OPUS_PARAMETERS: Final = "minptime=10;useinbandfec=1"
OPUS_OF_SOURCE: Final = {
    # Most people listen most of the time: silence costs a packet in 400 ms instead of 50 a second.
    Source.MICROPHONE: f"{OPUS_PARAMETERS};usedtx=1",
    # Music and films: both channels, never a gap. RFC 7587 6.1: a receiver says what it prefers to be sent.
    Source.SCREEN_SOUND: f"{OPUS_PARAMETERS};stereo=1;maxaveragebitrate=96000",
}

PROTOCOLS: Final = frozenset({"UDP/TLS/RTP/SAVPF", "TCP/DTLS/RTP/SAVPF"})
_IDENTITY: Final = (uris.MID, uris.RID, uris.RRID)
SENDING_EXTENSIONS: Final = {
    "audio": frozenset({*_IDENTITY, uris.TRANSPORT_CC, uris.ABS_SEND_TIME, uris.AUDIO_LEVEL}),
    # Never video-orientation: without it phones rotate the picture before they encode.
    "video": frozenset({*_IDENTITY, uris.TRANSPORT_CC, uris.ABS_SEND_TIME}),
}
SLOT_EXTENSIONS: Final = {
    "audio": frozenset({uris.MID, uris.TRANSPORT_CC, uris.AUDIO_LEVEL}),
    "video": frozenset({uris.MID, uris.TRANSPORT_CC}),
}
_SENDING_FEEDBACK: Final = {
    "audio": frozenset({"transport-cc"}),
    "video": frozenset({"nack", "nack pli", "ccm fir", "transport-cc"}),
}
_SLOT_FEEDBACK: Final = {
    "audio": frozenset({"transport-cc"}),
    "video": frozenset({"nack", "nack pli", "ccm fir", "transport-cc"}),
}
CODECS: Final = {"audio": ("opus", 48_000, 2), "video": ("vp8", 90_000, 1)}


class Line(Struct, frozen=True):
    """One accepted m-line: a source of the client, or a slot; the other of `source` and `slot` is None."""

    mid: Mid
    kind: str  # "audio" or "video"
    source: Source | None
    slot: int | None  # number of the pair, from 0; audio and video slots are counted apart
    payload_type: int
    rtx_payload_type: int | None
    clock_rate: int  # Hz
    extensions: dict[str, int]  # uri -> id, only what was accepted
    ssrc: int | None = None  # of a slot: ours
    rtx_ssrc: int | None = None  # of a video slot whose client offered RTX: ours
    red_payload_type: int | None = None  # of a slot for sound whose client takes payloads twice (RFC 2198)
    rids: list[str] = []  # encodings that the client will send, in its order; [] without simulcast
    remote_ssrcs: list[int] = []  # announced by the client, RTX not among them; [] in Chromium with simulcast
    remote_rtx: dict[int, int] = {}  # RTX SSRC -> SSRC that it repairs
    reduced_size: bool = False  # RTCP need not be compound (RFC 5506)


def _usable(payload_type: int) -> bool:
    # RFC 5761 4: beside RTCP on one port, 64 to 95 would read as RTCP.
    return not 64 <= payload_type <= 95


def codec_of(media: Media) -> Codec | None:
    """The first payload type of the one codec for this kind of media."""
    for codec in media.codecs:
        if CODECS.get(media.kind) == (codec.name.lower(), codec.clock_rate, codec.channels) and _usable(
            codec.payload_type
        ):
            return codec
    return None


def rtx_of(media: Media, repaired: Codec) -> int | None:
    """Payload type of the retransmissions. Audio has none: FEC repairs it sooner."""
    apt = str(repaired.payload_type)
    for codec in media.codecs:
        if (codec.name.lower(), codec.clock_rate) != ("rtx", 90_000) or media.kind != "video":
            continue
        if codec.parameter("apt") == apt and _usable(codec.payload_type):
            return codec.payload_type
    return None


def red_of(media: Media, repeated: Codec) -> int | None:
    """Payload type under which the client takes each payload of this codec twice (RFC 2198)."""
    for codec in media.codecs:
        if (codec.name.lower(), codec.clock_rate, codec.channels) != ("red", repeated.clock_rate, repeated.channels):
            continue
        blocks = codec.parameters.split("/")
        if len(blocks) > 1 and set(blocks) == {str(repeated.payload_type)} and _usable(codec.payload_type):
            return codec.payload_type
    return None


def repairs_of(media: Media) -> dict[int, int]:
    """RTX SSRC -> repaired SSRC. RFC 5576 4.2: in a FID group the repaired one is first."""
    groups = (group.ssrcs for group in media.ssrc_groups if group.semantics == "FID")
    return {ssrcs[1]: ssrcs[0] for ssrcs in groups if len(ssrcs) == 2 and media.ssrcs.keys() >= set(ssrcs)}


def rids_of(media: Media, payload_type: int) -> list[str]:
    """Offered encodings that are declared for sending and may use our codec."""
    declared = {
        rid.id for rid in media.rids if rid.sends and (not rid.payload_types or payload_type in rid.payload_types)
    }
    return [rid for rid in dict.fromkeys(media.simulcast_send) if rid in declared][:MAX_RIDS]


def rejected_media(media: Media) -> Media:
    return Media(
        kind=media.kind,
        port=0,
        protocol=media.protocol,
        formats=media.formats[:1],
        mid=media.mid,
        direction=Direction.INACTIVE,
    )


def accepted_media(media: Media, line: Line, transport: Transport, candidates: tuple[Candidate, ...]) -> Media:
    codecs = tuple(_answered_codecs(media, line))
    sending = line.source is not None
    return Media(
        kind=media.kind,
        port=9,
        protocol=media.protocol,
        formats=tuple(str(codec.payload_type) for codec in codecs),
        mid=media.mid,
        direction=_answered_direction(media.direction, sending),
        transport=transport,
        rtcp_mux=True,
        reduced_size=line.reduced_size,
        allow_mixed=media.allow_mixed,
        codecs=codecs,
        extensions=tuple(
            dict.fromkeys(_answered_extension(one, sending) for one in media.extensions if _took(line, one))
        ),
        rids=tuple(Rid(rid, sends=False) for rid in line.rids),
        simulcast_receive=tuple(line.rids),
        msid=None if sending else (f"p{line.slot}", f"s{line.mid}"),
        ssrcs={ssrc: CNAME for ssrc in (line.ssrc, line.rtx_ssrc) if ssrc is not None},
        ssrc_groups=_groups(line),
        candidates=candidates,
    )


def _answered_codecs(media: Media, line: Line) -> Iterable[Codec]:
    codec = next(one for one in media.codecs if one.payload_type == line.payload_type)
    allowed = (_SLOT_FEEDBACK if line.source is None else _SENDING_FEEDBACK)[line.kind]
    if line.source is None and uris.TRANSPORT_CC not in line.extensions:
        # Of packets that have no number there is nothing to tell but the viewer's own estimate.
        allowed = allowed - {"transport-cc"} | {"goog-remb"}
    name, parameters = ("opus", _opus_parameters(line)) if line.kind == "audio" else ("VP8", "")
    feedback = tuple(value for value in codec.feedback if value in allowed)
    if line.source is not None and line.kind == "audio":
        # Not offered by any browser, but libwebrtc sends sound again where the answer says that it is asked for.
        feedback += ("nack",)
    yield Codec(codec.payload_type, name, codec.clock_rate, codec.channels, parameters, feedback)
    if line.red_payload_type is not None:
        twice = f"{codec.payload_type}/{codec.payload_type}"
        yield Codec(line.red_payload_type, "red", codec.clock_rate, codec.channels, twice)
    if line.rtx_payload_type is not None:
        yield Codec(line.rtx_payload_type, "rtx", codec.clock_rate, 1, f"apt={codec.payload_type}")


def _opus_parameters(line: Line) -> str:
    return OPUS_PARAMETERS if line.source is None else OPUS_OF_SOURCE.get(line.source, OPUS_PARAMETERS)


def _answered_direction(offered: Direction, sending: bool) -> Direction:
    if sending:
        return Direction.RECVONLY if offered.sends else Direction.INACTIVE
    return Direction.SENDONLY if offered.receives else Direction.INACTIVE


def _took(line: Line, extension: Extension) -> bool:
    return line.extensions.get(extension.uri) == extension.id


def _answered_extension(extension: Extension, sending: bool) -> Extension:
    """RFC 8285 6: an offered direction is answered with its reverse; none is answered with none."""
    if extension.direction is None:
        return Extension(extension.id, extension.uri)
    return Extension(extension.id, extension.uri, Direction.RECVONLY if sending else Direction.SENDONLY)


def _groups(line: Line) -> tuple[SsrcGroup, ...]:
    if line.ssrc is None or line.rtx_ssrc is None:
        return ()
    return (SsrcGroup("FID", (line.ssrc, line.rtx_ssrc)),)
