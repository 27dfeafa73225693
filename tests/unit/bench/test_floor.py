"""The sums of the floor, and one short real measurement of a part."""

from __future__ import annotations

import pytest

from bench import floor
from bench.floor import Sizes, mixed, path_of_frame


def test_the_mix_has_90_pictures_packets_to_50_of_sound() -> None:
    assert mixed(Sizes(audio=134, video=1155, video_per_frame=3), video=1.4, audio=0.0) == pytest.approx(0.9)
    assert mixed(Sizes(audio=134, video=1155, video_per_frame=1), video=0.0, audio=0.8) == pytest.approx(0.5)


def test_a_frame_uses_the_most_segments_that_it_fills() -> None:
    costs = [5.0, 4.0, 3.0, 2.0]
    assert path_of_frame(3, (1, 2, 3, 4), costs) == 3.0
    assert path_of_frame(7, (1, 2, 3, 4), costs) == 2.0
    assert path_of_frame(1, (1, 2, 3, 4), costs) == 5.0


def test_figures_hold_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(floor, "BATCHES", 5)
    monkeypatch.setattr(floor, "pin", lambda *_: True)
    result = floor.measure(people=4, kbps=800)
    assert result.sizes.video_per_frame == 3
    assert len(result.send_video_us) == len(result.segments)
    assert all(cost > 0 for cost in result.send_video_us)
    assert {one.profile for one in result.protection} == set(floor.PROFILES)
    assert all(min(one.audio_us, one.video_us) > 0 for one in result.protection), "each number was protected once"
    assert result.floor_us_per_out_packet > 0
