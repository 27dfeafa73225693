from __future__ import annotations

from signaling.protocol import IceServer
from signaling.shell.turn import Relay

URLS = ["turn:relay.example.org:3478?transport=tcp", "turns:relay.example.org:443?transport=tcp"]


def test_a_password_is_the_keyed_hash_of_the_name() -> None:
    """Expected: printf %s NAME | openssl dgst -sha1 -hmac kin-secret -binary | base64."""
    assert Relay(URLS, "kin-secret", 60).password("1795497121:5be0c9d2") == "cIy7Itp+wHgNFHATDxevRXRQWRw="


def test_credentials_end_after_their_time_and_name_nobody() -> None:
    relay = Relay(URLS, "kin-secret", 43_200)
    first, second = relay.credentials(1_000_000.7), relay.credentials(1_000_000.7)
    assert first == IceServer(URLS, first.username, relay.password(first.username))
    expiry, _, chance = first.username.partition(":")
    assert int(expiry) == 1_043_200
    assert len(bytes.fromhex(chance)) == 4
    assert first.username != second.username


def test_the_secret_is_never_shown() -> None:
    assert "kin-secret" not in f"{Relay(URLS, 'kin-secret', 60)!r}"
