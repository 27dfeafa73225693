from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from kinroom.config import Settings
from kinroom.serve import NotSafeError, require_safe


def test_the_environment_sets_and_arguments_win(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINROOM_PORT", "9000")
    monkeypatch.setenv("KINROOM_ANNOUNCED", "192.0.2.1, 203.0.113.7:4000, 2001:db8::1,[2001:db8::2]:4000,")
    monkeypatch.setenv("KINROOM_PUBLIC_URL", "https://group.example/")
    assert Settings().port == 9000
    assert Settings(port=1).port == 1
    assert Settings().announced == ["192.0.2.1", "203.0.113.7:4000", "2001:db8::1", "[2001:db8::2]:4000"]
    assert Settings().public_url == "https://group.example"


@pytest.mark.parametrize(
    "wrong",
    [
        {"port": 70000},
        {"workers": 0},
        {"tls_cert": Path("only.pem")},
        {"announced": "group.example.org"},
        {"announced": "192.0.2.1:x"},
        {"announced": "192.0.2.1:70000"},
        {"announced": "192.0.2.1:0"},
        {"announced": "[2001:db8::1]"},
        {"announced": "[2001:db8::1]:x"},
        {"announced": "[192.0.2.1.9]:4000"},
        {"announced": "2001:db8::1::"},
        {"turn_urls": "turn:relay.example.org"},  # nobody could use it
        {"turn_urls": "turn:relay.example.org", "turn_secret": ""},
        {"turn_urls": "stun:relay.example.org", "turn_secret": "s"},
        {"turn_urls": "turn://relay.example.org", "turn_secret": "s"},
        {"turn_urls": "turn:relay.example.org?transport=sctp", "turn_secret": "s"},
        {"turn_ttl": 9},
    ],
)
def test_settings_that_cannot_be(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate(wrong)


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ({"host": "127.0.0.1"}, True),
        ({"host": "localhost"}, True),
        ({"host": "::1"}, True),
        ({"host": "0.0.0.0"}, False),
        ({"host": "192.0.2.1"}, False),
        ({"host": "group.example"}, False),
        ({"host": "0.0.0.0", "behind_proxy": True}, True),
        ({"host": "0.0.0.0", "tls_cert": Path("c.pem"), "tls_key": Path("k.pem")}, True),
    ],
)
def test_beyond_loopback_only_with_tls(given: dict[str, object], safe: bool) -> None:
    settings = Settings.model_validate(given)
    if safe:
        require_safe(settings)
    else:
        with pytest.raises(NotSafeError, match="--behind-proxy"):
            require_safe(settings)


def test_a_relay_and_its_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINROOM_TURN_URLS", "turn:192.0.2.1:3478, turns:relay.example.org:443?transport=tcp")
    monkeypatch.setenv("KINROOM_TURN_SECRET", "relay-secret")
    settings = Settings()
    assert settings.turn_urls == ["turn:192.0.2.1:3478", "turns:relay.example.org:443?transport=tcp"]
    assert settings.turn_ttl == 12 * 3600
    assert "relay-secret" not in f"{settings} {settings!r}"
    Settings.model_validate({"turn_urls": "turn:[2001:db8::1]:3478?transport=udp"})


@pytest.mark.parametrize("setting", ["open_door", "trace"])
@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ({"host": "127.0.0.1"}, True),
        ({"host": "127.0.0.1", "behind_proxy": True}, False),
        ({"host": "0.0.0.0", "behind_proxy": True}, False),
        ({"host": "0.0.0.0", "tls_cert": Path("c.pem"), "tls_key": Path("k.pem")}, False),
    ],
)
def test_what_is_for_tests_alone_is_refused_where_others_could_come(
    given: dict[str, object], safe: bool, setting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A door without a knock, and a memory of who sees whom."""
    assert not getattr(Settings(), setting)
    monkeypatch.setenv(f"KINROOM_{setting.upper()}", "1")
    settings = Settings.model_validate({**given, **Settings().model_dump(include={setting})})
    assert getattr(settings, setting)
    if safe:
        require_safe(settings)
    else:
        with pytest.raises(NotSafeError, match=f"KINROOM_{setting.upper()}"):
            require_safe(settings)
