"""Records of groups, sessions, links and events in SQLite, written in whole transactions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final, Self, TypeVar

import msgspec
from alembic import command
from alembic.config import Config
from msgspec import Struct
from sqlalchemy import Connection, RowMapping, event, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from signaling.core.events import Event
from signaling.core.ids import LinkHash, PersonId, SessionId
from signaling.core.programme import GroupId, Programme
from signaling.core.roles import GuestFunction, Role
from signaling.core.schedule import Slot
from signaling.store.tables import audit, events, groups, links, sessions

BUSY_TIMEOUT: Final = 1.0  # seconds to wait for another writer; ours take milliseconds. Longer delays the server's end
MIGRATIONS: Final = Path(__file__).parent / "migrations"

T = TypeVar("T")


class Group(Struct, frozen=True):
    """`timezone`: of IANA, where its people live."""

    id: GroupId
    created: float
    programme: Programme
    timezone: str


class Link(Struct, frozen=True):
    """Times: wall seconds.

    `session` None: opens every session of the group. `person` None: shared by many, or from a spoken code.
    `fixed`: `name` is the alias under which they come; else it is only proposed. `people`: how many may hold a seat
    through it at once. `knocks` False: comes in without a facilitator (tests and demos). `spoken`: stands for a code
    that is typed, which makes up to `people` links and opens nothing itself. `agreed`: version that they accepted.
    """

    hash: LinkHash
    group: GroupId
    session: SessionId | None
    person: PersonId | None
    roles: tuple[Role, ...]
    people: int
    expires: float
    function: GuestFunction | None = None
    name: str | None = None
    fixed: bool = False
    knocks: bool = True
    spoken: bool = False
    revoked: float | None = None
    agreed: str | None = None
    banned_until: float | None = None


class Act(Struct, frozen=True):
    """Something done from outside of sessions. `who`: `operator`, or a participant's id. `target`: a link's hash."""

    at: float
    group: GroupId
    what: str
    session: SessionId | None = None
    target: str | None = None
    who: str = "operator"
    role: str = "operator"


class Store:
    """All methods raise SQLAlchemyError when the database cannot do it; nothing is then half written."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @classmethod
    async def open(cls, path: Path) -> Self:
        """Makes the file, or brings an older one up to date, wholly or not at all."""
        await _migrate(path)
        engine = _engine(path)
        event.listen(engine.sync_engine, "connect", _tune)
        async with engine.connect() as connection:
            await connection.run_sync(lambda _: None)  # a file that cannot be used is found out now
        return cls(engine)

    async def close(self) -> None:
        await self._engine.dispose()

    # --- groups and their sessions ---------------------------------------------------------------------------------

    async def create_group(self, group: Group, act: Act) -> None:
        row = msgspec.to_builtins(group)
        async with self._engine.begin() as connection:
            await connection.execute(insert(groups).values(row))
            await _note(connection, [act])

    async def set_programme(self, group: GroupId, programme: Programme, act: Act) -> None:
        new = msgspec.to_builtins(programme)
        async with self._engine.begin() as connection:
            await connection.execute(update(groups).where(groups.c.id == group).values(programme=new))
            await _note(connection, [act])

    async def create_sessions(self, group: GroupId, now: float, slots: Sequence[Slot], acts: Sequence[Act]) -> None:
        rows = [{"group": group, "created": now, **msgspec.to_builtins(slot)} for slot in slots]
        async with self._engine.begin() as connection:
            if rows:
                await connection.execute(insert(sessions), rows)
            await _note(connection, acts)

    async def group(self, group: GroupId) -> Group | None:
        async with self._engine.connect() as connection:
            row = (await connection.execute(select(groups).where(groups.c.id == group))).mappings().first()
        return None if row is None else _as(Group, row)

    async def group_of(self, session: SessionId) -> Group | None:
        query = select(groups).join(sessions, sessions.c.group == groups.c.id).where(sessions.c.id == session)
        async with self._engine.connect() as connection:
            row = (await connection.execute(query)).mappings().first()
        return None if row is None else _as(Group, row)

    async def schedule(self, group: GroupId) -> list[Slot]:
        """By start."""
        columns = (sessions.c.id, sessions.c.starts, sessions.c.ends, sessions.c.ended)
        query = select(*columns).where(sessions.c.group == group).order_by(sessions.c.starts)
        async with self._engine.connect() as connection:
            return [_as(Slot, row) for row in (await connection.execute(query)).mappings()]

    async def exists(self, session: SessionId) -> bool:
        async with self._engine.connect() as connection:
            return (await connection.execute(select(sessions.c.id).where(sessions.c.id == session))).first() is not None

    # --- links -----------------------------------------------------------------------------------------------------

    async def add_links(self, new: Sequence[Link], acts: Sequence[Act]) -> None:
        rows = [msgspec.to_builtins(link) for link in new]
        async with self._engine.begin() as connection:
            if rows:
                await connection.execute(insert(links), rows)
            await _note(connection, acts)

    async def link(self, link: LinkHash) -> Link | None:
        async with self._engine.connect() as connection:
            return await _link(connection, link)

    async def links_of(self, group: GroupId) -> list[Link]:
        async with self._engine.connect() as connection:
            rows = await connection.execute(select(links).where(links.c.group == group, ~links.c.spoken))
            return [_as(Link, row) for row in rows.mappings()]

    async def live_links(self, now: float) -> list[tuple[LinkHash, PersonId | None, GroupId]]:
        """What opens something now or later, of all groups."""
        query = select(links.c.hash, links.c.person, links.c.group)
        query = query.where(links.c.expires > now, links.c.revoked.is_(None), ~links.c.spoken)
        async with self._engine.connect() as connection:
            return [(row.hash, row.person, row.group) for row in await connection.execute(query)]

    async def revoke(self, link: LinkHash, now: float) -> list[LinkHash]:
        """It and every other link of the same person, so that none of an older date goes on. [] if unknown."""
        async with self._engine.begin() as connection:
            found = await _link(connection, link)
            if found is None:
                return []
            live = links.c.revoked.is_(None)
            await connection.execute(update(links).where(_theirs(found), live).values(revoked=now))
            await _note(connection, [_act(now, found, "link revoked")])
            return await _hashes(connection, found)

    async def renew(self, link: LinkHash, new: LinkHash, expires: float, now: float) -> Link | None:
        """A new link for the same person, agreement and ban; the old one opens nothing more. None if it is unknown.

        Who sits by the old one stays: the seat goes on.
        """
        async with self._engine.begin() as connection:
            old = await _link(connection, link)
            if old is None:
                return None
            renewed = msgspec.structs.replace(old, hash=new, expires=expires, revoked=None)
            # Before any session began: one that runs lets links in that expired during it.
            await connection.execute(update(links).where(_theirs(old)).values(expires=0.0))
            await connection.execute(insert(links).values(msgspec.to_builtins(renewed)))
            await _note(connection, [_act(now, renewed, "link renewed")])
        return renewed

    async def ban(self, link: LinkHash, until: float | None, now: float | None = None) -> list[LinkHash]:
        """Of a person, by any of their links: all are returned. None lifts it. [] if the link is nobody's own.

        `now` is given when it was done from outside of a session: inside, the event is the trail.
        """
        async with self._engine.begin() as connection:
            found = await _link(connection, link)
            if found is None or found.person is None:
                return []
            await connection.execute(update(links).where(_theirs(found)).values(banned_until=until))
            if now is not None:
                await _note(connection, [_act(now, found, "ban lifted" if until is None else "banned")])
            return await _hashes(connection, found)

    async def agreed(self, link: LinkHash, version: str) -> None:
        """Nothing for a link that many share: one cannot agree for the others."""
        async with self._engine.begin() as connection:
            found = await _link(connection, link)
            if found is not None and found.person is not None:
                await connection.execute(update(links).where(_theirs(found)).values(agreed=version))

    async def spend(self, code: LinkHash, link: Link, now: float) -> bool:
        """Makes `link` by a spoken code that is good for one more; False if it is not."""
        good = (links.c.hash == code, links.c.spoken, links.c.people > 0, links.c.expires > now)
        async with self._engine.begin() as connection:
            taken = await connection.execute(
                update(links).where(*good, links.c.revoked.is_(None)).values(people=links.c.people - 1)
            )
            if taken.rowcount != 1:
                return False
            await connection.execute(insert(links).values(msgspec.to_builtins(link)))
        return True

    async def acts(self, group: GroupId) -> list[Act]:
        """The trail, in order."""
        columns = [column for column in audit.c if column.name != "n"]
        query = select(*columns).where(audit.c.group == group).order_by(audit.c.n)
        async with self._engine.connect() as connection:
            return [_as(Act, row) for row in (await connection.execute(query)).mappings()]

    # --- events ----------------------------------------------------------------------------------------------------

    async def active_since(self, since: float) -> list[SessionId]:
        """Sessions that are not over and in which something happened after `since`."""
        query = (
            select(events.c.session).distinct().join(sessions).where(events.c.at > since, sessions.c.ended.is_(None))
        )
        async with self._engine.connect() as connection:
            return [SessionId(row[0]) for row in await connection.execute(query)]

    async def append(self, session: SessionId, after: int, new: Iterable[Event]) -> None:
        """Events numbered `after` + 1 and on, in one transaction."""
        rows = [_event_row(session, after + 1 + index, item) for index, item in enumerate(new)]
        ended = next((row["at"] for row in rows if row["kind"] == "ended"), None)
        async with self._engine.begin() as connection:
            await connection.execute(insert(events), rows)
            if ended is not None:
                await connection.execute(update(sessions).where(sessions.c.id == session).values(ended=ended))

    async def events(self, session: SessionId) -> list[Event]:
        query = select(events.c.body).where(events.c.session == session).order_by(events.c.n)
        async with self._engine.connect() as connection:
            bodies = (await connection.execute(query)).scalars().all()
        # At once: one conversion to so large a union costs a hundred times what it costs among others.
        return msgspec.convert(bodies, list[Event])


def _engine(path: Path) -> AsyncEngine:
    return create_async_engine(
        f"sqlite+aiosqlite:///{path}", hide_parameters=True, connect_args={"timeout": BUSY_TIMEOUT}
    )


def _tune(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")  # readers never wait for the writer
    cursor.execute("PRAGMA synchronous=NORMAL")  # a power cut may cost the last moments, never the file
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


async def _migrate(path: Path) -> None:
    """On a connection of its own: SQLite rebuilds a table to change it, which foreign keys would forbid."""
    engine = _engine(path)
    event.listen(engine.sync_engine, "connect", _without_own_transactions)
    event.listen(engine.sync_engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def _without_own_transactions(connection: Any, _record: object) -> None:
    """Python's driver begins one only at the first INSERT: what alters tables would stand alone."""
    connection.isolation_level = None


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
        raise RuntimeError("records would refer to what is not there: the database is left as it was")


async def _link(connection: AsyncConnection, link: LinkHash) -> Link | None:
    row = (await connection.execute(select(links).where(links.c.hash == link))).mappings().first()
    return None if row is None else _as(Link, row)


def _as(shape: type[T], row: RowMapping) -> T:
    return msgspec.convert({str(column): value for column, value in row.items()}, shape)


def _theirs(link: Link) -> Any:
    """All links of the same person; of one that many share, itself."""
    if link.person is None:
        return links.c.hash == link.hash
    return or_(links.c.hash == link.hash, (links.c.group == link.group) & (links.c.person == link.person))


async def _hashes(connection: AsyncConnection, link: Link) -> list[LinkHash]:
    found = await connection.execute(select(links.c.hash).where(_theirs(link)))
    return [LinkHash(each) for each in found.scalars()]


def _act(now: float, link: Link, what: str) -> Act:
    return Act(now, link.group, what, link.session, link.hash)


async def _note(connection: AsyncConnection, acts: Sequence[Act]) -> None:
    if acts:
        await connection.execute(insert(audit), [msgspec.to_builtins(act) for act in acts])


def _event_row(session: SessionId, n: int, item: Event) -> dict[str, Any]:
    body = msgspec.to_builtins(item)
    return {"session": session, "n": n, "at": item.at, "kind": body["type"], "body": body}
