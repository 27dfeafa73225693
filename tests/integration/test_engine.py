"""The engine with real child processes; the worker is a stand-in without media, so that it can misbehave."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import textwrap
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import pytest
import uvloop

from rtc import (
    Attach,
    Change,
    Detach,
    Engine,
    EngineEvent,
    EngineSettings,
    Grant,
    Hold,
    LayersNeeded,
    LostReason,
    MediaRefused,
    Mid,
    OfferRefusedError,
    PeerConnected,
    PeerLost,
    PicturesSqueezed,
    SlotFlowing,
    Source,
    SpeakersChanged,
    WorkerDied,
    WorkerGoneError,
    WorkerIndex,
)
from rtc.shell.child import KILL_AFTER
from rtc.shell.engine import Timings

STAND_IN = Path(__file__).with_name("stand_in_worker.py")
EVERYTHING = Grant(frozenset(Source), may_receive=True)
FIRST = WorkerIndex(0)
QUICK = Timings(first_back_off=0.01, last_back_off=0.05, grace=0.2)

Event = TypeVar("Event", bound=EngineEvent)


class Events:
    """All events so far, and a way to wait for the next of a kind."""

    def __init__(self) -> None:
        self.seen: list[EngineEvent] = []
        self._news = asyncio.Event()

    def __call__(self, event: EngineEvent) -> None:
        self.seen.append(event)
        self._news.set()

    async def next(self, kind: type[Event], fits: Callable[[Event], bool] = lambda _: True) -> Event:
        async with asyncio.timeout(10):
            while True:
                for event in self.seen:
                    if isinstance(event, kind) and fits(event):
                        self.seen.remove(event)
                        return event
                self._news.clear()
                await self._news.wait()


@asynccontextmanager
async def running(
    mode: str = "good", workers: int = 1, base_port: int = 0, timings: Timings = QUICK
) -> AsyncIterator[tuple[Engine, Events]]:
    events = Events()
    settings = EngineSettings(workers=workers, bind_host="127.0.0.1", base_port=base_port)
    engine = Engine(settings, events, command=[sys.executable, str(STAND_IN), mode], timings=timings)
    await engine.start()
    try:
        yield engine, events
    finally:
        await engine.stop()


def pid_of(engine: Engine, worker: WorkerIndex = FIRST) -> int:
    stats = engine.stats(worker)
    assert stats is not None
    return stats.pid


async def ask(engine: Engine, what: str, worker: WorkerIndex = FIRST) -> str:
    """What the process that runs now, or comes next, says to a new peer's offer."""
    return (await engine.offer(engine.add_peer(worker, EVERYTHING), what, {})).sdp


async def ended(pid: int) -> None:
    """Returns when a process that is not our child has ended."""
    descriptor, loop, end = os.pidfd_open(pid), asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(descriptor, end.set)
    try:
        async with asyncio.timeout(5):
            await end.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


async def revived(engine: Engine) -> bool:
    """Asks until a process lives long enough to answer."""
    async with asyncio.timeout(10):
        while True:
            with contextlib.suppress(WorkerGoneError):
                return await ask(engine, "hello") == "answer to hello"


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_an_offer_is_answered() -> None:
    async with running() as (engine, events):
        assert engine.ready
        peer = engine.add_peer(FIRST, EVERYTHING)
        answer = await engine.offer(peer, "hello", {Mid("0"): Source.CAMERA})
        assert answer.sdp == "answer to hello"
        assert answer.slots == [("0", "0v")]
        assert await events.next(PeerConnected) == PeerConnected(peer)


async def test_offers_at_the_same_time_get_their_own_answers() -> None:
    async with running(workers=2) as (engine, _):
        peers = [engine.add_peer(WorkerIndex(i % 2), EVERYTHING) for i in range(20)]
        answers = await asyncio.gather(*(engine.offer(peer, str(peer), {}) for peer in peers))
        assert [answer.sdp for answer in answers] == [f"answer to {peer}" for peer in peers]


async def test_an_offer_of_a_real_size_passes() -> None:
    async with running() as (engine, _):
        sdp = "a=candidate\r\n" * 40_000
        answer = await engine.offer(engine.add_peer(FIRST, EVERYTHING), sdp, {})
        assert answer.sdp == "answer to " + sdp


async def test_a_refused_offer_raises_and_hurts_nobody() -> None:
    async with running() as (engine, _):
        peer = engine.add_peer(FIRST, EVERYTHING)
        with pytest.raises(OfferRefusedError, match="no such thing"):
            await engine.offer(peer, "refuse", {})
        assert (await engine.offer(peer, "again", {})).sdp == "answer to again"


async def test_an_offer_of_a_removed_peer_raises() -> None:
    async with running() as (engine, _):
        peer = engine.add_peer(FIRST, EVERYTHING)
        engine.remove_peer(peer)
        engine.remove_peer(peer)
        with pytest.raises(WorkerGoneError):
            await engine.offer(peer, "hello", {})


async def test_the_worker_hears_of_every_peer_and_of_its_end() -> None:
    async with running() as (engine, _):
        anna, ben, carl = (engine.add_peer(FIRST, EVERYTHING) for _ in range(3))
        engine.remove_peer(ben)
        assert (await engine.offer(carl, "peers", {})).sdp == f"{anna} {carl}"


async def test_peer_ids_are_never_reused() -> None:
    async with running(workers=2) as (engine, events):
        first = [engine.add_peer(WorkerIndex(i % 2), EVERYTHING) for i in range(6)]
        for peer in first:
            engine.remove_peer(peer)
        os.kill(pid_of(engine), signal.SIGKILL)
        await events.next(WorkerDied)
        second = [engine.add_peer(WorkerIndex(i % 2), EVERYTHING) for i in range(6)]
        assert len({*first, *second}) == 12


async def test_changes_of_one_command_travel_together_without_the_gone() -> None:
    async with running() as (engine, events):
        anna, ben, carl = (engine.add_peer(FIRST, EVERYTHING) for _ in range(3))
        engine.remove_peer(carl)
        changes: list[Change] = [
            Attach(anna, Mid("5"), ben, Source.CAMERA),
            Attach(anna, Mid("6"), carl, Source.CAMERA),
            Attach(carl, Mid("5"), ben, Source.CAMERA),
            Hold(carl, Source.MICROPHONE),
            Detach(ben, Mid("5")),
        ]
        engine.apply(FIRST, changes)
        assert await events.next(SlotFlowing) == SlotFlowing(anna, Mid("5"), ben, Source.CAMERA, rtp=2)
        assert await events.next(MediaRefused, lambda refused: refused.peer == ben and refused.text == "2")
        assert not any(isinstance(event, SlotFlowing) for event in events.seen)


async def test_a_publisher_of_another_worker_cannot_be_attached() -> None:
    async with running(workers=2) as (engine, events):
        here, there = engine.add_peer(WorkerIndex(0), EVERYTHING), engine.add_peer(WorkerIndex(1), EVERYTHING)
        engine.apply(FIRST, [Attach(here, Mid("5"), there, Source.CAMERA), Detach(here, Mid("6"))])
        assert await events.next(MediaRefused, lambda refused: refused.text == "1")


async def test_events_about_a_removed_peer_are_dropped() -> None:
    async with running() as (engine, events):
        peer, other = engine.add_peer(FIRST, EVERYTHING), engine.add_peer(FIRST, EVERYTHING)
        engine.remove_peer(peer)  # the stand-in answers to every word about a peer
        await engine.offer(other, "fence", {})
        assert {event.peer for event in events.seen if isinstance(event, MediaRefused)} == {other}


async def test_losses_and_speakers_are_told_of_known_peers_only() -> None:
    async with running() as (engine, events):
        peer = engine.add_peer(FIRST, EVERYTHING)
        offer = asyncio.create_task(engine.offer(peer, "lose", {}))
        assert await events.next(PeerLost) == PeerLost(peer, LostReason.CONSENT)
        assert await events.next(SpeakersChanged) == SpeakersChanged(FIRST, [peer])
        offer.cancel()


async def test_what_a_line_has_no_room_for_is_told() -> None:
    async with running() as (engine, events):
        peer = engine.add_peer(FIRST, EVERYTHING)
        offer = asyncio.create_task(engine.offer(peer, "narrow", {}))
        assert await events.next(PicturesSqueezed) == PicturesSqueezed(peer, [Mid("5")])
        assert await events.next(LayersNeeded) == LayersNeeded(peer, Source.CAMERA, 2)
        offer.cancel()


async def test_a_bug_in_the_listener_costs_nobody_the_worker() -> None:
    def broken(event: EngineEvent) -> None:
        raise RuntimeError("bug")

    engine = Engine(EngineSettings(), broken, command=[sys.executable, str(STAND_IN), "good"], timings=QUICK)
    await engine.start()
    try:
        peer = engine.add_peer(FIRST, EVERYTHING)
        assert (await engine.offer(peer, "1", {})).sdp == "answer to 1"
        assert (await engine.offer(peer, "2", {})).sdp == "answer to 2"
    finally:
        await engine.stop()


@pytest.mark.parametrize("way", ["die", "nonsense"])
async def test_a_worker_that_dies_is_replaced(way: str) -> None:
    async with running(workers=2) as (engine, events):
        peer, pending = engine.add_peer(FIRST, EVERYTHING), engine.add_peer(FIRST, EVERYTHING)
        elsewhere = engine.add_peer(WorkerIndex(1), EVERYTHING)
        waiting = asyncio.create_task(engine.offer(pending, "stuck", {}))
        with pytest.raises(WorkerGoneError):
            await engine.offer(peer, way, {})
        with pytest.raises(WorkerGoneError):
            await waiting
        assert await events.next(WorkerDied) == WorkerDied(FIRST, [peer, pending])
        with pytest.raises(WorkerGoneError):
            await engine.offer(peer, "hello", {})
        assert (await engine.offer(elsewhere, "unhurt", {})).sdp == "answer to unhurt"
        again = engine.add_peer(FIRST, EVERYTHING)
        assert (await engine.offer(again, "back", {})).sdp == "answer to back"
        assert engine.ready


async def test_what_is_said_during_the_restart_reaches_the_next_process() -> None:
    async with running(timings=Timings(first_back_off=0.3)) as (engine, events):
        os.kill(pid_of(engine), signal.SIGKILL)
        await events.next(WorkerDied)
        assert not engine.ready
        assert engine.stats(FIRST) is None
        anna, ben = engine.add_peer(FIRST, EVERYTHING), engine.add_peer(FIRST, EVERYTHING)
        engine.apply(FIRST, [Attach(anna, Mid("5"), ben, Source.CAMERA)])
        assert (await engine.offer(anna, "early", {})).sdp == "answer to early"
        assert await events.next(SlotFlowing)


async def test_the_port_stays_the_same() -> None:
    async with running() as (engine, events):
        assert await ask(engine, "port") == "0"
        os.kill(pid_of(engine), signal.SIGKILL)
        await events.next(WorkerDied)
        assert await ask(engine, "port") == "40404"  # what the first process was given


async def test_each_worker_has_its_own_port() -> None:
    async with running(workers=3, base_port=41_000) as (engine, _):
        ports = [await ask(engine, "port", WorkerIndex(i)) for i in range(3)]
        assert ports == ["41000", "41001", "41002"]


async def test_a_worker_that_cannot_be_restarted_is_tried_again(tmp_path: Path) -> None:
    stopper = tmp_path / "stopper"
    async with running(f"fragile:{stopper}") as (engine, events):
        stopper.touch()
        os.kill(pid_of(engine), signal.SIGKILL)
        for _ in range(4):
            await events.next(WorkerDied)
        lost = engine.add_peer(FIRST, EVERYTHING)
        with pytest.raises(WorkerGoneError):
            await engine.offer(lost, "hello", {})
        assert await events.next(WorkerDied, lambda died: died.peers == [lost])
        stopper.unlink()
        assert await revived(engine)


async def test_a_worker_that_cannot_start_at_all_is_an_error() -> None:
    engine = Engine(EngineSettings(workers=2), Events(), command=[sys.executable, str(STAND_IN), "broken"])
    with pytest.raises(WorkerGoneError):
        await engine.start()
    assert not engine.ready


async def test_a_missing_program_is_an_error() -> None:
    with pytest.raises(WorkerGoneError):
        await Engine(EngineSettings(), Events(), command=["/nowhere/python"]).start()


async def test_a_worker_that_never_says_ready_is_given_up() -> None:
    timings = Timings(startup=0.5, grace=0.1)
    engine = Engine(EngineSettings(), Events(), command=[sys.executable, str(STAND_IN), "mute"], timings=timings)
    with pytest.raises(WorkerGoneError):
        await engine.start()


async def test_a_worker_that_hangs_is_replaced() -> None:
    async with running(timings=Timings(silence=1.0, grace=0.1)) as (engine, events):
        frozen = pid_of(engine)
        peer = engine.add_peer(FIRST, EVERYTHING)
        os.kill(frozen, signal.SIGSTOP)
        assert await events.next(WorkerDied) == WorkerDied(FIRST, [peer])
        assert not is_alive(frozen)
        assert await revived(engine)


async def test_a_worker_that_speaks_is_left_alone() -> None:
    async with running(timings=Timings(silence=1.0)) as (engine, events):
        pid, loop = pid_of(engine), asyncio.get_running_loop()
        end = loop.time() + 1.5
        while loop.time() < end:
            assert await ask(engine, "hello") == "answer to hello"
        assert pid_of(engine) == pid
        assert not any(isinstance(event, WorkerDied) for event in events.seen)


async def test_stop_ends_everything_at_once() -> None:
    async with running(workers=2) as (engine, events):
        pids = [pid_of(engine, WorkerIndex(i)) for i in range(2)]
        peer = engine.add_peer(FIRST, EVERYTHING)
        waiting = asyncio.create_task(engine.offer(peer, "stuck", {}))
        await engine.offer(engine.add_peer(FIRST, EVERYTHING), "fence", {})
        await engine.stop()
        with pytest.raises(WorkerGoneError):
            await waiting
        assert not any(is_alive(pid) for pid in pids)
        assert not any(isinstance(event, WorkerDied) for event in events.seen)


@pytest.mark.parametrize("state", ["deaf", "stopped"])
async def test_stop_ends_a_worker_that_will_not_end(state: str) -> None:
    """Within two seconds, by the timers; a machine that is busy with all the tests takes its own time on top."""
    assert Timings().grace + KILL_AFTER < 1.5
    async with running("deaf", workers=2, timings=Timings()) as (engine, _):
        pids = [pid_of(engine, WorkerIndex(i)) for i in range(2)]
        if state == "stopped":
            os.kill(pids[0], signal.SIGSTOP)
        began = time.monotonic()
        await engine.stop()
        assert time.monotonic() - began < 5.0
        assert not any(is_alive(pid) for pid in pids)


async def test_stop_during_a_back_off_returns_at_once() -> None:
    async with running(timings=Timings(first_back_off=60.0)) as (engine, events):
        os.kill(pid_of(engine), signal.SIGKILL)
        await events.next(WorkerDied)
        async with asyncio.timeout(1):
            await engine.stop()


async def test_a_worker_sees_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KINROOM_OPERATOR_KEY", "secret")
    monkeypatch.chdir(tmp_path)
    async with running() as (engine, _):
        sdp = (await engine.offer(engine.add_peer(FIRST, EVERYTHING), "environment", {})).sdp
    assert sdp.startswith("/ ")
    assert "KINROOM" not in sdp
    assert sdp.endswith("True")  # a session of its own: Ctrl-C does not reach it


async def test_new_sessions_spread_over_the_workers() -> None:
    async with running(workers=3) as (engine, _):
        assert sorted(engine.choose_worker() for _ in range(3)) == [0, 1, 2]
        for worker in (0, 0, 2):
            engine.add_peer(WorkerIndex(worker), EVERYTHING)
        assert [engine.choose_worker() for _ in range(2)] == [1, 1]


async def test_a_cancelled_offer_leaves_nothing_behind() -> None:
    async with running() as (engine, _):
        peer = engine.add_peer(FIRST, EVERYTHING)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(engine.offer(peer, "stuck", {}), 0.05)
        assert (await engine.offer(peer, "next", {})).sdp == "answer to next"


def test_it_works_on_uvloop_too() -> None:
    async def scenario() -> None:
        async with running() as (engine, events):
            os.kill(pid_of(engine), signal.SIGKILL)
            await events.next(WorkerDied)
            peer = engine.add_peer(FIRST, EVERYTHING)
            assert (await engine.offer(peer, "hello", {})).sdp == "answer to hello"

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(scenario())


async def test_workers_end_when_the_node_is_killed() -> None:
    node = textwrap.dedent(
        f"""
        import asyncio, sys
        from rtc import Engine, EngineSettings

        async def main():
            engine = Engine(EngineSettings(), print, command=[sys.executable, {str(STAND_IN)!r}, "good"])
            await engine.start()
            while engine.stats(0) is None:
                await asyncio.sleep(0.01)
            print(engine.stats(0).pid, flush=True)
            await asyncio.Event().wait()

        asyncio.run(main())
        """
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", node, stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    assert process.stdout is not None
    line = b""
    while not line.strip().isdigit():  # log lines come on standard output, too
        line = await process.stdout.readline()
        assert line
    gone = asyncio.create_task(ended(int(line)))
    await asyncio.sleep(0)  # let it look before the number can belong to somebody else
    process.kill()
    await process.wait()
    await gone
