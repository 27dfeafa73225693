"""REST for practice systems, under /api/v1, and what a page asks about a link before it joins."""

from __future__ import annotations

import re
import time
from typing import Final, TypeVar

import msgspec
from aiohttp import web
from msgspec import Struct

from signaling.core.ids import LinkHash, SessionId
from signaling.core.programme import GroupId
from signaling.shell import rest
from signaling.shell.auth import OperatorKey
from signaling.shell.hub import Hub
from signaling.shell.limits import Buckets, full
from signaling.shell.origin import address_of, base_url
from signaling.shell.rest import ApiError, parse_body

T = TypeVar("T")

# Tries of spoken codes: eight digits could be found by trying, so right ones count too. From one address, and of all
# together: at this rate a day of trying finds one live code in a thousand, and behind it stands the waiting room.
CODE_RATE: Final = 1 / 10  # a second
CODE_TRIES: Final = 20.0  # at once
ALL_CODES_RATE: Final = 1.0
ALL_CODES_TRIES: Final = 200.0

_json: Final = msgspec.json.Encoder()


class ApiSettings(Struct, frozen=True):
    """`open_door`: sessions may be made whose links need no knock. For tests and benches on loopback alone."""

    public_url: str | None = None
    behind_proxy: bool = False
    open_door: bool = False


class Api:
    def __init__(self, hub: Hub, key: OperatorKey, guesses: Buckets, settings: ApiSettings) -> None:
        self._hub = hub
        self._key = key
        self._guesses = guesses
        self._codes = Buckets(CODE_RATE, CODE_TRIES)
        self._all_codes = full(ALL_CODES_RATE, ALL_CODES_TRIES, time.monotonic())
        self._settings = settings

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/api/v1/groups", self._create_group),
            web.put("/api/v1/groups/{id}", self._change_group),
            web.post("/api/v1/groups/{id}/sessions", self._add_sessions),
            web.post("/api/v1/groups/{id}/links", self._add_links),
            web.get("/api/v1/groups/{id}/links", self._list_links),
            web.post("/api/v1/sessions", self._create),
            web.post("/api/v1/sessions/{id}/end", self._end),
            web.get("/api/v1/sessions/{id}/stats", self._stats),
            web.post("/api/v1/sessions/{id}/code", self._make_code),
            web.post("/api/v1/links/revoke", self._revoke),
            web.post("/api/v1/links/renew", self._renew),
            web.post("/api/v1/links/ban", self._ban),
            web.post("/api/v1/links/unban", self._unban),
            web.get("/api/v1/support/{code}", self._support),
            web.post("/api/v1/link", self._link),
            web.post("/api/v1/code", self._code),
        ]

    # --- with the operator's key: groups, sessions, links ------------------------------------------------------------

    async def _create_group(self, request: web.Request) -> web.Response:
        wanted = await self._asked(request, rest.GroupWanted)
        zone = rest.zone(wanted.timezone)
        made = await self._hub.links.create(rest.programme(wanted.programme), [], [], zone)
        return reply(201, rest.GroupMade(made.group))

    async def _change_group(self, request: web.Request) -> web.Response:
        wanted = await self._asked(request, rest.GroupChanged)
        await self._hub.links.set_programme(_group(request), rest.programme(wanted.programme))
        return reply(200, {})

    async def _add_sessions(self, request: web.Request) -> web.Response:
        wanted = await self._asked(request, rest.SessionsWanted)
        times = [rest.times(each.starts, each.ends) for each in wanted.sessions]
        return reply(201, rest.SessionsMade(await self._hub.links.add_sessions(_group(request), times)))

    async def _add_links(self, request: web.Request) -> web.Response:
        wanted = await self._asked(request, rest.LinksWanted)
        links = await self._hub.links.add_links(_group(request), [rest.link(each) for each in wanted.links])
        return reply(201, rest.LinksMade([rest.made(link, self._base(request)) for link in links]))

    async def _list_links(self, request: web.Request) -> web.Response:
        self._need_key(request)
        links = await self._hub.links.of_group(_group(request))
        return reply(200, rest.LinksKnown([rest.known(link) for link in links]))

    async def _create(self, request: web.Request) -> web.Response:
        wanted = await self._asked(request, rest.SessionWanted)
        if not (wanted.knocks or self._settings.open_door):
            raise ApiError(403, "not_allowed", "this server lets nobody in without a facilitator")
        programme = rest.programme(rest.ProgrammeWanted(wanted.practice_number, wanted.crisis_line))
        links = [rest.link(each, knocks=wanted.knocks) for each in wanted.links]
        made = await self._hub.links.create(programme, [rest.only_times(wanted, self._hub.links.now())], links)
        return reply(201, rest.session_made(made, self._base(request)))

    async def _end(self, request: web.Request) -> web.Response:
        self._need_key(request)
        if not await self._hub.end(_session(request)):
            raise _no_session()
        return reply(200, {})

    async def _stats(self, request: web.Request) -> web.Response:
        self._need_key(request)
        stats = await self._hub.stats(_session(request))
        if stats is None:
            raise _no_session()
        return reply(200, stats)

    async def _make_code(self, request: web.Request) -> web.Response:
        wanted = await self._asked(request, rest.CodeWanted)
        code = await self._hub.links.spoken_code(_session(request), wanted.people)
        return reply(201, rest.CodeMade(f"{code[:4]}-{code[4:]}"))

    # --- with the operator's key: what becomes of links --------------------------------------------------------------

    async def _revoke(self, request: web.Request) -> web.Response:
        """Whoever sits by it goes at once."""
        await self._put_out(await self._hub.links.revoke(rest.named(await self._asked(request, rest.LinkNamed))))
        return reply(200, {})

    async def _renew(self, request: web.Request) -> web.Response:
        """Whoever sits by the old one stays."""
        link = await self._hub.links.renew(rest.named(await self._asked(request, rest.LinkNamed)))
        return reply(201, rest.made(link, self._base(request)))

    async def _ban(self, request: web.Request) -> web.Response:
        wanted = await self._asked(request, rest.BanWanted)
        until = rest.seconds(wanted.until)
        await self._put_out(await self._hub.links.ban_from_outside(LinkHash(wanted.hash), until))
        return reply(200, {})

    async def _unban(self, request: web.Request) -> web.Response:
        wanted = await self._asked(request, rest.UnbanWanted)
        await self._hub.links.ban_from_outside(LinkHash(wanted.hash), None)
        return reply(200, {})

    async def _put_out(self, links: list[LinkHash]) -> None:
        for link in links:
            await self._hub.revoke(link)

    async def _support(self, request: web.Request) -> web.Response:
        self._need_key(request)
        code = request.match_info["code"]
        if not re.fullmatch("[0-9]{6}", code):
            raise ApiError(400, "bad_message", "a support code has six digits")
        return reply(200, {"links": await self._hub.links.supported(code)})

    # --- for pages ---------------------------------------------------------------------------------------------------

    async def _link(self, request: web.Request) -> web.Response:
        """Wrong guesses are counted by address; a right link always works."""
        asked = await _body(request, rest.LinkAsked)
        found = await self._hub.links.look(asked.token)
        if found is None:
            if not self._guesses.take(time.monotonic(), self._address(request)):
                raise ApiError(429, "too_many", "too many wrong links: wait a minute")
            raise ApiError(404, "bad_link", "unknown, revoked or expired")
        return reply(200, found)

    async def _code(self, request: web.Request) -> web.Response:
        typed = await _body(request, rest.CodeTyped)
        now = time.monotonic()
        if not (self._codes.take(now, self._address(request)) and self._all_codes.take(now)):
            raise ApiError(429, "too_many", "too many codes: wait a minute")
        token = await self._hub.links.spend_code(typed.code)
        if token is None:
            raise ApiError(404, "bad_code", "unknown, used up or too old")
        return reply(200, rest.CodeWorks(token))

    # --- what they share ---------------------------------------------------------------------------------------------

    async def _asked(self, request: web.Request, shape: type[T]) -> T:
        self._need_key(request)
        return await _body(request, shape)

    def _need_key(self, request: web.Request) -> None:
        if not self._key.matches(request.headers.get("Authorization")):
            raise ApiError(401, "bad_key", "Authorization: Bearer and the operator's key")

    def _base(self, request: web.Request) -> str:
        return self._settings.public_url or base_url(request, behind_proxy=self._settings.behind_proxy)

    def _address(self, request: web.Request) -> str:
        return address_of(request, behind_proxy=self._settings.behind_proxy)


def reply(status: int, value: object) -> web.Response:
    headers = {"Cache-Control": "no-store"}
    return web.Response(status=status, body=_json.encode(value), content_type="application/json", headers=headers)


async def _body(request: web.Request, shape: type[T]) -> T:
    try:
        data = await request.read()
    except (web.RequestPayloadError, ConnectionError):
        raise ApiError(400, "bad_message", "the body breaks off or cannot be read") from None
    return parse_body(data, shape)


def _group(request: web.Request) -> GroupId:
    return GroupId(request.match_info["id"])


def _session(request: web.Request) -> SessionId:
    return SessionId(request.match_info["id"])


def _no_session() -> ApiError:
    return ApiError(404, "not_found", "there is no such session")
