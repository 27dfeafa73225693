"""A group whose people are on air, and their rooms: what the tests of pairs begin with."""

from __future__ import annotations

from collections.abc import Iterable

from signaling import protocol as p
from signaling.core.ids import SessionId
from tests.integration.signalling import PERSON, House, Page

PAIR_1, PAIR_2, PAIR_3 = "pair.1", "pair.2", "pair.3"


class Evening:
    """Ana leads people whose microphones and cameras are on. Rooms are planned by hand, so that a test knows them."""

    def __init__(self, home: House, ana: Page, people: list[Page]) -> None:
        self.home = home
        self.ana = ana
        self.people = people

    @property
    def pages(self) -> list[Page]:
        return [self.ana, *self.people]

    @property
    def board(self) -> p.Board:
        found = self.ana.place
        assert isinstance(found, p.Snapshot | p.Silent)
        assert found.board is not None
        return found.board

    async def quiet(self, pages: Iterable[Page] | None = None) -> None:
        for page in self.pages if pages is None else pages:
            await page.settled()

    async def paired(self, *rooms: list[Page], minutes: float | None = 20, late: p.LateName = "ask") -> None:
        """By default the people two by two, as they came."""
        rooms = rooms or tuple(self.people[k : k + 2] for k in range(0, len(self.people), 2))
        await self.ana.act(p.EditPlan, rooms=[[page.me for page in room] for room in rooms])
        await self.ana.act(p.OpenRooms, minutes=minutes, late=late)
        await self.quiet()

    async def knocks(self, name: str) -> Page:
        """Somebody more, at the door."""
        group = await self.home.store.group_of(SessionId(self.ana.snapshot.session))
        assert group is not None
        [link] = await self.home.hub.links.add_links(group.id, [PERSON])
        return await self.home.joined(link.token, name)

    async def pass_time(self, seconds: float) -> None:
        """Time of the house; the next command makes the session notice."""
        self.home.clock.now += seconds
        await self.ana.act(p.LowerHand)
        await self.quiet()

    def where(self) -> dict[str, list[str]]:
        """Who is in which pair, by name, as the board says."""
        return {
            room.id: sorted(placed.person.name for placed in self.board.people if placed.room == room.id)
            for room in self.board.rooms
        }

    def reached(self, viewer: Page) -> set[tuple[str, str]]:
        """(name, source) on this page's slots, as the engine was told."""
        names = {page.peer: name for page in self.pages for name in [own_name(page)] if page.peer is not None}
        assert viewer.peer is not None
        return {(names[peer], str(source)) for peer, source in self.home.engine.seen_by(viewer.peer).values()}


def own_name(page: Page) -> str:
    return next(person.name for person in page.snapshot.people if person.id == page.me)


async def evening(home: House, *names: str) -> Evening:
    ana, people = await home.led(*names)
    for page in (ana, *people):
        await page.media(len(names) + 2, "microphone", "camera")  # each came before the next, and adds some then
    for page in (ana, *people):
        await page.settled()
    return Evening(home, ana, people)


def both(*names: str) -> set[tuple[str, str]]:
    return {(name, source) for name in names for source in ("microphone", "camera")}
