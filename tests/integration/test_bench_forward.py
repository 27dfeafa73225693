"""The forwarding bench itself: a real worker, real raw peers, one line of JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
FIELDS = (
    *("people", "offered_pps", "out_pps", "delivered", "us_per_out_packet", "worker_cpu_pct", "rss_mb"),
    *("p50_ms", "p99_ms", "rounds", "srtp_profile", "python"),
)


def test_cameras_may_have_several_encodings_of_which_viewers_get_the_lowest() -> None:
    command = [sys.executable, "-m", "bench", "forward", "--people", "3", "--kbps", "800", "--seconds", "1"]
    more = ["--layers", "3", "--rounds", "1", "--json"]
    done = subprocess.run([*command, *more], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["delivered"] == 1.0
    # 50 packets of audio and 30 of the smallest picture reach two others; 60 and 90 of the larger ones reach nobody.
    assert 0.9 * 3 * 80 < result["offered_pps"] < 1.1 * 3 * 80
    assert 0.9 * 3 * 150 < result["rounds"][0]["unwatched_pps"] < 1.1 * 3 * 150


def test_prints_one_line_of_json_with_figures_that_hold_together() -> None:
    command = [sys.executable, "-m", "bench", "forward", "--people", "4", "--kbps", "300", "--seconds", "1"]
    done = subprocess.run([*command, "--rounds", "1", "--json"], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1
    result = json.loads(done.stdout)
    assert set(FIELDS) <= set(result)
    assert result["people"] == 4
    assert result["delivered"] == 1.0
    # 2 packets a frame at 30 fps and 50 of audio a second, each to three others.
    assert 0.9 * 440 < result["offered_pps"] < 1.1 * 440
    assert 0.9 * 3 * 440 < result["out_pps"] < 1.1 * 3 * 440
    assert 0 < result["p50_ms"] <= result["p99_ms"]
    (one,) = result["rounds"]
    assert one["sampled"] == one["verified"] > 0
    assert one["generator_drops"] == 0
