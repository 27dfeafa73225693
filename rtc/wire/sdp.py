"""SDP (RFC 8866) as WebRTC uses it (RFC 8829): text to values and back.

Known here: BUNDLE, ICE and DTLS attributes, mid, direction, codecs with fmtp and rtcp-fb, extmap with direction, rid,
simulcast, ssrc, ssrc-group, msid. Everything else is dropped on reading, remote candidates too (an ICE-lite server
answers whoever authenticates). Whatever the text is, `parse` raises WireError and nothing else.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Sequence
from typing import Final

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

# Chromium's offer of 64 slot pairs is about 400 KB; an attacker's parse time grows with these.
MAX_TEXT: Final = 1024 * 1024  # characters
MAX_LINES: Final = 40_000
MAX_LINE: Final = 4096  # characters
MAX_MEDIA: Final = 140  # m-lines: 4 sources, 64 slot pairs, some that we reject
MAX_ATTRIBUTES: Final = 600  # known attributes of one m-line; Chromium's video lines have about 200
MAX_MID: Final = 16  # characters: a one-byte header extension holds no more (RFC 8285 4.2)


# --- reading ---------------------------------------------------------------------------------------------------------

# No pattern has two neighbours that can take the same text: the time is linear in the line.
# RFC 8866 9: token-char.
_TOKEN = re.compile(r"[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)")
_M_LINE = re.compile(r"([a-z]{1,16}) ([0-9]{1,5})(?:/[0-9]{1,5})? ([A-Z0-9]{1,8}(?:/[A-Z0-9]{1,8}){0,4}) ([^ ].*)")
_ORIGIN = re.compile(r"[^ ]+ [0-9]+ ([0-9]{1,19}) .+")
_RTPMAP = re.compile(r"(0|[1-9][0-9]{0,2}) ([A-Za-z0-9_.+-]{1,32})/([0-9]{1,6})(?:/([0-9]{1,2}))? *")
_FMTP = re.compile(r"([0-9]{1,3}) (.+)")
_FEEDBACK = re.compile(r"([0-9]{1,3}|\*) ([A-Za-z0-9 _-]{1,64})")
_EXTMAP = re.compile(r"([0-9]{1,4})(?:/(sendrecv|sendonly|recvonly|inactive))? +([^ ]{1,256})(?: .*)?")
# RFC 8851 10 lets a rid have only these. 16 for the same reason as a mid.
_RID = re.compile(r"([A-Za-z0-9_-]{1,16}) (send|recv)(?: (.*))?")
_SSRC = re.compile(r"([0-9]{1,10})(?: cname:([^ ]+)| [^ ].*)?")
_GROUP = re.compile(r"([A-Z-]{1,16})((?: [0-9]{1,10}){1,16})")
_FINGERPRINT = re.compile(r"([A-Za-z0-9-]{1,16}) +([0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){0,63}) *")
# RFC 8839 5.4: ice-char; ufrag 4 to 256, pwd 22 to 256.
_UFRAG = re.compile(r"[A-Za-z0-9+/]{4,256}")
_PWD = re.compile(r"[A-Za-z0-9+/]{22,256}")
_PAYLOAD_TYPE = re.compile(r"[0-9]{1,3}")
_ALTERNATIVES = r"~?[A-Za-z0-9_-]{1,16}(?:,~?[A-Za-z0-9_-]{1,16})*"
_ENCODINGS = rf"(?:send|recv) {_ALTERNATIVES}(?:;{_ALTERNATIVES})*"
_SIMULCAST = re.compile(rf"{_ENCODINGS}(?: {_ENCODINGS})?")
_MSID = re.compile(r"([^ ]{1,64})(?: ([^ ]{1,64}))?(?: .*)?")
_UNSAFE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_SETUP = re.compile(r"active|passive|actpass|holdconn")

_KNOWN: Final = frozenset(
    {
        *("group", "ice-lite", "extmap-allow-mixed", "ice-ufrag", "ice-pwd", "fingerprint", "setup"),
        *("mid", "bundle-only", "rtcp-mux", "rtcp-rsize", *Direction),
        *("rtpmap", "fmtp", "rtcp-fb", "extmap", "rid", "simulcast", "msid", "ssrc", "ssrc-group"),
    }
)


class _Section:
    """One m-line, or what stands before the first one."""

    def __init__(self, head: str) -> None:
        self.head = head  # value of the m= line; "" for the session
        self.version = 0
        self.attributes: dict[str, list[str]] = {}
        self.count = 0

    def add(self, value: str) -> None:
        name, _, rest = value.partition(":")
        if name not in _KNOWN:
            return
        self.count += 1
        if self.count > MAX_ATTRIBUTES:
            raise WireError("too many attributes")
        self.attributes.setdefault(name, []).append(rest)

    def all(self, name: str, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Matches of the values of one attribute; a value that does not match is an error."""
        for value in self.attributes.get(name, ()):
            yield _match(pattern, value, name)

    def first(self, name: str, pattern: re.Pattern[str]) -> str:
        return next((match[0] for match in self.all(name, pattern)), "")


def parse(text: str) -> SessionDescription:
    """Read an offer or answer. Lines may end in LF or CRLF. Raises WireError."""
    session, *sections = _sections(_lines(text))
    media = tuple(_media(section, session) for section in sections)
    mids = [line.mid for line in media]
    if len(set(mids)) != len(mids):
        raise WireError("two m-lines with one mid")
    return SessionDescription(
        media=media,
        bundle=_bundle(session),
        ice_lite="ice-lite" in session.attributes,
        version=session.version,
    )


def _match(pattern: re.Pattern[str], value: str, what: str) -> re.Match[str]:
    match = pattern.fullmatch(value)
    if match is None:
        raise WireError(f"bad {what}")
    return match


def _number(digits: str, largest: int) -> int:
    number = int(digits)
    if number > largest:
        raise WireError(f"number above {largest}")
    return number


def _lines(text: str) -> list[str]:
    if len(text) > MAX_TEXT:
        raise WireError("text too long")
    if _CONTROL.search(text):
        raise WireError("control character")
    # Not splitlines(): it also splits at U+2028 and other characters that are none of SDP's line ends.
    lines = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
    if len(lines) > MAX_LINES or len(max(lines, key=len)) > MAX_LINE:
        raise WireError("too many lines or line too long")
    if lines[0] != "v=0":
        raise WireError("no v=0")
    return lines


def _sections(lines: list[str]) -> list[_Section]:
    sections = [_Section("")]
    for line in lines:
        if line.startswith("a="):
            sections[-1].add(line[2:])
        elif line.startswith("m="):
            sections.append(_Section(line[2:]))
            if len(sections) > MAX_MEDIA + 1:
                raise WireError("too many m-lines")
        elif line.startswith("o="):
            sections[0].version = int(_match(_ORIGIN, line[2:], "origin")[1])
        elif line[1:2] != "=":
            raise WireError("line without type")
    return sections


def _bundle(session: _Section) -> tuple[str, ...]:
    for value in session.attributes.get("group", ()):
        semantics, *mids = value.split(" ")
        if semantics == "BUNDLE":
            return tuple(mid for mid in mids if mid)
    return ()


def _media(section: _Section, session: _Section) -> Media:
    kind, port, protocol, formats = _match(_M_LINE, section.head, "m-line").groups()
    tokens = tuple(token for token in formats.split(" ") if token)
    if len(tokens) > 128 or not all(_TOKEN.fullmatch(token) for token in tokens):
        raise WireError("bad formats")
    mid = section.first("mid", _TOKEN)
    if not 0 < len(mid) <= MAX_MID:
        raise WireError("m-line without mid, or too long a mid")
    send, receive = _simulcast(section)
    return Media(
        kind=kind,
        port=_number(port, 0xFFFF),
        protocol=protocol,
        formats=tokens,
        mid=mid,
        direction=_direction(section) or _direction(session) or Direction.SENDRECV,
        transport=_transport(section, session),
        bundle_only="bundle-only" in section.attributes,
        rtcp_mux="rtcp-mux" in section.attributes,
        reduced_size="rtcp-rsize" in section.attributes,
        allow_mixed="extmap-allow-mixed" in {**session.attributes, **section.attributes},
        codecs=_codecs(section, tokens),
        extensions=_extensions(section),
        rids=_rids(section),
        simulcast_send=send,
        simulcast_receive=receive,
        msid=_msid(section),
        ssrcs=_ssrcs(section),
        ssrc_groups=_ssrc_groups(section),
    )


def _direction(section: _Section) -> Direction | None:
    return next((direction for direction in Direction if direction in section.attributes), None)


def _transport(section: _Section, session: _Section) -> Transport:
    """Attributes of the m-line; what it does not have holds from the session (RFC 8839 5.4, RFC 8122 5)."""

    def first(name: str, pattern: re.Pattern[str]) -> str:
        return section.first(name, pattern) or session.first(name, pattern)

    own = [*section.all("fingerprint", _FINGERPRINT)] or [*session.all("fingerprint", _FINGERPRINT)]
    if len(own) > 8:
        raise WireError("too many fingerprints")
    fingerprints = dict.fromkeys(Fingerprint(match[1].lower(), match[2].upper()) for match in own)
    return Transport(
        ufrag=first("ice-ufrag", _UFRAG),
        pwd=first("ice-pwd", _PWD),
        fingerprints=tuple(fingerprints),
        setup=first("setup", _SETUP),
    )


def _codecs(section: _Section, formats: Sequence[str]) -> tuple[Codec, ...]:
    """Codecs that have an rtpmap, in the order of the m-line. Static payload types without one are dropped."""
    maps = {match[1]: match for match in section.all("rtpmap", _RTPMAP)}
    parameters = {match[1]: match[2] for match in section.all("fmtp", _FMTP)}
    feedback = _feedback(section)
    return tuple(
        Codec(
            payload_type=_number(number, 127),
            name=maps[number][2],
            clock_rate=int(maps[number][3]),
            channels=int(maps[number][4] or 1),
            parameters=parameters.get(number, ""),
            feedback=tuple(dict.fromkeys([*feedback.get(number, ()), *feedback.get("*", ())])),
        )
        for number in dict.fromkeys(formats)
        if number in maps
    )


def _feedback(section: _Section) -> dict[str, list[str]]:
    """Payload type as written, or "*" for all of the m-line, -> values."""
    feedback: dict[str, list[str]] = {}
    for match in section.all("rtcp-fb", _FEEDBACK):
        feedback.setdefault(match[1], []).append(match[2].strip())
    if len(feedback.get("*", ())) > 16:  # each of them is in every codec
        raise WireError("too much feedback")
    return feedback


def _extensions(section: _Section) -> tuple[Extension, ...]:
    return tuple(
        Extension(int(match[1]), match[3], Direction(match[2]) if match[2] else None)
        for match in section.all("extmap", _EXTMAP)
    )


def _rids(section: _Section) -> tuple[Rid, ...]:
    return tuple(
        Rid(match[1], match[2] == "send", _rid_payload_types(match[3] or "")) for match in section.all("rid", _RID)
    )


def _rid_payload_types(restrictions: str) -> tuple[int, ...]:
    for item in restrictions.split(";"):
        if item.startswith("pt="):
            numbers = item.removeprefix("pt=").split(",")
            return tuple(_number(_match(_PAYLOAD_TYPE, number, "rid")[0], 127) for number in numbers)
    return ()


def _simulcast(section: _Section) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(send, receive) rids. RFC 8853 5.1: `;` parts encodings, `,` alternatives, `~` starts paused."""
    lists: dict[str, tuple[str, ...]] = {}
    for match in section.all("simulcast", _SIMULCAST):
        for direction, encodings in zip(match[0].split()[::2], match[0].split()[1::2], strict=True):
            lists[direction] = tuple(encoding.split(",")[0].lstrip("~") for encoding in encodings.split(";"))
    return lists.get("send", ()), lists.get("recv", ())


def _msid(section: _Section) -> tuple[str, str] | None:
    for match in section.all("msid", _MSID):
        return match[1], match[2] or ""
    return None


def _ssrcs(section: _Section) -> dict[int, str]:
    ssrcs: dict[int, str] = {}
    for match in section.all("ssrc", _SSRC):
        ssrc = _number(match[1], 0xFFFFFFFF)
        ssrcs[ssrc] = match[2] or ssrcs.get(ssrc, "")
    return ssrcs


def _ssrc_groups(section: _Section) -> tuple[SsrcGroup, ...]:
    return tuple(
        SsrcGroup(match[1], tuple(_number(number, 0xFFFFFFFF) for number in match[2].split()))
        for match in section.all("ssrc-group", _GROUP)
    )


# --- writing ---------------------------------------------------------------------------------------------------------


def write(description: SessionDescription) -> str:
    """The text, CRLF after every line. Raises WireError where a value would break out of its line, ValueError
    where a candidate is not an IP address.
    """
    lines = [*_session_lines(description), *(line for media in description.media for line in _media_lines(media))]
    if any(_UNSAFE.search(line) for line in lines):
        raise WireError("control character in a value")
    return "\r\n".join(lines) + "\r\n"


def _session_lines(description: SessionDescription) -> Iterator[str]:
    yield from ("v=0", f"o=- 1 {description.version} IN IP4 0.0.0.0", "s=-", "t=0 0")
    if description.ice_lite:
        yield "a=ice-lite"
    if description.bundle:
        yield f"a=group:BUNDLE {' '.join(description.bundle)}"


def _media_lines(media: Media) -> Iterator[str]:
    yield f"m={media.kind} {media.port} {media.protocol} {' '.join(media.formats)}"
    yield "c=IN IP4 0.0.0.0"
    yield f"a=mid:{media.mid}"
    yield f"a={media.direction}"
    yield from _flag_lines(media)
    yield from _transport_lines(media.transport)
    for codec in media.codecs:
        yield from _codec_lines(codec)
    for extension in media.extensions:
        direction = f"/{extension.direction}" if extension.direction else ""
        yield f"a=extmap:{extension.id}{direction} {extension.uri}"
    yield from _encoding_lines(media)
    yield from _source_lines(media)
    yield from _candidate_lines(media.candidates)


def _flag_lines(media: Media) -> Iterator[str]:
    if media.bundle_only:
        yield "a=bundle-only"
    if media.rtcp_mux:
        yield "a=rtcp-mux"
    if media.reduced_size:
        yield "a=rtcp-rsize"
    if media.allow_mixed:
        yield "a=extmap-allow-mixed"


def _transport_lines(transport: Transport) -> Iterator[str]:
    if transport.ufrag:
        yield f"a=ice-ufrag:{transport.ufrag}"
    if transport.pwd:
        yield f"a=ice-pwd:{transport.pwd}"
    for fingerprint in transport.fingerprints:
        yield f"a=fingerprint:{fingerprint.algorithm} {fingerprint.value}"
    if transport.setup:
        yield f"a=setup:{transport.setup}"


def _codec_lines(codec: Codec) -> Iterator[str]:
    channels = f"/{codec.channels}" if codec.channels != 1 else ""
    yield f"a=rtpmap:{codec.payload_type} {codec.name}/{codec.clock_rate}{channels}"
    for feedback in codec.feedback:
        yield f"a=rtcp-fb:{codec.payload_type} {feedback}"
    if codec.parameters:
        yield f"a=fmtp:{codec.payload_type} {codec.parameters}"


def _encoding_lines(media: Media) -> Iterator[str]:
    for rid in media.rids:
        restriction = f" pt={','.join(map(str, rid.payload_types))}" if rid.payload_types else ""
        yield f"a=rid:{rid.id} {'send' if rid.sends else 'recv'}{restriction}"
    lists = (("send", media.simulcast_send), ("recv", media.simulcast_receive))
    if any(rids for _, rids in lists):
        yield "a=simulcast:" + " ".join(f"{direction} {';'.join(rids)}" for direction, rids in lists if rids)


def _source_lines(media: Media) -> Iterator[str]:
    if media.msid:
        yield f"a=msid:{' '.join(part for part in media.msid if part)}"
    for group in media.ssrc_groups:
        yield f"a=ssrc-group:{group.semantics} {' '.join(map(str, group.ssrcs))}"
    for ssrc, cname in media.ssrcs.items():
        yield f"a=ssrc:{ssrc} cname:{cname}" if cname else f"a=ssrc:{ssrc}"


def _candidate_lines(candidates: Sequence[Candidate]) -> Iterator[str]:
    for index, candidate in enumerate(candidates):
        # RFC 8445 5.1.2.1: type preference, then local preference, then 256 - component. For TCP, RFC 6544 4.2: a lower
        # type preference than the 126 of UDP hosts, and in the local one first the direction, 4 for passive hosts.
        preference, local = (90, 4 << 13 | 0x1FFF) if candidate.tcp else (126, 0xFFFF)
        priority = preference << 24 | (local - index) << 8 | 255
        protocol, kind = ("tcp", "host tcptype passive") if candidate.tcp else ("udp", "host")
        address = ipaddress.ip_address(candidate.address)
        yield f"a=candidate:{index + 1} 1 {protocol} {priority} {address} {candidate.port} typ {kind}"
    if candidates:
        yield "a=end-of-candidates"
