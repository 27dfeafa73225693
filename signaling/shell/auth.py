"""Secrets: links' tokens, resume secrets and the operator's key. Only hashes are kept."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from signaling.core.ids import LinkHash, ParticipantId, PersonId, SecretHash, SessionId, StandbyHash
from signaling.core.programme import GroupId


def new_token() -> str:
    """192 random bits, safe in a URL's fragment."""
    return secrets.token_urlsafe(24)


def new_code(digits: int) -> str:
    """Decimal digits that somebody can read out."""
    return "".join(secrets.choice("0123456789") for _ in range(digits))


def new_group_id() -> GroupId:
    return GroupId(secrets.token_hex(8))


def new_person_id() -> PersonId:
    return PersonId(secrets.token_hex(6))


def new_session_id() -> SessionId:
    return SessionId(secrets.token_hex(8))


def new_participant_id() -> ParticipantId:
    return ParticipantId(secrets.token_hex(6))


def link_hash(token: str) -> LinkHash:
    return LinkHash(_sha256(token))


def secret_hash(secret: str) -> SecretHash:
    return SecretHash(_sha256(secret))


def standby_hash(token: str) -> StandbyHash:
    return StandbyHash(_sha256(token))


class OperatorKey:
    """Compares in constant time. Never shows the key."""

    def __init__(self, key: str) -> None:
        self._hash = _sha256(key)

    def matches(self, authorization: str | None) -> bool:
        """`authorization`: the header, `Bearer KEY`."""
        scheme, _, key = (authorization or "").partition(" ")
        return hmac.compare_digest(_sha256(key.strip()), self._hash) and scheme.lower() == "bearer"


def operator_key(path: Path) -> OperatorKey:
    """Reads the key, or makes one at the first start: a file that only its owner reads."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return OperatorKey(_not_empty(path))
    with os.fdopen(descriptor, "w") as file:
        file.write(new_token() + "\n")
    return OperatorKey(_not_empty(path))


def _not_empty(path: Path) -> str:
    key = path.read_text().strip()
    if len(key) < 16:
        raise ValueError(
            f"{path} holds no key of at least 16 characters: delete it, and the next start makes a new one"
        )
    return key


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
