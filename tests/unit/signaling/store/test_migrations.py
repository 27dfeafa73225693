"""A database of the first kind, with people in it, becomes one of now: wholly, or not at all."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from signaling.core.events import Ended, Entered, Left, Lost, Muted, Returned
from signaling.core.ids import LinkHash, SessionId
from signaling.core.lifecycles import Phase
from signaling.core.roles import Role
from signaling.core.session import replay
from signaling.core.state import Gone, Session
from signaling.store.store import MIGRATIONS, Store

OPEN, OVER = SessionId("open"), SessionId("over")
FACILITATOR, PARTICIPANT = LinkHash("f" * 64), LinkHash("p" * 64)


def first_kind(path: Path) -> None:
    """As the first release left it: a session that is over, and one with Ana in the room and Sam lost."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    engine.dispose()
    with closing(sqlite3.connect(path)) as database, database:
        database.executemany("INSERT INTO sessions VALUES (?, ?, ?)", [(OPEN, 100.0, None), (OVER, 50.0, 90.0)])
        database.executemany(
            "INSERT INTO links VALUES (?, ?, ?, ?, ?)",
            [(FACILITATOR, OPEN, "facilitator", 1, 1e9), (PARTICIPANT, OPEN, "participant", 25, 1e9)],
        )
        write(
            database,
            OPEN,
            [joined(101, "ana", "facilitator", FACILITATOR), joined(102, "sam", "participant", PARTICIPANT)],
        )
        write(
            database,
            OPEN,
            [
                {"type": "published", "at": 103.0, "participant": "sam", "source": "camera"},
                {"type": "muted", "at": 104.0, "participant": "sam"},
                {"type": "away", "at": 105.0, "participant": "sam"},
                {"type": "left", "at": 165.0, "participant": "sam", "cause": "lost"},
                {"type": "returned", "at": 200.0, "participant": "sam", "connection": 9, "media_kept": False},
                {"type": "away", "at": 210.0, "participant": "sam"},
                {"type": "left", "at": 270.0, "participant": "sam", "cause": "lost"},
            ],
            after=2,
        )
        write(
            database,
            OVER,
            [
                joined(60, "leo", "participant", "x" * 64),
                {"type": "left", "at": 90.0, "participant": "leo", "cause": "ended"},
                {"type": "ended", "at": 90.0},
            ],
        )


def joined(at: int, who: str, role: str, link: str) -> dict[str, object]:
    named = {"type": "joined", "at": float(at), "participant": who, "role": role}
    return {**named, "link": link, "secret": who[0] * 64, "connection": at}


def write(database: sqlite3.Connection, session: str, bodies: list[dict[str, object]], after: int = 0) -> None:
    rows = [(session, after + n, b["at"], b["type"], json.dumps(b)) for n, b in enumerate(bodies, 1)]
    database.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?)", rows)


async def test_records_of_the_first_kind_are_carried_over(tmp_path: Path) -> None:
    path = tmp_path / "kinroom.db"
    first_kind(path)
    store = await Store.open(path)
    try:
        group = await store.group_of(OPEN)
        assert group is not None
        assert group.programme.practice_number == "", "nobody knew of numbers then"
        [slot] = await store.schedule(group.id)
        assert (slot.starts, slot.ended) == (100.0, 270.0), "without a number to call nobody may go on"
        link = await store.link(FACILITATOR)
        assert link is not None
        assert (link.roles, link.session, link.group, link.person) == ((Role.FACILITATOR,), OPEN, group.id, None)
        assert link.knocks
        assert await store.active_since(0.0) == []

        events = await store.events(OPEN)
        assert [type(event) for event in (events[0], events[3], events[5], events[6])] == [
            Entered,
            Muted,
            Lost,
            Returned,
        ]
        assert isinstance(events[3], Muted)
        assert (events[3].by.participant, events[3].by.role) == ("sam", "participant")
        assert events[-2:] == [Left(270.0, events[0].participant, "ended"), Ended(270.0)], "Ana was still there"  # type: ignore[union-attr]
        session = replay(Session(OPEN), events)
        assert session.phase is Phase.ENDED
        assert all(isinstance(seat.presence, Gone) for seat in session.seats.values())

        assert [type(event) for event in await store.events(OVER)] == [Entered, Left, Ended]
        assert (await store.schedule((await store.group_of(OVER)).id))[0].ended == 90.0  # type: ignore[union-attr]
    finally:
        await store.close()
    again = await Store.open(path)
    assert await again.events(OPEN) == events, "a second start changes nothing"
    await again.close()


async def test_a_migration_that_fails_leaves_the_records_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "kinroom.db"
    first_kind(path)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE events SET body = '{}' WHERE session = ? AND n = 3", (OPEN,))
    before = dump(path)
    with pytest.raises(KeyError):
        await Store.open(path)
    assert dump(path) == before


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as database:
        return list(database.iterdump())
