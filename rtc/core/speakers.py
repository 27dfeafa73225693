"""Who speaks: from the audio levels that browsers put beside each packet (RFC 6464). Nothing is decoded or kept."""

from __future__ import annotations

from typing import Final

from rtc.core.model import PeerId

# Louder than this counts as speech; room noise after browsers' suppression lies around 60 to 80.
SPEECH: Final = 45  # -dBov
EVALUATE_EVERY: Final = 0.200  # seconds
# Share of a window's packets that must be speech: lower reacts to coughs, higher misses soft speakers.
START_SHARE: Final = 0.4
# Stays lit between words.
HOLD: Final = 0.8  # seconds
MIN_PACKETS: Final = 4  # per window of ten; less is DTX


class _Voice:
    __slots__ = ("active", "last_speech", "loudness", "packets", "speaking", "total")

    def __init__(self) -> None:
        self.packets = 0
        self.active = 0
        self.total = 0
        self.loudness = 0.0
        self.speaking = False
        self.last_speech = float("-inf")


class Speakers:
    """Windows of 200 ms per microphone. `now` is monotonic seconds."""

    def __init__(self) -> None:
        self._voices: dict[PeerId, _Voice] = {}
        self._shown: list[PeerId] = []

    def heard(self, peer: PeerId, level: int) -> None:
        """A packet of this peer's microphone, `level` in -dBov (0 loudest)."""
        active = level <= SPEECH
        self.heard_all(peer, 1, int(active), 127 - level if active else 0)

    def heard_all(self, peer: PeerId, packets: int, active: int, loudness: int) -> None:
        """The same for many: `active` of them speech, whose levels above silence (-127 dBov) have that sum."""
        voice = self._voices.get(peer)
        if voice is None:
            voice = self._voices[peer] = _Voice()
        voice.packets += packets
        voice.active += active
        voice.total += loudness

    def forget(self, peer: PeerId) -> None:
        """Muted, held or gone."""
        self._voices.pop(peer, None)

    @property
    def shown(self) -> list[PeerId]:
        """Who speaks, loudest first, as of the last evaluation."""
        return self._shown

    def loudness(self, peer: PeerId) -> float:
        """0 for whoever does not speak."""
        voice = self._voices.get(peer)
        return voice.loudness if voice is not None and voice.speaking else 0.0

    def evaluate(self, now: float) -> list[PeerId] | None:
        """Call every 200 ms. The speakers, loudest first; None if nothing changed."""
        for voice in self._voices.values():
            self._close_window(now, voice)
        speaking = [(v.loudness, peer) for peer, v in self._voices.items() if v.speaking]
        shown = [peer for _, peer in sorted(speaking, reverse=True)]
        if shown == self._shown:
            return None
        self._shown = shown
        return list(shown)

    @staticmethod
    def _close_window(now: float, voice: _Voice) -> None:
        if voice.packets >= MIN_PACKETS and voice.active >= START_SHARE * voice.packets:
            voice.last_speech = now
            # Smoothed, so that two people in a talk do not swap places with every syllable.
            voice.loudness += (voice.total / voice.active - voice.loudness) * 0.3
        voice.speaking = now - voice.last_speech < HOLD
        voice.packets = voice.active = voice.total = 0
