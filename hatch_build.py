"""Builds the C kernel of the packet path (`rtc/shell/*.c`) with the machine's C compiler.

Where there is none, or it fails, the wheel has none and the worker runs the same loop in Python. As the build backend's
hook it runs with every install; `python hatch_build.py` builds it in place.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run as a program
    BuildHookInterface = object

SHELL = Path(__file__).with_name("rtc") / "shell"
SOURCES = tuple(sorted(SHELL.glob("*.c")))
LIBRARY = SHELL / "_kernel.so"
FLAGS = ("-std=gnu11", "-O2", "-Wall", "-Wextra", "-shared", "-fPIC")


def build() -> bool:
    """Whether the library is there afterwards, built from these sources."""
    compiler = os.environ.get("CC") or shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None or sys.platform != "linux":
        return _without("there is no C compiler")
    # Renamed when done: a worker that starts meanwhile never loads half of it.
    unfinished = LIBRARY.with_suffix(f".{os.getpid()}")
    done = subprocess.run([*compiler.split(), *FLAGS, "-o", str(unfinished), *map(str, SOURCES)], check=False)
    if done.returncode:
        unfinished.unlink(missing_ok=True)
        return _without("the C kernel did not build")
    unfinished.rename(LIBRARY)
    return True


def _without(reason: str) -> bool:
    LIBRARY.unlink(missing_ok=True)  # one of another source would be worse than none
    print(f"{reason}: the packet path will run in Python alone", file=sys.stderr)
    return False


class KernelHook(BuildHookInterface):  # type: ignore[misc]  # hatchling has no types where it is not installed
    """A wheel with the library is for this platform, and for any Python: the library knows nothing of Python."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name == "wheel" and build():
            build_data["artifacts"].append(str(LIBRARY.relative_to(Path(self.root))))
            build_data["pure_python"] = False
            build_data["tag"] = f"py3-none-{sysconfig.get_platform().replace('-', '_').replace('.', '_')}"


if __name__ == "__main__":
    sys.exit(not build())
