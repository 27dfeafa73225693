"""Somebody in a session without a browser and without media: who leads the group of a bench, mostly.

async with member(server, token, "Ana") as ana:
    await ana.ask(p.MovePeople, moves=moves)
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress

import aiohttp

from bench.lab.server import Server
from kinroom.bots.connection import Connection, Message, Reply
from signaling import protocol as p


class Member:
    """`place` is the newest snapshot; `people` of the own room, by name, `board`, `slots` (m-line -> who is on it,
    and the source) and `layers` (source -> encodings to send) are as they are now."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._news = asyncio.Event()
        self.place: p.Place
        self.people: dict[str, p.Person] = {}
        self.board: p.Board | None = None
        self.slots: dict[str, tuple[str, str]] = {}
        self.layers: dict[str, int] = {}
        self.offers_wanted = 0  # times that the server asked for more slots

    async def join(self, token: str, name: str) -> None:
        connection = self._connection
        place = await connection.request(p.Join(connection.next_id(), p.VERSION, token, name))
        assert isinstance(place, p.Place)
        self._take(place)

    @property
    def id(self) -> str:
        return self.place.you

    async def ask(self, shape: type[p.ClientMessage], **fields: object) -> Reply:
        """Sends a request; its reply. Raises RefusedError or ConnectionLostError."""
        return await self._connection.request(shape(id=self._connection.next_id(), **fields))  # type: ignore[arg-type]

    async def until(self, test: Callable[[], bool], within: float = 10.0) -> None:
        """Looks whenever the server has told something. Raises TimeoutError."""
        async with asyncio.timeout(within):
            while not test():
                self._news.clear()
                await self._news.wait()

    async def follow(self) -> None:
        """Until the connection ends."""
        while (message := await self._connection.inbox.get()) is not None:
            self._take(message)

    def _take(self, message: Message) -> None:
        match message:
            case p.Snapshot():
                self.place, self.board = message, message.board
                self.people = {person.name: person for person in message.people}
                self._map(message.slots)
            case p.Waiting():
                self.place, self.board, self.people = message, None, {}
            case p.Changes(_, changes):
                for change in changes:
                    self._change(change)
            case p.Slots(slots):
                self._map(slots)
            case p.SendLayers(source, layers):
                self.layers[source] = layers
            case p.SlotsNeeded():
                self.offers_wanted += 1
        self._news.set()

    def _map(self, slots: Sequence[p.Slot]) -> None:
        self.slots = {slot.mid: (slot.participant, slot.source) for slot in slots}

    def _change(self, change: p.Change) -> None:
        match change:
            case p.BoardIs(board):
                self.board = board
            case p.PersonIs(person):
                self.people[person.name] = person
            case p.PersonGone(who):
                self.people = {name: person for name, person in self.people.items() if person.id != who}


@asynccontextmanager
async def member(server: Server, token: str, name: str) -> AsyncIterator[Member]:
    """In the server's namespace, let in or not: `place` says where. Says goodbye at the end."""
    async with (
        aiohttp.ClientSession(server.url, connector=server.connector()) as http,
        http.ws_connect("/ws") as socket,
    ):
        connection = Connection(socket)
        reading = asyncio.create_task(connection.read())
        one = Member(connection)
        following: asyncio.Task[None] | None = None
        try:
            await one.join(token, name)
            following = asyncio.create_task(one.follow())
            yield one
            with suppress(TimeoutError):
                await asyncio.wait_for(one.ask(p.Leave), 1.0)
        finally:
            for task in (reading, following):
                if task is not None:
                    task.cancel()
