"""The bench of moves with peers of packets: a real server, real commands, one line of JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
FIELDS = {
    *("people", "moves", "all_flowing_p50_ms", "all_flowing_max_ms", "audio_p95_ms", "frame_p95_ms"),
    *("sdp_exchanges", "stray_packets"),
}


def test_four_people_change_partners_three_times() -> None:
    command = [sys.executable, "-m", "bench", "move", "--raw", "--people", "4", "--moves", "3", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1
    result = json.loads(done.stdout)
    assert set(result) == FIELDS
    assert (result["people"], result["moves"]) == (4, 3)
    assert result["sdp_exchanges"] == result["stray_packets"] == 0
    assert 0 < result["audio_p95_ms"] <= result["all_flowing_max_ms"]
    assert 0 < result["all_flowing_p50_ms"] <= result["all_flowing_max_ms"] < 500
