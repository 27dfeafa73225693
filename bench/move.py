"""What a move costs, in real browsers: from the facilitator's command to the new partner's first sound and picture.

A real server and Chromium in a network namespace of their own; every page is the real one, with its camera small and
its microphone always sending. All change partners at once, again and again. The worker says which RTP timestamps it
forwarded from whom on which slot (`KINROOM_TRACE`), the pages note what arrived (`lab/watch.js`).
"""

from __future__ import annotations

import asyncio
import itertools
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from msgspec import Struct

from bench.lab.browsers import SMALL, WATCH, Browsers, Page
from bench.lab.door import come_in
from bench.lab.impair import Rule
from bench.lab.lead import Member, member
from bench.lab.moved import Noted, delay_ms, percentile, run_of, strays
from bench.lab.netns import ADDRESS, SECOND_ADDRESS, Namespace, namespace
from bench.lab.pairings import Rooms, moves, pairings, partners
from bench.lab.priority import favoured
from bench.lab.proxy import Proxy
from bench.lab.server import Server, SessionStats
from bench.lab.sounds import singing
from rtc import PeerId, Run, Source
from rtc.core.router import AUDIO_CLOCK
from signaling import protocol as p

MEDIA_PORT = 5004
CAMERA = (160, 90, 15)  # width, height, frames/s: six encoders and six decoders on two cores
WINDOW = (320, 240)  # six pages are painted by hand here
# Nobody sees themselves, as many choose: a picture less for each page to paint.
UNSEEN = "() => localStorage.setItem('kinroom.selfHidden', 'true')"
EVERY = 1.5  # seconds between two commands; figures come from the first 1.2
SETTLE = 3.0  # seconds: encoders at their rate, buffers at their length
STATS_AGE = 2.5  # seconds until the worker's statistics tell of everything so far

IN_A_PAIR = "kinroom.store.roomView.value?.kind === 'pair'"
SEES_SOMEBODY = """[...kinroom.store.pictures.value.values()].some(
  ({ participant, state }) => participant !== kinroom.store.me.value && state === "live",
)"""


class Result(Struct, frozen=True):
    """Milliseconds from the command. `heard`: when the browser's own jitter buffer plays it."""

    moves: int
    audio_p50_ms: float
    audio_p95_ms: float
    audio_heard_p95_ms: float
    frame_p50_ms: float
    frame_p95_ms: float
    sdp_exchanges: int
    stray_packets: int


class Move(Struct, frozen=True):
    """One command."""

    at: float  # wall seconds, just before it left
    partners: dict[str, str]


class _Viewer(Struct):
    """One person: their page, and all that is known of what came to it."""

    page: Page
    id: str
    noted: Noted
    runs: dict[tuple[str, float], Run]  # by m-line and beginning: each is told again and again


class _Group:
    """The people and who leads them."""

    def __init__(self, server: Server, session: str, lead: Member, sound: Path) -> None:
        """`sound`: what everybody's microphone gives, without a pause: else it is told how soon somebody speaks."""
        self._server = server
        self._sound = sound
        self._session = session
        self._lead = lead
        self.viewers: list[_Viewer] = []
        self.peers: dict[str, PeerId] = {}

    async def come(self, browsers: Browsers, link: str, name: str) -> None:
        page = await browsers.chromium(fps=CAMERA[2], sound=self._sound)
        await page.viewport(*WINDOW)
        await page.bypass_csp()  # the page loads no worker of ours otherwise
        await page.inject(SMALL, *CAMERA)
        await page.inject(WATCH)
        await page.inject(UNSEEN)
        await page.open(link)
        await come_in(page, name, camera=False)
        me = await page.evaluate("kinroom.store.me.value")
        self.viewers.append(_Viewer(page, me, Noted(), {}))

    async def pair_up(self, rooms: Rooms) -> list[str]:
        """The rooms' ids. Cameras go on inside them: a picture each, not one of everybody."""
        await self._lead.ask(p.PlanRooms, how="size", count=2)
        await self._lead.ask(p.EditPlan, rooms=rooms)
        await self._lead.ask(p.OpenRooms, minutes=None, late="ask")
        for viewer in self.viewers:
            await viewer.page.wait_for(IN_A_PAIR)
            await viewer.page.click(".control[data-action=camera]")
        for viewer in self.viewers:
            await viewer.page.wait_for(SEES_SOMEBODY, 30)
        board = self._lead.board
        assert board is not None
        return [room.id for room in board.rooms]

    async def move(self, moved: Sequence[tuple[str, str]], after: Rooms) -> Move:
        at = time.time()
        await self._lead.ask(p.MovePeople, moves=tuple(moved))
        return Move(at, partners(after))

    async def read(self) -> None:
        """What was noted and told since the last time."""
        taken = await asyncio.gather(*(viewer.page.evaluate("watched.take()") for viewer in self.viewers))
        told: SessionStats = await self._server.stats(self._session)
        self.peers = dict(told.participants)
        runs = {peer.peer: peer.runs for peer in told.worker.peers}
        for viewer, notes in zip(self.viewers, taken, strict=True):
            viewer.noted.add(notes)
            viewer.runs |= {(run.mid, run.at): run for run in runs.get(told.participants[viewer.id], ())}

    def forget(self) -> None:
        """What was before the first move counts for nothing."""
        for viewer in self.viewers:
            viewer.noted = Noted()


async def measure(people: int = 6, count: int = 40, rtt: float = 0, seed: int = 1) -> Result:
    """`rtt`: milliseconds there and back, of each person's own line."""
    with namespace("kinroom-move") as inside, tempfile.TemporaryDirectory() as folder:
        async with AsyncExitStack() as stack:
            server = await stack.enter_async_context(_server(inside, Path(folder), rtt))
            browsers = await stack.enter_async_context(Browsers(inside))
            made = await server.create_session(people, links=[{"roles": ["facilitator"]}])
            link, leading = made.links
            lead = await stack.enter_async_context(member(server, leading.token, "Ana"))
            group = _Group(server, made.session, lead, singing(Path(folder) / "singing.wav"))
            for number in range(people):
                await group.come(browsers, link.url, f"Person {number + 1}")
                print(f"{number + 1} of {people} are in", file=sys.stderr, flush=True)
            done = await _move_all(group, count, seed)
            return _result(group, done)


async def _move_all(group: _Group, count: int, seed: int) -> list[Move]:
    rounds = pairings([viewer.id for viewer in group.viewers], count + 1, seed)
    rooms = await group.pair_up(rounds[0])
    await asyncio.sleep(SETTLE)
    await group.read()
    group.forget()
    done = []
    for before, after in itertools.pairwise(rounds):
        following = asyncio.get_running_loop().time() + EVERY
        done.append(await group.move(moves(before, after, rooms), after))
        print(f"move {len(done)} of {count}", file=sys.stderr, flush=True)
        await asyncio.sleep(following - asyncio.get_running_loop().time())
        await group.read()
    await asyncio.sleep(STATS_AGE)
    await group.read()
    return done


def _result(group: _Group, done: Sequence[Move]) -> Result:
    audio, heard, frames = [], [], []
    for move in done:
        for viewer in group.viewers:
            partner = group.peers[move.partners[viewer.id]]
            runs, noted = viewer.runs.values(), viewer.noted
            sound = run_of(runs, partner, Source.MICROPHONE, move.at)
            audio.append(delay_ms(noted.arrived, sound, move.at))
            heard.append(delay_ms(noted.heard, sound, move.at, AUDIO_CLOCK))
            frames.append(delay_ms(noted.shown, run_of(runs, partner, Source.CAMERA, move.at), move.at))
    return Result(
        moves=len(done),
        audio_p50_ms=percentile(audio, 50),
        audio_p95_ms=percentile(audio, 95),
        audio_heard_p95_ms=percentile(heard, 95),
        frame_p50_ms=percentile(frames, 50),
        frame_p95_ms=percentile(frames, 95),
        sdp_exchanges=sum(viewer.noted.offers for viewer in group.viewers),
        stray_packets=sum(
            strays(viewer.noted.arrived, list(viewer.runs.values()), audio=kind)
            for viewer in group.viewers
            for kind in (True, False)
        ),
    )


@asynccontextmanager
async def _server(inside: Namespace, folder: Path, rtt: float) -> AsyncIterator[Server]:
    """Behind a proxy that delays, if there is something to delay."""
    if not rtt:
        async with Server(folder / "data", inside, announce=ADDRESS, media_host=ADDRESS, trace=True) as server:
            yield server
        return
    hidden = Server(folder / "data", inside, ADDRESS, SECOND_ADDRESS, MEDIA_PORT, trace=True)
    proxy = Proxy((ADDRESS, MEDIA_PORT), (SECOND_ADDRESS, MEDIA_PORT), make_socket=inside.socket)
    slow = [Rule(delay=rtt / 2000)]
    with favoured():
        async with hidden as server, proxy:
            proxy.set_default(up=slow, down=slow)
            yield server
