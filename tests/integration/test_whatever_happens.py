"""Hundreds of requests in any order, by everybody, with drops and reloads: each page holds what a fresh one gets.

And nothing raises: every request has its one reply, `ok` or a code.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Final, get_args

import msgspec
import pytest
from structlog.testing import capture_logs

from signaling import protocol as p
from signaling.core.roles import Role
from signaling.shell import connection
from signaling.shell.hub import Hub
from signaling.shell.links import Wanted
from tests.integration.signalling import LEADS, PERSON, ClosedError, Group, House, Page, house

NAMES: Final = ("Ana", "Kim", "Sam", "Leo", "Mia", "Ina", "Cory", "Sue")
LINKS: Final = (
    *[LEADS] * 2,
    *[PERSON] * 3,
    Wanted(roles=(Role.GUEST,), function="interpreter"),
    Wanted(roles=(Role.COORDINATOR,)),
    Wanted(roles=(Role.SUPPORT,)),
)
# Once in a while is enough of these: they end what the others need.
RARE: Final = (p.EndGroup, p.CloseGroup, p.Ban, p.Leave, p.Remove, p.Decline)
ROOMS: Final = get_args(p.Breakouts)
ONE_BY_ONE: Final = [kind for kind in get_args(p.Request) if kind not in (p.Offer, p.Ping)]


class Evening:
    """Everybody's pages, and chance."""

    def __init__(self, home: House, group: Group, seed: int) -> None:
        self.home = home
        self.group = group
        self.chance = random.Random(seed)
        self.pages: dict[str, Page] = {}
        self.phone: Page | None = None

    async def come(self, name: str) -> None:
        page = await self.home.page()
        token = self.group.tokens[NAMES.index(name)]
        reply = await page.ask(p.Join, version=p.VERSION, token=token, name=name)
        if isinstance(reply, p.Refused):
            await page.ws.close()
            self.pages.pop(name, None)
        else:
            self.pages[name] = page

    def fields(self, kind: type) -> dict[str, object]:
        chance, ids = self.chance, [page.me for page in self.pages.values()]
        person = chance.choice([*ids, "nobody"])
        if kind is p.MovePeople:  # the board knows whom there is to move
            ids = [placed.person.id for page in self.pages.values() for placed in people_of(page)] or ids
            person = chance.choice(ids)
        choices: dict[str, list[object]] = {
            "participant": [person, None] if kind is p.Spotlight else [person],
            "whom": [person, None],
            "room": ["main", "waiting", f"private.{person}", "pair.1", "pair.2", "pair.3"],
            "call": [f"{kind_}.{person}" for kind_ in ("come", "private", "no_answer", "dropped", "partner_dropped")],
            "kind": ["come", "private"],
            "source": ["microphone", "camera", "screen", "screen_sound"],
            "to": ["room", "facilitators", "everyone", person],
            "text": ["hello"],
            "note": ["", "one moment"],
            "name": ["Blue"],
            "until": [self.home.clock.now + 100.0],
            "minutes": [0, 2, 5] if kind is p.CloseGroup else [0.5, 20.0],
            "how": ["size", "number", "again"],
            "count": [1, 2, 3],
            "rooms": [(tuple(chance.sample(ids, len(ids) // 2)),)],
            "late": ["ask", "smallest"],
            "seconds": [0.0, 10.0],
            "moves": [((person, "pair.1"), (chance.choice(ids), "pair.2")), ((person, "pair.4"),), ((person, "main"),)],
            "anyway": [True, False],
            "other": [chance.choice(ids)],
            "on": [True, False],
            "ok": [True, False],
            "tiles": [[p.Tile(person, "camera", 640, 360, front=True)], []],
        }
        return {field: chance.choice(choices[field]) for field in kind.__struct_fields__ if field != "id"}

    async def step(self) -> None:
        chance = self.chance
        if not self.pages or chance.random() < 0.05:
            await self.come(chance.choice(NAMES))
            return
        leads = [name for name in self.pages if name in NAMES[:2]]
        name = chance.choice(leads if leads and chance.random() < 0.3 else list(self.pages))
        try:
            await self.act(name, self.pages[name])
        except (ClosedError, ConnectionError):
            del self.pages[name]

    async def act(self, name: str, page: Page) -> None:
        chance = self.chance
        luck = chance.random()
        if luck < 0.06:
            await self.back(name, page)
        elif luck < 0.12:
            await page.ask(p.Offer, sdp="4", sources={"0": "microphone"}, fresh=True)
        elif luck < 0.16:
            self.home.clock.now += chance.choice([0.5, 3.0, 30.0, 50.0])
        else:
            # Mostly by those who lead, and mostly letting people in: else nobody would ever be in a room.
            if luck < 0.3 and isinstance(page.place, p.Snapshot) and page.place.team is not None:
                for knock in page.place.team.waiting:
                    await page.ask(p.Admit, participant=knock.id)
            kind = self.kind(page)
            if kind in RARE and chance.random() < 0.9:
                return
            reply = await page.ask(kind, **self.fields(kind))
            if isinstance(reply, p.StandbyOffer):
                await self.stand_by(reply)

    def kind(self, page: Page) -> type[p.ClientMessage]:
        """Who leads is often at the rooms, and opens what is planned: chance alone would hardly ever."""
        place = page.place
        if not isinstance(place, p.Snapshot) or place.team is None or self.chance.random() < 0.5:
            return self.chance.choice(ONE_BY_ONE)
        if place.board is None:
            return p.PlanRooms
        return self.chance.choice([p.OpenRooms, p.EditPlan] if place.board.state == "planned" else ROOMS)

    async def back(self, name: str, page: Page) -> None:
        """A reload, or a drop of some seconds."""
        if self.chance.random() < 0.5:
            page.drop()
            self.home.clock.now += self.chance.choice([0.0, 5.0, 61.0])
        again = await self.home.page()
        reply = await again.resume(page, page.peer if self.chance.random() < 0.5 else None, name)
        if isinstance(reply, p.Refused):
            await again.ws.close()
            await self.come(name)
        else:
            self.pages[name] = again

    async def stand_by(self, offer: p.StandbyOffer) -> None:
        page = await self.home.page()
        reply = await page.ask(p.JoinStandby, version=p.VERSION, token=offer.token)
        assert isinstance(reply, p.Silent)
        if self.phone is not None:
            await self.phone.ws.close()
        self.phone = page

    async def check(self) -> None:
        """Each page, with all the changes it was told, against what the server would tell a new one now."""
        actor = await self.home.hub.session(self.group.session)
        assert actor is not None
        await actor._ask(actor._tick)  # time that has passed is told before, not with the reply
        for name, page in list(self.pages.items()):
            if page.ws.closed or not await alive(page):
                del self.pages[name]
                continue
            if isinstance(page.place, p.Snapshot) and page.place.team is not None:
                await end_what_ends_with_the_connection(page)
            fresh = await self.home.page()
            reply = await fresh.resume(page, page.peer, name)
            if isinstance(reply, p.Refused):
                assert reply.code in (p.ErrorCode.RESUME_UNKNOWN, p.ErrorCode.ENDED), reply
                del self.pages[name]
                continue
            self.pages[name] = fresh
            assert await page.until(p.Bye) == p.Bye(p.ByeReason.REPLACED)  # the old one reads on until then
            place = page.place
            anew = isinstance(fresh.place, p.Snapshot) and fresh.place.peer is None
            assert comparable(fresh.place, anew) == comparable(place, anew), name


def people_of(page: Page) -> list[p.Placed]:
    return page.place.board.people if isinstance(page.place, p.Snapshot) and page.place.board is not None else []


async def end_what_ends_with_the_connection(page: Page) -> None:
    """A look and a voice to everyone are for the page that asked for them."""
    for shape, fields in ((p.CloseLook, {}), (p.Broadcast, {"on": False})):
        await page.ask(shape, **fields)


async def alive(page: Page) -> bool:
    """Reads what is on its way; False if that ends with goodbye."""
    number = next(page._ids)
    await page.say(p.Ping(number))
    while True:
        try:
            message = await page.next()
        except ClosedError:
            return False
        if isinstance(message, p.Bye):
            return False
        if isinstance(message, p.Ok) and message.id == number:
            return True


def comparable(place: p.Place | None, anew: bool) -> object:
    """Without what only the moment, the request or the media peer makes different. `anew`: it publishes nothing yet."""
    assert place is not None
    built: dict[str, object] = msgspec.to_builtins(place)
    for field in ("id", "secret", "now", "peer", "pairs", "slots", "speakers", "lines"):
        built.pop(field, None)
    if isinstance(place, p.Snapshot | p.Silent):
        people = {person.id: msgspec.to_builtins(person) for person in place.people}
        board = (
            {}
            if place.board is None
            else {placed.person.id: msgspec.to_builtins(placed) for placed in place.board.people}
        )
        if anew:
            people[place.you]["sources"] = []
        if anew and place.you in board:
            board[place.you]["person"]["sources"] = []
        built["people"] = people
        built["on the board"] = board
        built["board"] = (
            None if place.board is None else msgspec.to_builtins(msgspec.structs.replace(place.board, people=[]))
        )
    return built


@pytest.mark.parametrize("seed", range(6))
async def test_pages_hold_what_the_server_would_tell_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(connection, "BURST", 1e9)
    monkeypatch.setattr(connection, "WORDS_BURST", 1e9)
    monkeypatch.setattr(Hub, "count_knock", lambda *_: None)
    monkeypatch.setattr(Hub, "count_resume", lambda *_: None)
    with capture_logs() as logs:
        async with house(tmp_path) as home:
            evening = Evening(home, await home.group(*LINKS), seed)
            for name in NAMES:
                await evening.come(name)
            for number in range(1, 301):
                await evening.step()
                if number % 15 == 0:
                    await evening.check()
    assert not [line for line in logs if line["log_level"] == "error"], logs[-1]
