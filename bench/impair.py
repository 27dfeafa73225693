"""What a bad network does to people in a group, in stock browsers: `python -m bench impair`.

A real server, and at home a browser with the real page, behind a proxy that impairs its line (`lab/proxy.py`); the
others are people of packets on lines of their own (`lab/actors.py`), since two cores hold no five browsers. Where the
bad line is that of the one who sends, a second browser with a good one looks and listens.
"""

from __future__ import annotations

import asyncio
import enum
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from pathlib import Path

from msgspec import Struct

from bench.lab import sensed
from bench.lab.actors import Actor, acting
from bench.lab.authority import Authority
from bench.lab.browsers import SENSES, SMALL, Browsers, Page, trust
from bench.lab.coturn import Coturn
from bench.lab.door import IN_THE_ROOM, come_in
from bench.lab.dtls import Identity
from bench.lab.impair import Rule
from bench.lab.lead import member
from bench.lab.netns import BEHIND_STREET, STREET, Home, Namespace, home, namespace
from bench.lab.pipe import Pipe
from bench.lab.priority import favoured
from bench.lab.proxy import Proxy, Rules
from bench.lab.recorded import Recorded, record
from bench.lab.sensed import Heard, Sensed, Shown, Span
from bench.lab.server import Server
from bench.lab.sounds import quiet_room
from rtc import PeerId, Run
from signaling import protocol as p


class Browser(enum.StrEnum):
    CHROMIUM = "chromium"
    FIREFOX = "firefox"


class Setting(enum.StrEnum):
    """Who is on the bad line."""

    VIEWER = "viewer"  # a page that looks at four people of packets
    SENDER = "sender"  # one that another page looks at, with two people of packets
    BEHIND_WALL = "behind a wall"  # a viewer whose network may block; there are TCP and a relay


MEDIA_PORT = 5004
PAGE = ("127.0.0.1", 8080)
RELAY = "relay.kinroom.test"
SMALL_CAMERA = (320, 180, 15)  # of who only looks: width, height, frames/s
LARGE_CAMERA = (1280, 720, 15)  # three encodings
WINDOW = (1024, 660)  # in which the picture in front can use 720 lines
NAME = "Sam"
SETTLED = 5.0  # seconds without impairment just before a fault: what they show is taken off
UNTIL_TALL = 25.0  # seconds for the picture in front to be as tall as it gets
STATS_AGE = 2.5  # seconds until the worker's statistics tell of everything so far

UFRAG = "kinroom.pc().localDescription.sdp.match(/a=ice-ufrag:(.*)/)[1].trim()"
SLOTS = "kinroom.slots().map(({ mid, participant, source }) => [mid, participant, source])"
SHOW_ONESELF = "async (on) => { await kinroom.store.setMuted(!on); await kinroom.store.setCamera(on); }"


class Result(Struct, frozen=True):
    """One fault. Concealment in per cent, over that of the quiet seconds before; None: there was nothing to count.

    `adapt_s`: from the fault's begin until three seconds without trouble began; None: not in time, or the fault is one
    that nothing can be done about. `recover_s`: from
    its end until the picture in front was as tall as before and the sound clean; None: not in time.
    """

    scenario: str
    browser: str
    audio_concealment_pct: float | None
    longest_freeze_ms: float
    adapt_s: float | None
    recover_s: float | None
    others_affected: int


class Fault(Struct, frozen=True):
    """`blackout`: nobody could hear anything, so concealment counts from its end on."""

    name: str
    seconds: float
    rules: Rules
    blackout: bool = False
    rebinding: bool = False  # at its begin the server sees the page at a new port
    moves: bool = False  # at its begin the page is in another network, and its signalling is lost
    blocked: tuple[tuple[str, ...], ...] = ()  # what does not pass, as ip-rule(8) names it; the page comes anew


class Scenario(Struct, frozen=True):
    """Faults one after the other, on a line that is otherwise as `base`. `tail`: seconds of it at the end."""

    name: str
    faults: tuple[Fault, ...]
    base: Rules = Rules()
    tail: float = 4.0
    setting: Setting = Setting.VIEWER
    all_talk: bool = False
    silent: bool = False  # the page's own microphone and camera are off


def _line(kbps: float, up: bool = False) -> Rules:
    rate = (Rule(rate=kbps * 1000),)
    return Rules(up=rate) if up else Rules(down=rate)


def _steps(name: str, up: bool) -> Scenario:
    narrow = tuple(Fault(f"{name}-{kbps}", seconds, _line(kbps, up)) for kbps, seconds in ((300, 12.0), (100, 25.0)))
    return Scenario(name, narrow, base=_line(2000, up), tail=15.0, setting=Setting.SENDER if up else Setting.VIEWER)


def _loss(percent: int) -> Scenario:
    name = f"loss-{percent}"
    return Scenario(name, (Fault(name, 15.0, Rules(down=(Rule(loss=percent / 100),))),))


_NO_UDP = ("ipproto", "udp")
_NO_MEDIA_PORT = ("ipproto", "tcp", "dport", str(MEDIA_PORT))

SCENARIOS = (
    Scenario("none", (Fault("none", 15.0, Rules()),)),
    _steps("downlink", up=False),
    Scenario(
        "downlink-100-all",
        (Fault("downlink-100-all", 20.0, _line(100)),),
        base=_line(2000),
        all_talk=True,
    ),
    *(_loss(percent) for percent in (1, 5, 10, 20)),
    Scenario("rtt-300", (Fault("rtt-300", 10.0, Rules((Rule(delay=0.15),), (Rule(delay=0.15),))),)),
    Scenario("jitter-200", (Fault("jitter-200", 10.0, Rules(down=(Rule(jitter=0.2),))),)),
    Scenario(
        "blackout-5",
        (Fault("blackout-5", 5.0, Rules((Rule(blackout=True),), (Rule(blackout=True),)), True),),
        tail=15.0,
    ),
    *(
        Scenario(name, (Fault(name, 0.0, Rules(), rebinding=True),), tail=6.0, silent=name == "rebinding-silent")
        for name in ("rebinding", "rebinding-silent")
    ),
    Scenario("interface", (Fault("interface", 0.0, Rules(), moves=True),), tail=12.0),
    _steps("uplink", up=True),
    *(
        Scenario(name, (Fault(name, 15.0, Rules(), blocked=walls),), tail=0.0, setting=Setting.BEHIND_WALL)
        for name, walls in (("tcp", (_NO_UDP,)), ("turn", (_NO_UDP, _NO_MEDIA_PORT)))
    ),
)


def named(only: Iterable[str]) -> list[Scenario]:
    """Those with one of these names, or with a fault of such a name; all if nothing is asked for. Raises ValueError."""
    wanted = set(only)
    unknown = wanted - {name for scenario in SCENARIOS for name in _names(scenario)}
    if unknown:
        raise ValueError(f"no scenario is called {', '.join(sorted(unknown))}")
    return [scenario for scenario in SCENARIOS if not wanted or wanted & _names(scenario)]


def _names(scenario: Scenario) -> set[str]:
    return {scenario.name, *(fault.name for fault in scenario.faults)}


class Network(Struct):
    """Of the page."""

    home: Home
    line: Pipe  # of signalling
    proxy: Proxy  # of media

    def move(self) -> None:
        self.home.move()
        self.line.lose()


class Stage:
    """A group that goes on from scenario to scenario. Made by `stage()`."""

    def __init__(
        self,
        server: Server,
        session: str,
        network: Network,
        actors: Sequence[Actor],
        page: Page,
        eye: Page,
    ) -> None:
        """`page` has the bad line; `eye` is the page that is measured, maybe the same."""
        self._server = server
        self._network = network
        self._session = session
        self._proxy = network.proxy
        self._actors = actors
        self._page = page
        self._eye = eye
        self._sensed = Sensed()
        self._runs: dict[tuple[PeerId, str, float], Run] = {}
        self._slots: dict[tuple[str, str], str] = {}  # (participant, source) -> m-line
        self._front = ""
        self._offered_at = 0.0  # wall seconds: when the page began to connect anew
        self._speakers: list[str] = []

    @property
    def browser(self) -> str:
        return self._page.browser

    async def play(self, scenario: Scenario) -> list[Result]:
        """One result for each fault."""
        await self._begin(scenario)
        quiet = time.time()
        await asyncio.sleep(SETTLED)
        marks = [time.time()]
        for fault in scenario.faults:
            await self._suffer(fault)
            marks.append(time.time())
        self._impair(scenario.base)
        await asyncio.sleep(scenario.tail)
        end = time.time()
        self._impair(Rules())
        await asyncio.sleep(STATS_AGE)
        await self._read()
        spans = sensed.fed(self._runs.values(), end)
        top = max((note.height for note in self._shown() if quiet <= note.at <= marks[0]), default=0)
        before = sensed.percent(self._made_up(spans, quiet, marks[0]))
        found = []
        for n, fault in enumerate(scenario.faults):
            last = n + 1 == len(scenario.faults)
            since, until = marks[n], end if last else marks[n + 1]
            found.append(self._judge(fault, spans, since, marks[n + 1], until, top, before or 0.0))
        return found

    async def _suffer(self, fault: Fault) -> None:
        self._impair(fault.rules)
        if fault.rebinding:
            self._proxy.change_address(await self._page.evaluate(UFRAG))
        if fault.moves:
            self._network.move()
        with ExitStack() as walls:
            for packets in fault.blocked:
                walls.enter_context(self._network.home.without(*packets))
            if fault.blocked:
                await self._come_anew()
            await asyncio.sleep(fault.seconds)
            if fault.blocked:
                await self._read()

    async def _come_anew(self) -> None:
        """Loads the page again, until its offer."""
        await self._read()
        await self._page.reload()
        await self._page.wait_for("Boolean(window.kinroom?.pc())")
        self._offered_at = time.time()
        await self._page.wait_for(IN_THE_ROOM, 30.0)
        await self._listen()

    async def _listen(self) -> None:
        await self._eye.call("(ids) => senses.listen(ids)", self._speakers)
        slots = await self._eye.evaluate(SLOTS)
        self._slots = {(participant, source): mid for mid, participant, source in slots}

    async def _begin(self, scenario: Scenario) -> None:
        """Until the picture in front is as tall as this page shows it."""
        sends = scenario.setting is Setting.SENDER
        for n, actor in enumerate(self._actors):
            actor.voice.talks = not sends and (n == 0 or scenario.all_talk)
        people = [actor.member.id for actor in self._actors]
        me = await self._page.evaluate("kinroom.store.me.value")
        self._speakers = [me] if sends else people if scenario.all_talk else people[:1]
        self._front = me if sends else people[0]
        await self._actors[0].member.ask(p.Spotlight, room="main", participant=self._front)
        await self._page.call(SHOW_ONESELF, not scenario.silent)
        await self._listen()
        self._impair(scenario.base)
        await self._until_tall()

    async def _until_tall(self) -> None:
        """Until the height of the picture in front has not grown for three seconds."""
        deadline = time.monotonic() + UNTIL_TALL
        tallest, since = 0, time.monotonic()
        while time.monotonic() < min(deadline, since + 3.0):
            await asyncio.sleep(0.5)
            await self._read()
            height = max((note.height for note in self._shown()[-15:]), default=0)
            if height > tallest or height == 0:
                tallest, since = height, time.monotonic()

    def _impair(self, rules: Rules) -> None:
        """Every connection of the page: one that it opens meanwhile has another fragment."""
        self._proxy.set_default(rules.up, rules.down)

    async def _read(self) -> None:
        self._sensed.add(await self._eye.evaluate("senses.take()"))
        told = await self._server.stats(self._session)
        me = await self._eye.evaluate("kinroom.store.me.value")
        for peer in told.worker.peers:
            if peer.peer == told.participants.get(me):
                self._runs |= {(peer.peer, run.mid, run.at): run for run in peer.runs}

    def _shown(self) -> list[Shown]:
        return self._sensed.shown.get(self._slots.get((self._front, "camera"), ""), [])

    def _sounds(self) -> list[tuple[str, list[Heard]]]:
        mids = [self._slots[who, "microphone"] for who in self._speakers if (who, "microphone") in self._slots]
        return [(mid, self._sensed.heard.get(mid, [])) for mid in mids]

    def _made_up(self, spans: dict[str, list[Span]], since: float, until: float) -> list[tuple[int, int]]:
        return [sensed.made_up(notes, spans.get(mid, []), since, until) for mid, notes in self._sounds()]

    def _judge(
        self,
        fault: Fault,
        spans: dict[str, list[Span]],
        since: float,
        over: float,
        until: float,
        top: int,
        before: float,
    ) -> Result:
        """`over`: the fault's end; `until`: what follows it belongs to it."""
        if fault.blocked:
            since = self._offered_at
        counted = (over, until) if fault.blackout or since == over else (since, over)
        concealed = sensed.percent(self._made_up(spans, *counted))
        stops = [
            gap
            for (who, source), mid in self._slots.items()
            if source == "camera" and (who == self._front or not self._of_the_bad_line(who))
            for gap in sensed.gaps(self._sensed.shown.get(mid, []), spans.get(mid, []), since, until)
            if gap[0] >= since or not fault.blocked  # the page that was there before is another
        ]
        frozen = [gap for gap in stops if gap[1] - gap[0] > sensed.FREEZE]
        unclean, rough = (
            [
                span
                for mid, notes in self._sounds()
                for span in sensed.murmurs(notes, spans.get(mid, []), share)
                if span[1] > since
            ]
            for share in (sensed.LITTLE_MADE_UP, sensed.MUCH_MADE_UP)
        )
        return Result(
            scenario=fault.name,
            browser=self.browser,
            audio_concealment_pct=None if concealed is None else round(max(0.0, concealed - before), 2),
            longest_freeze_ms=sensed.longest(stops),
            adapt_s=self._adapted(fault, [*frozen, *rough], since, over) if counted == (since, over) else None,
            recover_s=self._recovered([*frozen, *unclean], over, until, top) if until > over else None,
            others_affected=self._others(since, until),
        )

    def _adapted(self, fault: Fault, trouble: Sequence[Span], since: float, over: float) -> float | None:
        """Who comes anew has adapted with the first frame."""
        return sensed.tall_after(self._shown(), 1, since) if fault.blocked else sensed.calm_after(trouble, since, over)

    def _recovered(self, trouble: Sequence[Span], over: float, until: float, top: int) -> float | None:
        tall = sensed.tall_after(self._shown(), top, over)
        calm = sensed.calm_after([span for span in trouble if span[1] > over], over, until)
        return None if tall is None or calm is None else max(tall, calm)

    def _of_the_bad_line(self, participant: str) -> bool:
        return participant not in {actor.member.id for actor in self._actors}

    def _others(self, since: float, until: float) -> int:
        """People for whom somebody's picture stood still that does not come from the bad line."""
        now = time.time()
        return sum(
            any(
                not self._of_the_bad_line(pause.participant) and pause.until > since and pause.since < until
                for pause in actor.stopped(now)
            )
            for actor in self._actors
        )


@asynccontextmanager
async def stage(
    inside: Namespace,
    away: Home,
    folder: Path,
    browser: Browser,
    setting: Setting = Setting.VIEWER,
    seed: int = 1,
) -> AsyncIterator[Stage]:
    """Five people: four of packets and a browser, or two and two browsers. These are in `away`, the server `inside`."""
    async with AsyncExitStack() as stack:
        recorded = await asyncio.to_thread(record, seed)
        authority = await asyncio.to_thread(Authority, folder / "authority")
        street, hidden = (STREET, MEDIA_PORT), (BEHIND_STREET, MEDIA_PORT)
        settings = {}
        if setting is Setting.BEHIND_WALL:
            relay = Coturn(folder / "relay", inside, authority, host=RELAY, address=STREET, peer=STREET)
            settings = {"KINROOM_TURN_URLS": relay.url, "KINROOM_TURN_SECRET": relay.secret}
            await stack.enter_async_context(relay)
            await stack.enter_async_context(Pipe(inside, street, inside, hidden))
        waiting = Server(folder / "data", inside, STREET, BEHIND_STREET, MEDIA_PORT, settings=settings)
        server = await stack.enter_async_context(waiting)
        proxy = await stack.enter_async_context(Proxy(street, hidden, seed, inside.socket))
        line = await stack.enter_async_context(Pipe(away, PAGE, inside, PAGE))
        browsers = await stack.enter_async_context(Browsers(away))
        sends = setting is Setting.SENDER
        made = await server.create_session(25, links=[{"roles": ["facilitator"]}])
        link, leading = made.links
        actors = await _actors(stack, server, [leading.token, *[link.token] * (1 if sends else 3)], recorded, inside)
        await stack.enter_async_context(acting(actors))
        for actor in actors:
            await actor.publish()
        quiet = await asyncio.to_thread(quiet_room, folder / "quiet.wav")
        fps = (LARGE_CAMERA if sends else SMALL_CAMERA)[2]
        page = await _browser(browsers, browser, folder, authority, fps, None if sends else quiet)
        await _come(page, link.url, NAME, LARGE_CAMERA if sends else SMALL_CAMERA)
        eye = page
        if sends:
            eye = await _browser(browsers, Browser.CHROMIUM, folder, authority, SMALL_CAMERA[2], quiet)
            await _come(eye, link.url, "Vera", SMALL_CAMERA)
            proxy.set_rules(await eye.evaluate(UFRAG))  # none: a good line
        people = [actor.member.id for actor in actors]
        for one in {page, eye}:
            people.append(await one.evaluate("kinroom.store.me.value"))
        for actor in actors:
            await actor.look(people)
        stack.enter_context(favoured())
        yield Stage(server, made.session, Network(away, line, proxy), actors, page, eye)


async def _browser(
    browsers: Browsers, browser: Browser, folder: Path, authority: Authority, fps: int, sound: Path | None
) -> Page:
    """One that takes our relay's certificate. `sound`: of a Chromium's microphone, in place of its own beeps."""
    if browser is Browser.CHROMIUM:
        return await browsers.chromium(fps=fps, sound=sound, args=["--ignore-certificate-errors"])
    profile = folder / "firefox"
    await trust(profile, authority.certificate)
    return await browsers.firefox(profile=profile)


async def _actors(
    stack: AsyncExitStack, server: Server, tokens: Sequence[str], recorded: Recorded, inside: Namespace
) -> list[Actor]:
    identity = Identity()
    actors = []
    for n, token in enumerate(tokens):
        seat = await stack.enter_async_context(member(server, token, f"Person {n + 1}"))
        actors.append(await Actor.come(seat, recorded, identity, inside.socket, (STREET, BEHIND_STREET)))
    return actors


async def _come(page: Page, link: str, name: str, camera: tuple[int, int, int]) -> None:
    await page.viewport(*WINDOW)
    await page.inject(SMALL, *camera)
    await page.inject(SENSES)
    await page.open(link)
    await come_in(page, name)


async def measure(only: Sequence[str], browsers_: Sequence[Browser], seed: int) -> AsyncIterator[Result]:
    """One after the other, each scenario in each browser."""
    wanted = named(only)
    for browser in browsers_:
        for setting in Setting:
            some = [scenario for scenario in wanted if scenario.setting is setting]
            if not some:
                continue
            with (
                namespace("kinroom-impair") as inside,
                home(inside, hosts={RELAY: STREET}) as away,
                tempfile.TemporaryDirectory() as folder,
            ):
                async with stage(inside, away, Path(folder), browser, setting, seed) as group:
                    for scenario in some:
                        print(f"{scenario.name} in {browser}", file=sys.stderr, flush=True)
                        for result in await group.play(scenario):
                            if not only or scenario.name in only or result.scenario in only:
                                yield result
