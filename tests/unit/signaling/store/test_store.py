from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect
from sqlalchemy.exc import IntegrityError

from signaling.core import events as e
from signaling.core.ids import (
    MAIN,
    ConnectionId,
    LinkHash,
    ParticipantId,
    PersonId,
    SecretHash,
    SessionId,
)
from signaling.core.programme import GroupId, Programme, Rules
from signaling.core.roles import Role, Standing
from signaling.core.schedule import Slot
from signaling.protocol import Agreement
from signaling.store.store import Act, Group, Link, Store
from signaling.store.tables import metadata

GROUP = Group(
    GroupId("group"),
    1.0,
    Programme("555-0100", "988", ("name", "agreement"), Agreement("2", "Be kind."), Rules(help_rings=20.0)),
    "America/New_York",
)
ONE, TWO = SessionId("one"), SessionId("two")
SLOTS = [Slot(ONE, 100.0, 200.0), Slot(TWO, 50.0, 60.0)]
SAM = ParticipantId("sam")
PERSON = PersonId("person")
LINK = Link(LinkHash("a" * 64), GROUP.id, None, PERSON, (Role.PARTICIPANT, Role.FACILITATOR), 1, 99.0, name="Sam")
SHARED = Link(LinkHash("b" * 64), GROUP.id, ONE, None, (Role.GUEST,), 25, 99.0, function="interpreter")
NEWER = LinkHash("c" * 64)
BY_SAM = e.By(SAM, Standing.PARTICIPANT)
ENTERED = e.Entered(
    5.0, SAM, (Role.PARTICIPANT,), None, PERSON, LINK.hash, SecretHash("s" * 64), ConnectionId(2**61), MAIN
)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(tmp_path / "kinroom.db")
    await opened.create_group(GROUP, Act(1.0, GROUP.id, "group made"))
    await opened.create_sessions(GROUP.id, 1.0, SLOTS, [])
    await opened.add_links([LINK, SHARED], [])
    yield opened
    await opened.close()


async def test_the_migrations_make_the_tables_that_the_queries_use(store: Store) -> None:
    def differences(connection: Connection) -> list[object]:
        assert set(inspect(connection).get_table_names()) == {*metadata.tables, "alembic_version"}
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async with store._engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_a_group_and_its_plan(store: Store) -> None:
    assert await store.group(GROUP.id) == GROUP
    assert await store.group_of(TWO) == GROUP
    assert await store.group_of(SessionId("nowhere")) is None
    assert [slot.id for slot in await store.schedule(GROUP.id)] == [TWO, ONE], "by start"
    assert (await store.exists(ONE), await store.exists(SessionId("nowhere"))) == (True, False)


async def test_links_are_found_by_their_hash_as_they_were(store: Store) -> None:
    assert await store.link(LINK.hash) == LINK
    assert await store.link(SHARED.hash) == SHARED
    assert await store.link(LinkHash("another")) is None
    assert await store.links_of(GROUP.id) == [LINK, SHARED]


async def test_a_link_of_no_group_is_not_written(store: Store) -> None:
    with pytest.raises(IntegrityError):
        await store.add_links([msgspec.structs.replace(LINK, hash=NEWER, group=GroupId("nowhere"))], [])
    assert await store.link(NEWER) is None


async def test_a_renewed_link_is_the_same_persons(store: Store) -> None:
    await store.agreed(LINK.hash, "2")
    await store.ban(LINK.hash, 500.0)
    renewed = await store.renew(LINK.hash, NEWER, 900.0, 50.0)
    assert renewed == msgspec.structs.replace(LINK, hash=NEWER, expires=900.0, agreed="2", banned_until=500.0)
    assert await store.link(NEWER) == renewed
    old = await store.link(LINK.hash)
    assert old is not None
    assert (old.expires, old.revoked) == (0.0, None), "it opens nothing, but whoever sits by it stays"
    assert await store.renew(LinkHash("another"), LinkHash("d" * 64), 1.0, 1.0) is None


async def test_what_is_done_to_one_link_of_a_person_is_done_to_all(store: Store) -> None:
    await store.renew(LINK.hash, NEWER, 900.0, 50.0)
    assert await store.ban(LINK.hash, 700.0) == [LINK.hash, NEWER]
    await store.agreed(LINK.hash, "3")
    assert set(await store.revoke(NEWER, 60.0)) == {LINK.hash, NEWER}
    for link in (LINK.hash, NEWER):
        found = await store.link(link)
        assert found is not None
        assert (found.banned_until, found.agreed, found.revoked) == (700.0, "3", 60.0)
    assert await store.live_links(10.0) == [(SHARED.hash, None, GROUP.id)]


async def test_nobody_agrees_or_is_banned_for_all_who_share_a_link(store: Store) -> None:
    await store.agreed(SHARED.hash, "2")
    assert await store.ban(SHARED.hash, 700.0) == []
    assert await store.link(SHARED.hash) == SHARED
    assert await store.revoke(SHARED.hash, 60.0) == [SHARED.hash]
    assert await store.revoke(LinkHash("another"), 60.0) == []


async def test_a_spoken_code_makes_as_many_links_as_it_is_for(store: Store) -> None:
    code = Link(LinkHash("e" * 64), GROUP.id, ONE, None, (Role.PARTICIPANT,), 2, 99.0, spoken=True)
    await store.add_links([code], [])
    made = [msgspec.structs.replace(code, hash=LinkHash(str(n) * 64), people=1, spoken=False) for n in range(4)]
    assert [await store.spend(code.hash, link, 50.0) for link in made[:3]] == [True, True, False]
    assert await store.link(made[1].hash) == made[1]
    assert await store.link(made[2].hash) is None
    assert not await store.spend(LINK.hash, made[3], 50.0), "a link is no code"
    assert code.hash not in [link.hash for link in await store.links_of(GROUP.id)]


async def test_a_code_that_is_too_old_makes_none(store: Store) -> None:
    code = Link(LinkHash("e" * 64), GROUP.id, ONE, None, (Role.PARTICIPANT,), 2, 99.0, spoken=True)
    await store.add_links([code], [])
    assert not await store.spend(code.hash, msgspec.structs.replace(code, hash=NEWER, spoken=False), 99.0)


async def test_what_is_done_from_outside_leaves_a_trail(store: Store) -> None:
    await store.renew(LINK.hash, NEWER, 900.0, 50.0)
    await store.ban(NEWER, 700.0, now=55.0)
    await store.ban(NEWER, None, now=56.0)
    await store.ban(NEWER, 800.0)
    await store.revoke(NEWER, 60.0)
    trail = [(act.at, act.what, act.target) for act in await store.acts(GROUP.id)]
    assert trail == [
        (1.0, "group made", None),
        (50.0, "link renewed", NEWER),
        (55.0, "banned", NEWER),
        (56.0, "ban lifted", NEWER),
        (60.0, "link revoked", NEWER),
    ], "a ban from inside a session stands in its events"
    assert {act.who for act in await store.acts(GROUP.id)} == {"operator"}


async def test_events_come_back_in_order_as_they_were(store: Store) -> None:
    all_kinds: list[e.Event] = [
        ENTERED,
        e.Published(6.0, SAM, "screen_sound"),
        e.Unpublished(6.5, SAM, "screen_sound"),
        e.Muted(7.0, SAM, BY_SAM),
        e.RoomMuted(7.2, MAIN, BY_SAM, (SAM,)),
        e.Unmuted(7.5, SAM, BY_SAM),
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
    await store.append(ONE, 0, [ENTERED])
    with pytest.raises(IntegrityError) as caught:
        await store.append(ONE, -1, [e.Muted(6.0, SAM, BY_SAM), e.Unmuted(6.0, SAM, BY_SAM)])
    assert await store.events(ONE) == [ENTERED]
    assert "sam" not in str(caught.value), "errors end in logs: no parameters"


async def test_sessions_in_which_time_goes_on(store: Store) -> None:
    await store.append(ONE, 0, [ENTERED])
    assert (await store.active_since(4.0), await store.active_since(5.0)) == ([ONE], [])
    await store.append(ONE, 1, [e.Left(6.0, SAM, "closed"), e.Ended(6.0), e.Left(6.0, SAM, "ended")])
    assert await store.active_since(0.0) == []
    assert {slot.id: slot.ended for slot in await store.schedule(GROUP.id)} == {ONE: 6.0, TWO: None}


async def test_a_second_start_finds_what_the_first_wrote(tmp_path: Path) -> None:
    path = tmp_path / "kinroom.db"
    first = await Store.open(path)
    await first.create_group(GROUP, Act(1.0, GROUP.id, "group made"))
    await first.close()
    second = await Store.open(path)
    assert await second.group(GROUP.id) == GROUP
    await second.close()
