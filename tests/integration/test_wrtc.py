"""A peer that shares nothing with us or with aiortc: libwebrtc, the engine of Chromium, in npm's @roamhq/wrtc."""

from __future__ import annotations

import asyncio
import json
import math
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np

from kinroom.bots.persona import persona
from tests.integration.group import PEOPLE, Group, Watched, meeting, pitch_of, whose_pitch

SCRIPT = Path(__file__).parent / "wrtc/peer.mjs"


class Wrtc:
    """The node process and what it tells."""

    def __init__(self, process: asyncio.subprocess.Process, index: int, changed: Callable[[], None]) -> None:
        self.index = index
        self.me = ""
        self.slots: list[dict[str, str]] = []
        self.frames: Counter[str] = Counter()
        self.corners: dict[str, list[int]] = {}
        self.sounds: dict[str, int | None] = {}
        self.stats: list[dict[str, Any]] = []
        self.state = ""
        self._changed = changed
        self.process = process
        self.task = asyncio.create_task(self._read())

    def mid(self, other: Watched | Wrtc, source: str) -> str | None:
        return next((s["mid"] for s in self.slots if s["participant"] == other.me and s["source"] == source), None)

    def sees(self, other: Watched | Wrtc) -> bool:
        corner = self.corners.get(self.mid(other, "camera") or "")
        return corner is not None and nearest(corner) == other.index

    def hears(self, other: Watched | Wrtc) -> bool:
        return self.sounds.get(self.mid(other, "microphone") or "") == other.index

    def stat(self, kind: str, /, **wanted: object) -> dict[str, Any] | None:
        found = [s for s in self.stats if s["type"] == kind and all(s.get(k) == v for k, v in wanted.items())]
        return found[0] if found else None

    async def _read(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            if not line.endswith(b"\n"):
                return  # ended in the middle of it
            self._take(json.loads(line))
            self._changed()

    def _take(self, told: dict[str, Any]) -> None:
        match told["type"]:
            case "joined":
                self.me = told["you"]
            case "slots":
                self.slots = told["slots"]
            case "picture":
                self.frames[told["mid"]] = told["frames"]
                self.corners[told["mid"]] = told["corner"]
            case "sound":
                pitch = pitch_of(np.array(told["samples"], float), told["rate"])
                self.sounds[told["mid"]] = whose_pitch(pitch)
            case "stats":
                self.stats = told["stats"]
            case "state":
                self.state = told["state"]
            case other:
                raise AssertionError(f"{other}: {told}")


def nearest(corner: list[int]) -> int:
    return min(range(PEOPLE), key=lambda index: math.dist(corner, persona(index).background))


@asynccontextmanager
async def joined(group: Group, index: int) -> AsyncIterator[Wrtc]:
    who = persona(index)
    process = await asyncio.create_subprocess_exec(
        *("node", str(SCRIPT), group.link, who.name, *map(str, who.background), str(who.pitch)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 20,
    )
    peer = Wrtc(process, index, group.changed.set)
    try:
        await group.until(lambda: peer.state == "connected" or peer.task.done(), within=30)
        if peer.task.done():
            peer.task.result()
        yield peer
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 5)
        except TimeoutError:
            process.kill()
        await peer.task


async def test_libwebrtc_and_aiortc_see_and_hear_each_other(tmp_path: Path) -> None:
    async with meeting(tmp_path) as (_, _, group):
        ada, ben = await group.join(0), await group.join(1)
        async with joined(group, 9) as peer:
            await group.until(
                lambda: (
                    all(peer.sees(bot) and peer.hears(bot) for bot in (ada, ben))
                    and all(bot.sees(peer) and bot.hears(peer) for bot in (ada, ben))
                ),
                within=30,
            )
            assert {slot["participant"] for slot in peer.slots} == {ada.me, ben.me}
            mid = peer.mid(ada, "camera")
            assert mid is not None
            start = peer.frames[mid]
            waited = await group.until(lambda: peer.frames[mid] >= start + 45)
            assert waited < 6.0  # 3 s at 15 fps
        await group.until(lambda: all(slot.participant != peer.me for slot in ada.bot.slots), within=2)


async def test_two_libwebrtc_peers_and_their_feedback(tmp_path: Path) -> None:
    async with meeting(tmp_path) as (_, _, group), joined(group, 9) as one, joined(group, 4) as other:
        await group.until(
            lambda: one.sees(other) and other.sees(one) and one.hears(other) and other.hears(one), within=30
        )
        # Only with transport-cc feedback that libwebrtc believes does its estimate leave the 300 kbit/s it starts at.
        await group.until(lambda: estimate(one) > 400_000, within=30)
        # And only with our receiver reports does it know a round trip.
        await group.until(lambda: one.stat("remote-inbound-rtp", kind="video") is not None)
        report = one.stat("remote-inbound-rtp", kind="video")
        assert report is not None
        assert 0 <= report["roundTripTime"] < 1
        assert report["packetsLost"] == 0


def estimate(peer: Wrtc) -> float:
    pair = peer.stat("candidate-pair", nominated=True, state="succeeded") or {}
    return float(pair.get("availableOutgoingBitrate", 0))
