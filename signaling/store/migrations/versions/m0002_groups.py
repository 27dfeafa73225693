"""Groups with a programme, personal links, and events of the second kind.

A session from before has no numbers to call, so nobody may come into it any more: it is marked as ended. Its events
stay as the record that they are, told in the words of now.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_SESSIONS = sa.table(
    "sessions",
    *(sa.column(name) for name in ("id", "created", "ended", "group", "starts", "ends")),
)
_LINKS = sa.table(
    "links",
    *(sa.column(name) for name in ("hash", "session", "group", "fixed", "knocks", "spoken", "role")),
    sa.column("roles", sa.JSON),
)
_EVENTS = sa.table(
    "events",
    *(sa.column(name) for name in ("session", "n", "at", "kind")),
    sa.column("body", sa.JSON),
)
_GROUPS = sa.table(
    "groups", *(sa.column(name) for name in ("id", "created", "timezone")), sa.column("programme", sa.JSON)
)


def upgrade() -> None:
    op.create_table(
        "groups",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("programme", sa.JSON, nullable=False),
        sa.Column("timezone", sa.String(64), nullable=False),
    )
    op.create_table(
        "audit",
        sa.Column("n", sa.Integer, primary_key=True),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("group", sa.String(32), sa.ForeignKey("groups.id"), nullable=False, index=True),
        sa.Column("session", sa.String(32)),
        sa.Column("who", sa.String(32), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("what", sa.String(24), nullable=False),
        sa.Column("target", sa.String(64)),
    )
    with op.batch_alter_table("sessions") as batch:
        batch.add_column(sa.Column("group", sa.String(32)))
        batch.add_column(sa.Column("starts", sa.Float))
        batch.add_column(sa.Column("ends", sa.Float))
    with op.batch_alter_table("links") as batch:
        batch.add_column(sa.Column("group", sa.String(32)))
        batch.add_column(sa.Column("person", sa.String(24)))
        batch.add_column(sa.Column("roles", sa.JSON))
        batch.add_column(sa.Column("function", sa.String(16)))
        batch.add_column(sa.Column("name", sa.String(80)))
        for name in ("fixed", "knocks", "spoken"):
            batch.add_column(sa.Column(name, sa.Boolean))
        batch.add_column(sa.Column("revoked", sa.Float))
        batch.add_column(sa.Column("agreed", sa.String(32)))
        batch.add_column(sa.Column("banned_until", sa.Float))
    _carry_over(op.get_bind())
    with op.batch_alter_table("sessions") as batch:
        batch.alter_column("group", existing_type=sa.String(32), nullable=False)
        batch.alter_column("starts", existing_type=sa.Float, nullable=False)
        batch.alter_column("ends", existing_type=sa.Float, nullable=False)
        batch.create_foreign_key("sessions_group", "groups", ["group"], ["id"])
        batch.create_index("ix_sessions_group", ["group"])
    with op.batch_alter_table("links") as batch:
        batch.alter_column("session", existing_type=sa.String(32), nullable=True)
        batch.alter_column("group", existing_type=sa.String(32), nullable=False)
        batch.alter_column("roles", existing_type=sa.JSON, nullable=False)
        for name in ("fixed", "knocks", "spoken"):
            batch.alter_column(name, existing_type=sa.Boolean, nullable=False)
        batch.drop_column("role")
        batch.create_foreign_key("links_group", "groups", ["group"], ["id"])
        batch.create_index("ix_links_group", ["group"])
    with op.batch_alter_table("events") as batch:
        batch.alter_column("kind", existing_type=sa.String(16), type_=sa.String(24), nullable=False)


def downgrade() -> None:
    raise NotImplementedError("a group of several sessions has no place in the first tables")


def _carry_over(connection: sa.Connection) -> None:
    programme = {"practice_number": "", "crisis_line": "988"}
    for session in connection.execute(sa.select(_SESSIONS.c.id, _SESSIONS.c.created, _SESSIONS.c.ended)).all():
        connection.execute(
            _GROUPS.insert().values(id=session.id, created=session.created, programme=programme, timezone="UTC")
        )
        ended = _retell(connection, session.id, session.created, session.ended)
        connection.execute(
            _SESSIONS.update()
            .where(_SESSIONS.c.id == session.id)
            .values(group=session.id, starts=session.created, ends=ended, ended=ended)
        )
    for link in connection.execute(sa.select(_LINKS.c.hash, _LINKS.c.session, _LINKS.c.role)).all():
        connection.execute(
            _LINKS.update()
            .where(_LINKS.c.hash == link.hash)
            .values(group=link.session, roles=[link.role], fixed=False, knocks=True, spoken=False)
        )


def _retell(connection: sa.Connection, session: str, created: float, ended: float | None) -> float:
    """Rewrites the events of one session and closes it if it was open. Returns when it ended."""
    mine = _EVENTS.c.session == session
    rows = connection.execute(sa.select(_EVENTS.c.n, _EVENTS.c.body).where(mine).order_by(_EVENTS.c.n)).all()
    roles: dict[str, str] = {}
    present: dict[str, None] = {}
    last, at = 0, created
    for n, body in rows:
        last, at = n, max(at, body["at"])
        body = _in_new_words(body, roles, present)
        connection.execute(_EVENTS.update().where(mine, _EVENTS.c.n == n).values(kind=body["type"], body=body))
    if ended is not None:
        return ended
    for n, body in enumerate(_ending(at, present), last + 1):
        connection.execute(_EVENTS.insert().values(session=session, n=n, at=at, kind=body["type"], body=body))
    return at


def _in_new_words(body: dict[str, Any], roles: dict[str, str], present: dict[str, None]) -> dict[str, Any]:
    """Keeps the role of each person and who is present as it goes."""
    who = body.get("participant", "")
    match body["type"]:
        case "joined":
            roles[who] = body.pop("role")
            present[who] = None
            more = {"roles": [roles[who]], "function": None, "person": None, "room": "main"}
            return {**body, **more, "type": "entered"}
        case "returned":
            present[who] = None
        case "left":
            present.pop(who, None)
            if body["cause"] == "lost":  # a place was kept for them, so they had not left
                return {"type": "lost", "at": body["at"], "participant": who}
            return {**body, "by": None}
        case "muted" | "unmuted":
            return {**body, "by": {"participant": who, "role": roles[who]}}
    return body


def _ending(at: float, present: dict[str, None]) -> Iterator[dict[str, Any]]:
    for who in present:
        yield {"type": "left", "at": at, "participant": who, "cause": "ended", "by": None}
    yield {"type": "ended", "at": at}
