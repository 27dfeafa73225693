"""The media plane's façade. Nobody outside `rtc` imports deeper than this."""
# ruff: noqa: E402  # what may be compiled is imported once that is known

from rtc import compiled

IS_COMPILED = compiled.use()

from rtc.core.changes import Attach, Change, Detach, Hold, Rank, Release, Renew, Want
from rtc.core.model import Band, Grant, LostReason, Mid, PeerId, Source, WorkerIndex
from rtc.core.stats import PeerStats, PublicationStats, Run, SubscriptionStats, WorkerStats
from rtc.shell.engine import (
    Answer,
    Engine,
    EngineEvent,
    EngineSettings,
    LayersNeeded,
    MediaRefused,
    OfferRefusedError,
    PeerConnected,
    PeerLost,
    PicturesSqueezed,
    SlotFlowing,
    SpeakersChanged,
    WorkerDied,
    WorkerGoneError,
)

__all__ = [
    "Answer",
    "Attach",
    "Band",
    "Change",
    "Detach",
    "Engine",
    "EngineEvent",
    "EngineSettings",
    "Grant",
    "Hold",
    "LayersNeeded",
    "LostReason",
    "MediaRefused",
    "Mid",
    "OfferRefusedError",
    "PeerConnected",
    "PeerId",
    "PeerLost",
    "PeerStats",
    "PicturesSqueezed",
    "PublicationStats",
    "Rank",
    "Release",
    "Renew",
    "Run",
    "SlotFlowing",
    "Source",
    "SpeakersChanged",
    "SubscriptionStats",
    "Want",
    "WorkerDied",
    "WorkerGoneError",
    "WorkerIndex",
    "WorkerStats",
]
