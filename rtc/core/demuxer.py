"""From SSRC, MID, RID and repaired RID to the stream that a packet belongs to (RFC 8843 9.2, RFC 8852).

Browsers send the identifying extensions only until a receiver report shows that we know the SSRC. So what was learned
once holds for the life of the peer, and no report names an SSRC before.
"""

from __future__ import annotations

from typing import Final

from rtc.core.model import Mid, Source
from rtc.core.negotiation import Line, Negotiated
from rtc.core.rtp_stream import RtpStream
from rtc.wire import extensions as uris
from rtc.wire.rtp import RtpPacket

# 4 sources, 3 encodings, RTX for each, and as many again for a browser that starts anew.
MAX_SSRCS: Final = 48


class Found:
    """One encoding: its media SSRC, and the stream once a packet came."""

    __slots__ = ("layer", "payload_type", "source", "ssrc", "stream")

    def __init__(self, source: Source, layer: int, ssrc: int, payload_type: int) -> None:
        self.source = source
        self.layer = layer
        self.ssrc = ssrc
        self.payload_type = payload_type
        self.stream: RtpStream | None = None


class Demuxer:
    """The table of one peer."""

    def __init__(self) -> None:
        self._by_ssrc: dict[int, Found] = {}  # media and RTX SSRCs
        self._encodings: dict[tuple[Mid, str], Found] = {}
        self._lines: dict[Mid, Line] = {}
        self._mid_id = self._rid_id = self._rrid_id = -1

    def adopt(self, negotiated: Negotiated) -> None:
        ids = negotiated.extensions
        self._mid_id = ids.get(uris.MID, -1)
        self._rid_id = ids.get(uris.RID, -1)
        self._rrid_id = ids.get(uris.RRID, -1)
        for line in negotiated.lines.values():
            if line.source is not None:
                self._lines[line.mid] = line
                # Three announced SSRCs without rids would not say which is which; with rids the extensions tell.
                if len(line.remote_ssrcs) == 1 and not line.rids:
                    self._announced(line)

    def _announced(self, line: Line) -> None:
        found = self._encoding(line, "", line.remote_ssrcs[0])
        if found is not None:
            for rtx, ssrc in line.remote_rtx.items():
                if ssrc == found.ssrc:
                    self._learn(rtx, found)

    @property
    def streams(self) -> list[tuple[Source, RtpStream]]:
        """Encodings of which something arrived."""
        return [(found.source, found.stream) for found in self._encodings.values() if found.stream is not None]

    def find(self, packet: RtpPacket) -> Found | None:
        """None for a packet that nothing identifies."""
        return self._by_ssrc.get(packet.ssrc) or self._latch(packet)

    def find_media(self, ssrc: int) -> Found | None:
        """By media SSRC alone, as in sender reports."""
        found = self._by_ssrc.get(ssrc)
        return found if found is not None and found.ssrc == ssrc else None

    def _latch(self, packet: RtpPacket) -> Found | None:
        line = self._line_of(packet)
        if line is None or len(self._by_ssrc) >= MAX_SSRCS:
            return None
        repaired = packet.extensions.get(self._rrid_id)
        if repaired is not None or packet.payload_type == line.rtx_payload_type:
            rid = "" if repaired is None else uris.read_identification(repaired)
            found = self._encodings.get((line.mid, rid))
            if found is not None:
                self._learn(packet.ssrc, found)
            return found
        value = packet.extensions.get(self._rid_id)
        return self._encoding(line, "" if value is None else uris.read_identification(value), packet.ssrc)

    def _line_of(self, packet: RtpPacket) -> Line | None:
        value = packet.extensions.get(self._mid_id)
        if value is not None:
            return self._lines.get(Mid(uris.read_identification(value)))
        # Without simulcast some senders put no MID: a payload type that only one line has says enough.
        fits = [x for x in self._lines.values() if packet.payload_type in (x.payload_type, x.rtx_payload_type)]
        return fits[0] if len(fits) == 1 else None

    def _encoding(self, line: Line, rid: str, ssrc: int) -> Found | None:
        """The encoding under this media SSRC; a new SSRC for a known encoding takes its place."""
        assert line.source is not None
        rids = line.rids or [""]
        if rid not in rids:
            return None  # also without one where there are several: a later packet tells
        old = self._encodings.get((line.mid, rid))
        if old is not None and old.ssrc == ssrc:
            return old
        found = Found(line.source, rids.index(rid), ssrc, line.payload_type)
        self._encodings[line.mid, rid] = found
        self._learn(ssrc, found)
        return found

    def _learn(self, ssrc: int, found: Found) -> None:
        self._by_ssrc[ssrc] = found
