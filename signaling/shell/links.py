"""Links: who may come into which group, when, as whom. They are opened as often as people like; nothing wears them out.

Only hashes are kept. A token is known to whoever made the link and to whoever holds it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
import structlog
from msgspec import Struct

from signaling import protocol as p
from signaling.core.ids import LinkHash, PersonId, SessionId, short
from signaling.core.programme import GroupId, Programme, Rules
from signaling.core.roles import GuestFunction, Role, sits_as
from signaling.core.schedule import OVERRUN, Opening, Slot, opening
from signaling.core.support_code import support_code
from signaling.shell.auth import link_hash, new_code, new_group_id, new_person_id, new_session_id, new_token
from signaling.store.store import Act, Group, Link, Store

LINK_LIVES: Final = 30 * 86_400.0  # seconds after the last session that is planned when the link is made
CODE_LENGTH: Final = 8  # digits
CARED_FOR: Final = (Role.PARTICIPANT, Role.GUEST)  # whom the group's agreement binds; the team has its own
DAY: Final = 86_400.0  # seconds

log = structlog.get_logger()


class Times(Struct, frozen=True):
    """Planned, wall seconds."""

    starts: float
    ends: float


class Wanted(Struct, frozen=True):
    """A link to be made. For one it is personal, for more it is shared. `expires` None: after the last session."""

    roles: tuple[Role, ...]
    people: int = 1
    function: GuestFunction | None = None
    name: str | None = None
    fixed: bool = False
    session: SessionId | None = None
    expires: float | None = None
    knocks: bool = True


class NewLink(Struct, frozen=True):
    """`token` is told once, here."""

    hash: LinkHash
    token: str
    roles: tuple[Role, ...]
    people: int
    person: PersonId | None


class Made(Struct, frozen=True):
    group: GroupId
    sessions: list[SessionId]
    links: list[NewLink]


class Admission(Struct, frozen=True):
    """The link leads to this session now. `name`: the alias under which they come; None: what they say."""

    link: Link
    session: SessionId
    programme: Programme
    name: str | None


class Closed(Struct, frozen=True):
    """It leads nowhere now. `next`: start of the next session."""

    code: p.ErrorCode
    next: float | None = None


class Supported(Struct, frozen=True):
    """A link with this support code; never a name."""

    person: PersonId | None
    group: GroupId
    day: str


class _Found(Struct, frozen=True):
    link: Link
    group: Group
    opening: Opening


class UnknownError(Exception):
    """There is no such group, session or link. The text is for the operator."""


class InUseError(Exception):
    """People are in a session that this would change under them. The text is for the operator."""


class Links:
    def __init__(self, store: Store, clock: Callable[[], float], occupied: Callable[[SessionId], bool]) -> None:
        """`clock`: wall seconds. `occupied`: there are people in it."""
        self._store = store
        self._clock = clock
        self._occupied = occupied

    def now(self) -> float:
        """Wall seconds."""
        return self._clock()

    # --- what opens ------------------------------------------------------------------------------------------------

    async def admission(self, token: str) -> Admission | Closed:
        """Asking changes nothing."""
        found = await self._find(token)
        if found is None:
            return Closed(p.ErrorCode.BAD_LINK)
        if self._banned(found.link):
            return Closed(p.ErrorCode.BANNED)
        slot = found.opening.slot
        if slot is None:
            code = p.ErrorCode.OVER if found.opening.why == "over" else p.ErrorCode.TOO_EARLY
            return Closed(code, found.opening.next)
        name = found.link.name if found.link.fixed else None
        return Admission(found.link, slot.id, found.group.programme, name)

    async def look(self, token: str) -> p.LinkOpen | None:
        """What a page shows before it joins. None if the link is unknown, revoked or expired."""
        found = await self._find(token)
        if found is None:
            return None
        link, programme = found.link, found.group.programme
        banned = self._banned(link)
        slot = None if banned else found.opening.slot
        agreement = programme.agreement if sits_as(link.roles) in CARED_FOR else None
        return p.LinkOpen(
            open=slot is not None,
            why="banned" if banned else found.opening.why,
            next=None if banned else found.opening.next,
            session=None if slot is None else slot.id,
            roles=msgspec.convert([role.value for role in link.roles], list[p.RoleName]),
            function=link.function,
            name=link.name,
            fixed=link.fixed,
            steps=list(programme.steps),
            agreement=None if agreement is None or agreement.version == link.agreed else agreement,
            numbers=programme.numbers,
        )

    async def programme(self, session: SessionId) -> Programme | None:
        """None if there is no such session."""
        group = await self._store.group_of(session)
        return None if group is None else group.programme

    async def rules(self, session: SessionId) -> Rules | None:
        programme = await self.programme(session)
        return None if programme is None else programme.session_rules

    async def _find(self, token: str) -> _Found | None:
        link = await self._store.link(link_hash(token))
        if link is None or link.revoked is not None or link.spoken:
            return None
        group = await self._store.group(link.group)
        assert group is not None, "a foreign key"
        slots = [slot for slot in await self._store.schedule(link.group) if link.session in (None, slot.id)]
        zone = ZoneInfo(group.timezone)
        found = opening(slots, self._clock(), group.programme.rules.opens_before, zone, self._occupied)
        return None if self._expired(link, found.slot) else _Found(link, group, found)

    def _expired(self, link: Link, slot: Slot | None) -> bool:
        """Never while people are in a session that began in time: whoever was there may come back to its end."""
        running = slot is not None and self._occupied(slot.id) and slot.starts < link.expires
        return link.expires <= self._clock() and not running

    def _banned(self, link: Link) -> bool:
        return link.banned_until is not None and link.banned_until > self._clock()

    # --- what is made ----------------------------------------------------------------------------------------------

    async def create(
        self, programme: Programme, times: Sequence[Times], wanted: Sequence[Wanted], timezone: str = "UTC"
    ) -> Made:
        """A group with its sessions and links. Links that name no session open all of them."""
        group = Group(new_group_id(), self._clock(), programme, timezone)
        await self._store.create_group(group, Act(group.created, group.id, "group made"))
        sessions = await self.add_sessions(group.id, times)
        links = await self.add_links(group.id, wanted)
        log.info("group made", group=short(group.id), sessions=len(sessions), links=len(links))
        return Made(group.id, sessions, links)

    async def set_programme(self, group: GroupId, programme: Programme) -> None:
        """Raises UnknownError, or InUseError: rules and numbers stay as long as there are people in a session."""
        await self._need_group(group)
        if any(self._occupied(slot.id) for slot in await self._store.schedule(group)):
            raise InUseError("people are in a session of this group")
        await self._store.set_programme(group, programme, Act(self._clock(), group, "programme changed"))

    async def add_sessions(self, group: GroupId, times: Sequence[Times]) -> list[SessionId]:
        """Raises UnknownError."""
        await self._need_group(group)
        now = self._clock()
        slots = [Slot(new_session_id(), each.starts, each.ends) for each in times]
        await self._store.create_sessions(
            group, now, slots, [Act(now, group, "session planned", slot.id) for slot in slots]
        )
        return [slot.id for slot in slots]

    async def add_links(self, group: GroupId, wanted: Sequence[Wanted]) -> list[NewLink]:
        """Raises UnknownError, also for a session of another group."""
        await self._need_group(group)
        now = self._clock()
        slots = {slot.id: slot for slot in await self._store.schedule(group)}
        unknown = next((each.session for each in wanted if each.session not in (None, *slots)), None)
        if unknown is not None:
            raise UnknownError("this group has no such session")
        lives = max([now, *(slot.ends for slot in slots.values())]) + LINK_LIVES
        made = []
        for each in wanted:
            person = new_person_id() if each.people == 1 else None
            token = new_token()
            made.append((each, NewLink(link_hash(token), token, each.roles, each.people, person)))
        records = [_record(group, each, new, lives) for each, new in made]
        acts = [Act(now, group, "link made", link.session, link.hash) for link in records]
        await self._store.add_links(records, acts)
        return [new for _, new in made]

    async def spoken_code(self, session: SessionId, people: int) -> str:
        """Digits to be told on the phone; so many people may type them until the session's end. Raises UnknownError."""
        group = await self._store.group_of(session)
        if group is None:
            raise UnknownError("there is no such session")
        slot = next(slot for slot in await self._store.schedule(group.id) if slot.id == session)
        now = self._clock()
        code = new_code(CODE_LENGTH)
        while await self._store.link(link_hash(code)) is not None:
            code = new_code(CODE_LENGTH)
        roles = (Role.PARTICIPANT,)
        link = Link(link_hash(code), group.id, session, None, roles, people, slot.ends + OVERRUN, spoken=True)
        await self._store.add_links([link], [Act(now, group.id, "code made", session)])
        return code

    async def spend_code(self, code: str) -> str | None:
        """The token of a stranger's own link, which leads to the waiting room and no further. None if it is wrong."""
        digits = "".join(ch for ch in code if ch.isascii() and ch.isdigit())
        spoken = await self._store.link(link_hash(digits)) if len(digits) == CODE_LENGTH else None
        if spoken is None or not spoken.spoken:
            return None
        token = new_token()
        link = msgspec.structs.replace(spoken, hash=link_hash(token), people=1, spoken=False)
        return token if await self._store.spend(spoken.hash, link, self._clock()) else None

    # --- what becomes of them --------------------------------------------------------------------------------------

    async def revoke(self, link: LinkHash) -> list[LinkHash]:
        """All links of that person: whoever sits by one of them must go. Raises UnknownError."""
        return _known(await self._store.revoke(link, self._clock()))

    async def renew(self, link: LinkHash) -> NewLink:
        """Raises UnknownError."""
        old = await self._store.link(link)
        if old is None or old.spoken:
            raise UnknownError("there is no such link")
        now, token = self._clock(), new_token()
        lives = max([now, *(slot.ends for slot in await self._store.schedule(old.group))]) + LINK_LIVES
        await self._store.renew(link, link_hash(token), lives, now)
        return NewLink(link_hash(token), token, old.roles, old.people, old.person)

    async def ban(self, link: LinkHash, until: float | None) -> None:
        """From within a session. Of a link that is nobody's own only the session knows."""
        await self._store.ban(link, until)

    async def ban_from_outside(self, link: LinkHash, until: float | None) -> list[LinkHash]:
        """None lifts it. Returns all links of that person. Raises UnknownError, also for a shared link."""
        return _known(await self._store.ban(link, until, self._clock()))

    async def agreed(self, link: LinkHash, version: str) -> None:
        await self._store.agreed(link, version)

    async def of_group(self, group: GroupId) -> list[Link]:
        """Raises UnknownError."""
        await self._need_group(group)
        return await self._store.links_of(group)

    async def supported(self, code: str) -> list[Supported]:
        """Whose support code this is today, then whose it was until midnight UTC: that falls into evening groups."""
        now = self._clock()
        found = []
        for at in (now, now - DAY):
            day = datetime.fromtimestamp(at, UTC).date().isoformat()
            for link, person, group in await self._store.live_links(now):
                if support_code(link, day) == code:
                    found.append(Supported(person, group, day))
        return found

    async def _need_group(self, group: GroupId) -> None:
        if await self._store.group(group) is None:
            raise UnknownError("there is no such group")


def _record(group: GroupId, wanted: Wanted, new: NewLink, lives: float) -> Link:
    return Link(
        hash=new.hash,
        group=group,
        session=wanted.session,
        person=new.person,
        roles=wanted.roles,
        people=wanted.people,
        expires=lives if wanted.expires is None else wanted.expires,
        function=wanted.function,
        name=wanted.name,
        fixed=wanted.fixed,
        knocks=wanted.knocks,
    )


def _known(hashes: list[LinkHash]) -> list[LinkHash]:
    if not hashes:
        raise UnknownError("there is no such link")
    return hashes
