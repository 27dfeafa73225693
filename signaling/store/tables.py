"""The tables. The migrations make them; this is what the queries are written with."""

from __future__ import annotations

from typing import Final

from sqlalchemy import JSON, Boolean, Column, Float, ForeignKey, Integer, MetaData, String, Table

metadata: Final = MetaData()

groups: Final = Table(
    "groups",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("created", Float, nullable=False),  # wall seconds, as all times here
    Column("programme", JSON, nullable=False),
    Column("timezone", String(64), nullable=False),  # IANA
)

sessions: Final = Table(
    "sessions",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("group", String(32), ForeignKey("groups.id", name="sessions_group"), nullable=False, index=True),
    Column("created", Float, nullable=False),
    Column("starts", Float, nullable=False),  # planned, as `ends`
    Column("ends", Float, nullable=False),
    Column("ended", Float),
)

links: Final = Table(
    "links",
    metadata,
    Column("hash", String(64), primary_key=True),  # SHA-256 of the token, hex
    Column("group", String(32), ForeignKey("groups.id", name="links_group"), nullable=False, index=True),
    Column("session", String(32), ForeignKey("sessions.id"), index=True),  # NULL: all sessions of the group
    Column("person", String(24)),  # NULL: many share the link, or it was spoken
    Column("roles", JSON, nullable=False),
    Column("function", String(16)),
    Column("name", String(80)),  # the only name in this file, and only where the practice put it there
    Column("fixed", Boolean, nullable=False),
    Column("people", Integer, nullable=False),
    Column("knocks", Boolean, nullable=False),
    Column("spoken", Boolean, nullable=False),
    Column("expires", Float, nullable=False),
    Column("revoked", Float),
    Column("agreed", String(32)),
    Column("banned_until", Float),
)

events: Final = Table(
    "events",
    metadata,
    Column("session", String(32), ForeignKey("sessions.id"), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("at", Float, nullable=False, index=True),
    Column("kind", String(24), nullable=False),
    Column("body", JSON, nullable=False),
)

# What was done from outside of sessions. Inside, the events are the trail.
audit: Final = Table(
    "audit",
    metadata,
    Column("n", Integer, primary_key=True),
    Column("at", Float, nullable=False),
    Column("group", String(32), ForeignKey("groups.id"), nullable=False, index=True),
    Column("session", String(32)),
    Column("who", String(32), nullable=False),  # operator, or a participant's id
    Column("role", String(16), nullable=False),
    Column("what", String(24), nullable=False),
    Column("target", String(64)),  # a link's hash
)
