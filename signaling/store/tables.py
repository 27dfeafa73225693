"""The tables. The migrations make them; this is what the queries are written with."""

from __future__ import annotations

from typing import Final

from sqlalchemy import JSON, Column, Float, ForeignKey, Integer, MetaData, String, Table

metadata: Final = MetaData()

sessions: Final = Table(
    "sessions",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("created", Float, nullable=False),  # wall seconds, as all times here
    Column("ended", Float),
)

links: Final = Table(
    "links",
    metadata,
    Column("hash", String(64), primary_key=True),  # SHA-256 of the token, hex
    Column("session", String(32), ForeignKey("sessions.id"), nullable=False, index=True),
    Column("role", String(16), nullable=False),
    Column("people", Integer, nullable=False),
    Column("expires", Float, nullable=False),
)

events: Final = Table(
    "events",
    metadata,
    Column("session", String(32), ForeignKey("sessions.id"), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("at", Float, nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("body", JSON, nullable=False),
)
