"""Clocks: a publisher's against ours, and the one RTP-to-NTP line of each slot (RFC 3550 6.4.1).

A sender's own NTP time never leaves the server: people's clocks differ by seconds, and a browser that sees two clocks
on one slot loses lip sync for half a minute (measured).
"""

from __future__ import annotations

from typing import Final

# A later report that took a faster way shows the offset better; drift of a publisher's clock is followed slowly.
DRIFT: Final = 0.001  # seconds of offset per report
# A capture time that is further off than this is a lie or a fault: fall back to the time of arrival.
MAX_PAST: Final = 3.0  # seconds
MAX_FUTURE: Final = 0.1  # seconds
NTP_EPOCH: Final = 2208988800  # seconds from 1900 to 1970


def to_ntp(wall: float) -> int:
    """64-bit NTP timestamp of a Unix time."""
    return int((wall + NTP_EPOCH) * 4294967296) & 0xFFFFFFFFFFFFFFFF


def from_ntp(ntp: int) -> float:
    """Unix time of a 64-bit NTP timestamp (era 0)."""
    return ntp / 4294967296 - NTP_EPOCH


class PublisherClock:
    """One offset for all of a peer's streams, so that its sound and picture stay together."""

    __slots__ = ("offset",)

    def __init__(self) -> None:
        self.offset: float | None = None  # our monotonic seconds minus the sender's NTP seconds

    def sender_report(self, now: float, ntp_seconds: float) -> None:
        sample = now - ntp_seconds
        if self.offset is None or abs(sample - self.offset) > MAX_PAST:
            self.offset = sample
        else:
            self.offset = min(sample, self.offset + DRIFT)


class StreamClock:
    """Where one stream's RTP timestamps lie on our clock, from its newest sender report."""

    __slots__ = ("_ntp", "_publisher", "_rate", "_rtp")

    def __init__(self, publisher: PublisherClock, rate: int) -> None:
        self._publisher = publisher
        self._rate = rate
        self._ntp: float | None = None
        self._rtp = 0

    def sender_report(self, now: float, ntp_seconds: float, rtp: int) -> None:
        self._publisher.sender_report(now, ntp_seconds)
        self._ntp, self._rtp = ntp_seconds, rtp

    def captured_at(self, now: float, rtp: int) -> float | None:
        """Our time at which `rtp` was captured; None while no sender report (or an absurd one) says so."""
        offset = self._publisher.offset
        if self._ntp is None or offset is None:
            return None
        ahead = ((rtp - self._rtp + 0x80000000) & 0xFFFFFFFF) - 0x80000000
        at = self._ntp + offset + ahead / self._rate
        return at if now - MAX_PAST <= at <= now + MAX_FUTURE else None

    def rtp_at(self, now: float) -> int | None:
        """The sender's RTP timestamp for our time `now`, 32 bits."""
        offset = self._publisher.offset
        if self._ntp is None or offset is None:
            return None
        return int(self._rtp + (now - offset - self._ntp) * self._rate) & 0xFFFFFFFF


class SlotLine:
    """The line that a slot's outgoing timestamps lie on, for the slot's whole life.

    It follows the present source's clock a little at each sender report, and a new source is put on it.
    """

    __slots__ = ("_at", "_rate", "_rtp")

    def __init__(self, now: float, rate: int, first_rtp: int) -> None:
        self._at = now
        self._rate = rate
        self._rtp = first_rtp

    def rtp_at(self, moment: float) -> int:
        return int(self._rtp + (moment - self._at) * self._rate) & 0xFFFFFFFF

    def anchor(self, moment: float, rtp: int) -> None:
        self._at, self._rtp = moment, rtp
