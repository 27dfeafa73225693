"""Records of sessions, links and events in SQLite, written in whole transactions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final, Self

import msgspec
from alembic import command
from alembic.config import Config
from msgspec import Struct
from sqlalchemy import Connection, event, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from signaling.core.events import Event
from signaling.core.ids import LinkHash, PersonId, SessionId
from signaling.core.roles import GuestFunction, Role
from signaling.store.tables import events, links, sessions

BUSY_TIMEOUT: Final = 1.0  # seconds to wait for another writer; ours take milliseconds. Longer delays the server's end
MIGRATIONS: Final = Path(__file__).parent / "migrations"


class Link(Struct, frozen=True):
    """The record of one link. Times in wall seconds; `people`: how many may hold a seat through it at once."""

    hash: LinkHash
    group: str
    session: SessionId | None  # None: every session of the group
    person: PersonId | None  # None: shared or spoken
    roles: tuple[Role, ...]
    function: GuestFunction | None
    name: str | None
    fixed: bool  # the name is given, not asked
    people: int
    knocks: bool
    spoken: bool
    expires: float
    revoked: float | None = None
    agreed: str | None = None  # version of the agreement
    banned_until: float | None = None


class Store:
    """All methods raise SQLAlchemyError when the database cannot do it; nothing is then half written."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @classmethod
    async def open(cls, path: Path) -> Self:
        """Makes the file, or brings an older one up to date."""
        engine = create_async_engine(
            f"sqlite+aiosqlite:///{path}", hide_parameters=True, connect_args={"timeout": BUSY_TIMEOUT}
        )
        event.listen(engine.sync_engine, "connect", _tune)
        async with engine.begin() as connection:
            await connection.run_sync(_migrate)
        return cls(engine)

    async def close(self) -> None:
        await self._engine.dispose()

    async def create(self, session: SessionId, now: float, new_links: Sequence[Link]) -> None:
        rows = [_link_row(link) for link in new_links]
        async with self._engine.begin() as connection:
            await connection.execute(insert(sessions).values(id=session, created=now))
            await connection.execute(insert(links), rows)

    async def link(self, link: LinkHash) -> Link | None:
        async with self._engine.connect() as connection:
            row = (await connection.execute(select(links).where(links.c.hash == link))).mappings().first()
        return None if row is None else Link(**{**row, "role": Role(row["role"])})

    async def exists(self, session: SessionId) -> bool:
        async with self._engine.connect() as connection:
            return (await connection.execute(select(sessions.c.id).where(sessions.c.id == session))).first() is not None

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
        async with self._engine.begin() as connection:
            await connection.execute(insert(events), rows)
            if rows[-1]["kind"] == "ended":
                await connection.execute(update(sessions).where(sessions.c.id == session).values(ended=rows[-1]["at"]))

    async def events(self, session: SessionId) -> list[Event]:
        query = select(events.c.body).where(events.c.session == session).order_by(events.c.n)
        async with self._engine.connect() as connection:
            bodies = (await connection.execute(query)).scalars().all()
        return [msgspec.convert(body, Event) for body in bodies]


def _tune(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")  # readers never wait for the writer
    cursor.execute("PRAGMA synchronous=NORMAL")  # a power cut may cost the last moments, never the file
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _migrate(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _link_row(link: Link) -> dict[str, Any]:
    row: dict[str, Any] = msgspec.to_builtins(link)
    return row


def _event_row(session: SessionId, n: int, item: Event) -> dict[str, Any]:
    body = msgspec.to_builtins(item)
    return {"session": session, "n": n, "at": item.at, "kind": body["type"], "body": body}
