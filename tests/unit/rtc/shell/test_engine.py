"""What the engine makes of its settings; the processes themselves are in tests/integration/test_engine.py."""

from __future__ import annotations

import pytest

from rtc.shell.engine import announced_at


@pytest.mark.parametrize(
    ("text", "worker", "expected"),
    [
        ("203.0.113.7", 0, ("203.0.113.7", 0)),
        ("203.0.113.7", 3, ("203.0.113.7", 0)),
        ("203.0.113.7:40000", 0, ("203.0.113.7", 40_000)),
        ("203.0.113.7:40000", 3, ("203.0.113.7", 40_003)),
        ("2001:db8::7", 3, ("2001:db8::7", 0)),
        ("[2001:db8::7]:40000", 3, ("2001:db8::7", 40_003)),
        ("[2001:db8::7]", 3, ("2001:db8::7", 0)),
    ],
)
def test_a_worker_is_announced_where_a_router_maps_it(text: str, worker: int, expected: tuple[str, int]) -> None:
    assert announced_at(text, worker) == expected


@pytest.mark.parametrize(
    "text",
    [
        "203.0.113.7:",
        "[2001:db8::7]:",
        "[2001:db8::7]:x",
        "203.0.113.7:x",
        "203.0.113.7:0",
        "203.0.113.7:65536",
        "a:-1",
    ],
)
def test_a_port_that_is_none_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="ADDRESS:PORT"):
        announced_at(text, 0)
