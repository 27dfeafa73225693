"""The words of the media plane: ids, sources, grants. Values only."""

from __future__ import annotations

import enum
from typing import NewType

from msgspec import Struct

PeerId = NewType("PeerId", int)
"""One live endpoint. Unique for the life of the node process; never reused."""

WorkerIndex = NewType("WorkerIndex", int)

Mid = NewType("Mid", str)
"""The `a=mid` of one m-line of one peer (RFC 5888)."""


class Source(enum.StrEnum):
    """What a person can offer. Each has its own m-line from the first offer on."""

    MICROPHONE = "microphone"
    CAMERA = "camera"
    SCREEN = "screen"
    SCREEN_SOUND = "screen_sound"

    @property
    def is_audio(self) -> bool:
        return self in (Source.MICROPHONE, Source.SCREEN_SOUND)


class Band(enum.IntEnum):
    """Which pictures get a viewer's bandwidth first; the lower the sooner."""

    NEEDED = 0  # "I need this one": ranks with sound, never squeezed before other media
    SHARE = 1  # shared screens
    FRONT = 2  # pinned, in the spotlight, or of who speaks
    REST = 3


class Grant(Struct, frozen=True):
    """What a peer may do, fixed when it is made. The worker checks it on every offer and attachment."""

    may_send: frozenset[Source]
    may_receive: bool
    goes_first: bool = False  # its voice, where a listener's line carries few: facilitators'


class LostReason(enum.StrEnum):
    """Why a peer's transport ended."""

    CONSENT = "consent"  # nothing authenticated was heard for 30 s (RFC 7675)
    DTLS = "dtls"  # handshake failed or timed out, or the fingerprint did not match
    CLOSED = "closed"  # the browser closed it (DTLS close_notify)
    FAULT = "fault"  # our own error; the worker's log has the traceback
