"""Kinroom and Janus do the same work in one namespace: three people, everybody to everybody, one line of JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.lab import janus

ROOT = Path(__file__).parents[2]

# A developer without root or Janus can do without; CI cannot.
pytestmark = pytest.mark.skipif(
    not os.environ.get("CI") and (os.geteuid() != 0 or bool(janus.missing())), reason="needs root and Debian's janus"
)


def test_both_deliver_everything_to_everybody() -> None:
    command = [sys.executable, "-m", "bench", "forward", "--peer", "janus", "--people", "3", "--kbps", "300"]
    command += ["--seconds", "1", "--rounds", "1", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1
    result = json.loads(done.stdout)
    for side in (result["kinroom"], result["janus"]):
        assert side["delivered"] > 0.99  # one window of a second: what is on its way at its end is not in it
        assert 0.8 * 2 * 330 < side["out_pps"] < 1.2 * 2 * 330  # 110 packets a second of each, to two others
        assert 0 < side["outside_p50_ms"] <= side["outside_p99_ms"]
        (one,) = side["rounds"]
        assert one["sampled"] == one["verified"] > 0
        assert one["generator_drops"] == 0
    assert result["srtp_profile"] == result["kinroom"]["srtp_profile"] == result["janus"]["srtp_profile"]
    assert result["ratio_us_per_out_packet"] > 0
    assert result["path"] in ("compiled", "python")
