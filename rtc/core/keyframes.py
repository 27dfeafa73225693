"""When to ask a publisher for a key frame: one request in flight per source, repeated while anyone waits."""

from __future__ import annotations

from typing import Final

# libwebrtc's kMinKeyframeSendIntervalMs is 300: a second request within it is ignored by the browser.
REPEAT_AFTER: Final = 0.320  # seconds


class KeyFrameRequests:
    """RFC 4585 6.3.1: N viewers ask, one key frame is made."""

    __slots__ = ("_asked_at", "_waiting", "sent")

    def __init__(self) -> None:
        self._asked_at = float("-inf")
        self._waiting = False
        self.sent = 0

    @property
    def waiting(self) -> bool:
        return self._waiting

    def want(self) -> None:
        """Somebody cannot go on without a key frame."""
        self._waiting = True

    def due(self, now: float) -> bool:
        """True when a request is to be sent now; the caller sends it."""
        if not self._waiting or now - self._asked_at < REPEAT_AFTER:
            return False
        self._asked_at = now
        self.sent += 1
        return True

    def arrived(self) -> None:
        self._waiting = False
