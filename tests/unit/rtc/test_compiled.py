"""What is compiled runs where it is of these very sources, and nowhere else."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rtc import compiled
from rtc.wire.feedback import PictureLossIndication

# `python -P` of a copy: what a worker is.
TELL = "import rtc, rtc.core.peer; print(rtc.IS_COMPILED, rtc.core.peer.__file__.endswith('.py'))"
NOTHING = pytest.mark.skipif(compiled.built_from() is None, reason="nothing is compiled here: make compiled")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The package, elsewhere."""
    shutil.copytree(compiled.PACKAGE, tmp_path / "rtc", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def told(folder: Path, **environment: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-P", "-c", TELL],
        env={"PYTHONPATH": str(folder), **environment},
        cwd="/",
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


@NOTHING
def test_it_is_used_wherever_it_lies(copy: Path) -> None:
    if compiled.built_from() != compiled.fingerprint():
        pytest.skip("something was edited since: make compiled")
    assert told(copy) == ["True", "False"]
    assert told(copy, RTC_COMPILED="0") == ["False", "True"]


@NOTHING
def test_what_is_edited_runs_as_it_is_edited(copy: Path) -> None:
    with (copy / "rtc" / "core" / "peer.py").open("a") as source:
        source.write("# edited\n")
    assert told(copy) == ["False", "True"]


@NOTHING
def test_a_library_that_does_not_load_is_left_alone(copy: Path) -> None:
    for library in (copy / "rtc" / "_compiled").glob("rtc__mypyc*"):
        library.write_bytes(b"of another machine")
    assert told(copy) == ["False", "True"]


def test_values_stay_as_they_are() -> None:
    """mypyc drops what a class says of itself: see `Frozen`."""
    value = PictureLossIndication(1, 2)
    with pytest.raises(AttributeError):
        value.media_ssrc = 3  # type: ignore[misc]
    assert {value: "hashable"}[PictureLossIndication(1, 2)]
