"""What is written from signaling/protocol.py and lifecycles.py is up to date: run `make types`, commit the result."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
WRITTEN = [ROOT / "web/src/protocol.gen.ts", ROOT / "docs/protocol.md", ROOT / "docs/lifecycles.md"]


def test_make_types_changes_nothing() -> None:
    before = [(path.read_bytes(), path.stat()) for path in WRITTEN]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(["make", "types"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for path, (content, status) in zip(WRITTEN, before, strict=True):
        assert path.read_bytes() == content, f"{path.relative_to(ROOT)} was out of date"
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))  # so that the page is not built again
