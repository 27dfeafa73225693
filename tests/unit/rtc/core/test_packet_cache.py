from __future__ import annotations

from rtc.core.packet_cache import SIZE, PacketCache


def test_gives_back_what_was_put() -> None:
    cache: PacketCache[str] = PacketCache()
    cache.put(70_000, "a")
    assert cache.get(70_000) == "a"
    assert cache.get(70_001) is None
    assert cache.get(70_000 - SIZE) is None


def test_keeps_the_newest() -> None:
    cache: PacketCache[int] = PacketCache()
    for number in range(3 * SIZE):
        cache.put(number, number)
    assert cache.get(2 * SIZE - 1) is None
    assert [cache.get(n) for n in range(2 * SIZE, 3 * SIZE)] == list(range(2 * SIZE, 3 * SIZE))


def test_a_late_packet_pushes_out_nothing_newer() -> None:
    cache: PacketCache[str] = PacketCache()
    cache.put(SIZE + 7, "new")
    cache.put(7, "old")
    assert cache.get(SIZE + 7) == "new"
    assert cache.get(7) is None


def test_clear() -> None:
    cache: PacketCache[str] = PacketCache()
    cache.put(1, "a")
    cache.clear()
    assert cache.get(1) is None
