"""What is remembered of who was on which slot is what left on it: nothing more, nothing less, in order."""

from __future__ import annotations

import pytest

from rtc.core.changes import Attach, Change, Detach, Hold
from rtc.core.model import Mid, Source
from rtc.core.runs import KEPT
from rtc.core.stats import Run
from tests.unit.rtc.core.group import WALL_OFFSET, Group, Person, delta_frame, key_frame

MIC, CAMERA = Source.MICROPHONE, Source.CAMERA
SOUND, PICTURE = Mid("a0"), Mid("v0")


def runs_of(person: Person) -> list[Run]:
    return person.peer.stats().runs


def test_a_move_ends_one_run_and_begins_the_next() -> None:
    group = Group(WALL_OFFSET)
    ana, bo, sam = group.join(), group.join(), group.join()
    group.show(sam, SOUND, ana, MIC)
    before = [group.send(ana, MIC, i, i * 960, b"ana")[0].packet.timestamp for i in range(1, 4)]
    group.now += 1
    group.show(sam, SOUND, bo, MIC)
    after = [group.send(bo, MIC, i, 70_000 + i * 960, b"bo")[0].packet.timestamp for i in range(1, 3)]
    then = WALL_OFFSET + 100
    assert runs_of(sam) == [
        Run(SOUND, ana.id, MIC, before[0], before[-1], 3, then, then + 1),
        Run(SOUND, bo.id, MIC, after[0], after[-1], 2, then + 1, None),
    ]


@pytest.mark.parametrize("detached", [True, False])
def test_what_is_taken_off_or_held_ends_and_nothing_follows(detached: bool) -> None:
    group = Group(WALL_OFFSET)
    ana, sam = group.join(), group.join()
    group.show(sam, SOUND, ana, MIC)
    group.send(ana, MIC, 1, 960, b"voice")
    change: Change = Detach(sam.id, SOUND) if detached else Hold(ana.id, MIC)
    group.apply(change)
    group.send(ana, MIC, 2, 1920, b"voice")
    (run,) = runs_of(sam)
    assert (run.packets, run.until) == (1, WALL_OFFSET + 100)


def test_who_waits_for_a_key_frame_has_no_run_yet() -> None:
    group = Group(WALL_OFFSET)
    ana, sam = group.join(), group.join()
    group.show(sam, PICTURE, ana, CAMERA)
    group.send(ana, CAMERA, 1, 3000, delta_frame())
    assert runs_of(sam) == []
    (sent,) = group.send(ana, CAMERA, 2, 6000, key_frame())
    (run,) = runs_of(sam)
    assert (run.first, run.last, run.packets) == (sent.packet.timestamp, sent.packet.timestamp, 1)


def test_a_picture_that_starts_from_a_kept_key_frame_counts_from_there() -> None:
    group = Group(WALL_OFFSET)
    ana, sam = group.join(), group.join()
    group.send(ana, CAMERA, 10, 0, key_frame(7))
    group.send(ana, CAMERA, 11, 3000, delta_frame(8))
    group.apply(Attach(sam.id, PICTURE, ana.id, CAMERA))
    sent = group.sent()
    (run,) = runs_of(sam)
    assert (run.first, run.last, run.packets) == (sent[0].packet.timestamp, sent[1].packet.timestamp, 2)


def test_the_newest_runs_are_kept() -> None:
    group = Group(WALL_OFFSET)
    ana, bo, sam = group.join(), group.join(), group.join()
    for i in range(KEPT + 10):
        speaker = (ana, bo)[i % 2]
        group.show(sam, SOUND, speaker, MIC)
        group.send(speaker, MIC, i, i * 960, b"voice")
        group.now += 1
    runs = runs_of(sam)
    assert len(runs) == KEPT + 1  # and the one that goes on
    assert [run.until for run in runs[:-1]] == [run.at for run in runs[1:]]
    assert runs[-1].at == WALL_OFFSET + group.now - 1


def test_without_tracing_nothing_is_remembered() -> None:
    group = Group()
    ana, sam = group.join(), group.join()
    group.show(sam, SOUND, ana, MIC)
    group.send(ana, MIC, 1, 960, b"voice")
    group.apply(Detach(sam.id, SOUND))
    assert runs_of(sam) == []
