"""One namespace with its browsers for all tests here; a server, and people in it, for each test.

A test says who comes with `await group.come("Ann", "Ben")` (Chromium) and `await group.come_in_firefox("Finn")`: nobody
has to be let in. With `await group.guard("Ana")` a facilitator leads, and everybody else waits for her tap.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bench.lab.browsers import SMALL, Browsers, Page
from bench.lab.netns import ADDRESS, SECOND_ADDRESS, Namespace, namespace, remove_leftovers
from bench.lab.proxy import Proxy
from bench.lab.server import Server
from tests.browser.people import Person

MEDIA_PORT = 5004
# Not a phone: a live tile for everybody, all controls. Firefox paints by hand here, which in a large window takes more
# than its media.
WINDOW = (640, 480)
WIDE = (1024, 700)


@pytest.fixture(scope="session")
def inside() -> Iterator[Namespace]:
    if os.geteuid() != 0 and not os.environ.get("CI"):
        pytest.skip("browser tests make a network namespace: run them as root")
    remove_leftovers("kinroom-browser")
    with namespace("kinroom-browser") as made:
        yield made


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browsers(inside: Namespace) -> AsyncIterator[Browsers]:
    async with Browsers(inside) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def server(inside: Namespace, tmp_path: Path) -> AsyncIterator[Server]:
    async with Server(tmp_path / "data", inside, announce=ADDRESS, media_host=ADDRESS) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def hidden_server(inside: Namespace, tmp_path: Path) -> AsyncIterator[Server]:
    """Announces the proxy's address but listens on another."""
    hidden = Server(tmp_path / "data", inside, announce=ADDRESS, media_host=SECOND_ADDRESS, media_port=MEDIA_PORT)
    async with hidden as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def proxy(inside: Namespace, hidden_server: Server) -> AsyncIterator[Proxy]:
    async with Proxy((ADDRESS, MEDIA_PORT), (SECOND_ADDRESS, MEDIA_PORT), make_socket=inside.socket) as running:
        yield running


class Group:
    """People who come to one session by one link. Once it is guarded, each of them is let in by who leads it.

    `camera`: width, height and frames/s of who comes from then on, and that their microphones are taken as they are:
    where many encode on few cores.
    """

    def __init__(self, browsers: Browsers, server: Server) -> None:
        self.server = server
        self.people: list[Person] = []
        self.session = ""
        self.lead: Person | None = None
        self.camera: tuple[int, int, int] | None = None
        self._browsers = browsers
        self._token = self._leading = ""

    async def open(self) -> None:
        made = await self.server.create_session(people=25, links=[{"roles": ["facilitator"]}])
        self.session, self._token, self._leading = made.session, made.links[0].token, made.links[1].token

    async def come_to_lead(self, name: str) -> Person:
        """Without a door: a facilitator, who may share a screen."""
        person = await self._seated(await self.browser(), name)
        await person.join(f"{self.server.url}/join#{self._leading}")
        return person

    async def guard(self, name: str) -> Person:
        """Another session, with a door: `name` leads it."""
        made = await self.server.create_session(people=25, links=[{"roles": ["facilitator"]}], knocks=True)
        self.session, self._token = made.session, made.links[0].token
        self.lead = Person(await self.browser(), name)
        self.people.append(self.lead)
        await self.lead.page.viewport(*WIDE)  # room for the list of who waits
        await self.lead.join(f"{self.server.url}/join#{made.links[1].token}")
        return self.lead

    @property
    def link(self) -> str:
        return f"{self.server.url}/join#{self._token}"

    async def come(self, *names: str, **options: Any) -> list[Person]:
        """One after the other, in Chromium, with small pictures."""
        return [await self.enter(await self.browser(**options), name) for name in names]

    async def come_in_firefox(self, name: str) -> Person:
        return await self.enter(await self.firefox(), name)

    async def enter(self, page: Page, name: str) -> Person:
        person = await self._seated(page, name)
        if self.lead is None:
            await person.join(self.link)
        else:
            await person.knock(self.link)
            await self.lead.let_in(person)
        return person

    async def browser(self, **options: Any) -> Page:
        """A Chromium of somebody who has not come yet."""
        return await self._browsers.chromium(fps=15, **options)

    async def firefox(self) -> Page:
        """A Firefox of somebody who has not come yet."""
        return await self._browsers.firefox()

    async def _seated(self, page: Page, name: str) -> Person:
        """Before their page is opened."""
        person = Person(page, name)
        self.people.append(person)
        await page.viewport(*WINDOW)
        if self.camera:
            await page.inject(SMALL, *self.camera)
        return person

    def others(self, person: Person) -> list[Person]:
        return [other for other in self.people if other is not person]

    async def all_see_all(self, within: float = 15.0) -> None:
        await asyncio.gather(*(person.see(self.others(person), within=within) for person in self.people))

    async def go(self) -> None:
        for person in self.people:
            await person.page.close()


async def _group(browsers: Browsers, server: Server) -> AsyncIterator[Group]:
    group = Group(browsers, server)
    await group.open()
    try:
        yield group
    finally:
        await group.go()


@pytest_asyncio.fixture(loop_scope="session")
async def group(browsers: Browsers, server: Server) -> AsyncIterator[Group]:
    async for one in _group(browsers, server):
        yield one


@pytest_asyncio.fixture(loop_scope="session")
async def group_behind_proxy(browsers: Browsers, hidden_server: Server, proxy: Proxy) -> AsyncIterator[Group]:
    async for one in _group(browsers, hidden_server):
        yield one
