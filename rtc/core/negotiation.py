"""Offer in, answer out (RFC 8829, RFC 9143): the browser always offers, the server always answers, ICE-lite.

An m-line either carries one of the client's sources, or is a slot: receive-only for the client, fed by us. Across
re-offers a mid keeps what it is, its SSRCs, msid, payload types and header extension ids. Of the offer's own text only
mids, rids, tokens and numbers ever reach the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from msgspec import Struct

from rtc.core.lines import (
    CNAME,
    CODECS,
    PROTOCOLS,
    SENDING_EXTENSIONS,
    SLOT_EXTENSIONS,
    Line,
    accepted_media,
    codec_of,
    red_of,
    rejected_media,
    repairs_of,
    rids_of,
    rtx_of,
)
from rtc.core.model import Grant, Mid, Source
from rtc.wire import sdp
from rtc.wire.description import (
    Candidate,
    Codec,
    Direction,
    Extension,
    Fingerprint,
    Media,
    SessionDescription,
    Transport,
)

__all__ = [
    "CNAME",
    "MAX_REMOTE_SSRCS",
    "MAX_SLOT_PAIRS",
    "Credentials",
    "Line",
    "LocalTransport",
    "Negotiated",
    "NegotiationError",
    "negotiate",
    "remote_credentials",
]

MAX_SLOT_PAIRS: Final = 64
MAX_REMOTE_SSRCS: Final = 16  # per sending m-line; Firefox announces 6 for three encodings with RTX

_FINGERPRINTS: Final = frozenset({"sha-256", "sha-384", "sha-512"})


class NegotiationError(ValueError):
    """The offer is not one that we answer. The text may be shown to whoever made the offer."""


class Credentials(Struct, frozen=True):
    """ICE credentials of one side."""

    ufrag: str
    pwd: str


class LocalTransport(Struct, frozen=True):
    """What the answer says about this server."""

    ufrag: str
    pwd: str
    fingerprint: str  # SHA-256 of the DTLS certificate, upper case hex with colons
    candidates: list[Candidate]  # best first


class Negotiated(Struct, frozen=True):
    answer: str
    lines: dict[Mid, Line]  # in the order of the m-lines
    slots: list[tuple[Mid, Mid]]  # (audio, video) of the complete pairs; pair k has the msid stream `p{k}`
    extensions: dict[str, int]  # uri -> id, the same on every line that has it (RFC 9143 15.1)
    remote_fingerprints: list[Fingerprint]
    remote_ufrag: str
    remote_pwd: str
    ice_restarted: bool  # the remote credentials are not those of `previous`
    version: int  # of the answer, from 1


def remote_credentials(offer: SessionDescription) -> Credentials:
    """The client's ICE credentials, to tell an ICE restart before `negotiate` is given the local ones."""
    transport = _remote_transport(offer)
    return Credentials(transport.ufrag, transport.pwd)


def negotiate(
    offer: SessionDescription,
    sources: Mapping[Mid, Source],
    grant: Grant,
    previous: Negotiated | None,
    local: LocalTransport,
    new_ssrc: Callable[[], int],
) -> Negotiated:
    """Answer an offer. `new_ssrc` gives random 32-bit numbers; it is asked again when one is taken.

    `sources` says what the sending m-lines carry; mids of `previous` may be left out. Raises NegotiationError, and then
    nothing has changed: `previous` is still in force.
    """
    remote = _remote_transport(offer)
    lines = _Lines(offer, sources, grant, previous, new_ssrc).all()
    if offer.bundle[0] not in lines:
        raise NegotiationError("the first m-line of the BUNDLE group is not one that this server takes")
    version = previous.version + 1 if previous else 1
    return Negotiated(
        answer=sdp.write(_answer(offer, lines, local, version)),
        lines=lines,
        slots=_pairs(lines.values()),
        extensions={uri: number for line in lines.values() for uri, number in line.extensions.items()},
        remote_fingerprints=list(remote.fingerprints),
        remote_ufrag=remote.ufrag,
        remote_pwd=remote.pwd,
        ice_restarted=previous is not None
        and (previous.remote_ufrag, previous.remote_pwd) != (remote.ufrag, remote.pwd),
        version=version,
    )


def _remote_transport(offer: SessionDescription) -> Transport:
    """ICE and DTLS of the BUNDLE group: those of its first m-line (RFC 9143 7.2)."""
    tagged = next((media for media in offer.media if media.mid in offer.bundle[:1]), None)
    if tagged is None:
        raise NegotiationError("no BUNDLE group")
    transport = tagged.transport
    if not (transport.ufrag and transport.pwd):
        raise NegotiationError("no ICE credentials")
    if transport.setup not in ("actpass", "active"):
        raise NegotiationError("setup must be actpass or active")
    fingerprints = tuple(one for one in transport.fingerprints if one.algorithm in _FINGERPRINTS)
    if not fingerprints:
        raise NegotiationError("no usable fingerprint")
    return Transport(transport.ufrag, transport.pwd, fingerprints, transport.setup)


# --- one line at a time ----------------------------------------------------------------------------------------------


class _Lines:
    """The accepted lines of one offer. What must be the same across lines is gathered here."""

    def __init__(
        self,
        offer: SessionDescription,
        sources: Mapping[Mid, Source],
        grant: Grant,
        previous: Negotiated | None,
        new_ssrc: Callable[[], int],
    ) -> None:
        self._offer = offer
        self._grant = grant
        self._previous = previous.lines if previous else {}
        self._sources = _merged_sources(self._previous, sources)
        self._new_ssrc = new_ssrc
        self._taken = {ssrc for line in self._previous.values() for ssrc in (line.ssrc, line.rtx_ssrc)}
        self._remote_ssrcs: set[int] = set()
        self._slots = {kind: sum(_is_slot(line, kind) for line in self._previous.values()) for kind in CODECS}
        self._extensions = dict(previous.extensions) if previous else {}
        self._payload_types: dict[int, str] = {}

    def all(self) -> dict[Mid, Line]:
        offered = {Mid(media.mid): media for media in self._offer.media}
        if not self._sources.keys() <= offered.keys():
            raise NegotiationError("a source on an m-line that is not in the offer")
        self._taken |= {ssrc for media in self._offer.media for ssrc in media.ssrcs}
        lines = {mid: line for mid, media in offered.items() if (line := self._line(mid, media))}
        if not self._previous.keys() <= lines.keys():
            raise NegotiationError("an m-line in use may not be removed")
        return lines

    def _line(self, mid: Mid, media: Media) -> Line | None:
        """None is for a line to be rejected: not for us, or in a codec that we do not speak."""
        codec = codec_of(media)
        known = self._previous.get(mid)
        if codec is None or media.rejected or media.protocol not in PROTOCOLS:
            return None
        if media.mid not in self._offer.bundle or not media.rtcp_mux:  # Firefox groups no more than 128 m-lines
            return None
        source = self._sources.get(mid)
        if source is None and known is None and media.direction is not Direction.RECVONLY:
            return None
        rtx = rtx_of(media, codec)
        self._claim(codec.payload_type, media.kind)
        if rtx is not None:
            self._claim(rtx, f"rtx {codec.payload_type}")
        red = red_of(media, codec) if source is None else None
        if red is not None:
            self._claim(red, f"red {codec.payload_type}")
        now = (media.kind, codec.payload_type, rtx, red)
        if known is not None and _codecs(known) != now:
            raise NegotiationError("an m-line may not change its codec")
        if source is not None:
            return self._sending(mid, media, source, codec, rtx)
        return self._slot(mid, media, known, codec, rtx, red)

    def _claim(self, payload_type: int, meaning: str) -> None:
        """RFC 9143 9.1: within BUNDLE a payload type means one thing."""
        if self._payload_types.setdefault(payload_type, meaning) != meaning:
            raise NegotiationError("one payload type with two meanings")

    def _sending(self, mid: Mid, media: Media, source: Source, codec: Codec, rtx: int | None) -> Line:
        if source not in self._grant.may_send:
            raise NegotiationError(f"{source} is not granted")
        if source.is_audio != (media.kind == "audio"):
            raise NegotiationError(f"{source} on an m-line of {media.kind}")
        if media.direction is Direction.RECVONLY:
            raise NegotiationError(f"{source} on an m-line that only receives")
        repairs = repairs_of(media)
        ssrcs = [ssrc for ssrc in media.ssrcs if ssrc not in repairs]
        self._claim_remote([*ssrcs, *repairs])
        return Line(
            mid=mid,
            kind=media.kind,
            source=source,
            slot=None,
            payload_type=codec.payload_type,
            rtx_payload_type=rtx,
            clock_rate=codec.clock_rate,
            extensions=self._accept(media, SENDING_EXTENSIONS[media.kind], sending=True),
            rids=rids_of(media, codec.payload_type),
            remote_ssrcs=ssrcs,
            remote_rtx=repairs,
            reduced_size=media.reduced_size,
        )

    def _claim_remote(self, ssrcs: list[int]) -> None:
        if len(ssrcs) > MAX_REMOTE_SSRCS:
            raise NegotiationError("too many SSRCs on one m-line")
        if not self._remote_ssrcs.isdisjoint(ssrcs):
            raise NegotiationError("one SSRC on two m-lines")
        self._remote_ssrcs.update(ssrcs)

    def _slot(self, mid: Mid, media: Media, known: Line | None, codec: Codec, rtx: int | None, red: int | None) -> Line:
        if not self._grant.may_receive:
            raise NegotiationError("receiving is not granted")
        if known is not None:
            number, ssrc, rtx_ssrc = known.slot, known.ssrc, known.rtx_ssrc
        else:
            number, ssrc = self._next_slot(media.kind), self._fresh_ssrc()
            rtx_ssrc = self._fresh_ssrc() if rtx is not None else None
        return Line(
            mid=mid,
            kind=media.kind,
            source=None,
            slot=number,
            payload_type=codec.payload_type,
            rtx_payload_type=rtx,
            clock_rate=codec.clock_rate,
            extensions=self._accept(media, SLOT_EXTENSIONS[media.kind], sending=False),
            ssrc=ssrc,
            rtx_ssrc=rtx_ssrc,
            red_payload_type=red,
            reduced_size=media.reduced_size,
        )

    def _next_slot(self, kind: str) -> int:
        number = self._slots[kind]
        if number >= MAX_SLOT_PAIRS:
            raise NegotiationError(f"more than {MAX_SLOT_PAIRS} slots of {kind}")
        self._slots[kind] = number + 1
        return number

    def _fresh_ssrc(self) -> int:
        """Never 0: libwebrtc takes it for none."""
        while (ssrc := self._new_ssrc()) in self._taken or ssrc == 0:
            pass
        self._taken.add(ssrc)
        return ssrc

    def _accept(self, media: Media, wanted: frozenset[str], *, sending: bool) -> dict[str, int]:
        """The wanted extensions that the client can use this way, one id for a URI on all lines."""
        largest = 255 if media.allow_mixed else 14  # RFC 8285 4.1.2: two-byte elements only if allowed
        accepted: dict[str, int] = {}
        for extension in media.extensions:
            direction = extension.direction or Direction.SENDRECV
            usable = direction.sends if sending else direction.receives
            if extension.uri not in wanted or extension.uri in accepted or not usable:
                continue
            if not 0 < extension.id <= largest or extension.id == 15:
                continue
            if self._agrees(extension):
                accepted[extension.uri] = extension.id
        return accepted

    def _agrees(self, extension: Extension) -> bool:
        if any(number == extension.id and uri != extension.uri for uri, number in self._extensions.items()):
            return False
        return self._extensions.setdefault(extension.uri, extension.id) == extension.id


def _merged_sources(previous: Mapping[Mid, Line], sources: Mapping[Mid, Source]) -> dict[Mid, Source]:
    merged = {mid: line.source for mid, line in previous.items() if line.source is not None}
    for mid, source in sources.items():
        if mid in previous and merged.get(mid) is not source:
            raise NegotiationError("an m-line may not change what it carries")
        merged[mid] = source
    if len(set(merged.values())) != len(merged):
        raise NegotiationError("one source on two m-lines")
    return merged


def _codecs(line: Line) -> tuple[str, int, int | None, int | None]:
    return line.kind, line.payload_type, line.rtx_payload_type, line.red_payload_type


def _is_slot(line: Line, kind: str) -> bool:
    return line.slot is not None and line.kind == kind


def _pairs(lines: Iterable[Line]) -> list[tuple[Mid, Mid]]:
    slots = {(line.kind, line.slot): line.mid for line in lines if line.slot is not None}
    pairs: list[tuple[Mid, Mid]] = []
    while (audio := slots.get(("audio", len(pairs)))) and (video := slots.get(("video", len(pairs)))):
        pairs.append((audio, video))
    return pairs


# --- the answer ------------------------------------------------------------------------------------------------------


def _answer(
    offer: SessionDescription, lines: Mapping[Mid, Line], local: LocalTransport, version: int
) -> SessionDescription:
    transport = Transport(local.ufrag, local.pwd, (Fingerprint("sha-256", local.fingerprint),), "passive")
    candidates = tuple(local.candidates)
    bundle = tuple(mid for mid in dict.fromkeys(offer.bundle) if mid in lines)
    media = tuple(
        accepted_media(one, lines[Mid(one.mid)], transport, candidates if one.mid == bundle[0] else ())
        if one.mid in lines
        else rejected_media(one)
        for one in offer.media
    )
    return SessionDescription(media=media, bundle=bundle, ice_lite=True, version=version)
