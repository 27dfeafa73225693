"""The media plane's façade. Nobody outside `rtc` imports deeper than this."""

from rtc.core.changes import Attach, Change, Detach, Hold, Release, Renew
from rtc.core.model import Grant, LostReason, Mid, PeerId, Source, WorkerIndex
from rtc.core.stats import PeerStats, PublicationStats, Run, SubscriptionStats, WorkerStats
from rtc.shell.engine import (
    Answer,
    Engine,
    EngineEvent,
    EngineSettings,
    MediaRefused,
    OfferRefusedError,
    PeerConnected,
    PeerLost,
    SlotFlowing,
    SpeakersChanged,
    WorkerDied,
    WorkerGoneError,
)

__all__ = [
    "Answer",
    "Attach",
    "Change",
    "Detach",
    "Engine",
    "EngineEvent",
    "EngineSettings",
    "Grant",
    "Hold",
    "LostReason",
    "MediaRefused",
    "Mid",
    "OfferRefusedError",
    "PeerConnected",
    "PeerId",
    "PeerLost",
    "PeerStats",
    "PublicationStats",
    "Release",
    "Renew",
    "Run",
    "SlotFlowing",
    "Source",
    "SpeakersChanged",
    "SubscriptionStats",
    "WorkerDied",
    "WorkerGoneError",
    "WorkerIndex",
    "WorkerStats",
]
