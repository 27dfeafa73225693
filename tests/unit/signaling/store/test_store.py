from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect
from sqlalchemy.exc import IntegrityError

from signaling.core import events as e
from signaling.core.ids import ConnectionId, LinkHash, ParticipantId, SecretHash, SessionId
from signaling.core.roles import Role
from signaling.store.store import Link, Store
from signaling.store.tables import metadata

ONE, TWO = SessionId("one"), SessionId("two")
SAM = ParticipantId("sam")
LINK = Link(LinkHash("h" * 64), ONE, Role.FACILITATOR, 3, 99.0)
JOINED = e.Joined(5.0, SAM, Role.FACILITATOR, LINK.hash, SecretHash("s" * 64), ConnectionId(2**61))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(tmp_path / "kinroom.db")
    await opened.create(ONE, 1.0, [LINK])
    yield opened
    await opened.close()


async def test_the_migrations_make_the_tables_that_the_queries_use(store: Store) -> None:
    def differences(connection: Connection) -> list[object]:
        assert set(inspect(connection).get_table_names()) == {*metadata.tables, "alembic_version"}
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async with store._engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_links_are_found_by_their_hash(store: Store) -> None:
    assert await store.link(LINK.hash) == LINK
    assert await store.link(LinkHash("another")) is None
    assert (await store.exists(ONE), await store.exists(TWO)) == (True, False)


async def test_events_come_back_in_order_as_they_were(store: Store) -> None:
    all_kinds: list[e.Event] = [
        JOINED,
        e.Published(6.0, SAM, "screen_sound"),
        e.Unpublished(6.5, SAM, "screen_sound"),
        e.Muted(7.0, SAM),
        e.Unmuted(7.5, SAM),
        e.WentAway(8.0, SAM),
        e.Returned(9.0, SAM, ConnectionId(3), True),
        e.Left(10.0, SAM, "ended"),
        e.Ended(10.0),
    ]
    await store.append(ONE, 0, all_kinds[:4])
    await store.append(ONE, 4, all_kinds[4:])
    assert await store.events(ONE) == all_kinds
    assert await store.events(TWO) == []


async def test_a_number_is_given_once_and_nothing_is_half_written(store: Store) -> None:
    await store.append(ONE, 0, [JOINED])
    with pytest.raises(IntegrityError) as caught:
        await store.append(ONE, -1, [e.Muted(6.0, SAM), e.Unmuted(6.0, SAM)])
    assert await store.events(ONE) == [JOINED]
    assert "sam" not in str(caught.value), "errors end in logs: no parameters"


async def test_sessions_in_which_time_goes_on(store: Store) -> None:
    await store.create(TWO, 1.0, [Link(LinkHash("2"), TWO, Role.PARTICIPANT, 1, 99.0)])
    await store.append(ONE, 0, [JOINED])
    assert (await store.active_since(4.0), await store.active_since(5.0)) == ([ONE], [])
    await store.append(ONE, 1, [e.Ended(6.0)])
    assert await store.active_since(0.0) == []


async def test_a_second_start_finds_what_the_first_wrote(tmp_path: Path) -> None:
    path = tmp_path / "kinroom.db"
    first = await Store.open(path)
    await first.create(ONE, 1.0, [LINK])
    await first.close()
    second = await Store.open(path)
    assert await second.link(LINK.hash) == LINK
    await second.close()
