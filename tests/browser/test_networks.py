"""What networks do to people: no UDP, another address, a NAT that forgets, a laptop asleep. Figures: `pytest -s`.

People here sit in a namespace of their own, with one line to the server's; its signalling comes to their localhost by a
pipe that can be lost without a word, as connections are when a network goes.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from msgspec import Struct

from bench.lab.authority import Authority
from bench.lab.browsers import Browsers, Page, trust
from bench.lab.coturn import Coturn
from bench.lab.netns import STREET, Home, Namespace, home, remove_leftovers
from bench.lab.pipe import Pipe
from bench.lab.server import Server
from tests.browser.conftest import MEDIA_PORT, Group
from tests.browser.people import Person

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(100)]

RELAY = "relay.kinroom.test"
CREDENTIALS = 10  # seconds that the relay's are good for: the least that there can be
ALLOCATED = 12  # seconds for which the relay holds what it gave, until that is renewed; Firefox takes none under 10

CONNECTED = 5.0  # seconds from the tap to a moving picture, where UDP is blocked
MOVED = 4.0  # seconds without a picture after a change of network

# Which way the media goes: [kind of the own candidate, protocol, protocol to the relay].
WAY = """async () => {
  const reports = new Map([...(await kinroom.pc().getStats()).values()].map((report) => [report.id, report]));
  for (const pair of reports.values()) {
    if (pair.type !== "candidate-pair" || pair.state !== "succeeded" || !(pair.nominated || pair.selected)) continue;
    const own = reports.get(pair.localCandidateId);
    if (pair.bytesReceived > 0) return [own.candidateType, own.protocol, own.relayProtocol ?? null];
  }
  return null;
}"""

# For so many seconds: whose frames were shown when, in wall clock milliseconds.
FRAMES = """async (seconds) => {
  const shown = {};
  const followed = new WeakSet();
  const until = Date.now() + seconds * 1000;
  const follow = (video, participant) => {
    const note = () => {
      (shown[participant] ??= []).push(Date.now());
      if (Date.now() < until) video.requestVideoFrameCallback(note);
    };
    video.requestVideoFrameCallback(note);
  };
  while (Date.now() < until) {
    for (const video of document.querySelectorAll(".tile .video video")) {
      const { participant } = video.closest(".tile").dataset;
      if (participant === kinroom.store.me.value || followed.has(video)) continue;
      followed.add(video);
      follow(video, participant);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return shown;
}"""


class Abroad(Struct):
    """Where people with bad networks sit, and what is on the street."""

    home: Home
    pipe: Pipe
    server: Server
    browsers: Browsers
    authority: Path
    folder: Path

    async def chromium(self) -> Page:
        return await self.browsers.chromium(fps=15, args=["--ignore-certificate-errors"])

    async def firefox(self) -> Page:
        """Takes no certificate that nobody vouches for, not even from a relay."""
        profile = self.folder / f"firefox-{time.monotonic_ns()}"
        await trust(profile, self.authority)
        return await self.browsers.firefox(profile=profile)


@pytest.fixture(scope="module")
def away(inside: Namespace) -> Iterator[Home]:
    remove_leftovers("kinroom-home")
    with home(inside, hosts={RELAY: STREET}) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def abroad(inside: Namespace, away: Home, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Abroad]:
    folder = tmp_path_factory.mktemp("abroad")
    authority = Authority(folder / "authority")
    relay = Coturn(folder, inside, authority, host=RELAY, address=STREET, peer=STREET, lifetime=ALLOCATED)
    settings = {
        "KINROOM_TURN_URLS": relay.url,
        "KINROOM_TURN_SECRET": relay.secret,
        "KINROOM_TURN_TTL": str(CREDENTIALS),
    }
    server = Server(
        folder / "data", inside, announce=STREET, media_host=STREET, media_port=MEDIA_PORT, settings=settings
    )
    async with relay, server, Pipe(away, inside) as pipe, Browsers(away) as browsers:
        yield Abroad(away, pipe, server, browsers, authority.certificate, folder)


@pytest_asyncio.fixture(loop_scope="session")
async def group(browsers: Browsers, abroad: Abroad) -> AsyncIterator[Group]:
    """`come` brings people with a good line."""
    one = Group(browsers, abroad.server)
    await one.open()
    try:
        yield one
    finally:
        await one.go()


async def comes(group: Group, page: Page, name: str) -> tuple[Person, float]:
    """Seconds from the tap until somebody else's picture moves."""
    others = list(group.people)
    person = Person(page, name)
    group.people.append(person)
    await page.viewport(640, 480)
    await person.open(group.link)
    began = time.monotonic()
    await person.press_join()
    await person.be_in()
    await person.see(others)
    return person, time.monotonic() - began


async def way(person: Person) -> list[str | None]:
    found: list[str | None] = await person.page.wait_for(f"({WAY})()")
    return found


@contextlib.asynccontextmanager
async def watched(*viewers: Person, seconds: float) -> AsyncIterator[dict[str, dict[str, float]]]:
    """`viewer -> whom they see -> longest time in seconds without a new frame`, from the body's start on."""
    gaps: dict[str, dict[str, float]] = {}
    watches = [asyncio.create_task(viewer.page.call(FRAMES, seconds)) for viewer in viewers]
    await asyncio.gather(*(viewer.page.evaluate("1") for viewer in viewers))
    began = time.time() * 1000
    yield gaps
    for viewer, shown in zip(viewers, await asyncio.gather(*watches), strict=True):
        gaps[viewer.name] = {whom: longest_gap(times, began, began + seconds * 1000) for whom, times in shown.items()}


def longest_gap(times: list[float], began: float, ended: float) -> float:
    looks = [began, *(at for at in times if began < at < ended - 500), ended - 500]
    return max(after - before for before, after in itertools.pairwise(looks)) / 1000


def tell(what: str, figures: Mapping[str, Any]) -> None:
    print(f"\n{what}: " + ", ".join(f"{name} {figure}" for name, figure in figures.items()))


async def test_without_udp_a_relay_on_the_port_of_web_pages_carries_the_group(group: Group, abroad: Abroad) -> None:
    [ben] = await group.come("Ben")
    with abroad.home.without("ipproto", "udp"), abroad.home.without("ipproto", "tcp", "dport", str(MEDIA_PORT)):
        ann, ann_took = await comes(group, await abroad.chromium(), "Ann")
        finn, finn_took = await comes(group, await abroad.firefox(), "Finn")
        tell("TURN over TLS, s to the first picture", {"Chromium": ann_took, "Firefox": finn_took})
        await ben.see([ann, finn])
        assert await way(ann) == await way(finn) == ["relay", "udp", "tls"]
    assert ann_took < CONNECTED
    assert finn_took < CONNECTED
