"""A facilitator and their group, each in a browser that may crash and come back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from bench.lab.browsers import Browsers, Page
from bench.lab.server import Server
from tests.browser.people import Person

# Six encoders and thirty decoders are more than two cores can do: the others come with their microphones alone.
WITH_CAMERA = ("Ana", "Ben", "Cleo", "Finn")


class Evening:
    """The people, their links and their browsers."""

    def __init__(self, browsers: Browsers, server: Server, folder: Path) -> None:
        self.server = server
        self.pages: list[Page] = []
        self.tokens: list[str] = []
        self.origin = ""  # of the links: another host name is another storage
        self.ana: Person
        self.participants: list[Person] = []
        self._browsers = browsers
        self._folder = folder

    @property
    def everybody(self) -> list[Person]:
        return [self.ana, *self.participants]

    async def chromium(self, profile: str | None = None) -> Page:
        """`profile`: in a process of their own, which may crash and come back."""
        page = await self._browsers.chromium(fps=10, profile=self._folder / profile if profile else None)
        self.pages.append(page)
        return page

    async def firefox(self) -> Page:
        page = await self._browsers.firefox()
        self.pages.append(page)
        return page

    async def go(self) -> None:
        for page in self.pages:
            await page.close()


async def says(person: Person, words: str, within: float = 10.0) -> None:
    await person.page.wait_for(f"document.body.innerText.includes({words!r})", within)


async def all_see_all(people: Sequence[Person], within: float = 40.0) -> None:
    seen = [person for person in people if person.name in WITH_CAMERA]
    await asyncio.gather(*(one.see([other for other in seen if other is not one], within=within) for one in people))


def person_of(person: Person) -> str:
    return f"kinroom.store.people.value.find((person) => person.id === '{person.id}')"
